//! Loads a graph that is in several files: which rank has which of them, and what they are.

use super::binary::BinaryFile;
use super::budget::Sink;
use super::checkpoint::Checkpoint;
use super::fingerprint::{Fingerprint, Located, look_at};
use super::several::{OpenPart, PartHead, PartReader, Several};
use super::text::{Room, TextFile};
use super::{Files, InputFrom, Loaded, loader};
use crate::comm::Comm;
use crate::error::{ContentFault, Error, Result, shown};
use crate::format::{Format, Stream, TextOptions};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// The files of a graph, as all ranks know them.
pub(super) struct Listing {
    paths: Vec<PathBuf>,
    /// Of the files as they come in `paths`.
    fingerprints: Vec<Fingerprint>,
    /// Whether each rank has a file of its own.
    of_rank: bool,
}

impl Listing {
    /// Looks at the files: each rank at its own, or each at all, which must be the same on all hosts.
    ///
    /// # Errors
    /// If a file cannot be read, is compressed, or differs between hosts.
    pub(super) fn find(comm: &Comm, files: &Files) -> Result<Self> {
        let paths = listed(comm, files)?;
        let of_rank = matches!(files, Files::OfRank(_));
        let mine = if of_rank { &paths[comm.rank()..=comm.rank()] } else { &paths[..] };
        let look = || mine.iter().map(|path| Self::look(path, mine.len())).collect::<Result<_>>();
        let seen: Vec<Fingerprint> = comm.agree(comm.compute(look))?;
        if of_rank {
            let fingerprints = comm.all_gather(&seen).concat();
            return Ok(Self { paths, fingerprints, of_rank });
        }
        let fingerprints = comm.broadcast(0, seen.clone());
        let other = fingerprints.iter().zip(&seen).position(|(a, b)| a != b);
        comm.agree(other.map_or(Ok(()), |other| {
            let what = format!(
                "it differs from rank 0's file of that name: copy all files to every host, or give \
                 each rank files of its own, as in part-{}.txt",
                Files::RANK
            );
            Err(Error::content(&paths[other], ContentFault::Changed, what))
        }))?;
        Ok(Self { paths, fingerprints, of_rank })
    }

    /// What this rank sees of one of `files` files.
    fn look(path: &Path, files: usize) -> Result<Fingerprint> {
        let (seen, _) = look_at(path, files as u64)?;
        if seen.is_compressed() {
            let what = "compressed files cannot be read as parts of a graph: decompress them first";
            return Err(Error::content(path, ContentFault::Unsupported, what));
        }
        Ok(seen)
    }

    /// Words that distinguish the files from others.
    pub(super) fn identity(&self) -> String {
        let bytes = self.fingerprints.iter().map(|seen| seen.len).fold(0, u64::saturating_add);
        let content = xxh3_64(bytemuck::cast_slice(&self.fingerprints));
        format!("{} files of {bytes} bytes with content {content:016x}", self.paths.len())
    }

    /// The files at whose tops this rank looks for all, of those that are not empty.
    fn own(&self, comm: &Comm) -> impl Iterator<Item = usize> {
        let (rank, p) = (comm.rank(), comm.size());
        (rank..self.paths.len()).step_by(p).filter(|&part| self.fingerprints[part].len > 0)
    }

    /// Their format, which is `format` if that was given.
    ///
    /// # Errors
    /// If they are not of one format, or of one that has whole graphs only; if all are empty.
    fn format(&self, comm: &Comm, format: Option<Format>) -> Result<Format> {
        let detect = |part: usize| match format {
            Some(format) => Ok(format),
            None => Format::detect(&self.paths[part], Stream::open(&self.paths[part])?.head()?),
        };
        let code = |format: Format| {
            Format::ALL.iter().position(|known| *known == format).expect("it is known") as u64
        };
        let mine = self.own(comm).map(|part| Ok([part as u64, code(detect(part)?)]));
        let mine: Vec<[u64; 2]> = comm.agree(mine.collect())?;
        let mut all = comm.all_gather(&mine).concat();
        all.sort_unstable();
        let Some(&[_, first]) = all.first() else {
            let what = "all of the files are empty";
            return Err(Error::content(&self.paths[0], ContentFault::Empty, what));
        };
        let path = |part: u64| &self.paths[part as usize];
        let chosen = Format::ALL[first as usize];
        if let Some([part, code]) = all.iter().find(|[_, code]| *code != first) {
            let what = format!(
                "it is {}, but {} is {chosen}: the files of one graph must have one format",
                Format::ALL[*code as usize],
                shown(path(all[0][0]))
            );
            return Err(Error::content(path(*part), ContentFault::Contradictory, what));
        }
        if !matches!(chosen, Format::Text | Format::Binary) {
            let what = format!(
                "{chosen} has a whole graph in each file: for one graph in several files, use edge \
                 lists or .mst (mst convert)"
            );
            return Err(Error::content(path(all[0][0]), ContentFault::Unsupported, what));
        }
        Ok(chosen)
    }
}

