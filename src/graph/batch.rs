//! Consecutive edges of the input, stored in the width that their weights need.

use super::weight::finite_key;
use super::{Edge, Edges, Extent, Key, Numbers, Vertex, Weight, Weights};
use super::{integer_key, key_integer, listed};
use std::sync::Arc;

/// Consecutive edges of the input, in input order, with counts taken while they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    edges: Edges,
    weights: Weights,
    extent: Extent,
    bound: u64,
    beyond_floats: bool,
    ids: Option<Arc<[u64]>>,
}

impl Batch {
    /// Edges whose canonical keys are known to lie in `extent`.
    pub fn within(edges: Edges, weights: Weights, extent: Extent) -> Self {
        Self { edges, weights, extent, bound: 0, beyond_floats: false, ids: None }
    }

    /// Edges of an input whose header gives the key encoding and the number of vertices, so nothing
    /// is counted.
    pub fn known(edges: Edges, weights: Weights) -> Self {
        Self::within(edges, weights, weights.extent())
    }

    /// Edges with keys encoded as `weights`. Counts their extent and bound in O(edges).
    pub fn counted(edges: Edges, weights: Weights) -> Self {
        let bound = edges.iter().map(|e| u64::from(e.u.max(e.v)) + 1).max().unwrap_or(0);
        let mut batch = Self::within(edges, weights, Extent::NONE).with(bound, false);
        batch.count_again();
        batch
    }

    /// Adds facts about edges that are no longer in the batch: their vertices are below `bound`,
    /// and `beyond_floats` tells whether edges were dropped whose integer weights `f64` cannot
    /// represent exactly.
    #[must_use]
    pub fn with(self, bound: u64, beyond_floats: bool) -> Self {
        let beyond_floats = self.beyond_floats || beyond_floats;
        Self { bound: self.bound.max(bound), beyond_floats, ..self }
    }

    /// States that edges name vertices by their places in `ids`, which are sorted and distinct.
    pub fn set_ids(&mut self, ids: Arc<[u64]>) {
        self.ids = Some(ids);
    }

    /// The ids of the vertices at the edges, if edges name vertices by their places in this list:
    /// so it is where an id has more than 32 bits.
    pub fn ids(&self) -> Option<&[u64]> {
        self.ids.as_deref()
    }

    /// As [`Batch::ids`]; edges then name vertices by themselves.
    pub fn take_ids(&mut self) -> Option<Arc<[u64]>> {
        self.ids.take()
    }

    /// Gives each vertex at the edges another name.
    pub fn rename(&mut self, name: impl Fn(Vertex) -> Vertex) {
        crate::with_edges!(&mut self.edges, list => {
            list.iter_mut().for_each(|e| (e.u, e.v) = (name(e.u), name(e.v)));
        });
    }

    /// Edges of an input whose header gives the key encoding and the number of vertices, with ids that
    /// may have more than 32 bits: the two ends of each edge, and its key.
    pub fn known_listed<K: Key>(ends: &[[u64; 2]], keys: &[K], weights: Weights) -> Self {
        let (ids, places) = listed(ends);
        let edge = |(&[u, v], &key): (&[Vertex; 2], &K)| Edge { u, v, key };
        let edges = places.iter().zip(keys).map(edge).collect();
        Self { ids: Some(ids), ..Self::known(K::pack(edges), weights) }
    }

    /// The edges.
    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    /// The edges alone, with keys encoded as [`Batch::weights`].
    pub fn into_edges(self) -> Edges {
        self.edges
    }

    /// The number of edges.
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// How the keys are encoded.
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// The range of the canonical keys.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// All vertices, including those of loops, are below this bound. It is 0 if there are no
    /// vertices, or if the header gives n.
    pub fn bound(&self) -> u64 {
        self.bound
    }

    /// Whether edges were dropped by comparing integers that `f64` cannot represent exactly: as
    /// floats, some of them would have been ties.
    pub fn beyond_floats(&self) -> bool {
        self.beyond_floats
    }

