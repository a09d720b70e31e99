//! An upper bound on what a rank receives, known before a plan runs.

use crate::distributed::combine::{CHEAP, is_gathered};
use crate::distributed::{Combine, Plan, Prepare};
use crate::measure::ShardedStep;

/// The stages of `sharded`; before each but the first, there is something to fetch.
const STAGES: u64 = 4;

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
    /// | `sharded` | its steps ([`most_received_in`]) | (n/p)(3 + 5 log2 p) bytes |
    /// | `contract` | adds n/4 + 16p | |
    /// | `shuffle` | adds 25m + 3.2 KB p if all edges have one owner; e is 16 | 10m/p |
    ///
    /// With n p up to 2^16, `filter` and `boruvka` are a `gather`, and so is `sharded` with n/p up to 64.
    /// Every plan adds n/8 for verdicts.
    pub fn most_received(self, n: u64, m: u64, p: usize, key_bytes: usize) -> u64 {
        let (ranks, shuffles) = (p as u64, self.prepare == Prepare::Shuffle);
        let edge = 8 + if shuffles { 8 } else { key_bytes as u64 };
        let forest = n.saturating_sub(1);
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
                let most = |step: &_| most_received_in(*step, n, p, edge as usize - 8);
                ShardedStep::ALL.iter().map(most).sum::<u64>() + n / 8
            }
        };
        let contracted = if self.prepare == Prepare::Nothing { 0 } else { n / 4 + 16 * ranks + 16 };
        let shuffled = if shuffles { 25 * m + 3200 * ranks } else { 0 };
        most + contracted + shuffled
    }
}

/// Returns the most payload bytes that any rank can receive in a step of `sharded`, on `n` vertices
/// with keys of `key_bytes` bytes on `p` ranks. In a round on c components, each rank may tell an
/// owner of all c/p that this one has. A set of ids takes a bit for each that it could have, and rounds
/// halve c, so all rounds of a stage together have at most 2n components. A message has 64 bytes more.
///
/// | | at most, for each component of a round; for fetch and renumber for each vertex and stage |
/// |---|---|
/// | `pivot` | 21 KB log2 p in all: all-reduces of one or two words |
/// | `fetch` | 4 bytes; a bit in the question, in the answer and of the list of those outside the giant |
/// | `candidates` | 10 bits, and one in the set |
/// | `verdicts` | 2 bits, and a bit and a word if most are alike |
/// | `ends` | the rest of a tied key, the other end, 2 bits |
/// | `jump` | for each doubling of the longest chain, a bit and 5/p bytes |
/// | `labels` | 4 bytes and 2 flags |
/// | `renumber` | as `jump`, twice more |
pub fn most_received_in(step: ShardedStep, n: u64, p: usize, key_bytes: usize) -> u64 {
    let ranks = p as u64;
    let jumps = rounds(n.max(1)) + 2;
    let components = STAGES * 2 * n;
    let exchanges = |count: u64| count * 64 * ranks;
    let each_round = exchanges(STAGES * (jumps + 1));
    let jump = |components: u64| components / 8 + 5 * components.div_ceil(ranks);
    match step {
        ShardedStep::Pivot => 21_000 * rounds(ranks),
        ShardedStep::Fetch => (STAGES - 1) * (4 * n + 3 * n / 8) + exchanges((STAGES - 1) * 4),
        ShardedStep::Candidates => components * 11 / 8 + 2 * each_round,
        ShardedStep::Verdicts => components / 2 + each_round,
        ShardedStep::Ends => components * (key_bytes as u64 + 5) + each_round,
        ShardedStep::Jump => jumps * (jump(components) + 2 * each_round),
        ShardedStep::Labels => components * 17 / 4 + each_round,
        ShardedStep::Renumber => {
            (STAGES - 1) * (jumps + 2) * (jump(n) + exchanges(2)) + exchanges(8 * STAGES)
        }
    }
}

/// The logarithm of `most`, rounded up.
fn rounds(most: u64) -> u64 {
    u64::from(most.next_power_of_two().trailing_zeros())
}
