//! The plot of times of one process, two ranks and four ranks on the five graphs. KaMSTa's times
//! have marks of their own.

use super::Results;
use super::kamsta::{DAY, KamstaResult, measured};
use super::runs::RunSummary;
use crate::drawing::{
    Area, Done, Figure, GREY, Look, Time, draw_axis, letters, ticks, whiskers_in_words, write,
};
use mst_cli::text::seconds;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::path::Path;

/// The numbers of ranks whose times are drawn.
const RANKS: [usize; 3] = [1, 2, 4];
/// Lanes of each graph: one for each of [`RANKS`], and two for KaMSTa.
const LANES: usize = RANKS.len() + 2;
/// Height of a lane, pixels.
const LANE: u32 = 23;
/// Width of the column with the graphs' names, and height of the axis, pixels.
const NAMES: u32 = 190;
const AXIS: u32 = 50;

/// A mark of the plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimeMark {
    /// Counted from the top.
    lane: usize,
    /// Index into [`RANKS`].
    kind: usize,
    time: Time,
    /// Whether the time is KaMSTa's, from another run.
    pub(crate) is_kamsta: bool,
}

/// All marks.
pub(crate) fn marks(times: &[RunSummary], kamsta: &[KamstaResult]) -> Vec<TimeMark> {
    let mut marks = Vec::new();
    for (place, KamstaResult { graph, seconds, .. }) in kamsta.iter().enumerate() {
        let first = LANES * place;
        for (kind, ranks) in RANKS.into_iter().enumerate() {
            let ours = |run: &&RunSummary| {
                run.graph == *graph && run.ranks == ranks && (run.auto || ranks == 1)
            };
            let found = times.iter().find(ours).map(RunSummary::time);
            marks.extend(found.map(|time| TimeMark {
                lane: first + kind,
                kind,
                time,
                is_kamsta: false,
            }));
        }
        for (at, seconds) in seconds.iter().enumerate() {
            let (lane, kind) = (first + RANKS.len() + at, 1 + at);
            marks.push(TimeMark {
                lane,
                kind,
                time: Time::new(*seconds, None, None),
                is_kamsta: true,
            });
        }
    }
    marks
}

fn look(kind: usize, is_kamsta: bool) -> Look {
    let look = Look::new(kind);
    if is_kamsta { Look { colour: BLACK, hollow: true, ..look } } else { look }
}

/// The label of a tick.
pub(crate) fn tick(time: f64) -> String {
    seconds(time).replace(".00 ", " ").replace(".0 ", " ")
}

/// Draws the times.
pub(crate) fn draw(results: &Results, kamsta: &[KamstaResult], path: &Path) -> Done {
    let Results { machine, times, .. } = results;
    let marks = marks(times, kamsta);
    let threads = times.iter().find(|run| run.ranks == 1).map_or(1, |run| run.threads);
    let entry = |words: String, kind, is_kamsta| (words, look(kind, is_kamsta));
    let legend = [
        vec![
            entry(format!("one process, {threads} threads"), 0, false),
            entry("mst, 2 ranks".to_owned(), 1, false),
            entry("mst, 4 ranks".to_owned(), 2, false),
        ],
        vec![
            entry(format!("KaMSTa, 2 ranks ({DAY})"), 1, true),
            entry(format!("KaMSTa, 4 ranks ({DAY})"), 2, true),
        ],
    ];
    let ours = || times.iter().filter(|run| run.ranks == 1 || run.auto).map(RunSummary::time);
    let footer = format!(
        "mst: {}. Marks are medians; {}. KaMSTa's times are not of this run: {}.",
        machine.shared_by(&RANKS, "ranks"),
        whiskers_in_words(ours()),
        measured(machine),
    );
    let figure = Figure {
        title: "Time for the forest, edges in memory at the start",
        legend: &legend,
        column: 300,
        footer: &footer,
    };
    let lanes = (LANES * kamsta.len()) as u32;
    figure.draw(path, LANE * lanes + AXIS, |area| plot(area, &marks, kamsta))
}

fn plot(area: &Area<'_>, marks: &[TimeMark], kamsta: &[KamstaResult]) -> Done {
    let lanes = (LANES * kamsta.len()) as f64;
    let ends = |time: &Time| time.spread.unwrap_or((time.median, time.median));
    let least = marks.iter().map(|mark| ends(&mark.time).0).fold(f64::INFINITY, f64::min);
    let most = marks.iter().map(|mark| ends(&mark.time).1).fold(0.0, f64::max);
    let range = 0.7 * least..2.0 * most;
    let mut chart = ChartBuilder::on(area)
        .margin_right(20)
        .set_label_area_size(LabelAreaPosition::Left, NAMES)
        .set_label_area_size(LabelAreaPosition::Bottom, AXIS)
        .build_cartesian_2d(range.clone().log_scale().with_key_points(ticks(&range)), 0.0..lanes)?;
    draw_axis(&mut chart, "time, logarithmic", tick)?;
    for (place, KamstaResult { name, .. }) in kamsta.iter().enumerate() {
        let high = (LANE * LANES as u32) as i32;
        let middle = high * place as i32 + high / 2;
        write(area, name, (NAMES as i32 - 12, middle), 17, HPos::Right)?;
        let below = lanes - ((place + 1) * LANES) as f64;
        let ends = [(range.start, below), (range.end, below)];
        chart.draw_series([PathElement::new(ends.to_vec(), GREY)])?;
    }
    for mark in marks {
        let y = lanes - mark.lane as f64 - 0.5;
        let look = look(mark.kind, mark.is_kamsta);
        if let Some((least, most)) = mark.time.spread {
            chart.draw_series([look.whisker(y, (least, mark.time.median, most))])?;
        }
        chart.draw_series([look.mark((mark.time.median, y))])?;
        let words = seconds(mark.time.median);
        let label = Text::new(words, (14, 0), letters(15, HPos::Left));
        let right = (ends(&mark.time).1, y);
        chart.draw_series([EmptyElement::at(right) + label])?;
    }
    Ok(())
}
