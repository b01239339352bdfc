//! Every format of one result, with keys that attack each of them.

use std::io;

use stocktake::model::{Finding, Subject};
use stocktake::render::Templates;
use stocktake::render::hostile::is_hidden;
use stocktake::report::{FindingStream, FormatError, FormatOptions, ReportFormat, ReportView, Words};
use stocktake::results::{Examples, Results, ResultsError, json};

use crate::sample;

/// Words that do not change with the rules.
const WORDS: Words = Words {
    sentence: |finding| match (&finding.value, &finding.expected) {
        (Some(value), Some(expected)) => format!("`{value}` stands where {expected} is expected"),
        (Some(value), None) => format!("`{value}` is what `{}` finds", finding.code),
        (None, _) => format!("this is what `{}` finds", finding.code),
    },
    help: |finding| match finding.subject {
        Subject::Object => Some("rename the object".to_owned()),
        Subject::Reference => finding.item.as_ref().map(|item| format!("correct the record `{item}`")),
        _ => None,
    },
    about: |code| {
        (code == "L203")
            .then(|| "Objects in an area whose placeholder `{x}` has a value that is not of its form.".to_owned())
    },
};

fn written(
    format: ReportFormat,
    results: &Results,
    findings: &[Finding<'static>],
    rule: Option<&str>,
    coloured: bool,
) -> Result<Vec<u8>, FormatError> {
    let mut examples = Examples::default();
    findings.iter().for_each(|finding| examples.push(finding));
    let stream = || -> Result<FindingStream<'_>, ResultsError> { Ok(Box::new(findings.iter().cloned().map(Ok))) };
    let folders = sample::folders();
    let view = ReportView { results, examples: &examples, largest_folders: &folders, words: WORDS, findings: &stream };
    let templates = Templates::new(None)?;
    let options = FormatOptions { templates: &templates, coloured, rule, bucket: None };
    let mut out = Vec::new();
    format.formatter(options).write(&view, &mut out)?;
    Ok(out)
}

fn sample_as(format: ReportFormat, coloured: bool) -> String {
    let rule = Some("L203");
    String::from_utf8(written(format, &sample::results(), &sample::findings(), rule, coloured).unwrap()).unwrap()
}

#[test]
fn every_format_tells_the_sample() {
    for format in ReportFormat::ALL.into_iter().filter(|format| *format != ReportFormat::Parquet) {
        let text = sample_as(format, false);
        insta::with_settings!({ snapshot_suffix => format.name(), omit_expression => true }, { insta::assert_snapshot!(text) });
    }
}

#[test]
fn parquet_holds_every_finding() {
    let bytes = written(ReportFormat::Parquet, &sample::results(), &sample::findings(), None, false).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    io::Write::write_all(&mut file, &bytes).unwrap();
    let read = stocktake::results::findings::FindingsReader::open(file.path()).unwrap().map(Result::unwrap);
    assert!(read.eq(sample::findings()));
}

#[test]
fn json_is_read_back_as_it_was() {
    let text = sample_as(ReportFormat::Json, false);
    assert_eq!(json::read(text.as_bytes(), "results.json").unwrap(), sample::results());
    assert!(text.ends_with("}\n"));
}

/// The page can be looked at: `target/sample-report/audit.html`.
#[test]
fn html_asks_for_nothing_and_lets_no_key_in() {
    let html = sample_as(ReportFormat::Html, false);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sample-report");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("audit.html"), &html).unwrap();
    assert!(!html.contains("<script") && !html.contains("</text><") && !html.contains("<b>line 1"));
    assert!(
        !html.contains("src=") && !html.contains("@import") && !html.contains("http://") && !html.contains("https://")
    );
    assert!(!html.contains(|character| is_hidden(character) && character != '\n'));
    let ids: Vec<&str> = regex::Regex::new(" id=\"([^\"]*)\"")
        .unwrap()
        .captures_iter(&html)
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    for target in regex::Regex::new("href=\"#([^\"]*)\"").unwrap().captures_iter(&html) {
        assert!(ids.contains(&&target[1]), "#{} leads nowhere", &target[1]);
    }
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id stands twice");
}

#[test]
fn no_report_says_that_objects_can_be_reached() {
    for format in [ReportFormat::Html, ReportFormat::Markdown, ReportFormat::Text] {
        let text = sample_as(format, false).to_lowercase();
        assert!(!text.contains("accessible") && !text.contains("reachable"), "{}", format.name());
    }
}

#[test]
fn a_terminal_obeys_only_our_own_colours() {
    let plain = sample_as(ReportFormat::Text, false);
    assert!(!plain.contains(|character| is_hidden(character) && character != '\n'));
    let coloured = sample_as(ReportFormat::Text, true);
    let uncoloured = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&coloured, "").into_owned();
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(uncoloured, plain);
}

#[test]
fn no_field_of_the_csv_is_a_formula() {
    let text = sample_as(ReportFormat::Csv, false);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), sample::findings().len());
    assert!(rows.iter().flatten().all(|field| !field.starts_with(['=', '+', '-', '@', '\t', '\r'])));
    assert!(rows.iter().any(|row| &row[4] == "'=cmd|' /C calc'!A0"));
}

#[test]
fn a_pull_request_takes_the_markdown_of_the_worst_bucket() {
    let long = "`|".repeat(512);
    let findings: Vec<Finding<'static>> = (0..80)
        .flat_map(|rule| {
            let (code, key) = (format!("L{rule:03}"), long.clone());
            let finding = Finding {
                code: code.into(),
                key: Some(key.clone().into()),
                value: Some(key.into()),
                ..sample::findings()[7].clone()
            };
            std::iter::repeat_n(finding, 100)
        })
        .collect();
    let mut results = sample::results();
    let rule = results.judgement.rules[4].clone();
    results.judgement.rules.extend(
        (0..80).map(|code| stocktake::results::schema::RuleResult { code: format!("L{code:03}"), ..rule.clone() }),
    );
    let text = written(ReportFormat::Markdown, &results, &findings, None, false).unwrap();
    assert!(text.len() <= 1 << 20, "{} bytes", text.len());
    assert!(String::from_utf8(text).unwrap().contains("Evidence digest"), "examples go first, facts stay");
}

#[test]
fn a_worklist_holds_only_what_lines_can_carry() {
    let of = |rule| {
        written(ReportFormat::Worklist, &sample::results(), &sample::findings(), rule, false)
            .map(|text| String::from_utf8(text).unwrap())
    };
    assert_eq!(
        of(Some("R302")).unwrap(),
        "models/compilation/cookies-jetson-20260301031500/jetson-xavier/model-LINUX_ARM64_NVIDIA.tar.gz\n"
    );
    assert_eq!(of(Some("L208")).unwrap(), "");
    assert!(matches!(of(Some("K103")), Err(FormatError::LineBreak { key }) if key.contains("\\n")));
    assert!(matches!(of(Some("R301")), Err(FormatError::NoKeys { .. })));
    assert!(matches!(of(None), Err(FormatError::NoRule)));
    let mut elsewhere = sample::findings();
    elsewhere[7].bucket = Some("b".into());
    let mixed = written(ReportFormat::Worklist, &sample::results(), &elsewhere, Some("L203"), false);
    assert!(matches!(mixed, Err(FormatError::SeveralBuckets { .. })));
}

#[test]
fn every_format_is_found_by_its_name() {
    for format in ReportFormat::ALL {
        assert_eq!(ReportFormat::from_name(format.name()), Some(format));
    }
    assert_eq!(ReportFormat::from_extension("txt"), Some(ReportFormat::Text));
    assert_eq!(ReportFormat::from_extension("worklist"), None);
}
