//! Which models there are: those that the operator named, and those that a provider lists where the operator named none or all.
//!
//! A list is asked for when somebody wants to see it, not on a clock: a server that nobody uses talks to nobody. It is believed
//! for a while, and a provider that is away keeps the models it had.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::call::{Caller, Connection, Dialect};
use super::connect;
#[cfg(feature = "embedded")]
use super::embedded;
use super::listing::Listing;
use super::{
    ALL, Client, Deadlines, EmbeddedPlace, Llm, LlmError, Price, Provider, Settings, SetupError, anthropic, ollama,
    openai, scripted, size,
};

/// A model that was just pulled, or a server that was just started, shows after this time.
const BELIEVED: Duration = Duration::from_secs(15);
/// A provider that is silent makes the next reader wait for it again only after this time.
const LEFT_ALONE: Duration = Duration::from_secs(60);

/// Every model that can be asked.
#[derive(Debug)]
pub struct Models {
    sources: Vec<Source>,
    prices: HashMap<String, Price>,
    /// One list for each source.
    listed: Mutex<Vec<Listed>>,
    /// Readers who come together wait for one list instead of asking for one each.
    listing: tokio::sync::Mutex<()>,
}

/// What the operator named by one entry: a model, or all of a provider's.
#[derive(Debug)]
struct Source {
    /// What its models' names begin with.
    prefix: String,
    kind: Kind,
    is_guess: bool,
    /// Its models are offered only where there are no others.
    is_fallback: bool,
    most_tokens: Option<NonZeroU32>,
}

#[derive(Debug)]
enum Kind {
    OpenAi(Arc<Connection>),
    Anthropic(Arc<Connection>),
    Ollama(Arc<Connection>),
    /// All of a source that are there are known from the start.
    Fixed,
}

#[derive(Debug, Default)]
struct Listed {
    models: Vec<Arc<Llm>>,
    /// `None` if these are all there will ever be.
    until: Option<Instant>,
    has_failed: bool,
}

impl Models {
    /// Checks the settings as far as that is possible without calling anybody.
    pub fn new(settings: Vec<Settings>, prices: HashMap<String, Price>) -> Result<Models, SetupError> {
        let scripts = settings
            .iter()
            .filter(|entry| matches!(entry.provider, Provider::Scripted { .. }))
            .count();
        let mut models = Models {
            sources: Vec::new(),
            prices,
            listed: Mutex::default(),
            listing: tokio::sync::Mutex::default(),
        };
        let mut lists = Vec::new();
        for entry in settings {
            let (source, named) = source(entry, scripts > 1)?;
            let list = match named {
                Named::These(llms) => Listed {
                    models: llms.into_iter().map(|llm| models.priced(llm)).collect(),
                    ..Listed::default()
                },
                Named::All => Listed {
                    until: Some(Instant::now()),
                    ..Listed::default()
                },
            };
            models.sources.push(source);
            lists.push(list);
        }
        models.listed = Mutex::new(lists);
        Ok(models)
    }

