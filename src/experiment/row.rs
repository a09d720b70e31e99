//! One row a repetition, with all that is needed to repeat it.

use super::{Outcome, Run};
use crate::comm::{Comm, StageCost};
use crate::measure::Phase;
use crate::measure::Repetition;

/// What the rows of one command have in common.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// The graph, as the user named it or as its spec reads in full.
    pub graph: String,
    /// The seed of a generated graph.
    pub seed: Option<u64>,
    /// When the command started: UTC, RFC 3339.
    pub started: String,
    /// The commit that the program was built from.
    pub commit: String,
}

/// A row: each column's name and value.
pub type Row = Vec<(&'static str, String)>;

impl Provenance {
    /// The context of a command that starts now, of a program built from `commit`.
    pub fn now(graph: String, seed: Option<u64>, commit: &str) -> Self {
        let started = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { graph, seed, started, commit: commit.to_owned() }
    }

    /// One row for each repetition of `run`, which was made on `comm` and is called `kind`:
    /// `local` or `distributed`.
    pub fn rows(&self, comm: &Comm, kind: &str, run: &Run) -> Vec<Row> {
        let numbered = (1..).zip(&run.repetitions);
        numbered
            .map(|(number, repetition)| self.row(comm, kind, number, &run.outcome, repetition))
            .collect()
    }

    /// The names of the columns that every row has.
    pub fn columns(&self, comm: &Comm) -> Vec<&'static str> {
        let row = self.row(comm, "", 0, &Outcome::default(), &Repetition::default());
        row.into_iter().map(|(name, _)| name).collect()
    }

    fn row(
        &self,
        comm: &Comm,
        kind: &str,
        number: usize,
        outcome: &Outcome,
        repetition: &Repetition,
    ) -> Row {
        let mut row = self.provenance(comm);
        row.push(("run", kind.to_owned()));
        row.push(("repetition", number.to_string()));
        row.push(("repetitions", outcome.repetitions.to_string()));
        row.extend(result(outcome));
        row.extend(cost(outcome, repetition));
        row.extend(TRAFFIC.iter().flat_map(|columns| traffic(columns, repetition)));
        row
    }

    fn provenance(&self, comm: &Comm) -> Row {
        let hosts = comm.topology().hosts();
        let hosts: Vec<_> =
            hosts.iter().map(|(host, ranks)| format!("{}:{ranks}", host.name)).collect();
        let command = std::env::args_os().map(|word| quoted(&word.to_string_lossy()));
        let command: Vec<_> = command.collect();
        vec![
            ("started", self.started.clone()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("commit", self.commit.clone()),
            ("command", command.join(" ")),
            ("mpi_library", comm.library()),
            ("hosts", hosts.join(" ")),
            ("graph", self.graph.clone()),
            ("seed", self.seed.map_or_else(String::new, |seed| seed.to_string())),
        ]
    }
}

/// A word as a shell takes it, so that the command can be repeated.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=+./,:^@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn result(outcome: &Outcome) -> Row {
    let weight = serde_json::to_string(&outcome.weight).expect("a number");
    vec![
        ("n", outcome.n.to_string()),
        ("m", outcome.m.to_string()),
        ("components", outcome.components.to_string()),
        ("forest_edges", outcome.forest_edges.to_string()),
        ("weight", weight),
        ("checksum", outcome.checksum.clone()),
        ("verified", outcome.verified.map_or_else(String::new, |verified| verified.to_string())),
        ("algorithm", outcome.algorithm.to_owned()),
        ("ran", outcome.ran.clone()),
        ("combine", outcome.combine.clone().unwrap_or_else(|| "none".to_owned())),
        ("host_count", outcome.hosts.to_string()),
        ("ranks", outcome.ranks.to_string()),
        ("threads", outcome.threads.to_string()),
        ("cores", outcome.cores.to_string()),
    ]
}

fn cost(outcome: &Outcome, repetition: &Repetition) -> Row {
    let slowest = |phase| format!("{:.9}", repetition.slowest(phase));
    let mean = |phase| format!("{:.9}", repetition.mean(phase));
    vec![
        ("read_s", format!("{:.9}", outcome.seconds.read)),
        ("local_s", slowest(Phase::Local)),
        ("local_mean_s", mean(Phase::Local)),
        ("contract_s", slowest(Phase::Contract)),
        ("contract_mean_s", mean(Phase::Contract)),
        ("exchange_s", slowest(Phase::Exchange)),
        ("exchange_mean_s", mean(Phase::Exchange)),
        ("merge_s", slowest(Phase::Merge)),
        ("merge_mean_s", mean(Phase::Merge)),
        ("waited_mean_s", format!("{:.9}", repetition.waited())),
        ("total_s", format!("{:.9}", repetition.total)),
        ("verify_s", format!("{:.9}", outcome.seconds.verify)),
        ("bytes_sent_max", repetition.bytes_sent_max().to_string()),
        ("bytes_received_max", repetition.bytes_received_max().to_string()),
        ("bytes_sent_total", repetition.bytes_sent_total().to_string()),
        ("messages_sent_total", repetition.messages_sent_total().to_string()),
        ("peak_rss_max", outcome.peak_rss_max.to_string()),
    ]
}

/// The columns of a phase's traffic: bytes sent and received, messages sent and received.
type Traffic = (Phase, [&'static str; 4]);

#[rustfmt::skip]
const TRAFFIC: [Traffic; Phase::TIMED.len()] = [
    (Phase::Local, ["local_bytes_sent", "local_bytes_received", "local_messages_sent", "local_messages_received"]),
    (Phase::Contract, ["contract_bytes_sent", "contract_bytes_received", "contract_messages_sent", "contract_messages_received"]),
    (Phase::Exchange, ["exchange_bytes_sent", "exchange_bytes_received", "exchange_messages_sent", "exchange_messages_received"]),
    (Phase::Merge, ["merge_bytes_sent", "merge_bytes_received", "merge_messages_sent", "merge_messages_received"]),
];

/// What each rank sent and received in a phase, in rank order, separated by spaces.
fn traffic((phase, names): &Traffic, repetition: &Repetition) -> Row {
    let counts: [fn(&StageCost) -> u64; 4] =
        [|c| c.bytes_sent, |c| c.bytes_received, |c| c.messages_sent, |c| c.messages_received];
    let by_rank = |count: fn(&StageCost) -> u64| {
        let ranks = repetition.on_ranks(*phase).map(|cost| count(cost).to_string());
        ranks.collect::<Vec<_>>().join(" ")
    };
    names.iter().zip(counts).map(|(name, count)| (*name, by_rank(count))).collect()
}
