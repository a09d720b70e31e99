//! METIS graphs, `.graph`: `n m [fmt [ncon]]`, then a line of neighbours for each vertex, ids from 1.
//!
//! Karypis, "METIS: A Software Package for Partitioning Unstructured Graphs", manual of 5.1.0,
//! section 4.1. Vertex sizes and weights are skipped. Each edge is on the lines of both endpoints;
//! it is read from the lower one's, and a fingerprint over all blocks proves that the other line
//! agrees.

use super::census::Census;
use super::fields::{Checked, Fields, Ids};
use super::head::{Head, Top};
use crate::error::{ContentFault, Error, Result};
use crate::graph::{BatchBuilder, Slice, Weight, float_key, integer_key, mix};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::Path;

/// Memory that [`write`] needs, bytes: per vertex two offsets into the neighbours, per edge the
/// neighbour and key at both ends.
pub(super) const WRITING: (u64, u64) = (16, 32);

/// What the line of a vertex contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VertexLine {
    /// Numbers before the neighbours.
    skipped: u32,
    /// Whether each neighbour has a weight.
    weighted: bool,
}

/// Whether a line is a comment. All other lines but the header stand for vertices, even empty ones.
pub(super) fn is_comment(line: &[u8]) -> bool {
    line.first() == Some(&b'%')
}

pub(super) fn top(head: &mut Head<'_>) -> Result<(Top, VertexLine)> {
    let line = head.header(|line| !is_comment(line))?;
    let mut fields = Fields::of(&line);
    let mut read = || {
        let n = fields.number("the number of vertices")?;
        let m = fields.number("the number of edges")?;
        let (at, format) = (fields, if fields.is_empty() { &b"0"[..] } else { fields.peek() });
        let known = format.len() <= 3 && format.iter().all(|digit| matches!(digit, b'0' | b'1'));
        if !known {
            return Err(at.fault("a format of up to three digits, 0 or 1"));
        }
        fields.skip()?;
        let flag = |place: usize| format.iter().rev().nth(place) == Some(&b'1');
        let (weighted, weights, sizes) = (flag(0), flag(1), flag(2));
        let at = fields;
        let constraints = if fields.is_empty() {
            1
        } else {
            fields.number("the number of weights per vertex")?
        };
        let skipped = u64::from(sizes) + if weights { constraints } else { 0 };
        let skipped = u32::try_from(skipped).map_err(|_| at.fault("fewer weights per vertex"))?;
        fields.end().map(|()| (n, m, VertexLine { skipped, weighted }))
    };
    let (n, m, shape) = head.check(read())?;
    Ok((Top::of_header(head, n, m), shape))
}

/// Parses the line of `vertex`, and advances that to the next vertex unless the line is a comment.
pub(super) fn vertex(
    line: &[u8],
    vertex: &mut u64,
    shape: VertexLine,
    ids: Ids,
    batch: &mut BatchBuilder,
    census: &mut Census,
) -> Checked<()> {
    if is_comment(line) {
        return Ok(());
    }
    let mut fields = Fields::of(line);
    let Some(u) = Some(*vertex).filter(|vertex| ids.n.is_some_and(|n| *vertex < n)) else {
        return fields
            .end()
            .map_err(|_| fields.fault("the end of the file: the header says fewer vertices"));
    };
    *vertex += 1;
    for _ in 0..shape.skipped {
        fields.number("a weight or size of the vertex")?;
    }
    while !fields.is_empty() {
        let at = fields;
        let v = fields.vertex(ids)?;
        let weight = if shape.weighted { fields.weight()? } else { Weight::Integer(1) };
        if u == v {
            return Err(at.fault("another vertex: METIS graphs have no loops"));
        }
        let key = match weight {
            Weight::Integer(weight) => integer_key(weight),
            Weight::Float(weight) => !float_key(weight).unwrap_or(0),
        };
        let print = mix(u.min(v), u.max(v), key);
        if u < v {
            batch.push(u, v, weight);
            census.excess = census.excess.wrapping_add(1);
            census.balance = census.balance.wrapping_add(print);
        } else {
            batch.bound = batch.bound.max(u + 1);
            census.excess = census.excess.wrapping_sub(1);
            census.balance = census.balance.wrapping_sub(print);
        }
    }
    Ok(())
}

/// Checks that the header and the two directions of the edges agree.
pub(super) fn check(path: &Path, n: u64, census: &Census) -> Result<()> {
    if census.vertices != n {
        let told = census.vertices;
        let what = format!("the header says {n} vertices, but there are {told} lines for them");
        return Err(Error::content(path, ContentFault::Contradictory, what));
    }
    if (census.excess, census.balance) != (0, 0) {
        let what = "an edge is on the line of only one endpoint, or has two different weights";
        return Err(Error::content(path, ContentFault::Contradictory, what));
    }
    Ok(())
}

/// Writes each vertex's neighbours, in O(n + m) memory. Keeps parallel edges.
pub(super) fn write(slice: &Slice, out: &mut dyn Write) -> io::Result<()> {
    let mut starts = vec![0usize; slice.n as usize + 1];
    for e in slice.edges.iter() {
        starts[e.u as usize + 1] += 1;
        starts[e.v as usize + 1] += 1;
    }
    for vertex in 0..slice.n as usize {
        starts[vertex + 1] += starts[vertex];
    }
    let mut ends = starts.clone();
    let mut neighbours = vec![(0, 0); 2 * slice.edges.len()];
    for e in slice.edges.iter() {
        for (from, to) in [(e.u, e.v), (e.v, e.u)] {
            neighbours[ends[from as usize]] = (to, e.key);
            ends[from as usize] += 1;
        }
    }
    writeln!(out, "{} {} 1", slice.n, slice.edges.len())?;
    for vertex in starts.windows(2) {
        for &(v, key) in &neighbours[vertex[0]..vertex[1]] {
            write!(out, "{} {} ", u64::from(v) + 1, slice.weights.weight(key))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
