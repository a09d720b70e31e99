//! The rows of `runs.csv`.

use crate::drawing::Time;
use serde::{Deserialize, Serialize};

/// The measurements of one contestant on one graph.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ContestantRow {
    /// The graph's name.
    pub(crate) graph: String,
    /// Vertices.
    pub(crate) n: usize,
    /// Edges.
    pub(crate) m: usize,
    /// The contestant.
    pub(crate) algorithm: String,
    /// Threads.
    pub(crate) threads: usize,
    /// The median time.
    pub(crate) seconds: f64,
    /// The shortest time, seconds, if it was recorded.
    #[serde(default)]
    pub(crate) least_s: Option<f64>,
    /// The longest time, seconds, if it was recorded.
    #[serde(default)]
    pub(crate) most_s: Option<f64>,
    pub(crate) edges_per_second: f64,
    /// The speed relative to textbook Kruskal on one thread.
    pub(crate) times_textbook: Option<f64>,
    /// The time divided by that of a plain sum of all weights.
    pub(crate) sums: Option<f64>,
    /// The peak of memory besides the edges, bytes.
    pub(crate) peak_bytes: Option<u64>,
    /// This peak divided by the bytes of the edges.
    pub(crate) peak_of_edges: Option<f64>,
}

impl ContestantRow {
    /// The median and the spread.
    pub(crate) fn time(&self) -> Time {
        Time::new(self.seconds, self.least_s, self.most_s)
    }

    /// The speed relative to textbook Kruskal, of the slowest and of the fastest repetition.
    pub(crate) fn speeds(&self) -> Option<(f64, f64)> {
        let (least, most) = self.time().spread?;
        let textbook = self.times_textbook? * self.seconds;
        Some((textbook / most, textbook / least))
    }
}

/// Sets `times_textbook` and `sums` of each row from the reference rows of its graph.
pub(crate) fn compare(rows: &mut [ContestantRow]) {
    let yardsticks = rows.to_vec();
    for row in rows {
        let of = |name: &str| {
            let found = |other: &&ContestantRow| {
                other.graph == row.graph && other.algorithm == name && other.threads == 1
            };
            yardsticks.iter().find(found).map(|other| other.seconds)
        };
        row.times_textbook = of("textbook").map(|textbook| textbook / row.seconds);
        row.sums = of("sum").map(|sum| row.seconds / sum);
    }
}

/// Whether everything was measured, so that the rows can be published.
pub(crate) fn is_complete(rows: &[ContestantRow]) -> bool {
    rows.iter().all(|row| row.times_textbook.is_some() && row.sums.is_some())
        && rows.iter().any(|row| row.algorithm == "petgraph")
}
