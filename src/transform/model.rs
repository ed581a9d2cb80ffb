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
    /// The date column that divides its files (`-- partition:`).
    pub partition_by: Option<String>,
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
        Ok(Self {
            grain: head("grain")?,
            key: head("key")?,
            reader: head("reader")?,
            storage,
            partition_by: sql::head(text, "partition").map(str::to_owned),
            text: text.to_owned(),
            table,
        })
    }
}
