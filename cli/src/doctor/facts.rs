//! The facts that a process knows about its host.

use mst::comm::{self, Host};
use mst::error::printable;
use mst::partition::{Fingerprint, available_memory, fingerprint};
use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::utsname::uname;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// An IPv4 address of a host. Shown as `192.168.56.11/24 enp0s8`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The address.
    pub ip: Ipv4Addr,
    /// The length of the network prefix, bits.
    pub prefix: u32,
    /// The host's name for the network card.
    pub card: String,
}

impl Address {
    /// The first address of its network.
    pub fn network(&self) -> Ipv4Addr {
        let mask = u32::MAX.checked_shl(32 - self.prefix.min(32)).unwrap_or(0);
        Ipv4Addr::from_bits(self.ip.to_bits() & mask)
    }

    /// Whether another address is in the same network, with the same prefix length.
    pub fn shares_network(&self, other: &Self) -> bool {
        (self.network(), self.prefix) == (other.network(), other.prefix)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} {}", self.ip, self.prefix, self.card)
    }
}

/// What a process reports about itself and its host. A field is empty or `None` if the system does
/// not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Its name, its running kernel, its cores.
    #[serde(flatten)]
    pub host: Host,
    /// The machine id of the installed system; clones of a machine share it.
    pub machine: String,
    /// The model of its processors.
    pub cpu: String,
    /// The release of its kernel.
    pub kernel: String,
    /// Available memory, bytes.
    pub memory: Option<u64>,
    /// Its IPv4 addresses, without loopback.
    pub addresses: Vec<Address>,
    /// The MPI library that this process uses.
    pub library: String,
    /// This program's version and commit.
    pub version: String,
    /// A hash of this program's file.
    pub content: String,
    /// The networks or cards that MPI is restricted to, if any.
    #[serde(rename = "kept_to")]
    pub mpi_networks: Option<String>,
    /// The fingerprints of the requested files, or why they cannot be read, in the order of the
    /// request.
    pub files: Vec<Result<Fingerprint, String>>,
    /// Its clock, seconds since 1970.
    pub clock: f64,
}

impl Facts {
    /// The facts of this process, which uses the MPI library `library`, with fingerprints of
    /// `files`.
    pub fn here(library: String, files: &[PathBuf]) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let release = uname().map(|system| system.release().to_string_lossy().into_owned());
        Self {
            host: Host::here(),
            machine: read("/etc/machine-id").trim().to_owned(),
            cpu: model(&read("/proc/cpuinfo")),
            kernel: release.unwrap_or_default(),
            memory: available_memory(),
            addresses: addresses(),
            library,
            version: format!("{} ({})", env!("CARGO_PKG_VERSION"), env!("MST_COMMIT")),
            content: format!("{:016x}", comm::fingerprint()),
            mpi_networks: mpi_networks(|name| std::env::var(name).ok()),
            files: files
                .iter()
                .map(|path| fingerprint(path).map_err(|why| why.to_string()))
                .collect(),
            clock: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64(),
        }
    }

    /// The same facts, with control characters and line breaks in all texts escaped, since another
    /// process sent them.
    pub(super) fn made_printable(mut self) -> Self {
        let own = &mut self;
        let host = [&mut own.host.name, &mut own.host.boot, &mut own.machine, &mut own.cpu];
        let program = [&mut own.kernel, &mut own.library, &mut own.version, &mut own.content];
        let cards = own.addresses.iter_mut().map(|address| &mut address.card);
        let files = own.files.iter_mut().filter_map(|file| file.as_mut().err());
        let texts = host.into_iter().chain(program).chain(cards).chain(files);
        for text in texts.chain(&mut own.mpi_networks) {
            *text = printable(text);
        }
        self
    }
}

/// A host: the facts that it reports, and what others know about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostReport {
    /// The user's name for the host, or its own.
    pub label: String,
    /// The facts that it reports.
    #[serde(flatten)]
    pub facts: Facts,
    /// The number of ranks there; of slots if no job runs.
    pub ranks: usize,
    /// The threads of all ranks there; 0 if no job runs.
    pub threads: usize,
    /// How far its clock is ahead of the first host's.
    #[serde(rename = "ahead")]
    pub clock_offset: Option<ClockOffset>,
}

/// How far a clock is ahead of another one. Serialised as two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "(f64, f64)")]
pub struct ClockOffset {
    /// The offset, seconds; negative if the clock is behind.
    pub seconds: f64,
    /// The error of that, seconds.
    pub error: f64,
}

