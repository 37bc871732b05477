//! What is known of a figure without any of its values: the shape that the browser sends when somebody asks what a figure shows.
//!
//! As a profile it comes from a browser, so it is bounded, and a field that is not known is refused.

use std::fmt::Write as _;

use serde::Deserialize;

use super::tables::quoted;

const MOST_PANELS: usize = 24;
const MOST_NAMES: usize = 30;
const LONGEST_WORDS: usize = 400;

/// Words come only if they were told already: in the program, the question or the profile. `static/app/explain-body.js` sees to that.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Facts {
    pub library: Option<String>,
    pub kind: Option<String>,
    pub title: Option<String>,
    /// How many marks; not said where the person tells only names.
    pub points: Option<u64>,
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub series: Vec<String>,
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Panel>>"))]
    pub panels: Vec<Panel>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Panel {
    pub title: Option<String>,
    pub x_label: Option<String>,
    pub y_label: Option<String>,
    pub x_scale: Option<String>,
    pub y_scale: Option<String>,
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub kinds: Vec<String>,
}

impl Facts {
    pub fn is_bounded(&self) -> bool {
        let panels = || self.panels.iter();
        let texts = [&self.library, &self.kind, &self.title].into_iter();
        let of_panels = panels().flat_map(|panel| {
            [
                &panel.title,
                &panel.x_label,
                &panel.y_label,
                &panel.x_scale,
                &panel.y_scale,
            ]
        });
        let names = self.series.iter().chain(panels().flat_map(|panel| &panel.kinds));
        self.panels.len() <= MOST_PANELS
            && self.series.len() <= MOST_NAMES
            && panels().all(|panel| panel.kinds.len() <= MOST_NAMES)
            && texts
                .chain(of_panels)
                .flatten()
                .chain(names)
                .all(|words| words.len() <= LONGEST_WORDS)
    }
}

/// One line for what is known of the whole, and one for each panel. All words are quoted: some came out of a stranger's file.
pub(super) fn describe(facts: &Facts) -> String {
    let mut text = String::from("figure:");
    say(&mut text, "library", facts.library.as_deref());
    say(&mut text, "kind", facts.kind.as_deref());
    say(&mut text, "title", facts.title.as_deref());
    say_all(&mut text, "series", &facts.series);
    if let Some(points) = facts.points {
        let _ = write!(text, " marks {points};");
    }
    for (index, panel) in facts.panels.iter().enumerate() {
        let _ = write!(text, "\npanel {}:", index + 1);
        say(&mut text, "title", panel.title.as_deref());
        say_all(&mut text, "drawn as", &panel.kinds);
        say(&mut text, "x axis", panel.x_label.as_deref());
        say(&mut text, "x scale", panel.x_scale.as_deref());
        say(&mut text, "y axis", panel.y_label.as_deref());
        say(&mut text, "y scale", panel.y_scale.as_deref());
    }
    text
}

fn say(text: &mut String, what: &str, words: Option<&str>) {
    if let Some(words) = words.map(str::trim).filter(|words| !words.is_empty()) {
        let _ = write!(text, " {what} {};", quoted(words));
    }
}

fn say_all(text: &mut String, what: &str, words: &[String]) {
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|words| quoted(words)).collect();
        let _ = write!(text, " {what} {};", words.join(", "));
    }
}
