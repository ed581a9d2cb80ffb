//! A table that is also a chart: a line for each thing, a column for each
//! measure, drawn as bars, as two dots on one line, or as plain numbers.

use super::canvas::{Anchor, Area, BAR_GAP, Canvas};
use super::theme::{self, Color};
use super::{font, format};

/// White space between what a bar says and what is set back behind it.
const DETAIL_GAP: f64 = 10.0;

/// Bars are no thicker, however few lines there are.
const MOST_THICK: f64 = 50.0;

/// A thing that is ranked.
pub(super) struct Line {
    /// Its name.
    pub(super) name: String,
    /// What stands behind the name, set back.
    pub(super) detail: String,
    /// What is no thing of its own, such as all others.
    pub(super) is_rest: bool,
}

impl Line {
    /// A thing of that name.
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), detail: String::new(), is_rest: false }
    }

    /// So many smaller things as one.
    pub(super) fn rest(count: usize, noun: &str) -> Self {
        Self { is_rest: true, ..Self::new(format!("{} other {noun}", format::count(count as f64))) }
    }
}

/// What a line has in a column.
pub(super) enum Cell {
    /// A bar and the text beside it; where the period before was, if it is known.
    Bar {
        /// Its length.
        value: f64,
        /// What it says.
        text: String,
        /// What stands behind that, set back.
        detail: String,
        /// The length of the period before.
        before: Option<f64>,
    },
    /// Two dots on one scale, and what they say.
    Pair([(f64, String); 2]),
    /// A number.
    Text(String),
    /// There is no such figure.
    None,
}

impl Cell {
    /// The same with something behind what a bar says, set back.
    pub(super) fn with_detail(mut self, more: impl Into<String>) -> Self {
        if let Cell::Bar { detail, .. } = &mut self {
            *detail = more.into();
        }
        self
    }

    /// The same with where a bar was in the period before, if that is known.
    pub(super) fn with_before(mut self, length: Option<f64>) -> Self {
        if let Cell::Bar { before, .. } = &mut self {
            *before = length;
        }
        self
    }

    /// A bar.
    pub(super) fn bar(value: f64, text: impl Into<String>) -> Self {
        Cell::Bar { value, text: text.into(), detail: String::new(), before: None }
    }
}

/// A measure of all lines.
pub(super) struct Column<'a> {
    /// Its name in pieces, each in the colour of what it names.
    pub(super) head: Vec<(&'a str, Color)>,
    /// Its share of the width.
    pub(super) share: f64,
    /// One for each line.
    pub(super) cells: Vec<Cell>,
}

/// Draws the table; the names get `names` of the width.
pub(super) fn draw(canvas: &Canvas, area: Area, lines: &[Line], names: f64, columns: &[Column]) {
    let shares: Vec<f64> = std::iter::once(names).chain(columns.iter().map(|column| column.share)).collect();
    let parts = area.columns(&shares, 40.0);
    let top = area.top + theme::HEAD;
    let height = ((area.bottom - top) / lines.len().max(1) as f64).min(100.0);
    let middle = |position: usize| top + height * (position as f64 + 0.5);
    for (position, line) in lines.iter().enumerate() {
        if position > 0 {
            let y = top + height * position as f64;
            canvas.line(&[(area.left, y), (area.right, y)], theme::GRID, 1);
        }
        let color = if line.is_rest { theme::SOFT } else { theme::INK };
        name(canvas, parts[0], middle(position), line, color);
    }
    let bottom = top + height * lines.len() as f64;
    for (column, part) in columns.iter().zip(&parts[1..]) {
        column.draw(canvas, Area { top, bottom, ..*part }, (height * 0.64).min(MOST_THICK), area.top + 18.0);
    }
}

/// The detail yields to the name, but keeps a third of the line.
fn name(canvas: &Canvas, area: Area, y: f64, line: &Line, color: Color) {
    let kept = if line.detail.is_empty() { 0.0 } else { font::width(&line.detail, theme::AXIS) + 12.0 };
    let room = area.width() - kept.min(area.width() * 0.34);
    let name = font::fit(&line.name, theme::LABEL, room);
    canvas.text(area.left, y, Anchor::Left, theme::LABEL.colored(color), &name);
    let used = font::width(&name, theme::LABEL) + 12.0;
    let detail = font::fit(&line.detail, theme::AXIS, (area.width() - used).max(0.0));
    canvas.text(area.left + used, y, Anchor::Left, theme::AXIS, &detail);
}

