//! Whether all forests of a graph are the same, and which were proved.

use super::study::Study;
use mst::experiment::Row;
use std::collections::BTreeSet;

/// The forests of all runs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Forests {
    /// How many were found: one a run and point.
    pub(crate) found: u64,
    pub(crate) graphs: u64,
    /// How many graphs have a forest that was proved.
    pub(crate) proved: u64,
    /// The graphs of which two forests differ, or one was proved wrong.
    pub(crate) differing: Vec<String>,
    /// The graphs of which no forest was proved.
    pub(crate) unproved: Vec<String>,
}

impl Forests {
    pub(crate) fn of(study: &Study) -> Self {
        let graphs = study.graphs();
        let rows = |graph: &str| study.rows().filter(move |row| row.graph == graph).collect();
        let named = |holds: fn(&[&Row]) -> bool| -> Vec<String> {
            let graphs = graphs.iter().filter(|graph| {
                let rows: Vec<&Row> = rows(graph);
                holds(&rows)
            });
            graphs.map(|graph| (*graph).to_owned()).collect()
        };
        Self {
            found: study.points.len() as u64,
            graphs: graphs.len() as u64,
            proved: named(is_proved).len() as u64,
            differing: named(|rows| !is_same(rows)),
            unproved: named(|rows| !is_proved(rows)),
        }
    }
}

fn is_proved(rows: &[&Row]) -> bool {
    rows.iter().any(|row| row.verified == Some(true))
}

/// Whether all rows of a graph have the same forest.
fn is_same(rows: &[&Row]) -> bool {
    let forest =
        |row: &&Row| (row.checksum.clone(), row.forest_edges, row.components, row.n, row.m);
    let forests: BTreeSet<_> = rows.iter().map(forest).collect();
    forests.len() == 1 && rows.iter().all(|row| row.verified != Some(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn forests(change: impl FnOnce(&mut Vec<Row>)) -> Forests {
        let mut rows = fixture::all();
        change(&mut rows);
        Forests::of(&Study::of(rows, false).expect("one origin"))
    }

    #[test]
    fn a_wrong_forest_is_found() {
        let right = forests(|_| {});
        assert_eq!((right.found, right.graphs, right.proved), (21, 8, 8));
        assert_eq!((right.differing.len(), right.unproved.len()), (0, 0));
        let graph = fixture::all()[0].graph.clone();
        let changes: [fn(&mut Row); 3] = [
            |row| row.checksum = "bad".to_owned(),
            |row| row.components += 1,
            |row| row.verified = Some(false),
        ];
        for change in changes {
            let wrong = forests(|rows| change(&mut rows[5]));
            assert_eq!(wrong.differing, std::slice::from_ref(&graph));
        }
        let unproved = forests(|rows| {
            let of_graph = rows.iter_mut().filter(|row| row.graph == graph);
            of_graph.for_each(|row| row.verified = None);
        });
        assert_eq!((unproved.proved, unproved.unproved), (7, vec![graph]));
    }
}
