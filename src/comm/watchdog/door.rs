//! Where rank 0 takes the calls of the other ranks, and turns strangers away.
//!
//! It waits for no single caller: each is read as its bytes come, and none can delay another.

use super::heartbeat::Peer;
use super::invitation::Invitation;
use super::secret::{CLAIM, Nonce, RankClaim, Secret, draw};
use nix::libc;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// How long a caller may take to prove who it is.
const PROVE: Duration = Duration::from_secs(2);
/// How many callers may be connected besides the missing ranks. If more come, the one that has
/// waited longest is dropped: a rank needs only a moment, and calls again.
const CROWD: usize = 128;
/// How many callers each listener accepts before those already connected are read again.
const TURN: usize = 16;
/// How long to wait when the system can accept no connection.
const FULL: Duration = Duration::from_millis(10);

/// The listeners of rank 0, until all ranks have called.
pub(super) struct Door {
    secret: Secret,
    listeners: Vec<TcpListener>,
    callers: Vec<Caller>,
    /// The ranks that have not called yet.
    missing: BTreeSet<usize>,
    strangers: Arc<AtomicU64>,
}

impl Door {
    /// Opens a door at `addresses` for the other ranks of `p`, and returns it with an invitation to
    /// it. `strangers` counts the callers that are turned away.
    ///
    /// # Errors
    /// If none of the addresses can be used, or the system has no randomness.
    pub(super) fn open(
        addresses: &BTreeSet<Ipv4Addr>,
        p: usize,
        strangers: Arc<AtomicU64>,
    ) -> io::Result<(Self, Invitation)> {
        let secret = Secret::new()?;
        let listen = |&address| TcpListener::bind(SocketAddrV4::new(address, 0));
        let (mut listeners, mut doors) = (Vec::new(), Vec::new());
        // An address may have gone since the rank reported it.
        for listener in addresses.iter().flat_map(listen) {
            listener.set_nonblocking(true)?;
            if let SocketAddr::V4(door) = listener.local_addr()? {
                doors.push(door);
            }
            listeners.push(listener);
        }
        if listeners.is_empty() {
            return Err(ErrorKind::AddrNotAvailable.into());
        }
        let invitation = Invitation { secret: secret.clone(), doors };
        let missing = (1..p).collect();
        Ok((Self { secret, listeners, callers: Vec::new(), missing, strangers }, invitation))
    }

    /// Whether all ranks have called, so that the door may close.
    pub(super) fn is_done(&self) -> bool {
        self.missing.is_empty()
    }

    /// The descriptors on which news may come.
    pub(super) fn sources(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let callers = self.callers.iter().map(|caller| caller.stream.as_fd());
        self.listeners.iter().map(AsFd::as_fd).chain(callers)
    }

    /// Returns the ranks that have proved who they are since the last call, and accepts new
    /// callers.
    pub(super) fn guests(&mut self) -> Vec<Peer> {
        let mut guests = Vec::new();
        for mut caller in std::mem::take(&mut self.callers) {
            match caller.hear(&self.secret, &self.missing) {
                Heard::Waits => self.callers.push(caller),
                Heard::Rank(rank) if self.missing.remove(&rank) => {
                    guests.extend(Peer::new(caller.stream, rank));
                }
                Heard::Rank(_) | Heard::Stranger => self.send_away(caller),
            }
        }
        if self.is_done() {
            // All ranks have called, so whoever still waits is a stranger.
            std::mem::take(&mut self.callers).into_iter().for_each(|caller| self.send_away(caller));
        } else {
            self.admit();
        }
        guests
    }

