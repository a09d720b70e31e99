//! Tests of what a watch concludes from what it hears and how it ends.

use super::*;
use crate::comm::watchdog::invitation::Invitation;
use std::io::{Read, Write, pipe};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

const PATIENCE: Duration = Duration::from_millis(600);

/// Returns how the job ends for rank 0 of two ranks if rank 1 runs `as_rank_1`.
fn seen(as_rank_1: impl FnOnce(&Invitation) + Send) -> Option<JobEnd> {
    seen_by(Arc::default(), as_rank_1)
}

fn seen_by(leaving: Arc<AtomicBool>, as_rank_1: impl FnOnce(&Invitation) + Send) -> Option<JobEnd> {
    let mut watch = watch(0);
    let addresses = BTreeSet::from([Ipv4Addr::LOCALHOST]);
    let (door, invitation) = Door::open(&addresses, 2, Arc::clone(&watch.strangers)).unwrap();
    let done = Arc::clone(&watch.done);
    (watch.door, watch.leaving) = (Some(door), leaving);
    thread::scope(|scope| {
        scope.spawn(|| {
            as_rank_1(&invitation);
            thread::sleep(PATIENCE * 2);
            done.store(true, Relaxed);
        });
        watch.watch()
    })
}

/// A rank of two that has no connections.
fn watch(rank: usize) -> Watch {
    Watch {
        rank,
        hosts: vec!["a".to_owned(), "b".to_owned()],
        patience: PATIENCE,
        to_end: PATIENCE,
        door: None,
        strangers: Arc::default(),
        peers: Vec::new(),
        done: Arc::default(),
        leaving: Arc::default(),
        dismissed: Arc::default(),
        woken: None,
        parent: getppid(),
        progress: Arc::default(),
    }
}

/// The peer `rank`, and the other end of its connection.
fn peer(rank: usize) -> (Peer, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let other = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (Peer::new(listener.accept().unwrap().0, rank).unwrap(), other)
}

/// Sends `word` to `peer`, which hears it.
fn say(word: u8, other: &mut TcpStream, peer: &mut Peer) {
    other.write_all(&[word]).unwrap();
    thread::sleep(PATIENCE / 30);
    assert_eq!(peer.news(PATIENCE * 100), PeerState::Fine);
}

/// Rank 0 reports the loss of others, and rank 1 that of rank 0.
#[test]
fn one_rank_says_why_the_job_ends() {
    let says = |rank, end: JobEnd| watch(rank).report(&end);
    let lost = |rank| JobEnd::Lost(rank, PeerState::Dead);
    assert!(says(0, lost(1)).is_some_and(|said| said.starts_with("rank 1 on b has died")));
    assert!(says(1, lost(0)).is_some_and(|said| said.starts_with("rank 0 on a has died")));
    assert_eq!((says(1, lost(1)), says(2, lost(0)), says(0, lost(0))), (None, None, None));
    assert!(says(0, JobEnd::MpiDoesNotEnd).is_some_and(|said| said.contains("within 0.6 s")));
    assert_eq!(says(1, JobEnd::MpiDoesNotEnd), None);
    for end in [JobEnd::Told, JobEnd::Dismissed, JobEnd::Orphaned] {
        assert_eq!(says(0, end), None);
    }
}

#[test]
fn strangers_are_counted_in_words() {
    let said = |count| refused(&AtomicU64::new(count));
    assert_eq!(said(0), None);
    let of = |connections| {
        format!("rank 0 refused {connections} that did not come from ranks of this job")
    };
    assert_eq!((said(1), said(2)), (Some(of("1 connection")), Some(of("2 connections"))));
}

fn call(invitation: &Invitation) -> Peer {
    invitation.call(1, &[Ipv4Addr::LOCALHOST]).unwrap()
}

/// Rank 1 after its goodbye.
fn bye(invitation: &Invitation) -> Peer {
    let mut peer = call(invitation);
    peer.tell(word::BYE);
    peer
}

#[test]
fn a_rank_that_answers_is_let_alone_however_long_it_takes() {
    let end = seen(|invitation| {
        let mut peer = call(invitation);
        for _ in 0..30 {
            peer.tell(word::HERE);
            assert_eq!(peer.news(PATIENCE), PeerState::Fine);
            thread::sleep(PATIENCE / 10);
        }
        peer.tell(word::BYE);
    });
    assert_eq!(end, None);
}

#[test]
fn a_dead_rank_is_told_from_a_silent_one() {
    let died = seen(|invitation| drop(call(invitation)));
    assert_eq!(died, Some(JobEnd::Lost(1, PeerState::Dead)));
    let silent = seen(|invitation| {
        let peer = call(invitation);
        thread::sleep(PATIENCE * 2);
        drop(peer);
    });
    assert_eq!(silent, Some(JobEnd::Lost(1, PeerState::Silent)));
    let orphaned = seen(|invitation| call(invitation).tell(word::ORPHANED));
    assert_eq!(orphaned, Some(JobEnd::Lost(1, PeerState::Orphaned)));
}

