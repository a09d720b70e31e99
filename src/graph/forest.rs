//! What identifies a forest: its edges, components, weight and checksum.

use super::{Edge, ExactSum, Key, Numbers, Vertex, Weights, key_float, key_integer};
use std::fmt;
use std::ops::Range;

/// An exact sum of weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Total {
    /// Of integers.
    Integer(i128),
    /// Of floats.
    Float(Box<ExactSum>),
}

impl Total {
    fn zero(numbers: Numbers) -> Self {
        match numbers {
            Numbers::Integers => Self::Integer(0),
            Numbers::Floats => Self::Float(Box::default()),
        }
    }

    /// The nearest `f64`.
    pub fn value(&self) -> f64 {
        match self {
            Self::Integer(sum) => *sum as f64,
            Self::Float(sum) => sum.value(),
        }
    }
}

impl fmt::Display for Total {
    /// Writes all digits of an integer; of a float, the shortest digits that read back as the
    /// nearest `f64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(sum) => write!(f, "{sum}"),
            Self::Float(sum) => write!(f, "{:?}", sum.value()),
        }
    }
}

/// What is known of a forest, or of a part of one, without its edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Vertices of the graph.
    pub n: u64,
    /// Edges of the forest.
    pub edges: u64,
    /// The sum of their weights.
    pub weight: Total,
    /// The wrapping sum of [`mix`] over the edges: the same in any order and on any number of ranks.
    pub checksum: u64,
}

impl Summary {
    /// Sums up `edges`, a forest or a part of one, in O(edges).
    pub fn of<K: Key>(n: u64, edges: &[Edge<K>], weights: Weights) -> Self {
        Self::of_named(n, edges, weights, u64::from)
    }

    /// As [`Summary::of`], for vertices whose ids are not they themselves.
    pub fn of_named<K: Key>(
        n: u64,
        edges: &[Edge<K>],
        weights: Weights,
        id: impl Fn(Vertex) -> u64,
    ) -> Self {
        let mut summary = Self {
            n,
            edges: edges.len() as u64,
            weight: Total::zero(weights.numbers()),
            checksum: 0,
        };
        for e in edges {
            let key = weights.canonical(e.key.wide());
            let (u, v) = (id(e.u), id(e.v));
            summary.checksum = summary.checksum.wrapping_add(mix(u.min(v), u.max(v), key));
            match &mut summary.weight {
                Total::Integer(sum) => *sum += i128::from(key_integer(key)),
                Total::Float(sum) => sum.add(key_float(key)),
            }
        }
        summary
    }

    /// Adds another part of the same forest.
    ///
    /// # Panics
    /// If one has integer weights and the other floats.
    pub fn merge(&mut self, part: &Self) {
        self.edges += part.edges;
        self.checksum = self.checksum.wrapping_add(part.checksum);
        match (&mut self.weight, &part.weight) {
            (Total::Integer(sum), Total::Integer(more)) => *sum += more,
            (Total::Float(sum), Total::Float(more)) => sum.merge(more),
            _ => panic!("parts of one forest have one kind of weight"),
        }
    }

    /// The number of trees of the forest, including isolated vertices.
    pub fn components(&self) -> u64 {
        self.n - self.edges
    }

    /// The summary as words for a message to another rank.
    pub fn to_words(&self) -> Vec<i64> {
        let head = [self.n as i64, self.edges as i64, self.checksum as i64];
        let weight = match &self.weight {
            Total::Integer(sum) => vec![(*sum >> 64) as i64, *sum as i64],
            Total::Float(sum) => sum.as_ref().clone().into_digits(),
        };
        [head.as_slice(), &weight].concat()
    }

    /// The inverse of [`Summary::to_words`].
    pub fn from_words(words: &[i64]) -> Self {
        let (head, weight) = words.split_at(3);
        let weight = match weight {
            [high, low] => Total::Integer(i128::from(*high) << 64 | i128::from(*low as u64)),
            digits => Total::Float(Box::new(ExactSum::from_digits(digits))),
        };
        Self { n: head[0] as u64, edges: head[1] as u64, weight, checksum: head[2] as u64 }
    }
}

/// A 64-bit hash of a whole edge: its endpoints' ids, the lower first, and its canonical key.
///
/// Two rounds of [`scramble`]; one more if an id has more than 32 bits.
pub const fn mix(low: u64, high: u64, key: u64) -> u64 {
    let lower = low << 32 | high as u32 as u64;
    let upper = low >> 32 << 32 | high >> 32;
    let ends = if upper == 0 { lower } else { scramble(upper) ^ lower };
    scramble(scramble(ends) ^ key)
}

/// The step of SplitMix64: odd, and 2^64 over the golden ratio.
pub(crate) const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The step and finaliser of SplitMix64, a bijection: Steele, Lea, Flood, OOPSLA 2014.
pub const fn scramble(bits: u64) -> u64 {
    let mut z = bits.wrapping_add(GOLDEN_GAMMA);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A pseudo-random position in a stratum, the same for the same seed. A sample of one position in
/// each stratum covers the whole list and, unlike evenly spaced positions, does not follow a period
/// in it.
///
/// # Panics
/// If the stratum is empty.
pub(crate) fn pick(stratum: Range<usize>, seed: u64) -> usize {
    stratum.start + (scramble(seed) % stratum.len() as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::integer_key;

    /// Keys with the top bit set, so that they stand for floats too.
    const TOP: u32 = 1 << 31;
    const EDGES: [Edge<u32>; 3] = [
        Edge { u: 0, v: 1, key: TOP + 4 },
        Edge { u: 3, v: 2, key: TOP + 4 },
        Edge { u: 1, v: 2, key: TOP + 9 },
    ];

    #[test]
    fn parts_make_the_whole_in_any_order() {
        for weights in [Weights::narrow_integers(-7), Weights::SINGLES] {
            let whole = Summary::of(5, &EDGES, weights);
            let mut parts = Summary::of(5, &EDGES[1..], weights);
            parts.merge(&Summary::from_words(&Summary::of(5, &EDGES[..1], weights).to_words()));
            assert_eq!((parts.edges, parts.checksum), (whole.edges, whole.checksum));
            assert_eq!(parts.weight.value().to_bits(), whole.weight.value().to_bits());
            assert_eq!(whole.components(), 2);
        }
    }

    #[test]
    fn the_checksum_ignores_direction_and_how_keys_are_held() {
        let turned = EDGES.map(|e| Edge { u: e.v, v: e.u, key: e.key });
        let held = EDGES.map(|e| Edge { u: e.u, v: e.v, key: integer_key(i64::from(e.key) - 7) });
        let weights = Weights::narrow_integers(-7);
        let expected = Summary::of(5, &EDGES, weights);
        assert_eq!(Summary::of(5, &turned, weights), expected);
        assert_eq!(Summary::of(5, &held, Weights::wide(Numbers::Integers)), expected);
        assert_eq!(expected.weight, Total::Integer(4 + 4 + 9 + 3 * (i128::from(TOP) - 7)));
    }
}
