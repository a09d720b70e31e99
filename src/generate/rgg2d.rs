//! Random geometric graph: points on the unit square, an edge wherever two are close.
//!
//! Vertices are numbered cell by cell, row by row, so a block of them is a strip of the square and
//! few edges leave it. An edge belongs to its lower vertex; edges are ordered by their lower and
//! then their higher end. Coordinates are 31-bit integers, so that rounding does not depend on the
//! platform.
//!
//! Every rank draws all points, in O(n log n) and 12 bytes a vertex, and then makes the edges of
//! its own block in O((n + m) / p).

use super::random::{Draw, RandomStream};
use crate::graph::{Edge, Key, Vertex};
use rayon::prelude::*;
use std::mem;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// The side of the square.
const SIDE: u64 = 1 << 31;
/// Vertices that a thread takes at once.
const CHUNK: usize = 1 << 10;

/// The points of a graph, by vertex.
pub(super) struct Points {
    /// Edges are shorter than this.
    radius: u64,
    /// Cells along the side; a cell is at least as wide as the radius.
    cells: u64,
    points: Vec<[u32; 2]>,
    /// The first vertex of each cell, and n.
    starts: Vec<Vertex>,
}

/// The most edges that can be asked for: the radius is then the side of the square.
pub(super) fn most_edges(n: u64) -> u64 {
    (pairs(n) * share_closer_than(1.0)) as u64
}

fn pairs(n: u64) -> f64 {
    n as f64 * (n as f64 - 1.0) / 2.0
}

/// The probability that two points are closer than `r` <= 1, the border taken into account.
///
/// Philip, "The Probability Distribution of the Distance Between Two Random Points in a Box",
/// KTH Stockholm 2007.
fn share_closer_than(r: f64) -> f64 {
    use std::f64::consts::PI;
    r * r * (PI - r * (8.0 / 3.0 - r / 2.0))
}

/// The radius at which m edges are expected, by bisection.
fn radius(n: u64, m: u64) -> u64 {
    let (mut low, mut high) = (0, SIDE);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let expected = pairs(n) * share_closer_than(middle as f64 / SIDE as f64);
        if expected < m as f64 { low = middle } else { high = middle }
    }
    if m == 0 { 0 } else { high }
}

