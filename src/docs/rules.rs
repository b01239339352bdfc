//! The rule reference, taken apart so that templates can set it.

use serde::Serialize;

use crate::model::Family;
use crate::rules::RULES;

/// A family of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilyDocs {
    /// Its title.
    pub title: String,
    /// Its rules, in the registry's order.
    pub rules: Vec<RuleDocs>,
}

/// A rule's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleDocs {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its default severity: one, or one for before, during and after the migration.
    pub severity: String,
    /// What it finds, in a sentence.
    pub summary: String,
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

/// A section of a rule's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Its paragraphs, each on one line.
    pub paragraphs: Vec<String>,
}

/// Every rule, by family.
pub fn families() -> Vec<FamilyDocs> {
    let family = |family: &Family| FamilyDocs {
        title: family.title().to_owned(),
        rules: RULES.iter().filter(|rule| rule.meta.family == *family).map(|rule| page(&rule.meta)).collect(),
    };
    Family::ALL.iter().map(family).collect()
}

fn page(meta: &crate::model::RuleMeta) -> RuleDocs {
    let text = meta.page();
    let mut sections: Vec<Section> = Vec::new();
    for block in text.split("\n\n") {
        let (heading, rest) = match block.strip_prefix("## ") {
            Some(after) => after.split_once('\n').map_or((Some(after), ""), |(heading, rest)| (Some(heading), rest)),
            None => (None, block),
        };
        if let Some(heading) = heading {
            sections.push(Section { heading: heading.to_owned(), paragraphs: Vec::new() });
        }
        let paragraph = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        if let (Some(section), false) = (sections.last_mut(), paragraph.is_empty()) {
            section.paragraphs.push(paragraph);
        }
    }
    RuleDocs {
        code: meta.code.to_owned(),
        name: meta.name.to_owned(),
        severity: meta.default.describe(),
        summary: meta.summary(),
        sections,
    }
}
