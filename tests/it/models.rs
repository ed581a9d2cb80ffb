//! The models as documents: the page about them, the graph, the script.

use std::fs;
use std::path::Path;

use super::workdir::Workdir;

#[test]
fn the_page_about_the_models_is_what_the_models_say() {
    let page = Workdir::new().done("models --markdown");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/models.md");
    assert!(
        fs::read_to_string(&kept).unwrap_or_default() == page,
        "docs/models.md is stale: clickmill models --markdown > docs/models.md"
    );
    // Every column of gold that PostgreSQL has is explained.
    let gold = page.split("\n## ").filter(|section| section.starts_with("gold."));
    let tables = gold.filter(|section| section.contains("- storage: table"));
    let silent: Vec<_> =
        tables.flat_map(|section| section.lines().filter(|line| line.ends_with("|  |"))).collect();
    assert_eq!(silent, Vec::<&str>::new());
}

#[test]
fn the_page_and_the_diagram_of_the_warehouse_are_what_the_files_say() {
    let dir = Workdir::new();
    for (flag, file) in [("schema", "schema.md"), ("diagram", "schema.svg")] {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(file);
        assert!(
            fs::read_to_string(&kept).unwrap_or_default() == dir.done(&format!("models --{flag}")),
            "docs/{file} is stale: clickmill models --{flag} > docs/{file}"
        );
    }
    let page = dir.done("models --schema");
    // Every column is explained, and every link leads to a heading.
    let silent: Vec<_> =
        page.lines().filter(|line| line.starts_with("| ") && line.ends_with("|  |")).collect();
    assert_eq!(silent, Vec::<&str>::new());
    let headings: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| format!("#{})", heading.replace('.', "")))
        .collect();
    for link in page.split("](").skip(1).filter(|link| link.starts_with('#')) {
        assert!(headings.iter().any(|heading| link.starts_with(heading)), "{link:.60}");
    }
    let models = dir.done("models --markdown");
    for link in page.split("](models.md#").skip(1) {
        let anchor = link.split(')').next().unwrap();
        assert!(
            models.lines().any(|line| line.starts_with("## ") && line[3..].replace('.', "") == anchor),
            "{anchor}"
        );
    }
    let diagram = dir.done("models --diagram");
    let drawing = roxmltree::Document::parse(&diagram).unwrap();
    let boxes = drawing.descendants().filter(|node| node.attribute("font-weight") == Some("bold"));
    let tables = headings.iter().filter(|heading| heading.starts_with("#gold") && !heading.contains("etl_"));
    assert_eq!(boxes.count(), tables.count());
}

#[test]
fn a_model_is_shown_in_the_dialect_that_was_asked_for() {
    let dir = Workdir::new();
    let ours = dir.done("models --show gold.fact_attribution");
    assert!(ours.contains("hash60(") && ours.contains("position_based_credit"), "{ours}");
    let theirs = dir.done("models --show gold.fact_attribution --dialect duckdb");
    assert!(theirs.contains("cast('0x' || substr(md5(") && !theirs.contains("hash60("), "{theirs}");
    let refused = dir.refused(2, "models --script --dialect spark");
    assert!(refused.contains("--dialect duckdb"), "{refused}");
    let refused = dir.refused(1, "models --script --dialect duckdb");
    assert!(refused.contains("clickmill ingest"), "{refused}");
}

#[test]
fn settings_of_the_analyses_are_refused_by_name() {
    let dir = Workdir::new();
    for (file, says) in [
        ("[funnel]\nsteps = [\"purchase\"]", "funnel.steps"),
        ("[funnel]\nsteps = [\"purchase\", \"refund\"]", "two to nine of page_view"),
        ("[funnel]\nwindow = \"5000d\"", "funnel.window"),
        ("[journey]\ndepth = 19", "from 1 to 18"),
        ("[attribution]\nlookback = \"0d\"", "attribution.lookback"),
    ] {
        dir.write("clickmill.toml", file);
        let refused = dir.refused(2, "transform");
        assert!(refused.contains(says), "{file}: {refused}");
    }
}
