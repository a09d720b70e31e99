//! Checks that the hosts still have the addresses that `init` found.

use super::refusal;
use crate::doctor::{self, JobHost, bare};
use mst::error::Result;
use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::time::Duration;

/// Time limit for resolving a name, and for a host to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The port of the ssh server.
const SSH: u16 = 22;

/// Refuses a job if a host has moved or does not answer. The first of `hosts` is this one.
///
/// # Errors
/// With the first such host.
pub(super) fn check(hosts: &[JobHost]) -> Result<()> {
    hosts.iter().enumerate().try_for_each(|(place, job_host)| {
        let leads_to = addresses(bare(&job_host.host));
        let answers = || answers(job_host.ip, place == 0);
        verdict(job_host, &leads_to, answers).map_or(Ok(()), |what| Err(refusal(what)))
    })
}

/// What is wrong with a host whose name now resolves to the addresses `leads_to`.
fn verdict(
    job_host: &JobHost,
    leads_to: &[Ipv4Addr],
    answers: impl FnOnce() -> bool,
) -> Option<String> {
    let JobHost { host, ip, .. } = job_host;
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
        doctor::addresses(name, ANSWER_LIMIT).into_iter().filter_map(four).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a host accepts connections to its ssh port. On this host (`here`) a refused one is
/// enough: no ssh server is needed, only the address.
fn answers(ip: Ipv4Addr, here: bool) -> bool {
    match TcpStream::connect_timeout(&(ip, SSH).into(), ANSWER_LIMIT) {
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
        let job_host = JobHost { host: "lab@vm2".to_owned(), ip: old, cores: 1 };
        let verdict_if = |leads_to: &[Ipv4Addr], answers| verdict(&job_host, leads_to, || answers);
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
            let message = verdict_if(leads_to, answers);
            assert_eq!(message.is_some(), expected.is_some(), "{message:?}");
            assert!(message.unwrap_or_default().starts_with(expected.unwrap_or_default()));
        }
    }

    #[test]
    fn this_host_needs_no_ssh_server() {
        let job_host =
            |host: &str| JobHost { host: host.to_owned(), ip: Ipv4Addr::LOCALHOST, cores: 1 };
        check(&[job_host("localhost")]).expect("here");
        let message =
            check(&[job_host("localhost"), job_host("no-such-host.invalid")]).unwrap_err();
        assert!(message.to_string().contains("no longer resolves"), "{message}");
        assert_eq!(addresses("localhost"), [Ipv4Addr::LOCALHOST]);
    }
}
