//! Every format of one result, with keys that attack each of them.

use std::cell::Cell;
use std::io;

use sha2::Digest as _;

use stocktake::model::{Finding, Subject};
use stocktake::render::Templates;
use stocktake::render::hostile::is_hidden;
use stocktake::report::{FindingStream, FormatError, FormatOptions, ReportFormat, ReportView, Words};
use stocktake::results::findings::Owned;
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
    let stream =
        || -> Result<FindingStream<'_>, ResultsError> { Ok(Box::new(Owned(findings.iter().cloned().map(Ok)))) };
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

/// What commands spare themselves where no format asks for it.
#[test]
fn formats_say_what_they_ask_for() {
    let (results, folders, all) = (sample::results(), sample::folders(), sample::findings());
    let (mut some, none, asked) = (Examples::default(), Examples::new(0), Cell::new(false));
    all.iter().for_each(|finding| some.push(finding));
    let templates = Templates::new(None).unwrap();
    let options = FormatOptions { templates: &templates, coloured: false, rule: Some("L203"), bucket: None };
    let findings = || -> Result<FindingStream<'_>, ResultsError> {
        asked.set(true);
        Ok(Box::new(Owned(all.iter().cloned().map(Ok))))
    };
    for format in ReportFormat::ALL {
        asked.set(false);
        let [with, without] = [&some, &none].map(|examples| {
            let largest_folders = &folders;
            let view = ReportView { results: &results, examples, largest_folders, words: WORDS, findings: &findings };
            let mut out = Vec::new();
            format.formatter(options).write(&view, &mut out).unwrap();
            out
        });
        assert_eq!(with != without, format.shows_examples(), "examples in {}", format.name());
        assert_eq!(asked.get(), format.reads_findings(), "findings in {}", format.name());
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
    std::fs::write(folder.join("audit.sarif"), sample_as(ReportFormat::Sarif, false)).unwrap();
    std::fs::write(folder.join("audit.xml"), sample_as(ReportFormat::Junit, false)).unwrap();
    std::fs::write(folder.join("signoff.html"), sample_as(ReportFormat::SignoffHtml, false)).unwrap();
    assert!(!html.contains("</text><") && !html.contains("<b>line 1"));
    // One script, which the page's policy knows by its digest.
    assert_eq!((html.matches("<script").count(), html.matches("</script").count()), (1, 1));
    let script = html.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, sha2::Sha256::digest(script));
    assert!(html.contains(&format!("script-src 'sha256-{digest}';")), "{digest}");
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
    for format in [
        ReportFormat::Html,
        ReportFormat::Markdown,
        ReportFormat::Text,
        ReportFormat::Signoff,
        ReportFormat::SignoffHtml,
    ] {
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

#[test]
fn junit_counts_what_it_holds() {
    use quick_xml::Reader;
    use quick_xml::events::Event;

    let text = sample_as(ReportFormat::Junit, false);
    let mut reader = Reader::from_str(&text);
    let mut seen: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let mut stated = std::collections::BTreeMap::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                for attribute in element.attributes().map(Result::unwrap).filter(|_| name == "testsuites") {
                    let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    stated.insert(key, String::from_utf8(attribute.value.to_vec()).unwrap());
                }
                *seen.entry(name).or_default() += 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    for (element, attribute) in [("testcase", "tests"), ("failure", "failures"), ("skipped", "skipped")] {
        let count = seen.get(element).copied().unwrap_or_default();
        assert_eq!(stated[attribute], count.to_string(), "{attribute}");
    }
    assert!(seen["failure"] > 0);
    assert!(!text.contains(|character: char| is_hidden(character) && character != '\n'));
}

#[test]
fn sarif_results_name_their_rules() {
    let sarif: serde_json::Value = serde_json::from_str(&sample_as(ReportFormat::Sarif, false)).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), sample::findings().len());
    assert_eq!(run["properties"]["findings"], sample::results().judgement.totals.findings);
    for result in results {
        if let Some(index) = result["ruleIndex"].as_u64() {
            assert_eq!(rules[index as usize]["id"], result["ruleId"]);
        }
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        if let Some(uri) = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str() {
            assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte)), "{uri}");
        }
    }
    let prints: std::collections::BTreeSet<&str> =
        results.iter().map(|result| result["partialFingerprints"]["stocktake/v1"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), results.len(), "findings of two identities share a fingerprint");
}

#[test]
fn annotations_are_one_line_each_and_few() {
    let text = sample_as(ReportFormat::Github, false);
    let lines: Vec<&str> = text.lines().collect();
    assert!((2..=10).contains(&lines.len()));
    let command = regex::Regex::new("^::(error|warning|notice) title=[^:,]+::.+$").unwrap();
    assert!(lines.iter().all(|line| command.is_match(line)), "{text}");
    assert!(!text.contains(|character| is_hidden(character) && character != '\n'));
}

#[test]
fn metrics_are_in_the_text_format() {
    let text = sample_as(ReportFormat::Prometheus, false);
    let sample =
        regex::Regex::new(r#"^(stocktake_[a-z_]+)(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\})? [0-9]+$"#)
            .unwrap();
    let (mut metric, mut metrics, mut samples) = ("", Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            metric = help.split(' ').next().unwrap();
            metrics.push(metric);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind, format!("{metric} gauge"));
        } else {
            let found = sample.captures(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(&found[1], metric, "a sample stands with its metric");
            samples.push(line.rsplit_once(' ').unwrap().0);
        }
    }
    let unique = |names: &[&str]| names.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!((unique(&metrics), unique(&samples)), (metrics.len(), samples.len()));
}
