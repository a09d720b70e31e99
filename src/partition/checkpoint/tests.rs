//! Jobs that stop anywhere and resume with any number of ranks have the forest of the whole graph.

use super::*;
use crate::comm::{self, Reduction};
use crate::error::{Error, LaunchFault};
use crate::graph::{Batch, Edge, Edges, Numbers, Weights};
use crate::local::{kruskal, sort};
use crate::partition::Memory;
use crate::partition::assignment::Assignment;
use crate::partition::budget::{Budget, Sink};
use crate::partition::fold_buffer::FoldBuffer;
use crate::partition::join::join;
use crate::partition::outline::GraphFacts;
use proptest::prelude::*;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Mutex;

const N: u64 = 12;

/// Runs a job with `p` ranks, each of which stops after reading `blocks` blocks. Returns the edges
/// of all slices if it was not stopped.
fn job(
    folder: &Path,
    p: usize,
    graph: &[Edge<u64>],
    blocks: usize,
    every: Duration,
) -> Result<Vec<Edge<u64>>> {
    meddled(folder, p, graph, blocks, every, &|| ())
}

/// As [`job`]; somebody else calls `meddle` before each block.
fn meddled(
    folder: &Path,
    p: usize,
    graph: &[Edge<u64>],
    blocks: usize,
    every: Duration,
    meddle: &(dyn Fn() + Sync),
) -> Result<Vec<Edge<u64>>> {
    let slices = comm::run(p, Some(1), |comm| {
        let checkpoint = Checkpoint::new(folder, true, every, &|_| {});
        let weights = Weights::wide(Numbers::Integers);
        let outline = outline(graph);
        let assignment = Assignment::of(comm, Some(&checkpoint), &outline, &cut)?;
        let budget = Budget { memory: Memory::Unlimited, descending: false, process: 0 };
        let mut buffer = FoldBuffer::new(Sink::Hold(budget), Some(N));
        let mut left = blocks;
        let pulled = comm.compute(|| {
            assignment.pull(&mut buffer, |segment| {
                meddle();
                let range = segment.advance(3);
                if range.is_empty() {
                    return Ok(None);
                }
                left = left.checked_sub(1).ok_or_else(stopped)?;
                segment.census.records += range.end - range.start;
                let edges = &graph[range.start as usize..range.end as usize];
                Ok(Some(vec![Batch::known(Edges::Wide(edges.to_vec()), weights)]))
            })
        });
        let census = comm.agree(pulled)?;
        let mut records = [census.records];
        comm.all_reduce(&mut records, Reduction::Sum);
        assert_eq!(records, [graph.len() as u64], "each edge is counted once");
        Ok(join(buffer.batches, weights).iter().collect::<Vec<_>>())
    });
    slices.into_iter().collect::<Result<Vec<_>>>().map(|slices| slices.concat())
}

fn outline(graph: &[Edge<u64>]) -> Outline {
    let facts = GraphFacts::new(Some(N), Some(Weights::wide(Numbers::Integers)));
    Outline::new("a graph", facts, 0..graph.len() as u64)
}

/// Segments begin at every second edge.
fn cut(rest: &Range<u64>, at: u64) -> Result<u64> {
    Ok(at.next_multiple_of(2).min(rest.end))
}

/// The checkpoint files in a folder.
fn names(folder: &Path) -> Vec<RankFile> {
    let list = Folder::make(folder).and_then(|folder| folder.list()).expect("read");
    list.into_iter().map(|(name, ..)| name).collect()
}

fn path(folder: &Path, generation: u64, of: u64, rank: u64) -> PathBuf {
    folder.join(RankFile { generation, of, rank }.file_name())
}

fn stopped() -> Error {
    Error::launch(LaunchFault::Threads, "stopped")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn stopped_jobs_go_on(
        // Few different weights, so that ties reveal a lost order.
        graph in prop::collection::vec((0..N as u32 - 1, 1..N as u32, 0u64..3), 0..120),
        stops in prop::collection::vec((1usize..5, 0usize..9), 0..8),
        p in 1usize..5,
        seldom: bool,
    ) {
        let edge = |(u, v, key): (u32, u32, u64)| Edge { u, v: if u == v { v + 1 } else { v }, key };
        let mut graph: Vec<_> = graph.into_iter().map(edge).collect();
        graph.retain(|e| u64::from(e.v) < N);
        let folder = tempfile::tempdir().expect("a folder");
        let every = Duration::from_secs(if seldom { 3600 } else { 0 });
        for (p, blocks) in stops {
            let stopped = job(folder.path(), p, &graph, blocks, every);
            if let Err(why) = stopped {
                prop_assert!(why.to_string().ends_with("stopped"), "{}", why);
            }
        }
        let slices = job(folder.path(), p, &graph, usize::MAX, every).expect("not stopped");
        let forest = |edges: &[Edge<u64>]| {
            let mut forest = kruskal(N as usize, edges);
            sort(&mut forest);
            forest
        };
        prop_assert_eq!(forest(&slices), forest(&graph));
        prop_assert_eq!(fs::read_dir(folder.path()).expect("read").count(), p);
    }
}

