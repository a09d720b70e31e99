//! How a rank calls rank 0.

use super::heartbeat::{Peer, word};
use super::secret::{ANSWER, Nonce, Secret};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// How long a rank tries to connect to an address of rank 0, and how long it then waits for the
/// answer.
const CONNECT: Duration = Duration::from_secs(2);
/// How long a rank repeats its call: strangers may crowd the door.
const CALL: Duration = Duration::from_secs(5);
/// The pause between two rounds of calls.
const PAUSE: Duration = Duration::from_millis(50);

/// The addresses where rank 0 takes calls, and the secret of this job. It goes to the ranks over
/// MPI.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Invitation {
    pub(super) secret: Secret,
    pub(super) doors: Vec<SocketAddrV4>,
}

impl Invitation {
    /// Encodes the invitation for a message.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain fields")
    }

    /// Decodes what [`Invitation::to_bytes`] returns; no bytes give an invitation to nowhere.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// Calls rank 0 as `rank` at those of `addresses` where it has a door. `None` if no call
    /// succeeds.
    pub(super) fn call(&self, rank: usize, addresses: &[Ipv4Addr]) -> Option<Peer> {
        let leads = |door: &&SocketAddrV4| addresses.contains(door.ip());
        let doors: Vec<SocketAddrV4> = self.doors.iter().filter(leads).copied().collect();
        let start = Instant::now();
        loop {
            let called = doors.iter().find_map(|&door| self.call_at(rank, door).ok());
            if called.is_some() || doors.is_empty() || start.elapsed() > CALL {
                return called;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Calls at one door. Returns the peer if it proves to be rank 0.
    fn call_at(&self, rank: usize, door: SocketAddrV4) -> io::Result<Peer> {
        let mut stream = TcpStream::connect_timeout(&door.into(), CONNECT)?;
        stream.set_write_timeout(Some(CONNECT))?;
        let end = Instant::now() + CONNECT;
        let asked: Nonce = read_by(end, &mut stream)?;
        let claim = self.secret.claim(rank, &asked)?;
        stream.write_all(bytemuck::bytes_of(&claim))?;
        let answer: [u8; ANSWER] = read_by(end, &mut stream)?;
        if !self.secret.is_rank_0(answer, &claim, &asked) {
            return Err(io::Error::other("a stranger"));
        }
        let mut peer = Peer::new(stream, 0)?;
        // Only from now on rank 0 counts on this connection; before, either side may give it up.
        peer.tell(word::HERE);
        Ok(peer)
    }
}

/// Reads the next `N` bytes, which must all arrive by `end`.
fn read_by<const N: usize>(end: Instant, stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    let mut read = 0;
    while read < N {
        // If no time is left, the timeout is zero, which is an error.
        stream.set_read_timeout(Some(end.saturating_duration_since(Instant::now())))?;
        match stream.read(&mut bytes[read..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            len => read += len,
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A stranger listens and runs `speak`. Returns whether a rank takes it for rank 0, and how
    /// long its call takes.
    fn called(speak: impl FnOnce(TcpStream) + Send) -> (bool, Duration) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let door = SocketAddrV4::new(Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port());
        let invitation = Invitation { secret: Secret::new().unwrap(), doors: vec![door] };
        thread::scope(|scope| {
            scope.spawn(|| speak(listener.accept().unwrap().0));
            let start = Instant::now();
            (invitation.call_at(1, door).is_ok(), start.elapsed())
        })
    }

    #[test]
    fn a_stranger_who_listens_is_not_taken_for_rank_0() {
        let (taken, _) = called(|mut stream| {
            stream.write_all(&[7; 64]).ok();
            thread::sleep(Duration::from_millis(100));
        });
        assert!(!taken, "one who says just anything");
        let (taken, _) = called(|mut stream| {
            stream.write_all(&[7; 32]).unwrap();
            let mut claim = [0; 72];
            stream.read_exact(&mut claim).unwrap();
            stream.write_all(&claim[40..]).unwrap();
        });
        assert!(!taken, "one who gives back what it was told");
        let (taken, time) = called(|mut stream| {
            while stream.write_all(&[7]).is_ok() {
                thread::sleep(Duration::from_millis(400));
            }
        });
        assert!(!taken && time < 2 * CONNECT, "one who takes time: {time:?}");
    }

    #[test]
    fn an_invitation_survives_its_message() {
        let doors = vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7)];
        let invitation = Invitation { secret: Secret::new().unwrap(), doors };
        let told = Invitation::from_bytes(&invitation.to_bytes());
        let secret = |invitation: &Invitation| serde_json::to_vec(&invitation.secret).unwrap();
        assert_eq!(told.doors, invitation.doors);
        assert!(
            secret(&told) == secret(&invitation) && secret(&told) != secret(&Invitation::default())
        );
        assert!(Invitation::from_bytes(&[]).call(1, &[Ipv4Addr::LOCALHOST]).is_none());
    }

    #[test]
    fn a_rank_calls_again_for_a_while_but_not_for_ever() {
        let nobody = SocketAddrV4::new(Ipv4Addr::new(127, 7, 7, 7), 9);
        let invitation = Invitation { secret: Secret::new().unwrap(), doors: vec![nobody] };
        let start = Instant::now();
        assert!(invitation.call(1, &[*nobody.ip()]).is_none());
        assert!(start.elapsed() > CALL, "{:?}", start.elapsed());
    }
}
