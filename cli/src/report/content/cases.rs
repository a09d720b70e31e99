//! What reports say in cases that the published rows do not have, in both languages.

use super::Results;
use crate::report::document::{Document, Element};
use crate::report::fixture;
use crate::report::language::Language;
use crate::report::machines::{Machine, Snapshot, Wire};
use crate::report::study::Study;
use mst::experiment::Row;
use std::fs;
use std::path::Path;

/// A sweep that ended in some way.
struct EndedSweep {
    /// How it differs from the first one.
    name: &'static str,
    rows: Vec<Row>,
    snapshots: Vec<Snapshot>,
}

/// The sweep of the fixture on three machines, with one link between the first two.
fn sweep(name: &'static str) -> EndedSweep {
    EndedSweep { name, rows: fixture::all(), snapshots: vec![machines(1e-4, 1.25e8)] }
}

fn machines(latency: f64, bandwidth: f64) -> Snapshot {
    let machine = |number: usize| Machine {
        name: format!("vm{number}"),
        boot: number.to_string(),
        ..Machine::default()
    };
    let between = ["vm1", "vm2"].map(str::to_owned);
    Snapshot {
        when: "2026-11-25 09:00".to_owned(),
        machines: [1, 2, 3].map(machine).to_vec(),
        links: vec![Wire { between, latency, bandwidth }],
    }
}

impl EndedSweep {
    /// With rows changed.
    fn each(mut self, change: impl FnMut(&mut Row)) -> Self {
        self.rows.iter_mut().for_each(change);
        self
    }

    /// With fewer rows.
    fn only(mut self, stays: impl FnMut(&Row) -> bool) -> Self {
        self.rows.retain(stays);
        self
    }

    /// With other machines.
    fn on(mut self, snapshots: Vec<Snapshot>) -> Self {
        self.snapshots = snapshots;
        self
    }

    /// With these seconds on 1, 2 and 3 ranks in strong scaling with two threads.
    fn with_times(self, times: [f64; 3]) -> Self {
        let strong = self.only(|row| row.experiment == "strong" && row.threads == 2);
        strong.each(|row| row.total_s = times[row.ranks - 1])
    }

    /// With growing graphs alone, whose distributed runs take so many seconds.
    fn with_growth(self, seconds: impl Fn(f64) -> f64) -> Self {
        let growth = self.only(|row| row.experiment == "crossover");
        growth.each(|row| {
            let local = 1e-7 * row.m as f64;
            row.total_s = if row.ranks == 1 { local } else { seconds(local) };
        })
    }

    fn report(&self, language: Language) -> Document {
        let study = Study::of(self.rows.clone(), true).expect("rows");
        let files = ["sweep.csv", "more rows.csv"].map(str::to_owned);
        Results::of(&study, &files, &self.snapshots).document(language.messages())
    }
}

/// Speed and its laws.
fn of_speed() -> Vec<EndedSweep> {
    vec![
        sweep("faster on more ranks").with_times([1.0, 0.6, 0.5]),
        sweep("more speed than ranks").with_times([1.0, 0.4, 0.25]),
        sweep("slower on more ranks").with_times([1.0, 1.5, 2.0]),
        sweep("no difference").with_times([1.0, 1.0, 1.0]).each(|row| {
            row.total_s += 0.01 * row.repetition as f64 * row.ranks as f64;
        }),
        sweep("one repetition").only(|row| row.repetition == 1 && row.experiment == "strong"),
        sweep("one graph").only(|row| row.experiment == "strong"),
        sweep("one rank").only(|row| row.ranks == 1),
        sweep("growth that always pays").with_growth(|local| local / 2.0),
        sweep("growth that will pay").with_growth(|local| 9.0 + local / 4.0),
        sweep("growth that never pays").with_growth(|local| 2.0 * local),
    ]
}

/// Machines and links.
fn of_machines() -> Vec<EndedSweep> {
    let mut containers = machines(1e-4, 1.25e8);
    containers.machines.iter_mut().for_each(|machine| machine.boot = "one".to_owned());
    vec![
        sweep("a fast link").on(vec![machines(1e-6, 1.25e10)]),
        sweep("a slow link").on(vec![machines(1e-2, 1e6)]),
        sweep("a link that changed").on(vec![machines(1e-4, 1.25e8), machines(1e-4, 5e7)]),
        sweep("containers of one machine").on(vec![containers]),
        sweep("no file of machines").on(Vec::new()),
        sweep("one host").each(|row| row.hosts = format!("vm1:{}", row.ranks)).each(|row| {
            row.host_count = 1;
        }),
    ]
}

