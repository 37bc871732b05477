use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A runtime with a few packages, as small as the form of its description allows.
pub(super) fn runtime() -> Runtime {
    let packages = ["numpy", "pandas", "matplotlib", "seaborn", "plotly", "scikit-learn"];
    let renderer = |file: &str| json!({"file": file, "version": "1", "package": "plotly"});
    let package = |name: &str| {
        let file = format!("{name}.pack");
        (name.to_owned(), json!({"version": "1", "file": file, "depends": []}))
    };
    let import = |name: &str| (name.replace("scikit-learn", "sklearn"), Value::from(name));
    let mut files = ["core", "plotly.js"].map(String::from).to_vec();
    files.extend(packages.iter().map(|name| format!("{name}.pack")));
    let file = |name: &String| json!({"name": name, "bytes": 1, "sha256": "ab".repeat(32), "type": "text/javascript"});
    let core = json!({"script": "core", "wasm": "core", "stdlib": "core", "harness": "core"});
    let snapshot = json!({"metadata": "core", "memory": ["core"], "wasm": "core", "libraries": "core", "later": "core", "uncalled": "core", "standIns": "core", "data": "core"});
    let base = json!({"snapshot": snapshot, "libraries": "core", "rest": "core", "imported": "core", "modules": []});
    let description = json!({
        "runtime": "1", "python": "3.14", "abi": "1", "distribution": "", "digest": "cd".repeat(32),
        "files": files.iter().map(file).collect::<Vec<_>>(),
        "core": core,
        "base": base,
        "packages": packages.into_iter().map(package).collect::<serde_json::Map<_, _>>(),
        "imports": packages.into_iter().map(import).collect::<serde_json::Map<_, _>>(),
        "hints": [],
        "stdlib": ["math", "json", "datetime", "collections"],
        "renderers": {"plotly": renderer("plotly.js"), "vega": renderer("plotly.js")},
        "readers": {"parquet": "plotly.js"},
        "fonts": {"latin": "core", "han": "core", "kana": "core", "hangul": "core"},
    });
    Runtime::parse(description.to_string().as_bytes()).unwrap()
}

fn replies() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/replies");
    let mut replies: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    replies.sort();
    assert!(replies.len() > 20, "the replies are not where they should be");
    replies
}

#[test]
fn every_reply_gives_one_program() {
    for (name, reply) in replies() {
        let program = from_reply(&reply, &runtime()).unwrap_or_else(|error| panic!("{name}: {error}"));
        insta::assert_snapshot!(name, program.source);
    }
}

/// What the fences and the prose around a program cannot change.
#[test]
fn most_replies_give_the_same_program() {
    let program = |name: &str| {
        let (_, reply) = replies().into_iter().find(|(known, _)| known == name).unwrap();
        from_reply(&reply, &runtime()).unwrap().source
    };
    let expected = program("one-block");
    for name in [
        "alternatives",
        "attributes",
        "bare",
        "bare-with-prose",
        "corrected-afterwards",
        "crlf-and-bom",
        "indented-in-a-list",
        "no-language",
        "notebook",
        "prose-around",
        "remark-afterwards",
        "shell-then-program",
        "short-language-name",
        "think",
        "think-never-closed",
        "think-without-opening",
        "tildes",
        "unclosed-fence",
    ] {
        assert_eq!(program(name), expected, "{name}");
    }
}

#[test]
fn a_program_is_its_own_program() {
    for (name, reply) in replies() {
        let program = from_reply(&reply, &runtime()).unwrap();
        let again = from_reply(&format!("````python\n{}````", program.source), &runtime()).unwrap();
        assert_eq!(again, program, "{name}");
    }
}

#[test]
fn what_is_no_program_is_told_apart() {
    let error = |reply: &str| from_reply(reply, &runtime()).unwrap_err();
    for reply in ["", " \n", "\u{feff}", "<think>\nBars?\n</think>\n", "<think>\nBars"] {
        assert_eq!(error(reply), ProgramError::Empty, "{reply:?}");
    }
    for reply in [
        "The regions with the most orders are EU and US.",
        "Which column do you mean: price (net) or price (gross)?",
        "```\nregion  orders\nEU      3\n```",
        "```json\n{\"chart\": \"bar\"}\n```",
        "```python\n```",
        "```python\n# your program here\n```",
        "1. Load the data\n2. Draw it (as bars)",
        "</think>",
    ] {
        let expected = if reply == "</think>" {
            ProgramError::Empty
        } else {
            ProgramError::NoProgram
        };
        assert_eq!(error(reply), expected, "{reply:?}");
    }
    for reply in [
        "I'm sorry, but I can't help with that.",
        "I’m unable to assist with this request.",
        "<think>\nNo.\n</think>\nAs an AI, I must decline.",
    ] {
        assert_eq!(error(reply), ProgramError::Refused, "{reply:?}");
    }
    let long = format!("```python\nx = [{}]\n```", "1, ".repeat(LONGEST_PROGRAM / 3));
    assert_eq!(error(&long), ProgramError::TooLarge);
    let missing = ProgramError::PackageMissing {
        import: "bokeh".into(),
        instead: Some("plotly.express draws interactive charts".into()),
    };
    assert_eq!(error("```python\nfrom bokeh.plotting import figure\n```"), missing);
}

