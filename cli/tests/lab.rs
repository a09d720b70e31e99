//! Three hosts on this machine: the main job runs on them, `scripts/cluster` finds out how to start
//! jobs there, and jobs end when one of them dies.

mod common;

use common::lab::{LIMIT, Lab, script};
use common::{Ended, data, finish, mst};
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// A job must end within this time after something has died, seconds.
const SOON: f64 = 15.0;

/// Copies `scripts/cluster` and the program to the first host. Returns a function that calls the
/// script there.
fn put_cluster(lab: &Lab) -> impl Fn(&[&str]) -> Ended {
    lab.expect(&["put", script("cluster").to_str().unwrap(), "1"]);
    lab.expect(&["put", mst(), "1"]);
    |arguments| lab.call(&[&["shell", "1", "./cluster"], arguments].concat())
}

fn json(text: &str) -> Value {
    let line = text.lines().find(|line| line.starts_with('{'));
    serde_json::from_str(line.unwrap_or_else(|| panic!("no JSON in {text}"))).unwrap()
}

#[test]
fn the_main_job_runs_on_three_hosts_of_which_one_has_the_file() {
    let Some(lab) = Lab::up("main") else { return };
    lab.expect(&["put", data("tinyEWG.txt").to_str().unwrap(), "1"]);
    let comparison = json(&lab.expect(&["run", "compare", "tinyEWG.txt", "--json"]));
    for (run, hosts) in [("local", 1), ("distributed", 3)] {
        assert_eq!(comparison[run]["host_count"], hosts, "{comparison}");
        assert_eq!(comparison[run]["forest_edges"], 7);
        assert_eq!(comparison[run]["verified"], true);
    }
    assert_eq!(comparison["local"]["checksum"], comparison["distributed"]["checksum"]);
    let other = Lab::up("other").expect("several labs at once");
    other.expect(&["cut", "2"]);
    let (status, other_status) = (lab.expect(&["status"]), other.expect(&["status"]));
    assert_eq!((status.matches(" up ").count(), status.lines().count()), (6, 4), "{status}");
    assert!(other_status.contains(" cut "), "{other_status}");
}

#[test]
fn a_cluster_is_found_out_and_runs() {
    let Some(lab) = Lab::up("cluster") else { return };
    let cluster = put_cluster(&lab);
    let started = cluster(&["init", "vm1", "vm2", "vm3"]);
    assert_eq!(started.code(), Some(0), "{started:?}");
    assert!(started.stdout.contains("vm3 got mst"), "{started:?}");
    let again = cluster(&["init", "vm1", "vm2", "vm3"]);
    assert!(again.stdout.contains("vm3 has mst"), "copied only when it differs: {again:?}");
    let hosts = lab.expect(&["shell", "1", "cat", "hosts"]);
    assert!(hosts.lines().all(|line| line.contains(" slots=")), "{hosts}");
    let environment = lab.expect(&["shell", "1", "cat", "cluster.env"]);
    assert!(environment.contains("10.77.0.0/24"), "the network that all share: {environment}");
    let solved = cluster(&["run", "solve", "gnm:n=2^12,m=2^14", "--verify", "--json"]);
    assert_eq!(solved.code(), Some(0), "{solved:?}");
    assert_eq!(json(&solved.stdout)["host_count"], 3);
    // Each problem is reported in one line that says how to fix it.
    lab.expect(&["shell", "1", "sh", "-c", "sed -i /vm3/d .ssh/known_hosts"]);
    let unknown = cluster(&["init", "vm1", "vm2", "vm3"]);
    assert_eq!(unknown.code(), Some(1), "{unknown:?}");
    assert!(unknown.stderr.contains("ssh-keyscan -H vm3"), "{unknown:?}");
    assert!(unknown.stderr.contains("nothing was written"), "{unknown:?}");
    lab.expect(&["root", "2", "chmod", "777", "/home/lab"]);
    let open = cluster(&["status"]);
    assert!(open.stdout.contains("ssh-copy-id vm2"), "{open:?}");
}

