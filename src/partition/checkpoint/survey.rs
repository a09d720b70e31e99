//! What there is to go on from, as all ranks together see it.

use super::file::Saved;
use super::folder::{self, Entry, Name, Role};
use super::{Checkpoint, Input};
use crate::comm::Comm;
use crate::error::{Error, Result};
use crate::partition::segment::Segment;
use bytemuck::{Pod, Zeroable};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3Default;

/// What a job goes on from, and the generation of new files.
pub(super) struct Survey {
    pub(super) found: Found,
    pub(super) next: u64,
}

pub(super) enum Found {
    /// Nothing that was taken in; whether there are files all the same.
    Nothing { files: bool },
    /// Files of as many ranks, and this rank's own.
    Own(Name, Saved),
    /// The files of all ranks that there were, in rank order.
    All(Vec<Saved>),
}

/// A file as another rank sees it.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Seen {
    generation: u64,
    of: u64,
    rank: u64,
    done: u64,
}

/// Looks at the folder on every rank.
///
/// # Errors
/// As [`super::part`].
pub(super) fn look(comm: &Comm, checkpoint: &Checkpoint<'_>, input: &Input<'_>) -> Result<Survey> {
    let folder = checkpoint.folder;
    let made = std::fs::create_dir_all(folder).map_err(Error::file("make", folder));
    let listed = comm.agree(made.and_then(|()| folder::list(folder)))?;
    let of_use = |(_, role, _): &&Entry| *role != Role::Unfinished;
    let seen = listed.iter().filter(of_use).map(|&(Name { generation, of, rank }, role, _)| Seen {
        generation,
        of,
        rank,
        done: u64::from(role == Role::Done),
    });
    let seen = comm.all_gather(&seen.collect::<Vec<_>>()).concat();
    let next = seen.iter().map(|seen| seen.generation).max().unwrap_or(0).saturating_add(1);
    let nothing = Survey { found: Found::Nothing { files: !seen.is_empty() }, next };
    if seen.is_empty() || seen.iter().any(|seen| seen.done == 1) {
        return Ok(nothing);
    }
    let saved = listed.into_iter().filter(|(_, role, _)| *role == Role::Saved);
    let opened = saved.map(|(name, _, path)| Ok((name, Saved::open(path)?))).collect();
    let opened: Vec<(Name, Saved)> = comm.agree(opened)?;
    let mut taken = [u64::from(opened.iter().any(|(_, saved)| is_touched(saved)))];
    comm.all_reduce(&mut taken, u64::max);
    if taken == [0] {
        return Ok(nothing);
    }
    if !checkpoint.resume {
        let what = "it has the checkpoint of a job that did not end; say --resume to go on from it, or \
                    remove its files to start from the beginning";
        return Err(Error::content(folder, what));
    }
    comm.agree(opened.iter().try_for_each(|(_, saved)| is_of(input, saved)))?;
    one_job(comm, folder, &opened)?;
    let (generation, of) = newest_complete(&seen).ok_or_else(|| incomplete(folder, &seen))?;
    let set = opened.into_iter().filter(|(name, _)| (name.generation, name.of) == (generation, of));
    let (found, spans) = choose(comm, folder, set.collect(), of)?;
    tile(folder, &spans, input)?;
    (checkpoint.tell)(&told(folder, of, &spans));
    Ok(Survey { found, next })
}

/// Holds what a file says of itself against the input.
fn is_of(input: &Input<'_>, saved: &Saved) -> Result<()> {
    let refused = |what: String| Err(Error::content(&saved.path, what));
    if saved.head.graph != input.graph {
        return refused(format!(
            "it was saved for another job: {}; this one is for {}; name another folder, or the graph and \
             options that it was saved with",
            saved.head.graph, input.graph
        ));
    }
    let held = |segment: &Segment| segment.edges == 0 || segment.held.narrow == input.narrow;
    if !saved.head.segments.iter().all(held) {
        return refused("its edges are held otherwise than those of the graph".to_owned());
    }
    Ok(())
}

fn one_job(comm: &Comm, folder: &Path, files: &[(Name, Saved)]) -> Result<()> {
    let jobs: Vec<u64> = files.iter().map(|(_, saved)| saved.head.job).collect();
    let jobs: BTreeSet<u64> = comm.all_gather(&jobs).concat().into_iter().collect();
    if jobs.len() > 1 {
        let what = "it has files of several jobs; leave those of one there, or none to start from the \
                    beginning";
        return Err(Error::content(folder, what));
    }
    Ok(())
}

/// The ranks of each generation, by (generation, ranks that there were).
fn sets(seen: &[Seen]) -> BTreeMap<(u64, u64), BTreeSet<u64>> {
    let mut sets: BTreeMap<_, BTreeSet<u64>> = BTreeMap::new();
    for file in seen {
        sets.entry((file.generation, file.of)).or_default().insert(file.rank);
    }
    sets
}

