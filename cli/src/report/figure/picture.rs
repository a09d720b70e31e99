//! A figure as PNG, with letters that are in this program: a machine may have no fonts.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::Arc;

/// Pixels of the picture for each of the drawing, so that it is sharp on paper.
const SCALE: f32 = 2.0;
/// DejaVu Sans is the widest of the usual fonts. What does not overlap here does not with others.
const FONT: &str = "DejaVu Sans";

/// What draws pictures.
pub(crate) struct Painter {
    options: Options<'static>,
}

impl Painter {
    pub(crate) fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(dejavu::sans::regular().to_vec());
        fonts.set_sans_serif_family(FONT);
        let (fontdb, font_family) = (Arc::new(fonts), FONT.to_owned());
        Self { options: Options { fontdb, font_family, ..Options::default() } }
    }

    /// The picture of an SVG drawing, as the bytes of a PNG file.
    ///
    /// # Panics
    /// If the drawing is not one that this program made.
    pub(crate) fn png(&self, svg: &str) -> Vec<u8> {
        let tree = Tree::from_str(svg, &self.options).expect("a drawing of this program");
        let size = tree.size().to_int_size().scale_by(SCALE).expect("it is not empty");
        let mut pixels = Pixmap::new(size.width(), size.height()).expect("it is not empty");
        resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
        pixels.encode_png().expect("memory")
    }
}
