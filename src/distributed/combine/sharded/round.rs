//! A round of Borůvka's algorithm: every component joins the one that its lightest edge leads to.
//!
//! An owner first gets only the upper bits of each rank's lightest key. Mostly they tell which is the
//! lightest, so that only its home has to send where it leads. Homes know of most pairs that chose
//! each other, since the edge is the lightest at both ends.

use super::claim::{Claim, Claims, Standing, Standings};
use super::judge::{Claimed, judge, mutual};
use super::live::{Lightest, Live};
use super::pointers::Pointers;
use crate::comm::Comm;
use crate::graph::Key;
use crate::local::ContractedEdge;
use crate::sharding::{Flagged, KeyRange, Merges, Plain, exchange, reply, tell};
use fixedbitset::FixedBitSet;

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
    let end = |e: Option<&ContractedEdge<K>>| e.map(|e| e.key.wide());
    let (least, most) = (end(live.edges.first()), end(live.edges.last()));
    let keys = KeyRange::of(comm, least.unwrap_or(u64::MAX), most.unwrap_or(0))?;
    let owners = pointers.owners;
    let lightest = live.lightest();
    let upper: Vec<u32> = lightest.iter().map(|e| keys.upper(e.key.wide())).collect();
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
    keys: KeyRange,
    standings: &[Standing],
    place: usize,
) -> Option<Claim> {
    let Lightest { edge, there, key } = lightest[place];
    let there = there as usize;
    let other = ids[there];
    match standings[place] {
        Standing::Loses => None,
        Standing::Ties => Some(Claim::Ties { rest: keys.rest(key.wide()), other }),
        Standing::Wins if lightest[there].edge == edge && standings[there] == Standing::Wins => {
            Some(mutual(ids[place], other))
        }
        Standing::Wins => Some(Claim::Joins(other)),
    }
}
