//! Joins batches into one list: new batches are added to those held, in parallel.

use crate::graph::{Batch, Edge, Edges, Extent, Key, Weights, with_edges};
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// Edges that a thread copies at once.
const PIECE: usize = if cfg!(test) { 3 } else { 1 << 16 };

/// The least number of bytes by which a list grows, if it may become that large. For such sizes the
/// system moves the list without copying it, and provides memory only for what is used.
pub(super) const STEP: usize = 1 << 26;

/// The narrowest encoding that holds all batches, which must all have the same order.
pub(super) fn common(batches: &[Batch]) -> Weights {
    let descending = batches.first().is_some_and(|batch| batch.weights().descending());
    Weights::narrowest(extent(batches)).in_order(descending)
}

/// The range of the weights of all batches.
pub(super) fn extent(batches: &[Batch]) -> Extent {
    batches.iter().map(Batch::extent).fold(Extent::NONE, Extent::and)
}

/// Adds `more` to `held`, which may grow to about `room` edges. Appends to the last batch if its
/// encoding allows it, so that one batch ends up with all or most of the edges.
pub(super) fn append(held: &mut Vec<Batch>, more: Vec<Batch>, room: usize) {
    let mut more = more.into_iter().peekable();
    while let Some(next) = more.next() {
        let Some(last) = held.last_mut().filter(|last| last.accepts(&next)) else {
            held.push(next);
            continue;
        };
        let mut fitting = vec![next];
        while let Some(next) = more.next_if(|next| last.accepts(next)) {
            fitting.push(next);
        }
        let weights = last.weights();
        fitting.iter().for_each(|batch| last.count_too(batch));
        with_edges!(last.edges_mut(), all => extend(all, fitting, weights, room));
    }
}

/// All batches as one list, encoded as `weights`. The first batch is not copied if it already has
/// this encoding.
pub(super) fn join(batches: Vec<Batch>, weights: Weights) -> Edges {
    let mut batches = batches.into_iter();
    let Some(first) = batches.next() else {
        let none = |narrow| if narrow { u32::pack(Vec::new()) } else { u64::pack(Vec::new()) };
        return none(weights.is_narrow());
    };
    let mut all = rekeyed(first, weights);
    with_edges!(&mut all, all => extend(all, batches.collect(), weights, 0));
    all
}

/// The edges with keys encoded as `weights`, converted in place if the width stays the same.
pub(super) fn rekeyed(batch: Batch, weights: Weights) -> Edges {
    let from = batch.weights();
    if from == weights {
        return batch.into_edges();
    }
    match (batch.edges(), weights.is_narrow()) {
        (Edges::Wide(_), true) => u32::pack(anew(batch, weights)),
        (Edges::Narrow(_), false) => u64::pack(anew(batch, weights)),
        _ => {
            let mut edges = batch.into_edges();
            with_edges!(&mut edges, list => {
                list.par_iter_mut().for_each(|e| *e = e.rekeyed(from, weights));
            });
            edges
        }
    }
}

fn anew<K: Key>(batch: Batch, weights: Weights) -> Vec<Edge<K>> {
    let mut edges = Vec::new();
    extend(&mut edges, vec![batch], weights, 0);
    edges
}

/// Appends the edges of `batches` to `all`, whose keys are encoded as `weights` and which may grow
/// to about `room` edges.
fn extend<K: Key>(all: &mut Vec<Edge<K>>, batches: Vec<Batch>, weights: Weights, room: usize) {
    let (len, more) = (all.len(), batches.iter().map(Batch::len).sum::<usize>());
    if all.capacity() - len < more {
        // Capacity is not doubled: the system may refuse memory that would never be used.
        let step = (STEP / size_of::<Edge<K>>()).min(room.saturating_sub(len));
        all.reserve_exact(more.max(len / 4).max(step));
    }
    let (mut room, mut slots) = (&mut all.spare_capacity_mut()[..more], Vec::new());
    for batch in batches {
        let (slot, rest) = room.split_at_mut(batch.len());
        slots.push((slot, batch));
        room = rest;
    }
    // Each batch is freed as soon as it is copied.
    slots.into_par_iter().for_each(|(slot, batch)| {
        let from = batch.weights();
        with_edges!(batch.edges(), list => {
            let pieces = slot.par_chunks_mut(PIECE).zip(list.par_chunks(PIECE));
            pieces.for_each(|(slot, list)| fill(slot, list, from, weights));
        });
    });
    // SAFETY: the slots are the `more` places behind the first `len`, within the capacity, and all
    // of them are filled: each slot is as long as its batch, and so are the pieces of both.
    unsafe { all.set_len(len + more) };
}