    /// Those that are known now, in the order in which the operator named them. The first is asked if nobody chooses.
    pub fn known(&self) -> Vec<Arc<Llm>> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known: Vec<Arc<Llm>> = Vec::new();
        for is_fallback in [false, true] {
            if is_fallback && !known.is_empty() {
                break;
            }
            let both = self.sources.iter().zip(listed.iter());
            let lists = both.filter(|(source, _)| source.is_fallback == is_fallback);
            for llm in lists.flat_map(|(_, list)| &list.models) {
                if known.iter().all(|other| other.name != llm.name) {
                    known.push(llm.clone());
                }
            }
        }
        known
    }

    /// Those that there are, after a look at lists that have become old. Takes a second or two if a provider is away.
    pub async fn offered(&self) -> Vec<Arc<Llm>> {
        self.refresh().await;
        self.known()
    }

    /// The model of this name, or the first.
    pub async fn find(&self, name: Option<&str>) -> Option<Arc<Llm>> {
        // Which is the first depends on lists that nobody may have asked for yet.
        let Some(name) = name else {
            return self.offered().await.into_iter().next();
        };
        let among = |known: Vec<Arc<Llm>>| known.into_iter().find(|llm| llm.name == name);
        match among(self.known()) {
            Some(llm) => Some(llm),
            None => among(self.offered().await),
        }
    }

    /// Whether a provider that the operator named did not list its models when it was last asked.
    pub fn are_incomplete(&self) -> bool {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut both = listed.iter().zip(&self.sources);
        both.any(|(list, source)| list.has_failed && !source.is_guess)
    }

    async fn refresh(&self) {
        if self.old().is_empty() {
            return;
        }
        let _alone = self.listing.lock().await;
        // Somebody else may have asked meanwhile.
        let lists = self.old().into_iter().map(async |at| {
            let listed = self.sources.get(at)?.list().await;
            Some((at, listed))
        });
        for (at, listed) in join_all(lists).await.into_iter().flatten() {
            self.take(at, listed);
        }
    }

    fn old(&self) -> Vec<usize> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_old = |list: &Listed| list.until.is_some_and(|until| until <= now);
        listed
            .iter()
            .enumerate()
            .filter_map(|(at, list)| is_old(list).then_some(at))
            .collect()
    }

    fn take(&self, at: usize, listed: Result<Vec<Listing>, LlmError>) {
        let Some(source) = self.sources.get(at) else { return };
        let mut lists = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(list) = lists.get_mut(at) else { return };
        let patience = match listed {
            Err(LlmError::Timeout { .. }) => LEFT_ALONE,
            _ => BELIEVED,
        };
        list.until = Some(Instant::now() + patience);
        let had_failed = std::mem::replace(&mut list.has_failed, listed.is_err());
        match listed {
            Ok(listed) => {
                // A model that stays is the same: it has learnt what its server takes.
                let before = std::mem::take(&mut list.models);
                let kept = |new: &Llm| {
                    let is_same = |llm: &&Arc<Llm>| llm.name == new.name && llm.is_small == new.is_small;
                    before.iter().find(is_same).cloned()
                };
                list.models = listed
                    .into_iter()
                    .filter_map(|Listing { name, billions }| {
                        let llm = source.model(name, billions)?;
                        Some(kept(&llm).unwrap_or_else(|| self.priced(llm)))
                    })
                    .collect();
                if before.len() != list.models.len() {
                    tracing::info!(
                        llm.provider = source.prefix,
                        llm.models = list.models.len(),
                        "the provider lists its models"
                    );
                }
            }
            Err(error) if !had_failed && !source.is_guess => {
                tracing::warn!(
                    llm.provider = source.prefix,
                    error.cause = %error,
                    "the provider does not list its models"
                );
            }
            Err(_) => {}
        }
    }

    fn priced(&self, mut llm: Llm) -> Arc<Llm> {
        llm.price = self.prices.get(&llm.name).copied();
        Arc::new(llm)
    }
}

enum Named {
    These(Vec<Llm>),
    All,
}

