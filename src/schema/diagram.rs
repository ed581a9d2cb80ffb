//! The entity diagram as SVG: facts between the dimensions that their keys
//! lead to, aggregates below. Boxes show keys; the page has all columns.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::table::{Column, Kind, Table};

const FONT: &str = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";
const ROW: i32 = 18;
const HEAD: i32 = 26;
const PAD: i32 = 8;
const WIDTH: i32 = 300;
/// Between boxes of one column, and between the columns.
const GAP: i32 = 24;
const AISLE: i32 = 170;

/// Which dimensions stand left of the facts; the others stand right.
const LEFT: &[&str] = &["dim_date", "dim_event_type", "dim_device", "dim_channel"];

/// A box: a table, where it stands, and the rows it shows.
struct Entity<'a> {
    table: &'a Table,
    rows: Vec<&'a Column>,
    x: i32,
    y: i32,
}

impl<'a> Entity<'a> {
    fn new(table: &'a Table, x: i32, y: i32) -> Self {
        let is_key = |column: &&Column| table.key.contains(&column.name) || column.references.is_some();
        Self { table, rows: table.columns.iter().filter(is_key).collect(), x, y }
    }

    /// One row more tells how many columns are left out.
    fn height(&self) -> i32 {
        HEAD + PAD + ROW * (as_i32(self.rows.len()) + 1)
    }

    /// The middle of a column's row; of the head where it is not shown.
    fn row_y(&self, column: &str) -> i32 {
        let position = self.rows.iter().position(|row| row.name == column);
        position.map_or(self.y + HEAD / 2, |row| self.y + HEAD + PAD / 2 + ROW * as_i32(row) + ROW / 2)
    }
}

/// The diagram of the warehouse's tables.
pub fn diagram() -> String {
    let tables = Table::all();
    let entities = laid_out(&tables);
    let width = entities.iter().map(|entity| entity.x + WIDTH).max().unwrap_or_default() + 2 * GAP;
    let bottom = entities.iter().map(|entity| entity.y + entity.height()).max().unwrap_or_default();
    let height = bottom + 2 * GAP;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"{FONT}\" font-size=\"12\">\n\
         <title>Entities of the warehouse and their keys</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for entity in &entities {
        for column in &entity.rows {
            edge(&mut svg, &entities, entity, column);
        }
    }
    for entity in &entities {
        draw(&mut svg, entity);
    }
    let _ = writeln!(
        svg,
        "<text x=\"{GAP}\" y=\"{}\" fill=\"#374151\">P primary key, F foreign key. Blue: dimensions, orange: facts, \
         green: aggregates. Keys of a customer or product in aggregates are checked by the engine.</text>",
        bottom + GAP + 8
    );
    svg += "</svg>\n";
    svg
}

/// Dimensions left and right of the facts, aggregates in rows of three below.
fn laid_out(tables: &[Table]) -> Vec<Entity<'_>> {
    let columns = [GAP, GAP + WIDTH + AISLE, GAP + 2 * (WIDTH + AISLE)];
    let mut entities: Vec<Entity<'_>> = Vec::new();
    let mut next = [GAP; 3];
    let mut place = |table, column: usize, entities: &mut Vec<_>| {
        let entity = Entity::new(table, columns[column], next[column]);
        next[column] += entity.height() + GAP;
        entities.push(entity);
    };
    // Attribution has few keys into the star; it stands with its aggregate.
    let is_star = |table: &&Table| match table.kind() {
        Kind::Dimension => true,
        Kind::Fact => table.name != "fact_attribution",
        _ => false,
    };
    for table in tables.iter().filter(is_star) {
        let column = match table.kind() {
            Kind::Fact => 1,
            _ if LEFT.contains(&table.name.as_str()) => 0,
            _ => 2,
        };
        place(table, column, &mut entities);
    }
    let mut top = next.into_iter().max().unwrap_or_default() + GAP;
    let rest: Vec<_> =
        tables.iter().filter(|table| !is_star(table) && table.kind() != Kind::LoadState).collect();
    for row in rest.chunks(3) {
        let boxes = row.iter().zip(columns).map(|(table, x)| Entity::new(table, x, top));
        let boxes: Vec<_> = boxes.collect();
        top += boxes.iter().map(Entity::height).max().unwrap_or_default() + GAP;
        entities.extend(boxes);
    }
    entities
}

