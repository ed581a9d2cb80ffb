//! Columns side by side, each with its name below: a distribution, or the days of a week.

use super::axis::{self, Scale};
use super::canvas::{Anchor, Area, Canvas};
use super::font;
use super::theme::{self, Color};

/// One column.
pub(super) struct Column {
    /// What stands below it.
    pub(super) name: String,
    /// Its height; nothing where there is no data.
    pub(super) value: Option<f64>,
    /// In full colour; the others are set back.
    pub(super) is_strong: bool,
}

/// A panel of columns.
pub(super) struct Columns<'a> {
    /// Its name in pieces, each in its colour.
    pub(super) head: Vec<(&'a str, Color)>,
    /// The figure of the whole.
    pub(super) figure: String,
    /// The columns, from left to right.
    pub(super) columns: Vec<Column>,
    /// How values are written.
    pub(super) write: &'a dyn Fn(f64) -> String,
    /// Values stand above the columns where they have room, instead of along an axis.
    pub(super) has_values: bool,
    /// A column begins at the value that it is named by: the name stands below its left edge.
    pub(super) is_range: bool,
    /// What is said where all values are zero.
    pub(super) nothing: &'static str,
}

impl Columns<'_> {
    /// Draws the panel; hands out the plot and the width of a column.
    pub(super) fn draw(&self, canvas: &Canvas, area: Area) -> (Area, f64) {
        theme::head(canvas, area, &self.head, &self.figure);
        let room = Area { top: area.top + theme::HEAD + 10.0, bottom: area.bottom - 40.0, ..area };
        let largest = self.columns.iter().filter_map(|column| column.value).fold(0.0, f64::max);
        if largest == 0.0 {
            canvas.fill(room, theme::VOID);
            canvas.text(room.center(), room.middle(), Anchor::Center, theme::AXIS, self.nothing);
            return (room, 0.0);
        }
        let kind = theme::LABEL.bold();
        let widest = self
            .columns
            .iter()
            .filter_map(|column| column.value)
            .map(|value| font::width(&(self.write)(value), kind))
            .fold(0.0, f64::max);
        let has_values = self.has_values && widest + 8.0 <= room.width() / self.columns.len() as f64;
        let (plot, scale) = if has_values {
            let plot = Area { top: room.top + 34.0, ..room };
            (plot, Scale::zero_based(largest, plot.bottom, plot.top))
        } else {
            axis::values(canvas, room, &axis::ticks(largest, 3, false), self.write)
        };
        let color = self.head.first().map_or(theme::SESSIONS, |(_, color)| *color);
        let step = plot.width() / self.columns.len() as f64;
        let gap = (step * 0.12).clamp(0.5, 8.0);
        let mut free_from = f64::NEG_INFINITY;
        for (position, column) in self.columns.iter().enumerate() {
            let left = plot.left + step * position as f64;
            let bar =
                Area { left: left + gap, right: left + step - gap, top: plot.bottom, bottom: plot.bottom };
            if column.value.is_none() {
                canvas.fill(Area { top: plot.top, ..bar }, theme::VOID);
            }
            if let Some(value) = column.value {
                let bar = Area { top: scale.at(value), ..bar };
                canvas.fill(bar, if column.is_strong { color } else { theme::tint(color, 0.55) });
                if has_values {
                    canvas.text(bar.center(), bar.top - 18.0, Anchor::Center, kind, &(self.write)(value));
                }
            }
            let half = font::width(&column.name, theme::AXIS) / 2.0;
            let middle = if self.is_range { left } else { bar.center() };
            let x = middle.min(area.right - half).max(area.left + half);
            if x - half > free_from && !column.name.is_empty() {
                if self.is_range {
                    canvas.line(&[(left, plot.bottom), (left, plot.bottom + 7.0)], theme::SOFT, 1);
                }
                canvas.text(x, plot.bottom + 24.0, Anchor::Center, theme::AXIS, &column.name);
                free_from = x + half + 8.0;
            }
        }
        // Over the feet of all columns, so that none breaks it.
        canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], theme::SOFT, 2);
        (plot, step)
    }
}
