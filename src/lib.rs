//! Minimum spanning forests of large weighted graphs.

pub mod comm;
pub mod distributed;
pub mod error;
pub mod format;
pub mod generate;
pub mod graph;
pub mod local;
pub mod partition;
pub mod verify;

pub use error::{Error, Result};
