use serde_json::json;

use super::super::conditions;
use super::super::{Aggregate, Columns};
use super::*;
use crate::prompt::Profile;

fn of(question: &str) -> Roles {
    let column = |(name, kind): (&str, &str)| json!({"name": name, "type": kind});
    let columns = [
        ("Player", "text"),
        ("Team", "text"),
        ("Team_ID", "integer"),
        ("county_id", "integer"),
        ("County_Name", "text"),
        ("Position", "text"),
        ("Year", "integer"),
        ("Age", "integer"),
        ("Amount_Payment", "number"),
        ("body_mass_g", "number"),
    ]
    .map(column);
    let profile = json!({"tables": [{"name": "t", "file": "t.csv", "columns": columns}]});
    let profile: Profile = serde_json::from_value(profile).unwrap();
    let columns = Columns::new(&profile);
    let words = Words::new(question);
    let (mentions, clauses) = (Mentions::find(&words, &columns), Clauses::new(question));
    let conditions = conditions::find(question, &words, &columns, &mentions, &clauses, &[None, None], &[]);
    let reader = Reader::new(&words, &clauses, &mentions, &conditions);
    reader.roles(question.contains("line"))
}

#[test]
fn the_words_around_a_name_say_what_part_it_plays() {
    // The question, what stands on the x axis, and what is told apart.
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("How many players are in each team?", &["Team"], &[]),
        ("the number of different teams per county", &["County_Name"], &[]),
        ("players by team and position", &["Team"], &["Position"]),
        (
            "how many players, team on the x axis, coloured by position",
            &["Team"],
            &["Position"],
        ),
        (
            "the average age by team, sorted by position in descending order",
            &["Team"],
            &[],
        ),
        ("players for each team in each year as lines", &["Year"], &["Team"]),
        ("the average age, grouped by position", &["Position"], &[]),
        ("for each", &[], &[]),
    ];
    for (question, x, series) in cases {
        let roles = of(question);
        assert_eq!((roles.x, roles.series), (owned(x), owned(series)), "{question}");
    }
}

#[test]
fn what_is_measured_is_said() {
    let of_column = |aggregate, name: &str| (aggregate, Some(name.to_owned()));
    let cases = [
        (
            "the minimum and the average age",
            vec![of_column(Aggregate::Min, "Age"), of_column(Aggregate::Mean, "Age")],
        ),
        (
            "the total amount of payment by team",
            vec![of_column(Aggregate::Sum, "Amount_Payment")],
        ),
        (
            "the mean of age and body mass",
            vec![
                of_column(Aggregate::Mean, "Age"),
                of_column(Aggregate::Mean, "body_mass_g"),
            ],
        ),
        ("the number of players", vec![(Aggregate::Count, None)]),
        (
            "the number of distinct positions by team",
            vec![of_column(Aggregate::CountDistinct, "Position")],
        ),
    ];
    for (question, measured) in cases {
        let roles = of(question);
        assert_eq!((roles.measured, roles.measures_more), (measured, false), "{question}");
    }
    assert!(of("the average of it all").measures_more);
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
