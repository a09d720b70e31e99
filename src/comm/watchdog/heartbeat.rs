//! A connection to another rank, and the words that both sides send.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// The words, one byte each.
pub(super) mod word {
    /// I am here.
    pub(crate) const HERE: u8 = 1;
    /// I have done my part: from now on, do not report my end.
    pub(crate) const BYE: u8 = 2;
    /// The job ends, and a rank has said why.
    pub(crate) const ENDING: u8 = 3;
    /// The launcher's process that started me has died.
    pub(crate) const ORPHANED: u8 = 4;
}

/// The state of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeerState {
    /// It answers, or has ended after it said goodbye.
    Fine,
    /// It says that the job ends.
    Ending,
    /// Its process has ended.
    Dead,
    /// Its process runs, but the launcher's process that started it has died.
    Orphaned,
    /// It has not answered for too long.
    Silent,
}

/// A rank at the other end of a connection.
pub(super) struct Peer {
    /// The rank at the other end.
    pub(super) rank: usize,
    stream: TcpStream,
    heard: Instant,
    /// Whether it has said goodbye.
    leaving: bool,
    gone: bool,
}

impl AsFd for Peer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Peer {
    /// Returns the peer `rank`, which has just been heard.
    pub(super) fn new(stream: TcpStream, rank: usize) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(Self { rank, stream, heard: Instant::now(), leaving: false, gone: false })
    }

    /// Sends a word. An error is ignored: the other side notices that the word is missing.
    pub(super) fn tell(&mut self, word: u8) {
        self.stream.write_all(&[word]).ok();
    }

    /// For how long it has said nothing.
    pub(super) fn silence(&self) -> Duration {
        self.heard.elapsed()
    }

    /// Whether its process has ended after it said goodbye.
    pub(super) fn has_ended(&self) -> bool {
        self.gone
    }

    /// Reads what has arrived since the last call. A peer is silent if nothing has come for
    /// `patience`.
    ///
    /// All that has arrived is read before silence counts, so it does not matter how long this
    /// process itself did not run.
    pub(super) fn news(&mut self, patience: Duration) -> PeerState {
        let mut words = [0; 64];
        while !self.gone {
            match self.stream.read(&mut words) {
                Ok(len @ 1..) => {
                    self.heard = Instant::now();
                    if words[..len].contains(&word::ENDING) {
                        return PeerState::Ending;
                    }
                    if words[..len].contains(&word::ORPHANED) {
                        return PeerState::Orphaned;
                    }
                    self.leaving |= words[..len].contains(&word::BYE);
                }
                Err(why) if why.kind() == ErrorKind::WouldBlock => {
                    let silent = self.heard.elapsed() > patience;
                    return if silent { PeerState::Silent } else { PeerState::Fine };
                }
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) if why.kind() != ErrorKind::ConnectionReset => return PeerState::Silent,
                Ok(0) | Err(_) if self.leaving => self.gone = true,
                Ok(0) | Err(_) => return PeerState::Dead,
            }
        }
        PeerState::Fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
    use std::net::TcpListener;
    use std::thread;

    const PATIENCE: Duration = Duration::from_millis(60);

    /// A peer, and the other end of its connection.
    fn peer() -> (Peer, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let other =
            TcpStream::connect(listener.local_addr().expect("its address")).expect("connected");
        let (stream, _) = listener.accept().expect("a caller");
        (Peer::new(stream, 3).expect("a peer"), other)
    }

    /// The state of a peer once its words must have arrived.
    fn state(peer: &mut Peer) -> PeerState {
        thread::sleep(PATIENCE / 3);
        peer.news(PATIENCE)
    }

    #[test]
    fn a_peer_is_what_it_says() {
        let cases: [(&[u8], PeerState); 5] = [
            (&[word::HERE], PeerState::Fine),
            (&[word::BYE], PeerState::Fine),
            (&[word::HERE, word::ENDING], PeerState::Ending),
            (&[word::ORPHANED, word::HERE], PeerState::Orphaned),
            (&[word::ORPHANED, word::ENDING], PeerState::Ending),
        ];
        for (words, expected) in cases {
            let (mut peer, mut other) = peer();
            other.write_all(words).expect("sent");
            assert_eq!(state(&mut peer), expected, "{words:?}");
            assert!(!peer.has_ended());
        }
    }

    #[test]
    fn silence_counts_from_the_last_word() {
        let (mut peer, mut other) = peer();
        assert_eq!(peer.news(PATIENCE), PeerState::Fine, "nothing has come, but it is early");
        thread::sleep(PATIENCE * 2);
        assert!(peer.silence() >= PATIENCE);
        other.write_all(&[word::HERE]).expect("sent");
        assert_eq!(state(&mut peer), PeerState::Fine, "what has arrived is read first");
        assert!(peer.silence() < PATIENCE);
        thread::sleep(PATIENCE * 2);
        assert_eq!(peer.news(PATIENCE), PeerState::Silent);
    }

    #[test]
    fn an_end_is_a_death_unless_it_was_announced() {
        let (mut peer, other) = self::peer();
        drop(other);
        assert_eq!(state(&mut peer), PeerState::Dead);
        let (mut peer, mut other) = self::peer();
        other.write_all(&[word::BYE]).expect("sent");
        drop(other);
        assert_eq!(state(&mut peer), PeerState::Fine);
        assert!(peer.has_ended());
        assert_eq!(peer.news(Duration::ZERO), PeerState::Fine, "who has ended is never silent");
    }

    /// A connection with unread words is reset when it is closed.
    #[test]
    fn a_reset_is_an_end() {
        for (bye, expected) in [(false, PeerState::Dead), (true, PeerState::Fine)] {
            let (mut peer, mut other) = peer();
            if bye {
                other.write_all(&[word::BYE]).expect("sent");
                assert_eq!(state(&mut peer), PeerState::Fine);
            }
            peer.tell(word::HERE);
            thread::sleep(PATIENCE / 3);
            drop(other);
            assert_eq!(state(&mut peer), expected);
            assert_eq!(peer.has_ended(), bye);
        }
    }

    #[test]
    fn a_connection_that_fails_without_an_end_is_silence() {
        let (family, stream) = (AddressFamily::Inet, SockType::Stream);
        let unconnected = socket(family, stream, SockFlag::empty(), None).expect("a socket");
        let mut peer = Peer::new(unconnected.into(), 3).expect("a peer");
        assert_eq!(peer.news(PATIENCE), PeerState::Silent);
    }
}
