//! Wrong forests and wrong claims are refused, on any number of ranks.

use super::verify_sharded;
use crate::comm;
use crate::distributed::{Combine, Plan, Prepare, Solution};
use crate::graph::{Edge, Numbers, Weights, scramble};
use crate::local::{Algorithm, kruskal};
use crate::sharding::{Hierarchy, KeyCut, MergeStage, Merges};
use crate::verify::verify;

const SHARDED: Plan = Plan { prepare: Prepare::Nothing, combine: Combine::Sharded };
const WEIGHTS: Weights = Weights::wide(Numbers::Integers);

/// A graph, by number: sparse or dense, of few or many weights, connected or not, with parallel edges
/// and loops.
struct Graph {
    n: u32,
    edges: Vec<Edge<u64>>,
}

impl Graph {
    fn number(seed: u64) -> Self {
        let pick = |salt: u64, of: u64| scramble(seed ^ scramble(salt)) % of;
        let n = 24 + pick(1, 200) as u32;
        let m = u64::from(n) * (1 + pick(2, 5));
        let weights = [2, 9, 1 << 30][pick(3, 3) as usize];
        let edge = |i: u64| {
            let end = |salt| (scramble(seed ^ scramble(i << 8 | salt)) % u64::from(n)) as u32;
            let near = (end(5) + 1 + end(6) % 3) % n;
            let v = if pick(4, 2) == 0 { end(6) } else { near };
            Edge { u: end(5), v, key: scramble(seed ^ i) % weights }
        };
        Self { n, edges: (0..m).map(edge).collect() }
    }

    fn slice(&self, rank: usize, p: usize) -> &[Edge<u64>] {
        let block = |rank| self.edges.len() * rank / p;
        &self.edges[block(rank)..block(rank + 1)]
    }

    /// Each rank's part and claim.
    fn solve(&self, p: usize) -> Solved {
        comm::run(p, Some(1), |comm| {
            let mine = self.slice(comm.rank(), p);
            let n = self.n as usize;
            let Solution { part, hierarchy } =
                SHARDED.solve(comm, n, mine, Algorithm::Kruskal, &|_| {});
            (part, hierarchy.expect("the ranks are too few for a gather"))
        })
    }

    /// Whether the ranks have proved each of several forests, and why not.
    fn judge(&self, all: &[Solved]) -> Vec<Result<(), String>> {
        let p = all[0].len();
        let told = comm::run(p, Some(1), |comm| {
            let mine = self.slice(comm.rank(), p);
            let judge = |solved: &Solved| {
                let (part, claim) = &solved[comm.rank()];
                verify_sharded(comm, self.n.into(), part, mine, claim, WEIGHTS)
                    .map_err(|error| error.to_string())
            };
            all.iter().map(judge).collect::<Vec<_>>()
        });
        assert!(told.iter().all(|words| *words == told[0]), "ranks differ: {told:?}");
        told.into_iter().next().expect("a rank")
    }
}

/// Each rank's part of a forest, and what it claims.
type Solved = Vec<(Vec<Edge<u64>>, Hierarchy)>;

/// The edges of all parts in one order.
fn whole(solved: &Solved) -> Vec<Edge<u64>> {
    ordered(solved.iter().flat_map(|(part, _)| part.clone()).collect())
}

fn ordered(mut edges: Vec<Edge<u64>>) -> Vec<Edge<u64>> {
    edges.sort_unstable_by_key(|e| (e.key, e.u, e.v));
    edges
}

/// From 2 to 16 ranks, by the number of a graph.
fn ranks(seed: u64) -> usize {
    [2, 3, 4, 5, 7, 16][seed as usize % 6]
}

#[test]
fn right_forests_are_proved() {
    for seed in 0..150 {
        let graph = Graph::number(seed);
        let told = graph.judge(&[graph.solve(ranks(seed))]);
        assert_eq!(told[0], Ok(()), "graph {seed}");
    }
}

/// Changes a forest so that it is wrong: an edge dropped, doubled, heavier, or swapped for another one
/// of the graph; or another one of the graph added.
fn spoil_forest(graph: &Graph, parts: &mut Solved, seed: u64) {
    let pick = |salt: u64, of: usize| (scramble(seed ^ scramble(salt)) % of as u64) as usize;
    let p = parts.len();
    let full: Vec<usize> = (0..p).filter(|&rank| !parts[rank].0.is_empty()).collect();
    let rank = full[pick(1, full.len())];
    let mine = graph.slice(rank, p);
    let part = &mut parts[rank].0;
    let place = pick(2, part.len());
    let other = mine[pick(3, mine.len())];
    match seed % 5 {
        0 => drop(part.remove(place)),
        1 => part.push(part[place]),
        2 => part[place].key += 1,
        3 => part[place] = other,
        _ => part.push(other),
    }
}

#[test]
fn two_thousand_wrong_forests_are_refused() {
    let mut refused = 0;
    for seed in 0..100 {
        let graph = Graph::number(seed);
        let right = ordered(kruskal(graph.n as usize, &graph.edges));
        let solved = graph.solve(ranks(seed));
        let spoilt = |change: u64| {
            let mut spoilt = solved.clone();
            spoil_forest(&graph, &mut spoilt, seed << 8 | change);
            spoilt
        };
        let all: Vec<Solved> = (0..25).map(spoilt).collect();
        for (solved, told) in all.iter().zip(graph.judge(&all)) {
            let forest = whole(solved);
            assert_eq!(told.is_ok(), forest == right, "graph {seed}: {told:?}");
            // The proof by path maxima agrees, but takes any of equal edges for right.
            let by_paths = verify(graph.n.into(), &forest, &graph.edges);
            assert!(told.is_err() || by_paths.is_ok(), "graph {seed}: {by_paths:?}");
            refused += u32::from(told.is_err());
        }
    }
    assert!(refused >= 2_000, "{refused} were refused");
}

