//! Conditions and sources of records in words.

use crate::layout::spec::{BucketSource, Condition, LayoutSpec, Source, Test};

/// A condition, to follow "when".
pub(super) fn condition(condition: &Condition) -> String {
    let attribute = &condition.attribute.text;
    let list = |values: &[String]| format!("`{}`", values.join("` or `"));
    match &condition.test {
        Test::Equals(values) => format!("`{attribute}` is {}", list(values)),
        Test::Not(values) => format!("`{attribute}` is not {}", list(values)),
        Test::Present(true) => format!("`{attribute}` is present"),
        Test::Present(false) => format!("`{attribute}` is absent"),
    }
}

/// Placeholders and the attributes whose values they have.
pub(super) fn bound(sources: &[(String, Source)]) -> Vec<String> {
    sources.iter().map(|(name, source)| format!("`{{{name}}}` = `{}`", source.attribute.text)).collect()
}

/// Where the bucket of a key without one comes from.
pub(super) fn bucket(spec: &LayoutSpec, source: &BucketSource) -> String {
    let names = |attributes: &[crate::layout::spec::AttributePath]| {
        let texts: Vec<&str> = attributes.iter().map(|attribute| attribute.text.as_str()).collect();
        format!("`{}`", texts.join("` or `"))
    };
    match source {
        BucketSource::Named(name) => format!("in bucket `{name}`"),
        BucketSource::Attributes(attributes) => format!("in the bucket that {} names", names(attributes)),
        BucketSource::Table { table, by, attributes } => format!(
            "in the bucket that {} of table `{}` names, found by `{}`",
            names(attributes),
            spec.tables.get(*table).map_or("", |table| table.name.as_str()),
            by.text,
        ),
    }
}
