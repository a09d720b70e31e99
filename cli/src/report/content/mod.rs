//! The sections of a report: each answers a question with sentences, tables and figures.

#[cfg(test)]
mod cases;
mod certainty;
mod correctness;
mod distribution;
mod limits;
mod method;
mod prediction;
mod sizes;
mod speed;
mod summary;
mod times;

use super::correctness::Forests;
use super::crossing::Growth;
use super::document::{Document, Element, Figure};
use super::figure::Plot;
use super::language::{Heading, Messages, Setting};
use super::machines::{Snapshot, slowest_link};
use super::points::Point;
use super::prediction::Prediction;
use super::scaling::{Scaling, Series, weak};
use super::study::Study;
use mst::comm::Link;

/// What the rows show.
pub(crate) struct Results<'a> {
    study: &'a Study,
    /// The files that the rows are from.
    files: &'a [String],
    snapshots: &'a [Snapshot],
    scalings: Vec<Scaling<'a>>,
    forests: Forests,
    weak: Vec<Series<'a>>,
    growths: Vec<Growth<'a>>,
    /// For the main series of the first scaling, with the link that it assumes.
    prediction: Option<(Prediction, Link)>,
}

impl<'a> Results<'a> {
    /// The results in `study`, whose rows are from `files`, on the machines of `snapshots`.
    pub(crate) fn of(study: &'a Study, files: &'a [String], snapshots: &'a [Snapshot]) -> Self {
        let scalings = Scaling::all(study);
        let prediction = scalings
            .first()
            .zip(slowest_link(snapshots))
            .and_then(|(scaling, link)| Some((Prediction::of(scaling.main(), link)?, link)));
        let (weak, growths) = (weak(study), Growth::all(study));
        let forests = Forests::of(study);
        Self { study, files, snapshots, forests, scalings, weak, growths, prediction }
    }

    /// Whether one rank and several are nowhere compared.
    fn compares_nothing(&self) -> bool {
        self.scalings.is_empty() && self.weak.is_empty() && self.growths.is_empty()
    }

    /// The report in a language.
    pub(crate) fn document(&self, say: &dyn Messages) -> Document {
        let sections = [
            (Heading::InShort, summary::section(self, say)),
            (Heading::Distributes, distribution::section(self, say)),
            (Heading::Right, correctness::section(self, say)),
            (Heading::Faster, speed::section(self, say)),
            (Heading::WhereIsTime, times::section(self, say)),
            (Heading::WhichSize, sizes::section(self, say)),
            (Heading::Prediction, prediction::section(self, say)),
            (Heading::HowSure, certainty::section(self, say)),
            (Heading::Method, method::section(self, say)),
            (Heading::Glossary, vec![method::glossary(say)]),
        ];
        let answered = sections.into_iter().filter(|(_, blocks)| !blocks.is_empty());
        let blocks = answered.flat_map(|(question, blocks)| {
            let text = say.question(question).to_owned();
            let anchor = format!("{question:?}").to_lowercase();
            [Element::Section { text, anchor }].into_iter().chain(blocks)
        });
        Document {
            title: say.title().to_owned(),
            made_by: method::made_by(self.study, say),
            blocks: blocks.collect(),
        }
    }
}

fn paragraph(sentences: impl IntoIterator<Item = String>) -> Element {
    Element::Paragraph(sentences.into_iter().collect::<Vec<_>>().join(" "))
}

fn figure(name: &str, caption: impl Into<String>, plot: Plot) -> Element {
    Element::Figure(Figure { name: name.to_owned(), caption: caption.into(), plot })
}

fn setting(point: &Point) -> Setting {
    let row = point.row();
    Setting { ranks: row.ranks as u64, hosts: row.host_count as u64, m: row.m }
}

