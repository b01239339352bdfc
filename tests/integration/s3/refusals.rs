//! What S3 refuses is said with the action, the resource and the cure.

use std::fmt::Write as _;
use std::process::Command;

use super::backend::Fault;
use super::server::Server;
use super::{flags, portal, program_with_credentials};
use crate::cli::runner::{Ran, program};
use crate::fixtures::root;

fn told(told: &mut String, name: &str, server: &Server, command: &mut Command) {
    let output = command.current_dir(root()).output().unwrap();
    let ran = Ran::of(&output, &root());
    writeln!(told, "# {name}\n{}", ran.stderr.replace(&server.url(), "[SERVER]")).unwrap();
    ran.is_refused(2);
}

#[test]
fn each_refusal_is_one_message_with_its_cure() {
    let mut all = String::new();
    let cases: [(&str, Option<Fault>, &str); 9] = [
        ("no such bucket", None, "s3://nowhere-at-all/"),
        ("no such key", None, "s3://inventories/manufacturing-line-1/nightly/manifest.json"),
        ("nothing below the prefix", None, "s3://inventories/elsewhere/"),
        ("no bucket's name", None, "s3://No_Bucket/key"),
        (
            "listing is not allowed",
            Some(Fault::Denied { operation: "ListObjectsV2", prefix: String::new() }),
            "s3://inventories/",
        ),
        (
            "reading the manifest is not allowed",
            Some(Fault::Denied { operation: "GetObject", prefix: "manufacturing-line-1/nightly/2026".to_owned() }),
            "s3://inventories/",
        ),
        (
            "reading the parts is not allowed",
            Some(Fault::Denied { operation: "GetObject", prefix: "manufacturing-line-1/nightly/data/".to_owned() }),
            "s3://inventories/",
        ),
        (
            "another region",
            Some(Fault::Elsewhere { bucket: "inventories".to_owned(), region: "us-west-2".to_owned() }),
            "s3://inventories/",
        ),
        (
            "an archived manifest",
            Some(Fault::Archived { key: "manufacturing-line-1/nightly/2026-11-15T01-00Z/manifest.json".to_owned() }),
            "s3://inventories/manufacturing-line-1/nightly/2026-11-15T01-00Z/",
        ),
    ];
    for (name, fault, input) in cases {
        let server = portal("csv");
        if let Some(fault) = fault {
            server.break_it(fault);
        }
        told(&mut all, name, &server, program_with_credentials().args(["inspect", input]).args(flags(&server)));
    }
    let server = portal("csv");
    let input = ["inspect", "s3://inventories/"];
    let mut no_credentials = program();
    no_credentials.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", "/nonexistent");
    told(&mut all, "no credentials", &server, no_credentials.args(input).args(flags(&server)));
    let mut wrong = program_with_credentials();
    wrong.env("AWS_SECRET_ACCESS_KEY", "another");
    told(&mut all, "wrong credentials", &server, wrong.args(input).args(flags(&server)));
    let mut profile = program_with_credentials();
    profile.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    told(&mut all, "no such profile", &server, profile.args(input).args(["--profile", "nobody"]).args(flags(&server)));
    let mut region = program_with_credentials();
    region.env_remove("AWS_REGION");
    told(&mut all, "no region", &server, region.args(input));
    let before = server.requests().len();
    told(&mut all, "offline", &server, program_with_credentials().args(input).args(flags(&server)).arg("--offline"));
    let output = ["audit", "-c", "edge-cv-portal/stocktake.toml", "-o", "s3://reports/audit.html", "--offline"];
    told(&mut all, "an output offline", &server, program_with_credentials().args(output).args(flags(&server)));
    assert_eq!(server.requests().len(), before, "nothing goes over the network");
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all) });
}