    /// Computes the extent of the keys again, in O(edges): it may be smaller after edges were
    /// dropped.
    pub fn count_again(&mut self) {
        let keys = self.edges.iter().map(|e| self.weights.canonical(e.key));
        self.extent = Extent::of(self.weights.numbers(), keys);
    }

    /// Reverses the order of the keys, unless it is already the order that `descending` asks for.
    pub fn put_in_order(&mut self, descending: bool) {
        if self.weights.descending() != descending {
            crate::with_edges!(&mut self.edges, list => list.iter_mut().for_each(|e| e.key = !e.key));
            self.weights = self.weights.in_order(descending);
        }
    }

    /// The same edges with keys encoded as `weights`, which must be able to hold everything in
    /// [`Batch::extent`]. Works in place if the width stays the same.
    #[must_use]
    pub fn rekeyed(self, weights: Weights) -> Self {
        let from = self.weights;
        if from == weights {
            return self;
        }
        let edges = match (self.edges, weights.is_narrow()) {
            (Edges::Narrow(list), true) => Edges::Narrow(in_place(list, from, weights)),
            (Edges::Wide(list), false) => Edges::Wide(in_place(list, from, weights)),
            (Edges::Wide(list), true) => Edges::Narrow(anew(&list, from, weights)),
            (Edges::Narrow(list), false) => Edges::Wide(anew(&list, from, weights)),
        };
        let extent = self.extent.of_numbers(weights.numbers());
        Self { edges, weights, extent, ..self }
    }

    /// Whether the edges of `more` can be added without changing the encoding of this batch.
    pub fn accepts(&self, more: &Self) -> bool {
        self.weights.descending() == more.weights.descending()
            && self.weights.holds(more.extent)
            && self.ids.is_none()
            && more.ids.is_none()
    }

    /// Adds the counts of `more`; the caller then appends its edges through [`Batch::edges_mut`].
    pub fn count_too(&mut self, more: &Self) {
        self.extent = self.extent.and(more.extent);
        self.bound = self.bound.max(more.bound);
        self.beyond_floats |= more.beyond_floats;
    }

    /// The edges, for appending those that [`Batch::count_too`] has counted.
    pub fn edges_mut(&mut self) -> &mut Edges {
        &mut self.edges
    }
}

fn in_place<K: Key>(list: Vec<Edge<K>>, from: Weights, to: Weights) -> Vec<Edge<K>> {
    let mut list = list;
    list.iter_mut().for_each(|e| *e = e.rekeyed(from, to));
    list
}

fn anew<K: Key, L: Key>(list: &[Edge<K>], from: Weights, to: Weights) -> Vec<Edge<L>> {
    list.iter().map(|e| e.rekeyed(from, to)).collect()
}

impl<K: Key> Edge<K> {
    /// The same edge with its key converted from the encoding `from` to `to`; integers become
    /// floats if `to` holds floats.
    ///
    /// # Panics
    /// If the new key does not fit the width of `L`.
    #[inline]
    pub fn rekeyed<L: Key>(self, from: Weights, to: Weights) -> Edge<L> {
        let key = if from == to { self.key.wide() } else { from.rekey(self.key.wide(), to) };
        let key = L::narrow(key).expect("`to` can hold the weight");
        Edge { u: self.u, v: self.v, key }
    }
}

/// Builds a batch from edges as they are read; keeps canonical keys.
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    /// The edges that are not loops.
    edges: Vec<Edge<u64>>,
    /// The upper halves of their ends; none as long as all are zero.
    upper: Vec<[u32; 2]>,
    numbers: Numbers,
    /// How many self-loops were dropped.
    pub loops: u64,
    /// The largest vertex + 1, including those of loops; 0 if there was none.
    pub bound: u64,
    /// The smallest vertex, including those of loops; `u64::MAX` if there was none.
    pub lowest: u64,
}

impl BatchBuilder {
    /// A builder without edges, with capacity for `room` of them.
    pub fn new(room: usize) -> Self {
        let edges = Vec::with_capacity(room);
        Self {
            edges,
            upper: Vec::new(),
            numbers: Numbers::Integers,
            loops: 0,
            bound: 0,
            lowest: u64::MAX,
        }
    }

