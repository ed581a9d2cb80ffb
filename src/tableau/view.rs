//! A view as its own file describes it: the columns, ratios and filters in the
//! comment at its head, and what its `comment on` statements say.

use crate::error::{Error, Result};
use crate::sql::{self, EmbeddedFile};

/// A view of schema `analytics`.
#[derive(Debug, Clone)]
pub struct View {
    /// Its name: `vw_tableau_executive_kpis`.
    pub name: &'static str,
    /// What it shows and its grain: the comment that PostgreSQL has.
    pub comment: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// What is calculated over any set of its rows.
    pub ratios: Vec<Ratio>,
    /// Columns that a data source shows one value of, with that value.
    pub filters: Vec<(&'static str, &'static str)>,
}

/// A column of a view.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name in PostgreSQL.
    pub name: &'static str,
    /// Its type.
    pub of_type: ColumnType,
    /// What it is for.
    pub role: Role,
    /// How its numbers are written.
    pub format: Format,
    /// Meaning and unit: the comment that PostgreSQL has.
    pub comment: String,
}

/// A quotient of two sums, where a column of quotients would be summed or
/// averaged wrongly.
#[derive(Debug, Clone)]
pub struct Ratio {
    /// What people call it.
    pub caption: &'static str,
    /// The column above the line.
    pub numerator: &'static str,
    /// The column below it.
    pub denominator: &'static str,
    /// How it is written.
    pub format: Format,
}

/// The types that Tableau knows, by PostgreSQL's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// `boolean`
    Boolean,
    /// `date`
    Date,
    /// `timestamp without time zone`
    Timestamp,
    /// `text`
    Text,
    /// `integer`
    Integer,
    /// `bigint`
    Bigint,
    /// `numeric`
    Numeric,
    /// `double precision`
    Double,
}

impl ColumnType {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "text" => Self::Text,
            "integer" => Self::Integer,
            "bigint" => Self::Bigint,
            "numeric" => Self::Numeric,
            "double" => Self::Double,
            _ => return None,
        })
    }

    /// The name that PostgreSQL prints.
    pub fn postgres(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp without time zone",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Numeric => "numeric",
            Self::Double => "double precision",
        }
    }
}

/// What a column is for, and how it is put together over rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Rows are grouped and filtered by it.
    Dimension,
    /// It adds up.
    Sum,
    /// It does not add up; its average says something.
    Average,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As they come.
    Plain,
    /// Two digits after the point.
    Money,
    /// A share of 1, as per cent.
    Percent,
    /// Two digits after the point, no currency.
    Number,
    /// Whole seconds.
    Seconds,
}

impl Format {
    fn parse(name: Option<&str>) -> Option<Self> {
        Some(match name {
            None => Self::Plain,
            Some("money") => Self::Money,
            Some("percent") => Self::Percent,
            Some("number") => Self::Number,
            Some("seconds") => Self::Seconds,
            Some(_) => return None,
        })
    }
}

impl View {
    /// Every view, by name.
    ///
    /// # Errors
    /// [`Error::Load`] naming the view whose file does not describe it.
    pub fn all() -> Result<Vec<Self>> {
        sql::folder("sql/postgres/views").map(Self::read).collect()
    }

