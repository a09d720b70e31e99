//! Measures points, one after another.

use super::done::hosts;
use super::estimate::FEWEST;
use super::{Ahead, Done, Experiment, Pace, SweepPoint};
use crate::text;
use mst::comm::{Comm, Link};
use mst::error::{Error, Result, printable};
use mst::experiment::{Job, Provenance, Row};
use mst::measure::{self, Interval, Repeats, Repetition, Spread};
use mst::partition::{self, Loaded, Request};
use std::time::Instant;

/// How a sweep measures, and what it does with rows.
pub(crate) struct SweepOptions<'a> {
    pub(crate) repeats: Repeats,
    /// The link that the model assumes; `None` to measure it.
    pub(crate) link: Option<Link>,
    /// What is expected of the points.
    pub(crate) pace: Pace,
    /// The seconds that all may take. A crossover ends before the point that would take more.
    pub(crate) budget: Option<f64>,
    /// How to load the graph of a point.
    pub(crate) request: &'a dyn for<'p> Fn(&Comm, &'p SweepPoint) -> Request<'p>,
    /// What the rows of a point have in common.
    pub(crate) provenance: &'a dyn Fn(&SweepPoint) -> Provenance,
    /// Saves the rows of a point, on rank 0.
    pub(crate) append: &'a dyn Fn(&[Row]) -> Result<()>,
    /// Prints a line, on rank 0.
    pub(crate) note: &'a dyn Fn(&str),
    /// Shows how many points are done, and the seconds that are left, on rank 0.
    pub(crate) progress: &'a dyn Fn(usize, f64),
}

/// A sweep under way.
struct Sweep<'a> {
    comm: &'a Comm,
    options: &'a SweepOptions<'a>,
    /// Only on rank 0.
    done: Done,
    start: Instant,
    /// The seconds that the model expected of what was done since then.
    expected: f64,
    /// The most repetitions of the next point; the same on every rank.
    most: usize,
    /// Whether the crossover has been found, or cannot go on; the same on every rank.
    is_crossed: bool,
}

/// What to do with a point.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
enum Step {
    Skip,
    /// There is no time left for it and for those that follow.
    Leave,
    Measure,
    /// Measure it, and prove its forest.
    Prove,
}

/// Measures the points of `groups` that are not in `done`, on the ranks of `comm`. Returns the rows
/// of each point, those of earlier sweeps included, on rank 0.
///
/// Every rank calls it. A group's graph is read once. Every forest is compared with the first of its
/// graph, and one of them is proved.
///
/// # Errors
/// If a graph cannot be read, a forest is wrong, or rows cannot be saved. All ranks return the same.
pub(crate) fn measure(
    comm: &Comm,
    groups: &[Vec<SweepPoint>],
    done: Done,
    options: &SweepOptions<'_>,
) -> Result<Vec<Vec<Row>>> {
    let start = Instant::now();
    let most = options.repeats.most;
    let mut sweep = Sweep { comm, options, done, start, expected: 0.0, most, is_crossed: false };
    let mut remaining = groups.concat();
    let (mut number, of) = (0, remaining.len());
    let mut results = Vec::new();
    for group in groups {
        let mut held = None;
        for point in group {
            number += 1;
            sweep.keep_budget(&remaining);
            remaining.remove(0);
            let Some((rows, is_new)) = sweep.point(point, &mut held)? else { continue };
            if comm.rank() != 0 {
                continue;
            }
            if is_new {
                let repetitions = rows.len().max(1);
                sweep.expected += options.pace.total(std::slice::from_ref(point), repetitions);
                // Most points need fewer repetitions than they may have.
                let share = repetitions as f64 / sweep.most as f64;
                let ahead = Ahead::of(comm.topology(), &sweep.done, &remaining, sweep.is_crossed);
                let left = share * sweep.slowness() * options.pace.total(&ahead.left, sweep.most);
                (options.progress)(number, left);
                (options.note)(&line(number, of, point, &rows, left));
            }
            results.push(rows);
        }
    }
    Ok(results)
}

