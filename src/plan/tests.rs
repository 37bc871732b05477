//! Each program is a snapshot of its own: `e2e/unit/plan.test.mjs` runs them all in the real runtime.

use serde_json::{Value, json};

use super::*;

fn profile() -> Profile {
    let column = |name: &str, kind: &str, distinct: u64, more: Value| {
        let mut column = json!({"name": name, "type": kind, "missing": 0, "distinct": distinct});
        column
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        column
    };
    let tables = json!([
        {"name": "orders", "file": "orders.csv", "rows": 60, "columns": [
            column("order_id", "integer", 60, json!({"min": 1, "max": 60})),
            column("customer_id", "integer", 6, json!({"min": 1, "max": 6})),
            column("day", "date", 60, json!({"min": "2022-01-05", "max": "2023-12-30"})),
            column("amount", "number", 58, json!({"min": 1.5, "max": 99.0})),
            column("weight", "number", 40, json!({"min": 0.1, "max": 9.9})),
            column("status", "text", 3, json!({"top": ["paid", "open", "late"]})),
            column("note", "text", 55, json!({})),
            column("express", "boolean", 2, json!({"top": ["True", "False"]})),
        ]},
        {"name": "customers", "file": "customers.csv", "rows": 6, "columns": [
            column("id", "integer", 6, json!({"min": 1, "max": 6})),
            column("name", "text", 6, json!({"top": ["Ann", "Bob", "Cid", "Dot", "Eve", "Fay"]})),
            column("status", "text", 2, json!({"top": ["new", "old"]})),
            column("since", "integer", 6, json!({"min": 1999, "max": 2015})),
        ]},
    ]);
    let profile: Profile = serde_json::from_value(json!({"tables": tables})).unwrap();
    profile.validate().unwrap();
    profile
}

fn alone() -> Profile {
    let mut profile = profile();
    profile.tables.truncate(1);
    profile
}

fn written(plan: Value, profile: &Profile) -> String {
    let plan: Plan = serde_json::from_value(plan).unwrap();
    compile::compile(&plan, &Columns::new(profile)).unwrap()
}

macro_rules! programs {
    ($($name:ident: $profile:ident, $plan:tt;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(written(json!($plan), &$profile()));
        }
    )*};
}

programs! {
    kinds_are_counted: alone, {"chart": "bar", "x": "status", "measures": [{"aggregate": "count", "column": null}], "title": "Orders by status"};
    the_largest_few: alone, {"chart": "horizontal_bar", "x": "note", "measures": [{"aggregate": "sum", "column": "amount"}], "sort": "y_descending", "top": 5, "title": "Largest"};
    stacked_by_year: alone, {"chart": "stacked_bar", "x": "day", "x_unit": "year", "measures": [{"aggregate": "count", "column": null}], "series": "status", "sort": "x_descending", "title": "Orders"};
    weekdays_in_their_order: alone, {"chart": "bar", "x": "day", "x_unit": "weekday", "measures": [{"aggregate": "mean", "column": "amount"}], "title": "By weekday"};
    months_over_years: alone, {"chart": "line", "x": "day", "x_unit": "month", "measures": [{"aggregate": "sum", "column": "amount"}], "series": "status", "title": "By month"};
    values_as_they_are: alone, {"chart": "line", "x": "day", "measures": [{"aggregate": "none", "column": "amount"}, {"aggregate": "none", "column": "weight"}], "second_axis": true, "title": "Both"};
    days_as_labels: alone, {"chart": "bar", "x": "day", "measures": [{"aggregate": "none", "column": "amount"}], "top": 3, "title": "Days"};
    several_measures: alone, {"chart": "grouped_bar", "x": "status", "measures": [{"aggregate": "mean", "column": "amount"}, {"aggregate": "max", "column": "amount"}, {"aggregate": "count", "column": null}], "title": "Amounts"};
    points: alone, {"chart": "scatter", "x": "weight", "measures": [{"aggregate": "none", "column": "amount"}], "series": "status", "size": "amount", "log_x": true, "title": "Points"};
    points_of_groups: alone, {"chart": "scatter", "x": "status", "measures": [{"aggregate": "min", "column": "weight"}, {"aggregate": "mean", "column": "amount"}], "title": "Groups"};
    panels: alone, {"chart": "scatter", "x": "weight", "measures": [{"aggregate": "none", "column": "amount"}], "panels": "status", "title": "Panels"};
    distribution: alone, {"chart": "histogram", "x": "amount", "measures": [{"aggregate": "count", "column": null}], "series": "status", "bins": 12, "title": "Distribution"};
    boxes: alone, {"chart": "box", "x": "status", "measures": [{"aggregate": "none", "column": "amount"}], "title": "Boxes"};
    slices: alone, {"chart": "pie", "x": "status", "measures": [{"aggregate": "count", "column": null}], "title": "Shares"};
    cells: alone, {"chart": "heatmap", "x": "day", "x_unit": "year", "series": "status", "measures": [{"aggregate": "sum", "column": "amount"}], "title": "Cells"};
    areas: alone, {"chart": "area", "x": "day", "x_unit": "quarter", "series": "status", "measures": [{"aggregate": "sum", "column": "amount"}], "title": "Areas"};
    every_kind_of_filter: alone, {"chart": "bar", "filters": [
        {"column": "status", "test": "is", "values": ["paid", "open"]},
        {"column": "amount", "test": "between", "values": [2, 90]},
        {"column": "day", "test": "at least", "values": ["2022-02-01"]},
        {"column": "note", "test": "is not", "values": ["it's \"odd\"\\n"]},
        {"column": "express", "test": "is", "values": [true]},
        {"column": "weight", "test": "above average", "values": []},
        {"column": "note", "test": "contains", "values": ["a"]}], "x": "status", "measures": [{"aggregate": "count", "column": null}], "title": "Filtered"};
    one_filter_is_enough: alone, {"chart": "bar", "any_filter": true, "filters": [
        {"column": "status", "test": "is", "values": ["paid"]}, {"column": "amount", "test": "above", "values": [50]}],
        "x": "status", "measures": [{"aggregate": "count", "column": null}], "title": "Either"};
    joined_tables: profile, {"chart": "bar", "filters": [{"column": "customers.status", "test": "is", "values": ["old"]}], "x": "customers.name", "measures": [{"aggregate": "sum", "column": "orders.amount"}], "series": "orders.status", "title": "By customer"};
    one_of_two_tables: profile, {"chart": "line", "x": "customers.since", "measures": [{"aggregate": "count", "column": null}], "title": "Since"};
}

