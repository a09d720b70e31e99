//! What an earlier sweep has measured, by the rows that it left.

use super::{PointKey, SweepPoint};
use mst::comm::Topology;
use mst::experiment::Row;
use mst::measure::Interval;
use std::collections::HashMap;

/// The rows of earlier sweeps that count for this one.
#[derive(Debug, Default)]
pub(crate) struct Done {
    points: HashMap<PointKey, Vec<Row>>,
}

impl Done {
    /// The rows that this program, of `version` and built from `commit`, has written. Others do not
    /// count: another program may be faster.
    pub(crate) fn of(rows: Vec<Row>, version: &str, commit: &str) -> Self {
        let mut points: HashMap<PointKey, Vec<Row>> = HashMap::new();
        for row in rows.into_iter().filter(|row| row.version == version && row.commit == commit) {
            points.entry(PointKey::of(&row)).or_default().push(row);
        }
        Self { points }
    }

    /// Adds the rows of a point.
    pub(crate) fn add(&mut self, rows: &[Row]) {
        for row in rows {
            self.points.entry(PointKey::of(row)).or_default().push(row.clone());
        }
    }

    /// The rows of a point that was measured on `hosts` to the end; `None` if it was not.
    pub(crate) fn rows(&self, point: &SweepPoint, hosts: &str) -> Option<Vec<&Row>> {
        let rows = self.points.get(&point.key())?;
        let rows: Vec<&Row> = rows.iter().filter(|row| row.hosts == hosts).collect();
        let last = rows.last()?;
        let of_last: Vec<&Row> =
            rows.iter().copied().filter(|row| row.started == last.started).collect();
        (of_last.len() == last.repetitions).then_some(of_last)
    }

    /// Whether there are rows for a point.
    pub(crate) fn has(&self, point: &SweepPoint) -> bool {
        self.points.contains_key(&point.key())
    }

    /// Whether the rows of a point are faster, beyond doubt, than one rank with its graph and
    /// experiment.
    pub(crate) fn beat_one_rank(&self, rows: &[&Row]) -> bool {
        rows.first().is_some_and(|row| are_faster(rows, &self.alone(row)))
    }

    /// The rows on one rank for the graph and experiment of `row`.
    fn alone(&self, row: &Row) -> Vec<&Row> {
        let same = |other: &&Row| {
            (other.ranks, &other.graph, &other.experiment) == (1, &row.graph, &row.experiment)
        };
        self.points.values().flatten().filter(same).collect()
    }

    /// The checksum of the forest of a graph, and whether it was proved, if any point has it.
    pub(crate) fn forest(&self, graph: &str) -> Option<(&str, bool)> {
        let mut rows = self.points.values().flatten().filter(|row| row.graph == graph).peekable();
        let checksum = rows.peek()?.checksum.as_str();
        Some((checksum, rows.any(|row| row.verified == Some(true))))
    }
}

/// Whether the median of `rows` is below that of `others` beyond doubt.
fn are_faster(rows: &[&Row], others: &[&Row]) -> bool {
    let ours = Interval::of_median(rows.iter().map(|row| row.total_s));
    let theirs = Interval::of_median(others.iter().map(|row| row.total_s));
    ours.zip(theirs).is_some_and(|(ours, theirs)| ours.high < theirs.low)
}

