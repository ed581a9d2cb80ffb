//! Every model once more in DuckDB, from the same bronze files: all cells of
//! all tables have to be the same.

use std::path::Path;
use std::process::Command;

use super::workdir::{Workdir, shared};

/// Whether Python with the package `duckdb` is at hand; says so where it is not.
fn has_duckdb() -> bool {
    let found = Command::new("python3").args(["-c", "import duckdb"]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: python3 has no package duckdb here");
    }
    found
}

/// Compares the data folder's tables with those that DuckDB makes of its bronze.
fn agrees(dir: &Workdir) {
    let script = dir.done("models --script --dialect duckdb");
    let script = dir.write("script.sql", script);
    let compare = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/duckdb/compare.py");
    let output = Command::new("python3").arg(compare).arg(script).arg(dir.path("data")).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("0 tables differ"), "{said}");
    eprint!("{said}");
}

#[test]
fn made_data_with_every_defect_gives_the_same_cells_in_duckdb() {
    if !has_duckdb() {
        return;
    }
    for (seed, format) in [(1, "csv"), (2, "jsonl"), (3, "parquet")] {
        let dir = Workdir::new();
        dir.done(&format!(
            "run --until transform --sessions 1500 --days 40 --products 60 --seed {seed} --format {format} \
             --dirt 0.1 --profile marketplace"
        ));
        agrees(&dir);
    }
}

#[test]
fn other_rules_give_the_same_cells_in_duckdb() {
    if !has_duckdb() {
        return;
    }
    let dir = Workdir::new();
    dir.write(
        "clickmill.toml",
        "[session]\nmode = \"source\"\n[business]\ntime_zone = \"America/New_York\"\nas_of = \"2026-01-20\"\n\
         [funnel]\nsteps = [\"page_view\", \"search\", \"product_view\", \"purchase\"]\nwindow = \"36h\"\n\
         [journey]\ndepth = 9\n[attribution]\nlookback = \"3d\"\n[affinity]\nmax_basket = 2\n",
    );
    dir.done("run --until transform --sessions 1500 --days 30 --products 60 --dirt 0.05 --profile fashion");
    agrees(&dir);
    dir.write(
        "clickmill.toml",
        "[session]\ngap = \"3m\"\nmax_length = \"20m\"\n[business]\ntime_zone = \"Asia/Kolkata\"\n",
    );
    dir.done("transform");
    agrees(&dir);
}

#[test]
fn real_logs_give_the_same_cells_in_duckdb() {
    if !has_duckdb() {
        return;
    }
    for file in [
        "rees46_2019-10-01_first_17434.csv",
        "retailrocket_sample.csv",
        "kaggle_clickstream_transactions.csv",
    ] {
        let Some(path) = shared(file) else { continue };
        let dir = Workdir::new();
        dir.done(&format!("run --until transform --input {}", path.display()));
        agrees(&dir);
    }
}
