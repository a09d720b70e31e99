//! Names of hosts, files, folders and users, and files that others wrote, are never read as shell
//! code.
//!
//! Each attack would create a file called `PWNED` if it succeeded.

mod common;

use common::lab::{LIMIT, Lab, script};
use common::place::Place;
use common::{Ended, finish, mst};
use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::Path;
use std::process::Command;

/// Names of files that a shell or an option parser would misread.
const NAMES: [&str; 9] = [
    "x'; touch PWNED; echo '.txt",
    "x\"; touch PWNED; echo \".txt",
    "$(touch PWNED).txt",
    "`touch PWNED`.txt",
    "a b ; touch PWNED & touch PWNED | touch PWNED",
    "first\ntouch PWNED\n'\ntouch PWNED\n",
    "-oProxyCommand=touch PWNED",
    "--help",
    "*?[a]~!{b,c}#\\0101\\",
];

/// Texts that are not names of hosts, but have a meaning for a shell or for ssh.
const HOSTS: [&str; 12] = [
    "-oProxyCommand=touch PWNED",
    "-oProxyCommand=touch${IFS}PWNED",
    "lab@-oProxyCommand=touch${IFS}PWNED",
    "-l@vm2",
    "vm2;touch PWNED",
    "vm2 touch PWNED",
    "$(touch PWNED)",
    "`touch PWNED`",
    "vm2\ntouch PWNED",
    "x';touch PWNED;'@vm2",
    "vm2\"",
    "",
];

/// Asserts that a program ended with code 1 and one line on standard error that contains `part`,
/// and printed nothing else.
#[track_caller]
fn refused(ended: &Ended, part: &str, of: &str) {
    assert_eq!(ended.code(), Some(1), "{of:?}: {ended:?}");
    assert_eq!((ended.stderr.lines().count(), &*ended.stdout), (1, ""), "{of:?}: {ended:?}");
    assert!(ended.stderr.contains(part), "{of:?}: {ended:?}");
    let shows = |c: char| !c.is_control() || c == '\n';
    assert!(ended.stderr.chars().all(shows), "{of:?}: {ended:?}");
}

/// Asserts that no attack has succeeded on the lab's hosts.
#[track_caller]
fn unharmed(lab: &Lab, after: &str) {
    for host in ["1", "2", "3"] {
        let find = "find /home /root /tmp /var/tmp /dev/shm /run -name PWNED 2>/dev/null; true";
        assert_eq!(lab.expect(&["root", host, "sh", "-c", find]), "", "{after:?} on vm{host}");
    }
}

/// Calls `scripts/cluster` on the first host, in a folder below the user's home.
fn cluster(lab: &Lab, folder: &str, arguments: &[&str]) -> Ended {
    let call = ["shell", "1", "bash", "-c", "cd -- \"$0\" && ./cluster \"$@\"", folder];
    lab.call(&[&call[..], arguments].concat())
}

/// A lab with the script and the program in this folder of its first host.
fn prepared(name: &str, folder: &str) -> Option<Lab> {
    let lab = Lab::up(name)?;
    lab.expect(&["put", script("cluster").to_str().unwrap(), "1"]);
    lab.expect(&["put", mst(), "1"]);
    let place = "mkdir -p -- \"$0\" && [ \"$0\" = . ] || cp cluster mst -- \"$0\"";
    lab.expect(&["shell", "1", "bash", "-c", place, folder]);
    Some(lab)
}

