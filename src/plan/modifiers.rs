//! Values that stand beside the name of their column without quotes: "rooms with king bed", "whose status is open", "high priority
//! tickets". Only columns of few kinds are thought of, which play no other part in the question.

use serde_json::json;

use super::mentions::{Mention, Mentions};
use super::roles::Roles;
use super::schema::is_numeric;
use super::values::is_common;
use super::words::{Words, number, stems_of_name};
use super::{Filter, Test};
use crate::prompt::{Column, Kind};

const MOST_KINDS: u64 = 15;

pub(super) fn find(
    words: &Words,
    mentions: &Mentions<'_>,
    roles: &Roles,
    is_apart: impl Fn(usize) -> bool,
) -> Vec<Filter> {
    let mut found: Vec<Filter> = Vec::new();
    for mention in mentions.all() {
        let column = mentions.column(mention);
        let name = mentions.name(mention);
        let is_said = found.iter().any(|filter| filter.column == name) || is_in_role(roles, name);
        if is_said || is_apart(mention.at) || !has_few_kinds(column) {
            continue;
        }
        let value = behind(words, mentions, mention).or_else(|| in_front(words, mentions, mention));
        if let Some(value) = value {
            found.push(is(name, value));
        }
    }
    // "King bed" is of `bed_type` too where another column is called `beds`.
    for mention in mentions
        .all()
        .iter()
        .filter(|mention| mention.is_whole && mention.length == 1)
    {
        let Some(at) = mention.at.checked_sub(1).filter(|at| is_value(words, mentions, *at)) else {
            continue;
        };
        let of_kinds = |(name, column): &(&str, &Column)| {
            let is_said = found.iter().any(|filter| filter.column == *name) || is_in_role(roles, name);
            has_few_kinds(column) && !is_said && stems_of_name(&column.name).first() == words.stems.get(mention.at)
        };
        if is_numeric(mentions.column(mention))
            && !is_apart(mention.at)
            && let Some((name, _)) = mentions.columns().find(of_kinds)
        {
            found.push(is(name, &words.list[at]));
        }
    }
    found
}

fn is(column: &str, value: &str) -> Filter {
    Filter {
        column: column.to_owned(),
        test: Test::Is,
        values: vec![json!(value)],
        is_alternative: false,
    }
}

fn has_few_kinds(column: &Column) -> bool {
    column.kind == Kind::Text && column.distinct.is_some_and(|distinct| distinct <= MOST_KINDS)
}

fn is_in_role(roles: &Roles, name: &str) -> bool {
    let is_it = |names: &[String]| names.iter().any(|other| other == name);
    is_it(&roles.x)
        || is_it(&roles.series)
        || is_it(&roles.counted)
        || roles.measured.iter().any(|(_, column)| column.as_deref() == Some(name))
}

/// "King bed": a word that nothing else explains, before a part of the name.
fn in_front<'a>(words: &'a Words, mentions: &Mentions<'_>, mention: &Mention) -> Option<&'a str> {
    if mention.is_whole {
        return None;
    }
    let at = mention.at.checked_sub(1)?;
    is_value(words, mentions, at).then(|| words.list[at].as_str())
}

/// "Whose status is open", "with result won".
fn behind<'a>(words: &'a Words, mentions: &Mentions<'_>, mention: &Mention) -> Option<&'a str> {
    let word = |at: usize| words.list.get(at).map_or("", String::as_str);
    let is_verb = matches!(word(mention.end()), "is" | "was" | "are" | "were" | "equals");
    let mut before = mention.at;
    while before > 0 && matches!(word(before - 1), "the" | "a" | "an" | "their" | "its") {
        before -= 1;
    }
    let opens = before > 0 && matches!(word(before - 1), "with" | "whose" | "where" | "when" | "having" | "if");
    let at = mention.end() + usize::from(is_verb);
    (opens && is_value(words, mentions, at)).then(|| words.list[at].as_str())
}

fn is_value(words: &Words, mentions: &Mentions<'_>, at: usize) -> bool {
    let Some(word) = words.list.get(at) else { return false };
    let is_named = mentions
        .all()
        .iter()
        .any(|mention| (mention.at..mention.end()).contains(&at));
    let is_order = matches!(word.as_str(), "high" | "low");
    word.len() > 2 && !is_named && number(word).is_none() && (is_order || !is_common(word))
}
