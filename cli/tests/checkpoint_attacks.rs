//! Checkpoints that somebody else has changed: a job that resumes refuses them or finds the right
//! forest.

mod common;

use common::Ended;
use common::saving::*;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use xxhash_rust::xxh3::xxh3_64;

/// The parts of a checkpoint file.
#[derive(Clone)]
struct Parts {
    head: Value,
    edges: Vec<u8>,
}

impl Parts {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let len = u64::from_ne_bytes(bytes[8..16].try_into().unwrap()) as usize;
        let head = serde_json::from_slice(&bytes[24..24 + len]).unwrap();
        Self { head, edges: bytes[24 + len..].to_vec() }
    }

    /// Writes the file with the right checksum of the head.
    fn write(&self, path: &Path) {
        let head = serde_json::to_vec(&self.head).unwrap();
        let words = [head.len() as u64, xxh3_64(&head)].map(u64::to_ne_bytes).concat();
        fs::write(path, [b"MSTCKPT3", &words[..], &head, &self.edges].concat()).unwrap();
    }

    fn segment(&mut self) -> &mut Value {
        &mut self.head["segments"][0]
    }

    /// Sets the right checksum of the edges, which are one segment.
    fn seal(&mut self) {
        let sum = xxh3_64(&self.edges);
        if let Some(segment) = self.head.pointer_mut("/segments/0") {
            segment["sum"] = json!(sum);
        }
    }
}

fn first(folder: &Path) -> PathBuf {
    folder.join("saved/rank-0-of-1.1.ckpt")
}

/// Leaves the checkpoint of a job on one rank that was killed after it had saved something.
fn kill_alone(folder: &Path, graph: &str, more: &[&str]) {
    let arguments = [&["solve", graph, "-q", "-t", "1"], &MEMORY[..], &SAVE, more].concat();
    kill_when_saved(&mut command(folder, &arguments), &[folder], 1, kill_process);
}

/// Leaves the checkpoint of a job on one rank that was killed when its first file existed.
fn kill_when_begun(folder: &Path, graph: &str) {
    let arguments = [&["solve", graph, "-q", "-t", "1"], &MEMORY[..], &SAVE].concat();
    let mut job = command(folder, &arguments).spawn().unwrap();
    let begin = Instant::now();
    while !first(folder).exists() {
        assert!(begin.elapsed() < LIMIT && job.try_wait().unwrap().is_none(), "nothing saved");
    }
    job.kill().unwrap();
    job.wait().unwrap();
}

fn resume(folder: &Path, graph: &str, more: &[&str]) -> Ended {
    let arguments = ["solve", graph, "--json", "-t", "1", "--resume", "--checkpoint", "saved"];
    run(folder, &[&arguments[..], more].concat())
}

/// Collects the JSON pointers of all values in a head that are not objects or arrays.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| leaves(value, format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(i, value)| leaves(value, format!("{at}/{i}"), found));
        }
        _ => found.push(at),
    }
}

