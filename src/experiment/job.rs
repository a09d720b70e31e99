//! One job: finds the forest of a graph that is already dealt out, and times, sums up and proves
//! it.

use super::{Number, Outcome, Seconds, explain};
use crate::comm::{Comm, Link, Reduction};
use crate::distributed::{self, Choice, Plan, Solution, Workload};
use crate::error::{Error, Result};
use crate::graph::{Edge, Edges, Key, Slice, Summary, with_edges};
use crate::local::Algorithm;
use crate::measure::{Phase, Repeats, Repetition, Spread, peak_rss, repeat, time};
use crate::partition::{self, Loaded, Request};
use crate::verify::{self, Proof, VERTEX_BYTES, verify_sharded};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// How a forest is proved: each rank knows all of it, or no rank does.
const PATH_MAXIMA: &str = "path maxima";
const SHARDED: &str = "sharded";

/// What to do with a graph.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// How a rank makes its own forest.
    pub algorithm: Algorithm,
    /// How the ranks combine their forests; `None` to choose by a model.
    pub plan: Option<Plan>,
    /// The link that the model assumes; `None` to measure it.
    pub link: Option<Link>,
    /// Whether to run every plan, to compare it with the model.
    pub explain: bool,
    /// How often to run.
    pub repeats: Repeats,
    /// Whether to run once more before that, unmeasured.
    pub warm_up: bool,
    /// Whether to prove the forest.
    pub verify: bool,
}

/// The result of a job.
#[derive(Clone, Debug)]
pub struct Run {
    /// The figures of the forest and the medians of the times; the same on every rank.
    pub outcome: Outcome,
    /// Every repetition.
    pub repetitions: Vec<Repetition>,
    /// This rank's part of the forest.
    pub part: Edges,
    /// The plan that the model chose, if it was asked.
    pub choice: Option<Choice>,
}

impl Job {
    /// Runs the job on all ranks of `comm`, on what `request` has `loaded`, at the cost `read`.
    ///
    /// # Errors
    /// [`Error::Proof`] if the forest is wrong, [`Error::TooLarge`] if its weight exceeds every
    /// float.
    pub fn run(
        self,
        comm: &Comm,
        request: &Request<'_>,
        loaded: &Loaded,
        read: &Repetition,
    ) -> Result<Run> {
        with_edges!(&loaded.slice.edges, edges => self.run_on(comm, request, loaded, edges, read))
    }

    fn run_on<K: Key>(
        self,
        comm: &Comm,
        request: &Request<'_>,
        loaded: &Loaded,
        edges: &[Edge<K>],
        read: &Repetition,
    ) -> Result<Run> {
        let slice = &loaded.slice;
        let n = usize::try_from(slice.n).expect("the number of vertices was checked");
        let link = self.link(comm);
        // This is less than the graph has if edges were folded while they were read.
        let mut held = [edges.len() as u64];
        comm.all_reduce(&mut held, Reduction::Sum);
        let [held] = held;
        let choose = |link| Choice::of(comm, n, held, edges, link);
        let ran = Mutex::new(BTreeSet::new());
        let forest = || {
            let choice = link.filter(|_| self.plan.is_none()).map(choose);
            let plan = self.plan.or(choice.map(|choice| choice.plan)).unwrap_or(Plan::PLAIN);
            let tell = |name| {
                ran.lock().expect("nothing panics while it is held").insert(name);
            };
            (plan.solve(comm, n, edges, self.algorithm, &tell), plan, choice)
        };
        let ((solution, plan, choice), repetitions) =
            repeat(comm, self.repeats, self.warm_up, forest);
        let summary = distributed::total(comm, &loaded.summary_of(comm, &solution.part));
        if !summary.weight.value().is_finite() {
            let what =
                "the forest's weight exceeds the largest float, 1.8e308; scale the weights down";
            return Err(Error::TooLarge { needed: None, left: None, what: what.to_owned() });
        }
        let proof =
            self.verify.then(|| prove(comm, request, loaded, edges, &solution)).transpose()?;
        let part = solution.part;
        let ran = ran.into_inner().expect("nothing panics while it is held");
        let mut outcome = self.outcome(comm, slice, &summary, plan);
        outcome.key_bytes = size_of::<K>();
        outcome.graph = request.source.to_string();
        outcome.ran = on_any_rank(comm, &ran);
        outcome.seconds.read = read.slowest(Phase::Read);
        if let Some((way, cost)) = proof {
            outcome.seconds.verify = cost.slowest(Phase::Verify);
            outcome.proof = Some(way);
            outcome.proof_bytes_max = cost.bytes_sent_max().max(cost.bytes_received_max());
        }
        outcome.count(&repetitions);
        if let Some(link) = link.filter(|_| self.explain && held > 0) {
            let shape = Workload::of(comm, n, held, edges, link);
            let run = |plan: Plan| drop(plan.forest(comm, n, edges, self.algorithm));
            outcome.explained = explain(comm, self.repeats, n, shape, run);
        }
        Ok(Run { outcome, repetitions, part: K::pack(part), choice })
    }

