//! A model of what each plan costs: the work of the busiest rank and what travels to it.
//!
//! The work is counted in edges and vertices, at its cost on a core of 2023; messages cost what the
//! link says. The constants come from `results/distributed/`, whose plots show how good the model
//! is.

use super::Locality;
use crate::comm::{Comm, Link};
use crate::distributed::combine::{CHEAP, PAYS_QUARTERS, is_gathered, light_edges};
use crate::distributed::{Combine, Plan, Prepare};
use crate::graph::{Edge, Key};

/// Nanoseconds of one thread, per edge or vertex.
mod ns {
    /// For a rank's own forest: a look at an edge; and a vertex's share of the joins, with the
    /// vertices in cache and outside it.
    pub(in crate::distributed) const LOOK: f64 = 3.5;
    pub(in crate::distributed) const JOIN: (f64, f64) = (30.0, 75.0);
    /// An edge that is compared with a pivot, and again with the components.
    pub(in crate::distributed) const FILTER: f64 = 4.5;
    /// An edge that is sorted and coded; and one that is decoded, merged and joined.
    pub(in crate::distributed) const SEND: f64 = 20.0;
    pub(in crate::distributed) const MERGE: f64 = 15.0;
    /// A vertex whose component is sent to all.
    pub(in crate::distributed) const LABEL: f64 = 6.0;
    /// An edge of a forest that contraction processes; and one that it leaves.
    pub(in crate::distributed) const CONTRACT: f64 = 38.0;
    pub(in crate::distributed) const LEAVE: f64 = 80.0;
    /// An edge that is dealt to another rank, and has a wide key from then on.
    pub(in crate::distributed) const SHUFFLE: f64 = 40.0;
    /// An edge in a round of Borůvka's algorithm.
    pub(in crate::distributed) const ROUND: f64 = 25.0;
    /// In the sharded algorithm: an edge that is dealt out to its stage; and a vertex in all stages, for
    /// its owner, if one rank has all its edges, and if several have.
    pub(in crate::distributed) const DEAL: f64 = 13.5;
    pub(in crate::distributed) const SHARD: (f64, f64) = (190.0, 400.0);
}

/// With this many vertices, most joins wait for memory.
const FAR: f64 = 1e6;

/// What the model knows of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workload {
    /// Edges.
    pub m: u64,
    /// Ranks.
    pub p: usize,
    /// How edges lie on the ranks.
    pub locality: Locality,
    /// The link between ranks.
    pub link: Link,
    /// Bytes of a key.
    pub key_bytes: usize,
    /// The cores that a rank has for itself, at most one per thread.
    pub cores: f64,
}

impl Workload {
    /// Describes the edges `mine` of each rank, `m` in all, on the vertices `0..n`. Costs as much
    /// as [`Locality`].
    ///
    /// # Panics
    /// If there are no edges.
    pub fn of<K: Key>(comm: &Comm, n: usize, m: u64, mine: &[Edge<K>], link: Link) -> Self {
        let locality = Locality::of(comm, n, m, mine);
        let topology = comm.topology();
        let cores = (0..comm.size()).map(|rank| {
            let (host, threads) = (&topology.ranks[rank], topology.threads[rank] as f64);
            let host_cores = if topology.one_process { host.bound } else { host.cores };
            threads * (host_cores as f64 / topology.threads_beside(rank) as f64).min(1.0)
        });
        let cores = cores.fold(f64::INFINITY, f64::min);
        let (p, key_bytes) = (comm.size(), size_of::<K>());
        Self { m, p, locality, link, key_bytes, cores }
    }

    /// Returns the seconds that `plan` should take; infinity if edges cannot be shuffled but it
    /// does so.
    pub fn seconds(&self, plan: Plan) -> f64 {
        let (n, longest) = (self.locality.touched as f64, self.locality.longest as f64);
        let shared = self.locality.shared;
        match plan.prepare {
            // Sorted edges are joined as they come, so a pivot saves no work, only messages.
            Prepare::Nothing if plan.combine == Combine::Filter => {
                let joined = if self.locality.sorted { self.forest(n, longest) } else { 0.0 };
                joined + self.filter(n, longest, 1.0)
            }
            Prepare::Nothing => {
                let vertices = self.vertices(longest, shared);
                // Most ranks then have few vertices of their own, and deal out all their edges.
                let deals = plan.combine == Combine::Sharded && shared > 0.5;
                let own = if deals {
                    self.work(longest * ns::DEAL)
                } else {
                    self.forest(vertices, longest)
                };
                own + self.combine(plan.combine, n, longest.min(vertices), shared)
            }
            Prepare::Contract => self.contract(plan.combine, longest, shared),
            Prepare::Shuffle if !self.locality.shuffles => f64::INFINITY,
            Prepare::Shuffle => {
                let away = longest * (self.p - 1) as f64 / self.p as f64;
                let shared = (self.locality.crossing * self.m as f64 / n).min(1.0);
                let dealt = self.work(longest * ns::SHUFFLE) + self.travel(away * 10.0, self.p);
                dealt + self.contract(plan.combine, self.m as f64 / self.p as f64, shared)
            }
        }
    }

    fn work(&self, ns: f64) -> f64 {
        1e-9 * ns / self.cores.min(self.cores.powf(0.8))
    }

