//! What is wrong with the hosts, the network between them and the way a job was started, and what mends
//! it: each problem in one line.
//!
//! A program tells what it knows of its host, [`Facts`]. [`examine`] gathers them from the ranks of a job;
//! `reach` asks for them over ssh, before MPI works. Both judge them by the same rules, functions
//! from facts to problems.

mod answer;
mod cards;
mod cores;
mod examine;
mod facts;
mod firewall;
mod graph;
mod hostfile;
mod library;
mod names;
mod pairs;
mod ports;
mod reach;
mod remote;
mod settings;
mod show;
mod ssh;
#[cfg(test)]
mod tests;
mod verdict;

pub use cores::cores;
pub use examine::{Findings, Pair, Question, examine};
pub use facts::{Address, Facts, Seen};
pub(crate) use hostfile::{Hostfile, is_host, is_word};
pub(crate) use library::Library;
pub(crate) use names::{addresses, bare};
pub use ports::{connect, listen};
pub(crate) use reach::{launcher, reach};
pub(crate) use remote::{Remote, run};
pub use settings::{Member, Settings};
pub use show::shown;

use mst::error::printable;
use serde::Serialize;
use std::fmt;

/// Something that is wrong and what to do about it, in one line: `what; mend`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What is wrong and where.
    pub what: String,
    /// What mends it: a command, where there is one.
    pub mend: String,
}

impl Problem {
    fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        // Some of it is what other hosts say.
        Self { what: printable(&what.into()), mend: printable(&mend.into()) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.mend)
    }
}

/// `a`, `a and b`, `a, b and c`; of more than `most` the first and how many more.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [first @ .., last] if names.len() <= MOST => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", names[..MOST - 1].join(", "), names.len() - (MOST - 1)),
    }
}
