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
mod brand_performance;
mod canvas;
mod cart_abandonment;
mod category_performance;
mod channel_performance;
mod cohort_retention;
mod column;
mod columns;
mod conversion_funnel;
mod customer_value;
mod daily_trends;
mod data_quality;
mod executive_summary;
mod experiment_result;
mod font;
mod format;
mod glyph;
mod hour_by_weekday;
mod hourly_events;
mod locale;
mod new_and_returning;
mod note;
mod order_value;
mod period;
mod price_and_interest;
mod product_performance;
mod ranking;
mod raster;
mod rfm_grid;
mod search_terms;
mod session_analysis;
mod theme;
mod trend;
mod user_journeys;
mod user_segments;
mod weekday_behaviour;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use chrono::NaiveDate;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::PartFile;
use crate::progress::Progress;
use crate::schedule::{side_by_side, threads};
use crate::summary::TableSummary;

pub use locale::Locale;

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

/// What the period of a report is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compare {
    /// Nothing.
    #[default]
    None,
    /// The period of the same length right before it.
    Previous,
}

impl Compare {
    /// The comparison of that name; the empty one is none.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "" | "none" => Some(Compare::None),
            "previous" => Some(Compare::Previous),
            _ => None,
        }
    }
}

/// Sizes with names, in pixels.
const SIZES: [(&str, (u32, u32)); 5] = [
    ("small", (800, 450)),
    ("readme", (1600, 900)),
    ("slide", (1920, 1080)),
    ("a4", (3508, 2480)),
    ("4k", (3840, 2160)),
];

/// `1600x900`, or one of the sizes with names: small, readme, slide, a4, 4k.
pub fn size(text: &str) -> Option<(u32, u32)> {
    let named = SIZES.iter().find(|(name, _)| *name == text).map(|(_, size)| *size);
    let (width, height) = text.split_once(['x', 'X', '×']).unwrap_or_default();
    named.or_else(|| width.trim().parse().ok().zip(height.trim().parse().ok()))
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
    /// On a dark page.
    pub dark: bool,
    /// How numbers and money are written.
    pub locale: Locale,
    /// ISO 4217 code of the money in the data.
    pub currency: String,
    /// The first day to draw, where it is not the data's first.
    pub since: Option<NaiveDate>,
    /// The last day to draw, where it is not the data's last.
    pub until: Option<NaiveDate>,
    /// What the period is held against.
    pub compare: Compare,
    /// How many charts are drawn at once; 0 means one per core.
    pub threads: usize,
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
            dark: false,
            locale: Locale::default(),
            currency: "USD".to_owned(),
            since: None,
            until: None,
            compare: Compare::default(),
            threads: 0,
            charts: Vec::new(),
        }
    }
}

impl Options {
    /// Whether a part of the time may be drawn rather than all of it.
    pub fn is_part(&self) -> bool {
        self.since.is_some() || self.until.is_some() || self.compare != Compare::None
    }

    /// Refuses what cannot be drawn, whatever the data.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown chart, an impossible size, or a period that ends before it begins.
    pub fn validate(&self) -> Result<()> {
        check_size(self)?;
        period::check_order(self.since, self.until)?;
        choose(&self.charts).map(drop)
    }
}

/// What every chart knows besides its own rows.
struct About {
    period: Period,
    /// The period before it, where the report compares.
    before: Option<Period>,
    money: format::Money,
}

impl About {
    /// What marks the period before, as a sentence with a blank before it.
    fn before_note(&self, mark: &str) -> String {
        let Some(before) = &self.before else { return String::new() };
        format!(" {}: {}.", format::capitalized(mark), before.text())
    }
}

/// One chart: its name, which is also the stem of its query and its file, and how it is drawn.
struct Chart {
    name: &'static str,
    draw: fn(&Canvas, &Rows, &About) -> Result<Caption>,
}

/// All charts, in the order of `summary.md`.
static CHARTS: [Chart; 23] = [
    Chart { name: "executive_summary", draw: executive_summary::draw },
    Chart { name: "daily_trends", draw: daily_trends::draw },
    Chart { name: "channel_performance", draw: channel_performance::draw },
    Chart { name: "conversion_funnel", draw: conversion_funnel::draw },
    Chart { name: "user_journeys", draw: user_journeys::draw },
    Chart { name: "session_analysis", draw: session_analysis::draw },
    Chart { name: "hour_by_weekday", draw: hour_by_weekday::draw },
    Chart { name: "hourly_events", draw: hourly_events::draw },
    Chart { name: "weekday_behaviour", draw: weekday_behaviour::draw },
    Chart { name: "product_performance", draw: product_performance::draw },
    Chart { name: "category_performance", draw: category_performance::draw },
    Chart { name: "brand_performance", draw: brand_performance::draw },
    Chart { name: "price_and_interest", draw: price_and_interest::draw },
    Chart { name: "search_terms", draw: search_terms::draw },
    Chart { name: "cart_abandonment", draw: cart_abandonment::draw },
    Chart { name: "order_value", draw: order_value::draw },
    Chart { name: "new_and_returning", draw: new_and_returning::draw },
    Chart { name: "user_segments", draw: user_segments::draw },
    Chart { name: "rfm_grid", draw: rfm_grid::draw },
    Chart { name: "cohort_retention", draw: cohort_retention::draw },
    Chart { name: "customer_value", draw: customer_value::draw },
    Chart { name: "experiment_result", draw: experiment_result::draw },
    Chart { name: "data_quality", draw: data_quality::draw },
];

