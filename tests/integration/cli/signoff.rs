//! The sign-off: the same for whoever makes it, and nothing said that was not shown.

use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::runner::{CONFIGURATION, World};

/// What the digest is of, and the digest.
fn digested(signoff: &str) -> (String, String) {
    let (above, below) = signoff.split_once("\n## Decision\n").unwrap();
    let digest = regex::Regex::new("(?m)^`([0-9a-f]{64})`$").unwrap().captures(below).unwrap()[1].to_owned();
    (above.to_owned(), digest)
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn requirements(world: &World) {
    world.write(
        "stocktake.toml",
        format!(
            "{CONFIGURATION}\n\
             [[requirement]]\nid = '1'\ntext = 'places'\nareas = ['video']\nrules = ['L201', 'L203']\ncommands = ['audit']\n\
             [[requirement]]\nid = '2'\ntext = 'references'\nrules = ['R301']\nconflicts_with = ['5']\n\
             [[requirement]]\nid = '3'\ntext = 'answers'\nlimits = 'no inventory holds them'\nshown_by = 'a test of the API'\n\
             [[requirement]]\nid = '4'\ntext = 'moved whole'\nrules = ['M401']\ncommands = ['migrate verify']\n\
             [[requirement]]\nid = '5'\ntext = 'singular'\nrules = ['L206']\nwaived = 'the others win'\n\
             [[requirement]]\nid = '6'\ntext = 'a script'\ncommands = ['audit']\n\
             [[requirement]]\nid = '7'\ntext = 'both'\nrules = ['R306', 'M402']\ncommands = ['migrate verify']\n"
        ),
    );
}

#[test]
fn two_people_get_the_same_digest_and_can_check_it() {
    let world = World::dangling();
    requirements(&world);
    world.run("audit --jobs 1 --out one -q");
    // Another time of judging, other threads, less memory, another folder.
    world.run("audit --jobs 8 --memory 1 --now 2026-11-23T09:30:00Z --out two -q");
    let (one, two) = (world.read("one/signoff.md"), world.read("two/signoff.md"));
    assert_ne!(one, two, "the time of judging is told");
    let ((above, digest), (other_above, other_digest)) = (digested(&one), digested(&two));
    assert_eq!((&above, &digest), (&other_above, &other_digest));
    assert_eq!(sha256(&above), digest, "it is the digest of what stands above it");
    let html = world.read("one/signoff.html");
    assert!(html.contains(&digest), "both formats tell the same");
    assert!(above.contains(&*world.results("").1["evidence_digest"].as_str().unwrap().to_owned()));
    let script = "sed '/^## Decision$/,$d' one/signoff.md | sed '$d' | sha256sum";
    assert!(one.contains(&script.replace("one/", "")));
    let checked = world.finish(Command::new("sh").arg("-c").arg(script));
    assert!(checked.stdout.starts_with(&digest), "{checked:#?}");
    // Another bucket gives another one.
    let other = World::sound();
    requirements(&other);
    assert_ne!(digested(&other.run("audit --format signoff").stdout).1, digest);
}

#[test]
fn each_requirement_says_what_shows_it_and_what_came_of_that() {
    let world = World::dangling();
    requirements(&world);
    let signoff = world.run("audit --format signoff").stdout;
    for row in [
        "| 1 | places | `stocktake audit` | holds | L201 undeclared-key: none found; L203 malformed-segment: none found |",
        "| 2 | references |  | **violated** | R301 dangling-reference: 1 finding |",
        "| 3 | answers |  | cannot be shown from an inventory |  Limits: no inventory holds them. What would show it: a test of the API. |",
        "| 4 | moved whole | `stocktake migrate verify` | not part of this audit | M401 lost-object: not part of this audit. What would show it: `stocktake migrate verify`. |",
        "| 5 | singular |  | waived | L206 plural-folder: off. Waived: the others win. |",
        "| 6 | a script | `stocktake audit` | shown by this audit |  |",
        "| 7 | both | `stocktake migrate verify` | holds in part | R306 deleted-target: none found; M402 altered-object: not part of this audit. What would show it: `stocktake migrate verify`. |",
        "- **5** (singular) and 2: 5 is waived, for the others win.",
    ] {
        assert!(signoff.lines().any(|line| line == row), "no line {row}\n{signoff}");
    }
}

/// A violation in another area is no violation of a requirement that is about one.
#[test]
fn a_requirement_answers_for_its_own_areas() {
    let world = World::of(&["video/a1/clip.mp4", "audio/A 1/x.mp3", "audio/a2/x.mp3"], &["video/a1/clip.mp4"]);
    requirements(&world);
    world.replace(
        "stocktake.toml",
        "[[table]]",
        "[[area]]\nname = \"audio\"\npath = \"audio/{asset}/**\"\n\n[[table]]",
    );
    let signoff = world.run("audit --format signoff").stdout;
    assert!(
        signoff.contains("| holds | L201 undeclared-key: none found; L203 malformed-segment: none found |"),
        "{signoff}"
    );
    world.replace("stocktake.toml", "areas = ['video']", "areas = ['video', 'audio']");
    let signoff = world.run("audit --format signoff").stdout;
    assert!(
        signoff.contains("**violated** | L201 undeclared-key: none found; L203 malformed-segment: 1 finding |"),
        "{signoff}"
    );
}

/// The Portal's preset: every requirement from 1.1 to 6.5 is traced.
#[test]
fn every_requirement_of_the_preset_is_traced() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/edge-cv-portal/stocktake.toml");
    let world = World::empty();
    let signoff = world.run(&format!("audit -c {} --format signoff", fixture.display())).stdout;
    let numbers: Vec<String> =
        (1..=6).flat_map(|chapter| (1..=5).map(move |number| format!("{chapter}.{number}"))).collect();
    let traced: Vec<&str> = signoff
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .filter_map(|line| line.split(" | ").next())
        .filter(|first| regex::Regex::new("^[1-6]\\.[1-5]$").unwrap().is_match(first))
        .collect();
    assert_eq!(traced, numbers);
    assert!(signoff.contains("- **2.4**") && signoff.contains("1.2, 1.3, 1.4, 1.5, 3.1, 3.2"), "{signoff}");
    assert!(signoff.contains("cannot be shown from an inventory"));
}

