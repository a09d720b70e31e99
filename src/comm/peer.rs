//! The connections of a watchdog: how a rank calls rank 0, and what both say.

use nix::ifaddrs::getifaddrs;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// How long a rank tries an address of rank 0.
const CONNECT: Duration = Duration::from_secs(2);
/// How long rank 0 waits for a caller's name.
const NAME: Duration = Duration::from_millis(500);

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

/// Where rank 0 takes calls, and a number that only ranks of this job know.
#[derive(Clone, Debug)]
pub(super) struct Invitation {
    secret: u64,
    port: u16,
    hosts: Vec<Ipv4Addr>,
}

impl Invitation {
    /// An invitation to all addresses of this host, and who listens there.
    pub(super) fn new() -> io::Result<(Self, TcpListener)> {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        listener.set_nonblocking(true)?;
        let addresses = getifaddrs()?.filter_map(|card| Some(card.address?.as_sockaddr_in()?.ip()));
        let mut hosts: Vec<Ipv4Addr> = addresses.collect();
        // On the same host the loopback serves; on others it leads to nobody who knows the secret.
        hosts.sort_by_key(Ipv4Addr::is_loopback);
        let secret = RandomState::new().hash_one(std::process::id());
        Ok((Self { secret, port: listener.local_addr()?.port(), hosts }, listener))
    }

    /// For a message; of no words, an invitation to nowhere.
    pub(super) fn to_words(&self) -> Vec<u64> {
        let hosts = self.hosts.iter().map(|host| host.to_bits().into());
        [self.secret, self.port.into()].into_iter().chain(hosts).collect()
    }

    /// What [`Invitation::to_words`] made words of.
    pub(super) fn from_words(words: &[u64]) -> Self {
        let (head, hosts) = words.split_at(words.len().min(2));
        let hosts = hosts.iter().map(|&bits| Ipv4Addr::from_bits(bits as u32)).collect();
        let number = |index: usize| head.get(index).copied().unwrap_or(0);
        Self { secret: number(0), port: number(1) as u16, hosts }
    }

    /// Where to call.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.hosts.iter().map(|&host| (host, self.port).into()).collect()
    }

    /// Calls rank 0 as `rank`, at the first address that answers.
    pub(super) fn accept(&self, rank: usize) -> Option<Peer> {
        self.addresses().iter().find_map(|address| {
            let mut stream = TcpStream::connect_timeout(address, CONNECT).ok()?;
            let name = [self.secret, rank as u64].map(u64::to_le_bytes);
            stream.write_all(name.as_flattened()).ok()?;
            // Rank 0 answers its guests at once; a stranger who listens there hangs up.
            stream.set_read_timeout(Some(CONNECT)).ok()?;
            let mut answer = [0];
            stream.read_exact(&mut answer).ok()?;
            Peer::new(stream, 0).ok().filter(|_| answer[0] == word::HERE)
        })
    }

    /// The next caller who is invited, if one waits at the `listener`.
    pub(super) fn guest(&self, listener: &TcpListener) -> Option<Peer> {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut name = [[0; 8]; 2];
            let named = stream
                .set_nonblocking(false)
                .and_then(|()| stream.set_read_timeout(Some(NAME)))
                .and_then(|()| stream.read_exact(name.as_flattened_mut()));
            let [secret, rank] = name.map(u64::from_le_bytes);
            if named.is_ok() && secret == self.secret {
                let mut peer = Peer::new(stream, rank as usize).ok()?;
                peer.tell(word::HERE);
                return Some(peer);
            }
        }
        None
    }
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
    fn new(stream: TcpStream, rank: usize) -> io::Result<Self> {
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
