//! The file of one rank: segments of the input, and the forest of what was taken in of each.
//!
//! | bytes | |
//! |---|---|
//! | 0..8 | `MSTCKPT1`: the last byte is the version |
//! | 8..16 | h, the length of the head |
//! | 16..24 | XXH3 of the head |
//! | 24..24 + h | the head, JSON: [`Head`] |
//! | .. | the edges of its segments, in order: u and v, then the key: 12 or 16 bytes |
//! | the last 8 | XXH3 of all before |
//!
//! Numbers are in the byte order of the machine. A file is written beside and renamed, so one that is cut
//! short or has another checksum was damaged later.

use super::folder;
use crate::error::{Error, Result};
use crate::partition::segment::Segment;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

const MAGIC: &[u8; 7] = b"MSTCKPT";
const VERSION: u8 = b'1';
/// The bytes before the head.
const BEFORE: u64 = 24;
/// The bytes of the checksum at the end.
const AFTER: u64 = 8;
/// What is copied or checked at once, bytes.
const BLOCK: u64 = 1 << 20;

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// The job, the same in all its files.
    pub(super) job: u64,
    /// The graph and the kind of forest, in words.
    pub(super) graph: String,
    /// What the file holds, in the order of the input.
    pub(super) segments: Vec<Segment>,
}

/// A file whose head was checked.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) path: PathBuf,
    pub(super) head: Head,
    /// Where its edges are.
    pub(super) edges: Range<u64>,
    /// The checksum that it ends with.
    pub(super) sum: u64,
}