/// The names of all charts, in the order of `summary.md`.
pub fn charts() -> impl Iterator<Item = &'static str> {
    CHARTS.iter().map(|chart| chart.name)
}

/// Draws the charts from gold and writes `summary.md` around them; one summary
/// per chart (`report.daily_trends`: the rows of its query, the bytes of its
/// picture), and `report.summary` when the note was written.
///
/// For a part of the time the engine's daily tables are narrowed to it, and
/// stay so: give a report an engine of its own.
///
/// # Errors
/// [`Error::Usage`] for an unknown chart, an impossible size or a period without
/// a day, [`Error::Report`] when gold is missing or a chart cannot be drawn,
/// [`Error::Io`] when a file cannot be written, [`Error::Interrupted`] when the
/// user asked to stop.
pub fn render(engine: &dyn Engine, options: &Options, progress: &Progress) -> Result<Vec<TableSummary>> {
    options.validate()?;
    let chosen = choose(&options.charts)?;
    progress.begin("report", chosen.len() as u64);
    let (about, rows_before) = prepare(engine, options, &chosen)?;
    let drawn = for_each(&chosen, options, |place, chart| {
        let started = Instant::now();
        let mut rows = Rows::read(engine, chart.name)?;
        rows.before = rows_before.get(place).map(|rows| Box::new(rows.clone()));
        let (svg, caption) = draw(chart, &rows, &about, options)?;
        let file = format!("{}.{}", chart.name, options.format.extension());
        let bytes = save(chart.name, &svg, &file, options)?;
        progress.advance(1)?;
        let seconds = started.elapsed().as_secs_f64();
        let summary = TableSummary::new(format!("report.{}", chart.name), rows.len() as u64, bytes, seconds);
        Ok((summary, note::Picture { caption, file }))
    })?;
    let (mut summaries, pictures): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
    if options.charts.is_empty() {
        let note = locale::speak(options.locale, || note::write(engine, &about, &pictures, options))?;
        summaries.push(note);
    }
    progress.end();
    warn_of_missing();
    Ok(summaries)
}

/// What the charts know besides their rows, and their rows of the period before
/// where the report compares; the engine shows the report's own days afterwards.
fn prepare(engine: &dyn Engine, options: &Options, chosen: &[&'static Chart]) -> Result<(About, Vec<Rows>)> {
    let all = Period::read(engine)?;
    let period = all.between(options.since, options.until)?;
    let before = match options.compare {
        Compare::None => None,
        Compare::Previous => Some(all.before(&period)?),
    };
    let rows_before = match &before {
        None => Vec::new(),
        Some(before) => {
            before.show(engine)?;
            for_each(chosen, options, |_, chart| Rows::read(engine, chart.name))?
        }
    };
    if period != all {
        period.show(engine)?;
    }
    Ok((About { period, before, money: format::Money::new(&options.currency) }, rows_before))
}

/// Does a piece of work for each chart, several at once, each told its place
/// among them, and hands out what comes of it in the charts' order.
fn for_each<T: Send>(
    charts: &[&'static Chart],
    options: &Options,
    work: impl Fn(usize, &'static Chart) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let charts: Vec<_> = charts.iter().copied().enumerate().collect();
    side_by_side(threads(options.threads), &charts, |(place, chart)| {
        locale::speak(options.locale, || work(*place, chart))
    })
}

/// One warning for all characters that no font had.
fn warn_of_missing() {
    let missing = glyph::take_missing();
    if missing.is_empty() {
        return;
    }
    let some: String = missing.iter().take(20).collect();
    let more = if missing.len() > 20 { " and more" } else { "" };
    tracing::warn!(
        "no font on this machine has {some}{more}; a box stands for each in the charts. Install a font that has \
         them (Debian: fonts-noto-cjk for Chinese, Japanese and Korean, fonts-symbola for emoji) and draw again"
    );
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
    let canvas = Canvas::new(&mut svg, (1600, height), options.dark);
    let caption = (chart.draw)(&canvas, rows, about)?;
    canvas.finish().map_err(|message| Error::Report { chart: chart.name.to_owned(), message })?;
    Ok((Canvas::sized(&svg, (1600, height)), caption))
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
