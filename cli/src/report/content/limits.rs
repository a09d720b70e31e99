//! What a reader must know before believing the figures, as far as the rows tell.

use super::Results;
use crate::report::language::Messages;
use crate::report::machines::{Snapshot, changed_links};
use crate::report::points::Point;
use std::collections::BTreeMap;

/// The limits that were found, as sentences.
pub(super) fn found(results: &Results<'_>, say: &dyn Messages) -> Vec<String> {
    let study = results.study;
    let mut limits = Vec::new();
    for difference in &study.differences {
        let what = say.origin(difference.what);
        limits.push(say.limit_mixed(what, &difference.values.join("; ")));
    }
    if let ([host], 2..) = (study.hosts().as_slice(), study.widest().row().ranks) {
        limits.push(say.limit_one_host(host));
    }
    limits
        .extend(one_kernel(results.snapshots).map(|hosts| say.limit_one_kernel(&say.list(&hosts))));
    limits.extend(of_points(&study.points, say));
    let unproved = &results.forests.unproved;
    if !unproved.is_empty() {
        limits.push(say.limit_not_proved(&say.list(unproved)));
    }
    for (between, least, most) in changed_links(results.snapshots) {
        let [least, most] = [least, most].map(|bandwidth| say.bit_rate(bandwidth));
        limits.push(say.limit_link_changed(&say.list(between), &least, &most));
    }
    if results.snapshots.is_empty() {
        limits.push(say.limit_no_machines().to_owned());
    }
    if results.compares_nothing() {
        limits.push(say.limit_no_local().to_owned());
    }
    limits
}

/// The machines of which several share a kernel.
fn one_kernel(snapshots: &[Snapshot]) -> impl Iterator<Item = Vec<String>> {
    let mut kernels: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for machine in snapshots.last().iter().flat_map(|snapshot| &snapshot.machines) {
        kernels.entry(&machine.boot).or_default().push(machine.name.clone());
    }
    kernels.into_values().filter(|machines| machines.len() > 1)
}

