//! What the engine would show a rule, built by hand, and what the rule then reports, as text.

use stocktake::layout::spec::{
    Anchor, AreaSpec, At, AttributePath, OrphanScope, ReferenceKind, ReferenceSpec, Standing, TableSpec,
};
use stocktake::model::{Finding, Place};
use stocktake::rules::context::{FindingSink, ObjectContext, ReferenceContext};
use stocktake::rules::{self, Check};

/// Findings as text: the rule's own facts, then the sentence, then the help.
#[derive(Default)]
pub(crate) struct Reported(Vec<String>);

impl FindingSink for Reported {
    fn report(&mut self, finding: Finding<'_>) {
        self.0.push(format!("{} — {}", facts(&finding), rules::sentence(&finding)));
    }
}

fn facts(finding: &Finding<'_>) -> String {
    let mut words = vec![finding.code.to_string(), finding.subject.name().to_owned()];
    let related = (!finding.related.is_empty()).then(|| finding.related.join(","));
    for (name, fact) in [
        ("file", finding.file.as_deref().map(str::to_owned)),
        ("row", finding.row.map(|row| row.to_string())),
        ("area", finding.area.as_deref().map(str::to_owned)),
        ("segment", finding.segment.map(|segment| segment.to_string())),
        ("value", finding.value.as_deref().map(str::to_owned)),
        ("expected", finding.expected.as_deref().map(str::to_owned)),
        ("suggestion", finding.suggestion.as_deref().map(str::to_owned)),
        ("detail", finding.detail.as_deref().map(str::to_owned)),
        ("related", related),
        ("count", finding.count.map(|count| count.to_string())),
    ] {
        words.extend(fact.map(|fact| format!("{name}={fact}")));
    }
    words.join(" ")
}

/// Calls the rule's check with whatever kind of context it takes.
macro_rules! report {
    ($code:literal, $kind:ident, $context:expr) => {{
        let mut reported = $crate::rules::shown::Reported::default();
        match stocktake::rules::find($code).unwrap().check {
            stocktake::rules::Check::$kind(check) => check(&$context, &mut reported),
            other => panic!("{} is {other:?}", $code),
        }
        reported.lines()
    }};
}
pub(crate) use report;

impl Reported {
    pub(crate) fn lines(self) -> Vec<String> {
        self.0
    }
}

/// Calls the check of a rule about objects.
pub(crate) fn report_object(code: &str, object: &ObjectContext<'_>) -> Vec<String> {
    let mut reported = Reported::default();
    match rules::find(code).unwrap().check {
        Check::Object { check, .. } => check(object, &mut reported),
        other => panic!("{code} is {other:?}"),
    }
    reported.lines()
}

/// Calls the check of a rule about references.
pub(crate) fn report_reference(code: &str, reference: &ReferenceContext<'_>) -> Vec<String> {
    let mut reported = Reported::default();
    match rules::find(code).unwrap().check {
        Check::Reference(check) => check(reference, &mut reported),
        other => panic!("{code} is {other:?}"),
    }
    reported.lines()
}

/// An object of which nothing but the key is known.
pub(crate) fn object(key: &str) -> ObjectContext<'_> {
    ObjectContext {
        bucket: "line-1",
        key,
        version: None,
        size: None,
        modified: None,
        area: None,
        legacy: None,
        miss: None,
        empty_segment: None,
        folder: None,
        cut_over: None,
    }
}

/// An area with nothing but a name.
pub(crate) fn area(name: &str) -> AreaSpec {
    AreaSpec {
        name: name.to_owned(),
        place: Place::default(),
        path: At { value: String::new(), place: Place::default() },
        about: String::new(),
        written_by: String::new(),
        examples: Vec::new(),
        role: "output".to_owned(),
        anchor: Anchor::Prefix,
        standing: Standing::Wanted,
        fallback: false,
        companions: Vec::new(),
        expected_unreferenced: Vec::new(),
        orphan_scope: OrphanScope::Folder,
        rules: Vec::new(),
        legacy: Vec::new(),
    }
}

/// A table with nothing but a name.
pub(crate) fn table(name: &str) -> TableSpec {
    TableSpec {
        name: name.to_owned(),
        place: Place::default(),
        key: vec!["id".to_owned()],
        changed_at: None,
        optional: false,
        rules: Vec::new(),
        references: Vec::new(),
        claims: Vec::new(),
        ignores: Vec::new(),
    }
}

/// The declaration of a reference of this kind.
pub(crate) fn declaration(kind: ReferenceKind) -> ReferenceSpec {
    ReferenceSpec {
        attribute: path("artifact_s3"),
        place: Place::default(),
        kind,
        bucket: None,
        areas: Vec::new(),
        when: None,
        required_when: None,
        bind: Vec::new(),
        fill: Vec::new(),
        exclusive: false,
        claims: true,
        rules: Vec::new(),
    }
}

/// An attribute path by its text alone.
pub(crate) fn path(text: &str) -> AttributePath {
    AttributePath { text: text.to_owned(), steps: Vec::new() }
}
