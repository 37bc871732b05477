//! What a scatter chart of the values as they are shows: the first two columns that are named.

use super::super::Columns;
use super::super::mentions::Mention;
use super::super::schema::is_numeric;
use super::Reader;
use crate::prompt::Kind;

#[derive(Debug, PartialEq)]
pub(in crate::plan) struct Points {
    pub(in crate::plan) x: String,
    pub(in crate::plan) y: String,
    pub(in crate::plan) series: Vec<String>,
}

/// Of a table with two columns of numbers, without a word about which.
pub(in crate::plan) fn only_points(columns: &Columns<'_>, series: &[String]) -> Option<Points> {
    let all = columns.names.iter().filter(|(_, place)| is_numeric(place.column));
    match all.map(|(name, _)| name).collect::<Vec<_>>().as_slice() {
        [x, y] => Some(Points {
            x: (*x).clone(),
            y: (*y).clone(),
            series: series.to_vec(),
        }),
        _ => None,
    }
}

impl Reader<'_> {
    /// The first two columns that are named, numbers before others.
    pub(in crate::plan) fn points(
        &self,
        axis: &[Vec<Mention>],
        groups: &[Vec<Mention>],
        by: &[Vec<Mention>],
        size: &[String],
    ) -> Option<Points> {
        let named = |list: &[Vec<Mention>]| list.iter().flat_map(|found| self.names(found)).collect::<Vec<_>>();
        let mut all: Vec<&Mention> = Vec::new();
        let mut mentions: Vec<&Mention> = self.mentions.all().iter().collect();
        mentions.sort_by_key(|mention| mention.at);
        let groups = named(groups);
        for mention in mentions {
            let is_new = all.iter().all(|known| known.column != mention.column);
            let is_group = groups.iter().any(|name| name == self.mentions.name(mention));
            if mention.is_whole
                && is_new
                && !is_group
                && !size.iter().any(|name| name == self.mentions.name(mention))
                && !self.is_apart(mention.at)
            {
                all.push(mention);
            }
        }
        // What stands on an axis tells no points apart.
        let axes = named(&[axis, &self.axis("y")].concat());
        let by: Vec<String> = named(by).into_iter().filter(|name| !axes.contains(name)).collect();
        let is_by = |mention: &&&Mention| by.iter().any(|name| name == self.mentions.name(mention));
        let others = all.iter().filter(|mention| !is_by(mention)).count();
        let series = if !groups.is_empty() {
            groups
        } else if others > 1 {
            let names = all
                .iter()
                .filter(is_by)
                .map(|mention| self.mentions.name(mention).to_owned());
            names.collect()
        } else {
            vec![]
        };
        all.retain(|mention| !series.iter().any(|name| name == self.mentions.name(mention)));
        let is_number = |mention: &&Mention| {
            let column = self.mentions.column(mention);
            is_numeric(column) || column.kind == Kind::Date
        };
        // Numbers first, each in the order in which they are named.
        all.sort_by_key(|mention| !is_number(mention));
        let [first, second, ..] = all.as_slice() else {
            return None;
        };
        let (mut x, mut y) = (
            self.mentions.name(first).to_owned(),
            self.mentions.name(second).to_owned(),
        );
        if axis.first().is_some_and(|found| self.names(found).contains(&y)) {
            std::mem::swap(&mut x, &mut y);
        }
        Some(Points { x, y, series })
    }
}
