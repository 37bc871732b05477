//! Which modules a program imports, and whether the runtime has them.

use std::collections::HashSet;

use super::ProgramError;
use super::tokens::{Token, tokens};
use crate::runtime::Runtime;

/// What to use in place of a library that models like and browsers lack: the module, the package that can do it, how.
const INSTEAD: &[(&str, &str, &str)] = &[
    ("bokeh", "plotly", "plotly.express draws interactive charts"),
    (
        "cartopy",
        "matplotlib",
        "matplotlib can scatter longitude against latitude",
    ),
    ("cufflinks", "plotly", "plotly.express draws a DataFrame directly"),
    ("dash", "plotly", "a plotly figure is interactive without a server"),
    ("duckdb", "pandas", "pandas can merge and group the tables"),
    (
        "folium",
        "plotly",
        "plotly.express can scatter longitude against latitude",
    ),
    (
        "geopandas",
        "matplotlib",
        "matplotlib can scatter longitude against latitude",
    ),
    ("holoviews", "plotly", "plotly.express draws interactive charts"),
    ("hvplot", "plotly", "plotly.express draws a DataFrame directly"),
    ("joypy", "seaborn", "seaborn.kdeplot in a FacetGrid draws ridges"),
    ("pandasql", "pandas", "pandas can merge and group the tables"),
    ("plotly_express", "plotly", "it is now called plotly.express"),
    ("plotnine", "seaborn", "seaborn draws grouped and faceted charts"),
    ("polars", "pandas", "the tables are pandas DataFrames"),
    ("ptitprince", "seaborn", "seaborn.violinplot comes close"),
    ("pygal", "plotly", "plotly.express draws interactive charts"),
    ("pyspark", "pandas", "the tables are pandas DataFrames"),
    (
        "requests",
        "pandas",
        "there is no network; the tables are loaded already",
    ),
    ("squarify", "plotly", "plotly.express.treemap draws treemaps"),
    ("statsmodels", "scipy", "scipy.stats fits lines and tests"),
    ("streamlit", "matplotlib", "a matplotlib figure is shown by itself"),
    ("tkinter", "matplotlib", "a matplotlib figure is shown by itself"),
    ("turtle", "matplotlib", "matplotlib can draw lines and shapes"),
    ("wordcloud", "matplotlib", "a bar chart of the counts says the same"),
];

/// The first import that nothing in the runtime can satisfy is the error.
pub(super) fn check(source: &str, runtime: &Runtime) -> Result<(), ProgramError> {
    let missing = modules(source).into_iter().find(|module| {
        !runtime.is_standard_library(module)
            && runtime.package_for_import(module).is_none()
            // Both are part of the language, whatever the list says.
            && !matches!(module.as_str(), "__future__" | "__main__")
    });
    match missing {
        None => Ok(()),
        Some(import) => Err(ProgramError::PackageMissing {
            instead: instead(&import, runtime),
            import,
        }),
    }
}

fn instead(import: &str, runtime: &Runtime) -> Option<String> {
    // A package imported under its own name instead of its module's: `import scikit_learn`.
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    let meant = runtime
        .imports()
        .find(|(module, package)| [*module, *package].into_iter().any(|name| plain(name) == plain(import)));
    if let Some((module, _)) = meant {
        return Some(format!("it is imported as {module}"));
    }
    let (_, _, how) = INSTEAD
        .iter()
        .find(|(module, package, _)| *module == import && runtime.packages().any(|(name, _)| name == *package))?;
    Some((*how).to_owned())
}

/// The top-level modules that the program cannot do without, each once, in order of appearance.
///
/// An import inside a `try` whose `except` expects it to fail is optional, and so is the one that takes its place.
pub(super) fn modules(source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let mut finder = Finder::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Line { indent, .. } => {
                finder.enter_line(*indent, tokens.get(at + 1));
                at = finder.statement(&tokens, at + 1);
            }
            // What follows on the same line: `try: import a` and `x = 1; import a`.
            Token::Symbol(':' | ';') => at = finder.statement(&tokens, at + 1),
            _ => at += 1,
        }
    }
    finder.required()
}

#[derive(Default)]
struct Finder {
    /// The `try` statements around the current line, as indices into `guarded`, with their indentation.
    open: Vec<(usize, usize)>,
    guarded: Vec<Try>,
    /// Modules with the innermost `try` statement around them.
    found: Vec<(String, Option<usize>)>,
}

struct Try {
    /// A failing import is expected in it.
    expects: bool,
    /// The `try` statement around it, which has a smaller index.
    around: Option<usize>,
}

impl Finder {
    fn enter_line(&mut self, indent: usize, first: Option<&Token<'_>>) {
        let continues = matches!(first, Some(Token::Name("except" | "else" | "finally")));
        self.open.retain(|(at, _)| *at < indent || (continues && *at == indent));
        if first == Some(&Token::Name("try")) {
            let around = self.innermost();
            self.open.push((indent, self.guarded.len()));
            self.guarded.push(Try { expects: false, around });
        }
    }

