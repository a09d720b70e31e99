//! Prints the rows on the screen.

use crate::figures::rows::ContestantRow;

/// Prints for each contestant its time, its speed relative to textbook Kruskal, its time in plain
/// sums, and its memory.
pub(crate) fn print(rows: &[ContestantRow]) {
    let heads = ["algorithm", "threads", "median", "edges/s", "textbook", "sums", "memory / edges"];
    for of_graph in rows.chunk_by(|row, next| row.graph == next.graph) {
        let ContestantRow { graph, n, m, .. } = &of_graph[0];
        println!("\n{graph}: n = {n}, m = {m}");
        let [name, threads, median, rate, textbook, sums, memory] = heads;
        println!(
            "  {name:<16}{threads:>8}{median:>12}{rate:>14}{textbook:>11}{sums:>8}{memory:>16}"
        );
        for row in of_graph {
            let number = |value: Option<f64>, digits, unit| {
                value.map_or(String::new(), |value| format!("{value:.digits$}{unit}"))
            };
            println!(
                "  {:<16}{:>8}{:>9.1} ms{:>12.1} M{:>11}{:>8}{:>16}",
                row.algorithm,
                row.threads,
                row.seconds * 1e3,
                row.edges_per_second / 1e6,
                number(row.times_textbook, 2, " x"),
                number(row.sums, 1, ""),
                number(row.peak_of_edges, 2, ""),
            );
        }
    }
}