impl From<ClockOffset> for (f64, f64) {
    fn from(offset: ClockOffset) -> Self {
        (offset.seconds, offset.error)
    }
}

/// The first processor model in `/proc/cpuinfo`; the architecture if it names none, as on some
/// architectures.
fn model(cpuinfo: &str) -> String {
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        matches!(name.trim(), "model name" | "Model" | "cpu").then(|| value.trim().to_owned())
    };
    cpuinfo.lines().find_map(named).unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// The IPv4 addresses of the cards that are up, without loopback.
fn addresses() -> Vec<Address> {
    let up = |flags: InterfaceFlags| {
        flags.contains(InterfaceFlags::IFF_UP) && !flags.contains(InterfaceFlags::IFF_LOOPBACK)
    };
    let address = |card: nix::ifaddrs::InterfaceAddress| {
        let ip = card.address?.as_sockaddr_in()?.ip();
        let mask = card.netmask.and_then(|mask| Some(mask.as_sockaddr_in()?.ip()));
        let prefix = mask.map_or(32, |mask| mask.to_bits().count_ones());
        up(card.flags).then_some(Address { ip, prefix, card: card.interface_name })
    };
    getifaddrs().map(|cards| cards.filter_map(address).collect()).unwrap_or_default()
}

/// The networks or cards that MPI is restricted to, from the environment variables that launchers
/// set for the ranks.
pub(super) fn mpi_networks(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    const KNOWN: [&str; 4] = [
        "OMPI_MCA_btl_tcp_if_include",
        "MPIR_CVAR_CH3_INTERFACE_HOSTNAME",
        "MPICH_INTERFACE_HOSTNAME",
        "HYDRA_IFACE",
    ];
    KNOWN.into_iter().find_map(variable).filter(|networks| !networks.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_the_first_address() {
        let address = |ip: [u8; 4], prefix| Address { ip: ip.into(), prefix, card: "eth0".into() };
        let cases = [
            ([192, 168, 56, 11], 24, "192.168.56.0"),
            ([10, 0, 2, 15], 8, "10.0.0.0"),
            ([10, 1, 2, 3], 32, "10.1.2.3"),
            ([10, 1, 2, 3], 0, "0.0.0.0"),
        ];
        for (ip, prefix, network) in cases {
            assert_eq!(address(ip, prefix).network().to_string(), network);
        }
        let one = address([10, 0, 2, 15], 24);
        assert!(one.shares_network(&address([10, 0, 2, 16], 24)));
        assert!(!one.shares_network(&address([10, 0, 2, 16], 16)), "another mask");
    }

    #[test]
    fn this_host_tells_of_itself() {
        let facts = Facts::here("none".to_owned(), &["missing.gr".into()]);
        assert!(facts.host.cores > 0 && !facts.kernel.is_empty() && !facts.cpu.is_empty());
        assert!(facts.addresses.iter().all(|address| !address.ip.is_loopback()));
        assert!(matches!(facts.files.as_slice(), [Err(_)]), "{:?}", facts.files);
        let json = serde_json::to_string(&facts).expect("plain fields");
        assert_eq!(serde_json::from_str::<Facts>(&json).expect("its own words"), facts);
    }

    #[test]
    fn what_mpi_was_told_is_in_the_environment() {
        let networks =
            |set: &str, value: &str| mpi_networks(|name| (name == set).then(|| value.to_owned()));
        assert_eq!(
            networks("OMPI_MCA_btl_tcp_if_include", "10.9.0.0/16").as_deref(),
            Some("10.9.0.0/16")
        );
        assert_eq!(networks("OMPI_MCA_btl_tcp_if_include", ""), None);
        assert_eq!(networks("PATH", "/bin"), None);
    }

    #[test]
    fn json_has_the_names_that_scripts_know() {
        let mut report = super::super::tests::report("vm1");
        report.facts.mpi_networks = Some("eth1".to_owned());
        report.clock_offset = Some(ClockOffset { seconds: -0.5, error: 0.25 });
        let json = serde_json::to_value(&report).expect("plain fields");
        assert_eq!((&json["kept_to"], &json["ahead"]), (&"eth1".into(), &vec![-0.5, 0.25].into()));
    }

    #[test]
    fn a_model_is_found_where_there_is_one() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Fast 9000 @ 3 GHz\n"), "Fast 9000 @ 3 GHz");
        assert_eq!(model("processor : 0\n"), std::env::consts::ARCH);
    }
}
