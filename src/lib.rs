//! Minimum spanning forests of large weighted graphs.

pub mod error;
pub mod generate;
pub mod graph;
pub mod verify;

pub use error::{Error, Result};
