//! An answer as text cells: the one form in which the engine's rows and
//! PostgreSQL's can be compared, and from which every format is printed.

use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use postgres::error::SqlState;
use postgres::types::Type;
use postgres::{Client, IsolationLevel, SimpleQueryMessage};

use crate::engine::{Engine, Params};
use crate::error::{Error, Result};
use crate::load::Server;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers and decimals, as both places write them.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Anything else: texts, dates.
    Text,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
}

/// The rows of an answer, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, a cell for each column; nothing is null.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Answer {
    /// The rows of a statement in the engine.
    pub(super) fn from_engine(engine: &dyn Engine, sql: &str) -> Result<Self> {
        let reader = engine.query_with(sql, &Params::new())?;
        let fail = |error: arrow::error::ArrowError| Error::Engine {
            context: "cannot answer the question".to_owned(),
            source: error.into(),
        };
        let kind = |of_type: &DataType| match of_type {
            DataType::Boolean => Kind::Boolean,
            numeric if numeric.is_numeric() => Kind::Number,
            _ => Kind::Text,
        };
        let schema = reader.schema();
        let columns = schema.fields().iter();
        let columns =
            columns.map(|field| Column { name: field.name().clone(), kind: kind(field.data_type()) });
        let columns = columns.collect();
        let mut rows = Vec::new();
        for batch in reader {
            let batch = batch.map_err(fail)?;
            let options = FormatOptions::default();
            let cells: Vec<_> = batch
                .columns()
                .iter()
                .map(|column| Ok((column, ArrayFormatter::try_new(column.as_ref(), &options)?)))
                .collect::<std::result::Result<_, _>>()
                .map_err(fail)?;
            for row in 0..batch.num_rows() {
                let cell = |(column, text): &(&arrow::array::ArrayRef, ArrayFormatter)| {
                    column.is_valid(row).then(|| text.value(row).to_string())
                };
                rows.push(cells.iter().map(cell).collect());
            }
        }
        Ok(Self { columns, rows })
    }

    /// The rows of a statement on a server.
    pub(super) fn from_postgres(server: &Server, sql: &str) -> Result<Self> {
        let mut client = server.connect()?;
        Self::from_client(&mut client, sql).map_err(|error| {
            let said = error.as_db_error();
            let is_missing = said.is_some_and(|said| {
                matches!(*said.code(), SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME)
            });
            let message = match said {
                Some(said) if is_missing => {
                    format!("{}; fill the database with `clickmill load` first", said.message())
                }
                Some(said) => format!("the server cannot answer: {}", said.message()),
                None => "the server cannot answer".to_owned(),
            };
            Error::Load { message, source: Some(error.into()) }
        })
    }

    fn from_client(client: &mut Client, sql: &str) -> std::result::Result<Self, postgres::Error> {
        let mut reading = client
            .build_transaction()
            .read_only(true)
            .isolation_level(IsolationLevel::RepeatableRead)
            .start()?;
        // Dates as 2026-01-31, whatever the server is set to.
        reading.batch_execute("set local datestyle = 'ISO, YMD'")?;
        let statement = reading.prepare(sql)?;
        let kind = |of_type: &Type| match *of_type {
            Type::BOOL => Kind::Boolean,
            Type::INT2 | Type::INT4 | Type::INT8 | Type::NUMERIC | Type::FLOAT8 => Kind::Number,
            _ => Kind::Text,
        };
        let columns: Vec<_> = statement
            .columns()
            .iter()
            .map(|column| Column { name: column.name().to_owned(), kind: kind(column.type_()) })
            .collect();
        let mut rows = Vec::new();
        for message in reading.simple_query(sql)? {
            let SimpleQueryMessage::Row(row) = message else { continue };
            let cell = |(position, column): (usize, &Column)| {
                let text = row.get(position)?;
                Some(match (column.kind, text) {
                    (Kind::Boolean, "t") => "true".to_owned(),
                    (Kind::Boolean, "f") => "false".to_owned(),
                    (_, text) => text.to_owned(),
                })
            };
            rows.push(columns.iter().enumerate().map(cell).collect());
        }
        Ok(Self { columns, rows })
    }
}