#[test]
fn files_users_and_hosts_with_odd_names_are_names_to_every_shell() {
    let Some(lab) = prepared("names", ".") else { return };
    // Users have different shells.
    lab.root("3", "sed 's|^\\(lab:.*:\\)/bin/bash|\\1/bin/sh|' /etc/passwd >/run/new; cat /run/new >/etc/passwd");
    assert!(lab.expect(&["root", "3", "getent", "passwd", "lab"]).ends_with(":/bin/sh\n"));
    let started = cluster(&lab, ".", &["init", "vm1", "lab@vm2", "vm3"]);
    assert_eq!(started.code(), Some(0), "a user before the host: {started:?}");
    for name in NAMES {
        let make = "printf '0 1 2\\n1 2 3\\n# %s' \"$0\" >\"./$0\"";
        lab.expect(&["shell", "1", "bash", "-c", make, name]);
        let pushed = cluster(&lab, ".", &["push", "--", name]);
        unharmed(&lab, name);
        assert_eq!(pushed.code(), Some(0), "{name:?}: {pushed:?}");
        assert_eq!(pushed.stdout.lines().count(), 3, "{name:?}: {pushed:?}");
        for host in ["1", "2", "3"] {
            let there = lab.expect(&["shell", host, "bash", "-c", "cat \"./$0\"", name]);
            assert_eq!(there, format!("0 1 2\n1 2 3\n# {name}"), "vm{host}");
        }
        let again = cluster(&lab, ".", &["push", "--", name]);
        assert_eq!(again.stdout.matches(" has ").count(), 3, "{name:?}: {again:?}");
    }
    for name in [NAMES[0], NAMES[2]] {
        let solved = cluster(&lab, ".", &["run", "solve", name, "--verify", "--json"]);
        assert!(
            solved.code() == Some(0) && solved.stdout.contains("\"host_count\":3"),
            "{solved:?}"
        );
    }
    unharmed(&lab, "run");
    for host in HOSTS {
        let init = cluster(&lab, ".", &["init", "vm1", host, "vm3"]);
        unharmed(&lab, host);
        refused(&init, "is not a valid host name", host);
        // The same name in the file that mpirun reads.
        let append = "cp hosts kept; printf '%s slots=1\\n' \"$0\" >>hosts";
        lab.expect(&["shell", "1", "bash", "-c", append, host]);
        if !host.is_empty() {
            let run = cluster(&lab, ".", &["run", "solve", "gnm:n=9,m=9"]);
            unharmed(&lab, host);
            let line = if host.contains('\n') { "hosts:5: " } else { "hosts:4: " };
            refused(&run, line, host);
        }
        lab.expect(&["shell", "1", "mv", "kept", "hosts"]);
    }
}

#[test]
fn a_program_in_a_folder_with_an_odd_name_runs_everywhere() {
    let folder = "$(touch PWNED)'; touch PWNED; '\"; touch PWNED; `touch PWNED` & -x";
    let Some(lab) = prepared("folders", folder) else { return };
    let started = cluster(&lab, folder, &["init", "vm1", "vm2", "vm3"]);
    unharmed(&lab, folder);
    assert_eq!(started.code(), Some(0), "{started:?}");
    assert!(started.stdout.contains("no problem found"), "{started:?}");
    let solved = cluster(&lab, folder, &["run", "solve", "gnm:n=99,m=999", "--json"]);
    assert!(solved.code() == Some(0) && solved.stdout.contains("\"host_count\":3"), "{solved:?}");
    let pushed = cluster(&lab, folder, &["push", "cluster"]);
    assert_eq!(pushed.stdout.matches(" got cluster").count(), 2, "{pushed:?}");
    unharmed(&lab, folder);
    let broken = "a\ntouch PWNED\n";
    lab.expect(&["shell", "1", "cp", "-r", "--", folder, broken]);
    refused(&cluster(&lab, broken, &["init", "vm1", "vm2"]), "line break", broken);
    unharmed(&lab, broken);
}

