//! Minimum spanning forests of large weighted graphs: with threads on one machine, as an SPMD job
//! of MPI on several, or simulated by ranks inside one process.
//!
//! [`forest()`] returns which of the edges in memory are in the forest, by their positions;
//! [`read()`] reads a graph from a file:
//!
//! ```
//! let edges = [(0, 1, 7), (1, 2, 3), (0, 2, 5)]; // two ends and a weight, an integer or a float
//! let forest = mst::forest(3, &edges)?;
//! assert_eq!((forest.positions(), forest.total().value()), (&[1, 2][..], 8.0));
//! # Ok::<(), mst::Error>(())
//! ```
//!
//! # On several ranks
//!
//! [`partition`] deals out a graph that [`mod@format`] reads or [`generate`] makes. [`local`] finds
//! the forest of a rank's slice, [`distributed`] combines the ranks' forests over a [`comm::Comm`],
//! and [`verify`] proves the result:
//!
//! ```
//! use mst::comm;
//! use mst::distributed::{Plan, summarize};
//! use mst::graph::with_edges;
//! use mst::local::Algorithm;
//! use mst::partition::{self, Request, Source};
//! use mst::verify::verify_slice;
//!
//! let source = Source::Generated("gnm:n=1000,m=5000,seed=7".parse()?);
//! let weights = comm::run(3, Some(1), |comm| -> mst::Result<String> {
//!     let slice = partition::load(comm, &Request::of(&source))?.slice;
//!     with_edges!(&slice.edges, mine => {
//!         let part = Plan::PLAIN.forest(comm, 1000, mine, Algorithm::Auto);
//!         let whole = comm.all_gather(&part).concat();
//!         verify_slice(comm, slice.n, &whole, mine, slice.weights)?;
//!         Ok(summarize(comm, slice.n, &part, slice.weights).weight.to_string())
//!     })
//! });
//! let weights: Vec<String> = weights.into_iter().collect::<mst::Result<_>>()?;
//! assert_eq!(weights[0], weights[2]); // every rank knows it
//! # Ok::<(), mst::Error>(())
//! ```
//!
//! With `comm::start` instead of `comm::run`, the same code runs on the processes that mpirun has
//! started. `examples/` has three programs: for a graph in memory, for a graph from a file, and for
//! ranks.

pub mod comm;
pub mod distributed;
pub mod error;
pub mod format;
pub mod generate;
pub mod graph;
pub mod local;
pub mod partition;
pub mod verify;

// The program and the benchmarks use these; their interface may change at any time.
#[doc(hidden)]
pub mod experiment;
#[doc(hidden)]
pub mod measure;
#[doc(hidden)]
pub mod selftest;

mod forest;
mod sharding;

#[cfg(any(test, feature = "internals"))]
#[doc(hidden)]
pub use sharding::{ask_about, decode};

pub use error::{ContentFault, Error, LaunchFault, Result};
pub use forest::{
    EdgeList, Forest, Labels, Merge, Piece, Wanted, forest, forest_of, maximum_forest, read,
};
pub use graph::{Total, Weight};
