//! How every picture looks: colours, type, margins, and the frame of title,
//! subtitle and note around a chart.
//!
//! A colour is a measure and means the same on every chart. The hues are those
//! of Okabe and Ito (<https://jfly.uni-koeln.de/color/>), which stay apart for
//! colour-blind readers, darkened where white type or thin lines need it.

use plotters::style::RGBColor;

use super::canvas::{Anchor, Area, Canvas};
use super::font;

/// A colour of both themes: what it is on a light page and on a dark one. The
/// canvas knows which page it is; charts need not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color {
    /// On the light page.
    pub(super) light: RGBColor,
    /// On the dark page.
    pub(super) dark: RGBColor,
}

impl Color {
    const fn new(light: (u8, u8, u8), dark: (u8, u8, u8)) -> Self {
        Self { light: RGBColor(light.0, light.1, light.2), dark: RGBColor(dark.0, dark.1, dark.2) }
    }
}

/// Sessions and anything counted in sessions.
pub(super) const SESSIONS: Color = Color::new((0, 102, 166), (78, 158, 226));
/// People: visitors, customers, buyers.
pub(super) const PEOPLE: Color = Color::new((65, 160, 214), (150, 208, 245));
/// Money earned.
pub(super) const REVENUE: Color = Color::new((0, 133, 100), (54, 184, 145));
/// Sessions that end in an order, and their share.
pub(super) const CONVERSION: Color = Color::new((217, 119, 6), (240, 155, 56));
/// Revenue per order.
pub(super) const ORDER_VALUE: Color = Color::new((160, 80, 135), (208, 132, 184));
/// Carts left behind, and what they held.
pub(super) const ABANDONED: Color = Color::new((190, 60, 20), (236, 114, 78));

/// Titles, values and whatever must be read.
pub(super) const INK: Color = Color::new((28, 33, 40), (232, 236, 241));
/// Subtitles, axes, notes.
pub(super) const SOFT: Color = Color::new((95, 104, 116), (158, 168, 180));
/// What stands back behind a colour: the period before, all others.
pub(super) const BACK: Color = Color::new((152, 161, 172), (112, 122, 135));
/// Grid lines and the ground that bars grow on.
pub(super) const GRID: Color = Color::new((224, 228, 233), (52, 59, 68));
/// A cell or a bar for which there is no data.
pub(super) const VOID: Color = Color::new((241, 243, 246), (33, 38, 45));
/// The page.
pub(super) const PAGE: Color = Color::new((255, 255, 255), (20, 24, 29));

/// A size, weight and colour of type. At README width a pixel here is about half a pixel there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Type {
    /// Pixels per em.
    pub(super) size: f64,
    /// Bold rather than regular.
    pub(super) bold: bool,
    /// Colour of the letters.
    pub(super) color: Color,
}

impl Type {
    /// The same type in another colour.
    pub(super) fn colored(self, color: Color) -> Self {
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
/// A figure that stands for itself.
pub(super) const FIGURE: Type = Type { size: 54.0, bold: true, color: INK };
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

/// How many lines the words around a chart may take; what is longer is cut.
pub(super) const TITLE_LINES: usize = 2;
pub(super) const SUBTITLE_LINES: usize = 2;
pub(super) const NOTE_LINES: usize = 3;

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
        [(&caption.title, TITLE, 54.0, TITLE_LINES), (&caption.subtitle, SUBTITLE, 36.0, SUBTITLE_LINES)]
    {
        for line in font::wrap(text, kind, page.width(), most) {
            canvas.text(page.left, top + leading / 2.0, Anchor::Left, kind, &line);
            top += leading;
        }
        top += 4.0;
    }
    let mut bottom = page.bottom;
    for line in font::wrap(&caption.note, NOTE, page.width(), NOTE_LINES).iter().rev() {
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
pub(super) fn tint(color: Color, share: f64) -> Color {
    let share = share.clamp(0.0, 1.0);
    let one =
        |page: u8, ink: u8| (f64::from(page) + (f64::from(ink) - f64::from(page)) * share).round() as u8;
    let mix =
        |page: RGBColor, ink: RGBColor| RGBColor(one(page.0, ink.0), one(page.1, ink.1), one(page.2, ink.2));
    Color { light: mix(PAGE.light, color.light), dark: mix(PAGE.dark, color.dark) }
}

/// Type that can be read on a ground of that colour: white on dark, ink on light.
pub(super) fn on(ground: Color) -> Color {
    let readable = |ground: RGBColor| {
        let light = 0.299 * f64::from(ground.0) + 0.587 * f64::from(ground.1) + 0.114 * f64::from(ground.2);
        if light < 125.0 { PAGE.light } else { INK.light }
    };
    Color { light: readable(ground.light), dark: readable(ground.dark) }
}

/// The head of a panel: words in their colours, and a figure at the right
/// where it has room.
pub(super) fn head(canvas: &Canvas, area: Area, words: &[(&str, Color)], figure: &str) {
    let y = area.top + 18.0;
    let mut x = area.left;
    for (word, color) in words {
        let kind = head_type(*color);
        // A head that fits to the hair is not cut for the hair.
        let word = font::fit(word, kind, (area.right - x + 1.0).max(0.0));
        canvas.text(x, y, Anchor::Left, kind, &word);
        x += font::width(&word, kind) + 9.0;
    }
    if x + 20.0 + font::width(figure, LABEL.bold()) <= area.right {
        canvas.text(area.right, y, Anchor::Right, LABEL.bold(), figure);
    }
}

/// How the words of a panel's head are written: what a colour names stands out.
pub(super) fn head_type(color: Color) -> Type {
    if color == INK { LABEL } else { PANEL.colored(color) }
}

/// Height of a panel's head and the white space below it.
pub(super) const HEAD: f64 = 52.0;
