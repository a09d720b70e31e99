//! Chooses a plan: the one that costs least by the model.

mod bound;
mod locality;
mod model;

pub use bound::most_received_in;
pub use locality::Locality;
pub use model::Workload;

use super::Plan;
use crate::comm::{Comm, Link};
use crate::graph::{Edge, Key};

/// Seconds. If a gather takes less, a look at the graph, which takes a quarter of a millisecond,
/// does not pay.
const QUICK: f64 = 0.005;
/// What a gather costs per edge: nanoseconds, and bytes.
const EDGE: (f64, f64) = (20.0, 7.0);

/// A plan, and why it was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// The plan.
    pub plan: Plan,
    /// The job that it was chosen for; `None` if a look at the graph would not pay.
    pub shape: Option<Workload>,
}

impl Choice {
    /// Chooses a plan for the edges `mine` of each rank, `m` in all, on the vertices `0..n`, with
    /// the costs of `link`. Returns the same on every rank, and always the same for the same link.
    ///
    /// # Complexity
    /// Time O(n/p); 9 KB per rank. Nothing for few edges.
    pub fn of<K: Key>(comm: &Comm, n: usize, m: u64, mine: &[Edge<K>], link: Link) -> Self {
        let (ns, bytes) = EDGE;
        if m as f64 * (1e-9 * ns + bytes / link.bandwidth) < QUICK {
            return Self { plan: Plan::PLAIN, shape: None };
        }
        let shape = Workload::of(comm, n, m, mine, link);
        let cost = |plan: &Plan| shape.seconds(*plan);
        let best = Plan::all().enumerate().min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
        // Rounding may differ between processors, so one rank decides.
        let index = best.map_or(0, |(index, _)| index as u64);
        let index = comm.broadcast(0, vec![index])[0] as usize;
        Self { plan: Plan::all().nth(index).expect("one of rank 0's"), shape: Some(shape) }
    }
}
