//! The self-test: random cases, each solved in every way, compared with the forest of one rank and
//! proved.

mod case;
mod tally;

pub use case::{Case, Distribution};
pub use tally::Tally;

use crate::comm::{Comm, StageCost};
use crate::distributed::{Plan, Solution, most_received_in, summarize};
use crate::error::{Error, Result};
use crate::experiment::prove_given;
use crate::graph::{Edge, Key, Summary, Weights, with_edges};
use crate::local::{self, Algorithm};
use crate::measure::{Phase, Repetition, ShardedStep, time};
use crate::verify::{self, verify_sharded};

/// Solves the case of `seed` by every plan on all ranks, and checks the forest, its proof and the
/// traffic. Returns what each plan has cost.
///
/// # Errors
/// [`Error::Proof`] with the case, the plan and how to repeat it.
///
/// # Complexity
/// Each rank makes the whole graph: about 1.1 million edges at most if p is 1, fewer for larger p.
pub fn check(comm: &Comm, seed: u64) -> Result<Vec<Repetition>> {
    let case = Case::new(seed, comm.size());
    let (edges, weights) = case.graph();
    with_edges!(&edges, edges => check_case(comm, &case, edges, weights))
}

fn check_case<K: Key>(
    comm: &Comm,
    case: &Case,
    edges: &[Edge<K>],
    weights: Weights,
) -> Result<Vec<Repetition>> {
    let n = case.n as usize;
    let mine = &edges[case.distribution.slice(edges.len(), comm.size(), comm.rank())];
    let expected = comm.compute(|| local::kruskal(n, edges));
    // Compared as text: the digits of an exact sum may be written in several ways with the same
    // value.
    let told = |sum: &Summary| (sum.edges, sum.checksum, sum.weight.to_string());
    let expected_sum = told(&Summary::of(n as u64, &expected, weights));
    let expected = in_order(expected);
    let check = |(index, plan): (usize, Plan)| {
        // The plans take the local algorithms in turn.
        let algorithm = Algorithm::ALL[(index + case.seed as usize) % Algorithm::ALL.len()];
        let (Solution { part, hierarchy }, cost) = time(comm, || {
            comm.limit_messages(case.most_bytes);
            let solution = plan.solve(comm, n, mine, algorithm, &|_| {});
            comm.limit_messages(Comm::MOST_BYTES);
            solution
        });
        let forest = in_order(comm.all_gather(&part).concat());
        let wrong = if forest != expected {
            Some("its edges are not those of one rank".to_owned())
        } else if told(&summarize(comm, n as u64, &part, weights)) != expected_sum {
            Some("its sums are not those of one rank".to_owned())
        } else {
            let (n, m, p) = (n as u64, edges.len() as u64, comm.size());
            let step = |step| most_received_in(step, n, p, size_of::<u64>());
            traffic(&cost, plan.most_received(n, m, p, size_of::<K>()), step)
        };
        let mut proved = verify::verify_slice(comm, n as u64, &forest, mine, weights);
        if let Some(hierarchy) = hierarchy {
            let sharded = verify_sharded(comm, n as u64, &part, mine, &hierarchy, weights);
            proved = proved.and(sharded).and_then(|()| {
                let given = prove_given(comm, n as u64, mine.to_vec(), &part, weights, 0);
                // Keys of too large a range cannot be proved so, but nothing is wrong then.
                given.map(drop).or_else(|why| if why.exit_code() == 3 { Err(why) } else { Ok(()) })
            });
        }
        let wrong = wrong.or(proved.err().map(|why| why.to_string()));
        let told = wrong.map_or(Ok(cost), |what| Err(failure(comm, case, plan, algorithm, &what)));
        comm.agree(told)
    };
    Plan::all().enumerate().map(check).collect()
}

fn in_order<K: Key>(forest: Vec<Edge<K>>) -> Vec<Edge<K>> {
    let mut forest = forest;
    forest.sort_unstable_by_key(|e| (e.key, e.u, e.v));
    forest
}

/// What is wrong with the traffic of a run in which no rank may receive more than `most` bytes, or more
/// than `most_in` a step of `sharded`.
fn traffic(cost: &Repetition, most: u64, most_in: impl Fn(ShardedStep) -> u64) -> Option<String> {
    for phase in Phase::TIMED {
        let ranks = || cost.on_ranks(phase);
        let sent: (u64, u64) = (
            ranks().map(|cost| cost.bytes_sent).sum(),
            ranks().map(|cost| cost.messages_sent).sum(),
        );
        let received: (u64, u64) = (
            ranks().map(|cost| cost.bytes_received).sum(),
            ranks().map(|cost| cost.messages_received).sum(),
        );
        if sent != received {
            let ((sent, messages), (received, arrived)) = (sent, received);
            return Some(format!(
                "in its phase {} ranks sent {sent} bytes in {messages} messages and received {received} \
                 in {arrived}",
                phase.name()
            ));
        }
    }
    let too_much = |name: &str, received: u64, most: u64| {
        (received > most).then(|| {
            format!("a rank received {received} bytes{name}, but at most {most} were expected")
        })
    };
    let in_step = |(step, ranks): (ShardedStep, Vec<StageCost>)| {
        let received = ranks.iter().map(|cost| cost.bytes_received).max().unwrap_or(0);
        too_much(&format!(" in its step {}", step.name()), received, most_in(step))
    };
    too_much("", cost.bytes_received_max(), most).or_else(|| cost.steps().find_map(in_step))
}

fn failure(comm: &Comm, case: &Case, plan: Plan, algorithm: Algorithm, what: &str) -> Error {
    Error::proof(format!(
        "the self-test failed on {} ranks: the forest of {case} by {} after {} is wrong: {what}; \
         to repeat it, run mst selftest --seed {} --cases 1 on as many ranks; this is a bug, \
         please report it",
        comm.size(),
        plan.name(),
        algorithm.name(),
        case.seed
    ))
}