fn fill<K: Key, L: Key>(
    slot: &mut [MaybeUninit<Edge<L>>],
    list: &[Edge<K>],
    from: Weights,
    to: Weights,
) {
    for (place, edge) in slot.iter_mut().zip(list) {
        place.write(edge.rekeyed(from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{BatchBuilder, Numbers, Weight, float_key, integer_key};
    use proptest::prelude::*;

    fn batch(edges: &[(u32, u32, Weight)]) -> Batch {
        let mut builder = BatchBuilder::new(0);
        edges.iter().for_each(|&(u, v, weight)| builder.push(u.into(), v.into(), weight));
        builder.finish()
    }

    fn weight() -> impl Strategy<Value = Weight> {
        prop_oneof![
            6 => (-9i64..9).prop_map(Weight::Integer),
            2 => (0i64..1 << 34).prop_map(Weight::Integer),
            1 => any::<i64>().prop_map(Weight::Integer),
            1 => (-9i8..9).prop_map(|weight| Weight::Float(f64::from(weight) / 4.0)),
            1 => (-9i8..9).prop_map(|weight| Weight::Float(f64::from(weight) / 10.0)),
        ]
    }

    /// The expected result: the edges with canonical keys of 64 bits, in one plain list.
    fn plain(lists: &[Vec<(u32, u32, Weight)>]) -> Vec<Edge<u64>> {
        let edges = || lists.iter().flatten().filter(|(u, v, _)| u != v);
        // The weight of a loop counts too.
        let floats = lists.iter().flatten().any(|(.., weight)| matches!(weight, Weight::Float(_)));
        let key = |weight: Weight| match weight {
            Weight::Integer(weight) if floats => float_key(weight as f64).expect("finite"),
            Weight::Integer(weight) => integer_key(weight),
            Weight::Float(weight) => float_key(weight).expect("finite"),
        };
        edges().map(|&(u, v, weight)| Edge { u, v, key: key(weight) }).collect()
    }

    proptest! {
        /// Batches that are narrowed, appended in any portions and joined give the same slice as
        /// plain 64-bit keys.
        #[test]
        fn joined_batches_are_the_plain_slice(
            blocks in prop::collection::vec(
                prop::collection::vec(
                    prop::collection::vec((0u32..9, 0u32..9, weight()), 0..6), 0..4), 0..5),
            descending: bool,
        ) {
            let plain = plain(&blocks.concat());
            let mut held = Vec::new();
            for block in blocks {
                let mut batches: Vec<Batch> = block.iter().map(|list| batch(list)).collect();
                batches.iter_mut().for_each(|batch| batch.put_in_order(descending));
                append(&mut held, batches, 99);
            }
            let bound = plain.iter().map(|e| u64::from(e.u.max(e.v)) + 1).max().unwrap_or(0);
            prop_assert!(held.iter().map(Batch::bound).max().unwrap_or(0) >= bound);
            let weights = Weights::narrowest(extent(&held)).in_order(descending);
            let joined = join(held, weights);
            let canonical = |e: Edge<u64>| Edge { key: weights.canonical(e.key), ..e };
            prop_assert_eq!(joined.iter().map(canonical).collect::<Vec<_>>(), plain.clone());
            let fits = plain.iter().map(|e| e.key).max().unwrap_or(0)
                - plain.iter().map(|e| e.key).min().unwrap_or(0) <= u64::from(u32::MAX);
            if weights.numbers() == Numbers::Integers {
                prop_assert_eq!(joined.bytes_per_edge() == 12, fits, "as narrow as it can be");
            }
        }
    }

    /// A batch that already has the right encoding is not copied.
    #[test]
    fn one_batch_is_the_slice() {
        let one = batch(&[(0, 1, Weight::Integer(3)), (1, 2, Weight::Integer(2))]);
        let place = one.edges().bytes().as_ptr();
        let mut held = Vec::new();
        append(&mut held, vec![one], 99);
        let weights = common(&held);
        let Edges::Narrow(list) = join(held, weights) else { panic!("they fit") };
        assert_eq!(place, list.as_ptr().cast());
        // All batches that fit are joined into one.
        let mut held = vec![batch(&[(0, 1, Weight::Integer(3))])];
        let more = (0..9).map(|i| batch(&[(i, 9, Weight::Integer(i.into()))])).collect();
        append(&mut held, more, 5);
        assert_eq!(held.iter().map(Batch::len).collect::<Vec<_>>(), [10]);
    }
}
