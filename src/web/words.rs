//! What people read, in their language. The words are in `static/words/`, one file a language, with the same keys in each; the first
//! lines of `en.json`, the reference, say how a word is added. Templates take them as `words.t("key")`; the page's modules get the same
//! file as JSON in the page (`static/app/language.js`). What programs read, the messages of the API, stays English.
//!
//! A person's language is the one they chose (`?lang=de`, which a cookie keeps), else what their browser asks for. So a page depends on
//! two headers, and says so in `Vary`.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderValue, SET_COOKIE, VARY};
use axum::http::request::Parts as RequestParts;
use axum::http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};

use super::assets::Site;
use super::pages::inert;
use super::{App, AppError};

const COOKIE_NAME: &str = "sandplot-language";
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;
/// What only the templates use; the modules do without.
const NOT_IN_THE_PAGE: [&str; 4] = ["//", "http.", "login.", "sample."];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
}

/// Who reads a page.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub(super) language: Language,
    /// The address names the language: it is kept for the next pages.
    is_choice: bool,
}

/// A way to the same page in a language.
pub(super) struct LanguageLink {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) href: String,
    pub(super) is_read: bool,
}

/// The words of one language.
pub(super) struct Words {
    language: Language,
    texts: HashMap<String, Text>,
    json: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    /// By plural category, as [`Language::category`] and the browser's `Intl.PluralRules` name them.
    Plural(HashMap<String, String>),
}

/// A text by its key, with what is filled in. A failure is told by these: in English to programs, in their language to people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Phrase {
    pub(super) key: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    #[cfg_attr(test, ts(type = "Record<string, string | number | Phrase>", optional))]
    pub(super) values: Vec<(&'static str, Value)>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    Text(String),
    Number(u64),
    Phrase(Phrase),
}

impl Language {
    pub(super) const ALL: [Language; 3] = [Language::English, Language::German, Language::French];

    /// As in BCP 47.
    pub(super) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::French => "fr",
        }
    }

    /// In that language itself.
    fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
            Language::French => "Français",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Language::English => "words/en.json",
            Language::German => "words/de.json",
            Language::French => "words/fr.json",
        }
    }

    fn named(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The plural category of a whole number (Unicode CLDR). French has a third one for millions, which takes the words of `other` here.
    fn category(self, number: u64) -> &'static str {
        match (self, number) {
            (Language::French, 0 | 1) | (_, 1) => "one",
            _ => "other",
        }
    }

    /// Of those that a browser asks for, the one that it likes best; German is also Austria's (`de-AT`).
    fn accepted(headers: &HeaderMap) -> Option<Language> {
        let lines = headers.get_all(ACCEPT_LANGUAGE).iter();
        let ranges = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','));
        let mut best: Option<(f32, Language)> = None;
        for range in ranges {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight: f32 = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
            let Some(language) = Language::named(tag.split('-').next().unwrap_or_default()) else {
                continue;
            };
            if weight > 0.0 && best.is_none_or(|(known, _)| weight > known) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

impl Reader {
    pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Reader {
        let query = uri.query().unwrap_or_default().as_bytes();
        let asked = form_urlencoded::parse(query).find(|(name, _)| name == "lang");
        let asked = asked.and_then(|(_, code)| Language::named(&code));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let kept = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE_NAME)
            .and_then(|(_, code)| Language::named(code));
        Reader {
            language: asked
                .or(kept)
                .or_else(|| Language::accepted(headers))
                .unwrap_or(Language::English),
            is_choice: asked.is_some(),
        }
    }

    /// The same page in every language. `before` is what else the query has to say.
    pub(super) fn links(self, before: &str) -> Vec<LanguageLink> {
        let link = |language: Language| LanguageLink {
            code: language.code(),
            name: language.name(),
            href: format!("?{before}lang={}", language.code()),
            is_read: language == self.language,
        };
        Language::ALL.into_iter().map(link).collect()
    }

    /// What the language adds to the headers of a page.
    pub(super) fn mark(self, app: &App, headers: &mut HeaderMap) {
        for name in [ACCEPT_LANGUAGE, COOKIE] {
            headers.append(VARY, HeaderValue::from(name));
        }
        if self.is_choice {
            let secure = if app.parts().access.is_https() { "; Secure" } else { "" };
            let code = self.language.code();
            let line =
                format!("{COOKIE_NAME}={code}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}");
            // Letters, digits and punctuation are always a header's value.
            headers.append(
                SET_COOKIE,
                HeaderValue::try_from(line).unwrap_or(HeaderValue::from_static("")),
            );
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut RequestParts, _: &S) -> Result<Reader, Infallible> {
        Ok(Reader::of(&parts.uri, &parts.headers))
    }
}

impl Words {
    pub(super) fn of(language: Language, site: &Site) -> Result<Words, AppError> {
        let path = language.file();
        let file = site.file(path).ok_or(AppError::FileMissing { path })?;
        let broken = |source| AppError::Words { path, source };
        let all: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(file.bytes()).map_err(broken)?;
        let given = |key: &str| !NOT_IN_THE_PAGE.iter().any(|prefix| key.starts_with(prefix));
        let page: BTreeMap<_, _> = all.iter().filter(|(key, _)| given(key)).collect();
        Ok(Words {
            language,
            json: inert(&serde_json::to_string(&page).map_err(broken)?),
            texts: serde_json::from_value(all.into()).map_err(broken)?,
        })
    }

    pub(super) fn code(&self) -> &'static str {
        self.language.code()
    }

    /// For the page's modules; safe inside a script element.
    pub(super) fn json(&self) -> &str {
        &self.json
    }

    pub(super) fn find(&self, key: &str) -> Option<&str> {
        match self.texts.get(key)? {
            Text::Plain(text) => Some(text),
            Text::Plural(texts) => texts.get("other").map(String::as_str),
        }
    }

    /// A key that is not there stands for itself. `e2e/unit/languages.test.mjs` sees to it that none is missing.
    pub(super) fn t<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// With one value filled in.
    pub(super) fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.t(key).replace(&format!("{{{name}}}"), value)
    }

    /// As HTML, with what stands between backticks as code.
    pub(super) fn rich(&self, key: &str) -> String {
        let escaped = self
            .t(key)
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let mut html = String::with_capacity(escaped.len());
        for (number, part) in escaped.split('`').enumerate() {
            if number > 0 {
                html.push_str(if number % 2 == 1 { "<code>" } else { "</code>" });
            }
            html.push_str(part);
        }
        html
    }

    pub(super) fn say(&self, phrase: &Phrase) -> String {
        let number = phrase.values.iter().find_map(|(name, value)| match value {
            Value::Number(number) if *name == "n" => Some(*number),
            _ => None,
        });
        let text = match (self.texts.get(phrase.key), number) {
            (Some(Text::Plural(texts)), Some(number)) => texts.get(self.language.category(number)).map(String::as_str),
            _ => None,
        };
        // In one go, so that a value that looks like a placeholder stays what it is.
        let mut rest = text.unwrap_or_else(|| self.t(phrase.key));
        let mut said = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let named = after.split_once('}');
            let value = named.and_then(|(wanted, _)| phrase.values.iter().find(|(name, _)| *name == wanted));
            match (named, value) {
                (Some((_, after)), Some((_, value))) => {
                    match value {
                        Value::Text(text) => said.push_str(text),
                        Value::Number(number) => said.push_str(&number.to_string()),
                        Value::Phrase(phrase) => said.push_str(&self.say(phrase)),
                    }
                    rest = after;
                }
                _ => {
                    said.push('{');
                    rest = after;
                }
            }
        }
        said.push_str(rest);
        said
    }
}