fn newest_complete(seen: &[Seen]) -> Option<(u64, u64)> {
    let sets = sets(seen).into_iter().rev();
    let mut complete = sets.filter(|((_, of), ranks)| ranks.len() as u64 == *of);
    complete.next().map(|(set, _)| set)
}

/// Whether anything is lost without this file.
fn is_touched(saved: &Saved) -> bool {
    saved.head.segments.iter().any(|segment| segment.rest.start > segment.start)
}

fn incomplete(folder: &Path, seen: &[Seen]) -> Error {
    let sets = sets(seen);
    let (&(generation, of), ranks) = sets.last_key_value().expect("files were seen");
    let rank = (0..of).find(|rank| !ranks.contains(rank)).unwrap_or(0);
    let missing = Name { generation, of, rank }.file_name();
    let what = format!(
        "the checkpoint is incomplete: no rank sees {missing}; put it back, start on the hosts that have \
         the files, or remove all its files to start from the beginning"
    );
    Error::content(folder, what)
}

/// The files of a complete set that this rank needs, checked, and the spans of all ranks.
fn choose(
    comm: &Comm,
    folder: &Path,
    files: Vec<(Name, Saved)>,
    of: u64,
) -> Result<(Found, Vec<Span>)> {
    let (rank, size) = (comm.rank() as u64, comm.size() as u64);
    let own = files.iter().position(|(name, _)| name.rank == rank);
    let sees = comm.all_gather(&[[u64::from(own.is_some()), files.len() as u64]]).concat();
    if size == of && sees.iter().all(|&[own, _]| own == 1) {
        let mut files = files;
        let (name, own) = files.swap_remove(own.expect("every rank has its own"));
        comm.agree(own.check())?;
        let spans = comm.all_gather(&spans(&own)).concat();
        return Ok((Found::Own(name, own), spans));
    }
    if let Some(rank) = sees.iter().position(|&[_, files]| files < of) {
        let what = format!(
            "{} sees {} of its {of} files; to go on with other ranks or on other hosts than before, \
             share the folder among the hosts, or copy all files to each",
            comm.members().name(rank),
            sees[rank][1]
        );
        return Err(Error::content(folder, what));
    }
    let files: Vec<Saved> = files.into_iter().map(|(_, saved)| saved).collect();
    same_files(comm, folder, &files)?;
    // Each file is read by one rank.
    let mut mine = files.iter().skip(comm.rank()).step_by(comm.size());
    comm.agree(mine.try_for_each(Saved::check))?;
    let spans = files.iter().flat_map(spans).collect();
    Ok((Found::All(files), spans))
}

/// Refuses files of which ranks see copies of different times.
fn same_files(comm: &Comm, folder: &Path, files: &[Saved]) -> Result<()> {
    let mut hash = Xxh3Default::new();
    files.iter().for_each(|saved| hash.update(&saved.sum.to_ne_bytes()));
    let sums = comm.all_gather(&[hash.digest()]).concat();
    match sums.iter().position(|sum| *sum != sums[0]) {
        None => Ok(()),
        Some(other) => {
            let name = comm.members().name(other);
            let what = format!("{name} sees other files than rank 0; copy the newest to each host");
            Err(Error::content(folder, what))
        }
    }
}

/// Where a segment begins, where its rest does and where it ends.
type Span = [u64; 3];

fn spans(saved: &Saved) -> Vec<Span> {
    let span = |segment: &Segment| [segment.start, segment.rest.start, segment.rest.end];
    saved.head.segments.iter().map(span).collect()
}

/// Checks that segments in the order of the ranks are all of the input, and each place once.
fn tile(folder: &Path, spans: &[Span], input: &Input<'_>) -> Result<()> {
    let mut at = input.whole.start;
    let fits = |&[start, rest, end]: &Span| {
        let fits = start == at && start <= rest && rest <= end;
        at = end;
        fits
    };
    if !spans.iter().all(fits) || at != input.whole.end {
        let what = "its files do not fit together; remove them to start from the beginning";
        return Err(Error::content(folder, what));
    }
    Ok(())
}

/// The line that says what a job goes on from.
fn told(folder: &Path, of: u64, spans: &[Span]) -> String {
    let taken: u64 = spans.iter().map(|[start, rest, _]| rest - start).sum();
    let all: u64 = spans.iter().map(|[start, _, end]| end - start).sum();
    let percent = 100.0 * taken as f64 / all.max(1) as f64;
    let ranks = if of == 1 { "1 rank".to_owned() } else { format!("{of} ranks") };
    format!("resumed from {}: {ranks} had taken in {percent:.0} % of the input", folder.display())
}