#[test]
fn the_labs_own_names_are_checked() {
    for name in ["../x", "..", "a b", "-x"] {
        let mut status = Command::new(script("lab"));
        refused(
            &finish(status.arg("status").env("MST_LAB", name), LIMIT),
            "is not a valid lab name",
            name,
        );
    }
    let Some(lab) = Lab::up("puts") else { return };
    let folder = tempfile::tempdir().unwrap();
    for name in NAMES {
        fs::write(folder.path().join(name), name).unwrap();
        let mut put = lab.command(&["put", name, "2"]);
        let put = finish(put.current_dir(folder.path()), LIMIT);
        assert_eq!(put.code(), Some(0), "{name:?}: {put:?}");
        let there = lab.expect(&["shell", "2", "bash", "-c", "cat \"./$0\"", name]);
        assert_eq!(there, name);
        unharmed(&lab, name);
    }
    for (rank, signal) in [(".*", "KILL"), ("1", "KILL 1"), ("1", "-1")] {
        let killed = lab.call(&["kill", "2", rank, signal]);
        assert_eq!((killed.code(), killed.stderr.lines().count()), (Some(1), 1), "{killed:?}");
    }
}

#[test]
fn cluster_env_is_data() {
    let place = Place::new();
    place.tool("mpirun", "echo \"$*, $MST_TIMEOUT s, $HYDRA_IFACE\"; touch \"$MST_DONE\"");
    let well = place.call(&["run", "solve", "a graph"]);
    let program = fs::canonicalize(mst()).unwrap();
    let expected = format!("--bind-to none {} solve a graph, 8 s, enp0s8\n", program.display());
    assert_eq!((&*well.stdout, &*well.stderr), (&*expected, ""), "{well:?}");
    let settings = Place::settings();
    for line in [
        "touch PWNED",
        "$(touch PWNED)",
        "options=($(touch PWNED))",
        "addresses[$(touch PWNED)]=1",
        "MST_TIMEOUT=$(touch PWNED)",
        "MST_TIMEOUT=8; touch PWNED",
        "MST_TIMEOUT=",
        "export MST_TIMEOUT=8",
        " MST_TIMEOUT=8",
        "PATH=.",
        "export PATH=.",
        "LD_PRELOAD=./evil.so",
        "export LD_PRELOAD=./evil.so",
        "BASH_ENV=evil",
        "IFS=/",
        "OMPI_MCA_plm_rsh_agent=touch PWNED",
        "OMPI_MCA_btl_tcp_if_include=$(touch PWNED)",
        "PRTE_MCA_plm_ssh_agent=touch PWNED",
        "HYDRA_IFACE=-x",
        "HYDRA_IFACE=eth0;touch PWNED",
        "HYDRA_LAUNCHER_EXEC=./evil",
        "HYDRA_LAUNCHER_EXTRA_ARGS=-oProxyCommand=touch${IFS}PWNED",
        "HYDRA_LAUNCHER_EXTRA_ARGS=-o ProxyCommand=touch",
        "option=-host vm9 touch PWNED",
        "option=--mca plm_rsh_agent touch",
        "option=--mca plm_rsh_args -o ProxyCommand=touch",
        "option=none",
        "option=",
        "host=-oProxyCommand=touch 127.0.0.1 1",
        "host=localhost $(touch PWNED) 1",
        "host=localhost 127.0.0.1/22;touch${IFS}PWNED;: 1",
        "host=localhost 127.0.0.1 1 2",
        "program=mst",
        "program=./mst",
        "program=/bin/sh",
        "program=",
        "=",
        "hosts=('localhost slots=1')", // an older form
    ] {
        for text in [format!("{settings}{line}\n"), format!("{settings}{line}")] {
            place.write("cluster.env", &text, 0o644);
            for call in [&["status"][..], &["run", "solve"], &["push", "mst"]] {
                let ended = place.call(call);
                place.unharmed(line);
                refused(&ended, "cluster.env:9: ", line);
                assert!(ended.stderr.contains("run init again"), "{line:?}: {ended:?}");
            }
        }
    }
    for lacking in ["program=", "host="] {
        let kept = settings.lines().filter(|line| !line.starts_with(lacking));
        place.write("cluster.env", &kept.collect::<Vec<_>>().join("\n"), 0o644);
        refused(&place.call(&["status"]), "run init again", lacking);
    }
}

