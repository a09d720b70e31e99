//! Components that every rank learns: a bitmap of the largest, and numbers for the rest.

use super::bits::Bits;
use super::pack;
use crate::graph::Vertex;
use crate::local::{Components, Giant};

/// The component of each vertex, numbered from 0, the largest first.
pub(super) struct Labels {
    giant: Giant,
    labels: Box<[u32]>,
    /// How many components there are.
    pub(super) components: usize,
}

impl Labels {
    /// The components as bytes. They become flat.
    ///
    /// A bit for each vertex says whether it lies in the largest; a bit for each other one, whether it is
    /// the first of its component; the others of those have their number, packed. Where the largest
    /// has nearly all vertices, that is little more than n/8 bytes; at most it is n/4 + 4n.
    pub(super) fn encode(components: &mut Components) -> Vec<u8> {
        components.flatten();
        let giant = Giant::of(components);
        let mut numbers = bytemuck::allocation::zeroed_slice_box::<u32>(components.n());
        let (mut next, mut firsts, mut others) = (1, Bits::default(), Vec::new());
        for v in rest(&giant, components.n()) {
            let number = &mut numbers[components.parent(v) as usize];
            firsts.push(*number == 0);
            if *number == 0 {
                *number = next;
                next += 1;
            } else {
                others.push(*number);
            }
        }
        let mut bytes: Vec<u8> = bytemuck::cast_slice(giant.words()).to_vec();
        bytes.extend_from_slice(bytemuck::cast_slice(firsts.words()));
        pack::put_all(&mut bytes, &others);
        bytes
    }

    /// What [`Labels::encode`] made of components of the vertices `0..n`. Memory 4n bytes, of which only
    /// those of vertices outside of the largest component are touched.
    pub(super) fn decode(n: usize, bytes: &[u8]) -> Self {
        let mut bytes = bytes;
        let mut words = |bits: usize| {
            let bytes = bytes.split_off(..bits.div_ceil(64) * 8).expect("as many words");
            bytemuck::pod_collect_to_vec::<u8, u64>(bytes)
        };
        let giant = Giant::from_words(words(n));
        let len = rest_len(&giant, n);
        let firsts = Bits::from_words(words(len), len);
        let others = pack::take_all(&mut bytes, len - firsts.count_ones());
        let mut labels = bytemuck::allocation::zeroed_slice_box(n);
        let (mut next, mut others) = (1, others.into_iter());
        for (v, first) in rest(&giant, n).zip(firsts.iter()) {
            let mut new = || {
                next += 1;
                next - 1
            };
            labels[v as usize] = if first { new() } else { others.next().expect("a number") };
        }
        Self { giant, labels, components: next as usize }
    }

    /// Whether both lie in the largest component: what most edges can be dropped for at one look at a
    /// small bitmap.
    #[inline]
    pub(super) fn both_in_largest(&self, u: Vertex, v: Vertex) -> bool {
        self.giant.holds(u) & self.giant.holds(v)
    }

    /// The number of the component of `v`.
    #[inline]
    pub(super) fn of(&self, v: Vertex) -> u32 {
        self.labels[v as usize]
    }
}

/// The vertices outside of the largest component.
fn rest(giant: &Giant, n: usize) -> impl Iterator<Item = Vertex> {
    let others = giant.words().iter().enumerate().filter(|(_, word)| **word != u64::MAX);
    let vertices = others.flat_map(move |(index, word)| {
        (0..64).filter(move |bit| word >> bit & 1 == 0).map(move |bit| index * 64 + bit)
    });
    vertices.take_while(move |&v| v < n).map(|v| v as Vertex)
}

fn rest_len(giant: &Giant, n: usize) -> usize {
    n - giant.words().iter().map(|word| word.count_ones() as usize).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Two vertices have one label exactly if they lie in one component.
        #[test]
        fn labels_tell_components_apart(
            n in 1usize..300,
            pairs in prop::collection::vec((0u32..300, 0u32..300), 0..300),
        ) {
            let mut components = Components::new(n);
            for (u, v) in pairs {
                components.join(u % n as u32, v % n as u32);
            }
            let labels = Labels::decode(n, &Labels::encode(&mut components));
            let root = |v: usize| components.root(v as u32);
            let mut seen = std::collections::HashMap::new();
            for v in 0..n {
                let label = labels.of(v as u32);
                prop_assert!((label as usize) < labels.components);
                prop_assert_eq!(*seen.entry(root(v)).or_insert(label), label);
                prop_assert_eq!(labels.both_in_largest(v as u32, v as u32), label == 0);
            }
            prop_assert_eq!(seen.len(), labels.components);
        }
    }
}
