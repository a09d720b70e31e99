//! The ranks' hosts, cores and threads, and the greeting, which refuses ranks that run another
//! program.

use super::header::CallHeader;
use super::{Comm, World};
use crate::error::{Error, LaunchFault, Result, shown};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::thread::available_parallelism;
use xxhash_rust::xxh3::Xxh3Default;

/// What a rank reports about itself and its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The host's name.
    pub name: String,
    /// The identity of the running kernel: clones of one machine often have the same name.
    pub boot: String,
    /// The host's cores.
    pub cores: usize,
    /// The cores this rank may run on: fewer than `cores` if the launcher binds it.
    pub bound: usize,
}

impl Host {
    /// Describes the host of this process.
    pub fn here() -> Self {
        let bound = available_parallelism().map_or(1, Into::into);
        let cores = nix::unistd::sysconf(nix::unistd::SysconfVar::_NPROCESSORS_ONLN);
        let cores = cores.ok().flatten().and_then(|cores| usize::try_from(cores).ok());
        // Without this file, the name alone must tell hosts apart.
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let cores = cores.unwrap_or(bound).max(bound);
        Self { name: host_name(), boot: boot.trim().to_owned(), cores, bound }
    }

    /// Whether both are the same host.
    pub fn is(&self, other: &Self) -> bool {
        (&self.name, &self.boot) == (&other.name, &other.boot)
    }
}

fn host_name() -> String {
    let name = nix::unistd::gethostname().unwrap_or_default();
    name.into_string().unwrap_or_else(|_| "unnamed".to_owned())
}

/// All ranks, in rank order; the same on every rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    /// Each rank's host.
    pub ranks: Vec<Host>,
    /// The threads of each rank.
    pub threads: Vec<usize>,
    /// Whether the ranks are threads of one process, so that they share the cores it is bound to.
    pub one_process: bool,
}

impl Topology {
    /// The hosts in the order of their first rank, with the number of ranks on each.
    pub fn hosts(&self) -> Vec<(&Host, usize)> {
        let mut hosts: Vec<(&Host, usize)> = Vec::new();
        for host in &self.ranks {
            match hosts.iter_mut().find(|(other, _)| other.is(host)) {
                Some((_, ranks)) => *ranks += 1,
                None => hosts.push((host, 1)),
            }
        }
        hosts
    }

    /// Returns `host:ranks` for each host, in the order of [`Topology::hosts`], separated by spaces.
    pub fn host_list(&self) -> String {
        let hosts = self.hosts().into_iter();
        hosts.map(|(host, ranks)| format!("{}:{ranks}", host.name)).collect::<Vec<_>>().join(" ")
    }

    /// Returns a rank's name for a message: `rank 2 on vm3`.
    pub fn name(&self, rank: usize) -> String {
        format!("rank {rank} on {}", self.ranks[rank].name)
    }

    /// Counts the ranks on the host of `rank`.
    pub fn sharing(&self, rank: usize) -> usize {
        self.ranks.iter().filter(|host| host.is(&self.ranks[rank])).count()
    }

    /// Counts the threads of all ranks on the host of `rank`.
    pub fn threads_beside(&self, rank: usize) -> usize {
        let same = self.ranks.iter().map(|host| host.is(&self.ranks[rank]));
        self.threads.iter().zip(same).filter(|(_, same)| *same).map(|(threads, _)| threads).sum()
    }

    /// Counts the cores that the threads of all ranks can keep busy: on each host no more than it
    /// has.
    pub fn cores_used(&self) -> usize {
        let mut firsts: Vec<usize> = Vec::new();
        for (rank, host) in self.ranks.iter().enumerate() {
            if !firsts.iter().any(|&first| self.ranks[first].is(host)) {
                firsts.push(rank);
            }
        }
        firsts.iter().map(|&rank| self.threads_beside(rank).min(self.ranks[rank].cores)).sum()
    }
}

/// Returns a hash of this program's own file; 0 if it cannot be read.
pub fn fingerprint() -> u64 {
    let hash = || -> io::Result<u64> {
        let mut program = File::open(std::env::current_exe()?)?;
        let mut hasher = Xxh3Default::new();
        io::copy(&mut program, &mut hasher)?;
        Ok(hasher.digest())
    };
    hash().unwrap_or(0)
}

/// Returns the text of the greeting: 16 bytes of version and 24 of the host's name.
fn greeting_text(version: &str, host: &str) -> [u8; 40] {
    let mut text = [0; 40];
    for (field, from) in [(0..16, version), (16..40, host)] {
        let field = &mut text[field];
        let len = from.len().min(field.len());
        field[..len].copy_from_slice(&from.as_bytes()[..len]);
    }
    text
}

