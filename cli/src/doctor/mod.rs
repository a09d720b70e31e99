//! Finds what is wrong with the hosts, with the network between them and with how a job was
//! started, and how to fix it: one line for each problem.
//!
//! Each host reports [`Facts`] about itself. [`examine`] gathers them from the ranks of a job;
//! `reach` asks for them over ssh, before MPI works. Both apply the same rules, which are functions
//! from facts to problems.

mod answer;
mod cards;
mod cores;
mod examine;
mod facts;
mod findings;
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
pub use examine::examine;
pub use facts::{Address, ClockOffset, Facts, HostReport};
pub use findings::{Examination, Findings, HostLink};
pub(crate) use hostfile::{Hostfile, is_host, is_word};
pub(crate) use library::Library;
pub(crate) use names::{addresses, bare};
pub use ports::{connect, listen};
pub(crate) use reach::{launcher, reach};
pub(crate) use remote::{Remote, run};
pub use settings::{JobHost, Settings};
pub use show::shown;

use mst::error::printable;
use serde::Serialize;
use std::fmt;

/// A problem and how to fix it, shown in one line as `what; mend`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What is wrong and where.
    pub what: String,
    /// How to fix it: a command if there is one.
    pub mend: String,
}

impl Problem {
    fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        // Parts of the text come from other hosts.
        Self { what: printable(&what.into()), mend: printable(&mend.into()) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.mend)
    }
}

/// Joins names: `a`, `a and b`, `a, b and c`. Of more than 8 names, shows the first 7 and how many
/// more there are.
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
