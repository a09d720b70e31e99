//! Finds what to resume from, as all ranks together see it.

use super::Checkpoint;
use super::file::{KnownFile, Saved};
use super::folder::{CheckpointFile, Folder, RankFile, Role};
use super::validate::{Span, check_belongs, check_coverage, percent, spans};
use crate::comm::{Comm, Reduction};
use crate::error::{ContentFault, Error, Result, shown};
use crate::partition::fits;
use crate::partition::outline::Outline;
use bytemuck::{Pod, Zeroable};
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::Xxh3Default;

/// Bytes that folding needs for each vertex.
const VERTEX_BYTES: u128 = 8;
/// More generations than any job has: each one needs a start of the job.
const MOST_GENERATIONS: u64 = 1 << 48;

/// What a job resumes from, and the generation of its new files.
pub(super) struct Recovery {
    pub(super) found: SavedProgress,
    pub(super) next: u64,
}

pub(super) enum SavedProgress {
    /// No progress; `files` says whether there are files nevertheless.
    Nothing { files: bool },
    /// The files are of as many ranks as there are now; this is the rank's own.
    Own(Saved),
    /// The files of all ranks that the job had, in rank order.
    All(Vec<KnownFile>),
}

/// A file, as a rank tells the others what it sees.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct SavedFile {
    generation: u64,
    of: u64,
    rank: u64,
    done: u64,
}

/// Looks at the folder on every rank.
///
/// # Errors
/// As [`Checkpoint::open`].
pub(super) fn look(
    comm: &Comm,
    checkpoint: &Checkpoint<'_>,
    folder: &Folder,
    outline: &Outline,
) -> Result<Recovery> {
    let listed = comm.agree(folder.list())?;
    let of_use = |(_, role, _): &&CheckpointFile| *role != Role::Unfinished;
    let seen = listed.iter().filter(of_use).map(|&(RankFile { generation, of, rank }, role, _)| {
        SavedFile { generation, of, rank, done: u64::from(role == Role::Done) }
    });
    let seen = comm.all_gather(&seen.collect::<Vec<_>>()).concat();
    let next = seen.iter().map(|seen| seen.generation).max().unwrap_or(0).saturating_add(1);
    if next > MOST_GENERATIONS {
        let what = format!(
            "it has a file of generation {}, which no job can have written; remove it",
            next - 1
        );
        return Err(Error::content(folder.path(), ContentFault::Damaged, what));
    }
    let nothing = Recovery { found: SavedProgress::Nothing { files: !seen.is_empty() }, next };
    if seen.is_empty() || seen.iter().any(|seen| seen.done == 1) {
        return Ok(nothing);
    }
    let saved = listed.into_iter().filter(|(_, role, _)| *role == Role::Saved);
    let known = saved.map(|(name, ..)| Ok(Saved::open(folder, name)?.known)).collect();
    let known: Vec<KnownFile> = comm.agree(known)?;
    let mut taken = [u64::from(known.iter().any(is_touched))];
    comm.all_reduce(&mut taken, Reduction::Maximum);
    if taken == [0] {
        return Ok(nothing);
    }
    if !checkpoint.resume {
        let what = "it has the checkpoint of an unfinished job; use --resume to continue it, or \
                    remove its files to start from the beginning";
        return Err(Error::content(folder.path(), ContentFault::Occupied, what));
    }
    comm.agree(known.iter().try_for_each(|known| check_belongs(outline, folder, known)))?;
    one_job(comm, folder, &known)?;
    let (generation, of) = newest_complete(&seen).ok_or_else(|| incomplete(folder, &seen))?;
    let set = known
        .into_iter()
        .filter(|known| (known.head.name.generation, known.head.name.of) == (generation, of));
    let (found, spans) = choose(comm, folder, set.collect(), of)?;
    let bound = check_coverage(folder, &spans, outline)?;
    let what = format!("a graph of {bound} vertices, as {} says,", shown(folder.path()));
    comm.agree(fits(comm, &what, u128::from(bound) * VERTEX_BYTES))?;
    (checkpoint.tell)(&told(folder, of, &spans));
    Ok(Recovery { found, next })
}

fn one_job(comm: &Comm, folder: &Folder, files: &[KnownFile]) -> Result<()> {
    let jobs: Vec<u64> = files.iter().map(|known| known.head.job).collect();
    let jobs: BTreeSet<u64> = comm.all_gather(&jobs).concat().into_iter().collect();
    if jobs.len() > 1 {
        let what = "it has files of several jobs; keep those of one job, or remove all to start \
                    from the beginning";
        return Err(Error::content(folder.path(), ContentFault::Occupied, what));
    }
    Ok(())
}

/// The ranks of each generation, by (generation, number of its ranks).
fn sets(seen: &[SavedFile]) -> BTreeMap<(u64, u64), BTreeSet<u64>> {
    let mut sets: BTreeMap<_, BTreeSet<u64>> = BTreeMap::new();
    for file in seen {
        sets.entry((file.generation, file.of)).or_default().insert(file.rank);
    }
    sets
}

