//! The sheet a picture is drawn on: plotters' SVG backend behind the few
//! strokes our charts are made of.
//!
//! Strokes return nothing. Drawing into a string fails only for reasons that
//! concern the whole picture, so the first failure is kept and told once, by
//! [`Canvas::finish`].

use std::cell::RefCell;

use super::font;
use super::theme::{self, Color, Type};
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, RGBColor};

/// The backend knows whole pixels only; ours are drawn as so many of its own,
/// so that slopes and curves are smooth.
const FINE: f64 = 4.0;

/// White space between the end of a bar and its value.
pub(super) const BAR_GAP: f64 = 11.0;

/// Which end of a text its point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The text begins at the point.
    Left,
    /// The point is its middle.
    Center,
    /// The text ends at the point.
    Right,
}

/// A rectangle of the sheet, in pixels; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    /// Smallest x.
    pub(super) left: f64,
    /// Smallest y.
    pub(super) top: f64,
    /// Largest x.
    pub(super) right: f64,
    /// Largest y.
    pub(super) bottom: f64,
}

impl Area {
    /// Its width.
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The x of its middle.
    pub(super) fn center(&self) -> f64 {
        self.left.midpoint(self.right)
    }

    /// The y of its middle.
    pub(super) fn middle(&self) -> f64 {
        self.top.midpoint(self.bottom)
    }

    /// The same without a border of that width.
    pub(super) fn inset(&self, by: f64) -> Self {
        Self { left: self.left + by, top: self.top + by, right: self.right - by, bottom: self.bottom - by }
    }

    /// Parts side by side, as wide as the shares say, with a gutter between.
    pub(super) fn columns(&self, shares: &[f64], gutter: f64) -> Vec<Self> {
        let room = self.width() - gutter * (shares.len() as f64 - 1.0);
        let total: f64 = shares.iter().sum();
        let mut left = self.left;
        shares
            .iter()
            .map(|share| {
                let part = Self { left, right: left + room * share / total, ..*self };
                left = part.right + gutter;
                part
            })
            .collect()
    }

    /// Parts one above the other, as high as the shares say, with a gutter between.
    pub(super) fn rows(&self, shares: &[f64], gutter: f64) -> Vec<Self> {
        let turned = Self { left: self.top, right: self.bottom, top: 0.0, bottom: 0.0 };
        let parts = turned.columns(shares, gutter);
        parts.into_iter().map(|part| Self { top: part.left, bottom: part.right, ..*self }).collect()
    }
}

/// A sheet of SVG.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    dark: bool,
    failure: RefCell<Option<String>>,
}

impl<'a> Canvas<'a> {
    /// A light or dark sheet that will be written into `svg`.
    pub(super) fn new(svg: &'a mut String, size: (u32, u32), dark: bool) -> Self {
        let fine = (size.0 * FINE as u32, size.1 * FINE as u32);
        let canvas = Self {
            area: SVGBackend::with_string(svg, fine).into_drawing_area(),
            dark,
            failure: RefCell::new(None),
        };
        canvas.fill(canvas.page(), theme::PAGE);
        canvas
    }

    /// The whole sheet.
    pub(super) fn page(&self) -> Area {
        let (width, height) = self.area.dim_in_pixel();
        Area { left: 0.0, top: 0.0, right: f64::from(width) / FINE, bottom: f64::from(height) / FINE }
    }

    /// Ends the drawing; says what went wrong, if anything did.
    pub(super) fn finish(self) -> Result<(), String> {
        let presented = self.area.present().map_err(|error| error.to_string());
        match self.failure.into_inner() {
            Some(failure) => Err(failure),
            None => presented,
        }
    }

    /// The drawing says its size in the backend's pixels; what it fills is the sheet.
    pub(super) fn sized(svg: &str, size: (u32, u32)) -> String {
        let fine = (size.0 * FINE as u32, size.1 * FINE as u32);
        let said = format!("width=\"{}\" height=\"{}\"", fine.0, fine.1);
        svg.replacen(&said, &format!("width=\"{}\" height=\"{}\"", size.0, size.1), 1)
    }

    /// The colour of this sheet's theme.
    fn rgb(&self, color: Color) -> RGBColor {
        if self.dark { color.dark } else { color.light }
    }

    /// A filled rectangle.
    pub(super) fn fill(&self, area: Area, color: Color) {
        if area.width() > 0.0 && area.height() > 0.0 {
            // Edges lie on whole pixels of ours, where they are sharp.
            let corners = [
                fine((area.left.round(), area.top.round())),
                fine((area.right.round(), area.bottom.round())),
            ];
            self.draw(&Rectangle::new(corners, self.rgb(color).filled()));
        }
    }

