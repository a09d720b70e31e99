//! One test for each rule: no problem if all is well, and the right line if not.

use super::graph::Size;
use super::verdict::*;
use super::*;
use mst::comm::Host;
use mst::partition::fingerprint;
use mst::verify::VERTEX_BYTES;
use std::net::Ipv4Addr;
use std::path::Path;

/// A host where all is well.
pub(super) fn report(label: &str) -> HostReport {
    let host =
        Host { name: label.to_owned(), boot: format!("boot of {label}"), cores: 4, bound: 4 };
    let facts = Facts {
        host,
        machine: format!("machine of {label}"),
        cpu: "Fast 9000".to_owned(),
        kernel: "6.1.0".to_owned(),
        memory: Some(8_000_000_000),
        addresses: Vec::new(),
        library: "Open MPI v4.1.4".to_owned(),
        version: "0.1.0 (abc)".to_owned(),
        content: "1111".to_owned(),
        mpi_networks: None,
        files: Vec::new(),
        clock: 0.0,
    };
    HostReport { label: label.to_owned(), facts, ranks: 1, threads: 4, clock_offset: None }
}

/// Three hosts where all is well, then changed by `change`.
fn three(change: impl FnOnce(&mut [HostReport; 3])) -> [HostReport; 3] {
    let mut three = ["vm1", "vm2", "vm3"].map(report);
    change(&mut three);
    three
}

fn lines(problems: impl IntoIterator<Item = Problem>) -> Vec<String> {
    problems.into_iter().map(|problem| problem.to_string()).collect()
}

/// Asserts that there is exactly one problem, and that its line has all `parts`.
#[track_caller]
fn only(problems: impl IntoIterator<Item = Problem>, parts: &[&str]) {
    let lines = lines(problems);
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in parts {
        assert!(lines[0].contains(part), "{} has no {part}", lines[0]);
    }
}

#[test]
fn another_program_is_copied_over() {
    let path = Path::new("/opt/mst");
    assert_eq!(programs(&three(|_| ()), path), []);
    let other = three(|hosts| hosts[2].facts.content = "2222".to_owned());
    only(
        programs(&other, path),
        &["vm3 has mst 0.1.0 (abc), file hash 2222", "scp /opt/mst vm3:/opt/mst"],
    );
}

#[test]
fn different_libraries_are_named() {
    assert_eq!(libraries(&three(|_| ())), []);
    let other = three(|hosts| hosts[1].facts.library = "Open MPI v5.0.3".to_owned());
    only(libraries(&other), &["Open MPI v4.1.4 on vm1 and vm3, Open MPI v5.0.3 on vm2"]);
}

#[test]
fn a_library_that_hangs_is_named_on_several_hosts_only() {
    let all = three(|hosts| {
        hosts.iter_mut().for_each(|host| host.facts.library = "MPICH Version: 4.0.2".to_owned());
    });
    only(known_to_hang(&all), &["MPICH 4.0.2 is known to hang in MPI_Finalize"]);
    assert_eq!(known_to_hang(&all[..1]), None);
    assert_eq!(known_to_hang(&three(|_| ())), None);
}

#[test]
fn a_clock_counts_beyond_its_error() {
    let ahead = |seconds, error| {
        three(|hosts| hosts[1].clock_offset = Some(ClockOffset { seconds, error }))
    };
    assert_eq!(clocks(&ahead(0.9, 0.0)), []);
    assert_eq!(clocks(&ahead(3.0, 2.5)), [], "ssh took too long to know the clock");
    only(
        clocks(&ahead(3600.0, 0.2)),
        &["the clock of vm2 is 3600 s ahead of that of vm1", "set-ntp"],
    );
    only(clocks(&ahead(-2.0, 0.2)), &["2.00 s behind that of vm1"]);
}

#[test]
fn clones_and_twins_are_told_apart() {
    assert_eq!(identities(&three(|_| ())), []);
    let twins = three(|hosts| hosts[2].facts.host = hosts[0].facts.host.clone());
    only(identities(&twins), &["vm1 and vm3 are one machine, vm1"]);
    let clones = three(|hosts| hosts[1].facts.machine = hosts[0].facts.machine.clone());
    only(identities(&clones), &["vm1 and vm2 are clones", "systemd-machine-id-setup"]);
    let namesakes = three(|hosts| hosts[1].facts.host.name = "vm1".to_owned());
    only(identities(&namesakes), &["vm1 and vm2 are both called vm1; on one of them: sudo host"]);
    assert_eq!(wrong_host_names(&namesakes), [], "one cause, one problem");
    let containers = three(|hosts| {
        for host in hosts {
            host.facts.host.boot = "one kernel".to_owned();
            host.facts.machine = "one image".to_owned();
        }
    });
    assert_eq!(identities(&containers), []);
}

#[test]
fn hosts_of_one_name_are_told_once_and_apart() {
    let called = |names: [&str; 3]| {
        three(|hosts| {
            hosts.iter_mut().zip(names).for_each(|(host, name)| host.facts.host.name = name.into());
        })
    };
    only(
        identities(&called(["vm1"; 3])),
        &["vm1, vm2 and vm3 are all called vm1; on all but one of them: sudo hostnamectl"],
    );
    only(identities(&called(["vm1", "clone", "clone"])), &["vm2 and vm3 are both called clone; "]);
    let mut in_job = called(["vm1", "vm1", "vm3"]);
    for (host, last) in in_job.iter_mut().zip(1..) {
        host.label.clone_from(&host.facts.host.name);
        // All virtual machines may have one address behind their own translator.
        let ips = [[10, 0, 2, 15], [10, 77, 0, last]].map(Ipv4Addr::from);
        let address = |ip| Address { ip, prefix: 24, card: "eth0".to_owned() };
        host.facts.addresses = ips.map(address).to_vec();
    }
    only(identities(&in_job), &["vm1 (10.77.0.1) and vm1 (10.77.0.2) are both called vm1; "]);
    let twin = HostReport { label: "10.77.0.2".to_owned(), ..in_job[1].clone() };
    let with_twin = [&in_job[..], &[twin]].concat();
    let lines = lines(identities(&with_twin));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].starts_with("vm1 and 10.77.0.2 are one machine"), "{lines:?}");
}

