//! `mst cluster` with fake launchers for every end of a job, and a fake ssh in place of a host.

mod common;

use common::lab::LIMIT;
use common::place::Place;
use common::{Ended, finish};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Prints what Open MPI says about a lost machine.
const LOST: &str = r"cat >&2 <<'EOF'
--------------------------------------------------------------------------
ORTE has lost communication with a remote daemon.

  HNP daemon   : [[29541,0],0] on node vm1
  Remote daemon: [[29541,0],2] on node vm3

This is usually due to either a failure of the TCP network
connection to the node, or possibly an internal failure of
the daemon itself.
--------------------------------------------------------------------------
EOF
";
const DONE: &str = "touch \"$MST_DONE\"\n";

/// Runs a job with a launcher that is this script.
fn run(launcher: &str) -> Ended {
    let place = Place::new();
    place.tool("mpirun", launcher);
    place.call(&["run", "solve", "gnm:n=9,m=9"])
}

#[test]
fn the_end_of_a_job_is_told_unless_it_has_done_so_itself() {
    let killed = LOST.replace(
        "ORTE has lost communication with a remote daemon.",
        "mpirun noticed that process rank 1 with PID 81 on node vm2 exited on signal 9 (Killed).",
    );
    // The first of the named hosts that is not this one.
    let lost =
        "mst: error: lost the machine vm1: check its power and cable, and run mst cluster status\n";
    let ended = "mst: error: the job ended before rank 0 had finished; the reason is above\n";
    let died = "mst: error: rank 1 on vm2 has died (phase: read)\n";
    let say = |what: &str| format!("printf %s '{what}' >&2\n");
    #[rustfmt::skip]
    let cases = [
        // the launcher                              code  how standard error ends                  is its prose shown
        (format!("{DONE}exit 0"),                      0, "",                                         false),
        (format!("{LOST}{DONE}exit 0"),                0, "--------\n",                               true),
        (format!("{DONE}exit 3"),                      3, "",                                         false),
        ("exit 0".to_owned(),                          1, ended,                                      false),
        (format!("{LOST}exit 0"),                      1, lost,                                       true),
        (format!("{LOST}exit 9"),                      1, lost,                                       true),
        (format!("{killed}exit 1"),                    1, "(dmesg | tail), then run again\n",         true),
        (format!("{}{LOST}exit 1", say(died)),         1, died,                                       false),
        (format!("{LOST}{}exit 2", say("error: no such option\n")), 2, "error: no such option\n",     false),
        (format!("{}exit 1", say("a last line")),      1, &format!("a last line\n{ended}"),           false),
        ("kill -9 $$".to_owned(),                      1, ended,                                      false),
    ];
    for (launcher, code, end, is_shown) in cases {
        let ended = run(&launcher);
        assert_eq!((ended.code(), &*ended.stdout), (Some(code), ""), "{launcher}: {ended:?}");
        let is_right = ended.stderr.ends_with(end) && ended.stderr.is_empty() == end.is_empty();
        assert!(is_right, "{launcher}: {ended:?}");
        assert_eq!(ended.stderr.contains("This is usually"), is_shown, "{launcher}: {ended:?}");
    }
}

#[test]
fn what_a_job_writes_is_passed_on_byte_for_byte_and_at_once() {
    let place = Place::new();
    let waits = "printf 'half a line'; until [ -e go ]; do sleep 0.01; done";
    let odd = r"printf '\0\377\r\n\n'; cat bytes";
    place.tool("mpirun", &format!("{waits}; {odd}\n{DONE}"));
    let bytes: Vec<u8> = (0..1_000_003u32).map(|at| (at % 251) as u8).collect();
    fs::write(place.path("bytes"), &bytes).unwrap();
    let mut job = place.command(&["run"]);
    let mut job = job.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = job.stdout.take().unwrap();
    let mut first = [0; 11];
    out.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"half a line");
    fs::write(place.path("go"), "").unwrap();
    thread::sleep(Duration::from_secs(3)); // a slow reader must not lose anything
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    assert!(rest == [&b"\0\xff\r\n\n"[..], &bytes].concat(), "{} bytes", rest.len());
    assert_eq!(job.wait().unwrap().code(), Some(0));
}