/// Changes something, most often a field of the head, to a possible or impossible value.
fn mutate(parts: &mut Parts) {
    if draw(8) == 0 && !parts.edges.is_empty() {
        let at = draw(parts.edges.len() as u64) as usize;
        parts.edges[at] = draw(256) as u8;
        return parts.seal();
    }
    let mut places = Vec::new();
    leaves(&parts.head, String::new(), &mut places);
    let place = &places[draw(places.len() as u64) as usize];
    let value = parts.head.pointer_mut(place).unwrap();
    *value = match &value {
        Value::Bool(truth) => json!(!truth),
        Value::String(text) if text == "Integers" => json!("Floats"),
        Value::String(text) if text == "Floats" => json!("Integers"),
        Value::String(_) => json!("another"),
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            let others = [
                0,
                1,
                number.wrapping_add(1),
                number.wrapping_sub(1),
                number / 2,
                number.wrapping_mul(2),
                1 << 31,
                1 << 32,
                (1 << 32) - 1,
                1 << 62,
                1 << 63,
                u64::MAX,
                u64::MAX - 1,
                draw(1 << 22),
                draw(u64::MAX),
            ];
            json!(others[draw(others.len() as u64) as usize])
        }
        other => (*other).clone(),
    };
    if draw(16) == 0 {
        let segments = parts.head["segments"].as_array_mut().unwrap();
        let copies = [0, 2, 999][draw(3) as usize];
        *segments = segments.first().map_or(Vec::new(), |first| vec![first.clone(); copies]);
    }
    // Sometimes give the file as many edges as its head now says.
    let segments = parts.head["segments"].as_array().unwrap();
    let [segment] = &segments[..] else { return };
    let edge_bytes = if segment["weights"]["encoding"]["Wide"].is_null() { 12 } else { 16 };
    let bytes = segment["edges"].as_u64().unwrap_or(0).saturating_mul(edge_bytes);
    if draw(2) == 0 && bytes < 1 << 20 {
        parts.edges.resize(bytes as usize, 0);
        parts.seal();
    }
}

/// Whatever a head with the right checksums says, the job ends with exit code 1, with 3 if the
/// proof fails, or with the right forest.
#[test]
fn false_heads_never_give_a_wrong_forest() {
    let (folder, [generated, _, text]) = graphs("float");
    let folder = folder.path();
    right(run(folder, &["generate", "gnm:n=2000,m=2^19,seed=5,weights=uniform", "-o", "i.txt"]));
    right(run(folder, &["convert", "i.txt", "i.gr"]));
    right(run(folder, &["convert", "i.txt", "i.graph"]));
    let times: u64 = std::env::var("MST_LIES").map_or(40, |times| times.parse().unwrap());
    for graph in [&generated, "g.mst", &text, "i.txt", "i.gr", "i.graph"] {
        let expected = json(&right(run(folder, &["solve", graph, "--json", "--verify"])));
        kill_alone(folder, graph, &[]);
        let whole = Parts::read(&first(folder));
        let mut codes = [0; 4];
        for _ in 0..times {
            fs::remove_dir_all(folder.join("saved")).unwrap();
            fs::create_dir(folder.join("saved")).unwrap();
            let mut parts = whole.clone();
            (0..1 + draw(2)).for_each(|_| mutate(&mut parts));
            parts.write(&first(folder));
            let ranks = (1 + draw(2)).to_string();
            let ended = resume(folder, graph, &["--ranks", &ranks]);
            let code = ended.code().unwrap_or(101);
            assert!([0, 1, 3].contains(&code), "{graph}: {ended:?} after {}", parts.head);
            codes[code as usize] += 1;
            for field in ["n", "m", "components", "forest_edges", "weight", "checksum", "verified"]
            {
                let found = (code == 0).then(|| json(&ended)[field].clone());
                let same = found.is_none_or(|found| found == expected[field]);
                assert!(same, "{field} of {graph}: {ended:?} after {}", parts.head);
            }
        }
        println!("{graph}: {codes:?} ended with codes 0 to 3");
        fs::remove_dir_all(folder.join("saved")).unwrap();
    }
}

