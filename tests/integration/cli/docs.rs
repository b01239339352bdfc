//! `docs`: pages, figures, and what stands between the markers of another page.

use regex::Regex;

use super::runner::World;

const PORTAL: &str =
    "version = 1\nextends = \"edge-cv-portal\"\n[[bucket]]\nname = \"line-1\"\n[migration]\nphase = \"during\"\n";
const PAGE: &str = "# Ours\n\nText.\n\n<!-- stocktake docs: begin -->\n<!-- stocktake docs: end -->\n\nMore.\n";

fn portal() -> World {
    let world = World::empty();
    world.write("stocktake.toml", PORTAL);
    world
}

#[test]
fn the_page_tells_everything_the_layout_says() {
    let page = portal().run("docs");
    assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""));
    for part in [
        "# Edge CV Portal: the structure of its buckets\n",
        "s3://line-1/\n├── datasets/\n│   ├── raw/…",
        "│   ├── compilation/\n│   │   └── {job}/\n│   │       └── {target}/…",
        "### training\n\n`models/training/{job}/**`\n\nWhat a SageMaker training job leaves",
        "Written by SageMaker training.",
        "| `{target}` | one of `jetson-xavier`",
        "Records also write `x86_64` for `x86_64-cpu`",
        "- `dda-portal-training-jobs`, `artifact_s3`: an object's location",
        "Each folder holds `**/model.tar.gz` or `**/classification.tar.gz` or `**/segmentation.tar.gz`.",
        "are expected unreferenced: `*-label-categories.json`",
        "### intake (tolerated)",
        "## The migration\n\nThe migration is in its phase *during*.",
        "| compilation | portal, flat | `datasets//compilation-output/{file}`<br>",
        "- `datasets/models/training/job-1/job-1/output/model.tar.gz` → `models/training/job-1/job-1/output/model.tar.gz`",
        "| 5.5 | During the transition old and new paths are both understood | M408 | path resolve, codegen |",
        "<details><summary>R301 dangling-reference (error)</summary>\n\n**What it finds**\n",
    ] {
        assert!(page.stdout.contains(part), "no {part:?} in\n{}", page.stdout);
    }
    assert!(!page.stdout.contains("At the audit"));
    assert!(!Regex::new("\n\n\n\n").unwrap().is_match(&page.stdout), "{}", page.stdout);
}

#[test]
fn the_html_page_asks_for_nothing_and_links_to_what_is_there() {
    let world = portal();
    let ran = world.run("docs -o structure.html -o md=STRUCTURE");
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), "", "wrote structure.html\nwrote STRUCTURE\n")
    );
    let page = world.read("structure.html");
    assert!(!Regex::new(r"<(script|link|img|iframe)|https?://").unwrap().is_match(&page), "it asks for something");
    let ids: Vec<String> =
        Regex::new(r#"\bid="([^"]+)""#).unwrap().captures_iter(&page).map(|id| id[1].to_owned()).collect();
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an id stands there twice");
    for link in Regex::new(r##"href="#([^"]+)""##).unwrap().captures_iter(&page) {
        assert!(ids.iter().any(|id| *id == link[1]), "no #{}", &link[1]);
    }
    for tag in ["section", "article", "table", "details", "pre", "ul", "div", "h2", "h3", "code"] {
        let opened = Regex::new(&format!("<{tag}[ >]")).unwrap().find_iter(&page).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    assert!(world.read("STRUCTURE").starts_with("# Edge CV Portal"));
}

#[test]
fn figures_come_from_an_audit() {
    let world = World::orphaned();
    world.write("m.toml", world.read("stocktake.toml"));
    world.run("audit");
    let page = world.run("docs --results reports/results.json --folders reports/folders.parquet").stdout;
    for part in [
        "Figures are those of the inventory of 2026-11-22 01:00 UTC: 2 objects, 2.0 KiB, verdict PASS.",
        "At the audit: 2 objects, 2.0 KiB, 2 folders, 100 % compliant, 1 orphan object, newest of 2026-11-01.",
        "The largest folder is `s3://media/video/a1/` with 1000 B.",
        "| video | films | `films/{asset}/{file}` | `video/{asset}/{file}` | – | 0 |",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    assert!(!page.contains("another version of the layout"));
    world.replace("stocktake.toml", "title = \"Media\"", "title = \"Other\"");
    let of_folder = world.run("docs --results reports").stdout;
    assert_eq!(of_folder, world.run("docs --results reports/results.json").stdout);
    assert!(world.run("docs --results reports/results.json").stdout.contains("another version of the layout"));
    world.write("bad.json", "{}");
    world.run("docs --results bad.json").is_refused(2);
}

#[test]
fn a_published_page_is_renewed_and_held_to_the_truth() {
    let world = portal();
    world.write("PAGE.md", PAGE);
    let ran = world.run("docs --inject PAGE.md --check");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.starts_with("--- PAGE.md\n+++ PAGE.md (derived)\n@@ "), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n+## The tree\n"), "{}", ran.stdout);
    assert_eq!(world.read("PAGE.md"), PAGE);

    assert_eq!(world.run("docs --inject PAGE.md").code, Some(0));
    let page = world.read("PAGE.md");
    assert!(page.starts_with("# Ours\n\nText.\n\n<!-- stocktake docs: begin -->\n\nDerived from the layout"), "{page}");
    assert!(page.ends_with("\n\n<!-- stocktake docs: end -->\n\nMore.\n"), "{page}");
    let ran = world.run("docs --inject PAGE.md --check");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));

    world.write("stocktake.toml", format!("{PORTAL}[[area]]\nname = \"raw\"\nabout = \"Pictures.\"\n"));
    let ran = world.run("docs --inject PAGE.md --check");
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("\n-Images as they were uploaded.\n+Pictures.\n"), "{}", ran.stdout);
}

#[test]
fn a_page_without_markers_is_refused_and_left_alone() {
    let world = portal();
    for page in [
        "# Ours\n",
        "<!-- stocktake docs: begin -->\n",
        "<!-- stocktake docs: end -->\n<!-- stocktake docs: begin -->\n",
    ] {
        world.write("PAGE.md", page);
        for check in ["", " --check"] {
            world.run(&format!("docs --inject PAGE.md{check}")).is_refused(2);
        }
        assert_eq!(world.read("PAGE.md"), page);
    }
    world.run("docs --inject NONE.md").is_refused(2);
    world.run("docs --check").is_refused(2);
}

#[test]
fn a_whole_page_is_checked_too_and_hostile_words_stay_words() {
    let world = portal();
    world.write("stocktake.toml", format!("{PORTAL}[[area]]\nname = \"raw\"\nabout = \"<script>|`a|b`\"\n"));
    assert_eq!(world.run("docs -o s.html -o s.md").code, Some(0));
    assert_eq!(world.run("docs -o s.html -o s.md --check").code, Some(0));
    assert!(!world.read("s.html").contains("<script>"));
    assert!(world.read("s.md").contains("&lt;script&gt;\\|`a|b`"));
    world.replace("s.html", "<main", "<div");
    assert_eq!(world.run("docs -o s.html -o s.md --check").code, Some(1));
    assert_eq!(world.run("docs -o missing.md --check").code, Some(1));
    assert_eq!(world.run("docs -o s.txt").code, Some(2));
}
