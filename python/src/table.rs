//! A table of Arrow as a list of edges: batch after batch, read where they are.

use crate::column::Column;
use crate::edges::{Columns, Shown};
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::Float16Type;
use arrow_array::{Array, ArrayRef, Float32Array, RecordBatch, RecordBatchReader, UInt8Array};
use arrow_schema::{ArrowError, DataType, Schema};
use arrow_select::take::take;
use indexmap::IndexSet;
use mst::graph::Numbers;
use mst::{EdgeList, Piece};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ops::Range;
use std::sync::Arc;

/// The names of the columns with the ends of edges and, perhaps, their weights.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ColumnNames {
    u: String,
    v: String,
    weight: Option<String>,
}

/// The distinct names of vertices, by their numbers.
pub(crate) type VertexNames = IndexSet<String>;

/// The edges of a table.
pub(crate) struct Table {
    batches: Vec<Columns>,
    /// At which row each batch begins, and how many rows there are.
    starts: Vec<usize>,
    numbers: Numbers,
    names: ColumnNames,
}

/// A table, and what else its columns tell.
pub(crate) struct Told {
    pub(crate) table: Table,
    /// The names of vertices, if ids are strings.
    pub(crate) vertices: Option<VertexNames>,
    /// How numpy calls the types of the columns.
    pub(crate) types: (String, String, Option<String>),
}

/// The batches of an object with the PyCapsule interface of Arrow.
///
/// # Errors
/// TypeError if it has none, and what the object itself raises.
pub(crate) fn stream(table: &Bound<'_, PyAny>) -> PyResult<RecordBatchStreamReader> {
    let capsule = table.call_method0("__arrow_c_stream__")?;
    let name = c"arrow_array_stream";
    let stream = capsule.cast::<PyCapsule>()?.pointer_checked(Some(name))?;
    // SAFETY: a capsule of this name has such a stream, says the interface, and whoever asked for
    // the capsule may move the stream out; an empty one takes its place.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr().cast()) };
    RecordBatchStreamReader::try_new(stream).map_err(fault)
}

impl Table {
    /// If the ids of a table are strings, vertices are numbered as they come, row by row.
    ///
    /// # Errors
    /// ValueError or TypeError if there is no such column, or if it has items that are not ids or
    /// weights; the first null is named by its row.
    pub(crate) fn of(batches: RecordBatchStreamReader, names: ColumnNames) -> PyResult<Told> {
        let schema = batches.schema();
        let ends = [place(&schema, &names.u)?, place(&schema, &names.v)?];
        let weight = names.weight.as_deref().map(|name| place(&schema, name)).transpose()?;
        let mut vertices = have_names(&schema, ends)?.then(VertexNames::new);
        let numbers = weight.map_or(Ok(Numbers::Integers), |at| kind_of_weights(&schema, at))?;
        let called = |at: usize| match kind(&schema, at) {
            DataType::Boolean => "uint8".to_owned(),
            DataType::Float16 => "float32".to_owned(),
            kind => kind.to_string().to_lowercase(),
        };
        let types = (called(ends[0]), called(ends[1]), weight.map(called));
        let mut table = Self { batches: Vec::new(), starts: vec![0], numbers, names };
        for batch in batches {
            let batch = batch.map_err(fault)?;
            table.add(&batch, ends, weight, vertices.as_mut())?;
        }
        Ok(Told { table, vertices, types })
    }

    fn add(
        &mut self,
        batch: &RecordBatch,
        [u, v]: [usize; 2],
        weight: Option<usize>,
        vertices: Option<&mut VertexNames>,
    ) -> PyResult<()> {
        let first = self.len();
        let ends = [items(batch, u, first)?, items(batch, v, first)?];
        let ends = match vertices {
            Some(vertices) => numbered(&ends, vertices),
            None => ends.map(|ids| numbers(&ids)),
        };
        let weights = weight.map(|at| items(batch, at, first)).transpose()?.map(weights);
        let weight = self.names.weight.as_deref().unwrap_or_default();
        self.batches.push(Columns::of_batch(first, ends, weight, weights)?);
        self.starts.push(first + batch.num_rows());
        Ok(())
    }

    /// The batch of a row, and the row's place in it.
    fn batch(&self, row: usize) -> (usize, usize) {
        let batch = self.starts.partition_point(|&start| start <= row) - 1;
        (batch, row - self.starts[batch])
    }
}

impl EdgeList for Table {
    fn len(&self) -> usize {
        self.starts[self.batches.len()]
    }

    fn numbers(&self) -> Numbers {
        self.numbers
    }

    fn read(&self, positions: Range<usize>, numbers: Numbers, piece: &mut Piece) {
        let mut next = positions.start;
        while next < positions.end {
            let (batch, at) = self.batch(next);
            let end = positions.end.min(self.starts[batch + 1]);
            self.batches[batch].read(at..at + end - next, numbers, piece);
            next = end;
        }
    }
}

