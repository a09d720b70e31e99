//! Estimates how much memory a graph will take.

use mst::distributed::{Combine, Plan, Prepare};
use mst::error::{Error, Result};
use mst::format::{Format, Preamble, Stream, TextOptions, binary};
use mst::graph::most_numbered;
use mst::partition::{Files, Source, fingerprint};
use mst::verify::VERTEX_BYTES;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;

/// A graph's size in memory, as far as its spec or the start of its file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Size {
    /// The number of vertices that take memory; 0 if only reading the whole file would tell.
    pub(super) n: u64,
    /// The bytes of all edges.
    pub(super) edge_bytes: u64,
}

/// Memory for an edge of a file while it is read, bytes.
const WIDE: u64 = 16;
/// The approximate factor by which numbers are compressed.
const COMPRESSED: u64 = 4;
/// The number of copies of its edges that a rank holds at its peak: the slice, and a sorted copy or
/// what other ranks send.
const COPIES: u64 = 2;

impl Size {
    /// The size of a graph. If the start of a text file does not give the number of edges, it is
    /// guessed from the file's length: a line of three numbers is about as long as an edge in
    /// memory.
    ///
    /// # Errors
    /// If a file cannot be read, or its start is malformed.
    pub(super) fn of(source: &Source) -> Result<Self> {
        match source {
            Source::Generated(spec) => {
                let edge_bytes = spec.weights().edge_bytes() as u64;
                let m = spec.expected_edges();
                Ok(Self { n: most_numbered(spec.n(), m), edge_bytes: m.saturating_mul(edge_bytes) })
            }
            Source::File { path, .. } => Self::of_file(path),
            Source::Files { files: Files::OfRank(name), .. } => {
                let what = format!(
                    "each rank has its own {name}, so its size is not known here: name a file, or \
                     several with a pattern"
                );
                Err(Error::usage("--graph", what))
            }
            Source::Files { files, .. } => {
                let paths = files.paths(1)?;
                let sizes = paths.iter().map(|path| Self::of_file(path));
                sizes.collect::<Result<Vec<_>>>().map(|sizes| Self {
                    n: sizes.iter().map(|size| size.n).max().unwrap_or(0),
                    edge_bytes: sizes
                        .iter()
                        .map(|size| size.edge_bytes)
                        .fold(0, u64::saturating_add),
                })
            }
        }
    }

    fn of_file(path: &Path) -> Result<Self> {
        let len = fingerprint(path)?.len; // refuses pipes and devices, for which the next line might block
        let file = File::open(path).map_err(Error::file("open", path))?;
        let mut stream = Stream::open(path)?;
        let format = Format::detect(path, stream.head()?)?;
        if format == Format::Binary {
            let header = binary::FileHeader::read(path, &file)?;
            let n = most_numbered(header.n, header.m);
            return Ok(Self { n, edge_bytes: header.m.saturating_mul(WIDE) });
        }
        let top = Preamble::read(path, format, &TextOptions::default(), &mut stream)?;
        let guessed = if stream.is_compressed() { len.saturating_mul(COMPRESSED) } else { len };
        let edge_bytes = top.m.map_or(guessed, |m| m.saturating_mul(WIDE));
        Ok(Self { n: most_numbered(top.n.unwrap_or(0), edge_bytes / WIDE), edge_bytes })
    }

    /// Memory that each rank needs in any case, for the vertices, bytes.
    pub(super) fn of_vertices(&self) -> u64 {
        self.n.saturating_mul(VERTEX_BYTES)
    }

    /// Memory that each of `p` ranks needs for the vertices and its share of the edges, bytes.
    pub(super) fn on_each(&self, p: usize) -> u64 {
        self.of_vertices().saturating_add(self.of_edges(p))
    }

    /// The same if no rank holds all vertices, of several ranks.
    pub(super) fn on_each_sharded(&self, p: usize) -> u64 {
        let sharded = Plan { prepare: Prepare::Nothing, combine: Combine::Sharded };
        self.n.saturating_mul(sharded.vertex_bytes(p.max(1))).saturating_add(self.of_edges(p))
    }

    fn of_edges(&self, p: usize) -> u64 {
        self.edge_bytes.div_ceil(p.max(1) as u64).saturating_mul(COPIES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_known_before_the_graph() {
        let of = |spec: &str| Size::of(&Source::Generated(spec.parse().expect(spec))).expect(spec);
        let size = of("gnm:n=1000,m=6000");
        assert_eq!(size, Size { n: 1000, edge_bytes: 72_000 });
        assert_eq!(size.on_each(3), 1000 * VERTEX_BYTES + 2 * 24_000);
        assert_eq!(of("gnm:n=10,m=20,weights=float").edge_bytes, 320);
        let sparse = Size { n: 12_000, edge_bytes: 72_000 };
        assert_eq!(of("gnm:n=2^40,m=6000"), sparse, "only vertices at edges take memory");
        let file = |name: &str| Source::File {
            path: name.into(),
            format: None,
            text: TextOptions::default(),
        };
        let sizes = [
            ("rome99.gr", Size { n: 3353, edge_bytes: 4444 * WIDE }),
            ("tinyEWG.txt", Size { n: 8, edge_bytes: 16 * WIDE }),
        ];
        for (name, size) in sizes {
            assert_eq!(
                Size::of(&file(&format!("../tests/data/{name}"))).expect(name),
                size,
                "{name}"
            );
        }
        let folder = tempfile::tempdir().expect("a folder");
        let bare = folder.path().join("bare.txt");
        std::fs::write(&bare, "0 1 5\n1 2 6\n2 3 7\n").expect("written");
        let guess = Size::of(&file(bare.to_str().expect("a name"))).expect("a file");
        assert_eq!(guess, Size { n: 0, edge_bytes: 18 });
        assert!(Size::of(&file("missing.gr")).is_err());
    }
}
