//! A graph in columns, and one in a sparse matrix, as lists of edges.

use crate::column::Column;
use mst::graph::Numbers;
use mst::{EdgeList, Piece};
use pyo3::PyResult;
use pyo3::exceptions::PyValueError;
use std::ops::Range;

/// Edges that can say what stands at a place.
pub(crate) trait Shown: EdgeList + Send + 'static {
    /// How messages call the ends and the weight of an edge.
    fn names(&self) -> [&str; 3];

    /// The ends and the weight at a position, as people write them.
    fn shown(&self, position: usize) -> [String; 3];
}

/// The weights of edges; without a column, every edge weighs 1.
struct Weights(Option<Column>);

impl Weights {
    /// Of `m` edges, in a column that messages call `name`.
    ///
    /// # Errors
    /// ValueError if the column has another length, or an integer above 2^63 - 1.
    fn of(m: usize, name: &str, column: Option<Column>) -> PyResult<Self> {
        if let Some(weights) = &column
            && weights.len() != m
        {
            let what = format!("there are {m} edges, and {name} has {} items", weights.len());
            return Err(PyValueError::new_err(what));
        }
        Self::of_part(name, 0, column)
    }

    /// Of edges from the position `first` on.
    ///
    /// # Errors
    /// ValueError for an integer above 2^63 - 1.
    fn of_part(name: &str, first: usize, column: Option<Column>) -> PyResult<Self> {
        if let Some(weights) = &column
            && let Some(place) = weights.first_beyond()
        {
            let (position, found) = (first + place, weights.shown(place));
            let what =
                format!("{name}[{position}] is {found}; integers must not be above 2^63 - 1");
            return Err(PyValueError::new_err(what));
        }
        Ok(Self(column))
    }

    fn numbers(&self) -> Numbers {
        self.0.as_ref().map_or(Numbers::Integers, Column::numbers)
    }

    fn read(&self, positions: Range<usize>, piece: &mut Piece) {
        match &self.0 {
            Some(column) => column.read_weights(positions, &mut piece.integers, &mut piece.floats),
            None => piece.integers.extend(std::iter::repeat_n(1, positions.len())),
        }
    }

    fn shown(&self, position: usize) -> String {
        self.0.as_ref().map_or("1".to_owned(), |column| column.shown(position))
    }
}

/// Edge i joins `u[i]` and `v[i]`.
pub(crate) struct Columns {
    u: Column,
    v: Column,
    weights: Weights,
}

impl Columns {
    /// # Errors
    /// ValueError if the columns differ in length.
    pub(crate) fn of(u: Column, v: Column, weights: Option<Column>) -> PyResult<Self> {
        let m = u.len();
        if v.len() != m {
            let what = format!("u has {m} items and v has {}; edge i joins u[i] and v[i]", v.len());
            return Err(PyValueError::new_err(what));
        }
        let weights = Weights::of(m, "weights", weights)?;
        Ok(Self { u, v, weights })
    }

    /// Part of a table, from its row `first` on. Messages call the weights `weight`.
    ///
    /// # Errors
    /// ValueError for an integer above 2^63 - 1.
    pub(crate) fn of_batch(
        first: usize,
        [u, v]: [Column; 2],
        weight: &str,
        weights: Option<Column>,
    ) -> PyResult<Self> {
        Ok(Self { u, v, weights: Weights::of_part(weight, first, weights)? })
    }
}

impl EdgeList for Columns {
    fn len(&self) -> usize {
        self.u.len()
    }

    fn numbers(&self) -> Numbers {
        self.weights.numbers()
    }

    fn read(&self, positions: Range<usize>, _: Numbers, piece: &mut Piece) {
        self.u.read_ids(positions.clone(), &mut piece.u);
        self.v.read_ids(positions.clone(), &mut piece.v);
        self.weights.read(positions, piece);
    }
}

impl Shown for Columns {
    fn names(&self) -> [&str; 3] {
        ["u", "v", "weights"]
    }

    fn shown(&self, position: usize) -> [String; 3] {
        [self.u.shown(position), self.v.shown(position), self.weights.shown(position)]
    }
}

/// A matrix of sparse rows: entry i joins its row and `indices[i]`.
pub(crate) struct Rows {
    /// Where each row begins, and where the last one ends.
    starts: Vec<u64>,
    indices: Column,
    data: Weights,
}

impl Rows {
    /// Of a matrix of `n` rows.
    ///
    /// # Errors
    /// ValueError if the rows do not follow each other, or are not `n`.
    pub(crate) fn of(
        n: Option<u64>,
        indptr: &Column,
        indices: Column,
        data: Option<Column>,
    ) -> PyResult<Self> {
        let mut starts = Vec::with_capacity(indptr.len());
        indptr.read_ids(0..indptr.len(), &mut starts);
        let wrong = match (&starts[..], n) {
            (_, Some(n)) if starts.len() as u64 != n + 1 => {
                Some(format!("it has {} items, for a matrix of {n} rows", starts.len()))
            }
            ([0, ..], _) if starts.is_sorted() && starts.ends_with(&[indices.len() as u64]) => None,
            ([0, ..], _) => {
                Some("rows must follow each other, up to the last item of indices".to_owned())
            }
            _ => Some("it must begin with 0".to_owned()),
        };
        if let Some(wrong) = wrong {
            return Err(PyValueError::new_err(format!("indptr is no list of rows: {wrong}")));
        }
        let data = Weights::of(indices.len(), "data", data)?;
        Ok(Self { starts, indices, data })
    }

    /// The row of an entry.
    fn row(&self, position: usize) -> usize {
        self.starts.partition_point(|&start| start <= position as u64) - 1
    }

    /// Where the rows of a matrix begin that has only the entries at `positions`, which are in
    /// order.
    pub(crate) fn starts_among(&self, positions: &[i64]) -> Vec<i64> {
        let mut kept = 0;
        let among = |&start: &u64| {
            while positions.get(kept).is_some_and(|&position| (position as u64) < start) {
                kept += 1;
            }
            kept as i64
        };
        self.starts.iter().map(among).collect()
    }
}

impl EdgeList for Rows {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn numbers(&self) -> Numbers {
        self.data.numbers()
    }

    fn read(&self, positions: Range<usize>, _: Numbers, piece: &mut Piece) {
        let mut next = positions.start;
        let mut row = self.row(next);
        while next < positions.end {
            let end = positions.end.min(self.starts[row + 1] as usize);
            piece.u.extend(std::iter::repeat_n(row as u64, end - next));
            (next, row) = (end, row + 1);
        }
        self.indices.read_ids(positions.clone(), &mut piece.v);
        self.data.read(positions, piece);
    }
}

impl Shown for Rows {
    fn names(&self) -> [&str; 3] {
        ["row of entry", "indices", "data"]
    }

    fn shown(&self, position: usize) -> [String; 3] {
        let row = self.row(position).to_string();
        [row, self.indices.shown(position), self.data.shown(position)]
    }
}
