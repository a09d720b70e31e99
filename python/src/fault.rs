//! The library's errors as exceptions that name the array and the item.

use crate::edges::{Names, Shown};
use mst::Error;
use pyo3::PyErr;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};

/// The largest number of vertices.
const MOST: &str = "2^63 - 1";

/// The exception for an error about `list`, whose vertices are below `n` if that is given.
pub(crate) fn exception<L: Shown>(error: &Error, list: &L, n: Option<u64>) -> PyErr {
    let Names { u, v, weight } = L::NAMES;
    match *error {
        Error::Vertex { position, .. } => {
            let ends = list.shown(position);
            let is_wrong =
                |id: &str| id.parse::<u64>().map_or(true, |id| n.is_some_and(|n| id >= n));
            let at = usize::from(!is_wrong(&ends[0]));
            let (name, id) = ([u, v][at], &ends[at]);
            let wanted = match n {
                Some(n) => format!("there are n = {n} vertices, numbered from 0"),
                None => format!("vertices are numbered from 0 and below {MOST}"),
            };
            PyValueError::new_err(format!("{name}[{position}] is {id}; {wanted}"))
        }
        Error::Weight { position, .. } => {
            let [.., found] = list.shown(position);
            PyValueError::new_err(format!(
                "{weight}[{position}] is {found}; weights must be finite"
            ))
        }
        Error::TooLarge { needed: Some(_), .. } => PyMemoryError::new_err(error.to_string()),
        Error::TooLarge { needed: None, .. } => PyValueError::new_err(error.to_string()),
        _ => PyRuntimeError::new_err(error.to_string()),
    }
}
