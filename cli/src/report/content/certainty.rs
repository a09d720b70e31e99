//! How sure is this?

use super::{Results, limits, paragraph};
use crate::report::document::{Element, Table};
use crate::report::language::{Heading, Messages, Quantity};
use crate::report::points::Point;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    let points = &results.study.points;
    let within = points.iter().filter(|point| point.time.is_precise()).count() as u64;
    let outliers = points.iter().map(|point| point.time.outliers as u64).sum();
    let repetitions = results.study.rows().count() as u64;
    let text = [say.sureness(points.len() as u64, within), say.outliers(outliers, repetitions)];
    let found = limits::found(results, say);
    vec![
        paragraph(text),
        Element::Table(table(points, say)),
        Element::Subsection(say.question(Heading::Limits).to_owned()),
        match found.is_empty() {
            true => Element::Paragraph(say.no_limits().to_owned()),
            false => Element::List(found),
        },
    ]
}

fn table(points: &[Point], say: &dyn Messages) -> Table {
    let header = [
        Quantity::Experiment,
        Quantity::Edges,
        Quantity::Ranks,
        Quantity::Threads,
        Quantity::Combine,
        Quantity::Median,
        Quantity::Interval,
        Quantity::Repetitions,
        Quantity::Outliers,
    ];
    let row = |point: &Point| {
        let row = point.row();
        vec![
            say.experiment(&row.experiment),
            say.integer(row.m),
            row.ranks.to_string(),
            row.threads.to_string(),
            if row.ranks == 1 { "–".to_owned() } else { row.combine.clone() },
            say.seconds(point.time.median),
            say.interval(point.time.interval),
            point.rows.len().to_string(),
            point.time.outliers.to_string(),
        ]
    };
    let mut sorted: Vec<&Point> = points.iter().collect();
    sorted.sort_by_key(|point| {
        let row = point.row();
        (&point.origin, &row.experiment, row.m, row.ranks, row.threads)
    });
    Table {
        caption: say.all_points_caption().to_owned(),
        header: header.map(|name| say.name(name).to_owned()).to_vec(),
        rows: sorted.into_iter().map(row).collect(),
    }
}
