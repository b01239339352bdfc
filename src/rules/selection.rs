//! Which rules the command line asks for.

use crate::model::{Family, RuleMeta, UserError};
use crate::rules::RULES;
use crate::rules::registry::nearest_selector;
use crate::rules::wording::quoted;

/// `--select` and `--ignore`, each a code, a name or a family's letter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these, and the S-rules; empty means all.
    pub select: Vec<String>,
    /// Not these, whatever else is asked for.
    pub ignore: Vec<String>,
}

/// What can be wrong with a selection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// Nothing answers to it.
    #[error("{} names no rule and no family", quoted(.selector.as_str()))]
    Unknown {
        /// `--select` or `--ignore`.
        flag: &'static str,
        /// As given.
        selector: String,
        /// The code or name that is nearest, if one is near.
        near: Option<&'static str>,
    },
    /// No rule is left.
    #[error("`--select` and `--ignore` leave no rule to judge by")]
    Nothing,
    /// The S-rules are always on.
    #[error("{} judges the inputs and is always on", quoted(.selector.as_str()))]
    AlwaysOn {
        /// As given.
        selector: String,
    },
}

impl UserError for SelectionError {
    fn place(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { flag, .. } => (*flag).to_owned(),
            Self::AlwaysOn { .. } => "--ignore".to_owned(),
            Self::Nothing => "--select, --ignore".to_owned(),
        })
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::Unknown { near: None, .. } => {
                let letters = Family::ALL.map(Family::letter).join(", ");
                format!("give a code, a name or a family ({letters}); `stocktake rules` lists them all")
            }
            Self::AlwaysOn { .. } => "mend the input: the rule's page says how".to_owned(),
            Self::Nothing => "an audit without a rule would pass whatever lies in the bucket: ignore fewer".to_owned(),
        })
    }
}

/// What the command line says of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// It is off.
    Off,
    /// It was asked for.
    Asked,
    /// Nothing was said.
    Silent,
}

impl Selection {
    /// Refuses what names nothing, an S-rule that is to be ignored, and a selection that leaves nothing but S-rules.
    ///
    /// # Errors
    ///
    /// [`SelectionError`] for the first that is wrong.
    pub fn validate(&self) -> Result<(), SelectionError> {
        let flags = [("--select", &self.select), ("--ignore", &self.ignore)];
        for (flag, selector) in flags.into_iter().flat_map(|(flag, list)| list.iter().map(move |one| (flag, one))) {
            let Some(rule) = RULES.iter().find(|rule| rule.meta.answers_to(selector)) else {
                let near = nearest_selector(selector);
                return Err(SelectionError::Unknown { flag, selector: selector.clone(), near });
            };
            if flag == "--ignore" && rule.meta.family == Family::Source {
                return Err(SelectionError::AlwaysOn { selector: selector.clone() });
            }
        }
        let is_left = |rule: &RuleMeta| rule.family != Family::Source && self.choice(rule) != Choice::Off;
        if !RULES.iter().any(|rule| is_left(&rule.meta)) {
            return Err(SelectionError::Nothing);
        }
        Ok(())
    }

    pub(super) fn choice(&self, rule: &RuleMeta) -> Choice {
        let names = |list: &[String]| list.iter().any(|selector| rule.answers_to(selector));
        if rule.family == Family::Source {
            Choice::Silent
        } else if names(&self.ignore) {
            Choice::Off
        } else if self.select.is_empty() {
            Choice::Silent
        } else if names(&self.select) {
            Choice::Asked
        } else {
            Choice::Off
        }
    }
}
