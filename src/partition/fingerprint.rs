//! Finds out which ranks have the file, what it is, and so who reads it.

use super::InputFrom;
use crate::comm::Comm;
use crate::error::{ContentFault, Error, Result, shown};
use crate::format::{Format, Stream};
use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3Default;

/// Bytes of a sample of a file.
const SAMPLE: u64 = 1 << 16;
/// Samples by which hosts compare their files: of a file of up to 64 MiB, every byte counts.
const SAMPLES: u64 = 1 << 10;

/// A file that at least rank 0 can read.
pub(super) struct Located {
    pub(super) format: Format,
    pub(super) from: InputFrom,
    /// How it is read and why, in words, if there was a choice.
    pub(super) how: Option<String>,
    /// Words that distinguish it from other files.
    pub(super) identity: String,
    /// Its length, bytes, the same on all ranks that read it.
    pub(super) len: u64,
}

/// What a rank sees of a file; the same on two ranks if they have the same file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Serialize, Deserialize)]
#[repr(C)]
pub struct Fingerprint {
    present: u64,
    /// The file's length, bytes.
    pub len: u64,
    /// A hash of evenly spaced samples.
    content: u64,
    /// 1 if it is compressed, else 0.
    compressed: u64,
}

/// What this process sees of a file.
///
/// # Errors
/// If it is not a regular file, is empty, or cannot be read.
pub fn fingerprint(path: &Path) -> Result<Fingerprint> {
    look(path).map(|(fingerprint, _)| fingerprint)
}

impl Fingerprint {
    pub(super) fn is_compressed(&self) -> bool {
        self.compressed == 1
    }
}

impl Located {
    /// A file of `len` bytes that other files of its graph stand beside, with no identity of its own.
    pub(super) fn alone(format: Format, len: u64) -> Self {
        Self { format, from: InputFrom::All, how: None, identity: String::new(), len }
    }

    /// Looks at the file on every rank.
    ///
    /// # Errors
    /// If rank 0 cannot read it, or another rank cannot although `from` demands that all do.
    pub(super) fn find(
        comm: &Comm,
        path: &Path,
        format: Option<Format>,
        from: Option<InputFrom>,
    ) -> Result<Self> {
        let must = comm.rank() == 0 || from == Some(InputFrom::All);
        let looked = match look(path) {
            Err(_) if !must => Ok((Fingerprint::zeroed(), Vec::new())),
            looked => looked,
        };
        let (fingerprint, head) = comm.agree(looked)?;
        let seen = comm.all_gather(&[fingerprint]).concat();
        let format = format.map_or_else(|| Format::detect(path, &head), Ok);
        let format = comm.agree(if comm.rank() == 0 { format } else { Ok(Format::Text) })?;
        let chosen = comm.broadcast(0, format.to_string().into_bytes());
        let format = String::from_utf8_lossy(&chosen).parse()?;
        let is_compressed = seen[0].is_compressed();
        if is_compressed && format == Format::Binary {
            let what = "a binary file cannot be read compressed; decompress it first";
            return Err(Error::content(path, ContentFault::Unsupported, what));
        }
        let other = seen.iter().position(|fingerprint| *fingerprint != seen[0]);
        let named = other.map(|rank| comm.topology().name(rank));
        let (from, why) = match (from, named) {
            (Some(InputFrom::All), Some(name)) => {
                return Err(Error::content(
                    path,
                    ContentFault::Changed,
                    format!(
                        "{name} has a different file than rank 0; copy the same file to every \
                         host, or use --input-from root"
                    ),
                ));
            }
            (Some(InputFrom::All), None) if is_compressed => {
                let what = "a compressed file cannot be read in parts; decompress it, or use --input-from root";
                return Err(Error::content(path, ContentFault::Unsupported, what));
            }
            (Some(from), _) => (from, "as asked".to_owned()),
            (None, _) if is_compressed => {
                (InputFrom::Root, "a compressed file cannot be read in parts".to_owned())
            }
            (None, Some(name)) => {
                (InputFrom::Root, format!("{name} has no such file, or a different one"))
            }
            (None, None) => (InputFrom::All, "it looks the same on every host".to_owned()),
        };
        let how = (comm.size() > 1).then(|| match from {
            InputFrom::All => format!("every rank reads its part of {}: {why}", shown(path)),
            InputFrom::Root => {
                format!("rank 0 reads {} and sends the parts: {why}", shown(path))
            }
        });
        let Fingerprint { len, content, .. } = seen[0];
        let identity = format!("a {format} file of {len} bytes with content {content:016x}");
        Ok(Self { format, from, how, identity, len })
    }
}

/// What this rank sees of the file, and the first bytes of its content.
fn look(path: &Path) -> Result<(Fingerprint, Vec<u8>)> {
    let looked = look_at(path, 1)?;
    if looked.0.len == 0 {
        return Err(Error::content(path, ContentFault::Empty, "the file is empty"));
    }
    Ok(looked)
}

/// What this rank sees of one of `files` files, which together have the samples that one alone would
/// have, but at least one at each end; and the first bytes of its content.
pub(super) fn look_at(path: &Path, files: u64) -> Result<(Fingerprint, Vec<u8>)> {
    // Check before opening: opening a pipe waits for a writer.
    let about = path.metadata().map_err(Error::file("open", path))?;
    if about.is_dir() {
        let why = std::io::ErrorKind::IsADirectory.into();
        return Err(Error::File { action: "read", path: path.to_owned(), why });
    }
    if !about.is_file() {
        let what = "it is not a regular file, so it cannot be read in parts; save it as a file \
                    first, or pipe it in and name it -";
        return Err(Error::content(path, ContentFault::Unsupported, what));
    }
    let len = about.len();
    let file = File::open(path).map_err(Error::file("open", path))?;
    let mut stream = Stream::open(path)?;
    let head = stream.head()?.to_vec();
    let mut hash = Xxh3Default::new();
    let step = len.div_ceil((SAMPLES / files.max(1)).max(1)).max(SAMPLE);
    for from in (0..len).step_by(step as usize) {
        hash.update(&sample(&file, from, len).map_err(Error::file("read", path))?);
    }
    hash.update(
        &sample(&file, len.saturating_sub(SAMPLE), len).map_err(Error::file("read", path))?,
    );
    let content = hash.digest();
    let compressed = u64::from(stream.is_compressed());
    Ok((Fingerprint { present: 1, len, content, compressed }, head))
}

fn sample(file: &File, from: u64, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; SAMPLE.min(len - from) as usize];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes)
}
