//! Tests whether hosts can connect to each other on TCP ports other than ssh's, as MPI needs.

use mst::error::{Error, Result};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Time limit for a connection and for its greeting.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// The greeting of a listener, which tells it from another program's.
const GREETING: &[u8] = b"mst doctor\n";
/// The longest time to listen, in case the process that asked for it disappears silently.
const LISTEN_LIMIT: Duration = Duration::from_secs(30);

/// Listens on a free port until `input` ends, for at most 30 s. Calls `report` with the port.
///
/// # Errors
/// If there is no free port, and those of `report`.
pub fn listen(
    mut input: impl Read + Send + 'static,
    report: impl FnOnce(u16) -> Result<()>,
) -> Result<()> {
    let bind = || {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        Ok((listener.local_addr()?.port(), listener))
    };
    let (port, listener) = bind().map_err(Error::file("listen on", Path::new("a TCP port")))?;
    report(port)?;
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that does not wait for the greeting does not need it.
            let _ = stream.and_then(|mut stream| stream.write_all(GREETING));
        }
    });
    let waiting = thread::spawn(move || io::copy(&mut input, &mut io::sink()));
    let start = Instant::now();
    while !waiting.is_finished() && start.elapsed() < LISTEN_LIMIT {
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Tries to connect to all `targets` at the same time. Returns for each why it failed, if it did.
pub fn connect(targets: &[SocketAddr]) -> Vec<Result<(), String>> {
    let try_one = |target: &SocketAddr| {
        let mut stream = TcpStream::connect_timeout(target, CONNECT_LIMIT)?;
        stream.set_read_timeout(Some(CONNECT_LIMIT))?;
        let mut greeting = [0; GREETING.len()];
        stream.read_exact(&mut greeting)?;
        if greeting == *GREETING {
            Ok(())
        } else {
            Err(io::Error::other("another program answers"))
        }
    };
    let tried = thread::scope(|scope| {
        let threads: Vec<_> =
            targets.iter().map(|target| scope.spawn(move || try_one(target))).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let outcome = |tried: thread::Result<io::Result<()>>| match tried {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) if why.kind() == io::ErrorKind::TimedOut => Err("no answer".to_owned()),
        Ok(Err(why)) if why.kind() == io::ErrorKind::ConnectionRefused => Err("refused".to_owned()),
        Ok(Err(why)) => Err(why.to_string().replace('\n', " ")),
        Err(_) => Err("no attempt".to_owned()),
    };
    tried.into_iter().map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_listener_is_reached_until_its_input_ends() {
        let (input, mut hold) = io::pipe().expect("a pipe");
        let (send, port) = mpsc::channel();
        let listening = thread::spawn(move || {
            listen(input, |port| {
                send.send(port).expect("heard");
                Ok(())
            })
        });
        let here = SocketAddr::from(([127, 0, 0, 1], port.recv().expect("a port")));
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let shut = silent.local_addr().expect("bound");
        drop(silent);
        assert_eq!(connect(&[here, here, shut]), [Ok(()), Ok(()), Err("refused".to_owned())]);
        hold.write_all(b"more").expect("open");
        drop(hold);
        listening.join().expect("no panic").expect("a port");
    }
}
