//! Which part a column plays in a question, as far as the words around its name say: "for each team" is what stands on the x axis,
//! "how many players" is what is counted and hardly ever stands there, "the average age" is measured.

mod measured;
mod points;

use super::Aggregate;
use super::clauses::Clauses;
use super::conditions::Conditions;
use super::mentions::{Mention, Mentions, is_identifier, is_kind, is_time};
use super::words::Words;
pub(super) use points::{Points, only_points};

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
    "its",
    "attribute",
    "column",
    "a",
    "an",
    "corresponding",
    "respective",
    "each",
    "every",
    "in",
    "various",
    "values",
    "s",
    "kind",
    "kinds",
    "sort",
    "type",
    "types",
    "category",
];
/// Behind them something else is spoken of.
const ENDS: &[&str] = &[
    "and", "or", "with", "using", "on", "for", "from", "to", "at", "as", "that", "which", "who", "whose", "by", "is",
    "are", "was", "were", "than", "if", "when", "while", "where", "have", "has", "had", "do", "does", "did", "show",
    "x", "y", "then", "over", "not", "against", "versus", "vs", "per", "number", "it", "them",
];
const EACH: &[&str] = &["each", "per", "every"];

#[derive(Debug, Default, PartialEq)]
pub(super) struct Roles {
    /// Columns that are said to stand on the x axis; any of them, where a word fits several.
    pub(super) x: Vec<String>,
    pub(super) series: Vec<String>,
    /// Those of which it is asked how many there are.
    pub(super) counted: Vec<String>,
    /// In their order, where the words say which columns are combined and how; rows are counted where there is none.
    pub(super) measured: Vec<(Aggregate, Option<String>)>,
    /// Some word for it stands alone, so `measured` is not all of it.
    pub(super) measures_more: bool,
    /// What is shown as it is.
    pub(super) shown: Vec<String>,
    /// What has a panel for each.
    pub(super) panels: Vec<String>,
    /// What the size of a point shows.
    pub(super) size: Vec<String>,
    /// Where rows are counted, words that say what they are.
    pub(super) things: Vec<String>,
    /// For a scatter chart of the values as they are: the two axes, and what the points are told apart by.
    pub(super) points: Option<Points>,
}

