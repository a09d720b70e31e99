//! How to start a job on hosts: what `scripts/cluster` tells mpirun.
//!
//! It is data, a line each as `key=value` and comments. `scripts/cluster` takes the keys and kinds of values that are
//! written here and refuses all others; it runs none of it.

use super::{Address, Facts, Library, Seen, cards};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

/// No questions, and no patience with a machine that has gone silent, while a job is started or later.
const SSH: &str =
    "-o BatchMode=yes -o ConnectTimeout=5 -o ServerAliveInterval=2 -o ServerAliveCountMax=4";
const HEAD: &str = "# Written by scripts/cluster init, which may be run again. MST_TIMEOUT: a rank whose process has not\n\
                    # answered for so many seconds is given up; a slow one answers.\n";
/// Seconds after which a rank that does not answer is given up.
const TIMEOUT: u32 = 8;
/// How long a host may take to answer in a network that might lead elsewhere.
const TO_ANSWER: Duration = Duration::from_secs(2);

/// The settings for a job with a rank on each of the hosts, the first of which is this one: the `program`; each host with
/// its address and how many cores it has; mpirun's options; variables. `None` if they share no network, or a value has a line break.
pub(super) fn settings(seen: &[Seen], launcher: &Library, program: &Path) -> Option<String> {
    let hosts: Vec<&Facts> = seen.iter().map(|one| &one.facts).collect();
    let network = network(&hosts);
    if network.is_none() && hosts.len() != 1 {
        return None;
    }
    let mut lines = vec![("program", program.to_string_lossy().into_owned())];
    for one in seen {
        let ip = network.and_then(|network| cards::in_network(&one.facts, network)).map(|at| at.ip);
        let ip = ip.unwrap_or(Ipv4Addr::LOCALHOST);
        lines.push(("host", format!("{} {ip} {}", one.label, one.facts.host.cores)));
    }
    lines.extend(launcher.options(SSH).into_iter().map(|option| ("option", option)));
    lines.extend(launcher.environment(network, SSH));
    lines.push(("MST_TIMEOUT", TIMEOUT.to_string()));
    if lines.iter().any(|(_, value)| value.contains('\n')) {
        return None;
    }
    let lines = lines.into_iter().map(|(key, value)| format!("{key}={value}\n"));
    Some(HEAD.to_owned() + &lines.collect::<String>())
}

/// The network that leads from the first host to all.
fn network<'a>(hosts: &[&'a Facts]) -> Option<&'a Address> {
    let (first, others) = hosts.split_first()?;
    let networks = cards::networks(hosts);
    let at = |network: &Address| -> Option<Vec<Ipv4Addr>> {
        others.iter().map(|host| Some(cards::in_network(host, network)?.ip)).collect()
    };
    // Clones of one machine may be in networks of the same numbers that do not hang together.
    let answers = |network: &&&Address| at(network).is_some_and(|ips| ips.into_iter().all(answers));
    match networks.as_slice() {
        [] if others.is_empty() => first.addresses.first(),
        [only] => Some(*only),
        several => several.iter().find(answers).or(several.first()).copied(),
    }
}

/// Whether a host is there, with or without an ssh server.
fn answers(ip: Ipv4Addr) -> bool {
    match TcpStream::connect_timeout(&(ip, 22).into(), TO_ANSWER) {
        Ok(_) => true,
        Err(why) => why.kind() == ErrorKind::ConnectionRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::seen;
    use super::*;

    fn told(launcher: &str, addresses: &[&[(&str, &str)]]) -> Option<String> {
        let hosts: Vec<Seen> = (1..)
            .zip(addresses)
            .map(|(number, its)| {
                let mut one = seen(&format!("vm{number}"));
                one.facts.host.cores = 4;
                let address = |&(card, ip): &(&str, &str)| Address {
                    ip: ip.parse().expect(ip),
                    prefix: 24,
                    card: card.to_owned(),
                };
                one.facts.addresses = its.iter().map(address).collect();
                one
            })
            .collect();
        let launcher = Library::named(launcher).expect(launcher);
        settings(&hosts, &launcher, Path::new("/opt/mst"))
    }

    const NAT: (&str, &str) = ("eth0", "10.0.2.15");

    #[test]
    fn each_mpi_is_told_the_network_that_all_share() {
        let hosts: [&[_]; 2] = [&[NAT, ("eth1", "10.9.8.1")], &[NAT, ("eth1", "10.9.8.2")]];
        let four = told("Open MPI 4.1.4", &hosts).expect("a shared network");
        for line in [
            "program=/opt/mst",
            "host=vm1 10.9.8.1 4",
            "host=vm2 10.9.8.2 4",
            "option=--hostfile hosts",
            "option=--mca oob_tcp_keepalive_time 5",
            "OMPI_MCA_btl_tcp_if_include=10.9.8.0/24",
            "OMPI_MCA_oob_tcp_if_include=10.9.8.0/24",
            "MST_TIMEOUT=8",
        ] {
            assert!(four.lines().any(|other| other == line), "{line}\n{four}");
        }
        let five = told("Open MPI 5.0.3", &hosts).expect("a shared network");
        assert!(five.contains("\nPRTE_MCA_prte_if_include=10.9.8.0/24\n"), "{five}");
        let mpich = told("MPICH 4.0.2", &hosts).expect("a shared network");
        assert!(mpich.contains("\noption=-f hosts\n"), "{mpich}");
        assert!(mpich.contains("\nHYDRA_IFACE=eth1\n"), "{mpich}");
    }

    #[test]
    fn of_several_networks_the_one_that_answers_is_taken() {
        let apart = ["224.0.1.1", "224.0.1.2"].map(|ip| ("eth0", ip)); // TCP has no way there
        let joined = ["127.0.9.1", "127.0.9.2"].map(|ip| ("eth1", ip));
        let hosts: [&[_]; 2] = [&[apart[0], joined[0]], &[apart[1], joined[1]]];
        let told = told("Open MPI 4.1.4", &hosts).expect("a shared network");
        assert!(told.contains("host=vm1 127.0.9.1 4\nhost=vm2 127.0.9.2 4\n"), "{told}");
    }

    #[test]
    fn without_a_network_there_are_no_settings() {
        assert_eq!(told("Open MPI 4.1.4", &[&[NAT], &[NAT]]), None);
        let alone = told("Open MPI 4.1.4", &[&[NAT]]).expect("one host needs no network");
        assert!(alone.contains("host=vm1 10.0.2.15 4\n"), "{alone}");
    }

    /// Neither a folder nor a host's word for its card adds a line.
    #[test]
    fn a_value_is_a_line() {
        let mpich = Library::named("MPICH 4.0.2").expect("named");
        let mut one = seen("vm1");
        let card = "eth0\nMST_TIMEOUT=1".to_owned();
        one.facts.addresses = vec![Address { ip: [10, 0, 0, 1].into(), prefix: 24, card }];
        assert_eq!(settings(&[one], &mpich, Path::new("/opt/mst")), None);
        assert_eq!(settings(&[seen("vm1")], &mpich, Path::new("/a\nb/mst")), None);
        assert!(settings(&[seen("vm1")], &mpich, Path::new("/a b/mst")).is_some());
    }
}
