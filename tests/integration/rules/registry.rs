//! What holds of every rule, and the list of codes that is for ever.

use std::collections::BTreeSet;
use std::path::Path;

use stocktake::model::{Family, Finding, Needs, Phase, Severity, Subject, UserError};
use stocktake::rules::{self, Check, RULES};

/// Codes are never renumbered or reused: a change to this list is a change to the contract.
#[test]
fn the_list_of_rules_is_the_contract() {
    let list: Vec<String> = RULES
        .iter()
        .map(|rule| format!("{} {}: {}", rule.meta.code, rule.meta.name, rule.meta.default.describe()))
        .collect();
    insta::assert_snapshot!(list.join("\n"), @r"
    S001 checksum-mismatch: inconclusive
    S002 missing-part: inconclusive
    S003 unreadable-part: inconclusive
    S004 count-mismatch: inconclusive
    S005 rejected-row: inconclusive
    S006 stale-source: inconclusive
    S007 skewed-sources: inconclusive
    S008 absent-column: told
    S009 partial-export: told
    S010 duplicate-listing: inconclusive
    S011 implausible-mapping: inconclusive
    S012 absent-source: inconclusive
    S013 unverified-manifest: told
    K101 empty-segment: error
    K102 relative-segment: error
    K103 unsafe-character: warning
    K104 case-collision: warning
    K105 denormalised-key: note
    L201 undeclared-key: error
    L202 legacy-key: note / warning / error
    L203 malformed-segment: error
    L204 missing-segment: error
    L205 misplaced-area: error
    L206 plural-folder: ignore
    L207 missing-companion: error
    L208 empty-object: warning
    L209 late-legacy-key: error
    R301 dangling-reference: error
    R302 orphan-object: warning
    R303 legacy-reference: note / warning / error
    R304 malformed-reference: error
    R305 outside-reference: note
    R306 deleted-target: error
    R307 archived-target: warning
    R308 misplaced-reference: error
    R309 mismatched-name: error
    R310 shared-target: warning
    R311 absent-reference: error
    R312 undeclared-reference: warning
    R313 over-broad-prefix: warning
    W501 broken-workflow: error
    M401 lost-object: error
    M402 altered-object: error
    M403 colliding-target: error
    M404 unmapped-key: warning
    M405 lingering-source: note / warning / error
    M406 unplanned-object: warning
    M407 unmigrated-reference: note / warning / error
    M408 broken-legacy-reference: error
    M409 irreversible-move: error
    C601 expired-exception: error
    C602 unused-exception: warning
    C603 stale-baseline: note
    C604 implausible-time: warning
    ");
}

#[test]
fn codes_are_unique_ordered_and_of_their_family() {
    let positions: Vec<(usize, u32)> = RULES
        .iter()
        .map(|rule| {
            let (letter, number) = rule.meta.code.split_at(1);
            assert_eq!(letter, rule.meta.family.letter(), "{}", rule.meta.code);
            assert_eq!(number.len(), 3, "{}", rule.meta.code);
            (Family::ALL.iter().position(|family| *family == rule.meta.family).unwrap(), number.parse().unwrap())
        })
        .collect();
    assert!(positions.is_sorted_by(|left, right| left < right), "{positions:?}");
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.meta.name).collect();
    assert_eq!(names.len(), RULES.len());
    for (index, rule) in RULES.iter().enumerate() {
        assert_eq!(rules::index_of(rule.meta.code), Some(index));
    }
}

#[test]
fn a_rule_is_a_file_of_its_own_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    for rule in RULES {
        let (code, name, family) = (rule.meta.code, rule.meta.name, format!("{:?}", rule.meta.family).to_lowercase());
        assert!(name.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase())));
        let file = folder.join(family).join(format!("{}.rs", name.replace('-', "_")));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(&format!("//! {code}, {name}.\n")), "{}", file.display());
    }
    let families = Family::ALL.map(|family| folder.join(format!("{family:?}").to_lowercase()));
    let files = families.iter().map(|family| std::fs::read_dir(family).unwrap().count() - 1).sum::<usize>();
    assert_eq!(files, RULES.len(), "a file of a rule that is not registered");
}

