//! A Tableau data source (`.tds`): one view, its connection and its fields.

use sha2::{Digest, Sha256};

use super::view::{Column, ColumnType, Format, Ratio, Role, View};
use super::xml::Element;
use super::{Address, SCHEMA, VERSION};

/// The namespace of attributes that only Tableau's own windows read.
pub(super) const USER_NAMESPACE: &str = "http://www.tableausoftware.com/xml/user";

/// The document of a view's `.tds`.
pub(super) fn document(view: &View, address: &Address) -> Element {
    body(
        view,
        address,
        Element::new("datasource")
            .with("formatted-name", name(view))
            .with("inline", "true")
            .with("version", VERSION)
            .with("xmlns:user", USER_NAMESPACE),
    )
}

/// The same within a workbook.
pub(super) fn inline(view: &View, address: &Address) -> Element {
    body(
        view,
        address,
        Element::new("datasource")
            .with("caption", view.caption())
            .with("inline", "true")
            .with("name", name(view))
            .with("version", VERSION),
    )
}

/// The name by which a workbook refers to the data source. Tableau draws
/// such names at random; ours follow from the view, so that files compare.
pub(super) fn name(view: &View) -> String {
    format!("federated.{}", hash(view.name))
}

/// In the order that Tableau writes: connection, aliases, fields, hierarchies,
/// layout, dates, filters.
fn body(view: &View, address: &Address, datasource: Element) -> Element {
    let fields =
        view.columns.iter().map(column).chain(view.ratios.iter().map(|ratio| calculation(view, ratio)));
    datasource
        .holding([connection(view, address), Element::new("aliases").with("enabled", "yes")])
        .holding(fields)
        .holding(hierarchy(view))
        .holding([
            Element::new("layout")
                .with("dim-ordering", "ordinal")
                .with("measure-ordering", "ordinal")
                .with("show-structure", "true"),
            Element::new("date-options").with("start-of-week", "monday"),
        ])
        .holding(view.filters.iter().map(|(column, value)| filter(view, column, value)))
}

fn connection(view: &View, address: &Address) -> Element {
    let named = format!("postgres.{}", hash(&format!("connection of {}", view.name)));
    let server = Element::new("connection")
        .with("authentication", "username-password")
        .with("class", "postgres")
        .with("dbname", &address.database)
        .with("odbc-native-protocol", "yes")
        .with("one-time-sql", "")
        .with("port", address.port.to_string())
        .with("server", &address.server)
        .with("username", &address.user);
    let server = if address.needs_tls { server.with("sslmode", "require") } else { server };
    Element::new("connection").with("class", "federated").holding([
        Element::new("named-connections").holding([Element::new("named-connection")
            .with("caption", &address.server)
            .with("name", &named)
            .holding([server])]),
        Element::new("relation")
            .with("connection", &named)
            .with("name", view.name)
            .with("table", format!("[{SCHEMA}].[{}]", view.name))
            .with("type", "table"),
        Element::new("metadata-records")
            .holding(view.columns.iter().zip(1..).map(|(column, position)| record(view, column, position))),
    ])
}

/// What the server says of a column, so that fields are there before Tableau has connected.
fn record(view: &View, column: &Column, position: usize) -> Element {
    let (local, aggregation) = match column.of_type {
        ColumnType::Boolean => ("boolean", "Count"),
        ColumnType::Date => ("date", "Year"),
        ColumnType::Timestamp => ("datetime", "Year"),
        ColumnType::Text => ("string", "Count"),
        ColumnType::Integer | ColumnType::Bigint => ("integer", "Sum"),
        ColumnType::Numeric | ColumnType::Double => ("real", "Sum"),
    };
    // The numbers of OLE DB's types, as Tableau writes them.
    let remote = match column.of_type {
        ColumnType::Boolean => "11",
        ColumnType::Date => "7",
        ColumnType::Timestamp => "135",
        ColumnType::Text => "129",
        ColumnType::Integer => "3",
        ColumnType::Bigint => "20",
        ColumnType::Numeric => "131",
        ColumnType::Double => "5",
    };
    let mut parts = vec![
        Element::text("remote-name", column.name),
        Element::text("remote-type", remote),
        Element::text("local-name", bracketed(column.name)),
        Element::text("parent-name", bracketed(view.name)),
        Element::text("remote-alias", column.name),
        Element::text("ordinal", position.to_string()),
        Element::text("local-type", local),
        Element::text("aggregation", aggregation),
        Element::text("contains-null", "true"),
    ];
    if column.of_type == ColumnType::Text {
        parts.push(Element::new("collation").with("flag", "0").with("name", "LROOT"));
    }
    Element::new("metadata-record").with("class", "column").holding(parts)
}

