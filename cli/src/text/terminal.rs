//! Formats results for a terminal.

use super::plans::explained;
use super::table::table;
use super::{bytes, count, grouped, seconds};
use mst::comm::Topology;
use mst::error::{printable, shown};
use mst::experiment::{Outcome, Run};
use mst::graph::{Slice, Summary};
use mst::measure::{Phase, Repetition, Spread};
use std::path::Path;
use std::time::Duration;

/// The results of `mst solve`.
pub fn solved(graph: &str, topology: &Topology, run: &Run, loops: u64) -> String {
    let outcome = &run.outcome;
    let mut rows = vec![
        ["graph".to_owned(), size_of_graph(graph, outcome, loops)],
        ["ranks".to_owned(), where_it_ran(outcome, topology)],
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
    format!("{}: {}, {}", shown(path), count_of("vertex", slice.vertices()), count(slice.m, "edge"))
}

/// What was written to `path`: the cluster of each of `n` vertices.
pub fn clustered(path: &Path, n: u64, clusters: u64) -> String {
    format!("{}: {} in {}", shown(path), count_of("vertex", n), count(clusters, "cluster"))
}

/// What was written to `path`: the dendrogram of a graph with so many components.
pub fn dendrogram(path: &Path, merges: u64, components: u64) -> String {
    format!("{}: {}, {}", shown(path), count(merges, "merge"), count(components, "component"))
}

/// The warning that a table at `path` does not keep the `lost` vertices after those of all edges.
pub fn lost(path: &Path, lost: u64) -> Option<String> {
    (lost > 0).then(|| {
        format!(
            "warning: {}: a table has no place for the last {}, which are in no edge; write .txt \
             to keep them",
            shown(path),
            count_of("vertex", lost)
        )
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fixture;
    use mst::experiment::{Explained, Number};
    use mst::graph::{Edges, Total, Weights};

    #[test]
    fn a_distributed_run_tells_where_and_how_it_ran_and_what_it_sent() {
        let topology = fixture::topology(&["vm1", "vm2", "vm2"]);
        let mut run = fixture::run(3);
        run.outcome.host_count = 2;
        let expected = "\
graph        g.txt: 1,001 vertices, 12,345 edges (1 loop dropped)
ranks        3 ranks x 2 threads on 2 hosts: vm1 (1), vm2 (2)
MPI library  Open MPI v5
algorithm    auto: filter-kruskal
combined by  contract+gather
forest       999 edges, 2 components
weight       -1,234,567
checksum     0123456789abcdef
proved       spanning, acyclic, minimum (45.6 ms)
peak memory  4.00 MB on a rank

phase               slowest rank       least – most  mean of ranks
read                     12.3 ms                           12.3 ms
local                    15.0 ms  7.50 ms – 30.0 ms        10.0 ms
contract                 30.0 ms  15.0 ms – 60.0 ms        20.0 ms
exchange                 45.0 ms  22.5 ms – 90.0 ms        30.0 ms
merge                    60.0 ms   30.0 ms – 120 ms        40.0 ms
total without read        500 ms    250 ms – 1.00 s         500 ms

traffic: 3.00 kB in all; busiest rank sent 1.00 kB, received 2.00 kB
";
        assert_eq!(solved("g.txt", &topology, &run, 1), expected);
    }

    #[test]
    fn one_repetition_on_one_rank_has_neither_a_range_nor_traffic() {
        let mut run = fixture::run(1);
        run.repetitions.truncate(1);
        run.outcome.verified = None;
        run.outcome.n = 1;
        run.outcome.algorithm = "kruskal";
        let expected = "\
graph        g.txt: 1 vertex, 12,345 edges
ranks        1 rank x 2 threads on 1 host: vm1 (1)
algorithm    kruskal
forest       999 edges, 2 components
weight       -1,234,567
checksum     0123456789abcdef
peak memory  4.00 MB on a rank

phase               slowest rank     mean of ranks
read                     12.3 ms           12.3 ms
local                    5.00 ms           5.00 ms
total without read        500 ms            500 ms
";
        assert_eq!(solved("g.txt", &fixture::topology(&["vm1"]), &run, 0), expected);
    }

    #[test]
    fn what_every_way_cost_stands_below() {
        let mut run = fixture::run(2);
        run.outcome.explained = vec![Explained {
            combine: "gather".to_owned(),
            model: Some(0.02),
            measured: 0.01,
            bytes_received_max: 5,
            steps: Vec::new(),
        }];
        let text = solved("g.txt", &fixture::topology(&["vm1", "vm2"]), &run, 0);
        assert!(text.ends_with(&explained(&run.outcome.explained)), "{text}");
    }

    #[test]
    fn auto_that_chose_nothing_is_auto() {
        let run = fixture::run(1);
        let outcome = Outcome { ran: String::new(), ..run.outcome };
        assert_eq!(algorithm(&outcome), "auto");
    }

    #[test]
    fn many_hosts_are_counted() {
        assert_eq!(hosts(&fixture::topology(&["a", "b", "c", "d"])), "a (1), b (1), c (1), d (1)");
        assert_eq!(hosts(&fixture::topology(&["a", "b", "c", "d", "e"])), "5 hosts");
    }

    #[test]
    fn weights_have_all_digits() {
        let of = |number| weight(&Outcome { weight: number, ..Outcome::default() });
        assert_eq!(of(Number::Float(0.1)), "0.1");
        assert_eq!(of(Number::Integer(1 << 60)), "1152921504606846976");
    }

    #[test]
    fn a_proof_names_its_forest() {
        let summary = Summary { n: 10, edges: 8, weight: Total::Integer(1_000), checksum: 0xab };
        let text = proved(Path::new("f.txt"), &summary, Duration::from_millis(15));
        let expected = "f.txt: 8 edges, 2 components, weight 1,000, checksum 00000000000000ab\n\
                        proved: spanning, acyclic, minimum (15.0 ms)\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn folds_are_counted_with_their_cause() {
        assert_eq!(
            folded(1, true),
            "the edges were folded to their forest once while they were read (the time for this \
             is in \"read\"): so that they could be saved (--checkpoint)"
        );
        assert_eq!(
            folded(1_234, false),
            "the edges were folded to their forest 1,234 times while they were read (the time for \
             this is in \"read\"): all together they need more memory than a rank may use (--memory)"
        );
    }

    #[test]
    fn gaps_are_told_where_most_vertices_of_many_have_no_edge() {
        assert_eq!(gaps(99, 0), None);
        assert_eq!(gaps(100, 13), None);
        assert_eq!(gaps(104, 13), None);
        let warning = gaps(1_105, 52).expect("a warning");
        let told = "1,001 or more of the 1,105 vertices are in no edge";
        assert!(warning.contains(told), "{warning}");
        assert!(gaps(100, 12).is_some());
        assert_eq!(gaps(u64::MAX, u64::MAX), None);
    }

    #[test]
    fn what_was_written_is_told() {
        let path = Path::new("g.mst");
        let edges = Edges::Narrow(Vec::new());
        let slice = Slice { m: 2_000, ..Slice::whole(1, edges, Weights::SINGLES) };
        assert_eq!(written(path, &slice), "g.mst: 1 vertex, 2,000 edges");
        assert_eq!(added(1, path), "1 row added to g.mst");
        assert_eq!(lost(path, 0), None);
        let warning = lost(path, 1_000).expect("a warning");
        assert!(warning.contains("g.mst: a table has no place for the last 1,000 vertices"));
    }
}