    /// Adds one edge, or counts it if it is a loop. The first float turns all earlier integer
    /// weights into floats.
    ///
    /// # Panics
    /// If the weight is a float that is not finite: readers refuse those and say where they are.
    #[inline]
    pub fn push(&mut self, u: u64, v: u64, weight: Weight) {
        self.bound = self.bound.max(u.max(v) + 1);
        self.lowest = self.lowest.min(u.min(v));
        let key = match (self.numbers, weight) {
            (Numbers::Integers, Weight::Integer(weight)) => integer_key(weight),
            (Numbers::Floats, Weight::Integer(weight)) => finite_key(weight as f64),
            (numbers, Weight::Float(weight)) => {
                if numbers == Numbers::Integers {
                    self.make_floats();
                }
                finite_key(weight)
            }
        };
        if u == v {
            self.loops += 1;
        } else {
            if (u | v) >> 32 != 0 || !self.upper.is_empty() {
                self.keep_upper([u, v].map(|id| (id >> 32) as u32));
            }
            self.edges.push(Edge { u: u as Vertex, v: v as Vertex, key });
        }
    }

    /// Keeps the upper halves of the next edge's ends, which is not there yet.
    #[cold]
    fn keep_upper(&mut self, upper: [u32; 2]) {
        self.upper.resize(self.edges.len(), [0; 2]);
        self.upper.push(upper);
    }

    /// The number of records, including loops.
    pub fn records(&self) -> u64 {
        self.edges.len() as u64 + self.loops
    }

    /// Turns integer keys into the keys of the same numbers as floats, each rounded once.
    #[cold]
    fn make_floats(&mut self) {
        self.edges.iter_mut().for_each(|e| e.key = finite_key(key_integer(e.key) as f64));
        self.numbers = Numbers::Floats;
    }

    /// The finished batch, in the narrowest encoding that holds its weights.
    pub fn finish(self) -> Batch {
        let Self { mut edges, upper, numbers, bound, .. } = self;
        let ids = (!upper.is_empty()).then(|| list_ids(&mut edges, &upper));
        let extent = Extent::of(numbers, edges.iter().map(|e| e.key));
        let wide = Weights::wide(numbers);
        let edges = Edges::Wide(edges);
        let batch = Batch { edges, weights: wide, extent, bound, beyond_floats: false, ids };
        batch.rekeyed(Weights::narrowest(extent))
    }
}

