//! What can be wrong with a forest.

use crate::error::Error;
use crate::graph::{Edge, Key, Weights};

/// One thing that is wrong with a forest. Vertices and positions count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A forest edge has an endpoint that is not below n.
    OutOfRange {
        /// Its position in the forest.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
        /// The number of vertices.
        n: u64,
    },
    /// A forest edge joins a vertex to itself.
    Loop {
        /// Its position in the forest.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
    },
    /// A forest edge joins two vertices that earlier forest edges in key order have joined.
    Cycle {
        /// Its position in the forest.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
    },
    /// A graph edge joins two trees of the forest.
    NotSpanning {
        /// Its position in the graph.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
    },
    /// A graph edge is lighter than the heaviest forest edge between its endpoints.
    NotMinimum {
        /// Its position in the graph.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
        /// The forest edge that it should replace.
        heaviest: Edge<u64>,
    },
    /// A forest edge is never the lightest that leaves a component.
    NotLightest {
        /// Its position in the graph.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
    },
    /// Lighter edges of the graph, or others of the forest, join the ends of a forest edge.
    Outweighed {
        /// Its position in the forest.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
    },
    /// The forest has not as many edges as one of that many components.
    Count {
        /// Its edges.
        edges: u64,
        /// The components of the graph.
        components: u64,
        /// The number of vertices.
        n: u64,
    },
    /// What the run claims of its components is not about those that there are.
    Claim(&'static str),
    /// A forest edge is not in the graph, or has another weight there.
    NotInGraph {
        /// Its position in the forest.
        position: u64,
        /// The edge.
        edge: Edge<u64>,
    },
}

impl Flaw {
    /// Returns the same flaw; if it is about a graph edge, its position is `edges` further on in
    /// the graph.
    #[must_use]
    pub fn further_on(self, edges: u64) -> Self {
        match self {
            Self::NotSpanning { position, edge } => {
                Self::NotSpanning { position: position + edges, edge }
            }
            Self::NotMinimum { position, edge, heaviest } => {
                Self::NotMinimum { position: position + edges, edge, heaviest }
            }
            Self::NotLightest { position, edge } => {
                Self::NotLightest { position: position + edges, edge }
            }
            other => other,
        }
    }

    /// Returns the error that says which edge is wrong and how; `weights` tells how to read its
    /// key.
    pub fn describe(&self, weights: Weights) -> Error {
        let show = |edge: &Edge<u64>| {
            let Edge { u, v, key } = edge;
            format!("({u}, {v}) of weight {}", weights.weight(*key))
        };
        let (lighter, heaviest_of, minimum, lightest) = if weights.descending() {
            ("heavier", "lightest", "maximum", "heaviest")
        } else {
            ("lighter", "heaviest", "minimum", "lightest")
        };
        let what = match self {
            Self::OutOfRange { position, edge, n } => format!(
                "forest edge {position}, {}, has an endpoint that is not below n = {n}",
                show(edge)
            ),
            Self::Loop { position, edge } => {
                format!("forest edge {position}, {}, joins a vertex to itself", show(edge))
            }
            Self::Cycle { position, edge } => {
                format!("forest edge {position}, {}, closes a cycle in the forest", show(edge))
            }
            Self::NotSpanning { position, edge } => format!(
                "the forest is not spanning: graph edge {position}, {}, joins two of its trees",
                show(edge)
            ),
            Self::NotMinimum { position, edge, heaviest } => format!(
                "the forest is not {minimum}: graph edge {position}, {}, is {lighter} than the \
                 {heaviest_of} forest edge between its endpoints, {}",
                show(edge),
                show(heaviest)
            ),
            Self::NotLightest { position, edge } => format!(
                "the forest has graph edge {position}, {}, which is never the {lightest} that \
                 leaves a component: it is not in the {minimum} forest",
                show(edge)
            ),
            Self::Outweighed { position, edge } => format!(
                "the forest is not {minimum}: {lighter} edges of the graph, perhaps with others of the \
                 forest, join the ends of forest edge {position}, {}",
                show(edge)
            ),
            Self::Count { edges, components, n } => format!(
                "the forest has {edges} edges; one of a graph with {n} vertices in {components} \
                 components has {}",
                n.saturating_sub(*components)
            ),
            Self::Claim(what) => {
                format!("the run's record of its components is wrong, in {what}; run it again")
            }
            Self::NotInGraph { position, edge } => format!(
                "forest edge {position}, {}, is not in the graph with that weight",
                show(edge)
            ),
        };
        let position = self.position();
        let counted = position.map_or("", |_| " (vertices and positions count from 0)");
        Error::Proof { position, what: format!("{what}{counted}") }
    }