impl Phrase {
    pub(super) fn new(key: &'static str) -> Phrase {
        Phrase {
            key,
            values: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Phrase {
        self.values.push((name, value.into()));
        self
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<Phrase> for Value {
    fn from(phrase: Phrase) -> Value {
        Value::Phrase(phrase)
    }
}

/// A number that chooses a plural. Others are written as the server writes them.
impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(number)
    }
}

fn as_map<S: serde::Serializer>(values: &[(&'static str, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
impl Words {
    pub(super) fn test(language: Language) -> Words {
        Words::of(language, &Site::embedded()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn language(uri: &str, headers: &[(HeaderName, &str)]) -> &'static str {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect();
        Reader::of(&uri.parse().unwrap(), &headers).language.code()
    }

    #[test]
    fn a_language_is_chosen_or_kept_or_asked_for_by_the_browser() {
        for (accept, expected) in [
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("FR", "fr"),
            ("en-US,en;q=0.9,de;q=0.8", "en"),
            ("it, fr;q=0.3, de;q=0.4", "de"),
            ("de;q=0, fr;q=0.1", "fr"),
            ("de;q=x", "en"),
            ("it, *", "en"),
            ("", "en"),
            ("dex", "en"),
        ] {
            assert_eq!(language("/", &[(ACCEPT_LANGUAGE, accept)]), expected, "{accept}");
        }
        let kept = (COOKIE, "a=b; sandplot-language=fr; c=d");
        assert_eq!(language("/", &[(ACCEPT_LANGUAGE, "de"), kept.clone()]), "fr");
        assert_eq!(language("/?data=x&lang=de", std::slice::from_ref(&kept)), "de");
        assert_eq!(language("/?lang=klingon", &[kept]), "fr");
        assert_eq!(
            language("/", &[(COOKIE, "sandplot-language=../x"), (ACCEPT_LANGUAGE, "de")]),
            "de"
        );
    }

    #[test]
    fn values_are_filled_in_once_and_plurals_follow_the_language() {
        let french = Words::test(Language::French);
        let rows = |number: u64| french.say(&Phrase::new("count.rows").with("n", number));
        assert_eq!([rows(0), rows(1), rows(2)], ["0 ligne", "1 ligne", "2 lignes"]);
        let english = Words::test(Language::English);
        let tricky = Phrase::new("figure.titled")
            .with("what", "{title}")
            .with("title", "{what} {");
        assert_eq!(english.say(&tricky), "{title}: {what} {");
        let nested = Phrase::new("figure.failed").with("message", Phrase::new("count.rows").with("n", 1));
        assert_eq!(english.say(&nested), "Failed: 1 row");
        assert_eq!(english.say(&Phrase::new("no.such.key")), "no.such.key");
    }

    #[test]
    fn words_become_html_with_code_and_nothing_else_in_it() {
        let mut words = Words::test(Language::English);
        words.texts.insert("x".into(), Text::Plain("a <b> & `c<d` e".into()));
        assert_eq!(words.rich("x"), "a &lt;b&gt; &amp; <code>c&lt;d</code> e");
    }
}
