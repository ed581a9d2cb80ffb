//! Which font has a glyph. The embedded ones are asked first, so that what
//! they know (Latin, Greek, Cyrillic, Arabic, Hebrew, arrows and more) gives
//! the same pixels on every machine. For the rest (Chinese, emoji) the fonts of
//! this machine are looked through, once; where none has it either, the text
//! font draws its box, and [`take_missing`] tells for one warning.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ab_glyph::{Font, FontRef};
use resvg::usvg::fontdb;

use crate::lake::files_below;

/// The text family: Latin, Greek and Cyrillic, digits of one width.
pub(super) const FAMILY: &str = "Noto Sans";
/// What the text family lacks: Arabic, Hebrew, Armenian, Georgian, arrows, symbols.
const WIDE_FAMILY: &str = "DejaVu Sans";

static REGULAR: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Bold.ttf");
static WIDE: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");

/// A font that texts are measured and drawn with.
pub(super) struct Face {
    /// Its name in a drawing.
    pub(super) family: String,
    font: FontRef<'static>,
    bytes: &'static [u8],
}

impl Face {
    fn try_new(family: &str, bytes: &'static [u8]) -> Option<Self> {
        let font = FontRef::try_from_slice(bytes).ok()?;
        Some(Self { family: family.to_owned(), font, bytes })
    }

    /// Whether it can draw the character: bitmaps in colour are no outlines.
    fn draws(&self, character: char) -> bool {
        draws(&self.font, character)
    }

    /// The width of a text in ems.
    pub(super) fn width(&self, text: &str) -> f64 {
        let units = f64::from(self.font.units_per_em().unwrap_or(1000.0));
        let mut sum = 0.0;
        let mut before = None;
        for character in text.chars().filter(|character| !is_mark(*character)) {
            let glyph = self.font.glyph_id(character);
            sum += f64::from(self.font.h_advance_unscaled(glyph));
            if let Some(before) = before {
                sum += f64::from(self.font.kern_unscaled(before, glyph));
            }
            before = Some(glyph);
        }
        sum / units
    }
}

fn draws(font: &impl Font, character: char) -> bool {
    let glyph = font.glyph_id(character);
    glyph.0 != 0 && font.outline(glyph).is_some()
}

/// The three embedded faces: regular, bold, wide.
struct Embedded {
    regular: Arc<Face>,
    bold: Arc<Face>,
    wide: Arc<Face>,
}

fn embedded() -> Option<&'static Embedded> {
    static EMBEDDED: OnceLock<Option<Embedded>> = OnceLock::new();
    // The bytes are part of the binary; that they parse is what the tests check.
    EMBEDDED
        .get_or_init(|| {
            Some(Embedded {
                regular: Arc::new(Face::try_new(FAMILY, REGULAR)?),
                bold: Arc::new(Face::try_new(FAMILY, BOLD)?),
                wide: Arc::new(Face::try_new(WIDE_FAMILY, WIDE)?),
            })
        })
        .as_ref()
}

/// The text face, which also draws a box for what no face has.
pub(super) fn text_face(bold: bool) -> Option<Arc<Face>> {
    embedded().map(|faces| if bold { faces.bold.clone() } else { faces.regular.clone() })
}

/// Characters that change others and have no width of their own.
pub(super) fn is_mark(character: char) -> bool {
    matches!(u32::from(character), 0x200b..=0x200f | 0x2060 | 0xfe00..=0xfe0f | 0xe0100..=0xe01ef)
}

/// The face that draws a character where the text face does not; nothing for
/// those that the text face draws, if only as a box.
pub(super) fn other_face(character: char) -> Option<Arc<Face>> {
    if u32::from(character) < 0x250 || character.is_whitespace() {
        return None;
    }
    let faces = embedded()?;
    if faces.regular.draws(character) {
        return None;
    }
    if faces.wide.draws(character) {
        return Some(faces.wide.clone());
    }
    let mut system = system().lock().unwrap_or_else(PoisonError::into_inner);
    let face = system.face(character);
    if face.is_none() {
        system.missing.insert(character);
    }
    face
}

/// The characters that no font had since this was last asked.
pub(super) fn take_missing() -> BTreeSet<char> {
    std::mem::take(&mut system().lock().unwrap_or_else(PoisonError::into_inner).missing)
}

/// The fonts as resvg wants them: the embedded ones, and those found so far.
pub(super) fn database() -> Arc<fontdb::Database> {
    let mut system = system().lock().unwrap_or_else(PoisonError::into_inner);
    let faces = system.faces.len();
    if let Some((_, database)) = system.database.as_ref().filter(|(known, _)| *known == faces) {
        return database.clone();
    }
    let mut database = fontdb::Database::new();
    for bytes in [REGULAR, BOLD, WIDE].into_iter().chain(system.faces.iter().map(|face| face.bytes)) {
        database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    database.set_sans_serif_family(FAMILY);
    let database = Arc::new(database);
    system.database = Some((faces, database.clone()));
    database
}

/// A font file of this machine, and the ranges of characters it lists.
struct Listed {
    path: PathBuf,
    ranges: Vec<(u32, u32)>,
}

/// The fonts of this machine, as far as they were needed.
#[derive(Default)]
struct System {
    files: Option<Vec<Listed>>,
    faces: Vec<Arc<Face>>,
    known: HashMap<char, Option<usize>>,
    missing: BTreeSet<char>,
    database: Option<(usize, Arc<fontdb::Database>)>,
}

fn system() -> &'static Mutex<System> {
    static SYSTEM: OnceLock<Mutex<System>> = OnceLock::new();
    SYSTEM.get_or_init(Mutex::default)
}

