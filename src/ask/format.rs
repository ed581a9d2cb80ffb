//! An answer as a table for people, CSV, JSON or Markdown.

use super::answer::{Answer, Kind};

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Aligned columns, for people.
    #[default]
    Table,
    /// Comma separated, with a header; null is an empty field, an empty text is `""`.
    Csv,
    /// One array of objects.
    Json,
    /// A Markdown table, to be pasted.
    Markdown,
}

impl Answer {
    /// The answer in that format, with a line end behind it.
    pub fn print(&self, format: Format) -> String {
        match format {
            Format::Table => self.table(),
            Format::Csv => self.csv(),
            Format::Json => self.json(),
            Format::Markdown => self.markdown(),
        }
    }

    fn table(&self) -> String {
        let names = self.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| one_line(cell.as_deref())).collect()).collect();
        let widths: Vec<usize> = (0..names.len())
            .map(|column| {
                let cells = rows.iter().map(|row| row[column].chars().count());
                cells.chain([names[column].chars().count()]).max().unwrap_or_default()
            })
            .collect();
        let line = |cells: &[String]| {
            let mut text = String::new();
            for (column, cell) in cells.iter().enumerate() {
                let blanks = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
                if column > 0 {
                    text += "  ";
                }
                // Numbers end where their column ends, so that they can be compared.
                match self.columns[column].kind {
                    Kind::Number => text += &(blanks + cell),
                    _ => text += &(cell.clone() + &blanks),
                }
            }
            text.trim_end().to_owned() + "\n"
        };
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let mut text = line(&names) + &line(&rule);
        for row in &rows {
            text += &line(row);
        }
        if rows.is_empty() {
            text += "(no rows)\n";
        }
        text
    }

    fn csv(&self) -> String {
        let field = |text: &str| match text.is_empty() || text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.to_owned(),
        };
        let names: Vec<_> = self.columns.iter().map(|column| field(&column.name)).collect();
        let mut text = names.join(",") + "\n";
        for row in &self.rows {
            let cells: Vec<_> =
                row.iter().map(|cell| cell.as_deref().map(field).unwrap_or_default()).collect();
            text += &(cells.join(",") + "\n");
        }
        text
    }

    fn json(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let value = |(column, cell): (usize, &Option<String>)| {
            let name = quoted(&self.columns[column].name);
            match (self.columns[column].kind, cell) {
                (_, None) => format!("{name}: null"),
                (Kind::Text, Some(text)) => format!("{name}: {}", quoted(text)),
                (_, Some(plain)) => format!("{name}: {plain}"),
            }
        };
        let object = |row: &Vec<Option<String>>| {
            format!("  {{{}}}", row.iter().enumerate().map(value).collect::<Vec<_>>().join(", "))
        };
        match self.rows.is_empty() {
            true => "[]\n".to_owned(),
            false => format!("[\n{}\n]\n", self.rows.iter().map(object).collect::<Vec<_>>().join(",\n")),
        }
    }

    fn markdown(&self) -> String {
        let mut text = String::new();
        let mut line = |cells: Vec<String>| text += &format!("| {} |\n", cells.join(" | "));
        line(self.columns.iter().map(|column| column.name.clone()).collect());
        let rule = |kind| if kind == Kind::Number { "---:" } else { "---" }.to_owned();
        line(self.columns.iter().map(|column| rule(column.kind)).collect());
        for row in &self.rows {
            line(row.iter().map(|cell| escaped(&one_line(cell.as_deref()))).collect());
        }
        text
    }
}

/// A cell without anything that would move the cursor.
fn one_line(cell: Option<&str>) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    cell.unwrap_or_default().chars().map(plain).collect()
}

/// Text of the data that must not become Markdown.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '\\') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::answer::Column;
    use super::*;

    fn sample() -> Answer {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        let cell = |text: &str| Some(text.to_owned());
        Answer {
            columns: vec![
                column("name", Kind::Text),
                column("is_new", Kind::Boolean),
                column("revenue", Kind::Number),
            ],
            rows: vec![
                vec![cell("a,\"b\"\nc|d"), cell("true"), cell("12.50")],
                vec![cell(""), cell("false"), None],
                vec![None, None, cell("1234.00")],
            ],
        }
    }

    #[test]
    fn a_table_is_aligned() {
        assert_eq!(
            sample().print(Format::Table),
            "name       is_new  revenue\n\
             ---------  ------  -------\n\
             a,\"b\" c|d  true      12.50\n\
             \u{20}          false\n\
             \u{20}                  1234.00\n"
        );
        let empty = Answer { rows: Vec::new(), ..sample() };
        assert!(empty.print(Format::Table).ends_with("-------\n(no rows)\n"));
    }

    #[test]
    fn csv_can_be_read_back() {
        let text = sample().print(Format::Csv);
        assert_eq!(text, "name,is_new,revenue\n\"a,\"\"b\"\"\nc|d\",true,12.50\n\"\",false,\n,,1234.00\n");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(std::result::Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(&rows[0][0], "a,\"b\"\nc|d");
    }

    #[test]
    fn json_can_be_read_back() {
        let value: serde_json::Value = serde_json::from_str(&sample().print(Format::Json)).unwrap();
        assert_eq!(value[0]["name"], "a,\"b\"\nc|d");
        assert_eq!(value[0]["is_new"], true);
        assert_eq!(value[0]["revenue"], 12.5);
        assert!(value[1]["revenue"].is_null() && value[2]["name"].is_null());
        let empty = Answer { rows: Vec::new(), ..sample() };
        assert_eq!(empty.print(Format::Json), "[]\n");
    }

    #[test]
    fn markdown_holds_no_markup_of_the_data() {
        assert_eq!(
            sample().print(Format::Markdown),
            "| name | is_new | revenue |\n| --- | --- | ---: |\n| a,\"b\" c\\|d | true | 12.50 |\n\
             |  | false |  |\n|  |  | 1234.00 |\n"
        );
    }
}