impl Shown for Table {
    fn names(&self) -> [&str; 3] {
        let ColumnNames { u, v, weight } = &self.names;
        [u, v, weight.as_deref().unwrap_or_default()]
    }

    fn shown(&self, position: usize) -> [String; 3] {
        let (batch, at) = self.batch(position);
        self.batches[batch].shown(at)
    }
}

/// The place of a column.
fn place(schema: &Schema, name: &str) -> PyResult<usize> {
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    let mut found = names().enumerate().filter(|(_, other)| *other == name);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => {
            Err(PyValueError::new_err(format!("two columns have the name {name:?}")))
        }
        (None, _) => {
            let all: Vec<&str> = names().collect();
            let what = format!("there is no column {name:?}; there are {}", all.join(", "));
            Err(PyValueError::new_err(what))
        }
    }
}

/// Whether vertices have names: whether ids are strings.
///
/// # Errors
/// TypeError if the ids are neither strings at both ends nor integers at both.
fn have_names(schema: &Schema, ends: [usize; 2]) -> PyResult<bool> {
    let [u, v] = ends;
    match ends.map(|at| kind(schema, at).is_string()) {
        [true, true] => Ok(true),
        [true, false] => Err(wrong(schema, v, "the ids at the other ends are strings")),
        [false, true] => Err(wrong(schema, u, "the ids at the other ends are strings")),
        [false, false] => match ends.into_iter().find(|&at| !kind(schema, at).is_integer()) {
            Some(at) => Err(wrong(schema, at, "ids of vertices are integers or strings")),
            None => Ok(false),
        },
    }
}

/// # Errors
/// TypeError if weights are of another type than those that are possible.
fn kind_of_weights(schema: &Schema, at: usize) -> PyResult<Numbers> {
    match kind(schema, at) {
        kind if kind.is_floating() => Ok(Numbers::Floats),
        kind if kind.is_integer() || *kind == DataType::Boolean => Ok(Numbers::Integers),
        _ => Err(wrong(schema, at, "weights are integers or floats of at most 64 bits")),
    }
}

fn wrong(schema: &Schema, at: usize, wanted: &str) -> PyErr {
    let field = schema.field(at);
    let (name, kind) = (field.name(), field.data_type());
    PyTypeError::new_err(format!("column {name} has the type {kind}; {wanted}"))
}

/// The type of the items of a column, be they in a dictionary or not.
fn kind(schema: &Schema, at: usize) -> &DataType {
    match schema.field(at).data_type() {
        DataType::Dictionary(_, items) => items,
        kind => kind,
    }
}

/// The items of a column of a batch that begins at row `first`, none of them in a dictionary.
///
/// # Errors
/// ValueError for a null.
fn items(batch: &RecordBatch, at: usize, first: usize) -> PyResult<ArrayRef> {
    let array = batch.column(at);
    if let Some(nulls) = array.logical_nulls()
        && let Some(row) = nulls.iter().position(|is_valid| !is_valid)
    {
        let name = batch.schema_ref().field(at).name();
        let what = format!("{name}[{}] is null; leave that row out", first + row);
        return Err(PyValueError::new_err(what));
    }
    match array.as_any_dictionary_opt() {
        Some(dictionary) => take(dictionary.values(), dictionary.keys(), None).map_err(fault),
        None => Ok(Arc::clone(array)),
    }
}

/// The numbers of the vertices at the ends of edges, which have names.
fn numbered([u, v]: &[ArrayRef; 2], vertices: &mut VertexNames) -> [Column; 2] {
    let mut number = |name: &str| {
        let known = vertices.get_index_of(name);
        known.unwrap_or_else(|| vertices.insert_full(name.to_owned()).0) as u64
    };
    let rows = strings(u).into_iter().zip(strings(v));
    let (u, v) = rows.map(|(u, v)| (number(u), number(v))).unzip();
    [Column::of_list(u), Column::of_list(v)]
}

fn strings(array: &ArrayRef) -> Vec<&str> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().flatten().collect(),
        _ => array.as_string_view().iter().flatten().collect(),
    }
}

fn weights(array: ArrayRef) -> Column {
    match array.data_type() {
        DataType::Boolean => {
            let bits = array.as_boolean().values().iter();
            numbers(&(Arc::new(bits.map(u8::from).collect::<UInt8Array>()) as ArrayRef))
        }
        DataType::Float16 => {
            let singles: Float32Array = array.as_primitive::<Float16Type>().unary(f32::from);
            numbers(&(Arc::new(singles) as ArrayRef))
        }
        _ => numbers(&array),
    }
}

fn numbers(array: &ArrayRef) -> Column {
    Column::of_arrow(array).expect("columns of other types are refused")
}

/// What the library that exports the table, or the one that reads it, says is wrong.
fn fault(error: ArrowError) -> PyErr {
    PyValueError::new_err(format!("the table cannot be read: {error}"))
}