/// Refuses ranks that run another program than rank 0.
fn same_program(calls: &[CallHeader]) -> Result<()> {
    let field = |call: &CallHeader, range: std::ops::Range<usize>| {
        String::from_utf8_lossy(&call.text[range]).trim_end_matches('\0').to_owned()
    };
    let program = |rank: usize| {
        let call = &calls[rank];
        let (version, host) = (field(call, 0..16), field(call, 16..40));
        format!("rank {rank} on {host} runs mst {version}, file hash {:016x}", call.len)
    };
    let differs =
        |call: &CallHeader| call.len != calls[0].len || call.text[..16] != calls[0].text[..16];
    let Some(other) = calls.iter().position(differs) else {
        return Ok(());
    };
    let path = std::env::current_exe().unwrap_or_else(|_| "PROGRAM".into());
    let (path, host) = (shown(&path), field(&calls[other], 16..40));
    Err(Error::launch(
        LaunchFault::Program,
        format!(
            "the ranks run different programs: {}; {}; copy one of them to every host (scp {path} \
             {host}:{path}) and start it by its absolute path",
            program(0),
            program(other)
        ),
    ))
}

impl Comm {
    /// Greets the other ranks, learns who they are and starts this rank's threads.
    ///
    /// Without `threads`, a rank gets its share of its host's cores, at most the cores it is bound
    /// to.
    ///
    /// # Errors
    /// On every rank, if one runs another program or cannot start its threads.
    pub(super) fn join(&mut self, threads: Option<usize>) -> Result<()> {
        let host = Host::here();
        let text = greeting_text(env!("CARGO_PKG_VERSION"), &host.name);
        // Threads of one process run the same program, so only processes hash their file.
        let fingerprint = if matches!(self.world, World::Threads(_)) { 0 } else { fingerprint() };
        same_program(&self.calls(&CallHeader::greeting(fingerprint, text)))?;
        let told = serde_json::to_vec(&host).expect("plain fields");
        let ranks = self.all_gather(&told).into_iter();
        let ranks: Vec<Host> =
            ranks.map(|told| serde_json::from_slice(&told).expect("one program")).collect();
        let one_process = matches!(self.world, World::Threads(_));
        let mut topology = Topology { ranks, threads: Vec::new(), one_process };
        let cores = if one_process { host.bound } else { host.cores };
        let share = host.bound.min(cores / topology.sharing(self.rank()));
        let threads = threads.unwrap_or(share).max(1);
        topology.threads =
            self.all_gather(&[threads as u64]).concat().iter().map(|&t| t as usize).collect();
        self.topology.set(topology).expect("a rank joins once");
        let rank = self.rank();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(move |thread| format!("rank {rank}, thread {thread}"))
            .build()
            .map_err(|why| {
                Error::launch(
                    LaunchFault::Threads,
                    format!("cannot start {threads} threads: {why}"),
                )
            });
        let pool = self.agree(pool)?; // one host may have less room than the others
        self.pool.set(pool).expect("a rank joins once");
        self.take_log();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_program_is_refused() {
        let call = |fingerprint, version, host| {
            CallHeader::greeting(fingerprint, greeting_text(version, host))
        };
        assert!(same_program(&[call(1, "0.1.0", "vm1"), call(1, "0.1.0", "vm2")]).is_ok());
        for other in [call(2, "0.1.0", "vm2"), call(1, "0.1.1", "vm2")] {
            let told = same_program(&[call(1, "0.1.0", "vm1"), other]).unwrap_err().to_string();
            assert!(told.contains("rank 0 on vm1") && told.contains("rank 1 on vm2"), "{told}");
            assert!(told.contains("scp /") && told.contains(" vm2:/"), "{told}");
        }
    }

    #[test]
    fn hosts_are_counted_in_rank_order() {
        let host = |(name, boot): (&str, &str)| Host {
            name: name.to_owned(),
            boot: boot.to_owned(),
            cores: 4,
            bound: 1,
        };
        let clones = [host(("vm", "1")), host(("vm", "2"))];
        assert!(!clones[0].is(&clones[1]), "clones share a name, not a boot");
        let ranks = [("b", "1"), ("a", "2"), ("b", "1")].map(host).to_vec();
        let topology = Topology { ranks, threads: vec![1, 2, 4], one_process: false };
        let hosts: Vec<_> =
            topology.hosts().iter().map(|(h, ranks)| (h.name.clone(), *ranks)).collect();
        assert_eq!(hosts, [("b".to_owned(), 2), ("a".to_owned(), 1)]);
        assert_eq!((topology.sharing(2), topology.threads_beside(2)), (2, 5));
    }
}
