//! Finds network cards that mislead MPI, and the network that all hosts share.

use super::{Address, Facts, HostReport, Library, Problem, listed};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// How names of bridges begin that programs make for guests on the same host.
const BRIDGES: [&str; 6] = ["docker", "virbr", "br-", "lxcbr", "lxdbr", "cni"];

/// Whether a card only leads to guests on the same host.
fn is_bridge(address: &Address) -> bool {
    BRIDGES.iter().any(|name| address.card.starts_with(name))
}

/// The networks of the first host in which every host has a distinct address.
pub(super) fn networks<'a>(hosts: &[&'a Facts]) -> Vec<&'a Address> {
    let Some((first, others)) = hosts.split_first() else { return Vec::new() };
    let is_shared = |address: &&Address| {
        let within = |host: &&Facts| in_network(host, address).map(|other| other.ip);
        let found: Option<Vec<Ipv4Addr>> = others.iter().map(within).collect();
        let distinct = |mut ips: Vec<Ipv4Addr>| {
            ips.push(address.ip);
            ips.sort_unstable();
            ips.windows(2).all(|pair| pair[0] != pair[1])
        };
        !others.is_empty() && !is_bridge(address) && found.is_some_and(distinct)
    };
    first.addresses.iter().filter(is_shared).collect()
}

/// The network of the first host that MPI should use: the first that all hosts share, preferably
/// one that MPI is restricted to.
pub(super) fn shared_network<'a>(hosts: &[&'a Facts]) -> Option<&'a Address> {
    let networks = networks(hosts);
    let is_named = |address: &&&Address| {
        let restriction = hosts[0].mpi_networks.as_deref().unwrap_or_default();
        restriction.split(',').any(|part| names(part, address))
    };
    networks.iter().find(is_named).or(networks.first()).copied()
}

/// The address of `host` in the network of `address`.
pub(super) fn in_network<'a>(host: &'a Facts, address: &Address) -> Option<&'a Address> {
    host.addresses.iter().find(|own| own.shares_network(address))
}

/// The first address of `host`, without bridges, that no other host has.
pub(super) fn own_address<'a>(host: &'a Facts, hosts: &[&Facts]) -> Option<&'a Address> {
    let owners = |address: &Address| {
        let has = |other: &&&Facts| other.addresses.iter().any(|its| its.ip == address.ip);
        hosts.iter().filter(has).count()
    };
    host.addresses.iter().find(|address| !is_bridge(address) && owners(address) == 1)
}

/// Whether MPI can be told to use a network that all hosts share, and has not been told of one yet.
pub(super) fn can_be_restricted(reports: &[HostReport]) -> bool {
    let hosts: Vec<&Facts> = reports.iter().map(|report| &report.facts).collect();
    hosts.iter().all(|host| host.mpi_networks.is_none()) && shared_network(&hosts).is_some()
}

/// The problems of cards that MPI may try without success, or of a restriction to cards that some
/// host does not have.
pub(super) fn cards(reports: &[HostReport], library: Option<&Library>) -> Vec<Problem> {
    let hosts: Vec<&Facts> = reports.iter().map(|report| &report.facts).collect();
    if hosts.len() < 2 {
        return Vec::new();
    }
    let mend = mend(shared_network(&hosts), library);
    if hosts.iter().any(|host| host.mpi_networks.is_some()) {
        return unmet_restriction(reports, &mend).into_iter().collect();
    }
    let mut owners: BTreeMap<Ipv4Addr, Vec<&str>> = BTreeMap::new();
    for one in reports {
        for address in &one.facts.addresses {
            owners.entry(address.ip).or_default().push(&one.label);
        }
    }
    let same = owners.into_iter().filter(|(_, owners)| owners.len() > 1);
    let mut misleading: Vec<String> =
        same.map(|(ip, owners)| format!("{ip} is an address of {}", listed(owners))).collect();
    for one in reports {
        let alone = |address: &&Address| {
            is_bridge(address) && !misleading.iter().any(|t| t.contains(&address.ip.to_string()))
        };
        let bridges: Vec<&str> =
            one.facts.addresses.iter().filter(alone).map(|address| address.card.as_str()).collect();
        if !bridges.is_empty() {
            misleading.push(format!("{} has the bridge {}", one.label, listed(bridges)));
        }
    }
    if misleading.is_empty() {
        return Vec::new();
    }
    let what = format!("{}: MPI may use it and hang at its first message", misleading.join(", "));
    vec![Problem::new(what, mend)]
}

/// How to restrict MPI to the network that all hosts share.
fn mend(shared: Option<&Address>, library: Option<&Library>) -> String {
    match (shared, library) {
        (Some(shared), Some(library)) => {
            format!("start MPI on the network that all hosts share: {}", library.on_network(shared))
        }
        (Some(shared), None) => {
            format!("restrict MPI to {}/{}, which all hosts share", shared.network(), shared.prefix)
        }
        (None, _) => {
            "there is no network in which each host has its own address: connect them to one, or \
             give each its own address there"
                .to_owned()
        }
    }
}

