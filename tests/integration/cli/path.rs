//! `path build | resolve | explain | list`.

use super::runner::{CONFIGURATION, World};

fn portal() -> World {
    let world = World::empty();
    world.write(
        "stocktake.toml",
        "version = 1\nextends = \"edge-cv-portal\"\n[[bucket]]\nname = \"line-1\"\naliases = [\"old-line\"]\n",
    );
    world
}

#[test]
fn build_gives_key_and_uri_or_the_value_that_breaks_its_form() {
    let world = portal();
    let ran = world.run("path build compilation job=cookies-1 target=x86_64 rest=model.tar.gz");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        ran.stdout,
        "key  models/compilation/cookies-1/x86_64-cpu/model.tar.gz\n\
         uri  s3://line-1/models/compilation/cookies-1/x86_64-cpu/model.tar.gz\n"
    );
    let uri = world.run("path build training job=a rest=b --format uri").stdout;
    assert_eq!(uri, "s3://line-1/models/training/a/b\n");
    for (arguments, says) in [
        ("path build training job=a_b rest=f", "`a_b` is not of the form of `{job}`"),
        ("path build training rest=f", "`{job}` has no value"),
        ("path build training jbo=a rest=f", "area `training` has no `{jbo}`"),
        ("path build trainign job=a rest=f", "there is no area `trainign`"),
        ("path build training job=a", "what stands at `**` of `models/training/{job}/**` is not given"),
        (
            "path build training job=a rest=b//f",
            "would be an error: K101 empty-segment (error): has an empty segment after",
        ),
        (
            "path build training job=a rest=../f",
            "would be an error: K102 relative-segment (error): has `..` as a segment",
        ),
        ("path build training job=a rest=f --bucket line-2", "the configuration declares no bucket `line-2`"),
    ] {
        let ran = world.run(arguments);
        ran.is_refused(2);
        assert!(ran.stderr.contains(says), "{arguments}: {}", ran.stderr);
    }
    assert!(world.run("path build training jbo=a rest=f").stderr.contains("did you mean `job`?"));
}

#[test]
fn resolve_gives_the_new_place_the_same_place_candidates_or_why_not() {
    let world = portal();
    for (arguments, code, stdout, says) in [
        (
            "s3://line-1/datasets//training-output/job-1/output/model.tar.gz",
            0,
            "s3://line-1/models/training/job-1/output/model.tar.gz\n",
            "generation `portal` of area `training`",
        ),
        (
            "s3://old-line/models/training/job-1/m",
            0,
            "s3://line-1/models/training/job-1/m\n",
            "it lies in area `training` already",
        ),
        (
            "https://line-1.s3.eu-west-1.amazonaws.com/manifests/a%20b.manifest",
            0,
            "s3://line-1/datasets/manifests/a b.manifest\n",
            "generation `labelling`",
        ),
        ("s3://line-1/datasets//compilation-output/m.tar.gz", 1, "", "its new place needs job and target"),
        (
            "s3://line-1/datasets//compilation-output/m.tar.gz job=j target=jetson",
            0,
            "s3://line-1/models/compilation/j/jetson-xavier/m.tar.gz\n",
            "generation `portal, flat`",
        ),
        ("s3://line-1/LFV-public-test/compilation_output/m.tar.gz", 1, "", "it stays where it is: notebooks write no"),
        ("s3://line-1/model/training/j/f", 1, "", "`models/training/j/f` would be right"),
        ("s3://line-2/models/training/j/f", 1, "", "did you mean `line-1`?"),
    ] {
        let ran = world.run(&format!("path resolve {arguments}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), stdout), "{arguments}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{arguments}: {}", ran.stderr);
    }
    let many = world.run("path resolve s3://line-1/datasets//compilation-output/job-1/m.tar.gz");
    assert_eq!((many.code, many.stdout.lines().count()), (Some(1), 11));
    let first = "s3://line-1/models/compilation/job-1/jetson-xavier/m.tar.gz  target=jetson-xavier";
    assert_eq!(many.stdout.lines().next(), Some(first));
    let json = world.run("path resolve s3://line-1/manifests/a.manifest --format json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["state"], &json["places"][0]["uri"]),
        (&"moved".into(), &"s3://line-1/datasets/manifests/a.manifest".into())
    );
    world.run("path resolve line-1/manifests").is_refused(2);
}

#[test]
fn explain_walks_through_the_layout_segment_by_segment() {
    let world = portal();
    let ran = world.run("path explain models/compilation/job-1/jetson-xavier/f");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "line-1: models/compilation/job-1/jetson-xavier/f");
    assert_eq!(lines[1], "  1 ✓ models         as the layout spells it");
    assert!(lines[3].starts_with("  3 ✓ job-1          `{job}`, text of the form"), "{}", lines[3]);
    assert_eq!(lines[5], "  5 ✓ f              left open by the layout");
    assert!(ran.stdout.ends_with("\n  job = job-1\n  target = jetson-xavier\n"), "{}", ran.stdout);

    let ran = world.run("path explain s3://line-1/models/training/a_b/f");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("  3 ✗ a_b       expected `{job}`"), "{}", ran.stdout);
    assert!(ran.stdout.contains("  4 · f         not looked at"), "{}", ran.stdout);
    assert!(ran.stdout.contains("L203 malformed-segment; nearest is area `training`"), "{}", ran.stdout);
    let ran = world.run("path explain models/training");
    assert!(ran.stdout.contains("✗           nothing here; expected"), "{}", ran.stdout);
    let ran = world.run("path explain datasets//training-output/j/f");
    assert!(ran.stdout.contains("it moves to s3://line-1/models/training/j/f"), "{}", ran.stdout);
}

