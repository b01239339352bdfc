//! The tables that random configurations are drawn from: together they refer in every way there is.

use stocktake::model::Severity;

use super::areas::Cut;
use super::dice::Dice;
use super::world::{Area, BucketFrom, Claim, Condition, Kind, Reference, Table, Test, Unit, Workflow};

/// One to three tables, and perhaps a workflow over the first.
pub(crate) fn draw(dice: &mut Dice, cut: Cut, areas: &[Area], bucket: &'static str) -> (Vec<Table>, Option<Workflow>) {
    let with_workflow = dice.chance(60);
    let mut tables = vec![jobs(dice, cut, areas, with_workflow)];
    let with_cases = dice.chance(60);
    if with_cases || dice.chance(60) {
        tables.push(sets(dice, areas, bucket, with_cases));
    }
    if with_cases {
        tables.push(cases());
    }
    if dice.chance(30) {
        tables.push(Table { name: "attic-log", key: vec!["id"], optional: true, ..Table::default() });
    }
    let workflow = Workflow {
        name: "from training to package",
        table: "jobs",
        when: dice.chance(50).then(|| Condition { attribute: "status", test: Test::Not(vec!["draft"]) }),
        steps: vec!["artifact_s3", "outputs[].out_s3", "packages[].zip_s3"],
        on: Some("target"),
    };
    (tables, with_workflow.then_some(workflow))
}

fn equals(attribute: &'static str, value: &'static str) -> Option<Condition> {
    Some(Condition { attribute, test: Test::Equals(vec![value]) })
}

fn present(attribute: &'static str, wanted: bool) -> Option<Condition> {
    Some(Condition { attribute, test: Test::Present(wanted) })
}

fn jobs(dice: &mut Dice, cut: Cut, areas: &[Area], with_workflow: bool) -> Table {
    let has = |name: &str| areas.iter().any(|area| area.name == name);
    let with_claims = cut == Cut::Whole && dice.chance(60);
    let mut references = Vec::new();
    let mut claims = Vec::new();
    let mut artifact = Reference {
        areas: vec!["training"],
        bind: vec![("job", "job_name", None)],
        required_when: equals("status", "completed"),
        exclusive: dice.chance(60),
        claims: dice.chance(80),
        ..Reference::new("artifact_s3", Kind::Object)
    };
    match dice.below(if with_workflow { 2 } else { 4 }) {
        0 | 1 => {}
        2 => {
            // Imported jobs may lie anywhere.
            artifact.when = present("job_name", true);
            let imported =
                Reference { when: present("job_name", false), ..Reference::new("artifact_s3", Kind::Object) };
            references.push(imported);
        }
        _ => {
            // For a failed job with a name both declarations hold: neither is judged.
            artifact.when = present("job_name", true);
            artifact.required_when = None;
            let failed = Reference { when: equals("status", "failed"), ..Reference::new("artifact_s3", Kind::Object) };
            references.push(failed);
        }
    }
    references.insert(0, artifact);
    if with_claims {
        claims.push(Claim {
            area: "training",
            bind: vec![("job", "job_name", None)],
            when: None,
            unfinished_when: Some(Condition { attribute: "status", test: Test::Not(vec!["completed", "failed"]) }),
        });
    }
    let mut outputs = Reference {
        required_when: equals("outputs[].status", "completed"),
        exclusive: dice.chance(50),
        ..Reference::new("outputs[].out_s3", Kind::Object)
    };
    let named = vec![("job", "outputs[].name", None), ("target", "outputs[].target", None)];
    if has("compilation") {
        outputs.areas = vec!["compilation"];
        outputs.bind = named.clone();
        if with_claims {
            let unfinished_when = equals("outputs[].status", "running");
            claims.push(Claim { area: "compilation", bind: named, when: None, unfinished_when });
        }
    }
    if dice.chance(30) {
        outputs.rules = vec![("dangling-reference", Severity::Note)];
    }
    references.push(outputs);
    let mut packages = Reference::new("packages[].zip_s3", Kind::Object);
    if has("packages") {
        packages.areas = vec!["packages"];
        packages.fill = vec![("deployment", "published[].component", Some("target"))];
    }
    references.push(packages);
    Table {
        name: "jobs",
        key: vec!["job_id"],
        changed_at: Some((vec!["updated_at", "created_at"], Unit::Millis)),
        rules: if dice.chance(30) { vec![("malformed-reference", Severity::Warning)] } else { Vec::new() },
        references,
        claims,
        ignores: vec!["comment", "log.**"],
        ..Table::default()
    }
}

fn sets(dice: &mut Dice, areas: &[Area], bucket: &'static str, with_cases: bool) -> Table {
    let mut manifest = Reference {
        bucket: Some(BucketFrom::Named(bucket)),
        exclusive: dice.chance(40),
        claims: dice.chance(70),
        ..Reference::new("manifest", Kind::Key)
    };
    let choices = ["reports", "pages", "raw", "mirror"];
    manifest.areas = choices.into_iter().filter(|name| areas.iter().any(|area| area.name == *name)).collect();
    if manifest.areas == ["reports"] {
        manifest.bind = vec![("tenant", "tenant", None), ("week", "week", None)];
    }
    let by_table = BucketFrom::Table("cases", "case_id", vec!["data_bucket", "s3_bucket"]);
    let by_attribute = BucketFrom::Attributes(vec!["data_bucket", "main_bucket"]);
    let folder = Reference {
        bucket: Some(if with_cases { by_table } else { by_attribute }),
        claims: dice.chance(50),
        ..Reference::new("folder", Kind::KeyPrefix)
    };
    let place = Reference { claims: dice.chance(60), ..Reference::new("place", Kind::Prefix) };
    let files = Reference { claims: dice.chance(60), ..Reference::new("files[]", Kind::Object) };
    let extra = Reference::new("extra.*", Kind::Object);
    Table {
        name: "sets",
        key: vec!["owner", "set_id"],
        changed_at: Some((vec!["touched"], Unit::Seconds)),
        references: vec![manifest, folder, place, files, extra, Reference::new("home", Kind::Bucket)],
        ignores: vec!["comment"],
        ..Table::default()
    }
}

fn cases() -> Table {
    let photo = Reference {
        required_when: present("photo_taken", true),
        claims: false,
        rules: vec![("R305", Severity::Ignore)],
        ..Reference::new("meta.photo", Kind::Object)
    };
    Table {
        name: "cases",
        key: vec!["case_id"],
        changed_at: Some((vec!["changed"], Unit::Rfc3339)),
        references: vec![photo, Reference::new("s3_bucket", Kind::Bucket), Reference::new("data_bucket", Kind::Bucket)],
        ..Table::default()
    }
}
