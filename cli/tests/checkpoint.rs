//! Jobs that are killed at random times and resumed until they are done give the same forest, for
//! all kinds of input and any number of ranks. Checkpoints that cannot be resumed are refused.

mod common;

use common::saving::*;
use common::{Ended, finish, mpirun, mst};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Lets a job run for a random time below `longest`, then kills it. Returns its output if it ended
/// before.
fn run_or_kill(
    command: &mut Command,
    longest: Duration,
    kill: impl Fn(&mut Child),
) -> Option<Ended> {
    let after = Duration::from_micros(draw(longest.as_micros() as u64));
    let start = Instant::now();
    let (output, errors) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command.stdin(Stdio::null()).stdout(output.try_clone().unwrap());
    let mut child = command.stderr(errors.try_clone().unwrap()).spawn().unwrap();
    while start.elapsed() < after {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    let done = child.try_wait().unwrap();
    if done.is_none() {
        kill(&mut child);
    }
    let status = await_end(&mut child);
    let text = |mut file: fs::File| {
        use std::io::{Read, Seek};
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    };
    let (stdout, stderr) = (text(output), text(errors));
    let ended = Ended { status, stdout, stderr, seconds: start.elapsed().as_secs_f64() };
    // Whether it was killed or not, it must not have refused its own checkpoint.
    let refuses = ["mst: error: saved:", "mst: error: saved/"]
        .iter()
        .any(|words| ended.stderr.contains(words));
    assert!(!refuses, "{ended:?}");
    done.map(|_| right(ended))
}

/// Kills a job again and again, and resumes it each time with a random number of ranks, until it is
/// done. Returns its output and the number of kills.
fn until_done(
    start: impl Fn(usize) -> Command,
    ranks: &[usize],
    longest: Duration,
    kill: impl Fn(&mut Child, usize),
) -> (Ended, usize) {
    let begin = Instant::now();
    for kills in 0.. {
        assert!(begin.elapsed() < LIMIT, "no end after {kills} kills");
        // A little longer each time, so that it ends on any machine, however slow.
        let longest = longest * (10 + kills as u32) / 10;
        let p = ranks[draw(ranks.len() as u64) as usize];
        if let Some(ended) = run_or_kill(&mut start(p), longest, |child| kill(child, p)) {
            return (ended, kills);
        }
    }
    unreachable!("it ends or fails")
}

#[test]
fn killed_jobs_go_on_with_any_number_of_ranks() {
    let (mut kills, mut resumed) = (0, 0);
    for (weights, max, combine) in
        [("uniform", false, "auto"), ("float", true, "sharded"), ("constant", false, "filter")]
    {
        let (folder, inputs) = graphs(weights);
        for input in &inputs {
            let mut plain = vec!["solve", input, "--json", "--verify", "-t", "1"];
            plain.extend(["--combine", combine]);
            plain.extend(MEMORY);
            plain.extend(max.then_some("--max"));
            let expected = json(&right(run(folder.path(), &plain)));
            let saving = [&plain[..], &SAVE].concat();
            let whole = right(run(folder.path(), &saving));
            assert_eq!(json(&whole)["checksum"], expected["checksum"]);
            assert_eq!(saved(folder.path()), [""; 0].map(PathBuf::from), "{input}");
            let start = |p: usize| {
                let mut command = command(folder.path(), &saving);
                command.args(["--resume", "--ranks", &p.to_string()]);
                command
            };
            let longest = Duration::from_secs_f64(whole.seconds / 3.0);
            let (ended, times) = until_done(start, &[1, 2, 3, 4], longest, kill_process);
            let found = json(&ended);
            for field in ["checksum", "weight", "m", "n", "forest_edges", "verified"] {
                assert_eq!(found[field], expected[field], "{field} of {input}: {ended:?}");
            }
            assert_eq!(saved(folder.path()), [""; 0].map(PathBuf::from), "{ended:?}");
            kills += times;
            resumed += usize::from(ended.stderr.contains("resumed from saved"));
        }
    }
    println!("{kills} kills, {resumed} of 9 jobs ended on a checkpoint");
    assert!(kills >= 9 && resumed >= 5, "{kills} kills, {resumed} resumed at the end");
}

/// The meaning of a METIS line depends on its number, so ranks that begin elsewhere must count
/// lines.
#[test]
fn killed_jobs_on_metis_go_on() {
    let (folder, _) = graphs("uniform");
    right(run(folder.path(), &["convert", "g.mst", "g.graph"]));
    let plain = ["solve", "g.graph", "--json", "--verify", "-t", "1"];
    let expected = json(&right(run(folder.path(), &plain)));
    let saving = [&plain[..], &MEMORY, &SAVE, &["--resume"]].concat();
    let whole = right(run(folder.path(), &saving));
    let start = |p: usize| {
        let mut command = command(folder.path(), &saving);
        command.args(["--ranks", &p.to_string()]);
        command
    };
    let longest = Duration::from_secs_f64(whole.seconds / 2.0);
    let (ended, _) = until_done(start, &[1, 2, 3, 4], longest, kill_process);
    assert_eq!(json(&ended)["checksum"], expected["checksum"], "{ended:?}");
}

#[test]
fn killed_jobs_go_on_under_mpirun() {
    let (folder, inputs) = graphs("float");
    for input in &inputs {
        let plain = ["solve", input, "--json", "--verify", "-t", "1"];
        let expected = json(&right(run(folder.path(), &plain)));
        let start = |p: usize| {
            let mut command = mpirun(p).expect("it was there before");
            command.current_dir(folder.path()).arg(mst()).args(plain).args(MEMORY);
            command.args(SAVE).args(["--resume", "--combine", "sharded"]);
            command
        };
        if mpirun(1).is_none() {
            return;
        }
        let whole = right(finish(&mut start(2), LIMIT));
        let longest = Duration::from_secs_f64(whole.seconds);
        let (ended, kills) = until_done(start, &[1, 2, 3], longest, kill_a_rank);
        println!("{input}: {kills} kills");
        assert_eq!(json(&ended)["checksum"], expected["checksum"], "{ended:?}");
        assert_eq!(saved(folder.path()), [""; 0].map(PathBuf::from), "{ended:?}");
    }
}

/// Ranks with separate folders, as on hosts that share none: the same ranks find their files,
/// others do not.
#[test]
fn hosts_may_have_folders_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| root.path().join(name));
    for folder in [&one, &two] {
        fs::create_dir(folder).unwrap();
    }
    let graph = "gnm:n=2000,m=2^22,seed=5";
    let start = |folders: [&Path; 2]| {
        let mut launcher = mpirun(1)?;
        let program = ["solve", graph, "--json", "-t", "1", "--resume"];
        for (rank, folder) in folders.into_iter().enumerate() {
            if rank > 0 {
                launcher.args([":", "-n", "1"]);
            }
            launcher.arg("-wdir").arg(folder).arg(mst()).args(program).args(MEMORY).args(SAVE);
        }
        Some(launcher)
    };
    let Some(mut first) = start([&one, &two]) else { return };
    kill_when_saved(&mut first, &[&one, &two], 2, kill_a_rank);
    let moved = finish(&mut start([&two, &one]).unwrap(), LIMIT);
    assert_eq!(moved.code(), Some(1), "{moved:?}");
    assert!(moved.stderr.contains("sees 1 of its 2 files"), "{moved:?}");
    let alone = run(&one, &[&["solve", graph, "--resume"], &MEMORY[..], &SAVE].concat());
    assert!(alone.stderr.contains("no rank sees rank-1-of-2.1.ckpt"), "{alone:?}");
    let again = right(finish(&mut start([&one, &two]).unwrap(), LIMIT));
    assert!(again.stderr.contains("resumed from saved: 2 ranks had read"), "{again:?}");
    let expected = json(&right(run(&one, &["solve", graph, "--json"])));
    assert_eq!(json(&again)["checksum"], expected["checksum"]);
    assert_eq!([&one, &two].map(|folder| saved(folder).len()), [0, 0]);
}

