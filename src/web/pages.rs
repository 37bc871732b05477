//! What people see: the app, a chart, the two sealed frames, a failure. The templates are in `templates/`, one struct each.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::assets::{FOR_EVER, Site, hexadecimal};
use super::charts::{self, ChartPath};
use super::csp::{self, CONNECTION_ALLOWLIST, Policy};
use super::error::{Failure, Said};
use super::limit::{PROFILE_BYTES, QUESTION_CHARS};
use super::player::Player;
use super::sharing::{self, ByLink};
use super::wire::{Answer, Limits, Model, PageData, Sample, Sandbox, Script};
use super::words::{Language, LanguageLink, Reader, Words};
use super::{App, AppError, Parts};
use crate::llm::{HAS_EMBEDDED, Llm};

pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
const EARLY_SCRIPT: &str = "app/early.js";
const MAIN_SCRIPT: &str = "app/main.js";
const WORKER_FRAME: &str = "/sandbox/worker";
const FIGURE_FRAME: &str = "/sandbox/figure";
pub(super) const WORKER_SCRIPT: &str = "sandbox/worker.js";
const WORKER_BOOTSTRAP: &str = "sandbox/frame.js";
const FIGURE_BOOTSTRAP: &str = "sandbox/render/figure.js";
const SAMPLES: &str = "samples/samples.json";

/// What is the same in every page of a running server.
pub(super) struct Pages {
    /// `/assets/{digest}`.
    assets: String,
    early_integrity: String,
    main_integrity: String,
    worker_url: String,
    worker_integrity: String,
    /// What differs by language: English, German, French.
    spoken: [Spoken; 3],
    limits: Limits,
    worker: Sealed,
    figure: Sealed,
    /// `None` where the build has none.
    player: Option<Player>,
}

struct Spoken {
    words: Words,
    samples: Vec<Sample>,
}

/// A sealed frame: its document and the policy that names the one script in it.
struct Sealed {
    html: String,
    policy: String,
    /// Where the page finds it: with the digest in it, so that a browser asks once and draws without the network from then on.
    url: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    words: &'a Words,
    languages: Vec<LanguageLink>,
    assets: &'a str,
    early_integrity: &'a str,
    main_integrity: &'a str,
    /// There is somebody to be logged out.
    has_login: bool,
    /// JSON that is safe inside a script element.
    page_data: String,
    picker: Picker<'a>,
    version: &'static str,
    /// Always `None`: the two pages share most of their markup, which asks for it.
    chart: Option<&'a Answer>,
    /// Never, for the same reason.
    is_reader: bool,
}

#[derive(Template)]
#[template(path = "chart.html")]
struct ChartPage<'a> {
    words: &'a Words,
    languages: Vec<LanguageLink>,
    assets: &'a str,
    early_integrity: &'a str,
    main_integrity: &'a str,
    /// There is somebody to be logged out.
    has_login: bool,
    /// JSON that is safe inside a script element.
    page_data: String,
    picker: Picker<'a>,
    version: &'static str,
    chart: Option<&'a Answer>,
    /// Came by the link alone.
    is_reader: bool,
    /// Where those ask what the link is who make a frame of it; none if there are no frames.
    oembed: Option<String>,
}

/// The models that can be asked, by provider.
struct Picker<'a> {
    groups: Vec<Group<'a>>,
    /// Nothing is to be picked from less than two.
    count: usize,
    /// A provider that was named does not list its models.
    is_incomplete: bool,
    /// What is said if there is none: the key of the words.
    none: &'static str,
    /// Megabytes that the server fetches at the first question to the only model there is.
    missing: Option<String>,
}

struct Group<'a> {
    label: &'a str,
    models: Vec<Choice<'a>>,
}

struct Choice<'a> {
    name: &'a str,
    /// Without the provider, which the group says; with it where another provider has a model of the same name, since a list that is
    /// closed shows no group.
    label: String,
}

#[derive(Template)]
#[template(path = "sandbox.html")]
pub(super) struct SandboxPage<'a> {
    /// Exactly this text is what the policy has the hash of.
    pub(super) bootstrap: &'a str,
    /// Where no header says it.
    pub(super) policy: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "error.html")]
pub(super) struct ErrorPage<'a> {
    words: &'a Words,
    languages: Vec<LanguageLink>,
    status: u16,
    title: &'a str,
    pub(super) sentence: String,
    code: &'static str,
    request_id: &'a str,
    assets: &'a str,
    version: &'static str,
}

