//! What llama.cpp, which the server embeds, is built with: cmake and libclang. Those of the system are taken where there are any; else
//! pip puts pinned ones into the cache folder, where they disturb nobody. And what pip knows of package indexes, for the server.

use std::path::{Path, PathBuf};

use crate::tools::{Failure, Task, cache, on_path};

const CMAKE: &str = "cmake==4.4.5";
const LIBCLANG: &str = "libclang==18.1.1";
/// Where systems keep their libraries.
const LIBRARIES: [&str; 7] = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/Library/Developer/CommandLineTools/usr/lib",
    "/opt/homebrew/opt/llvm/lib",
];

/// Variables that cargo needs to build the server, with their values.
///
/// # Errors
/// When a tool is missing and cannot be fetched.
pub(crate) fn variables() -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    if !on_path("g++") && !on_path("clang++") && !on_path("c++") {
        return Err(Failure::new(
            "error: a C++ compiler is missing: install one with `apt-get install g++` or from your system",
        ));
    }
    let mut variables = Vec::new();
    if !on_path("cmake") && !is_set("CMAKE") {
        variables.push(("CMAKE", fetched(CMAKE, "cmake/data/bin/cmake", "cmake")?));
    }
    if !is_set("LIBCLANG_PATH") && !has_clang() {
        let library = fetched(LIBCLANG, "clang/native", "libclang-dev clang")?;
        variables.push(("LIBCLANG_PATH", library));
        // The library alone lacks the headers that belong to a compiler; those of the one that is here will do.
        if !is_set("BINDGEN_EXTRA_CLANG_ARGS")
            && let Ok(folder) = Task::new("c++").words(["-print-file-name=include"]).first_line()
            && Path::new(&folder).is_absolute()
        {
            variables.push(("BINDGEN_EXTRA_CLANG_ARGS", format!("-I{folder}").into()));
        }
    }
    Ok(variables)
}

/// What a Python package puts at `place`, installed if it is not there.
fn fetched(package: &str, place: &str, system: &str) -> Result<PathBuf, Failure> {
    let folder = cache()?.join("build").join(package.replace("==", "-"));
    let found = folder.join(place);
    if !found.exists() {
        eprintln!("fetching {package} to {}", folder.display());
        let installed = Task::new("python3")
            .words([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--target",
            ])
            .words([folder.as_os_str()])
            .words([package])
            .run();
        if installed.is_err() || !found.exists() {
            return Err(Failure::new(format!(
                "error: pip could not fetch {package}, with which llama.cpp is built: install it with `apt-get install {system}` or from \
                 your system"
            )));
        }
    }
    Ok(found)
}

/// The library and the compiler whose headers belong to it.
fn has_clang() -> bool {
    let versioned = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let versioned = versioned
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("llvm-"))
        })
        .map(|path| path.join("lib"));
    let mut folders = LIBRARIES.iter().map(PathBuf::from).chain(versioned);
    on_path("clang") && folders.any(|folder| has_library(&folder))
}

fn has_library(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|name| is_libclang(&name))
}

/// Its C++ sibling `libclang-cpp` is another library.
fn is_libclang(name: &str) -> bool {
    let rest = name.strip_prefix("libclang").filter(|rest| !rest.starts_with("-cpp"));
    rest.is_some_and(|rest| {
        let is_version = rest.starts_with('.') || rest.starts_with('-');
        is_version && (rest.contains(".so") || rest.ends_with(".dylib"))
    })
}

/// The package index that pip asks on this machine: the server fetches its model from there if the model's publisher cannot be reached.
pub(crate) fn package_index() -> Option<String> {
    if is_set("SANDPLOT_MODEL_INDEX") || is_set("PIP_INDEX_URL") {
        return None;
    }
    let configured = Task::new("python3").words(["-m", "pip", "config", "get", "global.index-url"]);
    let usual = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
    let index = configured
        .first_line()
        .or_else(|_| Task::new("python3").words(["-c", usual]).first_line());
    index.ok().filter(|index| index.starts_with("http"))
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_told_from_its_siblings() {
        for name in [
            "libclang.so",
            "libclang.so.1",
            "libclang-14.so.1",
            "libclang-18.so",
            "libclang.dylib",
        ] {
            assert!(is_libclang(name), "{name}");
        }
        for name in [
            "libclang-cpp.so.14",
            "libclang-cpp.so",
            "libclangAST.a",
            "libclc.so",
            "libclang.a",
        ] {
            assert!(!is_libclang(name), "{name}");
        }
    }
}
