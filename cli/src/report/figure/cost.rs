//! Figures of where the time goes, and of what travels.

use super::axis::{Axis, Scale, Unit};
use super::looks;
use super::plot::{Layer, Plot, SeriesShape};
use crate::report::language::{Messages, Quantity};
use crate::report::points::Point;
use crate::report::scaling::Series;
use mst::distributed::Plan;
use mst::experiment::Row;
use mst::measure::Phase;

/// The phases of a bar, from the bottom.
const STACKED: [Phase; 5] =
    [Phase::Read, Phase::Local, Phase::Contract, Phase::Exchange, Phase::Merge];
/// Distances of the two bars of a number of ranks from its tick, and the width of each.
const LEFT: f64 = -0.2;
const RIGHT: f64 = 0.2;
const WIDTH: f64 = 0.34;

/// The seconds of a phase on the slowest rank, and the mean over the ranks. Reading has no mean.
pub(crate) fn of_phase(row: &Row, phase: Phase) -> [f64; 2] {
    match phase {
        Phase::Read => [row.read_s, row.read_s],
        Phase::Local => [row.local_s, row.local_mean_s],
        Phase::Contract => [row.contract_s, row.contract_mean_s],
        Phase::Exchange => [row.exchange_s, row.exchange_mean_s],
        Phase::Merge => [row.merge_s, row.merge_mean_s],
        Phase::Other | Phase::Verify => [0.0; 2],
    }
}

/// Bars of the phases for each number of ranks: left the slowest rank, right the mean.
pub(crate) fn phases(series: &Series<'_>, say: &dyn Messages) -> Plot {
    // Bars are as far from each other as ranks are in the list, whatever their numbers.
    let mut layers = Vec::new();
    let mut bottoms = vec![[0.0; 2]; series.points.len()];
    for phase in STACKED {
        let mut bars = Vec::new();
        for (point, bottom) in series.points.iter().zip(&mut bottoms) {
            for (side, offset) in [LEFT, RIGHT].into_iter().enumerate() {
                let seconds = point.median(|row| of_phase(row, phase)[side]);
                let middle = point.row().ranks as f64 + offset;
                let x = middle - WIDTH / 2.0..=middle + WIDTH / 2.0;
                bars.push((x, bottom[side]..=bottom[side] + seconds));
                bottom[side] += seconds;
            }
        }
        let series = say.phase(phase).to_owned();
        layers.push(Layer { series, look: looks::phase(phase), shape: SeriesShape::Bars(bars) });
    }
    let ranks = series.points.iter().map(|point| point.row().ranks);
    let y = Axis::new(say.name(Quantity::Time), Scale::Linear, Unit::Seconds);
    Plot::single(Axis::counts(say.name(Quantity::Ranks), ranks), y, layers)
}

/// A bar of the phases for each rank of a run, and how long it waited; `None` if its rows do not say.
pub(crate) fn imbalance(point: &Point, say: &dyn Messages) -> Option<Plot> {
    let row = point.middle();
    let columns =
        [&row.local_rank_s, &row.contract_rank_s, &row.exchange_rank_s, &row.merge_rank_s];
    let p = row.ranks;
    if p < 2 || columns.iter().any(|column| column.0.len() != p) {
        return None;
    }
    let mut layers = Vec::new();
    let mut bottoms = vec![0.0; p];
    for (phase, column) in Phase::TIMED.into_iter().zip(columns) {
        let bar = |(rank, (seconds, bottom)): (usize, (f64, &mut f64))| {
            let from = *bottom;
            *bottom += seconds;
            (rank as f64 - 0.35..=rank as f64 + 0.35, from..=*bottom)
        };
        let seconds = column.0.iter().map(|seconds| seconds.0);
        let bars = seconds.zip(&mut bottoms).enumerate().map(bar).collect();
        let series = say.phase(phase).to_owned();
        layers.push(Layer { series, look: looks::phase(phase), shape: SeriesShape::Bars(bars) });
    }
    let waited = row.waited_rank_s.0.iter().enumerate().map(|(rank, s)| (rank as f64, s.0));
    let series = say.name(Quantity::Waiting).to_owned();
    layers.push(Layer {
        series,
        look: looks::on_bar(),
        shape: SeriesShape::Marks(waited.collect()),
    });
    let y = Axis::new(say.name(Quantity::Time), Scale::Linear, Unit::Seconds);
    Some(Plot::single(Axis::counts(say.name(Quantity::Rank), 0..p), y, layers))
}

