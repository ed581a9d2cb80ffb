//! Texts in pixels: cut where their font changes, measured, shortened, broken into lines.

use std::sync::Arc;

use plotters::style::{Color, FontStyle, IntoFont, RGBColor, TextStyle};

use super::glyph::{self, Face};
use super::theme::Type;

/// plotters writes `font-size` as its own size divided by this.
const PLOTTERS_EM: f64 = 1.24;

/// A stretch of a text that is drawn with one font.
pub(super) struct Run {
    /// Its characters; blanks stand at its end, where SVG drops them.
    pub(super) text: String,
    /// Nothing only where the embedded fonts do not parse.
    face: Option<Arc<Face>>,
    is_text_face: bool,
}

/// The text cut where its font changes. resvg alone would look for one font
/// that has all characters, and draw boxes where there is none.
pub(super) fn runs(text: &str, bold: bool) -> Vec<Run> {
    let text_face = glyph::text_face(bold);
    let mut runs: Vec<Run> = Vec::new();
    for character in text.chars() {
        let joins = character == ' ' || glyph::is_mark(character);
        if let Some(run) = runs.last_mut().filter(|_| joins) {
            run.text.push(character);
            continue;
        }
        let other = glyph::other_face(character);
        let is_text_face = other.is_none();
        let face = other.or_else(|| text_face.clone());
        let family = |face: &Option<Arc<Face>>| face.as_ref().map(|face| face.family.clone());
        match runs.last_mut() {
            Some(run) if run.is_text_face == is_text_face && family(&run.face) == family(&face) => {
                run.text.push(character);
            }
            _ => runs.push(Run { text: character.to_string(), face, is_text_face }),
        }
    }
    runs
}

impl Run {
    /// Its width in pixels of the canvas.
    pub(super) fn width(&self, kind: Type) -> f64 {
        let characters = self.text.chars().count() as f64;
        self.face.as_ref().map_or(characters, |face| face.width(&self.text)) * kind.size
    }

    /// A style for plotters that comes out of its SVG backend at that size.
    pub(super) fn style(&self, size: f64, bold: bool, color: RGBColor) -> TextStyle<'_> {
        let family = self.face.as_ref().map_or(glyph::FAMILY, |face| face.family.as_str());
        let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
        TextStyle {
            color: color.to_backend_color(),
            ..(family, size * PLOTTERS_EM, weight).into_font().into()
        }
    }
}

/// The width of a text in pixels of the canvas.
pub(super) fn width(text: &str, kind: Type) -> f64 {
    runs(text, kind.bold).iter().map(|run| run.width(kind)).sum()
}

/// The text, cut with an ellipsis so that it is at most `room` wide.
pub(super) fn fit(text: &str, kind: Type, room: f64) -> String {
    if width(text, kind) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let cut = |kept: usize| {
        let head: String = characters[..kept].iter().collect();
        format!("{}…", head.trim_end_matches([' ', ',', '.', '-', '–']))
    };
    let (mut fits, mut too_long) = (0, characters.len());
    while too_long - fits > 1 {
        let middle = fits.midpoint(too_long);
        if width(&cut(middle), kind) <= room { fits = middle } else { too_long = middle }
    }
    cut(fits)
}

/// A last line shorter than this share of the room is a leftover.
const LEFTOVER: f64 = 0.4;

/// The text in lines of at most `room`, at most `most` of them; the last one is cut when more is left. Where a few
/// words alone would stand on the last, the lines are made about equally long instead.
pub(super) fn wrap(text: &str, kind: Type, room: f64, most: usize) -> Vec<String> {
    let full = lines(text, kind, room, most);
    let is_whole = |lines: &[String], room: f64| lines.iter().all(|line| width(line, kind) <= room);
    let is_leftover = full.last().is_some_and(|last| width(last, kind) < LEFTOVER * room);
    if full.len() < 2 || !is_leftover || !is_whole(&full, room) {
        return full.iter().map(|line| fit(line, kind, room)).collect();
    }
    // The narrowest room, to the pixel, that takes no more lines.
    let (mut narrow, mut wide) = (room / full.len() as f64 - 1.0, room);
    while wide - narrow > 1.0 {
        let middle = narrow.midpoint(wide);
        let tried = lines(text, kind, middle, full.len());
        if is_whole(&tried, middle) { wide = middle } else { narrow = middle }
    }
    lines(text, kind, wide, full.len())
}

/// The text in lines that are filled one after the other; what is left stands on the last, however long.
fn lines(text: &str, kind: Type, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    // No line begins with the sign of a division or of a definition.
    let text = text.replace(" / ", "\u{a0}/ ").replace(" = ", "\u{a0}= ");
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || lines.len() + 1 == most || width(&longer, kind) <= room {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::{glyph::database, theme};
    use super::*;

    #[test]
    fn widths_agree_with_what_resvg_draws() {
        let options = resvg::usvg::Options { fontdb: database(), ..Default::default() };
        for (text, bold) in [
            ("Mobile brings 61% of sessions", true),
            ("1,234,567.89", false),
            ("Ψηφιακά, Товары, Größe", false),
            ("ქართული", false),
        ] {
            let kind = Type { size: 40.0, bold, color: theme::INK };
            let weight = if bold { "bold" } else { "normal" };
            let family = if text.starts_with('ქ') { "DejaVu Sans" } else { glyph::FAMILY };
            let svg = format!(
                "<svg xmlns='http://www.w3.org/2000/svg' width='2000' height='100'><text x='10' y='50' \
                 font-family='{family}' font-size='40' font-weight='{weight}'>{text}</text></svg>"
            );
            let tree = resvg::usvg::Tree::from_str(&svg, &options).unwrap();
            let drawn = f64::from(tree.root().children()[0].bounding_box().width());
            let measured = width(text, kind);
            assert!((drawn / measured - 1.0).abs() < 0.04, "{text}: drawn {drawn}, measured {measured}");
        }
    }

    #[test]
    fn a_text_is_cut_where_its_font_changes() {
        let texts = |text: &str| runs(text, false).into_iter().map(|run| run.text).collect::<Vec<_>>();
        assert_eq!(texts("Größe ≥ 3 Стул"), ["Größe ", "≥ ", "3 Стул"]);
        assert_eq!(texts("Стул كرسي"), ["Стул ", "كرسي"]);
        assert_eq!(texts(""), [""; 0]);
    }

    #[test]
    fn a_long_name_is_cut_to_its_room() {
        let kind = theme::LABEL;
        let cut = fit("An unreasonably long product name that nobody will read", kind, 200.0);
        assert!(cut.ends_with('…') && width(&cut, kind) <= 200.0, "{cut}");
        assert_eq!(fit("short", kind, 200.0), "short");
        assert_eq!(fit("anything", kind, 0.0), "…");
    }

    #[test]
    fn lines_are_broken_between_words() {
        let lines = wrap("one two three four five six", theme::LABEL, 120.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, theme::LABEL) <= 120.0), "{lines:?}");
        // Filled one after the other, the last word would stand alone.
        let text = "Product views peak at 19:00; purchases have no clear peak";
        let room = width(text, theme::LABEL) - 1.0;
        let lines = wrap(text, theme::LABEL, room, 2);
        assert!(lines.len() == 2 && lines[1].split(' ').count() > 2, "{lines:?}");
        assert_eq!(lines.join(" "), text);
        let formula = wrap("conversion = orders / sessions", theme::LABEL, 250.0, 3);
        assert!(formula.iter().all(|line| !line.starts_with(['=', '/'])), "{formula:?}");
        let cut = wrap(text, theme::LABEL, room / 4.0, 2);
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
    }
}