/// The cards that virtual machines often have: one with the same address on all hosts, one in a
/// network with the same prefix on all hosts that connects none, and a bridge.
const CARDS: &str = "
    set -e
    card() { ip link add $1 type veth peer name $1-end && ip link set $1-end up && ip link set $1 up; }
    card same && ip addr add 10.0.2.15/24 dev same
    card apart && ip addr add 10.0.3.$HOST/24 dev apart
    ip link add docker0 type bridge && ip addr add 172.17.0.$HOST/16 dev docker0 && ip link set docker0 up";

#[test]
fn a_cluster_keeps_to_the_network_that_leads_to_all_and_sees_an_address_move() {
    let Some(lab) = Lab::up("cards") else { return };
    let cluster = put_cluster(&lab);
    for host in ["1", "2", "3"] {
        lab.root(host, &CARDS.replace("$HOST", host));
    }
    let started = cluster(&["init", "vm1", "vm2", "vm3"]);
    assert_eq!(started.code(), Some(0), "{started:?}");
    assert!(started.stdout.contains("no problem found"), "{started:?}");
    let environment = lab.expect(&["shell", "1", "cat", "cluster.env"]);
    assert!(environment.contains("=10.77.0.0/24\n"), "{environment}");
    let solved = cluster(&["run", "solve", "gnm:n=2^12,m=2^14", "--verify", "--json"]);
    assert_eq!(solved.code(), Some(0), "{solved:?}");
    assert_eq!(json(&solved.stdout)["host_count"], 3);
    lab.root("3", "ip addr del 10.77.0.3/24 dev eth0 && ip addr add 10.77.0.33/24 dev eth0");
    let moved = cluster(&["run", "solve", "gnm:n=9,m=9"]);
    assert_eq!(moved.code(), Some(1), "{moved:?}");
    assert!(moved.stderr.contains("vm3 no longer answers at 10.77.0.3"), "{moved:?}");
    for host in ["1", "2", "3"] {
        lab.root(
            host,
            "sed 's/^10.77.0.3[ \t]/10.77.0.33 /' /etc/hosts >/tmp/new && cat /tmp/new >/etc/hosts",
        );
    }
    lab.expect(&["shell", "1", "sh", "-c", "sed -i 's/,10.77.0.3 / /' .ssh/known_hosts"]);
    let again = cluster(&["init", "vm1", "vm2", "vm3"]);
    assert_eq!(again.code(), Some(0), "{again:?}");
    let solved = cluster(&["run", "solve", "gnm:n=2^12,m=2^14", "--verify", "--json"]);
    assert_eq!(solved.code(), Some(0), "{solved:?}");
}

/// A comparison with a long local run.
const LOCAL: &str = "./cluster run compare gnm:n=2^16,m=2^19 --reps 100000 --csv out.csv";
/// A graph that takes long to generate.
const READ: &str = "./cluster run solve complete:n=2^17 --memory 100M -o out.txt";
/// Jobs whose ranks communicate most of the time.
const EXCHANGE: &str = "./cluster run solve gnm:n=2^14,m=2^15 --combine boruvka --reps 1000000";
const MERGE: &str = "./cluster run solve gnm:n=2^16,m=2^16 --combine tree --reps 1000000";
/// A job without `mst cluster`. On its own, an mpirun that has lost a machine runs on for minutes.
const BY_HAND: &str = "mpirun --hostfile hosts --map-by ppr:1:node --bind-to none \
                       ./mst compare gnm:n=2^16,m=2^19 --reps 100000 --csv out.csv --timeout 4";

