//! Minimum spanning forests of large weighted graphs.

pub mod error;
pub mod generate;
pub mod graph;

pub use error::{Error, Result};
