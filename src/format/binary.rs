//! Our own binary format, `.mst`: edges at positions that can be computed. All little-endian.
//!
//! | bytes | |
//! |---|---|
//! | 0..8 | `MSTGRAPH` |
//! | 8..12 | version, u32: 1, or 2 if ids have 8 bytes |
//! | 12..16 | the type of a weight, u32: 1 is u32, 2 is i32, 3 is f32, 4 is i64, 5 is f64 |
//! | 16..24 | n, u64 |
//! | 24..32 | m, u64 |
//! | 32.. | m edges: u and v, u32 or u64 from 0, then the weight: 12 to 24 bytes |

use super::Preface;
use crate::error::{ContentFault, Error, Result};
use crate::graph::{Batch, Edge, Key, MOST_IDS, MOST_VERTICES, Numbers, Slice, Weight, Weights};
use crate::graph::{float_key, integer_key};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// How a file begins.
pub const MAGIC: &[u8; 8] = b"MSTGRAPH";
/// The bytes before the first edge.
pub const HEADER_BYTES: u64 = 32;
/// The version of a file whose ids have 4 bytes, and of one whose ids have 8.
const VERSIONS: [u32; 2] = [1, 2];
/// Edges with long ids that a thread decodes at once.
const PIECE: usize = if cfg!(test) { 3 } else { 1 << 14 };

/// The type of a weight in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum WeightKind {
    U32 = 1,
    I32 = 2,
    F32 = 3,
    I64 = 4,
    F64 = 5,
}

impl WeightKind {
    const ALL: [Self; 5] = [Self::U32, Self::I32, Self::F32, Self::I64, Self::F64];

    /// The bytes of a weight.
    fn bytes(self) -> usize {
        if self.weights().is_narrow() { 4 } else { 8 }
    }

    fn weights(self) -> Weights {
        match self {
            Self::U32 => Weights::narrow_integers(0),
            Self::I32 => Weights::narrow_integers(i32::MIN as i64),
            Self::F32 => Weights::SINGLES,
            Self::I64 => Weights::wide(Numbers::Integers),
            Self::F64 => Weights::wide(Numbers::Floats),
        }
    }
}

/// The header of a file, checked against the length of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHeader {
    /// Vertices.
    pub n: u64,
    /// Edges, including loops.
    pub m: u64,
    kind: WeightKind,
    /// Whether ids have 8 bytes.
    long_ids: bool,
}

impl FileHeader {
    /// Reads and checks the header of a file.
    ///
    /// # Errors
    /// [`Error::Content`] if it is not such a file, of another version, or longer or shorter than
    /// its header says; [`Error::File`] if it cannot be read.
    pub fn read(path: &Path, file: &File) -> Result<Self> {
        let failed = Error::file("read", path);
        let read = || {
            let len = file.metadata()?.len();
            let mut bytes = [0; HEADER_BYTES as usize];
            let room = usize::try_from(len).map_or(bytes.len(), |len| len.min(bytes.len()));
            file.read_exact_at(&mut bytes[..room], 0)?;
            Ok((bytes, len))
        };
        let (bytes, len) = read().map_err(failed)?;
        Self::parse(&bytes, len).map_err(|what| Error::content(path, ContentFault::Damaged, what))
    }

    /// The header in `bytes` of a file of `len` bytes, or what is wrong with it.
    fn parse(bytes: &[u8; HEADER_BYTES as usize], len: u64) -> Result<Self, String> {
        let word =
            |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let long =
            |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        if len < HEADER_BYTES {
            return Err(format!(
                "it is cut short: it has {len} bytes, but the header alone needs {HEADER_BYTES}"
            ));
        }
        if &bytes[..8] != MAGIC {
            return Err("it does not begin with MSTGRAPH, so it is not a binary graph".to_owned());
        }
        let [short, long_version] = VERSIONS;
        if !VERSIONS.contains(&word(8)) {
            return Err(format!(
                "its version is {}, but this program reads the versions {short} and {long_version}",
                word(8)
            ));
        }
        let kind = WeightKind::ALL.into_iter().find(|kind| *kind as u32 == word(12));
        let kind = kind
            .ok_or_else(|| format!("its weight type is {}, but only 1 to 5 are known", word(12)))?;
        let (n, m) = (long(16), long(24));
        let header = Self { n, m, kind, long_ids: word(8) == long_version };
        let most = if header.long_ids { MOST_IDS } else { MOST_VERTICES };
        if n > most {
            return Err(format!("its header says {n} vertices, more than {most}"));
        }
        let expected = u128::from(m) * u128::from(header.edge_bytes()) + u128::from(HEADER_BYTES);
        if u128::from(len) != expected {
            let what = if u128::from(len) < expected { "cut short" } else { "too long" };
            return Err(format!("it is {what}: it has {len} bytes, but {m} edges need {expected}"));
        }
        Ok(header)
    }