    /// Reads the statement that begins at `at` if it is about imports, and returns where to go on.
    fn statement(&mut self, tokens: &[Token<'_>], at: usize) -> usize {
        match tokens.get(at) {
            Some(Token::Name("import")) => self.import(tokens, at + 1),
            Some(Token::Name("from")) => {
                // A relative import begins with a dot and has no package to look up.
                if let (Some(Token::Name(module)), Some(_)) = (tokens.get(at + 1), tokens.get(at + 2)) {
                    self.add(module);
                }
                at + 1
            }
            Some(Token::Name("except")) => {
                self.except(tokens, at + 1);
                at + 1
            }
            _ => at,
        }
    }

    /// `import a.b as c, d`
    fn import(&mut self, tokens: &[Token<'_>], mut at: usize) -> usize {
        let mut expected = true;
        while let Some(token) = tokens.get(at) {
            match token {
                Token::Name(module) if expected => {
                    self.add(module);
                    expected = false;
                }
                Token::Symbol(',') => expected = true,
                Token::Name(_) | Token::Symbol('.') => {}
                _ => break,
            }
            at += 1;
        }
        at
    }

    fn except(&mut self, tokens: &[Token<'_>], at: usize) {
        let clause = tokens[at.min(tokens.len())..].iter();
        let mut names = clause
            .take_while(|token| !matches!(token, Token::Symbol(':') | Token::Line { .. }))
            .peekable();
        let bare = names.peek().is_none();
        let expects = names.any(|token| {
            matches!(
                token,
                Token::Name("ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException")
            )
        });
        if let Some(innermost) = self.innermost()
            && (bare || expects)
        {
            self.guarded[innermost].expects = true;
        }
    }

    fn innermost(&self) -> Option<usize> {
        self.open.last().map(|(_, number)| *number)
    }

    fn add(&mut self, module: &str) {
        self.found.push((module.to_owned(), self.innermost()));
    }

    fn required(self) -> Vec<String> {
        let mut optional: Vec<bool> = Vec::with_capacity(self.guarded.len());
        for Try { expects, around } in &self.guarded {
            optional.push(*expects || around.is_some_and(|around| optional[around]));
        }
        let is_optional = |around: Option<usize>| around.is_some_and(|around| optional[around]);
        let required = self.found.into_iter().filter(|(_, around)| !is_optional(*around));
        let mut seen = HashSet::new();
        required
            .map(|(module, _)| module)
            .filter(|module| seen.insert(module.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::runtime;
    use super::*;

    #[test]
    fn every_form_of_import_is_seen() {
        let cases: &[(&str, &[&str])] = &[
            ("import a", &["a"]),
            ("import a.b as c, d\nimport e", &["a", "d", "e"]),
            ("from a.b import c, d", &["a"]),
            ("from a import (\n  b,\n  c,\n)", &["a"]),
            ("from . import b\nfrom .a import b", &[]),
            ("import a; import b", &["a", "b"]),
            ("import a \\\n  as b, c", &["a", "c"]),
            ("def f():\n    import a\n    return a", &["a"]),
            ("if x: import a", &["a"]),
            ("x = 'import a'\n# import b\n'''\nimport c\n'''", &[]),
            ("raise Error from error\nyield from x\nimporting = 1", &[]),
            ("x = {'a': 1, 'b': y}\nprint(x[1:from_])", &[]),
        ];
        for (source, expected) in cases {
            assert_eq!(modules(source), *expected, "{source}");
        }
    }

    #[test]
    fn an_import_that_may_fail_is_not_required() {
        let cases: &[(&str, &[&str])] = &[
            (
                "try:\n    import a\nexcept ImportError:\n    a = None\nimport b",
                &["b"],
            ),
            (
                "try:\n    import a\nexcept (ImportError, OSError) as e:\n    import b",
                &[],
            ),
            ("try:\n    import a\nexcept:\n    pass", &[]),
            ("try: import a\nexcept ModuleNotFoundError: pass", &[]),
            ("try:\n    import a\nexcept ValueError:\n    pass", &["a"]),
            ("try:\n    import a\nfinally:\n    pass", &["a"]),
            ("try:\n    x()\nexcept ImportError:\n    pass\nimport a", &["a"]),
            (
                "try:\n  try:\n    import a\n  except ValueError:\n    pass\nexcept ImportError:\n  pass",
                &[],
            ),
        ];
        for (source, expected) in cases {
            assert_eq!(modules(source), *expected, "{source}");
        }
    }

    #[test]
    fn what_the_runtime_lacks_is_named_with_what_to_use_instead() {
        let instead = |import: &str| match check(&format!("import {import}"), &runtime()) {
            Err(ProgramError::PackageMissing { import: named, instead }) => {
                assert_eq!(named, import.split('.').next().unwrap());
                instead
            }
            other => panic!("{import}: {other:?}"),
        };
        assert_eq!(
            instead("bokeh.plotting").as_deref(),
            Some("plotly.express draws interactive charts")
        );
        assert_eq!(instead("scikit_learn").as_deref(), Some("it is imported as sklearn"));
        assert_eq!(instead("Numpy").as_deref(), Some("it is imported as numpy"));
        assert_eq!(instead("geemap"), None);
        // The runtime of this test has no scipy, so nothing is recommended that is not there.
        assert_eq!(instead("statsmodels"), None);
    }

    #[test]
    fn what_the_runtime_has_passes() {
        let source = "from __future__ import annotations\nimport math, json\nimport numpy as np\n\
            import matplotlib.pyplot as plt\nfrom sklearn.linear_model import LinearRegression\n";
        assert_eq!(check(source, &runtime()), Ok(()));
    }
}