fn newest_complete(seen: &[SavedFile]) -> Option<(u64, u64)> {
    let sets = sets(seen).into_iter().rev();
    let mut complete = sets.filter(|((_, of), ranks)| ranks.len() as u64 == *of);
    complete.next().map(|(set, _)| set)
}

/// Whether the file has progress, which would be lost without it.
fn is_touched(known: &KnownFile) -> bool {
    known.head.segments.iter().any(|segment| segment.rest.start > segment.start)
}

fn incomplete(folder: &Folder, seen: &[SavedFile]) -> Error {
    let sets = sets(seen);
    let (&(generation, of), ranks) = sets.last_key_value().expect("files were seen");
    let rank = (0..of).find(|rank| !ranks.contains(rank)).unwrap_or(0);
    let missing = RankFile { generation, of, rank }.file_name();
    let what = format!(
        "the checkpoint is incomplete: no rank sees {missing}; put it back, start on the hosts that have \
         the files, or remove all its files to start from the beginning"
    );
    Error::content(folder.path(), ContentFault::Damaged, what)
}

/// The files of a complete set that this rank needs, checked, and the spans of all ranks.
fn choose(
    comm: &Comm,
    folder: &Folder,
    files: Vec<KnownFile>,
    of: u64,
) -> Result<(SavedProgress, Vec<Span>)> {
    let (rank, size) = (comm.rank() as u64, comm.size() as u64);
    let own = files.iter().find(|known| known.head.name.rank == rank);
    let sees = comm.all_gather(&[[u64::from(own.is_some()), files.len() as u64]]).concat();
    let check = |known: &KnownFile| {
        let saved = known.open(folder)?;
        saved.check().map(|()| saved)
    };
    if size == of && sees.iter().all(|&[own, _]| own == 1) {
        let own = own.expect("every rank has its own");
        let spans = comm.all_gather(&spans(&own.head)).concat();
        return Ok((SavedProgress::Own(comm.agree(check(own))?), spans));
    }
    if let Some(rank) = sees.iter().position(|&[_, files]| files < of) {
        let what = format!(
            "{} sees {} of its {of} files; to resume with other ranks or on other hosts, share \
             the folder among the hosts, or copy all files to each",
            comm.topology().name(rank),
            sees[rank][1]
        );
        return Err(Error::content(folder.path(), ContentFault::Changed, what));
    }
    same_files(comm, folder, &files)?;
    // Each file is checked by one rank here; the edges copied from it are checked again.
    let mut mine = files.iter().skip(comm.rank()).step_by(comm.size());
    comm.agree(mine.try_for_each(|known| check(known).map(drop)))?;
    let spans = files.iter().flat_map(|known| spans(&known.head)).collect();
    Ok((SavedProgress::All(files), spans))
}

/// Refuses files of which ranks see different versions.
fn same_files(comm: &Comm, folder: &Folder, files: &[KnownFile]) -> Result<()> {
    let mut hash = Xxh3Default::new();
    files.iter().for_each(|known| hash.update(&known.sum.to_ne_bytes()));
    let sums = comm.all_gather(&[hash.digest()]).concat();
    match sums.iter().position(|sum| *sum != sums[0]) {
        None => Ok(()),
        Some(other) => {
            let name = comm.topology().name(other);
            let what = format!(
                "{name} sees different files than rank 0; copy the newest files to \
                                each host"
            );
            Err(Error::content(folder.path(), ContentFault::Changed, what))
        }
    }
}

/// The line that says what a job resumes from.
fn told(folder: &Folder, of: u64, spans: &[Span]) -> String {
    let ranks = if of == 1 { "1 rank".to_owned() } else { format!("{of} ranks") };
    let (path, percent) = (shown(folder.path()), percent(spans));
    format!("resumed from {path}: {ranks} had read {percent:.0} % of the input")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_the_complete_sets_is_taken() {
        let set = |generation, of, ranks: &[u64]| {
            let file = |&rank: &u64| SavedFile { generation, of, rank, done: 0 };
            ranks.iter().map(file).collect::<Vec<_>>()
        };
        // Several ranks may see the same file.
        let (old, newer) = (set(1, 2, &[0, 1, 1]), set(2, 3, &[2, 0, 1]));
        let newest = set(3, 2, &[1, 1]);
        assert_eq!(
            newest_complete(&[old.clone(), newer.clone(), newest.clone()].concat()),
            Some((2, 3))
        );
        assert_eq!(newest_complete(&[newest.clone(), newer, old.clone()].concat()), Some((2, 3)));
        assert_eq!(newest_complete(&[newest.clone(), old].concat()), Some((1, 2)));
        assert_eq!(newest_complete(&newest), None);
    }
}
