//! What names of hosts lead to.

use super::Facts;
use super::remote::Remote;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The longest that a name may take to be found on this host's account.
const TO_RESOLVE: Duration = Duration::from_secs(1);

/// A host's name without the user before it.
pub(crate) fn bare(host: &str) -> &str {
    host.rsplit('@').next().unwrap_or(host)
}

/// The addresses that a name leads to; none if that takes longer than `limit`.
pub(crate) fn addresses(name: &str, limit: Duration) -> Vec<IpAddr> {
    let (send, found) = mpsc::channel();
    let target = (name.to_owned(), 0);
    // A server of names may be silent for long, and a thread that waits for it holds nobody up.
    thread::spawn(move || send.send(target.to_socket_addrs().map(Iterator::collect::<Vec<_>>)));
    let found = found.recv_timeout(limit).ok().and_then(Result::ok);
    found.unwrap_or_default().into_iter().map(|at| at.ip()).collect()
}

impl Remote {
    /// The host of a name that has perhaps a user before.
    pub(crate) fn named(host: &str, here: &Facts) -> Self {
        Self { host: host.to_owned(), here: is_here(bare(host), here) }
    }
}

/// Whether a name is this host's, so that the launcher needs no ssh either.
pub(super) fn is_here(host: &str, here: &Facts) -> bool {
    let own =
        |ip: IpAddr| ip.is_loopback() || here.addresses.iter().any(|address| address.ip == ip);
    host == "localhost"
        || host == here.host.name
        || addresses(host, TO_RESOLVE).into_iter().any(own)
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
        // Nobody has the last.
        for name in ["", "-x", "lab@localhost", "240.0.0.1"] {
            assert!(!is_here(name, &here), "{name}");
        }
        assert_eq!((bare("lab@uni@vm1"), bare("vm1")), ("vm1", "vm1"));
        let user = Remote::named("lab@localhost", &here);
        assert_eq!((&*user.host, user.here), ("lab@localhost", true));
    }
}
