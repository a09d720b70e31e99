//! `mst doctor`: in a job, and over an `ssh` that plays hosts with every fault.

mod common;

use common::{Ended, finish, mpirun, mst};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

fn run(arguments: &[&str]) -> Ended {
    finish(Command::new(mst()).arg("doctor").args(arguments), LIMIT)
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"))
}

fn problems(told: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let line = |problem: &Value| format!("{}; {}", text(&problem["what"]), text(&problem["mend"]));
    told["problems"].as_array().expect("a list").iter().map(line).collect()
}

#[test]
fn one_host_that_is_well_is_no_problem() {
    let ended = run(&["--ranks", "1", "--threads", "1", "--graph", "gnm:n=10,m=20"]);
    assert_eq!((ended.code(), ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    for fact in ["1 host, 1 rank", "cores", "kernel", "MPI library", "no problem found"] {
        assert!(ended.stdout.contains(fact), "{fact}: {}", ended.stdout);
    }
}

#[test]
fn what_is_wrong_with_a_job_is_told_with_code_one() {
    let folder = tempfile::tempdir().unwrap();
    let hosts = folder.path().join("hosts");
    fs::write(&hosts, "vm1\nvm2 slots=1\n").unwrap();
    let (hosts, graph) = (hosts.to_str().unwrap(), "gnm:n=2^31,m=2^39");
    let files = ["--file", "missing.gr", "--hostfile", hosts, "--graph", graph];
    let ended = run(&[&["--ranks", "3", "--threads", "512"], &files[..]].concat());
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.stderr.ends_with("problems found\n"), "{ended:?}");
    for expected in [
        "3 ranks with 1,536 threads in all share",
        "no slots= on line 1",
        "though",
        "cannot open missing.gr",
        "the graph takes about",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
    let quiet = run(&[&["--quiet", "--ranks", "3"], &files[..]].concat());
    assert_eq!((quiet.code(), quiet.stdout.as_str()), (Some(1), ""));
}

#[test]
fn wrong_use_has_its_code() {
    assert_eq!(run(&["--graph", "gnm:n=many"]).code(), Some(2));
    let folder = tempfile::tempdir().unwrap();
    let hosts = folder.path().join("hosts");
    fs::write(&hosts, "vm1 slots=1\n-oProxyCommand=reboot\n").unwrap();
    let ended = run(&["--hostfile", hosts.to_str().unwrap()]);
    assert_eq!((ended.code(), ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.stderr.contains("hosts:2:1: expected a host's name"), "{ended:?}");
}

#[test]
fn ranks_of_mpi_tell_of_their_host() {
    let Some(mut launcher) = mpirun(3) else { return };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    launcher.args([mst(), "doctor", "--json", "--threads", "1", "--file"]).arg(&file);
    let ended = finish(&mut launcher, LIMIT);
    let told = json(&ended);
    assert_eq!(told["hosts"].as_array().map(Vec::len), Some(1), "{ended:?}");
    let host = &told["hosts"][0];
    assert_eq!((&host["ranks"], &host["threads"]), (&Value::from(3), &Value::from(3)));
    assert!(host["library"].as_str().is_some_and(|name| name.contains("MPI")), "{host}");
    assert_eq!(host["files"][0]["Ok"]["len"], fs::metadata(file).unwrap().len());
    assert_eq!(ended.code(), Some(i32::from(!problems(&told).is_empty())), "{ended:?}");
}

/// A host by the name of its fault, what becomes of its answers, and what is told of it.
#[rustfmt::skip]
const FAULTS: [(&str, &str, &str); 17] = [
    ("unresolved", r#"fails "ssh: Could not resolve hostname unresolved: Name or service not known""#, "the name unresolved is not resolved"),
    ("refused", r#"fails "ssh: connect to host refused port 22: Connection refused""#, "no sshd runs there"),
    ("gone", r#"fails "ssh: connect to host gone port 22: Connection timed out""#, "gone does not answer"),
    ("silent", "exec sleep 30", "silent lets ssh wait for more than 7 s"),
    ("unknown", r#"fails "No ED25519 host key is known for unknown and you have requested strict checking.
Host key verification failed.""#, "ssh-keyscan -H unknown >> ~/.ssh/known_hosts"),
    ("changed", r#"fails "Host key for changed has changed and you have requested strict checking.
Host key verification failed.""#, "ssh-keygen -R changed"),
    ("lab@asks", r#"fails "lab@asks: Permission denied (publickey,password).""#, "lab@asks asks for a password, and mpirun cannot give one; ssh-copy-id lab@asks"),
    ("bare", "answers | sed '/^@mst program/d'", "bare has no program"),
    ("unlinked", "answers | sed 's/^@mst said .*/@mst said x: error while loading shared libraries: libmpi.so.40: cannot open/'", "does not start on unlinked: libmpi.so.40 is missing"),
    ("older", r#"answers | sed 's/"content":"[^"]*"/"content":"0"/'"#, "older has mst"),
    ("pathless", "answers | sed '/^@mst tool/d'", "orted, which mpirun starts on each host, is not in PATH on pathless"),
    ("five", "answers | sed 's/(Open MPI) 4.*/(Open MPI) 5.0.3/'", "mpirun is Open MPI 4.1.4 here and Open MPI 5.0.3 on five"),
    ("homeless", "answers | sed '/^@mst folder/d'", "homeless has no folder"),
    ("late", r#"answers | sed 's/"clock":[0-9.]*/"clock":1.5/'"#, "the clock of late is"),
    ("small", r#"answers | sed 's/"memory":[0-9]*/"memory":1000/'"#, "small has 1.00 kB free, and the graph takes about"),
    ("fileless", r#"answers | sed 's/"files":\[[^]]*\]/"files":[{"Err":"cannot open it"}]/'"#, "fileless: cannot open it"),
    ("walled", "answers | sed -u 's/^@mst port .*/@mst port 1/'", "cannot connect to walled (127.1.0.18) by TCP: refused; ssh works"),
];

/// A folder of an `ssh` and an `sh` that play hosts on this one, and the launcher's programs.
fn playground(hosts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let case =
        |(at, (host, does)): (usize, &(&str, &str))| format!("{host}) number={at}; {does} ;;\n");
    let cases: String = hosts.iter().enumerate().map(case).collect();
    // A host of its own: other names and addresses, of which this host answers to all.
    let answers = r#"answers() {
/bin/sh | sed -u -e 's/"name":"[^"]*"/"name":"'$name'"/' -e 's/"boot":"[^"]*"/"boot":"'$name'"/' \
  -e 's/"machine":"[^"]*"/"machine":"'$name'"/' \
  -e 's/"addresses":\[[^]]*\]/"addresses":[{"ip":"127.1.0.'$((number + 1))'","prefix":16,"card":"eth0"}]/'
}
fails() { printf '%s\n' "$1" >&2; exit 255; }
"#;
    let ssh = format!(
        "#!/bin/sh\n{answers}while [ $# -gt 2 ]; do shift; done\nname=$1\ncase $1 in\n{cases}esac\n"
    );
    let sh = format!("#!/bin/sh\n{answers}name=here number=99 && answers\n");
    let mpirun = "#!/bin/sh\necho 'mpirun (Open MPI) 4.1.4'\n".to_owned();
    for (name, text) in
        [("ssh", ssh), ("sh", sh), ("mpirun", mpirun), ("orted", "#!/bin/sh\n".to_owned())]
    {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let listed = hosts.iter().map(|(host, _)| format!("{host} slots=1\n"));
    fs::write(folder.path().join("hosts"), listed.collect::<String>()).unwrap();
    folder
}

fn reach(folder: &Path, arguments: &[&str]) -> Ended {
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(mst());
    command.current_dir(folder).env("PATH", path).args(["doctor", "--hostfile", "hosts"]);
    finish(command.args(arguments), LIMIT)
}

#[test]
fn hosts_that_are_well_over_ssh_are_no_problem() {
    let folder = playground(&[("localhost", ""), ("vm2", "answers"), ("vm3", "answers")]);
    fs::write(folder.path().join("g.txt"), "0 1 2\n").unwrap();
    let ended = reach(folder.path(), &["--file", "g.txt", "--graph", "gnm:n=10,m=20"]);
    assert_eq!((ended.code(), ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    for fact in ["3 hosts, 3 slots", "127.1.0.3/16 eth0", "no problem found"] {
        assert!(ended.stdout.contains(fact), "{fact}: {}", ended.stdout);
    }
}

#[test]
fn each_fault_over_ssh_is_one_line_in_fifteen_seconds() {
    let mut hosts = vec![("localhost", "")];
    hosts.extend(FAULTS.iter().map(|(host, does, _)| (*host, *does)));
    let folder = playground(&hosts);
    fs::write(folder.path().join("g.txt"), "0 1 2\n").unwrap();
    let graph = ["--graph", "gnm:n=1000,m=2000"];
    let ended = reach(folder.path(), &[&["--json", "--file", "g.txt"], &graph[..]].concat());
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.seconds < 15.0, "{} s", ended.seconds);
    let told = problems(&json(&ended));
    for (host, _, expected) in FAULTS {
        let lines = told.iter().filter(|line| line.contains(expected)).count();
        assert_eq!(lines, 1, "{host}: {expected}\n{}", told.join("\n"));
    }
    assert_eq!(told.len(), FAULTS.len(), "{}", told.join("\n"));
}

#[test]
fn traps_of_the_hostfile_are_told_before_any_host() {
    let folder = playground(&[("localhost", ""), ("vm2", "answers"), ("vm3", "answers")]);
    fs::write(
        folder.path().join("hosts"),
        "localhost slots=4096\r\nvm2\r\nvm2 slots=1\r\nvm3:2\r\n",
    )
    .unwrap();
    let ended = reach(folder.path(), &[]);
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    for expected in [
        r"sed -i 's/\r$//' hosts",
        "vm2 stands on line 2 already",
        "no slots= on line 2",
        "writes vm3 slots=2, not vm3:2",
        "hosts:1: localhost has 4,096 slots but",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
}