/// Pseudo-random, from a fixed seed: a failure must come again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn no_text_makes_it_panic() {
    const PIECES: [&str; 30] = [
        "```",
        "~~~",
        "````",
        "python",
        "\n",
        "\r\n",
        " ",
        "\t",
        "<think>",
        "</think>",
        "import ",
        "from a ",
        "try:",
        "except",
        "\"",
        "'''",
        "\\",
        "(",
        ")",
        "#",
        ">>> ",
        "%x",
        "plt.show()",
        "é",
        "🍎",
        "\u{feff}",
        "\u{2028}",
        "1e",
        "i can't",
        ";",
    ];
    let runtime = runtime();
    let mut dice = Dice(20_260_101);
    for _ in 0..4000 {
        let length = dice.below(40);
        let reply: String = (0..length).map(|_| PIECES[dice.below(PIECES.len())]).collect();
        let _ = from_reply(&reply, &runtime);
    }
    for (_, reply) in replies() {
        for (end, _) in reply.char_indices() {
            let _ = from_reply(&reply[..end], &runtime);
        }
    }
}

/// A reply is a stranger's text of bounded size; its cost is bounded too.
#[test]
fn hostile_repetition_stays_cheap() {
    let runtime = runtime();
    let begun = std::time::Instant::now();
    for piece in [
        "<think>",
        "x<think></think>",
        "```python\nx=1\n```\n",
        "```\n",
        "import a\n",
        "\"",
        "(",
        ">>> x\n",
        "a b\nplt.x(\n",
    ] {
        let _ = from_reply(&piece.repeat(100_000 / piece.len()), &runtime);
    }
    assert!(begun.elapsed().as_secs() < 30, "took {:?}", begun.elapsed());
}

/// What a model that wants to harm the server would write: each is about as long as a reply may be, and takes for ever where something is
/// gone over again for each of its parts.
#[test]
fn a_reply_made_to_be_slow_is_read_like_any_other() {
    const LENGTH: usize = 128 * 1024;
    let repeated = |part: &str| part.repeat(LENGTH / part.len());
    let modules = |prefix: &str| -> String { (0..12_000).map(|number| format!(",{prefix}{number}")).collect() };
    let nested: String = (0..500).map(|depth| format!("{}try:\n", " ".repeat(depth))).collect();
    let replies = [
        repeated("\n<think></think>"),
        "x<think>".repeat(8_000) + &"\n<think></think>".repeat(4_000),
        repeated("```\n"),
        repeated("```python\nimport a\n```\n"),
        repeated("```python\n"),
        format!(
            "```python\nimport a{}\n```\n```python\nimport b{}\n```",
            modules("a"),
            modules("b")
        ),
        format!(
            "```python\n{nested}{}import a{}\n```",
            " ".repeat(500),
            ",a".repeat(30_000)
        ),
        format!("```python\nplt{}\n```", "(".repeat(LENGTH)),
        format!("import a\n{}", repeated("'''")),
        format!("```python\n{}\n```", repeated("try: import a\n")),
        repeated("\\\n"),
        " ".repeat(LENGTH),
        repeated("\u{feff}\r"),
    ];
    for reply in replies {
        let _ = from_reply(&reply, &runtime());
    }
}

fn reply_of_parts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "```",
            "```python\n",
            "```{.python}\n",
            "~~~py\n",
            "\n```\n",
            "<think>",
            "</think>",
            "<thinking>",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "    ",
            "import ",
            "from . import ",
            "numpy",
            "a.b as c, d",
            "try:",
            "except ImportError:",
            "except",
            "finally:",
            "(",
            ")",
            "'",
            "\"\"\"",
            "'''",
            "f'{x}'",
            "#",
            "\\",
            ">>> ",
            "... ",
            "%matplotlib inline",
            "!pip install x",
            "plt.show()",
            "I cannot help.",
            "\u{feff}",
            "é",
            "名",
            "\u{2028}",
            ";",
            ":",
            "0x_1.e",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn whatever_a_model_writes_is_a_program_or_a_reason(reply in reply_of_parts()) {
        if let Ok(program) = from_reply(&reply, &runtime()) {
            prop_assert!(program.source.len() <= LONGEST_PROGRAM + 1);
            prop_assert!(check_imports(&program.source, &runtime()).is_ok());
            prop_assert!(!program.source.trim().is_empty());
        }
    }

    #[test]
    fn whatever_stands_in_a_program_its_imports_can_be_read(source in reply_of_parts()) {
        let _ = check_imports(&source, &runtime());
    }
}

#[test]
fn an_import_that_was_forgotten_is_added_where_the_runtime_has_it() {
    let source = |reply: &str| from_reply(reply, &runtime()).unwrap().source;
    let drawn = source("```python\nplt.plot(np.arange(3))\nalt.Chart(df)\n```");
    // Altair is not in this runtime.
    assert_eq!(
        drawn,
        "import numpy as np\nimport matplotlib.pyplot as plt\nplt.plot(np.arange(3))\nalt.Chart(df)\n"
    );
    let whole = "import numpy as np\nprint(np.pi)\n";
    assert_eq!(source(&format!("```python\n{whole}```")), whole);
}