    /// Returns the link between the ranks, if there are several and something depends on it.
    fn link(self, comm: &Comm) -> Option<Link> {
        let asked = comm.size() > 1 && (self.plan.is_none() || self.explain);
        asked.then(|| self.link.unwrap_or_else(|| comm.measure_link()))
    }

    fn outcome(self, comm: &Comm, slice: &Slice, summary: &Summary, plan: Plan) -> Outcome {
        let peaks = comm.all_gather(&[peak_rss()]).concat();
        let topology = comm.topology();
        let weight = Number::from(&summary.weight);
        Outcome {
            graph: String::new(),
            n: slice.vertices(),
            m: slice.m,
            components: summary.components(),
            forest_edges: summary.edges,
            weight,
            weight_text: weight.text(),
            checksum: format!("{:016x}", summary.checksum),
            verified: self.verify.then_some(true),
            proof: None,
            proof_bytes_max: 0,
            algorithm: self.algorithm.name(),
            ran: String::new(),
            combine_asked: (comm.size() > 1)
                .then(|| self.plan.map_or_else(|| "auto".to_owned(), Plan::name)),
            combine: (comm.size() > 1).then(|| plan.name()),
            ranks: comm.size(),
            mpi_library: comm.library(),
            hosts: topology.host_list(),
            host_count: topology.hosts().len(),
            threads: topology.threads[0],
            key_bytes: 0,
            cores: topology.cores_used(),
            repetitions: 0,
            seconds: Seconds::default(),
            total: Spread::default(),
            bytes_sent_max: 0,
            bytes_received_max: 0,
            bytes_sent_total: 0,
            peak_rss_max: peaks.into_iter().max().unwrap_or(0),
            explained: Vec::new(),
        }
    }
}

/// Joins the names that any rank has, each once.
fn on_any_rank(comm: &Comm, names: &BTreeSet<&str>) -> String {
    let mine: Vec<&str> = names.iter().copied().collect();
    let all = comm.all_gather(mine.join("; ").as_bytes());
    let all: BTreeSet<String> = all
        .iter()
        .flat_map(|names| {
            String::from_utf8_lossy(names).split("; ").map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|name| !name.is_empty())
        .collect();
    all.into_iter().collect::<Vec<_>>().join("; ")
}

/// Proves a forest, without a rank that holds all vertices if the run has left what that takes.
/// Returns how, and what it cost.
fn prove<K: Key>(
    comm: &Comm,
    request: &Request<'_>,
    loaded: &Loaded,
    edges: &[Edge<K>],
    solution: &Solution<K>,
) -> Result<(&'static str, Repetition)> {
    let Slice { n, weights, .. } = loaded.slice;
    let Solution { part, hierarchy } = solution;
    let mut way = PATH_MAXIMA;
    let prove = || {
        comm.enter(Phase::Verify);
        let whole = || comm.all_gather(part).concat();
        let proved = match (loaded.folds, hierarchy) {
            (0, Some(hierarchy)) => {
                way = SHARDED;
                verify_sharded(comm, n, part, edges, hierarchy, weights)
            }
            (0, None) => verify::verify_slice(comm, n, &whole(), edges, weights),
            _ => prove_again(comm, request, loaded, part),
        };
        comm.enter(Phase::Other);
        proved.map_err(|why| loaded.with_numbers(why))
    };
    let (proved, cost) = time(comm, prove);
    proved.map(|()| (way, cost))
}

/// Proves a forest whose edges no rank holds any more: reads the edges once more.
fn prove_again<K: Key>(
    comm: &Comm,
    request: &Request<'_>,
    loaded: &Loaded,
    part: &[Edge<K>],
) -> Result<()> {
    // For a sharded run, less was asked for when the graph was loaded.
    if request.vertex_bytes < VERTEX_BYTES {
        let bytes = u128::from(loaded.slice.n) * u128::from(VERTEX_BYTES);
        comm.agree(partition::fits(comm, "the proof of a graph that was folded", bytes))?;
    }
    let held = loaded.slice.weights;
    let weights = held.widened();
    let forest = comm.all_gather(part).concat();
    let forest: Vec<Edge<u64>> = forest.iter().map(|e| e.rekeyed(held, weights)).collect();
    let mut proof = comm.compute(|| Proof::new(loaded.slice.n, &forest, weights));
    partition::revisit(comm, request, loaded, &mut |edges| {
        proof.check(edges);
        Ok(())
    })?;
    proof.finish(comm)
}
