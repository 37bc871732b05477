//! Reads a page of a Python package index: which files a package has, and where. Both forms that indexes answer in, JSON
//! (<https://peps.python.org/pep-0691/>) and HTML (<https://peps.python.org/pep-0503/>). Pure.

use reqwest::Url;
use serde_json::Value;

/// For the request: JSON if there is, as the specification has it.
pub(super) const ACCEPT: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) url: Url,
    /// Hexadecimal, where the index says it.
    pub(super) sha256: Option<String>,
}

/// The wheel of this version for any machine, on the page of that package, which was found at `page`.
pub(super) fn wheel(text: &str, page: &Url, package: &str, version: &str) -> Option<File> {
    let begin = format!("{}-{version}-", package.replace(['-', '.'], "_"));
    let is_wanted = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        name.starts_with(&begin) && name.ends_with("-any.whl")
    };
    let (_, address, digest) = match serde_json::from_str::<Value>(text) {
        Ok(value) => in_json(&value).into_iter().find(|(name, ..)| is_wanted(name))?,
        Err(_) => in_html(text).into_iter().find(|(name, ..)| is_wanted(name))?,
    };
    let mut url = page.join(&address).ok()?;
    let fragment = url
        .fragment()
        .and_then(|text| text.strip_prefix("sha256="))
        .map(str::to_owned);
    url.set_fragment(None);
    let is_hexadecimal = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    matches!(url.scheme(), "http" | "https").then(|| File {
        url,
        sha256: digest
            .or(fragment)
            .map(|text| text.to_ascii_lowercase())
            .filter(is_hexadecimal),
    })
}

/// Name, address, digest.
type Entry = (String, String, Option<String>);

fn in_json(value: &Value) -> Vec<Entry> {
    let entry = |file: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some((
            text(&file["filename"])?,
            text(&file["url"])?,
            text(&file["hashes"]["sha256"]),
        ))
    };
    value["files"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(entry)
        .collect()
}

/// The anchors of the page, which by the specification hold nothing but the file's name.
fn in_html(text: &str) -> Vec<Entry> {
    let anchors = text
        .split("<a")
        .skip(1)
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace()));
    let entry = |anchor: &str| {
        let (attributes, rest) = anchor.split_once('>')?;
        let (name, _) = rest.split_once("</a")?;
        let (_, value) = attributes.split_once("href=")?;
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (address, _) = value[1..].split_once(quote)?;
        Some((unescaped(name), unescaped(address), None))
    };
    anchors.filter_map(entry).collect()
}

fn unescaped(text: &str) -> String {
    // `&amp;` last: what it gives must not be read again.
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#43;", "+"),
        ("&amp;", "&"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "ba72ca23489565a63c966163baaaee8583bc8613db69ae8bb138a6f09c437bfe";

    fn page() -> Url {
        Url::parse("https://index.example/simple/a-model-part1/").unwrap()
    }

    #[test]
    fn a_page_in_json() {
        let text = format!(
            r#"{{"files": [
                {{"filename": "a_model_part1-0.1.0-py3-none-any.whl", "url": "https://files.example/old.whl", "hashes": {{}}}},
                {{"filename": "a_model_part1-0.2.0.tar.gz", "url": "https://files.example/source", "hashes": {{}}}},
                {{"filename": "a_model_part1-0.2.0-py3-none-any.whl", "url": "../../files/new.whl", "hashes": {{"sha256": "{DIGEST}"}}}}
            ], "name": "a-model-part1"}}"#
        );
        let file = wheel(&text, &page(), "a-model-part1", "0.2.0").unwrap();
        assert_eq!(file.url.as_str(), "https://index.example/files/new.whl");
        assert_eq!(file.sha256.as_deref(), Some(DIGEST));
        assert_eq!(wheel(&text, &page(), "a-model-part1", "0.3.0"), None);
    }

    #[test]
    fn a_page_in_html() {
        let text = format!(
            "<!DOCTYPE html><html><body><abbr>x</abbr>\n\
             <a href='/files/old.whl'>a_model_part1-0.1.0-py3-none-any.whl</a><br/>\n\
             <a data-requires-python=\"&gt;=3.8\" href=\"/files/new.whl?a=1&amp;b=2#sha256={DIGEST}\">\
             A_model_part1-0.2.0-py3-none-any.whl </a></body></html>"
        );
        let file = wheel(&text, &page(), "a-model-part1", "0.2.0").unwrap();
        assert_eq!(file.url.as_str(), "https://index.example/files/new.whl?a=1&b=2");
        assert_eq!(file.sha256.as_deref(), Some(DIGEST));
    }

    #[test]
    fn what_is_no_page_of_an_index_has_no_file() {
        for text in [
            "",
            "<a",
            "<a href=>",
            "<a href=\"x",
            "{\"files\": 3}",
            "[]",
            "<a href=\"x\">a_model_part1-0.2.0-py3-none-any.whl",
            "<a href=\"ftp://x/y\">a_model_part1-0.2.0-py3-none-any.whl</a>",
            "<a href=\"\u{e9}\u{e9}\">other</a>",
        ] {
            assert_eq!(wheel(text, &page(), "a-model-part1", "0.2.0"), None, "{text}");
        }
    }
}
