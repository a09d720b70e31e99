//! `mst sweep`: measures many points in one job, for scaling, for the crossover, or for lists.

use super::common::{CombineArg, InputArgs, algorithms, plans, vertex_bytes};
use super::host_threads;
use super::rows::RowOptions;
use super::solve::context;
use super::world::{JobArgs, WorldArgs};
use crate::console::{self, Output, ResultPrinter, StepBar};
use crate::doctor::{self, Examination};
use crate::report::{self, Snapshot};
use crate::sweep::{
    self, Done, Graph, Pace, Room, SweepOptions, SweepOutline, SweepPoint, Trial, Ways, in_order,
    within_budget,
};
use crate::text;
use clap::ValueEnum;
use mst::comm::{self, Comm, Host, Link};
use mst::error::{Error, Result, shown};
use mst::experiment::{Job, Row};
use mst::generate::Spec;
use mst::local::Algorithm;
use mst::measure::{self, Repeats};
use mst::partition::{self, Request, Source};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::slice;

/// The graph of an experiment that is given none.
const DEFAULT_GRAPH: &str = "gnm:n=2^18,m=8n";
/// The graph of the trial: large enough that its time is not that of starting threads.
const TRIAL_GRAPH: &str = "gnm:n=2^16,m=8n";
/// The seconds that `lab` may take, if no budget is given.
const LAB_SECONDS: f64 = 600.0;

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExperimentArg {
    /// Strong, weak and crossover, at small sizes, in about ten minutes
    Lab,
    /// One graph, on more and more ranks and threads
    Strong,
    /// A graph that grows with the ranks
    Weak,
    /// A graph that grows until all ranks are faster than one machine
    Crossover,
    /// Every pair of the lists --graph, --ranks, --threads, --algorithm and --combine
    Grid,
}

/// Measure many runs in one job: scaling, the crossover, or lists
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to measure [default: lab, or grid if there is a --graph]
    experiment: Option<ExperimentArg>,

    /// The graph of strong, weak or crossover; weak and crossover need a generator
    #[arg(value_name = "GRAPH")]
    graph: Option<OsString>,

    /// A graph of grid; a generator's n and m may be ranges: gnm:n=2^16..2^22,m=8n doubles n
    #[arg(short, long = "graph", value_name = "GRAPH")]
    graphs: Vec<OsString>,

    /// Numbers of ranks: the others wait [default: 1, 2, 4, ... and all]
    #[arg(short, long, value_name = "LIST", value_delimiter = ',')]
    ranks: Vec<NonZeroUsize>,

    /// Numbers of threads of a rank [default: 1, 2, 4, ... and its share of the cores]
    #[arg(short, long, value_name = "LIST", value_delimiter = ',')]
    threads: Vec<NonZeroUsize>,

    /// Algorithms for a rank's own forest
    #[arg(short, long, value_name = "LIST", value_delimiter = ',', default_value = "auto", value_parser = algorithms())]
    algorithm: Vec<Algorithm>,

    /// Ways to combine the ranks' forests, as for solve
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "auto", value_parser = plans(), hide_possible_values = true)]
    combine: Vec<CombineArg>,

    /// The link that --combine auto assumes, for example 1gbit,100us [default: measured]
    #[arg(long, value_name = "RATE,LATENCY")]
    link: Option<Link>,

    /// The most repetitions of a point, after one more to warm up
    #[arg(long, value_name = "NUM", default_value = "30")]
    reps: NonZeroUsize,

    /// Repeat until the 95 % interval of the median is this many percent wide to each side; 0: never stop before --reps
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = parse_precision)]
    precision: f64,

    /// The time that all may take, for example 20m: cuts repetitions first, then the largest graphs
    #[arg(long, value_name = "TIME", value_parser = parse_budget)]
    budget: Option<f64>,

    /// The seed of the order in which points are measured
    #[arg(long, value_name = "NUM", default_value = "1")]
    seed: u64,

    /// Print the points and their expected time, and measure nothing
    #[arg(long)]
    dry_run: bool,

    /// Append a row for each repetition to this file. Points that it has are not measured again
    #[arg(long, value_name = "FILE", default_value = "sweep.csv")]
    csv: PathBuf,

    #[command(flatten)]
    rows: RowOptions,

    /// Print one JSON list of all rows instead of a table
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    job: JobArgs,
}

