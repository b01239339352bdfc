//! Outputs in S3: they appear when everything is done, whole or not at all.

use super::backend::Fault;
use super::{portal, program_with_credentials};
use crate::cli::runner::{Ran, SET};
use crate::fixtures::root;

/// Audits the fixture with these outputs.
fn audit(server: &super::server::Server, outputs: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let configuration = root().join("edge-cv-portal/stocktake.toml");
    let mut command = program_with_credentials();
    command.args(["audit", "-c"]).arg(configuration).args(outputs).args(super::flags(server));
    let output = command.args(["--tmp-dir", "."]).current_dir(dir.path()).output().unwrap();
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    Ran::of(&output, dir.path())
}

#[test]
fn outputs_in_s3_are_those_on_disk() {
    let server = portal("csv");
    server.backend().create_bucket("reports");
    let ran = audit(&server, &["--out", "s3://reports/tonight/", "-o", "s3://reports/tonight/findings.csv"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("wrote s3://reports/tonight/audit.html\n"), "{}", ran.stderr);
    let written = server.backend().objects("reports");
    let mut expected: Vec<String> = SET.iter().map(|name| format!("tonight/{name}")).collect();
    expected.push("tonight/findings.csv".to_owned());
    expected.sort();
    assert_eq!(written.keys().cloned().collect::<Vec<_>>(), expected);
    let here = super::audit_on_disk("csv");
    assert!(written["tonight/findings.parquet"] == here.findings && written["tonight/results.json"] == here.results);
}

#[test]
fn an_output_that_s3_refuses_is_an_error_and_nothing_appears() {
    let server = portal("csv");
    server.backend().create_bucket("reports");
    server.break_it(Fault::Denied { operation: "PutObject", prefix: "tonight/".to_owned() });
    let ran = audit(&server, &["-o", "s3://reports/tonight/audit.html"]);
    ran.is_refused(2);
    insta::assert_snapshot!(ran.stderr);
    assert!(server.backend().objects("reports").is_empty());
    let ran = audit(&server, &["-o", "s3://reports/audit.html", "-o", "s3://reports/tonight/audit.md"]);
    ran.is_refused(2);
    assert!(ran.stderr.contains("written already, and whole: s3://reports/audit.html"), "{}", ran.stderr);
    let ran = audit(&server, &["-o", "s3://nowhere-at-all/audit.html"]);
    ran.is_refused(2);
    assert_eq!(server.backend().open_uploads(), 0);
}
