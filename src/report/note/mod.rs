//! `summary.md`: a colleague's note around the pictures. What happened, what
//! changed, what to look at; then the key figures, two tables, the pictures.
//! Every figure comes out of gold, and a sentence stands there only where its
//! threshold (`thresholds`) justifies it.

mod changes;
mod days;
mod findings;
mod happened;
mod tables;
mod thresholds;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use super::About;
use super::Options;
use super::column::Rows;
use super::theme::Caption;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::PartFile;
use crate::summary::TableSummary;

use days::Day;

/// The name of the note's file.
const FILE: &str = "summary.md";

/// A picture that was drawn, and the words around it.
pub(super) struct Picture {
    pub(super) caption: Caption,
    pub(super) file: String,
}

/// Writes the note beside the pictures.
pub(super) fn write(
    engine: &dyn Engine,
    about: &About,
    pictures: &[Picture],
    options: &Options,
) -> Result<TableSummary> {
    let started = Instant::now();
    let figures = Rows::read(engine, "summary")?;
    let mut note = format!("# Clickstream summary, {}\n\n", about.period.text());
    note += &words(engine, &figures, about)?;
    note += &tables::key_figures(&figures, about)?;
    for (head, query) in [("Device", "summary_devices"), ("Channel", "summary_channels")] {
        note += &tables::breakdown(head, &Rows::read(engine, query)?, about)?;
    }
    for picture in pictures {
        let caption = &picture.caption;
        let title = escaped(&caption.title);
        let (subtitle, alt) = (escaped(&caption.subtitle), title.replace(['[', ']'], ""));
        let _ = write!(note, "## {title}\n\n{subtitle}.\n\n![{alt}]({})\n\n", picture.file);
        let _ = write!(note, "{}\n\n", escaped(&caption.note));
    }
    let note = format!("{}\n\n{}\n", note.trim_end(), thresholds::in_words());
    let mut part = PartFile::create(options.dir.join(FILE))?;
    part.write_all(note.as_bytes()).map_err(Error::io("write", part.place()))?;
    let bytes = part.publish()?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(TableSummary::new("report.summary", figures.len() as u64, bytes, seconds))
}

/// The note's sentences, each under the question it answers.
fn words(engine: &dyn Engine, figures: &Rows, about: &About) -> Result<String> {
    let days = Day::read(engine)?;
    let mut text = format!("{}\n\n", happened::opening(figures, &days, about)?);
    if days.iter().all(|day| day.sessions == 0.0) {
        return Ok(text);
    }
    let sections = [
        ("What changed", changes::changes(&days, &about.money)),
        ("What to look at", findings::findings(engine, figures, &days, about)?),
    ];
    for (head, sentences) in sections {
        let _ = write!(text, "## {head}\n\n");
        for sentence in sentences {
            let _ = writeln!(text, "- {sentence}");
        }
        text.push('\n');
    }
    Ok(text)
}

/// Text of the data that must not become Markdown.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '#' | '\\' => safe.extend(['\\', character]),
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
