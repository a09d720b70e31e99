//! What every rank does in the cases that must succeed.

use mst::Error;
use mst::comm::{Comm, Reduction, StageCost};
use mst::distributed::Plan;
use mst::graph::Edge;
use mst::local::{Algorithm, kruskal};
use mst::measure::Phase;
use std::time::Duration;

fn list(rank: usize) -> Vec<u64> {
    (0..rank as u64 * 3 % 5).map(|i| i << 40 | rank as u64).collect()
}

/// Lists of different lengths and of two item sizes. `traffic` runs this in messages of at most 3
/// bytes.
pub(crate) fn collectives(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    let expected: Vec<_> = (0..p).map(list).collect();
    for root in [0, p - 1] {
        let gathered = comm.gather(root, &list(rank));
        assert_eq!(gathered, if rank == root { expected.clone() } else { vec![] });
        assert_eq!(comm.broadcast(root, list(rank + 1)), list(root + 1));
    }
    assert_eq!(comm.all_gather(&list(rank)), expected);
    let edges = [Edge { u: rank as u32, v: 9, key: u64::MAX - rank as u64 }];
    let all = comm.all_gather(&edges).concat();
    assert!(all.iter().enumerate().all(|(rank, e)| e.u == rank as u32 && e.key == !(rank as u64)));
    let mut sums = [rank as u64, 1, u64::MAX];
    comm.all_reduce(&mut sums, Reduction::Sum);
    assert_eq!(sums, [(p * (p - 1) / 2) as u64, p as u64, (p as u64).wrapping_neg()]);
    let sums = comm.sums_before([rank as u64 + 1, u64::MAX]);
    let triangle = |rank: usize| (rank * (rank + 1) / 2) as u64;
    let minus = |count: usize| (count as u64).wrapping_neg();
    assert_eq!(sums, ([triangle(rank), minus(rank)], [triangle(p), minus(p)]));
    assert_eq!(comm.sums_before([]), ([], []));
    let none: [u8; 0] = [];
    assert_eq!(comm.all_gather(&none), vec![Vec::<u8>::new(); p]);
    let sent = |from: usize, to: usize| list(from + 2 * to);
    let received = comm.all_to_all((0..p).map(|to| sent(rank, to)).collect());
    assert_eq!(received, (0..p).map(|from| sent(from, rank)).collect::<Vec<_>>());
    streams(comm);
}

/// Lists of bytes that all differ in length, or most of which are empty, whole and in messages of
/// at most 3 bytes.
pub(crate) fn uneven(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    let text =
        |from: usize, len: usize| -> Vec<u8> { (0..len).map(|i| (i + from) as u8).collect() };
    let lens: [fn(usize, usize) -> usize; 5] = [
        |rank, _| rank * rank + 1,
        |rank, p| (p - rank) * 5,
        |rank, p| if rank + 1 == p { 17 } else { 0 },
        |rank, p| if rank == p / 2 { 0 } else { 6 },
        |_, _| 0,
    ];
    for most in [Comm::MOST_BYTES, 3] {
        comm.limit_messages(most);
        for len in lens {
            let mine = text(rank, len(rank, p));
            let expected: Vec<Vec<u8>> = (0..p).map(|rank| text(rank, len(rank, p))).collect();
            assert_eq!(comm.all_gather(&mine), expected, "at most {most}");
            for root in 0..p {
                let gathered = comm.gather(root, &mine);
                assert_eq!(gathered, if rank == root { expected.clone() } else { Vec::new() });
            }
            // Only to the next rank, only to the first, and to all.
            let goes: [fn(usize, usize, usize) -> bool; 3] =
                [|from, to, p| to == (from + 1) % p, |_, to, _| to == 0, |_, _, _| true];
            for goes in goes {
                let sent = |from: usize, to: usize| {
                    text(from + to, if goes(from, to, p) { len((from + 2 * to) % p, p) } else { 0 })
                };
                let received = comm.all_to_all((0..p).map(|to| sent(rank, to)).collect());
                let expected: Vec<Vec<u8>> = (0..p).map(|from| sent(from, rank)).collect();
                assert_eq!(received, expected, "at most {most}");
            }
        }
        let mut bits = [1 << rank, rank as u64, 1 << 40 | rank as u64];
        comm.all_reduce(&mut bits, Reduction::BitwiseOr);
        assert_eq!(bits[0], (1 << p) - 1);
        let mut least = [rank as u64 + 7, u64::MAX - rank as u64];
        comm.all_reduce(&mut least, Reduction::Minimum);
        assert_eq!(least, [7, u64::MAX - (p as u64 - 1)]);
        let mut most = [rank as u64 + 7, u64::MAX - rank as u64];
        comm.all_reduce(&mut most, Reduction::Maximum);
        assert_eq!(most, [p as u64 + 6, u64::MAX]);
        comm.all_reduce(&mut [], Reduction::Sum);
    }
}