#[test]
fn a_requirement_that_asks_for_the_audit_is_not_shown_by_a_part_of_it() {
    let world = World::sound();
    requirements(&world);
    for (arguments, row) in [
        ("", "| 6 | a script | `stocktake audit` | shown by this audit |"),
        ("--ignore K101,R302", "| 6 | a script | `stocktake audit` | shown in part | not judged: K101, R302 |"),
        (
            "--ignore K",
            "| 6 | a script | `stocktake audit` | **not judged** | not judged: K101, K102, K103, K104, K105 |",
        ),
        ("--select R,K", "| 6 | a script | `stocktake audit` | **not judged** | not judged: L201, L202,"),
    ] {
        let signoff = world.run(&format!("audit --format signoff {arguments}")).stdout;
        assert!(signoff.contains(row), "{arguments}:\n{signoff}");
    }
}

/// W501 is the only rule of its family, which is then not judged: a part is missing, not the audit.
#[test]
fn a_family_of_one_rule_that_is_off_is_a_part() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/edge-cv-portal/stocktake.toml");
    let world = World::empty();
    let signoff = world.run(&format!("audit -c {} --format signoff --ignore W501", fixture.display())).stdout;
    let row = signoff.lines().find(|line| line.starts_with("| 6.1 |")).unwrap();
    assert!(row.contains("| shown in part | not judged: W501"), "{row}");
}

#[test]
fn what_is_excused_holds_in_part_and_where_it_is_in_no_other_area() {
    let world = World::of(&["video/a1/clip.mp4", "audio/A 1/x.mp3"], &["video/a1/clip.mp4", "video/a1/gone.mp4"]);
    requirements(&world);
    world.replace(
        "stocktake.toml",
        "[[table]]",
        "[[area]]\nname = \"audio\"\npath = \"audio/{asset}/**\"\n\n[[table]]",
    );
    world.run("audit --out first -q");
    assert_eq!(world.run("baseline create first --to known.jsonl").code, Some(0));
    let signoff = |world: &World| world.run("audit --format signoff --baseline known.jsonl").stdout;
    let told = signoff(&world);
    assert!(told.contains("| holds in part | R301 dangling-reference: none found, 1 excused |"), "{told}");
    assert!(told.contains("| holds | L201 undeclared-key: none found; L203 malformed-segment: none found |"), "{told}");
    world.replace("stocktake.toml", "areas = ['video']", "areas = ['audio']");
    let told = signoff(&world);
    assert!(
        told.contains(
            "| holds in part | L201 undeclared-key: none found; L203 malformed-segment: none found, 1 excused |"
        ),
        "{told}"
    );
}

/// The severity that a finding would have had where it lies, not that of its rule elsewhere.
#[test]
fn an_excused_note_lets_a_requirement_hold_and_an_excused_error_does_not() {
    for (elsewhere, there, result) in [("note", "error", "holds in part"), ("error", "note", "holds")] {
        let world = World::of(&["video/a1/clip.mp4", "video/a2/x//y.mp4"], &["video/a1/clip.mp4"]);
        let area = format!("rules = {{ empty-segment = \"{there}\" }}\npath = \"video");
        let configuration = CONFIGURATION.replacen("path = \"video", &area, 1);
        let more = format!(
            "[rules]\nempty-segment = '{elsewhere}'\n[[requirement]]\nid = '1'\ntext = 'whole'\nrules = ['K101']\n\
             [[allow]]\nrule = 'K101'\narea = 'video'\nreason = 'known'\n"
        );
        world.write("stocktake.toml", format!("{configuration}\n{more}"));
        let signoff = world.run("audit --format signoff").stdout;
        let row = signoff.lines().find(|line| line.starts_with("| 1 |")).unwrap();
        assert!(row.contains(&format!("| {result} | K101 empty-segment: none found, 1 excused")), "{row}");
    }
}
