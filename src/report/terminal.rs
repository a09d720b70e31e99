//! Results as a terminal shows them.

use super::plans::explained;
use super::table::table;
use super::{bytes, count, grouped, seconds};
use crate::comm::{Comm, Members, Phase, PhaseCost};
use crate::graph::{Slice, Summary};
use crate::measure::{Outcome, Repetition, Run, Spread};
use std::path::Path;
use std::time::Duration;

/// What `mst solve` found.
pub fn solved(graph: &str, comm: &Comm, run: &Run, loops: u64) -> String {
    let outcome = &run.outcome;
    let mut rows = vec![
        ["graph".to_owned(), size_of_graph(graph, outcome, loops)],
        ["ranks".to_owned(), where_it_ran(outcome, comm.members())],
        ["algorithm".to_owned(), outcome.algorithm.to_owned()],
        ["forest".to_owned(), size_of_forest(outcome.forest_edges, outcome.components)],
        ["weight".to_owned(), grouped(&weight(outcome))],
        ["checksum".to_owned(), outcome.checksum.clone()],
    ];
    if let Some(combine) = &outcome.combine {
        rows.insert(3, ["combined by".to_owned(), combine.clone()]);
        rows.insert(2, ["MPI library".to_owned(), outcome.mpi_library.clone()]);
    }
    if outcome.verified == Some(true) {
        let proof = format!("spanning, acyclic, minimum ({})", seconds(outcome.seconds.verify));
        rows.push(["proved".to_owned(), proof]);
    }
    rows.push(["peak memory".to_owned(), format!("{} on a rank", bytes(outcome.peak_rss_max))]);
    let width = rows.iter().map(|[name, _]| name.len()).max().unwrap_or(0);
    let facts: String =
        rows.iter().map(|[name, value]| format!("{name:width$}  {value}\n")).collect();
    let phases = phases(outcome, &run.repetitions);
    format!("{facts}\n{phases}{}{}", traffic(outcome), explained(&outcome.explained))
}

fn phases(outcome: &Outcome, repetitions: &[Repetition]) -> String {
    let line = |name: &str, slowest: Spread, mean: f64| {
        let range = match repetitions.len() {
            1 => String::new(),
            _ => format!("{} – {}", seconds(slowest.least), seconds(slowest.most)),
        };
        [name.to_owned(), seconds(slowest.median), range, seconds(mean)]
    };
    let once = |time| Spread { median: time, least: time, most: time };
    let mut rows = vec![line("read", once(outcome.seconds.read), outcome.seconds.read)];
    rows[0][2].clear();
    for phase in Phase::TIMED {
        let slowest = Spread::of(repetitions.iter().map(|r| r.slowest(phase)));
        let mean = Spread::of(repetitions.iter().map(|r| r.mean(phase))).median;
        if outcome.ranks > 1 || phase == Phase::Local {
            rows.push(line(phase.name(), slowest, mean));
        }
    }
    let total = Spread::of(repetitions.iter().map(|r| r.total));
    rows.push(line("total without read", total, total.median));
    let range = if repetitions.len() == 1 { "" } else { "least – most" };
    table(&["phase", "slowest rank", range, "mean of ranks"], &rows)
}

fn traffic(outcome: &Outcome) -> String {
    if outcome.ranks == 1 {
        return String::new();
    }
    format!(
        "\ntraffic: {} in all; busiest rank sent {}, received {}\n",
        bytes(outcome.bytes_sent_total),
        bytes(outcome.bytes_sent_max),
        bytes(outcome.bytes_received_max)
    )
}

/// What `mst compare` found: both runs side by side and what the difference comes from.
pub fn compared(graph: &str, comm: &Comm, local: &Run, distributed: &Run, csv: &Path) -> String {
    let one = &local.outcome;
    let row =
        |name: &str, of: &dyn Fn(&Run) -> String| [name.to_owned(), of(local), of(distributed)];
    let phase = |name, phase| {
        row(name, &|run: &Run| {
            let of = |what: fn(&Repetition, Phase) -> f64| {
                seconds(Spread::of(run.repetitions.iter().map(|r| what(r, phase))).median)
            };
            match (run.outcome.ranks, phase) {
                (1, Phase::Local) => of(Repetition::slowest),
                (1, _) => "–".to_owned(),
                _ => format!("{} (mean {})", of(Repetition::slowest), of(Repetition::mean)),
            }
        })
    };
    let totals = |run: &Run| Spread::of(run.repetitions.iter().map(|r| r.total));
    let rows = [
        row("ranks x threads", &|run| format!("{} x {}", run.outcome.ranks, run.outcome.threads)),
        ["hosts (ranks)".to_owned(), comm.members().ranks[0].name.clone(), hosts(comm.members())],
        row("MPI library", &|run| match run.outcome.ranks {
            1 => "–".to_owned(),
            _ if comm.members().one_process => "none".to_owned(),
            _ => run.outcome.mpi_library.clone(),
        }),
        row("algorithm", &|run| run.outcome.algorithm.to_owned()),
        row("combined by", &|run| run.outcome.combine.clone().unwrap_or_else(|| "–".to_owned())),
        row("read", &|run| seconds(run.outcome.seconds.read)),
        phase("local forests", Phase::Local),
        phase("contraction", Phase::Contract),
        phase("exchange", Phase::Exchange),
        phase("merge", Phase::Merge),
        row("total, median", &|run| seconds(totals(run).median)),
        row("least – most", &|run| {
            format!("{} – {}", seconds(totals(run).least), seconds(totals(run).most))
        }),
        row("sent, busiest rank", &|run| bytes(run.outcome.bytes_sent_max)),
        row("received, busiest rank", &|run| bytes(run.outcome.bytes_received_max)),
        row("sent by all", &|run| bytes(run.outcome.bytes_sent_total)),
        row("peak memory, a rank", &|run| bytes(run.outcome.peak_rss_max)),
        row("checksum", &|run| run.outcome.checksum.clone()),
        row("proved", &|run| format!("yes, in {}", seconds(run.outcome.seconds.verify))),
    ];
    let head = format!(
        "{}\n{}, weight {}\n\n",
        size_of_graph(graph, one, 0),
        size_of_forest(one.forest_edges, one.components),
        grouped(&weight(one))
    );
    let body = table(&["", "local", "distributed"], &rows);
    let written = count(2 * local.repetitions.len() as u64, "row");
    let tail = format!("{written} added to {}\n", csv.display());
    let verdict = verdict(local, distributed);
    format!("{head}{body}\n{verdict}{}{tail}", one_host(comm.members()))
}

