//! Matrix Market, `.mtx`: a square sparse matrix as a graph, ids from 1.
//!
//! Boisvert, Pozo, Remington, "The Matrix Market Exchange Formats", NIST 1996. Reads `coordinate`
//! matrices of `real`, `integer` or `pattern` entries that are `general` or `symmetric`. An entry
//! counts as an edge; in a general matrix (i, j) and (j, i) make two parallel edges.

use super::Preface;
use super::fields::{Checked, Fields, Ids};
use super::head::{Head, Top};
use crate::error::Result;
use crate::graph::{BatchBuilder, Numbers, Slice, Weight};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

const BANNER: &str = "%%matrixmarket";

/// Whether a file that begins with `head` has this format, judged by its banner.
pub(super) fn begins(head: &[u8]) -> bool {
    head.get(..BANNER.len()).is_some_and(|start| start.eq_ignore_ascii_case(BANNER.as_bytes()))
}

fn is_record(line: &[u8]) -> bool {
    let fields = Fields::of(line);
    !fields.is_empty() && fields.peek().first() != Some(&b'%')
}

pub(super) fn top(head: &mut Head<'_>) -> Result<(Top, Values)> {
    let banner = head.header(|_| true)?;
    let values = head.check(kind(&banner))?;
    let line = head.header(is_record)?;
    let mut fields = Fields::of(&line);
    let mut read = || {
        let rows = fields.number("the number of rows")?;
        let at = fields;
        let columns = fields.number("the number of columns")?;
        if rows != columns {
            return Err(at.fault(&format!(
                "as many columns as rows ({rows}): the matrix of a graph is \
                                   square"
            )));
        }
        let m = fields.number("the number of entries")?;
        fields.end().map(|()| (rows, m))
    };
    let (n, m) = head.check(read())?;
    Ok((Top::of_header(head, n, m), values))
}

/// What the entries of a matrix are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Values {
    Real,
    Integer,
    /// No values: every edge weighs 1.
    Pattern,
}

/// Reads the banner.
fn kind(banner: &[u8]) -> Checked<Values> {
    let mut fields = Fields::of(banner);
    let mut one_of = |words: &[&str]| {
        let found = fields.peek().to_ascii_lowercase();
        match words.iter().position(|word| word.as_bytes() == found) {
            Some(place) => {
                fields.skip()?;
                Ok(place)
            }
            None => Err(fields.fault(&words.join(" or "))),
        }
    };
    one_of(&[BANNER])?;
    one_of(&["matrix"])?;
    one_of(&["coordinate"])?;
    let value = one_of(&["real", "integer", "pattern", "unsigned-integer"])?;
    one_of(&["general", "symmetric"])?;
    Ok([Values::Real, Values::Integer, Values::Pattern, Values::Integer][value])
}

/// Parses one line.
pub(super) fn entry(
    line: &[u8],
    values: Values,
    ids: Ids,
    batch: &mut BatchBuilder,
) -> Checked<()> {
    let mut fields = Fields::of(line);
    if matches!(fields.peek_byte(), None | Some(b'%')) {
        return Ok(());
    }
    let (u, v) = (fields.vertex(ids)?, fields.vertex(ids)?);
    let at = fields;
    let weight = match values {
        Values::Pattern => Weight::Integer(1),
        Values::Real | Values::Integer => fields.weight()?,
    };
    if values == Values::Integer && matches!(weight, Weight::Float(_)) {
        return Err(at.fault("an integer, as the first line says (real allows others)"));
    }
    fields.end()?;
    batch.push(u, v, weight);
    Ok(())
}

/// Writes what comes before the entries of a symmetric matrix.
pub(super) fn write_head(preface: &Preface, out: &mut dyn Write) -> io::Result<()> {
    let value = match preface.extent.numbers {
        Numbers::Integers => "integer",
        Numbers::Floats => "real",
    };
    writeln!(out, "%%MatrixMarket matrix coordinate {value} symmetric")?;
    writeln!(out, "{} {} {}", preface.n, preface.n, preface.m)
}

/// Writes an entry of the lower triangle for each edge.
pub(super) fn write_edges(block: &Slice, out: &mut dyn Write) -> io::Result<()> {
    let mut edges = block.weighted();
    edges.try_for_each(|(u, v, weight)| writeln!(out, "{} {} {weight}", u.max(v) + 1, u.min(v) + 1))
}
