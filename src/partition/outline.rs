//! What an input tells of itself before its edges are read.

use crate::graph::Weights;
use std::ops::Range;

/// What is known of all edges of a graph before they are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// The number of vertices, where a header tells.
    pub(super) n: Option<u64>,
    /// How keys are held, where that is told.
    pub(super) weights: Option<Weights>,
    /// Whether they are to be held for a maximum forest.
    pub(super) descending: bool,
}

impl Told {
    /// What a header tells.
    pub(super) fn new(n: Option<u64>, weights: Option<Weights>) -> Self {
        Self { n, weights, descending: false }
    }

    /// The same, held for a maximum forest if `descending`.
    pub(super) fn in_order(self, descending: bool) -> Self {
        let weights = self.weights.map(|weights| weights.in_order(descending));
        Self { weights, descending, ..self }
    }
}

/// An input that is read in parts.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    /// What the graph and its forest are, in words: other words, another checkpoint.
    pub(super) graph: String,
    pub(super) told: Told,
    /// All of it, in its own units.
    pub(super) whole: Range<u64>,
}

impl Outline {
    /// The outline of a graph that `identity` tells from others.
    pub(super) fn new(identity: &str, told: Told, whole: Range<u64>) -> Self {
        let kind = if told.descending { "maximum" } else { "minimum" };
        Self { graph: format!("the {kind} forest of {identity}"), told, whole }
    }
}
