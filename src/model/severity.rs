//! Severities, phases of a migration and the verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a finding weighs. The order is the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rule is off.
    Ignore,
    /// Something about the inputs that is told and decides nothing (S-rules only).
    Told,
    /// Worth knowing.
    Note,
    /// Worth mending.
    Warning,
    /// Breaks the convention.
    Error,
    /// The inputs do not allow a verdict (S-rules only).
    Inconclusive,
}

impl Severity {
    /// Every severity, in order.
    pub const ALL: [Self; 6] = [Self::Ignore, Self::Told, Self::Note, Self::Warning, Self::Error, Self::Inconclusive];

    /// The four that a user may set.
    pub const SETTABLE: [Self; 4] = [Self::Ignore, Self::Note, Self::Warning, Self::Error];

    /// The word used in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Told => "told",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// Reads one of the four settable names.
    pub fn settable(name: &str) -> Option<Self> {
        Self::SETTABLE.into_iter().find(|severity| severity.name() == name)
    }

    /// Reads any of the six names, as files carry them.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "told" => Some(Self::Told),
            "inconclusive" => Some(Self::Inconclusive),
            _ => Self::settable(name),
        }
    }
}

/// Where a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Only the old layout is in use.
    Before,
    /// Both are; old references must keep resolving.
    During,
    /// Only the new layout is allowed.
    After,
}

impl Phase {
    /// All phases, in their order in time.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    /// The word used in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }

    /// Reads a phase's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}

/// What an audit says in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Nothing at or above the failing severity, and everything that could fail was judged.
    Pass,
    /// At least one finding at or above the failing severity.
    Fail,
    /// The inputs do not allow a judgement.
    Inconclusive,
}

impl Verdict {
    /// The word used in files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }

    /// The exit code of a command that ended with this verdict.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Inconclusive => 3,
        }
    }
}