    /// A bar that grows to the right from `left`, its height centred on
    /// `middle`, and its value beside its end.
    pub(super) fn bar(&self, left: f64, middle: f64, (length, thick): (f64, f64), color: Color, value: &str) {
        let (top, bottom) = (middle - thick / 2.0, middle + thick / 2.0);
        self.fill(Area { left, right: left + length, top, bottom }, color);
        self.text(left + length + BAR_GAP, middle, Anchor::Left, theme::LABEL.bold(), value);
    }

    /// The border of a rectangle, drawn inside it.
    pub(super) fn outline(&self, area: Area, color: Color, width: u32) {
        // A path, because the backend forgets the width of a rectangle's border.
        let Area { left, top, right, bottom } = area.inset(f64::from(width) / 2.0);
        self.line(
            &[(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (right, top)],
            color,
            width,
        );
    }

    /// A striped rectangle: what is not there whole.
    pub(super) fn hatch(&self, area: Area, color: Color) {
        self.fill(area, theme::tint(color, 0.12));
        let (step, height) = (10.0, area.height());
        let mut x = area.left - height;
        while x < area.right {
            // A stripe climbs to the right at 45 degrees, cut at the rectangle's sides.
            let from = (x.max(area.left), area.bottom - (x.max(area.left) - x));
            let until = (x + height).min(area.right);
            let to = (until, area.bottom - (until - x));
            if from.1 > area.top {
                self.line(&[from, to], theme::tint(color, 0.6), 1);
            }
            x += step;
        }
        self.outline(area, theme::tint(color, 0.6), 1);
    }

    /// A line through the points.
    pub(super) fn line(&self, points: &[(f64, f64)], color: Color, width: u32) {
        let straight = matches!(points, [from, to] if from.0 == to.0 || from.1 == to.1);
        // A straight line of an odd width is sharp in the middle of a pixel.
        let shift = if straight && width % 2 == 1 { 0.5 } else { 0.0 };
        let place =
            |(x, y): (f64, f64)| if straight { (x.round() + shift, y.round() + shift) } else { (x, y) };
        let points: Vec<_> = points.iter().copied().map(place).map(fine).collect();
        // A line of no length has no direction to be stroked in.
        if points.iter().any(|point| *point != points[0]) {
            self.draw(&PathElement::new(points, self.rgb(color).stroke_width(width * FINE as u32)));
        }
    }

    /// A filled shape.
    pub(super) fn polygon(&self, points: &[(f64, f64)], color: Color) {
        let points: Vec<_> = points.iter().copied().map(fine).collect();
        self.draw(&Polygon::new(points, self.rgb(color).filled()));
    }

    /// A disc.
    pub(super) fn dot(&self, at: (f64, f64), radius: i32, color: Color) {
        self.draw(&Circle::new(fine(at), radius * FINE as i32, self.rgb(color).filled()));
    }

    /// A ring on the page's ground.
    pub(super) fn ring(&self, at: (f64, f64), radius: i32, color: Color) {
        self.dot(at, radius, theme::PAGE);
        let style = self.rgb(color).stroke_width(3 * FINE as u32);
        self.draw(&Circle::new(fine(at), radius * FINE as i32, style));
    }

    /// One line of text, its height centred on `y`. Characters that no file
    /// may hold (controls) become blanks.
    pub(super) fn text(&self, x: f64, y: f64, anchor: Anchor, kind: Type, text: &str) {
        let clean: String = text
            .chars()
            .map(|character| if character.is_control() || is_forbidden(character) { ' ' } else { character })
            .collect();
        if clean.trim().is_empty() {
            return;
        }
        let runs = font::runs(clean.trim(), kind.bold);
        let total: f64 = runs.iter().map(|run| run.width(kind)).sum();
        // One run is anchored where it is drawn, so that a viewer with other fonts keeps the layout.
        let (side, mut x) = match anchor {
            Anchor::Left => (HPos::Left, x),
            Anchor::Center if runs.len() == 1 => (HPos::Center, x),
            Anchor::Center => (HPos::Left, x - total / 2.0),
            Anchor::Right if runs.len() == 1 => (HPos::Right, x),
            Anchor::Right => (HPos::Left, x - total),
        };
        for run in runs {
            let style = run
                .style(kind.size * FINE, kind.bold, self.rgb(kind.color))
                .pos(Pos::new(side, VPos::Center));
            let width = run.width(kind);
            // The backend centres small letters; ours are mostly capitals and digits, a tenth higher.
            self.draw(&Text::new(run.text.clone(), fine((x, y + 0.08 * kind.size)), style));
            x += width;
        }
    }

    fn draw<E>(&self, element: &E)
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: Drawable<SVGBackend<'a>>,
    {
        if let Err(error) = self.area.draw(element) {
            self.failure.borrow_mut().get_or_insert_with(|| error.to_string());
        }
    }
}

/// Characters that XML 1.0 forbids though they are no control characters.
fn is_forbidden(character: char) -> bool {
    matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// The nearest pixel of the backend.
fn fine((x, y): (f64, f64)) -> (i32, i32) {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}
