//! The sheet a picture is drawn on: plotters' SVG backend behind the few
//! strokes our charts are made of.
//!
//! Strokes return nothing. Drawing into a string fails only for reasons that
//! concern the whole picture, so the first failure is kept and told once, by
//! [`Canvas::finish`].

use std::cell::RefCell;

use super::font;
use super::theme::{self, Type};
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

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
    failure: RefCell<Option<String>>,
}

impl<'a> Canvas<'a> {
    /// A white sheet that will be written into `svg`.
    pub(super) fn new(svg: &'a mut String, size: (u32, u32)) -> Self {
        let canvas = Self {
            area: SVGBackend::with_string(svg, size).into_drawing_area(),
            failure: RefCell::new(None),
        };
        canvas.fill(canvas.page(), theme::PAGE);
        canvas
    }

    /// The whole sheet.
    pub(super) fn page(&self) -> Area {
        let (width, height) = self.area.dim_in_pixel();
        Area { left: 0.0, top: 0.0, right: f64::from(width), bottom: f64::from(height) }
    }

    /// Ends the drawing; says what went wrong, if anything did.
    pub(super) fn finish(self) -> Result<(), String> {
        let presented = self.area.present().map_err(|error| error.to_string());
        match self.failure.into_inner() {
            Some(failure) => Err(failure),
            None => presented,
        }
    }

    /// A filled rectangle.
    pub(super) fn fill(&self, area: Area, color: RGBColor) {
        if area.width() > 0.0 && area.height() > 0.0 {
            let corners = [whole((area.left, area.top)), whole((area.right, area.bottom))];
            self.draw(&Rectangle::new(corners, color.filled()));
        }
    }

    /// A bar that grows to the right from `left`, its height centred on
    /// `middle`, and its value beside its end.
    pub(super) fn bar(
        &self,
        left: f64,
        middle: f64,
        (length, thick): (f64, f64),
        color: RGBColor,
        value: &str,
    ) {
        let (top, bottom) = (middle - thick / 2.0, middle + thick / 2.0);
        self.fill(Area { left, right: left + length, top, bottom }, color);
        self.text(left + length + BAR_GAP, middle, Anchor::Left, theme::LABEL.bold(), value);
    }

    /// The border of a rectangle, drawn inside it.
    pub(super) fn outline(&self, area: Area, color: RGBColor, width: u32) {
        // A path, because the backend forgets the width of a rectangle's border.
        let Area { left, top, right, bottom } = area.inset(f64::from(width) / 2.0);
        self.line(
            &[(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (right, top)],
            color,
            width,
        );
    }

    /// A striped rectangle: what is not there whole.
    pub(super) fn hatch(&self, area: Area, color: RGBColor) {
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
    pub(super) fn line(&self, points: &[(f64, f64)], color: RGBColor, width: u32) {
        if points.len() > 1 {
            let points: Vec<_> = points.iter().copied().map(whole).collect();
            self.draw(&PathElement::new(points, color.stroke_width(width)));
        }
    }

    /// A filled shape.
    pub(super) fn polygon(&self, points: &[(f64, f64)], color: RGBColor) {
        let points: Vec<_> = points.iter().copied().map(whole).collect();
        self.draw(&Polygon::new(points, color.filled()));
    }

    /// A disc.
    pub(super) fn dot(&self, at: (f64, f64), radius: i32, color: RGBColor) {
        self.draw(&Circle::new(whole(at), radius, color.filled()));
    }

    /// A ring on the page's ground.
    pub(super) fn ring(&self, at: (f64, f64), radius: i32, color: RGBColor) {
        self.dot(at, radius, theme::PAGE);
        self.draw(&Circle::new(whole(at), radius, color.stroke_width(3)));
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
        let runs = font::runs(clean.trim());
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
            let style = run.style(kind).pos(Pos::new(side, VPos::Center));
            let width = run.width(kind);
            // The backend centres small letters; ours are mostly capitals and digits, a tenth higher.
            self.draw(&Text::new(run.text, whole((x, y + 0.08 * kind.size)), style));
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

/// The nearest whole pixel; the backend knows no other.
fn whole((x, y): (f64, f64)) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}