/// All ranks get the error of the lowest rank that has one. If no rank has one, nothing is sent.
pub(crate) fn agreement(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    for lowest in 0..p {
        let error = match rank % 3 {
            0 => Error::usage("--ranks", format!("rank {rank} speaks")),
            1 => Error::proof(format!("rank {rank} speaks")),
            _ => Error::Found { problems: 1, what: format!("rank {rank} speaks") },
        };
        let fails = rank >= lowest && (rank - lowest) % 2 == 0;
        let agreed =
            comm.agree(if fails { Err(error) } else { Ok(()) }).expect_err("a rank has failed");
        assert_eq!(agreed.to_string(), format!("rank {lowest} speaks"));
        assert_eq!(agreed.exit_code(), [2, 3, 1][lowest % 3]);
    }
    comm.take_log();
    assert_eq!(comm.agree(Ok(rank)).expect("all is well"), rank);
    let cost = comm.take_log()[Phase::Other as usize];
    assert_eq!((cost.messages_sent, cost.messages_received), (0, 0));
}

/// Each rank except the first sends blocks to the rank with half its number, which answers.
pub(crate) fn streams(comm: &Comm) {
    let rank = comm.rank();
    let streams = comm.streams((rank > 0).then_some(rank / 2), rank);
    assert_eq!(streams.target(), (rank > 0).then_some(rank / 2));
    if let Some(to) = streams.target() {
        (0..rank).for_each(|block| streams.send(to, &list(block)));
    }
    let expected = (1..comm.size()).filter(|from| from / 2 == rank && *from != rank);
    let expected: Vec<_> = expected.map(|from| (from, from)).collect();
    assert_eq!(streams.sources(), expected);
    for &(from, blocks) in streams.sources() {
        (0..blocks).for_each(|block| assert_eq!(streams.receive::<u64>(from), list(block)));
        streams.send(from, &[from as u16; 3]);
    }
    if let Some(to) = streams.target() {
        assert_eq!(streams.receive::<u16>(to), [rank as u16; 3]);
    }
    // Consecutive rounds: some ranks begin the next round before others know of this one.
    for round in 0..50 {
        let (p, to) = (comm.size(), (rank + round) % comm.size());
        let from = (rank + p - round % p) % p;
        let heard = comm.streams(Some(to), rank + round).sources().to_vec();
        assert_eq!(heard, if from == rank { vec![] } else { vec![(from, from + round)] });
    }
}

/// A long broadcast is scattered first, so that no rank sends much more than the length of the
/// list.
pub(crate) fn long_broadcast(comm: &Comm) {
    let (p, len) = (comm.size() as u64, 100_003u64);
    let bytes = |rank: usize| (0..len).map(|i| (i * (rank as u64 + 3)) as u8).collect::<Vec<_>>();
    let root = comm.size() - 1;
    comm.enter(Phase::Exchange);
    assert_eq!(comm.broadcast(root, bytes(comm.rank())), bytes(root));
    comm.enter(Phase::Other);
    let cost = comm.take_log()[Phase::Exchange as usize];
    let received = if comm.rank() == root { 0 } else { len };
    assert!(cost.bytes_received >= received && cost.bytes_sent <= 2 * len, "{cost:?}, {p} ranks");
    assert!(cost.bytes_received <= 2 * len, "{cost:?}, {p} ranks");
}

