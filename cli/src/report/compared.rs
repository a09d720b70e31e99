//! Shows a local and a distributed run side by side, and explains the difference.

use super::table::table;
use super::terminal::{algorithm, hosts, size_of_forest, size_of_graph, weight};
use super::{bytes, grouped, seconds};
use mst::comm::{Comm, Topology};
use mst::experiment::{Comparison, Outcome, Run, Verdict, shares};
use mst::measure::Phase;
use mst::measure::{Repetition, Spread};

/// The results of `mst compare` on `graph`: a table with a column for each run, then the verdict in
/// sentences.
pub fn compared(
    graph: &str,
    comm: &Comm,
    comparison: &Comparison,
    local: &[Run],
    distributed: &Run,
) -> String {
    let runs: Vec<&Run> = local.iter().chain([distributed]).collect();
    let one = &comparison.local;
    let head = format!(
        "{}\n{}, weight {}\n\n",
        size_of_graph(graph, one, 0),
        size_of_forest(one.forest_edges, one.components),
        grouped(&weight(one))
    );
    let mut header = vec!["", "local"];
    let as_asked =
        comparison.local_as_asked.as_ref().map(|run| format!("local, {}", run.algorithm));
    header.extend(as_asked.as_deref());
    header.push("distributed");
    let body = table(&header, &rows(comm.topology(), &runs));
    format!("{head}{body}\n{}", verdict(comparison, comm.topology(), distributed))
}

/// The rows of the table, a value for each run.
fn rows(topology: &Topology, runs: &[&Run]) -> Vec<Vec<String>> {
    let row = |name: &str, of: &dyn Fn(&Run) -> String| {
        [name.to_owned()].into_iter().chain(runs.iter().map(|run| of(run))).collect::<Vec<_>>()
    };
    let phase = |name: &str, phase| row(name, &|run: &Run| of_phase(run, phase));
    vec![
        row("ranks x threads", &|run| format!("{} x {}", run.outcome.ranks, run.outcome.threads)),
        row("cores used", &|run| run.outcome.cores.to_string()),
        row("hosts (ranks)", &|run| match run.outcome.ranks {
            1 => topology.ranks[0].name.clone(),
            _ => hosts(topology),
        }),
        row("MPI library", &|run| match run.outcome.ranks {
            1 => "–".to_owned(),
            _ if topology.one_process => "none".to_owned(),
            _ => run.outcome.mpi_library.clone(),
        }),
        row("algorithm", &|run| run.outcome.algorithm.to_owned()),
        // Broken into lines, so that three runs fit side by side on a terminal of 80 columns.
        row("which ran", &|run| run.outcome.ran.replace("; ", ";\n").replace('+', "+\n")),
        row("combined by", &|run| run.outcome.combine.clone().unwrap_or_else(|| "–".to_owned())),
        row("read", &|run| seconds(run.outcome.seconds.read)),
        phase("local forests (mean)", Phase::Local),
        phase("contraction (mean)", Phase::Contract),
        phase("exchange (mean)", Phase::Exchange),
        phase("merge (mean)", Phase::Merge),
        row("total, median", &|run| seconds(run.outcome.total.median)),
        row("least – most", &|run| range(&run.outcome)),
        row("sent by busiest", &|run| bytes(run.outcome.bytes_sent_max)),
        row("received by busiest", &|run| bytes(run.outcome.bytes_received_max)),
        row("sent by all", &|run| bytes(run.outcome.bytes_sent_total)),
        row("peak memory per rank", &|run| bytes(run.outcome.peak_rss_max)),
        row("checksum", &|run| run.outcome.checksum.clone()),
        row("proved", &|run| format!("yes, in {}", seconds(run.outcome.seconds.verify))),
    ]
}

/// The median time of a phase on the slowest rank and, in parentheses, of the mean over ranks.
fn of_phase(run: &Run, phase: Phase) -> String {
    let of = |what: fn(&Repetition, Phase) -> f64| {
        seconds(Spread::of(run.repetitions.iter().map(|r| what(r, phase))).median)
    };
    match (run.outcome.ranks, phase) {
        (1, Phase::Local) => of(Repetition::slowest),
        (1, _) => "–".to_owned(),
        _ => format!("{} ({})", of(Repetition::slowest), of(Repetition::mean)),
    }
}

fn range(outcome: &Outcome) -> String {
    format!("{} – {}", seconds(outcome.total.least), seconds(outcome.total.most))
}

/// Which run was faster, by how much, and, if the distributed one was slower, where its time went.
fn verdict(comparison: &Comparison, topology: &Topology, distributed: &Run) -> String {
    let (best, other) = (comparison.best(), &comparison.distributed);
    let ratio = best.total.median / other.total.median;
    let local = match &comparison.local_as_asked {
        Some(_) => format!("local by {}, the faster of the two", algorithm(best)),
        None => "local".to_owned(),
    };
    let mut lines = vec![match comparison.verdict {
        Verdict::OneRank => {
            "one rank: nothing was distributed; start it under mpirun, or with --ranks 3".to_owned()
        }
        Verdict::OneRepetition => {
            "one repetition of each cannot show a difference: use --reps 5".to_owned()
        }
        Verdict::NoClearDifference => format!(
            "no clear difference: {local} took {}, distributed {}",
            range(best),
            range(other)
        ),
        Verdict::Faster => format!("distributed was {ratio:.2} times as fast as {local}"),
        Verdict::Slower => format!(
            "distributed was {:.2} times slower than {local}: {}",
            1.0 / ratio,
            where_time_went(distributed)
        ),
    }];
    let cores = other.cores as f64 / best.cores as f64;
    if comparison.verdict == Verdict::Faster && ratio > cores {
        lines.push(beyond_cores(best, other));
    }
    if let [(host, 2..)] = topology.hosts().as_slice() {
        let name = &host.name;
        lines.push(format!(
            "all ranks ran on one host ({name}): this shows the program, not a network"
        ));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Explains a speed-up that is larger than the number of cores allows.
fn beyond_cores(best: &Outcome, other: &Outcome) -> String {
    format!(
        "that is more than {} cores against {} can give by working at the same time: the ranks \
         worked less, or faster in their caches. One machine ran {}; each rank ran {}, combined \
         by {}. It is a difference between algorithms, not a gain from distribution",
        other.cores,
        best.cores,
        algorithm(best),
        algorithm(other),
        other.combine.as_deref().unwrap_or("none")
    )
}

/// The parts of rank 0's time in the median repetition. Rank 0 takes part in all phases of the
/// work.
fn where_time_went(distributed: &Run) -> String {
    let mut order: Vec<&Repetition> = distributed.repetitions.iter().collect();
    order.sort_by(|a, b| a.total.total_cmp(&b.total));
    let [own, waiting, exchange, merge] = shares(order[(order.len() - 1) / 2]);
    format!(
        "of rank 0's time {own} % went to its own forest, {waiting} % to waiting for other ranks, {exchange} % to what \
         all ranks learn, {merge} % to merging"
    )
}
