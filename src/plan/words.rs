//! The words of a question, and whether they say the name of a column: `Date_Payment_Made` is said by "date payments were made".

/// In small letters and without what stands between them.
pub(super) struct Words {
    pub(super) list: Vec<String>,
    /// All of them with one space around each.
    line: String,
    /// Each without its ending.
    pub(super) stems: Vec<String>,
}

impl Words {
    pub(super) fn new(text: &str) -> Words {
        Words::of(split(&text.to_lowercase()))
    }

    fn of(list: Vec<String>) -> Words {
        let line = format!(" {} ", list.join(" "));
        let stems = list.iter().map(|word| stem(word)).collect();
        Words { list, line, stems }
    }

    /// Whether one of these stands in it; a name may be of several words.
    pub(super) fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.line.contains(&format!(" {name} ")))
    }

    pub(super) fn count(&self, names: &[&str]) -> usize {
        self.list.iter().filter(|word| names.contains(&word.as_str())).count()
    }

    /// Whether the name of a column is said, in its order.
    pub(super) fn says(&self, name: &str) -> bool {
        self.place_of(name).is_some()
    }

    fn place_of(&self, name: &str) -> Option<(usize, usize)> {
        let name = stems_of_name(name);
        // A letter alone is an article, or the name of an axis.
        if name.is_empty() || name.concat().len() < 2 {
            return None;
        }
        let at = self.stems.windows(name.len()).position(|words| words == name)?;
        Some((at, name.len()))
    }

    /// Without the words that only name a column: "the total cost" asks for no total where there is a column `total_cost`.
    pub(super) fn without<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Words {
        let mut list = self.list.clone();
        for (at, length) in names.into_iter().filter_map(|name| self.place_of(name)) {
            list.iter_mut()
                .skip(at)
                .take(length)
                .for_each(|word| *word = "_".into());
        }
        Words::of(list)
    }
}

/// `firstName` and `first_name` are two words each.
pub(super) fn stems_of_name(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before_is_small = false;
    for character in name.chars() {
        if before_is_small && character.is_uppercase() {
            spaced.push(' ');
        }
        before_is_small = character.is_lowercase();
        spaced.push(if character == '_' { ' ' } else { character });
    }
    split(&spaced.to_lowercase()).iter().map(|word| stem(word)).collect()
}

fn split(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// One and many are the same.
fn stem(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() > 1) {
        return format!("{rest}y");
    }
    let rest = word
        .strip_suffix('s')
        .filter(|rest| rest.len() > 2 && !rest.ends_with('s'));
    rest.unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_column_is_said_in_its_words() {
        let words = Words::new("How many payments for each date payments made, by Countries?");
        for name in ["Date_Payment_Made", "country", "datePayment", "PAYMENTS"] {
            assert!(words.says(name), "{name}");
        }
        for name in ["made_date", "x", "count", "", "_"] {
            assert!(!words.says(name), "{name}");
        }
    }

    #[test]
    fn what_names_a_column_says_nothing_else() {
        let words = Words::new("the average of total cost in each year").without(["total_cost"]);
        assert!(!words.any(&["total"]) && words.any(&["average"]) && words.any(&["in each year"]));
    }
}
