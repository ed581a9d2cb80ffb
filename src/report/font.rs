//! The embedded fonts: known to plotters, which measures with them, and to
//! resvg, which draws with them. No font of the machine is ever read, so the
//! pixels are the same everywhere.

use std::sync::{Arc, OnceLock};

use plotters::style::{Color, FontDesc, FontFamily, FontStyle, IntoFont, TextStyle, register_font};
use resvg::usvg::fontdb;

use super::theme::Type;

/// The text family: Latin, Greek and Cyrillic, digits of one width.
pub(super) const FAMILY: &str = "Noto Sans";
/// What the text family lacks: Arabic, Hebrew, Armenian, Georgian, arrows, symbols.
const FALLBACK: &str = "DejaVu Sans";

static REGULAR: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Bold.ttf");
static WIDE: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");

/// Height of a line in ems (ascender to descender): plotters measures a font
/// at a height, SVG draws it at an em.
const FAMILY_HEIGHT: f64 = 1.362;
const FALLBACK_HEIGHT: f64 = 1.164;
/// plotters writes `font-size` as its own size divided by this.
const PLOTTERS_EM: f64 = 1.24;

/// Makes the fonts known to plotters, once per process.
fn register() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        // The bytes are part of the binary; that they parse is what the tests check.
        let _ = register_font(FAMILY, FontStyle::Normal, REGULAR);
        let _ = register_font(FAMILY, FontStyle::Bold, BOLD);
        let _ = register_font(FALLBACK, FontStyle::Normal, WIDE);
    });
}

/// The fonts as resvg wants them.
pub(super) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| {
            let mut database = fontdb::Database::new();
            for bytes in [REGULAR, BOLD, WIDE] {
                database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
            }
            database.set_sans_serif_family(FAMILY);
            Arc::new(database)
        })
        .clone()
}

/// A stretch of a text that is drawn with one font.
pub(super) struct Run {
    /// Its characters; blanks stand at its end, where SVG drops them.
    pub(super) text: String,
    script: Script,
}

/// Which font a character is drawn with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Family,
    Fallback,
}

impl Script {
    fn of(character: char) -> Self {
        match u32::from(character) {
            0..0x530 | 0x1e00..0x20d0 => Script::Family,
            // Chinese, Japanese, Korean, emoji: neither font has them, and the family's box stands for each.
            0x2e80..0xa500
            | 0xac00..0xd800
            | 0xf900..0xfb00
            | 0xfe30..0xfe70
            | 0xff00..0xfff0
            | 0x1f000.. => Script::Family,
            _ => Script::Fallback,
        }
    }
}

/// The text cut where its font changes. resvg alone would look for one font
/// that has all characters, and draw boxes where there is none.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for character in text.chars() {
        let script = Script::of(character);
        match runs.last_mut() {
            Some(run) if run.script == script || character == ' ' => run.text.push(character),
            _ => runs.push(Run { text: character.to_string(), script }),
        }
    }
    runs
}

impl Run {
    /// Its width in pixels of the canvas.
    pub(super) fn width(&self, kind: Type) -> f64 {
        register();
        let characters = self.text.chars().count() as f64;
        let (family, height) = match self.script {
            Script::Family => (FAMILY, FAMILY_HEIGHT),
            Script::Fallback => (FALLBACK, FALLBACK_HEIGHT),
        };
        // Measured large and scaled down, because plotters cuts widths to whole pixels.
        let zoom = 16.0;
        let font = FontDesc::new(FontFamily::Name(family), kind.size * height * zoom, weight(kind));
        font.box_size(&self.text).map_or(characters * kind.size, |(width, _)| f64::from(width) / zoom)
    }

    /// A style for plotters that comes out of its SVG backend at the right size.
    pub(super) fn style(&self, kind: Type) -> TextStyle<'static> {
        register();
        let family = if self.script == Script::Fallback { FALLBACK } else { FAMILY };
        TextStyle {
            color: kind.color.to_backend_color(),
            ..(family, kind.size * PLOTTERS_EM, weight(kind)).into_font().into()
        }
    }
}

fn weight(kind: Type) -> FontStyle {
    if kind.bold { FontStyle::Bold } else { FontStyle::Normal }
}

/// The width of a text in pixels of the canvas.
pub(super) fn width(text: &str, kind: Type) -> f64 {
    runs(text).iter().map(|run| run.width(kind)).sum()
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

/// The text in lines of at most `room`, at most `most` of them; the last one is cut when more is left.
pub(super) fn wrap(text: &str, kind: Type, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
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
    lines.iter().map(|line| fit(line, kind, room)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::theme;
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
            let family = if text.starts_with('ქ') { FALLBACK } else { FAMILY };
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
        let texts = |text: &str| runs(text).into_iter().map(|run| run.text).collect::<Vec<_>>();
        assert_eq!(texts("Größe ≥ 3 Стул"), ["Größe ", "≥ ", "3 Стул"]);
        assert_eq!(texts("椅子 كرسي"), ["椅子 ", "كرسي"]);
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
    }
}
