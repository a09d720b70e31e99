//! `mst doctor` on three hosts that really have the faults.

mod common;

use common::lab::Lab;
use common::{Ended, mst};

/// For each fault: the host, the command that causes it, what the doctor must then say over ssh,
/// and the command that undoes it.
#[rustfmt::skip]
const FAULTS: [(&str, &str, &str, &str); 12] = [
    ("2", "nft 'add table inet f; add chain inet f in { type filter hook input priority 0; policy drop; };
           add rule inet f in iif lo accept; add rule inet f in ct state established,related accept;
           add rule inet f in tcp dport 22 accept'",
     "vm1 and vm3 cannot connect to vm2 (10.77.0.2) by TCP: no answer; ssh works", "nft delete table inet f"),
    ("2", "kill $(cat /run/sshd.pid)", "vm2 is up but refuses ssh", "/usr/sbin/sshd -f /etc/ssh/lab_config"),
    ("2", "chmod 777 /home/lab", "vm2 does not accept this user's key", "chmod 755 /home/lab"),
    ("1", "cd /home/lab/.ssh && cp known_hosts kept && sed -i /^vm2/d known_hosts",
     "ssh-keyscan -H vm2 >> ~/.ssh/known_hosts", "cd /home/lab/.ssh && cat kept >known_hosts"),
    ("1", "cd /home/lab/.ssh && sed -i 's/^vm2,10.77.0.2/vm3,10.77.0.3/; t; s/^vm3,10.77.0.3/vm2,10.77.0.2/' known_hosts",
     "vm2 answers with the key of vm3: addresses have changed", "cd /home/lab/.ssh && cat kept >known_hosts"),
    ("2", "mv /home/lab/mst /home/lab/away", "scp /home/lab/mst vm2:/home/lab/mst", "mv /home/lab/away /home/lab/mst"),
    ("3", "echo >>/home/lab/mst", "vm3 has mst", "truncate -s -1 /home/lab/mst"),
    ("2", "mv /usr/bin/orted /usr/bin/away", "orted, which mpirun starts on each host, is not in PATH on vm2",
     "mv /usr/bin/away /usr/bin/orted"),
    ("3", "for file in $(ldconfig -p | sed -n 's/.*libmpi.so.40.* //p'); do mv $file $file.away; done",
     "does not start on vm3: libmpi.so.40 is missing there",
     "for file in $(ls /usr/lib/*/libmpi.so.40.away); do mv $file ${file%.away}; done"),
    ("3", "ip link add docker0 type bridge && ip addr add 172.17.0.1/16 dev docker0 && ip link set docker0 up",
     "vm3 has the bridge docker0: MPI may use it", "ip link del docker0"),
    ("3", "hostname vm2", "vm2 and vm3 are both called vm2; on one of them: sudo hostnamectl set-hostname", "hostname vm3"),
    ("1", "cd /home/lab && sed -i 's/$/\\r/' hosts", "hosts:1: the line has a Windows line end", "sed -i 's/\\r$//' /home/lab/hosts"),
];

fn over_ssh(lab: &Lab) -> Ended {
    lab.call(&["shell", "1", "./mst", "doctor", "--hostfile", "hosts"])
}

#[track_caller]
fn expect(ended: &Ended, parts: &[&str]) {
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    for part in parts {
        let lines = ended.stdout.lines().filter(|line| line.contains(part)).count();
        assert_eq!(lines, 1, "{part}\n{}{}", ended.stdout, ended.stderr);
    }
}

