//! The rules that find problems in the facts of the hosts, one function for each rule.

use super::graph::Size;
use super::remote::{copy, on_host, on_host_as_root};
use super::{Address, HostLink, HostReport, Hostfile, Library, Problem, listed};
use crate::shell;
use crate::text::{bytes, count, seconds};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A clock that is off by more is a problem, seconds.
const CLOCK_SECONDS: f64 = 1.0;
/// A link is a problem if it is slower than the others by more than this factor.
const SLOW: f64 = 10.0;

/// The problems of hosts whose program at `path` differs from the first host's.
pub(super) fn programs(reports: &[HostReport], path: &Path) -> Vec<Problem> {
    let Some((first, others)) = reports.split_first() else { return Vec::new() };
    let program =
        |one: &HostReport| format!("mst {}, file hash {}", one.facts.version, one.facts.content);
    let other = others.iter().filter(|one| one.facts.content != first.facts.content);
    let problem = |one: &HostReport| {
        let what = format!(
            "{} has {}, but {} has {}",
            one.label,
            program(one),
            first.label,
            program(first)
        );
        Problem::new(what, copy(path, &one.label))
    };
    other.map(problem).collect()
}

/// The problem of hosts that do not all use the same MPI library.
pub(super) fn libraries(reports: &[HostReport]) -> Vec<Problem> {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in reports {
        users.entry(&one.facts.library).or_default().push(&one.label);
    }
    if users.len() < 2 {
        return Vec::new();
    }
    let users =
        users.into_iter().map(|(library, labels)| format!("{} on {}", library, listed(labels)));
    let what = format!("the MPI libraries differ: {}", users.collect::<Vec<_>>().join(", "));
    vec![Problem::new(what, "install the same MPI on every host; `mpirun --version` shows it")]
}

/// The problem of a library that is known to hang on several hosts.
pub(super) fn known_to_hang(reports: &[HostReport]) -> Option<Problem> {
    let library = Library::named(&reports.first()?.facts.library)?;
    let what = format!("{library} is known to hang in MPI_Finalize on several hosts");
    let mend = "use a newer one, for example from `pip install mpich`, or Open MPI";
    (reports.len() > 1 && library.hangs_at_the_end()).then(|| Problem::new(what, mend))
}

/// The problems of clocks that differ from the first host's by more than a second and their error.
pub(super) fn clocks(reports: &[HostReport]) -> Vec<Problem> {
    let far = |one: &&HostReport| {
        one.clock_offset.is_some_and(|offset| offset.seconds.abs() - offset.error > CLOCK_SECONDS)
    };
    let problem = |one: &HostReport| {
        let by = one.clock_offset.map_or(0.0, |offset| offset.seconds);
        let side = if by > 0.0 { "ahead of" } else { "behind" };
        let first = &reports[0].label;
        let what =
            format!("the clock of {} is {} {side} that of {first}", one.label, seconds(by.abs()));
        Problem::new(what, on_host_as_root(&one.label, "timedatectl set-ntp true"))
    };
    reports.iter().filter(far).map(problem).collect()
}

/// The problems of entries that are the same host, of hosts with the same name, and of clones with
/// the same machine id.
pub(super) fn identities(reports: &[HostReport]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, one) in reports.iter().enumerate() {
        let (host, machine) = (&one.facts.host, &one.facts.machine);
        let before =
            |same: &dyn Fn(&HostReport) -> bool| reports[..at].iter().find(|other| same(other));
        if let Some(other) = before(&|other| other.facts.host.is(host)) {
            let what = format!("{} and {} are one machine, {}", other.label, one.label, host.name);
            problems
                .push(Problem::new(what, "list it once, by its new address if that has changed"));
            continue;
        }
        // Containers share the kernel of their machine, and may rightly share its machine id.
        let booted_apart = |other: &HostReport| other.facts.host.boot != host.boot;
        // The second host of a name tells of all.
        if namesakes(&reports[..=at], &host.name).len() == 2 {
            problems.push(one_name(&namesakes(reports, &host.name), &host.name));
        }
        let same = |other: &HostReport| {
            !machine.is_empty() && other.facts.machine == *machine && booted_apart(other)
        };
        if let Some(other) = before(&same) {
            let what = format!(
                "{} and {} are clones with one machine-id, so DHCP may give them one address",
                other.label, one.label
            );
            let mend = "on one of them: sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup && sudo reboot";
            problems.push(Problem::new(what, mend));
        }
    }
    problems
}

/// The hosts with this name, each once.
fn namesakes<'a>(reports: &'a [HostReport], name: &str) -> Vec<&'a HostReport> {
    let is_first = |at: usize, one: &HostReport| {
        !reports[..at].iter().any(|other| other.facts.host.is(&one.facts.host))
    };
    let of_name = reports.iter().enumerate().filter(|(_, one)| one.facts.host.name == name);
    of_name.filter(|(at, one)| is_first(*at, one)).map(|(_, one)| one).collect()
}

