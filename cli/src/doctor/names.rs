//! Resolves names of hosts.

use super::Facts;
use super::remote::Remote;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Time limit for resolving a name to find out whether it is this host.
const RESOLVE_LIMIT: Duration = Duration::from_secs(1);

/// A host's name without the user before it.
pub(crate) fn bare(host: &str) -> &str {
    host.rsplit('@').next().unwrap_or(host)
}

/// The addresses that a name resolves to; none if that takes longer than `limit`.
pub(crate) fn addresses(name: &str, limit: Duration) -> Vec<IpAddr> {
    let (send, found) = mpsc::channel();
    let target = (name.to_owned(), 0);
    // A name server may not answer for long; a thread that waits for it delays nobody.
    thread::spawn(move || send.send(target.to_socket_addrs().map(Iterator::collect::<Vec<_>>)));
    let found = found.recv_timeout(limit).ok().and_then(Result::ok);
    found.unwrap_or_default().into_iter().map(|at| at.ip()).collect()
}

impl Remote {
    /// The host with this name, which may have a user before it.
    pub(crate) fn named(host: &str, here: &Facts) -> Self {
        Self { host: host.to_owned(), here: is_here(bare(host), here) }
    }
}

/// Whether a name means this host, for which the launcher needs no ssh either.
pub(super) fn is_here(host: &str, here: &Facts) -> bool {
    let own =
        |ip: IpAddr| ip.is_loopback() || here.addresses.iter().any(|address| address.ip == ip);
    host == "localhost"
        || host == here.host.name
        || addresses(host, RESOLVE_LIMIT).into_iter().any(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_host_is_known_by_name_and_address() {
        let here = Facts::here(String::new(), &[]);
        for name in ["localhost", "127.0.0.1", "127.1.2.3", &here.host.name] {
            assert!(is_here(name, &here), "{name}");
        }
        // No host has the last address.
        for name in ["", "-x", "lab@localhost", "240.0.0.1"] {
            assert!(!is_here(name, &here), "{name}");
        }
        assert_eq!((bare("lab@uni@vm1"), bare("vm1")), ("vm1", "vm1"));
        let user = Remote::named("lab@localhost", &here);
        assert_eq!((&*user.host, user.here), ("lab@localhost", true));
    }
}
