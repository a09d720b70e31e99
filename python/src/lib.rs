//! The Rust half of the Python package `spanforest`: numpy arrays and tables of Arrow in, numpy
//! arrays out. What people call, with names and defaults, is in `spanforest/`.

mod column;
mod edges;
mod fault;
mod forest;
mod run;
mod table;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::forest::{NativeForest, of_columns, of_rows, of_table};
}
