//! Which part a column plays in a question, as far as the words before its name say: "for each team" is what stands on the x axis,
//! "how many players" is what is counted and hardly ever stands there.

use super::Columns;
use super::words::{Words, stems_of_name};
use crate::prompt::Purpose;

const EACH: &[&str] = &["each", "per", "every"];
/// What may stand between such a word and the name.
const PASSED_OVER: &[&str] = &[
    "of",
    "the",
    "different",
    "distinct",
    "unique",
    "all",
    "these",
    "their",
    "single",
];
/// A name is looked for in so many words.
const NEAR: usize = 4;

/// The columns of which each is named.
pub(super) fn grouped(words: &Words, columns: &Columns<'_>) -> Vec<String> {
    let places = places_of(words, |at| EACH.contains(&words.list[at].as_str()));
    named_at(words, &places, columns, true)
}

/// The columns of which it is asked how many there are.
pub(super) fn counted(words: &Words, columns: &Columns<'_>) -> Vec<String> {
    let follows = |at: usize, first: &str| at.checked_sub(1).is_some_and(|before| words.list[before] == first);
    let places = places_of(words, |at| match words.list[at].as_str() {
        "many" => follows(at, "how"),
        "of" => follows(at, "number") || follows(at, "count"),
        _ => false,
    });
    named_at(words, &places, columns, false)
}

/// Where the words after such a word begin.
fn places_of(words: &Words, is_marker: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..words.list.len())
        .filter(|at| is_marker(*at))
        .map(|at| {
            let after = words.list.iter().skip(at + 1);
            at + 1 + after.take_while(|word| PASSED_OVER.contains(&word.as_str())).count()
        })
        .collect()
}

/// The columns whose names begin at one of these places. With `in_part`, where there is none, those that have the word there as
/// a part of their names: "county" for `county_name`, and rather that than `county_id`.
fn named_at(words: &Words, places: &[usize], columns: &Columns<'_>, in_part: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for place in places {
        let near: Vec<&String> = words.stems.iter().skip(*place).take(NEAR).collect();
        let Some(first) = near.first() else { continue };
        let whole =
            |stems: &[String]| stems.len() <= near.len() && stems.iter().zip(&near).all(|(one, other)| one == *other);
        let part = |stems: &[String]| stems.contains(first);
        let mut names = matching(columns, whole);
        if names.is_empty() && in_part {
            names = matching(columns, part);
        }
        found.extend(names);
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn matching(columns: &Columns<'_>, fits: impl Fn(&[String]) -> bool) -> Vec<String> {
    let is_identifier = |name: &str, role: Option<Purpose>| {
        role == Some(Purpose::Identifier) || stems_of_name(name).last().is_some_and(|last| last == "id")
    };
    let all: Vec<(&String, bool)> = columns
        .names
        .iter()
        .filter(|(_, place)| {
            let stems = stems_of_name(&place.column.name);
            !stems.is_empty() && fits(&stems)
        })
        .map(|(name, place)| (name, is_identifier(&place.column.name, place.column.role)))
        .collect();
    let has_other = all.iter().any(|(_, is_identifier)| !is_identifier);
    all.into_iter()
        .filter(|(_, is_identifier)| !(has_other && *is_identifier))
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::prompt::Profile;

    #[test]
    fn the_words_before_a_name_say_what_part_it_plays() {
        let column = |name: &str| json!({"name": name, "type": "text"});
        let columns = ["Player", "Team", "Team_ID", "county_id", "County_Name"].map(column);
        let profile = json!({"tables": [{"name": "t", "file": "t.csv", "columns": columns}]});
        let profile: Profile = serde_json::from_value(profile).unwrap();
        let columns = Columns::new(&profile);
        let of = |question: &str| {
            let words = Words::new(question);
            (grouped(&words, &columns), counted(&words, &columns))
        };
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            of("How many players are in each team?"),
            (list(&["Team"]), list(&["Player"]))
        );
        assert_eq!(
            of("the number of different teams per county"),
            (list(&["County_Name"]), list(&["Team"]))
        );
        assert_eq!(of("players by team"), (list(&[]), list(&[])));
        assert_eq!(of("for each"), (list(&[]), list(&[])));
    }
}
