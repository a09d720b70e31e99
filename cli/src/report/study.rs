//! The points of a report, and whether they can be compared.

use super::points::{Point, hosts};
use crate::sweep::PointKey;
use mst::error::{Error, Result};
use mst::experiment::Row;
use std::collections::{BTreeSet, HashMap};

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Study {
    /// In the order of their first rows.
    pub(crate) points: Vec<Point>,
    /// In what their rows differ that makes times hard to compare.
    pub(crate) differences: Vec<Difference>,
}

/// Something that should be the same in all rows, with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) what: Origin,
    pub(crate) values: Vec<String>,
}

/// What rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Build,
    /// The host of rank 0.
    Machine,
    Library,
    Schema,
}

impl Origin {
    const ALL: [Self; 4] = [Self::Build, Self::Machine, Self::Library, Self::Schema];

    /// What an error calls several of it.
    const fn plural(self) -> &'static str {
        match self {
            Self::Build => "builds of mst",
            Self::Machine => "machines",
            Self::Library => "MPI libraries",
            Self::Schema => "versions of the columns",
        }
    }

    /// The value of a row; `None` if it does not matter there.
    fn of(self, row: &Row) -> Option<String> {
        match self {
            Self::Build => Some(format!("{} ({})", row.version, row.commit)),
            Self::Machine => hosts(&row.hosts).next().map(|(name, _)| name.to_owned()),
            // One rank sends nothing.
            Self::Library => (row.ranks > 1).then(|| row.mpi_library.clone()),
            Self::Schema => Some(row.schema.to_string()),
        }
    }
}

impl Study {
    /// Groups `rows` into points. Rows of different origin stay apart.
    ///
    /// # Errors
    /// [`Error::Usage`] if the rows cannot be compared, unless `may_mix`; if there are none.
    pub(crate) fn of(rows: Vec<Row>, may_mix: bool) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::usage("FILES", "the files have no rows"));
        }
        let differences: Vec<Difference> =
            Origin::ALL.into_iter().filter_map(|what| difference(what, &rows)).collect();
        if !differences.is_empty() && !may_mix {
            return Err(Error::usage("FILES", refusal(&differences)));
        }
        let origin = |row: &Row| {
            let values = differences.iter().filter_map(|difference| difference.what.of(row));
            values.collect::<Vec<_>>().join(", ")
        };
        let mut places = HashMap::new();
        let mut groups: Vec<(String, Vec<Row>)> = Vec::new();
        for row in rows {
            let origin = origin(&row);
            let key = (origin.clone(), PointKey::of(&row), row.hosts.clone());
            let place = *places.entry(key).or_insert(groups.len());
            if place == groups.len() {
                groups.push((origin, Vec::new()));
            }
            groups[place].1.push(row);
        }
        let points = groups.into_iter().map(|(origin, rows)| Point::of(rows, origin)).collect();
        Ok(Self { points, differences })
    }

    /// All rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.points.iter().flat_map(|point| &point.rows)
    }

    /// The graphs, by their size.
    pub(crate) fn graphs(&self) -> Vec<&str> {
        let sizes: BTreeSet<(u64, &str)> =
            self.rows().map(|row| (row.m, row.graph.as_str())).collect();
        sizes.into_iter().map(|(_, graph)| graph).collect()
    }

    /// The point on the most ranks, with the most edges among them.
    pub(crate) fn widest(&self) -> &Point {
        let size = |point: &&Point| (point.row().ranks, point.row().m, point.row().threads);
        self.points.iter().max_by_key(size).expect("there are rows")
    }

    /// The names of all hosts, in the order in which they appear.
    pub(crate) fn hosts(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (name, _) in self.points.iter().flat_map(Point::hosts) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

fn difference(what: Origin, rows: &[Row]) -> Option<Difference> {
    let values: BTreeSet<String> = rows.iter().filter_map(|row| what.of(row)).collect();
    (values.len() > 1).then(|| Difference { what, values: values.into_iter().collect() })
}

fn refusal(differences: &[Difference]) -> String {
    let parts = differences.iter().map(|difference| {
        let (count, what) = (difference.values.len(), difference.what.plural());
        format!("{count} {what} ({})", difference.values.join("; "))
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!(
        "these rows cannot be compared: they come from {parts}; give files that belong together, or \
         --mix to show them side by side"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn repetitions_of_one_run_are_a_point() {
        let rows = fixture::strong();
        let study = Study::of(rows.clone(), false).expect("one origin");
        assert_eq!(study.rows().count(), rows.len());
        for point in &study.points {
            let row = point.row();
            assert!(point.rows.iter().all(|other| other.ranks == row.ranks
                && other.threads == row.threads
                && other.graph == row.graph));
            assert_eq!((point.rows.len(), point.origin.as_str()), (row.repetitions, ""));
        }
        assert_eq!(study.hosts(), ["vm1", "vm2", "vm3"]);
        assert_eq!(study.widest().row().ranks, 3);
    }

    /// What a change of rows is refused as.
    type Case = (&'static str, fn(&mut Row));

    #[test]
    fn rows_of_different_origin_are_refused_or_kept_apart() {
        let changes: [Case; 4] = [
            ("2 builds of mst (0.1.0 (abc); 0.1.0 (def))", |row| row.commit = "def".to_owned()),
            ("2 machines (pc; vm1)", |row| row.hosts = row.hosts.replace("vm1", "pc")),
            ("2 MPI libraries (MPICH 4; Open MPI v5)", |row| {
                row.mpi_library = "MPICH 4".to_owned()
            }),
            ("2 versions of the columns (1; 2)", |row| row.schema = 1),
        ];
        for (expected, change) in changes {
            let mut rows = [fixture::strong(), fixture::strong()].concat();
            let half = rows.len() / 2;
            rows[half..].iter_mut().for_each(change);
            let why = Study::of(rows.clone(), false).expect_err(expected).to_string();
            assert!(why.contains(&format!("they come from {expected}")), "{why}");
            assert!(why.contains("--mix"), "{why}");
            let study = Study::of(rows, true).expect("it may mix");
            assert_eq!(study.differences.len(), 1);
            assert!(study.points.iter().all(|point| point.rows.len() == point.row().repetitions
                || (expected.contains("MPI") && point.is_local())));
        }
        // A local run names no library that matters.
        let mut rows = fixture::strong();
        rows.iter_mut().filter(|row| row.ranks == 1).for_each(|row| row.mpi_library.clear());
        assert!(Study::of(rows, false).is_ok());
    }

    #[test]
    fn no_rows_are_no_report() {
        assert!(Study::of(Vec::new(), false).is_err());
    }
}