#[test]
fn who_says_goodbye_may_go_but_not_stop_half_way() {
    assert_eq!(seen(|invitation| drop(bye(invitation))), None);
    let stopped = seen(|invitation| {
        let peer = bye(invitation);
        thread::sleep(PATIENCE * 2);
        drop(peer);
    });
    assert_eq!(stopped, Some(JobEnd::Lost(1, PeerState::Silent)));
}

#[test]
fn an_end_of_mpi_that_takes_for_ever_is_ended() {
    let leaving = Arc::new(AtomicBool::new(true));
    let end = seen_by(leaving, |invitation| {
        let mut peer = bye(invitation);
        for _ in 0..20 {
            peer.tell(word::HERE);
            thread::sleep(PATIENCE / 10);
        }
    });
    assert_eq!(end, Some(JobEnd::MpiDoesNotEnd));
}

#[test]
fn strangers_are_not_heard() {
    let end = seen(|invitation| {
        let mut stranger = TcpStream::connect(invitation.doors[0]).unwrap();
        stranger.write_all(&[word::ENDING; 100]).unwrap();
        drop(bye(invitation));
    });
    assert_eq!(end, None);
}

#[test]
fn a_rank_says_a_few_times_within_the_patience_that_it_is_here_and_in_the_end_goodbye() {
    let (zero, mut other) = peer(0);
    let mut watch = watch(1);
    watch.peers.push(zero);
    let (begin, done) = (Instant::now(), Arc::clone(&watch.done));
    let watching = thread::spawn(move || watch.watch());
    // The rank wakes much more often than it has to answer.
    for _ in 0..80 {
        other.write_all(&[word::HERE]).unwrap();
        thread::sleep(PATIENCE / 40);
    }
    done.store(true, Relaxed);
    assert_eq!(watching.join().unwrap(), None);
    let most = begin.elapsed().div_duration_f64(PATIENCE / ANSWERS) + 1.0;
    let mut said = Vec::new();
    // The connection may be reset, because not all was read at its other end.
    other.read_to_end(&mut said).ok();
    assert_eq!(said.pop(), Some(word::BYE));
    assert!(said.iter().all(|&said| said == word::HERE), "{said:?}");
    assert!((4..=most as usize).contains(&said.len()), "{} of at most {most}", said.len());
}

#[test]
fn a_rank_ends_when_it_is_told_to_or_has_lost_its_parent() {
    let mut dismissed = watch(1);
    dismissed.dismissed = Arc::new(AtomicBool::new(true));
    assert_eq!(dismissed.watch(), Some(JobEnd::Dismissed));
    let mut orphan = Watch { parent: Pid::from_raw(0), ..watch(1) };
    assert_eq!(orphan.watch(), Some(JobEnd::Orphaned));
}

/// The shortest of a few pauses.
fn pause(watch: &Watch) -> Duration {
    let pause = |_| {
        let begin = Instant::now();
        watch.pause();
        begin.elapsed()
    };
    (0..5).map(pause).min().unwrap()
}

#[test]
fn a_pause_ends_with_the_first_news() {
    let (mut one, mut other) = peer(1);
    let mut watch = watch(0);
    assert!(pause(&watch) >= TICK, "there is nobody");
    say(word::BYE, &mut other, &mut one);
    watch.peers.push(one);
    assert!(pause(&watch) >= TICK, "nobody speaks");
    other.write_all(&[word::HERE]).unwrap();
    assert!(pause(&watch) < TICK, "a word");
    drop(other);
    assert!(pause(&watch) < TICK, "an end");
    assert_eq!(watch.peers[0].news(PATIENCE), PeerState::Fine);
    assert!(pause(&watch) >= TICK, "who has ended has no more news");
    let addresses = BTreeSet::from([Ipv4Addr::LOCALHOST]);
    let (door, invitation) = Door::open(&addresses, 2, Arc::default()).unwrap();
    watch.door = Some(door);
    assert!(pause(&watch) >= TICK, "nobody calls");
    let caller = TcpStream::connect(invitation.doors[0]).unwrap();
    assert!(pause(&watch) < TICK, "a caller");
    watch.door.iter_mut().for_each(|door| drop(door.guests()));
    assert!(pause(&watch) >= TICK, "the caller says nothing");
    drop(caller);
    assert!(pause(&watch) < TICK, "the caller is gone");
}