#[test]
fn each_real_fault_is_found_over_ssh_in_fifteen_seconds() {
    let Some(lab) = Lab::up("doctor-ssh") else { return };
    lab.call(&["put", mst()]);
    lab.root("1", "for n in 1 2 3; do echo vm$n slots=1; done >/home/lab/hosts");
    for (host, provoke, expected, mend) in FAULTS {
        lab.root(host, provoke);
        let ended = over_ssh(&lab);
        expect(&ended, &[expected]);
        assert!(ended.seconds < 15.0, "{expected}: {} s", ended.seconds);
        lab.root(host, mend);
    }
    lab.call(&["drop", "3"]);
    let dropped = over_ssh(&lab);
    expect(&dropped, &["vm3 does not answer"]);
    assert!(dropped.seconds < 15.0, "{} s", dropped.seconds);
    lab.call(&["mend", "3"]);
    let well = over_ssh(&lab);
    assert!(well.code() == Some(0) && well.stdout.ends_with("no problem found\n"), "{well:?}");
}

#[test]
fn what_is_wrong_with_a_job_on_three_hosts_is_found() {
    let Some(lab) = Lab::up("doctor-job") else { return };
    let well = lab.call(&["run", "doctor", "--threads", "1"]);
    assert!(well.code() == Some(0) && well.stdout.contains("no problem found"), "{well:?}");
    for fact in ["3 hosts, 3 ranks", "10.77.0.2/24 eth0", "links: latency below the diagonal"] {
        assert!(well.stdout.contains(fact), "{fact}: {}", well.stdout);
    }
    lab.root("3", "tc qdisc replace dev eth0 root tbf rate 20mbit burst 256kb latency 20ms");
    let slow = lab.call(&["run", "doctor", "--file", "hosts"]);
    expect(&slow, &["all links of vm3 are slow", "scp /home/lab/hosts vm2:/home/lab/hosts"]);
    let started = |options: &[&str], arguments: &[&str]| {
        let mpirun =
            ["shell", "1", "mpirun", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1"];
        let program = ["/home/lab/mst", "doctor"];
        lab.call(&[&mpirun[..], options, &program[..], arguments].concat())
    };
    let everywhere = ["--hostfile", "hosts"];
    let piled = started(&["--oversubscribe", "-host", "vm1:3", "-n", "3"], &everywhere);
    expect(&piled, &["all ranks are on vm1, although hosts names 3 hosts"]);
    lab.root("3", "echo >>/home/lab/mst");
    let other = started(&everywhere, &[]);
    assert_eq!(other.code(), Some(2), "{other:?}");
    assert!(other.stderr.contains("rank 2 on vm3 runs mst"), "{other:?}");
    lab.root("3", "truncate -s -1 /home/lab/mst");
    for host in ["1", "2", "3"] {
        let card =
            "ip link add nat type veth peer name nat0 && ip link set nat0 up && ip link set nat up";
        lab.root(host, &format!("{card} && ip addr add 10.0.2.15/24 dev nat"));
    }
    let hung = started(&everywhere, &[]);
    assert_eq!(hung.code(), Some(1), "{hung:?}");
    assert!(hung.stderr.contains("the other ranks did not answer within 15 s"), "{hung:?}");
    expect(&over_ssh(&lab), &["10.0.2.15 is an address of vm1, vm2 and vm3"]);
    // `mst cluster` keeps MPI away from it, so it is none of the problems that keep `init` from
    // its work.
    lab.root("2", "kill $(cat /run/sshd.pid)");
    let init = lab.call(&["shell", "1", "./mst", "cluster", "init", "vm1", "vm2", "vm3"]);
    lab.root("2", "/usr/sbin/sshd -f /etc/ssh/lab_config");
    assert_eq!(init.code(), Some(1), "{init:?}");
    for part in ["1 problem\n- vm2 is up but refuses ssh", "nothing was written"] {
        assert!(init.stderr.contains(part), "{part}: {init:?}");
    }
    let mut options = everywhere.to_vec();
    for name in ["btl_tcp_if_include", "oob_tcp_if_include"] {
        options.extend(["--mca", name, "10.77.0.0/24"]);
    }
    let kept = started(&options, &[]);
    assert!(!kept.stdout.contains("10.0.2.15 is an address"), "{kept:?}");
    assert!(kept.stdout.contains("3 hosts, 3 ranks"), "{kept:?}");
}