impl Sweep<'_> {
    /// The rows of a point, on rank 0, and whether it was measured now; `None` if it is left out.
    fn point(
        &mut self,
        point: &SweepPoint,
        held: &mut Option<(Loaded, Repetition)>,
    ) -> Result<Option<(Vec<Row>, bool)>> {
        let comm = self.comm;
        let is_crossover = point.experiment == Experiment::Crossover;
        if is_crossover && self.is_crossed {
            return Ok(None);
        }
        let members = comm.topology().spread(point.ranks);
        let hosts = hosts(comm.topology(), &members);
        let known = self.done.rows(point, &hosts).map(|rows| rows.into_iter().cloned().collect());
        let is_proved = self.done.forest(&point.graph.name).is_some_and(|(_, proved)| proved);
        let step = match (&known, is_proved) {
            (Some(_), _) => Step::Skip,
            (None, _) if is_crossover && self.is_late_for(point) => Step::Leave,
            (None, true) => Step::Measure,
            (None, false) => Step::Prove,
        };
        let step = comm.broadcast(0, vec![step as u64])[0];
        if step == Step::Leave as u64 {
            self.is_crossed = true;
            (self.options.note)("the crossover ends: the budget is spent");
            return Ok(None);
        }
        let measured = step != Step::Skip as u64;
        let rows = if measured {
            let verify = step == Step::Prove as u64;
            let rows = match self.run(point, &members, verify, held) {
                Err(why) if is_crossover && why.exit_code() == 1 => {
                    self.is_crossed = true;
                    (self.options.note)(&format!("the crossover ends: {why}"));
                    return Ok(None);
                }
                rows => rows?,
            };
            comm.agree(self.keep(point, &rows))?;
            rows
        } else {
            known.unwrap_or_default()
        };
        if is_crossover && point.ranks > 1 {
            let own: Vec<&Row> = rows.iter().collect();
            let crossed = self.done.beat_one_rank(&own);
            self.is_crossed = comm.broadcast(0, vec![u64::from(crossed)])[0] == 1;
        }
        Ok(Some((rows, measured)))
    }

    /// How many times longer than expected what was done has taken; 1 before anything was done.
    fn slowness(&self) -> f64 {
        if self.expected > 0.0 { self.start.elapsed().as_secs_f64() / self.expected } else { 1.0 }
    }

    /// Allows fewer repetitions if the points that are left would take more than what is left of the
    /// budget, and says so once.
    fn keep_budget(&mut self, left: &[SweepPoint]) {
        let Some(budget) = self.options.budget else { return };
        let seconds = budget - self.start.elapsed().as_secs_f64();
        let left: Vec<SweepPoint> =
            left.iter().filter(|point| !self.done.has(point)).cloned().collect();
        let slowness = self.slowness().max(1.0);
        let time = |most: usize| slowness * self.options.pace.total(&left, most);
        let affordable = match time(self.most) > seconds {
            true => affordable(self.most, seconds, time),
            false => self.most,
        };
        let affordable = self.comm.broadcast(0, vec![affordable as u64])[0] as usize;
        if affordable < self.most {
            let repetitions = text::count(affordable as u64, "repetition");
            (self.options.note)(&format!("to keep the budget, at most {repetitions} from here on"));
        }
        self.most = affordable;
    }

    /// Whether the budget is spent before the point is measured.
    fn is_late_for(&self, point: &SweepPoint) -> bool {
        let SweepOptions { pace, budget, .. } = self.options;
        let seconds = pace.total(std::slice::from_ref(point), self.most);
        budget.is_some_and(|budget| self.start.elapsed().as_secs_f64() + seconds > budget)
    }

    /// Measures a point. Returns its rows on rank 0, and none on the others.
    fn run(
        &self,
        point: &SweepPoint,
        members: &[usize],
        verify: bool,
        held: &mut Option<(Loaded, Repetition)>,
    ) -> Result<Vec<Row>> {
        let (comm, options) = (self.comm, self.options);
        let ran = comm.among(members, point.threads, |part| {
            let request = (options.request)(part, point);
            if held.is_none() {
                measure::restart_peak();
                let (loaded, read) = measure::time(part, || partition::load(part, &request));
                *held = Some((loaded?, read));
            }
            let (loaded, read) = held.as_ref().expect("read above");
            let job = Job {
                algorithm: point.algorithm,
                plan: point.plan,
                link: options.link,
                explain: false,
                repeats: Repeats { most: self.most, ..options.repeats },
                warm_up: true,
                verify,
            };
            let run = job.run(part, &request, loaded, read)?;
            let kind = if part.size() == 1 { "local" } else { "distributed" };
            Ok((options.provenance)(point).rows(part, kind, &run))
        });
        comm.sleeping_barrier();
        let rows = comm.agree(ran.and_then(Option::transpose))?.unwrap_or_default();
        Ok(if comm.rank() == 0 { rows } else { Vec::new() })
    }

    /// Compares the forest with the first of its graph, and saves the rows. Does nothing on other
    /// ranks than 0.
    fn keep(&mut self, point: &SweepPoint, rows: &[Row]) -> Result<()> {
        let Some(row) = rows.first() else { return Ok(()) };
        if let Some((checksum, _)) = self.done.forest(&point.graph.name)
            && checksum != row.checksum
        {
            return Err(Error::proof(format!(
                "two forests of {} differ: checksum {checksum} before, {} on {} ranks; either the \
                 file has changed since, or this is a bug, please report it",
                point.graph.name, row.checksum, row.ranks
            )));
        }
        (self.options.append)(rows)?;
        self.done.add(rows);
        Ok(())
    }
}

