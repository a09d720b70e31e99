//! `mst doctor` in a job, and over a fake `ssh` that plays hosts with every fault.

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

fn problems(findings: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let line = |problem: &Value| format!("{}; {}", text(&problem["what"]), text(&problem["mend"]));
    findings["problems"].as_array().expect("a list").iter().map(line).collect()
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
        "the graph needs about",
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
    let findings = json(&ended);
    assert_eq!(findings["hosts"].as_array().map(Vec::len), Some(1), "{ended:?}");
    let host = &findings["hosts"][0];
    assert_eq!((&host["ranks"], &host["threads"]), (&Value::from(3), &Value::from(3)));
    assert!(host["library"].as_str().is_some_and(|name| name.contains("MPI")), "{host}");
    assert_eq!(host["files"][0]["Ok"]["len"], fs::metadata(file).unwrap().len());
    assert_eq!(ended.code(), Some(i32::from(!problems(&findings).is_empty())), "{ended:?}");
}

/// For each fault: a host named after it, how the fake ssh changes its answers, and a part of the
/// problem that the doctor must report.
#[rustfmt::skip]
const FAULTS: [(&str, &str, &str); 17] = [
    ("unresolved", r#"fails "ssh: Could not resolve hostname unresolved: Name or service not known""#, "cannot resolve the name unresolved"),
    ("refused", r#"fails "ssh: connect to host refused port 22: Connection refused""#, "no sshd runs there"),
    ("gone", r#"fails "ssh: connect to host gone port 22: Connection timed out""#, "gone does not answer"),
    ("silent", "exec sleep 30", "silent did not answer ssh within 7 s"),
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
    ("small", r#"answers | sed 's/"memory":[0-9]*/"memory":1000/'"#, "small has 1.00 kB free, but the graph needs about"),
    ("fileless", r#"answers | sed 's/"files":\[[^]]*\]/"files":[{"Err":"cannot open it"}]/'"#, "fileless: cannot open it"),
    ("walled", "answers | sed -u 's/^@mst port .*/@mst port 1/'", "cannot connect to walled (127.1.0.18) by TCP: refused; ssh works"),
];

/// A folder with a fake `ssh` and `sh` that play other hosts on this one, and with fake programs of
/// a launcher.
fn playground(hosts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let case =
        |(at, (host, does)): (usize, &(&str, &str))| format!("{host}) number={at}; {does} ;;\n");
    let cases: String = hosts.iter().enumerate().map(case).collect();
    // Each host has its own name and address. This host answers on all these addresses.
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
    let problems = problems(&json(&ended));
    for (host, _, expected) in FAULTS {
        let lines = problems.iter().filter(|line| line.contains(expected)).count();
        assert_eq!(lines, 1, "{host}: {expected}\n{}", problems.join("\n"));
    }
    assert_eq!(problems.len(), FAULTS.len(), "{}", problems.join("\n"));
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
        "vm2 is already on line 2",
        "no slots= on line 2",
        "write vm3 slots=2, not vm3:2",
        "hosts:1: localhost has 4,096 slots but",
    ] {
        assert!(ended.stdout.contains(expected), "{expected}: {}", ended.stdout);
    }
}

/// Names that a shell or an option parser would misread.
const NAMES: [&str; 6] = [
    "x'; touch PWNED; '",
    "\"$(touch PWNED)`touch PWNED`\"",
    "a b & touch PWNED",
    "first\ntouch PWNED\n'\ntouch PWNED\n",
    "-x;touch PWNED",
    "\u{1b}[2J\\",
];

/// Asserts that the text contains nothing that controls a terminal.
#[track_caller]
fn shows(text: &str) {
    let odd = text.chars().find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}'));
    assert_eq!(odd, None, "{text:?}");
}

#[test]
fn a_hostfile_is_refused_where_a_line_is_no_host() {
    let folder = playground(&[("localhost", "")]);
    for line in [
        "-oProxyCommand=touch PWNED",
        "lab@-oProxyCommand=touch${IFS}PWNED",
        "-l@vm2",
        "$(touch PWNED)",
        "vm2;touch PWNED",
        "x';touch PWNED;'@vm2",
        "`touch PWNED`:2",
        "vm2 user=-oProxyCommand=touch",
        "vm2 ifname=$(touch PWNED)",
        "\u{1b}]0;vm2\u{7}",
        "\u{9b}31mvm2",
        "vm2\u{0}",
    ] {
        fs::write(folder.path().join("hosts"), format!("localhost slots=1\n{line}\n")).unwrap();
        let ended = reach(folder.path(), &[]);
        assert_eq!((ended.code(), &*ended.stdout), (Some(1), ""), "{line:?}: {ended:?}");
        assert!(ended.stderr.contains("hosts:2:"), "{line:?}: {ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{line:?}: {ended:?}");
        shows(&ended.stderr);
    }
    assert!(!folder.path().join("PWNED").exists());
}

/// A call of the program in a new folder `name` below `folder`, where it also starts.
fn in_folder(folder: &Path, name: &str) -> Command {
    let place = folder.join(name);
    fs::create_dir(&place).unwrap();
    fs::copy(folder.join("hosts"), place.join("hosts")).unwrap();
    fs::copy(mst(), place.join("mst")).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(place.join("mst"));
    command.current_dir(place).env("PATH", path).args(["doctor", "--hostfile", "hosts"]);
    command
}

#[test]
fn files_and_folders_with_odd_names_are_found_over_ssh() {
    let folder = playground(&[("localhost", ""), ("vm2", "answers")]);
    for name in NAMES {
        let mut command = in_folder(folder.path(), name);
        let place = folder.path().join(name);
        for file in NAMES {
            fs::write(place.join(file), "0 1 2\n").unwrap();
            command.arg(format!("--file={file}"));
        }
        let ended = finish(&mut command, LIMIT);
        assert_eq!((ended.code(), &*ended.stderr), (Some(0), ""), "{name:?}: {ended:?}");
        for place in [&place, folder.path()] {
            assert!(!place.join("PWNED").exists(), "{name:?}");
        }
    }
}

/// The proposed command for a problem can be pasted into a shell, whatever the names in it, and
/// does what it should.
#[test]
fn a_proposed_command_can_be_pasted() {
    // The missing things exist on this host, where the commands run, so the commands change
    // nothing.
    let lacks = "answers | sed -e '/^@mst folder/d' -e '/^@mst program/d' \
                 -e 's/\"files\":\\[[^]]*\\]/\"files\":[{\"Err\":\"cannot open it\"}]/'";
    let older = "answers | sed 's/\"content\":\"[^\"]*\"/\"content\":\"0\"/'";
    let folder = playground(&[("localhost", ""), ("lacks", lacks), ("older", older)]);
    // Like sshd, it gives its arguments to a shell. It also logs each command.
    let ssh = "#!/bin/sh\n[ \"$1\" != -- ] || shift\nshift\necho \"$*\" >>\"$ASKED\"\nexec sh -c \"$*\"\n";
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    fs::write(tools.join("ssh"), ssh).unwrap();
    fs::set_permissions(tools.join("ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    for name in NAMES {
        let mut command = in_folder(folder.path(), name);
        let place = folder.path().join(name);
        fs::write(place.join("x; touch PWNED"), "0 1 2\n").unwrap();
        let ended = finish(command.args(["--json", "--file=x; touch PWNED"]), LIMIT);
        let findings = json(&ended);
        shows(&ended.stdout);
        let (mends, asked) = (findings["problems"].as_array().unwrap(), place.join("asked"));
        assert_eq!(mends.len(), 4, "{name:?}: {}", problems(&findings).join("\n"));
        for mend in mends {
            let mend = mend["mend"].as_str().unwrap().replace(", and start", " # and start");
            let mut bash = Command::new("bash");
            bash.args(["-c", &mend]).current_dir(&place).env("ASKED", &asked);
            let path = std::env::var("PATH").unwrap_or_default();
            bash.env("PATH", format!("{}:{path}", tools.display()));
            let ended = finish(&mut bash, LIMIT);
            assert_eq!(ended.code(), Some(0), "{name:?}: {mend}: {ended:?}");
            for place in [&place, folder.path()] {
                assert!(!place.join("PWNED").exists(), "{name:?}: {mend}");
            }
        }
        // Folder and program, the folder again, the other program, the file.
        let asked = fs::read_to_string(asked).unwrap();
        assert_eq!(asked, "tar -xPf -\n".repeat(5), "{name:?}");
    }
}

#[test]
fn what_a_host_answers_is_escaped() {
    let hostile = r#"answers | sed -e 's/"cpu":"[^"]*"/"cpu":"\\u001b[2J\\u009b31m\\u202e"/' \
        -e 's/"name":"[^"]*"/"name":"vm2\\n- a problem of its own"/' \
        -e 's/"library":"[^"]*"/"library":"\\u001b]0;title\\u0007"/' \
        -e 's/"card":"[^"]*"/"card":"eth0; touch PWNED\\nMST_TIMEOUT=1"/'"#;
    let dies = "printf '\\033[2Jbye\\302\\233m\\n' >&2; exit 255";
    let folder = playground(&[("localhost", ""), ("vm2", hostile), ("vm3", dies)]);
    for options in [&[][..], &["--json"]] {
        let ended = reach(folder.path(), options);
        assert_eq!(ended.code(), Some(1), "{ended:?}");
        shows(&format!("{}{}", ended.stdout, ended.stderr));
        assert!(!ended.stdout.lines().any(|line| line.starts_with("- a problem")), "{ended:?}");
        assert!(ended.stdout.contains(r"u{1b}[2J"), "{ended:?}");
    }
}
