//! Text edge lists: an edge a line, `u v [w]` or chosen columns, ids from 0.
//!
//! Blanks, tabs, commas or semicolons separate; lines that begin with `#` or `%` and blank lines are
//! skipped; other columns are ignored. Without a weight column every edge weighs 1. A header may
//! tell n and m: on one line of two numbers before lines of three or more, or on two lines of one.

use super::columns::Columns;
use super::fields::{Checked, Fields, Ids};
use super::head::Head;
use super::preamble::{Layout, Top};
use crate::error::Result;
use crate::graph::{Raw, Slice, Weight};
use std::io::{self, Write};

/// Whether a line holds data: it is neither blank nor a comment.
pub(super) fn is_record(line: &[u8]) -> bool {
    let fields = Fields::of(line);
    !fields.is_empty() && !matches!(fields.peek().first(), Some(b'#' | b'%'))
}

/// Reads the header, if there is one, and finds the columns.
pub(super) fn top(head: &mut Head<'_>, columns: Option<Columns>, names: bool) -> Result<Top> {
    let (mut body, mut before) = (0, 0);
    let mut header = None;
    let mut first = next(head, &mut body, &mut before)?;
    let ids = columns.map_or((1, 2), |columns| (columns.u, columns.v));
    if names && first.as_deref().is_some_and(|line| is_names(line, ids)) {
        first = next(head, &mut body, &mut before)?;
    }
    if let Some([n]) = first.as_deref().and_then(numbers) {
        let second = head.next_record(is_record)?.unwrap_or_default();
        let mut fields = Fields::of(&second);
        let m =
            fields.number("the number of edges, alone, after a line with the number of vertices");
        header = Some((n, head.check(m.and_then(|m| fields.end().map(|()| m)))?));
        first = next(head, &mut body, &mut before)?;
    } else if let Some([n, m]) = first.as_deref().and_then(numbers) {
        let (at, lines) = (head.offset, head.line);
        let second = head.next_record(is_record)?;
        if second.as_deref().is_some_and(|line| Fields::of(line).count() > 2) {
            header = Some((n, m));
            (body, before, first) = (at, lines, second);
        }
    }
    let Some(first) = first else {
        let (n, m) = header.ok_or_else(|| head.content("it has neither edges nor a header"))?;
        let columns = Columns { u: 1, v: 2, weight: Some(3) };
        return Ok(Top { n: Some(n), m: Some(m), layout: Layout::Text { columns }, body, before });
    };
    let weight = (Fields::of(&first).count() > 2).then_some(3);
    let columns = columns.unwrap_or(Columns { u: 1, v: 2, weight });
    let (n, m) = header.unzip();
    Ok(Top { n, m, layout: Layout::Text { columns }, body, before })
}

/// The next record; `body` and `before` become the bytes and lines before it, or at the end all.
fn next(head: &mut Head<'_>, body: &mut u64, before: &mut u64) -> Result<Option<Vec<u8>>> {
    loop {
        (*body, *before) = (head.offset, head.line);
        match head.next()? {
            Some(line) if !is_record(&line) => {}
            found => return Ok(found),
        }
    }
}

/// Whether a line of a CSV file holds the names of columns: no ids where they should be.
fn is_names(line: &[u8], (u, v): (u32, u32)) -> bool {
    let mut fields = Fields::of(line);
    let names = (1..=u.max(v)).filter(|&column| {
        let starts_word = fields.skip().first().is_some_and(|byte| !byte.is_ascii_digit());
        starts_word && (column == u || column == v)
    });
    names.count() == 2
}

/// The line as exactly `C` whole numbers.
fn numbers<const C: usize>(line: &[u8]) -> Option<[u64; C]> {
    let mut fields = Fields::of(line);
    let mut found = [0; C];
    for number in &mut found {
        *number = fields.number("").ok()?;
    }
    fields.end().ok().map(|()| found)
}

/// Parses one line.
#[inline]
pub(super) fn edge(line: &[u8], columns: Columns, ids: Ids, raw: &mut Raw) -> Checked<()> {
    let mut fields = Fields::of(line);
    if matches!(fields.peek_byte(), None | Some(b'#' | b'%')) {
        return Ok(());
    }
    if (Columns { weight: None, ..columns }) == (Columns { u: 1, v: 2, weight: None }) {
        let (u, v) = (fields.vertex(ids)?, fields.vertex(ids)?);
        let weight = match columns.weight {
            None => Weight::Integer(1),
            Some(column) => {
                for _ in 3..column {
                    fields.skip();
                }
                fields.weight()?
            }
        };
        raw.push(u, v, weight);
        return Ok(());
    }
    let (mut u, mut v, mut weight) = (0, 0, Weight::Integer(1));
    for column in 1..=columns.last() {
        match column {
            _ if column == columns.u => u = fields.vertex(ids)?,
            _ if column == columns.v => v = fields.vertex(ids)?,
            _ if Some(column) == columns.weight => weight = fields.weight()?,
            _ if fields.is_empty() => {
                let most = columns.last();
                return Err(fields.fault(&format!("{most} columns (see --columns)")));
            }
            _ => {
                fields.skip();
            }
        }
    }
    raw.push(u, v, weight);
    Ok(())
}

/// Writes a header `n m` and a line `u v w` for each edge, ids from 0.
pub(super) fn write(slice: &Slice, out: &mut dyn Write) -> io::Result<()> {
    // Without edges, only two lines of one number each are known as a header.
    let between = if slice.edges.is_empty() { '\n' } else { ' ' };
    writeln!(out, "{}{between}{}", slice.n, slice.edges.len())?;
    slice.weighted().try_for_each(|(u, v, weight)| writeln!(out, "{u} {v} {weight}"))
}