/// Waits until a file has one line, and returns the line.
fn written(path: &Path) -> String {
    let start = Instant::now();
    loop {
        match fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text.trim_end().to_owned(),
            _ => assert!(start.elapsed() < LIMIT, "no {}", path.display()),
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn signals_to_end_reach_the_launcher() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let place = Place::new();
        // Launchers end a job that was told to end with any code.
        let traps = "trap 'crash; exit 1' INT TERM";
        // Open MPI takes it for a crash, and says so at length.
        let edge = "----------------";
        let crash = format!(
            "crash() {{ printf '%s\\n' {edge} 'An MPI communication peer process has unexpectedly \
             disconnected.' {edge} '[vm1:1234] 1 more process has sent help message' 'mst: one' >&2; }}"
        );
        place.tool(
            "mpirun",
            &format!("{crash}; {traps}; echo up >up; while true; do sleep 0.01; done"),
        );
        let mut job = place.command(&["run"]);
        let job = job.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        written(&place.path("up"));
        let sent = Command::new("kill").args(["-s", signal, &job.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let ended = job.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{signal}");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(said, "mst: one\nmst: error: interrupted: all ranks were told to end\n");
    }
}

#[test]
fn what_a_launcher_leaves_behind_is_ended_and_not_waited_for() {
    let place = Place::new();
    // The second process has a session of its own, like a daemon, and keeps the pipes open.
    place.tool("mpirun", &format!("sleep 60 & echo $! >left; setsid sleep 20 &\n{DONE}"));
    let ended = place.call(&["run"]);
    assert!(ended.code() == Some(0) && ended.seconds < 10.0, "{ended:?}");
    let left = Path::new("/proc").join(written(&place.path("left")));
    // A process that was killed is there until it is scheduled, and its parent has taken note.
    let start = Instant::now();
    while left.exists() {
        assert!(start.elapsed() < Duration::from_secs(5), "{left:?} still runs");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_launcher_that_goes_on_after_the_job_is_ended() {
    let ended = run(&format!("{DONE}exec sleep 60"));
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!((10.0..20.0).contains(&ended.seconds), "{ended:?}");
    let expected = "mst: error: the job finished, but mpirun did not end: ";
    assert!(ended.stderr.starts_with(expected), "{ended:?}");
}

/// The doctor finds a problem here: it does not know this launcher.
#[test]
fn a_job_of_which_no_rank_starts_is_ended_with_the_doctors_reason() {
    let ended = run("[ \"$1\" = --version ] || exec sleep 60");
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!((15.0..40.0).contains(&ended.seconds), "{ended:?}");
    let mut lines = ended.stderr.lines();
    let expected = "mst: error: no rank started within 15 s; mst doctor found:";
    assert_eq!(lines.next(), Some(expected));
    assert!(lines.clone().count() > 0 && lines.all(|line| line.starts_with("- ")), "{ended:?}");
}

/// Once a rank runs, there is no time limit.
#[test]
fn a_rank_is_known_by_the_program_and_the_mark() {
    let rank = "sleep 17 | ./mst doctor --listen >&2";
    let ended = run(&format!("[ \"$1\" = --version ] && exit\n{rank}\n{DONE}"));
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    assert!(ended.seconds > 16.0 && ended.stderr.starts_with("@mst port "), "{ended:?}");
}

#[test]
fn a_launcher_that_is_missing_is_told() {
    let place = Place::new();
    let mut command = Command::new(common::mst());
    command.args(["cluster", "run"]).current_dir(place.path("."));
    let ended = finish(command.env("PATH", place.path("tools")), LIMIT);
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.stderr.starts_with("mst: error: cannot start mpirun: "), "{ended:?}");
}

#[test]
fn cluster_refuses_to_run_under_mpirun() {
    let place = Place::new();
    let mut command = place.command(&["status"]);
    command.env("OMPI_COMM_WORLD_SIZE", "1").env("OMPI_COMM_WORLD_RANK", "0");
    let ended = finish(&mut command, LIMIT);
    assert_eq!(ended.code(), Some(2), "{ended:?}");
    assert!(ended.stderr.contains("mst cluster starts mpirun itself"), "{ended:?}");
}

/// A full disk is an error; a reader that closes the pipe is not.
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    place.tool("mpirun", &format!("head -c 1000000 /dev/zero\n{DONE}"));
    let mut job = place.command(&["run"]);
    let mut job = job.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    drop(job.stdout.take());
    assert_eq!(job.wait().unwrap().code(), Some(0));
    let mut full = fs::File::options().write(true).open("/dev/full").unwrap();
    full.write_all(b"x").unwrap_err();
    let mut job = place.command(&["run"]);
    let job = job.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let output = job.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.starts_with("mst: error: cannot write standard output"), "{stderr}");
}

/// A fake ssh to a host without MPI, where an installation needs a password. It accepts files, and
/// answers nothing else.
const BARE: &str = r#"
for last; do :; done
[ "$last" = sh ] || { cat >/dev/null; exit 0; }
case $(cat) in
    *"@mst none"*) echo "@mst none" ;;
    *) exit 1 ;;
