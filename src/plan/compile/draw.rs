//! How the result is drawn on `ax`: marks, axes, a legend where there are several series.

use super::super::rolling::Rolling;
use super::super::{Aggregate, ChartKind, Errors, Measure, Plan, PlanError};
use super::result::{self, Axis, Outcome, label, sentence};
use super::rows::Rows;
use crate::prompt::{Kind, quoted};

pub(super) struct Chart {
    /// What is computed of `data` before there is an `ax`.
    pub(super) steps: Vec<String>,
    pub(super) drawing: Vec<String>,
    /// In inches, as matplotlib takes it.
    pub(super) size: &'static str,
}

impl Chart {
    pub(super) fn new(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
        let (_, x) = rows.find(&plan.x)?;
        let is_number = |kind: Kind| matches!(kind, Kind::Integer | Kind::Number | Kind::Duration);
        match plan.chart {
            ChartKind::Scatter => scatter(plan, rows),
            ChartKind::Histogram if is_number(x.kind) || x.kind == Kind::Date => histogram(plan, rows),
            ChartKind::Box => boxes(plan, rows),
            ChartKind::Pie => pie(plan, rows),
            ChartKind::Heatmap => heatmap(plan, rows),
            ChartKind::Line if raw_numbers(plan) => numbered(plan, rows),
            ChartKind::Line | ChartKind::Area => line(plan, rows),
            // Counted kinds, which people call a histogram too.
            ChartKind::Histogram
            | ChartKind::Bar
            | ChartKind::HorizontalBar
            | ChartKind::StackedBar
            | ChartKind::GroupedBar
            | ChartKind::Other => bars(plan, rows),
        }
    }
}

impl Chart {
    /// Of all columns of numbers with each other.
    pub(super) fn of_correlations() -> Chart {
        let mut drawing = cells("viridis", ".2f");
        drawing.push("ax.figure.colorbar(image, ax=ax, label=\"Correlation\")".into());
        Chart {
            steps: vec!["table = data.corr(numeric_only=True)".into()],
            drawing,
            size: "(9, 6)",
        }
    }
}

fn bars(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let outcome = result::compute(plan, rows)?;
    let is_horizontal = plan.chart == ChartKind::HorizontalBar;
    let kind = if is_horizontal { "barh" } else { "bar" };
    let mut options = vec!["ax=ax".to_owned(), "width=0.8".into()];
    if plan.chart == ChartKind::StackedBar && outcome.has_series {
        options.push("stacked=True".into());
    }
    if !outcome.has_series {
        options.push("legend=False".into());
    }
    let mut drawing = vec![format!("result.plot.{kind}({})", options.join(", "))];
    if is_horizontal {
        drawing.push("ax.invert_yaxis()".into());
        labels(plan, &mut drawing, &outcome.y_label, &outcome.x_label);
    } else {
        drawing.push("plt.setp(ax.get_xticklabels(), rotation=45, ha=\"right\")".into());
        labels(plan, &mut drawing, &outcome.x_label, &outcome.y_label);
    }
    log(plan, &mut drawing, is_horizontal);
    Ok(chart(outcome.steps, drawing))
}

fn line(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let outcome = result::compute(plan, rows)?;
    let mut drawing = Vec::new();
    if plan.chart == ChartKind::Area {
        let columns = if outcome.has_series {
            "*[result[name].fillna(0) for name in result.columns], labels=[str(name) for name in result.columns]"
        } else {
            "result"
        };
        drawing.push(format!("ax.stackplot(result.index, {columns})"));
    } else if plan.second_axis && outcome.has_series && plan.series.is_none() {
        return Ok(two_axes(plan, outcome));
    } else if outcome.has_series {
        drawing.push("for name in result.columns:".into());
        drawing.push("    ax.plot(result.index, result[name], marker=\"o\", markersize=3, label=str(name))".into());
        if let Some(Rolling { window, name }) = &plan.rolling {
            drawing.push(format!(
                "    ax.plot(result.index, result[name].rolling({window}).mean(), \"--\", label=f\"{{name}}, {name}\")"
            ));
        }
    } else if let Some(Rolling { window, name }) = &plan.rolling {
        let label = quoted(&outcome.y_label);
        drawing.push(format!("ax.plot(result.index, result, alpha=0.6, label={label})"));
        drawing.push(format!(
            "ax.plot(result.index, result.rolling({window}).mean(), label={})",
            quoted(&sentence(name))
        ));
        drawing.push("ax.legend()".into());
    } else {
        drawing.push("ax.plot(result.index, result, marker=\"o\", markersize=3)".into());
    }
    if outcome.has_series {
        let title = match &plan.series {
            Some(series) => format!("title={}", quoted(&sentence(rows.name(series)?))),
            None => String::new(),
        };
        drawing.push(format!("ax.legend({title})"));
    }
    x_axis(&outcome, &mut drawing);
    labels(plan, &mut drawing, &outcome.x_label, &outcome.y_label);
    log(plan, &mut drawing, false);
    Ok(chart(outcome.steps, drawing))
}

