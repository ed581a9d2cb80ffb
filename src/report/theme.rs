//! How every picture looks: colours, type, margins, and the frame of title,
//! subtitle and note around a chart.
//!
//! A colour is a measure and means the same on every chart. The hues are those
//! of Okabe and Ito (<https://jfly.uni-koeln.de/color/>), which stay apart for
//! colour-blind readers, darkened where white type or thin lines need it.

use plotters::style::RGBColor;

use super::canvas::{Anchor, Area, Canvas};
use super::font;

/// Sessions and anything counted in sessions.
pub(super) const SESSIONS: RGBColor = RGBColor(0, 102, 166);
/// People: visitors, customers, buyers.
pub(super) const PEOPLE: RGBColor = RGBColor(65, 160, 214);
/// Money earned.
pub(super) const REVENUE: RGBColor = RGBColor(0, 133, 100);
/// Sessions that end in an order, and their share.
pub(super) const CONVERSION: RGBColor = RGBColor(217, 119, 6);
/// Revenue per order.
pub(super) const ORDER_VALUE: RGBColor = RGBColor(160, 80, 135);
/// Carts left behind, and what they held.
pub(super) const ABANDONED: RGBColor = RGBColor(190, 60, 20);

/// Titles, values and whatever must be read.
pub(super) const INK: RGBColor = RGBColor(28, 33, 40);
/// Subtitles, axes, notes.
pub(super) const SOFT: RGBColor = RGBColor(95, 104, 116);
/// Grid lines and the ground that bars grow on.
pub(super) const GRID: RGBColor = RGBColor(224, 228, 233);
/// A cell or a bar for which there is no data.
pub(super) const VOID: RGBColor = RGBColor(241, 243, 246);
/// The page.
pub(super) const PAGE: RGBColor = RGBColor(255, 255, 255);

/// A size, weight and colour of type. At README width a pixel here is about half a pixel there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Type {
    /// Pixels per em.
    pub(super) size: f64,
    /// Bold rather than regular.
    pub(super) bold: bool,
    /// Colour of the letters.
    pub(super) color: RGBColor,
}

impl Type {
    /// The same type in another colour.
    pub(super) fn colored(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    /// The same type in bold.
    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// The message of a picture.
pub(super) const TITLE: Type = Type { size: 42.0, bold: true, color: INK };
/// What is shown, in which unit, for which time.
pub(super) const SUBTITLE: Type = Type { size: 26.0, bold: false, color: SOFT };
/// The name of a panel.
pub(super) const PANEL: Type = Type { size: 27.0, bold: true, color: INK };
/// Names of bars and values beside them.
pub(super) const LABEL: Type = Type { size: 24.0, bold: false, color: INK };
/// Numbers along an axis.
pub(super) const AXIS: Type = Type { size: 22.0, bold: false, color: SOFT };
/// Definitions at the foot.
pub(super) const NOTE: Type = Type { size: 21.0, bold: false, color: SOFT };

/// White space around everything.
pub(super) const MARGIN: f64 = 56.0;
/// Room beside a bar for its value.
pub(super) const VALUE_ROOM: f64 = 92.0;
/// White space between panels.
pub(super) const GUTTER: f64 = 64.0;

/// The words around a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caption {
    /// The one message, a sentence from the data.
    pub(super) title: String,
    /// What is shown, in which unit, for which time.
    pub(super) subtitle: String,
    /// Definitions and what was left out.
    pub(super) note: String,
}

/// Draws the words and hands out the room that is left for the chart.
pub(super) fn frame(canvas: &Canvas, caption: &Caption) -> Area {
    let page = canvas.page().inset(MARGIN);
    let mut top = page.top;
    for (text, kind, leading, most) in
        [(&caption.title, TITLE, 54.0, 2), (&caption.subtitle, SUBTITLE, 36.0, 2)]
    {
        for line in font::wrap(text, kind, page.width(), most) {
            canvas.text(page.left, top + leading / 2.0, Anchor::Left, kind, &line);
            top += leading;
        }
        top += 4.0;
    }
    let mut bottom = page.bottom;
    for line in font::wrap(&caption.note, NOTE, page.width(), 2).iter().rev() {
        canvas.text(page.left, bottom - 15.0, Anchor::Left, NOTE, line);
        bottom -= 30.0;
    }
    Area { left: page.left, top: top + 26.0, right: page.right, bottom: bottom - 22.0 }
}

/// A picture of nothing, said calmly: the title, and one sentence why.
pub(super) fn blank(canvas: &Canvas, caption: &Caption, sentence: &str) {
    let body = frame(canvas, caption);
    canvas.fill(body, VOID);
    let lines = font::wrap(sentence, SUBTITLE, body.width() - 2.0 * MARGIN, 3);
    let mut y = body.middle() - 18.0 * (lines.len() as f64 - 1.0);
    for line in lines {
        canvas.text(body.center(), y, Anchor::Center, SUBTITLE, &line);
        y += 36.0;
    }
}

/// Between the page and a colour: 0 is the page, 1 the colour itself.
pub(super) fn tint(color: RGBColor, share: f64) -> RGBColor {
    let mix = |page: u8, ink: u8| {
        (f64::from(page) + (f64::from(ink) - f64::from(page)) * share.clamp(0.0, 1.0)).round() as u8
    };
    RGBColor(mix(PAGE.0, color.0), mix(PAGE.1, color.1), mix(PAGE.2, color.2))
}

/// Type that can be read on a ground of that colour: white on dark, ink on light.
pub(super) fn on(ground: RGBColor) -> RGBColor {
    let light = 0.299 * f64::from(ground.0) + 0.587 * f64::from(ground.1) + 0.114 * f64::from(ground.2);
    if light < 125.0 { PAGE } else { INK }
}
