//! The lightest edge of each vertex, found by threads that each own a window of vertices.

use super::edge_like::EdgeLike;
use super::memory::{parts, prefetch, zeroed};
use crate::graph::{Key, Vertex, scramble};
use rayon::prelude::*;

/// The number of windows of vertices.
const WINDOWS: usize = 32;
/// Edges of each window's group that are looked at for locality.
const SAMPLE: u64 = 128;
/// How many records ahead the memory of a record is prefetched.
const AHEAD: usize = 256;

/// A key packed with the index of its record (see [`Key::placed`]); zero stands for no edge.
type Placed<R> = <<R as EdgeLike>::Key as Key>::Placed;

/// Consecutive pieces of a list of edges, and the window of vertices that is theirs.
struct Group<'a, R> {
    pieces: &'a [&'a [R]],
    /// The index of the first record; each piece begins `stride` further.
    first: usize,
    stride: usize,
    /// The first vertex of the window, which ends where the next one starts.
    start: usize,
}

/// Distributes `pieces` of edges between `0..n` to windows. Each window starts at the lower end of
/// its first edge, but not before the window before it. Each piece counts as `stride` records.
fn groups<'a, R: EdgeLike>(n: usize, pieces: &'a [&'a [R]], stride: usize) -> Vec<Group<'a, R>> {
    let size = pieces.len().div_ceil(WINDOWS).max(1);
    let mut start = 0;
    let group = |(index, pieces): (usize, &'a [&'a [R]])| {
        if let Some(record) = pieces.iter().find_map(|piece| piece.first()).filter(|_| index > 0) {
            let (u, v) = record.ends();
            start = start.max(u.min(v) as usize).min(n);
        }
        Group { pieces, first: index * size * stride, stride, start }
    };
    pieces.chunks(size).enumerate().map(group).collect()
}

/// Whether nearly all edges of `pieces` have both ends near those of the edges around them, judged
/// by a look at a few.
pub(super) fn are_local<R: EdgeLike>(n: usize, pieces: &[&[R]]) -> bool {
    let groups = groups(n, pieces, 0);
    let (mut inside, mut seen) = (0, 0);
    for (index, group) in groups.iter().enumerate() {
        let window = group.start..groups.get(index + 1).map_or(n, |next| next.start);
        let piece = |look| group.pieces[scramble(look) as usize % group.pieces.len()];
        for (look, piece) in (0..SAMPLE).map(|look| (look, piece(look))) {
            if piece.is_empty() {
                continue;
            }
            let (u, v) = piece[scramble(!look) as usize % piece.len()].ends();
            inside += usize::from(window.contains(&(u as usize)) && window.contains(&(v as usize)));
            seen += 1;
        }
    }
    inside * 16 >= seen * 15
}

/// The lightest edge of each vertex of `0..n`: its key and its index, where each piece counts as
/// `stride` records.
///
/// O(n + m), on the current rayon pool where there is locality, else on one thread.
pub(super) fn lightest_of_each<R: EdgeLike>(
    n: usize,
    pieces: &[&[R]],
    stride: usize,
) -> Box<[Placed<R>]> {
    let groups = match are_local(n, pieces) {
        true => groups(n, pieces, stride),
        false => vec![Group { pieces, first: 0, stride, start: 0 }],
    };
    let mut lightest = zeroed(n);
    let ends = groups.iter().skip(1).map(|next| next.start).chain([n]);
    let lens = groups.iter().zip(ends).map(|(group, end)| end - group.start);
    let windows = parts(&mut lightest, lens);
    let foreign: Vec<Vec<_>> =
        windows.into_par_iter().zip(&groups).map(|(window, group)| group.scan(window)).collect();
    for (v, placed) in foreign.into_iter().flatten() {
        let cell: &mut Placed<R> = &mut lightest[v as usize];
        *cell = placed.max(*cell);
    }
    lightest
}

impl<R: EdgeLike> Group<'_, R> {
    /// Enters the edges into the group's window and returns what belongs elsewhere. Loops are
    /// skipped.
    fn scan(&self, window: &mut [Placed<R>]) -> Vec<(Vertex, Placed<R>)> {
        let mut foreign = Vec::new();
        let mut first = self.first;
        for piece in self.pieces {
            for (index, record) in piece.iter().enumerate() {
                prefetch(piece, index + AHEAD);
                let (u, v) = record.ends();
                if u == v {
                    continue;
                }
                let placed = record.key().placed((first + index) as u32);
                for end in [u, v] {
                    match window.get_mut((end as usize).wrapping_sub(self.start)) {
                        Some(cell) => *cell = placed.max(*cell),
                        None => foreign.push((end, placed)),
                    }
                }
            }
            first += self.stride;
        }
        foreign
    }
}
