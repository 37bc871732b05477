//! `cargo xtask`: what a clone can be asked to do. Each command is a short list of steps that other tools carry out; what a step does
//! belongs to those tools (`pyodide-bundle/build`, cargo, npm, Playwright), how they are found and started to `tools.rs`.

mod native;
mod report;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use report::Report;
use tools::{Failure, Task};

const USAGE: &str = "usage:
  cargo xtask bundle               fetch, verify and pack the runtime that the server embeds
  cargo xtask run [-- ARGS]        bundle, build and start the server; ARGS go to it
  cargo xtask test                 all checks
  cargo xtask env                  what cargo itself needs to build the server: eval $(cargo xtask env)
  cargo xtask bench start [ARGS]   how soon a chart is on the screen, beside Pyodide's own way; --runs N, --browser firefox
  cargo xtask bench data [ARGS]    what a CSV of 100 MB costs, beside native pandas; --megabytes N, --runs N
  cargo xtask bench server [ARGS]  how fast the server is beside nginx, and what an open question costs; --runs N
  cargo xtask bench model [ARGS]   the model in the server beside a bare llama.cpp server; --runs N, --threads N
  cargo xtask attacks [ARGS]       hostile programs in a real browser: --browser firefox, webkit or all, --only network,svg/use, --stopping
  cargo xtask lighthouse [ARGS]    what Lighthouse says of the page; --runs N, --strict
  cargo xtask shots                the pictures of the page in docs/
  cargo xtask eval [ARGS]          questions to a real model, the whole way: --model openai:NAME --url URL, --tasks DIR; see e2e/eval/run.mjs";

const TEST_WEIGHTS: &str = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["bundle"] => bundle(&[]),
        ["run"] => run(&[]),
        ["run", "--", arguments @ ..] => run(arguments),
        ["test"] => test(),
        ["env"] => env(),
        ["bench", what @ ("start" | "data" | "server" | "model"), arguments @ ..] => bench(what, arguments),
        ["attacks", arguments @ ..] => attacks(arguments),
        ["lighthouse", arguments @ ..] => lighthouse(arguments),
        ["shots"] => shots(),
        ["eval", arguments @ ..] => eval(arguments),
        _ => Err(Failure::new(USAGE)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn bundle(options: &[&str]) -> Result<(), Failure> {
    tools::require_node()?;
    install_node_modules(".")?;
    Task::new("node")
        .words(["pyodide-bundle/build/bundle.mjs"])
        .words(options)
        .run()
}

fn run(arguments: &[&str]) -> Result<(), Failure> {
    bundle(&[])?;
    build_release()?;
    Err(with_index(Task::at(binary()?)).words(arguments).become_it())
}

/// For a server that may fetch its model.
fn with_index(task: Task) -> Task {
    match native::package_index() {
        Some(index) => task.variable("SANDPLOT_MODEL_INDEX", index),
        None => task,
    }
}

fn env() -> Result<(), Failure> {
    for (name, value) in native::variables()? {
        let value = value.display().to_string().replace('\'', "'\\''");
        tools::say(&format!("export {name}='{value}'"))?;
    }
    Ok(())
}

fn test() -> Result<(), Failure> {
    let mut report = Report::new();
    report.needed("versions", tools::print_versions)?;
    // Frozen: what is tested is what the committed manifest describes.
    report.needed("bundle", || bundle(&["--frozen"]))?;
    report.check("format", || Task::new("cargo").words(["fmt", "--all", "--check"]).run());
    report.check("clippy", || {
        let clippy = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ];
        Task::cargo()?.words(clippy).run()
    });
    report.check("biome", || {
        node_tool("@biomejs/biome/bin/biome", &["check", "--error-on-warnings"]).run()
    });
    for project in ["tsconfig.json", "tsconfig.worker.json", "tsconfig.build.json"] {
        report.check(&format!("types {project}"), || {
            node_tool("typescript/bin/tsc", &["-p", project]).run()
        });
    }
    report.check("cargo test", || {
        Task::cargo()?.words(["test", "--workspace", "--quiet"]).run()
    });
    report.check("a build without a model", || {
        Task::cargo()?
            .words(["check", "--package", "sandplot", "--no-default-features", "--quiet"])
            .run()
    });
    if has_weights()? {
        report.check("model tests", || {
            let tests = [
                "test",
                "--package",
                "sandplot",
                "--lib",
                "--quiet",
                "--",
                "--ignored",
                "embedded::tests::real",
            ];
            Task::cargo()?.words(tests).run()
        });
        report.check("a real model server", || {
            let words = [
                "e2e/model-server.mjs",
                TEST_WEIGHTS,
                "--",
                "cargo",
                "test",
                "--package",
                "sandplot",
            ];
            let tests = [
                "--lib",
                "--quiet",
                "--",
                "--ignored",
                "llm::tests::local",
                "--test-threads=1",
            ];
            Task::with_cargo("node")?.words(words).words(tests).run()
        });
    } else {
        eprintln!(
            "\nleft out: the tests of the model itself, since its weights ({TEST_WEIGHTS}) are not in the cache folder"
        );
    }
    report.check("node tests", || {
        // Node's own choice leaves a core free, which on two is half of the time.
        Task::new("node")
            .words(["--test", "--test-concurrency=2"])
            .words(unit_tests()?)
            .run()
    });
    report.needed("release build", build_release)?;
    report.check("observatory", || {
        install_node_modules("e2e/observatory")?;
        Task::new("node")
            .words(["--test", "e2e/observatory/observatory.test.mjs"])
            .variable("SANDPLOT_BINARY", &binary()?)
            .run()
    });
    report.check("browser tests", || {
        let binary = binary()?;
        let chromium = tools::chromium()?;
        node_tool(
            "@playwright/test/cli.js",
            &["test", "--config", "e2e/playwright.config.mjs"],
        )
        .variable("SANDPLOT_BINARY", &binary)
        .variable("CHROMIUM", &chromium)
        .run()
    });
    // Once: what has to be perfect is the same each time. `cargo xtask lighthouse` measures.
    report.check("lighthouse", || run_lighthouse(&["--runs", "1"]));
    report.check("other browsers", || {
        tools::other_browsers()?;
        Task::new("node")
            .words(["--test", "e2e/browsers/browsers.test.mjs"])
            .variable("SANDPLOT_BINARY", &binary()?)
            .run()
    });
    // Those that only try and tell: hundreds of them in minutes. The rest takes most of an hour, see SECURITY.md.
    report.check("attacks", || {
        run_attacks(&[
            "--only",
            "network,python,workers,app,storage,navigation,permissions",
            "--together",
            "25",
        ])
    });
    report.end()
}

