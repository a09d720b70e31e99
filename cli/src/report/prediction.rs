//! What the model expects on more ranks than were measured.

use super::scaling::Series;
use crate::sweep::modelled;
use mst::comm::Link;
use mst::distributed::Plan;

/// The most ranks that are predicted.
const MOST: usize = 1024;

/// The model's seconds for a series, on more and more ranks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prediction {
    /// Ranks and seconds, by rising ranks: those that were measured, and powers of two.
    pub(crate) expected: Vec<(usize, f64)>,
    /// Of the points that were measured on several ranks: ranks, and the expected seconds divided by
    /// the measured ones.
    pub(crate) errors: Vec<(usize, f64)>,
}

impl Prediction {
    /// The prediction for a series that was measured on one rank, too: that time sets the model's
    /// speed. Edges are taken to have no locality, as in a random graph.
    pub(crate) fn of(series: &Series<'_>, link: Link) -> Option<Self> {
        let one = series.points.first().filter(|point| point.is_local())?;
        let (row, asked) = (one.row(), &series.widest().row().combine_asked);
        if row.m == 0 {
            return None;
        }
        let plan = Plan::all().find(|plan| plan.name() == *asked);
        let seconds = |p| modelled(row.n, row.m, p, row.threads, link, plan);
        let speed = one.time.median / seconds(1).0;
        let expected = |p| {
            let (work, travel) = seconds(p);
            speed * work + travel
        };
        let measured = series.points.iter().map(|point| point.row().ranks);
        let powers = std::iter::successors(Some(1), |p| Some(2 * p)).take_while(|p| *p <= MOST);
        let mut ranks: Vec<usize> = measured.chain(powers).filter(|p| *p <= MOST).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let error = |ranks: usize, measured: f64| (ranks, expected(ranks) / measured);
        let several = series.points.iter().filter(|point| !point.is_local());
        Some(Self {
            errors: several.map(|point| error(point.row().ranks, point.time.median)).collect(),
            expected: ranks.into_iter().map(|p| (p, expected(p))).collect(),
        })
    }

    /// The number of ranks with the least time, and that time.
    pub(crate) fn best(&self) -> (usize, f64) {
        let least = self.expected.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        *least.expect("one rank is always predicted")
    }

    /// The largest factor between what was expected and measured.
    pub(crate) fn worst_error(&self) -> Option<f64> {
        self.errors.iter().map(|(_, ratio)| ratio.max(1.0 / ratio)).max_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::scaling::Scaling;
    use crate::report::study::Study;

    #[test]
    fn it_begins_at_the_time_of_one_rank_and_follows_the_link() {
        let study = Study::of(fixture::strong(), false).expect("one origin");
        let scalings = Scaling::all(&study);
        let series = scalings[0].main();
        let at = |latency, bandwidth| {
            Prediction::of(series, Link { latency, bandwidth }).expect("one rank was measured")
        };
        let (fast, slow) = (at(1e-6, 1e10), at(1e-3, 1e6));
        let one = series.points[0].time.median;
        for prediction in [&fast, &slow] {
            assert!((prediction.expected[0].1 / one - 1.0).abs() < 1e-9);
            let ranks: Vec<usize> = prediction.expected.iter().map(|(p, _)| *p).collect();
            assert_eq!(ranks, [1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
            let measured: Vec<usize> = prediction.errors.iter().map(|(p, _)| *p).collect();
            assert_eq!(measured, [2, 3]);
            let (_, error) = prediction.errors[1];
            assert_eq!(error, prediction.expected[2].1 / series.points[2].time.median);
        }
        assert!(fast.best().0 > 1 && slow.best().0 == 1, "{:?} {:?}", fast.best(), slow.best());
        let worst = Prediction { expected: Vec::new(), errors: vec![(2, 0.25), (3, 2.0)] };
        assert_eq!(worst.worst_error(), Some(4.0));
    }

    #[test]
    fn nothing_is_predicted_without_one_rank() {
        let mut rows = fixture::strong();
        rows.retain(|row| row.ranks > 1 || row.threads == 2);
        let study = Study::of(rows, false).expect("one origin");
        let scalings = Scaling::all(&study);
        let without = scalings[0].series.iter().find(|series| !series.points[0].is_local());
        let link = Link { latency: 1e-6, bandwidth: 1e9 };
        assert_eq!(Prediction::of(without.expect("one thread"), link), None);
    }
}
