//! Turns the rows of `mst --csv`, one for each repetition, into the published rows, one for all
//! repetitions of a command.

use crate::drawing::{Done, Time, read};
use mst::experiment::Row;
use mst::measure::Spread;
use serde::{Deserialize, Deserializer, Serialize};
use std::path::Path;

/// The repetitions of one command.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RunSummary {
    /// The graph, without its seed and weights.
    pub(crate) graph: String,
    /// The way of combining; `none` for one process.
    #[serde(deserialize_with = "way")]
    pub(crate) combine: String,
    /// Whether `auto` chose it.
    pub(crate) auto: bool,
    /// Ranks.
    pub(crate) ranks: usize,
    /// Threads of each rank.
    pub(crate) threads: usize,
    /// The median, seconds.
    pub(crate) total_s: f64,
    /// The shortest time, seconds, if it was recorded.
    #[serde(default)]
    pub(crate) least_s: Option<f64>,
    /// The longest time, seconds, if it was recorded.
    #[serde(default)]
    pub(crate) most_s: Option<f64>,
    /// Bytes received by the rank that received the most.
    #[serde(rename = "bytes_received_max")]
    pub(crate) received: u64,
    /// Bytes sent by the rank that sent the most.
    #[serde(rename = "bytes_sent_max")]
    pub(crate) sent: u64,
}

impl RunSummary {
    /// The median and the spread.
    pub(crate) fn time(&self) -> Time {
        Time::new(self.total_s, self.least_s, self.most_s)
    }
}

/// A run in which every rank has as many vertices as in the runs on fewer ranks.
#[derive(Serialize, Deserialize)]
pub(crate) struct WeakRun {
    /// The graph's family.
    pub(crate) family: String,
    /// The way of combining.
    pub(crate) combine: String,
    /// Ranks.
    pub(crate) ranks: usize,
    /// Vertices.
    pub(crate) n: u64,
    /// Edges.
    pub(crate) m: u64,
    /// Bytes received by the rank that received the most.
    #[serde(rename = "bytes_received_max")]
    pub(crate) received: u64,
    /// Bytes sent by the rank that sent the most.
    #[serde(rename = "bytes_sent_max")]
    pub(crate) sent: u64,
    /// Messages that all ranks sent.
    #[serde(rename = "messages_sent_total")]
    pub(crate) messages: u64,
}

impl WeakRun {
    /// What the busiest rank sent or received, whichever is more, for each vertex that a rank has.
    pub(crate) fn bytes_per_vertex(&self) -> f64 {
        self.received.max(self.sent) as f64 * self.ranks as f64 / self.n as f64
    }

    /// How many messages a rank sent on average.
    pub(crate) fn messages_per_rank(&self) -> u64 {
        self.messages / self.ranks as u64
    }
}

impl From<&Row> for WeakRun {
    fn from(row: &Row) -> Self {
        // A generator's name, or that of the file that it wrote.
        let family = row.graph.split(':').next().unwrap_or_default();
        let family = Path::new(family).file_stem().unwrap_or_default();
        Self {
            family: family.to_string_lossy().into_owned(),
            combine: row.combine.clone(),
            ranks: row.ranks,
            n: row.n,
            m: row.m,
            received: row.bytes_received_max,
            sent: row.bytes_sent_max,
            messages: row.messages_sent_total,
        }
    }
}

/// What a step of a sharded run cost, in a run of weak scaling.
#[derive(Serialize, Deserialize)]
pub(crate) struct StepRun {
    /// The graph's family.
    pub(crate) family: String,
    /// Ranks.
    pub(crate) ranks: usize,
    /// Vertices.
    pub(crate) n: u64,
    /// The step's name.
    pub(crate) step: String,
    /// What the busiest rank sent or received, whichever is more.
    pub(crate) bytes_max: u64,
    /// Bytes that all ranks sent.
    pub(crate) bytes_total: u64,
}

impl StepRun {
    /// The steps of the run of a row; none if it was not sharded.
    pub(crate) fn of(row: &Row) -> Vec<Self> {
        let WeakRun { family, ranks, n, combine, .. } = WeakRun::from(row);
        let steps = row.step_bytes_max.0.iter().zip(&row.step_bytes_total.0);
        let step = |((step, bytes_max), (_, bytes_total)): (&(String, u64), &(String, u64))| Self {
            family: family.clone(),
            ranks,
            n,
            step: step.clone(),
            bytes_max: *bytes_max,
            bytes_total: *bytes_total,
        };
        steps.filter(|_| combine == "sharded").map(step).collect()
    }
}

/// A hard case: the times of a plain gather and of `auto`.
#[derive(Serialize, Deserialize)]
pub(crate) struct HardCase {
    /// The graph, and how its edges were distributed to the ranks.
    pub(crate) case: String,
    pub(crate) ranks: usize,
    pub(crate) n: usize,
    pub(crate) m: usize,
    /// The plan that `auto` chose.
    pub(crate) chosen: String,
    pub(crate) gather_s: f64,
    #[serde(default)]
    pub(crate) gather_least_s: Option<f64>,
    #[serde(default)]
    pub(crate) gather_most_s: Option<f64>,
    pub(crate) auto_s: f64,
    #[serde(default)]
    pub(crate) auto_least_s: Option<f64>,
    #[serde(default)]
    pub(crate) auto_most_s: Option<f64>,
    /// The time of `auto` divided by that of a gather.
    pub(crate) ratio: f64,
}

impl HardCase {
    /// The times of a gather and of auto.
    pub(crate) fn times(&self) -> [Time; 2] {
        [
            Time::new(self.gather_s, self.gather_least_s, self.gather_most_s),
            Time::new(self.auto_s, self.auto_least_s, self.auto_most_s),
        ]
    }
}

/// The time of the Parallel BGL.
#[derive(Deserialize)]
pub(crate) struct Pbgl {
    pub(crate) graph: String,
    pub(crate) ranks: usize,
    seconds: f64,
    #[serde(default)]
    least_s: Option<f64>,
    #[serde(default)]
    most_s: Option<f64>,
    pub(crate) weight: String,
}

impl Pbgl {
    /// The median and the spread.
    pub(crate) fn time(&self) -> Time {
        Time::new(self.seconds, self.least_s, self.most_s)
    }
}

/// Reads the way of combining. Older files leave it empty for one process, which combines nothing.
fn way<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    Ok(if name.is_empty() { "none".to_owned() } else { name })
}

/// Reads a CSV file of `mst`.
pub(crate) fn of_repetitions(path: &Path) -> Done<Vec<RunSummary>> {
    let rows: Vec<Row> = read(path)?;
    Ok(rows.chunk_by(|_, next| next.repetition > 1).map(run).collect())
}

fn run(rows: &[Row]) -> RunSummary {
    let Spread { median, least, most } = Spread::of(rows.iter().map(|row| row.total_s));
    let Row { command, graph, combine, ranks, threads, .. } = &rows[0];
    RunSummary {
        graph: graph.split(",seed").next().unwrap_or_default().to_owned(),
        combine: combine.clone(),
        auto: command.contains("--combine auto"),
        ranks: *ranks,
        threads: *threads,
        total_s: median,
        least_s: Some(least),
        most_s: Some(most),
        received: rows[0].bytes_received_max,
        sent: rows[0].bytes_sent_max,
    }
}
