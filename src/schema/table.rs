//! The warehouse's tables as their migrations make them.

use std::collections::BTreeMap;

use crate::sql;

/// A table of schema `gold`.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    /// What it is and its grain.
    pub(super) comment: String,
    pub(super) columns: Vec<Column>,
    /// The primary key's columns.
    pub(super) key: Vec<String>,
    /// One partition for each value of this column.
    pub(super) partitioned_by: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) of_type: String,
    pub(super) is_nullable: bool,
    /// Meaning and unit.
    pub(super) comment: String,
    /// The table and column that a foreign key leads to.
    pub(super) references: Option<(String, String)>,
}

/// What a table is for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Dimension,
    Fact,
    Aggregate,
    LoadState,
}

impl Table {
    /// Every table, in the order that the migrations make them.
    pub(super) fn all() -> Vec<Self> {
        let mut tables: Vec<Self> = Vec::new();
        let mut comments = BTreeMap::new();
        let mut files: Vec<_> = sql::folder("sql/postgres/migrations").collect();
        // V10 comes after V9.
        files.sort_by_key(|file| version(file.stem()));
        for file in files {
            for statement in file.text.split("\ncreate table gold.").skip(1) {
                tables.extend(Self::read(statement));
            }
            for change in file.text.split("\nalter table gold.").skip(1) {
                let change = change.split(';').next().unwrap_or_default();
                let name = change.split_whitespace().next();
                let Some(table) = tables.iter_mut().find(|known| Some(known.name.as_str()) == name) else {
                    continue;
                };
                if let Some((_, column)) = change.split_once("add column ") {
                    table.columns.extend(Column::read(column.trim()));
                }
                if let Some((_, key)) = change.split_once("add primary key (") {
                    table.key = names(key);
                }
            }
            comments.extend(sql::comments(file.text));
        }
        for table in &mut tables {
            let own = format!("gold.{}", table.name);
            table.comment = comments.get(&own).cloned().unwrap_or_default();
            for column in &mut table.columns {
                column.comment = comments.get(&format!("{own}.{}", column.name)).cloned().unwrap_or_default();
            }
        }
        tables
    }

    /// The statement after `create table gold.`
    fn read(statement: &str) -> Option<Self> {
        let (name, rest) = statement.split_once(" (\n")?;
        let (body, after) = rest.split_once("\n)")?;
        let after = after.split(';').next().unwrap_or_default();
        let partitioned_by =
            after.split_once("range (").map(|(_, column)| column.trim_end_matches(')').to_owned());
        let mut table = Self {
            name: name.to_owned(),
            comment: String::new(),
            columns: Vec::new(),
            key: Vec::new(),
            partitioned_by,
        };
        for line in body.lines().map(|line| line.trim().trim_end_matches(',')) {
            if let Some(key) = line.strip_prefix("primary key (") {
                table.key = names(key);
            } else if let Some(key) = line.strip_prefix("foreign key (") {
                table.refer(key);
            } else if !line.starts_with("check ") && !line.starts_with("unique ") {
                table.columns.extend(Column::read(line));
            }
        }
        Some(table)
    }

    /// `column) references gold.table (its column)`
    fn refer(&mut self, key: &str) {
        let parts = key.split_once(") references gold.").and_then(|(column, target)| {
            let (table, target) = target.split_once(" (")?;
            Some((column, table.to_owned(), target.split(')').next()?.to_owned()))
        });
        let Some((column, table, target)) = parts else { return };
        if let Some(column) = self.columns.iter_mut().find(|known| known.name == column) {
            column.references = Some((table, target));
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self.name.split('_').next() {
            Some("dim") => Kind::Dimension,
            Some("fact") => Kind::Fact,
            Some("etl") => Kind::LoadState,
            _ => Kind::Aggregate,
        }
    }
}

impl Column {
    /// `name type not null`
    fn read(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once(' ')?;
        let ends = [" not null", " unique", " default ", " references ", " generated "];
        let end = ends.iter().filter_map(|word| rest.find(word)).min().unwrap_or(rest.len());
        Some(Self {
            name: name.to_owned(),
            of_type: rest[..end].trim().to_owned(),
            is_nullable: !rest.contains("not null"),
            comment: String::new(),
            references: None,
        })
    }
}

/// The names before the closing bracket.
fn names(list: &str) -> Vec<String> {
    list.trim_end_matches(')').split(", ").map(str::to_owned).collect()
}

/// The number of a migration's name: 10 of `V10__view_tables`.
fn version(name: &str) -> u32 {
    let digits = name.trim_start_matches('V').split("__").next().unwrap_or_default();
    digits.parse().unwrap_or(u32::MAX)
}
