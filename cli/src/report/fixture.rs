//! Rows of a sweep that never took place: each figure is a different one, and the same every time.

use mst::experiment::{ByRank, Nanoseconds, Number, Row};

/// Repetitions vary by these factors: their middle is 1, and one lies far out.
const FACTORS: [f64; 8] = [1.0, 1.02, 0.97, 1.05, 1.0, 0.99, 1.6, 0.98];

/// Strong scaling of one graph, on 1 to 3 ranks with 1 and 2 threads.
pub(crate) fn strong() -> Vec<Row> {
    let sizes = [1, 2, 3].into_iter().flat_map(|ranks| [1, 2].map(|threads| (ranks, threads)));
    sizes.flat_map(|(ranks, threads)| point("strong", 1 << 18, ranks, threads)).collect()
}

/// A graph that grows with the ranks.
fn weak() -> Vec<Row> {
    [1, 2, 3]
        .into_iter()
        .flat_map(|ranks| point("weak", (1 << 16) * ranks as u64, ranks, 2))
        .collect()
}

/// A graph that grows until three ranks are faster than one.
fn crossover() -> Vec<Row> {
    let sizes = [12, 14, 16, 18, 20, 22];
    let both = sizes.into_iter().flat_map(|log_n| [1, 3].map(|ranks| (log_n, ranks)));
    both.flat_map(|(log_n, ranks)| point("crossover", 1 << log_n, ranks, 2)).collect()
}

/// All of these.
pub(crate) fn all() -> Vec<Row> {
    [strong(), weak(), crossover()].concat()
}

/// The rows as a file.
pub(crate) fn csv(rows: &[Row]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| writer.serialize(row).expect("plain fields"));
    String::from_utf8(writer.into_inner().expect("memory")).expect("text")
}

/// The repetitions of a run on 8 n edges.
fn point(experiment: &str, n: u64, ranks: usize, threads: usize) -> Vec<Row> {
    let hosts: Vec<String> = (1..=ranks).map(|host| format!("vm{host}:1")).collect();
    let row = |(place, factor): (usize, f64)| {
        let row = Row {
            started: format!("2026-11-2{}T10:00:00Z", 5 + place / 4),
            schema: Row::SCHEMA,
            version: "0.1.0".to_owned(),
            commit: "abc".to_owned(),
            command: format!("mpirun -n 3 mst sweep lab --seed {}", place / 4 + 1),
            mpi_library: "Open MPI v5".to_owned(),
            hosts: hosts.join(" "),
            graph: format!("gnm:n={n},m={},seed=1,weights=uniform", 8 * n),
            seed: Some(1),
            experiment: experiment.to_owned(),
            run: if ranks == 1 { "local" } else { "distributed" }.to_owned(),
            repetition: place + 1,
            repetitions: FACTORS.len(),
            n,
            m: 8 * n,
            components: 3,
            forest_edges: n - 3,
            weight: Number::Integer(1000 * i128::from(n) + 7),
            checksum: format!("{n:016x}"),
            verified: (ranks == 1 || experiment == "weak").then_some(true),
            algorithm: "auto".to_owned(),
            ran: "filter-kruskal".to_owned(),
            combine_asked: if ranks == 1 { "none" } else { "auto" }.to_owned(),
            combine: if ranks == 1 { "none" } else { "filter" }.to_owned(),
            host_count: ranks,
            ranks,
            threads,
            cores: ranks * threads,
            key_bytes: 4,
            read_s: nanoseconds(5e-9 * n as f64 / ranks as f64),
            verify_s: 0.25,
            peak_rss_max: 100 * n,
            ..Row::default()
        };
        with_cost(row, factor)
    };
    FACTORS.into_iter().enumerate().map(row).collect()
}

/// Adds the time of one repetition, `factor` times the usual one, and its traffic.
fn with_cost(row: Row, factor: f64) -> Row {
    let (p, n, cores) = (row.ranks as f64, row.n as f64, row.threads as f64);
    let rank_s = |seconds: f64| {
        let of =
            |rank: usize| Nanoseconds(nanoseconds(factor * seconds * (1.0 - 0.1 * rank as f64)));
        ByRank((0..row.ranks).map(of).collect::<Vec<_>>())
    };
    let is_alone = row.ranks == 1;
    let travel = if is_alone { 0.0 } else { 2e-3 + 4e-9 * n };
    let local = rank_s(120e-9 * n / p / cores.powf(0.8));
    let (contract, exchange, merge) = (rank_s(0.0), rank_s(0.4 * travel), rank_s(0.6 * travel));
    let mean = |seconds: &ByRank<Nanoseconds>| {
        nanoseconds(seconds.0.iter().map(|seconds| seconds.0).sum::<f64>() / p)
    };
    let bytes = if is_alone { 0 } else { row.n + row.ranks as u64 };
    let sent =
        |share: u64| ByRank((0..row.ranks as u64).map(|rank| share * bytes * rank / 8).collect());
    let sent_total = (0..row.ranks as u64).map(|rank| bytes * rank / 8 * 3).sum();
    Row {
        local_s: local.0[0].0,
        local_mean_s: mean(&local),
        exchange_s: exchange.0[0].0,
        exchange_mean_s: mean(&exchange),
        merge_s: merge.0[0].0,
        merge_mean_s: mean(&merge),
        waited_mean_s: nanoseconds(0.1 * travel),
        total_s: nanoseconds(local.0[0].0 + factor * travel),
        bytes_sent_max: 3 * bytes,
        bytes_received_max: 5 * bytes,
        bytes_sent_total: sent_total,
        messages_sent_total: 7 * (row.ranks as u64 - 1),
        local_rank_s: local,
        contract_rank_s: contract,
        exchange_rank_s: exchange,
        merge_rank_s: merge,
        waited_rank_s: rank_s(0.1 * travel),
        exchange_bytes_sent: sent(1),
        merge_bytes_sent: sent(2),
        exchange_bytes_received: ByRank(vec![2 * bytes; row.ranks]),
        merge_bytes_received: ByRank(vec![3 * bytes; row.ranks]),
        ..row
    }
}

/// What a file keeps of some seconds.
fn nanoseconds(seconds: f64) -> f64 {
    format!("{seconds:.9}").parse().expect("a number")
}