/// Edges to be written.
#[derive(Clone)]
pub(super) enum Body<'a> {
    Held(&'a [u8]),
    /// Those of another file, at these bytes.
    Of(&'a Path, Range<u64>),
}

/// What is wrong with a file, and what helps.
fn damaged(path: &Path, what: &str) -> Error {
    let help = "copy it back if you have it elsewhere, or remove the files of this checkpoint to start \
                from the beginning";
    Error::content(path, format!("{what}; {help}"))
}

impl Saved {
    /// Opens a file and checks its head.
    ///
    /// # Errors
    /// [`Error::Content`] if it is no such file, of another version, or damaged as far as its head and
    /// length tell; [`Error::File`] if it cannot be read.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let file = File::open(&path).map_err(Error::file("open", &path))?;
        let read = || {
            let len = file.metadata()?.len();
            let (mut before, mut sum) = ([0; BEFORE as usize], [0; AFTER as usize]);
            if len >= BEFORE + AFTER {
                file.read_exact_at(&mut before, 0)?;
                file.read_exact_at(&mut sum, len - AFTER)?;
            }
            Ok((len, before, u64::from_ne_bytes(sum)))
        };
        let (len, before, sum) = read().map_err(Error::file("read", &path))?;
        let refused = |what: &str| damaged(&path, what);
        if len < BEFORE + AFTER {
            return Err(refused(&format!("it is cut short: {len} bytes")));
        }
        if &before[..7] != MAGIC {
            return Err(refused("it does not begin with MSTCKPT, so it is no checkpoint"));
        }
        if before[7] != VERSION {
            let what = "it was written by another version of this program";
            return Err(refused(what));
        }
        let word = |at: usize| u64::from_ne_bytes(before[at..at + 8].try_into().expect("8 bytes"));
        let (head_len, head_sum) = (word(8), word(16));
        if head_len > len - BEFORE - AFTER {
            return Err(refused("it is cut short within its head"));
        }
        let mut text = vec![0; head_len as usize]; // no more than the file has
        file.read_exact_at(&mut text, BEFORE).map_err(Error::file("read", &path))?;
        if xxh3_64(&text) != head_sum {
            return Err(refused("the checksum of its head is wrong"));
        }
        let head: Head = serde_json::from_slice(&text)
            .map_err(|why| refused(&format!("its head cannot be read ({why})")))?;
        let edges = BEFORE + head_len..len - AFTER;
        let expected: u128 = head.segments.iter().map(|segment| u128::from(segment.bytes())).sum();
        if u128::from(edges.end - edges.start) != expected {
            return Err(refused(&format!(
                "it has {} bytes of edges, where its head says {expected}",
                edges.end - edges.start
            )));
        }
        Ok(Self { path, head, edges, sum })
    }

    /// Reads the whole file and compares its checksum.
    ///
    /// # Errors
    /// [`Error::Content`] if it is damaged; [`Error::File`] if it cannot be read.
    pub(super) fn check(&self) -> Result<()> {
        let mut hash = Xxh3Default::new();
        let read = each_block(&self.path, 0..self.edges.end, |block| {
            hash.update(block);
            Ok(())
        });
        read.map_err(Error::file("read", &self.path))?;
        if hash.digest() != self.sum {
            return Err(damaged(&self.path, "its checksum is wrong"));
        }
        Ok(())
    }

    /// The segments, each with its edges.
    pub(super) fn segments(&self) -> impl Iterator<Item = (&Segment, Body<'_>)> {
        let mut at = self.edges.start;
        self.head.segments.iter().map(move |segment| {
            let from = at;
            at += segment.bytes();
            (segment, Body::Of(&self.path, from..at))
        })
    }

    /// Writes a file whole, in the place of what is at `path`.
    ///
    /// # Errors
    /// [`Error::File`] if the disk is full; what was at `path` is then still there.
    pub(super) fn write(path: PathBuf, head: Head, bodies: &[Body<'_>]) -> Result<Self> {
        let write = || {
            let beside = folder::beside(&path)?;
            let (edges, sum) = fill(beside.as_file(), &head, bodies)?;
            beside.as_file().sync_all()?;
            beside.persist(&path).map_err(|why| why.error)?;
            folder::sync(&path)?;
            Ok((edges, sum))
        };
        let (edges, sum) = write().map_err(Error::file("write", &path))?;
        Ok(Self { path, head, edges, sum })
    }
}

/// Writes all of a file; where its edges are, and its checksum.
fn fill(file: &File, head: &Head, bodies: &[Body<'_>]) -> io::Result<(Range<u64>, u64)> {
    let text = serde_json::to_vec(head).expect("plain fields");
    let mut out = Hashed { out: BufWriter::new(file), hash: Xxh3Default::new(), len: 0 };
    out.write_all(MAGIC)?;
    out.write_all(&[VERSION])?;
    out.write_all(&(text.len() as u64).to_ne_bytes())?;
    out.write_all(&xxh3_64(&text).to_ne_bytes())?;
    out.write_all(&text)?;
    let start = out.len;
    for body in bodies {
        match body {
            Body::Held(bytes) => out.write_all(bytes)?,
            Body::Of(path, range) => each_block(path, range.clone(), |block| out.write_all(block))?,
        }
    }
    let (edges, sum) = (start..out.len, out.hash.digest());
    out.write_all(&sum.to_ne_bytes())?;
    out.flush()?;
    Ok((edges, sum))
}

/// Shows the bytes of `range` of a file, in order, to `visit`.
fn each_block(
    path: &Path,
    range: Range<u64>,
    mut visit: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let file = File::open(path)?;
    let mut buffer = vec![0; BLOCK.min(range.end - range.start) as usize];
    let mut at = range.start;
    while at < range.end {
        let block = &mut buffer[..BLOCK.min(range.end - at) as usize];
        file.read_exact_at(block, at)?;
        visit(block)?;
        at += block.len() as u64;
    }
    Ok(())
}

/// Hashes and counts what is written.
struct Hashed<W> {
    out: W,
    hash: Xxh3Default,
    len: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    fn head(edges: &[u8]) -> Head {
        let segment = |edges: &u8| Segment {
            start: 3,
            edges: u64::from(*edges),
            ..Segment::untouched(9..u64::MAX)
        };
        let segments = edges.iter().map(segment).collect();
        Head { job: u64::MAX, graph: "the minimum forest of \"g\"".to_owned(), segments }
    }

    fn written(folder: &Path, edges: &[u8]) -> Saved {
        let bytes: Vec<u8> =
            edges.iter().flat_map(|&edges| vec![edges; 16 * edges as usize]).collect();
        let path = folder.join("rank-0-of-1.1.ckpt");
        Saved::write(path, head(edges), &[Body::Held(&bytes)]).expect("written")
    }

    fn is_refused(path: &Path, bytes: &[u8]) -> bool {
        fs::write(path, bytes).expect("written");
        let opened = Saved::open(path.to_owned());
        opened.and_then(|saved| saved.check()).is_err_and(|why| why.exit_code() == 1)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn files_read_back(edges in prop::collection::vec(0u8..9, 0..4)) {
            let folder = tempfile::tempdir().expect("a folder");
            let saved = written(folder.path(), &edges);
            let read = Saved::open(saved.path.clone()).expect("opened");
            read.check().expect("whole");
            prop_assert_eq!((&read.head, &read.edges, read.sum), (&saved.head, &saved.edges, saved.sum));
            // And so do copies of their parts.
            let bodies: Vec<_> = read.segments().map(|(_, body)| body).collect();
            let copy = Saved::write(folder.path().join("copy"), head(&edges), &bodies).expect("copied");
            prop_assert_eq!(fs::read(&copy.path).expect("read"), fs::read(&read.path).expect("read"));
        }

        /// However it is damaged, it is refused.
        #[test]
        fn damaged_files_are_refused(
            edges in prop::collection::vec(0u8..9, 0..4),
            place: prop::sample::Index,
            flipped in 1u8..=255,
            word: u64,
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let saved = written(folder.path(), &edges);
            let whole = fs::read(&saved.path).expect("read");
            let at = place.index(whole.len());
            prop_assert!(is_refused(&saved.path, &whole[..at]));
            let mut bytes = whole.clone();
            bytes[at] ^= flipped;
            prop_assert!(is_refused(&saved.path, &bytes));
            let longer = [&whole[..], &word.to_ne_bytes()].concat();
            prop_assert!(is_refused(&saved.path, &longer));
            let at = place.index(whole.len() - 8);
            let mut bytes = whole.clone();
            bytes[at..at + 8].copy_from_slice(&word.to_ne_bytes());
            prop_assert!(bytes == whole || is_refused(&saved.path, &bytes));
        }

        /// A head that lies about what follows, with the right checksum, drives no allocation.
        #[test]
        fn heads_that_lie_are_refused(edges: u64, narrow: bool) {
            let folder = tempfile::tempdir().expect("a folder");
            let mut lying = head(&[0]);
            lying.segments[0].edges = edges.max(1);
            lying.segments[0].held.narrow = narrow;
            let saved = Saved::write(folder.path().join("lie"), lying, &[]).expect("written");
            prop_assert!(Saved::open(saved.path).is_err());
        }

        #[test]
        fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("any");
            prop_assert!(is_refused(&path, &bytes));
            prop_assert!(is_refused(&path, &[MAGIC, &[VERSION][..], &bytes].concat()));
        }
    }
}