macro_rules! settled {
    ($($name:ident: $profile:ident, $question:literal;)*) => {$(
        #[test]
        fn $name() {
            let program = form($question, $profile()).unwrap().settled();
            insta::assert_snapshot!(program.expect("words that leave nothing to choose").source);
        }
    )*};
}

settled! {
    said_in_thousands: alone, "Bar chart of the total amount in thousands by status";
    said_correlations: alone, "Correlation matrix of all numeric columns as a heatmap";
    said_density: alone, "Histogram of amount with 8 bins as a probability density";
    said_letters: alone, "A bar chart of the number of orders per status whose note does not contain the letters M or Q";
    said_alternatives: alone, "Average weight per status for orders with an amount above 90 or a weight below 2, bar chart from high to low";
    said_two_axes: alone, "Show amount on the left y axis and weight on the right y axis, both over day";
    said_points: alone, "Scatter plot of weight against amount grouped by status";
    said_list: alone, "For each status the mean of amount and weight as grouped bars";
    said_panels: alone, "A scatter chart of weight and amount, one panel per status";
    said_labels: alone, "Bars of the number of orders per status, titled 'All of them'. Label the x axis 'State' and the y axis 'Orders (n)'";
    said_dollars: alone, "Line chart of the total amount per day, y axis ticks formatted in dollars with two decimals";
    said_moving_average: alone, "Line chart of amount over day, with its 7-day moving average";
    said_shades: alone, "Scatter plot of weight against amount, coloured by order id";
    said_joined: profile, "How many orders does each customer name have? Pie chart";
}

#[test]
fn a_percentage_of_yes_and_no_is_how_often_it_is_yes() {
    let form = form("What percentage of the orders is express, by status? Bars", alone()).unwrap();
    let plan = json!({"chart": "bar", "x": "status", "measures": [{"aggregate": "sum", "column": "express"}], "title": "Express"});
    let source = form.program(&plan.to_string()).unwrap().source;
    assert!(
        source.contains("[\"express\"].mean()\nresult = 100 * result\n")
            && source.contains("ax.set_ylabel(\"Express (%)\")"),
        "{source}"
    );
}

#[test]
fn a_line_marks_the_mean_of_a_distribution() {
    let form = form(
        "Histogram of weight with 8 bins, mark the mean with a dashed line",
        alone(),
    )
    .unwrap();
    let plan = json!({"chart": "histogram", "x": "weight", "measures": [{"aggregate": "count", "column": null}]});
    let source = form.program(&plan.to_string()).unwrap().source;
    assert!(
        source.contains("mean = data[\"weight\"].mean()\nax.axvline(mean, "),
        "{source}"
    );
}

#[test]
fn error_bars_are_of_the_column_that_says_them() {
    let column = |name: &str| json!({"name": name, "type": "number", "missing": 0, "distinct": 9, "min": 0, "max": 9});
    let columns = ["dose", "response", "std_error"].map(column);
    let profile = json!({"tables": [{"name": "t", "file": "t.csv", "rows": 9, "columns": columns}]});
    let profile: Profile = serde_json::from_value(profile).unwrap();
    let question =
        "Error bar plot of the response against the dose, with the bars from 'std_error' and the points joined";
    let source = form(question, profile).unwrap().settled().unwrap().source;
    assert!(
        source.contains(
            "ax.errorbar(data[\"dose\"], data[\"response\"], yerr=data[\"std_error\"], fmt=\"o-\", capsize=4)"
        ),
        "{source}"
    );
    let without = "Error bar plot of amount over weight";
    assert!(
        form(without, alone()).is_none(),
        "no column says how far an amount may be off"
    );
}

