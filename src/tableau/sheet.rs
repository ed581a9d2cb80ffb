//! One worksheet of the workbook: what stands on its shelves, as fields of a view.

use super::source::{self, bracketed, calculation_name, dimension_type};
use super::view::{Column, ColumnType, Ratio, Role, View};
use super::xml::Element;
use crate::error::{Error, Result};

/// A worksheet: which fields stand where.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Its name, and the title above it.
    pub(super) name: &'static str,
    /// The view it shows.
    pub(super) view: &'static str,
    /// How a mark is drawn: Line, Bar, Square.
    pub(super) mark: &'static str,
    /// Fields on the rows shelf, by column or ratio.
    pub(super) rows: &'static [&'static str],
    /// Fields on the columns shelf.
    pub(super) columns: &'static [&'static str],
    /// The field that colours the marks.
    pub(super) colour: Option<&'static str>,
    /// The field written on the marks.
    pub(super) label: Option<&'static str>,
}

/// A field as a sheet uses it: Tableau's column instance.
struct Instance<'a> {
    view: &'a View,
    field: Field<'a>,
    /// Days run on, as along an axis, where they would stand as headings.
    runs_on: bool,
}

enum Field<'a> {
    Column(&'a Column),
    Ratio(&'a Ratio),
}

impl Instance<'_> {
    /// What becomes of the field's values: summed, truncated to days, kept apart, calculated.
    fn derivation(&self) -> (&'static str, &'static str) {
        match &self.field {
            Field::Ratio(_) => ("User", "usr"),
            Field::Column(column) => match column.role {
                Role::Sum => ("Sum", "sum"),
                Role::Average => ("Avg", "avg"),
                Role::Dimension if column.of_type == ColumnType::Date => ("Day-Trunc", "tdy"),
                Role::Dimension => ("None", "none"),
            },
        }
    }

    fn of_type(&self) -> &'static str {
        match &self.field {
            Field::Column(column) if column.of_type == ColumnType::Date && self.runs_on => "quantitative",
            Field::Column(column) if column.role == Role::Dimension => dimension_type(column),
            _ => "quantitative",
        }
    }

    fn column_name(&self) -> String {
        match &self.field {
            Field::Column(column) => bracketed(column.name),
            Field::Ratio(ratio) => calculation_name(self.view, ratio),
        }
    }

    /// `[sum:revenue:qk]`
    fn name(&self) -> String {
        let key = match self.of_type() {
            "nominal" => "nk",
            "ordinal" => "ok",
            _ => "qk",
        };
        format!("[{}:{}:{key}]", self.derivation().1, self.column_name().trim_matches(['[', ']']))
    }

    /// The name with its data source before it.
    fn qualified(&self) -> String {
        format!("{}.{}", bracketed(&source::name(self.view)), self.name())
    }

    fn element(&self) -> Element {
        Element::new("column-instance")
            .with("column", self.column_name())
            .with("derivation", self.derivation().0)
            .with("name", self.name())
            .with("pivot", "key")
            .with("type", self.of_type())
    }
}

