//! Which models fill in a form before they write a program.

use std::collections::HashMap;

use clap::ValueEnum;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Small models on one's own machine or network: they fill in a form far better than they write code
    #[default]
    Auto,
    Always,
    Never,
}

/// As the operator chose, for all models or for single ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plans {
    pub usually: When,
    /// By their names.
    pub of: HashMap<String, When>,
}

impl Plans {
    pub fn are_for(&self, model: &str, is_small: bool) -> bool {
        match self.of.get(model).unwrap_or(&self.usually) {
            When::Auto => is_small,
            When::Always => true,
            When::Never => false,
        }
    }
}
