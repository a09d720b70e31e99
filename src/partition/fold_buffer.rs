//! Collects the edges that a rank reads, and folds them if they are more than it may hold.
//!
//! MSF(A + B) = MSF(MSF(A) + B), so a rank may replace the edges it holds by their forest at any
//! time, as long as positions keep their order. It reads the next edges meanwhile.

use super::Memory;
use super::budget::{BLOCK, BLOCKS, Budget, COPIES, LISTED_BYTES, Sink, VERTEX_BYTES};
use super::ids::in_one_list;
use super::join::{STEP, append, common, extent, rekeyed};
use super::outline::GraphFacts;
use crate::error::{Error, Result};
use crate::graph::{Batch, Edges, Extent, MOST_VERTICES, Numbers, Vertex, Weights};
use crate::local;
use rayon::prelude::*;

/// With more vertices than so many for each edge, those without edges may be left out.
const SPARSE: u64 = 4;

/// The widest encoding, assumed while no edge has come yet.
const WIDEST: Weights = Weights::wide(Numbers::Integers);

/// The edges that a rank has read, or the forest that stands for them.
pub(super) struct FoldBuffer<'a> {
    sink: Sink<'a>,
    /// The number of vertices, as far as it is known.
    n: u64,
    /// The most edges that may come, if a header gives n; else they may be as few as those held.
    most: Option<u64>,
    /// The edges, or what stands for them, in the order of the input.
    pub(super) batches: Vec<Batch>,
    /// The number of folds so far.
    pub(super) folds: u64,
}

impl<'a> FoldBuffer<'a> {
    /// An empty buffer, for a graph of `n` vertices if a header gives that number.
    pub(super) fn new(sink: Sink<'a>, n: Option<u64>) -> Self {
        let most = n.map(|_| u64::MAX);
        Self { sink, n: n.unwrap_or(0), most, batches: Vec::new(), folds: 0 }
    }

    /// The same, for the graph with these `facts`.
    pub(super) fn of(sink: Sink<'a>, facts: &GraphFacts) -> Self {
        let most = facts.n.map(|_| facts.m.unwrap_or(u64::MAX));
        Self { most, ..Self::new(sink, facts.n) }
    }

    /// The bytes to read at once.
    pub(super) fn block(&self) -> u64 {
        self.sink.block()
    }

    /// Reads all that `next` gives, on the current rayon pool: while the edges held are folded, the
    /// next ones are read.
    ///
    /// # Errors
    /// As `next`; [`Error::TooLarge`] if the forests of so many vertices do not fit the budget.
    pub(super) fn pull(
        &mut self,
        mut next: impl FnMut() -> Result<Option<Vec<Batch>>> + Send,
    ) -> Result<()> {
        let mut ended = self.fill(&mut next, 1)?;
        while !ended {
            let budget = self.budget_to_fold()?;
            let (n, is_listed) = (self.n, self.is_listed());
            let held = std::mem::take(&mut self.batches);
            let mut ahead = Self::new(Sink::Hold(budget), Some(self.n));
            ahead.folds = self.folds + 1;
            ahead.most = self.most;
            let (forest, read) = rayon::join(
                || fold(held, n, is_listed),
                // Only half of the room, since the forest may take the other half.
                || ahead.fill(&mut next, 2),
            );
            ended = read?;
            self.replace(forest)?;
            self.n = ahead.n;
            self.batches.extend(ahead.batches);
        }
        Ok(())
    }

    /// Adds `batches`, and folds all edges held if they are too many.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the forests of so many vertices do not fit the budget.
    pub(super) fn push(&mut self, batches: Vec<Batch>) -> Result<()> {
        self.add(batches)?;
        if self.len() < self.room() {
            return Ok(());
        }
        self.budget_to_fold()?;
        let is_listed = self.is_listed();
        let held = std::mem::take(&mut self.batches);
        self.replace(fold(held, self.n, is_listed))
    }

