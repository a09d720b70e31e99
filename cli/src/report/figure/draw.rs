//! Draws a plot as SVG.

use super::axis::Ruler;
use super::legend::{self, LegendEntry};
use super::plot::{Layer, Panel, Plot, SeriesShape};
use crate::drawing::{GREY, letters};
use crate::report::language::Messages;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

/// The width of a figure, pixels: at this size, letters are as in a page of text.
const WIDTH: u32 = 640;
/// The height of its panels.
const HEIGHT: u32 = 330;
/// The height of letters, and of a line of the legend.
const LETTERS: i32 = 14;
const LINE: i32 = 24;
const MARGIN: i32 = 10;
/// How far dots are to the right of their mark.
const BESIDE: i32 = 11;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Plane = Cartesian2d<Ruler, Ruler>;
type Chart<'c, 'a> = ChartContext<'c, SVGBackend<'a>, Plane>;
/// A text in memory does not fail to be written.
type Plotted = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The plot as the text of an SVG file.
pub(crate) fn svg(plot: &Plot, say: &dyn Messages) -> String {
    let mut text = String::new();
    let lines = legend::lines(plot, LETTERS, WIDTH as i32 - 2 * MARGIN);
    let head = MARGIN + LINE * lines.len() as i32;
    {
        let size = (WIDTH, HEIGHT + head as u32);
        let canvas = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(&canvas, plot, say, head, &lines).expect("memory");
        canvas.present().expect("memory");
    }
    text
}

fn draw(
    canvas: &Canvas<'_>,
    plot: &Plot,
    say: &dyn Messages,
    head: i32,
    lines: &[Vec<(i32, LegendEntry)>],
) -> Plotted {
    canvas.fill(&WHITE)?;
    let (top, below) = canvas.split_vertically(head);
    for (line, entries) in (0..).zip(lines) {
        for (x, entry) in entries {
            draw_entry(&top, (MARGIN + x, MARGIN + LINE * line + LINE / 2), entry)?;
        }
    }
    let areas = below.split_evenly((1, plot.panels.len().max(1)));
    areas.iter().zip(&plot.panels).try_for_each(|(area, panel)| draw_panel(area, panel, say))
}

fn draw_entry(area: &Canvas<'_>, (x, y): (i32, i32), entry: &LegendEntry) -> Plotted {
    let width = legend::MARK - 8;
    if entry.is_bar {
        let corners = [(x + 4, y - 7), (x + width - 4, y + 7)];
        area.draw(&Rectangle::new(corners, entry.look.colour.filled()))?;
    } else {
        area.draw(&entry.look.curve(vec![(x, y), (x + width, y)]))?;
        if entry.has_marks {
            area.draw(&entry.look.mark((x + width / 2, y)))?;
        }
    }
    let name = entry.name.clone();
    area.draw(&Text::new(name, (x + legend::MARK, y), letters(LETTERS, HPos::Left)))
}

fn draw_panel(area: &Canvas<'_>, panel: &Panel, say: &dyn Messages) -> Plotted {
    let extent: Vec<_> = panel.layers.iter().flat_map(Layer::extent).collect();
    let x = panel.x.ruler(say, extent.iter().filter_map(|(x, _)| *x));
    let y = panel.y.ruler(say, extent.iter().filter_map(|(_, y)| *y));
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_right(MARGIN + 6)
        .x_label_area_size(48)
        .y_label_area_size(86)
        .build_cartesian_2d(x.clone(), y.clone())?;
    let label = |ruler: &Ruler, place: f64| {
        let found = ruler.ticks.iter().find(|(tick, _)| (tick - place).abs() < 1e-9);
        found.map_or(String::new(), |(_, label)| label.clone())
    };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GREY.mix(0.6))
        .axis_style(GREY)
        .x_desc(panel.x.title.as_str())
        .y_desc(panel.y.title.as_str())
        .x_labels(x.ticks.len())
        .y_labels(y.ticks.len())
        .x_label_formatter(&|place| label(&x, *place))
        .y_label_formatter(&|place| label(&y, *place))
        .x_label_style(letters(LETTERS, HPos::Center))
        .y_label_style(letters(LETTERS, HPos::Right))
        .axis_desc_style(letters(LETTERS, HPos::Center))
        .draw()?;
    panel.layers.iter().try_for_each(|layer| draw_layer(&mut chart, layer, &x, &y))
}

fn draw_layer(chart: &mut Chart<'_, '_>, layer: &Layer, x: &Ruler, y: &Ruler) -> Plotted {
    let (look, colour) = (layer.look, layer.look.colour);
    let at = |(value_x, value_y): (f64, f64)| (x.place(value_x), y.place(value_y));
    match &layer.shape {
        SeriesShape::Line(points) => {
            let points = points.iter().map(|point| at(*point)).collect();
            chart.draw_series([look.curve(points)])?;
        }
        SeriesShape::Repetitions(points) => {
            // Beside their mark, which would hide them.
            let dot = || Circle::new((BESIDE, 0), 2, colour.mix(0.7).filled());
            chart.draw_series(points.iter().map(|point| EmptyElement::at(at(*point)) + dot()))?;
        }
        SeriesShape::Marks(points) => {
            chart.draw_series(points.iter().map(|point| look.mark(at(*point))))?;
        }
        SeriesShape::Medians(points) => {
            let whiskers = points.iter().filter_map(|(value, _, range)| {
                let range = range.as_ref()?;
                Some(look.upright([range.low, range.high].map(|end| at((*value, end)))))
            });
            chart.draw_series(whiskers)?;
            chart.draw_series(points.iter().map(|(x, median, _)| look.mark(at((*x, *median)))))?;
        }
        SeriesShape::Bars(bars) => {
            let bar = |(x, y): &(_, _)| corners(x, y).map(at);
            chart
                .draw_series(bars.iter().map(|part| Rectangle::new(bar(part), colour.filled())))?;
        }
        SeriesShape::Vertical(value) => {
            let place = x.place(*value);
            let ends = vec![(place, y.range.start), (place, y.range.end)];
            chart.draw_series([look.curve(ends)])?;
        }
    }
    Ok(())
}

fn corners(
    x: &std::ops::RangeInclusive<f64>,
    y: &std::ops::RangeInclusive<f64>,
) -> [(f64, f64); 2] {
    [(*x.start(), *y.start()), (*x.end(), *y.end())]
}