pub(super) struct Reader<'a> {
    words: &'a Words,
    clauses: &'a Clauses,
    mentions: &'a Mentions<'a>,
    conditions: &'a Conditions,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        words: &'a Words,
        clauses: &'a Clauses,
        mentions: &'a Mentions<'a>,
        conditions: &'a Conditions,
    ) -> Reader<'a> {
        Reader {
            words,
            clauses,
            mentions,
            conditions,
        }
    }

    /// `is_line`: time goes along it, whatever is named first.
    pub(super) fn roles(&self, is_line: bool) -> Roles {
        let mut roles = Roles::default();
        self.measured(&mut roles);
        let axis = self.axis("x");
        let each = self.marked(|at| EACH.contains(&self.word(at)));
        let (by, shown): (Vec<_>, Vec<_>) = self
            .marked(|at| self.is_plain_by(at))
            .into_iter()
            .partition(|found| found.iter().any(|mention| is_kind(self.mentions.column(mention))));
        roles.size = self.first(&self.marked(|at| self.is_size(at)));
        roles.panels = self.first(&self.marked(|at| self.is_of_panels(at)));
        let groups = self.marked(|at| self.is_of_groups(at));
        let softly = self.marked(|at| matches!(self.word(at), "different" | "various" | "across" | "among" | "over"));
        let of_bin = self.binned();
        let splits = self.marked(|at| self.splits(at));
        roles.points = self.points(
            &axis,
            &[groups.as_slice(), &splits].concat(),
            &[by.as_slice(), &shown].concat(),
            &roles.size,
        );
        // "The top 5 players by market value"
        if let ([found], true) = (shown.as_slice(), roles.measured.is_empty()) {
            roles.shown = self.names(found);
        }
        // "With months as columns and years as rows"
        let columns = self.said_as("columns");
        if let ([_, ..], rows @ [_, ..]) = (columns.as_slice(), self.said_as("rows").as_slice()) {
            (roles.x, roles.series) = (self.first(&columns), self.first(rows));
            return roles;
        }
        let list = [axis, of_bin, each, by, softly, groups.clone()];
        let along = list.into_iter().flatten();
        let is_free = |found: &Vec<Mention>| !self.are_measured(found, &roles) && self.names(found) != roles.panels;
        let along: Vec<Vec<Mention>> = along.filter(is_free).collect();
        let mut along = along;
        // Of several tables a whole name says more than a word that stands for the rows of one.
        if self.mentions.are_of_several_tables() {
            along.sort_by_key(|found| !found.iter().any(|mention| mention.is_whole));
        }
        if is_line
            && let Some(time) = along
                .iter()
                .position(|found| found.iter().any(|mention| is_time(self.mentions.column(mention))))
        {
            along[..=time].rotate_right(1);
        }
        let mut along = along.into_iter();
        if let Some(first) = along.next() {
            // "by team and position": the second of two is the series.
            let beside = self.beside(&first);
            roles.x = self.names(&first);
            let others = groups.into_iter().chain(splits).chain(beside).chain(along);
            roles.series = others
                .map(|found| self.names(&found))
                .find(|names| {
                    !names
                        .iter()
                        .any(|name| roles.x.contains(name) || self.tells_rows_apart(name))
                        && !names.is_empty()
                })
                .unwrap_or_default();
        } else if let Some(found) = splits.first() {
            roles.series = self.names(found);
        }
        // "How many different teams by team": the rows of each.
        for (aggregate, column) in &mut roles.measured {
            let is_x = column.as_ref().is_some_and(|column| roles.x.contains(column));
            if *aggregate == Aggregate::CountDistinct && is_x {
                (*aggregate, *column) = (Aggregate::Count, None);
            }
        }
        roles
    }

    fn word(&self, at: usize) -> &str {
        self.words.list.get(at).map_or("", String::as_str)
    }

    fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.word(at))
    }

    /// About the order, or about the rows that are left out.
    fn is_apart(&self, at: usize) -> bool {
        self.clauses.is_about_order(at) || self.conditions.cover(at)
    }

    /// "By" that neither sorts, nor colours, nor says who does what.
    fn is_plain_by(&self, at: usize) -> bool {
        let is_by = self.word(at) == "by" || (self.word(at) == "for" && self.word(at + 1) == "different");
        let verb = self.before(at, 1);
        is_by
            && !self.is_apart(at)
            && !self.is_size(at)
            && !is_grouping(verb)
            && !is_splitting(verb)
            && !matches!(verb, "x" | "followed")
    }

    /// "One panel per team", "a subplot for each team".
    fn is_of_panels(&self, at: usize) -> bool {
        let is_panel = |word: &str| {
            matches!(
                word,
                "panel" | "panels" | "subplot" | "subplots" | "facet" | "facets" | "facetted" | "faceted"
            )
        };
        matches!(self.word(at), "per" | "each" | "every" | "by") && (1..=2).any(|back| is_panel(self.before(at, back)))
    }

    /// "Months as rows": the column before these words.
    fn said_as(&self, what: &str) -> Vec<Vec<Mention>> {
        let places =
            (1..self.words.list.len()).filter(|at| self.word(*at) == what && matches!(self.word(*at - 1), "as" | "in"));
        places
            .map(|at| self.mentions.before(at - 1))
            .filter(|found| !found.is_empty())
            .collect()
    }

    fn first(&self, found: &[Vec<Mention>]) -> Vec<String> {
        found.first().map(|found| self.names(found)).unwrap_or_default()
    }

    fn is_size(&self, at: usize) -> bool {
        let is_of_size = |word: &str| matches!(word, "size" | "sized" | "sizes" | "area");
        (self.word(at) == "by" && (is_of_size(self.before(at, 1)) || is_of_size(self.before(at, 2))))
            || (is_of_size(self.word(at))
                && matches!(self.word(at + 1), "for" | "shows" | "showing" | "is" | "proportional"))
    }

    fn is_of_groups(&self, at: usize) -> bool {
        self.word(at) == "by" && !self.is_apart(at) && is_grouping(self.before(at, 1))
    }

    fn splits(&self, at: usize) -> bool {
        let is_link = matches!(self.word(at), "by" | "for" | "per" | "each");
        let is_near = (1..=3).any(|back| is_splitting(self.before(at, back)));
        is_link && !self.is_apart(at) && is_near
    }

    /// The columns that are named after such words.
    fn marked(&self, is_marker: impl Fn(usize) -> bool) -> Vec<Vec<Mention>> {
        (0..self.words.list.len())
            .filter(|at| is_marker(*at) && !self.is_apart(*at))
            .map(|at| self.after(at + 1))
            .filter(|found| !found.is_empty())
            .collect()
    }

    /// The column that is named from this word on: "kind of weather", "calendar month".
    fn after(&self, first: usize) -> Vec<Mention> {
        let mut unknown = 0;
        for at in first..first + 5 {
            let found = self.mentions.at(at);
            if !found.is_empty() {
                return found;
            }
            let word = self.word(at);
            if !PASSED_OVER.contains(&word) {
                unknown += 1;
                if unknown > 1 || ENDS.contains(&word) || word.is_empty() {
                    return vec![];
                }
            }
        }
        vec![]
    }

    /// What is said to stand on this axis: "snatch on the x axis", "x axis team name".
    fn axis(&self, axis: &str) -> Vec<Vec<Mention>> {
        let lies = if axis == "x" { "horizontal" } else { "vertical" };
        let is_axis = |at: usize| {
            let named = self.word(at) == axis || (self.word(at) == lies && self.word(at + 1) == "axis");
            named && !self.is_apart(at)
        };
        let is_link = |word: &str| {
            matches!(
                word,
                "on" | "the" | "as" | "along" | "in" | "for" | "to" | "an" | "a" | "log" | "is" | "at"
            )
        };
        let mut found = Vec::new();
        for at in (0..self.words.list.len()).filter(|at| is_axis(*at)) {
            let mut start = at;
            while start > 0 && is_link(self.word(start - 1)) {
                start -= 1;
            }
            let named = if start < at {
                self.mentions.before(start)
            } else {
                vec![]
            };
            if named.is_empty() {
                let mut end = at + 1;
                while matches!(
                    self.word(end),
                    "axis" | "is" | "shows" | "showing" | "as" | "the" | "being" | "represents" | "for" | "of"
                ) {
                    end += 1;
                }
                found.push(self.mentions.at(end));
            } else {
                found.push(named);
            }
        }
        found.retain(|mentions| !mentions.is_empty());
        found
    }

    /// "bin the hire date by year", "hire date binned by year".
    fn binned(&self) -> Vec<Vec<Mention>> {
        let mut found = Vec::new();
        for at in (0..self.words.list.len()).filter(|at| matches!(self.word(*at), "bin" | "binned" | "binning")) {
            let after = self.after(at + 1);
            found.push(if after.is_empty() {
                self.mentions.before(at)
            } else {
                after
            });
        }
        found.retain(|mentions| !mentions.is_empty());
        found
    }

    /// The column that is named after "and" behind this one.
    fn beside(&self, first: &[Mention]) -> Vec<Vec<Mention>> {
        let Some(end) = first.first().map(|mention| mention.at + mention.length) else {
            return vec![];
        };
        let found = if matches!(self.word(end), "and" | "by") && !self.is_apart(end) {
            self.after(end + 1)
        } else {
            vec![]
        };
        let is_kind = |mention: &Mention| is_kind(self.mentions.column(mention));
        if found.iter().any(is_kind) { vec![found] } else { vec![] }
    }

    /// "The total cost" asks for no total where there is a column `total_cost`.
    fn is_in_name(&self, at: usize) -> bool {
        let mut whole = self.mentions.all().iter().filter(|mention| mention.is_whole);
        whole.any(|mention| (mention.at..mention.at + mention.length).contains(&at))
    }

    /// Each row has one of its own, so nothing is grouped by it.
    fn tells_rows_apart(&self, name: &str) -> bool {
        let mut named = self
            .mentions
            .all()
            .iter()
            .filter(|mention| self.mentions.name(mention) == name);
        let is_whole = named.clone().any(|mention| mention.is_whole);
        named.next().is_some_and(|mention| {
            (is_identifier(self.mentions.column(mention)) || !is_whole) && self.mentions.is_unique(mention)
        })
    }

    fn names(&self, found: &[Mention]) -> Vec<String> {
        found
            .iter()
            .map(|mention| self.mentions.name(mention).to_owned())
            .collect()
    }
}

fn is_grouping(verb: &str) -> bool {
    matches!(verb, "group" | "grouped" | "grouping" | "groups")
}

fn is_splitting(verb: &str) -> bool {
    matches!(
        verb,
        "color"
            | "colour"
            | "colored"
            | "coloured"
            | "coloring"
            | "colouring"
            | "colors"
            | "colours"
            | "split"
            | "splitting"
            | "stack"
            | "stacked"
            | "stacking"
            | "broken"
            | "divided"
            | "segmented"
            | "separated"
            | "down"
            | "hue"
            | "line"
            | "lines"
            | "distinguished"
            | "differentiated"
    )
}

#[cfg(test)]
mod tests;
