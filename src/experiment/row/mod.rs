//! One row per repetition, with all that is needed to repeat it.
//!
//! The columns of the CSV file are the fields of [`Row`], in this order. All code that writes or
//! reads rows uses this struct.

mod costs;
mod fields;

pub use fields::{ByRank, ByStep, Nanoseconds};

use super::{Number, Outcome, Run};
use crate::comm::Comm;
use crate::measure::Repetition;
use fields::{combine, first_schema, nine_decimals, none, number};
use serde::{Deserialize, Serialize};

/// What the rows of one command have in common.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// What the runs are for: `solve`, `compare`, or the experiment of a sweep.
    pub experiment: &'static str,
    /// The graph, as the user named it, or its full spec.
    pub graph: String,
    /// The seed of a generated graph.
    pub seed: Option<u64>,
    /// When the command started: UTC, RFC 3339.
    pub started: String,
    /// The commit that the program was built from.
    pub commit: String,
    /// The command, in the syntax of a shell.
    pub command: String,
}

/// A repetition: how it was made, what it found and what it cost. Times are seconds.
///
/// Columns that are missing in files of version 0.1.0 get their default value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// When the command started: UTC, RFC 3339.
    pub started: String,
    /// The version of these columns; 1 in files from before it was recorded.
    #[serde(default = "first_schema")]
    pub schema: u32,
    /// The program's version.
    pub version: String,
    /// The commit that it was built from.
    pub commit: String,
    /// The command, in the syntax of a shell.
    pub command: String,
    /// The MPI library, or a text that says that there is none.
    pub mpi_library: String,
    /// `host:ranks` for each host.
    pub hosts: String,
    /// The graph, as the user named it, or its full spec.
    pub graph: String,
    /// The seed of a generated graph.
    pub seed: Option<u64>,
    /// What the run is for: `solve`, `compare`, or the experiment of a sweep; empty in files from before
    /// it was recorded.
    #[serde(default)]
    pub experiment: String,
    /// `local` on one machine alone, `distributed` on several ranks.
    pub run: String,
    /// The number of the repetition, from 1.
    pub repetition: usize,
    /// How many repetitions there were.
    pub repetitions: usize,
    /// Vertices.
    pub n: u64,
    /// Edges, without self-loops.
    pub m: u64,
    /// Trees of the forest.
    pub components: u64,
    /// Edges of the forest.
    pub forest_edges: u64,
    /// The forest's weight.
    #[serde(with = "number")]
    pub weight: Number,
    /// The forest's checksum.
    pub checksum: String,
    /// Whether the proof held; empty if no proof was asked for.
    pub verified: Option<bool>,
    /// The algorithm with which each rank was to make its own forest.
    pub algorithm: String,
    /// What ran; empty in files from before it was recorded.
    #[serde(default)]
    pub ran: String,
    /// How the ranks were to combine their forests: `auto`, or as they did; `none` for one rank,
    /// empty in files from before it was recorded.
    #[serde(default)]
    pub combine_asked: String,
    /// How the ranks combined their forests; `none` for one rank.
    #[serde(default = "none", deserialize_with = "combine")]
    pub combine: String,
    /// Hosts.
    pub host_count: usize,
    /// Ranks.
    pub ranks: usize,
    /// Threads per rank.
    pub threads: usize,
    /// The cores that all threads together can keep busy; 0 in files from before it was recorded.
    #[serde(default)]
    pub cores: usize,
    /// Seconds to read or generate the graph, once per run.
    #[serde(serialize_with = "nine_decimals")]
    pub read_s: f64,
    /// Seconds on the slowest rank for its own forest.
    #[serde(serialize_with = "nine_decimals")]
    pub local_s: f64,
    /// The mean over the ranks.
    #[serde(serialize_with = "nine_decimals")]
    pub local_mean_s: f64,
    /// Seconds on the slowest rank for what each rank can be sure of alone.
    #[serde(default, serialize_with = "nine_decimals")]
    pub contract_s: f64,
    /// The mean over the ranks.
    #[serde(default, serialize_with = "nine_decimals")]
    pub contract_mean_s: f64,
    /// Seconds on the slowest rank for what all ranks tell each other.
    #[serde(serialize_with = "nine_decimals")]
    pub exchange_s: f64,
    /// The mean over the ranks.
    #[serde(serialize_with = "nine_decimals")]
    pub exchange_mean_s: f64,
    /// Seconds on the slowest rank to send forests and merge them into one.
    #[serde(serialize_with = "nine_decimals")]
    pub merge_s: f64,
    /// The mean over the ranks.
    #[serde(serialize_with = "nine_decimals")]
    pub merge_mean_s: f64,
    /// Seconds that ranks waited for slower ones in these phases, the mean over the ranks.
    #[serde(default, serialize_with = "nine_decimals")]
    pub waited_mean_s: f64,
    /// Seconds from a common start, with edges in memory, to the end of the last rank.
    #[serde(serialize_with = "nine_decimals")]
    pub total_s: f64,
    /// Seconds for the proof, once per run.
    #[serde(serialize_with = "nine_decimals")]
    pub verify_s: f64,
    /// Payload bytes sent by the rank that sent the most.
    pub bytes_sent_max: u64,
    /// Payload bytes received by the rank that received the most.
    pub bytes_received_max: u64,
    /// Payload bytes sent by all ranks.
    pub bytes_sent_total: u64,
    /// Messages sent by all ranks.
    pub messages_sent_total: u64,
    /// The peak of resident memory, in bytes, of the rank that held the most.
    pub peak_rss_max: u64,
    /// Bytes of a key; 0 in files from before it was recorded.
    #[serde(default)]
    pub key_bytes: usize,
    /// The seconds of each rank in the phase, in rank order.
    #[serde(default)]
    pub local_rank_s: ByRank<Nanoseconds>,
    /// The seconds of each rank in the phase, in rank order.
    #[serde(default)]
    pub contract_rank_s: ByRank<Nanoseconds>,
    /// The seconds of each rank in the phase, in rank order.
    #[serde(default)]
    pub exchange_rank_s: ByRank<Nanoseconds>,
    /// The seconds of each rank in the phase, in rank order.
    #[serde(default)]
    pub merge_rank_s: ByRank<Nanoseconds>,
    /// The seconds that each rank waited for slower ones in these phases, in rank order.
    #[serde(default)]
    pub waited_rank_s: ByRank<Nanoseconds>,
    /// Bytes that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub local_bytes_sent: ByRank<u64>,
    /// Bytes that each rank received in the phase, in rank order.
    #[serde(default)]
    pub local_bytes_received: ByRank<u64>,
    /// Messages that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub local_messages_sent: ByRank<u64>,
    /// Messages that each rank received in the phase, in rank order.
    #[serde(default)]
    pub local_messages_received: ByRank<u64>,
    /// Bytes that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub contract_bytes_sent: ByRank<u64>,
    /// Bytes that each rank received in the phase, in rank order.
    #[serde(default)]
    pub contract_bytes_received: ByRank<u64>,
    /// Messages that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub contract_messages_sent: ByRank<u64>,
    /// Messages that each rank received in the phase, in rank order.
    #[serde(default)]
    pub contract_messages_received: ByRank<u64>,
    /// Bytes that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub exchange_bytes_sent: ByRank<u64>,
    /// Bytes that each rank received in the phase, in rank order.
    #[serde(default)]
    pub exchange_bytes_received: ByRank<u64>,
    /// Messages that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub exchange_messages_sent: ByRank<u64>,
    /// Messages that each rank received in the phase, in rank order.
    #[serde(default)]
    pub exchange_messages_received: ByRank<u64>,
    /// Bytes that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub merge_bytes_sent: ByRank<u64>,
    /// Bytes that each rank received in the phase, in rank order.
    #[serde(default)]
    pub merge_bytes_received: ByRank<u64>,
    /// Messages that each rank sent in the phase, in rank order.
    #[serde(default)]
    pub merge_messages_sent: ByRank<u64>,
    /// Messages that each rank received in the phase, in rank order.
    #[serde(default)]
    pub merge_messages_received: ByRank<u64>,
    /// Seconds on the slowest rank in each step of the sharded algorithm.
    #[serde(default)]
    pub step_s: ByStep<Nanoseconds>,
    /// Bytes that the busiest rank sent or received in each step, whichever is more.
    #[serde(default)]
    pub step_bytes_max: ByStep<u64>,
    /// Bytes that all ranks sent in each step.
    #[serde(default)]
    pub step_bytes_total: ByStep<u64>,
}

