//! The plot of times of one process, two ranks and four ranks on the five graphs. KaMSTa's times
//! have marks of their own.

use super::Results;
use super::field::{DAY, Field, measured};
use super::runs::Run;
use crate::drawing::{
    Area, Done, GREY, Look, Sheet, Time, draw_axis, letters, ticks, whiskers_in_words, write,
};
use mst_cli::report::seconds;
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
pub(crate) struct Mark {
    /// Counted from the top.
    lane: usize,
    /// Index into [`RANKS`].
    kind: usize,
    time: Time,
    /// Whether the time is KaMSTa's, from another run.
    pub(crate) theirs: bool,
}

/// All marks.
pub(crate) fn marks(times: &[Run], field: &[Field]) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (place, Field { graph, seconds, .. }) in field.iter().enumerate() {
        let first = LANES * place;
        for (kind, ranks) in RANKS.into_iter().enumerate() {
            let ours =
                |run: &&Run| run.graph == *graph && run.ranks == ranks && (run.auto || ranks == 1);
            let found = times.iter().find(ours).map(Run::time);
            marks.extend(found.map(|time| Mark { lane: first + kind, kind, time, theirs: false }));
        }
        for (at, seconds) in seconds.iter().enumerate() {
            let (lane, kind) = (first + RANKS.len() + at, 1 + at);
            marks.push(Mark { lane, kind, time: Time::new(*seconds, None, None), theirs: true });
        }
    }
    marks
}

fn look(kind: usize, theirs: bool) -> Look {
    let look = Look::new(kind);
    if theirs { Look { colour: BLACK, hollow: true, ..look } } else { look }
}

/// The label of a tick.
pub(crate) fn tick(time: f64) -> String {
    seconds(time).replace(".00 ", " ").replace(".0 ", " ")
}

/// Draws the times.
pub(crate) fn draw(results: &Results, field: &[Field], path: &Path) -> Done {
    let Results { machine, times, .. } = results;
    let marks = marks(times, field);
    let threads = times.iter().find(|run| run.ranks == 1).map_or(1, |run| run.threads);
    let entry = |words: String, kind, theirs| (words, look(kind, theirs));
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
    let ours = || times.iter().filter(|run| run.ranks == 1 || run.auto).map(Run::time);
    let footer = format!(
        "mst: {}. Marks are medians; {}. KaMSTa's times are not of this run: {}.",
        machine.shared_by(&RANKS, "ranks"),
        whiskers_in_words(ours()),
        measured(machine),
    );
    let sheet = Sheet {
        title: "Time for the forest, edges in memory at the start",
        legend: &legend,
        column: 300,
        footer: &footer,
    };
    let lanes = (LANES * field.len()) as u32;
    sheet.draw(path, LANE * lanes + AXIS, |area| plot(area, &marks, field))
}

fn plot(area: &Area<'_>, marks: &[Mark], field: &[Field]) -> Done {
    let lanes = (LANES * field.len()) as f64;
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
    for (place, Field { name, .. }) in field.iter().enumerate() {
        let high = (LANE * LANES as u32) as i32;
        let middle = high * place as i32 + high / 2;
        write(area, name, (NAMES as i32 - 12, middle), 17, HPos::Right)?;
        let below = lanes - ((place + 1) * LANES) as f64;
        let ends = [(range.start, below), (range.end, below)];
        chart.draw_series([PathElement::new(ends.to_vec(), GREY)])?;
    }
    for mark in marks {
        let y = lanes - mark.lane as f64 - 0.5;
        let look = look(mark.kind, mark.theirs);
        if let Some((least, most)) = mark.time.spread {
            chart.draw_series([look.whisker(y, (least, mark.time.median, most))])?;
        }
        chart.draw_series([look.mark((mark.time.median, y))])?;
        let words = seconds(mark.time.median);
        let beside = Text::new(words, (14, 0), letters(15, HPos::Left));
        let right = (ends(&mark.time).1, y);
        chart.draw_series([EmptyElement::at(right) + beside])?;
    }
    Ok(())
}