esac"#;

#[test]
fn a_host_that_lacks_all_is_given_what_takes_no_password() {
    let place = Place::new();
    place.tool("ssh", BARE);
    place.tool("mpirun", "echo 'mpirun (Open MPI) 4.1.4'");
    place.tool("orted", "");
    let ended = place.call(&["init", "localhost", "lab@240.0.0.1"]);
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert_eq!(ended.stdout, "localhost has mst\nlab@240.0.0.1 got mst\n");
    for expected in [
        "mst: lab@240.0.0.1: installing openmpi-bin\n",
        "this needs a password: ssh -t lab@240.0.0.1 sudo apt-get install -y openmpi-bin ",
        "\n- lab@240.0.0.1: ssh ends with code 1; see what it does: ssh -v",
        "\nmst: error: nothing was written; fix this and run init again\n",
    ] {
        assert!(ended.stderr.contains(expected), "{expected}: {ended:?}");
    }
    let kept = fs::read_to_string(place.path("cluster.env")).unwrap();
    assert_eq!(kept, Place::settings(), "unchanged");
}

#[test]
fn it_starts_on_the_first_host_which_is_named_once() {
    let place = Place::new();
    for (hosts, expected) in [
        (
            ["240.0.0.1", "localhost"],
            "start this on the first host, 240.0.0.1; there: mst cluster init",
        ),
        (["localhost", "localhost"], "named twice: localhost"),
    ] {
        let ended = place.call(&[&["init"], &hosts[..]].concat());
        assert_eq!((ended.code(), &*ended.stdout), (Some(1), ""), "{ended:?}");
        assert!(ended.stderr.contains(expected), "{expected}: {ended:?}");
    }
}

#[test]
fn a_host_that_is_silent_is_told_before_mpirun_waits_for_it() {
    let place = Place::new();
    place.tool("mpirun", "echo started");
    // TCP cannot connect to this address.
    let lost = "host=localhost 127.0.0.1 2\nhost=224.0.1.2 224.0.1.2 2\n";
    let lost = Place::settings().replace("host=localhost 127.0.0.1 2\n", lost);
    place.write("cluster.env", &lost, 0o644);
    let ended = place.call(&["run"]);
    assert_eq!((ended.code(), &*ended.stdout), (Some(1), ""), "{ended:?}");
    assert!(ended.stderr.contains("224.0.1.2 no longer answers"), "{ended:?}");
}
