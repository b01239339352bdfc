//! Inputs and outputs in S3, against a server of S3's protocol in this process: the SDK's real client speaks to it, and
//! it breaks as S3 breaks.

mod audits;
mod backend;
mod bare;
mod faults;
mod finding;
mod large;
mod outputs;
mod refusals;
mod server;

use std::fs;
use std::path::Path;
use std::process::Command;

use server::Server;

use crate::cli::runner::{Ran, program};
use crate::delivery::Files;
use crate::fixtures::{orc_during, read_below, root};

/// What an audit leaves that must not depend on where its inputs lay.
#[derive(Debug, PartialEq, Eq)]
struct Judged {
    code: Option<i32>,
    results: String,
    findings: Vec<u8>,
    folders: Vec<u8>,
}

/// The program with credentials that the server knows, and nothing else in its environment.
fn program_with_credentials() -> Command {
    let mut command = program();
    command.env("AWS_ACCESS_KEY_ID", server::ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY);
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", "eu-central-1");
    // No profile of whoever runs the tests.
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command
}

/// The flags that lead to the server.
fn flags(server: &Server) -> [String; 3] {
    ["--path-style".to_owned(), "--endpoint-url".to_owned(), server.url()]
}

/// Runs the program with arguments between spaces.
fn run(server: &Server, dir: &Path, arguments: &str) -> Ran {
    let mut command = program_with_credentials();
    let output = command.args(arguments.split_whitespace()).args(flags(server)).current_dir(dir).output().unwrap();
    let mut ran = Ran::of(&output, dir);
    ran.stderr = ran.stderr.replace(&server.url(), "[SERVER]");
    ran
}

/// A server that holds the fixture's deliveries in one bucket and its exports in another, as AWS lays them out.
fn portal(format: &str) -> Server {
    let server = Server::start();
    server.put_files("inventories", &deliveries(format));
    server.put_files("exports", &read_below(&root().join("edge-cv-portal/during/exports")));
    server
}

/// The fixture's deliveries.
fn deliveries(format: &str) -> Files {
    if format == "orc" { orc_during() } else { read_below(&root().join("edge-cv-portal/during").join(format)) }
}

/// Audits the fixture's bucket with inputs at these places.
fn audit(mut command: Command, inputs: [&str; 2], more: &str) -> (Ran, Option<Judged>) {
    let out = tempfile::tempdir().unwrap();
    let configuration = root().join("edge-cv-portal/stocktake.toml");
    command.args(["audit", "--inventory", inputs[0], "--export", inputs[1], "-c"]).arg(configuration);
    let output = command.args(more.split_whitespace()).arg("--out").arg(out.path()).output().unwrap();
    let ran = Ran::of(&output, out.path());
    let read = |name: &str| fs::read(out.path().join(name)).ok();
    let judged = read("results.json").map(|results| Judged {
        code: ran.code,
        results: String::from_utf8(results).unwrap(),
        findings: read("findings.parquet").unwrap(),
        folders: read("folders.parquet").unwrap(),
    });
    (ran, judged)
}

/// The same audit with the inputs on disk.
fn audit_on_disk(format: &str) -> Judged {
    let dir = tempfile::tempdir().unwrap();
    deliveries(format).write(dir.path());
    let exports = root().join("edge-cv-portal/during/exports");
    let inputs = [dir.path(), &exports].map(|path| path.display().to_string());
    let (ran, judged) = audit(program(), [&inputs[0], &inputs[1]], "");
    judged.unwrap_or_else(|| panic!("{ran:#?}"))
}

/// The same audit with the inputs in S3.
fn audit_in_s3(server: &Server, inputs: [&str; 2], more: &str) -> (Ran, Option<Judged>) {
    audit(program_with_credentials(), inputs, &format!("{more} {}", flags(server).join(" ")))
}

/// The same, which must come to a judgement.
#[track_caller]
fn judged_in_s3(server: &Server, inputs: [&str; 2], more: &str) -> Judged {
    let (ran, judged) = audit_in_s3(server, inputs, more);
    judged.unwrap_or_else(|| panic!("{ran:#?}\n{:#?}", server.requests()))
}
