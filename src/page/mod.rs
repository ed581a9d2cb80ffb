//! Gold to one page: `index.html`, whole in itself, with charts that answer to
//! filters. No network, no server, no database is needed to read it.
//!
//! The queries of `sql/page/` sum gold into small cubes (day x device x
//! channel and the like, sums only, never ratios); `cube` writes them into
//! the page as JSON, and the scripts of `script/` filter, sum, divide and draw
//! with an embedded Apache ECharts (`assets/echarts/`). `grain` bounds the
//! size. The same data give the same bytes: there is no clock in it.

mod cube;
mod grain;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use minijinja::{Environment, Value, context};
use serde_json::{Map, json};

use crate::engine::{Engine, Params};
use crate::error::{Error, Result};
use crate::lake::PartFile;
use crate::progress::Progress;
use crate::sql;
use crate::summary::TableSummary;

use grain::Grain;

/// Where the page goes, and what it must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The folder of `index.html`.
    pub dir: PathBuf,
    /// ISO 4217 code of the money in the data.
    pub currency: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { dir: PathBuf::from("reports"), currency: "USD".to_owned() }
    }
}

/// Statements that the queries read as `page.NAME`: how days, devices, channels and products are told apart.
const VIEWS: [&str; 4] = ["calendar", "device", "channel", "product"];

/// The cubes, in the page's order.
const CUBES: [&str; 10] = [
    "units", "partial", "sessions", "hours", "items", "products", "journeys", "cohorts", "segments", "people",
];

/// The cubes of data quality, which need the layers below gold.
const QUALITY: [(&str, &str, &str); 2] = [
    ("rows", "counted_rows", "sql/quality/rows.sql"),
    ("reasons", "quarantined_rows", "sql/quality/quarantine.sql"),
];

static TEMPLATE: &str = include_str!("page.html");
static STYLE: &str = include_str!("page.css");
static ECHARTS: &str = include_str!("../../assets/echarts/echarts.min.js");
const ECHARTS_VERSION: &str = "6.1.0";

/// The scripts in the order in which they build on one another; they share one scope.
static SCRIPTS: [&str; 17] = [
    include_str!("script/format.js"),
    include_str!("script/data.js"),
    include_str!("script/metric.js"),
    include_str!("script/filter.js"),
    include_str!("script/element.js"),
    include_str!("script/table.js"),
    include_str!("script/figure.js"),
    include_str!("script/key_figures.js"),
    include_str!("script/trend.js"),
    include_str!("script/funnel.js"),
    include_str!("script/shares.js"),
    include_str!("script/hours.js"),
    include_str!("script/products.js"),
    include_str!("script/customers.js"),
    include_str!("script/journeys.js"),
    include_str!("script/quality.js"),
    include_str!("script/page.js"),
];

/// Writes `index.html` from gold; the summary (`report.page`) counts the rows
/// of its cubes and the bytes of the file.
///
/// # Errors
/// [`Error::Report`] when gold is missing or a query fails, [`Error::Io`] when
/// the file cannot be written, [`Error::Interrupted`] when the user asked to stop.
pub fn write(engine: &dyn Engine, options: &Options, progress: &Progress) -> Result<TableSummary> {
    let started = Instant::now();
    if engine.columns("gold", "fact_daily_metrics").is_empty() {
        return Err(wrong(
            "there is no gold.fact_daily_metrics to draw from; run `clickmill transform` first",
        ));
    }
    let (data, rows) = cubes(engine, options, progress)?;
    let html = render(&data)?;
    let mut part = PartFile::create(options.dir.join("index.html"))?;
    part.write_all(html.as_bytes()).map_err(Error::io("write", part.place()))?;
    let bytes = part.publish()?;
    progress.end();
    Ok(TableSummary::new("report.page".to_owned(), rows, bytes, started.elapsed().as_secs_f64()))
}

/// All that the page knows, and how many rows that is.
fn cubes(engine: &dyn Engine, options: &Options, progress: &Progress) -> Result<(serde_json::Value, u64)> {
    let grain = Grain::read(engine)?;
    let params = grain.params();
    for view in VIEWS {
        engine.define_view("page", view, cube::text(view)?, &params)?;
    }
    let mut about = Map::new();
    about.insert("unit".to_owned(), json!(grain.unit));
    about.insert("detail".to_owned(), json!(grain.detail));
    about.insert("cohort".to_owned(), json!(grain.cohort));
    about.extend(grain.limits().map(|(name, limit)| (name.to_owned(), json!(limit))));
    about.insert("currency".to_owned(), json!(options.currency));
    let mut data = Map::from_iter([("about".to_owned(), json!(about))]);
    let mut all_rows = 0;
    progress.begin("report", (CUBES.len() + QUALITY.len()) as u64);
    for query in CUBES {
        let (columns, rows) = cube::read(engine, query, &params)?;
        data.insert(query.to_owned(), columns);
        all_rows += rows;
        progress.advance(1)?;
    }
    // Gold may have been brought here without the layers it was made from.
    let is_whole = !engine.columns("bronze", "batches").is_empty();
    for (query, view, path) in QUALITY {
        let (columns, rows) = if is_whole {
            let statement = sql::file(path).ok_or_else(|| wrong("a query of sql/quality is missing"))?;
            engine.define_view("page", view, statement.text, &Params::new())?;
            cube::read(engine, query, &params)?
        } else {
            (json!({}), 0)
        };
        data.insert(query.to_owned(), columns);
        all_rows += rows;
        progress.advance(1)?;
    }
    Ok((serde_json::Value::Object(data), all_rows))
}

/// The page around its data.
fn render(data: &serde_json::Value) -> Result<String> {
    // Inside a script element only `<` could end it.
    let data = data.to_string().replace('<', "\\u003c");
    let script = format!(
        "\"use strict\";\n(() => {{\nconst DATA = JSON.parse(document.getElementById(\"data\").textContent);\n\n{}}})();",
        SCRIPTS.join("\n")
    );
    Environment::new()
        .render_named_str(
            "page.html",
            TEMPLATE,
            context! {
                version => env!("CARGO_PKG_VERSION"),
                echarts_version => ECHARTS_VERSION,
                style => Value::from_safe_string(STYLE.to_owned()),
                data => Value::from_safe_string(data),
                echarts => Value::from_safe_string(ECHARTS.to_owned()),
                script => Value::from_safe_string(script),
            },
        )
        .map_err(|error| wrong(&format!("{error:#}")))
}

fn wrong(message: &str) -> Error {
    Error::Report { chart: "page".to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn data_cannot_end_its_script() {
        let html = render(&json!({ "name": "</script><script>alert('x')</script>" })).unwrap();
        assert!(html.contains(r#"{"name":"\u003c/script>\u003cscript>alert('x')\u003c/script>"}"#));
        assert_eq!(html.matches("</script>").count(), 3, "data, library, page");
    }

    #[test]
    fn the_page_asks_for_nothing() {
        let html = render(&json!({})).unwrap();
        assert!(html.contains("default-src 'none'"));
        for asked in [" src=", "@import", "url(", "<link"] {
            let own = html.replace(ECHARTS, "");
            assert!(!own.contains(asked), "{asked}");
        }
        assert!(ECHARTS.contains(ECHARTS_VERSION), "the version that is named is the one embedded");
        let sums = include_str!("../../assets/echarts/README.md");
        assert!(sums.contains(ECHARTS_VERSION));
    }
}
