//! The rules as Markdown: the list, the page of one, the reference of all.

use crate::model::{Family, Needs};
use crate::rules::{RULES, Rule};

/// A table of all rules, by family: code, name, default severity (before / during / after), summary.
pub fn table_markdown() -> String {
    let mut text = String::new();
    for (family, rules) in by_family() {
        text.push_str(&format!("## {}\n\n| code | name | default | finds |\n|---|---|---|---|\n", family.title()));
        for rule in rules {
            let meta = &rule.meta;
            let summary = meta.summary().replace('|', "\\|");
            text.push_str(&format!("| {} | {} | {} | {summary} |\n", meta.code, meta.name, meta.default.describe()));
        }
        text.push('\n');
    }
    finish(text)
}

/// The whole page of one rule under a heading of the first level.
pub fn page_markdown(rule: &Rule) -> String {
    finish(format!("# {}\n\n{}\n\n{}", title(rule), facts(rule), rule.meta.page()))
}

/// Every page, by family: families are headings of the second level, rules of the third.
pub fn reference_markdown() -> String {
    let mut text = String::new();
    for (family, rules) in by_family() {
        text.push_str(&format!("## {}\n\n", family.title()));
        for rule in rules {
            let page = format!("\n{}", rule.meta.page()).replace("\n## ", "\n#### ");
            text.push_str(&format!("### {}\n\n{}\n{page}\n\n", title(rule), facts(rule)));
        }
    }
    finish(text)
}

fn by_family() -> impl Iterator<Item = (Family, impl Iterator<Item = &'static Rule>)> {
    let members = |family| RULES.iter().copied().filter(move |rule| rule.meta.family == family);
    Family::ALL.into_iter().map(move |family| (family, members(family)))
}

fn title(rule: &Rule) -> String {
    format!("{} {}", rule.meta.code, rule.meta.name)
}

fn facts(rule: &Rule) -> String {
    let phases = if rule.meta.default.describe().contains('/') { " (before / during / after)" } else { "" };
    let needs = match describe(rule.meta.needs) {
        needs if needs.is_empty() => String::new(),
        needs => format!(" · needs {}", needs.join(", ")),
    };
    format!("Default: {}{phases}{needs} · since {}", rule.meta.default.describe(), rule.meta.since)
}

fn describe(needs: Needs) -> Vec<&'static str> {
    const WORDS: [(Needs, &str); 6] = [
        (Needs::INVENTORY, "a complete inventory"),
        (Needs::EXPORTS, "complete exports"),
        (Needs::EVERY_BUCKET, "an inventory of every bucket"),
        (Needs::SIZE, "the column `Size`"),
        (Needs::MODIFIED, "the column `LastModifiedDate`"),
        (Needs::STORAGE_CLASS, "the column `StorageClass`"),
    ];
    WORDS.iter().filter(|(need, _)| needs.contains(*need)).map(|(_, words)| *words).collect()
}

/// One newline at the end.
fn finish(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
