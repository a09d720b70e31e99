//! Measures the links between all pairs of hosts, in rounds in which each host is in at most one
//! pair.

use mst::comm::{Comm, Link, Streams};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The measurements of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    /// The two hosts, as indices into `ends`, the lower first.
    pub(super) ends: [usize; 2],
    pub(super) link: Link,
    /// How far the clock of the second is ahead of that of the first, seconds.
    pub(super) clock_offset: f64,
}

/// Limits on round trips of short messages: their number, and the time for them.
const SHORT: (usize, Duration) = (64, Duration::from_millis(50));
/// The same for long messages.
const LONG: (usize, Duration) = (4, Duration::from_millis(100));
/// The length of a short message, bytes: it holds a time.
const WORD: usize = size_of::<f64>();
/// The content of a message that asks for a long one.
const ASK: u8 = 1;
/// The length of a long message, bytes. Token buckets, which limit rates, let shorter messages pass
/// at once.
const BULK: usize = 4 << 20;

/// Measures the links between all pairs of the ranks `ends`, but begins no round after `limit`.
/// Returns the same on every rank.
///
/// # Complexity
/// p ends take p - 1 rounds, or p if p is odd. In each round, all pairs at once exchange up to 64
/// short messages, and at least one of 4 MiB each way.
pub(super) fn measure(comm: &Comm, ends: &[usize], limit: Duration) -> Vec<Measured> {
    let start = Instant::now();
    let mine = ends.iter().position(|&end| end == comm.rank());
    let mut found = Vec::new();
    for round in 0..rounds(ends.len()) {
        let time_left = comm.broadcast(0, vec![u8::from(start.elapsed() < limit)])[0] == 1;
        if !time_left {
            break;
        }
        let partner = mine.and_then(|mine| opponent(mine, round, ends.len()));
        let leads = partner.filter(|&partner| mine.is_some_and(|mine| mine < partner));
        let streams = comm.streams(leads.map(|partner| ends[partner]), 0);
        match (mine, leads) {
            (Some(mine), Some(partner)) => {
                let (link, clock_offset) = time(&streams, ends[partner]);
                let ends = [mine as f64, partner as f64];
                found.extend([ends[0], ends[1], link.latency, link.bandwidth, clock_offset]);
            }
            _ => streams.sources().iter().for_each(|&(from, _)| answer(&streams, from)),
        }
    }
    let all = comm.all_gather(&found).concat();
    let measured = |numbers: &[f64]| Measured {
        ends: [numbers[0] as usize, numbers[1] as usize],
        link: Link { latency: numbers[2], bandwidth: numbers[3] },
        clock_offset: numbers[4],
    };
    all.chunks_exact(5).map(measured).collect()
}

/// The number of rounds in which each of `teams` teams can meet all others.
fn rounds(teams: usize) -> usize {
    match teams {
        0 | 1 => 0,
        _ => (teams - 1) | 1,
    }
}

/// The opponent of `team` in a round, by the circle method: if the number of teams is odd, teams i
/// and j meet in round i + j modulo that number. If it is even, the last team is not on the circle,
/// and meets the team that has no opponent.
fn opponent(team: usize, round: usize, teams: usize) -> Option<usize> {
    let circle = rounds(teams);
    if team == circle {
        return Some(round * circle.div_ceil(2) % circle); // half of the round, modulo the circle
    }
    match (round + circle - team) % circle {
        other if other != team => Some(other),
        _ => (teams > circle).then_some(circle),
    }
}

/// Times messages to rank `to` and back. Returns the link, with the bandwidth of the slower
/// direction, and how far the clock of `to` is ahead, seconds.
fn time(streams: &Streams<'_>, to: usize) -> (Link, f64) {
    let (empty, clock_offset) = fastest(streams, to, &[0; WORD], SHORT);
    let (there, _) = fastest(streams, to, &vec![0; BULK], LONG);
    let (back, _) = fastest(streams, to, &[ASK], LONG);
    streams.send::<u8>(to, &[]);
    let slower = there.max(back);
    let carried = (slower - empty).max(slower / 2.0);
    (Link { latency: empty / 2.0, bandwidth: BULK as f64 / carried }, clock_offset)
}

/// The shortest time in which rank `to` answered a message, and, if the answer is a time, how far
/// its clock is ahead, both in seconds.
fn fastest(
    streams: &Streams<'_>,
    to: usize,
    message: &[u8],
    (most, limit): (usize, Duration),
) -> (f64, f64) {
    let start = Instant::now();
    let mut best = (f64::INFINITY, 0.0);
    for _ in 0..most {
        let (sent_at, sent) = (clock(), Instant::now());
        streams.send(to, message);
        let reply = streams.receive::<u8>(to);
        let seconds = sent.elapsed().as_secs_f64();
        if seconds < best.0 {
            let there = f64::from_le_bytes(reply[..WORD].try_into().expect("a word at least"));
            best = (seconds, there - (sent_at + seconds / 2.0));
        }
        if start.elapsed() > limit {
            break;
        }
    }
    best
}

/// Answers the messages of rank `from`, until an empty one, with the time, or with a long message
/// if it asks for one.
fn answer(streams: &Streams<'_>, from: usize) {
    loop {
        match streams.receive::<u8>(from).as_slice() {
            [] => return,
            [ASK] => streams.send(from, &vec![0u8; BULK]),
            _ => streams.send(from, &clock().to_le_bytes()),
        }
    }
}

/// Seconds since 1970.
fn clock() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everybody_meets_everybody_once() {
        for teams in 0..=9 {
            let mut met = BTreeSet::new();
            for round in 0..rounds(teams) {
                for team in 0..teams {
                    let Some(other) = opponent(team, round, teams) else { continue };
                    assert_eq!(opponent(other, round, teams), Some(team), "{teams}: round {round}");
                    assert!(team < other || met.insert((other, team)), "{teams}: they met before");
                }
            }
            assert_eq!(met.len(), teams * teams.saturating_sub(1) / 2, "{teams}");
        }
    }

    #[test]
    fn every_pair_is_measured() {
        for ends in [vec![0, 2, 3], vec![1, 3], vec![2]] {
            let all = mst::comm::run(4, Some(1), |comm| measure(comm, &ends, Duration::MAX));
            assert!(all.iter().all(|other| *other == all[0]), "the same on every rank");
            assert_eq!(all[0].len(), ends.len() * (ends.len() - 1) / 2);
            for pair in &all[0] {
                assert!(pair.ends[0] < pair.ends[1] && pair.ends[1] < ends.len(), "{pair:?}");
                assert!(pair.link.latency > 0.0 && pair.link.bandwidth > 1e6, "{pair:?}");
                assert!(pair.clock_offset.abs() < 0.1, "one host has one clock: {pair:?}");
            }
        }
        let none = mst::comm::run(2, Some(1), |comm| measure(comm, &[0, 1], Duration::ZERO));
        assert_eq!(none, [vec![], vec![]], "no time, no pairs");
    }
}
