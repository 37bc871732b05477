//! The pinned runtime as `pyodide-bundle/dist/runtime.json` describes it: which files there are and what their bytes hash to,
//! which packages, which import belongs to which package.
//!
//! This is the one source of truth for what a program may import, for the prompt and the check alike. It does no IO: `web`
//! finds the bytes, and the page gets the same description and fetches by it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Runtime {
    /// Pyodide's version.
    pub runtime: String,
    pub python: String,
    pub abi: String,
    /// Where Pyodide publishes this version, with the list of its packages' digests.
    pub distribution: String,
    /// One name for all the files together: SHA-256 over their sorted `name sha256` lines.
    pub digest: String,
    pub files: Vec<File>,
    pub core: Core,
    pub base: Base,
    packages: BTreeMap<String, Package>,
    imports: BTreeMap<String, String>,
    pub hints: Vec<Hint>,
    stdlib: BTreeSet<String>,
    pub renderers: Renderers,
    pub readers: Readers,
    pub fonts: Fonts,
}

/// A file of the bundle. Size and hash are those of the bytes before compression: what the browser checks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimeFile"))]
pub struct File {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(rename = "type")]
    pub media_type: String,
    /// For a file that is put in place piece by piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub pieces: Option<Pieces>,
}

/// By which a part of a file can be checked before the next part is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimePieces"))]
pub struct Pieces {
    /// Length of each but the last.
    pub bytes: u64,
    /// As in the attribute of that name (`sha256-` and base64), one for each piece.
    pub integrity: Vec<String>,
}

/// The names of the files that every run needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimeCore"))]
pub struct Core {
    pub script: String,
    pub wasm: String,
    pub stdlib: String,
    pub harness: String,
}

/// What every interpreter starts with: the packages that need no asking for, imported already in a snapshot of its memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimeBase"))]
pub struct Base {
    pub snapshot: Snapshot,
    /// WebAssembly of the packages, as an interpreter started without the snapshot reads it.
    pub libraries: String,
    /// Files that a restored interpreter can begin without.
    pub rest: String,
    /// Files that only an interpreter started without the snapshot reads.
    pub imported: String,
    /// Top-level names of the modules that the snapshot holds.
    modules: BTreeSet<String>,
}

/// The files from which an interpreter is restored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimeSnapshot"))]
pub struct Snapshot {
    pub metadata: String,
    /// In the order in which they are put together.
    pub memory: Vec<String>,
    /// Python's own WebAssembly: the functions of it that a chart usually calls.
    pub wasm: String,
    /// The same of the libraries that a first chart calls.
    pub libraries: String,
    /// Libraries that are compiled when something of them is called.
    pub later: String,
    /// The functions of all these that a chart does not usually call, compiled when one of them is.
    pub uncalled: String,
    /// WebAssembly that stands in for those until then.
    #[serde(rename = "standIns")]
    pub stand_ins: String,
    pub data: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimePackage"))]
pub struct Package {
    pub version: String,
    /// None for one that every interpreter has.
    pub file: Option<String>,
    pub depends: Vec<String>,
}

/// A text in a program that means a package nobody imports: `read_excel` needs openpyxl.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimeHint"))]
pub struct Hint {
    pub contains: String,
    pub package: String,
}

/// The scripts that draw interactive figures in the figure frame.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Renderers {
    pub plotly: Renderer,
    pub vega: Renderer,
}

/// Scripts that stand beside the worker's own only where a file of that kind is opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Readers {
    pub parquet: String,
}

/// The letters of figures. Every interpreter has the first; the others go to a run whose program or tables have such letters. Interactive
/// figures, which the browser draws, are given them too.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "RuntimeFonts"))]
pub struct Fonts {
    /// Latin, Greek and Cyrillic.
    pub latin: String,
    /// Ideographs, in the forms of Chinese.
    pub han: String,
    /// Japanese, with the ideographs it uses.
    pub kana: String,
    /// Korean.
    pub hangul: String,
}

