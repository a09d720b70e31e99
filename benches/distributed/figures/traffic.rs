//! The plot of traffic: how much the busiest rank receives in each way of combining, by number of
//! ranks.

use super::Results;
use super::runs::RunSummary;
use super::table::names;
use crate::drawing::{Area, Done, Figure, GREY, Look, letters, ticks, write};
use mst_cli::text::bytes;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::path::Path;

/// A chart's height, the width of its labels at the side, and its margin, pixels.
const HEIGHT: u32 = 372;
const SIDE: u32 = 76;
const MARGIN: u32 = 16;

/// How a way is drawn: the way itself gives colour and mark, the stage before it gives the dashes
/// and whether the mark is hollow.
pub(crate) fn look(way: &str) -> Look {
    let (first, last) = way.rsplit_once('+').unwrap_or(("", way));
    let names = ["gather", "tree", "filter", "boruvka", "sharded"];
    let kind = names.iter().position(|name| *name == last);
    let look = Look::new(kind.unwrap_or_else(|| panic!("{way} has no colour: give it one")));
    match first {
        "" => Look { line: Some((1, 0)), ..look },
        "contract" => Look { line: Some((9, 5)), hollow: true, ..look },
        "shuffle+contract" => Look { line: Some((2, 4)), ..look },
        _ => panic!("{way} has no dash: give it one"),
    }
}

/// The label of a tick.
pub(crate) fn tick(received: f64) -> String {
    bytes(received as u64).replace(".00 ", " ")
}

/// The title of a graph's chart.
fn title(graph: &str) -> String {
    let family = graph.split(':').next().unwrap_or(graph);
    let name = match family {
        "gnm" => "random",
        "rmat" => "R-MAT",
        "grid2d" => "grid",
        "rgg2d" => "points in the plane",
        other => other,
    };
    format!("{name}: {}", graph.split(",a=").next().unwrap_or(graph))
}

/// Draws what the busiest rank receives, a chart for each graph.
pub(crate) fn draw(Results { machine, traffic, .. }: &Results, path: &Path) -> Done {
    let graphs = names(traffic.iter().map(|run| run.graph.as_str()));
    let ways = names(traffic.iter().map(|run| run.combine.as_str()));
    // One line of the legend for all ways of the same colour.
    let mut legend: Vec<Vec<(String, Look)>> = Vec::new();
    for way in &ways {
        let entry = ((*way).to_owned(), look(way));
        match legend.iter_mut().find(|line| line[0].1.colour == entry.1.colour) {
            Some(line) => line.push(entry),
            None => legend.push(vec![entry]),
        }
    }
    let footer = format!(
        "Counted on ranks within one process: {machine}. Bytes are the same in every run: no whiskers, and shared cores \
         do not matter. Both axes are logarithmic."
    );
    let figure = Figure {
        title: "Received by the busiest rank",
        legend: &legend,
        column: 320,
        footer: &footer,
    };
    let lines = graphs.len().div_ceil(2);
    figure.draw(path, HEIGHT * lines as u32, |area| {
        for (area, graph) in area.split_evenly((lines, 2)).iter().zip(graphs) {
            let runs: Vec<&RunSummary> = traffic.iter().filter(|run| run.graph == graph).collect();
            chart(area, &title(graph), &runs, &ways)?;
        }
        Ok(())
    })
}

fn chart(area: &Area<'_>, title: &str, runs: &[&RunSummary], ways: &[&str]) -> Done {
    let received = |run: &RunSummary| run.received.max(1) as f64;
    let most = runs.iter().map(|run| received(run)).fold(1.0, f64::max);
    let least = runs.iter().map(|run| received(run)).fold(f64::INFINITY, f64::min);
    let counts: Vec<f64> = runs.iter().map(|run| run.ranks as f64).collect();
    let (few, many) = (
        counts.iter().copied().fold(f64::INFINITY, f64::min),
        counts.iter().copied().fold(1.0, f64::max),
    );
    let powers: Vec<f64> = (0..64).map(|log| f64::from(log).exp2()).collect();
    let shown = powers.into_iter().filter(|p| (few..=many).contains(p)).collect();
    let (x, y) = (0.85 * few..1.18 * many, 0.75 * least..1.4 * most);
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
        .y_label_formatter(&|received| tick(*received))
        .x_label_style(letters(15, HPos::Center))
        .y_label_style(letters(15, HPos::Right))
        .x_desc("ranks")
        .axis_desc_style(letters(15, HPos::Center))
        .draw()?;
    for way in ways {
        let of_way = runs.iter().filter(|run| run.combine == *way);
        let points: Vec<_> = of_way.map(|run| (run.ranks as f64, received(run))).collect();
        let look = look(way);
        chart.draw_series([look.curve(points.clone())])?;
        chart.draw_series(points.into_iter().map(|at| look.mark(at)))?;
    }
    Ok(())
}
