//! What is combined and how: "the average age", "the number of players", "the minimum and maximum of length, width and height".

use super::super::Aggregate;
use super::super::mentions::{Mention, is_identifier};
use super::super::schema::is_numeric;
use super::super::words::number;
use super::{PASSED_OVER, Reader, Roles};

const COMBINED: &[(&str, Aggregate)] = &[
    ("average", Aggregate::Mean),
    ("avg", Aggregate::Mean),
    ("mean", Aggregate::Mean),
    ("averaged", Aggregate::Mean),
    ("sum", Aggregate::Sum),
    ("total", Aggregate::Sum),
    ("minimum", Aggregate::Min),
    ("minimal", Aggregate::Min),
    ("min", Aggregate::Min),
    ("maximum", Aggregate::Max),
    ("maximal", Aggregate::Max),
    ("max", Aggregate::Max),
    ("median", Aggregate::Median),
];

impl Reader<'_> {
    pub(super) fn measured(&self, roles: &mut Roles) {
        let list = &self.words.list;
        let mut waiting = Vec::new();
        for at in (0..list.len()).filter(|at| !self.is_apart(*at)) {
            let is_count = matches!(
                (self.before(at, 1), self.word(at)),
                ("how", "many") | ("number", "of") | ("count", "of") | ("amount", "of")
            ) && !(self.is_in_name(at) || at > 0 && self.is_in_name(at - 1));
            let is_combined = COMBINED
                .iter()
                .any(|(word, aggregate)| *word == self.before(at, 2) && *aggregate != Aggregate::Sum);
            if is_count && !is_combined {
                let mut found = self.after(at + 1);
                // "The number of games in each season" counts no seasons.
                let is_of_each = |mention: &Mention| {
                    (at + 1..mention.at).any(|at| matches!(self.word(at), "each" | "every" | "in" | "per"))
                };
                found.retain(|mention| !is_of_each(mention));
                // "How many lessons" are no `lesson_minutes`.
                let is_many = self.word(at) == "many";
                let number = found
                    .iter()
                    .find(|mention| self.is_measured_column(mention) && (mention.is_whole || !is_many));
                let thing = (at + 1..at + 4).find(|at| !PASSED_OVER.contains(&self.word(*at)));
                roles
                    .things
                    .extend(thing.and_then(|at| self.words.stems.get(at)).cloned());
                let is_distinct = matches!(self.word(at + 1), "distinct" | "unique" | "different");
                match number {
                    _ if is_distinct && found.len() == 1 => {
                        roles
                            .measured
                            .push((Aggregate::CountDistinct, Some(self.mentions.name(&found[0]).to_owned())));
                    }
                    Some(number) if found.len() == 1 => {
                        roles
                            .measured
                            .push((Aggregate::Sum, Some(self.mentions.name(number).to_owned())));
                    }
                    _ => {
                        roles.counted.extend(
                            found
                                .iter()
                                .filter(|mention| mention.is_whole)
                                .map(|mention| self.mentions.name(mention).to_owned()),
                        );
                        roles.measured.push((Aggregate::Count, None));
                    }
                }
                continue;
            }
            let Some((_, aggregate)) = COMBINED.iter().find(|(word, _)| *word == self.word(at)) else {
                continue;
            };
            if self.is_in_name(at) {
                continue;
            }
            // "The total number of": rows are counted.
            let is_named = self.mentions.at(at + 1).iter().any(|mention| mention.is_whole);
            if *aggregate == Aggregate::Sum && matches!(self.word(at + 1), "number" | "count") && !is_named {
                continue;
            }
            let passes = if matches!(self.word(at + 1), "number") && !is_named {
                at + 2
            } else {
                at + 1
            };
            let found = self.after(passes);
            waiting.push(*aggregate);
            // "The minimum and the average age": both are of one column.
            let next = (at + 1..at + 4).find(|next| COMBINED.iter().any(|(word, _)| *word == self.word(*next)));
            if found.is_empty() && next.is_some() {
                continue;
            }
            match found
                .iter()
                .filter(|mention| is_numeric(self.mentions.column(mention)))
                .collect::<Vec<_>>()
                .as_slice()
            {
                [one] => {
                    let list = self.listed(one);
                    for aggregate in waiting.drain(..) {
                        roles
                            .measured
                            .extend(list.iter().map(|name| (aggregate, Some(name.clone()))));
                    }
                }
                [] if let Some(all) = self.all_numbers(at + 1) => {
                    for aggregate in waiting.drain(..) {
                        roles
                            .measured
                            .extend(all.iter().map(|name| (aggregate, Some(name.clone()))));
                    }
                }
                _ => {
                    roles.measures_more = true;
                    waiting.clear();
                }
            }
        }
        roles.measures_more |= !waiting.is_empty();
        let mut kept: Vec<(Aggregate, Option<String>)> = Vec::new();
        for measured in roles.measured.drain(..) {
            if !kept.contains(&measured) {
                kept.push(measured);
            }
        }
        roles.measured = kept;
        roles.counted.sort_unstable();
        roles.counted.dedup();
    }

    /// "The mean of length, width and height": the column, and those that stand behind it in a list.
    pub(super) fn listed(&self, first: &Mention) -> Vec<String> {
        let mut names = vec![self.mentions.name(first).to_owned()];
        let mut end = first.end();
        loop {
            let next = if matches!(self.word(end), "and" | "the") {
                end + 1
            } else {
                end
            };
            let found = self.mentions.at(next);
            let [one] = found.as_slice() else { break };
            if !self.is_measured_column(one) || !one.is_whole || self.is_apart(one.at) {
                break;
            }
            names.push(self.mentions.name(one).to_owned());
            end = one.end();
        }
        names
    }

    /// "Of the four measurements", "of all numeric columns": every column of numbers, if there are as many.
    pub(super) fn all_numbers(&self, at: usize) -> Option<Vec<String>> {
        let mut at = at;
        let mut wanted = None;
        while matches!(
            self.word(at),
            "of" | "the" | "all" | "its" | "their" | "these" | "numeric" | "numerical" | "each" | "every"
        ) || number(self.word(at)).is_some()
        {
            wanted = wanted.or_else(|| number(self.word(at)));
            at += 1;
        }
        if !matches!(
            self.word(at),
            "measurements"
                | "measurement"
                | "measures"
                | "columns"
                | "variables"
                | "features"
                | "attributes"
                | "quantities"
        ) {
            return None;
        }
        let all = self.mentions.numbers();
        (all.len() > 1 && wanted.is_none_or(|wanted| all.len() == wanted as usize)).then_some(all)
    }

    pub(super) fn is_measured_column(&self, mention: &Mention) -> bool {
        let column = self.mentions.column(mention);
        is_numeric(column) && !is_identifier(column)
    }

    pub(super) fn are_measured(&self, found: &[Mention], roles: &Roles) -> bool {
        found.iter().all(|mention| {
            let name = self.mentions.name(mention);
            roles.measured.iter().any(|(_, column)| column.as_deref() == Some(name))
        })
    }
}
