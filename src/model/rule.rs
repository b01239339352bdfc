//! What a rule is: its code, name, family, default severity, needs and page.

use crate::model::severity::{Phase, Severity};

/// A family of rules: the letter its codes begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// S: the inputs.
    Source,
    /// K: what any key must satisfy.
    Key,
    /// L: the layout.
    Layout,
    /// R: references between records and objects.
    Reference,
    /// W: workflows.
    Workflow,
    /// M: migrations.
    Migration,
    /// C: configuration and exceptions.
    Configuration,
}

impl Family {
    /// Every family, in report order.
    pub const ALL: [Self; 7] =
        [Self::Source, Self::Key, Self::Layout, Self::Reference, Self::Workflow, Self::Migration, Self::Configuration];

    /// The letter of its codes.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Source => "S",
            Self::Key => "K",
            Self::Layout => "L",
            Self::Reference => "R",
            Self::Workflow => "W",
            Self::Migration => "M",
            Self::Configuration => "C",
        }
    }

    /// What it is called in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Source => "Inputs",
            Self::Key => "Keys",
            Self::Layout => "Layout",
            Self::Reference => "References",
            Self::Workflow => "Workflows",
            Self::Migration => "Migration",
            Self::Configuration => "Configuration",
        }
    }
}

/// A rule's severity where nobody set one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultSeverity {
    /// The same in every phase.
    Always(Severity),
    /// One for before, during and after the migration.
    ByPhase([Severity; 3]),
}

impl DefaultSeverity {
    /// Note before, warning during, error after.
    pub const BY_PHASE: Self = Self::ByPhase([Severity::Note, Severity::Warning, Severity::Error]);

    /// The severity in a phase.
    pub const fn in_phase(self, phase: Phase) -> Severity {
        match self {
            Self::Always(severity) => severity,
            Self::ByPhase(severities) => severities[phase as usize],
        }
    }

    /// As the table of rules shows it: `error`, or `note / warning / error`.
    pub fn describe(self) -> String {
        match self {
            Self::Always(severity) => severity.name().to_owned(),
            Self::ByPhase(severities) => severities.map(Severity::name).join(" / "),
        }
    }
}

/// What a rule needs before it can be judged, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs(pub u8);

impl Needs {
    /// Nothing beyond the row itself.
    pub const NOTHING: Self = Self(0);
    /// Every part of every inventory.
    pub const INVENTORY: Self = Self(1);
    /// Every export of every declared table.
    pub const EXPORTS: Self = Self(2);
    /// An inventory of every declared bucket, whole or not.
    pub const EVERY_BUCKET: Self = Self(4);
    /// The column `size`.
    pub const SIZE: Self = Self(8);
    /// The column `last_modified_date`.
    pub const MODIFIED: Self = Self(16);
    /// The column `storage_class`.
    pub const STORAGE_CLASS: Self = Self(32);

    /// Both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This but for what is in `other`.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether everything in `other` is in this.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The facts about a rule. Codes are for ever: never renumbered, never reused.
#[derive(Debug)]
pub struct RuleMeta {
    /// `R301`.
    pub code: &'static str,
    /// `dangling-reference`: the offence.
    pub name: &'static str,
    /// The family of its code.
    pub family: Family,
    /// Where nobody set a severity.
    pub default: DefaultSeverity,
    /// What it needs to be judged.
    pub needs: Needs,
    /// The version it came with.
    pub since: &'static str,
    /// Its page: Markdown with the four sections of a rule.
    pub doc: &'static str,
}

impl RuleMeta {
    /// The page without the space that a doc comment leaves before each line.
    pub fn page(&self) -> String {
        let lines: Vec<&str> = self.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n").trim().to_owned()
    }

    /// The first sentence of its page, for tables.
    pub fn summary(&self) -> String {
        let page = self.page();
        let text = page.lines().skip_while(|line| line.starts_with('#') || line.is_empty());
        text.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Whether a finding of it about an object makes that violating: K- and L-rules but L202 and L209, which say `legacy`.
    pub fn violates(&self) -> bool {
        matches!(self.family, Family::Key | Family::Layout) && !matches!(self.code, "L202" | "L209")
    }

    /// Whether `selector` is this rule's code, name or family letter.
    pub fn answers_to(&self, selector: &str) -> bool {
        selector == self.code || selector == self.name || selector == self.family.letter()
    }
}
