//! A round of Borůvka's algorithm: every component joins the one that its lightest edge leads to.
//!
//! An owner first gets only the upper bits of each rank's lightest key. Mostly they tell which is the
//! lightest, so that only its home has to send where it leads. Homes know of most pairs that chose
//! each other, since the edge is the lightest at both ends.

use super::claim::{Claim, Claims, Standing, Standings};
use super::judge::{Claimed, mutual};
use super::live::{Lightest, Live};
use super::stage::Stage;
use crate::comm::Comm;
use crate::graph::Key;
use crate::local::{ContractedEdge, prefetch};
use crate::measure::{Phase, ShardedStep};
use crate::sharding::{Flagged, KeyRange, Plain, exchange, reply, tell};

/// So many ids ahead, what a claim looks at is brought into the caches.
const AHEAD: usize = 16;

impl Stage<'_> {
    /// Runs a round. Notes this rank's edges that belong to the forest, and what this rank's components
    /// have joined. Returns the edges that still join two components; `None` if no rank has any.
    ///
    /// # Complexity
    /// For each of `live.ids` about log2(c/k) + 14 bits to its owner, of k of the c components, and its
    /// label back; the other end's id, where this rank's edge is the lightest; and the exchanges of
    /// [`Pointers::flatten`].
    ///
    /// [`Pointers::flatten`]: super::pointers::Pointers::flatten
    pub(super) fn round<K: Key>(&mut self, comm: &Comm, live: Live<K>) -> Option<Live<K>> {
        comm.enter(Phase::Local);
        let end = |e: Option<&ContractedEdge<K>>| e.map(|e| e.key.wide());
        let (least, most) = (end(live.edges.first()), end(live.edges.last()));
        let lightest = live.lightest();
        comm.enter(ShardedStep::Candidates);
        let keys = KeyRange::of(comm, least.unwrap_or(u64::MAX), most.unwrap_or(0))?;
        let owners = self.pointers.owners;
        let upper: Vec<u32> = lightest.iter().map(|e| keys.upper(e.key.wide())).collect();
        let told = tell(comm, owners, &live.ids, &Plain(keys.upper_bits()), &upper)?;
        drop(upper);
        comm.enter(ShardedStep::Verdicts);
        let standings = self.judge.judge(&told);

        let is_best = |standing: &&Standing| **standing != Standing::Loses;
        let lens: Vec<usize> =
            standings.iter().map(|standings| standings.iter().filter(is_best).count()).collect();
        let answers = reply(comm, owners, &live.ids, &Standings, standings.clone());
        comm.enter(ShardedStep::Ends);
        let claim = |place: usize| claim(&live.ids, &lightest, keys, &answers, place);
        let claims = owners.split(&live.ids).into_iter();
        let claims = claims.map(|places| places.filter_map(claim).collect()).collect();
        let column = Claims { id_bits: owners.bits(), rest_bits: keys.rest_bits() };
        let claims = exchange(comm, &column, claims, &lens);

        let claimed = Claimed { told: &told, standings: &standings, claims: &claims };
        let outcomes = self.outcomes(comm, &claimed);
        drop((claims, standings, told));
        comm.enter(ShardedStep::Labels);
        let outcomes = reply(comm, owners, &live.ids, &Flagged(owners.bits()), outcomes);

        comm.enter(Phase::Local);
        let mut labels = Vec::with_capacity(live.ids.len());
        for (place, ((root, wins_tie), standing)) in outcomes.into_iter().zip(&answers).enumerate()
        {
            if wins_tie || *standing == Standing::Wins {
                self.chosen.insert(lightest[place].origin as usize);
            }
            labels.push(root.unwrap_or(live.ids[place]));
        }
        Some(live.renamed(owners.n, &labels))
    }

    /// What the owner does with claims: what each rank is told of its ids in the end.
    fn outcomes(&mut self, comm: &Comm, claimed: &Claimed<'_>) -> Vec<Vec<(Option<u32>, bool)>> {
        comm.enter(ShardedStep::Jump);
        let (ties, left) = claimed.settle(&mut self.pointers);
        self.pointers.flatten(comm, left);
        let ids = claimed.told.iter().flat_map(|told| &told.ids);
        let joined = ids.map(|&id| (id, self.pointers.of(id)));
        self.merges.end_round(self.pointers.block().start as u32, joined);
        claimed.outcomes(&self.pointers, &ties)
    }
}

/// What this rank claims of the lightest edge that it has at a component, by the places of `ids`;
/// `None` if another rank has a lighter one.
#[inline]
fn claim<K: Key>(
    ids: &[u32],
    lightest: &[Lightest<K>],
    keys: KeyRange,
    standings: &[Standing],
    place: usize,
) -> Option<Claim> {
    if let Some(ahead) = lightest.get(place + AHEAD) {
        prefetch(lightest, ahead.there as usize);
        prefetch(standings, ahead.there as usize);
        prefetch(ids, ahead.there as usize);
    }
    let Lightest { origin, there, key } = lightest[place];
    let there = there as usize;
    match standings[place] {
        Standing::Loses => None,
        Standing::Ties => {
            Some(Claim::Ties { rest: keys.rest(key.wide()).into(), other: ids[there] })
        }
        Standing::Wins
            if lightest[there].origin == origin && standings[there] == Standing::Wins =>
        {
            Some(mutual(ids[place], ids[there]))
        }
        Standing::Wins => Some(Claim::Joins(ids[there])),
    }
}