/// Reads a time as seconds.
fn parse_budget(text: &str) -> Result<f64, String> {
    let time: Result<jiff::SignedDuration, _> = text.parse();
    let seconds = time.map(|time| time.as_secs_f64()).ok().filter(|seconds| *seconds > 0.0);
    seconds.ok_or_else(|| "expected a time like 90s, 20m or 1h30m".to_owned())
}

fn parse_precision(text: &str) -> Result<f64, String> {
    let percent = text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "expected a percentage from 0 to 100".to_owned())
}

impl Args {
    /// Starts the world and measures on it.
    pub(super) fn start(&self) -> Result<u8> {
        let most = self.ranks.iter().max().map(|ranks| ranks.get());
        let of_host = || Host::here().bound.clamp(2, 8);
        let ranks = (!comm::is_started()).then(|| most.unwrap_or_else(of_host));
        WorldArgs { threads: None, ranks, job: self.job }.start(|comm| self.run(comm))
    }

    fn world(&self) -> WorldArgs {
        WorldArgs { job: self.job, ..WorldArgs::default() }
    }

    fn run(&self, comm: &Comm) -> Result<()> {
        let world = self.world();
        self.printer().check()?;
        comm.agree(self.rows.check(comm, &self.csv, None))?;
        let (room, ways) = (self.room(comm)?, self.ways());
        self.check()?;
        let given = match self.experiment() {
            ExperimentArg::Lab => None,
            experiment => Some(self.points(experiment, &room, &ways)?),
        };
        world.warn_of_cores(comm);
        let pace = self.pace(comm)?;
        let done = comm.agree(self.done(comm))?;
        let points = given.unwrap_or_else(|| self.lab(comm, &pace, &done, &room, &ways));
        let (groups, most) = self.fitting(comm, &pace, &points);
        let plan = SweepOutline::of(comm.topology(), &done, &pace, &groups, most);
        let before = plan.measured_before();
        let late = self.budget().and_then(|budget| plan.warning(budget));
        late.iter().for_each(|line| world.note(comm, line));
        if self.dry_run {
            before.iter().for_each(|line| world.note(comm, line));
            return comm.agree(match comm.rank() {
                0 => console::write_stdout(plan.table().as_bytes()),
                _ => Ok(()),
            });
        }
        plan.outline().iter().chain(&before).for_each(|line| world.note(comm, line));
        let left = |seconds: f64| format!("about {} left", text::minutes(seconds));
        let visible = comm.rank() == 0 && !self.job.quiet && std::io::stderr().is_terminal();
        let bar = visible.then(|| StepBar::start(plan.count() as u64, left(plan.seconds())));
        let repeats =
            Repeats { most, precision: (self.precision > 0.0).then_some(self.precision / 100.0) };
        let options = SweepOptions {
            repeats,
            link: self.link,
            pace,
            budget: self.budget(),
            request: &|part, point| self.request(part, point),
            provenance: &|point| context(point.experiment.name(), &point.graph.source),
            append: &|rows| self.rows.append(&self.csv, rows),
            note: &|line| world.note(comm, line),
            progress: &|done, seconds| {
                bar.iter().for_each(|bar| bar.show(done as u64, left(seconds)));
            },
        };
        self.save_machines(comm)?;
        let results = sweep::measure(comm, &groups, done, &options)?;
        self.save_machines(comm)?;
        drop(bar);
        let printed = match comm.rank() {
            0 => self.printer().print(&results.concat(), || self.table(&results)),
            _ => Ok(()),
        };
        comm.agree(printed)
    }

    fn table(&self, results: &[Vec<Row>]) -> String {
        format!("{}the rows are in {}\n", text::swept(results), shown(&self.csv))
    }

    fn printer(&self) -> ResultPrinter {
        let file_on_stdout = Output::is_standard(&self.csv);
        ResultPrinter { json: self.json, quiet: self.job.quiet, file_on_stdout }
    }

    /// The numbers of ranks and threads.
    fn room(&self, comm: &Comm) -> Result<Room> {
        let topology = comm.topology();
        let host_threads = host_threads(comm);
        let all = Room::all(comm.size(), topology.threads[0], host_threads);
        let given = |list: &[NonZeroUsize], default: Vec<usize>| {
            let mut list: Vec<usize> = list.iter().map(|count| count.get()).collect();
            list.sort_unstable();
            list.dedup();
            if list.is_empty() { default } else { list }
        };
        let ranks = given(&self.ranks, all.ranks);
        match ranks.last() {
            Some(&most) if most > comm.size() => Err(Error::usage(
                "--ranks",
                format!("--ranks {most}, but the job has only {}", comm.size()),
            )),
            _ => Ok(Room { ranks, threads: given(&self.threads, all.threads), host_threads }),
        }
    }