impl Column<'_> {
    fn color(&self) -> Color {
        self.head.first().map_or(theme::INK, |(_, color)| *color)
    }

    fn draw(&self, canvas: &Canvas, area: Area, thick: f64, head: f64) {
        let is_text = self.cells.iter().all(|cell| matches!(cell, Cell::Text(_) | Cell::None));
        let is_pair = self.cells.iter().any(|cell| matches!(cell, Cell::Pair(_)));
        let width: f64 =
            self.head.iter().map(|(word, color)| font::width(word, theme::head_type(*color)) + 9.0).sum();
        // The head of numbers ends where they end.
        let from = if is_text { (area.right - width + 9.0).max(area.left) } else { area.left };
        let words = Area { left: from, top: head - 18.0, ..area };
        theme::head(canvas, words, &self.head, "");
        if is_text {
            let numbers = self.cells.iter().enumerate();
            numbers.for_each(|(line, cell)| self.number(canvas, area, line, cell));
        } else if is_pair {
            self.pairs(canvas, area);
        } else {
            self.bars(canvas, area, thick);
        }
    }

    /// The middle of a line.
    fn middle(&self, area: Area, line: usize) -> f64 {
        area.top + area.height() / self.cells.len().max(1) as f64 * (line as f64 + 0.5)
    }

    fn number(&self, canvas: &Canvas, area: Area, line: usize, cell: &Cell) {
        let (text, color) = match cell {
            Cell::Text(text) => (font::fit(text, theme::LABEL, area.width()), theme::INK),
            _ => ("–".to_owned(), theme::SOFT),
        };
        let y = self.middle(area, line);
        canvas.text(area.right, y, Anchor::Right, theme::LABEL.colored(color), &text);
    }

    fn bars(&self, canvas: &Canvas, area: Area, thick: f64) {
        let largest = self.cells.iter().map(|cell| match cell {
            Cell::Bar { value, before, .. } => value.max(before.unwrap_or(0.0)),
            _ => 0.0,
        });
        let largest = largest.fold(f64::MIN_POSITIVE, f64::max);
        let texts = self.cells.iter().map(|cell| match cell {
            Cell::Bar { text, detail, .. } if detail.is_empty() => font::width(text, theme::LABEL.bold()),
            Cell::Bar { text, detail, .. } => {
                font::width(text, theme::LABEL.bold()) + DETAIL_GAP + font::width(detail, theme::AXIS)
            }
            _ => 0.0,
        });
        let beside = texts.fold(0.0, f64::max) + BAR_GAP;
        let scale = (area.width() - beside).max(0.0) / largest;
        for (line, cell) in self.cells.iter().enumerate() {
            let y = self.middle(area, line);
            let Cell::Bar { value, text, detail, before } = cell else {
                canvas.text(area.left + BAR_GAP, y, Anchor::Left, theme::LABEL.colored(theme::SOFT), "–");
                continue;
            };
            let text_from = before.map_or(0.0, |before| (before - value).max(0.0)) * scale;
            canvas.bar(area.left, y, (value * scale, thick), self.color(), "");
            let x = area.left + value * scale + text_from + BAR_GAP;
            canvas.text(x, y, Anchor::Left, theme::LABEL.bold(), text);
            let x = x + font::width(text, theme::LABEL.bold()) + DETAIL_GAP;
            canvas.text(x, y, Anchor::Left, theme::AXIS, detail);
            if let Some(before) = before {
                let x = area.left + before * scale;
                canvas.line(&[(x, y - thick * 0.72), (x, y + thick * 0.72)], theme::INK, 3);
            }
        }
        canvas.line(&[(area.left, area.top), (area.left, area.bottom)], theme::SOFT, 2);
    }

    /// Two dots and the line between them, each value at its outer side.
    fn pairs(&self, canvas: &Canvas, area: Area) {
        let colors = [self.color(), self.head.last().map_or(theme::INK, |(_, color)| *color)];
        let dots = || {
            self.cells.iter().filter_map(|cell| if let Cell::Pair(dots) = cell { Some(dots) } else { None })
        };
        let largest = dots().flatten().map(|(value, _)| *value).fold(f64::MIN_POSITIVE, f64::max);
        let text_room =
            dots().flatten().map(|(_, text)| font::width(text, theme::LABEL.bold())).fold(0.0, f64::max)
                + 20.0;
        let (from, to) = (area.left + text_room, area.right - text_room);
        canvas.line(&[(from, area.top), (from, area.bottom)], theme::GRID, 2);
        for (line, cell) in self.cells.iter().enumerate() {
            let Cell::Pair(dots) = cell else { continue };
            let y = self.middle(area, line);
            let at = |value: f64| from + (to - from) * value / largest;
            let left = usize::from(dots[1].0 < dots[0].0);
            let ends = [left, 1 - left];
            canvas.line(&ends.map(|end| (at(dots[end].0), y)), theme::BACK, 3);
            for (end, (anchor, shift)) in ends.into_iter().zip([(Anchor::Right, -18.0), (Anchor::Left, 18.0)])
            {
                let (value, text) = &dots[end];
                canvas.dot((at(*value), y), 9, colors[end]);
                // The line of zero does not run through a value.
                let words = font::width(text, theme::LABEL.bold());
                let words_left = at(*value) + shift - if end == left { words } else { 0.0 };
                let ground = Area {
                    left: words_left - 4.0,
                    right: words_left + words + 4.0,
                    top: y - 15.0,
                    bottom: y + 15.0,
                };
                if ground.left < from && from < ground.right {
                    canvas.fill(ground, theme::PAGE);
                }
                canvas.text(at(*value) + shift, y, anchor, theme::LABEL.bold().colored(colors[end]), text);
            }
        }
    }
}
