//! Writes a dendrogram, or the cluster of each vertex.

use super::Output;
use csv::WriterBuilder;
use mst::Merge;
use mst::error::{Error, Result, shown};
use mst::format::{Compression, extension};
use npyz::{AutoSerialize, Serialize, WriteOptions, WriterBuilder as _};
use std::io::{self, Write};
use std::path::Path;

/// What the name of a file implies about what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClusterFormat {
    /// Columns with this separator, and their names in the first line.
    Table(u8),
    /// An array of numpy.
    Array,
    /// Nested parentheses, a line for each tree.
    Newick,
}

impl ClusterFormat {
    /// # Errors
    /// [`Error::Usage`] for an ending that is not known.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        if Output::is_device(path) {
            return Ok(Self::Table(b','));
        }
        match &*extension(path) {
            "csv" => Ok(Self::Table(b',')),
            "tsv" => Ok(Self::Table(b'\t')),
            "npy" if Compression::named(path).is_none() => Ok(Self::Array),
            "nwk" | "newick" | "tree" => Ok(Self::Newick),
            _ => {
                let what = format!(
                    "cannot write {}: known are .csv and .tsv, .nwk (Newick), all also with .gz or \
                     .zst, and .npy (numpy)",
                    shown(path)
                );
                Err(Error::usage("--output", what))
            }
        }
    }

    /// Writes the merges of a graph with `n` vertices.
    ///
    /// # Errors
    /// If the disk is full. What was at `path` is then unchanged.
    pub(crate) fn write_merges(
        self,
        path: &Path,
        output: Output,
        n: u64,
        merges: &[Merge],
    ) -> Result<()> {
        let row = |m: &Merge| (m.clusters[0], m.clusters[1], m.height, m.size);
        let numbers =
            |m: &Merge| [m.clusters[0] as f64, m.clusters[1] as f64, m.height, m.size as f64];
        fill_file(path, output, |out| match self {
            Self::Table(separator) => {
                let names = ["cluster_a", "cluster_b", "height", "size"];
                write_table(out, separator, &names, merges.iter().map(row))
            }
            Self::Array => {
                write_array(out, &[merges.len() as u64, 4], merges.iter().flat_map(numbers))
            }
            Self::Newick => write_newick(out, n as usize, merges),
        })
    }

    /// Writes the cluster of each vertex.
    ///
    /// # Errors
    /// As [`ClusterFormat::write_merges`].
    pub(crate) fn write_clusters(
        self,
        path: &Path,
        output: Output,
        n: u64,
        clusters: impl Iterator<Item = u64>,
    ) -> Result<()> {
        fill_file(path, output, |out| match self {
            Self::Table(separator) => {
                write_table(out, separator, &["vertex", "cluster"], (0..n).zip(clusters))
            }
            Self::Array => write_array(out, &[n], clusters.map(|cluster| cluster as i64)),
            Self::Newick => unreachable!("clusters have no tree"),
        })
    }
}

fn fill_file(
    path: &Path,
    output: Output,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    output.write(|out| fill(out).map_err(Error::file("write", path)))
}

fn write_table<R: serde::Serialize>(
    out: &mut dyn Write,
    separator: u8,
    names: &[&str],
    mut rows: impl Iterator<Item = R>,
) -> io::Result<()> {
    let mut table = WriterBuilder::new().delimiter(separator).has_headers(false).from_writer(out);
    table.write_record(names)?;
    rows.try_for_each(|row| table.serialize(row))?;
    table.flush()
}

fn write_array<T: AutoSerialize + Serialize>(
    out: &mut dyn Write,
    shape: &[u64],
    items: impl Iterator<Item = T>,
) -> io::Result<()> {
    let mut array = WriteOptions::new().default_dtype().shape(shape).writer(out).begin_nd()?;
    array.extend(items)?;
    array.finish()
}