/// The problem of several hosts with one name.
fn one_name(hosts: &[&HostReport], name: &str) -> Problem {
    let (quantity, where_to) = match hosts.len() {
        2 => ("both", "on one of them"),
        _ => ("all", "on all but one of them"),
    };
    // In a job the labels of hosts are their names, so only addresses tell them apart.
    let is_alone = |has: &dyn Fn(&HostReport) -> bool| hosts.iter().filter(|o| has(o)).count() == 1;
    let label = |one: &&HostReport| {
        let own = |address: &&Address| {
            is_alone(&|other| other.facts.addresses.iter().any(|its| its.ip == address.ip))
        };
        match one.facts.addresses.iter().find(own) {
            Some(address) if !is_alone(&|other| other.label == one.label) => {
                format!("{} ({})", one.label, address.ip)
            }
            _ => one.label.clone(),
        }
    };
    let labels: Vec<String> = hosts.iter().map(label).collect();
    let labels = listed(labels.iter().map(String::as_str));
    let mend = format!("{where_to}: sudo hostnamectl set-hostname NAME");
    Problem::new(format!("{labels} are {quantity} called {name}"), mend)
}

/// The problems of hosts that answer with the name of another host of the list, unless that one has
/// this name, too, which is another rule's problem.
pub(super) fn wrong_host_names(reports: &[HostReport]) -> Vec<Problem> {
    let bare = |label: &str| label.rsplit('@').next().unwrap_or(label).to_owned();
    let problem = |one: &HostReport| {
        let name = &one.facts.host.name;
        let listed = reports.iter().any(|other| bare(&other.label) == *name);
        let what = format!("{} answers as {name}: addresses have changed", one.label);
        let mend =
            "correct them in /etc/hosts or the hostfile; `ip addr` on each host shows its address";
        (listed && bare(&one.label) != *name).then(|| Problem::new(what, mend))
    };
    // Other rules report two names for one machine, and two machines with one name.
    let has_its_name_alone = |one: &&HostReport| {
        reports.iter().filter(|other| other.facts.host.name == one.facts.host.name).count() == 1
    };
    reports.iter().filter(has_its_name_alone).filter_map(problem).collect()
}

/// The problems of hosts where one of the files is missing or differs from the first host's.
pub(super) fn files(reports: &[HostReport], paths: &[PathBuf]) -> Vec<Problem> {
    paths.iter().enumerate().flat_map(|(at, path)| file(reports, at, path)).collect()
}

/// The same for the file with index `at` in each host's list.
fn file(reports: &[HostReport], at: usize, path: &Path) -> Vec<Problem> {
    let Some((first, others)) = reports.split_first() else { return Vec::new() };
    let shown = path.display();
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let right = match first.facts.files.get(at) {
        Some(Err(why)) => {
            let mend = format!("put it there: rank 0 runs on {} and must have it", first.label);
            return vec![Problem::new(format!("{}: {why}", first.label), mend)];
        }
        Some(Ok(right)) => right,
        None => return Vec::new(),
    };
    let problem = |one: &HostReport| {
        let what = match one.facts.files.get(at)? {
            Ok(fingerprint) if fingerprint == right => return None,
            Ok(fingerprint) if fingerprint.len == right.len => {
                format!(
                    "{} has a different {shown} than {}, of the same length",
                    one.label, first.label
                )
            }
            Ok(fingerprint) => format!(
                "{} has a different {shown} than {}: {}, not {}",
                one.label,
                first.label,
                bytes(fingerprint.len),
                bytes(right.len)
            ),
            Err(why) => format!("{}: {why}", one.label),
        };
        let what = format!("{what}, so only rank 0 would read it and send the parts");
        Some(Problem::new(what, copy(&full, &one.label)))
    };
    others.iter().filter_map(problem).collect()
}

/// The problems of hosts with too little free memory for their part of a graph.
pub(super) fn memory(reports: &[HostReport], size: &Size) -> Vec<Problem> {
    let p = reports.iter().map(|one| one.ranks).sum();
    let problem = |one: &HostReport| {
        let (free, ranks) = (one.facts.memory?, one.ranks as u64);
        let room = free / 5 * 4; // the share that ranks use by default
        let needed = size.on_each(p).saturating_mul(ranks);
        let most = room / size.of_vertices().max(1);
        if needed <= room {
            return None;
        }
        let what = format!(
            "{} has {} free, but the graph needs about {} on its {}",
            one.label,
            bytes(free),
            bytes(needed),
            count(ranks, "rank")
        );
        let sharded = size.on_each_sharded(p).saturating_mul(ranks);
        let help = match most {
            _ if p > 1 && most < ranks && sharded <= room => {
                "use --combine sharded, with which no rank holds all vertices".to_owned()
            }
            0 => "use a smaller graph: even its vertices do not fit".to_owned(),
            _ if most < ranks => {
                format!(
                    "each rank holds all vertices: --map-by ppr:{most}:node (MPICH: -ppn {most})"
                )
            }
            _ => "use `mst solve`, which folds what does not fit, more hosts or a smaller graph"
                .to_owned(),
        };
        Some(Problem::new(what, help))
    };
    reports.iter().filter_map(problem).collect()
}