/// A rank may be killed when only some ranks have new files, or when only some old ones are removed.
#[test]
fn the_newest_complete_generation_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let edge = |i: u32| Edge { u: i % 11, v: 11, key: u64::from(i % 7) };
    let graph: Vec<_> = (0..100).map(edge).collect();
    let job = |p, blocks| job(folder.path(), p, &graph, blocks, Duration::ZERO);
    let names = || {
        let names = names(folder.path()).into_iter();
        names.map(|name| (name.generation, name.of, name.rank)).collect::<Vec<_>>()
    };
    let path = |generation, of, rank| path(folder.path(), generation, of, rank);
    job(2, 3).expect_err("stopped");
    assert_eq!(names(), [(1, 2, 0), (1, 2, 1)]);
    let old = |rank| path(1, 2, rank);
    let kept = [0, 1].map(|rank| fs::read(old(rank)).expect("read"));
    job(3, 2).expect_err("stopped");
    assert_eq!(names(), [(2, 3, 0), (2, 3, 1), (2, 3, 2)]);
    // An old file that was not removed in time.
    fs::write(old(1), &kept[1]).expect("written");
    job(3, 2).expect_err("stopped");
    assert_eq!(names(), [(2, 3, 0), (2, 3, 1), (2, 3, 2)]);
    // All old files, not removed in time: two generations are complete.
    (0..2).for_each(|rank| fs::write(old(rank), &kept[rank as usize]).expect("written"));
    job(3, 0).expect_err("stopped");
    assert_eq!(names(), [(2, 3, 0), (2, 3, 1), (2, 3, 2)]);
    // A new generation that was not yet complete.
    fs::remove_file(path(2, 3, 1)).expect("removed");
    let refused = job(2, 0).expect_err("incomplete").to_string();
    assert!(refused.contains("no rank sees rank-1-of-3.2.ckpt"), "{refused}");
    (0..2).for_each(|rank| fs::write(old(rank), &kept[rank as usize]).expect("written"));
    job(3, 0).expect_err("stopped");
    assert_eq!(names(), [(3, 3, 0), (3, 3, 1), (3, 3, 2)]);
    // Files of a job that is done.
    let done = path(3, 3, 1);
    fs::rename(&done, folder.path().join("rank-1-of-3.3.ckpt.done")).expect("renamed");
    job(1, 0).expect_err("stopped");
    assert_eq!(names(), [(4, 1, 0)]);
}

/// Resumes with a rank for each folder, and returns what was told.
fn resumed(folders: &[&Path], graph: &[Edge<u64>]) -> Result<Vec<String>> {
    let told = Mutex::new(Vec::new());
    let tell = |line: &str| told.lock().expect("no panic").push(line.to_owned());
    let opened = comm::run(folders.len(), Some(1), |comm| {
        let tell: &dyn Fn(&str) = if comm.rank() == 0 { &tell } else { &|_| () };
        let checkpoint = Checkpoint::new(folders[comm.rank()], true, Duration::ZERO, tell);
        Assignment::of(comm, Some(&checkpoint), &outline(graph), &cut).map(drop)
    });
    opened.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(told.into_inner().expect("no panic"))
}

#[test]
fn a_job_says_what_it_resumes_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let graph: Vec<_> = (0..100).map(|i| Edge { u: i % 11, v: 11, key: 1 }).collect();
    // A job that has read nothing leaves nothing to resume from.
    for _ in 0..2 {
        let none = resumed(&[folder.path()], &graph).expect("nothing was read");
        assert!(none[0].ends_with("has no checkpoint yet: this job starts from the beginning"));
    }
    job(folder.path(), 2, &graph, 4, Duration::ZERO).expect_err("stopped");
    let two = resumed(&[folder.path()], &graph).expect("whole");
    assert!(two[0].ends_with(": 2 ranks had read 24 % of the input"), "{two:?}");
    let one = resumed(&[folder.path()], &graph).expect("whole");
    assert!(one[0].ends_with(": 1 rank had read 24 % of the input"), "{one:?}");
}

