//! How large a model is: as its provider lists it, else as far as its name says. `qwen2.5-coder:1.5b` has one and a half billion
//! parameters.

/// In billions. A larger model writes code well enough.
const SMALL: f64 = 8.0;

/// Whether a model is small: by what its provider lists, in billions of parameters, or by its name. One that says nothing is not.
pub(super) fn is_small(listed: Option<f64>, name: &str) -> bool {
    // Names are rounded: what is called 8b has 8.2 billion.
    listed
        .or_else(|| in_name(name))
        .is_some_and(|billions| billions.round() <= SMALL)
}

fn in_name(name: &str) -> Option<f64> {
    let sizes = name
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '.'))
        .filter_map(billions);
    // A mixture names all its parameters and those that are active: `30b-a3b`.
    sizes.reduce(f64::max)
}

/// Of `1.5b` or `494.03M`.
pub(super) fn billions(word: &str) -> Option<f64> {
    let word = word.to_ascii_lowercase();
    let (number, scale) = match (word.strip_suffix('b'), word.strip_suffix('m')) {
        (Some(number), _) => (number, 1.0),
        (None, Some(number)) => (number, 1e-3),
        (None, None) => return None,
    };
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let size = number.parse::<f64>().ok().filter(|size| is_number && *size > 0.0)?;
    Some(size * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_how_large_a_model_is() {
        for small in [
            "qwen2.5-coder:1.5b",
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            "Llama-3.2-3B-Instruct",
            "smollm2:360m",
            "qwen3:8b",
        ] {
            assert!(is_small(None, small), "{small}");
        }
        for other in [
            "qwen3:30b-a3b",
            "mixtral:8x7b",
            "qwen2.5-coder:14b",
            "gpt-5",
            "default",
            "b",
            "gemma3n:e4b",
            "0b",
        ] {
            assert!(!is_small(None, other), "{other}");
        }
    }

    #[test]
    fn what_the_provider_lists_counts_more_than_the_name() {
        for (listed, name, expected) in [
            (1.54, "default", true),
            (8.2, "qwen3:8b", true),
            (6.9, "gemma3n:e4b", true),
            (32.8, "qwen2.5-coder:latest", false),
            (9.2, "gemma2", false),
            (70.6, "a-1b-draft-of-something", false),
        ] {
            assert_eq!(is_small(Some(listed), name), expected, "{name}");
        }
    }
}