/// The proof detects a forest that was changed with care, and the error names the checkpoint as a
/// possible cause.
#[test]
fn forged_forests_are_found_out() {
    let (folder, [_, binary, _]) = graphs("uniform");
    let folder = folder.path();
    kill_alone(folder, &binary, &[]);
    let whole = Parts::read(&first(folder));
    let mut heavier = whole.clone();
    heavier.edges[8..12].copy_from_slice(&u32::MAX.to_ne_bytes());
    heavier.seal();
    // All input was taken in, but the forest is empty: no edge is left to fold, so no edge is
    // missing on all ranks.
    let mut empty = Parts { edges: Vec::new(), ..whole.clone() };
    empty.seal();
    let segment = empty.segment();
    let end = segment["rest"]["end"].clone();
    (segment["rest"]["start"], segment["edges"]) = (end.clone(), json!(0));
    (segment["census"]["records"], segment["since"]) = (end, json!(0));
    for (name, forged) in [("heavier", &heavier), ("empty", &empty)] {
        for ranks in ["1", "2"] {
            forged.write(&first(folder));
            let ended = resume(folder, &binary, &["--ranks", ranks]);
            assert_eq!(ended.code(), Some(3), "{name}: {ended:?}");
            let words = "the files in saved may have been changed: remove them";
            assert!(ended.stderr.contains(words), "{name}: {ended:?}");
            fs::remove_dir_all(folder.join("saved")).unwrap();
            fs::create_dir(folder.join("saved")).unwrap();
        }
    }
    // With --no-verify the user takes it as it is.
    heavier.write(&first(folder));
    let trusting = right(resume(folder, &binary, &["--no-verify"]));
    assert_eq!(json(&trusting)["verified"], Value::Null);
}

#[test]
fn resume_implies_the_proof_and_says_so() {
    let (folder, [_, binary, _]) = graphs("uniform");
    let words = "mst: --resume implies --verify";
    let solve = |more: &[&str]| resume(folder.path(), &binary, more);
    let implied = right(solve(&[]));
    assert_eq!(json(&implied)["verified"], true);
    assert!(implied.stderr.contains(words), "{implied:?}");
    for silent in [&["--verify"][..], &["-q"], &["--no-verify"]] {
        let ended = right(solve(silent));
        assert!(!ended.stderr.contains(words), "{ended:?}");
        let proved = silent != ["--no-verify"];
        assert_eq!(json(&ended)["verified"], if proved { json!(true) } else { Value::Null });
    }
    assert_eq!(solve(&["--verify", "--no-verify"]).code(), Some(2));
    let alone = run(folder.path(), &["solve", &binary, "--checkpoint", "saved", "--no-verify"]);
    assert_eq!(alone.code(), Some(2), "{alone:?}");
}