/// The problem of hosts without an address in the networks that MPI is restricted to, if there are
/// any.
fn unmet_restriction(reports: &[HostReport], mend: &str) -> Option<Problem> {
    let without = |one: &&HostReport| {
        let facts = &one.facts;
        facts
            .mpi_networks
            .as_deref()
            .is_some_and(|restriction| !restriction.split(',').any(|part| covers(facts, part)))
    };
    let lost: Vec<&HostReport> = reports.iter().filter(without).collect();
    let restriction = lost.first()?.facts.mpi_networks.as_deref()?;
    let names = listed(lost.iter().map(|one| one.label.as_str()));
    let what = format!(
        "MPI is restricted to {restriction}, but there is no address in it on {names}: MPI ignores \
         the restriction, or hangs"
    );
    Some(Problem::new(what, mend))
}

/// Whether `part`, a card, an address or a network, names an address of the host, or is its name.
fn covers(facts: &Facts, part: &str) -> bool {
    facts.addresses.iter().any(|address| names(part, address)) || facts.host.name == part.trim()
}

/// Whether `part`, a card, an address or a network, names `address`.
fn names(part: &str, address: &Address) -> bool {
    let part = part.trim();
    let (ip, prefix) = part.split_once('/').unwrap_or((part, "32"));
    match ip.parse::<Ipv4Addr>().ok().zip(prefix.parse().ok()) {
        Some((ip, prefix)) => {
            let network = Address { ip, prefix, card: String::new() };
            Address { prefix, ..address.clone() }.shares_network(&network)
        }
        None => address.card == part,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    fn with(label: &str, addresses: &[(&str, u32, &str)]) -> HostReport {
        let mut one = report(label);
        let address = |&(ip, prefix, card): &(&str, u32, &str)| Address {
            ip: ip.parse().expect(ip),
            prefix,
            card: card.to_owned(),
        };
        one.facts.addresses = addresses.iter().map(address).collect();
        one
    }

    fn message(reports: &[HostReport]) -> String {
        let library = Library::named("Open MPI 4.1.4");
        let problems = cards(reports, library.as_ref());
        problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn one_network_is_no_problem() {
        let three = [("vm1", "10.0.0.1"), ("vm2", "10.0.0.2"), ("vm3", "10.0.0.3")];
        let three = three.map(|(name, ip)| with(name, &[(ip, 24, "eth0")]));
        assert_eq!(message(&three), "");
        assert_eq!(message(&three[..1]), "");
    }

    #[test]
    fn the_same_address_everywhere_is_named_with_the_network_to_keep_to() {
        let nat = ("10.0.2.15", 24, "eth0");
        let reports = [
            with("vm1", &[nat, ("192.168.56.11", 24, "eth1")]),
            with("vm2", &[nat, ("192.168.56.12", 24, "eth1"), ("172.17.0.1", 16, "docker0")]),
            with("vm3", &[nat, ("192.168.56.13", 24, "eth1")]),
        ];
        assert!(can_be_restricted(&reports), "`mst cluster` solves this by itself");
        let message = message(&reports);
        assert!(message.starts_with(
            "10.0.2.15 is an address of vm1, vm2 and vm3, vm2 has the bridge docker0"
        ));
        let options =
            "--mca btl_tcp_if_include 192.168.56.0/24 --mca oob_tcp_if_include 192.168.56.0/24";
        assert!(message.contains(options), "{message}");
    }

    #[test]
    fn a_missing_shared_network_is_reported() {
        let nat = ("10.0.2.15", 24, "eth0");
        let reports = [with("vm1", &[nat]), with("vm2", &[nat])];
        assert!(!can_be_restricted(&reports));
        let message = message(&reports);
        assert!(message.contains("there is no network"), "{message}");
    }

    #[test]
    fn without_a_shared_network_a_host_has_an_address_of_its_own() {
        let nat = ("10.0.2.15", 24, "eth0");
        let (one, other) = (
            with("vm1", &[nat, ("172.18.0.1", 16, "br-1"), ("10.1.0.1", 32, "eth1")]),
            with("vm2", &[nat]),
        );
        let hosts = [&one.facts, &other.facts];
        assert_eq!(shared_network(&hosts), None);
        assert_eq!(
            own_address(&one.facts, &hosts).map(ToString::to_string).as_deref(),
            Some("10.1.0.1/32 eth1")
        );
        assert_eq!(own_address(&other.facts, &hosts), None);
    }

    #[test]
    fn a_network_that_was_named_is_looked_for() {
        let nat = ("10.0.2.15", 24, "eth0");
        let mut reports = [
            with("vm1", &[nat, ("10.9.0.1", 16, "eth1")]),
            with("vm2", &[nat, ("10.9.0.2", 16, "eth2")]),
        ];
        let mut message_if = |networks: &str| {
            reports.iter_mut().for_each(|one| one.facts.mpi_networks = Some(networks.to_owned()));
            message(&reports)
        };
        assert_eq!(message_if("10.9.0.0/16"), "");
        assert_eq!(
            message_if("eth7,10.9.0.0/24"),
            "",
            "as Open MPI matches the bits that it is given"
        );
        assert!(message_if("192.168.1.0/24").contains("no address in it on vm1 and vm2"));
        assert!(message_if("eth1").contains("no address in it on vm2"));
        assert!(!can_be_restricted(&reports), "it is restricted already");
    }
}
