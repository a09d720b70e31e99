//! Edges as a reader makes them, before all ranks have agreed on how to hold their weights.

use super::{Edge, Edges, Key, Numbers, Vertex, Weight, Weights};
use super::{float_key, integer_key, key_float, key_integer};

/// Edges of one piece of the input, with canonical keys, in the input's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The edges that are no loops.
    pub edges: Vec<Edge<u64>>,
    /// Whether the keys are of integers or of floats.
    pub numbers: Numbers,
    /// How many self-loops were dropped.
    pub loops: u64,
    /// The largest vertex + 1, those of loops among them; 0 if there was none.
    pub bound: u64,
    /// The smallest vertex, those of loops among them; `u64::MAX` if there was none.
    pub lowest: u64,
    /// Whether edges were dropped by comparing integers that no `f64` holds: as floats some of them
    /// would have been ties.
    pub beyond_floats: bool,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            edges: Vec::new(),
            numbers: Numbers::Integers,
            loops: 0,
            bound: 0,
            lowest: u64::MAX,
            beyond_floats: false,
        }
    }
}

/// The range of some canonical keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The lowest key; above `highest` if there was none.
    pub lowest: u64,
    /// The highest key.
    pub highest: u64,
    /// Whether all are floats that an `f32` holds exactly.
    pub singles: bool,
}

impl Extent {
    /// The range of no keys.
    pub const NONE: Self = Self { lowest: u64::MAX, highest: 0, singles: true };

    /// The range of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            lowest: self.lowest.min(other.lowest),
            highest: self.highest.max(other.highest),
            singles: self.singles && other.singles,
        }
    }
}

impl Raw {
    /// Adds one edge, or counts it if it is a loop. The first float makes floats of all before it.
    ///
    /// # Panics
    /// If the weight is a float that is not finite: readers refuse those with their place.
    #[inline]
    pub fn push(&mut self, u: Vertex, v: Vertex, weight: Weight) {
        self.bound = self.bound.max(u64::from(u.max(v)) + 1);
        self.lowest = self.lowest.min(u64::from(u.min(v)));
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
            self.edges.push(Edge { u, v, key });
        }
    }

    /// How many records there were, loops among them.
    pub fn records(&self) -> u64 {
        self.edges.len() as u64 + self.loops
    }

    /// Turns integer keys into the keys of the same numbers as floats, each rounded once.
    #[cold]
    pub fn make_floats(&mut self) {
        if self.numbers == Numbers::Integers {
            self.edges.iter_mut().for_each(|e| e.key = finite_key(key_integer(e.key) as f64));
            self.numbers = Numbers::Floats;
        }
    }

    /// The range of the keys.
    pub fn extent(&self) -> Extent {
        let mut extent = Extent::NONE;
        for &Edge { key, .. } in &self.edges {
            extent.lowest = extent.lowest.min(key);
            extent.highest = extent.highest.max(key);
        }
        extent.singles = self.numbers == Numbers::Floats
            && self.edges.iter().all(|e| {
                let weight = key_float(e.key);
                f64::from(weight as f32) == weight
            });
        extent
    }

    /// The pieces as one list, held as `weights` says.
    pub fn hold(pieces: Vec<Self>, weights: Weights) -> Edges {
        if weights.is_narrow() {
            let narrow = |e: &Edge<u64>| Edge { u: e.u, v: e.v, key: weights.hold(e.key) as u32 };
            u32::pack(join(pieces, narrow))
        } else {
            u64::pack(join(pieces, |e| Edge { key: weights.hold(e.key), ..*e }))
        }
    }
}

fn finite_key(weight: f64) -> u64 {
    float_key(weight).expect("readers refuse weights that are not finite")
}

fn join<K>(pieces: Vec<Raw>, convert: impl Fn(&Edge<u64>) -> Edge<K>) -> Vec<Edge<K>> {
    let mut joined = Vec::with_capacity(pieces.iter().map(|piece| piece.edges.len()).sum());
    for piece in pieces {
        joined.extend(piece.edges.iter().map(&convert)); // and the piece is freed
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_float_makes_floats_of_all() {
        let mut raw = Raw::default();
        raw.push(0, 1, Weight::Integer(3));
        raw.push(7, 7, Weight::Float(0.5));
        raw.push(1, 2, Weight::Integer(-2));
        let weights = Weights::narrowest(raw.numbers, 0, 0, true);
        assert_eq!((raw.loops, raw.bound, raw.records()), (1, 8, 3));
        let Edges::Narrow(edges) = Raw::hold(vec![raw], weights) else { panic!("all are f32") };
        let held: Vec<_> = edges.iter().map(|e| weights.weight(e.key.into())).collect();
        assert_eq!(held, [Weight::Float(3.0), Weight::Float(-2.0)]);
    }

    #[test]
    fn extents_choose_the_width() {
        let mut raw = Raw::default();
        raw.push(0, 1, Weight::Integer(-5));
        raw.push(1, 2, Weight::Integer(1 << 40));
        let extent = raw.extent();
        assert_eq!((extent.lowest, extent.highest), (integer_key(-5), integer_key(1 << 40)));
        assert!(!Weights::narrowest(raw.numbers, extent.lowest, extent.highest, false).is_narrow());
        let none = Extent::NONE.and(Raw::default().extent());
        assert!(
            Weights::narrowest(Numbers::Integers, none.lowest, none.highest, false).is_narrow()
        );
    }
}