/// Which was faster, by how much, and where a slower one's time went: on rank 0, which does all of
/// the work there is.
fn verdict(local: &Run, distributed: &Run) -> String {
    if distributed.outcome.ranks == 1 {
        return "one rank: nothing was distributed; start it under mpirun, or with --ranks 3\n"
            .to_owned();
    }
    let ratio = local.outcome.seconds.total / distributed.outcome.seconds.total;
    if (0.995..1.005).contains(&ratio) {
        return "distributed was as fast as local\n".to_owned();
    }
    if ratio >= 1.0 {
        return format!("distributed was {ratio:.2} times as fast as local\n");
    }
    let share = |part: &dyn Fn(&[PhaseCost]) -> f64| {
        let shares = distributed.repetitions.iter().map(|r| {
            let costs = Phase::TIMED.map(|phase| *r.on_rank(0, phase));
            100.0 * part(&costs) / costs.iter().map(|cost| cost.seconds).sum::<f64>()
        });
        format!("{:.0} %", Spread::of(shares).median)
    };
    let busy = |cost: &PhaseCost| cost.seconds - cost.waited;
    format!(
        "distributed was {:.2} times slower than local: of rank 0's time {} went to its own forest, {} \
         to waiting\nfor other ranks, {} to what all ranks learn, {} to merging\n",
        1.0 / ratio,
        share(&|costs| costs[..2].iter().map(busy).sum()),
        share(&|costs| costs.iter().map(|cost| cost.waited).sum()),
        share(&|costs| busy(&costs[2])),
        share(&|costs| busy(&costs[3])),
    )
}

fn one_host(members: &Members) -> String {
    match members.hosts().as_slice() {
        [(host, 2..)] => format!(
            "all ranks ran on one host ({}): this shows the program, not a network\n",
            host.name
        ),
        _ => String::new(),
    }
}

/// What a proof showed.
pub fn proved(forest: &Path, summary: &Summary, time: Duration) -> String {
    format!(
        "{}: {}, weight {}, checksum {:016x}\nproved: spanning, acyclic, minimum ({})\n",
        forest.display(),
        size_of_forest(summary.edges, summary.components()),
        grouped(&summary.weight.to_string()),
        summary.checksum,
        seconds(time.as_secs_f64())
    )
}

/// The line that says that edges were folded as they were read: to be `saved`, or because all of them take
/// more memory than a rank may.
pub fn folded(folds: u64, saved: bool) -> String {
    let why = if saved {
        "so that they could be saved (--checkpoint)"
    } else {
        "all together they take more memory than a rank may (--memory)"
    };
    format!(
        "the edges were folded to their forest {} while they were read, and the time of that is in \"read\": {why}",
        if folds == 1 {
            "once".to_owned()
        } else {
            format!("{} times", grouped(&folds.to_string()))
        }
    )
}

/// What was written where.
pub fn written(path: &Path, slice: &Slice) -> String {
    format!("{}: {}, {}", path.display(), count_of("vertex", slice.n), count(slice.m, "edge"))
}

fn size_of_graph(graph: &str, outcome: &Outcome, loops: u64) -> String {
    let loops = match loops {
        0 => String::new(),
        _ => format!(" ({} dropped)", count(loops, "loop")),
    };
    format!("{graph}: {}, {}{loops}", count_of("vertex", outcome.n), count(outcome.m, "edge"))
}

fn size_of_forest(edges: u64, components: u64) -> String {
    format!("{}, {}", count(edges, "edge"), count(components, "component"))
}

fn count_of(vertex: &str, n: u64) -> String {
    if n == 1 { format!("1 {vertex}") } else { format!("{} vertices", grouped(&n.to_string())) }
}

fn where_it_ran(outcome: &Outcome, members: &Members) -> String {
    format!(
        "{} x {} on {}: {}",
        count(outcome.ranks as u64, "rank"),
        count(outcome.threads as u64, "thread"),
        count(outcome.hosts as u64, "host"),
        hosts(members)
    )
}

/// The hosts with the ranks on each, or only how many where there are many.
fn hosts(members: &Members) -> String {
    let hosts = members.hosts();
    match hosts.len() {
        1..=4 => {
            let named = hosts.iter().map(|(host, ranks)| format!("{} ({ranks})", host.name));
            named.collect::<Vec<_>>().join(", ")
        }
        many => count(many as u64, "host"),
    }
}

fn weight(outcome: &Outcome) -> String {
    serde_json::to_string(&outcome.weight).expect("a number")
}
