//! Which words of a question are about the order of what is shown: "rank by the team from high to low" groups nothing by team.

use super::words::Words;

const VERBS: &[&str] = &["list", "listed", "display", "show"];
/// What may stand before a direction and belong to it.
const SAID_BEFORE: &[&str] = &[
    "x", "y", "axis", "the", "by", "bars", "in", "from", "an", "order", "total", "number",
];
/// A verb is looked for in so many words before a direction.
const NEAR: usize = 7;
const DIRECTIONS: &[&str] = &[
    "ascending",
    "descending",
    "asc",
    "desc",
    "alphabetical",
    "alphabetically",
    "decreasing",
    "increasing",
];

pub(super) struct Clauses {
    /// For each word.
    about_order: Vec<bool>,
}

impl Clauses {
    pub(super) fn new(question: &str) -> Clauses {
        let mut about_order = Vec::new();
        for clause in question.split(['.', ',', ';', '?', '!']) {
            let words = Words::new(clause).list;
            let begin = begin(&words).unwrap_or(words.len());
            about_order.extend((0..words.len()).map(|at| at >= begin));
        }
        Clauses { about_order }
    }

    pub(super) fn is_about_order(&self, at: usize) -> bool {
        self.about_order.get(at).copied().unwrap_or_default()
    }
}

/// The first word about the order.
fn begin(words: &[String]) -> Option<usize> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let sorts = |at: &usize| {
        let verb = matches!(
            word(*at),
            "sort"
                | "sorted"
                | "sorting"
                | "order"
                | "ordered"
                | "ordering"
                | "rank"
                | "ranked"
                | "ranking"
                | "arrange"
                | "arranged"
        );
        verb && (word(*at + 1) == "by"
            || word(*at + 1) == "in"
            || word(*at + 1) == "from"
            || words[*at + 1..].iter().any(|later| is_direction(later)))
    };
    if let Some(at) = (0..words.len()).find(sorts) {
        return Some(at);
    }
    let direction = (0..words.len()).find(|at| {
        is_direction(word(*at))
            || (matches!(
                word(*at),
                "high" | "low" | "highest" | "lowest" | "a" | "z" | "largest" | "smallest"
            ) && word(*at + 1) == "to")
    })?;
    let verb = (direction.saturating_sub(NEAR)..direction).find(|at| VERBS.contains(&word(*at)));
    if let Some(verb) = verb {
        return Some(verb);
    }
    // "Y axis from high to low"
    let mut begin = direction;
    while begin > 0 && SAID_BEFORE.contains(&word(begin - 1)) {
        begin -= 1;
    }
    // "Titles on the x axis in alphabetical order": where they stand is said, too.
    if begin > 0 && word(begin - 1) == "on" {
        begin = (begin..direction)
            .find(|at| matches!(word(*at), "in" | "from"))
            .unwrap_or(direction);
    }
    Some(begin)
}

fn is_direction(word: &str) -> bool {
    DIRECTIONS.contains(&word)
}
