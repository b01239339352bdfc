//! `--max-findings`: how many findings of a rule an audit takes before they fail it.

use crate::layout::LayoutSpec;
use crate::model::suggest::nearest;
use crate::model::{Family, Limit, UserError};
use crate::rules::registry::{self, RULES, UnknownRule};

/// A limit on the findings of one rule, perhaps in one area alone.
///
/// It takes the place of the severity: the rule's findings fail the audit when there are more, whatever they weigh, and
/// never before. Findings in an area that has a limit of its own count there alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// The rule's position in [`RULES`].
    pub rule: usize,
    /// The area, by name.
    pub area: Option<String>,
    /// The most findings.
    pub limit: Limit,
}

/// Why a limit cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// Not `RULE=N`.
    #[error("`--max-findings {given}` is not of the form RULE=N, RULE=N% or RULE@AREA=N: {problem}")]
    Form {
        /// As given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No such rule.
    #[error(transparent)]
    Rule(#[from] UnknownRule),
    /// The inputs are always judged.
    #[error("`{code}` judges the inputs, and takes no limit")]
    Source {
        /// The rule's code.
        code: &'static str,
    },
    /// No such area.
    #[error("no area is named `{area}`")]
    Area {
        /// As given.
        area: String,
        /// The nearest name.
        near: Option<String>,
    },
    /// A share of an area that nothing counts.
    #[error("what `{code}` judges is not counted by area, so that there is no share of one")]
    ShareOfArea {
        /// The rule's code.
        code: &'static str,
    },
    /// The same twice.
    #[error("`--max-findings` limits {what} twice")]
    Twice {
        /// The rule, perhaps with its area.
        what: String,
    },
}

impl UserError for ThresholdError {
    fn place(&self) -> Option<String> {
        None
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Form { .. } => "write `--max-findings R302=40`, `R302=2%` or `R302@training=0`".to_owned(),
            Self::Rule(error) => return error.help(),
            Self::Source { .. } => "mend the input; `--accept-implausible` is for S011".to_owned(),
            Self::Area { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::Area { near: None, .. } => "`stocktake check` lists the areas".to_owned(),
            Self::ShareOfArea { .. } => "give a number, or leave the area out".to_owned(),
            Self::Twice { .. } => "give it once".to_owned(),
        })
    }
}

impl Threshold {
    /// Reads `RULE=N`, `RULE=N%`, `RULE@AREA=N`, with a rule's code or name.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with the nearest name where one is near.
    pub fn parse(given: &str, spec: &LayoutSpec) -> Result<Self, ThresholdError> {
        let form = |problem: &str| ThresholdError::Form { given: given.to_owned(), problem: problem.to_owned() };
        let (what, limit) = given.split_once('=').ok_or_else(|| form("no `=` stands in it"))?;
        let limit: Limit = limit.trim().parse().map_err(|problem: String| form(&problem))?;
        let (selector, area) = match what.split_once('@') {
            Some((rule, area)) => (rule.trim(), Some(area.trim().to_owned())),
            None => (what.trim(), None),
        };
        let found = registry::find_or_suggest(selector)?;
        if found.meta.family == Family::Source {
            return Err(ThresholdError::Source { code: found.meta.code });
        }
        if let Some(area) = area.as_ref().filter(|area| spec.areas.iter().all(|known| known.name != **area)) {
            let near = nearest(area, spec.areas.iter().map(|known| known.name.as_str())).map(str::to_owned);
            return Err(ThresholdError::Area { area: area.clone(), near });
        }
        if area.is_some() && matches!(limit, Limit::Share(_)) && !found.check.is_by_area() {
            return Err(ThresholdError::ShareOfArea { code: found.meta.code });
        }
        let rule = RULES.iter().position(|rule| rule.meta.code == found.meta.code).unwrap_or_default();
        Ok(Self { rule, area, limit })
    }

    /// Reads several, none twice.
    ///
    /// # Errors
    ///
    /// What is wrong with the first that is wrong.
    pub fn parse_all(given: &[String], spec: &LayoutSpec) -> Result<Vec<Self>, ThresholdError> {
        let mut all: Vec<Self> = Vec::new();
        for text in given {
            let threshold = Self::parse(text, spec)?;
            if all.iter().any(|known| (known.rule, &known.area) == (threshold.rule, &threshold.area)) {
                return Err(ThresholdError::Twice { what: threshold.what() });
            }
            all.push(threshold);
        }
        Ok(all)
    }

    /// The rule's code, with the area where there is one: `R302@training`.
    pub fn what(&self) -> String {
        let code = RULES[self.rule].meta.code;
        self.area.as_ref().map_or_else(|| code.to_owned(), |area| format!("{code}@{area}"))
    }
}
