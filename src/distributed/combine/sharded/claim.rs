//! What owners and the homes of the lightest edges tell each other in a round.

use crate::sharding::{Column, Malformed, MessageReader, MessageWriter, put_flags, take_flags};

/// How a rank's lightest edge at a component stands, by the upper bits of the keys: what its owner
/// tells the rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Another rank has a lighter one.
    Loses,
    /// It is the lightest of all.
    Wins,
    /// No rank has a lighter one, but others have one that may be as light.
    Ties,
}

/// How standings are coded.
pub(super) struct Standings;

impl Column for Standings {
    type Value = Standing;

    fn put(&self, out: &mut MessageWriter, values: &[Standing]) {
        put_flags(out, values.iter().map(|&standing| standing != Standing::Loses));
        let best = values.iter().filter(|&&standing| standing != Standing::Loses);
        put_flags(out, best.map(|&standing| standing == Standing::Ties));
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<Standing>, Malformed> {
        let best = take_flags(from, len)?;
        let ties = take_flags(from, best.count_ones(..))?;
        let mut values = vec![Standing::Loses; len];
        for (number, place) in best.ones().enumerate() {
            values[place] = if ties[number] { Standing::Ties } else { Standing::Wins };
        }
        Ok(values)
    }
}

/// What the home of an edge claims once it knows how that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The edge is the lightest of both ends, of which this one becomes the root.
    Leads,
    /// The edge is the lightest of both ends, and the other one becomes the root.
    Follows(u32),
    /// The edge leads there.
    Joins(u32),
    /// The edge leads to `other`, if no tied one has less in the lower bits of the key.
    Ties {
        /// The lower bits of the key.
        rest: Rest,
        /// The other end.
        other: u32,
    },
}

/// The lower bits of a key, in place of a `u64`, with which each claim would take half as much memory
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rest {
    upper: u32,
    lower: u32,
}

impl From<u64> for Rest {
    fn from(bits: u64) -> Self {
        Self { upper: (bits >> 32) as u32, lower: bits as u32 }
    }
}

impl From<Rest> for u64 {
    fn from(rest: Rest) -> Self {
        Self::from(rest.upper) << 32 | Self::from(rest.lower)
    }
}

/// How claims are coded: so many bits for an id, and for the rest of a key.
pub(super) struct Claims {
    pub(super) id_bits: usize,
    pub(super) rest_bits: usize,
}

impl Column for Claims {
    type Value = Claim;

    fn put(&self, out: &mut MessageWriter, values: &[Claim]) {
        put_flags(out, values.iter().map(|claim| matches!(claim, Claim::Ties { .. })));
        put_flags(out, values.iter().map(|claim| matches!(claim, Claim::Leads)));
        put_flags(out, values.iter().map(|claim| matches!(claim, Claim::Follows(_))));
        for &claim in values {
            match claim {
                Claim::Leads => (),
                Claim::Follows(other) | Claim::Joins(other) => {
                    out.put(u64::from(other), self.id_bits);
                }
                Claim::Ties { rest, other } => {
                    out.put(rest.into(), self.rest_bits);
                    out.put(u64::from(other), self.id_bits);
                }
            }
        }
    }

    fn take(&self, from: &mut MessageReader, len: usize) -> Result<Vec<Claim>, Malformed> {
        let [ties, leads, follows] =
            [take_flags(from, len)?, take_flags(from, len)?, take_flags(from, len)?];
        let claim = |place: usize| {
            if leads[place] {
                return Ok(Claim::Leads);
            }
            let rest = if ties[place] { from.take(self.rest_bits)? } else { 0 };
            let other = from.take(self.id_bits)? as u32;
            Ok(match (ties[place], follows[place]) {
                (true, _) => Claim::Ties { rest: rest.into(), other },
                (false, true) => Claim::Follows(other),
                (false, false) => Claim::Joins(other),
            })
        };
        (0..len).map(claim).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn standings_and_claims_come_back(kinds in prop::collection::vec((0u8..4, 0u32..200), 0..100)) {
            let standing = |&(kind, _): &(u8, u32)| match kind {
                0 => Standing::Wins,
                1 => Standing::Ties,
                _ => Standing::Loses,
            };
            let claim = |&(kind, other): &(u8, u32)| match kind {
                0 => Claim::Leads,
                1 => Claim::Follows(other),
                2 => Claim::Joins(other),
                _ => Claim::Ties { rest: (u64::from(other) << 30).into(), other },
            };
            let (standings, claims): (Vec<_>, Vec<_>) =
                kinds.iter().map(|kind| (standing(kind), claim(kind))).unzip();
            let mut out = MessageWriter::new();
            let column = Claims { id_bits: 8, rest_bits: 40 };
            Standings.put(&mut out, &standings);
            column.put(&mut out, &claims);
            let bytes = out.into_bytes();
            let mut from = MessageReader::of(&bytes);
            prop_assert_eq!(Standings.take(&mut from, kinds.len()), Ok(standings));
            prop_assert_eq!(column.take(&mut from, kinds.len()), Ok(claims));
        }
    }
}