/// Makes edges name their vertices by places in a list of ids, which is returned. The ends have
/// only the lower halves of the ids yet.
fn list_ids<K>(edges: &mut [Edge<K>], upper: &[[u32; 2]]) -> Arc<[u64]> {
    let id = |upper: u32, lower: Vertex| u64::from(upper) << 32 | u64::from(lower);
    let ends = |(e, upper): (&Edge<K>, &[u32; 2])| [id(upper[0], e.u), id(upper[1], e.v)];
    let (ids, places) = listed(&edges.iter().zip(upper).map(ends).collect::<Vec<_>>());
    edges.iter_mut().zip(places).for_each(|(e, [u, v])| (e.u, e.v) = (u, v));
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn batch(weights: &[Weight]) -> Batch {
        let mut builder = BatchBuilder::new(0);
        (0..).zip(weights).for_each(|(u, weight)| builder.push(u, u + 1, *weight));
        builder.finish()
    }

    fn held(batch: &Batch) -> Vec<Weight> {
        batch.edges().iter().map(|e| batch.weights().weight(e.key)).collect()
    }

    #[test]
    fn the_first_float_makes_floats_of_all() {
        let mut builder = BatchBuilder::new(0);
        builder.push(0, 1, Weight::Integer(3));
        builder.push(7, 7, Weight::Float(0.5));
        builder.push(1, 2, Weight::Integer(-2));
        assert_eq!((builder.loops, builder.bound, builder.records()), (1, 8, 3));
        let batch = builder.finish();
        assert!(matches!(batch.edges(), Edges::Narrow(_)), "all are f32");
        assert_eq!(held(&batch), [Weight::Float(3.0), Weight::Float(-2.0)]);
        assert_eq!(batch.bound(), 8);
    }

    #[test]
    fn weights_choose_the_width() {
        let [small, large] =
            [5, 1 << 40].map(|weight| batch(&[Weight::Integer(-5), Weight::Integer(weight)]));
        assert_eq!((small.edges().bytes_per_edge(), large.edges().bytes_per_edge()), (12, 16));
        assert_eq!(batch(&[Weight::Float(0.1)]).edges().bytes_per_edge(), 16);
        assert_eq!(batch(&[]).edges().bytes_per_edge(), 12);
    }

    #[test]
    fn ids_of_more_than_32_bits_are_listed() {
        let (low, high) = (u64::from(u32::MAX), 1 << 40);
        let mut builder = BatchBuilder::new(0);
        let push = |builder: &mut BatchBuilder, u, v| builder.push(u, v, Weight::Integer(3));
        push(&mut builder, low, 5);
        assert_eq!(builder.clone().finish().ids(), None);
        push(&mut builder, high, high); // a loop needs no name
        assert_eq!(builder.clone().finish().ids(), None);
        push(&mut builder, 5, high + 5);
        push(&mut builder, 7, 5);
        assert_eq!((builder.bound, builder.lowest), (high + 6, 5));
        let batch = builder.finish();
        assert_eq!(batch.ids(), Some([5, 7, low, high + 5].as_slice()));
        let ends: Vec<_> = batch.edges().iter().map(|e| (e.u, e.v)).collect();
        assert_eq!(ends, [(2, 0), (0, 3), (1, 0)]);
        let (mut plain, more) = (self::batch(&[Weight::Integer(1)]), batch.clone());
        assert!(!plain.accepts(&more) && !more.accepts(&plain));
        plain.rename(|v| v + 10);
        assert_eq!(plain.edges().get(0).ends(), (10, 11));
    }

    fn weight() -> impl Strategy<Value = Weight> {
        let integer = prop_oneof![-9i64..9, 0i64..1 << 33, any::<i64>()].prop_map(Weight::Integer);
        let single = any::<f32>().prop_map(f64::from);
        let float =
            prop_oneof![any::<f64>(), single].prop_filter("finite", |weight| weight.is_finite());
        prop_oneof![3 => integer, 1 => float.prop_map(Weight::Float)]
    }

    proptest! {
        /// Whatever their encodings, batches in common weights have the plain canonical keys.
        #[test]
        fn batches_in_common_weights_are_the_plain_keys(
            lists in prop::collection::vec(prop::collection::vec(weight(), 0..5), 1..5),
            descending: bool,
        ) {
            let is_float = |weight: &Weight| matches!(weight, Weight::Float(_));
            let floats = lists.iter().flatten().any(is_float);
            let key = |weight: &Weight| match *weight {
                Weight::Integer(weight) if floats => finite_key(weight as f64),
                Weight::Integer(weight) => integer_key(weight),
                Weight::Float(weight) => finite_key(weight),
            };
            let plain: Vec<u64> = lists.iter().flatten().map(key).collect();
            let mut batches: Vec<Batch> = lists.iter().map(|list| batch(list)).collect();
            batches.iter_mut().for_each(|batch| batch.put_in_order(descending));
            let extent = batches.iter().map(Batch::extent).fold(Extent::NONE, Extent::and);
            let common = Weights::narrowest(extent).in_order(descending);
            let exact = Extent::of(extent.numbers, plain.iter().copied());
            prop_assert_eq!(extent, exact);
            let mut found = Vec::new();
            for batch in batches {
                let batch = batch.rekeyed(common);
                prop_assert_eq!(batch.weights(), common);
                let mut again = batch.clone();
                again.count_again();
                prop_assert_eq!(again.extent().of_numbers(extent.numbers), batch.extent());
                found.extend(batch.edges().iter().map(|e| common.canonical(e.key)));
            }
            prop_assert_eq!(found, plain);
        }
    }
}