fn source(settings: Settings, has_several_scripts: bool) -> Result<(Source, Named), SetupError> {
    let Settings {
        provider,
        deadlines,
        most_tokens,
    } = settings;
    let prefix = provider.prefix().to_owned();
    let of = |kind, is_guess| Source {
        prefix,
        kind,
        is_guess,
        is_fallback: false,
        most_tokens,
    };
    let (source, model) = match provider {
        Provider::OpenAi {
            server,
            base_url,
            api_key,
            model,
        } => {
            let connection = connect::open_ai(server.as_deref(), &base_url, api_key, deadlines)?;
            (of(Kind::OpenAi(Arc::new(connection)), false), model)
        }
        Provider::Anthropic {
            base_url,
            api_key,
            model,
        } => {
            let connection = connect::anthropic(&base_url, api_key, deadlines)?;
            (of(Kind::Anthropic(Arc::new(connection)), false), model)
        }
        Provider::Ollama {
            base_urls,
            model,
            is_guess,
        } => {
            let connection = connect::ollama(&base_urls, deadlines)?;
            (of(Kind::Ollama(Arc::new(connection)), is_guess), model)
        }
        Provider::Scripted { file } => {
            let llm = Llm {
                name: script_name(&file, has_several_scripts),
                client: Client::Scripted(scripted::Script::read(&file, deadlines)?),
                price: None,
                is_small: false,
            };
            return Ok((of(Kind::Fixed, false), Named::These(vec![llm])));
        }
        Provider::Embedded {
            model,
            place,
            is_fallback,
        } => {
            let source = Source {
                is_fallback,
                ..of(Kind::Fixed, false)
            };
            return Ok((
                source,
                Named::These(embedded_models(&model, &place, deadlines, most_tokens)?),
            ));
        }
    };
    let named = match source.model(model.clone(), None) {
        Some(llm) if model != ALL => Named::These(vec![llm]),
        _ => Named::All,
    };
    Ok((source, named))
}

#[cfg(feature = "embedded")]
fn embedded_models(
    model: &str,
    place: &EmbeddedPlace,
    deadlines: Deadlines,
    most_tokens: Option<NonZeroU32>,
) -> Result<Vec<Llm>, SetupError> {
    let names = if model == ALL { embedded::names() } else { vec![model] };
    let llm = |name: &str| {
        let client = embedded::Embedded::new(name, place.clone(), deadlines, most_tokens)?;
        Ok(Llm {
            name: format!("embedded:{}", embedded::canonical(name).unwrap_or(name)),
            client: Client::Embedded(client),
            price: None,
            is_small: true,
        })
    };
    names.into_iter().map(llm).collect()
}

#[cfg(not(feature = "embedded"))]
fn embedded_models(
    model: &str,
    _: &EmbeddedPlace,
    _: Deadlines,
    _: Option<NonZeroU32>,
) -> Result<Vec<Llm>, SetupError> {
    Err(SetupError::NoEmbedded { name: model.to_owned() })
}

fn script_name(file: &Path, among_several: bool) -> String {
    match file.file_stem() {
        Some(stem) if among_several => format!("scripted:{}", stem.display()),
        _ => "scripted".into(),
    }
}

impl Source {
    /// `billions` of parameters, where that is known.
    fn model(&self, model: String, billions: Option<f64>) -> Option<Llm> {
        let name = format!("{}:{model}", self.prefix);
        let (connection, dialect): (_, Arc<dyn Dialect>) = match &self.kind {
            Kind::OpenAi(connection) => {
                let openai = openai::OpenAi::new(model, self.most_tokens, connection.is_nearby());
                (connection, Arc::new(openai))
            }
            Kind::Anthropic(connection) => (connection, Arc::new(anthropic::Anthropic::new(model, self.most_tokens))),
            Kind::Ollama(connection) => (connection, Arc::new(ollama::Ollama::new(model, self.most_tokens))),
            Kind::Fixed => return None,
        };
        let connection = connection.clone();
        Some(Llm {
            is_small: connection.is_nearby() && size::is_small(billions, &name),
            client: Client::Remote(Caller::new(connection, dialect, &name)),
            name,
            price: None,
        })
    }

    async fn list(&self) -> Result<Vec<Listing>, LlmError> {
        match &self.kind {
            Kind::OpenAi(connection) => connection.list(&["models"], &[], openai::listed).await,
            Kind::Anthropic(connection) => {
                let all = [("limit", "1000")];
                connection.list(&["v1", "models"], &all, anthropic::listed).await
            }
            Kind::Ollama(connection) => connection.list(&["api", "tags"], &[], ollama::listed).await,
            Kind::Fixed => Ok(Vec::new()),
        }
    }
}