    /// Folds the edges held to one forest and returns it; `None` if there are none.
    pub(super) fn fold_all(&mut self) -> Option<&Batch> {
        if let (Sink::Hold(_), false) = (&self.sink, self.batches.is_empty()) {
            let is_listed = self.is_listed();
            let held = std::mem::take(&mut self.batches);
            self.batches = vec![fold(held, self.n, is_listed)];
            self.folds += 1;
        }
        self.batches.first()
    }

    /// Reads what `next` gives, up to 1/`share` of the room. Returns whether that was all.
    fn fill(
        &mut self,
        next: &mut impl FnMut() -> Result<Option<Vec<Batch>>>,
        share: usize,
    ) -> Result<bool> {
        while self.len() < self.room() / share {
            match next()? {
                Some(batches) => self.add(batches)?,
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    fn add(&mut self, batches: Vec<Batch>) -> Result<()> {
        let (mut batches, room) = (batches, self.room());
        match &mut self.sink {
            Sink::Hold(budget) => {
                let descending = budget.descending;
                batches.par_iter_mut().for_each(|batch| batch.put_in_order(descending));
                self.n = batches.iter().map(Batch::bound).fold(self.n, u64::max);
                // One long list costs fresh memory. It pays if the list may become the whole slice,
                // but not if it is folded soon.
                if self.folds > 0 || room < STEP / WIDEST.edge_bytes() {
                    self.batches.extend(batches);
                } else {
                    append(&mut self.batches, batches, room);
                }
                Ok(())
            }
            Sink::Show(shown) => {
                for batch in batches {
                    let numbers = batch.weights().numbers();
                    if !self.batches.iter().any(|kept| kept.weights().numbers() == numbers) {
                        self.batches.push(none_of(numbers));
                    }
                    shown.show(batch)?;
                }
                Ok(())
            }
        }
    }

    /// The budget, if it allows folding and has room for more than one edge.
    fn budget_to_fold(&self) -> Result<Budget> {
        match self.sink {
            Sink::Hold(budget @ Budget { memory: Memory::Folding(_), .. }) if self.room() > 1 => {
                Ok(budget)
            }
            _ => Err(self.too_large()),
        }
    }

    /// Replaces the edges held by their forest.
    fn replace(&mut self, forest: Batch) -> Result<()> {
        self.folds += 1;
        self.batches = vec![forest];
        if self.len() > self.room() / 2 {
            return Err(self.too_large());
        }
        Ok(())
    }

    fn too_large(&self) -> Error {
        // Rounded up and down, so that what is needed never looks like what is there.
        let tenths = |tenths: u64| tenths as f64 / 10.0;
        let Sink::Hold(Budget { memory, .. }) = self.sink else {
            unreachable!("edges that are only shown take no room")
        };
        let left = match memory {
            Memory::Folding(bytes) | Memory::Within(bytes) => bytes,
            Memory::Unlimited => unreachable!("unlimited memory always has room"),
        };
        let left_megabytes = tenths(left / 100_000);
        let folds = matches!(memory, Memory::Folding(_));
        let needed = (folds && !self.is_listed()).then(|| self.enough());
        let what = match needed {
            Some(needed) => format!(
                "folding a graph of {} vertices takes up to {:.1} MB per rank, but a rank may use \
                 {left_megabytes:.1} MB; give a larger --memory, or start fewer ranks per host",
                self.n,
                tenths(needed.div_ceil(100_000)),
            ),
            None if folds => format!(
                "the forest of the edges that a rank has read takes more than half of the \
                 {left_megabytes:.1} MB that a rank may use; give a larger --memory, or use more hosts"
            ),
            None => format!(
                "the edges take more than the {left_megabytes:.1} MB that this host has left for a \
                 rank; use more hosts, or mst solve, which folds them as they are read"
            ),
        };
        Error::TooLarge { needed: needed.map(u128::from), left: Some(left), what }
    }

    /// The bytes with which a graph of so many vertices, as far as they are known, can be folded,
    /// whatever its edges are.
    fn enough(&self) -> u64 {
        let forest = self.n.saturating_sub(1).max(self.len() as u64);
        let edges = usize::try_from(2 * forest + 2).unwrap_or(usize::MAX);
        let fixed = self.process() + VERTEX_BYTES * self.n + COPIES * self.bytes(edges);
        // A block is a share of the memory, so it grows with what is needed.
        let block = fixed / (BLOCKS - COPIES) + 1;
        fixed + COPIES * block.clamp(*BLOCK.start(), *BLOCK.end())
    }

    /// How many edges are held.
    fn len(&self) -> usize {
        self.batches.iter().map(Batch::len).sum()
    }

    /// Whether a fold lists the ids at edges, since there are too many vertices for a place each: more
    /// than have numbers, or far more than edges, so many that they would take most of the memory.
    fn is_listed(&self) -> bool {
        let is_sparse = self.n / SPARSE > self.most.unwrap_or(self.len() as u64);
        let is_large = match self.sink {
            Sink::Hold(Budget { memory: Memory::Folding(bytes), .. }) => {
                VERTEX_BYTES * self.n > bytes / 2
            }
            _ => false,
        };
        self.n > MOST_VERTICES || is_sparse && is_large
    }

    /// The bytes of `len` edges in the width that those held have in common, and of the ids at them if
    /// those are listed.
    fn bytes(&self, len: usize) -> u64 {
        let weights = if self.batches.is_empty() { WIDEST } else { common(&self.batches) };
        let ends = if self.is_listed() { 2 * LISTED_BYTES } else { 0 };
        len as u64 * (weights.edge_bytes() as u64 + ends)
    }

    /// Whether so many edges are to be held all at once: they fit, or must not be folded.
    pub(super) fn holds(&self, edges: u64) -> bool {
        match self.sink {
            Sink::Hold(Budget { memory: Memory::Folding(_), .. }) => {
                usize::try_from(edges).is_ok_and(|edges| edges < self.room())
            }
            Sink::Hold(_) => true,
            Sink::Show(_) => false,
        }
    }

    /// How many edges may be held.
    fn room(&self) -> usize {
        let Sink::Hold(budget) = self.sink else { return usize::MAX };
        let room = match budget.memory {
            Memory::Unlimited => return usize::MAX,
            Memory::Within(bytes) => bytes / (2 * self.bytes(1)),
            Memory::Folding(bytes) => {
                bytes.saturating_sub(self.besides()) / (COPIES * self.bytes(1))
            }
        };
        // Each edge may have two ids that are nowhere else, and all of them must be listed.
        let most = if self.is_listed() { MOST_VERTICES / 2 } else { u64::MAX };
        usize::try_from(room.min(most)).unwrap_or(usize::MAX).max(1)
    }

    /// Bytes that folding needs besides the edges.
    fn besides(&self) -> u64 {
        let vertices = if self.is_listed() { 0 } else { VERTEX_BYTES * self.n };
        self.process() + vertices + COPIES * self.sink.block()
    }

    /// This rank's part of the bytes that its process needs for itself.
    fn process(&self) -> u64 {
        match self.sink {
            Sink::Hold(Budget { process, .. }) => process,
            Sink::Show(_) => 0,
        }
    }
}

/// The forest of consecutive batches on the vertices `0..n`. Edges of equal weight keep their
/// order. If `is_listed`, no memory is taken for vertices without edges.
fn fold(batches: Vec<Batch>, n: u64, is_listed: bool) -> Batch {
    let mut batches = batches;
    let is_needed = n > MOST_VERTICES;
    let ids = is_listed.then(|| in_one_list(&mut batches));
    let n = ids.as_ref().map_or(n as usize, |ids| ids.len());
    let (weights, extent) = (common(&batches), extent(&batches));
    let bound = batches.iter().map(Batch::bound).max().unwrap_or(0);
    // Edges that an earlier fold has dropped stay dropped, even if floats come later.
    let beyond = batches.iter().any(Batch::beyond_floats) || extent.is_beyond_floats();
    let (mut narrow, mut wide) = (Vec::new(), Vec::new());
    for batch in batches {
        match rekeyed(batch, weights) {
            Edges::Narrow(list) => narrow.push(list),
            Edges::Wide(list) => wide.push(list),
        }
    }
    let edges = if weights.is_narrow() {
        Edges::Narrow(local::fold(n, &slices(&narrow)))
    } else {
        Edges::Wide(local::fold(n, &slices(&wide)))
    };
    let mut forest = Batch::within(edges, weights, extent).with(bound, beyond);
    match ids {
        Some(ids) if is_needed => forest.set_ids(ids),
        Some(ids) => forest.rename(|place| ids[place as usize] as Vertex),
        None => {}
    }
    forest
}

fn slices<T>(lists: &[Vec<T>]) -> Vec<&[T]> {
    lists.iter().map(Vec::as_slice).collect()
}

/// A batch without edges, which records that there were edges with such numbers.
fn none_of(numbers: Numbers) -> Batch {
    Batch::within(
        Edges::Wide(Vec::new()),
        Weights::wide(numbers),
        Extent { numbers, ..Extent::NONE },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{BatchBuilder, Weight, float_key};
    use crate::local::sort;
    use proptest::prelude::*;

    const N: u32 = 12;
    /// Room for a forest, as many edges again, and a few more.
    const ROOM: u64 = 26;

    fn buffer(descending: bool) -> FoldBuffer<'static> {
        let besides = VERTEX_BYTES * u64::from(N) + COPIES * BLOCK.start();
        let memory = Memory::Folding(besides + COPIES * ROOM * 16);
        let sink = Sink::Hold(Budget { memory, descending, process: 0 });
        FoldBuffer::new(sink, Some(N.into()))
    }

    fn batch(edges: &[(u32, u32, Weight)]) -> Batch {
        let mut builder = BatchBuilder::new(0);
        edges.iter().for_each(|&(u, v, weight)| builder.push(u.into(), v.into(), weight));
        builder.finish()
    }

    /// Textbook Kruskal: takes the edges by weight, those of equal weight in order, if they join
    /// two trees.
    fn textbook(edges: &[(u32, u32, Weight)], descending: bool) -> Vec<(u32, u32, u64)> {
        let key = |weight| match weight {
            Weight::Integer(weight) => float_key(weight as f64).expect("finite"),
            Weight::Float(weight) => float_key(weight).expect("finite"),
        };
        let mut sorted: Vec<_> = edges.iter().map(|&(u, v, weight)| (u, v, key(weight))).collect();
        sorted.sort_by_key(|&(.., key)| if descending { !key } else { key });
        let mut trees: Vec<u32> = (0..N).collect();
        sorted.retain(|&(u, v, _)| {
            let (a, b) = (trees[u as usize], trees[v as usize]);
            trees.iter_mut().filter(|tree| **tree == a).for_each(|tree| *tree = b);
            a != b
        });
        sorted
    }

    fn weight() -> impl Strategy<Value = Weight> {
        let float =
            |by: f64| (-9i8..9).prop_map(move |weight| Weight::Float(f64::from(weight) / by));
        let integer = prop_oneof![4 => -3i64..3, 1 => -1i64 << 40..1 << 40];
        prop_oneof![4 => integer.prop_map(Weight::Integer), 1 => float(2.0), 1 => float(10.0)]
    }

    proptest! {
        /// However the input is cut, and whatever numbers come first, the buffer stands for all of
        /// it.
        #[test]
        fn folded_batches_have_the_textbook_forest(
            lists in prop::collection::vec(
                prop::collection::vec((0..N, 0..N, weight()), 0..9), 0..40),
            descending: bool,
            pushed: bool,
        ) {
            let mut folding = buffer(descending);
            let mut left = lists.iter();
            let mut next = || Ok(left.next().map(|list| vec![batch(list)]));
            if pushed {
                while let Some(batches) = next()? {
                    folding.push(batches)?;
                }
            } else {
                folding.pull(next)?;
            }
            let edges = lists.concat();
            // While one half of the room is folded, the other half may be read.
            prop_assert!(folding.folds > 0 || folding.len() < 2 * ROOM as usize);
            folding.fold_all();
            let mut found = Vec::new();
            for forest in folding.batches {
                let weights = Weights::wide(Numbers::Floats).in_order(descending);
                let mut edges: Vec<_> = rekeyed(forest, weights).iter().collect();
                sort(&mut edges);
                found.extend(edges.iter().map(|e| (e.u, e.v, weights.canonical(e.key))));
            }
            prop_assert_eq!(found, textbook(&edges, descending));
        }
    }

    /// `count` parallel edges, one in each block, with keys of 64 bits.
    fn parallel(count: u64) -> impl FnMut() -> Result<Option<Vec<Batch>>> {
        let mut left = 0..count;
        move || {
            let next = left.next();
            Ok(next.map(|i| vec![batch(&[(0, 1, Weight::Float(0.1 + i as f64))])]))
        }
    }

    /// While the edges held are folded, half of the room is filled, since the forest may take the
    /// other half.
    #[test]
    fn half_of_the_room_is_read_ahead() {
        for (count, folds) in [(ROOM - 1, 0), (ROOM, 1), (ROOM * 3 / 2 - 1, 1), (ROOM * 3 / 2, 2)] {
            let mut folding = buffer(false);
            folding.pull(parallel(count)).expect("room");
            assert_eq!(folding.folds, folds, "{count} edges");
        }
    }

    /// With as much memory as a refusal asks for, the graph is folded.
    #[test]
    fn what_a_refusal_asks_for_is_enough() {
        for n in [2, 3, 10, 100, 1_000, 10_000] {
            for weight in [Weight::Integer(1), Weight::Float(0.1)] {
                let folded = |memory| {
                    let memory = Memory::Folding(memory);
                    let budget = Budget { memory, descending: false, process: 1_000 };
                    let mut folding = FoldBuffer::new(Sink::Hold(budget), Some(n.into()));
                    // A path, twice.
                    let edge = |i: u32| (i % (n - 1), i % (n - 1) + 1, weight);
                    let edges: Vec<_> = (0..2 * (n - 1)).map(edge).collect();
                    let mut blocks = edges.chunks(7).map(batch);
                    folding.pull(|| Ok(blocks.next().map(|block| vec![block])))
                };
                let Err(Error::TooLarge { needed: Some(needed), .. }) = folded(1_000) else {
                    panic!("{n} vertices fit in no memory")
                };
                folded(needed as u64).unwrap_or_else(|why| panic!("{n} vertices: {why}"));
                // It asks for no more than half as much again as the least that is enough.
                assert!(folded(needed as u64 * 2 / 3).is_err() || n <= 10, "{n} vertices");
            }
        }
    }

    /// A forest that takes more than half of the room is refused, whether it was pushed or pulled.
    #[test]
    fn a_forest_may_take_half_of_the_room() {
        let path = |edges: u32| {
            let edge = |i: u32| (i % edges, i % edges + 1, Weight::Float(0.1 + f64::from(i)));
            (0..ROOM as u32).map(edge).collect::<Vec<_>>()
        };
        let half = ROOM as u32 / 2;
        for (edges, fits) in [(half, true), (half + 1, false)] {
            let pushed = |folding: &mut FoldBuffer<'_>| folding.push(vec![batch(&path(edges))]);
            let pulled = |folding: &mut FoldBuffer<'_>| {
                let mut blocks = vec![vec![batch(&path(edges))]].into_iter();
                folding.pull(|| Ok(blocks.next()))
            };
            for taken in [pushed(&mut wider()), pulled(&mut wider())] {
                assert_eq!(taken.is_ok(), fits, "{edges} edges: {taken:?}");
            }
        }
    }

    /// As [`buffer`], for [`ROOM`] vertices.
    fn wider() -> FoldBuffer<'static> {
        let mut folding = buffer(false);
        let more = ROOM - u64::from(N);
        if let Sink::Hold(Budget { memory: Memory::Folding(bytes), .. }) = &mut folding.sink {
            *bytes += VERTEX_BYTES * more;
        }
        folding.n += more;
        folding
    }
}
