//! Minimum spanning forests of large weighted graphs: with threads on one machine, as an SPMD job
//! of MPI on several, or simulated by ranks inside one process.
//!
//! The road of the data is the module map: [`mod@format`] or [`generate`] make a graph, [`partition`] deals
//! it out in slices, [`local`] finds a slice's forest, [`distributed`] makes the ranks' forests one over a
//! [`comm::Comm`], [`verify`] proves it, [`measure`] times it, [`experiment`] compares runs, [`selftest`] tries it all on random
//! graphs.
//!
//! ```
//! use mst::comm;
//! use mst::distributed::{Plan, summarize};
//! use mst::graph::with_edges;
//! use mst::local::Algorithm;
//! use mst::partition::{self, Memory, Request, Source};
//! use mst::verify::verify_slice;
//!
//! let source = Source::Generated("gnm:n=1000,m=5000,seed=7".parse()?);
//! let memory = Memory::Unlimited;
//! let request = Request { source: &source, from: None, descending: false, vertex_bytes: 24, memory };
//! let weights = comm::run(3, Some(1), |comm| -> mst::Result<String> {
//!     let slice = partition::load(comm, &request)?.slice;
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

pub mod comm;
pub mod distributed;
pub mod error;
pub mod experiment;
pub mod format;
pub mod generate;
pub mod graph;
pub mod local;
pub mod measure;
pub mod partition;
pub mod selftest;
pub mod verify;

pub use error::{Error, Result};
