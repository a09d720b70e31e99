//! The rows that `mst --csv` wrote, and the medians of their repetitions.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// A repetition.
#[derive(Deserialize)]
pub(crate) struct Row {
    command: String,
    graph: String,
    combine: String,
    ranks: usize,
    threads: usize,
    repetition: usize,
    total_s: f64,
    bytes_received_max: u64,
    bytes_sent_max: u64,
}

/// The repetitions of one command.
#[derive(Serialize)]
pub(crate) struct Run {
    /// The graph, without its seed and weights.
    pub(crate) graph: String,
    /// The way of combining, or nothing for one process.
    pub(crate) combine: String,
    /// Whether it was chosen by auto.
    pub(crate) auto: bool,
    /// Ranks.
    pub(crate) ranks: usize,
    /// Threads a rank.
    pub(crate) threads: usize,
    /// The median, seconds.
    #[serde(rename = "total_s")]
    pub(crate) seconds: f64,
    /// Bytes received by the rank that received most.
    #[serde(rename = "bytes_received_max")]
    pub(crate) received: u64,
    /// Bytes sent by the rank that sent most.
    #[serde(rename = "bytes_sent_max")]
    pub(crate) sent: u64,
}

/// Reads a CSV file of `mst`.
pub(crate) fn read(path: &Path) -> Result<Vec<Run>, Box<dyn std::error::Error>> {
    let mut reader =
        csv::Reader::from_path(path).map_err(|why| format!("{}: {why}", path.display()))?;
    let rows: Vec<Row> = reader.deserialize().collect::<Result<_, _>>()?;
    Ok(rows.chunk_by(|_, next| next.repetition > 1).map(run).collect())
}

fn run(rows: &[Row]) -> Run {
    let mut seconds: Vec<f64> = rows.iter().map(|row| row.total_s).collect();
    seconds.sort_by(f64::total_cmp);
    let Row { command, graph, combine, ranks, threads, .. } = &rows[0];
    Run {
        graph: graph.split(",seed").next().unwrap_or_default().to_owned(),
        combine: combine.clone(),
        auto: command.contains("--combine auto"),
        ranks: *ranks,
        threads: *threads,
        seconds: seconds[seconds.len() / 2],
        received: rows[0].bytes_received_max,
        sent: rows[0].bytes_sent_max,
    }
}

/// Writes results as CSV.
pub(crate) fn save(
    results: &[impl Serialize],
    path: &Path,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut writer = csv::Writer::from_path(path)?;
    results.iter().try_for_each(|result| writer.serialize(result))?;
    Ok(writer.flush()?)
}