/// Writes a line for each tree, in the order of their lowest vertices. A branch is as long as its upper
/// end is higher than its lower one; vertices are at 0.
///
/// Olsen, "Gary Olsen's Interpretation of the 'Newick's 8:45' Tree Format Standard", 1990.
fn write_newick(out: &mut dyn Write, n: usize, merges: &[Merge]) -> io::Result<()> {
    let height = |cluster: usize| if cluster < n { 0.0 } else { merges[cluster - n].height };
    for top in tops(n, merges) {
        // What is left to write, the next one last: a cluster below one at a height, or a mark.
        let mut left = vec![Step::Cluster(top, None)];
        while let Some(step) = left.pop() {
            match step {
                Step::Mark(mark) => out.write_all(mark)?,
                Step::Length(length) => write!(out, ":{length}")?,
                Step::Cluster(cluster, above) => {
                    left.extend(above.map(|above| Step::Length(above - height(cluster))));
                    let Some(merge) = cluster.checked_sub(n).map(|merge| &merges[merge]) else {
                        write!(out, "{cluster}")?;
                        continue;
                    };
                    let [a, b] = merge.clusters.map(|part| part as usize);
                    left.extend([
                        Step::Mark(b")"),
                        Step::Cluster(b, Some(merge.height)),
                        Step::Mark(b","),
                        Step::Cluster(a, Some(merge.height)),
                        Step::Mark(b"("),
                    ]);
                }
            }
        }
        out.write_all(b";\n")?;
    }
    Ok(())
}

enum Step {
    Mark(&'static [u8]),
    Length(f64),
    /// A cluster, and the height of the one that it is part of.
    Cluster(usize, Option<f64>),
}

/// The clusters that are part of no other, in the order of their lowest vertices.
fn tops(n: usize, merges: &[Merge]) -> Vec<usize> {
    let mut lowest: Vec<usize> = (0..n).collect();
    let mut is_top = vec![true; n + merges.len()];
    for merge in merges {
        let parts = merge.clusters.map(|part| part as usize);
        parts.iter().for_each(|&part| is_top[part] = false);
        lowest.push(lowest[parts[0]].min(lowest[parts[1]]));
    }
    let mut tops: Vec<usize> = (0..is_top.len()).filter(|&cluster| is_top[cluster]).collect();
    tops.sort_unstable_by_key(|&top| lowest[top]);
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_nested_by_height() {
        let merge = |a, b, height, size| Merge { clusters: [a, b], height, size };
        // 0 - 3 at 1.5, 1 alone, 2 - 4 at 0.5, and both pairs at 4.
        let merges = [merge(2, 4, 0.5, 2), merge(0, 3, 1.5, 2), merge(5, 6, 4.0, 4)];
        let mut out = Vec::new();
        write_newick(&mut out, 5, &merges).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "((2:0.5,4:0.5):3.5,(0:1.5,3:1.5):2.5);\n1;\n");
    }

    #[test]
    fn a_tree_may_be_as_deep_as_it_has_vertices() {
        let n = 100_000;
        let merge = |i: u64| Merge {
            clusters: [if i == 0 { 1 } else { i + 1 }, if i == 0 { 0 } else { n + i - 1 }],
            height: i as f64,
            size: i + 2,
        };
        let merges: Vec<Merge> = (0..n - 1).map(merge).collect();
        let mut out = Vec::new();
        write_newick(&mut out, n as usize, &merges).unwrap();
        assert_eq!(out.iter().filter(|&&byte| byte == b'(').count(), n as usize - 1);
        assert!(out.ends_with(b";\n"));
    }

    #[test]
    fn the_ending_decides() {
        let of = |name: &str| ClusterFormat::of(Path::new(name));
        assert_eq!(of("a/Z.TSV.gz").unwrap(), ClusterFormat::Table(b'\t'));
        assert_eq!(of("Z.npy").unwrap(), ClusterFormat::Array);
        assert_eq!(of("tree.nwk").unwrap(), ClusterFormat::Newick);
        assert_eq!(of("-").unwrap(), ClusterFormat::Table(b','));
        for wrong in ["Z", "Z.npz", "Z.npy.gz", ".csv"] {
            assert!(of(wrong).unwrap_err().to_string().contains("known are .csv"), "{wrong}");
        }
    }
}