    fn admit(&mut self) {
        for index in 0..self.listeners.len() {
            for _ in 0..TURN {
                match self.listeners[index].accept() {
                    Ok((stream, _)) => match Caller::new(stream) {
                        Ok(caller) => self.callers.push(caller),
                        Err(_) => self.count_stranger(),
                    },
                    Err(why) if why.kind() == ErrorKind::WouldBlock => break,
                    // Out of file descriptors: the caller that has waited longest makes room, if
                    // there is one.
                    Err(why) if matches!(why.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => {
                        if !self.drop_oldest() {
                            thread::sleep(FULL);
                        }
                    }
                    // A caller that has already gone.
                    Err(_) => {}
                }
            }
        }
        while self.callers.len() > self.missing.len() + CROWD && self.drop_oldest() {}
    }

    /// Turns away the caller that has waited longest without a proof. Returns whether there was
    /// one.
    fn drop_oldest(&mut self) -> bool {
        let oldest = self.callers.iter().position(|caller| caller.rank.is_none());
        oldest
            .map(|oldest| self.callers.remove(oldest))
            .map(|caller| self.send_away(caller))
            .is_some()
    }

    fn send_away(&self, caller: Caller) {
        drop(caller);
        self.count_stranger();
    }

    fn count_stranger(&self) {
        self.strangers.fetch_add(1, Relaxed);
    }
}

/// A caller that is not yet accepted as a rank.
struct Caller {
    stream: TcpStream,
    since: Instant,
    /// The number that it was asked with.
    asked: Nonce,
    /// What has arrived of its claim, `len` bytes.
    claim: [u8; CLAIM],
    len: usize,
    /// The rank that it has proved to be. It is accepted once it sends one more byte, because it
    /// has then verified the answer. Before that it may give up and call anew, which must not be
    /// taken for a rank's death.
    rank: Option<usize>,
}

/// What a caller has turned out to be.
enum Heard {
    /// Its claim or its last byte has not arrived yet.
    Waits,
    Rank(usize),
    Stranger,
}

impl Caller {
    fn new(mut stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        let asked = draw()?;
        stream.write_all(&asked)?;
        Ok(Self { stream, since: Instant::now(), asked, claim: [0; CLAIM], len: 0, rank: None })
    }

    /// Reads what has arrived. Answers only claims of the `missing` ranks.
    fn hear(&mut self, secret: &Secret, missing: &BTreeSet<usize>) -> Heard {
        let mut word = [0];
        loop {
            let room = if self.rank.is_none() { &mut self.claim[self.len..] } else { &mut word };
            match (self.stream.read(room), self.rank) {
                (Ok(1..), Some(rank)) => return Heard::Rank(rank),
                (Ok(len @ 1..), None) => {
                    self.len += len;
                    if self.len == CLAIM {
                        self.rank = self.answer(secret, missing);
                    }
                    if self.len == CLAIM && self.rank.is_none() {
                        return Heard::Stranger;
                    }
                }
                (Err(why), _) if why.kind() == ErrorKind::Interrupted => {}
                (Err(why), rank) if why.kind() == ErrorKind::WouldBlock => {
                    let late = rank.is_none() && self.since.elapsed() > PROVE;
                    return if late { Heard::Stranger } else { Heard::Waits };
                }
                (Ok(0) | Err(_), _) => return Heard::Stranger,
            }
        }
    }

