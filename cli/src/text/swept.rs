//! Shows the points of a sweep: what is planned, and what was measured.

use super::table::table;
use super::{bytes, count, grouped, minutes, seconds};
use mst::error::printable;
use mst::experiment::Row;
use mst::measure::{Interval, Spread, outliers};

/// A point of a sweep's plan.
pub struct PlannedPoint {
    /// The experiment and the graph, over the table of their points.
    pub heading: String,
    /// Its ranks and threads, its algorithm, how its ranks combine their forests.
    pub cells: [String; 3],
    /// The seconds that all of its runs should take; `None` if it will not run.
    pub expected: Option<f64>,
}

/// The points of a sweep's plan, in a table for each graph of an experiment; then the
/// seconds for all, `total`.
pub fn planned(points: &[PlannedPoint], total: f64) -> String {
    let header = ["ranks x threads", "algorithm", "combined by", "expected"];
    let of = |point: &PlannedPoint| {
        let expected = point.expected.map_or_else(|| "–".to_owned(), minutes);
        let cells = point.cells.iter().cloned().chain([expected]);
        (point.heading.clone(), cells.collect())
    };
    let tables = tables(&header, points.iter().map(of));
    match points.iter().any(|point| point.expected.is_some()) {
        true => format!("{tables}about {} in all\n", minutes(total)),
        false => format!("{tables}nothing is left to measure\n"),
    }
}

/// The points of a sweep, given the rows of each, in a table for each graph of an experiment.
pub fn swept(points: &[Vec<Row>]) -> String {
    let mut points: Vec<&[Row]> =
        points.iter().map(Vec::as_slice).filter(|rows| !rows.is_empty()).collect();
    points.sort_by_key(|rows| {
        let row = &rows[0];
        (row.experiment.clone(), row.m, row.graph.clone(), row.ranks, row.threads)
    });
    let header = [
        "ranks x threads",
        "which ran",
        "combined by",
        "median",
        "95 % interval",
        "repetitions",
        "received by busiest",
    ];
    tables(&header, points.iter().map(|rows| (heading(&rows[0]), cells(rows))))
}

/// Consecutive rows with one heading in a table below it.
fn tables(header: &[&str], rows: impl Iterator<Item = (String, Vec<String>)>) -> String {
    let rows: Vec<_> = rows.collect();
    let of_heading = |rows: &[(String, Vec<String>)]| {
        let cells: Vec<_> = rows.iter().map(|(_, cells)| cells.clone()).collect();
        format!("{}\n{}\n", rows[0].0, table(header, &cells))
    };
    rows.chunk_by(|(a, _), (b, _)| a == b).map(of_heading).collect()
}

fn heading(row: &Row) -> String {
    let (n, m) = (grouped(&row.n.to_string()), grouped(&row.m.to_string()));
    format!("{}: {}: {n} vertices, {m} edges", row.experiment, printable(&row.graph))
}

fn cells(rows: &[Row]) -> Vec<String> {
    let row = &rows[0];
    let totals = rows.iter().map(|row| row.total_s);
    let interval = Interval::of_median(totals.clone()).map_or_else(
        || "–".to_owned(),
        |found| format!("{} – {}", seconds(found.low), seconds(found.high)),
    );
    let of_several = |text: String| if row.ranks == 1 { "–".to_owned() } else { text };
    vec![
        format!("{} x {}", row.ranks, row.threads),
        row.ran.replace("; ", ";\n"),
        of_several(row.combine.replace('+', "+\n")),
        seconds(Spread::of(totals).median),
        interval,
        repetitions(rows),
        of_several(bytes(row.bytes_received_max)),
    ]
}

/// How many repetitions there were, and how many of them are outliers. All of them count.
pub fn repetitions(rows: &[Row]) -> String {
    match outliers(rows.iter().map(|row| row.total_s)) {
        0 => grouped(&rows.len().to_string()),
        far => format!("{} ({})", grouped(&rows.len().to_string()), count(far as u64, "outlier")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(experiment: &str, ranks: usize, totals: &[f64]) -> Vec<Row> {
        let row = |&total_s: &f64| Row {
            experiment: experiment.to_owned(),
            graph: "path:n=5000".to_owned(),
            n: 5_000,
            m: 4_999,
            ranks,
            threads: 2,
            ran: "kruskal".to_owned(),
            combine: "gather".to_owned(),
            bytes_received_max: 1_000,
            total_s,
            ..Row::default()
        };
        totals.iter().map(row).collect()
    }

    #[test]
    fn points_stand_in_order_with_their_interval() {
        let points = [
            rows("weak", 1, &[0.5, 0.7]),
            Vec::new(),
            rows("strong", 3, &[0.003; 5]),
            rows("strong", 2, &[0.001, 0.002, 0.003, 0.004, 0.005, 0.006]),
        ];
        let expected = "\
strong: path:n=5000: 5,000 vertices, 4,999 edges
ranks x threads  which ran  combined by   median      95 % interval  repetitions  received by busiest
2 x 2              kruskal       gather  3.50 ms  1.00 ms – 6.00 ms            6              1.00 kB
3 x 2              kruskal       gather  3.00 ms                  –            5              1.00 kB

weak: path:n=5000: 5,000 vertices, 4,999 edges
ranks x threads  which ran  combined by  median  95 % interval  repetitions  received by busiest
1 x 2              kruskal            –  600 ms              –            2                    –

";
        assert_eq!(swept(&points), expected);
    }

    #[test]
    fn outliers_are_told() {
        assert_eq!(repetitions(&rows("strong", 1, &[1.0; 6])), "6");
        let far = rows("strong", 1, &[1.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
        assert_eq!(repetitions(&far), "6 (1 outlier)");
    }

    #[test]
    fn a_plan_tells_its_time() {
        let point = |heading: &str, shape: &str| PlannedPoint {
            heading: heading.to_owned(),
            cells: [shape, "auto", "auto"].map(str::to_owned),
            expected: (shape != "2 x 1").then_some(40.0),
        };
        let expected = "\
strong: path:n=5
ranks x threads  algorithm  combined by  expected
1 x 1                 auto         auto      40 s
2 x 1                 auto         auto         –

weak: path:n=5
ranks x threads  algorithm  combined by  expected
1 x 1                 auto         auto      40 s

about 2 min in all
";
        let points = [
            point("strong: path:n=5", "1 x 1"),
            point("strong: path:n=5", "2 x 1"),
            point("weak: path:n=5", "1 x 1"),
        ];
        assert_eq!(planned(&points, 120.0), expected);
        let done = planned(&points[1..2], 0.0);
        assert!(done.ends_with("\n\nnothing is left to measure\n"), "{done}");
    }
}
