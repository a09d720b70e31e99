//! The pages of a report: HTML, Markdown and TeX, from one document. Their texts are escaped by the
//! template engine, each kind in its own way.

mod escape;

pub(crate) use escape::{Markdown, Tex};

use super::document::{Document, Element, Figure, Table};
use super::language::Messages;
use askama::Template;

/// Rows from which a table of a TeX page may go over several pages.
const LONG: usize = 36;

#[derive(Template)]
#[template(path = "report.html")]
struct Html<'a> {
    document: &'a Document,
    say: &'a dyn Messages,
    style: &'static str,
    /// The figures as SVG, in their order.
    drawings: &'a [String],
}

#[derive(Template)]
#[template(path = "report.md")]
struct MarkdownPage<'a> {
    document: &'a Document,
    say: &'a dyn Messages,
}

#[derive(Template)]
#[template(path = "report.tex")]
struct TexPage<'a> {
    document: &'a Document,
    say: &'a dyn Messages,
}

/// The page as one HTML file that needs no other; `drawings` are its figures as SVG, in their order.
pub(crate) fn html(document: &Document, say: &dyn Messages, drawings: &[String]) -> String {
    let style = include_str!("../../../templates/report.css");
    Html { document, say, style, drawings }.render().expect("memory")
}

/// The page as Markdown, with figures in a folder beside it.
pub(crate) fn markdown(document: &Document, say: &dyn Messages) -> String {
    let page = MarkdownPage { document, say }.render().expect("memory");
    page.trim_end().to_owned() + "\n"
}

/// The page as LaTeX, with figures in a folder beside it.
pub(crate) fn tex(document: &Document, say: &dyn Messages) -> String {
    TexPage { document, say }.render().expect("memory") + "\n"
}

impl Html<'_> {
    fn sections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.document.blocks.iter().filter_map(|block| match block {
            Element::Section { text, anchor } => Some((text.as_str(), anchor.as_str())),
            _ => None,
        })
    }

    fn drawing(&self, figure: &Figure) -> &str {
        &self.drawings[self.number(figure) - 1]
    }

    fn number(&self, figure: &Figure) -> usize {
        number(self.document, figure)
    }
}

impl MarkdownPage<'_> {
    fn number(&self, figure: &Figure) -> usize {
        number(self.document, figure)
    }
}

impl TexPage<'_> {
    fn is_long(&self, table: &Table) -> bool {
        table.rows.len() >= LONG
    }

    /// How the columns are aligned.
    fn columns(&self, table: &Table) -> String {
        format!("@{{}}l{}@{{}}", "r".repeat(table.header.len().saturating_sub(1)))
    }
}

/// The number of a figure in its document, from 1.
fn number(document: &Document, figure: &Figure) -> usize {
    document.figures().take_while(|other| other.name != figure.name).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::language::Language;

    #[test]
    fn a_long_table_may_go_over_several_pages() {
        let page = |rows: usize| {
            let row = vec!["1".to_owned(), "2".to_owned()];
            let header = row.clone();
            let table = Table { caption: "all".to_owned(), header, rows: vec![row; rows] };
            let document = Document {
                title: String::new(),
                made_by: String::new(),
                blocks: vec![Element::Table(table)],
            };
            tex(&document, Language::En.messages())
        };
        let (short, long) = (page(LONG - 1), page(LONG));
        assert!(
            short.contains(r"\begin{tabular}{@{}lr@{}}") && !short.contains(r"\begin{longtable}")
        );
        assert!(
            long.contains(r"\begin{longtable}{@{}lr@{}}") && !long.contains(r"\begin{tabular}")
        );
    }
}