#[test]
fn unusable_checkpoints_are_refused() {
    let (folder, [generated, binary, text]) = killed("uniform");
    let folder = folder.path();
    let solve = |graph: &str, more: &[&str]| {
        let save = ["--checkpoint", "saved"];
        run(folder, &[&["solve", graph, "--json", "-t", "1"], &save[..], more].concat())
    };
    let refused = |graph: &str, more: &[&str], words: &str| {
        let ended = solve(graph, more);
        assert_eq!(ended.code(), Some(1), "{words}: {ended:?}");
        assert!(ended.stderr.contains(words), "{words}: {ended:?}");
        assert_eq!(ended.stdout, "");
    };
    refused(&text, &[], "use --resume to continue it");
    refused(&binary, &["--resume"], "it was saved for another job");
    refused(&generated, &["--resume"], "it was saved for another job");
    refused(&text, &["--resume", "--max"], "this one is for the maximum forest");
    refused(&text, &["--resume", "--columns", "1,2"], "columns 1,2");
    let path = folder.join("saved/rank-1-of-3.1.ckpt");
    let whole = fs::read(&path).unwrap();
    let damage = |bytes: &[u8], words: &str| {
        fs::write(&path, bytes).unwrap();
        for ranks in ["1", "2", "3"] {
            refused(&text, &["--resume", "--ranks", ranks], words);
        }
        refused(&text, &["--resume"], "saved/rank-1-of-3.1.ckpt");
    };
    damage(&whole[..whole.len() - 1], "bytes of edges, but its head says");
    damage(&whole[..20], "it is cut short");
    damage(&[&whole[..], &[0; 16]].concat(), "bytes of edges, but its head says");
    let mut flipped = whole.clone();
    let last_edge = whole.len() - 20;
    flipped[last_edge] ^= 1;
    damage(&flipped, "the checksum of its edges is wrong");
    flipped = whole.clone();
    flipped[30] ^= 1;
    damage(&flipped, "the checksum of its head is wrong");
    flipped = whole.clone();
    flipped[7] += 1;
    damage(&flipped, "another version");
    fs::remove_file(&path).unwrap();
    refused(&text, &["--resume"], "no rank sees rank-1-of-3.1.ckpt");
    refused(&text, &["--resume", "--ranks", "3"], "no rank sees rank-1-of-3.1.ckpt");
    let (other, _) = killed("uniform");
    fs::copy(other.path().join("saved/rank-1-of-3.1.ckpt"), &path).unwrap();
    refused(&text, &["--resume", "--ranks", "3"], "files of several jobs");
    fs::write(&path, whole).unwrap();
    let resumed = right(solve(&text, &["--resume", "--verify", "--ranks", "2"]));
    assert!(resumed.stderr.contains("resumed from saved: 3 ranks had read"), "{resumed:?}");
    assert_eq!(json(&resumed)["checksum"], json(&right(solve(&text, &[])))["checksum"]);
}