/// `host:ranks` for each host of `members`, as the rows name them.
pub(super) fn hosts(topology: &Topology, members: &[usize]) -> String {
    let part = Topology {
        ranks: members.iter().map(|&rank| topology.ranks[rank].clone()).collect(),
        threads: members.iter().map(|&rank| topology.threads[rank]).collect(),
        one_process: topology.one_process,
    };
    part.host_list()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::{Experiment, Graph};
    use mst::comm::Host;
    use mst::local::Algorithm;

    fn point() -> SweepPoint {
        let graph = Graph::generated("path:n=5".parse().expect("a spec"));
        let (experiment, algorithm) = (Experiment::Strong, Algorithm::Auto);
        SweepPoint { experiment, graph, ranks: 2, threads: 1, algorithm, plan: None }
    }

    fn rows(count: usize) -> Vec<Row> {
        let row = |repetition| Row {
            started: "now".to_owned(),
            version: "1".to_owned(),
            commit: "a".to_owned(),
            hosts: "vm1:2".to_owned(),
            experiment: "strong".to_owned(),
            graph: point().graph.name,
            checksum: "77".to_owned(),
            ranks: 2,
            threads: 1,
            algorithm: "auto".to_owned(),
            combine_asked: "auto".to_owned(),
            repetition,
            repetitions: 3,
            ..Row::default()
        };
        (1..=count).map(row).collect()
    }

    #[test]
    fn a_point_is_done_if_all_of_its_rows_are_there() {
        let is_done = |rows: Vec<Row>| {
            Done::of(rows, "1", "a").rows(&point(), "vm1:2").map(|rows| rows.len())
        };
        assert_eq!(is_done(rows(3)), Some(3));
        assert_eq!(is_done(rows(2)), None);
        assert_eq!(is_done(Vec::new()), None);
        // A torn attempt before does not count, nor does it spoil the one that followed.
        let mut torn = rows(2);
        torn.iter_mut().for_each(|row| row.started = "before".to_owned());
        assert_eq!(is_done([torn, rows(3)].concat()), Some(3));
        let done = Done::of(rows(3), "1", "a");
        assert!(done.rows(&point(), "vm1:1 vm2:1").is_none(), "other hosts");
        assert!(done.rows(&SweepPoint { threads: 2, ..point() }, "vm1:2").is_none());
        assert!(Done::of(rows(3), "1", "b").rows(&point(), "vm1:2").is_none(), "another build");
        assert!(Done::of(rows(3), "2", "a").rows(&point(), "vm1:2").is_none(), "another version");
    }

    #[test]
    fn forests_are_known_with_their_proof() {
        let graph = point().graph.name;
        let mut rows = rows(3);
        assert_eq!(Done::of(rows.clone(), "1", "a").forest(&graph), Some(("77", false)));
        rows[1].verified = Some(true);
        let mut done = Done::default();
        assert_eq!(done.forest(&graph), None);
        done.add(&rows);
        assert_eq!(done.forest(&graph), Some(("77", true)));
        assert_eq!(done.forest("path:n=6"), None);
    }

    #[test]
    fn ranks_are_faster_only_beyond_doubt() {
        let of = |ours: &[f64], theirs: &[f64]| {
            let [ours, theirs] = [ours, theirs].map(|totals| {
                let row = |&total_s: &f64| Row { total_s, ..Row::default() };
                totals.iter().map(row).collect::<Vec<_>>()
            });
            are_faster(&ours.iter().collect::<Vec<_>>(), &theirs.iter().collect::<Vec<_>>())
        };
        assert!(of(&[1.0; 6], &[2.0; 6]));
        assert!(!of(&[2.0; 6], &[1.0; 6]));
        assert!(!of(&[1.0; 6], &[1.0; 6]));
        assert!(!of(&[1.0; 5], &[2.0; 6]), "five repetitions have no interval");
        assert!(!of(&[1.0, 1.0, 1.0, 1.0, 1.0, 2.0], &[2.0; 6]), "they overlap");
        assert!(!of(&[1.0; 6], &[]));
    }

    #[test]
    fn hosts_are_named_as_in_rows() {
        let host =
            |name: &str| Host { name: name.to_owned(), boot: name.to_owned(), cores: 2, bound: 2 };
        let ranks = ["vm1", "vm1", "vm2", "vm3"].map(host).to_vec();
        let topology = Topology { ranks, threads: vec![1; 4], one_process: false };
        assert_eq!(hosts(&topology, &[0, 1, 3]), "vm1:2 vm3:1");
    }
}