#[test]
fn a_question_that_leaves_a_choice_is_not_settled() {
    for question in [
        "a chart",
        "bars",
        "How many orders of Ann are there per status? Bars",
        "amount by status",
    ] {
        assert!(form(question, alone()).unwrap().settled().is_none(), "{question}");
    }
}

/// What is measured there is a model; a program that the words alone settle would measure nothing.
#[test]
fn the_questions_of_the_bench_leave_the_model_a_choice() {
    let requests: Vec<Value> = serde_json::from_str(include_str!("../../e2e/bench/questions.json")).unwrap();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let profile: Profile = serde_json::from_value(request["profile"].clone()).unwrap();
        profile.validate().unwrap();
        let question = request["question"].as_str().unwrap();
        let form = form(question, profile).expect(question);
        assert!(form.settled().is_none(), "{question}");
    }
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let form = form("a chart", alone()).unwrap();
    let error = |plan: Value| form.program(&plan.to_string()).unwrap_err().to_string();
    assert_eq!(
        error(json!({"chart": "other", "x": "day"})),
        "no form can say what is asked for"
    );
    assert_eq!(
        error(json!({"chart": "bar", "x": "colour", "measures": []})),
        "the plan names \"colour\", which is no column"
    );
    assert!(form.program("not json").is_err());
}

#[test]
fn the_grammar_admits_what_the_question_leaves_open() {
    let question = "How many paid orders per weekday? Stacked bars by express, from high to low";
    let schema = form(question, alone()).unwrap().schema;
    let fields = &schema["properties"];
    assert_eq!(fields["chart"]["enum"], json!(["stacked_bar"]));
    assert_eq!(fields["x"]["enum"], json!(["day"]));
    assert_eq!(fields["x_unit"]["enum"], json!(["weekday"]));
    assert_eq!(fields["sort"]["enum"], json!(["x_descending", "y_descending"]));
    assert!(fields.get("top").is_none() && fields.get("size").is_none());
    // "paid" is a value that the table is known to have, so nothing is left to say about the rows.
    assert!(fields.get("filters").is_none());
    // The order in which a model fills it in.
    let order: Vec<&String> = fields.as_object().unwrap().keys().collect();
    assert_eq!(order[..3], ["chart", "x", "x_unit"]);
    assert_eq!(*order[order.len() - 1], "title");
}

#[test]
fn a_filter_compares_with_what_the_question_says() {
    let mut profile = alone();
    profile.tables[0].columns[5].top = None;
    let form = form(
        "the average amount of Late orders above 20 since 2022 by status",
        profile,
    )
    .unwrap();
    // Of which column "Late" is a value is not said; the others are.
    let filters = form.schema["properties"]["filters"].to_string();
    assert!(filters.contains(r#""Late""#), "{filters}");
    let filled = json!({"chart": "bar", "x": "status", "measures": [{"aggregate": "mean", "column": "amount"}], "filters": [
        {"column": "status", "test": "is", "values": ["Late"]}]});
    let source = form.program(&filled.to_string()).unwrap().source;
    for line in [
        r#"data[data["status"].str.lower() == "late"]"#,
        r#"data[data["amount"] > 20]"#,
        r#"data[data["day"].dt.year >= 2022]"#,
    ] {
        assert!(source.contains(line), "{line} in {source}");
    }
}

#[test]
fn the_words_of_the_question_have_the_last_say() {
    let program = |question: &str, filled: Value| {
        form(question, alone())
            .unwrap()
            .program(&filled.to_string())
            .unwrap()
            .source
    };
    let count = json!([{"aggregate": "count", "column": null}]);
    let sorted = |question: &str| {
        let source = program(
            question,
            json!({"chart": "bar", "x": "status", "measures": count, "sort": "x_descending"}),
        );
        source.contains("sort_values(ascending=False)")
    };
    assert!(sorted(
        "Bars of orders by status, sorted by the number of orders in descending order"
    ));
    assert!(!sorted(
        "Bars of orders by status, sorted by status in descending order"
    ));
    let months = program(
        "Bars of orders per month",
        json!({"chart": "bar", "x": "day", "measures": count}),
    );
    assert!(months.contains("month_name()"), "{months}");
    let share = program(
        "The percentage of orders by status",
        json!({"chart": "bar", "x": "status", "measures": count}),
    );
    assert!(share.contains("100 * result / result.sum()"), "{share}");
    let points = program(
        "A scatter chart of weight and amount",
        json!({"chart": "scatter", "x": "status", "measures": [
        {"aggregate": "none", "column": "weight"}, {"aggregate": "none", "column": "amount"}]}),
    );
    assert!(
        points.contains(r#"ax.scatter(data["weight"], data["amount"]"#),
        "{points}"
    );
}

#[test]
fn what_no_form_can_say_has_none() {
    assert!(form("a chart", Profile::default()).is_none());
    assert!(form("a radar chart of amount by status", alone()).is_none());
}