    /// The bytes of an id.
    fn id_bytes(&self) -> usize {
        if self.long_ids { 8 } else { 4 }
    }

    /// The bytes of an edge.
    pub fn edge_bytes(&self) -> u64 {
        (2 * self.id_bytes() + self.kind.bytes()) as u64
    }

    /// The ends of an edge, and the bytes of its weight.
    fn record<'a>(&self, record: &'a [u8]) -> ([u64; 2], &'a [u8]) {
        let (ends, weight) = record.split_at(2 * self.id_bytes());
        let (u, v) = ends.split_at(self.id_bytes());
        let id = |bytes: &[u8]| match bytes.try_into() {
            Ok(short) => u32::from_le_bytes(short).into(),
            Err(_) => u64::from_le_bytes(bytes.try_into().expect("eight bytes")),
        };
        ([id(u), id(v)], weight)
    }

    /// The range of bytes of the edges at these positions.
    pub fn edge_range(&self, edges: Range<u64>) -> Range<u64> {
        let at = |position: u64| HEADER_BYTES + position * self.edge_bytes();
        at(edges.start)..at(edges.end.max(edges.start))
    }

    /// How the keys are encoded.
    pub fn weights(&self) -> Weights {
        self.kind.weights()
    }

    /// The edges in `bytes`, the first of which is at position `first`, and the number of loops,
    /// which are dropped. Works in parallel; adds the number of edges to `done`. Batches list their
    /// ids if n is above [`MOST_VERTICES`].
    ///
    /// # Errors
    /// [`Error::Content`] for the first edge with an endpoint out of range or a weight that is not
    /// finite.
    pub fn decode(
        &self,
        path: &Path,
        bytes: &[u8],
        first: u64,
        done: &AtomicU64,
    ) -> Result<(Vec<Batch>, u64)> {
        let word = |weight: &[u8]| u32::from_le_bytes(weight.try_into().expect("four bytes"));
        let long = |weight: &[u8]| u64::from_le_bytes(weight.try_into().expect("eight bytes"));
        let single = |weight: &[u8]| {
            let weight = Weight::Float(f32::from_bits(word(weight)).into());
            Weights::SINGLES.key(weight).map(|key| key as u32)
        };
        let decoded = match self.kind {
            WeightKind::U32 => self.decode_with(bytes, |weight| Some(word(weight))),
            WeightKind::I32 => self.decode_with(bytes, |weight| Some(word(weight) ^ 1 << 31)),
            WeightKind::F32 => self.decode_with(bytes, single),
            WeightKind::I64 => {
                self.decode_with(bytes, |weight| Some(integer_key(long(weight) as i64)))
            }
            WeightKind::F64 => {
                self.decode_with(bytes, |weight| float_key(f64::from_bits(long(weight))))
            }
        };
        done.fetch_add(bytes.len() as u64 / self.edge_bytes(), Relaxed);
        decoded.map_err(|bad| self.refuse(path, bytes, first, bad as u64))
    }

    /// The edges without loops, with keys made by `key` from the bytes of weights, and how many loops
    /// there were; or the position of the first bad edge.
    fn decode_with<K: Key>(
        &self,
        bytes: &[u8],
        key: impl Fn(&[u8]) -> Option<K> + Sync,
    ) -> Result<(Vec<Batch>, u64), usize> {
        // A file may have long ids although short ones would do.
        match self.n > MOST_VERTICES {
            true => self.decode_long(bytes, key),
            false => self.decode_short(bytes, key),
        }
    }

    /// [`FileHeader::decode_with`] for ids that need more than 32 bits.
    fn decode_long<K: Key>(
        &self,
        bytes: &[u8],
        key: impl Fn(&[u8]) -> Option<K> + Sync,
    ) -> Result<(Vec<Batch>, u64), usize> {
        let edge_bytes = self.edge_bytes() as usize;
        let decode = |(piece, records): (usize, &[u8])| {
            let (mut ends, mut keys, mut loops) = (Vec::new(), Vec::new(), 0);
            for (place, record) in records.chunks_exact(edge_bytes).enumerate() {
                let ([u, v], weight) = self.record(record);
                let key = key(weight).filter(|_| u.max(v) < self.n).ok_or(piece * PIECE + place)?;
                if u == v {
                    loops += 1;
                } else {
                    ends.push([u, v]);
                    keys.push(key);
                }
            }
            Ok((Batch::known_listed(&ends, &keys, self.weights()), loops))
        };
        let pieces = bytes.par_chunks(PIECE * edge_bytes).enumerate();
        let decoded: Vec<Result<(Batch, u64), usize>> = pieces.map(decode).collect();
        let decoded: Vec<(Batch, u64)> = decoded.into_iter().collect::<Result<_, _>>()?;
        let loops = decoded.iter().map(|(_, loops)| loops).sum();
        Ok((decoded.into_iter().map(|(batch, _)| batch).collect(), loops))
    }

    /// [`FileHeader::decode_with`] for ids that do not.
    fn decode_short<K: Key>(
        &self,
        bytes: &[u8],
        key: impl Fn(&[u8]) -> Option<K> + Sync,
    ) -> Result<(Vec<Batch>, u64), usize> {
        let decode = |record: &[u8]| {
            let ([u, v], weight) = self.record(record);
            let key = key(weight).filter(|_| u.max(v) < self.n)?;
            Some(Edge { u: u as u32, v: v as u32, key })
        };
        let bad = AtomicBool::new(false);
        let decode_or_note = |record: &[u8]| {
            decode(record).unwrap_or_else(|| {
                bad.store(true, Relaxed);
                Edge { u: 0, v: 0, key: K::zeroed() }
            })
        };
        let records = bytes.par_chunks_exact(self.edge_bytes() as usize);
        let mut edges: Vec<Edge<K>> = records.clone().map(decode_or_note).collect();
        if bad.into_inner() {
            return Err(records.position_first(|record| decode(record).is_none()).unwrap_or(0));
        }
        let all = edges.len();
        if edges.par_iter().any(Edge::is_loop) {
            edges.retain(|e| !e.is_loop());
        }
        let loops = (all - edges.len()) as u64;
        Ok((vec![Batch::known(K::pack(edges), self.weights())], loops))
    }

    fn refuse(&self, path: &Path, bytes: &[u8], first: u64, bad: u64) -> Error {
        let Range { start, end } = self.edge_range(bad..bad + 1);
        let record = &bytes[(start - HEADER_BYTES) as usize..(end - HEADER_BYTES) as usize];
        let ([u, v], _) = self.record(record);
        let what = if u.max(v) < self.n {
            "its weight is not a finite number".to_owned()
        } else {
            format!("an endpoint is not below n = {}", self.n)
        };
        let (position, offset) = (first + bad, self.edge_range(first + bad..first + bad).start);
        Error::content(
            path,
            ContentFault::Damaged,
            format!("edge {position} (from 0) at byte {offset}: {what}"),
        )
    }
}

