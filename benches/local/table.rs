//! The medians side by side.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What was measured of one contestant on one graph.
pub(crate) struct Row {
    /// The graph's name.
    pub(crate) graph: String,
    /// Vertices.
    pub(crate) n: usize,
    /// Edges.
    pub(crate) m: usize,
    /// Bytes of the edges.
    pub(crate) bytes: usize,
    /// The contestant.
    pub(crate) name: &'static str,
    /// Threads.
    pub(crate) threads: usize,
    /// The median time.
    pub(crate) median: Duration,
    /// The peak of memory above the edges, bytes.
    pub(crate) peak: Option<u64>,
}

/// All rows.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Adds a row.
    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The rows, in the order of measuring.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether every graph has its yardsticks, so that ratios can be told.
    pub(crate) fn is_complete(&self) -> bool {
        self.rows
            .iter()
            .all(|row| self.times(row, "sum").is_some() && self.times(row, "textbook").is_some())
            && self.rows.iter().any(|row| row.name == "petgraph")
    }

    /// How often `row`'s time goes into that of another on the same graph, on one thread.
    pub(crate) fn times(&self, row: &Row, other: &str) -> Option<f64> {
        let found = |r: &&Row| r.graph == row.graph && r.name == other && r.threads == 1;
        let other = self.rows.iter().find(found)?;
        Some(other.median.as_secs_f64() / row.median.as_secs_f64())
    }

    /// Writes `runs.csv` and `machine.txt`.
    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut csv = csv::Writer::from_path(folder.join("runs.csv"))?;
        csv.write_record([
            "graph",
            "n",
            "m",
            "algorithm",
            "threads",
            "seconds",
            "edges_per_second",
            "times_textbook",
            "sums",
            "peak_bytes",
            "peak_of_edges",
        ])?;
        for row in &self.rows {
            let seconds = row.median.as_secs_f64();
            let ratio = |ratio: Option<f64>| ratio.map_or(String::new(), |r| format!("{r:.3}"));
            csv.write_record([
                row.graph.clone(),
                row.n.to_string(),
                row.m.to_string(),
                row.name.to_owned(),
                row.threads.to_string(),
                format!("{seconds:.6}"),
                format!("{:.0}", row.m as f64 / seconds),
                ratio(self.times(row, "textbook")),
                ratio(self.times(row, "sum").map(f64::recip)),
                row.peak.map_or(String::new(), |peak| peak.to_string()),
                ratio(row.peak.map(|peak| peak as f64 / row.bytes as f64)),
            ])?;
        }
        csv.flush()?;
        fs::write(folder.join("machine.txt"), machine())
    }
}

/// What the numbers were measured on.
fn machine() -> String {
    let told = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).env("LC_ALL", "C").output();
        output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let wanted = ["Architecture", "CPU(s):", "Model name", "Thread(s)", "L1d", "L2", "L3"];
    let cpu = told("lscpu", &[]);
    let cpu = cpu.lines().filter(|line| wanted.iter().any(|start| line.trim().starts_with(start)));
    let mut lines: Vec<String> = cpu.map(|line| line.trim().to_owned()).collect();
    let pages =
        fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
    lines.push(format!("huge pages: {}", pages.trim()));
    lines.push(format!("system: {}", told("uname", &["-sr"]).trim()));
    lines.push(told("rustc", &["--version"]).trim().to_owned());
    lines.push(format!("commit: {}", told("git", &["describe", "--always", "--dirty"]).trim()));
    lines.join("\n") + "\n"
}

impl fmt::Display for Table {
    /// For each contestant its time, how often faster than the textbook's, how many plain sums it
    /// takes, and its memory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut graph = "";
        for row in &self.rows {
            if graph != row.graph {
                graph = &row.graph;
                writeln!(f, "\n{graph}: n = {}, m = {}", row.n, row.m)?;
                writeln!(
                    f,
                    "  {:<16}{:>8}{:>12}{:>14}{:>11}{:>8}{:>16}",
                    "algorithm",
                    "threads",
                    "median",
                    "edges/s",
                    "textbook",
                    "sums",
                    "memory / edges"
                )?;
            }
            let seconds = row.median.as_secs_f64();
            let times = |name, suffix| self.times(row, name).map(|r| (r, suffix));
            let textbook =
                times("textbook", "x").map_or(String::new(), |(r, x)| format!("{r:.2} {x}"));
            let sums = times("sum", "").map_or(String::new(), |(r, _)| format!("{:.1}", 1.0 / r));
            let peak =
                row.peak.map_or(String::new(), |p| format!("{:.2}", p as f64 / row.bytes as f64));
            writeln!(
                f,
                "  {:<16}{:>8}{:>9.1} ms{:>12.1} M{textbook:>11}{sums:>8}{peak:>16}",
                row.name,
                row.threads,
                seconds * 1e3,
                row.m as f64 / seconds / 1e6,
            )?;
        }
        Ok(())
    }
}
