//! A source: a raw format that clickmill can read, described by one mapping
//! file (`sql/sources/NAME.sql`).
//!
//! The head comment says what the raw files look like; the select below it
//! brings their columns to the canonical ones:
//!
//! ```sql
//! -- source: rees46
//! -- title: REES46 eCommerce behavior data from multi category store
//! -- kind: events
//! -- formats: csv
//! -- requires: event_time, event_type, product_id, ...
//! -- optional: ...
//! select ... from {{ bronze }}
//! ```
//!
//! Ingest reads the head (does this file fit? is a column missing?), transform
//! runs the select. Nothing else knows a source.

use std::path::Path;

use crate::error::{Error, Result};
use crate::sql;

/// What the rows of a source are, and so which bronze table they go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Clickstream events: `bronze.events`.
    Events,
    /// Accounts: `bronze.users`.
    Users,
    /// The product catalogue: `bronze.products`.
    Products,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 3] = [Kind::Events, Kind::Users, Kind::Products];

    /// The bronze table's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Events => "events",
            Kind::Users => "users",
            Kind::Products => "products",
        }
    }
}

/// A raw format: how to recognise it and how to map it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Short name, as in `--source NAME`.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// What its rows are.
    pub kind: Kind,
    /// File formats it comes in: `csv`, `jsonl`, `json`, `parquet`.
    pub formats: Vec<String>,
    /// Columns without which a file is not of this source.
    pub requires: Vec<String>,
    /// Columns it may have besides.
    pub optional: Vec<String>,
    /// The mapping: a select template with `{{ bronze }}` as its input.
    pub mapping: String,
}

impl Source {
    /// Reads a mapping file's text; `fallback` names the source if its head does not.
    ///
    /// # Errors
    /// [`Error::Usage`] when the head lacks `kind` or `requires`.
    pub fn parse(text: &str, fallback: &str) -> Result<Self> {
        let list = |key: &str| -> Vec<String> {
            sql::head(text, key)
                .unwrap_or_default()
                .split(',')
                .map(|column| column.trim().to_owned())
                .filter(|column| !column.is_empty())
                .collect()
        };
        let name = sql::head(text, "source").unwrap_or(fallback).to_owned();
        let kind = sql::head(text, "kind").unwrap_or_default();
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| {
            Error::Usage(format!("mapping {name}: say `-- kind: events`, `users` or `products` in its head"))
        })?;
        let requires = list("requires");
        if requires.is_empty() {
            return Err(Error::Usage(format!("mapping {name}: name its columns as `-- requires: a, b, c`")));
        }
        let mut formats = list("formats");
        if formats.is_empty() {
            formats.push("csv".to_owned());
        }
        Ok(Self {
            title: sql::head(text, "title").unwrap_or(&name).to_owned(),
            name,
            kind,
            formats,
            requires,
            optional: list("optional"),
            mapping: text.to_owned(),
        })
    }

    /// The sources that come with clickmill, by name.
    ///
    /// # Errors
    /// As [`Source::parse`]; a test keeps that from happening.
    pub fn built_in() -> Result<Vec<Self>> {
        sql::folder("sql/sources").map(|file| Self::parse(file.text, file.stem())).collect()
    }

    /// The source that `--source` names: a built-in one, or a mapping file of the user's.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the known sources, [`Error::Io`] when the file cannot be read.
    pub fn find(name_or_file: &str) -> Result<Self> {
        let known = Self::built_in()?;
        if let Some(source) = known.iter().find(|source| source.name == name_or_file) {
            return Ok(source.clone());
        }
        let path = Path::new(name_or_file);
        if path.extension().is_some_and(|extension| extension == "sql") {
            let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            return Self::parse(&text, &stem);
        }
        let names: Vec<_> = known.iter().map(|source| source.name.as_str()).collect();
        Err(Error::Usage(format!(
            "unknown source {name_or_file:?}; known are {}, or give the path of a mapping file (.sql)",
            names.join(", ")
        )))
    }
}
