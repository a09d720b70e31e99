//! The sections of a report: each answers a question with sentences, tables and figures.

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

use super::crossing::Growth;
use super::document::{Block, Document, Figure};
use super::figure::Plot;
use super::language::{Messages, Question, Setting};
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
        Self { study, files, snapshots, scalings, weak, growths, prediction }
    }

    /// The report in a language.
    pub(crate) fn document(&self, say: &dyn Messages) -> Document {
        let sections = [
            (Question::InShort, summary::section(self, say)),
            (Question::Distributes, distribution::section(self, say)),
            (Question::Right, correctness::section(self, say)),
            (Question::Faster, speed::section(self, say)),
            (Question::WhereIsTime, times::section(self, say)),
            (Question::WhichSize, sizes::section(self, say)),
            (Question::Prediction, prediction::section(self, say)),
            (Question::HowSure, certainty::section(self, say)),
            (Question::Method, method::section(self, say)),
            (Question::Glossary, vec![method::glossary(say)]),
        ];
        let answered = sections.into_iter().filter(|(_, blocks)| !blocks.is_empty());
        let blocks = answered.flat_map(|(question, blocks)| {
            let text = say.question(question).to_owned();
            let anchor = format!("{question:?}").to_lowercase();
            [Block::Section { text, anchor }].into_iter().chain(blocks)
        });
        Document {
            title: say.title().to_owned(),
            made_by: method::made_by(self.study, say),
            blocks: blocks.collect(),
        }
    }
}

fn paragraph(sentences: impl IntoIterator<Item = String>) -> Block {
    Block::Paragraph(sentences.into_iter().collect::<Vec<_>>().join(" "))
}

fn figure(name: &str, caption: impl Into<String>, plot: Plot) -> Block {
    Block::Figure(Figure { name: name.to_owned(), caption: caption.into(), plot })
}

fn setting(point: &Point) -> Setting {
    let row = point.row();
    Setting { ranks: row.ranks as u64, hosts: row.host_count as u64, m: row.m }
}

/// `name`, or `name-2`, `name-3`, ... for those that follow the first.
fn numbered(name: &str, place: usize) -> String {
    if place == 0 { name.to_owned() } else { format!("{name}-{}", place + 1) }
}
