//! Shared by the published tables and plots: a time with its spread, the machine, looks that
//! colour-blind readers can tell apart, and the figure, where title, legend and footer have space
//! of their own and so hide no curve.

mod machine;

pub(crate) use machine::Machine;
pub(crate) use mst_cli::drawing::{GREY, Look, letters, ticks};

use mst_cli::text::seconds;
use plotters::coord::Shift;
use plotters::coord::combinators::{LogCoord, WithKeyPoints};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::fmt;
use std::path::Path;

/// A part of the picture, in pixels.
pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The result of something that can fail on a file or while drawing.
pub(crate) type Done<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The median of the repetitions and, if recorded, the least and the most, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Time {
    pub(crate) median: f64,
    pub(crate) spread: Option<(f64, f64)>,
}

impl Time {
    /// Takes the columns of a CSV file. Older files have only the median.
    pub(crate) fn new(median: f64, least: Option<f64>, most: Option<f64>) -> Self {
        Self { median, spread: least.zip(most) }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&seconds(self.median))?;
        let Some((least, most)) = self.spread else { return Ok(()) };
        write!(f, " ({} – {})", seconds(least), seconds(most))
    }
}

/// What a table says about the spread of its times.
pub(crate) fn spread_in_words(times: impl IntoIterator<Item = Time>) -> &'static str {
    if times.into_iter().all(|time| time.spread.is_some()) {
        "in parentheses the least and the most of the repetitions"
    } else {
        "spread not recorded"
    }
}

/// What a plot says about the spread of its times.
pub(crate) fn whiskers_in_words(times: impl IntoIterator<Item = Time>) -> &'static str {
    if times.into_iter().all(|time| time.spread.is_some()) {
        "whiskers from the least to the most of the repetitions"
    } else {
        "no whiskers: spread not recorded"
    }
}

/// Reads the rows of a CSV file.
pub(crate) fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Done<Vec<T>> {
    let in_file = |why: csv::Error| format!("{}: {why}", path.display());
    let rows = csv::Reader::from_path(path).map_err(in_file)?.into_deserialize();
    Ok(rows.collect::<Result<_, _>>().map_err(in_file)?)
}

/// Writes rows as a CSV file.
pub(crate) fn save(rows: &[impl serde::Serialize], path: &Path) -> Done {
    let mut writer = csv::Writer::from_path(path)?;
    rows.iter().try_for_each(|row| writer.serialize(row))?;
    Ok(writer.flush()?)
}

/// Everything around a plot.
pub(crate) struct Figure<'a> {
    pub(crate) title: &'a str,
    /// The lines of the legend, each with names and looks.
    pub(crate) legend: &'a [Vec<(String, Look)>],
    /// Distance between two names of a line, pixels.
    pub(crate) column: i32,
    /// A paragraph below the plot, which [`Figure::draw`] wraps.
    pub(crate) footer: &'a str,
}

/// The width of every plot, pixels.
pub(crate) const WIDTH: u32 = 1000;
const MARGIN: i32 = 16;
const LINE: i32 = 25;
/// Letters that fit in a line of the footer with the widest of the usual fonts.
const LETTERS: usize = 112;

impl Figure<'_> {
    /// Draws the plot between legend and footer, `height` pixels high.
    pub(crate) fn draw(&self, path: &Path, height: u32, plot: impl FnOnce(&Area) -> Done) -> Done {
        let footer = textwrap::wrap(self.footer, LETTERS);
        let head = 2 * MARGIN + LINE + LINE * self.legend.len() as i32;
        let foot = LINE * (footer.len() as i32 + 1);
        let all = head as u32 + height + foot as u32;
        let area = SVGBackend::new(path, (WIDTH, all)).into_drawing_area();
        area.fill(&WHITE)?;
        let (top, rest) = area.split_vertically(head);
        let (middle, bottom) = rest.split_vertically(height);
        write(&top, self.title, (WIDTH as i32 / 2, MARGIN + LINE / 3), 20, HPos::Center)?;
        for (line, names) in self.legend.iter().enumerate() {
            for (column, (name, look)) in names.iter().enumerate() {
                let (x, y) = (
                    2 * MARGIN + self.column * column as i32,
                    2 * MARGIN + LINE / 2 + LINE * (line as i32 + 1) - LINE / 3,
                );
                top.draw(&look.curve(vec![(x, y), (x + 48, y)]))?;
                top.draw(&look.mark((x + 24, y)))?;
                let label_x = if look.line.is_none() { 38 } else { 56 };
                write(&top, name, (x + label_x, y), 15, HPos::Left)?;
            }
        }
        plot(&middle)?;
        for (line, words) in footer.iter().enumerate() {
            write(&bottom, words, (MARGIN, LINE * (line as i32 + 1)), 15, HPos::Left)?;
        }
        Ok(area.present()?)
    }
}

/// Writes a line of text in letters `pixels` high, vertically centred on `place`.
pub(crate) fn write(
    area: &Area<'_>,
    words: &str,
    place: (i32, i32),
    pixels: i32,
    h_pos: HPos,
) -> Done {
    Ok(area.draw(&Text::new(words.to_owned(), place, letters(pixels, h_pos)))?)
}

/// A chart of lanes above a logarithmic axis.
type Lanes<'c, 'a> =
    ChartContext<'c, SVGBackend<'a>, Cartesian2d<WithKeyPoints<LogCoord<f64>>, RangedCoordf64>>;

/// Draws the axis of a chart of lanes, with `words` as its title and `tick` for its labels, and the
/// grid lines above it.
pub(crate) fn draw_axis(chart: &mut Lanes<'_, '_>, words: &str, tick: fn(f64) -> String) -> Done {
    let mut mesh = chart.configure_mesh();
    mesh.disable_y_mesh().disable_y_axis().light_line_style(TRANSPARENT).bold_line_style(GREY);
    mesh.x_desc(words).axis_desc_style(letters(15, HPos::Center));
    mesh.x_label_style(letters(15, HPos::Center)).x_label_formatter(&|at| tick(*at)).draw()?;
    Ok(())
}