impl Pages {
    pub(super) fn new(parts: &Parts) -> Result<Pages, AppError> {
        let site = &parts.site;
        let assets = format!("/assets/{}", site.digest());
        let samples = samples(site, &assets)?;
        let speak = |language| Spoken::new(language, site, &samples);
        let worker = text(site, WORKER_BOOTSTRAP)?;
        let figure = text(site, FIGURE_BOOTSTRAP)?;
        let runtime = parts.bundle.runtime();
        let renderers = [&runtime.renderers.plotly, &runtime.renderers.vega];
        let renderers: Vec<String> = renderers
            .iter()
            .filter_map(|renderer| csp::source_of_hexadecimal(&runtime.file(&renderer.file)?.sha256))
            .collect();
        Ok(Pages {
            player: Player::new(site, worker, figure, &renderers)?,
            worker_url: format!("{assets}/{WORKER_SCRIPT}"),
            worker_integrity: integrity(site, WORKER_SCRIPT)?,
            early_integrity: integrity(site, EARLY_SCRIPT)?,
            main_integrity: integrity(site, MAIN_SCRIPT)?,
            assets,
            spoken: [
                speak(Language::English)?,
                speak(Language::German)?,
                speak(Language::French)?,
            ],
            limits: Limits {
                run_seconds: parts.run.seconds,
                memory_bytes: parts.run.memory_bytes,
                question_chars: QUESTION_CHARS,
                // A table takes several times its file's size once it is read, and a program makes copies of it.
                data_bytes: parts.run.memory_bytes / 8,
                profile_bytes: PROFILE_BYTES,
            },
            worker: Sealed::new(WORKER_FRAME, worker, &Policy::worker_frame(worker))?,
            figure: Sealed::new(FIGURE_FRAME, figure, &Policy::figure_frame(figure, &renderers))?,
        })
    }

    pub(super) fn assets(&self) -> &str {
        &self.assets
    }

    pub(super) fn words(&self, language: Language) -> &Words {
        &self.spoken(language).words
    }

    fn spoken(&self, language: Language) -> &Spoken {
        let [english, german, french] = &self.spoken;
        match language {
            Language::English => english,
            Language::German => german,
            Language::French => french,
        }
    }

