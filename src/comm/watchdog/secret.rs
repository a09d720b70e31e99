//! How two processes prove to each other that they share a secret, without telling listeners
//! anything useful.
//!
//! Rank 0 sends the caller a number that was never used before. The caller answers with its rank, a
//! number of its own and a hash of all that, keyed with the secret; rank 0 answers with another
//! such hash. A recorded answer fits no other number.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use std::io;

/// A number that is used once.
pub(super) type Nonce = [u8; 32];

/// A secret that all ranks of a job know, and nobody else.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Secret([u8; 32]);

/// Whose proof it is: the proof of one side must not serve as that of the other.
#[derive(Clone, Copy)]
enum Side {
    Caller,
    Rank0,
}

/// What a caller sends to prove its rank.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct RankClaim {
    /// The rank that it claims to be.
    rank: u64,
    /// The number with which it asks rank 0.
    nonce: Nonce,
    proof: [u8; 32],
}

/// The size of a [`RankClaim`] in bytes.
pub(super) const CLAIM: usize = size_of::<RankClaim>();
/// The size of rank 0's answer in bytes.
pub(super) const ANSWER: usize = 32;

/// Draws 32 bytes that nobody can guess.
pub(super) fn draw() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

impl Secret {
    /// Draws a new secret.
    pub(super) fn new() -> io::Result<Self> {
        draw().map(Self)
    }

    /// Returns the claim to be `rank`, in answer to rank 0's number `asked`.
    pub(super) fn claim(&self, rank: usize, asked: &Nonce) -> io::Result<RankClaim> {
        let (rank, nonce) = (rank as u64, draw()?);
        let proof = self.proof(Side::Caller, rank, asked, &nonce).into();
        Ok(RankClaim { rank, nonce, proof })
    }

    /// Returns the rank that `claim` proves in answer to `asked`, and rank 0's answer to it; `None`
    /// if the proof is wrong.
    pub(super) fn check(&self, claim: &RankClaim, asked: &Nonce) -> Option<(usize, [u8; ANSWER])> {
        let proof = self.proof(Side::Caller, claim.rank, asked, &claim.nonce);
        // Hashes are compared in constant time, so the time tells nothing.
        let rank = usize::try_from(claim.rank).ok().filter(|_| proof == claim.proof)?;
        Some((rank, self.proof(Side::Rank0, claim.rank, asked, &claim.nonce).into()))
    }

    /// Whether `answer` to `claim` comes from rank 0, which has asked with `asked`.
    pub(super) fn is_rank_0(&self, answer: [u8; ANSWER], claim: &RankClaim, asked: &Nonce) -> bool {
        self.proof(Side::Rank0, claim.rank, asked, &claim.nonce) == answer
    }

    fn proof(&self, side: Side, rank: u64, asked: &Nonce, nonce: &Nonce) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&[side as u8]).update(&rank.to_le_bytes()).update(asked).update(nonce);
        hasher.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_holds_for_its_question_rank_and_secret_alone() {
        let (secret, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        let [asked, later] = [(); 2].map(|()| draw().unwrap());
        let claim = secret.claim(3, &asked).unwrap();
        let (rank, answer) = secret.check(&claim, &asked).expect("true");
        assert_eq!(rank, 3);
        assert!(secret.is_rank_0(answer, &claim, &asked));
        assert!(secret.check(&claim, &later).is_none(), "recorded");
        assert!(other.check(&claim, &asked).is_none(), "of another job");
        assert!(
            secret.check(&RankClaim { rank: 4, ..claim }, &asked).is_none(),
            "in another's name"
        );
        assert!(!secret.is_rank_0(claim.proof, &claim, &asked), "an echo");
        assert!(!other.is_rank_0(answer, &claim, &asked));
    }
}
