//! From a plan to the program that a person reads, edits and runs: pandas and matplotlib, a line for each step.

mod draw;
mod result;
mod rows;

pub(super) use result::{sentence, words};

use super::python::Code;
use super::{Columns, Plan, PlanError};
use crate::prompt::quoted;

pub(super) fn compile(plan: &Plan, columns: &Columns<'_>) -> Result<String, PlanError> {
    let plan = settled(plan);
    let mut code = Code::default();
    let rows = rows::write(&plan, columns, &mut code)?;
    code.gap();
    let chart = if plan.correlates {
        draw::Chart::of_correlations()
    } else {
        draw::Chart::new(&plan, &rows)?
    };
    match &plan.panels {
        Some(panels) => {
            in_panels(&chart, rows.name(panels)?, &mut code);
            title(&plan, "fig.suptitle", &mut code);
        }
        None => {
            chart.steps.iter().for_each(|line| code.line(line));
            code.gap();
            code.line(format!("fig, ax = plt.subplots(figsize={})", chart.size));
            chart.drawing.iter().for_each(|line| code.line(line));
            title(&plan, "ax.set_title", &mut code);
        }
    }
    code.line("fig.tight_layout()");
    code.line("plt.show()");
    let mut imports = vec!["import matplotlib.pyplot as plt"];
    for (name, import) in [("np.", "import numpy as np"), ("pd.", "import pandas as pd")] {
        if code.contains(name) {
            imports.push(import);
        }
    }
    Ok(code.finish(&imports))
}

/// Without what says nothing: a series that is the x axis again, panels of it.
fn settled(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    if plan.series.as_ref() == Some(&plan.x) && plan.chart != super::ChartKind::Scatter {
        plan.series = None;
    }
    if plan.panels.is_some() && plan.panels == plan.series {
        plan.series = None;
    }
    plan
}

fn title(plan: &Plan, method: &str, code: &mut Code) {
    let title = plan.title.trim();
    if !title.is_empty() {
        code.line(format!("{method}({})", quoted(title)));
    }
}

fn in_panels(chart: &draw::Chart, by: &str, code: &mut Code) {
    code.line(format!("panels = list(data.groupby({}))", quoted(by)));
    code.line("across = min(len(panels), 2 if len(panels) <= 4 else 3)");
    code.line("down = -(-len(panels) // across)");
    code.line("fig, axes = plt.subplots(down, across, figsize=(4.5 * across, 3.5 * down), squeeze=False)");
    code.line("for ax, (name, data) in zip(axes.flat, panels):");
    for line in chart.steps.iter().chain(&chart.drawing) {
        code.line(format!("    {line}"));
    }
    code.line("    ax.set_title(f\"{name}\")");
    code.line("for ax in axes.flat[len(panels):]:");
    code.line("    ax.set_visible(False)");
}
