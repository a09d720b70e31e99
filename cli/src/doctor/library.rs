//! Identifies an MPI library, and knows the names of its options.

use super::Address;
use crate::shell;
use std::fmt;

/// An MPI library or its launcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Library {
    implementation: Implementation,
    /// The version, as `4.1.4`.
    pub(super) version: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Implementation {
    OpenMpi,
    Mpich,
}

impl Library {
    /// The library that `text` names, which is the output of `MPI_Get_library_version` or `mpirun
    /// --version`.
    pub(crate) fn named(text: &str) -> Option<Self> {
        const KNOWN: [(&str, Implementation); 3] = [
            ("Open MPI", Implementation::OpenMpi),
            ("MPICH", Implementation::Mpich),
            ("HYDRA", Implementation::Mpich),
        ];
        let found = |(word, implementation)| Some((text.find(word)?, implementation));
        let (at, implementation) = KNOWN.into_iter().find_map(found)?;
        let number =
            |word: &&str| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit());
        let mut words = text[at..].split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let word =
            words.find_map(|word| Some(word.strip_prefix('v').unwrap_or(word)).filter(number))?;
        Some(Self { implementation, version: word.to_owned() })
    }

    /// Whether it is MPICH, whose hostfiles say `host:1` instead of Open MPI's `host slots=1`.
    pub(crate) fn is_mpich(&self) -> bool {
        self.implementation == Implementation::Mpich
    }

    /// Whether jobs on several hosts are known to hang at their end.
    pub(super) fn hangs_at_the_end(&self) -> bool {
        self.is_mpich() && self.version.starts_with("4.0.")
    }

    /// Whether both are the same MPI and series (the first two numbers of the version), so that the
    /// launcher of one starts programs of the other.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let series =
            |library: &Self| library.version.split('.').take(2).collect::<Vec<_>>().join(".");
        self.implementation == other.implementation && series(self) == series(other)
    }

    /// The program that the launcher starts on every other host.
    pub(crate) fn daemon(&self) -> &'static str {
        match self.implementation {
            Implementation::Mpich => "hydra_pmi_proxy",
            Implementation::OpenMpi if self.is_old() => "orted",
            Implementation::OpenMpi => "prted",
        }
    }

    /// The package of Debian and Ubuntu that contains the launcher and its daemon.
    pub(crate) fn package(&self) -> &'static str {
        if self.is_mpich() { "mpich" } else { "openmpi-bin" }
    }

    /// Its name without the version.
    pub(super) fn name(&self) -> &'static str {
        if self.is_mpich() { "MPICH" } else { "Open MPI" }
    }

    /// How to start a job that only uses the network of `shared`.
    pub(super) fn on_network(&self, shared: &Address) -> String {
        let network = format!("{}/{}", shared.network(), shared.prefix);
        match self.implementation {
            Implementation::Mpich => {
                format!("mpirun -iface {}", shell::quoted_if_needed(&shared.card))
            }
            Implementation::OpenMpi if self.is_old() => {
                format!(
                    "mpirun --mca btl_tcp_if_include {network} --mca oob_tcp_if_include {network}"
                )
            }
            Implementation::OpenMpi => {
                format!(
                    "mpirun --mca btl_tcp_if_include {network} --prtemca prte_if_include {network}"
                )
            }
        }
    }

    /// How to start a job that only uses the TCP ports 20000 to 20199.
    pub(super) fn on_ports(&self) -> &'static str {
        match self.implementation {
            Implementation::Mpich => "MPIR_CVAR_CH3_PORT_RANGE=20000:20199 mpirun",
            Implementation::OpenMpi if self.is_old() => {
                "mpirun --mca oob_tcp_dynamic_ipv4_ports 20000-20099 --mca btl_tcp_port_min_v4 20100 \
                 --mca btl_tcp_port_range_v4 100"
            }
            Implementation::OpenMpi => {
                "mpirun --prtemca oob_tcp_dynamic_ipv4_ports 20000-20099 --mca btl_tcp_port_min_v4 20100 \
                 --mca btl_tcp_port_range_v4 100"
            }
        }
    }

    /// The options of mpirun, each with its values, for one rank without binding on each host of
    /// the file `hosts`. They, and the `ssh` options with which it starts other hosts, also make it
    /// notice a cut cable in about ten seconds.
    pub(crate) fn options(&self, ssh: &str) -> Vec<String> {
        const ON_EACH: [&str; 4] =
            ["--hostfile hosts", "--map-by ppr:1:node", "--bind-to none", "-x MST_TIMEOUT"];
        // MPICH's clean-up would kill the other ranks before they can say which rank died.
        const OF_MPICH: [&str; 4] =
            ["-f hosts", "-ppn 1", "-bind-to none", "-disable-auto-cleanup"];
        let (mca, shell) = match self.implementation {
            Implementation::Mpich => return OF_MPICH.map(str::to_owned).to_vec(),
            Implementation::OpenMpi if self.is_old() => ("--mca", "plm_rsh_args"),
            Implementation::OpenMpi => ("--prtemca", "plm_ssh_args"),
        };
        let mut options = ON_EACH.map(str::to_owned).to_vec();
        options.push(format!("{mca} {shell} {ssh}"));
        for (name, seconds) in [("time", 5), ("intvl", 2), ("probes", 3)] {
            options.push(format!("{mca} oob_tcp_keepalive_{name} {seconds}"));
        }
        options
    }

    /// Environment variables, as (name, value), that restrict a job to the `network`, and, for
    /// MPICH, pass the `ssh` options.
    pub(crate) fn environment(
        &self,
        network: Option<&Address>,
        ssh: &str,
    ) -> Vec<(&'static str, String)> {
        let range = network.map(|network| format!("{}/{}", network.network(), network.prefix));
        let card = network.map(|network| network.card.clone());
        let named = |name: &'static str, value: &Option<String>| Some((name, value.clone()?));
        let found = match self.implementation {
            Implementation::Mpich => vec![
                named("HYDRA_IFACE", &card),
                Some(("HYDRA_LAUNCHER_EXTRA_ARGS", ssh.to_owned())),
            ],
            Implementation::OpenMpi if self.is_old() => vec![
                named("OMPI_MCA_btl_tcp_if_include", &range),
                named("OMPI_MCA_oob_tcp_if_include", &range),
            ],
            Implementation::OpenMpi => vec![
                named("OMPI_MCA_btl_tcp_if_include", &range),
                named("PRTE_MCA_prte_if_include", &range),
            ],
        };
        found.into_iter().flatten().collect()
    }

    /// Whether it is older than Open MPI 5, which contains a different launcher.
    fn is_old(&self) -> bool {
        let major = self.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        major.is_some_and(|major| major < 5)
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_known_by_what_it_says() {
        let cases = [
            ("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4", "Open MPI 4.1.4", "orted"),
            ("mpirun (Open MPI) 4.1.4", "Open MPI 4.1.4", "orted"),
            (
                "mpirun (Open MPI) 5.0.8  Report bugs to https://www.open-mpi.org",
                "Open MPI 5.0.8",
                "prted",
            ),
            ("Open MPI v10.0.0rc1", "Open MPI 10.0.0rc1", "prted"),
            ("MPICH Version:      4.0.2", "MPICH 4.0.2", "hydra_pmi_proxy"),
            ("HYDRA build details:     Version:   5.0.2", "MPICH 5.0.2", "hydra_pmi_proxy"),
        ];
        for (text, name, daemon) in cases {
            let library = Library::named(text).expect(text);
            assert_eq!((library.to_string().as_str(), library.daemon()), (name, daemon));
        }
        for text in
            ["", "none: ranks are threads of one process", "sh: 1: mpirun: not found", "Open MPI"]
        {
            assert_eq!(Library::named(text), None, "{text}");
        }
    }

    #[test]
    fn options_are_called_as_the_library_calls_them() {
        let address = Address { ip: [10, 9, 8, 7].into(), prefix: 24, card: "eth1".into() };
        let options = |text| Library::named(text).expect(text).on_network(&address);
        let four =
            "mpirun --mca btl_tcp_if_include 10.9.8.0/24 --mca oob_tcp_if_include 10.9.8.0/24";
        assert_eq!(options("Open MPI 4.1.4"), four);
        let five =
            "mpirun --mca btl_tcp_if_include 10.9.8.0/24 --prtemca prte_if_include 10.9.8.0/24";
        assert_eq!(options("Open MPI 5.0.3"), five);
        assert_eq!(options("MPICH 4.2.0"), "mpirun -iface eth1");
    }

    #[test]
    fn ports_are_called_as_the_library_calls_them() {
        let start = |text| Library::named(text).expect(text).on_ports();
        assert!(start("Open MPI 4.1.4").contains("--mca oob_tcp_dynamic_ipv4_ports 20000-20099"));
        assert!(
            start("Open MPI 5.0.3").contains("--prtemca oob_tcp_dynamic_ipv4_ports 20000-20099")
        );
        assert_eq!(start("MPICH 4.2.0"), "MPIR_CVAR_CH3_PORT_RANGE=20000:20199 mpirun");
    }

    #[test]
    fn a_series_goes_together() {
        let goes = |a, b| Library::named(a).unwrap().goes_with(&Library::named(b).unwrap());
        assert!(goes("Open MPI 4.1.4", "Open MPI 4.1.6"));
        assert!(!goes("Open MPI 4.1.4", "Open MPI 5.0.1"));
        assert!(!goes("Open MPI 4.1.4", "MPICH 4.1.4"));
    }
}
