//! Reads what a plot shows and where: texts with the space that they take, and the space of lines
//! and marks.

use roxmltree::{Document, Node};

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space(f64, f64, f64, f64);

impl Space {
    /// Whether two rectangles share more than an edge.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }

    fn around(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let none = Self(f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
        points.into_iter().fold(none, |Self(left, top, right, bottom), (x, y)| {
            Self(left.min(x), top.min(y), right.max(x), bottom.max(y))
        })
    }
}

/// A line of text.
pub(crate) struct Text {
    pub(crate) words: String,
    /// The font size, pixels.
    pub(crate) height: f64,
    pub(crate) space: Space,
}

/// A plot.
pub(crate) struct Picture {
    all: Space,
    pub(crate) texts: Vec<Text>,
    /// Curves in pieces, whiskers and marks, but not the thin lines of axes and ticks.
    pub(crate) drawn: Vec<Space>,
}

impl Picture {
    /// Parses an SVG file in the form that plotters writes.
    pub(crate) fn of(svg: &str) -> Self {
        let document = Document::parse(svg).expect("well-formed XML");
        let root = document.root_element();
        let all = Space(0.0, 0.0, number(root, "width"), number(root, "height"));
        let of = |tag: &'static str| document.descendants().filter(move |n| n.has_tag_name(tag));
        let mut drawn: Vec<Space> = of("circle").map(circle).collect();
        drawn.extend(of("polygon").map(|node| Space::around(points(node))));
        let thick = |node: &Node<'_, '_>| number(*node, "stroke-width") >= 2.0;
        let ends = |node| ["1", "2"].map(|end| place(node, &format!("x{end}"), &format!("y{end}")));
        let lines = of("line").filter(thick).map(|node| ends(node).to_vec());
        for points in of("polyline").filter(thick).map(points).chain(lines) {
            drawn.extend(points.windows(2).flat_map(|ends| pieces(ends[0], ends[1])));
        }
        Self { all, texts: of("text").map(text).collect(), drawn }
    }

    /// Whether a rectangle is inside the picture.
    pub(crate) fn contains(&self, Space(left, top, right, bottom): &Space) -> bool {
        let all = self.all;
        all.0 <= *left && all.1 <= *top && *right <= all.2 && *bottom <= all.3
    }

    /// All texts, joined by spaces.
    pub(crate) fn words(&self) -> String {
        self.texts.iter().map(|text| text.words.as_str()).collect::<Vec<_>>().join(" ")
    }
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let word = node.attribute(name).unwrap_or_else(|| panic!("no {name} in {node:?}"));
    word.parse().unwrap_or_else(|why| panic!("{name}=\"{word}\": {why}"))
}

fn place(node: Node<'_, '_>, x: &str, y: &str) -> (f64, f64) {
    (number(node, x), number(node, y))
}

fn points(node: Node<'_, '_>) -> Vec<(f64, f64)> {
    let words = node.attribute("points").expect("points").split_whitespace();
    let pair = |word: &str| {
        let (x, y) = word.split_once(',').expect("a pair");
        (x.parse().expect("x"), y.parse().expect("y"))
    };
    words.map(pair).collect()
}

fn circle(node: Node<'_, '_>) -> Space {
    let ((x, y), r) = (place(node, "cx", "cy"), number(node, "r"));
    Space(x - r, y - r, x + r, y + r)
}

/// A line in pieces of about four pixels, so that their rectangles hardly exceed it.
fn pieces((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> Vec<Space> {
    let count = ((to_x - x).hypot(to_y - y) / 4.0).ceil().max(1.0);
    let at = |i: f64| (x + (to_x - x) * i / count, y + (to_y - y) * i / count);
    let piece = |i| Space::around([at(f64::from(i)), at(f64::from(i + 1))]);
    (0..count as i32).map(piece).collect()
}

fn text(node: Node<'_, '_>) -> Text {
    let words = node.text().expect("words").trim().to_owned();
    let ((x, y), height) = (place(node, "x", "y"), number(node, "font-size"));
    let width = height * words.chars().map(width).sum::<f64>();
    let left = match node.attribute("text-anchor") {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    // The baseline is `dy` below the place.
    let foot = y + height
        * match node.attribute("dy") {
            Some("0.76em") => 0.76,
            Some("0.5ex") => 0.27,
            Some("-0.5ex") => -0.27,
            other => panic!("dy = {other:?}"),
        };
    let space = Space(left, foot - 0.76 * height, left + width, foot + 0.24 * height);
    Text { words, height, space }
}

/// The width of a letter of DejaVu Sans, the widest of the usual fonts, relative to the font size.
fn width(letter: char) -> f64 {
    match letter {
        'i' | 'l' | 'j' | ' ' | '.' | ',' | ':' | ';' | '\'' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' => 0.98,
        'A'..='Z' | '+' | '=' | '<' => 0.84,
        _ => 0.64,
    }
}