impl Provenance {
    /// Describes a `command` that starts now, of a program built from `commit`.
    pub fn now(
        experiment: &'static str,
        graph: String,
        seed: Option<u64>,
        commit: &str,
        command: String,
    ) -> Self {
        let started = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { experiment, graph, seed, started, commit: commit.to_owned(), command }
    }

    /// Returns one row for each repetition of `run`, which ran on `comm`. `kind` is its name:
    /// `local` or `distributed`.
    pub fn rows(&self, comm: &Comm, kind: &str, run: &Run) -> Vec<Row> {
        let row = |(number, repetition): (usize, &Repetition)| Row {
            run: kind.to_owned(),
            repetition: number,
            ..self
                .row(comm, &run.outcome)
                .with_cost(repetition)
                .with_traffic(repetition)
                .with_steps(repetition)
        };
        (1..).zip(&run.repetitions).map(row).collect()
    }

    /// What all rows of a run have in common.
    fn row(&self, comm: &Comm, outcome: &Outcome) -> Row {
        Row {
            started: self.started.clone(),
            schema: Row::SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: self.commit.clone(),
            command: self.command.clone(),
            mpi_library: comm.library(),
            hosts: outcome.hosts.clone(),
            graph: self.graph.clone(),
            seed: self.seed,
            experiment: self.experiment.to_owned(),
            repetitions: outcome.repetitions,
            n: outcome.n,
            m: outcome.m,
            components: outcome.components,
            forest_edges: outcome.forest_edges,
            weight: outcome.weight,
            checksum: outcome.checksum.clone(),
            verified: outcome.verified,
            algorithm: outcome.algorithm.to_owned(),
            ran: outcome.ran.clone(),
            combine_asked: outcome.combine_asked.clone().unwrap_or_else(none),
            combine: outcome.combine.clone().unwrap_or_else(none),
            host_count: outcome.host_count,
            ranks: outcome.ranks,
            threads: outcome.threads,
            cores: outcome.cores,
            read_s: outcome.seconds.read,
            verify_s: outcome.seconds.verify,
            peak_rss_max: outcome.peak_rss_max,
            key_bytes: outcome.key_bytes,
            ..Row::default()
        }
    }
}

