//! Which rank has the least key at each component, found by the components' owners.
//!
//! The upper bits of the keys are told first. Mostly they are enough. The sharded algorithm judges the
//! same bits with code of its own, so that both do not share a mistake.

use crate::comm::Comm;
use crate::sharding::{
    Column, Flags, KeyRange, Malformed, MessageReader, MessageWriter, Owners, Plain, Told,
    exchange, reply, tell,
};

/// What an owner knows of the components of its block for which keys were told.
pub(super) struct Least {
    /// The components, as each rank has told of them.
    pub(super) told: Vec<Told<u32>>,
    /// For each component of the block, the lowest rank that has the least key.
    ranks: Vec<usize>,
    start: u32,
}

impl Least {
    /// Tells the owners of the components `ids` a key for each. `None` if no rank has any.
    ///
    /// # Complexity
    /// Three exchanges: ten bits for each of `ids` besides the set, and the rest of a key in one case
    /// of 2^10 for each other rank.
    pub(super) fn of(comm: &Comm, components: Owners, ids: &[u32], keys: &[u64]) -> Option<Self> {
        let least = keys.iter().copied().min().unwrap_or(u64::MAX);
        let range = KeyRange::of(comm, least, keys.iter().copied().max().unwrap_or(0))?;
        let upper: Vec<u32> = keys.iter().map(|&key| range.upper(key)).collect();
        let told = tell(comm, components, ids, &Plain(range.upper_bits()), &upper)?;
        let block = components.ids(comm.rank());
        let tied = match range.rest_bits() {
            0 => told.iter().map(|told| vec![false; told.ids.len()]).collect(),
            _ => tied(block.start, block.len(), &told),
        };
        let lens: Vec<usize> =
            tied.iter().map(|tied| tied.iter().filter(|is_tied| **is_tied).count()).collect();
        let wanted = reply(comm, components, ids, &Flags, tied.clone());
        let rests = components.split(ids).into_iter().map(|places| {
            places.filter(|&place| wanted[place]).map(|place| range.rest(keys[place])).collect()
        });
        let rests = exchange(comm, &Rests(range.rest_bits()), rests.collect(), &lens);
        let mut least = vec![(u32::MAX, u64::MAX, usize::MAX); block.len()];
        for (rank, (told, tied)) in told.iter().zip(tied).enumerate() {
            let mut rests = rests[rank].iter();
            for ((&id, &upper), is_tied) in told.ids.iter().zip(&told.values).zip(tied) {
                let rest = if is_tied { *rests.next().expect("one for each") } else { 0 };
                let least = &mut least[(id - block.start) as usize];
                *least = (*least).min((upper, rest, rank));
            }
        }
        let ranks = least.into_iter().map(|(_, _, rank)| rank).collect();
        Some(Self { told, ranks, start: block.start })
    }

    /// The lowest rank that has the least key at a component of this block.
    pub(super) fn rank(&self, id: u32) -> usize {
        self.ranks[(id - self.start) as usize]
    }
}

/// For each rank and each component that it has told of, whether it and others have told the least
/// upper bits. The block begins at `start`.
fn tied(start: u32, len: usize, told: &[Told<u32>]) -> Vec<Vec<bool>> {
    let mut least = vec![(u32::MAX, 0u32); len];
    for (&id, &upper) in told.iter().flat_map(|told| told.ids.iter().zip(&told.values)) {
        let (best, times) = &mut least[(id - start) as usize];
        match upper.cmp(best) {
            std::cmp::Ordering::Less => (*best, *times) = (upper, 1),
            std::cmp::Ordering::Equal => *times += 1,
            std::cmp::Ordering::Greater => (),
        }
    }
    let is_tied = |(&id, &upper): (&u32, &u32)| {
        let (best, times) = least[(id - start) as usize];
        upper == best && times > 1
    };
    told.iter().map(|told| told.ids.iter().zip(&told.values).map(is_tied).collect()).collect()
}

/// Rests of keys, of so many bits.
struct Rests(usize);

impl Column for Rests {
    type Value = u64;

    fn put(&self, out: &mut MessageWriter, rests: &[u64]) {
        rests.iter().for_each(|&rest| out.put(rest, self.0));
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<u64>, Malformed> {
        (0..len).map(|_| from.take(self.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_lowest_rank_with_the_least_key_is_found(
            keys in prop::collection::vec(prop::collection::vec(any::<u64>(), 9), 1..5),
            shift in prop::sample::select(vec![0u32, 30, 55, 63]),
            asked in prop::collection::vec(1u16..512, 5),
        ) {
            let p = keys.len();
            let is_asked = |rank: usize, id: u32| asked[rank] >> id & 1 == 1;
            let key = |rank: usize, id: u32| keys[rank][id as usize] >> shift;
            let found = comm::run(p, Some(1), |comm| {
                let components = Owners { n: 9, p };
                let mine: Vec<u32> = (0..9).filter(|&id| is_asked(comm.rank(), id)).collect();
                let keys: Vec<u64> = mine.iter().map(|&id| key(comm.rank(), id)).collect();
                let least = Least::of(comm, components, &mine, &keys).expect("there are keys");
                components.ids(comm.rank()).map(|id| least.rank(id)).collect::<Vec<_>>()
            });
            for (id, found) in found.concat().into_iter().enumerate() {
                let id = id as u32;
                let askers = (0..p).filter(|&rank| is_asked(rank, id));
                let least = askers.min_by_key(|&rank| (key(rank, id), rank));
                prop_assert_eq!(found, least.unwrap_or(usize::MAX));
            }
        }
    }
}