    /// Work that one thread of each rank does.
    fn serial(&self, ns: f64) -> f64 {
        1e-9 * ns / self.cores.min(1.0)
    }

    /// Work that one thread of one rank does while the others wait.
    fn alone(ns: f64) -> f64 {
        1e-9 * ns
    }

    /// The vertices of a rank with `edges`, if ranks share some: the shared ones, and its part of
    /// the others.
    fn vertices(&self, edges: f64, shared: f64) -> f64 {
        (self.locality.touched as f64 * (shared + (1.0 - shared) / self.p as f64)).min(2.0 * edges)
    }

    fn travel(&self, bytes: f64, messages: usize) -> f64 {
        messages as f64 * self.link.latency + bytes / self.link.bandwidth
    }

    /// The bytes per edge of a sorted run on `n` vertices.
    fn edge_bytes(&self, n: f64) -> f64 {
        let coded = (2.0 * n.max(2.0).log2().ceil() + 12.0) / 8.0;
        coded.min(8.0 + self.key_bytes as f64)
    }

    fn forest(&self, n: f64, edges: f64) -> f64 {
        let far = (n / FAR).min(1.0);
        let join = ns::JOIN.0 + far * (ns::JOIN.1 - ns::JOIN.0);
        self.work(edges * ns::LOOK + n.min(2.0 * edges) * join)
    }

    fn contract(&self, combine: Combine, edges: f64, shared: f64) -> f64 {
        let n = self.locality.touched as f64;
        let vertices = self.vertices(edges, shared);
        let forest = edges.min(vertices);
        let (left, rest) = (n * shared, forest.min(n * shared));
        let found = self.travel(n / 4.0 * shared.max(0.02), 2 * self.p);
        let work = self.serial(forest * ns::CONTRACT + rest * ns::LEAVE);
        self.forest(vertices, edges) + work + found + self.combine(combine, left, rest, 1.0)
    }

    /// Makes one forest of the ranks' forests, of at most `forest` edges each, on `n` vertices, of
    /// which `shared` is the share that has edges on several ranks.
    fn combine(&self, combine: Combine, n: f64, forest: f64, shared: f64) -> f64 {
        match combine {
            Combine::Gather => self.gather(n, forest),
            Combine::Tree => self.tree(n, forest),
            Combine::Filter => self.filter(n, forest, 0.0),
            Combine::Boruvka => self.boruvka(n, forest),
            Combine::Sharded => self.sharded(n, forest, shared),
        }
    }

    fn gather(&self, n: f64, forest: f64) -> f64 {
        // If one rank has most edges, the forests of the others are small.
        let all =
            (self.p as f64 * forest).min(self.m as f64 - self.locality.longest as f64 + forest);
        let others = (all - forest).max(all / self.p as f64);
        let merged = Self::alone(all * ns::MERGE);
        self.serial(forest * ns::SEND)
            + merged
            + self.travel(others * self.edge_bytes(n), self.p + 1)
    }

    fn tree(&self, n: f64, forest: f64) -> f64 {
        let rounds = self.p.next_power_of_two().trailing_zeros();
        let round = |round: u32| {
            let run = (forest * f64::from(1 << round)).min(n);
            let merged = Self::alone(run * ns::SEND + 2.0 * run * ns::MERGE);
            merged + self.travel(run * self.edge_bytes(n), 4)
        };
        (0..rounds).map(round).sum()
    }

    /// A pivot and the rest, for at most `edges` per rank. `raw` is 0 if they are already a forest,
    /// else 1.
    fn filter(&self, n: f64, edges: f64, raw: f64) -> f64 {
        let p = self.p as f64;
        if edges * p <= n * PAYS_QUARTERS as f64 / 4.0 || n * p <= CHEAP as f64 {
            return raw * self.forest(n, edges) + self.gather(n, edges.min(n));
        }
        let light = light_edges(n as usize, (edges * p) as u64) as f64 / p;
        let looked_at = self.work(edges * ns::FILTER);
        let labels = self.travel(n * 0.3, 3 + self.p) + self.work(n * ns::LABEL);
        // A random graph leaves 0.16 n edges, a graph with hubs half an edge per vertex.
        let rest = (edges - light).min(0.3 * n / p);
        let light = self.gather(n, light);
        looked_at + light + labels + self.forest(rest, rest) + self.gather(n, rest)
    }

    fn boruvka(&self, n: f64, forest: f64) -> f64 {
        let (mut n, mut live, mut seconds) = (n, forest, 0.0);
        while n * self.p as f64 > CHEAP as f64 {
            let candidates = n.min(2.0 * live);
            let bytes = candidates * (self.edge_bytes(n) + 2.0) + n * 4.0;
            seconds += self.work((live + n) * ns::ROUND) + self.travel(bytes, 2 * self.p);
            (n, live) = (n / 3.0, live * 0.6);
        }
        seconds + self.gather(n, live.min(n))
    }

    fn sharded(&self, n: f64, forest: f64, shared: f64) -> f64 {
        if is_gathered(n as usize, self.p) {
            return self.gather(n, forest);
        }
        let p = self.p as f64;
        let owned = n.min(2.0 * forest * p) / p;
        let (alone, among) = ns::SHARD;
        let bytes = owned * (3.0 + 5.0 * p.log2());
        let exchanges = 150;
        self.work(owned * (alone + shared * (among - alone)))
            + self.travel(bytes, exchanges * self.p)
    }
}