    pub(super) fn player(&self) -> Result<&Player, Failure> {
        let missing = || Failure::File("static/built/player.js: run `cargo xtask bundle`".into());
        self.player.as_ref().ok_or_else(missing)
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The sample tables that are among these files.
    pub(super) fn samples_among(&self, files: &[String]) -> impl Iterator<Item = &Sample> {
        let [english, ..] = &self.spoken;
        english.samples.iter().filter(|sample| files.contains(&sample.name))
    }

    fn page_data(
        &self,
        language: Language,
        parts: &Parts,
        models: &[Arc<Llm>],
        chart: Option<&Answer>,
        ByLink(is_reader): ByLink,
    ) -> Result<String, Failure> {
        let data = PageData {
            version: VERSION,
            runtime: parts.bundle.description(),
            runtime_base: "/runtime",
            sandbox: Sandbox {
                worker_frame: &self.worker.url,
                figure_frame: &self.figure.url,
                worker_script: Script {
                    url: &self.worker_url,
                    integrity: &self.worker_integrity,
                },
            },
            models: models.iter().map(|llm| Model { name: llm.name() }).collect(),
            limits: self.limits,
            privacy: parts.privacy,
            samples: &self.spoken(language).samples,
            chart,
            is_reader,
            embeds: parts.sharing.embeds(),
        };
        let json = serde_json::to_string(&data).map_err(|error| Failure::Render(error.into()))?;
        Ok(inert(&json))
    }
}

pub(super) async fn home(State(app): State<App>, reader: Reader) -> Result<Response, Failure> {
    let (parts, pages) = (app.parts(), app.pages());
    let models = parts.models.offered().await;
    let words = pages.words(reader.language);
    page(
        &app,
        reader,
        &Home {
            words,
            languages: reader.links(""),
            assets: &pages.assets,
            early_integrity: &pages.early_integrity,
            main_integrity: &pages.main_integrity,
            has_login: app.gate().is_some(),
            page_data: pages.page_data(reader.language, parts, &models, None, ByLink(false))?,
            picker: Picker::new(&models, parts.models.are_incomplete(), words),
            version: VERSION,
            chart: None,
            is_reader: false,
        },
    )
}

pub(super) async fn chart(
    State(app): State<App>,
    reader: Reader,
    ChartPath(id): ChartPath,
    by_link: ByLink,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (parts, pages) = (app.parts(), app.pages());
    let chart = charts::stored(&app, &id, by_link).await?;
    let models = if by_link.0 {
        Vec::new()
    } else {
        parts.models.offered().await
    };
    let words = pages.words(reader.language);
    page(
        &app,
        reader,
        &ChartPage {
            words,
            languages: reader.links(""),
            assets: &pages.assets,
            early_integrity: &pages.early_integrity,
            main_integrity: &pages.main_integrity,
            has_login: app.gate().is_some(),
            page_data: pages.page_data(reader.language, parts, &models, Some(&chart), by_link)?,
            picker: Picker::new(&models, parts.models.are_incomplete(), words),
            version: VERSION,
            is_reader: by_link.0,
            oembed: sharing::oembed_address(&app, &headers, &chart.id),
            chart: Some(&chart),
        },
    )
}

pub(super) async fn worker_frame(State(app): State<App>, uri: Uri) -> Response {
    app.pages().worker.answer(&uri)
}

pub(super) async fn figure_frame(State(app): State<App>, uri: Uri) -> Response {
    app.pages().figure.answer(&uri)
}

/// A page is asked for anew each time, and is nobody's but the person's who asked.
fn page(app: &App, reader: Reader, template: &impl Template) -> Result<Response, Failure> {
    rendered(app, reader, template, "private, no-cache")
}

pub(super) fn rendered(
    app: &App,
    reader: Reader,
    template: &impl Template,
    cache: &'static str,
) -> Result<Response, Failure> {
    let html = template.render().map_err(|error| Failure::Render(error.into()))?;
    let mut response = ([(CACHE_CONTROL, cache)], Html(html)).into_response();
    reader.mark(app, response.headers_mut());
    Ok(response)
}

impl Sealed {
    fn new(path: &str, bootstrap: &str, policy: &Policy) -> Result<Sealed, AppError> {
        let page = SandboxPage {
            bootstrap,
            policy: None,
        };
        let (html, policy) = (page.render()?, policy.to_string());
        // Of the policy too: a browser keeps it with the document.
        let digest = Sha256::new().chain_update(&html).chain_update(&policy).finalize();
        let digest = hexadecimal(&digest[..8]);
        Ok(Sealed {
            url: format!("{path}?digest={digest}"),
            html,
            policy,
        })
    }

    /// The frame as it is now, whichever was asked for: a page of an older server goes on with it, and keeps nothing of it.
    fn answer(&self, asked: &Uri) -> Response {
        let is_this = asked.path_and_query().is_some_and(|asked| asked == self.url.as_str());
        let headers = [
            (CONTENT_SECURITY_POLICY, self.policy.as_str()),
            (CONNECTION_ALLOWLIST, "()"),
            (CACHE_CONTROL, if is_this { FOR_EVER } else { "no-cache" }),
        ];
        (headers, Html(self.html.clone())).into_response()
    }
}

impl<'a> ErrorPage<'a> {
    pub(super) fn new(app: &'a App, reader: Reader, said: &'a Said, request_id: &'a str) -> ErrorPage<'a> {
        let words = app.pages().words(reader.language);
        let title = words.find(&format!("http.{}", said.status.as_u16()));
        ErrorPage {
            words,
            languages: reader.links(""),
            status: said.status.as_u16(),
            title: title.unwrap_or_else(|| words.t("http.other")),
            sentence: said.sentence.text(words),
            code: said.code.name(),
            request_id,
            assets: &app.pages().assets,
            version: VERSION,
        }
    }
}

impl<'a> Picker<'a> {
    fn new(models: &'a [Arc<Llm>], is_incomplete: bool, words: &'a Words) -> Picker<'a> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for llm in models {
            let name = llm.name();
            let (provider, label) = name.split_once(':').unwrap_or((name, name));
            // Some servers name a model by where its file is; the end of that says what it is.
            let file = label.rsplit('/').next().filter(|_| label.starts_with('/'));
            let label = file.unwrap_or(label);
            let choice = Choice {
                name,
                label: label.to_owned(),
            };
            let provider = match provider {
                "openai" => words.t("model.compatible"),
                "anthropic" => "Anthropic",
                "ollama" => "Ollama",
                "embedded" => words.t("model.embedded"),
                "scripted" => words.t("model.scripted"),
                server => server,
            };
            match groups.iter_mut().find(|group| group.label == provider) {
                Some(group) => group.models.push(choice),
                None => groups.push(Group {
                    label: provider,
                    models: vec![choice],
                }),
            }
        }
        tell_apart(&mut groups);
        Picker {
            groups,
            count: models.len(),
            is_incomplete,
            none: if HAS_EMBEDDED { "model.none" } else { "model.none_in_it" },
            missing: models
                .first()
                .map(|llm| llm.missing_bytes())
                .filter(|bytes| *bytes > 0)
                .map(|bytes| bytes.div_ceil(1_000_000).to_string()),
        }
    }