#[test]
fn addresses_that_moved_are_told_by_names() {
    assert_eq!(wrong_host_names(&three(|_| ())), []);
    let swapped = three(|hosts| {
        hosts[1].facts.host.name = "vm3".to_owned();
        hosts[2].facts.host.name = "elsewhere".to_owned();
    });
    only(wrong_host_names(&swapped), &["vm2 answers as vm3: addresses have changed"]);
    let aliases = three(|hosts| hosts[1].facts.host.name = "ubuntu".to_owned());
    assert_eq!(wrong_host_names(&aliases), [], "a host may have another name for itself");
}

#[test]
fn a_file_is_compared_with_the_first_hosts() {
    let paths = ["other.gr".into(), "roads.gr".into()];
    let right = fingerprint("../tests/data/rome99.gr".as_ref()).expect("a file");
    let wrong = fingerprint("../tests/data/zenios.mtx".as_ref()).expect("a file");
    let files_of = |second: Result<_, &str>| {
        let reports = three(|hosts| {
            hosts.iter_mut().for_each(|host| host.facts.files = vec![Ok(right); 2]);
            hosts[1].facts.files[1] = second.map_err(str::to_owned);
        });
        files(&reports, &paths)
    };
    assert_eq!(files_of(Ok(right)), []);
    only(files_of(Ok(wrong)), &["vm2 has a different roads.gr than vm1: ", "scp /"]);
    only(
        files_of(Err("cannot open roads.gr")),
        &["vm2: cannot open roads.gr, so only rank 0 would", "vm2:/"],
    );
    let none = three(|hosts| hosts[0].facts.files = vec![Err("cannot open roads.gr".to_owned())]);
    only(files(&none, &paths), &["vm1: cannot open roads.gr", "rank 0 runs on vm1"]);
    assert_eq!(files(&three(|_| ()), &paths), []);
}

#[test]
fn memory_is_counted_for_each_rank() {
    let fits = Size { n: 1_000_000, edge_bytes: 6_000_000_000 };
    let found = |size: Size, ranks| memory(&three(|hosts| hosts[1].ranks = ranks), &size);
    assert_eq!(found(fits, 1), []);
    only(found(fits, 7), &["vm2 has 8.00 GB free", "on its 7 ranks", "`mst solve`, which folds"]);
    let wide = Size { n: 1 << 30, edge_bytes: 0 };
    let lines = lines(found(wide, 2));
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains("even its vertices do not fit"), "{lines:?}");
    only(
        found(Size { n: 6_000_000_000 / VERTEX_BYTES, edge_bytes: 0 }, 3),
        &["on its 3 ranks", "--map-by ppr:1:node"],
    );
    // On 18 ranks in all, what a rank owns is small.
    let many = Size { n: 30_000_000, edge_bytes: 0 };
    only(found(many, 16), &["on its 16 ranks", "--combine sharded"]);
    // A single rank owns all.
    let alone = memory(&three(|_| ())[..1], &Size { n: 300_000_000, edge_bytes: 0 });
    only(alone, &["on its 1 rank", "even its vertices do not fit"]);
}

#[test]
fn a_hostfile_is_held_against_the_hosts() {
    let file = |text: &str| Hostfile::parse("hosts".as_ref(), text.as_bytes()).expect(text);
    let hosts = three(|_| ());
    assert_eq!(one_host(&hosts, &file("vm1\nvm2\n")), None);
    assert_eq!(one_host(&hosts[..1], &file("vm1 slots=4\n")), None);
    only(
        one_host(&hosts[..1], &file("vm1\nvm2\nvm3\n")),
        &["on vm1, although hosts names 3 hosts", "--map-by node"],
    );
    assert_eq!(slots(&hosts, &file("vm1 slots=4\nvm2\n")), []);
    only(
        slots(&hosts, &file("# two\nlab@vm2 slots=8\n")),
        &["hosts:2: lab@vm2 has 8 slots but 4 cores"],
    );
}

#[test]
fn a_slow_link_stands_out() {
    let hosts = three(|_| ());
    let pairs = |rates: [f64; 3]| {
        let ends = [[0, 1], [0, 2], [1, 2]];
        let pair = |(hosts, bandwidth)| HostLink { hosts, latency: 1e-4, bandwidth };
        ends.into_iter().zip(rates).map(pair).collect::<Vec<_>>()
    };
    assert_eq!(links(&hosts, &pairs([1e8, 1.1e8, 2e7])), []);
    only(
        links(&hosts, &pairs([1e8, 1e8, 9e6])),
        &["the link of vm2 and vm3 is slow: 9.00 MB/s, others 100.00 MB/s"],
    );
    only(
        links(&hosts, &pairs([1e8, 9e6, 8e6])),
        &["all links of vm3 are slow: 9.00 MB/s at most", "ssh vm3 ethtool"],
    );
    assert_eq!(links(&hosts[..2], &pairs([1e3, 0.0, 0.0])[..1]), [], "one link has no others");
}
