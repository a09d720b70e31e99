//! Finds out how to start a job on several hosts: the options and variables with which `mst
//! cluster` calls mpirun.

use super::facts::mpi_networks;
use super::remote::OPTIONS;
use super::{Address, Facts, HostReport, Library, cards};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time after which the watchdog gives up a rank that does not answer, seconds.
const TIMEOUT: u32 = 8;
/// Time limit for a host to answer in a network that may not lead to it.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// How to start a job with one rank on each host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The absolute path of the program, which is the same on all hosts.
    pub program: PathBuf,
    /// The hosts; the first one starts the job.
    pub hosts: Vec<JobHost>,
    /// The options of mpirun, each with its values after spaces. Only the last value of an option
    /// may contain spaces.
    pub options: Vec<String>,
    /// Environment variables for mpirun, as (name, value).
    pub variables: Vec<(&'static str, String)>,
}

/// A host that takes part in a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobHost {
    /// Its name or address for ssh, which may have a user before it.
    pub host: String,
    /// Its address in the network that the job uses.
    pub ip: Ipv4Addr,
    /// The number of its cores.
    pub cores: usize,
}

impl Settings {
    /// The networks or cards that MPI is restricted to, if any.
    pub fn mpi_networks(&self) -> Option<String> {
        let value = |name: &str| {
            let found = self.variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| value.clone())
        };
        mpi_networks(value)
    }
}

/// The settings for a job of `program` on these hosts, the first of which is this one. `None` if
/// they share no network.
pub(super) fn settings(
    reports: &[HostReport],
    launcher: &Library,
    program: &Path,
) -> Option<Settings> {
    let facts: Vec<&Facts> = reports.iter().map(|one| &one.facts).collect();
    let network = network(&facts);
    if network.is_none() && facts.len() != 1 {
        return None;
    }
    let job_host = |one: &HostReport| {
        let at = network.and_then(|network| cards::in_network(&one.facts, network));
        let ip = at.map_or(Ipv4Addr::LOCALHOST, |at| at.ip);
        JobHost { host: one.label.clone(), ip, cores: one.facts.host.cores }
    };
    let ssh = OPTIONS.map(|option| format!("-o {option}")).join(" ");
    let mut variables = launcher.environment(network, &ssh);
    variables.push(("MST_TIMEOUT", TIMEOUT.to_string()));
    Some(Settings {
        program: program.to_owned(),
        hosts: reports.iter().map(job_host).collect(),
        options: launcher.options(&ssh),
        variables,
    })
}

/// The network in which the first host reaches all others.
fn network<'a>(hosts: &[&'a Facts]) -> Option<&'a Address> {
    let (first, others) = hosts.split_first()?;
    let networks = cards::networks(hosts);
    let at = |network: &Address| -> Option<Vec<Ipv4Addr>> {
        others.iter().map(|host| Some(cards::in_network(host, network)?.ip)).collect()
    };
    // Clones of one machine may be in networks with the same addresses that are not connected.
    let answers = |network: &&&Address| at(network).is_some_and(|ips| ips.into_iter().all(answers));
    match networks.as_slice() {
        [] if others.is_empty() => first.addresses.first(),
        [only] => Some(*only),
        several => several.iter().find(answers).or(several.first()).copied(),
    }
}

/// Whether a host answers at this address, with or without an ssh server.
fn answers(ip: Ipv4Addr) -> bool {
    match TcpStream::connect_timeout(&(ip, 22).into(), ANSWER_LIMIT) {
        Ok(_) => true,
        Err(why) => why.kind() == ErrorKind::ConnectionRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    fn settings_for(launcher: &str, addresses: &[&[(&str, &str)]]) -> Option<Settings> {
        let hosts: Vec<HostReport> = (1..)
            .zip(addresses)
            .map(|(number, its)| {
                let mut one = report(&format!("vm{number}"));
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

    /// Hosts with four cores each and these addresses.
    fn job_hosts(addresses: &[&str]) -> Vec<JobHost> {
        let job_host = |(number, ip): (usize, &&str)| JobHost {
            host: format!("vm{number}"),
            ip: ip.parse().expect(ip),
            cores: 4,
        };
        (1..).zip(addresses).map(job_host).collect()
    }

    const NAT: (&str, &str) = ("eth0", "10.0.2.15");

    #[test]
    fn each_mpi_is_told_the_network_that_all_share() {
        let hosts: [&[_]; 2] = [&[NAT, ("eth1", "10.9.8.1")], &[NAT, ("eth1", "10.9.8.2")]];
        let network = "10.9.8.0/24";
        #[rustfmt::skip]
        let cases = [
            ("Open MPI 4.1.4", "--hostfile hosts", ["OMPI_MCA_btl_tcp_if_include", "OMPI_MCA_oob_tcp_if_include"], network),
            ("Open MPI 5.0.3", "--hostfile hosts", ["OMPI_MCA_btl_tcp_if_include", "PRTE_MCA_prte_if_include"], network),
            ("MPICH 4.0.2", "-f hosts", ["HYDRA_IFACE", "HYDRA_IFACE"], "eth1"),
        ];
        for (launcher, option, variables, value) in cases {
            let settings = settings_for(launcher, &hosts).expect("a shared network");
            assert_eq!(settings.program, Path::new("/opt/mst"));
            assert_eq!(settings.hosts, job_hosts(&["10.9.8.1", "10.9.8.2"]));
            assert!(settings.options.iter().any(|other| other == option), "{settings:?}");
            for name in variables {
                assert!(
                    settings.variables.contains(&(name, value.to_owned())),
                    "{name}: {settings:?}"
                );
            }
            assert!(settings.variables.contains(&("MST_TIMEOUT", "8".to_owned())), "{settings:?}");
            assert_eq!(settings.mpi_networks().as_deref(), Some(value));
        }
    }

    #[test]
    fn of_several_networks_the_one_that_answers_is_taken() {
        let apart = ["224.0.1.1", "224.0.1.2"].map(|ip| ("eth0", ip)); // TCP cannot connect to these
        let joined = ["127.0.9.1", "127.0.9.2"].map(|ip| ("eth1", ip));
        let hosts: [&[_]; 2] = [&[apart[0], joined[0]], &[apart[1], joined[1]]];
        let settings = settings_for("Open MPI 4.1.4", &hosts).expect("a shared network");
        assert_eq!(settings.hosts, job_hosts(&["127.0.9.1", "127.0.9.2"]));
    }

    #[test]
    fn without_a_network_there_are_no_settings() {
        assert_eq!(settings_for("Open MPI 4.1.4", &[&[NAT], &[NAT]]), None);
        let alone = settings_for("Open MPI 4.1.4", &[&[NAT]]).expect("one host needs no network");
        assert_eq!(alone.hosts, job_hosts(&["10.0.2.15"]));
    }
}