    fn read(file: &EmbeddedFile) -> Result<Self> {
        let refused = |what: String| Error::Load {
            message: format!("{} does not describe its view: {what}", file.path),
            source: None,
        };
        let comments = sql::comments(file.text);
        let comment_of = |what: &str| {
            comments
                .get(&format!("analytics.{what}"))
                .cloned()
                .ok_or_else(|| refused(format!("there is no comment on {what}")))
        };
        let mut view = Self {
            name: file.stem(),
            comment: comment_of(file.stem())?,
            columns: Vec::new(),
            ratios: Vec::new(),
            filters: Vec::new(),
        };
        for line in sql::head_lines(file.text, "columns") {
            let mut words = line.split_whitespace();
            let (name, of_type, role) = (words.next(), words.next(), words.next());
            let column = name.zip(of_type.and_then(ColumnType::parse)).zip(role.and_then(role_of));
            let Some((((name, of_type), role), format)) = column.zip(Format::parse(words.next())) else {
                return Err(refused(format!("`{line}` is no column, type, role and format")));
            };
            let comment = comment_of(&format!("{}.{name}", view.name))?;
            view.columns.push(Column { name, of_type, role, format, comment });
        }
        for line in sql::head_lines(file.text, "ratios") {
            let ratio = line.split_once(':').and_then(|(caption, rest)| {
                let mut words = rest.split_whitespace();
                let (numerator, _, denominator) = (words.next()?, words.next()?, words.next()?);
                Some(Ratio { caption, numerator, denominator, format: Format::parse(words.next())? })
            });
            view.ratios.push(ratio.ok_or_else(|| refused(format!("`{line}` is no caption: a / b format")))?);
        }
        for line in sql::head_lines(file.text, "filters") {
            let filter = line.split_once(':').map(|(column, value)| (column.trim(), value.trim()));
            view.filters.push(filter.ok_or_else(|| refused(format!("`{line}` is no column: value")))?);
        }
        let of_ratios = view.ratios.iter().flat_map(|ratio| [ratio.numerator, ratio.denominator]);
        for name in of_ratios.chain(view.filters.iter().map(|(column, _)| *column)) {
            if view.column(name).is_none() {
                return Err(refused(format!("it has no column {name}")));
            }
        }
        Ok(view)
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The ratio of that caption.
    pub fn ratio(&self, caption: &str) -> Option<&Ratio> {
        self.ratios.iter().find(|ratio| ratio.caption == caption)
    }

    /// The name as people read it: `Executive KPIs`.
    pub fn caption(&self) -> String {
        let name = self.name.trim_start_matches("vw_").trim_start_matches("tableau_");
        caption(name)
    }
}

impl Column {
    /// The name as people read it: `UTM campaign`.
    pub fn caption(&self) -> String {
        caption(self.name)
    }
}

fn role_of(word: &str) -> Option<Role> {
    match word {
        "dimension" => Some(Role::Dimension),
        "sum" => Some(Role::Sum),
        "avg" => Some(Role::Average),
        _ => None,
    }
}

/// `utm_campaign` as `UTM campaign`.
fn caption(name: &str) -> String {
    let words = name.split('_').map(|word| match word {
        "id" | "utm" | "os" | "rfm" => word.to_uppercase(),
        "kpis" => "KPIs".to_owned(),
        "7d" => "7 days".to_owned(),
        "l1" | "l2" | "l3" => format!("level {}", &word[1..]),
        _ => word.to_owned(),
    });
    let text = words.collect::<Vec<_>>().join(" ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_view_describes_itself() {
        let views = View::all().unwrap();
        assert_eq!(views.len(), sql::folder("sql/postgres/views").count());
        for view in &views {
            assert!(view.comment.contains("one row per"), "{} tells no grain", view.name);
            for column in &view.columns {
                let name = format!("{}.{}", view.name, column.name);
                let (comment, format) = (&column.comment, column.format);
                let adds_up = comment.contains("Additive");
                assert_eq!(
                    column.role == Role::Sum,
                    adds_up && column.name != "cohort_size",
                    "{name}: {comment}"
                );
                assert_eq!(format == Format::Money, comment.contains("currency"), "{name}: {comment}");
                assert!(format != Format::Seconds || comment.contains("econds"), "{name}: {comment}");
                let is_key = column.name.ends_with("_id") || column.name.ends_with("_key");
                assert!(!is_key || column.of_type == ColumnType::Text, "{name} is no text");
            }
        }
    }

    #[test]
    fn captions_are_words() {
        for (name, words) in [
            ("utm_campaign", "UTM campaign"),
            ("revenue_7d_before", "Revenue 7 days before"),
            ("category_l2", "Category level 2"),
            ("session_id", "Session ID"),
        ] {
            assert_eq!(caption(name), words);
        }
    }
}
