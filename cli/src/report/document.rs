//! What a report says, without how a page looks.

use super::figure::Plot;

/// A report.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) title: String,
    /// Who wrote it from what.
    pub(crate) made_by: String,
    pub(crate) blocks: Vec<Element>,
}

/// A part of a report. Its texts are plain: each kind of page escapes them.
#[derive(Debug)]
pub(crate) enum Element {
    /// A question, with a name for links to it.
    Section {
        text: String,
        anchor: String,
    },
    /// A part of a section.
    Subsection(String),
    Paragraph(String),
    List(Vec<String>),
    Table(Table),
    Figure(Figure),
    /// Lines for a shell.
    Commands(Vec<String>),
    /// Terms and what they mean.
    Terms(Vec<(String, String)>),
}

/// A table. The first column is left-aligned, the others are right-aligned.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A figure.
#[derive(Debug)]
pub(crate) struct Figure {
    /// The name of its files, without ending.
    pub(crate) name: String,
    pub(crate) caption: String,
    pub(crate) plot: Plot,
}

impl Table {
    /// The caption, with a capital first letter.
    pub(crate) fn title(&self) -> String {
        let mut letters = self.caption.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    }
}

impl Document {
    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks.iter().filter_map(|block| match block {
            Element::Figure(figure) => Some(figure),
            _ => None,
        })
    }
}
