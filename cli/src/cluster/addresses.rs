//! Checks that the hosts still have the addresses that `init` found.

use super::refusal;
use crate::doctor::{self, Member, bare};
use mst::error::Result;
use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::time::Duration;

/// Time limit for resolving a name, and for a host to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The port of the ssh server.
const SSH: u16 = 22;

/// Refuses a job if a host has moved or does not answer. The first of `hosts` is this one.
///
/// # Errors
/// With the first such host.
pub(super) fn check(hosts: &[Member]) -> Result<()> {
    hosts.iter().enumerate().try_for_each(|(place, member)| {
        let leads_to = addresses(bare(&member.host));
        let answers = || answers(member.ip, place == 0);
        verdict(member, &leads_to, answers).map_or(Ok(()), |what| Err(refusal(what)))
    })
}

/// What is wrong with a host whose name now resolves to the addresses `leads_to`.
fn verdict(
    member: &Member,
    leads_to: &[Ipv4Addr],
    answers: impl FnOnce() -> bool,
) -> Option<String> {
    let Member { host, ip, .. } = member;
    if leads_to.is_empty() {
        return Some(format!("{host}: the name no longer resolves; it was {ip}"));
    }
    if answers() {
        return None;
    }
    let what = format!("{host} no longer answers at {ip}");
    if leads_to == [*ip] {
        let advice = "check its power, cable and address; mst cluster status says more";
        return Some(format!("{what}: {advice}"));
    }
    let now: Vec<String> = leads_to.iter().map(Ipv4Addr::to_string).collect();
    Some(format!("{what}: its name now resolves to {}; run init again", now.join(" ")))
}

fn addresses(name: &str) -> Vec<Ipv4Addr> {
    let four = |ip| match ip {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    };
    let mut found: Vec<Ipv4Addr> =
        doctor::addresses(name, PATIENCE).into_iter().filter_map(four).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a host accepts connections to its ssh port. On this host (`here`) a refused one is
/// enough: no ssh server is needed, only the address.
fn answers(ip: Ipv4Addr, here: bool) -> bool {
    match TcpStream::connect_timeout(&(ip, SSH).into(), PATIENCE) {
        Ok(_) => true,
        Err(why) => here && why.kind() == io::ErrorKind::ConnectionRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_has_moved_is_told_with_its_new_address() {
        let [old, new] = [1, 2].map(|last| Ipv4Addr::new(10, 0, 0, last));
        let member = Member { host: "lab@vm2".to_owned(), ip: old, cores: 1 };
        let told = |leads_to: &[Ipv4Addr], answers| verdict(&member, leads_to, || answers);
        for (leads_to, answers, expected) in [
            (&[][..], true, Some("lab@vm2: the name no longer resolves; it was 10.0.0.1")),
            (&[old], true, None),
            (&[new], true, None), // a host may have several addresses, and the job uses one of them
            (&[old], false, Some("lab@vm2 no longer answers at 10.0.0.1: check its power, ")),
            (
                &[new, old],
                false,
                Some(
                    "lab@vm2 no longer answers at 10.0.0.1: its name now resolves to 10.0.0.2 10.0.0.1",
                ),
            ),
        ] {
            let told = told(leads_to, answers);
            assert_eq!(told.is_some(), expected.is_some(), "{told:?}");
            assert!(told.unwrap_or_default().starts_with(expected.unwrap_or_default()));
        }
    }

    #[test]
    fn this_host_needs_no_ssh_server() {
        let member =
            |host: &str| Member { host: host.to_owned(), ip: Ipv4Addr::LOCALHOST, cores: 1 };
        check(&[member("localhost")]).expect("here");
        let told = check(&[member("localhost"), member("no-such-host.invalid")]).unwrap_err();
        assert!(told.to_string().contains("no longer resolves"), "{told}");
        assert_eq!(addresses("localhost"), [Ipv4Addr::LOCALHOST]);
    }
}
