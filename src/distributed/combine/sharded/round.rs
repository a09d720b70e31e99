//! A round of Borůvka's algorithm: every component joins the one that its lightest edge leads to.
//!
//! An owner first gets only the upper bits of each rank's lightest key. Mostly they tell which is the
//! lightest, so that only its home has to send where it leads. Homes know of most pairs that chose
//! each other, since the edge is the lightest at both ends.

use super::claim::{Claim, Claims, Standing, Standings};
use super::judge::{Claimed, judge, mutual};
use super::live::{Lightest, Live};
use super::pointers::Pointers;
use crate::comm::{Comm, Reduction};
use crate::graph::Key;
use crate::local::ContractedEdge;
use crate::sharding::{Flagged, Merges, Plain, exchange, reply, tell};
use fixedbitset::FixedBitSet;

/// The bits of a key that are sent first. In about one of 2^10 pairs, they do not tell which is the
/// lighter one.
const UPPER_BITS: usize = 10;

/// The keys of all ranks' live edges, by how far they are above the least.
#[derive(Clone, Copy, Debug)]
struct Keys {
    least: u64,
    bits: usize,
}

impl Keys {
    /// The range of the keys of all ranks' edges; `None` if there are no edges.
    fn of<K: Key>(comm: &Comm, live: &Live<K>) -> Option<Self> {
        let key = |e: Option<&ContractedEdge<K>>| e.map(|e| e.key.wide());
        let least = key(live.edges.first()).unwrap_or(u64::MAX);
        let most = key(live.edges.last()).unwrap_or(0);
        let mut ends = [least, !most];
        comm.all_reduce(&mut ends, Reduction::Minimum);
        let [least, most] = [ends[0], !ends[1]];
        (least <= most)
            .then(|| Self { least, bits: (u64::BITS - (most - least).leading_zeros()) as usize })
    }

    fn upper_bits(self) -> usize {
        self.bits.min(UPPER_BITS)
    }

    /// The bits that are not sent first.
    fn rest_bits(self) -> usize {
        self.bits - self.upper_bits()
    }

    fn upper<K: Key>(self, key: K) -> u32 {
        ((key.wide() - self.least) >> self.rest_bits()) as u32
    }

    fn rest<K: Key>(self, key: K) -> u64 {
        (key.wide() - self.least) & ((1 << self.rest_bits()) - 1)
    }
}

/// Runs a round. Sets in `chosen` this rank's edges that belong to the forest, and returns those that
/// still join two components. `None` if no rank has any. Adds to `merges` what this rank's components
/// have joined.
///
/// # Complexity
/// For each of `live.ids` about log2(c/k) + 14 bits to its owner, of k of the c components, and its
/// label back; the other end's id, where this rank's edge is the lightest; and the exchanges of
/// [`Pointers::flatten`].
pub(super) fn round<K: Key>(
    comm: &Comm,
    pointers: &mut Pointers,
    live: Live<K>,
    chosen: &mut FixedBitSet,
    merges: &mut Merges,
) -> Option<Live<K>> {
    let keys = Keys::of(comm, &live)?;
    let owners = pointers.owners;
    let lightest = live.lightest();
    let upper: Vec<u32> = lightest.iter().map(|e| keys.upper(e.key)).collect();
    let told = tell(comm, owners, &live.ids, &Plain(keys.upper_bits()), &upper)?;
    let standings = judge(&pointers.block(), &told);

    let is_best = |standing: &&Standing| **standing != Standing::Loses;
    let lens: Vec<usize> =
        standings.iter().map(|standings| standings.iter().filter(is_best).count()).collect();
    let answers = reply(comm, owners, &live.ids, &Standings, standings.clone());
    let claim = |place: usize| claim(&live.ids, &lightest, keys, &answers, place);
    let claims =
        owners.split(&live.ids).into_iter().map(|places| places.filter_map(claim).collect());
    let column = Claims { id_bits: owners.bits(), rest_bits: keys.rest_bits() };
    let claims = exchange(comm, &column, claims.collect(), &lens);

    let claimed = Claimed { told: &told, standings: &standings, claims: &claims };
    let (ties, left) = claimed.settle(pointers);
    pointers.flatten(comm, left);
    let ids = told.iter().flat_map(|told| &told.ids);
    merges.end_round(pointers.block().start as u32, ids.map(|&id| (id, pointers.of(id))));
    let outcomes = claimed.outcomes(pointers, &ties);
    let outcomes = reply(comm, owners, &live.ids, &Flagged(owners.bits()), outcomes);

    let mut labels = Vec::with_capacity(live.ids.len());
    for (place, ((root, wins_tie), standing)) in outcomes.into_iter().zip(&answers).enumerate() {
        if wins_tie || *standing == Standing::Wins {
            chosen.insert(live.edges[lightest[place].edge as usize].origin as usize);
        }
        labels.push(root.unwrap_or(live.ids[place]));
    }
    Some(live.renamed(owners.n, &labels))
}

/// What this rank claims of the lightest edge that it has at a component, by the places of `ids`;
/// `None` if another rank has a lighter one.
fn claim<K: Key>(
    ids: &[u32],
    lightest: &[Lightest<K>],
    keys: Keys,
    standings: &[Standing],
    place: usize,
) -> Option<Claim> {
    let Lightest { edge, there, key } = lightest[place];
    let there = there as usize;
    let other = ids[there];
    match standings[place] {
        Standing::Loses => None,
        Standing::Ties => Some(Claim::Ties { rest: keys.rest(key), other }),
        Standing::Wins if lightest[there].edge == edge && standings[there] == Standing::Wins => {
            Some(mutual(ids[place], other))
        }
        Standing::Wins => Some(Claim::Joins(other)),
    }
}
