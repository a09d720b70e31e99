//! The plot of speed: `auto` relative to textbook Kruskal on every graph, on one thread and on all.

use super::rows::ContestantRow;
use crate::drawing::{
    Area, Done, Figure, GREY, Look, Machine, draw_axis, ticks, whiskers_in_words, write,
};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::collections::BTreeSet;
use std::path::Path;

/// Height of a graph's lane, width of the graphs' names, width of the numbers on the right, and
/// height of the axis, pixels.
const LANE: u32 = 30;
const NAMES: u32 = 170;
const NUMBERS: u32 = 190;
const AXIS: u32 = 50;

fn look(threads: usize) -> Look {
    Look::new(usize::from(threads > 1))
}

fn in_words(threads: usize) -> String {
    format!("{threads} thread{}", if threads == 1 { "" } else { "s" })
}

/// The label of a tick.
pub(crate) fn tick(speed: f64) -> String {
    ((speed * 1e6).round() / 1e6).to_string()
}

/// Draws the speed of `auto` relative to textbook Kruskal.
pub(crate) fn draw(machine: &Machine, rows: &[ContestantRow], path: &Path) -> Done {
    let rows: Vec<&ContestantRow> = rows.iter().filter(|row| row.algorithm == "auto").collect();
    let mut graphs: Vec<&str> = rows.iter().map(|row| row.graph.as_str()).collect();
    graphs.dedup();
    let threads: BTreeSet<usize> = rows.iter().map(|row| row.threads).collect();
    let threads: Vec<usize> = threads.into_iter().collect();
    let legend = [threads.iter().map(|count| (in_words(*count), look(*count))).collect::<Vec<_>>()];
    let footer = format!(
        "{}. Marks are medians; {}. Above 1 auto is faster than textbook Kruskal, which was measured beside it.",
        machine.shared_by(&threads, "threads"),
        whiskers_in_words(rows.iter().map(|row| row.time())),
    );
    let figure = Figure {
        title: "auto: times as fast as textbook Kruskal on one thread",
        legend: &legend,
        column: 180,
        footer: &footer,
    };
    let lanes = LANE * graphs.len() as u32;
    figure.draw(path, lanes + AXIS, |area| plot(area, &rows, &graphs, &threads))
}

fn plot(area: &Area<'_>, rows: &[&ContestantRow], graphs: &[&str], threads: &[usize]) -> Done {
    let lanes = graphs.len() as u32;
    let speed = |row: &ContestantRow| row.times_textbook.unwrap_or(1.0);
    let ends = |row: &ContestantRow| row.speeds().unwrap_or((speed(row), speed(row)));
    let least = rows.iter().map(|row| ends(row).0).fold(1.0, f64::min);
    let most = rows.iter().map(|row| ends(row).1).fold(1.0, f64::max);
    let range = 0.85 * least..1.2 * most;
    let mut chart = ChartBuilder::on(area)
        .set_label_area_size(LabelAreaPosition::Left, NAMES)
        .set_label_area_size(LabelAreaPosition::Right, NUMBERS)
        .set_label_area_size(LabelAreaPosition::Bottom, AXIS)
        .build_cartesian_2d(
            range.clone().log_scale().with_key_points(ticks(&range)),
            0.0..f64::from(lanes),
        )?;
    draw_axis(&mut chart, "times as fast, logarithmic", tick)?;
    let right = area.dim_in_pixel().0 as i32 - NUMBERS as i32 + 12;
    for (place, graph) in graphs.iter().enumerate() {
        let middle = (LANE * place as u32 + LANE / 2) as i32;
        write(area, graph, (NAMES as i32 - 12, middle), 15, HPos::Right)?;
        let of_graph = rows.iter().filter(|row| row.graph == *graph);
        let mut numbers = Vec::new();
        for row in of_graph {
            // One thread is drawn a little above the middle and all threads a little below, so that
            // neither hides the other.
            let offset = if row.threads == 1 { 0.17 } else { -0.17 };
            let y = f64::from(lanes) - place as f64 - 0.5 + offset;
            let look = look(row.threads);
            if let Some((slow, fast)) = row.speeds() {
                chart.draw_series([look.whisker(y, (slow, speed(row), fast))])?;
            }
            chart.draw_series([look.mark((speed(row), y))])?;
            numbers.push(format!("{:.1}", speed(row)));
        }
        write(area, &numbers.join(" and "), (right, middle), 15, HPos::Left)?;
        let below = f64::from(lanes) - place as f64 - 1.0;
        let ends = vec![(range.start, below), (range.end, below)];
        chart.draw_series([PathElement::new(ends, GREY.mix(0.5))])?;
    }
    let heads: Vec<String> = threads.iter().map(usize::to_string).collect();
    let below = (LANE * lanes) as i32 + 16;
    write(area, &format!("threads: {}", heads.join(" and ")), (right, below), 15, HPos::Left)?;
    Ok(())
}
