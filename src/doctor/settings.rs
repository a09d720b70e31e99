//! How to start a job on hosts: what `scripts/cluster` tells mpirun, as shell words.

use super::remote::shell_word;
use super::{Address, Facts, Library, Seen, cards};
use std::fmt::Write;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// No questions, and no patience with a machine that has gone silent, while a job is started or later.
const SSH: &str =
    "-o BatchMode=yes -o ConnectTimeout=5 -o ServerAliveInterval=2 -o ServerAliveCountMax=4";
/// Seconds after which a rank that does not answer is given up.
const TIMEOUT: u32 = 8;
/// How long a host may take to answer in a network that might lead elsewhere.
const TO_ANSWER: Duration = Duration::from_secs(2);

/// The settings for a job with a rank on each of the hosts, the first of which is this one: shell
/// assignments of `hosts` (lines of a hostfile), `addresses` (`host=address`) and `options`, and the
/// variables to export. `None` if they share no network.
pub(super) fn settings(seen: &[Seen], launcher: &Library) -> Option<String> {
    let hosts: Vec<&Facts> = seen.iter().map(|one| &one.facts).collect();
    let (first, others) = hosts.split_first()?;
    let networks = cards::networks(&hosts);
    let at = |network: &Address| -> Option<Vec<Ipv4Addr>> {
        others.iter().map(|host| Some(cards::in_network(host, network)?.ip)).collect()
    };
    // Clones of one machine may be in networks of the same numbers that do not hang together.
    let answers = |network: &&&Address| at(network).is_some_and(|ips| ips.into_iter().all(answers));
    let network = match networks.as_slice() {
        [] if others.is_empty() => first.addresses.first(),
        [only] => Some(*only),
        several => several.iter().find(answers).or(several.first()).copied(),
    };
    if network.is_none() && !others.is_empty() {
        return None;
    }
    let mut text = String::from("# Written by scripts/cluster init, which may be run again.\n");
    let mut list = |name: &str, words: Vec<String>| {
        let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
        writeln!(text, "{name}=({})", words.join(" ")).expect("memory");
    };
    list("hosts", seen.iter().map(|one| line(one, launcher)).collect());
    let address = |one: &Seen| {
        let ip = network.and_then(|network| cards::in_network(&one.facts, network)).map(|at| at.ip);
        format!("{}={}", one.label, ip.unwrap_or(Ipv4Addr::LOCALHOST))
    };
    list("addresses", seen.iter().map(address).collect());
    list("options", launcher.options(SSH).into_iter().map(str::to_owned).collect());
    for (name, value) in launcher.environment(network, SSH) {
        writeln!(text, "export {name}={}", shell_word(&value)).expect("memory");
    }
    let timeout = "A rank whose process has not answered for so many seconds is given up; a slow one answers.";
    writeln!(text, "# {timeout}\nexport MST_TIMEOUT={TIMEOUT}").expect("memory");
    Some(text)
}

/// A host's line in the hostfile: as many slots as it has cores, for those who want more than a rank there.
fn line(one: &Seen, launcher: &Library) -> String {
    let between = if launcher.is_mpich() { ":" } else { " slots=" };
    format!("{}{between}{}", one.label, one.facts.host.cores)
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
        settings(&hosts, &Library::named(launcher).expect(launcher))
    }

    const NAT: (&str, &str) = ("eth0", "10.0.2.15");

    #[test]
    fn each_mpi_is_told_the_network_that_all_share() {
        let hosts: [&[_]; 2] = [&[NAT, ("eth1", "10.9.8.1")], &[NAT, ("eth1", "10.9.8.2")]];
        let four = told("Open MPI 4.1.4", &hosts).expect("a shared network");
        for line in [
            "hosts=('vm1 slots=4' 'vm2 slots=4')",
            "addresses=('vm1=10.9.8.1' 'vm2=10.9.8.2')",
            "export OMPI_MCA_btl_tcp_if_include='10.9.8.0/24'",
            "export OMPI_MCA_oob_tcp_if_include='10.9.8.0/24'",
        ] {
            assert!(four.lines().any(|other| other == line), "{line}\n{four}");
        }
        let five = told("Open MPI 5.0.3", &hosts).expect("a shared network");
        assert!(five.contains("export PRTE_MCA_prte_if_include='10.9.8.0/24'"), "{five}");
        let mpich = told("MPICH 4.0.2", &hosts).expect("a shared network");
        assert!(mpich.contains("hosts=('vm1:4' 'vm2:4')"), "{mpich}");
        assert!(mpich.contains("export HYDRA_IFACE='eth1'"), "{mpich}");
    }

    #[test]
    fn of_several_networks_the_one_that_answers_is_taken() {
        let apart = ["224.0.1.1", "224.0.1.2"].map(|ip| ("eth0", ip)); // TCP has no way there
        let joined = ["127.0.9.1", "127.0.9.2"].map(|ip| ("eth1", ip));
        let hosts: [&[_]; 2] = [&[apart[0], joined[0]], &[apart[1], joined[1]]];
        let told = told("Open MPI 4.1.4", &hosts).expect("a shared network");
        assert!(told.contains("addresses=('vm1=127.0.9.1' 'vm2=127.0.9.2')"), "{told}");
    }

    #[test]
    fn without_a_network_there_are_no_settings() {
        assert_eq!(told("Open MPI 4.1.4", &[&[NAT], &[NAT]]), None);
        let alone = told("Open MPI 4.1.4", &[&[NAT]]).expect("one host needs no network");
        assert!(alone.contains("addresses=('vm1=10.0.2.15')"), "{alone}");
    }
}
