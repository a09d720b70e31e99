//! Shows a local and a distributed run side by side, and explains the difference.

use super::table::table;
use super::terminal::{algorithm, hosts, size_of_forest, size_of_graph, weight};
use super::{bytes, grouped, seconds};
use mst::comm::Topology;
use mst::experiment::{Comparison, Outcome, Run, Verdict, shares};
use mst::measure::{Phase, Repetition, Spread};

/// The results of `mst compare` on `graph`: a table with a column for each run, then the verdict in
/// sentences.
pub fn compared(
    graph: &str,
    topology: &Topology,
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
    let body = table(&header, &rows(topology, &runs));
    format!("{head}{body}\n{}", verdict(comparison, topology, distributed))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fixture;

    /// The comparison of a local run whose repetitions took `local` as their median, one as asked
    /// for if there is one, and a distributed run that took `distributed`; the ranges are 10 % to
    /// each side.
    fn comparison(
        local: f64,
        as_asked: Option<f64>,
        distributed: f64,
        ranks: usize,
    ) -> (Comparison, Run) {
        let run = |ranks, median: f64| {
            let mut run = fixture::run(ranks);
            run.outcome.total = Spread { median, least: 0.9 * median, most: 1.1 * median };
            run
        };
        let as_asked = as_asked.map(|median| {
            let mut asked = run(1, median);
            (asked.outcome.algorithm, asked.outcome.ran) = ("kruskal", "kruskal".to_owned());
            asked
        });
        let distributed = run(ranks, distributed);
        (Comparison::of(&run(1, local), as_asked.as_ref(), &distributed), distributed)
    }

    fn verdict_of(local: f64, as_asked: Option<f64>, distributed: f64, ranks: usize) -> String {
        let (comparison, distributed) = comparison(local, as_asked, distributed, ranks);
        let hosts: Vec<String> = (0..ranks).map(|rank| format!("vm{rank}")).collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
        verdict(&comparison, &fixture::topology(&hosts), &distributed)
    }

    #[test]
    fn each_run_has_its_column() {
        let topology = fixture::topology(&["vm1", "vm2"]);
        let (local, distributed) = (fixture::run(1), fixture::run(2));
        let comparison = Comparison::of(&local, None, &distributed);
        let text = compared("g.txt", &topology, &comparison, &[local], &distributed);
        let expected = "\
g.txt: 1,001 vertices, 12,345 edges
999 edges, 2 components, weight -1,234,567

                                 local        distributed
ranks x threads                  1 x 2              2 x 2
cores used                           2                  4
hosts (ranks)                      vm1   vm1 (1), vm2 (1)
MPI library                          –        Open MPI v5
algorithm                         auto               auto
which ran               filter-kruskal     filter-kruskal
combined by                          –    contract+gather
read                           12.3 ms            12.3 ms
local forests (mean)           5.00 ms  10.0 ms (7.50 ms)
contraction (mean)                   –  20.0 ms (15.0 ms)
exchange (mean)                      –  30.0 ms (22.5 ms)
merge (mean)                         –  40.0 ms (30.0 ms)
total, median                   500 ms             500 ms
least – most           250 ms – 1.00 s    250 ms – 1.00 s
sent by busiest                1.00 kB            1.00 kB
received by busiest            2.00 kB            2.00 kB
sent by all                    3.00 kB            3.00 kB
peak memory per rank           4.00 MB            4.00 MB
checksum              0123456789abcdef   0123456789abcdef
proved                 yes, in 45.6 ms    yes, in 45.6 ms

no clear difference: local took 250 ms – 1.00 s, distributed 250 ms – 1.00 s
";
        assert_eq!(text, expected);
    }

    #[test]
    fn ranks_of_one_process_use_no_library() {
        let topology = Topology { one_process: true, ..fixture::topology(&["vm1", "vm1"]) };
        let rows = rows(&topology, &[&fixture::run(2)]);
        assert!(rows.contains(&vec!["MPI library".to_owned(), "none".to_owned()]), "{rows:?}");
    }

    #[test]
    fn a_faster_run_tells_its_factor() {
        assert_eq!(
            verdict_of(1.0, None, 0.625, 2),
            "distributed was 1.60 times as fast as local\n"
        );
        let asked = verdict_of(2.0, Some(1.0), 0.625, 2);
        assert_eq!(
            asked,
            "distributed was 1.60 times as fast as local by kruskal, the faster of the two\n"
        );
    }

    #[test]
    fn more_than_the_cores_can_give_is_explained() {
        let text = verdict_of(1.0, None, 0.25, 2);
        let expected = "\
distributed was 4.00 times as fast as local
that is more than 4 cores against 2 can give by working at the same time: the ranks worked less, \
             or faster in their caches. One machine ran auto: filter-kruskal; each rank ran auto: \
             filter-kruskal, combined by contract+gather. It is a difference between algorithms, \
             not a gain from distribution
";
        assert_eq!(text, expected);
        let as_many_as_cores = verdict_of(1.0, None, 0.5, 2);
        assert_eq!(as_many_as_cores, "distributed was 2.00 times as fast as local\n");
    }

    #[test]
    fn a_slower_run_tells_where_the_time_went() {
        let text = verdict_of(1.0, None, 2.5, 3);
        let expected = "\
distributed was 2.50 times slower than local: of rank 0's time 27 % went to its own forest, 10 % \
             to waiting for other ranks, 27 % to what all ranks learn, 36 % to merging
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_repetition_in_the_middle_is_the_one_that_is_told() {
        let merges_long = |places: &[usize]| {
            let mut run = fixture::run(2);
            for &place in places {
                for log in &mut run.repetitions[place].ranks {
                    log[Phase::Merge as usize].seconds = 100.0;
                }
            }
            run
        };
        let mut run = merges_long(&[1, 2]);
        assert_eq!(where_time_went(&run), where_time_went(&fixture::run(2)));
        // Of two in the middle, the faster.
        run = merges_long(&[0]);
        run.repetitions.truncate(2);
        assert_eq!(where_time_went(&run), where_time_went(&fixture::run(2)));
    }

    #[test]
    fn what_shows_no_difference_says_so() {
        let one_rank = verdict_of(1.0, None, 0.1, 1);
        assert!(one_rank.starts_with("one rank: nothing was distributed"), "{one_rank}");
        let (mut comparison, run) = comparison(1.0, None, 0.1, 2);
        comparison.verdict = Verdict::OneRepetition;
        let topology = fixture::topology(&["vm1", "vm1"]);
        assert_eq!(
            verdict(&comparison, &topology, &run),
            "one repetition of each cannot show a difference: use --reps 5\nall ranks ran on one \
             host (vm1): this shows the program, not a network\n"
        );
    }
}