/// Only regular files are read, and no link is followed, neither to read nor to write.
#[test]
fn what_is_no_regular_file_is_refused() {
    let (folder, [_, binary, _]) = graphs("uniform");
    let folder = folder.path();
    kill_alone(folder, &binary, &[]);
    let path = first(folder);
    let elsewhere = folder.join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    let refused = |name: &str, words: &str| {
        let begin = Instant::now();
        for graph in [&["--resume"][..], &["--resume", "--ranks", "3"], &[]] {
            let arguments = [&["solve", &binary, "--checkpoint", "saved"], graph].concat();
            let ended = run(folder, &arguments);
            assert_eq!(ended.code(), Some(1), "{name}: {ended:?}");
            assert!(ended.stderr.contains(words), "{name}: {ended:?}");
            assert!(ended.stderr.contains("saved/"), "{name}: {ended:?}");
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{name}");
    };
    symlink(&elsewhere, &path).unwrap();
    refused("a link", "it is a link");
    fs::remove_file(&path).unwrap();
    symlink("/dev/zero", &path).unwrap();
    refused("a link to a device", "it is a link");
    fs::remove_file(&path).unwrap();
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    refused("a pipe", "it is a folder, pipe or device");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refused("a folder", "it is a folder, pipe or device");
    fs::remove_dir(&path).unwrap();
    let lock = folder.join("saved/mst.lock");
    fs::remove_file(&lock).unwrap_or_default();
    symlink(&elsewhere, &lock).unwrap();
    refused("a link for the lock", "saved/mst.lock: it is a link");
    assert!(fs::read(&elsewhere).unwrap() == before, "nothing was written through a link");
}

/// Words of a file are shown with control characters escaped.
#[test]
fn words_of_a_head_are_escaped() {
    let (folder, [_, binary, _]) = graphs("uniform");
    kill_alone(folder.path(), &binary, &[]);
    let mut parts = Parts::read(&first(folder.path()));
    parts.head["graph"] = json!("a\nmst: error: fake\u{1b}[31m");
    parts.write(&first(folder.path()));
    let ended = resume(folder.path(), &binary, &[]);
    assert!(ended.stderr.contains(r"another job: a\nmst: error: fake\u{1b}[31m;"), "{ended:?}");
}

/// A second job is refused while the first one lives, even if that is stopped, and the error names
/// the first one.
#[test]
fn a_second_job_is_told_who_has_the_folder() {
    let (folder, [_, binary, _]) = graphs("uniform");
    let folder = folder.path();
    for ranks in ["1", "3"] {
        let arguments =
            [&["solve", &binary, "--json", "--ranks", ranks], &MEMORY[..], &SAVE].concat();
        let mut starting = command(folder, &arguments);
        let job = starting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begin = Instant::now();
        while saved(folder).len() < 2 {
            assert!(begin.elapsed() < LIMIT, "nothing saved");
        }
        let signal = |name: &str| {
            let pid = job.id().to_string();
            assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
        };
        signal("-STOP");
        for more in [&["--resume"][..], &[]] {
            let second = run(folder, &[&arguments, more].concat());
            let words = format!("another job uses this folder (process {} on ", job.id());
            assert_eq!(second.code(), Some(1), "{second:?}");
            assert!(second.stderr.contains(&words), "{second:?}");
        }
        signal("-CONT");
        let ended = job.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        assert_eq!(saved(folder), [""; 0].map(PathBuf::from));
    }
    // A killed job no longer holds its lock.
    kill_alone(folder, &binary, &[]);
    assert!(folder.join("saved/mst.lock").exists());
    right(resume(folder, &binary, &[]));
    assert_eq!(saved(folder), [""; 0].map(PathBuf::from));
}

/// Float weights of dropped self-loops still count after a resume: they make all other weights
/// floats.
#[test]
fn floats_of_loops_are_not_forgotten() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let loops = "7 7 0.5\n".repeat(1 << 18);
    let edges: String =
        (0..1 << 18).map(|i| format!("{} {} {}\n", i % 99, 99, 1 + i % 1000)).collect();
    fs::write(folder.join("g.txt"), format!("{loops}{edges}")).unwrap();
    let expected = json(&right(run(folder, &["solve", "g.txt", "--json", "--verify"])));
    // Make it look as if the job had been killed between the loops and the edges.
    kill_when_begun(folder, "g.txt");
    let mut parts = Parts::read(&first(folder));
    let mut unread = parts.segment().clone();
    let place = loops.len();
    (unread["start"], unread["since"]) = (json!(place), json!(place));
    unread["rest"]["start"] = json!(place);
    let no_forest = (json!(0), json!(xxh3_64(&[])));
    for segment in [&mut unread, parts.segment()] {
        (segment["edges"], segment["sum"]) = no_forest.clone();
        segment["before"] = json!({ "lines": 0, "vertices": 0 });
        let nothing = segment["census"].as_object_mut().unwrap().values_mut();
        nothing.for_each(|count| *count = json!(0));
    }
    let taken = parts.segment();
    taken["rest"] = json!({ "start": place, "end": place });
    (taken["census"]["records"], taken["census"]["loops"]) = (json!(1 << 18), json!(1 << 18));
    (taken["census"]["bound"], taken["weights"]["encoding"]) = (json!(8), json!("Singles"));
    parts.head["segments"].as_array_mut().unwrap().push(unread);
    parts.edges.clear();
    parts.write(&first(folder));
    for more in [&["--no-verify"][..], &[]] {
        let resumed = right(resume(folder, "g.txt", more));
        assert_eq!(json(&resumed)["checksum"], expected["checksum"], "{resumed:?}");
        fs::create_dir_all(folder.join("saved")).unwrap();
        parts.write(&first(folder));
    }
}
