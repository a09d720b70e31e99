//! Text edge lists: one edge per line, `u v [w]` or chosen columns.
//!
//! Columns are separated by blanks, a tab, a comma or a semicolon, the same in all lines, and all
//! lines have the same number of columns. [`top`] finds out from the first lines how the file is
//! written, and refuses what could be read in two ways. Blank lines and lines that begin with `#`
//! or `%` are skipped. Without a weight column, every edge weighs 1.

mod reading;
mod top;
mod write;

pub(super) use top::top;
pub(super) use write::{is_table, write_edges, write_head};

use super::columns::{Columns, Selection};
use super::dialect::{Decimal, Dialect, Separator};
use super::fields::{Checked, Fields, Ids};
use crate::graph::{BatchBuilder, Weight};
use serde::{Deserialize, Serialize};

/// How a text file is written, as far as the user says; the rest is detected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextOptions {
    /// The columns of u, v and the weight.
    pub columns: Option<Selection>,
    /// What separates fields.
    pub separator: Option<Separator>,
    /// The sign of decimals.
    pub decimal: Option<Decimal>,
    /// The first id: 0 if it is not given.
    pub first_id: Option<u64>,
}

impl TextOptions {
    /// The first of these options that was given, by its name on the command line.
    pub fn first_given(&self) -> Option<&'static str> {
        let given = [
            (self.columns.is_some(), "--columns"),
            (self.separator.is_some(), "--separator"),
            (self.decimal.is_some(), "--decimal"),
            (self.first_id.is_some(), "--first-id"),
        ];
        given.into_iter().find_map(|(is_given, name)| is_given.then_some(name))
    }
}

/// How each line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rows {
    pub(super) dialect: Dialect,
    pub(super) columns: Columns,
    /// How many columns every line has.
    pub(super) width: u32,
    /// The first id.
    pub(super) first_id: u64,
    /// Whether the columns are u, v and the weight, if there is one, in this order and no others.
    pub(super) plain: bool,
}

/// Whether a line holds data: it is neither blank nor a comment.
fn is_record(line: &[u8]) -> bool {
    !matches!(Fields::of(line).peek_byte(), None | Some(b'#' | b'%'))
}

/// Parses one line.
#[inline]
pub(super) fn edge(line: &[u8], rows: &Rows, ids: Ids, batch: &mut BatchBuilder) -> Checked<()> {
    let mut fields = Fields::with(line, rows.dialect);
    if matches!(fields.peek_byte(), None | Some(b'#' | b'%')) {
        return Ok(());
    }
    let (u, v, weight) = record(&mut fields, rows, ids)?;
    batch.push(u, v, weight);
    Ok(())
}

/// The edge of a line that is not a comment.
#[inline]
fn record(fields: &mut Fields<'_>, rows: &Rows, ids: Ids) -> Checked<(u64, u64, Weight)> {
    if rows.plain {
        let (u, v) = (fields.vertex(ids)?, fields.vertex(ids)?);
        let weight = if rows.width == 3 { fields.weight()? } else { Weight::Integer(1) };
        let right = fields.is_empty().then_some((u, v, weight));
        return right.ok_or_else(|| fields.fault(&too_many(rows.width)));
    }
    let (mut u, mut v, mut weight) = (0, 0, Weight::Integer(1));
    for column in 1..=rows.width {
        match column {
            _ if column == rows.columns.u => u = fields.vertex(ids)?,
            _ if column == rows.columns.v => v = fields.vertex(ids)?,
            _ if Some(column) == rows.columns.weight => weight = fields.weight()?,
            _ if fields.is_empty() => return Err(fields.fault(&too_few(rows.width))),
            _ => fields.skip()?,
        }
    }
    if fields.is_empty() { Ok((u, v, weight)) } else { Err(fields.fault(&too_many(rows.width))) }
}

/// The field at a place of a line, as text; `None` if the line has no such field.
fn field(line: &[u8], dialect: Dialect, place: u32) -> Option<String> {
    let mut fields = Fields::with(line, dialect);
    for _ in 1..place {
        fields.skip().ok()?;
    }
    (!fields.is_empty()).then(|| fields.name())
}

#[cold]
fn too_few(width: u32) -> String {
    format!("{width} columns, as in the first line")
}

#[cold]
fn too_many(width: u32) -> String {
    format!("the end of the line after {width} columns, as in the first line")
}
