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
        Words::of(split(text))
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
        !self.places_of(name).is_empty()
    }

    fn places_of(&self, name: &str) -> Vec<(usize, usize)> {
        let name = stems_of_name(name);
        // A letter alone is an article, or the name of an axis.
        if name.is_empty() || name.concat().len() < 2 {
            return vec![];
        }
        let places = self.stems.windows(name.len()).enumerate();
        places
            .filter(|(_, words)| *words == name)
            .map(|(at, _)| (at, name.len()))
            .collect()
    }

    /// Without the words that only name a column: "the total cost" asks for no total where there is a column `total_cost`.
    pub(super) fn without<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Words {
        let mut list = self.list.clone();
        for (at, length) in names.into_iter().flat_map(|name| self.places_of(name)) {
            list.iter_mut()
                .skip(at)
                .take(length)
                .for_each(|word| *word = "_".into());
        }
        Words::of(list)
    }
}

pub(super) fn stems_of_name(name: &str) -> Vec<String> {
    split(name).iter().map(|word| stem(word)).collect()
}

impl Words {
    /// Without these phrases.
    pub(super) fn without_phrases(&self, phrases: &[&str]) -> Words {
        let mut line = self.line.clone();
        for phrase in phrases {
            line = line.replace(&format!(" {phrase} "), " _ ");
        }
        Words::of(line.split_whitespace().map(str::to_owned).collect())
    }

    /// Without the words at these places.
    pub(super) fn masked(&self, is_left_out: impl Fn(usize) -> bool) -> Words {
        let list = self.list.iter().enumerate();
        Words::of(
            list.map(|(at, word)| if is_left_out(at) { "_".into() } else { word.clone() })
                .collect(),
        )
    }
}

/// `firstName` and `first_name` are two words each, in a question as in a table.
fn split(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before_is_small = false;
    for character in text.chars() {
        if before_is_small && character.is_uppercase() {
            spaced.push(' ');
        }
        before_is_small = character.is_lowercase();
        spaced.push(character);
    }
    spaced
        .to_lowercase()
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// One and many are the same, and so are what is done and what was done; what is often shortened is written out.
fn stem(word: &str) -> String {
    if let Some((_, whole)) = SHORTENED.iter().find(|(short, _)| *short == word) {
        return (*whole).to_owned();
    }
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() > 1) {
        return format!("{rest}y");
    }
    let one = word
        .strip_suffix('s')
        .filter(|rest| rest.len() > 2 && !rest.ends_with('s'))
        .unwrap_or(word);
    let bare = ["ing", "ed"]
        .iter()
        .find_map(|ending| one.strip_suffix(ending).filter(|rest| rest.len() > 2))
        .unwrap_or(one);
    bare.strip_suffix('e')
        .filter(|rest| rest.len() > 2)
        .unwrap_or(bare)
        .to_owned()
}

/// As names of columns write them, with the stems of the whole words.
const SHORTENED: &[(&str, &str)] = &[
    ("amt", "amount"),
    ("avg", "averag"),
    ("dept", "department"),
    ("desc", "description"),
    ("max", "maximum"),
    ("mgr", "manager"),
    ("min", "minimum"),
    ("no", "number"),
    ("num", "number"),
    ("pct", "percent"),
    ("percentage", "percent"),
    ("pop", "population"),
    ("qty", "quantity"),
    ("temp", "temperatur"),
    ("yr", "year"),
];

/// A number in digits, or a small one in letters.
pub(super) fn number(word: &str) -> Option<u32> {
    const NAMES: [&str; 11] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    let named = NAMES.iter().position(|name| *name == word);
    word.parse()
        .ok()
        .or_else(|| named.and_then(|at| u32::try_from(at).ok()))
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