/// The first measure on the left, the others on the right.
fn two_axes(plan: &Plan, outcome: Outcome) -> Chart {
    let mut drawing = vec![
        "first, *others = result.columns".to_owned(),
        "right = ax.twinx()".into(),
        "lines = ax.plot(result.index, result[first], label=str(first))".into(),
        "for number, name in enumerate(others, 1):".into(),
        "    lines += right.plot(result.index, result[name], color=f\"C{number}\", label=str(name))".into(),
        match &plan.labels.y {
            Some(label) => format!("ax.set_ylabel({})", quoted(label)),
            None => "ax.set_ylabel(str(first))".into(),
        },
        "right.set_ylabel(\", \".join(map(str, others)))".into(),
        "ax.legend(handles=lines)".into(),
        format!(
            "ax.set_xlabel({})",
            quoted(plan.labels.x.as_ref().unwrap_or(&outcome.x_label))
        ),
    ];
    x_axis(&outcome, &mut drawing);
    log(plan, &mut drawing, false);
    chart(outcome.steps, drawing)
}

/// A line of one column over itself: its values in the order of the rows are meant.
fn raw_numbers(plan: &Plan) -> bool {
    let [measure] = plan.measures.as_slice() else {
        return false;
    };
    measure.aggregate == Aggregate::None && measure.column.as_ref() == Some(&plan.x) && plan.series.is_none()
}

fn numbered(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let name = rows.name(&plan.x)?;
    let mut drawing = vec![format!("ax.plot(range(len(data)), data[{}])", quoted(name))];
    labels(plan, &mut drawing, "Row", &sentence(name));
    log(plan, &mut drawing, false);
    Ok(chart(vec![], drawing))
}

fn scatter(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let x = rows.name(&plan.x)?;
    let measure = plan.measures.first().ok_or(PlanError::Incomplete {
        what: "what is measured",
    })?;
    if measure.aggregate != Aggregate::None {
        return groups(plan, rows, x);
    }
    let y = rows.name(measure.column.as_deref().unwrap_or(&plan.x))?;
    let mut steps = Vec::new();
    let size = match &plan.size {
        Some(size) => {
            let size = quoted(rows.name(size)?);
            steps.push(format!(
                "data = data.assign(area=10 + 990 * data[{size}] / data[{size}].max())"
            ));
            ", s=%[\"area\"], alpha=0.6"
        }
        None => ", alpha=0.8",
    };
    let mut drawing = Vec::new();
    if let Some(Errors { column, are_joined }) = &plan.errors {
        let (x, y, off) = (quoted(x), quoted(y), quoted(rows.name(column)?));
        steps.push(format!("data = data.sort_values({x})"));
        let marks = if *are_joined { "o-" } else { "o" };
        drawing.push(format!(
            "ax.errorbar(data[{x}], data[{y}], yerr=data[{off}], fmt=\"{marks}\", capsize=4)"
        ));
    }
    let points = |data: &str| {
        let size = size.replace('%', data);
        format!("ax.scatter({data}[{}], {data}[{}]{size}", quoted(x), quoted(y))
    };
    match &plan.series {
        Some(series) if is_shade(rows, series)? => {
            let series = rows.name(series)?;
            drawing.push(format!("points = {}, c=data[{}])", points("data"), quoted(series)));
            drawing.push(format!(
                "ax.figure.colorbar(points, ax=ax, label={})",
                quoted(&sentence(series))
            ));
        }
        Some(series) => {
            let series = rows.name(series)?;
            drawing.push(format!("for kind, part in data.groupby({}):", quoted(series)));
            drawing.push(format!("    {}, label=str(kind))", points("part")));
            let markers = if plan.size.is_some() { ", markerscale=0.4" } else { "" };
            drawing.push(format!("ax.legend(title={}{markers})", quoted(&sentence(series))));
        }
        None if plan.errors.is_some() => {}
        None => drawing.push(format!("{})", points("data"))),
    }
    labels(plan, &mut drawing, &sentence(x), &sentence(y));
    log(plan, &mut drawing, false);
    Ok(chart(steps, drawing))
}