impl System {
    fn face(&mut self, character: char) -> Option<Arc<Face>> {
        let place = match self.known.get(&character) {
            Some(place) => *place,
            None => {
                let place = self.find(character);
                self.known.insert(character, place);
                place
            }
        };
        place.map(|place| self.faces[place].clone())
    }

    fn find(&mut self, character: char) -> Option<usize> {
        if let Some(place) = self.faces.iter().position(|face| face.draws(character)) {
            return Some(place);
        }
        let code = u32::from(character);
        let files = self.files.get_or_insert_with(|| listed(&folders()));
        let fitting = files.iter().filter(|file| {
            let after = file.ranges.partition_point(|(_, last)| *last < code);
            file.ranges.get(after).is_some_and(|(first, _)| *first <= code)
        });
        let face = fitting.filter_map(|file| load(&file.path)).find(|face| face.draws(character))?;
        self.faces.push(Arc::new(face));
        Some(self.faces.len() - 1)
    }
}

/// Where systems keep their fonts.
fn folders() -> Vec<PathBuf> {
    let fixed = ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts"];
    let homes =
        [("HOME", ".fonts"), ("HOME", ".local/share/fonts"), ("HOME", "Library/Fonts"), ("WINDIR", "Fonts")];
    let of_homes =
        homes.iter().filter_map(|(home, below)| Some(PathBuf::from(std::env::var_os(home)?).join(below)));
    fixed.into_iter().map(PathBuf::from).chain(of_homes).collect()
}

/// The font files below the folders, upright text faces first.
fn listed(folders: &[PathBuf]) -> Vec<Listed> {
    // A folder that cannot be read holds no font for us.
    let files = folders.iter().flat_map(|folder| {
        ["ttf", "otf", "ttc"].into_iter().flat_map(|ending| files_below(folder, ending).unwrap_or_default())
    });
    let mut files: Vec<PathBuf> = files.collect();
    let is_styled = |path: &PathBuf| {
        let name = path.file_stem().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let styles = ["bold", "italic", "oblique", "light", "thin", "black", "medium", "mono", "serif"];
        styles.iter().any(|style| name.contains(style))
    };
    files.sort_by_cached_key(|path| (is_styled(path), path.clone()));
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).ok()?;
        let font = FontRef::try_from_slice(&bytes).ok()?;
        let mut codes: Vec<u32> = font.codepoint_ids().map(|(_, character)| u32::from(character)).collect();
        codes.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for code in codes {
            match ranges.last_mut() {
                Some((_, last)) if code <= *last + 1 => *last = code,
                _ => ranges.push((code, code)),
            }
        }
        Some(Listed { path, ranges })
    };
    files.into_iter().filter_map(read).collect()
}

/// A font of the machine. Its bytes stay for the rest of the process, because
/// every later picture may need them.
fn load(path: &PathBuf) -> Option<Face> {
    let bytes: &'static [u8] = Box::leak(std::fs::read(path).ok()?.into_boxed_slice());
    let mut database = fontdb::Database::new();
    database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    let family = database.faces().next()?.families.first()?.0.clone();
    Face::try_new(&family, bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn embedded_faces_know_the_alphabets_of_europe() {
        let faces = embedded().unwrap();
        for character in "AzÄÿřőΑωЯяђ€₹–…".chars() {
            assert!(faces.regular.draws(character) && faces.bold.draws(character), "{character}");
        }
        for character in "عبאբქ".chars() {
            assert_eq!(other_face(character).unwrap().family, WIDE_FAMILY, "{character}");
        }
    }

    #[test]
    fn blanks_need_no_face() {
        assert!(" \u{a0}\u{202f}".chars().all(|blank| other_face(blank).is_none()));
    }

    /// A character of the private use that no font draws: a box, and word of it.
    #[test]
    fn what_no_font_has_is_told() {
        assert!(other_face('\u{10fffd}').is_none());
        assert!(take_missing().contains(&'\u{10fffd}'));
    }

    /// The machine's fonts are looked through: a folder with the embedded wide one serves.
    #[test]
    fn a_face_of_the_machine_is_found_by_its_characters() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Wide.ttf"), WIDE).unwrap();
        std::fs::write(folder.path().join("Broken.ttf"), b"no font").unwrap();
        let mut system = System { files: Some(listed(&[folder.path().to_owned()])), ..System::default() };
        assert_eq!(system.face('ქ').unwrap().family, WIDE_FAMILY);
        assert_eq!(system.faces.len(), 1);
        assert!(system.face('椅').is_none());
    }
}
