//! The forest of a graph in numpy arrays.

use crate::column::Column;
use crate::edges::{Columns, Rows, Shown};
use crate::fault::{check_memory, exception};
use crate::run::beside;
use crate::table::{ColumnNames, Table, Told, stream};
use fixedbitset::FixedBitSet;
use mst::{EdgeList, Forest, Merge, Total, Wanted, Weight, forest_of};
use numpy::{IntoPyArray, PyArray1};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Bytes that a dendrogram takes for each vertex: the clusters, the merges, and their numbers.
const MERGE: u64 = 20 + 32 + 32;

/// Bytes that an edge takes at least, besides those of the arrays.
const EDGE: u64 = 16;

/// A forest, before it is shaped for people.
#[pyclass(frozen, name = "Forest", module = "spanforest._native")]
pub(crate) struct NativeForest(Forest);

/// A column of the result.
type Numbers<'py, T> = Bound<'py, PyArray1<T>>;

#[pymethods]
impl NativeForest {
    /// The positions of its edges in the input, the lightest first.
    fn positions<'py>(&self, py: Python<'py>) -> Numbers<'py, i64> {
        self.0
            .positions()
            .iter()
            .map(|&position| position as i64)
            .collect::<Vec<_>>()
            .into_pyarray(py)
    }

    /// The ends of its edges.
    fn ends<'py>(&self, py: Python<'py>) -> (Numbers<'py, i64>, Numbers<'py, i64>) {
        let u: Vec<i64> = self.0.edges().map(|(u, ..)| u as i64).collect();
        let v: Vec<i64> = self.0.edges().map(|(_, v, _)| v as i64).collect();
        (u.into_pyarray(py), v.into_pyarray(py))
    }

    /// The weights of its edges, int64 or float64.
    fn weights<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        let weights = self.0.edges().map(|(.., weight)| weight);
        if let Total::Integer(_) = self.0.total() {
            let integer = |weight| match weight {
                Weight::Integer(weight) => weight,
                Weight::Float(_) => unreachable!("the total is an integer"),
            };
            weights.map(integer).collect::<Vec<_>>().into_pyarray(py).into_any()
        } else {
            weights.map(Weight::value).collect::<Vec<_>>().into_pyarray(py).into_any()
        }
    }

    /// The exact sum of its weights: an integer of any size, or the nearest float.
    fn total<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0.total() {
            Total::Integer(sum) => sum.into_bound_py_any(py),
            Total::Float(sum) => sum.value().into_bound_py_any(py),
        }
    }

    fn components(&self) -> u64 {
        self.0.components()
    }

    fn vertices(&self) -> u64 {
        self.0.vertices()
    }

    fn checksum(&self) -> u64 {
        self.0.checksum()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The merges of clusters, four numbers each: two clusters, the height, the size.
    fn linkage<'py>(&self, py: Python<'py>, joined: bool) -> PyResult<Numbers<'py, f64>> {
        check_memory(self.0.vertices(), "vertices", MERGE, "number those at edges from 0 first")?;
        let merges = py.detach(|| self.0.dendrogram(joined));
        let merges = merges.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let row = |m: &Merge| [m.clusters[0] as f64, m.clusters[1] as f64, m.height, m.size as f64];
        Ok(merges.iter().flat_map(row).collect::<Vec<_>>().into_pyarray(py))
    }

    /// The component of each of some vertices, or of all, by the first edges of the forest.
    fn labels<'py>(
        &self,
        py: Python<'py>,
        vertices: Option<&Bound<'py, PyAny>>,
        edges: usize,
    ) -> PyResult<Numbers<'py, i64>> {
        let labels = py.detach(|| self.0.labels_by_first(edges));
        let Some(vertices) = vertices else {
            let instead = "ask for those of some vertices: labels(vertices)";
            check_memory(self.0.vertices(), "vertices", size_of::<i64>() as u64, instead)?;
            let all = labels.iter().map(|label| label as i64);
            return Ok(py.detach(|| all.collect::<Vec<_>>()).into_pyarray(py));
        };
        let vertices = Column::of(vertices)?;
        let mut ids = Vec::with_capacity(vertices.len());
        vertices.read_ids(0..vertices.len(), &mut ids);
        let label = |(position, &vertex): (usize, &u64)| match labels.get(vertex) {
            Some(label) => Ok(label as i64),
            None => {
                let (id, n) = (vertices.shown(position), self.0.vertices());
                let what =
                    format!("vertices[{position}] is {id}; n is {n}, and vertices count from 0");
                Err(PyValueError::new_err(what))
            }
        };
        let found: PyResult<Vec<i64>> = ids.iter().enumerate().map(label).collect();
        Ok(found?.into_pyarray(py))
    }
}

