//! Ranks, threads and the cores they may use: what would make the times mislead.

use super::Problem;
use crate::report::count;
use mst::comm::Topology;

/// One problem for each thing about hosts, cores and threads that a reader of the times should know.
pub fn cores(members: &Topology) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (host, ranks) in members.hosts() {
        let Some(first) = members.ranks.iter().position(|other| other.is(host)) else {
            continue;
        };
        let threads = members.threads_beside(first);
        let cores = if members.one_process { host.bound } else { host.cores };
        let advice = if threads > ranks { " or --threads 1" } else { "" };
        if threads > cores {
            let what = format!(
                "{} with {} in all share the {} of {}: times will mislead",
                count(ranks as u64, "rank"),
                count(threads as u64, "thread"),
                count(cores as u64, "core"),
                host.name
            );
            problems.push(Problem::new(what, format!("use fewer ranks{advice}")));
        }
    }
    let bound = members.ranks.iter().zip(&members.threads).enumerate();
    let short = bound
        .clone()
        .find(|(_, (host, threads))| host.bound < host.cores && host.bound < **threads);
    if let Some((rank, (host, threads))) = short {
        let what = format!(
            "{} has {} but is bound to {}",
            members.name(rank),
            count(*threads as u64, "thread"),
            count(host.bound as u64, "core")
        );
        problems.push(Problem::new(what, "start it with mpirun --bind-to none"));
    }
    let idle = bound.clone().find(|(rank, (host, threads))| {
        **threads == host.bound && host.bound < host.cores / members.sharing(*rank)
    });
    if let Some((rank, (host, _))) = idle {
        let what = format!(
            "{} is bound to {} of {}",
            members.name(rank),
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

    fn members(cores: usize, bound: usize, threads: &[usize]) -> Topology {
        let host = Host { name: "vm1".to_owned(), boot: String::new(), cores, bound };
        Topology { ranks: vec![host; threads.len()], threads: threads.to_vec(), one_process: false }
    }

    #[test]
    fn each_trap_is_a_problem() {
        let cases = [
            ("all is well", members(4, 4, &[2, 2]), ""),
            ("too many threads", members(2, 2, &[1, 1, 1]), "3 ranks with 3 threads in all share"),
            ("too many for the host", members(2, 2, &[4]), "1 rank with 4 threads in all share"),
            ("bound to fewer", members(4, 1, &[2]), "has 2 threads but is bound to 1 core;"),
            ("cores left idle", members(4, 1, &[1, 1]), "is bound to 1 core of 4"),
        ];
        for (name, members, expected) in cases {
            let told: Vec<String> = cores(&members).iter().map(Problem::to_string).collect();
            assert_eq!(told.len(), usize::from(!expected.is_empty()), "{name}: {told:?}");
            assert!(told.concat().contains(expected), "{name}: {told:?}");
        }
    }
}
