//! Counts over all blocks of a file, to be compared with its header.

use serde::{Deserialize, Serialize};

/// Counts over some blocks; those of all blocks are compared with the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// Edges, including loops; in METIS each edge once.
    pub records: u64,
    /// Self-loops among them.
    pub loops: u64,
    /// The largest vertex + 1.
    pub bound: u64,
    /// The smallest vertex, in METIS of those with edges; `u64::MAX` if there is none.
    pub lowest: u64,
    /// METIS: vertex lines.
    pub vertices: u64,
    /// METIS: the number of edges from the lower endpoint's line minus those from the upper one's.
    pub excess: u64,
    /// METIS: the fingerprints of the former minus those of the latter, wrapping: 0 if each edge is
    /// on both lines.
    pub balance: u64,
}

impl Default for Census {
    fn default() -> Self {
        Self {
            records: 0,
            loops: 0,
            bound: 0,
            lowest: u64::MAX,
            vertices: 0,
            excess: 0,
            balance: 0,
        }
    }
}

impl Census {
    /// The counts as words for a message to another rank.
    pub fn to_words(self) -> [u64; 7] {
        [
            self.records,
            self.loops,
            self.bound,
            self.lowest,
            self.vertices,
            self.excess,
            self.balance,
        ]
    }

    /// The inverse of [`Census::to_words`].
    ///
    /// # Panics
    /// If there are not seven words.
    pub fn from_words(words: &[u64]) -> Self {
        let &[records, loops, bound, lowest, vertices, excess, balance] = words else {
            panic!("a census has seven words, not {}", words.len())
        };
        Self { records, loops, bound, lowest, vertices, excess, balance }
    }

    /// Adds the counts of other blocks.
    pub fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.loops += other.loops;
        self.bound = self.bound.max(other.bound);
        self.lowest = self.lowest.min(other.lowest);
        self.vertices += other.vertices;
        self.excess = self.excess.wrapping_add(other.excess);
        self.balance = self.balance.wrapping_add(other.balance);
    }
}
