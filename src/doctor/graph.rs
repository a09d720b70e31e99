//! How much memory a graph will take.

use crate::error::{Error, Result};
use crate::format::{Format, binary};
use crate::partition::Source;
use crate::verify::VERTEX_BYTES;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;

/// A graph's size in memory, as far as its spec or the head of its file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The number of vertices; 0 where only reading the whole file would tell.
    pub n: u64,
    /// The bytes of all edges.
    pub edge_bytes: u64,
}

/// What an edge of a text file takes in memory while it is read, bytes.
const WIDE: u64 = 16;
/// Copies of its edges that a rank holds at its worst moment: the slice, and a sorted copy or what other
/// ranks send.
const COPIES: u64 = 2;

impl Size {
    /// That of a graph. A text file's edges are guessed from its length: a line of three numbers is about
    /// as long as an edge in memory.
    ///
    /// # Errors
    /// If it is a file that cannot be read, or a binary one with a wrong header.
    pub fn of(source: &Source) -> Result<Self> {
        match source {
            Source::Generated(spec) => {
                let edge_bytes = if spec.weights().is_narrow() { 12 } else { WIDE };
                Ok(Self {
                    n: spec.n(),
                    edge_bytes: spec.expected_edges().saturating_mul(edge_bytes),
                })
            }
            Source::File { path, format, .. } => {
                let mut file = File::open(path).map_err(Error::file("open", path))?;
                let about = file.metadata().map_err(Error::file("read", path))?;
                let mut head = Vec::new();
                let looked = file.by_ref().take(64).read_to_end(&mut head);
                looked.map_err(Error::file("read", path))?;
                if format.unwrap_or_else(|| Format::detect(path, &head)) == Format::Binary {
                    let header = binary::Header::read(path, &file)?;
                    return Ok(Self { n: header.n, edge_bytes: header.m.saturating_mul(WIDE) });
                }
                Ok(Self { n: 0, edge_bytes: about.len() })
            }
        }
    }

    /// What each of `p` ranks takes for the vertices, which no rank can do without, bytes.
    pub(super) fn of_vertices(&self) -> u64 {
        self.n.saturating_mul(VERTEX_BYTES)
    }

    /// What each of `p` ranks takes if it holds its edges, bytes.
    pub(super) fn on_each(&self, p: usize) -> u64 {
        let edges = self.edge_bytes.div_ceil(p.max(1) as u64).saturating_mul(COPIES);
        self.of_vertices().saturating_add(edges)
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
        let file = |name: &str| Source::File { path: name.into(), format: None, columns: None };
        let text = Size::of(&file("tests/data/rome99.gr")).expect("a file");
        assert_eq!(text.n, 0);
        assert_eq!(
            text.edge_bytes,
            std::fs::metadata("tests/data/rome99.gr").expect("a file").len()
        );
        assert!(Size::of(&file("missing.gr")).is_err());
    }
}
