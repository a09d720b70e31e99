//! The file of one rank: segments of the input, and for each the forest of the part that was read.
//!
//! | bytes | |
//! |---|---|
//! | 0..8 | `MSTCKPT3`: the last byte is the version |
//! | 8..16 | h, the length of the head |
//! | 16..24 | XXH3 of the head |
//! | 24..24 + h | the head, JSON: [`FileHead`], with the XXH3 of each segment's edges |
//! | .. | the edges of its segments, in order: u and v, then the key: 12 or 16 bytes |
//!
//! Numbers are in the byte order of the machine. A file is written under another name and then
//! renamed, so one that is cut short or has a wrong checksum was damaged later. Edges are compared
//! with their checksum whenever they are read or copied, so they are the ones that were written
//! with the head.

use super::folder::{Folder, RankFile};
use crate::error::{ContentFault, Error, Result};
use crate::partition::segment::Segment;
use nix::fcntl::OFlag;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

pub(super) const MAGIC: &[u8; 7] = b"MSTCKPT";
pub(super) const VERSION: u8 = b'3';
/// The bytes before the head.
pub(super) const BEFORE: u64 = 24;
/// The longest head, bytes: about 200,000 segments.
const MOST_HEAD: u64 = 1 << 26;
/// Bytes that are copied or checked at once.
const BLOCK: u64 = 1 << 20;

/// The head of a file: what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileHead {
    /// A number that identifies the job, the same in all its files.
    pub(super) job: u64,
    /// The file's own name, with the generation in it.
    pub(super) name: RankFile,
    /// The graph, the options that matter and the kind of forest, in words.
    pub(super) graph: String,
    /// The segments that the file holds, in the order of the input.
    pub(super) segments: Vec<Segment>,
}

impl FileHead {
    /// The bytes of all edges.
    fn body_bytes(&self) -> u128 {
        self.segments.iter().map(|segment| u128::from(segment.bytes())).sum()
    }
}

/// A file whose head was checked, and which is no longer open.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KnownFile {
    pub(super) head: FileHead,
    /// The checksum of the head, which has the checksums of all edges in it.
    pub(super) sum: u64,
    /// Where its edges begin.
    body: u64,
}

/// A file whose head was checked, still open.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) known: KnownFile,
    path: PathBuf,
    file: File,
}

/// The error for a damaged file: what is wrong, and what helps.
pub(super) fn damaged(path: &Path, what: &str) -> Error {
    let help = "copy it back if you have it elsewhere, or remove the files of this checkpoint to start \
                from the beginning";
    Error::content(path, ContentFault::Damaged, format!("{what}; {help}"))
}

impl KnownFile {
    /// Opens the file again.
    ///
    /// # Errors
    /// As [`Saved::open`]; [`Error::Content`] if the file has changed since.
    pub(super) fn open(&self, folder: &Folder) -> Result<Saved> {
        let saved = Saved::open(folder, self.head.name)?;
        if saved.known != *self {
            return Err(Error::content(
                &saved.path,
                ContentFault::Changed,
                "it was changed while this job started; try again",
            ));
        }
        Ok(saved)
    }
}

