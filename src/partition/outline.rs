//! What is known of an input before its edges are read.

use crate::comm::Comm;
use crate::graph::Weights;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// What is known of all edges of a graph before they are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct GraphFacts {
    /// The number of vertices, if a header gives it.
    pub(super) n: Option<u64>,
    /// The number of edges, about, if that is known.
    pub(super) m: Option<u64>,
    /// How the keys are encoded, if that is known.
    pub(super) weights: Option<Weights>,
    /// Whether the keys are to be in the order for a maximum forest.
    pub(super) descending: bool,
}

impl GraphFacts {
    /// The facts that a header gives.
    pub(super) fn new(n: Option<u64>, weights: Option<Weights>) -> Self {
        Self { n, m: None, weights, descending: false }
    }

    /// The same facts, with about `m` edges.
    pub(super) fn with_edges(self, m: Option<u64>) -> Self {
        Self { m, ..self }
    }

    /// The same facts, with the keys in the order for a maximum forest if `descending`.
    pub(super) fn in_order(self, descending: bool) -> Self {
        let weights = self.weights.map(|weights| weights.in_order(descending));
        Self { weights, descending, ..self }
    }
}

/// An input that is read in parts.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    /// The graph and the kind of forest in words. A checkpoint with other words is refused.
    pub(super) graph: String,
    pub(super) facts: GraphFacts,
    /// The whole input, in its own units.
    pub(super) whole: Range<u64>,
}

impl Outline {
    /// The outline of a graph that `identity` distinguishes from others.
    pub(super) fn new(identity: &str, facts: GraphFacts, whole: Range<u64>) -> Self {
        let kind = if facts.descending { "maximum" } else { "minimum" };
        Self { graph: format!("the {kind} forest of {identity}"), facts, whole }
    }
}

/// Returns rank 0's `header` on every rank. The other ranks may have none.
///
/// # Panics
/// If rank 0 has none.
pub(super) fn share_header<T: Serialize + DeserializeOwned>(comm: &Comm, header: Option<T>) -> T {
    let encoded = header.map(|header| serde_json::to_vec(&header));
    let encoded = encoded.transpose().expect("plain fields serialise").unwrap_or_default();
    serde_json::from_slice(&comm.broadcast(0, encoded)).expect("all ranks run one program")
}