/// Whatever the doctor finds for any MPI, it writes no setting that is refused.
#[test]
fn what_init_writes_is_read_whichever_mpi_it_is() {
    for (version, daemon, option) in [
        ("mpirun (Open MPI) 4.1.4", "orted", "option=--mca plm_rsh_args -o "),
        ("mpirun (Open MPI) 5.0.3", "prted", "option=--prtemca plm_ssh_args -o "),
        ("HYDRA build details: Version: 4.2.0", "hydra_pmi_proxy", "option=-f hosts"),
    ] {
        let place = Place::new();
        for name in ["mpirun", daemon] {
            place.tool(name, &format!("echo '{version}'"));
        }
        for call in [&["init", "localhost"][..], &["status"]] {
            let ended = place.call(call);
            assert!(ended.stdout.contains("1 host, "), "{version}: {ended:?}");
            let problems = ended.stderr.is_empty() || ended.stderr.ends_with(" found\n");
            assert!(problems, "no setting is refused: {version}: {ended:?}");
        }
        let written = fs::read_to_string(place.path("cluster.env")).unwrap();
        assert!(written.contains(option), "{written}");
    }
}

#[test]
fn what_others_may_have_written_is_refused() {
    let place = Place::new();
    place.tool("mpirun", "touch \"$MST_DONE\"");
    let whole = [("cluster.env", Place::settings()), ("hosts", "localhost slots=1\n".to_owned())];
    for (name, text) in whole {
        for mode in [0o664, 0o646, 0o666] {
            place.write(name, &text, mode);
            refused(&place.call(&["status"]), &format!("chmod go-w {name}"), name);
        }
        place.write(name, &text, 0o600);
        assert_eq!(place.call(&["run"]).code(), Some(0), "{name} that is private");
        if chown(place.path(name), Some(12345), None).is_err() {
            println!("skipped: only root can change the owner of a file");
            continue;
        }
        refused(&place.call(&["status"]), "belongs to another user", name);
        chown(place.path(name), Some(0), None).unwrap();
        // A link is judged by its target.
        fs::rename(place.path(name), place.path("theirs")).unwrap();
        symlink("theirs", place.path(name)).unwrap();
        chown(place.path("theirs"), Some(12345), None).unwrap();
        refused(&place.call(&["status"]), "belongs to another user", name);
        fs::remove_file(place.path(name)).unwrap();
        refused(&place.call(&["status"]), &format!("no {name} here"), name);
        place.write(name, &text, 0o644);
    }
}

#[test]
fn a_host_that_is_an_option_is_refused_before_ssh() {
    for host in HOSTS {
        let place = Place::new();
        let ended = place.call(&["init", "localhost", host]);
        place.unharmed(host);
        refused(&ended, "is not a valid host name", host);
    }
}

/// `scripts/cluster` finds the program in its own folder, even one with an odd name, and no other
/// program.
#[test]
fn the_folder_of_the_script_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["-P", "x\n", "$(touch PWNED)"] {
        let place = folder.path().join(name);
        fs::create_dir(&place).unwrap();
        symlink(script("cluster"), place.join("cluster")).unwrap();
        let call = |argument| {
            let mut command = Command::new("bash");
            command.arg("--").arg(Path::new(name).join("cluster")).arg(argument);
            finish(command.current_dir(folder.path()).env("CDPATH", "/").env_remove("MST"), LIMIT)
        };
        refused(&call("status"), "no program", name);
        symlink(mst(), place.join("mst")).unwrap();
        let ended = call("help");
        assert!(ended.code() == Some(0) && ended.stdout.contains("init HOST"), "{ended:?}");
        let mut command = Command::new(Path::new(".").join(name).join("cluster"));
        command.arg("status").current_dir(folder.path()).env_remove("MST");
        refused(&finish(&mut command, LIMIT), "no hosts here", name);
    }
    assert!(!folder.path().join("PWNED").exists());
}
