//! The proof of a forest that any program may have made.

use crate::comm::{Comm, Reduction};
use crate::distributed::{Combine, Plan, Prepare, Solution};
use crate::error::{Error, Result};
use crate::graph::{Edge, Key, Weights};
use crate::local::Algorithm;
use crate::measure::Phase;
use crate::partition::fits;
use crate::verify::{Given, OfGiven, VERTEX_BYTES, verify_slice};

/// The run that leaves what a proof needs in which no rank knows all vertices.
const SHARDED: Plan = Plan { prepare: Prepare::Nothing, combine: Combine::Sharded };

/// Proves that the ranks' parts of `forest` are together a minimum spanning forest of a graph on the
/// vertices `0..n`, of which this rank has the edges `graph`. Called by all ranks.
///
/// If each rank has `memory`, in bytes, for the whole forest, the proof is that of [`verify_slice`].
/// Otherwise no rank knows all vertices: a run on the graph together with the forest, which it prefers to
/// other edges of the same weight, is proved to find that forest. Returns whether it was that one.
///
/// # Errors
/// [`Error::Proof`], the same on every rank; [`Error::TooLarge`] if memory is too small for either, or
/// for the first where the second cannot be: on one rank, with few vertices for each, or with weights
/// whose keys differ by 2^63 or more.
///
/// # Complexity
/// As [`verify_slice`], or as the sharded algorithm and its proof.
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn prove_given<K: Key>(
    comm: &Comm,
    n: u64,
    graph: Vec<Edge<K>>,
    forest: &[Edge<K>],
    weights: Weights,
    memory: u64,
) -> Result<bool> {
    comm.enter(Phase::Verify);
    let mut words = [forest.len() as u64];
    comm.all_reduce(&mut words, Reduction::Sum);
    let bytes = u128::from(n) * u128::from(VERTEX_BYTES)
        + u128::from(words[0]) * size_of::<Edge<K>>() as u128;
    let mut lacks = [u64::from(bytes > u128::from(memory))];
    comm.all_reduce(&mut lacks, Reduction::Maximum);
    if lacks[0] == 0 {
        let whole = comm.all_gather(forest).concat();
        return verify_slice(comm, n, &whole, &graph, weights).map(|()| false);
    }
    if SHARDED.leaves_hierarchy(n as usize, comm.size()) {
        let bytes = u128::from(n) * u128::from(SHARDED.vertex_bytes(comm.size()));
        comm.agree(fits(comm, "the proof", bytes))?;
        match OfGiven::of(comm, graph, forest) {
            OfGiven::Same(given) => return sharded(comm, n, &given, weights).map(|()| true),
            OfGiven::Wide(given) => return sharded(comm, n, &given, weights).map(|()| true),
            OfGiven::No => (),
        }
    }
    let what = format!(
        "the proof takes {bytes} bytes on each rank for the whole forest, of which {memory} are left: \
         use more ranks on more hosts, or a larger --memory"
    );
    comm.agree(Err(Error::TooLarge { needed: Some(bytes), left: Some(memory), what }))
}

