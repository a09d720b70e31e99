//! What owners and the homes of the lightest edges tell each other in a round.

use super::column::{Answers, Column, Flags, Plain, places};
use super::ids;
use super::message::{Malformed, Reader, Writer};

/// What an owner says of a rank's lightest edge at a component, by the upper bits of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another rank has a lighter one.
    Loses,
    /// It is the lightest of all.
    Wins,
    /// No rank has a lighter one, but others have one that may be as light.
    Ties,
}

/// How verdicts are coded.
pub(super) struct Verdicts;

impl Column for Verdicts {
    type Value = Verdict;

    fn put(&self, out: &mut Writer, values: &[Verdict]) {
        let best = places(values, |&verdict| verdict != Verdict::Loses);
        ids::put(out, &best, 0..values.len() as u32);
        let ties = |&place: &u32| values[place as usize] == Verdict::Ties;
        Flags.put(out, &best.iter().map(ties).collect::<Vec<_>>());
    }

    fn take(&self, from: &mut Reader, len: usize) -> Result<Vec<Verdict>, Malformed> {
        let best = ids::take(from, 0..len as u32)?;
        let ties = Flags.take(from, best.len())?;
        let mut values = vec![Verdict::Loses; len];
        for (place, ties) in best.into_iter().zip(ties) {
            values[place as usize] = if ties { Verdict::Ties } else { Verdict::Wins };
        }
        Ok(values)
    }
}

/// What the home of an edge answers to a verdict.
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
        rest: u64,
        /// The other end.
        other: u32,
    },
}

/// How claims are coded: so many bits for an id, and for the rest of a key.
pub(super) struct Claims {
    pub(super) id_bits: usize,
    pub(super) rest_bits: usize,
}

impl Column for Claims {
    type Value = Claim;

    fn put(&self, out: &mut Writer, values: &[Claim]) {
        let is = |kind: fn(&Claim) -> bool| values.iter().map(kind).collect::<Vec<bool>>();
        Flags.put(out, &is(|claim| matches!(claim, Claim::Ties { .. })));
        Flags.put(out, &is(|claim| matches!(claim, Claim::Leads)));
        Flags.put(out, &is(|claim| matches!(claim, Claim::Follows(_))));
        let id = Plain(self.id_bits);
        for &claim in values {
            match claim {
                Claim::Leads => (),
                Claim::Follows(other) | Claim::Joins(other) => id.put(out, &[u64::from(other)]),
                Claim::Ties { rest, other } => {
                    out.put(rest, self.rest_bits);
                    id.put(out, &[u64::from(other)]);
                }
            }
        }
    }

    fn take(&self, from: &mut Reader, len: usize) -> Result<Vec<Claim>, Malformed> {
        let [ties, leads, follows] =
            [Flags.take(from, len)?, Flags.take(from, len)?, Flags.take(from, len)?];
        let claim = |place: usize| {
            if leads[place] {
                return Ok(Claim::Leads);
            }
            let rest = if ties[place] { from.take(self.rest_bits)? } else { 0 };
            let other = from.take(self.id_bits)? as u32;
            Ok(match (ties[place], follows[place]) {
                (true, _) => Claim::Ties { rest, other },
                (false, true) => Claim::Follows(other),
                (false, false) => Claim::Joins(other),
            })
        };
        (0..len).map(claim).collect()
    }
}

/// What has become of a component that a rank has an edge at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The root that it has joined; `None` if it is one.
    pub(super) root: Option<u64>,
    /// Whether that rank's edge was tied and is the lightest.
    pub(super) wins_tie: bool,
}

/// How outcomes are coded: so many bits for an id.
pub(super) struct Outcomes(pub(super) usize);

impl Column for Outcomes {
    type Value = Outcome;

    fn put(&self, out: &mut Writer, values: &[Outcome]) {
        Answers(self.0).put(out, &values.iter().map(|outcome| outcome.root).collect::<Vec<_>>());
        Flags.put(out, &values.iter().map(|outcome| outcome.wins_tie).collect::<Vec<_>>());
    }

    fn take(&self, from: &mut Reader, len: usize) -> Result<Vec<Outcome>, Malformed> {
        let roots = Answers(self.0).take(from, len)?;
        let wins = Flags.take(from, len)?;
        let outcome = |(root, wins_tie)| Outcome { root, wins_tie };
        Ok(roots.into_iter().zip(wins).map(outcome).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_three_come_back(kinds in prop::collection::vec((0u8..4, 0u32..200), 0..100)) {
            let verdict = |&(kind, _): &(u8, u32)| match kind {
                0 => Verdict::Wins,
                1 => Verdict::Ties,
                _ => Verdict::Loses,
            };
            let claim = |&(kind, other): &(u8, u32)| match kind {
                0 => Claim::Leads,
                1 => Claim::Follows(other),
                2 => Claim::Joins(other),
                _ => Claim::Ties { rest: u64::from(other) << 30, other },
            };
            let (verdicts, claims): (Vec<_>, Vec<_>) =
                kinds.iter().map(|kind| (verdict(kind), claim(kind))).unzip();
            let outcome = |&(kind, other): &(u8, u32)| Outcome {
                root: (kind > 0).then_some(u64::from(other)),
                wins_tie: kind == 3,
            };
            let outcomes: Vec<_> = kinds.iter().map(outcome).collect();
            let mut out = Writer::new();
            let column = Claims { id_bits: 8, rest_bits: 40 };
            Verdicts.put(&mut out, &verdicts);
            column.put(&mut out, &claims);
            Outcomes(8).put(&mut out, &outcomes);
            let bytes = out.into_bytes();
            let mut from = Reader::of(&bytes);
            prop_assert_eq!(Verdicts.take(&mut from, kinds.len()), Ok(verdicts));
            prop_assert_eq!(column.take(&mut from, kinds.len()), Ok(claims));
            prop_assert_eq!(Outcomes(8).take(&mut from, kinds.len()), Ok(outcomes));
        }
    }
}
