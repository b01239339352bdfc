//! JUnit XML: one test case for each rule and area, so that a CI server shows which of them broke and since when.
//!
//! The dialect is the one that Jenkins, GitLab and GitHub's viewers read: `testsuites`, `testsuite`, `testcase`, with
//! `failure` or `skipped` (<https://github.com/testmoapp/junitxml>).

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::model::{Family, Finding};
use crate::render::hostile::visible;
use crate::report::{FormatError, Formatter, ReportView};
use crate::results::location;
use crate::results::schema::{RuleResult, RuleState};

/// How many findings a test case shows.
const EXAMPLES: usize = 20;

/// Writes a test suite for each family of rules.
pub(super) struct Junit;

/// The findings of one rule in one area.
#[derive(Default)]
struct Case {
    findings: u64,
    /// Those of a severity that fails the audit.
    failing: u64,
    examples: Vec<String>,
}

/// What there is to tell of the rules.
struct Cases {
    /// By rule, then by area, `""` where there is none.
    of_rules: BTreeMap<String, BTreeMap<String, Case>>,
    /// Whether the inputs do not allow a verdict.
    open: bool,
}

impl Formatter for Junit {
    fn write(&self, report: &ReportView<'_>, out: &mut (dyn io::Write + Send)) -> Result<(), FormatError> {
        let cases = cases(report)?;
        let mut xml = Writer::new_with_indent(out, b' ', 2);
        xml.get_mut().write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        let judgement = &report.results.judgement;
        let asked = |rule: &&RuleResult| !matches!(rule.state, RuleState::Off | RuleState::NotAsked);
        let rules: Vec<&RuleResult> = judgement.rules.iter().filter(asked).collect();
        let counts = Counts::of(&rules, &cases);
        xml.create_element("testsuites")
            .with_attribute(("name", "stocktake"))
            .with_attributes(counts.attributes().iter().map(pair))
            .write_inner_content(|xml| {
                for family in Family::ALL {
                    let rules: Vec<&RuleResult> =
                        rules.iter().copied().filter(|rule| rule.family == family.letter()).collect();
                    if !rules.is_empty() {
                        suite(xml, family, &rules, &cases)?;
                    }
                }
                Ok(())
            })?;
        xml.get_mut().write_all(b"\n")?;
        Ok(())
    }
}

/// How many cases a suite has.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Counts {
    fn of(rules: &[&RuleResult], cases: &Cases) -> Self {
        let mut counts = Self::default();
        for rule in rules {
            let of_rule: Vec<&Case> = of(rule, cases).map(|(_, case)| case).collect();
            counts.tests += of_rule.len().max(1);
            counts.failures += of_rule.iter().filter(|case| case.failing > 0).count();
            counts.skipped += usize::from(of_rule.is_empty() && unjudged(rule, cases.open).is_some());
        }
        counts
    }

    fn attributes(&self) -> [(&'static str, String); 4] {
        let text = |count: usize| count.to_string();
        [
            ("tests", text(self.tests)),
            ("failures", text(self.failures)),
            ("errors", text(0)),
            ("skipped", text(self.skipped)),
        ]
    }
}

/// Why a rule that found nothing says nothing, if that is so. That the inputs are open is what S-rules found.
fn unjudged(rule: &RuleResult, open: bool) -> Option<&str> {
    match rule.state {
        RuleState::NotJudged => Some(rule.why.as_deref().unwrap_or("the inputs do not allow it")),
        RuleState::Judged if open && rule.family != Family::Source.letter() => {
            Some("nothing was found, but the inputs do not allow a verdict")
        }
        _ => None,
    }
}

fn pair<'a>((name, value): &'a (&'static str, String)) -> (&'a str, &'a str) {
    (name, value)
}

fn of<'c>(rule: &RuleResult, cases: &'c Cases) -> impl Iterator<Item = (&'c str, &'c Case)> {
    cases.of_rules.get(&rule.code).into_iter().flatten().map(|(area, case)| (area.as_str(), case))
}

/// Counts all findings; what is kept does not grow with them.
fn cases(report: &ReportView<'_>) -> Result<Cases, FormatError> {
    let mut cases = BTreeMap::<String, BTreeMap<String, Case>>::new();
    let mut findings = (report.findings)()?;
    while let Some(finding) = findings.next_finding()? {
        if finding.excused.is_some() {
            continue;
        }
        let (code, area) = (&*finding.code, finding.area.as_deref().unwrap_or_default());
        // Names are copied for a new entry alone.
        let areas = match cases.get_mut(code) {
            Some(areas) => areas,
            None => cases.entry(code.to_owned()).or_default(),
        };
        let case = match areas.get_mut(area) {
            Some(case) => case,
            None => areas.entry(area.to_owned()).or_default(),
        };
        case.findings += 1;
        case.failing += u64::from(report.results.judgement.fails(&finding));
        if case.examples.len() < EXAMPLES {
            case.examples.push(example(report, &finding));
        }
    }
    Ok(Cases { of_rules: cases, open: report.results.judgement.is_open() })
}

fn example(report: &ReportView<'_>, finding: &Finding<'_>) -> String {
    format!("{}: {}", location::shown(finding), visible(&(report.words.sentence)(finding)))
}

fn suite(
    xml: &mut Writer<&mut (dyn io::Write + Send)>,
    family: Family,
    rules: &[&RuleResult],
    cases: &Cases,
) -> io::Result<()> {
    let counts = Counts::of(rules, cases);
    let suite = xml.create_element("testsuite").with_attribute(("name", family.title()));
    suite.with_attributes(counts.attributes().iter().map(pair)).write_inner_content(|xml| {
        for rule in rules {
            let mut found = of(rule, cases).peekable();
            if found.peek().is_none() {
                let case = xml.create_element("testcase").with_attributes(name(rule, "").iter().map(pair));
                match unjudged(rule, cases.open) {
                    Some(why) => case.write_inner_content(|xml| {
                        xml.create_element("skipped").with_attribute(("message", why)).write_empty()?;
                        Ok(())
                    })?,
                    None => case.write_empty()?,
                };
            }
            for (area, case) in found {
                write_case(xml, rule, area, case)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn name(rule: &RuleResult, area: &str) -> [(&'static str, String); 2] {
    let name = format!("{} {}", rule.code, rule.name);
    let name = if area.is_empty() { name } else { format!("{name} in {}", visible(area)) };
    [("classname", format!("stocktake.{}", rule.code)), ("name", name)]
}

fn write_case(
    xml: &mut Writer<&mut (dyn io::Write + Send)>,
    rule: &RuleResult,
    area: &str,
    case: &Case,
) -> io::Result<()> {
    let mut text = case.examples.join("\n");
    let more = case.findings - case.examples.len() as u64;
    if more > 0 {
        text.push_str(&format!("\nand {more} more"));
    }
    let (of, element) = if case.failing > 0 { (case.failing, "failure") } else { (case.findings, "system-out") };
    let message = format!("{of} {}", if of == 1 { "finding" } else { "findings" });
    xml.create_element("testcase").with_attributes(name(rule, area).iter().map(pair)).write_inner_content(|xml| {
        let inner = xml.create_element(element);
        let inner = if case.failing > 0 {
            inner.with_attribute(("message", message.as_str())).with_attribute(("type", rule.severity.name()))
        } else {
            inner
        };
        inner.write_text_content(BytesText::new(&text))?;
        Ok(())
    })?;
    Ok(())
}