#[test]
fn what_cannot_be_saved_is_told() {
    let (folder, [_, binary, text]) = graphs("uniform");
    let at = |arguments: &[&str]| run(folder.path(), arguments);
    for alone in [&["--resume"][..], &["--checkpoint-every", "9"]] {
        let wrong = at(&[&["solve", &text], alone].concat());
        assert_eq!(wrong.code(), Some(2), "{wrong:?}");
        assert!(wrong.stderr.contains("--checkpoint <DIR>"), "{wrong:?}");
    }
    right(at(&["convert", &binary, "g.txt.gz"]));
    for input in [&["g.txt.gz"][..], &[&text, "--input-from", "root", "--ranks", "2"]] {
        let refused = at(&[&["solve", "--checkpoint", "saved"], input].concat());
        assert_eq!(refused.code(), Some(1), "{refused:?}");
        assert!(
            refused.stderr.contains("every rank must read its part of the file itself"),
            "{refused:?}"
        );
    }
    fs::write(folder.path().join("saved"), "no folder").unwrap();
    let refused = at(&["solve", &text, "--checkpoint", "saved"]);
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(refused.stderr.contains("cannot make saved"), "{refused:?}");
    // A job that starts from the beginning says so, and leaves no checkpoint behind.
    for _ in 0..2 {
        let fresh = right(at(&["solve", &text, "--checkpoint", "new", "--resume"]));
        assert!(fresh.stderr.contains("new has no checkpoint yet"), "{fresh:?}");
        let quiet = right(at(&["solve", &text, "-q", "--checkpoint", "new", "--resume"]));
        assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    }
}

/// Here the first float comes after integers that differ but are equal as floats.
#[test]
fn why_weights_cannot_be_compared_is_told() {
    let place = tempfile::tempdir().unwrap();
    let lines: String =
        (0..60_000).map(|i| format!("{} {} {}\n", i % 99, 99, (1u64 << 53) + 1 + i)).collect();
    fs::write(place.path().join("g.txt"), lines + "0 1 0.5\n").unwrap();
    let saved = run(place.path(), &[&["solve", "g.txt"], &MEMORY[..], &SAVE].concat());
    assert_eq!(saved.code(), Some(1), "{saved:?}");
    assert!(saved.stderr.contains("--checkpoint folded some"), "{saved:?}");
    assert!(!saved.stderr.contains("--memory"), "{saved:?}");
    right(run(place.path(), &["solve", "g.txt"]));
}
