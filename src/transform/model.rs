//! A model: one select, one file, one table.

use crate::error::{Error, Result};
use crate::lake::{Layer, TableRef};
use crate::sql;

/// Whether a model's rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Written to Parquet.
    Table,
    /// Inlined wherever it is read (`-- materialized: view`).
    View,
    /// Written to Parquet for the models that read it, and not published
    /// (`-- materialized: working`).
    Working,
}

/// How a model's rows are dealt into buckets (`-- buckets:`), so that the
/// models of one visitor can be run bucket by bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dealing {
    /// The column whose equal values share a bucket (`-- buckets:`).
    pub by: String,
    /// Columns whose equal values share a bucket too, rare as it is that
    /// they would not anyway (`-- alike:`).
    pub alike: Vec<String>,
    /// The order of the rows within a bucket (`-- order:`).
    pub order: Vec<String>,
}

/// Which rows a row of a model depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Any rows.
    Population,
    /// Rows of one visitor only, besides tables of the population
    /// (`-- scope: visitor`).
    Visitor,
    /// Rows of one day only of the tables that have days, and of these from
    /// visitors only what their `watched` columns say (`-- scope: day`). The
    /// day is the first column of its key.
    Day,
}

impl Scope {
    /// The scope that the head of an SQL text names; none where it cannot be meant.
    pub(super) fn of(text: &str) -> Option<Self> {
        match sql::head(text, "scope") {
            None => Some(Self::Population),
            Some("visitor") => Some(Self::Visitor),
            Some("day") => Some(Self::Day),
            Some(_) => None,
        }
    }
}

/// A select in `sql/silver` or `sql/gold`; the file's name is the table's.
#[derive(Debug, Clone)]
pub struct Model {
    /// The table it makes.
    pub table: TableRef,
    /// What one row is (`-- grain:`).
    pub grain: String,
    /// The columns that tell rows apart (`-- key:`).
    pub key: String,
    /// Who reads it (`-- reader:`).
    pub reader: String,
    /// Whether its rows are kept.
    pub storage: Storage,
    /// Which rows a row of it depends on.
    pub scope: Scope,
    /// How its rows are dealt into buckets, if they are.
    pub dealing: Option<Dealing>,
    /// About how many rows it has of 1,000 that are dealt (`-- rows:`): joins are
    /// planned by it, before any rows are there.
    pub rows_in_1000: usize,
    /// The date columns that divide its files, the first that is not null
    /// counting; none where it is not divided (`-- partition:`).
    pub partition_by: Vec<String>,
    /// The date columns that say of which days a row is (`-- day:`).
    pub days: Vec<String>,
    /// Columns of a visitor by which all its days are judged: where one
    /// changes, they are touched (`-- watched:`).
    pub watched: Vec<String>,
    /// The template, head comment included.
    pub text: String,
}

impl Model {
    /// All models, by layer and name.
    ///
    /// # Errors
    /// [`Error::Transform`] when a head comment lacks grain or key.
    pub fn all() -> Result<Vec<Self>> {
        let mut models = Vec::new();
        for layer in [Layer::Silver, Layer::Gold] {
            for file in sql::folder(&format!("sql/{layer}")) {
                models.push(Self::parse(TableRef::new(layer, file.stem()), file.text)?);
            }
        }
        Ok(models)
    }

    fn parse(table: TableRef, text: &str) -> Result<Self> {
        let head = |key: &str| {
            sql::whole_head(text, key).ok_or_else(|| Error::Transform {
                model: table.to_string(),
                message: format!("its head comment has no `-- {key}: ...` line"),
            })
        };
        let storage = match sql::head(text, "materialized") {
            None | Some("table") => Storage::Table,
            Some("view") => Storage::View,
            Some("working") => Storage::Working,
            Some(other) => {
                return Err(Error::Transform {
                    model: table.to_string(),
                    message: format!("`-- materialized: {other}` is neither table, view nor working"),
                });
            }
        };
        let scope = Scope::of(text).ok_or_else(|| Error::Transform {
            model: table.to_string(),
            message: "`-- scope:` can only be visitor or day".to_owned(),
        })?;
        let partition_by = sql::head_list(text, "partition");
        if scope != Scope::Visitor && !partition_by.is_empty() {
            return Err(Error::Transform {
                model: table.to_string(),
                message: "only models of `-- scope: visitor` can have a `-- partition:`".to_owned(),
            });
        }
        let dealing = sql::head(text, "buckets").map(|by| Dealing {
            by: by.to_owned(),
            alike: sql::head_list(text, "alike"),
            order: sql::head_list(text, "order"),
        });
        let rows_in_1000 = match sql::head(text, "rows") {
            None => 1000,
            Some(rows) => {
                let rows = rows.strip_suffix(" in 1000").and_then(|rows| rows.parse().ok());
                rows.filter(|rows| *rows > 0 && scope == Scope::Visitor).ok_or_else(|| Error::Transform {
                    model: table.to_string(),
                    message: "`-- rows:` has to be like `150 in 1000`, of a model of `-- scope: visitor`"
                        .to_owned(),
                })?
            }
        };
        Ok(Self {
            grain: head("grain")?,
            key: head("key")?,
            reader: head("reader")?,
            storage,
            scope,
            dealing,
            rows_in_1000,
            partition_by,
            days: sql::head_list(text, "day"),
            watched: sql::head_list(text, "watched"),
            text: text.to_owned(),
            table,
        })
    }
}