/// Whether it has so many numbers that a colour is a shade of a scale, and no name in a legend.
fn is_shade(rows: &Rows<'_>, series: &str) -> Result<bool, PlanError> {
    const MOST_KINDS: u64 = 12;
    let (_, column) = rows.find(series)?;
    let is_number = matches!(column.kind, Kind::Number | Kind::Integer);
    Ok(is_number && column.distinct.is_some_and(|distinct| distinct > MOST_KINDS))
}

/// A point for each group, both of whose coordinates are measured.
fn groups(plan: &Plan, rows: &Rows<'_>, by: &str) -> Result<Chart, PlanError> {
    let [first, others @ ..] = plan.measures.as_slice() else {
        return Err(PlanError::Incomplete {
            what: "what is measured",
        });
    };
    // Two measures are the two axes; one is the y axis, over the groups.
    let (across, up) = match others.first() {
        Some(second) => (Some(first), second),
        None => (None, first),
    };
    let series = |measure: &Measure| -> Result<String, PlanError> {
        Ok(match (measure.aggregate, &measure.column) {
            (Aggregate::Count, _) | (_, None) => "groups.size()".into(),
            (aggregate, Some(column)) => {
                let method = match aggregate {
                    Aggregate::CountDistinct => "nunique",
                    Aggregate::Sum => "sum",
                    Aggregate::Median => "median",
                    Aggregate::Min => "min",
                    Aggregate::Max => "max",
                    Aggregate::Count | Aggregate::None | Aggregate::Mean => "mean",
                };
                format!("groups[{}].{method}()", quoted(rows.name(column)?))
            }
        })
    };
    let mut steps = vec![
        format!("groups = data.groupby({})", quoted(by)),
        format!("y = {}", series(up)?),
    ];
    let x_label = match across {
        Some(measure) => {
            steps.push(format!("x = {}", series(measure)?));
            label(measure, rows)?
        }
        None => {
            steps.push("x = y.index".into());
            sentence(by)
        }
    };
    let mut drawing = vec!["ax.scatter(x, y)".to_owned()];
    labels(plan, &mut drawing, &x_label, &label(up, rows)?);
    log(plan, &mut drawing, false);
    Ok(chart(steps, drawing))
}

fn histogram(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let x = rows.name(&plan.x)?;
    let values = format!("[{}].dropna()", quoted(x));
    let bins = plan.bins.unwrap_or(20);
    let density = if plan.density { ", density=True" } else { "" };
    let mut drawing = Vec::new();
    match &plan.series {
        Some(series) => {
            let series = rows.name(series)?;
            drawing.push(format!("edges = np.histogram_bin_edges(data{values}, bins={bins})"));
            drawing.push(format!("for kind, part in data.groupby({}):", quoted(series)));
            drawing.push(format!(
                "    ax.hist(part{values}, bins=edges{density}, alpha=0.6, label=str(kind))"
            ));
            drawing.push(format!("ax.legend(title={})", quoted(&sentence(series))));
        }
        None => drawing.push(format!(
            "ax.hist(data{values}, bins={bins}{density}, edgecolor=\"white\")"
        )),
    }
    if let Some(marked) = plan.marked {
        let (method, name) = match marked {
            Aggregate::Median => ("median", "Median"),
            _ => ("mean", "Mean"),
        };
        drawing.push(format!("{method} = data[{}].{method}()", quoted(x)));
        drawing.push(format!(
            "ax.axvline({method}, color=\"C3\", linestyle=\"--\", label=f\"{name}: {{{method}:.4g}}\")"
        ));
        drawing.push("ax.legend()".into());
    }
    labels(
        plan,
        &mut drawing,
        &sentence(x),
        if plan.density { "Density" } else { "Count" },
    );
    log(plan, &mut drawing, false);
    Ok(chart(vec![], drawing))
}

fn boxes(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let measured: Vec<&str> = plan
        .measures
        .iter()
        .filter_map(|measure| measure.column.as_deref())
        .map(|column| rows.name(column))
        .collect::<Result<_, _>>()?;
    let x = rows.name(&plan.x)?;
    let mut drawing = Vec::new();
    let (steps, y) = match measured.as_slice() {
        [_, _, ..] => {
            let columns: Vec<String> = measured.iter().map(|name| quoted(name)).collect();
            let line = format!(
                "parts = {{name: data[name].dropna() for name in [{}]}}",
                columns.join(", ")
            );
            (vec![line], String::new())
        }
        one => {
            let y = one.first().copied().unwrap_or(x);
            let by = match &plan.series {
                Some(series) if y == x => Some(rows.name(series)?),
                _ if y == x => None,
                _ => Some(x),
            };
            let line = match by {
                Some(by) => format!(
                    "parts = {{str(kind): part.dropna() for kind, part in data.groupby({})[{}]}}",
                    quoted(by),
                    quoted(y)
                ),
                None => format!("parts = {{{}: data[{}].dropna()}}", quoted(y), quoted(y)),
            };
            (vec![line], sentence(y))
        }
    };
    drawing.push("ax.boxplot(list(parts.values()), tick_labels=list(parts))".into());
    if y.is_empty() || y == sentence(x) {
        labels(plan, &mut drawing, "", &y);
    } else {
        labels(plan, &mut drawing, &sentence(x), &y);
    }
    log(plan, &mut drawing, false);
    Ok(chart(steps, drawing))
}