impl Saved {
    /// Opens a file and checks its head.
    ///
    /// # Errors
    /// [`Error::Content`] if it is not a checkpoint, is of another version, or its head or length
    /// shows damage; [`Error::File`] if it cannot be read.
    pub(super) fn open(folder: &Folder, name: RankFile) -> Result<Self> {
        let path = folder.path_of(&name.file_name());
        let file = folder.open(&name.file_name(), OFlag::O_RDONLY)?;
        let refused = |what: &str| damaged(&path, what);
        let len = file.metadata().map_err(Error::file("read", &path))?.len();
        if len < BEFORE {
            return Err(refused(&format!("it is cut short: {len} bytes")));
        }
        let mut before = [0; BEFORE as usize];
        file.read_exact_at(&mut before, 0).map_err(Error::file("read", &path))?;
        if &before[..7] != MAGIC {
            return Err(refused("it does not begin with MSTCKPT, so it is no checkpoint"));
        }
        if before[7] != VERSION {
            let what = "it was written by another version of this program";
            return Err(refused(what));
        }
        let word = |at: usize| u64::from_ne_bytes(before[at..at + 8].try_into().expect("8 bytes"));
        let (head_len, sum) = (word(8), word(16));
        if head_len > len - BEFORE {
            return Err(refused("it is cut short within its head"));
        }
        if head_len > MOST_HEAD {
            return Err(refused("its head is too long"));
        }
        let mut text = vec![0; head_len as usize];
        file.read_exact_at(&mut text, BEFORE).map_err(Error::file("read", &path))?;
        if xxh3_64(&text) != sum {
            return Err(refused("the checksum of its head is wrong"));
        }
        let head: FileHead = serde_json::from_slice(&text)
            .map_err(|why| refused(&format!("its head cannot be read ({why})")))?;
        if head.name != name {
            let was = head.name.file_name();
            return Err(refused(&format!("it was saved as {was}, and its name was changed")));
        }
        let (body, expected) = (BEFORE + head_len, head.body_bytes());
        if u128::from(len - body) != expected {
            let bytes = len - body;
            return Err(refused(&format!(
                "it has {bytes} bytes of edges, but its head says {expected}"
            )));
        }
        Ok(Self { known: KnownFile { head, sum, body }, path, file })
    }

    /// The edges of one of its segments, to be read in order.
    pub(super) fn body(&self, segment: usize) -> Body<'_> {
        let KnownFile { head, body, .. } = &self.known;
        let start = body + head.segments[..segment].iter().map(Segment::bytes).sum::<u64>();
        let segment = &head.segments[segment];
        let range = start..start + segment.bytes();
        Body { saved: self, range, hash: Xxh3Default::new(), sum: segment.sum }
    }

    /// Reads the whole file and compares its checksums.
    ///
    /// # Errors
    /// [`Error::Content`] if it is damaged; [`Error::File`] if it cannot be read.
    pub(super) fn check(&self) -> Result<()> {
        (0..self.known.head.segments.len())
            .try_for_each(|segment| self.body(segment).each_block(|_| Ok(())))
    }

    /// Writes a whole file, the head and the edges that `bodies` writes, and replaces the file that
    /// has its name.
    ///
    /// # Errors
    /// [`Error::File`] if the disk is full, and as `bodies`. The old file then stays as it was.
    pub(super) fn write(
        folder: &Folder,
        head: FileHead,
        bodies: impl FnOnce(&mut Out<'_>) -> Result<()>,
    ) -> Result<Self> {
        let name = head.name.file_name();
        let path = folder.path_of(&name);
        let text = serde_json::to_vec(&head).expect("plain fields serialise");
        let (body, sum) = (BEFORE + text.len() as u64, xxh3_64(&text));
        let new = folder.create(&name)?;
        let mut out = Out { path: &path, out: BufWriter::new(&new.file), len: 0 };
        out.put(MAGIC)?;
        out.put(&[VERSION])?;
        out.put(&(text.len() as u64).to_ne_bytes())?;
        out.put(&sum.to_ne_bytes())?;
        out.put(&text)?;
        bodies(&mut out)?;
        assert_eq!(u128::from(out.len - body), head.body_bytes(), "{}", path.display());
        out.out.flush().map_err(Error::file("write", &path))?;
        drop(out);
        let file = new.name(&name)?;
        Ok(Self { known: KnownFile { head, sum, body }, path, file })
    }
}

/// The edges of one segment of a file, as they are read.
pub(super) struct Body<'a> {
    saved: &'a Saved,
    /// The bytes that were not read yet.
    range: Range<u64>,
    hash: Xxh3Default,
    sum: u64,
}

