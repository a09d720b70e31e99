//! The largest component, as a bitmap.

use super::{Components, PIECE};
use crate::graph::{Vertex, scramble};
use fixedbitset::FixedBitSet;
use rayon::prelude::*;

/// Vertices in the sample from which the largest component is guessed.
const SAMPLE: u64 = 1 << 10;

/// The vertices of a component that has many, as a bitmap of n/8 bytes; of an arbitrary component
/// if none has many.
#[derive(Debug)]
pub(crate) struct LargestComponent {
    vertices: FixedBitSet,
}

impl LargestComponent {
    /// Finds it, on the current rayon pool in O(n). `components` must be flat.
    pub(crate) fn of(components: &Components) -> Self {
        let n = components.n();
        let mut roots: Vec<Vertex> =
            (0..SAMPLE).map(|i| components.parent((scramble(i) % n as u64) as Vertex)).collect();
        roots.sort_unstable();
        let largest = roots.chunk_by(|a, b| a == b).max_by_key(|chunk| chunk.len());
        let root = largest.expect("the sample is not empty")[0];
        let word = |w: usize| {
            let vertices = w * 64..n.min(w * 64 + 64);
            vertices
                .rev()
                .fold(0, |word, v| word << 1 | usize::from(components.parent(v as Vertex) == root))
        };
        let words: Vec<usize> =
            (0..n.div_ceil(64)).into_par_iter().with_min_len(PIECE / 64).map(word).collect();
        Self { vertices: FixedBitSet::with_capacity_and_blocks(n, words) }
    }

    /// A bit for each vertex, the first in the lowest bit of the first word.
    pub(crate) fn vertices(&self) -> &FixedBitSet {
        &self.vertices
    }

    /// Whether `v` is one of its vertices.
    #[inline]
    pub(crate) fn holds(&self, v: Vertex) -> bool {
        self.vertices.contains(v as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_component_is_found() {
        let n = 1000;
        let mut components = Components::new(n);
        for (first, last) in [(0, 150), (200, n as Vertex)] {
            (first + 1..last).for_each(|v| assert!(components.join(v - 1, v)));
        }
        components.flatten();
        let largest = LargestComponent::of(&components);
        for v in 0..n as Vertex {
            assert_eq!(largest.holds(v), v >= 200, "{v}");
        }
    }
}