/// Changes a claim: what a component has joined, when, its number, a cut, or how many stages or
/// components there are.
fn spoil_claim(claim: &mut Hierarchy, seed: u64) {
    let pick = |salt: u64, of: usize| (scramble(seed ^ scramble(salt)) % of as u64) as usize;
    let change = scramble(seed);
    let at = pick(1, claim.stages.len());
    let all = claim.stages[0].merges.to.len() as u32 + 3;
    let stage = &mut claim.stages[at];
    let place = pick(2, stage.merges.to.len().max(1));
    let id = pick(3, all as usize) as u32;
    match change % 8 {
        0 | 1 => stage.merges.to.get_mut(place).into_iter().for_each(|to| *to = id),
        2 => stage.merges.rounds.get_mut(place).into_iter().for_each(|round| *round ^= 1),
        3 => stage.numbers.get_mut(place).into_iter().for_each(|number| *number = id),
        4 => stage.cut = Some(KeyCut { key: scramble(seed) % 9, rank: 1 }),
        5 => stage.merges.to.truncate(place),
        6 => claim.stages.truncate(at),
        _ => stage.merges.count = 0,
    }
}

/// A wrong claim may still be enough to prove the right forest, but never a wrong one.
#[test]
fn two_thousand_wrong_claims_prove_nothing_wrong() {
    let mut refused = 0;
    for seed in 0..100 {
        let graph = Graph::number(seed);
        let solved = graph.solve(ranks(seed));
        let right = whole(&solved);
        let spoilt = |change: u64| {
            let mut spoilt = solved.clone();
            let change = scramble(seed << 8 | change);
            let rank = (change % solved.len() as u64) as usize;
            spoil_claim(&mut spoilt[rank].1, change);
            spoilt
        };
        let claims: Vec<Solved> = (0..20).map(spoilt).collect();
        refused += graph.judge(&claims).iter().filter(|told| told.is_err()).count();
        let mut both = claims;
        for (change, solved) in (0..).zip(&mut both) {
            spoil_forest(&graph, solved, seed << 8 | change);
        }
        for (solved, told) in both.iter().zip(graph.judge(&both)) {
            assert!(told.is_err() || whole(solved) == right, "graph {seed}: a wrong forest");
        }
    }
    assert!(refused > 500, "{refused} were refused with the right forest");
}

/// Were a component's number not compared with that of the one that it has joined, this claim would
/// part 0 from 1 again, and so prove an edge that closes a cycle.
#[test]
fn what_has_merged_is_not_parted_again() {
    let edge = |u, v, key| Edge { u, v, key };
    let graph = Graph { n: 4, edges: vec![edge(0, 1, 1), edge(1, 2, 2), edge(0, 1, 5)] };
    let merges = |to: &[u32]| Merges { to: to.to_vec(), rounds: vec![0; to.len()], count: 1 };
    let claim = |number| {
        let cut = Some(KeyCut { key: 2, rank: 0 });
        let first =
            MergeStage { cut, merges: merges(&[1, 1, 1, 3]), numbers: vec![number, 0, 0, 1] };
        let last = MergeStage { cut: None, merges: merges(&[0, 1 - number]), numbers: Vec::new() };
        Hierarchy { stages: vec![first, last] }
    };
    let judge = |edges: usize, number| {
        graph.judge(&[vec![(graph.edges[..edges].to_vec(), claim(number))]]).remove(0)
    };
    assert_eq!(judge(2, 0), Ok(()));
    assert!(judge(3, 0).is_err_and(|why| why.contains("never the lightest")));
    assert!(judge(3, 1).is_err_and(|why| why.contains("the numbers of components")));
}

/// Without a look at what joins two components at the end, a claim of too many would prove a forest
/// of too few edges.
#[test]
fn an_edge_that_is_left_belongs_to_the_forest() {
    let edge = |u, v, key| Edge { u, v, key };
    let graph = Graph { n: 3, edges: vec![edge(0, 1, 1), edge(2, 1, 4)] };
    let merges = Merges { to: vec![1, 1, 2], rounds: vec![0; 3], count: 1 };
    let stages = vec![MergeStage { cut: None, merges, numbers: Vec::new() }];
    let told = graph.judge(&[vec![(graph.edges[..1].to_vec(), Hierarchy { stages })]]);
    assert!(
        told[0].as_ref().is_err_and(|why| why.contains("not spanning: graph edge 1")),
        "{told:?}"
    );
}

/// A claim whose cuts fall and rise again would have all edges looked at in every other stage, and
/// held once more each time.
#[test]
fn no_edge_is_looked_at_twice() {
    let edge = |key| Edge { u: 0, v: 1, key };
    let graph = Graph { n: 2, edges: (1..100).map(edge).collect() };
    let judge = |keys: &[u64]| {
        let stage = |&key: &u64| MergeStage {
            cut: Some(KeyCut { key, rank: 0 }),
            merges: Merges { to: vec![0, 1], rounds: vec![0; 2], count: 0 },
            numbers: vec![0, 1],
        };
        let merges = Merges { to: vec![1, 1], rounds: vec![0; 2], count: 1 };
        let last = MergeStage { cut: None, merges, numbers: Vec::new() };
        let stages = keys.iter().map(stage).chain([last]).collect();
        graph.judge(&[vec![(vec![edge(1)], Hierarchy { stages })]]).remove(0)
    };
    assert_eq!(judge(&[5, 5, 90]), Ok(()));
    assert!(judge(&[5, 90, 89]).is_err_and(|why| why.contains("where stages end")));
}
