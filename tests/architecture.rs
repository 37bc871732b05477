//! Who may use whom: the directions that `lib.rs` names, held against the `use` lines of `src/` and the `import` lines of
//! `static/`, and what must not be in the server at all.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms of `src/` and the rooms they may name with `crate::`.
const RUST: [(&str, &[&str]); 11] = [
    ("args", &["prompt", "telemetry"]),
    ("config", &["args", "llm", "plan", "prompt"]),
    ("lib", &["web"]),
    ("llm", &["telemetry"]),
    ("plan", &["program", "prompt"]),
    ("program", &["runtime"]),
    ("prompt", &["runtime"]),
    ("runtime", &[]),
    ("store", &[]),
    ("telemetry", &[]),
    // The tests of the types on the wire also name `runtime` and `prompt`, which `web` may use anyway.
    (
        "web",
        &["llm", "plan", "program", "prompt", "runtime", "store", "telemetry"],
    ),
];

/// Rooms of `static/` and the rooms they may import from.
const BROWSER: [(&str, &[&str]); 5] = [
    ("app", &["shared", "words"]),
    ("sandbox", &["shared"]),
    ("shared", &[]),
    // What people read; only its keys are known to a module, as a type.
    ("words", &[]),
    // Third-party code, which app loads by its address when it is wanted.
    ("vendor", &[]),
];

/// Made by the build of files in the other rooms, or of packages.
const MADE: [&str; 2] = ["built", "vendor"];

/// What a room may name. A room that no table knows fails the test: it has to be given its directions first.
fn allowed(rooms: &[(&str, &'static [&'static str])], room: &str) -> &'static [&'static str] {
    let known = rooms.iter().find(|(name, _)| *name == room);
    assert!(known.is_some(), "unknown room {room}");
    known.unwrap().1
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "no .{ending} in {folder}");
    found
}

/// The folder or module that a file belongs to: `src/web/csp.rs` to `web`, `src/store.rs` to `store`.
fn room(path: &Path, folder: &str) -> String {
    let below = path.strip_prefix(root().join(folder)).unwrap();
    Path::new(below.components().next().unwrap().as_os_str())
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// The modules a Rust text names behind `crate::`, also inside `use crate::{a, b}`. Comments are no use of anything.
fn named(text: &str) -> Vec<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map(|list| &list[..list.find('}').unwrap()]);
        for path in list
            .unwrap_or(rest)
            .split(',')
            .take(if list.is_some() { usize::MAX } else { 1 })
        {
            let name: String = path
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            named.push(name);
        }
    }
    named
}

#[test]
fn rust_modules_use_each_other_only_in_the_allowed_directions() {
    let mut wrong = Vec::new();
    for (path, text) in files("src", "rs") {
        let room = room(&path, "src");
        if room == "main" {
            continue;
        }
        let allowed = allowed(&RUST, &room);
        for name in named(&text) {
            if name != room && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_use_lines_sees_every_form() {
    let text = "use crate::a::B;\nuse crate::{c, d::E};\n    let x = crate::f();\n// crate::g\nmycrate::h();";
    assert_eq!(named(text), ["a", "c", "d", "f"]);
}

/// Paths in import statements, dynamic imports and JSDoc's `@import`.
fn imported(text: &str) -> Vec<&str> {
    let mut imported = Vec::new();
    for marker in ["from \"", "from '", "import \"", "import '", "import(\"", "import('"] {
        for (at, _) in text.match_indices(marker) {
            let rest = &text[at + marker.len()..];
            imported.push(&rest[..rest.find(['"', '\'']).unwrap()]);
        }
    }
    imported
}

#[test]
fn browser_modules_import_each_other_only_in_the_allowed_directions() {
    let mut wrong = Vec::new();
    for (path, text) in files("static", "js") {
        let room = room(&path, "static");
        if MADE.contains(&room.as_str()) {
            continue;
        }
        let allowed = allowed(&BROWSER, &room);
        for import in imported(&text) {
            // Prose may have such words before a quotation; a path of ours begins with a dot.
            if !import.starts_with('.') {
                continue;
            }
            let target = path.parent().unwrap().join(import);
            let mut normal = PathBuf::new();
            for part in target.components() {
                match part {
                    std::path::Component::ParentDir => drop(normal.pop()),
                    part => normal.push(part),
                }
            }
            let into = self::room(&normal, "static");
            if into != room && !allowed.contains(&into.as_str()) {
                wrong.push(format!("{} imports {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What stands outside of tests, which may start what they like.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap()
}

#[test]
fn the_server_starts_no_process() {
    for (path, text) in files("src", "rs") {
        for forbidden in ["process::Command", "Command::new", "fork(", "execv", "pyo3"] {
            assert!(!text.contains(forbidden), "{} has {forbidden}", path.display());
        }
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let tokio = manifest.lines().find(|line| line.starts_with("tokio = ")).unwrap();
    assert!(!tokio.contains("\"process\"") && !tokio.contains("\"full\""), "{tokio}");
}

#[test]
fn each_room_keeps_to_its_business() {
    let rooms: [(&[&str], &[&str]); 3] = [
        // Only web knows HTTP as a server does.
        (
            &[
                "llm",
                "program",
                "prompt",
                "runtime",
                "store",
                "config",
                "args",
                "telemetry",
            ],
            &["axum", "tower", "hyper"],
        ),
        // Only llm talks to the outside.
        (
            &[
                "web",
                "program",
                "prompt",
                "runtime",
                "store",
                "config",
                "args",
                "telemetry",
            ],
            &["reqwest"],
        ),
        // These do no IO at all.
        (
            &["program", "prompt", "runtime"],
            &["std::fs", "std::net", "std::env", "std::io", "tokio", "rusqlite"],
        ),
    ];
    for (path, text) in files("src", "rs") {
        // A file of tests reads its fixtures.
        if path.file_stem().is_some_and(|stem| stem == "tests") || path.iter().any(|folder| folder == "tests") {
            continue;
        }
        let room = room(&path, "src");
        for (among, forbidden) in rooms {
            for word in forbidden.iter().filter(|_| among.contains(&room.as_str())) {
                let uses = without_tests(&text)
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                let found =
                    uses.filter(|line| line.contains(&format!("{word}::")) || line.contains(&format!("use {word}")));
                assert_eq!(
                    found.collect::<Vec<_>>(),
                    Vec::<&str>::new(),
                    "{}: {word}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn templates_have_no_inline_script_style_or_handler_and_name_no_other_host() {
    for (path, text) in files("templates", "html") {
        let name = path.file_name().unwrap().to_str().unwrap();
        for (at, _) in text.match_indices("<script") {
            let tag = &text[at..at + text[at..].find('>').unwrap()];
            // Documents without an origin, whose policy names these scripts by hash.
            let bootstrap = ["sandbox.html", "embed.html"].contains(&name) && tag == "<script";
            let is_data = tag.contains("application/json") || tag.contains("text/plain");
            assert!(tag.contains("src=") || is_data || bootstrap, "{name}: {tag}");
        }
        let text = text.replace(
            "<style>{{ style|safe }}</style>",
            if name == "embed.html" { "" } else { "<style" },
        );
        for forbidden in ["<style", " style=", "javascript:", "http://", "https://", "src=\"//"] {
            assert!(!text.contains(forbidden), "{name} has {forbidden}");
        }
        let handler = text
            .split_whitespace()
            .find(|word| word.starts_with("on") && word.contains("=\""));
        assert_eq!(handler, None, "{name}");
    }
}
