//! What one run found and cost: the object that `--json` prints.

use super::Explained;
use crate::graph::Total;
use crate::measure::Phase;
use crate::measure::{Repetition, Spread};
use serde::Serialize;

/// A weight as JSON and CSV write it: all digits of an integer; the shortest text of a float that
/// reads back the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// A sum of integers.
    Integer(i128),
    /// A sum of floats, rounded once.
    Float(f64),
}

impl Default for Number {
    fn default() -> Self {
        Self::Integer(0)
    }
}

impl Number {
    /// Returns all digits of an integer that a float cannot hold.
    pub(super) fn text(self) -> Option<String> {
        const EXACT: u128 = 1 << 53;
        match self {
            Self::Integer(sum) if sum.unsigned_abs() > EXACT => Some(sum.to_string()),
            Self::Integer(_) | Self::Float(_) => None,
        }
    }
}

impl From<&Total> for Number {
    fn from(total: &Total) -> Self {
        match total {
            Total::Integer(sum) => Self::Integer(*sum),
            Total::Float(_) => Self::Float(total.value()),
        }
    }
}

/// Seconds by phase: each is the slowest rank's, and the median over the repetitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Reading or generating the graph; done once.
    pub read: f64,
    /// Each rank's own forest.
    pub local: f64,
    /// What each rank can be sure of alone.
    pub contract: f64,
    /// What all ranks tell each other.
    pub exchange: f64,
    /// Sending forests and merging them into one.
    pub merge: f64,
    /// The proof, done once; 0 without one.
    pub verify: f64,
    /// From edges in memory to the forest: local, contract, exchange and merge.
    pub total: f64,
}

/// One run, local or distributed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// The graph, as the user named it, or its full spec.
    pub graph: String,
    /// Vertices.
    pub n: u64,
    /// Edges, without self-loops.
    pub m: u64,
    /// Trees of the forest, including isolated vertices.
    pub components: u64,
    /// Edges of the forest.
    pub forest_edges: u64,
    /// The forest's weight.
    pub weight: Number,
    /// The same as text, for an integer that JSON readers would round if they know only floats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_text: Option<String>,
    /// The forest's checksum, 16 hexadecimal digits.
    pub checksum: String,
    /// Whether the proof held; `None` if no proof was asked for.
    pub verified: Option<bool>,
    /// How it was proved: by `path maxima`, when each rank knows the whole forest, or `sharded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<&'static str>,
    /// Payload bytes that the proof took on the busiest rank, sent or received, whichever is more.
    pub proof_bytes_max: u64,
    /// The algorithm with which each rank was to make its own forest.
    pub algorithm: &'static str,
    /// What ran: the choices of `auto` on all ranks, each once.
    pub ran: String,
    /// How the ranks were to combine their forests: `auto`, or as they did; `None` for one rank.
    pub combine_asked: Option<String>,
    /// How the ranks combined their forests; `None` for one rank.
    pub combine: Option<String>,
    /// Ranks.
    pub ranks: usize,
    /// The MPI library in use, or a text that says that there is none.
    pub mpi_library: String,
    /// `host:ranks` for each host, separated by spaces.
    pub hosts: String,
    /// Hosts.
    pub host_count: usize,
    /// Threads per rank.
    pub threads: usize,
    /// Bytes of a key: 4 if all weights fit, else 8.
    pub key_bytes: usize,
    /// The cores that all threads together can keep busy.
    pub cores: usize,
    /// Repetitions.
    pub repetitions: usize,
    /// The time by phase.
    pub seconds: Seconds,
    /// The spread of the total over the repetitions.
    pub total: Spread,
    /// Payload bytes sent by the rank that sent the most, in one repetition.
    pub bytes_sent_max: u64,
    /// Payload bytes received by the rank that received the most.
    pub bytes_received_max: u64,
    /// Payload bytes sent by all ranks.
    pub bytes_sent_total: u64,
    /// The peak of resident memory, in bytes, of the rank that held the most.
    pub peak_rss_max: u64,
    /// Every plan's modelled and measured time, if that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<Explained>,
}

impl Outcome {
    /// Fills in the times and traffic of the repetitions.
    pub(super) fn count(&mut self, repetitions: &[Repetition]) {
        let median = |phase| Spread::of(repetitions.iter().map(|r| r.slowest(phase))).median;
        self.seconds.local = median(Phase::Local);
        self.seconds.contract = median(Phase::Contract);
        self.seconds.exchange = median(Phase::Exchange);
        self.seconds.merge = median(Phase::Merge);
        self.repetitions = repetitions.len();
        self.total = Spread::of(repetitions.iter().map(|r| r.total));
        self.seconds.total = self.total.median;
        // Traffic does not differ between repetitions.
        if let Some(any) = repetitions.last() {
            self.bytes_sent_max = any.bytes_sent_max();
            self.bytes_received_max = any.bytes_received_max();
            self.bytes_sent_total = any.bytes_sent_total();
        }
    }
}