impl Body<'_> {
    pub(super) fn path(&self) -> &Path {
        &self.saved.path
    }

    /// The next bytes, at most `most`; none at the end.
    ///
    /// # Errors
    /// [`Error::Content`] at the end if the bytes do not have the checksum in the head;
    /// [`Error::File`] if they cannot be read.
    pub(super) fn next(&mut self, most: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; most.min(self.range.end - self.range.start) as usize];
        let read = self.saved.file.read_exact_at(&mut bytes, self.range.start);
        read.map_err(Error::file("read", self.path()))?;
        self.hash.update(&bytes);
        self.range.start += bytes.len() as u64;
        if self.range.is_empty() && self.hash.digest() != self.sum {
            return Err(damaged(self.path(), "the checksum of its edges is wrong"));
        }
        Ok(bytes)
    }

    /// Shows all bytes, in order, to `visit`.
    ///
    /// # Errors
    /// As [`Body::next`] and `visit`.
    pub(super) fn each_block(mut self, mut visit: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        loop {
            let bytes = self.next(BLOCK)?;
            if bytes.is_empty() {
                return Ok(());
            }
            visit(&bytes)?;
        }
    }
}

/// The output to a file that is being written.
pub(super) struct Out<'a> {
    path: &'a Path,
    out: BufWriter<&'a File>,
    len: u64,
}