#[test]
fn every_rule_has_a_page_that_can_be_read() {
    let sections = ["## What it finds", "## Why it matters", "## Example", "## How to mend it"];
    for rule in RULES {
        let (code, page) = (rule.meta.code, rule.meta.page());
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, sections, "{code}");
        for section in sections {
            let body = page.split_once(section).unwrap().1.trim_start();
            assert!(body.starts_with(|first: char| first != '#'), "{code}: {section} is empty");
        }
        assert!((8..=24).contains(&page.lines().count()), "{code}: {} lines", page.lines().count());
        assert!(page.lines().all(|line| line.trim_end() == line && line.chars().count() <= 120), "{code}");
        let summary = rule.meta.summary();
        assert!(summary.ends_with('.') && summary.matches(". ").count() == 0, "{code}: not one sentence: {summary}");
    }
}

/// A missing input must never look like a lost object, so the owner of a bucket is told when a rule keeps silent.
#[test]
fn a_page_says_when_its_rule_is_not_judged() {
    for rule in RULES.iter().filter(|rule| !matches!(rule.check, Check::Elsewhere)) {
        let says = rule.meta.page().contains("Not judged");
        assert_eq!(says, rule.meta.needs != Needs::NOTHING, "{}", rule.meta.code);
    }
}

#[test]
fn only_the_inputs_are_told_and_inconclusive() {
    for rule in RULES {
        for severity in Phase::ALL.map(|phase| rule.meta.default.in_phase(phase)) {
            let of_inputs = matches!(severity, Severity::Told | Severity::Inconclusive);
            assert_eq!(of_inputs, rule.meta.family == Family::Source, "{}", rule.meta.code);
        }
        assert_eq!(matches!(rule.check, Check::Source(_)), rule.meta.family == Family::Source, "{}", rule.meta.code);
    }
    assert!(rules::known_rules().iter().all(|rule| rule.settable == (rule.family != Family::Source)));
}

#[test]
fn a_rule_is_found_by_code_and_name_and_a_slip_is_answered() {
    assert_eq!(rules::find("R301").unwrap().meta.name, "dangling-reference");
    assert_eq!(rules::find("dangling-reference").unwrap().meta.code, "R301");
    assert!(rules::find("R").is_none());
    for (slip, near) in
        [("r301", Some("R301")), ("orphan_objects", Some("orphan-object")), ("R30", Some("R301")), ("colour", None)]
    {
        let error = rules::find_or_suggest(slip).unwrap_err();
        assert_eq!(error.near, near, "{slip}");
        assert!(error.help().is_some());
    }
    assert_eq!(rules::find_or_suggest("colour").unwrap_err().to_string(), "`colour` names no rule");
}

#[test]
fn the_reference_is_made_from_the_pages() {
    let (table, reference) = (rules::table_markdown(), rules::reference_markdown());
    for rule in RULES {
        let row = format!("| {} | {} | {} | ", rule.meta.code, rule.meta.name, rule.meta.default.describe());
        assert_eq!(table.matches(&row).count(), 1, "{row}");
        assert!(reference.contains(&format!("\n### {} {}\n\nDefault: ", rule.meta.code, rule.meta.name)));
    }
    assert_eq!(reference.lines().filter(|line| line.starts_with("## ")).count(), Family::ALL.len());
    assert_eq!(reference.matches("\n#### Example\n").count(), RULES.len());
    let page = rules::page_markdown(rules::find("R302").unwrap());
    insta::assert_snapshot!(page.lines().take(5).collect::<Vec<_>>().join("\n"), @r"
    # R302 orphan-object

    Default: warning · needs complete exports, an inventory of every bucket, the column `LastModifiedDate` · since 0.1.0

    ## What it finds
    ");
}

#[test]
fn a_finding_of_a_rule_from_the_future_still_reads() {
    let finding = Finding::new("R999", Severity::Error, Subject::Object);
    assert_eq!(rules::sentence(&finding), "breaks rule `R999`, which this version does not know");
    assert_eq!(rules::help(&finding), None);
}
