//! Libraries that a program uses by their usual names and forgot to import: the import is simply added.

use std::collections::HashSet;

use super::tokens::{Token, tokens};
use crate::runtime::Runtime;

/// The name everybody gives it, the module to be asked of the runtime, and the import.
const USUAL: [(&str, &str, &str); 10] = [
    ("np", "numpy", "import numpy as np"),
    ("pd", "pandas", "import pandas as pd"),
    ("plt", "matplotlib", "import matplotlib.pyplot as plt"),
    ("mdates", "matplotlib", "import matplotlib.dates as mdates"),
    ("mticker", "matplotlib", "import matplotlib.ticker as mticker"),
    ("sns", "seaborn", "import seaborn as sns"),
    ("px", "plotly", "import plotly.express as px"),
    ("go", "plotly", "import plotly.graph_objects as go"),
    ("alt", "altair", "import altair as alt"),
    ("math", "math", "import math"),
];

/// The program with the imports that it lacks, before everything else but what must come first.
pub(super) fn with_imports(source: String, runtime: &Runtime) -> String {
    let lacking = lacking(&source);
    let imports: Vec<&str> = USUAL
        .iter()
        .filter(|(name, ..)| lacking.contains(name))
        .filter(|(_, module, _)| runtime.is_standard_library(module) || runtime.package_for_import(module).is_some())
        .map(|(.., import)| *import)
        .collect();
    // `from __future__` must stand first, and a text that explains the program does.
    if imports.is_empty() || source.contains("__future__") || source.trim_start().starts_with(['"', '\'']) {
        return source;
    }
    format!("{}\n{source}", imports.join("\n"))
}

/// The usual names of which something is taken, `np.mean`, though nothing in the program gives them a meaning.
fn lacking(source: &str) -> HashSet<&'static str> {
    let tokens = tokens(source);
    let mut used = HashSet::new();
    let mut has_meaning = HashSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Name(name) = token else { continue };
        let Some((usual, ..)) = USUAL.iter().find(|(usual, ..)| usual == name) else {
            continue;
        };
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        match (before, tokens.get(at + 1)) {
            (Some(Token::Symbol('.')), _) => {}
            (_, Some(Token::Symbol('.'))) => {
                used.insert(*usual);
            }
            // Assigned, imported, a parameter, the variable of a loop: whatever it is, it is theirs.
            _ => {
                has_meaning.insert(*usual);
            }
        }
    }
    used.difference(&has_meaning).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(source: &str) -> Vec<&'static str> {
        let mut names: Vec<_> = lacking(source).into_iter().collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_is_used_and_never_named_is_lacking() {
        assert_eq!(names("plt.plot(np.arange(3))\nx = pd.DataFrame()"), ["np", "pd", "plt"]);
        for fine in [
            "import numpy as np\nnp.mean([1])",
            "from matplotlib import pyplot as plt\nplt.show()",
            "np = load()\nnp.mean",
            "for go in games:\n    go.play()",
            "def f(px):\n    return px.x",
            "self.np.mean()",
            "x = 'np.mean'  # np.mean",
            "import math\nmath.pi",
        ] {
            assert_eq!(names(fine), [""; 0], "{fine}");
        }
    }
}
