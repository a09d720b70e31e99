//! Formats results for a terminal.

use super::plans::explained;
use super::table::table;
use super::{bytes, count, grouped, seconds};
use mst::comm::{Comm, Topology};
use mst::error::{printable, shown};
use mst::experiment::{Outcome, Run};
use mst::graph::{Slice, Summary};
use mst::measure::Phase;
use mst::measure::{Repetition, Spread};
use std::path::Path;
use std::time::Duration;

/// The results of `mst solve`.
pub fn solved(graph: &str, comm: &Comm, run: &Run, loops: u64) -> String {
    let outcome = &run.outcome;
    let mut rows = vec![
        ["graph".to_owned(), size_of_graph(graph, outcome, loops)],
        ["ranks".to_owned(), where_it_ran(outcome, comm.topology())],
        ["algorithm".to_owned(), algorithm(outcome)],
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

/// The result of a proof.
pub fn proved(forest: &Path, summary: &Summary, time: Duration) -> String {
    format!(
        "{}: {}, weight {}, checksum {:016x}\nproved: spanning, acyclic, minimum ({})\n",
        shown(forest),
        size_of_forest(summary.edges, summary.components()),
        grouped(&summary.weight.to_string()),
        summary.checksum,
        seconds(time.as_secs_f64())
    )
}

/// The line that says that edges were folded while they were read: to be `saved`, or because all of
/// them need more memory than a rank may use.
pub fn folded(folds: u64, saved: bool) -> String {
    let why = if saved {
        "so that they could be saved (--checkpoint)"
    } else {
        "all together they need more memory than a rank may use (--memory)"
    };
    format!(
        "the edges were folded to their forest {} while they were read (the time for this is in \
         \"read\"): {why}",
        if folds == 1 {
            "once".to_owned()
        } else {
            format!("{} times", grouped(&folds.to_string()))
        }
    )
}

/// The warning that most of the `n` vertices are in no edge, given the number of edges of a graph
/// or of its forest.
pub fn gaps(n: u64, edges: u64) -> Option<String> {
    const FEW: u64 = 100;
    // An edge has two ends, so at most a quarter of the vertices are in use.
    let far_above = n >= FEW && edges.checked_mul(8).is_some_and(|most| n > most);
    far_above.then(|| {
        format!(
            "warning: ids have gaps: {} or more of the {} vertices are in no edge, and each of \
             them is a component; if that is not intended, renumber the used vertices from 0",
            grouped(&(n - 2 * edges).to_string()),
            grouped(&n.to_string())
        )
    })
}

/// The line that says how many rows were added to a CSV file.
pub fn added(rows: u64, csv: &Path) -> String {
    format!("{} added to {}", count(rows, "row"), shown(csv))
}

/// The line that says what was written to `path`.
pub fn written(path: &Path, slice: &Slice) -> String {
    format!("{}: {}, {}", shown(path), count_of("vertex", slice.n), count(slice.m, "edge"))
}

pub(super) fn size_of_graph(graph: &str, outcome: &Outcome, loops: u64) -> String {
    let loops = match loops {
        0 => String::new(),
        _ => format!(" ({} dropped)", count(loops, "loop")),
    };
    format!(
        "{}: {}, {}{loops}",
        printable(graph),
        count_of("vertex", outcome.n),
        count(outcome.m, "edge")
    )
}

pub(super) fn size_of_forest(edges: u64, components: u64) -> String {
    format!("{}, {}", count(edges, "edge"), count(components, "component"))
}

fn count_of(vertex: &str, n: u64) -> String {
    if n == 1 { format!("1 {vertex}") } else { format!("{} vertices", grouped(&n.to_string())) }
}

fn where_it_ran(outcome: &Outcome, topology: &Topology) -> String {
    format!(
        "{} x {} on {}: {}",
        count(outcome.ranks as u64, "rank"),
        count(outcome.threads as u64, "thread"),
        count(outcome.host_count as u64, "host"),
        hosts(topology)
    )
}

/// The hosts with the number of ranks on each; for more than four hosts, only their number.
pub(super) fn hosts(topology: &Topology) -> String {
    let hosts = topology.hosts();
    match hosts.len() {
        1..=4 => {
            let named = hosts.iter().map(|(host, ranks)| format!("{} ({ranks})", host.name));
            named.collect::<Vec<_>>().join(", ")
        }
        many => count(many as u64, "host"),
    }
}

/// The algorithm for the ranks' own forests; for `auto`, also what it chose.
pub(super) fn algorithm(outcome: &Outcome) -> String {
    match outcome.algorithm {
        "auto" if !outcome.ran.is_empty() => format!("auto: {}", outcome.ran),
        name => name.to_owned(),
    }
}

pub(super) fn weight(outcome: &Outcome) -> String {
    serde_json::to_string(&outcome.weight).expect("a number")
}
