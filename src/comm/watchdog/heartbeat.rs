//! A rank at the other end of a connection, and what both say.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// What is said, a byte each.
pub(super) mod word {
    /// I am here.
    pub(crate) const HERE: u8 = 1;
    /// I have done my part: my end is no news from now on.
    pub(crate) const BYE: u8 = 2;
    /// The job ends, and somebody has said why.
    pub(crate) const ENDING: u8 = 3;
    /// What the launcher started me with has died.
    pub(crate) const ORPHANED: u8 = 4;
}

/// What is new of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It answers, or has ended after it said goodbye.
    Fine,
    /// It ends the job.
    Ending,
    /// Its process has ended.
    Dead,
    /// Its process runs on, but not the launcher's that started it.
    Orphaned,
    /// It has not answered for too long.
    Silent,
}

/// A rank at the other end of a connection.
pub(super) struct Peer {
    /// Which one.
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
    /// `rank`, which has just been heard.
    pub(super) fn new(stream: TcpStream, rank: usize) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(Self { rank, stream, heard: Instant::now(), leaving: false, gone: false })
    }

    /// Says a word. One that cannot be said will be missed, which is the other one's to notice.
    pub(super) fn tell(&mut self, word: u8) {
        self.stream.write_all(&[word]).ok();
    }

    /// How long it has said nothing.
    pub(super) fn silence(&self) -> Duration {
        self.heard.elapsed()
    }

    /// Whether its process has ended after it said goodbye.
    pub(super) fn has_ended(&self) -> bool {
        self.gone
    }

    /// What has been heard since the last time; silence counts after `patience`.
    ///
    /// All that has arrived is read before silence counts, so that it does not matter how long this
    /// process itself did not run.
    pub(super) fn news(&mut self, patience: Duration) -> News {
        let mut words = [0; 64];
        while !self.gone {
            match self.stream.read(&mut words) {
                Ok(len @ 1..) => {
                    self.heard = Instant::now();
                    if words[..len].contains(&word::ENDING) {
                        return News::Ending;
                    }
                    if words[..len].contains(&word::ORPHANED) {
                        return News::Orphaned;
                    }
                    self.leaving |= words[..len].contains(&word::BYE);
                }
                Err(why) if why.kind() == ErrorKind::WouldBlock => {
                    let silent = self.heard.elapsed() > patience;
                    return if silent { News::Silent } else { News::Fine };
                }
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) if why.kind() != ErrorKind::ConnectionReset => return News::Silent,
                Ok(0) | Err(_) if self.leaving => self.gone = true,
                Ok(0) | Err(_) => return News::Dead,
            }
        }
        News::Fine
    }
}