fn pie(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let mut plan = plan.clone();
    plan.series = None;
    plan.measures.truncate(1);
    let outcome = result::compute(&plan, rows)?;
    let drawing = vec![
        "ax.pie(result, labels=[str(name) for name in result.index], autopct=\"%1.1f%%\", startangle=90, counterclock=False)".into(),
    ];
    Ok(Chart {
        steps: outcome.steps,
        drawing,
        size: "(7, 6)",
    })
}

/// x across, the series down, the measure as colour and, where there is room, as a number.
fn heatmap(plan: &Plan, rows: &Rows<'_>) -> Result<Chart, PlanError> {
    let outcome = result::compute(plan, rows)?;
    let table = if outcome.has_series {
        "result.T"
    } else {
        "result.to_frame().T"
    };
    let mut steps = outcome.steps;
    steps.push(format!("table = {table}"));
    let mut drawing = cells("viridis", "g");
    drawing.push(format!(
        "ax.figure.colorbar(image, ax=ax, label={})",
        quoted(&outcome.y_label)
    ));
    let down = match &plan.series {
        Some(series) => sentence(rows.name(series)?),
        None => String::new(),
    };
    labels(plan, &mut drawing, &outcome.x_label, &down);
    Ok(Chart {
        steps,
        drawing,
        size: "(9, 6)",
    })
}

/// The table as colours, with its values where there is room.
fn cells(colours: &str, digits: &str) -> Vec<String> {
    vec![
        format!("image = ax.imshow(table.to_numpy(dtype=float), aspect=\"auto\", cmap=\"{colours}\")"),
        "ax.set_xticks(range(table.shape[1]), [str(name) for name in table.columns], rotation=45, ha=\"right\")".into(),
        "ax.set_yticks(range(table.shape[0]), [str(name) for name in table.index])".into(),
        "if table.size <= 400:".into(),
        "    middle = np.nanmean(table.to_numpy(dtype=float))".into(),
        "    for row in range(table.shape[0]):".into(),
        "        for column in range(table.shape[1]):".into(),
        "            value = table.iat[row, column]".into(),
        format!(
            "            ax.text(column, row, f\"{{value:{digits}}}\", ha=\"center\", va=\"center\", color=\"white\" if value < middle else \"black\", fontsize=8)"
        ),
    ]
}

fn chart(steps: Vec<String>, drawing: Vec<String>) -> Chart {
    Chart {
        steps,
        drawing,
        size: "(8, 5)",
    }
}

/// As the question wants them; else what stands there.
fn labels(plan: &Plan, drawing: &mut Vec<String>, x: &str, y: &str) {
    let (x, y) = (
        plan.labels.x.as_deref().unwrap_or(x),
        plan.labels.y.as_deref().unwrap_or(y),
    );
    drawing.push(format!("ax.set_xlabel({})", quoted(x)));
    drawing.push(format!("ax.set_ylabel({})", quoted(y)));
    if let Some(format) = plan.money {
        let axis = if plan.chart == ChartKind::HorizontalBar {
            "xaxis"
        } else {
            "yaxis"
        };
        drawing.push(format!("ax.{axis}.set_major_formatter({})", quoted(format)));
    }
}

fn x_axis(outcome: &Outcome, drawing: &mut Vec<String>) {
    match outcome.axis {
        Axis::WholeNumbers => drawing.push("ax.xaxis.get_major_locator().set_params(integer=True)".into()),
        Axis::Kinds => drawing.push("plt.setp(ax.get_xticklabels(), rotation=45, ha=\"right\")".into()),
        Axis::Dates => drawing.push("ax.figure.autofmt_xdate()".into()),
        Axis::Numbers => {}
    }
}

fn log(plan: &Plan, drawing: &mut Vec<String>, is_horizontal: bool) {
    let (x, y) = if is_horizontal {
        (plan.log_y, plan.log_x)
    } else {
        (plan.log_x, plan.log_y)
    };
    if x {
        drawing.push("ax.set_xscale(\"log\")".into());
    }
    if y {
        drawing.push("ax.set_yscale(\"log\")".into());
    }
}
