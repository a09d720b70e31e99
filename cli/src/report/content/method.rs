//! How it was measured, on which machines, and with which commands.

use super::Results;
use crate::report::document::{Element, Table};
use crate::report::language::{Heading, Messages, Noun, Quantity};
use crate::report::machines::{Machine, Snapshot, Wire};
use crate::report::study::Study;
use crate::shell;
use mst::error::printable;
use std::collections::BTreeSet;

pub(super) fn section(results: &Results<'_>, say: &dyn Messages) -> Vec<Element> {
    let mut blocks =
        vec![Element::List(say.method().iter().map(|line| (*line).to_owned()).collect())];
    if let Some(last) = results.snapshots.last() {
        blocks.push(Element::Subsection(say.question(Heading::Machines).to_owned()));
        blocks.push(Element::Table(machines(last, say)));
    }
    if results.snapshots.iter().any(|snapshot| !snapshot.links.is_empty()) {
        blocks.push(Element::Subsection(say.question(Heading::Network).to_owned()));
        blocks.push(Element::Table(links(results.snapshots, say)));
    }
    blocks.push(Element::Subsection(say.question(Heading::Commands).to_owned()));
    blocks.push(Element::Paragraph(say.rows_are_from(&say.list(results.files))));
    let commands: BTreeSet<&str> =
        results.study.rows().map(|row| row.command.as_str()).filter(|c| !c.is_empty()).collect();
    let mut commands: Vec<String> = commands.into_iter().map(printable).collect();
    commands.push(this_report(results.files, say));
    blocks.push(Element::Commands(commands));
    blocks
}

/// The command that writes this report again.
fn this_report(files: &[String], say: &dyn Messages) -> String {
    let files: Vec<String> = files.iter().map(|file| shell::quoted_if_needed(file)).collect();
    format!("mst report {} --lang {}", files.join(" "), say.code())
}

/// Who wrote the report, from what.
pub(super) fn made_by(study: &Study, say: &dyn Messages) -> String {
    let days: BTreeSet<&str> =
        study.rows().map(|row| row.started.split('T').next().unwrap_or_default()).collect();
    let [first, last] =
        [days.first(), days.last()].map(|day| day.copied().unwrap_or_default().to_owned());
    let rows = say.count(study.rows().count() as u64, Noun::Row);
    say.made_by(env!("CARGO_PKG_VERSION"), &rows, &first, &last)
}

pub(super) fn glossary(say: &dyn Messages) -> Element {
    let owned = |(term, meaning): &(&str, &str)| ((*term).to_owned(), (*meaning).to_owned());
    Element::Terms(say.glossary().iter().map(owned).collect())
}

fn header<const C: usize>(say: &dyn Messages, names: [Quantity; C]) -> Vec<String> {
    names.map(|name| say.name(name).to_owned()).to_vec()
}

fn machines(snapshot: &Snapshot, say: &dyn Messages) -> Table {
    let row = |machine: &Machine| {
        vec![
            machine.name.clone(),
            machine.cpu.clone(),
            say.integer(machine.cores as u64),
            machine.memory.map_or_else(|| "–".to_owned(), |bytes| say.bytes(bytes)),
            machine.kernel.clone(),
            machine.library.clone(),
        ]
    };
    let names = [
        Quantity::Host,
        Quantity::Processor,
        Quantity::Cores,
        Quantity::Memory,
        Quantity::System,
        Quantity::Library,
    ];
    Table {
        caption: say.machines_caption(&snapshot.when),
        header: header(say, names),
        rows: snapshot.machines.iter().map(row).collect(),
    }
}

fn links(snapshots: &[Snapshot], say: &dyn Messages) -> Table {
    let row = |when: &str, wire: &Wire| {
        vec![
            say.list(&wire.between),
            when.to_owned(),
            say.seconds(wire.latency),
            say.bit_rate(wire.bandwidth),
        ]
    };
    let rows = snapshots.iter().flat_map(|snapshot| {
        snapshot.links.iter().map(|wire| row(&snapshot.when, wire)).collect::<Vec<_>>()
    });
    Table {
        caption: say.links_caption().to_owned(),
        header: header(
            say,
            [Quantity::Between, Quantity::When, Quantity::Latency, Quantity::Bandwidth],
        ),
        rows: rows.collect(),
    }
}