impl Row {
    /// The version of the columns that this program writes.
    pub const SCHEMA: u32 = 2;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use crate::measure::{Phase, ShardedStep, time};
    use std::thread;
    use std::time::Duration;

    /// Ranks that wait for different milliseconds and send different bytes in each phase.
    fn repetition() -> Repetition {
        let repetitions = comm::run(3, Some(1), |comm| {
            let work = || {
                for (number, phase) in (1..).zip(Phase::TIMED) {
                    comm.enter(phase);
                    thread::sleep(Duration::from_millis(2 * number * (comm.rank() as u64 + 1)));
                    comm.gather(0, &vec![0u8; number as usize * comm.rank()]);
                }
                comm.enter(Phase::Other);
            };
            time(comm, work).1
        });
        repetitions.into_iter().next().expect("rank 0's")
    }

    #[test]
    fn each_column_says_what_it_is_called() {
        let repetition = repetition();
        let row = Row::default().with_cost(&repetition).with_traffic(&repetition);
        assert_eq!(row.local_bytes_sent, ByRank(vec![0, 1, 2]));
        assert_eq!(row.local_bytes_received, ByRank(vec![3, 0, 0]));
        assert_eq!(row.contract_bytes_sent, ByRank(vec![0, 2, 4]));
        assert_eq!(row.exchange_bytes_received, ByRank(vec![9, 0, 0]));
        assert_eq!(row.merge_bytes_sent, ByRank(vec![0, 4, 8]));
        assert_eq!(row.merge_messages_sent, ByRank(vec![0, 1, 1]));
        assert_eq!(row.merge_messages_received, ByRank(vec![2, 0, 0]));
        assert_eq!((row.bytes_sent_max, row.bytes_received_max), (20, 30));
        assert_eq!((row.bytes_sent_total, row.messages_sent_total), (30, 8));
        let times = [
            (row.local_s, row.local_mean_s, Phase::Local),
            (row.contract_s, row.contract_mean_s, Phase::Contract),
            (row.exchange_s, row.exchange_mean_s, Phase::Exchange),
            (row.merge_s, row.merge_mean_s, Phase::Merge),
        ];
        let of = |phase| {
            ByRank(repetition.on_ranks(phase).map(|cost| Nanoseconds(cost.seconds)).collect())
        };
        assert_eq!(
            (&row.local_rank_s, &row.contract_rank_s),
            (&of(Phase::Local), &of(Phase::Contract))
        );
        assert_eq!(
            (&row.exchange_rank_s, &row.merge_rank_s),
            (&of(Phase::Exchange), &of(Phase::Merge))
        );
        let waited = row.waited_rank_s.0.iter().map(|seconds| seconds.0).sum::<f64>() / 3.0;
        assert!((waited - row.waited_mean_s).abs() < 1e-9, "{waited}");
        for (slowest, mean, phase) in times {
            assert_eq!((slowest, mean), (repetition.slowest(phase), repetition.mean(phase)));
            assert!(mean < slowest, "{phase:?}");
        }
        assert!(row.total_s >= row.local_s + row.merge_s && row.waited_mean_s > 0.0);
    }

