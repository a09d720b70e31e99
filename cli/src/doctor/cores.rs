//! Finds combinations of ranks, threads and cores that would make the times misleading.

use super::Problem;
use crate::text::count;
use mst::comm::Topology;

/// One problem for each fact about hosts, cores and threads that a reader of the times should know.
pub fn cores(topology: &Topology) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (host, ranks) in topology.hosts() {
        let Some(first) = topology.ranks.iter().position(|other| other.is(host)) else {
            continue;
        };
        let threads = topology.threads_beside(first);
        let cores = if topology.one_process { host.bound } else { host.cores };
        let advice = if threads > ranks { " or --threads 1" } else { "" };
        if threads > cores {
            let what = format!(
                "{} with {} in all share the {} of {}: the times will be misleading",
                count(ranks as u64, "rank"),
                count(threads as u64, "thread"),
                count(cores as u64, "core"),
                host.name
            );
            problems.push(Problem::new(what, format!("use fewer ranks{advice}")));
        }
    }
    let bound = topology.ranks.iter().zip(&topology.threads).enumerate();
    let short = bound
        .clone()
        .find(|(_, (host, threads))| host.bound < host.cores && host.bound < **threads);
    if let Some((rank, (host, threads))) = short {
        let what = format!(
            "{} has {} but is bound to {}",
            topology.name(rank),
            count(*threads as u64, "thread"),
            count(host.bound as u64, "core")
        );
        problems.push(Problem::new(what, "start it with mpirun --bind-to none"));
    }
    let idle = bound.clone().find(|(rank, (host, threads))| {
        **threads == host.bound && host.bound < host.cores / topology.sharing(*rank)
    });
    if let Some((rank, (host, _))) = idle {
        let what = format!(
            "{} is bound to {} of {}",
            topology.name(rank),
            count(host.bound as u64, "core"),
            host.cores
        );
        problems.push(Problem::new(what, "mpirun --bind-to none lets its threads use more"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use mst::comm::Host;

    fn topology(cores: usize, bound: usize, threads: &[usize]) -> Topology {
        let host = Host { name: "vm1".to_owned(), boot: String::new(), cores, bound };
        Topology { ranks: vec![host; threads.len()], threads: threads.to_vec(), one_process: false }
    }

    #[test]
    fn each_trap_is_a_problem() {
        let cases = [
            ("all is well", topology(4, 4, &[2, 2]), ""),
            ("too many threads", topology(2, 2, &[1, 1, 1]), "3 ranks with 3 threads in all share"),
            ("too many for the host", topology(2, 2, &[4]), "1 rank with 4 threads in all share"),
            ("bound to fewer", topology(4, 1, &[2]), "has 2 threads but is bound to 1 core;"),
            ("cores left idle", topology(4, 1, &[1, 1]), "is bound to 1 core of 4"),
        ];
        for (name, topology, expected) in cases {
            let messages: Vec<String> = cores(&topology).iter().map(Problem::to_string).collect();
            assert_eq!(messages.len(), usize::from(!expected.is_empty()), "{name}: {messages:?}");
            assert!(messages.concat().contains(expected), "{name}: {messages:?}");
        }
    }
}