    fn experiment(&self) -> ExperimentArg {
        self.experiment.unwrap_or(match self.graphs.is_empty() {
            true => ExperimentArg::Lab,
            false => ExperimentArg::Grid,
        })
    }

    fn ways(&self) -> Ways {
        let combines = self.combine.iter().map(|CombineArg(plan)| *plan).collect();
        Ways { algorithms: self.algorithm.clone(), combines }
    }

    fn budget(&self) -> Option<f64> {
        self.budget.or((self.experiment() == ExperimentArg::Lab).then_some(LAB_SECONDS))
    }

    /// Checks that graphs are given as the experiment takes them.
    fn check(&self) -> Result<()> {
        let experiment = self.experiment();
        if experiment != ExperimentArg::Grid && !self.graphs.is_empty() {
            let what = "--graph is for grid; strong, weak and crossover take one GRAPH after their \
                        name";
            return Err(Error::usage("--graph", what));
        }
        if self.graph.is_some() && matches!(experiment, ExperimentArg::Lab | ExperimentArg::Grid) {
            let what = "only strong, weak and crossover take a GRAPH after their name; for grid, \
                        give --graph";
            return Err(Error::usage("GRAPH", what));
        }
        if experiment == ExperimentArg::Grid && self.graphs.is_empty() {
            let what = "grid needs a --graph, for example --graph roads.gr";
            return Err(Error::usage("--graph", what));
        }
        Ok(())
    }

    /// The points of strong and weak scaling and of a crossover, with graphs for the time there is.
    fn lab(
        &self,
        comm: &Comm,
        pace: &Pace,
        done: &Done,
        room: &Room,
        ways: &Ways,
    ) -> Vec<SweepPoint> {
        let budget = self.budget().unwrap_or(LAB_SECONDS);
        let scaling = |log_n| sweep::scaling(log_n, room, ways);
        let fitting = || sweep::size_within(pace, budget, scaling);
        // Rank 0 decides, since only it has the rows, and rounding may differ between processors.
        let log_n = sweep::size_measured(done, scaling).unwrap_or_else(fitting);
        let log_n = comm.broadcast(0, vec![log_n])[0];
        let crossover: Spec = "gnm:n=2^12,m=8n".parse().expect("a spec");
        [scaling(log_n), sweep::crossover(&crossover, room, ways)].concat()
    }

    /// The points of an experiment on the graphs that were given.
    fn points(
        &self,
        experiment: ExperimentArg,
        room: &Room,
        ways: &Ways,
    ) -> Result<Vec<SweepPoint>> {
        let graph = self.graph.clone().unwrap_or_else(|| DEFAULT_GRAPH.into());
        match experiment {
            ExperimentArg::Weak => Ok(sweep::weak(&self.generator(&graph)?, room, ways)),
            ExperimentArg::Crossover => Ok(sweep::crossover(&self.generator(&graph)?, room, ways)),
            ExperimentArg::Strong => {
                let graphs = self.graphs_of(&graph)?;
                Ok(graphs.iter().flat_map(|graph| sweep::strong(graph, room, ways)).collect())
            }
            ExperimentArg::Grid | ExperimentArg::Lab => {
                let graphs = self.graphs.iter().map(|graph| self.graphs_of(graph));
                let graphs = graphs.collect::<Result<Vec<_>>>()?.concat();
                Ok(sweep::grid(sweep::Experiment::Grid, &graphs, room, ways))
            }
        }
    }

    /// The graphs that an argument names.
    fn graphs_of(&self, graph: &OsString) -> Result<Vec<Graph>> {
        if console::is_named(graph) {
            let what = "a sweep reads a graph several times, so it cannot come from standard input";
            return Err(Error::usage("GRAPH", what));
        }
        match graph.to_str().filter(|text| Spec::looks_like(text)) {
            Some(text) => Ok(Spec::series(text)?.into_iter().map(Graph::generated).collect()),
            None => {
                let source = self.input.named(slice::from_ref(graph))?;
                Ok(vec![Graph { name: source.to_string(), source }])
            }
        }
    }

