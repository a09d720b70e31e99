//! What one run found and what it cost: the object that `--json` prints.

use super::Explained;
use crate::graph::Total;
use crate::measure::Phase;
use crate::measure::{Repetition, Spread};
use serde::Serialize;

/// A weight as JSON and CSV write it: all digits of an integer, of a float the shortest that read
/// back.
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
    /// All digits, where a float would not hold the integer.
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

/// Seconds by phase, each the slowest rank's, medians over the repetitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Reading or generating the graph, once.
    pub read: f64,
    /// Each rank's own forest.
    pub local: f64,
    /// What each rank can be sure of alone.
    pub contract: f64,
    /// What all ranks learn of each other.
    pub exchange: f64,
    /// Forests on their way and made one.
    pub merge: f64,
    /// The proof, once; 0 without.
    pub verify: f64,
    /// From edges in memory to the forest: local, contract, exchange and merge.
    pub total: f64,
}

/// One run, local or distributed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// The graph, as the user named it or as its spec reads in full.
    pub graph: String,
    /// Vertices.
    pub n: u64,
    /// Edges, self-loops not among them.
    pub m: u64,
    /// Trees of the forest, isolated vertices among them.
    pub components: u64,
    /// Edges of the forest.
    pub forest_edges: u64,
    /// The forest's weight.
    pub weight: Number,
    /// The same in text, if it is an integer that readers of JSON that know floats alone would round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_text: Option<String>,
    /// The forest's checksum, 16 hexadecimal digits.
    pub checksum: String,
    /// Whether the proof held; `None` if none was asked for.
    pub verified: Option<bool>,
    /// How each rank was to make its own forest.
    pub algorithm: &'static str,
    /// What ran: of `auto` what it has chosen, on all ranks, each once.
    pub ran: String,
    /// How the ranks combined theirs; `None` for one rank.
    pub combine: Option<String>,
    /// Ranks.
    pub ranks: usize,
    /// The MPI library that the launcher has led to, or what stands for it.
    pub mpi_library: String,
    /// `host:ranks` for each host, separated by spaces.
    pub hosts: String,
    /// Hosts.
    pub host_count: usize,
    /// Threads a rank.
    pub threads: usize,
    /// The cores that all threads together can keep busy.
    pub cores: usize,
    /// Repetitions.
    pub repetitions: usize,
    /// Where the time went.
    pub seconds: Seconds,
    /// The spread of the total over the repetitions.
    pub total: Spread,
    /// Payload bytes sent by the rank that sent most, in one repetition.
    pub bytes_sent_max: u64,
    /// Payload bytes received by the rank that received most.
    pub bytes_received_max: u64,
    /// Payload bytes sent by all ranks.
    pub bytes_sent_total: u64,
    /// The peak of resident memory of the rank that held most, bytes.
    pub peak_rss_max: u64,
    /// Every plan by the model and by the clock, if that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<Explained>,
}

impl Outcome {
    /// Fills in what the repetitions say.
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
