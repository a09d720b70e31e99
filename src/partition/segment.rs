//! A segment of the input, of which a rank has read the first part, and how segments are
//! distributed among ranks.

use crate::error::Result;
use crate::format::{Census, LineCount};
use crate::graph::Weights;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// A segment of the input, read from its start up to `rest` and unread from there.
///
/// Positions are counted in the input's own units: bytes of text, edges of binary files, the units
/// of a generator (`Spec::units`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Segment {
    pub(super) start: u64,
    /// The part that is still unread.
    pub(super) rest: Range<u64>,
    /// Text: the position from which `before` counts.
    pub(super) since: u64,
    /// Text: the counts of the lines from `since` up to `rest`.
    pub(super) before: LineCount,
    /// The counts of the part that was read.
    pub(super) census: Census,
    /// The number of edges in the forest of that part.
    pub(super) edges: u64,
    /// How the keys of these edges are encoded.
    pub(super) weights: Weights,
    /// Whether edges were dropped by comparing integers that `f64` cannot represent exactly.
    pub(super) beyond_floats: bool,
    /// The XXH3 of the bytes of these edges.
    pub(super) sum: u64,
}

impl Segment {
    /// A segment of which nothing has been read.
    pub(super) fn untouched(rest: Range<u64>) -> Self {
        Self {
            start: rest.start,
            since: rest.start,
            before: LineCount::default(),
            census: Census::default(),
            edges: 0,
            weights: Weights::narrow_integers(0),
            beyond_floats: false,
            sum: xxh3_64(&[]),
            rest,
        }
    }

    /// Moves the start of the rest forward by `units`, or to its end if that is nearer. Returns the
    /// range passed.
    pub(super) fn advance(&mut self, units: u64) -> Range<u64> {
        let from = self.rest.start;
        self.rest.start = self.rest.end.min(from.saturating_add(units));
        from..self.rest.start
    }

    /// The bytes of its forest; `u64::MAX`, more than any file has, if that overflows.
    pub(super) fn bytes(&self) -> u64 {
        self.edges.saturating_mul(self.weights.edge_bytes() as u64)
    }

    /// The number of units that are still unread.
    pub(super) fn unread(&self) -> u64 {
        self.rest.end - self.rest.start
    }

    /// The cost of its forest in units: that of reading as many edges.
    fn forest_cost(&self) -> u64 {
        let (taken, records) = (self.rest.start - self.start, self.census.records.max(1));
        (u128::from(self.edges.min(records)) * u128::from(taken) / u128::from(records)) as u64
    }
}

/// Moves a cut inside a rest to a position at or after it where the input can be cut.
pub(super) type Cut<'a> = &'a dyn Fn(&Range<u64>, u64) -> Result<u64>;

/// Where the share of a rank begins: in which segment, and there before its forest (`None`) or at a
/// position in its rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Start {
    segment: usize,
    at: Option<u64>,
}

/// The share of rank `r` of `p`: pieces of the consecutive `segments`, each with the position in
/// `segments` of the segment it was cut from.
///
/// Shares are contiguous and in rank order, so that edges keep the order of their positions. They
/// take about the same time. A rest may be cut anywhere; a forest goes to one rank as a whole.
///
/// # Errors
/// As `cut`.
pub(super) fn share(
    segments: &[Segment],
    r: usize,
    p: usize,
    cut: Cut<'_>,
) -> Result<Vec<(usize, Segment)>> {
    let (first, end) = (start(segments, r, p, cut)?, start(segments, r + 1, p, cut)?);
    let mut share = Vec::new();
    for (position, segment) in segments.iter().enumerate().skip(first.segment) {
        let to = match end {
            Start { segment, at: None } if segment <= position => break,
            Start { segment, at: Some(at) } if segment == position => at,
            Start { segment, .. } if segment < position => break,
            _ => segment.rest.end,
        };
        let mine = match first.at.filter(|_| position == first.segment) {
            None => Segment { rest: segment.rest.start..to, ..segment.clone() },
            Some(from) if from == to => continue,
            Some(from) if from == segment.rest.start => Segment {
                since: segment.since,
                before: segment.before,
                ..Segment::untouched(from..to)
            },
            Some(from) => Segment::untouched(from..to),
        };
        share.push((position, mine));
    }
    Ok(share)
}