/// `name`, or `name-2`, `name-3`, ... for those that follow the first.
fn numbered(name: &str, place: usize) -> String {
    if place == 0 { name.to_owned() } else { format!("{name}-{}", place + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::language::Language;
    use crate::report::machines::{Machine, Wire};
    use mst::experiment::Row;

    /// All paragraphs and lists of the report about these rows, on machines with a slow link.
    fn text(rows: Vec<Row>) -> String {
        let study = Study::of(rows, false).expect("one origin");
        let between = ["vm1".to_owned(), "vm2".to_owned()];
        let snapshot = Snapshot {
            when: "now".to_owned(),
            machines: vec![Machine { name: "vm1".to_owned(), ..Machine::default() }],
            links: vec![Wire { between, latency: 1e-4, bandwidth: 1.25e8 }],
        };
        let files = ["sweep.csv".to_owned()];
        let snapshots = [snapshot];
        let document = Results::of(&study, &files, &snapshots).document(Language::En.messages());
        let plain = document.blocks.into_iter().map(|block| match block {
            Element::Section { text, .. }
            | Element::Subsection(text)
            | Element::Paragraph(text) => text,
            Element::List(items) => items.join("\n"),
            Element::Commands(lines) => lines.join("\n"),
            Element::Table(_) | Element::Figure(_) | Element::Terms(_) => String::new(),
        });
        plain.collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
    }

    /// Sets the seconds of all repetitions on some ranks of strong scaling with two threads.
    fn with_times(times: [f64; 3]) -> Vec<Row> {
        let mut rows = fixture::strong();
        rows.retain(|row| row.threads == 2);
        for row in &mut rows {
            row.total_s = times[row.ranks - 1];
        }
        rows
    }

    #[test]
    fn figures_of_the_text_are_those_of_the_rows() {
        let text = text(with_times([1.0, 0.6, 0.5]));
        let expected = [
            "With 3 ranks on 3 hosts, m = 2,097,152, distributed is 2.00 times as fast as the best local \
             run: 500 ms against 1.00 s.",
            "Against one rank with as many threads, 3 ranks have a speed-up of 2.00, an efficiency of \
             67 %. By Karp and Flatt, that is a serial fraction of 0.250 on 3 ranks. It rises from \
             0.200 to 0.250:",
            "Amdahl's law would allow at most 4.00 times the speed of one rank",
            "The run to beat is the fastest on one machine: filter-kruskal with 2 threads, 1.00 s.",
            "100 µs, 1.00 Gbit/s",
            "mst report sweep.csv --lang en",
        ];
        for sentence in expected {
            assert!(text.contains(sentence), "{sentence}\n{text}");
        }
    }

    #[test]
    fn a_serial_fraction_rises_if_the_difference_can_be_seen() {
        // The times of runs of a second with these serial fractions on two and three ranks.
        let times =
            |two: f64, three: f64| [1.0, two + (1.0 - two) / 2.0, three + (1.0 - three) / 3.0];
        assert!(text(with_times(times(0.25, 0.28))).contains("It rises from 0.250 to 0.280:"));
        for same in [0.2, 0.25, 0.26] {
            let text = text(with_times(times(0.25, same)));
            assert!(!text.contains("It rises from"), "{same}: {text}");
        }
    }

    #[test]
    fn phases_that_take_no_time_have_no_share() {
        let mut rows = with_times([1.0, 0.6, 0.5]);
        for row in &mut rows {
            (row.local_s, row.local_mean_s, row.exchange_s, row.merge_s) = (0.0, 0.0, 0.0, 0.0);
        }
        let text = text(rows);
        assert!(text.contains(": 0 % of the phases' time on the slowest rank."), "{text}");
        assert!(text.contains("Exchanging and merging take 0 % of the distributed time"), "{text}");
        assert!(!text.contains("takes longest for its own forest"), "{text}");
    }

    #[test]
    fn communication_is_a_share_of_all_phases() {
        let mut rows = with_times([1.0, 0.6, 0.5]);
        for row in &mut rows {
            (row.local_s, row.contract_s, row.exchange_s, row.merge_s) = (0.2, 0.1, 0.06, 0.04);
        }
        let text = text(rows);
        assert!(text.contains("Exchanging and merging take 25 % of the distributed"), "{text}");
    }

    #[test]
    fn no_difference_is_said_to_be_none() {
        let mut rows = with_times([1.0, 1.0, 1.0]);
        for row in &mut rows {
            row.total_s += 0.01 * row.repetition as f64 * row.ranks as f64;
        }
        let text = text(rows);
        assert!(text.contains("no difference between distributed (1.03 s – 1.24 s) and the best local run (1.01 s – 1.08 s) can be seen"), "{text}");
        assert!(text.contains("3 ranks show no clear difference (speed-up 0.921)"), "{text}");
        assert!(!text.contains("Karp"), "no law is applied to noise: {text}");
    }

    #[test]
    fn a_slower_run_is_called_slower() {
        let text = text(with_times([1.0, 1.5, 2.0]));
        for sentence in [
            "distributed is 2.00 times slower than the best local run: 2.00 s against 1.00 s.",
            "3 ranks have a speed-up of 0.500: they are slower than it.",
            "a serial fraction of 2.50 on 3 ranks. Above 1, the ranks cost more than they save.",
        ] {
            assert!(text.contains(sentence), "{sentence}\n{text}");
        }
        assert!(!text.contains("Amdahl's law would allow"), "a limit below 1 says nothing: {text}");
    }

    #[test]
    fn more_speed_than_ranks_is_no_gain_of_distribution() {
        let text = text(with_times([1.0, 0.4, 0.25]));
        assert!(text.contains("A negative fraction means more speed-up than ranks"), "{text}");
        assert!(!text.contains("It rises from"), "nothing is lost: {text}");
    }

    #[test]
    fn weak_scaling_and_growth_have_their_sentences() {
        let mut rows = fixture::all();
        rows.iter_mut().filter(|row| row.experiment == "weak").for_each(|row| {
            row.total_s = [0.0, 1.0, 1.0, 1.5][row.ranks];
        });
        let text = text(rows);
        for sentence in [
            "With 524,288 edges for each rank, one rank takes 1.00 s, and 3 ranks take 1.50 s.",
            "So 3 ranks do 2.00 times the work of one rank in the same time: by Gustafson's law, a \
             serial fraction of 0.500.",
            "Distribution pays from about ",
            "21 forests of 8 graphs were found",
        ] {
            assert!(text.contains(sentence), "{sentence}\n{text}");
        }
    }

    #[test]
    fn weak_scaling_without_one_rank_has_no_law() {
        let mut rows = fixture::all();
        rows.retain(|row| row.experiment != "weak" || row.ranks > 1);
        let text = text(rows);
        assert!(text.contains("A graph that grows with the ranks"), "{text}");
        assert!(!text.contains("edges for each rank, one rank takes"), "{text}");
    }

    #[test]
    fn a_wrong_forest_is_said_first() {
        let mut rows = fixture::strong();
        rows[9].checksum = "bad".to_owned();
        let text = text(rows);
        let wrong = text.find("WRONG: forests of the same graph differ").expect("said");
        assert!(wrong < text.find("Does it distribute").expect("a section"), "{text}");
        assert!(!text.contains("that holds for all runs"), "it says nothing of the others: {text}");
    }

    #[test]
    fn a_proof_holds_for_all_runs_if_there_is_one() {
        let mut rows = fixture::strong();
        assert!(text(rows.clone()).contains("With the checksums, that holds for all runs."));
        rows.iter_mut().for_each(|row| row.verified = None);
        let text = text(rows);
        assert!(text.contains("For 0 of 1 graph a forest was proved"), "{text}");
        assert!(!text.contains("that holds for all runs"), "{text}");
    }
}
