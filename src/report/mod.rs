//! Gold to pictures, and `summary.md` around them. No database is needed.
//!
//! Each chart is one file here and one query of the same stem under
//! `sql/reports/`; `CHARTS` lists them. A chart reads `column::Rows`, says
//! its message in a `theme::Caption` and draws on a `canvas::Canvas`,
//! which is plotters writing SVG; `raster` turns that SVG into a PNG with the
//! embedded fonts, so that the same data gives the same pixels on any machine.
//!
//! Ratios are always a sum divided by a sum; bars always begin at zero; days
//! that the data does not cover whole are left out or marked.

mod axis;
mod canvas;
mod cart_abandonment;
mod cohort_retention;
mod column;
mod conversion_funnel;
mod daily_trends;
mod font;
mod format;
mod hour_by_weekday;
mod note;
mod period;
mod product_performance;
mod raster;
mod session_analysis;
mod theme;
mod trend;
mod user_segments;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::PartFile;
use crate::progress::Progress;
use crate::summary::TableSummary;

use canvas::Canvas;
use column::Rows;
use period::Period;
use theme::Caption;

/// What a picture is saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Pixels.
    #[default]
    Png,
    /// The drawing itself; its text names the embedded family, which a viewer may lack.
    Svg,
}

impl Format {
    /// The ending of the files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Format::Png, Format::Svg].into_iter().find(|format| format.extension() == name)
    }
}

/// What to draw, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The folder of the pictures and of `summary.md`.
    pub dir: PathBuf,
    /// What the pictures are saved as.
    pub format: Format,
    /// Pixels across, 400 to 8000.
    pub width: u32,
    /// Pixels down; between half and three quarters of the width.
    pub height: u32,
    /// ISO 4217 code of the money in the data.
    pub currency: String,
    /// Names of the charts to draw (see [`charts`]); empty draws all of them
    /// and writes `summary.md`.
    pub charts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("reports"),
            format: Format::default(),
            width: 1600,
            height: 900,
            currency: "USD".to_owned(),
            charts: Vec::new(),
        }
    }
}

/// What every chart knows besides its own rows.
struct About {
    period: Period,
    money: format::Money,
}

/// One chart: its name, which is also the stem of its query and its file, and how it is drawn.
struct Chart {
    name: &'static str,
    draw: fn(&Canvas, &Rows, &About) -> Result<Caption>,
}

/// All charts, in the order of `summary.md`.
static CHARTS: [Chart; 8] = [
    Chart { name: "daily_trends", draw: daily_trends::draw },
    Chart { name: "conversion_funnel", draw: conversion_funnel::draw },
    Chart { name: "user_segments", draw: user_segments::draw },
    Chart { name: "session_analysis", draw: session_analysis::draw },
    Chart { name: "product_performance", draw: product_performance::draw },
    Chart { name: "hour_by_weekday", draw: hour_by_weekday::draw },
    Chart { name: "cohort_retention", draw: cohort_retention::draw },
    Chart { name: "cart_abandonment", draw: cart_abandonment::draw },
];

/// The names of all charts, in the order of `summary.md`.
pub fn charts() -> impl Iterator<Item = &'static str> {
    CHARTS.iter().map(|chart| chart.name)
}

/// Draws the charts from gold and writes `summary.md` around them; one summary
/// per chart (`report.daily_trends`: the rows of its query, the bytes of its
/// picture), and `report.summary` when the note was written.
///
/// # Errors
/// [`Error::Usage`] for an unknown chart or an impossible size, [`Error::Report`]
/// when gold is missing or a chart cannot be drawn, [`Error::Io`] when a file
/// cannot be written, [`Error::Interrupted`] when the user asked to stop.
pub fn render(engine: &dyn Engine, options: &Options, progress: &Progress) -> Result<Vec<TableSummary>> {
    check_size(options)?;
    let chosen = choose(&options.charts)?;
    let about = About { period: Period::read(engine)?, money: format::Money::new(&options.currency) };
    progress.begin("report", chosen.len() as u64);
    let mut summaries = Vec::new();
    let mut pictures = Vec::new();
    for chart in &chosen {
        let started = Instant::now();
        let rows = Rows::read(engine, chart.name)?;
        let (svg, caption) = draw(chart, &rows, &about, options)?;
        let file = format!("{}.{}", chart.name, options.format.extension());
        let bytes = save(chart.name, &svg, &file, options)?;
        let seconds = started.elapsed().as_secs_f64();
        summaries.push(TableSummary::new(
            format!("report.{}", chart.name),
            rows.len() as u64,
            bytes,
            seconds,
        ));
        pictures.push(note::Picture { caption, file });
        progress.advance(1)?;
    }
    if options.charts.is_empty() {
        summaries.push(note::write(engine, &about, &pictures, options)?);
    }
    progress.end();
    Ok(summaries)
}

/// The charts of those names; all of them when there is no name.
fn choose(names: &[String]) -> Result<Vec<&'static Chart>> {
    if names.is_empty() {
        return Ok(CHARTS.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            CHARTS.iter().find(|chart| chart.name == name).ok_or_else(|| {
                let nearest = charts().max_by(|a, b| likeness(a, name).total_cmp(&likeness(b, name)));
                let known: Vec<&str> = charts().collect();
                Error::Usage(format!(
                    "there is no chart {name:?}; did you mean {}? The charts are {}",
                    nearest.unwrap_or_default(),
                    known.join(", ")
                ))
            })
        })
        .collect()
}

/// How much a chart's name, or one of its words, looks like what was typed.
fn likeness(chart: &str, typed: &str) -> f64 {
    let words = std::iter::once(chart).chain(chart.split('_'));
    words.map(|word| strsim::normalized_damerau_levenshtein(word, typed)).fold(0.0, f64::max)
}

/// Refuses sizes that no layout of ours can fill.
fn check_size(options: &Options) -> Result<()> {
    let (width, height) = (options.width, options.height);
    if !(400..=8_000).contains(&width) || height * 4 > width * 3 || height * 2 < width {
        return Err(Error::Usage(format!(
            "a chart of {width} x {height} cannot be drawn: the width must be 400 to 8000 and the height \
             between half and three quarters of it, such as 1600 x 900"
        )));
    }
    Ok(())
}

/// Draws a chart on a sheet 1600 wide (type sizes are meant for that width) in
/// the proportions asked for.
fn draw(chart: &Chart, rows: &Rows, about: &About, options: &Options) -> Result<(String, Caption)> {
    let height = (1600.0 * f64::from(options.height) / f64::from(options.width)).round() as u32;
    let mut svg = String::new();
    let canvas = Canvas::new(&mut svg, (1600, height));
    let caption = (chart.draw)(&canvas, rows, about)?;
    canvas.finish().map_err(|message| Error::Report { chart: chart.name.to_owned(), message })?;
    Ok((svg, caption))
}

/// Writes a picture whole and returns its size in bytes.
fn save(chart: &'static str, svg: &str, file: &str, options: &Options) -> Result<u64> {
    let bytes = match options.format {
        Format::Svg => svg.as_bytes().to_vec(),
        Format::Png => raster::png(svg, options.width, options.height)
            .map_err(|message| Error::Report { chart: chart.to_owned(), message })?,
    };
    let mut part = PartFile::create(options.dir.join(file))?;
    part.write_all(&bytes).map_err(Error::io("write", part.place()))?;
    part.publish()
}