    fn generator(&self, graph: &OsString) -> Result<Spec> {
        match self.input.named(slice::from_ref(graph))? {
            Source::Generated(spec) => Ok(spec),
            Source::File { .. } | Source::Files { .. } => {
                let what = "weak and crossover need a graph that can grow, so a generator, for \
                            example gnm:n=2^18,m=8n";
                Err(Error::usage("GRAPH", what))
            }
        }
    }

    /// Runs a short trial on rank 0's host alone, and measures the link.
    fn pace(&self, comm: &Comm) -> Result<Pace> {
        let threads = host_threads(comm);
        let spec: Spec = TRIAL_GRAPH.parse().expect("a spec");
        let (n, m) = (spec.n(), spec.expected_edges());
        let source = Source::Generated(spec);
        let trial = comm.among(&[0], threads, |solo| {
            let request = self.input.request(solo, &source);
            let (loaded, read) = measure::time(solo, || partition::load(solo, &request));
            let job = Job {
                algorithm: Algorithm::Auto,
                plan: None,
                link: None,
                explain: false,
                repeats: Repeats::exactly(3),
                warm_up: true,
                verify: true,
            };
            let seconds = job.run(solo, &request, &loaded?, &read)?.outcome.seconds;
            Ok([seconds.read, seconds.total, seconds.verify])
        });
        comm.sleeping_barrier();
        let trial = comm.agree(trial.and_then(Option::transpose))?.unwrap_or_default();
        let trial = comm.broadcast(0, trial.to_vec());
        let link = match comm.size() {
            1 => Link { latency: 1e-6, bandwidth: 1e9 },
            _ => self.link.unwrap_or_else(|| comm.measure_link()),
        };
        let [read, solve, verify] = [trial[0], trial[1], trial[2]];
        Ok(Pace { trial: Trial { n, m, threads, read, solve, verify }, link })
    }

    /// The points that fit into the budget, in their order, and the most repetitions.
    fn fitting(
        &self,
        comm: &Comm,
        pace: &Pace,
        points: &[SweepPoint],
    ) -> (Vec<Vec<SweepPoint>>, usize) {
        let budget = self.budget();
        // Files are not on all hosts, so rank 0 decides.
        let told = match comm.rank() {
            0 => {
                let fitting = within_budget(pace, points, self.reps.get(), budget);
                [fitting.most].into_iter().chain(fitting.kept).map(|place| place as u64).collect()
            }
            _ => Vec::new(),
        };
        let told = comm.broadcast(0, told);
        let (most, kept) = (told[0] as usize, &told[1..]);
        let left_out = points.len() - kept.len();
        let world = self.world();
        let points: Vec<SweepPoint> =
            kept.iter().map(|&place| points[place as usize].clone()).collect();
        if left_out > 0 {
            let left_out = text::count(left_out as u64, "point");
            let what = format!("the budget leaves out {left_out}, those with the largest graphs");
            world.note(comm, &what);
        }
        if most < self.reps.get() {
            let repetitions = text::count(most as u64, "repetition");
            world.note(comm, &format!("the budget allows at most {repetitions} of each point"));
        }
        (in_order(points, self.seed), most)
    }

    /// Saves what the machines and links are now, beside the rows, for the report.
    fn save_machines(&self, comm: &Comm) -> Result<()> {
        let found = doctor::examine(comm, &Examination::default())?;
        let is_kept = comm.rank() == 0 && !Output::is_standard(&self.csv);
        comm.agree(match is_kept {
            true => report::add(&report::beside(&self.csv), Snapshot::now(&found)),
            false => Ok(()),
        })
    }

    /// What the file has of earlier sweeps, on rank 0.
    fn done(&self, comm: &Comm) -> Result<Done> {
        if comm.rank() != 0 {
            return Ok(Done::default());
        }
        let (rows, unread) = self.rows.read(&self.csv)?;
        if unread > 0 {
            let lines = text::count(unread as u64, "line");
            let csv = shown(&self.csv);
            self.world().note(comm, &format!("warning: {lines} of {csv} cannot be read as rows"));
        }
        Ok(Done::of(rows, env!("CARGO_PKG_VERSION"), env!("MST_COMMIT")))
    }

    fn request<'p>(&self, part: &Comm, point: &'p SweepPoint) -> Request<'p> {
        let vertex_bytes = vertex_bytes(point.algorithm, point.plan, true, point.ranks);
        Request { vertex_bytes, ..self.input.request(part, &point.graph.source) }
    }
}