/// Folders that hosts do not share must have the same files.
#[test]
fn ranks_that_see_other_files_are_refused() {
    let folders = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let [one, older, fewer] = folders.each_ref().map(|folder| folder.path());
    let graph: Vec<_> = (0..100).map(|i| Edge { u: i % 11, v: 11, key: 1 }).collect();
    job(one, 2, &graph, 3, Duration::ZERO).expect_err("stopped");
    let copy = |to: &Path, rank| {
        fs::copy(path(one, 1, 2, rank), path(to, 1, 2, rank)).expect("copied");
    };
    (0..2).for_each(|rank| copy(older, rank));
    job(one, 2, &graph, 3, Duration::ZERO).expect_err("stopped");
    copy(fewer, 1);
    let refused = |other| resumed(&[one, one, other], &graph).expect_err("other files").to_string();
    assert!(refused(older).contains("sees different files than rank 0"), "{}", refused(older));
    assert!(refused(fewer).contains("sees 1 of its 2 files"), "{}", refused(fewer));
    resumed(&[one, one, one], &graph).expect("the same files");
}

#[test]
fn a_checkpoint_of_another_graph_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let graph: Vec<_> = (0..100).map(|i| Edge { u: i % 11, v: 11, key: 1 }).collect();
    job(folder.path(), 1, &graph, 3, Duration::ZERO).expect_err("stopped");
    let shorter = resumed(&[folder.path()], &graph[..99]).expect_err("shorter").to_string();
    assert!(shorter.contains("its segment 0 (from 0) is not a part of the input"), "{shorter}");
}

#[test]
fn files_of_two_jobs_are_refused() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let graph: Vec<_> = (0..100).map(|i| Edge { u: i % 11, v: 11, key: 1 }).collect();
    let job = |folder: &Path| job(folder, 2, &graph, 3, Duration::ZERO);
    for folder in &folders {
        job(folder.path()).expect_err("stopped");
    }
    let [one, other] = folders.each_ref().map(|folder| path(folder.path(), 1, 2, 1));
    fs::copy(other, one).expect("copied");
    let refused = job(folders[0].path()).expect_err("two jobs").to_string();
    assert!(refused.contains("it has files of several jobs"), "{refused}");
}

#[test]
fn a_generation_that_no_job_can_have_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let graph: Vec<_> = (0..100).map(|i| Edge { u: i % 11, v: 11, key: 1 }).collect();
    let job = || job(folder.path(), 1, &graph, 3, Duration::ZERO);
    job().expect_err("stopped");
    let mut last = path(folder.path(), 1, 1, 0);
    for (generation, cause) in [((1 << 48) - 1, "its name was changed"), (1 << 48, "no job can")] {
        let next = path(folder.path(), generation, 1, 0);
        fs::rename(last, &next).expect("renamed");
        let refused = job().expect_err("not its name").to_string();
        assert!(refused.contains(cause), "{refused}");
        last = next;
    }
}

#[test]
fn a_job_that_is_done_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let graph: Vec<_> = (0..10).map(|i| Edge { u: i, v: 11, key: 1 }).collect();
    job(folder.path(), 3, &graph, usize::MAX, Duration::ZERO).expect("not stopped");
    assert_eq!(names(folder.path()).len(), 3);
    let finished = comm::run(2, Some(1), |comm| {
        let unused = Checkpoint::new(folder.path(), true, Duration::ZERO, &|_| {});
        unused.finish(comm)?;
        let checkpoint = Checkpoint::new(folder.path(), true, Duration::ZERO, &|_| {});
        Assignment::of(comm, Some(&checkpoint), &outline(&graph), &cut)?;
        checkpoint.finish(comm)
    });
    finished.into_iter().collect::<Result<Vec<()>>>().expect("finished");
    assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 0);
}

/// Edges of waiting segments are copied from the file that was opened and checked, whatever is at
/// its path by then.
#[test]
fn what_is_put_in_the_place_of_a_file_is_not_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let edge = |i: u32| Edge { u: i % 11, v: 11, key: u64::from(i * 7 % 100) };
    let graph: Vec<_> = (0..100).map(edge).collect();
    job(folder, 4, &graph, 4, Duration::ZERO).expect_err("stopped");
    let own = path(folder, 2, 1, 0);
    // The file as the next job leaves it after reading everything.
    let other = tempfile::tempdir().expect("a folder");
    let copies = |from: &Path, to: &Path| {
        for name in names(from).into_iter().map(RankFile::file_name) {
            fs::copy(from.join(&name), to.join(&name)).expect("copied");
        }
    };
    copies(folder, other.path());
    job(other.path(), 1, &graph, usize::MAX, Duration::ZERO).expect("not stopped");
    let theirs = fs::read(path(other.path(), 2, 1, 0)).expect("read");
    let meddle = || {
        fs::write(folder.join("theirs"), &theirs).expect("written");
        fs::rename(folder.join("theirs"), &own).expect("renamed");
    };
    let slices = meddled(folder, 1, &graph, usize::MAX, Duration::ZERO, &meddle);
    let mut forest = kruskal(N as usize, &slices.expect("not stopped"));
    let mut expected = kruskal(N as usize, &graph);
    sort(&mut forest);
    sort(&mut expected);
    assert_eq!(forest, expected);
}
