//! A chart of something by the number of ranks, both axes logarithmic, and how each way of combining
//! is drawn in it.

use crate::drawing::{Area, Done, Figure, GREY, Look, letters, ticks, write};
use mst_cli::drawing::Shape;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::path::Path;

/// A chart's height, pixels.
const HEIGHT: u32 = 372;
/// The width of a chart's labels at the side, and its margin, pixels.
const SIDE: u32 = 76;
const MARGIN: u32 = 16;

/// A way's look, and its values by the number of ranks.
pub(crate) type RankCurve = (Look, Vec<(f64, f64)>);

/// How a way is drawn: the way itself gives colour and mark, the stage before it gives the dashes
/// and whether the mark is hollow.
pub(crate) fn look(way: &str) -> Look {
    let (first, last) = way.rsplit_once('+').unwrap_or(("", way));
    let names = ["gather", "tree", "filter", "boruvka", "sharded"];
    let kind = names.iter().position(|name| *name == last);
    let look = match kind.unwrap_or_else(|| panic!("{way} has no colour: give it one")) {
        // Its colour's own mark is that of `tree`.
        4 => Look { shape: Shape::Wedge, ..Look::new(4) },
        kind => Look::new(kind),
    };
    match first {
        "" => Look { line: Some((1, 0)), ..look },
        "contract" => Look { line: Some((9, 5)), hollow: true, ..look },
        "shuffle+contract" => Look { line: Some((2, 4)), ..look },
        _ => panic!("{way} has no dash: give it one"),
    }
}

/// One line of the legend for all ways of the same colour.
fn legend(ways: &[&str]) -> Vec<Vec<(String, Look)>> {
    let mut legend: Vec<Vec<(String, Look)>> = Vec::new();
    for way in ways {
        let entry = ((*way).to_owned(), look(way));
        match legend.iter_mut().find(|line| line[0].1.colour == entry.1.colour) {
            Some(line) => line.push(entry),
            None => legend.push(vec![entry]),
        }
    }
    legend
}

/// What a family of graphs is called.
pub(crate) fn family(name: &str) -> &str {
    match name {
        "gnm" => "random",
        "rmat" => "R-MAT",
        "grid2d" => "grid",
        "rgg2d" => "points in the plane",
        other => other,
    }
}

/// A chart: its title, and the curve of each way.
pub(crate) struct Chart {
    pub(crate) title: String,
    pub(crate) curves: Vec<RankCurve>,
}

impl Chart {
    /// A chart of the `ways`, which have these points.
    pub(crate) fn of(
        title: String,
        ways: &[&str],
        points: impl Fn(&str) -> Vec<(f64, f64)>,
    ) -> Self {
        Self { title, curves: ways.iter().map(|way| (look(way), points(way))).collect() }
    }
}

/// Draws charts, two in a line, below a legend of the `ways` and above a footer.
pub(crate) fn draw(
    path: &Path,
    [title, footer]: [&str; 2],
    ways: &[&str],
    charts: &[Chart],
    tick: fn(f64) -> String,
) -> Done {
    let legend = legend(ways);
    let figure = Figure { title, legend: &legend, column: 320, footer };
    let lines = charts.len().div_ceil(2);
    figure.draw(path, HEIGHT * lines as u32, |area| {
        let areas = area.split_evenly((lines, 2));
        areas.iter().zip(charts).try_for_each(|(area, chart)| draw_chart(area, chart, tick))
    })
}

fn draw_chart(area: &Area<'_>, Chart { title, curves }: &Chart, tick: fn(f64) -> String) -> Done {
    let points = || curves.iter().flat_map(|(_, points)| points.iter().copied());
    let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let (few, many) = (least(&mut points().map(|at| at.0)), most(&mut points().map(|at| at.0)));
    let (low, high) = (least(&mut points().map(|at| at.1)), most(&mut points().map(|at| at.1)));
    let powers: Vec<f64> = (0..64).map(|log| f64::from(log).exp2()).collect();
    let shown = powers.into_iter().filter(|p| (few..=many).contains(p)).collect();
    let (x, y) = (0.85 * few..1.18 * many, 0.75 * low..1.4 * high);
    let middle = (area.dim_in_pixel().0 + SIDE - MARGIN) / 2;
    write(area, title, (middle as i32, 20), 16, HPos::Center)?;
    let mut chart = ChartBuilder::on(area)
        .margin_top(36)
        .margin_right(MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, SIDE)
        .set_label_area_size(LabelAreaPosition::Bottom, 52)
        .build_cartesian_2d(
            x.log_scale().with_key_points(shown),
            y.clone().log_scale().with_key_points(ticks(&y)),
        )?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GREY.mix(0.5))
        .x_label_formatter(&|ranks| format!("{ranks:.0}"))
        .y_label_formatter(&|value| tick(*value))
        .x_label_style(letters(15, HPos::Center))
        .y_label_style(letters(15, HPos::Right))
        .x_desc("ranks")
        .axis_desc_style(letters(15, HPos::Center))
        .draw()?;
    for (look, points) in curves {
        chart.draw_series([look.curve(points.clone())])?;
        chart.draw_series(points.iter().map(|&at| look.mark(at)))?;
    }
    Ok(())
}