/// Starts a long job on the first host, runs the lab command `fault` while it works, and returns
/// how it ended.
fn struck(lab: &Lab, job: &str, fault: &[&str]) -> Ended {
    let job = format!("cd; sed -i s/MST_TIMEOUT=.*/MST_TIMEOUT=4/ cluster.env; exec {job} -q -t 1");
    let mut command = lab.command(&["shell", "1", "bash", "-c", &job]);
    thread::scope(|scope| {
        let running = scope.spawn(move || finish(&mut command, LIMIT));
        let start = Instant::now();
        while !lab.expect(&["status"]).lines().nth(2).is_some_and(|line| line.contains("mst")) {
            assert!(start.elapsed() < LIMIT, "the job does not start");
        }
        thread::sleep(Duration::from_secs(2));
        let struck = Instant::now();
        lab.expect(fault);
        let mut ended = running.join().unwrap();
        ended.seconds = struck.elapsed().as_secs_f64();
        ended
    })
}

#[test]
fn a_job_ends_soon_when_something_dies_and_says_what() {
    let Some(lab) = Lab::up("faults") else { return };
    let cluster = put_cluster(&lab);
    assert_eq!(cluster(&["init", "vm1", "vm2", "vm3"]).code(), Some(0));
    let faults: [(&str, &[&str], &str); 6] = [
        (READ, &["kill", "2", "1"], "rank 1 on vm2 has died (phase: read)"),
        (MERGE, &["kill", "3", "daemon"], "vm3"),
        (
            LOCAL,
            &["kill", "3", "2", "STOP"],
            "rank 2 on vm3 has not answered for 4 s (phase: local)",
        ),
        (EXCHANGE, &["cut", "2"], "rank 1 on vm2 has not answered"),
        (BY_HAND, &["cut", "1"], "check the network cable of vm1, where rank 0 runs"),
        (READ, &["poweroff", "3"], "rank 2 on vm3 has not answered for 4 s (phase: read)"),
    ];
    for (job, fault, expected) in faults {
        let ended = struck(&lab, job, fault);
        // One job is started by hand; mpirun has more codes for a failure.
        let failed = if job == BY_HAND { ended.code() != Some(0) } else { ended.code() == Some(1) };
        assert!(failed && ended.seconds < SOON, "{fault:?}: {ended:?}");
        let ours = |line: &&str| line.starts_with("mst: ") || line.starts_with("cluster: ");
        let lines: Vec<&str> = ended.stderr.lines().filter(ours).collect();
        // mpirun may kill rank 0 before that has reported the fault; then cluster reports what
        // mpirun saw.
        let killed = fault[0] == "kill" && lines.concat().contains("rank 1 on vm2 was killed");
        let right = lines.len() == 1 && (lines[0].contains(expected) || killed);
        assert!(right, "{fault:?}: {lines:?} of {ended:?}");
        if fault[0] == "cut" {
            lab.expect(&["mend", fault[1]]);
        }
        // Ranks that cannot be reached end on their own.
        let start = Instant::now();
        while lab.expect(&["status"]).contains("mst") {
            assert!(start.elapsed().as_secs_f64() < SOON, "{fault:?} left ranks running");
            thread::sleep(Duration::from_millis(200));
        }
        let files = lab.expect(&["shell", "1", "sh", "-c", "cat out.* .mst-* 2>/dev/null; true"]);
        assert!(files.is_empty(), "no row and no edge of a job that did not end: {files}");
    }
}

#[test]
fn a_job_that_cannot_start_is_ended_with_the_reason() {
    let Some(lab) = Lab::up("unstarted") else { return };
    let cluster = put_cluster(&lab);
    assert_eq!(cluster(&["init", "vm1", "vm2", "vm3"]).code(), Some(0));
    lab.root(
        "3",
        "nft add table inet wall && nft add chain inet wall out '{ type filter hook output priority 0; }' &&
         nft add rule inet wall out oif eth0 ct state new drop",
    );
    let ended = cluster(&["run", "solve", "gnm:n=9,m=9"]);
    assert_ne!(ended.code(), Some(0), "{ended:?}");
    assert!(ended.stderr.contains("no rank started within 15 s"), "{ended:?}");
    assert!(ended.stderr.contains("vm3 cannot connect to vm1"), "{ended:?}");
    assert!(ended.seconds < 2.0 * SOON, "{ended:?}");
}