/// A line from a key of the star to the dimension it leads to. Aggregates name
/// theirs in words: their lines would cross the whole picture.
fn edge(svg: &mut String, entities: &[Entity<'_>], from: &Entity<'_>, column: &Column) {
    let Some((target, key)) = &column.references else { return };
    let Some(to) = entities.iter().find(|entity| entity.table.name == *target) else { return };
    if names_targets(from.table) {
        return;
    }
    let (y1, y2) = (from.row_y(&column.name), to.row_y(key));
    let colour = colour_of(target);
    let path = if from.x == to.x {
        // Within a column the line goes round on the outside.
        let x = from.x + WIDTH;
        let out = x + 40;
        format!("M{x},{y1} C{out},{y1} {out},{y2} {x},{y2}")
    } else {
        let (x1, x2) = if to.x < from.x { (from.x, to.x + WIDTH) } else { (from.x + WIDTH, to.x) };
        let middle = (x1 + x2) / 2;
        format!("M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}")
    };
    let _ = writeln!(
        svg,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" opacity=\"0.85\"/>"
    );
}

fn draw(svg: &mut String, entity: &Entity<'_>) {
    let Entity { table, rows, x, y } = entity;
    let (head, border) = match table.kind() {
        Kind::Fact => ("#b45309", "#d97706"),
        Kind::Dimension => ("#1d4ed8", "#3b82f6"),
        _ => ("#3f6212", "#65a30d"),
    };
    let height = entity.height();
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{height}\" rx=\"5\" fill=\"#ffffff\" \
         stroke=\"{border}\"/>\n\
         <path d=\"M{x},{bottom} v-{side} q0,-5 5,-5 h{inner} q5,0 5,5 v{side} z\" fill=\"{head}\"/>\n\
         <text x=\"{left}\" y=\"{baseline}\" fill=\"#ffffff\" font-weight=\"bold\">{name}</text>",
        bottom = y + HEAD,
        side = HEAD - 5,
        inner = WIDTH - 10,
        left = x + PAD,
        baseline = y + HEAD / 2 + 4,
        name = table.name,
    );
    for column in rows {
        let baseline = entity.row_y(&column.name) + 4;
        let mark = match (table.key.contains(&column.name), &column.references) {
            (true, Some(_)) => "PF",
            (true, None) => "P",
            _ => "F",
        };
        let end = match &column.references {
            Some((target, _)) if names_targets(table) => format!("to {target}"),
            _ => column.of_type.clone(),
        };
        let colour = column.references.as_ref().map_or("#111827", |(target, _)| colour_of(target));
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{baseline}\" fill=\"#6b7280\" font-size=\"10\">{mark}</text>\
             <text x=\"{}\" y=\"{baseline}\" fill=\"{colour}\">{}</text>\
             <text x=\"{}\" y=\"{baseline}\" fill=\"#6b7280\" text-anchor=\"end\">{end}</text>",
            x + PAD,
            x + PAD + 20,
            column.name,
            x + WIDTH - PAD,
        );
    }
    let left_out = table.columns.len() - rows.len();
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" fill=\"#6b7280\" font-style=\"italic\">and {left_out} more</text>",
        x + PAD + 20,
        y + HEAD + PAD / 2 + ROW * as_i32(rows.len()) + ROW / 2 + 4,
    );
}

/// Whether a table's keys are named in words, not followed by lines.
fn names_targets(table: &Table) -> bool {
    table.kind() == Kind::Aggregate || table.name == "fact_attribution"
}

/// One colour for each dimension, that its lines can be told apart.
fn colour_of(target: &str) -> &'static str {
    let colours = BTreeMap::from([
        ("dim_date", "#475569"),
        ("dim_event_type", "#0e7490"),
        ("dim_device", "#7c3aed"),
        ("dim_channel", "#be185d"),
        ("dim_users", "#15803d"),
        ("dim_visitors", "#c2410c"),
        ("dim_products", "#a16207"),
    ]);
    colours.get(target).copied().unwrap_or("#111827")
}

fn as_i32(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