/// Writes the head of a graph with the smallest type that holds all its weights.
pub(super) fn write_head(preface: &Preface, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(MAGIC)?;
    out.write_all(&VERSIONS[usize::from(has_long_ids(preface))].to_le_bytes())?;
    out.write_all(&(smallest(preface) as u32).to_le_bytes())?;
    out.write_all(&preface.n.to_le_bytes())?;
    out.write_all(&preface.m.to_le_bytes())
}

/// Writes the next edges of a graph.
pub(super) fn write_edges(preface: &Preface, block: &Slice, out: &mut dyn Write) -> io::Result<()> {
    let (kind, id_bytes) = (smallest(preface), if has_long_ids(preface) { 8 } else { 4 });
    for (u, v, weight) in block.weighted() {
        out.write_all(&u.to_le_bytes()[..id_bytes])?;
        out.write_all(&v.to_le_bytes()[..id_bytes])?;
        match (kind, weight) {
            // The low bytes of an i64 are those of the u32 or i32 that holds the same integer.
            (WeightKind::U32 | WeightKind::I32, Weight::Integer(weight)) => {
                out.write_all(&weight.to_le_bytes()[..4])?
            }
            (_, Weight::Integer(weight)) => out.write_all(&weight.to_le_bytes())?,
            (WeightKind::F32, Weight::Float(weight)) => {
                out.write_all(&(weight as f32).to_le_bytes())?
            }
            (_, Weight::Float(weight)) => out.write_all(&weight.to_le_bytes())?,
        }
    }
    Ok(())
}

fn has_long_ids(preface: &Preface) -> bool {
    preface.n > MOST_VERTICES
}

fn smallest(preface: &Preface) -> WeightKind {
    let holds = |kind: &WeightKind| kind.weights().holds(preface.extent);
    WeightKind::ALL.into_iter().find(holds).expect("the last ones hold all")
}