fn sharded<K: Key>(comm: &Comm, n: u64, given: &Given<K>, weights: Weights) -> Result<()> {
    let Solution { part, hierarchy } =
        SHARDED.solve(comm, n as usize, &given.edges, Algorithm::Kruskal, &|_| {});
    let hierarchy = hierarchy.expect("the vertices are too many for a gather");
    comm.enter(Phase::Verify);
    given.prove(comm, n, &part, &hierarchy, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use crate::graph::{Numbers, float_key};
    use crate::local::kruskal;
    use proptest::prelude::*;

    const N: u32 = 30;

    /// Whether the forest is proved on `p` ranks with so much memory, and whether by shards.
    fn judge<K: Key>(
        p: usize,
        graph: &[Edge<K>],
        forest: &[Edge<K>],
        weights: Weights,
        memory: u64,
    ) -> Result<bool, String> {
        let block = |list: &[Edge<K>], rank: usize| {
            list[list.len() * rank / p..list.len() * (rank + 1) / p].to_vec()
        };
        let told = comm::run(p, Some(1), |comm| {
            let (mine, part) = (block(graph, comm.rank()), block(forest, comm.rank()));
            prove_given(comm, N.into(), mine, &part, weights, memory).map_err(|why| why.to_string())
        });
        assert!(told.iter().all(|words| *words == told[0]), "ranks differ: {told:?}");
        told.into_iter().next().expect("a rank")
    }

    fn edges() -> impl Strategy<Value = Vec<Edge<u32>>> {
        let edge =
            |(u, v, key): (u32, u32, u32)| Edge { u, v: if u == v { (v + 1) % N } else { v }, key };
        prop::collection::vec((0..N, 0..N, 0u32..9).prop_map(edge), 1..200)
    }

    /// A minimum forest in which other edges win the ties than those that win in a run.
    fn other_forest(graph: &[Edge<u32>]) -> Vec<Edge<u32>> {
        let reversed: Vec<_> = graph.iter().rev().copied().collect();
        let mut forest = kruskal(N as usize, &reversed);
        forest.reverse();
        forest
    }

    proptest! {
        /// A forest is proved without all of it on any rank, whichever of equal edges it has; what is
        /// changed in it is found just when the proof by path maxima finds it.
        #[test]
        fn both_proofs_agree(
            graph in edges(),
            other in edges(),
            (change, at, weight) in (0usize..6, 0usize..200, 0u32..9),
            p in 2usize..6,
        ) {
            let weights = Weights::narrow_integers(0);
            let mut forest = other_forest(&graph);
            prop_assert_eq!(judge(p, &graph, &forest, weights, 0), Ok(true));
            let (place, from) = (at % forest.len(), graph[at % graph.len()]);
            match change {
                0 => drop(forest.remove(place)),
                1 => forest.push(forest[place]),
                2 => forest[place].key = weight,
                3 => forest[place] = from,
                4 => forest.push(other[at % other.len()]),
                _ => (forest[place].u, forest[place].v) = (from.u, other[0].v),
            }
            prop_assume!(forest.iter().all(|e| !e.is_loop()));
            let (by_paths, by_shards) =
                (judge(p, &graph, &forest, weights, u64::MAX), judge(p, &graph, &forest, weights, 0));
            prop_assert_eq!(by_paths.is_ok(), by_shards.is_ok(), "{:?} and {:?}", by_paths, by_shards);
        }
    }

    /// Keys that fill 32 bits take 64 in the comparison; those that fill 64 have no room.
    #[test]
    fn keys_of_any_range_are_proved() {
        let wide = |keys: [u64; 3]| {
            let edge = |(v, key)| Edge { u: v, v: v + 1, key };
            (0..).zip(keys).map(edge).collect::<Vec<Edge<u64>>>()
        };
        let narrow: Vec<Edge<u32>> = wide([0, 1 << 31, u64::from(u32::MAX)])
            .iter()
            .map(|e| Edge { u: e.u, v: e.v, key: e.key as u32 })
            .collect();
        assert_eq!(judge(2, &narrow, &narrow, Weights::narrow_integers(0), 0), Ok(true));
        let floats = Weights::wide(Numbers::Floats);
        let key = |weight| float_key(weight).expect("finite");
        let near = wide([key(-1.0), key(0.5), key(1.0)]);
        assert_eq!(judge(2, &near, &near, floats, 0), Ok(true));
        let far = wide([key(f64::MIN), key(0.5), key(f64::MAX)]);
        assert_eq!(judge(2, &far, &far, floats, u64::MAX), Ok(false));
        assert!(
            judge(2, &far, &far, floats, 0).is_err_and(|told| told.contains("a larger --memory"))
        );
        let told = judge(2, &near, &near[1..], floats, 0).expect_err("an edge is missing");
        assert!(
            told.contains("graph edge 0, (0, 1) of weight -1.0, joins two of its trees"),
            "{told}"
        );
    }

    /// What is wrong is said of the forest or of the graph, with positions and weights.
    #[test]
    fn a_flaw_is_told_as_it_is() {
        let edge = |u, v, key| Edge::<u32> { u, v, key };
        let graph = [edge(0, 1, 5), edge(1, 2, 3), edge(2, 0, 4), edge(3, 4, 1), edge(5, 6, 1)];
        let right = [graph[1], graph[2], graph[3], graph[4]];
        #[rustfmt::skip]
        let cases: [(&[Edge<u32>], &str); 5] = [
            (&[graph[0], graph[1], graph[3], graph[4]], "lighter edges of the graph, perhaps with others of the forest, join the ends of forest edge 0, (0, 1) of weight 5 "),
            (&right[..3],                               "graph edge 4, (5, 6) of weight 1, joins two of its trees"),
            (&[right[0], right[1], graph[0], right[2], right[3]], "forest edge 2, (0, 1) of weight 5, closes a cycle"),
            (&[edge(1, 2, 2), right[1], right[2], right[3]], "forest edge 0, (1, 2) of weight 2, is not in the graph"),
            (&[right[0], right[1], right[2], right[3], edge(7, 8, 1)], "forest edge 4, (7, 8) of weight 1, is not in the graph"),
        ];
        for (forest, words) in cases {
            for p in [2, 3, 5] {
                let told = judge(p, &graph, forest, Weights::narrow_integers(0), 0);
                assert!(told.as_ref().is_err_and(|told| told.contains(words)), "{told:?}");
            }
        }
    }
}
