//! Runs whose figures are all different, so that no figure can stand in the place of another.

use mst::comm::{Host, StageCost, Topology};
use mst::experiment::{Number, Outcome, Run, Seconds};
use mst::graph::Edges;
use mst::measure::{Phase, Repetition, Spread};

/// Ranks with two threads each on the hosts of these names.
pub(super) fn topology(hosts: &[&str]) -> Topology {
    let host = |name: &&str| Host {
        name: (*name).to_owned(),
        boot: (*name).to_owned(),
        cores: 2,
        bound: 2,
    };
    let ranks: Vec<Host> = hosts.iter().map(host).collect();
    Topology { threads: vec![2; ranks.len()], ranks, one_process: false }
}

/// Three repetitions on `ranks` ranks, which took 0.5, 0.25 and 1 second. In the one of 1 second, a
/// phase takes rank r its number in [`Phase::TIMED`], counted from 1, times 10 ms times r + 1; in
/// the others, half and a quarter of it. A tenth of the time of rank 0 is waiting.
pub(super) fn repetitions(ranks: usize) -> Vec<Repetition> {
    let of = |total: f64| {
        let log = |rank: usize| {
            let mut log = [StageCost::default(); _];
            for (place, phase) in (1..).zip(Phase::TIMED) {
                let seconds = total * f64::from(place) * 0.01 * (rank + 1) as f64;
                log[phase as usize] =
                    StageCost { seconds, waited: 0.1 * seconds, ..StageCost::default() };
            }
            log
        };
        Repetition { total, ranks: (0..ranks).map(log).collect() }
    };
    [0.5, 0.25, 1.0].map(of).to_vec()
}

/// The run of [`repetitions`] on a graph of 1,001 vertices.
pub(super) fn run(ranks: usize) -> Run {
    let repetitions = repetitions(ranks);
    let outcome = Outcome {
        n: 1_001,
        m: 12_345,
        components: 2,
        forest_edges: 999,
        weight: Number::Integer(-1_234_567),
        checksum: "0123456789abcdef".to_owned(),
        verified: Some(true),
        algorithm: "auto",
        ran: "filter-kruskal".to_owned(),
        combine: (ranks > 1).then(|| "contract+gather".to_owned()),
        ranks,
        mpi_library: "Open MPI v5".to_owned(),
        host_count: ranks,
        threads: 2,
        cores: 2 * ranks,
        repetitions: repetitions.len(),
        seconds: Seconds { read: 0.0123, verify: 0.0456, ..Seconds::default() },
        total: Spread { median: 0.5, least: 0.25, most: 1.0 },
        bytes_sent_max: 1_000,
        bytes_received_max: 2_000,
        bytes_sent_total: 3_000,
        peak_rss_max: 4_000_000,
        ..Outcome::default()
    };
    Run { outcome, repetitions, part: Edges::Narrow(Vec::new()), choice: None }
}