/// What makes rows doubtful.
fn of_doubt() -> Vec<EndedSweep> {
    let is_second = |row: &Row| row.experiment == "crossover";
    vec![
        sweep("precise times at one time").each(|row| {
            row.started = "2026-11-25T10:00:00Z".to_owned();
            row.total_s = 0.5;
            row.verified = Some(true);
        }),
        sweep("a wrong forest").each(|row| {
            if row.ranks == 3 {
                row.checksum = "bad".to_owned();
            }
        }),
        sweep("no proof").each(|row| row.verified = None),
        sweep("few repetitions").only(|row| row.repetition < 4),
        sweep("ranks that share cores").each(|row| row.cores = 1),
        sweep("several builds").each(|row| {
            if is_second(row) {
                row.commit = "def".to_owned();
            }
        }),
        sweep("several machines").each(|row| {
            if is_second(row) {
                row.hosts = row.hosts.replace("vm1", "pc");
            }
        }),
        sweep("several MPI libraries").each(|row| {
            if is_second(row) {
                row.mpi_library = "MPICH 4".to_owned();
            }
        }),
        sweep("several versions of the columns").each(|row| {
            if is_second(row) {
                row.schema = 1;
            }
        }),
        sweep("other experiments").each(|row| {
            let other = match (row.experiment.as_str(), row.threads) {
                ("crossover", _) => "grid",
                ("weak", _) => "mine",
                (_, 1) => "",
                _ => "compare",
            };
            row.experiment = other.to_owned();
        }),
    ]
}

/// Each sentence of a report in a line; of tables the caption, the header and the first column.
fn lines(document: Document) -> Vec<String> {
    let version = format!("mst {} ", env!("CARGO_PKG_VERSION"));
    let mut lines = vec![document.made_by.replace(&version, "mst ")];
    for block in document.blocks {
        match block {
            Element::Section { text, .. }
            | Element::Subsection(text)
            | Element::Paragraph(text) => {
                lines.push(text);
            }
            Element::List(items) | Element::Commands(items) => lines.extend(items),
            Element::Figure(figure) => lines.push(format!("{}: {}", figure.name, figure.caption)),
            Element::Table(table) => {
                lines.push(format!("{}: {}", table.caption, table.header.join(" | ")));
                let mut first: Vec<String> =
                    table.rows.into_iter().map(|row| row[0].clone()).collect();
                first.dedup();
                lines.push(first.join("; "));
            }
            Element::Terms(terms) => {
                lines.extend(terms.into_iter().map(|(term, meaning)| format!("{term}: {meaning}")));
            }
        }
    }
    let sentences = lines.iter().flat_map(|line| line.split_inclusive(". "));
    sentences.map(|sentence| sentence.trim_end().to_owned()).collect()
}

/// The report of the first case, and what the others say that it does not.
fn all(language: Language) -> String {
    let first = lines(sweep("").report(language));
    let mut text = first.join("\n") + "\n";
    for case in [of_speed(), of_machines(), of_doubt()].into_iter().flatten() {
        let lines = lines(case.report(language));
        let new: Vec<String> = lines.into_iter().filter(|line| !first.contains(line)).collect();
        text += &format!("\n## {}\n\n{}\n", case.name, new.join("\n"));
    }
    text
}

/// With `MST_BLESS=1` what is said becomes what is expected.
#[test]
fn each_case_is_said_in_both_languages() {
    for (language, code) in [(Language::En, "en"), (Language::Es, "es")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report").join(code);
        let path = path.join("cases.txt");
        let said = all(language);
        if std::env::var_os("MST_BLESS").is_some() {
            fs::write(&path, &said).expect("written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        let differs = said.lines().zip(expected.lines()).find(|(said, expected)| said != expected);
        let bless = "if that is right: MST_BLESS=1 cargo test -p mst-cli --lib cases";
        assert_eq!(differs, None, "{} is another one now; {bless}", path.display());
        assert_eq!(said.len(), expected.len(), "{}", path.display());
    }
}
