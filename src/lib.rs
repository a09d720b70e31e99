//! Minimum spanning forests of large weighted graphs.

pub mod error;
pub mod graph;

pub use error::{Error, Result};