impl Out<'_> {
    /// # Errors
    /// [`Error::File`] if the disk is full.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.len += bytes.len() as u64;
        self.out.write_all(bytes).map_err(Error::file("write", self.path))
    }

    /// Copies the edges of a segment.
    ///
    /// # Errors
    /// As [`Out::put`] and [`Body::next`].
    pub(super) fn copy(&mut self, body: Body<'_>) -> Result<()> {
        body.each_block(|block| self.put(block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Numbers, Weights};
    use proptest::prelude::*;
    use std::fs;

    const NAME: RankFile = RankFile { generation: 1, of: 1, rank: 0 };

    fn body(edges: u8) -> Vec<u8> {
        vec![edges; 16 * edges as usize]
    }

    fn head(edges: &[u8]) -> FileHead {
        let segment = |&edges: &u8| Segment {
            start: 3,
            edges: u64::from(edges),
            weights: Weights::wide(Numbers::Integers),
            sum: xxh3_64(&body(edges)),
            ..Segment::untouched(9..u64::MAX)
        };
        let segments = edges.iter().map(segment).collect();
        let graph = "the minimum forest of \"g\"".to_owned();
        FileHead { job: u64::MAX, name: NAME, graph, segments }
    }

    fn written(folder: &Folder, edges: &[u8]) -> Saved {
        let bytes: Vec<u8> = edges.iter().flat_map(|&edges| body(edges)).collect();
        Saved::write(folder, head(edges), |out| out.put(&bytes)).expect("written")
    }

    fn opened() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::make(place.path()).expect("opened");
        (place, folder)
    }

    fn is_refused(folder: &Folder, bytes: &[u8]) -> bool {
        fs::write(folder.path_of(&NAME.file_name()), bytes).expect("written");
        let opened = Saved::open(folder, NAME);
        opened.and_then(|saved| saved.check()).is_err_and(|why| why.exit_code() == 1)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn files_read_back(edges in prop::collection::vec(0u8..9, 0..4)) {
            let (_place, folder) = opened();
            let saved = written(&folder, &edges);
            let read = saved.known.open(&folder).expect("as it was");
            read.check().expect("whole");
            // Copies of their parts read back, too.
            let name = RankFile { generation: 2, ..NAME };
            let copied = Saved::write(&folder, FileHead { name, ..head(&edges) }, |out| {
                (0..edges.len()).try_for_each(|segment| out.copy(read.body(segment)))
            });
            copied.expect("copied").check().expect("whole");
        }

        /// A file is refused, however it is damaged.
        #[test]
        fn damaged_files_are_refused(
            edges in prop::collection::vec(0u8..9, 0..4),
            place: prop::sample::Index,
            flipped in 1u8..=255,
            word: u64,
        ) {
            let (_place, folder) = opened();
            let saved = written(&folder, &edges);
            let whole = fs::read(&saved.path).expect("read");
            let at = place.index(whole.len());
            prop_assert!(is_refused(&folder, &whole[..at]));
            let mut bytes = whole.clone();
            bytes[at] ^= flipped;
            prop_assert!(is_refused(&folder, &bytes));
            let longer = [&whole[..], &word.to_ne_bytes()].concat();
            prop_assert!(is_refused(&folder, &longer));
            let at = place.index(whole.len() - 8);
            let mut bytes = whole.clone();
            bytes[at..at + 8].copy_from_slice(&word.to_ne_bytes());
            prop_assert!(bytes == whole || is_refused(&folder, &bytes));
        }

        /// A head that lies about what follows, with the right checksum, does not decide how much
        /// is allocated.
        #[test]
        fn heads_that_lie_are_refused(edges: u64, narrow: bool) {
            let (_place, folder) = opened();
            let mut lying = head(&[0]);
            lying.segments[0].edges = edges.max(1);
            lying.segments[0].weights =
                if narrow { Weights::SINGLES } else { Weights::wide(Numbers::Floats) };
            let text = serde_json::to_vec(&lying).expect("plain fields serialise");
            let [len, sum] = [text.len() as u64, xxh3_64(&text)].map(u64::to_ne_bytes);
            let bytes = [MAGIC, &[VERSION][..], &len, &sum, &text].concat();
            prop_assert!(is_refused(&folder, &bytes));
        }

        #[test]
        fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
            let (_place, folder) = opened();
            prop_assert!(is_refused(&folder, &bytes));
            prop_assert!(is_refused(&folder, &[MAGIC, &[VERSION][..], &bytes].concat()));
        }
    }

    /// Each damage is refused for what it is, and at its limit.
    #[test]
    fn each_damage_has_its_cause() {
        let (_place, folder) = opened();
        let saved = written(&folder, &[1]);
        let whole = fs::read(&saved.path).expect("read");
        let head_len = saved.known.body - BEFORE;
        let before = |len: u64| [MAGIC, &[VERSION][..], &len.to_ne_bytes(), &[0; 8]].concat();
        let holes = |len: u64| [before(len), vec![0; MOST_HEAD as usize + 1]].concat();
        let cases = [
            (vec![0; 23], "it is cut short: 23 bytes"),
            (vec![0; 24], "it does not begin with MSTCKPT"),
            (before(0), "the checksum of its head is wrong"),
            (before(1), "it is cut short within its head"),
            (whole[..(BEFORE + head_len) as usize - 1].to_vec(), "it is cut short within its head"),
            (holes(MOST_HEAD), "the checksum of its head is wrong"),
            (holes(MOST_HEAD + 1), "its head is too long"),
            (whole[..whole.len() - 1].to_vec(), "it has 15 bytes of edges, but its head says 16"),
            ([&whole[..], &[0]].concat(), "it has 17 bytes of edges, but its head says 16"),
        ];
        for (bytes, cause) in cases {
            fs::write(&saved.path, bytes).expect("written");
            let refused = Saved::open(&folder, NAME).expect_err(cause).to_string();
            assert!(refused.contains(cause), "{refused}");
        }
    }

    /// Edges that changed after they were checked are not copied.
    #[test]
    fn what_is_copied_is_what_was_checked() {
        let (_place, folder) = opened();
        let saved = written(&folder, &[3, 5]);
        saved.check().expect("whole");
        let whole = fs::read(&saved.path).expect("read");
        let file = File::options().write(true).open(&saved.path).expect("opened");
        file.write_all_at(&[9], whole.len() as u64 - 1).expect("written");
        let name = RankFile { generation: 2, ..NAME };
        let copied =
            Saved::write(&folder, FileHead { name, ..head(&[5]) }, |out| out.copy(saved.body(1)));
        let told = copied.expect_err("damaged").to_string();
        assert!(told.contains("the checksum of its edges is wrong"), "{told}");
        assert_eq!(folder.list().expect("read").len(), 1);
        saved.body(0).each_block(|_| Ok(())).expect("the other one is whole");
    }

    /// A file of holes may have any length.
    #[test]
    fn a_long_head_is_not_allocated() {
        let (_place, folder) = opened();
        let path = folder.path_of(&NAME.file_name());
        fs::write(&path, [MAGIC, &[VERSION][..], &(1u64 << 42).to_ne_bytes()].concat())
            .expect("written");
        File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(1 << 43))
            .expect("a hole");
        let told = Saved::open(&folder, NAME).expect_err("too long").to_string();
        assert!(told.contains("its head is too long"), "{told}");
    }
}
