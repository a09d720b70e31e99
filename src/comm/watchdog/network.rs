//! Chooses the addresses of rank 0 at which each rank calls it.
//!
//! Ranks tell each other the networks of their hosts. A rank on rank 0's host calls over the
//! loopback; other ranks call where both hosts have an address in the same network. If they share
//! none, a router may lead to any of rank 0's addresses. An address that both hosts have, such as
//! that of a bridge or of a virtual machine's card, is left out: on each host it leads to the host
//! itself.

use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::InterfaceFlags;
use serde::{Deserialize, Serialize};
use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::MetadataExt;

/// An address of a host, and the mask of its network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Card {
    address: Ipv4Addr,
    mask: Ipv4Addr,
}

impl Card {
    fn of(card: &InterfaceAddress) -> Option<Self> {
        let flags = card.flags;
        let used = flags.contains(InterfaceFlags::IFF_UP);
        let leads_out = used && !flags.contains(InterfaceFlags::IFF_LOOPBACK);
        let address = card.address.filter(|_| leads_out)?.as_sockaddr_in()?.ip();
        Some(Self { address, mask: card.netmask?.as_sockaddr_in()?.ip() })
    }

    fn shares_network(&self, other: &Self) -> bool {
        self.mask == other.mask && self.address & self.mask == other.address & other.mask
    }
}

/// What a rank reports about the network addresses of its process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Network {
    /// The network namespace: processes of one host may have different ones, as in containers.
    namespace: u64,
    cards: Vec<Card>,
}

impl Network {
    /// The network of this process.
    pub(super) fn here() -> Self {
        let namespace = fs::metadata("/proc/self/ns/net").map_or(0, |file| file.ino());
        let cards = getifaddrs().into_iter().flatten().filter_map(|card| Card::of(&card)).collect();
        Self { namespace, cards }
    }

    /// Returns the addresses at which a rank with network `caller` calls rank 0, whose network this
    /// is.
    pub(super) fn addresses_for(&self, caller: &Self, same_host: bool) -> Vec<Ipv4Addr> {
        if same_host && self.namespace == caller.namespace {
            return vec![Ipv4Addr::LOCALHOST];
        }
        let theirs = |card: &Card| caller.cards.iter().any(|their| their.address == card.address);
        let own: Vec<Card> = self.cards.iter().filter(|card| !theirs(card)).copied().collect();
        let shared = |card: &&Card| caller.cards.iter().any(|their| their.shares_network(card));
        let shared: Vec<Ipv4Addr> = own.iter().filter(shared).map(|card| card.address).collect();
        if shared.is_empty() { own.iter().map(|card| card.address).collect() } else { shared }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddrV4;

    fn network(namespace: u64, cards: &[&str]) -> Network {
        let card = |card: &&str| {
            let (address, bits) = card.split_once('/').unwrap();
            let mask = u32::MAX.checked_shl(32 - bits.parse::<u32>().unwrap()).unwrap_or(0);
            Card { address: address.parse().unwrap(), mask: mask.into() }
        };
        Network { namespace, cards: cards.iter().map(card).collect() }
    }

    /// The name, the addresses of rank 0's host and of the caller's, and those that are called.
    type Case =
        (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

    #[test]
    fn ranks_call_where_their_hosts_meet() {
        #[rustfmt::skip]
        let cases: [Case; 6] = [
            ("one network", &["10.0.0.1/24"], &["10.0.0.2/24"], &["10.0.0.1"]),
            ("two networks", &["10.0.0.1/24", "10.1.0.1/16"], &["10.1.9.2/16", "10.0.0.2/24"], &["10.0.0.1", "10.1.0.1"]),
            ("a way out besides", &["203.0.113.7/24", "10.0.0.1/24"], &["10.0.0.2/24"], &["10.0.0.1"]),
            ("virtual machines", &["10.0.2.15/24", "192.168.56.1/24"], &["10.0.2.15/24", "192.168.56.2/24"], &["192.168.56.1"]),
            ("a router between, and bridges", &["172.17.0.1/16", "10.0.0.1/24"], &["172.17.0.1/16", "10.0.1.1/24"], &["10.0.0.1"]),
            ("networks of one address", &["10.0.0.1/32", "10.9.0.1/32"], &["10.0.0.2/32"], &["10.0.0.1", "10.9.0.1"]),
        ];
        for (name, zero, caller, expected) in cases {
            let (zero, caller) = (network(1, zero), network(1, caller));
            let expected: Vec<Ipv4Addr> = expected.iter().map(|a| a.parse().unwrap()).collect();
            assert_eq!(zero.addresses_for(&caller, false), expected, "{name}");
            assert_eq!(zero.addresses_for(&caller, true), [Ipv4Addr::LOCALHOST], "{name}");
        }
        let (zero, pod) = (network(1, &["10.0.0.1/24"]), network(2, &["10.0.0.2/24"]));
        assert_eq!(zero.addresses_for(&pod, true).len(), 1);
        assert!(!zero.addresses_for(&pod, true)[0].is_loopback(), "containers of one host");
    }

    #[test]
    fn this_host_has_no_loopback_for_others() {
        let here = Network::here();
        assert!(here.namespace > 0 && here.cards.iter().all(|card| !card.address.is_loopback()));
    }

    #[test]
    fn only_cards_that_are_up_and_lead_out_count() {
        let address = |address: [u8; 4]| Some(SocketAddrV4::new(address.into(), 0).into());
        let card = |flags| InterfaceAddress {
            interface_name: "card".to_owned(),
            flags,
            address: address([10, 0, 0, 1]),
            netmask: address([255, 255, 255, 0]),
            broadcast: None,
            destination: None,
        };
        let (up, loopback) = (InterfaceFlags::IFF_UP, InterfaceFlags::IFF_LOOPBACK);
        assert_eq!(Card::of(&card(up)), network(1, &["10.0.0.1/24"]).cards.first().copied());
        assert_eq!(Card::of(&card(up | loopback)), None);
        assert_eq!(Card::of(&card(InterfaceFlags::empty())), None);
        assert_eq!(Card::of(&card(loopback)), None);
        assert_eq!(Card::of(&InterfaceAddress { address: None, ..card(up) }), None);
    }

    #[test]
    fn addresses_share_a_network_if_their_masks_and_its_bits_are_the_same() {
        let share = |one, other| {
            let cards = network(1, &[one, other]).cards;
            assert_eq!(cards[0].shares_network(&cards[1]), cards[1].shares_network(&cards[0]));
            cards[0].shares_network(&cards[1])
        };
        assert!(share("10.0.0.1/24", "10.0.0.2/24"));
        assert!(!share("10.0.0.1/24", "10.0.1.1/24"));
        assert!(!share("10.0.0.1/24", "10.0.0.2/16"));
    }
}