    /// Answers a claim if it is true and its rank is missing. Returns that rank.
    fn answer(&mut self, secret: &Secret, missing: &BTreeSet<usize>) -> Option<usize> {
        let claim: RankClaim = bytemuck::pod_read_unaligned(&self.claim);
        let (rank, answer) = secret.check(&claim, &self.asked)?;
        if !missing.contains(&rank) {
            return None;
        }
        self.stream.write_all(&answer).ok()?;
        Some(rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::resource::{Resource, setrlimit};
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::process::Command;

    const HERE: [Ipv4Addr; 1] = [Ipv4Addr::LOCALHOST];

    /// Opens a door for two ranks while `callers` runs. Returns who was let in, and how many
    /// strangers were turned away.
    fn open_to(callers: impl FnOnce(&Invitation) + Send) -> (Vec<usize>, u64) {
        let strangers = Arc::default();
        let (mut door, invitation) =
            Door::open(&BTreeSet::from(HERE), 3, Arc::clone(&strangers)).unwrap();
        let mut guests = Vec::new();
        let most = thread::scope(|scope| {
            let calling = scope.spawn(|| callers(&invitation));
            let (mut most, start) = (0, Instant::now());
            while !door.is_done() && start.elapsed() < Duration::from_secs(20) {
                guests.extend(door.guests());
                most = most.max(door.callers.len());
                thread::sleep(Duration::from_millis(1));
            }
            calling.join().unwrap();
            most
        });
        assert!(most <= CROWD + 2, "{most} callers at a time");
        (guests.iter().map(|guest| guest.rank).collect(), strangers.load(Relaxed))
    }

    fn stranger(invitation: &Invitation) -> TcpStream {
        TcpStream::connect(invitation.doors[0]).unwrap()
    }

    /// Both ranks call, one after the other.
    fn both(invitation: &Invitation) {
        let start = Instant::now();
        let peers = [1, 2].map(|rank| invitation.call(rank, &HERE).expect("let in"));
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        assert_eq!(peers.map(|peer| peer.rank), [0, 0]);
    }

    #[test]
    fn a_caller_has_time_to_prove_who_it_is_but_not_for_ever() {
        let (secret, missing) = (Secret::new().unwrap(), BTreeSet::from([1]));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut called = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut caller = Caller::new(listener.accept().unwrap().0).unwrap();
        assert!(matches!(caller.hear(&secret, &missing), Heard::Waits));
        caller.since = Instant::now() - PROVE - Duration::from_millis(1);
        assert!(matches!(caller.hear(&secret, &missing), Heard::Stranger));
        // Who has proved it may take its time to say that it has seen the answer.
        caller.rank = Some(1);
        assert!(matches!(caller.hear(&secret, &missing), Heard::Waits));
        called.write_all(&[1]).unwrap();
        thread::sleep(Duration::from_millis(20));
        assert!(matches!(caller.hear(&secret, &missing), Heard::Rank(1)));
        drop(called);
        thread::sleep(Duration::from_millis(20));
        assert!(matches!(caller.hear(&secret, &missing), Heard::Stranger), "it is gone");
    }

    #[test]
    fn a_claim_may_arrive_in_parts() {
        let (secret, missing) = (Secret::new().unwrap(), BTreeSet::from([1]));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut called = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut caller = Caller::new(listener.accept().unwrap().0).unwrap();
        let claim = secret.claim(1, &caller.asked).unwrap();
        let (first, second) = bytemuck::bytes_of(&claim).split_at(CLAIM / 2);
        for part in [first, second] {
            called.write_all(part).unwrap();
            thread::sleep(Duration::from_millis(20));
            assert!(matches!(caller.hear(&secret, &missing), Heard::Waits));
        }
        assert_eq!(caller.rank, Some(1));
    }

    #[test]
    fn strangers_who_hold_the_line_keep_no_rank_out() {
        for count in [1, 2, 40, 1000] {
            let (guests, strangers) = open_to(|invitation| {
                let lines: Vec<_> = (0..count).map(|_| stranger(invitation)).collect();
                both(invitation);
                drop(lines);
            });
            assert_eq!(guests, [1, 2], "{count} idle ones");
            assert!(strangers > 0 && strangers <= count, "{strangers} of {count}");
        }
    }

    #[test]
    fn a_stranger_who_says_a_byte_at_a_time_keeps_no_rank_out_and_has_an_end() {
        let (guests, strangers) = open_to(|invitation| {
            let mut line = stranger(invitation);
            let start = Instant::now();
            invitation.call(1, &HERE).expect("let in");
            while line.write_all(&[1]).is_ok() {
                assert!(start.elapsed() < 3 * PROVE, "it is heard for ever");
                thread::sleep(Duration::from_millis(300));
            }
            invitation.call(2, &HERE).expect("let in");
        });
        assert_eq!((guests, strangers), (vec![1, 2], 1));
    }

    #[test]
    fn strangers_who_come_without_an_end_keep_no_rank_out() {
        let (guests, strangers) = open_to(|invitation| {
            let end = std::sync::atomic::AtomicBool::new(false);
            let (end, keep_calling) = (&end, || {
                while !end.load(Relaxed) {
                    let line = TcpStream::connect(invitation.doors[0]);
                    drop(line.and_then(|mut line| line.write_all(&[7; 100])));
                }
            });
            drop(stranger(invitation));
            thread::scope(|scope| {
                (0..3).for_each(|_| drop(scope.spawn(keep_calling)));
                both(invitation);
                end.store(true, Relaxed);
            });
        });
        assert_eq!(guests, [1, 2]);
        assert!(strangers > 0);
    }

    #[test]
    fn garbage_of_any_length_is_dropped_and_counted() {
        let (guests, strangers) = open_to(|invitation| {
            for len in 0..200 {
                stranger(invitation).write_all(&vec![len as u8; len]).unwrap();
            }
            both(invitation);
        });
        assert_eq!((guests, strangers), (vec![1, 2], 200));
    }

    #[test]
    fn a_rank_is_claimed_once_and_only_if_there_is_one() {
        let (guests, strangers) = open_to(|invitation| {
            let claim = |rank: usize| {
                let mut line = stranger(invitation);
                let mut asked = Nonce::default();
                line.read_exact(&mut asked).unwrap();
                let claim = invitation.secret.claim(rank, &asked).unwrap();
                line.write_all(bytemuck::bytes_of(&claim)).unwrap();
                line.read_exact(&mut [0; 32]).is_ok()
            };
            invitation.call(1, &HERE).expect("let in");
            let answered = [0, 1, 3, usize::MAX, 2].map(claim);
            assert_eq!(answered, [false, false, false, false, true]);
            invitation.call(2, &HERE).expect("its first call was given up");
        });
        assert_eq!((guests, strangers), (vec![1, 2], 5));
    }

    #[test]
    fn a_recorded_call_is_worthless() {
        let (guests, strangers) = open_to(|invitation| {
            // A relay between rank 1 and the door hears everything, then hangs up on both.
            let relay = TcpListener::bind(SocketAddrV4::new(HERE[0], 0)).unwrap();
            let SocketAddr::V4(door) = relay.local_addr().unwrap() else { unreachable!() };
            let relayed = Invitation { doors: vec![door], ..invitation.clone() };
            thread::scope(|scope| {
                let rank_1 = scope.spawn(move || relayed.call(1, &HERE));
                let (mut near, mut far) = (relay.accept().unwrap().0, stranger(invitation));
                let mut asked = Nonce::default();
                far.read_exact(&mut asked).unwrap();
                near.write_all(&asked).unwrap();
                let mut recorded = [0; CLAIM];
                near.read_exact(&mut recorded).unwrap();
                drop((near, far, relay));
                let mut again = stranger(invitation);
                again.write_all(&recorded).unwrap();
                again.write_all(&[1]).ok();
                again.read_exact(&mut asked).unwrap();
                assert!(!again.read(&mut [0]).is_ok_and(|len| len > 0), "it was answered");
                assert!(rank_1.join().unwrap().is_none());
            });
            both(invitation);
        });
        assert_eq!((guests, strangers), (vec![1, 2], 2));
    }

    #[test]
    fn the_oldest_of_a_crowd_makes_room_for_the_next() {
        let strangers = Arc::default();
        let (mut door, invitation) =
            Door::open(&BTreeSet::from(HERE), 3, Arc::clone(&strangers)).unwrap();
        let mut lines = Vec::new();
        for count in 1..=CROWD + 4 {
            lines.push(stranger(&invitation));
            door.guests();
            let most = count.min(CROWD + 2);
            assert_eq!(
                (door.callers.len(), strangers.load(Relaxed)),
                (most, (count - most) as u64)
            );
        }
    }

    /// Set in the process that the test below starts: the limit on open files is that of a process.
    const ALONE: &str = "MST_TEST_ALONE";

    #[test]
    fn the_oldest_caller_makes_room_if_no_file_can_be_opened() {
        if std::env::var_os(ALONE).is_none() {
            let mut alone = Command::new(std::env::current_exe().unwrap());
            alone.arg("the_oldest_caller_makes_room_if_no_file_can_be_opened").env(ALONE, "");
            let ended = alone.output().unwrap();
            return assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
        }
        let open_no_more = || {
            let next = File::open("/dev/null").unwrap().as_raw_fd() as u64;
            setrlimit(Resource::RLIMIT_NOFILE, next, next).unwrap();
        };
        let strangers = Arc::default();
        let (mut door, invitation) =
            Door::open(&BTreeSet::from(HERE), 2, Arc::clone(&strangers)).unwrap();
        let _first = stranger(&invitation);
        door.guests();
        assert_eq!(door.callers.len(), 1);
        let _second = stranger(&invitation);
        open_no_more();
        door.guests();
        assert!(strangers.load(Relaxed) > 0);
        door.callers.clear();
        open_no_more();
        let begin = Instant::now();
        door.guests();
        assert!(begin.elapsed() >= FULL, "it does not wait");
    }
}
