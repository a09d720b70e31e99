//! Is it right?

use super::{Results, paragraph};
use crate::report::document::{Element, Table};
use crate::report::language::{Messages, Quantity};
use mst::experiment::{Number, Row};

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    let table = Table {
        caption: say.graphs_caption().to_owned(),
        header: [
            Quantity::Graph,
            Quantity::Vertices,
            Quantity::Edges,
            Quantity::Components,
            Quantity::Weight,
            Quantity::Checksum,
            Quantity::Proved,
        ]
        .map(|name| say.name(name).to_owned())
        .to_vec(),
        rows: results
            .study
            .graphs()
            .into_iter()
            .map(|graph| of_graph(results, graph, say))
            .collect(),
    };
    let forests = &results.forests;
    let mut text = vec![same_forests(results, say), say.proved(forests.proved, forests.graphs)];
    if forests.proved > 0 && forests.differing.is_empty() {
        text.push(say.proved_for_all().to_owned());
    }
    vec![paragraph(text), Element::Table(table)]
}

/// Whether all forests of a graph are the same.
pub(super) fn same_forests(results: &Results<'_>, say: &dyn Messages) -> String {
    let forests = &results.forests;
    match forests.differing.as_slice() {
        [] => say.same_forest(forests.found, forests.graphs),
        differing => say.different_forests(&say.list(differing)),
    }
}

fn of_graph(results: &Results<'_>, graph: &str, say: &dyn Messages) -> Vec<String> {
    let rows = || results.study.rows().filter(|row| row.graph == graph);
    let row: &Row = rows().next().expect("graphs are those of rows");
    let proved = rows().any(|row| row.verified == Some(true));
    let weight = match row.weight {
        Number::Integer(weight) => weight.to_string(),
        Number::Float(weight) => weight.to_string(),
    };
    vec![
        graph.to_owned(),
        say.integer(row.n),
        say.integer(row.m),
        say.integer(row.components),
        say.digits(&weight),
        row.checksum.clone(),
        say.name(if proved { Quantity::Yes } else { Quantity::No }).to_owned(),
    ]
}
