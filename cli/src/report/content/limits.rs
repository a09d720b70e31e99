//! What a reader must know before believing the figures, as far as the rows tell.

use super::Results;
use crate::report::correctness::Forests;
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
    let unproved = Forests::of(study).unproved;
    if !unproved.is_empty() {
        limits.push(say.limit_not_proved(&say.list(&unproved)));
    }
    for (between, least, most) in changed_links(results.snapshots) {
        let [least, most] = [least, most].map(|bandwidth| say.bit_rate(bandwidth));
        limits.push(say.limit_link_changed(&say.list(between), &least, &most));
    }
    if results.snapshots.is_empty() {
        limits.push(say.limit_no_machines().to_owned());
    }
    if results.scalings.is_empty() && results.weak.is_empty() {
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
