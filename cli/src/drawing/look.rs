//! Colours, marks and dashes. Whatever differs in colour also differs in one of the other two.

use plotters::element::{DashedPathElement, Drawable, ErrorBarOrientH, PointCollection};
use plotters::prelude::*;
use plotters_backend::{BackendCoord, DrawingErrorKind};

/// The colour of grids and separators.
pub const GREY: RGBColor = RGBColor(190, 190, 190);

/// The shape of a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// A circle.
    Circle,
    /// A square.
    Square,
    /// A triangle.
    Triangle,
    /// A diamond.
    Diamond,
    /// A triangle that stands on its tip.
    Wedge,
}

/// Colours of Okabe and Ito, "Color Universal Design", 2008, and a shape for each.
const KINDS: [(RGBColor, Shape); 6] = [
    (RGBColor(0, 114, 178), Shape::Circle),
    (RGBColor(230, 159, 0), Shape::Square),
    (RGBColor(0, 158, 115), Shape::Triangle),
    (RGBColor(204, 121, 167), Shape::Diamond),
    (RGBColor(86, 180, 233), Shape::Square),
    (RGBColor(213, 94, 0), Shape::Triangle),
];

/// How a mark and its line look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The colour.
    pub colour: RGBColor,
    /// The shape of its marks.
    pub shape: Shape,
    /// A hollow mark is larger, so that it is seen around a filled one.
    pub hollow: bool,
    /// Dashes and gaps of the line through the marks, pixels; a gap of 0 makes it solid.
    pub line: Option<(i32, i32)>,
}

type Whisker = ErrorBar<f64, f64, ErrorBarOrientH<f64, f64>>;

impl Look {
    /// A filled mark without a line. There are six kinds, numbered from 0; then they repeat.
    pub fn new(kind: usize) -> Self {
        let (colour, shape) = KINDS[kind % KINDS.len()];
        Self { colour, shape, hollow: false, line: None }
    }

    /// A mark.
    pub fn mark<C>(self, at: C) -> Mark<C> {
        Mark { at: [at], look: self }
    }

    /// A whisker from the least to the most, at height `y`.
    pub fn whisker(self, y: f64, (least, median, most): (f64, f64, f64)) -> Whisker {
        ErrorBar::new_horizontal(y, least, median, most, self.colour.stroke_width(2), 6)
    }

    /// A whisker from the least to the most, upright.
    pub fn upright<C>(self, ends: [C; 2]) -> Upright<C> {
        Upright { ends, look: self }
    }

    /// A line through points.
    pub fn curve<C>(self, points: Vec<C>) -> Curve<C> {
        Curve { points, look: self }
    }
}

/// A mark at a place.
pub struct Mark<C> {
    at: [C; 1],
    look: Look,
}

/// The line through marks.
pub struct Curve<C> {
    points: Vec<C>,
    look: Look,
}

/// An upright whisker between two places.
pub struct Upright<C> {
    ends: [C; 2],
    look: Look,
}

impl<'a, C> PointCollection<'a, C> for &'a Upright<C> {
    type Point = &'a C;
    type IntoIter = &'a [C];

    fn point_iter(self) -> &'a [C] {
        &self.ends
    }
}

impl<'a, C> PointCollection<'a, C> for &'a Mark<C> {
    type Point = &'a C;
    type IntoIter = &'a [C];

    fn point_iter(self) -> &'a [C] {
        &self.at
    }
}

impl<'a, C> PointCollection<'a, C> for &'a Curve<C> {
    type Point = &'a C;
    type IntoIter = &'a [C];

    fn point_iter(self) -> &'a [C] {
        &self.points
    }
}

type Drawn<DB> = Result<(), DrawingErrorKind<<DB as DrawingBackend>::ErrorType>>;

impl<C, DB: DrawingBackend> Drawable<DB> for Mark<C> {
    fn draw<I>(&self, places: I, backend: &mut DB, _: (u32, u32)) -> Drawn<DB>
    where
        I: Iterator<Item = BackendCoord>,
    {
        let Look { colour, shape, hollow, .. } = self.look;
        let r = if hollow { 7 } else { 5 };
        let corners = match shape {
            Shape::Circle => vec![],
            Shape::Square => vec![(-r, -r), (r, -r), (r, r), (-r, r)],
            Shape::Triangle => vec![(0, -r - 1), (r + 1, r), (-r - 1, r)],
            Shape::Wedge => vec![(-r - 1, -r), (r + 1, -r), (0, r + 1)],
            Shape::Diamond => vec![(0, -r - 2), (r + 2, 0), (0, r + 2), (-r - 2, 0)],
        };
        for (x, y) in places {
            let corner = |(right, down): &(i32, i32)| (x + right, y + down);
            match (shape, hollow) {
                (Shape::Circle, _) => {
                    backend.draw_circle((x, y), r as u32, &colour.stroke_width(2), !hollow)?;
                }
                (_, false) => backend.fill_polygon(corners.iter().map(corner), &colour)?,
                (_, true) => {
                    // Two corners more than the shape has, so that the last join looks like the
                    // others.
                    let closed = corners.iter().cycle().take(corners.len() + 2).map(corner);
                    backend.draw_path(closed, &colour.stroke_width(2))?;
                }
            }
        }
        Ok(())
    }
}

impl<C, DB: DrawingBackend> Drawable<DB> for Upright<C> {
    fn draw<I>(&self, places: I, backend: &mut DB, _: (u32, u32)) -> Drawn<DB>
    where
        I: Iterator<Item = BackendCoord>,
    {
        let style = self.look.colour.stroke_width(2);
        let ends: Vec<BackendCoord> = places.collect();
        for (x, y) in &ends {
            backend.draw_line((x - 5, *y), (x + 5, *y), &style)?;
        }
        backend.draw_path(ends, &style)
    }
}

impl<C, DB: DrawingBackend> Drawable<DB> for Curve<C> {
    fn draw<I>(&self, places: I, backend: &mut DB, size: (u32, u32)) -> Drawn<DB>
    where
        I: Iterator<Item = BackendCoord>,
    {
        let style = self.look.colour.stroke_width(2);
        let (dash, gap) = match self.look.line {
            None => return Ok(()),
            Some((_, 0)) => return backend.draw_path(places, &style),
            Some(dashes) => dashes,
        };
        let dashes = DashedPathElement::new(Vec::<BackendCoord>::new(), dash, gap, style);
        dashes.draw(places, backend, size)
    }
}
