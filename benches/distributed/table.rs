//! The tables, in Markdown.

use crate::hard::Case;
use crate::runs::Run;
use mst::report::{bytes, seconds};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A graph of the field, and what KaMSTa, the fastest published program, takes for it on 2 and on 4 ranks
/// on the same machine, seconds; and what its busiest rank sends on 4, megabytes.
pub(crate) const FIELD: [(&str, &str, [f64; 2], f64); 5] = [
    ("gnm:n=1048576,m=8388608", "random", [3.40, 3.74], 84.0),
    ("gnm:n=131072,m=16777216", "dense", [2.69, 2.97], 21.0),
    ("rmat:n=1048576,m=16777216,a=0.57,b=0.19,c=0.19", "R-MAT", [3.31, 3.68], 46.0),
    ("grid2d:n=4194304", "grid", [1.18, 1.26], 0.4),
    ("rgg2d:n=1048576,m=8388608", "points in the plane", [0.73, 0.75], 0.2),
];

/// All tables.
pub(crate) fn all(
    times: &[Run],
    traffic: &[Run],
    hard: &[Case],
    folder: &Path,
) -> Result<String, std::fmt::Error> {
    let mut text = String::from("# How ranks combine their forests\n");
    field(&mut text, times)?;
    if let Ok(pbgl) = fs::read_to_string(folder.join("pbgl.csv")) {
        writeln!(
            text,
            "\nThe Parallel BGL (`boruvka_then_merge`), medians of 3:\n\n```csv\n{pbgl}```"
        )?;
    }
    ways(&mut text, times)?;
    received(&mut text, traffic)?;
    stumbling(&mut text, hard)?;
    Ok(text)
}

fn field(text: &mut String, times: &[Run]) -> std::fmt::Result {
    text.push_str(
        "\nauto, 1 thread a rank, beside one process with as many threads as cores, and KaMSTa.\n\n\
         | graph | ranks | chosen | time | of one process | KaMSTa | times as fast | received, busiest rank | sent, busiest rank | KaMSTa's sent |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (graph, name, field, sent) in FIELD {
        let Some(one) = times.iter().find(|run| run.graph == graph && run.ranks == 1) else {
            continue;
        };
        for (ranks, theirs) in [2, 4].into_iter().zip(field) {
            let ours = |run: &&Run| run.graph == graph && run.ranks == ranks && run.auto;
            let Some(run) = times.iter().find(ours) else { continue };
            writeln!(
                text,
                "| {name} | {ranks} | {} | {} | {:.2} ({} on {} threads) | {} | {:.1} | {} | {} | {} |",
                run.combine,
                seconds(run.seconds),
                run.seconds / one.seconds,
                seconds(one.seconds),
                one.threads,
                seconds(theirs),
                theirs / run.seconds,
                bytes(run.received),
                bytes(run.sent),
                if ranks == 4 { format!("{sent} MB") } else { String::new() },
            )?;
        }
    }
    Ok(())
}

/// Names of a column in their order of first use.
fn names<'a>(runs: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    runs.filter(|name| seen.insert(*name)).collect()
}

fn ways(text: &mut String, times: &[Run]) -> std::fmt::Result {
    text.push_str("\nEvery way: the median, and what the busiest rank receives.\n\n| way |");
    for (_, name, ..) in FIELD {
        write!(text, " {name}, 2 ranks | 4 ranks |")?;
    }
    write!(text, "\n|---|{}\n", "---|".repeat(2 * FIELD.len()))?;
    let named = || times.iter().filter(|run| run.ranks > 1 && !run.auto);
    for way in names(named().map(|run| run.combine.as_str())) {
        write!(text, "| {way} |")?;
        for (graph, ranks) in FIELD.iter().flat_map(|(graph, ..)| [(*graph, 2), (*graph, 4)]) {
            let cell = named()
                .find(|run| run.combine == way && run.graph == graph && run.ranks == ranks)
                .map(|run| format!("{}, {}", seconds(run.seconds), bytes(run.received)));
            write!(text, " {} |", cell.unwrap_or_default())?;
        }
        text.push('\n');
    }
    Ok(())
}

fn received(text: &mut String, traffic: &[Run]) -> std::fmt::Result {
    for graph in names(traffic.iter().map(|run| run.graph.as_str())) {
        let of_graph = || traffic.iter().filter(|run| run.graph == graph);
        let ranks: BTreeSet<usize> = of_graph().map(|run| run.ranks).collect();
        write!(
            text,
            "\nReceived by the busiest rank, `{graph}`, by the number of ranks.\n\n| way |"
        )?;
        ranks.iter().try_for_each(|p| write!(text, " {p} |"))?;
        write!(text, "\n|---|{}\n", "---|".repeat(ranks.len()))?;
        for way in names(of_graph().map(|run| run.combine.as_str())) {
            write!(text, "| {way} |")?;
            for p in &ranks {
                let run = of_graph().find(|run| run.combine == way && run.ranks == *p);
                write!(text, " {} |", run.map(|run| bytes(run.received)).unwrap_or_default())?;
            }
            text.push('\n');
        }
    }
    Ok(())
}

fn stumbling(text: &mut String, hard: &[Case]) -> std::fmt::Result {
    text.push_str(
        "\nHard cases: auto beside a plain gather, on ranks in one process.\n\n\
         | case | ranks | n | m | chosen | gather | auto | of a gather's |\n|---|---|---|---|---|---|---|---|\n",
    );
    hard.iter().try_for_each(|case| {
        let Case { case, ranks, n, m, chosen, gather_s, auto_s, ratio } = case;
        let [gather, auto] = [gather_s, auto_s].map(|time| seconds(*time));
        writeln!(
            text,
            "| {case} | {ranks} | {n} | {m} | {chosen} | {gather} | {auto} | {ratio:.2} |"
        )
    })
}
