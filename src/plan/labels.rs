//! What a question wants written beside the axes and above the chart: "label the y axis 'Price (EUR)'", "titled 'Sales'". It is taken
//! as it stands, and the rest of the question is read without it: a word in a label names no column, and no row is left out by it.

use super::quotes::{Quote, quotes};
use super::words::Words;

#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Labels {
    pub(super) x: Option<String>,
    pub(super) y: Option<String>,
    pub(super) title: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    X,
    Y,
    Title,
}

/// How many words before a text say what it is for: "the y-axis, which should be labeled as".
const NEAR: usize = 8;
const TITLES: &[&str] = &["title", "titled", "titles", "heading", "headline", "suptitle"];
const LABELS: &[&str] = &[
    "label",
    "labels",
    "labeled",
    "labelled",
    "labeling",
    "labelling",
    "named",
    "called",
    "reading",
    "reads",
    "xlabel",
    "ylabel",
];

/// What stands between what is labelled and the label.
const LINKS: &[&str] = &[
    "axis", "as", "is", "to", "be", "should", "the", "which", "it", "of", "a", "with", "read", "text", "for", "chart",
    "plot", "figure", "graph", "must", "will", "says", "say",
];
const OF_ROWS: &[&str] = &["whose", "where", "having", "if", "when"];

/// Where something is to stand, and nothing is compared.
const PLACES: &[&str] = &[
    "above the plot",
    "above the chart",
    "above the figure",
    "above the graph",
    "above the bars",
    "below the plot",
    "below the chart",
    "below the figure",
    "under the chart",
    "over the bars",
];

/// With the question as it is without them.
pub(super) fn find(question: &str) -> (Labels, String) {
    let words = Words::new(question).list;
    let quotes = quotes(question);
    let mut labels = Labels::default();
    let mut taken: Vec<(&Quote, Place)> = Vec::new();
    for (number, quote) in quotes.iter().enumerate() {
        let behind = number.checked_sub(1).and_then(|before| quotes.get(before));
        let Some(place) = place_of(&words, quote, behind, taken.last().copied()) else {
            continue;
        };
        let slot = match place {
            Place::X => &mut labels.x,
            Place::Y => &mut labels.y,
            Place::Title => &mut labels.title,
        };
        slot.get_or_insert_with(|| quote.text.clone());
        taken.push((quote, place));
    }
    let mut rest = question.to_owned();
    for (quote, _) in taken.iter().rev() {
        rest.replace_range(quote.begin..quote.begin + quote.text.len(), "");
    }
    for place in PLACES {
        if let Some(at) = rest.to_ascii_lowercase().find(place) {
            rest.replace_range(at..at + place.len(), "");
        }
    }
    (labels, rest)
}

/// `before` is the text in quotes before this one, and `last` the last one that was for something.
fn place_of(words: &[String], quote: &Quote, before: Option<&Quote>, last: Option<(&Quote, Place)>) -> Option<Place> {
    let after = &words[(quote.at + quote.length).min(words.len())..];
    if let Some(place) = said_after(after) {
        return Some(place);
    }
    let from = before.map_or(0, |before| before.at + before.length);
    let near = &words[from.max(quote.at.saturating_sub(NEAR)).min(quote.at)..quote.at];
    let is_label = |word: &String| LABELS.contains(&word.as_str());
    // The second of two: "label the x axis 'a' and the y axis 'b'", "labels 'a' and 'b'".
    let follows = before
        .zip(last)
        .filter(|(before, (last, _))| before.at == last.at)
        .map(|(_, (_, place))| place);
    let named = |at: usize| match near[at].as_str() {
        "x" | "xlabel" => Some(Place::X),
        "y" | "ylabel" => Some(Place::Y),
        "horizontal" if near.get(at + 1).is_some_and(|next| next == "axis") => Some(Place::X),
        "vertical" if near.get(at + 1).is_some_and(|next| next == "axis") => Some(Place::Y),
        word if TITLES.contains(&word) => Some(Place::Title),
        _ => None,
    };
    // Whatever else stands between speaks of something else: "sorted by x, only products named 'Desk'".
    let leads_here = |at: usize| {
        let between = &near[at + 1..];
        between
            .iter()
            .all(|word| is_label(word) || LINKS.contains(&word.as_str()))
    };
    // "Whose title is 'Heat'" is said of rows.
    let is_of_rows = |at: usize| {
        let before = |back: usize| at.checked_sub(back).map_or("", |at| near[at].as_str());
        (1..=2).any(|back| OF_ROWS.contains(&before(back))) || matches!(before(1), "and" | "or")
    };
    let axis = (0..near.len())
        .rev()
        .find_map(|at| Some((at, named(at)?)))
        .filter(|(at, place)| leads_here(*at) && !(*place == Place::Title && is_of_rows(*at)))
        .map(|(_, place)| place);
    match (axis, follows) {
        (Some(Place::Title), _) => Some(Place::Title),
        (Some(place), follows) if near.iter().any(is_label) || follows.is_some() => Some(place),
        (None, Some(Place::X)) if near.len() <= 2 => Some(Place::Y),
        // "The axes should be labeled 'a' and 'b'".
        (None, None) if near.iter().any(|word| word == "axes") && near.iter().any(is_label) => Some(Place::X),
        _ => None,
    }
}