/// The problem that all ranks are on one host although the hostfile names several.
pub(super) fn one_host(reports: &[HostReport], hostfile: &Hostfile) -> Option<Problem> {
    let [only] = reports else { return None };
    let named = hostfile.entries.len();
    let what = format!(
        "all ranks are on {}, although {} names {}",
        only.label,
        hostfile.path,
        count(named as u64, "host")
    );
    let mpich = Library::named(&only.facts.library).is_some_and(|library| library.is_mpich());
    let spread = if mpich { "-ppn 1" } else { "--map-by node" };
    let path = shell::quoted_if_needed(&hostfile.path);
    let mend = format!("mpirun -hostfile {path} {spread}, and slots=1 in the file");
    (named > 1).then(|| Problem::new(what, mend))
}

/// The problems of hosts to which the hostfile gives more ranks than they have cores.
pub(super) fn slots(reports: &[HostReport], hostfile: &Hostfile) -> Vec<Problem> {
    let problem = |one: &HostReport| {
        let is_named = |name: &str| {
            let name = name.rsplit('@').next().unwrap_or(name);
            let host = &one.facts.host.name;
            let at = |address: &Address| address.ip.to_string() == name;
            name == one.label || name == host || one.facts.addresses.iter().any(at)
        };
        let entry = hostfile.entries.iter().find(|entry| is_named(&entry.host))?;
        let (slots, cores) = (entry.slots?, one.facts.host.cores as u64);
        let what = format!(
            "{}:{}: {} has {} but {}",
            hostfile.path,
            entry.line,
            entry.host,
            count(slots, "slot"),
            count(cores, "core")
        );
        (slots > cores).then(|| Problem::new(what, "write slots=1: a rank's threads use all cores"))
    };
    reports.iter().filter_map(problem).collect()
}

/// The problems of links that are far slower than the others, or of a host if all its links are.
pub(super) fn links(reports: &[HostReport], pairs: &[HostLink]) -> Vec<Problem> {
    let median_of_others = |at: usize| {
        let others = pairs.iter().enumerate().filter(|(other, _)| *other != at);
        let mut rates: Vec<f64> = others.map(|(_, pair)| pair.bandwidth).collect();
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied()
    };
    let slow =
        |at: usize| median_of_others(at).filter(|median| pairs[at].bandwidth * SLOW < *median);
    let rate = |rate: f64| format!("{}/s", bytes(rate as u64));
    let mut is_reported = vec![false; pairs.len()];
    let mut problems = Vec::new();
    for (host, one) in reports.iter().enumerate() {
        let its: Vec<usize> =
            (0..pairs.len()).filter(|&at| pairs[at].hosts.contains(&host)).collect();
        let rates: Option<Vec<f64>> = its.iter().map(|&at| slow(at)).collect();
        let (Some(usual), true) = (rates.and_then(|rates| rates.first().copied()), its.len() > 1)
        else {
            continue;
        };
        its.iter().for_each(|&at| is_reported[at] = true);
        let fastest = its.iter().map(|&at| pairs[at].bandwidth).fold(0.0, f64::max);
        let label = &one.label;
        let what = format!(
            "all links of {label} are slow: {} at most, others {}",
            rate(fastest),
            rate(usual)
        );
        problems.push(Problem::new(what, mend_link(one)));
    }
    for at in (0..pairs.len()).filter(|&at| !is_reported[at]) {
        let Some(usual) = slow(at) else { continue };
        let [from, to] = pairs[at].hosts.map(|host| &reports[host]);
        let what = format!(
            "the link of {} and {} is slow: {}, others {}",
            from.label,
            to.label,
            rate(pairs[at].bandwidth),
            rate(usual)
        );
        problems.push(Problem::new(what, mend_link(to)));
    }
    problems
}

fn mend_link(host: &HostReport) -> String {
    let card = host.facts.addresses.first().map_or("CARD", |address| &address.card);
    let ethtool = on_host(&host.label, &format!("ethtool {}", shell::quoted_if_needed(card)));
    format!("look at its cable and speed: {ethtool}")
}
