//! DIMACS-9 shortest-path graphs, `.gr`: `c` comments, `p sp n m`, then `a u v w`, ids from 1.
//!
//! 9th DIMACS Implementation Challenge, "File formats". An arc counts as an edge; one in each
//! direction makes two parallel edges, of which the forest takes at most one.

use super::Preface;
use super::fields::{Checked, Fields, Ids};
use super::head::{Head, Top};
use crate::error::Result;
use crate::graph::{BatchBuilder, Slice};
use std::io::{self, Write};

fn is_record(line: &[u8]) -> bool {
    let fields = Fields::of(line);
    !fields.is_empty() && fields.peek() != b"c"
}

/// Whether a file that begins with `head` has this format, judged by its first line that is not a
/// comment.
pub(super) fn begins(head: &[u8]) -> bool {
    head.split(|&byte| byte == b'\n')
        .find(|line| is_record(line))
        .is_some_and(|line| line.starts_with(b"p sp "))
}

pub(super) fn top(head: &mut Head<'_>) -> Result<Top> {
    let line = head.header(is_record)?;
    let mut fields = Fields::of(&line);
    let mut read = || {
        let what = "the header `p sp n m`";
        if fields.peek() != b"p" {
            return Err(fields.fault(what));
        }
        fields.skip()?;
        if fields.peek() != b"sp" {
            return Err(fields.fault("sp: only shortest-path graphs are read"));
        }
        fields.skip()?;
        let n = fields.number("the number of vertices")?;
        let m = fields.number("the number of arcs")?;
        fields.end().map(|()| (n, m))
    };
    let (n, m) = head.check(read())?;
    Ok(Top::of_header(head, n, m))
}

/// Parses one line.
pub(super) fn arc(line: &[u8], ids: Ids, batch: &mut BatchBuilder) -> Checked<()> {
    let mut fields = Fields::of(line);
    match fields.peek() {
        b"a" => {
            fields.skip()?;
            let (u, v, weight) = (fields.vertex(ids)?, fields.vertex(ids)?, fields.weight()?);
            fields.end()?;
            batch.push(u, v, weight);
            Ok(())
        }
        b"c" => Ok(()),
        _ if fields.is_empty() => Ok(()),
        _ => Err(fields.fault("an arc `a u v w` or a comment `c`")),
    }
}

/// Writes what comes before the edges.
pub(super) fn write_head(preface: &Preface, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "p sp {} {}", preface.n, preface.m)
}

/// Writes an arc for each edge.
pub(super) fn write_edges(block: &Slice, out: &mut dyn Write) -> io::Result<()> {
    let mut edges = block.weighted();
    edges.try_for_each(|(u, v, weight)| writeln!(out, "a {} {} {weight}", u + 1, v + 1))
}
