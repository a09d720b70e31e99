//! An upper bound on what a rank receives, known before a plan runs.

use crate::distributed::combine::{CHEAP, is_gathered};
use crate::distributed::{Combine, Plan, Prepare};

impl Plan {
    /// Returns the most payload bytes that any rank can receive, for `m` edges on `n` vertices with
    /// keys of `key_bytes` bytes on `p` ranks. An edge has e = 8 + `key_bytes` bytes:
    ///
    /// | | at most | expected |
    /// |---|---|---|
    /// | `gather` | e min(m, (p - 1)(n - 1)) | 7 bytes per edge if e is 12 |
    /// | `tree` | e min(m, ceil(log2 p)(n - 1)) | |
    /// | `filter` | 2em, 4.3m for components, 17 KB + 528p per pivot | 1.5n to 2n edges; n/8 to n/2 bytes |
    /// | `boruvka` | 2n(e + 10), 64p per round | 1.5n edges |
    /// | `sharded` | 8n(e + 23 + 10 log2 n) and 17n; 64p per exchange; 21 KB log2 p | (n/p)(3 + 5 log2 p) bytes |
    /// | `contract` | adds n/4 + 16p | |
    /// | `shuffle` | adds 25m + 3.2 KB p if all edges have one owner; e is 16 | 10m/p |
    ///
    /// With n p up to 2^16, `filter` and `boruvka` are a `gather`, and so is `sharded` with n/p up to 64.
    /// Every plan adds n/8 for verdicts.
    pub fn most_received(self, n: u64, m: u64, p: usize, key_bytes: usize) -> u64 {
        let (ranks, shuffles) = (p as u64, self.prepare == Prepare::Shuffle);
        let edge = 8 + if shuffles { 8 } else { key_bytes as u64 };
        let forest = n.saturating_sub(1);
        let rounds = |most: u64| u64::from(most.next_power_of_two().trailing_zeros());
        let gathered = |edges: u64| edge * m.min(edges) + n / 8 + 8;
        let most = match self.combine {
            Combine::Gather => gathered((ranks - 1) * forest),
            Combine::Tree => gathered(rounds(ranks) * forest),
            Combine::Filter => {
                // Light edges are sent again if they join too few components. Each pivot has more
                // than n of the remaining edges below it.
                let pivots = m * ranks / CHEAP as u64 + 1;
                2 * gathered(m) + 17 * (m + n) / 4 + pivots * (17_000 + 528 * ranks) + 8 * ranks
            }
            Combine::Boruvka => {
                let joined = 2 * n * (edge + 10) + (rounds(n.max(1)) + 1) * 64 * ranks;
                joined + gathered(CHEAP as u64)
            }
            Combine::Sharded if is_gathered(n as usize, p) => gathered((ranks - 1) * forest),
            Combine::Sharded => {
                // Of the c components of a round, each rank may offer all of an owner's block; so
                // may owners ask in each jump. Rounds halve c, and there are four stages.
                let jumps = rounds(n.max(1)) + 2;
                let joined = 8 * n * (edge + 3 + 10 * jumps);
                let headers = 64 * ranks * 4 * jumps * (jumps + 3);
                // All-reduces of one or two words, most of them for pivots.
                let words = 21_000 * rounds(ranks);
                joined + 17 * n + headers + words
            }
        };
        let contracted = if self.prepare == Prepare::Nothing { 0 } else { n / 4 + 16 * ranks + 16 };
        let shuffled = if shuffles { 25 * m + 3200 * ranks } else { 0 };
        most + contracted + shuffled
    }
}