pub(crate) fn scatter(comm: &Comm) {
    let mut left: Vec<usize> = (0..comm.size()).collect();
    let next = |rank: usize| {
        left[rank] = left[rank].checked_sub(1)?;
        Some(vec![rank as u8; 5])
    };
    let mut mine = Vec::new();
    comm.scatter_blocks(next, |block| mine.push(block));
    assert_eq!(mine, vec![vec![comm.rank() as u8; 5]; comm.rank()]);
}

/// The traffic counts are the same in both worlds, even if messages are split.
pub(crate) fn traffic(comm: &Comm) {
    let (rank, p) = (comm.rank(), comm.size());
    let most = 3;
    comm.limit_messages(most);
    collectives(comm);
    scatter(comm);
    comm.take_log();
    comm.enter(Phase::Exchange);
    comm.gather(0, &[0u8; 10]);
    comm.broadcast(0, vec![0u8; 5]);
    comm.enter(Phase::Other);
    let log = comm.take_log();
    let cost = log[Phase::Exchange as usize];
    let others = p as u64 - 1;
    let counts =
        |c: &StageCost| (c.bytes_sent, c.messages_sent, c.bytes_received, c.messages_received);
    let expected = match rank {
        0 => (5 * others, 2 * others, 10 * others, 4 * others),
        _ => (10, 4, 5, 2),
    };
    assert_eq!(counts(&cost), expected);
    assert_eq!(counts(&log[Phase::Other as usize]), (0, 0, 0, 0));
}

pub(crate) fn sleeping_barrier(comm: &Comm) {
    if comm.rank() == 0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    comm.take_log();
    comm.sleeping_barrier();
    let waited = comm.take_log()[Phase::Other as usize].waited;
    assert!(comm.rank() == 0 || waited < 10.0);
}

pub(crate) fn members(comm: &Comm) {
    let members = comm.topology();
    assert_eq!((members.ranks.len(), members.hosts().len()), (comm.size(), 1));
    assert_eq!(members.threads, vec![1; comm.size()]);
    assert!(comm.library().len() > 3);
}

/// Every plan on p ranks gives exactly the forest of one rank.
/// Ranks work in worlds of some of them, each with its own order and threads, while others wait.
pub(crate) fn among(comm: &Comm) {
    let p = comm.size();
    let last_first: Vec<usize> = (0..p).rev().step_by(2).collect();
    for (threads, members) in [(1, vec![0]), (2, last_first), (1, (0..p).collect())] {
        let place = members.iter().position(|&member| member == comm.rank());
        let job = |part: &Comm| {
            assert_eq!((part.size(), Some(part.rank())), (members.len(), place));
            assert_eq!(part.topology().threads, vec![threads; members.len()]);
            assert_eq!(part.compute(rayon::current_num_threads), threads);
            let ranks = part.all_gather(&[comm.rank()]).concat();
            assert_eq!(ranks, members);
            collectives(part);
            threads
        };
        let worked = comm.agree(comm.among(&members, threads, job)).expect("room for the threads");
        assert_eq!(worked, place.map(|_| threads));
    }
    comm.barrier();
}

pub(crate) fn forests(comm: &Comm) {
    let (n, m) = (200, 1000);
    let edge = |i: u32| {
        let bits = i.wrapping_mul(2_654_435_761);
        Edge { u: bits >> 16 & 127, v: 50 + (bits >> 8 & 127), key: bits & 15 }
    };
    let edges: Vec<_> = (0..m).map(edge).collect();
    let block = |rank| m as usize * rank / comm.size();
    let mine = &edges[block(comm.rank())..block(comm.rank() + 1)];
    let order = |mut forest: Vec<Edge<u32>>| {
        forest.sort_unstable_by_key(|e| (e.key, e.u, e.v));
        forest
    };
    for plan in Plan::all() {
        let part = plan.forest(comm, n, mine, Algorithm::Auto);
        let forest = comm.all_gather(&part).concat();
        assert_eq!(order(forest), order(kruskal(n, &edges)), "{}", plan.name());
    }
}