#[test]
fn a_pause_ends_when_the_work_is_done() {
    let (woken, waker) = pipe().unwrap();
    let watch = Watch { woken: Some(woken), ..watch(0) };
    assert!(pause(&watch) >= TICK);
    drop(waker);
    assert!(pause(&watch) < TICK);
    watch.done.store(true, Relaxed);
    assert!((LAST_TICK..TICK).contains(&pause(&watch)), "from then on pauses are short");
}

#[test]
fn rank_0_leaves_last() {
    for (rank, waits) in [(0, true), (1, false)] {
        let (mut peer, mut other) = peer(1 - rank);
        say(word::BYE, &mut other, &mut peer);
        let mut watch = Watch { peers: vec![peer], ..watch(rank) };
        assert!(!watch.is_done(), "{rank} works");
        watch.done.store(true, Relaxed);
        assert!(watch.is_done(), "{rank} gives up");
        watch.leaving.store(true, Relaxed);
        assert_eq!(watch.is_done(), !waits, "{rank} leaves");
        drop(other);
        thread::sleep(PATIENCE / 30);
        watch.peers[0].news(PATIENCE);
        assert!(watch.is_done(), "{rank} is the last one");
        watch.done.store(false, Relaxed);
        assert!(!watch.is_done(), "{rank} waits for MPI");
    }
}

#[test]
fn a_rank_is_alone_if_all_of_several_other_hosts_are_silent() {
    let (peers, mut others): (Vec<_>, Vec<_>) = [1, 2, 3].map(peer).into_iter().unzip();
    let hosts = ["a", "b", "c", "a"].map(str::to_owned).into();
    let mut watch = Watch { hosts, peers, ..watch(0) };
    assert!(!watch.is_alone(), "all have just spoken");
    thread::sleep(PATIENCE / 2 + PATIENCE / 10);
    assert!(watch.is_alone());
    say(word::HERE, &mut others[2], &mut watch.peers[2]);
    assert!(watch.is_alone(), "the one that speaks is on the same host");
    let said = watch.sentence(1, PeerState::Silent);
    assert!(said.starts_with("no rank on another host has answered for 0.6 s: check"), "{said}");
    assert!(said.contains("cable of a, where rank 0 runs"), "{said}");
    say(word::HERE, &mut others[0], &mut watch.peers[0]);
    assert!(!watch.is_alone(), "one host speaks");
    watch.peers.remove(0);
    assert!(!watch.is_alone(), "one host is not several");
}

#[test]
fn a_sentence_tells_how_a_rank_is_gone_when_and_who_else_has_called() {
    let watch = watch(0);
    let starts = [
        (PeerState::Silent, "rank 1 on b has not answered for 0.6 s"),
        (PeerState::Orphaned, "the process of mpirun that started rank 1 on b has died"),
        (PeerState::Dead, "rank 1 on b has died"),
    ];
    for (how, start) in starts {
        let said = watch.sentence(1, how);
        assert!(said.starts_with(&format!("{start}: ")), "{said}");
    }
    watch.progress.enter(Stage::new(3, "merge"));
    watch.strangers.store(2, Relaxed);
    for (how, start) in starts {
        let said = watch.sentence(1, how);
        assert!(said.starts_with(&format!("{start} (phase: merge): ")), "{said}");
        assert!(
            said.ends_with(
                " again (rank 0 refused 2 connections that did not come from ranks of this job)"
            ),
            "{said}"
        );
    }
}

/// Set in the process that the test below starts: the address of rank 0, and how the job ends.
const STARTED: [&str; 2] = ["MST_TEST_RANK_0", "MST_TEST_ORPHAN"];

#[test]
fn an_end_is_told_to_rank_0_and_then_the_process_ends() {
    if let Ok(zero) = std::env::var(STARTED[0]) {
        let mut watch = watch(1);
        watch.peers.push(Peer::new(TcpStream::connect(zero).unwrap(), 0).unwrap());
        match std::env::var_os(STARTED[1]) {
            Some(_) => watch.parent = Pid::from_raw(0),
            None => watch.dismissed.store(true, Relaxed),
        }
        return watch.until_done(|_| unreachable!("it says nothing"));
    }
    for (orphan, expected) in [(false, word::ENDING), (true, word::ORPHANED)] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut one = Command::new(std::env::current_exe().unwrap());
        one.arg("an_end_is_told_to_rank_0_and_then_the_process_ends").stdout(Stdio::null());
        one.env(STARTED[0], listener.local_addr().unwrap().to_string());
        one.envs(orphan.then_some((STARTED[1], "")));
        let mut one = one.spawn().unwrap();
        let mut told = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut told).unwrap();
        assert_eq!(one.wait().unwrap().code(), Some(1));
        assert_eq!(told, [word::HERE, expected]);
    }
}