/// The most repetitions, up to `most`, that take at most `seconds` by `time`; not fewer than an
/// interval needs.
fn affordable(most: usize, seconds: f64, time: impl Fn(usize) -> f64) -> usize {
    let fewest = most.min(FEWEST);
    (fewest..=most).rev().find(|most| time(*most) <= seconds).unwrap_or(fewest)
}

/// The line about a point that was measured.
fn line(number: usize, of: usize, point: &SweepPoint, rows: &[Row], left: f64) -> String {
    let totals = rows.iter().map(|row| row.total_s);
    let median = Spread::of(totals.clone()).median;
    let interval = Interval::of_median(totals).map_or(String::new(), |found| {
        format!(" ({} – {})", text::seconds(found.low), text::seconds(found.high))
    });
    let combine = match rows.first() {
        Some(row) if row.ranks > 1 => format!(", {}", row.combine),
        _ => String::new(),
    };
    format!(
        "{number} of {of}: {}, {}, {} x {}{combine}: {}{interval}, repetitions: {}; about {} left",
        point.experiment.name(),
        printable(&point.graph.name),
        text::count(point.ranks as u64, "rank"),
        text::count(point.threads as u64, "thread"),
        text::seconds(median),
        text::repetitions(rows),
        text::minutes(left)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(totals: &[f64]) -> Vec<Row> {
        totals.iter().map(|&total_s| Row { total_s, ..Row::default() }).collect()
    }

    #[test]
    fn what_is_late_gets_fewer_repetitions_but_an_interval() {
        let of = |most, seconds| affordable(most, seconds, |most| 2.0 * most as f64);
        assert_eq!(of(30, 100.0), 30);
        assert_eq!(of(30, 41.0), 20);
        assert_eq!(of(30, 1.0), FEWEST);
        assert_eq!(of(3, 1.0), 3, "fewer were asked for");
    }

    #[test]
    fn a_line_tells_what_was_measured_and_what_is_left() {
        let graph = super::super::Graph::generated("path:n=5".parse().expect("a spec"));
        let (experiment, algorithm) = (Experiment::Strong, mst::local::Algorithm::Auto);
        let point = SweepPoint { experiment, graph, ranks: 2, threads: 1, algorithm, plan: None };
        let mut rows = rows(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
        (rows[0].ranks, rows[0].combine) = (2, "tree".to_owned());
        let expected = "3 of 9: strong, path:n=5,seed=1,weights=uniform, 2 ranks x 1 thread, tree: \
                        350 ms (100 ms – 600 ms), repetitions: 6; about 2 min left";
        assert_eq!(line(3, 9, &point, &rows, 100.0), expected);
    }
}
