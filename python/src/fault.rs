//! The library's errors as exceptions that name the array and the item, and what memory is too small
//! for: without memory, a process of Rust would end.

use crate::edges::Shown;
use mst::Error;
use mst::partition::available_memory;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use pyo3::{PyErr, PyResult};

/// The largest number of vertices.
const MOST: &str = "2^63 - 1";

/// The exception for an error about `list`, whose vertices are below `n` if that is given.
pub(crate) fn exception<L: Shown>(error: &Error, list: &L, n: Option<u64>) -> PyErr {
    let [u, v, weight] = list.names();
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

/// Refuses what takes `each` bytes for each of `count` vertices or edges, as `what` says, if that is
/// more than there is.
///
/// # Errors
/// MemoryError, which says what to do instead.
pub(crate) fn check_memory(count: u64, what: &str, each: u64, instead: &str) -> PyResult<()> {
    let needed = u128::from(count) * u128::from(each);
    match available_memory() {
        Some(left) if needed > u128::from(left) => Err(PyMemoryError::new_err(format!(
            "{count} {what} take {needed} bytes, and {left} are left; {instead}"
        ))),
        _ => Ok(()),
    }
}
