//! What all figures share: looks that colour-blind readers can tell apart, letters, and the ticks of
//! logarithmic axes.

mod look;

pub use look::{Curve, GREY, Look, Mark, Shape, Upright};

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoFont, TextStyle};
use std::ops::Range;

/// A style for letters `pixels` high, vertically centred, with `h_pos` as horizontal alignment.
pub fn letters(pixels: i32, h_pos: HPos) -> TextStyle<'static> {
    let size = f64::from(pixels) * 1.24; // the backend divides by this
    TextStyle::from(("sans-serif", size).into_font()).pos(Pos::new(h_pos, VPos::Center))
}

/// The ticks of a logarithmic axis: 1, 2 and 5 times each power of ten; from a factor of 500 on,
/// only the powers.
pub fn ticks(range: &Range<f64>) -> Vec<f64> {
    let steps: &[f64] = if range.end / range.start < 500.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let powers = range.start.log10().floor() as i32..=range.end.log10().ceil() as i32;
    let all = powers.flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)));
    all.filter(|tick| range.contains(tick)).collect()
}