impl Points {
    pub(super) fn new(n: u64, m: u64, seed: u64) -> Self {
        let radius = radius(n, m);
        // No more cells than vertices, so that their starts take no more memory than the points.
        let cells = (SIDE / radius.max(1)).min(n.isqrt()).max(1);
        let words = RandomStream::new(seed, Draw::Ends);
        let draw = |i| [(words.at(i) >> 33) as u32, (words.at(i) as u32) >> 1];
        let mut points: Vec<_> = (0..n).into_par_iter().map(draw).collect();
        points.par_sort_unstable_by_key(|&[x, y]| (cell(cells, [x, y]), x, y));
        let mut starts = vec![0; (cells * cells) as usize + 1];
        for &point in &points {
            let (row, column) = cell(cells, point);
            starts[(row * cells + column) as usize + 1] += 1;
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        Self { radius, cells, points, starts }
    }

    /// The edges whose lower vertex is in `vertices`, in parallel; adds to `done` as it goes.
    ///
    /// `key` makes the key from the endpoints and the squared distance.
    pub(super) fn edges<K: Key>(
        &self,
        vertices: Range<u64>,
        done: &AtomicU64,
        key: impl Fn(Vertex, Vertex, u64) -> K + Sync,
    ) -> Vec<Edge<K>> {
        let chunks: Vec<Range<Vertex>> = vertices
            .clone()
            .step_by(CHUNK)
            .map(|first| first as Vertex..vertices.end.min(first + CHUNK as u64) as Vertex)
            .collect();
        let count = |chunk: &Range<Vertex>| -> usize {
            chunk.clone().map(|u| self.neighbours_above(u).count()).sum()
        };
        let counts: Vec<usize> = chunks.par_iter().map(count).collect();
        let mut edges = bytemuck::zeroed_vec(counts.iter().sum());
        let mut rest = edges.as_mut_slice();
        let mut pieces = Vec::with_capacity(counts.len());
        for count in counts {
            let (piece, more) = mem::take(&mut rest).split_at_mut(count);
            pieces.push(piece);
            rest = more;
        }
        pieces.into_par_iter().zip(chunks).for_each(|(piece, chunk)| {
            let pairs = chunk.flat_map(|u| self.neighbours_above(u).map(move |v| (u, v)));
            for (slot, (u, (v, squared))) in piece.iter_mut().zip(pairs) {
                *slot = Edge { u, v, key: key(u, v, squared) };
            }
            done.fetch_add(piece.len() as u64, Ordering::Relaxed);
        });
        edges
    }

    /// The length of an edge in units of 1/(2^31 - 1) of the radius.
    pub(super) fn weight(&self, squared: u64) -> u32 {
        let unit = self.radius as f64 / (SIDE - 1) as f64;
        ((squared as f64).sqrt() / unit).round() as u32
    }

    /// The neighbours of `u` with a higher number, in order, and their squared distances.
    ///
    /// They are in the rest of its cell and the next, and in three cells of the next row, so in
    /// two ranges of vertices.
    fn neighbours_above(&self, u: Vertex) -> impl Iterator<Item = (Vertex, u64)> {
        let point = self.points[u as usize];
        let (row, column) = cell(self.cells, point);
        let start = |row, column| self.starts[(row * self.cells + column) as usize];
        let end_column = (column + 2).min(self.cells);
        let beside = u + 1..start(row, end_column);
        let below = if row + 1 < self.cells {
            start(row + 1, column.saturating_sub(1))..start(row + 1, end_column)
        } else {
            0..0
        };
        let reach = self.radius * self.radius;
        let squared = move |v: Vertex| (v, distance_squared(point, self.points[v as usize]));
        beside.chain(below).map(squared).filter(move |&(_, squared)| squared < reach)
    }
}

/// The row and the column of a point's cell.
fn cell(cells: u64, [x, y]: [u32; 2]) -> (u64, u64) {
    (u64::from(y) * cells / SIDE, u64::from(x) * cells / SIDE)
}

fn distance_squared(a: [u32; 2], b: [u32; 2]) -> u64 {
    let [x, y] = [0, 1].map(|axis| u64::from(a[axis].abs_diff(b[axis])));
    x * x + y * y // below 2^63
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_all_close_pairs() {
        for (n, m) in [(1, 0), (2, 0), (40, 0), (40, 20), (40, 760), (300, 900), (300, 43_000)] {
            let graph = Points::new(n, m, 5);
            let done = AtomicU64::new(0);
            let edges = graph.edges(0..n, &done, |_, _, squared| graph.weight(squared));
            let mut expected = Vec::new();
            for u in 0..n as usize {
                for v in u + 1..n as usize {
                    let squared = distance_squared(graph.points[u], graph.points[v]);
                    if squared < graph.radius * graph.radius {
                        let key = graph.weight(squared);
                        expected.push(Edge { u: u as Vertex, v: v as Vertex, key });
                    }
                }
            }
            assert_eq!(edges, expected, "n = {n}, m = {m}");
            assert_eq!(done.into_inner(), edges.len() as u64);
            assert!(edges.iter().all(|e| e.key < 1 << 31));
        }
    }

    #[test]
    fn about_as_many_edges_as_asked_for() {
        for (n, m) in [(20_000, 100_000), (2000, 500_000), (1000, most_edges(1000))] {
            let graph = Points::new(n, m, 1);
            let edges = graph.edges(0..n, &AtomicU64::new(0), |_, _, _| 0u32);
            let ratio = edges.len() as f64 / m as f64;
            assert!((ratio - 1.0).abs() < 0.03, "n = {n}, m = {m}: {}", edges.len());
        }
    }

    #[test]
    fn a_block_of_vertices_keeps_most_edges_inside() {
        let n = 10_000;
        let edges = Points::new(n, 50_000, 1).edges(0..n, &AtomicU64::new(0), |_, _, _| 0u32);
        let leaving = edges.iter().filter(|e| (e.u < 5000) != (e.v < 5000)).count();
        assert!(leaving * 20 < edges.len(), "{leaving} of {} edges leave", edges.len());
    }
}
