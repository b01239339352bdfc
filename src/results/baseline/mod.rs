//! A baseline: findings that are known already, by identity, as a text file that can be kept beside the code.
//!
//! The first line names the schema, each further line is one finding as JSON, in the order of findings:
//! `{"rule":"R302","subject":"object","bucket":"line-1","key":"models/old/m.tar.gz"}`. The identity is bucket and key, or
//! table, item and attribute, and the rule: no version, size or severity, so that a finding is known for as long as its
//! place breaks the same rule.

mod error;
mod file;
mod known;

use sha2::{Digest as _, Sha256};

pub use error::BaselineError;
pub use file::{BaselineReader, BaselineWriter};
pub use known::KnownFindings;

use crate::model::finding::Text;
use crate::model::{Finding, Severity, Subject};
use crate::results::findings::encode::encode_identity;

/// The name of this schema; it stands in the file's first line.
pub const SCHEMA: &str = "stocktake-baseline/1";

/// One finding that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The rule's code.
    pub rule: String,
    /// What it is about.
    pub subject: Subject,
    /// The bucket concerned.
    pub bucket: Option<String>,
    /// The key, prefix or name concerned.
    pub key: Option<String>,
    /// The table concerned.
    pub table: Option<String>,
    /// The item concerned.
    pub item: Option<String>,
    /// The attribute's path.
    pub attribute: Option<String>,
}

/// Whether a baseline may hold findings of a rule: not of those about the inputs, nor of those about exceptions and
/// baselines themselves.
pub fn may_know(code: &str) -> bool {
    !code.starts_with('S') && !matches!(code, "C601" | "C602" | "C603")
}

impl Entry {
    /// The entry of a finding; `None` if a baseline never holds it.
    pub fn of(finding: &Finding<'_>) -> Option<Self> {
        if !may_know(&finding.code) || finding.subject == Subject::Source {
            return None;
        }
        let owned = |text: &Option<Text<'_>>| text.as_deref().map(str::to_owned);
        let is_record = matches!(finding.subject, Subject::Reference | Subject::Workflow);
        let (place, record) =
            (|text| if is_record { None } else { owned(text) }, |text| if is_record { owned(text) } else { None });
        Some(Self {
            rule: finding.code.clone().into_owned(),
            subject: finding.subject,
            bucket: place(&finding.bucket),
            key: place(&finding.key),
            table: record(&finding.table),
            item: record(&finding.item),
            attribute: record(&finding.path),
        })
    }

    /// The finding that it stands for, without facts.
    pub fn finding(&self) -> Finding<'_> {
        fn text(text: &Option<String>) -> Option<Text<'_>> {
            text.as_deref().map(Text::Borrowed)
        }
        Finding {
            bucket: text(&self.bucket),
            key: text(&self.key),
            table: text(&self.table),
            item: text(&self.item),
            path: text(&self.attribute),
            ..Finding::new(&self.rule, Severity::Ignore, self.subject)
        }
    }
}

/// Writes the identity by which a baseline knows a finding over `out`.
pub fn identity(finding: &Finding<'_>, out: &mut Vec<u8>) {
    fn text<'f>(text: &'f Option<Text<'_>>) -> Option<Text<'f>> {
        text.as_deref().map(Text::Borrowed)
    }
    out.clear();
    let without_version = Finding {
        bucket: text(&finding.bucket),
        key: text(&finding.key),
        table: text(&finding.table),
        item: text(&finding.item),
        path: text(&finding.path),
        ..Finding::new(&finding.code, Severity::Ignore, finding.subject)
    };
    encode_identity(&without_version, out);
}

/// The first half of the SHA-256 of an identity: what a baseline in memory holds of it.
fn fingerprint(identity: &[u8]) -> u128 {
    let digest: [u8; 32] = Sha256::digest(identity).into();
    digest.iter().take(16).fold(0, |sum, &byte| sum << 8 | u128::from(byte))
}
