//! Tells every rank the components: a bitmap of the largest one, and numbers for the rest.

use crate::distributed::wire::pack;
use crate::graph::{BitList, Numbering, Vertex, from_words, words};
use crate::local::{Components, LargestComponent};
use fixedbitset::FixedBitSet;

/// The component of each vertex. Components are numbered from 0, which is the largest.
pub(in crate::distributed) struct Labels {
    /// The vertices outside the largest component.
    outside: Numbering,
    /// The components of those, then a zero that belongs to no vertex.
    labels: Vec<u32>,
    /// The number of components.
    pub(in crate::distributed) components: usize,
}

impl Labels {
    /// Encodes the components as bytes. Also makes them flat.
    ///
    /// One bit per vertex says whether it lies outside the largest component. For each vertex
    /// outside, one bit says whether it is the first of its component; the vertices that are not
    /// have their component's number, packed. If the largest has nearly all vertices, this takes
    /// little more than n/8 bytes; at most n/4 + 4n.
    pub(in crate::distributed) fn encode(components: &mut Components) -> Vec<u8> {
        components.flatten();
        let outside = outside(&LargestComponent::of(components));
        let mut numbers = bytemuck::allocation::zeroed_slice_box::<u32>(components.n());
        let (mut next, mut firsts, mut others) = (1, BitList::default(), Vec::new());
        for v in outside.ones() {
            let number = &mut numbers[components.parent(v as Vertex) as usize];
            firsts.push(*number == 0);
            if *number == 0 {
                *number = next;
                next += 1;
            } else {
                others.push(*number);
            }
        }
        let mut bytes: Vec<u8> = bytemuck::cast_slice(words(&outside)).to_vec();
        bytes.extend_from_slice(bytemuck::cast_slice(words(&firsts.into_set())));
        pack::put_all(&mut bytes, &others);
        bytes
    }

    /// Decodes what [`Labels::encode`] returns for the vertices `0..n`. Memory: n/5 bytes, and four
    /// for each vertex outside the largest component, so that they stay in cache if there are few.
    pub(in crate::distributed) fn decode(n: usize, bytes: &[u8]) -> Self {
        let mut bytes = bytes;
        let mut bits = |len: usize| {
            let bytes = bytes.split_off(..len.div_ceil(64) * 8).expect("as many words");
            from_words(&bytemuck::pod_collect_to_vec::<u8, u64>(bytes), len)
        };
        let outside = bits(n);
        let firsts = bits(outside.count_ones(..));
        let others = outside.count_ones(..) - firsts.count_ones(..);
        let mut others = pack::take_all(&mut bytes, others).into_iter();
        let mut components = 1;
        let mut label = |first| match first {
            true => {
                components += 1;
                components - 1
            }
            false => others.next().expect("a number"),
        };
        let labels =
            (0..firsts.len()).map(|place| label(firsts.contains(place))).chain([0]).collect();
        Self { outside: Numbering::of(outside), labels, components: components as usize }
    }

    /// Whether both lie in the largest component. For most edges this is enough to drop them, and
    /// it takes one look at a small bitmap.
    #[inline]
    pub(in crate::distributed) fn both_in_largest(&self, u: Vertex, v: Vertex) -> bool {
        let outside = self.outside.set();
        !(outside.contains(u as usize) | outside.contains(v as usize))
    }

    /// The number of the component of `v`.
    #[inline]
    pub(in crate::distributed) fn of(&self, v: Vertex) -> u32 {
        // Read both: a branch between them would be mispredicted too often.
        let label = self.labels[self.outside.number(v) as usize];
        if self.outside.set().contains(v as usize) { label } else { 0 }
    }
}

/// Returns the vertices of `0..n` outside the largest component.
fn outside(largest: &LargestComponent) -> FixedBitSet {
    let mut outside = largest.vertices().clone();
    outside.toggle_range(..);
    outside
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Two vertices have the same label exactly if they lie in the same component.
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
