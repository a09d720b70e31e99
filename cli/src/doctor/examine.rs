//! Examines the hosts of a running job.

use super::{
    ClockOffset, Examination, Facts, Findings, HostLink, HostReport, Hostfile, Library, cards,
    cores, pairs, verdict,
};
use mst::comm::Comm;
use mst::error::Result;
use std::path::PathBuf;
use std::time::Duration;

/// Time limit for measuring links. Links not measured by then stay unknown.
const MEASURING_LIMIT: Duration = Duration::from_secs(5);

/// Examines the hosts of all ranks and the links between them. Returns the same on every rank,
/// except for problems with the hostfile and the graph's size, which only rank 0 reads.
///
/// # Errors
/// If rank 0 cannot read the hostfile or the start of the graph; then on every rank.
///
/// # Complexity
/// Some milliseconds. With several hosts, measuring adds about five seconds at most; one round of
/// it takes as long as 8 MiB on the slowest link.
pub fn examine(comm: &Comm, question: &Examination) -> Result<Findings> {
    let read = || {
        let hostfile = question.hostfile.as_deref().map(Hostfile::read).transpose()?;
        Ok((hostfile, question.size()?))
    };
    let (hostfile, size) = comm.agree(if comm.rank() == 0 { read() } else { Ok((None, None)) })?;
    let files = question.all_files();
    let (all, hosts, firsts) = gather_facts(comm, &files);
    let measured = match firsts.len() {
        0 | 1 => Vec::new(),
        _ => pairs::measure(comm, &firsts, MEASURING_LIMIT),
    };
    let mut hosts = hosts;
    for found in measured.iter().filter(|found| found.ends[0] == 0) {
        hosts[found.ends[1]].clock_offset =
            Some(ClockOffset { seconds: found.clock_offset, error: found.link.latency });
    }
    let pair = |found: &pairs::Measured| HostLink {
        hosts: found.ends,
        latency: found.link.latency,
        bandwidth: found.link.bandwidth,
    };
    let pairs: Vec<HostLink> = measured.iter().map(pair).collect();
    let library = Library::named(&hosts[0].facts.library);
    let mut problems = Vec::new();
    if let Some(hostfile) = &hostfile {
        problems.extend(hostfile.problems(library.as_ref()));
        problems.extend(verdict::one_host(&hosts, hostfile));
        problems.extend(verdict::slots(&hosts, hostfile));
    }
    problems.extend(verdict::libraries(&all));
    problems.extend(verdict::known_to_hang(&hosts));
    problems.extend(verdict::identities(&hosts));
    problems.extend(cores(comm.topology()));
    problems.extend(cards::cards(&hosts, library.as_ref()));
    problems.extend(verdict::links(&hosts, &pairs));
    problems.extend(verdict::clocks(&hosts));
    problems.extend(verdict::files(&hosts, &files));
    if let Some(size) = &size {
        problems.extend(verdict::memory(&hosts, size));
    }
    Ok(Findings { hosts, pairs, problems, settings: None })
}

/// What every rank reports, what the first rank on each host reports for the host, and the numbers
/// of these first ranks.
fn gather_facts(comm: &Comm, files: &[PathBuf]) -> (Vec<HostReport>, Vec<HostReport>, Vec<usize>) {
    let facts = serde_json::to_vec(&Facts::here(comm.library(), files)).expect("plain fields");
    let topology = comm.topology();
    let report = |(rank, json): (usize, Vec<u8>)| {
        let facts: Facts = serde_json::from_slice(&json).expect("all ranks run the same program");
        let facts = facts.made_printable();
        let (ranks, threads) = (topology.sharing(rank), topology.threads_beside(rank));
        HostReport { label: facts.host.name.clone(), facts, ranks, threads, clock_offset: None }
    };
    let all: Vec<HostReport> =
        comm.all_gather(&facts).into_iter().enumerate().map(report).collect();
    let is_first = |rank: &usize| {
        let host = &topology.ranks[*rank];
        !topology.ranks[..*rank].iter().any(|other| other.is(host))
    };
    let firsts: Vec<usize> = (0..comm.size()).filter(is_first).collect();
    let hosts = firsts.iter().map(|&rank| all[rank].clone()).collect();
    (all, hosts, firsts)
}

#[cfg(test)]
mod tests {
    use super::super::Problem;
    use super::*;
    use mst::partition::Source;

    #[test]
    fn ranks_on_one_host_are_one_host() {
        let folder = tempfile::tempdir().expect("a folder");
        let hostfile = folder.path().join("hosts");
        std::fs::write(&hostfile, "vm1 slots=1\nvm2 slots=1\n").expect("written");
        let question = Examination {
            files: vec!["missing.gr".into()],
            graph: Some(Source::Generated("gnm:n=2^30,m=2^39".parse().expect("a spec"))),
            hostfile: Some(hostfile),
            ..Examination::default()
        };
        let found = mst::comm::run(3, Some(1), |comm| examine(comm, &question).expect("read"));
        let [one] = found[0].hosts.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.ranks, one.threads, found[0].pairs.len()), (3, 3, 0));
        let messages: Vec<String> = found[0].problems.iter().map(Problem::to_string).collect();
        for expected in ["names 2 hosts", "cannot open missing.gr", "the graph needs about"] {
            assert!(
                messages.iter().any(|line| line.contains(expected)),
                "{expected}: {messages:?}"
            );
        }
        assert_eq!(found[1].hosts.len(), 1);
    }

    #[test]
    fn a_missing_hostfile_is_an_error_on_every_rank() {
        let question = Examination { hostfile: Some("missing".into()), ..Examination::default() };
        let failed = mst::comm::run(2, Some(1), |comm| examine(comm, &question).unwrap_err());
        assert!(failed.iter().all(|why| why.to_string().contains("cannot open missing")));
    }
}