/// The most bytes that a rank of this run can receive, whatever the graph; `None` if its way to
/// combine is not known here.
pub(crate) fn bound(row: &Row) -> Option<u64> {
    // What no machine holds could overflow the bound.
    let is_possible = row.m as f64 * (row.ranks as f64).powi(2) < 1e18;
    let plan = Plan::all().filter(|_| is_possible).find(|plan| plan.name() == row.combine)?;
    let key_bytes = if row.key_bytes == 0 { size_of::<u64>() } else { row.key_bytes };
    (row.ranks > 1).then(|| plan.most_received(row.n, row.m, row.ranks, key_bytes))
}

/// What the busiest rank receives, against ranks, beside the bound; `None` if nothing travelled.
pub(crate) fn traffic(series: &Series<'_>, say: &dyn Messages) -> Option<Plot> {
    let several: Vec<&&Point> = series.points.iter().filter(|point| !point.is_local()).collect();
    let ranks = |point: &&&Point| point.row().ranks as f64;
    let received: Vec<(f64, f64)> = several
        .iter()
        .map(|point| (ranks(point), point.median(|row| row.bytes_received_max as f64)))
        .collect();
    if received.iter().all(|(_, bytes)| *bytes == 0.0) {
        return None;
    }
    let bound = several.iter().filter_map(|point| Some((ranks(point), bound(point.row())? as f64)));
    let layer = |name, look, shape| Layer { series: say.name(name).to_owned(), look, shape };
    let layers = vec![
        layer(Quantity::Bound, looks::reference(), SeriesShape::Line(bound.collect())),
        layer(Quantity::BytesReceived, looks::distributed(0), SeriesShape::Line(received.clone())),
        layer(Quantity::BytesReceived, looks::distributed(0), SeriesShape::Marks(received)),
    ];
    let x = Axis::counts(say.name(Quantity::Ranks), several.iter().map(|point| point.row().ranks));
    Some(Plot::single(x, Axis::new("bytes", Scale::Log, Unit::Bytes), layers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::language::Language;
    use crate::report::scaling::Scaling;
    use crate::report::study::Study;

    /// The sum of the parts of a bar in the data of a plot.
    fn height(plot: &Plot, x: f64) -> f64 {
        let data = plot.data();
        let mut reader = csv::Reader::from_reader(data.as_bytes());
        let records = reader.records().map(|record| record.expect("CSV"));
        let at =
            |record: &csv::StringRecord| (record[4].parse::<f64>().expect("x") - x).abs() < 1e-9;
        let parts = records.filter(|record| &record[3] == "part" && at(record));
        parts.map(|record| record[5].parse::<f64>().expect("y")).sum()
    }

    #[test]
    fn bars_are_as_high_as_their_phases_together() {
        let study = Study::of(fixture::strong(), false).expect("one origin");
        let scaling = Scaling::all(&study).remove(0);
        let series = scaling.main();
        let plot = phases(series, Language::En.messages());
        let point = series.points[2];
        for (offset, side) in [(LEFT, 0), (RIGHT, 1)] {
            let all: f64 =
                STACKED.map(|phase| point.median(|row| of_phase(row, phase)[side])).iter().sum();
            assert!((height(&plot, 3.0 + offset) - all).abs() < 1e-12);
        }
        let plot = imbalance(point, Language::En.messages()).expect("three ranks");
        let row = point.middle();
        let of_rank = |rank: usize| {
            row.local_rank_s.0[rank].0 + row.exchange_rank_s.0[rank].0 + row.merge_rank_s.0[rank].0
        };
        for rank in 0..3 {
            assert!((height(&plot, rank as f64) - of_rank(rank)).abs() < 1e-12, "rank {rank}");
        }
        assert!(imbalance(series.points[0], Language::En.messages()).is_none(), "one rank");
        assert!(imbalance(series.points[1], Language::En.messages()).is_some(), "two ranks");
    }

    #[test]
    fn traffic_stays_below_its_bound() {
        let study = Study::of(fixture::strong(), false).expect("one origin");
        let scaling = Scaling::all(&study).remove(0);
        let plot = traffic(scaling.main(), Language::En.messages()).expect("bytes");
        let row = scaling.widest().row();
        let bound = bound(row).expect("a known way");
        assert!(row.bytes_received_max < bound);
        assert!(plot.data().contains(&format!("bound,line,3,{bound},,")), "{}", plot.data());
        let own = format!("received by the busiest rank,value,3,{},,", row.bytes_received_max);
        assert!(plot.data().contains(&own), "{}", plot.data());
        let old = Row { combine: "unheard-of".to_owned(), ..row.clone() };
        assert_eq!(super::bound(&old), None);
        let alone = Row { ranks: 1, ..row.clone() };
        assert_eq!(super::bound(&alone), None, "it receives nothing");
        let largest = Row { n: 1 << 32, m: 10_000_000_000_000, ranks: 65_536, ..row.clone() };
        assert_eq!(super::bound(&largest), None, "beyond what can be counted");
    }
}