    /// The only one there is.
    fn only(&self) -> Option<&'a str> {
        let first = self.groups.first()?.models.first()?;
        (self.count == 1).then_some(first.name)
    }
}

fn tell_apart(groups: &mut [Group<'_>]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for choice in groups.iter().flat_map(|group| &group.models) {
        *count.entry(choice.label.clone()).or_default() += 1;
    }
    for group in groups {
        for choice in &mut group.models {
            if count.get(&choice.label).is_some_and(|count| *count > 1) {
                choice.label = format!("{} ({})", choice.label, group.label);
            }
        }
    }
}

impl Spoken {
    fn new(language: Language, site: &Site, samples: &[Sample]) -> Result<Spoken, AppError> {
        let words = Words::of(language, site)?;
        let mut samples = samples.to_vec();
        for sample in &mut samples {
            let text = |what: &str| words.find(&format!("sample.{}.{what}", sample.name)).map(str::to_owned);
            sample.title = text("title").unwrap_or_else(|| sample.name.clone());
            sample.description = text("description").unwrap_or_default();
            sample.questions = (1..).map_while(|number| text(&format!("question.{number}"))).collect();
        }
        Ok(Spoken { words, samples })
    }
}

/// As in the attribute of that name.
fn integrity(site: &Site, path: &'static str) -> Result<String, AppError> {
    Ok(site.file(path).ok_or(AppError::FileMissing { path })?.integrity())
}

fn samples(site: &Site, assets: &str) -> Result<Vec<Sample>, AppError> {
    let file = site.file(SAMPLES).ok_or(AppError::FileMissing { path: SAMPLES })?;
    let mut samples: Vec<Sample> = serde_json::from_slice(file.bytes()).map_err(AppError::Samples)?;
    for sample in &mut samples {
        sample.url = format!("{assets}/samples/{}", sample.file);
    }
    Ok(samples)
}

/// A script that is to stand in a script element as it is.
fn text<'a>(site: &'a Site, path: &'static str) -> Result<&'a str, AppError> {
    let file = site.file(path).and_then(|file| std::str::from_utf8(file.bytes()).ok());
    let text = file.ok_or(AppError::FileMissing { path })?;
    match ends_script(text) {
        Some(found) => Err(AppError::Bootstrap { path, found }),
        None => Ok(text),
    }
}

/// What would end a script element early, or make the parser read its end differently (HTML, section 4.12.1.3).
pub(super) fn ends_script(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    ["</script", "<script", "<!--"]
        .into_iter()
        .find(|found| text.contains(found))
}

/// JSON with the characters escaped that mean something in HTML or end a line in JavaScript; it stays the same JSON.
pub(super) fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + json.len() / 32);
    for character in json.chars() {
        match character {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_a_page_cannot_end_its_element_and_stays_the_same() {
        let value = serde_json::json!({"</script>": "<!-- & \u{2028}\u{2029} \\u003c \" é 📈"});
        let text = inert(&value.to_string());
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_bootstrap_that_would_leave_its_element_is_found() {
        for (text, found) in [
            ("a('</script>')", Some("</script")),
            ("'</SCRIPT '", Some("</script")),
            ("'<Script'", Some("<script")),
            ("if (a<!--b) {}", Some("<!--")),
            ("if (a < script) {}", None),
        ] {
            assert_eq!(ends_script(text), found, "{text}");
        }
    }
}
