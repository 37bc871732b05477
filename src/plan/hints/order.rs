//! What the words say about the order, about the few that are shown, and about the number of bins.

use super::super::Sort;
use super::super::words::{Words, number};

/// `about` are the words about the order alone.
pub(super) fn sorts(words: &Words, about: &Words) -> Vec<Sort> {
    let down = words.any(&[
        "desc",
        "descending",
        "high to low",
        "highest to lowest",
        "largest to smallest",
        "decreasing",
        "most to least",
        "z to a",
        "largest first",
        "highest first",
    ]);
    let up = words.any(&[
        "asc",
        "ascending",
        "low to high",
        "lowest to highest",
        "smallest to largest",
        "increasing",
        "least to most",
        "a to z",
        "alphabetical",
        "alphabetically",
        "smallest first",
        "lowest first",
    ]);
    if !(down || up) {
        // "Sorted by X" without a word for the direction.
        let sorts = words.any(&["sort", "sorted", "order by", "ordered by", "rank", "ranked"]);
        return if sorts {
            vec![Sort::XAscending, Sort::YDescending]
        } else {
            vec![]
        };
    }
    let by_x = about.any(&[
        "x",
        "x axis",
        "by the bars",
        "alphabetical",
        "alphabetically",
        "a to z",
        "z to a",
    ]);
    let by_y = about.any(&["y", "y axis"]);
    let mut found = Vec::new();
    for (wanted, x, y) in [
        (up, Sort::XAscending, Sort::YAscending),
        (down, Sort::XDescending, Sort::YDescending),
    ] {
        if wanted && (by_x || !by_y) {
            found.push(x);
        }
        if wanted && (by_y || !by_x) {
            found.push(y);
        }
    }
    found
}

pub(super) fn top(words: &Words) -> Option<u32> {
    const BEFORE: [&str; 4] = ["top", "first", "best", "bottom"];
    const AFTER: [&str; 14] = [
        "most", "largest", "biggest", "highest", "best", "longest", "oldest", "smallest", "lowest", "least", "worst",
        "top", "cheapest", "fewest",
    ];
    let list = &words.list;
    list.iter().enumerate().find_map(|(at, word)| {
        let number = number(word)?;
        let before = at.checked_sub(1).and_then(|before| list.get(before));
        let is_before = before.is_some_and(|word| BEFORE.contains(&word.as_str()));
        let is_after = list.get(at + 1).is_some_and(|word| AFTER.contains(&word.as_str()));
        ((is_before || is_after) && (1..=100).contains(&number)).then_some(number)
    })
}

pub(super) fn bins(words: &Words) -> Option<u32> {
    let list = &words.list;
    let at = list
        .iter()
        .position(|word| matches!(word.as_str(), "bins" | "bin" | "buckets" | "intervals"))?;
    let near = [at.checked_sub(1), Some(at + 2)].into_iter().flatten();
    near.filter_map(|at| number(list.get(at)?))
        .find(|number| (2..=500).contains(number))
}
