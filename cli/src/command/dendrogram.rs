//! `mst dendrogram`: single-linkage clusters of a graph, as its forest has them.

use super::common::InputArgs;
use super::world::WorldArgs;
use crate::console::{ClusterFormat, Output};
use crate::text;
use mst::comm::Comm;
use mst::error::{Error, Result};
use mst::graph::Weight;
use mst::partition::{self, Memory, Request, fair_share};
use mst::{Forest, Merge};
use std::ffi::OsString;
use std::path::PathBuf;

/// Bytes that a dendrogram takes for each vertex, and the forest with it.
const VERTEX: u64 = 80;

/// Cluster by single linkage: write the dendrogram, or the cluster of each vertex
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A dendrogram has a row for each merge: two clusters, the height, and how many vertices it has.
Vertices are the clusters 0 to n-1, also if the file counts them from 1, and row i makes the
cluster n+i, as in scipy.cluster.hierarchy. Of equal weights, the first edge merges first.
  mst dendrogram roads.gr -o Z.npy     then, in Python: dendrogram(numpy.load('Z.npy'))")]
pub(super) struct Args {
    /// The graph, or its forest: a file, several files, or a generator
    #[arg(required = true, value_name = "GRAPH")]
    graphs: Vec<OsString>,

    /// The file; its name decides the format (.csv, .tsv, .nwk for Newick, all also .gz or .zst; .npy for numpy); - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Write the cluster of each vertex, for this number of clusters
    #[arg(short = 'k', long, value_name = "NUM", conflicts_with = "height")]
    clusters: Option<u64>,

    /// Write the cluster of each vertex, for clusters that edges of at most this weight join
    #[arg(long, value_name = "WEIGHT", value_parser = parse_height, allow_negative_numbers = true)]
    height: Option<Weight>,

    /// Keep components apart [default: merged at an infinite height, except in Newick]
    #[arg(long, conflicts_with_all = ["clusters", "height"])]
    apart: bool,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    pub(super) world: WorldArgs,
}

fn parse_height(text: &str) -> Result<Weight, String> {
    if let Ok(height) = text.parse() {
        return Ok(Weight::Integer(height));
    }
    let height = text.parse().ok().filter(|height: &f64| !height.is_nan());
    height.map(Weight::Float).ok_or_else(|| "expected a number".to_owned())
}

impl Args {
    pub(super) fn run(&self, solo: &Comm) -> Result<()> {
        let format = ClusterFormat::of(&self.output)?;
        let cuts = self.clusters.is_some() || self.height.is_some();
        if cuts && format == ClusterFormat::Newick {
            let what = "Newick holds the whole tree; write clusters to .csv, .tsv or .npy";
            return Err(Error::usage("--output", what));
        }
        let source = self.input.source(solo, &self.graphs)?;
        let output = Output::of_any(&self.output)?;
        let memory = Memory::Folding(fair_share(solo));
        let request = Request { vertex_bytes: VERTEX, memory, ..self.input.request(solo, &source) };
        let loaded = partition::load(solo, &request)?;
        self.world.note_all(solo, &loaded);
        self.world.warn_of_gaps(solo, &loaded, loaded.slice.m);
        let n = loaded.slice.vertices();
        if loaded.slice.ids.is_some() {
            let what = format!(
                "clusters are of all {n} vertices, most of which have no edge; number those at edges \
                 from 0 first"
            );
            return Err(Error::TooLarge { needed: None, left: None, what });
        }
        let forest = solo.compute(|| loaded.slice.forest())?;
        if let Some(first) = self.edges_of_clusters(&forest)? {
            let labels = forest.labels_by_first(first);
            format.write_clusters(&self.output, output, n, labels.iter())?;
            let line = text::clustered(&self.output, n, n - first as u64);
            self.world.note(solo, &line);
        } else {
            let apart = self.apart || format == ClusterFormat::Newick;
            let merges = forest.dendrogram(!apart)?;
            if format == ClusterFormat::Newick {
                check_rises_from_zero(&merges)?;
            }
            format.write_merges(&self.output, output, n, &merges)?;
            let line = text::dendrogram(&self.output, merges.len() as u64, forest.components());
            self.world.note(solo, &line);
        }
        Ok(())
    }

    /// How many edges of the forest, the lightest ones, join the clusters that are wanted; `None` if
    /// the dendrogram is.
    fn edges_of_clusters(&self, forest: &Forest) -> Result<Option<usize>> {
        let (n, components) = (forest.vertices(), forest.components());
        match (self.clusters, self.height) {
            (Some(clusters), _) if (components..=n).contains(&clusters) => {
                Ok(Some((n - clusters) as usize))
            }
            (Some(_), _) => {
                let [n, components] =
                    [n, components].map(|number| text::grouped(&number.to_string()));
                let what = format!(
                    "{n} vertices in {components} components have from {components} to {n} clusters"
                );
                Err(Error::usage("--clusters", what))
            }
            (None, height) => Ok(height.map(|height| {
                forest.edges().take_while(|&(.., weight)| is_up_to(weight, height)).count()
            })),
        }
    }
}

/// Whether a weight is at most a height, exactly.
fn is_up_to(weight: Weight, height: Weight) -> bool {
    match (weight, height) {
        (Weight::Integer(weight), Weight::Integer(height)) => weight <= height,
        (Weight::Integer(weight), Weight::Float(height)) => {
            i128::from(weight) <= height.floor() as i128
        }
        (Weight::Float(weight), Weight::Integer(height)) => weight.ceil() as i128 <= height.into(),
        (Weight::Float(weight), Weight::Float(height)) => weight <= height,
    }
}

fn check_rises_from_zero(merges: &[Merge]) -> Result<()> {
    match merges.first() {
        Some(lowest) if lowest.height < 0.0 => {
            let what = format!(
                "branches of Newick have no negative length, and the lightest edge weighs {}",
                lowest.height
            );
            Err(Error::usage("--output", what))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_are_exact() {
        let height = |text: &str| parse_height(text).unwrap();
        let large = (1 << 53) + 1;
        assert!(is_up_to(Weight::Integer(large), height("9007199254740993")));
        assert!(!is_up_to(Weight::Integer(large), height("9007199254740992.0")));
        assert!(
            is_up_to(Weight::Integer(-3), height("-2.5"))
                && !is_up_to(Weight::Integer(-2), height("-2.5"))
        );
        assert!(
            is_up_to(Weight::Float(2.0), height("2"))
                && !is_up_to(Weight::Float(2.25), height("2"))
        );
        assert!(
            is_up_to(Weight::Float(2.25), height("2.25"))
                && is_up_to(Weight::Integer(1), height("inf"))
        );
        assert!(parse_height("NaN").is_err() && parse_height("high").is_err());
    }
}