/// The paths of the files, as rank 0 finds them.
fn listed(comm: &Comm, files: &Files) -> Result<Vec<PathBuf>> {
    let found = if comm.rank() == 0 { files.paths(comm.size()) } else { Ok(Vec::new()) };
    let names: Vec<OsString> =
        comm.agree(found)?.into_iter().map(PathBuf::into_os_string).collect();
    let names = comm.broadcast(0, names.join(OsStr::new("\0")).into_vec());
    let path = |name: &[u8]| PathBuf::from(OsStr::from_bytes(name));
    Ok(names.split(|&byte| byte == 0).map(path).collect())
}

/// Loads this rank's slice of the graph in `files`.
pub(super) fn load(
    comm: &Comm,
    (files, format, options): (&Files, Option<Format>, &TextOptions),
    from: Option<InputFrom>,
    sink: Sink<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Loaded> {
    if from == Some(InputFrom::Root) {
        let what = "rank 0 reads one file for all, not several: put the files on every host, or \
                    give each rank one of its own";
        return Err(Error::usage("--input-from", what));
    }
    if let (Files::OfRank(name), Some(_)) = (files, checkpoint) {
        let what = format!(
            "for a checkpoint, every rank must be able to read every file; of {name}, each has one"
        );
        return Err(Error::usage("--checkpoint", what));
    }
    let listing = Listing::find(comm, files)?;
    let format = listing.format(comm, format)?;
    let paths = listing.paths.clone();
    let mut loaded = match format {
        Format::Binary => {
            let block = sink.block();
            let open = |part: usize| BinaryFile::open(&paths[part], block);
            load_parts(comm, &listing, format, &open, sink, checkpoint)?
        }
        _ => {
            let room = Room::of(&sink);
            let open = |part: usize| {
                let len = listing.fingerprints[part].len;
                let located = Located::alone(format, len);
                TextFile::open(&paths[part], &located, options, room)
            };
            load_parts(comm, &listing, format, &open, sink, checkpoint)?
        }
    };
    loaded.identity = listing.identity();
    Ok(loaded)
}

fn load_parts<R: PartReader>(
    comm: &Comm,
    listing: &Listing,
    format: Format,
    open: OpenPart<'_, R>,
    sink: Sink<'_>,
    checkpoint: Option<&Checkpoint<'_>>,
) -> Result<Loaded> {
    let heads = listing.own(comm).map(|part| Ok((part, open(part)?.head()?)));
    let heads: Vec<(usize, PartHead)> = comm.agree(comm.compute(|| heads.collect()))?;
    let encoded = serde_json::to_vec(&heads).expect("plain fields serialise");
    let mut all = vec![PartHead::EMPTY; listing.paths.len()];
    for encoded in comm.all_gather(&encoded) {
        let heads: Vec<(usize, PartHead)> =
            serde_json::from_slice(&encoded).expect("all ranks run one program");
        heads.into_iter().for_each(|(part, head)| all[part] = head);
    }
    let layout = all.iter().find_map(|head| head.layout.clone()).unwrap_or_default();
    let identity = format!("{} ({format}), {layout}", listing.identity());
    let own = listing.of_rank.then(|| comm.rank());
    let several = comm.agree(Several::of(listing.paths.clone(), all, identity, own, open))?;
    let mut loaded = loader::load(comm, several, sink, checkpoint)?;
    let how = format!("{} files of {format} are read as one graph", listing.paths.len());
    loaded.notes.insert(0, how);
    Ok(loaded)
}