/// What is wrong with some of the points.
fn of_points(points: &[Point], say: &dyn Messages) -> Vec<String> {
    let count = |is_so: &dyn Fn(&&Point) -> bool| points.iter().filter(is_so).count() as u64;
    // Rows from before cores were recorded have 0.
    let shares = |point: &&Point| point.row().cores > 0 && point.all_threads() > point.row().cores;
    let has_few = |point: &&Point| point.time.interval.is_none();
    let is_wide = |point: &&Point| point.time.interval.is_some() && !point.time.is_precise();
    let several_times =
        |point: &&Point| point.rows.iter().any(|row| row.started != point.row().started);
    let mut limits = Vec::new();
    if let Some(worst) = points.iter().filter(shares).max_by_key(|point| point.all_threads()) {
        let (cores, threads) = (worst.row().cores as u64, worst.all_threads() as u64);
        limits.push(say.limit_shared_cores(count(&shares), cores, threads));
    }
    let sentences: [(u64, &dyn Fn(u64) -> String); 3] = [
        (count(&has_few), &|points| say.limit_few_repetitions(points)),
        (count(&is_wide), &|points| say.limit_wide(points)),
        (count(&several_times), &|points| say.limit_several_times(points)),
    ];
    limits.extend(
        sentences.into_iter().filter(|(points, _)| *points > 0).map(|(points, say)| say(points)),
    );
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::language::{Language, Sentences};
    use crate::report::machines::{Machine, Wire};
    use crate::report::study::Study;
    use mst::experiment::Row;

    /// Three machines, of which the first two have this kernel in common if `shared`.
    fn snapshot(shared: bool, bandwidth: f64) -> Snapshot {
        let machine = |number: usize| Machine {
            name: format!("vm{number}"),
            boot: if shared { "one".to_owned() } else { number.to_string() },
            ..Machine::default()
        };
        let between = ["vm1".to_owned(), "vm2".to_owned()];
        let links = vec![Wire { between, latency: 1e-4, bandwidth }];
        Snapshot { when: "now".to_owned(), machines: (1..3).map(machine).collect(), links }
    }

    /// The limits of the rows of a sweep, changed.
    fn limits(change: impl FnOnce(&mut Vec<Row>), snapshots: &[Snapshot]) -> Vec<String> {
        let mut rows = fixture::all();
        // The fixture has two starts for each point.
        rows.iter_mut().for_each(|row| row.started = "2026-11-25T10:00:00Z".to_owned());
        change(&mut rows);
        let study = Study::of(rows, true).expect("rows");
        found(&Results::of(&study, &[], snapshots), Language::En.messages())
    }

    fn measured_well(rows: &mut [Row]) {
        rows.iter_mut().for_each(|row| row.total_s = 1.0);
    }

    #[test]
    fn good_measurements_have_no_limits() {
        let all =
            limits(|rows| measured_well(rows), &[snapshot(false, 1e8), snapshot(false, 1.2e8)]);
        assert_eq!(all, [""; 0]);
    }

    #[test]
    fn cores_that_were_not_recorded_are_not_shared() {
        let old = |rows: &mut Vec<Row>| {
            measured_well(rows);
            rows.iter_mut().for_each(|row| row.cores = 0);
        };
        assert_eq!(limits(old, &[snapshot(false, 1e8)]), [""; 0]);
    }

    #[test]
    fn growing_graphs_alone_are_compared_too() {
        let growing = |rows: &mut Vec<Row>| {
            measured_well(rows);
            rows.retain(|row| row.experiment == "crossover");
        };
        assert_eq!(limits(growing, &[snapshot(false, 1e8)]), [""; 0]);
    }

    #[test]
    fn each_limit_is_found_by_itself() {
        let say = &crate::report::language::English;
        let good = [snapshot(false, 1e8)];
        let graph = fixture::all()[0].graph.clone();
        let only = |change: fn(&mut Vec<Row>), snapshots: &[Snapshot], expected: String| {
            let found = limits(
                |rows| {
                    measured_well(rows);
                    change(rows);
                },
                snapshots,
            );
            assert_eq!(found, [expected]);
        };
        let one_host = |rows: &mut Vec<Row>| {
            rows.iter_mut().for_each(|row| row.hosts = format!("vm1:{}", row.ranks));
        };
        only(one_host, &good, say.limit_one_host("vm1"));
        only(|_| {}, &[snapshot(true, 1e8)], say.limit_one_kernel("vm1 and vm2"));
        only(|_| {}, &[], say.limit_no_machines().to_owned());
        let slower = [snapshot(false, 1e8), snapshot(false, 2e8)];
        let changed = say.limit_link_changed("vm1 and vm2", "800\u{a0}Mbit/s", "1.60\u{a0}Gbit/s");
        only(|_| {}, &slower, changed);
        let shares = |rows: &mut Vec<Row>| {
            let wide = rows.iter_mut().filter(|row| row.experiment == "weak" && row.ranks == 3);
            wide.for_each(|row| row.cores = 2);
        };
        only(shares, &good, say.limit_shared_cores(1, 2, 6));
        let few = |rows: &mut Vec<Row>| {
            rows.retain(|row| row.repetition < 6 || row.experiment != "weak");
        };
        only(few, &good, say.limit_few_repetitions(3));
        let wide = |rows: &mut Vec<Row>| {
            let half = rows.iter_mut().filter(|row| row.ranks == 2 && row.repetition < 5);
            half.for_each(|row| row.total_s = 1.2);
        };
        only(wide, &good, say.limit_wide(3));
        let again = |rows: &mut Vec<Row>| rows[3].started = "2026-11-26T10:00:00Z".to_owned();
        only(again, &good, say.limit_several_times(1));
        let unproved = |rows: &mut Vec<Row>| {
            let strong = rows.iter_mut().filter(|row| row.n == 1 << 18);
            strong.for_each(|row| row.verified = None);
        };
        only(unproved, &good, say.limit_not_proved(&graph));
        let alone = |rows: &mut Vec<Row>| rows.retain(|row| row.ranks == 1);
        only(alone, &good, say.limit_no_local().to_owned());
        let mixed = |rows: &mut Vec<Row>| {
            let crossover = rows.iter_mut().filter(|row| row.experiment == "crossover");
            crossover.for_each(|row| row.commit = "def".to_owned());
        };
        let builds = say.limit_mixed("builds of mst", "0.1.0 (abc); 0.1.0 (def)");
        only(mixed, &good, builds);
    }
}