fn attacks(arguments: &[&str]) -> Result<(), Failure> {
    bundle(&[])?;
    build_release()?;
    run_attacks(arguments)
}

fn run_attacks(arguments: &[&str]) -> Result<(), Failure> {
    Task::new("node")
        .words(["e2e/attacks/run.mjs"])
        .words(arguments)
        .variable("SANDPLOT_BINARY", &binary()?)
        .variable("CHROMIUM", &tools::chromium()?)
        .run()
}

fn lighthouse(arguments: &[&str]) -> Result<(), Failure> {
    bundle(&[])?;
    build_release()?;
    run_lighthouse(arguments)
}

fn run_lighthouse(arguments: &[&str]) -> Result<(), Failure> {
    install_node_modules("e2e/lighthouse")?;
    Task::new("node")
        .words(["e2e/lighthouse/run.mjs"])
        .words(arguments)
        .variable("SANDPLOT_BINARY", &binary()?)
        .variable("CHROMIUM", &tools::chromium()?)
        .run()
}

/// Anew from a real server with real charts, so that they show what there is.
fn shots() -> Result<(), Failure> {
    bundle(&[])?;
    build_release()?;
    Task::new("node")
        .words(["e2e/shots/run.mjs"])
        .variable("SANDPLOT_BINARY", &binary()?)
        .variable("CHROMIUM", &tools::chromium()?)
        .run()
}

/// The whole way of a question with a real model: no check of the code, but a measure of prompt and model.
fn eval(arguments: &[&str]) -> Result<(), Failure> {
    bundle(&[])?;
    build_release()?;
    let chromium = tools::chromium()?;
    with_index(Task::new("node"))
        .words(["e2e/eval/run.mjs"])
        .words(arguments)
        .variable("SANDPLOT_BINARY", &binary()?)
        .variable("CHROMIUM", &chromium)
        .run()
}

/// Measured against the stock way, native pandas or nginx, in the same run: the machines are shared, so only the ratio says something.
fn bench(what: &str, arguments: &[&str]) -> Result<(), Failure> {
    bundle(&[])?;
    build_release()?;
    let mut bench = Task::new("node")
        .words([format!("e2e/bench/{what}.mjs")])
        .words(arguments)
        .variable("SANDPLOT_BINARY", &binary()?);
    match what {
        "model" => bench = with_index(bench),
        _ => bench = bench.variable("CHROMIUM", &tools::chromium()?),
    }
    bench.run()
}

fn build_release() -> Result<(), Failure> {
    Task::cargo()?
        .words(["build", "--release", "--package", "sandplot"])
        .run()
}

/// The small model's: half a gigabyte, which nobody should have to fetch for a test run.
fn has_weights() -> Result<bool, Failure> {
    Ok(tools::cache()?.join("models").join(TEST_WEIGHTS).is_file())
}

/// The release binary lies beside the folder that this program was built into, wherever the person keeps their target folder.
fn binary() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::new(format!("no path to this program: {error}")))?;
    let target = own
        .parent()
        .and_then(Path::parent)
        .ok_or_else(|| Failure::new("this program lies in no target folder"))?;
    Ok(target.join("release").join("sandplot"))
}

/// `npm ci` takes seconds that nobody wants to wait for at every start, so what was installed is remembered beside it.
fn install_node_modules(folder: &str) -> Result<(), Failure> {
    let place = tools::root().join(folder);
    let lock = std::fs::read(place.join("package-lock.json"))
        .map_err(|error| Failure::new(format!("package-lock.json cannot be read: {error}")))?;
    let installed = place.join("node_modules/.installed-package-lock.json");
    if std::fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    Task::new("npm").words(["--prefix", folder, "ci"]).run()?;
    std::fs::write(&installed, lock).map_err(|error| Failure::new(format!("{}: {error}", installed.display())))
}

/// Started through node by its file: `npx` would fetch a tool that is not installed instead of failing.
fn node_tool(script: &str, arguments: &[&str]) -> Task {
    Task::new("node")
        .words([format!("node_modules/{script}")])
        .words(arguments)
}

/// By name, because what `node --test FOLDER` means changed between Node 20 and 22.
fn unit_tests() -> Result<Vec<String>, Failure> {
    let folder = tools::root().join("e2e/unit");
    let entries = std::fs::read_dir(&folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("e2e/unit/{name}"))
        .collect();
    names.sort();
    Ok(names)
}
