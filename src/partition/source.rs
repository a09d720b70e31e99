//! Where a graph comes from.

use crate::error::{Error, OPEN_FILES, Result};
use crate::format::{Format, TextOptions};
use crate::generate::Spec;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a graph comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file.
    File {
        /// Its path, the same on every host.
        path: PathBuf,
        /// Its format; `None` to detect it.
        format: Option<Format>,
        /// How a text file is written; what is not given is detected.
        text: TextOptions,
    },
    /// Several files of one format, edge lists or `.mst`: the edges of the first come first.
    Files {
        /// Which.
        files: Files,
        /// Their format; `None` to detect it.
        format: Option<Format>,
        /// How text files are written; what is not given is detected.
        text: TextOptions,
    },
    /// A family of graphs.
    Generated(Spec),
}

/// Several files that are one graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Files {
    /// Each is the same on every host, whose ranks read parts of them.
    Listed(Vec<PathBuf>),
    /// The same for all whose names match a pattern with `*` or `?`, as rank 0 finds them, in the order
    /// of their names.
    Matching(String),
    /// Each rank has one of its own, by this name with the rank in place of [`Files::RANK`].
    OfRank(String),
}

impl Files {
    /// What stands for the rank in the name of a file that each rank has.
    pub const RANK: &str = "%r";

    /// The files that `name` stands for, if it stands for several.
    pub fn named(name: &str) -> Option<Self> {
        if name.contains(Self::RANK) {
            return Some(Self::OfRank(name.to_owned()));
        }
        name.contains(['*', '?']).then(|| Self::Matching(name.to_owned()))
    }

    /// Whether a file of this name would be one of them.
    pub fn have(&self, path: &Path) -> bool {
        let plain = |path: &Path| path.strip_prefix("./").unwrap_or(path).to_owned();
        let path = plain(path);
        match self {
            Self::Listed(paths) => paths.iter().any(|one| plain(one) == path),
            Self::OfRank(name) => plain(Path::new(name)) == path,
            Self::Matching(pattern) => {
                let pattern = glob::Pattern::new(pattern.trim_start_matches("./"));
                pattern.is_ok_and(|pattern| pattern.matches_path(&path))
            }
        }
    }

    /// The paths as this process sees them, in the order of their edges, of `p` ranks.
    ///
    /// # Errors
    /// If a folder cannot be read, or no file matches.
    pub fn paths(&self, p: usize) -> Result<Vec<PathBuf>> {
        let pattern = match self {
            Self::Listed(paths) => return Ok(paths.clone()),
            Self::OfRank(name) => return Ok((0..p).map(|rank| of_rank(name, rank)).collect()),
            Self::Matching(pattern) => pattern,
        };
        let wrong = |why: glob::PatternError| Error::usage("GRAPH", format!("{pattern}: {why}"));
        // As in a shell, a hidden file is not one that was meant.
        let options =
            glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
        let found = glob::glob_with(pattern, options).map_err(wrong)?.map(|found| {
            found.map_err(|why| Error::File {
                action: "read",
                path: why.path().to_owned(),
                why: why.into(),
            })
        });
        let mut found: Vec<PathBuf> = found.collect::<Result<_>>()?;
        found.retain(|path| !path.is_dir());
        if found.is_empty() {
            return Err(Error::usage("GRAPH", format!("no file matches {pattern}")));
        }
        Ok(found)
    }
}

/// The file of `rank` that is called `name`.
pub fn of_rank(name: &str, rank: usize) -> PathBuf {
    name.replace(Files::RANK, &rank.to_string()).into()
}

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = match self {
            Self::OfRank(name) | Self::Matching(name) => return f.pad(name),
            Self::Listed(paths) => paths,
        };
        let name = |path: &PathBuf| path.to_string_lossy().into_owned();
        f.pad(&match paths.as_slice() {
            [first, _, _, .., last] => {
                format!("{} … {} ({} files)", name(first), name(last), paths.len())
            }
            few => few.iter().map(name).collect::<Vec<_>>().join(" "),
        })
    }
}

impl fmt::Display for Source {
    /// A file as the user named it; a generated graph by its spec in full.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } if path.starts_with(OPEN_FILES) => f.pad("-"),
            Self::File { path, .. } => f.pad(&path.to_string_lossy()),
            Self::Files { files, .. } => files.fmt(f),
            Self::Generated(spec) => spec.fmt(f),
        }
    }
}