    /// The position of the edge that shows the flaw, if one does: in the graph for
    /// [`Flaw::NotSpanning`], [`Flaw::NotMinimum`] and [`Flaw::NotLightest`], else in the forest.
    pub fn position(&self) -> Option<u64> {
        match *self {
            Self::OutOfRange { position, .. }
            | Self::Loop { position, .. }
            | Self::Cycle { position, .. }
            | Self::NotSpanning { position, .. }
            | Self::NotMinimum { position, .. }
            | Self::NotLightest { position, .. }
            | Self::Outweighed { position, .. }
            | Self::NotInGraph { position, .. } => Some(position),
            Self::Count { .. } | Self::Claim(_) => None,
        }
    }
}

/// Returns the edge with a 64-bit key.
pub(super) fn widen<K: Key>(edge: &Edge<K>) -> Edge<u64> {
    Edge { u: edge.u, v: edge.v, key: edge.key.wide() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaw_knows_the_position_of_its_edge() {
        let edge = Edge { u: 3, v: 5, key: 7 };
        let position = 4;
        let of_forest = [
            Flaw::OutOfRange { position, edge, n: 5 },
            Flaw::Loop { position, edge },
            Flaw::Cycle { position, edge },
            Flaw::NotInGraph { position, edge },
            Flaw::Outweighed { position, edge },
        ];
        let of_graph = [
            Flaw::NotSpanning { position, edge },
            Flaw::NotMinimum { position, edge, heaviest: edge },
            Flaw::NotLightest { position, edge },
        ];
        for flaw in of_forest {
            assert_eq!(
                (flaw.position(), flaw.clone().further_on(30).position()),
                (Some(4), Some(4)),
                "{flaw:?}"
            );
        }
        for flaw in of_graph {
            assert_eq!(
                (flaw.position(), flaw.clone().further_on(30).position()),
                (Some(4), Some(34)),
                "{flaw:?}"
            );
            let error = flaw.further_on(30).describe(Weights::narrow_integers(0));
            assert!(matches!(&error, Error::Proof { position: Some(34), .. }), "{error:?}");
            assert!(error.to_string().contains("graph edge 34, "), "{error}");
        }
    }

    #[test]
    fn a_message_shows_weights_not_keys() {
        let edge = Edge { u: 3, v: 5, key: 7 };
        let flaw = Flaw::NotMinimum { position: 9, edge, heaviest: Edge { u: 5, v: 2, key: 8 } };
        let error = flaw.describe(Weights::narrow_integers(-10));
        assert_eq!(error.exit_code(), 3);
        assert_eq!(
            error.to_string(),
            "the forest is not minimum: graph edge 9, (3, 5) of weight -3, is lighter than the \
             heaviest forest edge between its endpoints, (5, 2) of weight -2 \
             (vertices and positions count from 0)"
        );
        let key = u64::from(u32::MAX - 7);
        let flaw = Flaw::NotInGraph { position: 0, edge: Edge { key, ..edge } };
        let message = flaw.describe(Weights::narrow_integers(0).in_order(true)).to_string();
        assert!(message.starts_with("forest edge 0, (3, 5) of weight 7, is not in"), "{message}");
    }
}
