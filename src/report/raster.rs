//! SVG to PNG, by resvg, with the fonts that `glyph` knows.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::glyph;

/// The picture as usvg understands it: every text laid out with our fonts.
pub(super) fn tree(svg: &str) -> Result<Tree, String> {
    let options =
        Options { font_family: glyph::FAMILY.to_owned(), fontdb: glyph::database(), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|error| format!("the drawing is no valid SVG: {error}"))
}

/// The bytes of a PNG of that size.
pub(super) fn png(svg: &str, width: u32, height: u32) -> Result<Vec<u8>, String> {
    let tree = tree(svg)?;
    let mut pixels = Pixmap::new(width, height)
        .ok_or_else(|| format!("a picture of {width} x {height} pixels does not fit in memory"))?;
    let (across, down) = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(&tree, Transform::from_scale(across, down), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| format!("the picture cannot be encoded: {error}"))
}