/// What is asked for, besides the graph.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    n: Option<u64>,
    maximum: bool,
    verify: bool,
    threads: Option<usize>,
}

/// The forest of the edges between `u[i]` and `v[i]`.
#[pyfunction]
pub(crate) fn of_columns(
    py: Python<'_>,
    u: &Bound<'_, PyAny>,
    v: &Bound<'_, PyAny>,
    weights: Option<&Bound<'_, PyAny>>,
    options: Options,
) -> PyResult<NativeForest> {
    let weights = weights.map(Column::of).transpose()?;
    let columns = Columns::of(Column::of(u)?, Column::of(v)?, weights)?;
    Ok(of_list(py, columns, options)?.0)
}

/// A forest, the names of vertices if ids are strings, and the types of the columns.
type OfTable = (NativeForest, Option<Vec<String>>, (String, String, Option<String>));

/// The forest of a table of Arrow, with an edge for each row.
#[pyfunction]
pub(crate) fn of_table(
    py: Python<'_>,
    table: &Bound<'_, PyAny>,
    columns: ColumnNames,
    options: Options,
) -> PyResult<OfTable> {
    let batches = stream(table)?;
    let told = beside(py, options.threads, move || Table::of(batches, columns))??;
    let Told { table, vertices, types } = told;
    if let (Some(_), Some(n)) = (&vertices, options.n) {
        let what = format!("n is {n}, and ids are strings; a vertex without edges has no name");
        return Err(PyValueError::new_err(what));
    }
    let (forest, _) = of_list(py, table, options)?;
    Ok((forest, vertices.map(|names| names.into_iter().collect()), types))
}

/// The positions of a matrix's entries in order, and where its rows begin.
type Entries<'py> = (Numbers<'py, i64>, Numbers<'py, i64>);

/// The forest of a matrix of sparse rows: its entries in the order of the matrix, and where its rows
/// begin among them.
#[pyfunction]
pub(crate) fn of_rows<'py>(
    py: Python<'py>,
    indptr: &Bound<'py, PyAny>,
    indices: &Bound<'py, PyAny>,
    data: Option<&Bound<'py, PyAny>>,
    options: Options,
) -> PyResult<Entries<'py>> {
    let data = data.map(Column::of).transpose()?;
    let rows = Rows::of(options.n, &Column::of(indptr)?, Column::of(indices)?, data)?;
    let (forest, rows) = of_list(py, rows, options)?;
    let entries = || {
        let mut chosen = FixedBitSet::with_capacity(rows.len());
        forest.0.positions().iter().for_each(|&position| chosen.insert(position));
        let positions: Vec<i64> = chosen.ones().map(|position| position as i64).collect();
        let starts = rows.starts_among(&positions);
        (positions, starts)
    };
    let (positions, starts) = py.detach(entries);
    Ok((positions.into_pyarray(py), starts.into_pyarray(py)))
}

fn of_list<L: Shown>(py: Python<'_>, list: L, options: Options) -> PyResult<(NativeForest, L)> {
    let Options { n, maximum, verify, threads } = options;
    let instead = "write them to files, and use the program: mst solve --memory";
    check_memory(list.len() as u64, "edges", EDGE, instead)?;
    let wanted = Wanted { n, maximum, proved: verify };
    let work = move || (forest_of(&list, wanted), list);
    let (forest, list) = beside(py, threads, work)?;
    match forest {
        Ok(forest) => Ok((NativeForest(forest), list)),
        Err(error) => Err(exception(&error, &list, n)),
    }
}