impl Sheet {
    /// The `worksheet` element, in the order that Tableau writes.
    pub(super) fn element(&self, views: &[View]) -> Result<Element> {
        let view = self.of(views)?;
        let instance = |name: &&'static str| self.instance(view, name);
        let rows = self.rows.iter().map(instance).collect::<Result<Vec<_>>>()?;
        let columns = self.columns.iter().map(instance).collect::<Result<Vec<_>>>()?;
        let colour = self.colour.as_ref().map(instance).transpose()?;
        let label = self.label.as_ref().map(instance).transpose()?;

        let mut encodings = Vec::new();
        for (kind, field) in [("color", &colour), ("text", &label)] {
            encodings
                .extend(field.as_ref().map(|field| Element::new(kind).with("column", field.qualified())));
        }
        let pane = Element::new("pane").holding([
            Element::new("view").holding([Element::new("breakdown").with("value", "auto")]),
            Element::new("mark").with("class", self.mark),
        ]);
        let pane = match encodings.is_empty() {
            true => pane,
            false => pane.holding([Element::new("encodings").holding(encodings)]),
        };
        let pane = match label {
            None => pane,
            Some(_) => {
                let shown = Element::new("format").with("attr", "mark-labels-show").with("value", "true");
                let rule = Element::new("style-rule").with("element", "mark").holding([shown]);
                pane.holding([Element::new("style").holding([rule])])
            }
        };
        let of_view =
            Element::new("datasource").with("caption", view.caption()).with("name", source::name(view));
        let table = Element::new("table").holding([
            Element::new("view").holding([
                Element::new("datasources").holding([of_view]),
                self.dependencies(view)?,
                Element::new("aggregation").with("value", "true"),
            ]),
            Element::new("style"),
            Element::new("panes").holding([pane]),
            Element::text("rows", shelf(&rows)),
            Element::text("cols", shelf(&columns)),
        ]);
        let title = Element::new("title")
            .holding([Element::new("formatted-text").holding([Element::text("run", self.name)])]);
        Ok(Element::new("worksheet").with("name", self.name).holding([
            Element::new("layout-options").holding([title]),
            table,
            simple_id(&format!("worksheet {}", self.name)),
        ]))
    }

    fn of<'a>(&self, views: &'a [View]) -> Result<&'a View> {
        views.iter().find(|view| view.name == self.view).ok_or_else(|| self.lacks("view", self.view))
    }

    fn instance<'a>(&self, view: &'a View, name: &str) -> Result<Instance<'a>> {
        let column = view.column(name).map(Field::Column);
        let field = column.or_else(|| view.ratio(name).map(Field::Ratio));
        let runs_on = self.mark == "Line";
        field.map(|field| Instance { view, field, runs_on }).ok_or_else(|| self.lacks("field", name))
    }

    /// Every field that the sheet uses, those of its ratios and filters included.
    fn dependencies(&self, view: &View) -> Result<Element> {
        let shelves = self.rows.iter().chain(self.columns).chain(&self.colour).chain(&self.label);
        let mut names: Vec<_> = shelves.copied().collect();
        names.sort_unstable();
        names.dedup();
        let mut columns: Vec<_> = Vec::new();
        let mut calculations = Vec::new();
        let mut instances = Vec::new();
        for name in names {
            let instance = self.instance(view, name)?;
            match instance.field {
                Field::Column(column) => columns.push(column.name),
                Field::Ratio(ratio) => {
                    columns.extend([ratio.numerator, ratio.denominator]);
                    calculations.push(source::calculation(view, ratio));
                }
            }
            instances.push(instance.element());
        }
        columns.sort_unstable();
        columns.dedup();
        let fields = columns.iter().filter_map(|name| view.column(name)).map(source::column);
        Ok(Element::new("datasource-dependencies")
            .with("datasource", source::name(view))
            .holding(fields)
            .holding(calculations)
            .holding(instances))
    }

    fn lacks(&self, what: &str, name: &str) -> Error {
        Error::Load {
            message: format!("the sheet {} shows a {what} {name} that is not there", self.name),
            source: None,
        }
    }
}

/// Fields side by side are dimensions nested with `/`.
fn shelf(fields: &[Instance<'_>]) -> String {
    let names: Vec<_> = fields.iter().map(Instance::qualified).collect();
    match names.len() {
        0 | 1 => names.concat(),
        _ => format!("({})", names.join(" / ")),
    }
}

/// The identity that Tableau gives every sheet; ours follows from a text.
pub(super) fn simple_id(of: &str) -> Element {
    let hash = source::hash(of) + &source::hash(&format!("{of} again"));
    let part = |from: usize, to: usize| hash[from..to].to_uppercase();
    let uuid =
        format!("{{{}-{}-{}-{}-{}}}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32));
    Element::new("simple-id").with("uuid", uuid)
}
