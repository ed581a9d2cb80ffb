//! Which source a file is of: the one that was named, or the one whose columns
//! its header has.

use std::path::Path;

use super::content::Format;
use super::{Options, refused};
use crate::error::{Error, Result};
use crate::source::Source;

/// The sources that files are compared with.
pub(super) struct Choice {
    /// The source that the user named.
    named: Option<Source>,
    /// The sources to choose from. With a named one: it and its companions,
    /// the users and products that come with its events.
    candidates: Vec<Source>,
    built_in: Vec<Source>,
}

impl Choice {
    pub(super) fn new(options: &Options) -> Result<Self> {
        let built_in = Source::built_in()?;
        let Some(name) = &options.source else {
            return Ok(Self { named: None, candidates: built_in.clone(), built_in });
        };
        let named = Source::find(name)?;
        let companion = format!("{}_", named.name);
        let mut candidates = vec![named.clone()];
        candidates.extend(built_in.iter().filter(|source| source.name.starts_with(&companion)).cloned());
        Ok(Self { named: Some(named), candidates, built_in })
    }

    /// The source of a file with these columns.
    pub(super) fn source_of(&self, path: &Path, format: Format, columns: &[String]) -> Result<&Source> {
        // A format that a source does not usually come in is fine where the user named the source.
        let fits = |source: &&Source| {
            let format_fits =
                self.named.is_some() || source.formats.iter().any(|known| known == format.as_str());
            format_fits && missing(source, columns).is_empty()
        };
        let found = self.candidates.iter().filter(fits).max_by_key(|source| source.requires.len());
        found.ok_or_else(|| match &self.named {
            Some(source) => {
                let missing = missing(source, columns);
                let noun = if missing.len() == 1 { "column" } else { "columns" };
                let needs = format!("{} needs the {noun} {}", source.name, missing.join(", "));
                refused(path, format!("{needs}; the header has: {}", shortened(columns)))
            }
            None => refused(path, self.unknown(format, columns)),
        })
    }

    /// The source of that name, where it is one to choose from.
    pub(super) fn candidate(&self, name: &str) -> Option<&Source> {
        self.candidates.iter().find(|source| source.name == name)
    }

    /// What is to be kept of a mapping: nothing where it comes with clickmill.
    pub(super) fn own_mapping(&self, source: &Source) -> Option<String> {
        (!self.built_in.contains(source)).then(|| source.mapping.clone())
    }

    /// Refuses a file that is in the lake as another source than the one named.
    pub(super) fn check_known(&self, path: &Path, source: &str) -> Result<()> {
        match &self.named {
            Some(named) if self.candidate(source).is_none() => Err(Error::Usage(format!(
                "{} was ingested as {source}; to read it as {}, use another data folder or clean this one first",
                path.display(),
                named.name
            ))),
            _ => Ok(()),
        }
    }

    fn unknown(&self, format: Format, columns: &[String]) -> String {
        let known: Vec<_> = self
            .candidates
            .iter()
            .map(|source| format!("{} ({})", source.name, shortened(&source.requires)))
            .collect();
        let noun = if columns.len() == 1 { "column" } else { "columns" };
        let hint = match (format, columns.len()) {
            (Format::Csv, 1) => " (is its delimiter another than , ; tab or |?)",
            _ => "",
        };
        format!(
            "no known source has its {} {noun}: {}{hint}. Known are {}. Name one with --source, \
             or give a mapping file of your own as --source FILE.sql",
            columns.len(),
            shortened(columns),
            known.join(", ")
        )
    }
}

/// The columns that a source requires and a file lacks.
fn missing<'a>(source: &'a Source, columns: &[String]) -> Vec<&'a str> {
    source.requires.iter().filter(|column| !columns.contains(column)).map(String::as_str).collect()
}

/// The columns that a source's mapping does not know.
pub(super) fn new_columns(source: &Source, columns: &[String]) -> Vec<String> {
    let known = |column: &&String| !source.requires.contains(column) && !source.optional.contains(column);
    columns.iter().filter(known).cloned().collect()
}

/// A list of columns that stays readable when there are a thousand.
fn shortened(columns: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut text = columns.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if text.len() > 500 {
        text.truncate(text.floor_char_boundary(500));
        text.push_str(" ...");
    } else if columns.len() > SHOWN {
        text.push_str(&format!(" and {} more", columns.len() - SHOWN));
    }
    text
}