/// "'Time (s)' as the x-axis label", "'Sales' as the title".
fn said_after(after: &[String]) -> Option<Place> {
    let (first, rest) = after.split_first()?;
    if !matches!(first.as_str(), "as" | "for") {
        return None;
    }
    let near = &rest[..rest.len().min(5)];
    let is_title = near.iter().take(3).any(|word| TITLES.contains(&word.as_str()));
    if is_title {
        return Some(Place::Title);
    }
    let label = near.iter().position(|word| LABELS.contains(&word.as_str()))?;
    let names = |axis: &str, other: &str| near[..label].iter().any(|word| word == axis || word == other);
    if names("x", "horizontal") {
        Some(Place::X)
    } else {
        names("y", "vertical").then_some(Place::Y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_written_is_found() {
        let cases: &[(&str, [Option<&str>; 3])] = &[
            (
                "Label the x-axis as 'Month' and the y-axis as 'Heat (°C)'. Give it the title 'The Year' and a grid.",
                [Some("Month"), Some("Heat (°C)"), Some("The Year")],
            ),
            (
                "The axes should be labeled 'Dose (mg)' and 'Response', and the title of the chart should be 'Doses'.",
                [Some("Dose (mg)"), Some("Response"), Some("Doses")],
            ),
            (
                "The panels share the x-axis, which is labeled \"time (s)\". Use 'Speed' as the y-axis label.",
                [Some("time (s)"), Some("Speed"), None],
            ),
            ("A pie chart titled 'Costs'", [None, None, Some("Costs")]),
            ("bars of sales for 'North' and 'South'", [None, None, None]),
            (
                "how often were films whose title is 'Heat' lent, by year",
                [None, None, None],
            ),
            (
                "horizontal bars of the sales by the x axis, only of products named 'Desk'",
                [None, None, None],
            ),
            (
                "Set the title to 'All' and the label of the y axis to 'Sum'",
                [None, Some("Sum"), Some("All")],
            ),
            (
                "Put the years on the x axis and show rows where kind is 'title'",
                [None, None, None],
            ),
            (
                "the column 'Price' on the y axis against 'Size' on the x axis",
                [None, None, None],
            ),
        ];
        for (question, expected) in cases {
            let (found, _) = find(question);
            let found = [found.x, found.y, found.title];
            assert_eq!(found, expected.map(|text| text.map(str::to_owned)), "{question}");
        }
    }

    #[test]
    fn the_rest_of_the_question_is_read_without_it() {
        let (_, rest) = find("Average age by team, y axis labelled 'Total cost', only 'Red'");
        assert_eq!(rest, "Average age by team, y axis labelled '', only 'Red'");
        assert_eq!(find("bars, a title above the chart").1, "bars, a title ");
    }
}