impl Fonts {
    fn files(&self) -> [&String; 4] {
        [&self.latin, &self.han, &self.kana, &self.hangul]
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Renderer {
    pub file: String,
    pub version: String,
    /// The Python package whose figures it draws.
    pub package: String,
}

/// A description that cannot be right. The bundle is built by us, so each of these is a failed build, found at the start.
#[derive(Debug, Error)]
pub enum RuntimeError {
    #[error("runtime.json is not what this version expects")]
    Form(#[source] serde_json::Error),
    #[error("runtime.json names the file {file} for {wanted_by}, but does not list it")]
    FileMissing { file: String, wanted_by: String },
    #[error("runtime.json names the package {package} for {wanted_by}, but does not list it")]
    PackageMissing { package: String, wanted_by: String },
    #[error("runtime.json gives {file} the hash {sha256:?}, which is not 64 hexadecimal digits in lower case")]
    Hash { file: String, sha256: String },
}

impl Runtime {
    pub fn parse(bytes: &[u8]) -> Result<Runtime, RuntimeError> {
        let runtime: Runtime = serde_json::from_slice(bytes).map_err(RuntimeError::Form)?;
        runtime.check()?;
        Ok(runtime)
    }

    /// The package that has this top-level module, if one does.
    pub fn package_for_import(&self, module: &str) -> Option<&str> {
        self.imports.get(module).map(String::as_str)
    }

    pub fn is_standard_library(&self, module: &str) -> bool {
        self.stdlib.contains(module)
    }

    /// All packages by name, sorted.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &Package)> {
        self.packages.iter().map(|(name, package)| (name.as_str(), package))
    }

    /// All pairs of importable module and package, sorted by module.
    pub fn imports(&self) -> impl Iterator<Item = (&str, &str)> {
        self.imports
            .iter()
            .map(|(module, package)| (module.as_str(), package.as_str()))
    }

    /// The modules that a package brings, sorted.
    pub fn imports_of(&self, package: &str) -> impl Iterator<Item = &str> {
        self.imports()
            .filter(move |(_, of)| *of == package)
            .map(|(module, _)| module)
    }

    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    fn check(&self) -> Result<(), RuntimeError> {
        for file in &self.files {
            let digits = file
                .sha256
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if file.sha256.len() != 64 || !digits {
                return Err(RuntimeError::Hash {
                    file: file.name.clone(),
                    sha256: file.sha256.clone(),
                });
            }
        }
        let core = &self.core;
        let core_files = [&core.script, &core.wasm, &core.stdlib, &core.harness];
        let Base {
            snapshot:
                Snapshot {
                    metadata,
                    memory,
                    wasm,
                    libraries: start_libraries,
                    later,
                    uncalled,
                    stand_ins,
                    data,
                },
            libraries,
            rest,
            imported,
            ..
        } = &self.base;
        let restored = [metadata, wasm, start_libraries, later, uncalled, stand_ins, data];
        let base_files = restored.into_iter().chain([libraries, rest, imported]).chain(memory);
        let renderers = [("plotly", &self.renderers.plotly), ("vega", &self.renderers.vega)];
        let files = core_files
            .into_iter()
            .map(|file| (file, "the core".to_owned()))
            .chain(base_files.map(|file| (file, "the base packages".to_owned())))
            .chain(renderers.map(|(name, renderer)| (&renderer.file, format!("the renderer {name}"))))
            .chain([(&self.readers.parquet, "reading Parquet".to_owned())])
            .chain(self.fonts.files().map(|file| (file, "the fonts".to_owned())))
            .chain(
                self.packages
                    .iter()
                    .filter_map(|(name, package)| Some((package.file.as_ref()?, format!("the package {name}")))),
            );
        for (file, wanted_by) in files {
            if self.file(file).is_none() {
                return Err(RuntimeError::FileMissing {
                    file: file.clone(),
                    wanted_by,
                });
            }
        }
        let depends = self.packages.iter().flat_map(|(name, package)| {
            package
                .depends
                .iter()
                .map(move |depends| (depends, format!("the package {name}")))
        });
        let packages = depends
            .chain(
                self.imports
                    .iter()
                    .map(|(module, package)| (package, format!("the import {module}"))),
            )
            .chain(
                self.hints
                    .iter()
                    .map(|hint| (&hint.package, format!("the hint {:?}", hint.contains))),
            );
        for (package, wanted_by) in packages {
            if !self.packages.contains_key(package) {
                return Err(RuntimeError::PackageMissing {
                    package: package.clone(),
                    wanted_by,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use serde_json::{Value, json};

    use super::*;

    fn description() -> Value {
        let file = |name: &str| json!({"name": name, "bytes": 1, "sha256": "ab".repeat(32), "type": "text/javascript"});
        let files = [
            "core.js",
            "core.wasm",
            "stdlib.zip",
            "harness.pack",
            "base.pack",
            "sklearn.pack",
            "plotly.js",
            "vega.js",
            "parquet.js",
            "latin.pack",
            "han.pack",
            "kana.pack",
            "hangul.pack",
        ]
        .map(file);
        json!({
            "runtime": "314.0.3", "python": "3.14.0", "abi": "2026_0", "distribution": "https://example.org/",
            "digest": "cd".repeat(32),
            "files": files,
            "core": {"script": "core.js", "wasm": "core.wasm", "stdlib": "stdlib.zip", "harness": "harness.pack"},
            "base": {"libraries": "base.pack", "rest": "base.pack", "imported": "base.pack", "modules": ["json", "numpy"],
                "snapshot": {"metadata": "base.pack", "memory": ["base.pack"], "wasm": "base.pack", "libraries": "base.pack",
                    "later": "base.pack", "uncalled": "base.pack", "standIns": "base.pack", "data": "base.pack"}},
            "packages": {
                "numpy": {"version": "2.4.3", "file": null, "depends": []},
                "scikit-learn": {"version": "1.8", "file": "sklearn.pack", "depends": ["numpy"]},
            },
            "imports": {"numpy": "numpy", "sklearn": "scikit-learn"},
            "hints": [{"contains": "NDArray", "package": "numpy"}],
            "stdlib": ["math", "json"],
            "renderers": {
                "plotly": {"file": "plotly.js", "version": "4.1.1", "package": "plotly"},
                "vega": {"file": "vega.js", "version": "6", "package": "altair"},
            },
            "readers": {"parquet": "parquet.js"},
            "fonts": {"latin": "latin.pack", "han": "han.pack", "kana": "kana.pack", "hangul": "hangul.pack"},
        })
    }

    fn parse(description: &Value) -> Result<Runtime, RuntimeError> {
        Runtime::parse(description.to_string().as_bytes())
    }

    #[test]
    fn an_import_is_found_by_its_module_not_by_its_package() {
        let runtime = parse(&description()).unwrap();
        assert_eq!(runtime.package_for_import("sklearn"), Some("scikit-learn"));
        assert_eq!(runtime.package_for_import("scikit-learn"), None);
        assert_eq!(runtime.package_for_import("math"), None);
        assert_eq!(runtime.imports_of("scikit-learn").collect::<Vec<_>>(), ["sklearn"]);
        assert!(runtime.is_standard_library("math"));
        assert!(!runtime.is_standard_library("numpy"));
        assert_eq!(
            runtime.packages().map(|(name, _)| name).collect::<Vec<_>>(),
            ["numpy", "scikit-learn"]
        );
    }

    /// Each row breaks one thing, and the message names it.
    #[test]
    fn a_wrong_description_is_refused_by_name() {
        let broken: [(&str, Value, &str); 9] = [
            ("/core/wasm", json!("gone.wasm"), "file gone.wasm for the core"),
            ("/renderers/vega/file", json!("v.js"), "file v.js for the renderer vega"),
            ("/readers/parquet", json!("p.js"), "file p.js for reading Parquet"),
            (
                "/packages/scikit-learn/file",
                json!("n.pack"),
                "file n.pack for the package scikit-learn",
            ),
            ("/base/snapshot/memory/0", json!("m"), "file m for the base packages"),
            (
                "/packages/scikit-learn/depends/0",
                json!("scipy"),
                "package scipy for the package scikit-learn",
            ),
            (
                "/imports/sklearn",
                json!("sklearn"),
                "package sklearn for the import sklearn",
            ),
            (
                "/hints/0/package",
                json!("lxml"),
                "package lxml for the hint \"NDArray\"",
            ),
            ("/files/0/sha256", json!("AB".repeat(32)), "gives core.js the hash"),
        ];
        for (pointer, value, said) in broken {
            let mut description = description();
            *description.pointer_mut(pointer).expect(pointer) = value;
            let error = parse(&description).expect_err(pointer).to_string();
            assert!(error.contains(said), "{pointer}: {error}");
        }
    }

    #[test]
    fn a_missing_field_is_named() {
        let mut description = description();
        description.as_object_mut().unwrap().remove("abi");
        let error = parse(&description).unwrap_err();
        assert!(error.source().unwrap().to_string().contains("`abi`"));
    }
}
