//! The tables, in Markdown.

use super::Results;
use super::kamsta::{KamstaResult, measured};
use super::runs::RunSummary;
use super::{steps, weak};
use crate::drawing::spread_in_words;
use mst_cli::text::{bytes, seconds};
use std::collections::BTreeSet;
use std::fmt::Write;

/// All tables.
pub(crate) fn all(results: &Results, kamsta: &[KamstaResult]) -> Result<String, std::fmt::Error> {
    let Results { machine, times, traffic, weak, hard, .. } = results;
    let counts = times.iter().map(|run| run.ranks).chain(hard.iter().map(|case| case.ranks));
    let counts: BTreeSet<usize> = counts.collect();
    let mut text = format!(
        "# How ranks combine their forests\n\n{}.\n",
        machine.shared_by(&counts.into_iter().collect::<Vec<_>>(), "ranks"),
    );
    write_comparison(&mut text, results, kamsta)?;
    write_pbgl(&mut text, results)?;
    write_ways(&mut text, times, kamsta)?;
    write_received(&mut text, traffic)?;
    weak::write(&mut text, weak)?;
    steps::write(&mut text, &results.steps, weak)?;
    write_hard_cases(&mut text, results)?;
    Ok(text)
}

fn write_comparison(
    text: &mut String,
    results: &Results,
    kamsta: &[KamstaResult],
) -> std::fmt::Result {
    let (times, measured) = (&results.times, measured(&results.machine));
    writeln!(
        text,
        "\nauto, 1 thread a rank, beside one process with as many threads as cores. Times are medians, {}.\n\
         KaMSTa's figures are not of this run: {measured}.\n\n\
         | graph | ranks | chosen | time | one process | times as long as one process | received, busiest rank \
         | sent, busiest rank | KaMSTa, {measured} | sent by KaMSTa's busiest rank, {measured} |\n\
         |---|---|---|---|---|---|---|---|---|---|",
        spread_in_words(times.iter().map(RunSummary::time)),
    )?;
    for KamstaResult { graph, name, seconds: kamsta_seconds, sent } in kamsta {
        let Some(one) = times.iter().find(|run| run.graph == *graph && run.ranks == 1) else {
            continue;
        };
        for (ranks, kamsta_seconds) in [2, 4].into_iter().zip(kamsta_seconds) {
            let ours = |run: &&RunSummary| run.graph == *graph && run.ranks == ranks && run.auto;
            let Some(run) = times.iter().find(ours) else { continue };
            writeln!(
                text,
                "| {name} | {ranks} | {} | {} | {} on {} threads | {:.2} | {} | {} | {} | {} |",
                run.combine,
                run.time(),
                one.time(),
                one.threads,
                run.total_s / one.total_s,
                bytes(run.received),
                bytes(run.sent),
                seconds(*kamsta_seconds),
                if ranks == 4 { format!("{sent} MB") } else { String::new() },
            )?;
        }
    }
    Ok(())
}

fn write_pbgl(text: &mut String, Results { pbgl, .. }: &Results) -> std::fmt::Result {
    if pbgl.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\nThe Parallel BGL (`boruvka_then_merge`), measured in the same run: medians of 3, {}.\n\n\
         | graph | ranks | time | weight |\n|---|---|---|---|",
        spread_in_words(pbgl.iter().map(|row| row.time())),
    )?;
    pbgl.iter().try_for_each(|row| {
        writeln!(text, "| `{}` | {} | {} | {} |", row.graph, row.ranks, row.time(), row.weight)
    })
}

/// The distinct names, in the order in which they first appear.
pub(super) fn names<'a>(runs: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    runs.into_iter().filter(|name| seen.insert(*name)).collect()
}

fn write_ways(
    text: &mut String,
    times: &[RunSummary],
    kamsta: &[KamstaResult],
) -> std::fmt::Result {
    let named = || times.iter().filter(|run| run.ranks > 1 && !run.auto);
    write!(
        text,
        "\nEvery way: the median, {}, and what the busiest rank receives.\n\n| way |",
        spread_in_words(named().map(RunSummary::time)),
    )?;
    for KamstaResult { name, .. } in kamsta {
        write!(text, " {name}, 2 ranks | 4 ranks |")?;
    }
    write!(text, "\n|---|{}\n", "---|".repeat(2 * kamsta.len()))?;
    for way in names(named().map(|run| run.combine.as_str())) {
        write!(text, "| {way} |")?;
        for (graph, ranks) in
            kamsta.iter().flat_map(|KamstaResult { graph, .. }| [(graph, 2), (graph, 4)])
        {
            let cell = named()
                .find(|run| run.combine == way && run.graph == *graph && run.ranks == ranks)
                .map(|run| format!("{}, {}", run.time(), bytes(run.received)));
            write!(text, " {} |", cell.unwrap_or_default())?;
        }
        text.push('\n');
    }
    Ok(())
}

fn write_received(text: &mut String, traffic: &[RunSummary]) -> std::fmt::Result {
    for graph in names(traffic.iter().map(|run| run.graph.as_str())) {
        writeln!(text, "\nReceived by the busiest rank, `{graph}`, by the number of ranks.")?;
        let runs = traffic.iter().filter(|run| run.graph == graph);
        let cells: Vec<_> =
            runs.map(|run| (run.combine.as_str(), run.ranks, bytes(run.received))).collect();
        write_by_ranks(text, "way", &cells)?;
    }
    Ok(())
}

/// A table with a line for each way and a column for each number of ranks, from ways, ranks and what
/// stands there.
pub(super) fn write_by_ranks(
    text: &mut String,
    head: &str,
    cells: &[(&str, usize, String)],
) -> std::fmt::Result {
    let ranks: BTreeSet<usize> = cells.iter().map(|(_, ranks, _)| *ranks).collect();
    write!(text, "\n| {head} |")?;
    ranks.iter().try_for_each(|p| write!(text, " {p} |"))?;
    write!(text, "\n|---|{}\n", "---|".repeat(ranks.len()))?;
    for way in names(cells.iter().map(|(way, ..)| *way)) {
        write!(text, "| {way} |")?;
        for p in &ranks {
            let cell = cells.iter().find(|(of, ranks, _)| *of == way && ranks == p);
            write!(text, " {} |", cell.map_or("", |(.., cell)| cell))?;
        }
        text.push('\n');
    }
    Ok(())
}

fn write_hard_cases(text: &mut String, Results { hard, .. }: &Results) -> std::fmt::Result {
    writeln!(
        text,
        "\nHard cases: auto beside a plain gather, on ranks in one process. Times are medians, {}.\n\n\
         | case | ranks | n | m | chosen | gather | auto | of a gather's |\n|---|---|---|---|---|---|---|---|",
        spread_in_words(hard.iter().flat_map(|case| case.times())),
    )?;
    hard.iter().try_for_each(|row| {
        let [gather, auto] = row.times();
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {gather} | {auto} | {:.2} |",
            row.case, row.ranks, row.n, row.m, row.chosen, row.ratio
        )
    })
}