/// A field: caption, role, default aggregation, number format, description.
pub(super) fn column(column: &Column) -> Element {
    let datatype = match column.of_type {
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::Timestamp => "datetime",
        ColumnType::Text => "string",
        ColumnType::Integer | ColumnType::Bigint => "integer",
        ColumnType::Numeric | ColumnType::Double => "real",
    };
    let mut field = Element::new("column")
        .with("caption", column.caption())
        .with("datatype", datatype)
        .with("name", bracketed(column.name));
    field = match column.role {
        Role::Dimension => field.with("role", "dimension").with("type", dimension_type(column)),
        Role::Sum => field.with("aggregation", "Sum").with("role", "measure").with("type", "quantitative"),
        Role::Average => {
            field.with("aggregation", "Avg").with("role", "measure").with("type", "quantitative")
        }
    };
    if column.role != Role::Dimension {
        field = field.with("default-format", number_format(column.format));
    }
    if column.name == "country" {
        field = field.with("semantic-role", "[Country].[Name]");
    }
    field.holding([description(&column.comment)])
}

/// A ratio as a calculated field.
pub(super) fn calculation(view: &View, ratio: &Ratio) -> Element {
    let formula = format!("SUM([{}]) / SUM([{}])", ratio.numerator, ratio.denominator);
    Element::new("column")
        .with("caption", ratio.caption)
        .with("datatype", "real")
        .with("default-format", number_format(ratio.format))
        .with("name", calculation_name(view, ratio))
        .with("role", "measure")
        .with("type", "quantitative")
        .holding([
            Element::new("calculation").with("class", "tableau").with("formula", &formula),
            description(&format!("{formula}. A ratio of sums, never an average of ratios.")),
        ])
}

/// `[Calculation_` and eighteen digits, as Tableau names calculated fields.
pub(super) fn calculation_name(view: &View, ratio: &Ratio) -> String {
    let digest = Sha256::digest(format!("{}: {}", view.name, ratio.caption));
    let number = digest.iter().take(7).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("[Calculation_{number:018}]")
}

/// Whether a dimension's values have an order that counts.
pub(super) fn dimension_type(column: &Column) -> &'static str {
    match column.of_type {
        ColumnType::Text | ColumnType::Boolean => "nominal",
        _ => "ordinal",
    }
}

fn description(text: &str) -> Element {
    let run = Element::text("run", text);
    Element::new("desc").holding([Element::new("formatted-text").holding([run])])
}

/// Categories from the first level down, where a view has them.
fn hierarchy(view: &View) -> Option<Element> {
    let levels: Vec<_> = ["category_l1", "category_l2", "category_l3"]
        .iter()
        .filter(|level| view.column(level).is_some())
        .map(|level| Element::text("field", bracketed(level)))
        .collect();
    (levels.len() > 1).then(|| {
        let path = Element::new("drill-path").with("name", "Category").holding(levels);
        Element::new("drill-paths").holding([path])
    })
}

/// Shows one value of a column; a person may choose another.
fn filter(view: &View, column: &str, value: &str) -> Element {
    let is_text = view.column(column).is_some_and(|column| column.of_type == ColumnType::Text);
    let member = if is_text { format!("\"{value}\"") } else { value.to_owned() };
    let only = Element::new("groupfilter")
        .with("function", "member")
        .with("level", bracketed(column))
        .with("member", member)
        .with("user:ui-domain", "relevant")
        .with("user:ui-enumeration", "inclusive")
        .with("user:ui-marker", "enumerate");
    Element::new("filter")
        .with("class", "categorical")
        .with("column", bracketed(column))
        .with("filter-group", "2")
        .holding([only])
}

fn number_format(format: Format) -> &'static str {
    match format {
        Format::Plain | Format::Seconds => "n#,##0;-#,##0",
        Format::Money | Format::Number => "n#,##0.00;-#,##0.00",
        Format::Percent => "p0.0%",
    }
}

pub(super) fn bracketed(name: &str) -> String {
    format!("[{name}]")
}

/// Twenty-eight letters that follow from a text.
pub(super) fn hash(text: &str) -> String {
    Sha256::digest(text).iter().take(14).map(|byte| format!("{byte:02x}")).collect()
}