#[test]
fn a_key_is_held_against_the_rules_of_any_key_as_an_audit_holds_it() {
    let keys = ["video/a1//x.mp4", "video/a1/../x.mp4", "video/a1/100%.mp4", "video/a1/u\u{308}.mp4", "video/a1/x.mp4"];
    let world = World::of(&keys, &keys);
    let (_, results) = world.results("");
    for (key, code, said) in [
        (keys[0], 1, Some("K101 empty-segment (error): has an empty segment after `a1`")),
        (keys[1], 1, Some("K102 relative-segment (error): has `..` as a segment")),
        (keys[2], 0, Some("K103 unsafe-character (warning): holds `%`, an unsafe character")),
        (keys[3], 0, Some("K105 denormalised-key (note): is not in Unicode NFC")),
        (keys[4], 0, None),
    ] {
        let ran = world.run(&format!("path explain {key}"));
        assert_eq!((ran.code, ran.stdout.contains("it lies in area `video`")), (Some(code), true), "{ran:#?}");
        match said {
            Some(said) => {
                assert!(ran.stdout.contains(&format!("\n{said}")), "{ran:#?}");
                let rules = results["judgement"]["rules"].as_array().unwrap();
                let rule = rules.iter().find(|rule| said.starts_with(rule["code"].as_str().unwrap())).unwrap();
                assert_eq!(rule["findings"], 1, "the audit says so too: {said}");
            }
            None => assert!(!ran.stdout.contains("\nK"), "{ran:#?}"),
        }
    }
    let ran = world.run("path build video asset=a1 rest=100%.mp4 --format key");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "video/a1/100%.mp4\n"));
    assert!(ran.stderr.contains("K103 unsafe-character (warning): holds `%`"), "{ran:#?}");
    // What a layout settles otherwise is settled here too.
    let allow =
        "\n[[allow]]\nrule = 'K101'\nkey = 'video/a1/**'\nreason = 'old'\n[rules]\nK102 = 'note'\nK103 = 'ignore'\n";
    world.write("stocktake.toml", format!("{CONFIGURATION}{allow}"));
    for (key, told) in [(keys[0], ""), (keys[1], "\nK102 relative-segment (note)"), (keys[2], "")] {
        let ran = world.run(&format!("path explain {key}"));
        assert_eq!((ran.code, ran.stdout.contains("\nK")), (Some(0), !told.is_empty()), "{ran:#?}");
        assert!(ran.stdout.contains(told), "{ran:#?}");
    }
}

#[test]
fn list_sums_the_folders_of_an_audit_by_their_first_value() {
    let world = World::of(
        &["video/a1/de/x.mp4", "video/a1/en/x.mp4", "video/a1/en/y.mp4", "video/b2/en/x.mp4"],
        &["video/a1/de/x.mp4", "video/a1/en/x.mp4", "video/a1/en/y.mp4", "video/b2/en/x.mp4"],
    );
    let deeper = CONFIGURATION
        .replace("path = \"video/{asset}/**\"", "path = \"video/{asset}/{language}/**\"")
        .replace("to = \"video/{asset}/{file}\"", "to = \"video/{asset}/de/{file}\"")
        .replace("[[area]]", "[placeholder.language]\none_of = [\"de\", \"en\"]\n\n[[area]]");
    world.write("stocktake.toml", deeper);
    assert_eq!(world.run("audit").code, Some(0));
    let ran = world.run("path list");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        ran.stdout,
        "media: video asset=a1, 2 folders  3 objects  2.9 KiB  newest 2026-11-01 00:00 UTC\n  \
         s3://media/video/a1/de/  1 object  1000 B  newest 2026-11-01 00:00 UTC\n  \
         s3://media/video/a1/en/  2 objects  2.0 KiB  newest 2026-11-01 00:00 UTC\n\
         s3://media/video/b2/en/  1 object  1000 B  newest 2026-11-01 00:00 UTC\n"
    );
    assert_eq!(world.run("path list video language=de").stdout.lines().count(), 1);
    assert_eq!(world.run("path list asset=b2").stdout.lines().count(), 1);
    let json = world.run("path list asset=a1 --format json").stdout;
    let row: serde_json::Value = serde_json::from_str(json.lines().nth(1).unwrap()).unwrap();
    assert_eq!((&row["captures"]["language"], &row["objects"]), (&"en".into(), &2.into()));
    world.run("path list vidoe").is_refused(2);
    world.run("path list --folders nowhere.parquet").is_refused(2);
}

#[test]
fn an_old_place_where_the_layout_leaves_a_key_is_no_finding() {
    let world = World::sound();
    let legacy = "[[area.legacy]]\nname = \"reels\"\nfrom = \"reels/{file}\"\nkeep = \"the museum's\"\n\
                  [[area.legacy]]\nname = \"tapes\"\nfrom = \"tapes/{asset}/{file}\"\nto = \"video/{asset}/{file}\"\n\
                  keep_source = \"players know it\"\n";
    world.write("stocktake.toml", format!("{CONFIGURATION}{legacy}"));
    for (key, code, told) in [
        ("reels/one", 0, "an old place: generation `reels` of area `video`; it stays: the museum's"),
        (
            "tapes/a1/one",
            0,
            "an old place: generation `tapes` of area `video`; it moves to s3://media/video/a1/one; the old copy stays: players know it",
        ),
        ("films/a1/one", 1, "L202 legacy-key: generation `films` of area `video`; it moves to s3://media/video/a1/one"),
    ] {
        let ran = world.run(&format!("path explain {key}"));
        assert_eq!((ran.code, ran.stdout.lines().last()), (Some(code), Some(told)));
    }
}
