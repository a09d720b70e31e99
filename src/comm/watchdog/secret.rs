//! How two who share a secret show each other that they do, without a word of use to those who listen.
//!
//! Rank 0 asks a caller with a number that was never used before. The caller says who it is and asks a number of its
//! own, with a hash of all that under the secret; rank 0 answers with another one. What was recorded answers no
//! other question.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use std::io;

/// A number that is used once.
pub(super) type Nonce = [u8; 32];

/// What all ranks of a job know, and nobody else.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Secret([u8; 32]);

/// Whose proof it is, so that none stands for the other's.
#[derive(Clone, Copy)]
enum Side {
    Caller,
    Rank0,
}

/// What a caller says.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Claim {
    /// Which rank it is.
    rank: u64,
    /// Its question to rank 0.
    nonce: Nonce,
    proof: [u8; 32],
}

/// The bytes of a [`Claim`].
pub(super) const CLAIM: usize = size_of::<Claim>();
/// The bytes of rank 0's answer to it.
pub(super) const ANSWER: usize = 32;

/// Bytes that nobody can guess.
pub(super) fn draw() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

impl Secret {
    /// A new one.
    pub(super) fn new() -> io::Result<Self> {
        draw().map(Self)
    }

    /// The claim to be `rank`, where rank 0 has asked `asked`.
    pub(super) fn claim(&self, rank: usize, asked: &Nonce) -> io::Result<Claim> {
        let (rank, nonce) = (rank as u64, draw()?);
        let proof = self.proof(Side::Caller, rank, asked, &nonce).into();
        Ok(Claim { rank, nonce, proof })
    }

    /// The rank that a claim proves after `asked`, and rank 0's answer.
    pub(super) fn check(&self, claim: &Claim, asked: &Nonce) -> Option<(usize, [u8; ANSWER])> {
        let proof = self.proof(Side::Caller, claim.rank, asked, &claim.nonce);
        // Hashes are compared in a time that tells nothing.
        let rank = usize::try_from(claim.rank).ok().filter(|_| proof == claim.proof)?;
        Some((rank, self.proof(Side::Rank0, claim.rank, asked, &claim.nonce).into()))
    }

    /// Whether who answers `claim` is rank 0, which has asked `asked`.
    pub(super) fn is_rank_0(&self, answer: [u8; ANSWER], claim: &Claim, asked: &Nonce) -> bool {
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
        assert!(secret.check(&Claim { rank: 4, ..claim }, &asked).is_none(), "in another's name");
        assert!(!secret.is_rank_0(claim.proof, &claim, &asked), "an echo");
        assert!(!other.is_rank_0(answer, &claim, &asked));
    }
}