/// Where the share of rank `r` of `p` begins; `r == p` gives the end of all shares.
fn start(segments: &[Segment], r: usize, p: usize, cut: Cut<'_>) -> Result<Start> {
    let end = Start { segment: segments.len(), at: None };
    if r == 0 || r == p {
        return Ok(if r == 0 { Start { segment: 0, at: None } } else { end });
    }
    let costs = segments.iter().map(|s| u128::from(s.forest_cost()) + u128::from(s.unread()));
    let mut left = costs.sum::<u128>() * r as u128 / p as u128;
    for (position, segment) in segments.iter().enumerate() {
        let (forest, rest) = (u128::from(segment.forest_cost()), u128::from(segment.unread()));
        if left < forest {
            // Begin at the nearer end of the forest, since it stays whole.
            let at = (2 * left >= forest).then_some(segment.rest.start);
            return Ok(Start { segment: position, at });
        }
        left -= forest;
        if left < rest {
            let at = cut(&segment.rest, segment.rest.start + left as u64)?;
            return Ok(Start { segment: position, at: Some(at) });
        }
        left -= rest;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Consecutive segments, each given by its units read, its units unread, and the edges of its
    /// forest.
    fn segments(stretches: &[(u64, u64, u64)]) -> Vec<Segment> {
        let mut at = 7;
        let segment = |&(taken, unread, edges): &(u64, u64, u64)| {
            let start = at;
            at += taken + unread;
            Segment {
                start,
                census: Census { records: taken, ..Census::default() },
                edges: edges.min(taken),
                ..Segment::untouched(start + taken..at)
            }
        };
        stretches.iter().map(segment).collect()
    }

    proptest! {
        /// The shares in rank order cover all segments: every forest once, every unread position
        /// once.
        #[test]
        fn shares_tile_the_segments(
            stretches in prop::collection::vec((0u64..30, 0u64..30, 0u64..30), 1..6),
            p in 1usize..9,
        ) {
            let all = segments(&stretches);
            // Cuts are possible at multiples of three only, as in text at line ends only.
            let cut = |rest: &Range<u64>, at: u64| Ok(at.next_multiple_of(3).min(rest.end));
            let (mut at, mut forests, mut unread) = (all[0].start, Vec::new(), 0);
            for r in 0..p {
                for (from, segment) in share(&all, r, p, &cut).expect("cut") {
                    prop_assert_eq!(segment.start, at);
                    prop_assert!(segment.rest.start <= segment.rest.end);
                    if segment.rest.start > segment.start {
                        let whole = &all[from];
                        prop_assert_eq!(
                            (segment.start, segment.rest.start, segment.edges),
                            (whole.start, whole.rest.start, whole.edges)
                        );
                        forests.push(from);
                    }
                    unread += segment.unread();
                    at = segment.rest.end;
                }
            }
            prop_assert_eq!(at, all[all.len() - 1].rest.end);
            let held = (0..all.len()).filter(|&i| all[i].rest.start > all[i].start);
            prop_assert_eq!(forests, held.collect::<Vec<_>>());
            prop_assert_eq!(unread, all.iter().map(Segment::unread).sum::<u64>());
        }
    }

    #[test]
    fn the_shares_of_one_untouched_segment_are_equal_within_one() {
        let all = [Segment::untouched(0..10)];
        for (r, start) in [0, 2, 5, 7].into_iter().enumerate() {
            let share = share(&all, r, 4, &|_, at| Ok(at)).expect("cut");
            assert_eq!((share.len(), share[0].1.start), (1, start));
        }
    }

    #[test]
    fn forests_alone_are_dealt_out_too() {
        let all = segments(&[(10, 0, 5), (10, 0, 5), (10, 0, 5), (10, 0, 5)]);
        let lens = [0, 1].map(|r| share(&all, r, 2, &|_, at| Ok(at)).expect("cut").len());
        assert_eq!(lens, [2, 2]);
    }
}