    /// Tables and `--explain` call a phase what its columns are called.
    #[test]
    fn each_timed_phase_has_its_columns() {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.serialize(Row::default()).expect("a flat row");
        let text = String::from_utf8(writer.into_inner().expect("memory")).expect("text");
        let columns: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
        for phase in Phase::TIMED {
            for column in ["s", "mean_s", "rank_s", "bytes_sent", "messages_received"] {
                let name = format!("{}_{column}", phase.name());
                assert!(columns.contains(&&*name), "{name}");
            }
        }
    }

    #[test]
    fn only_steps_that_ran_are_told_with_their_names() {
        let repetitions = comm::run(2, Some(1), |comm| {
            let work = || {
                for (step, len) in [(ShardedStep::Fetch, 10), (ShardedStep::Labels, 3)] {
                    comm.enter(step);
                    comm.all_gather(&vec![0u8; len * (comm.rank() + 1)]);
                }
                comm.enter(Phase::Other);
            };
            time(comm, work).1
        });
        let row = Row::default().with_steps(&repetitions[0]);
        let steps = |a, b| ByStep(vec![("fetch".to_owned(), a), ("labels".to_owned(), b)]);
        assert_eq!(row.step_bytes_max, steps(20, 6));
        assert_eq!(row.step_bytes_total, steps(30, 9));
        let names: Vec<&str> = row.step_s.0.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["fetch", "labels"]);
        let text = serde_json::to_string(&row.step_bytes_max).expect("text");
        assert_eq!(text, "\"fetch=20 labels=6\"");
        assert_eq!(serde_json::from_str::<ByStep<u64>>(&text).expect("steps"), row.step_bytes_max);
        for wrong in ["\"fetch\"", "\"fetch=x\"", "\"fetch=1=2\""] {
            assert!(serde_json::from_str::<ByStep<u64>>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        let repetition = repetition();
        for (weight, seed) in [(Number::Integer(1 << 90), Some(7)), (Number::Float(-1.5e300), None)]
        {
            let row = Row {
                command: "mst solve 'a b,c'".to_owned(),
                weight,
                seed,
                combine: "none".to_owned(),
                verified: seed.map(|_| true),
                total_s: 0.25,
                ..Row::default().with_traffic(&repetition).with_steps(&repetition)
            };
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.serialize(&row).expect("a flat row");
            let bytes = writer.into_inner().expect("a vector accepts all bytes");
            let back: Vec<Row> = csv::Reader::from_reader(&*bytes)
                .deserialize()
                .collect::<Result<_, _>>()
                .expect("rows");
            assert_eq!(back, [row]);
        }
    }
}
