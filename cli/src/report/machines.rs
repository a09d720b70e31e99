//! The machines and links of a sweep: measured by the doctor when it starts and when it ends, in a
//! file beside its rows.

use crate::console::save;
use crate::doctor::{Findings, HostLink, HostReport};
use mst::comm::Link;
use mst::error::{ContentFault, Error, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What was found at one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// UTC, to the minute.
    pub(crate) when: String,
    pub(crate) machines: Vec<Machine>,
    pub(crate) links: Vec<Wire>,
}

impl Snapshot {
    /// What the doctor has found now.
    pub(crate) fn now(found: &Findings) -> Self {
        let machine = |host: &HostReport| Machine {
            name: host.label.clone(),
            boot: host.facts.host.boot.clone(),
            cpu: host.facts.cpu.clone(),
            cores: host.facts.host.cores,
            memory: host.facts.memory,
            kernel: host.facts.kernel.clone(),
            library: host.facts.library.clone(),
        };
        let wire = |pair: &HostLink| Wire {
            between: pair.hosts.map(|host| found.hosts[host].label.clone()),
            latency: pair.latency,
            bandwidth: pair.bandwidth,
        };
        Self {
            when: jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M").to_string(),
            machines: found.hosts.iter().map(machine).collect(),
            links: found.pairs.iter().map(wire).collect(),
        }
    }
}

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) name: String,
    /// The identity of its running kernel.
    pub(crate) boot: String,
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    /// Available memory, bytes.
    pub(crate) memory: Option<u64>,
    pub(crate) kernel: String,
    pub(crate) library: String,
}

/// The link between two machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wire {
    /// The names of both.
    pub(crate) between: [String; 2],
    /// Seconds until a short message arrives.
    pub(crate) latency: f64,
    /// Bytes per second, in the slower direction.
    pub(crate) bandwidth: f64,
}

/// Two measurements of a link that differ by more than this factor are said to differ: repeated
/// measurements of one link do by less.
const CHANGED: f64 = 1.5;

/// The file beside the CSV `rows`: `sweep.machines.json` beside `sweep.csv`.
pub(crate) fn beside(rows: &Path) -> PathBuf {
    rows.with_extension("machines.json")
}

/// The snapshots of a file, oldest first; none if there is no such file.
///
/// # Errors
/// [`Error::File`] if it cannot be read, [`Error::Content`] if something else is in it.
pub(crate) fn read(path: &Path) -> Result<Vec<Snapshot>> {
    let text = match fs::read_to_string(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.map_err(Error::file("read", path))?,
    };
    serde_json::from_str(&text).map_err(|why| {
        let what = format!("it is not a list of machines as mst sweep writes it: {why}; remove it");
        Error::content(path, ContentFault::Unsupported, what)
    })
}

/// Adds a snapshot to a file, which is complete at any time.
///
/// # Errors
/// Those of [`read`], and if it cannot be written.
pub(crate) fn add(path: &Path, snapshot: Snapshot) -> Result<()> {
    let mut snapshots = read(path)?;
    snapshots.push(snapshot);
    let text = serde_json::to_string_pretty(&snapshots).expect("plain fields");
    save(path, text.as_bytes())
}

/// The worst latency and the worst bandwidth of any pair of machines, each at its best: a moment's
/// disturbance is no property of a link.
pub(crate) fn slowest_link(snapshots: &[Snapshot]) -> Option<Link> {
    let wires = || snapshots.iter().flat_map(|snapshot| &snapshot.links);
    let best = |between: &[String; 2]| {
        let of_pair = || wires().filter(|wire| wire.between == *between);
        let latency = of_pair().map(|wire| wire.latency).fold(f64::INFINITY, f64::min);
        Link { latency, bandwidth: of_pair().map(|wire| wire.bandwidth).fold(0.0, f64::max) }
    };
    wires().map(|wire| best(&wire.between)).reduce(|a, b| Link {
        latency: a.latency.max(b.latency),
        bandwidth: a.bandwidth.min(b.bandwidth),
    })
}

/// The links that one snapshot found much slower than another: their ends, with the least and the
/// most bandwidth.
pub(crate) fn changed_links(snapshots: &[Snapshot]) -> Vec<(&[String; 2], f64, f64)> {
    let mut found: Vec<(&[String; 2], f64, f64)> = Vec::new();
    for wire in snapshots.iter().flat_map(|snapshot| &snapshot.links) {
        match found.iter_mut().find(|(between, ..)| *between == &wire.between) {
            Some((_, least, most)) => {
                (*least, *most) = (least.min(wire.bandwidth), most.max(wire.bandwidth));
            }
            None => found.push((&wire.between, wire.bandwidth, wire.bandwidth)),
        }
    }
    found.retain(|(_, least, most)| *most > CHANGED * least);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Facts;

    fn snapshot(when: &str, bandwidths: &[f64]) -> Snapshot {
        let wire = |(place, bandwidth): (usize, &f64)| Wire {
            between: ["vm1".to_owned(), format!("vm{}", place + 2)],
            latency: 1e-5 * (place + 1) as f64,
            bandwidth: *bandwidth,
        };
        let links = bandwidths.iter().enumerate().map(wire).collect();
        Snapshot { when: when.to_owned(), machines: vec![Machine::default()], links }
    }

    #[test]
    fn what_the_doctor_found_is_kept() {
        let host = |label: &str| HostReport {
            label: label.to_owned(),
            facts: Facts::here("Open MPI v5".to_owned(), &[]),
            ranks: 1,
            threads: 2,
            clock_offset: None,
        };
        let found = Findings {
            hosts: ["vm1", "vm2", "vm3"].map(host).to_vec(),
            pairs: vec![HostLink { hosts: [0, 2], latency: 1e-5, bandwidth: 1e9 }],
            problems: Vec::new(),
            settings: None,
        };
        let snapshot = Snapshot::now(&found);
        let names: Vec<&str> = snapshot.machines.iter().map(|host| host.name.as_str()).collect();
        assert_eq!(names, ["vm1", "vm2", "vm3"]);
        assert!(snapshot.machines.iter().all(|machine| machine.library == "Open MPI v5"));
        let between = ["vm1", "vm3"].map(str::to_owned);
        assert_eq!(snapshot.links, [Wire { between, latency: 1e-5, bandwidth: 1e9 }]);
        let digits: String =
            snapshot.when.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(digits, "0000-00-00 00:00");
    }

    #[test]
    fn snapshots_are_added_to_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = beside(&folder.path().join("sweep.csv"));
        assert_eq!(path.file_name(), Some("sweep.machines.json".as_ref()));
        assert_eq!(read(&path).expect("no file"), []);
        let both = [snapshot("one", &[1e8]), snapshot("two", &[])];
        both.iter().for_each(|snapshot| add(&path, snapshot.clone()).expect("written"));
        assert_eq!(read(&path).expect("two"), both);
        fs::write(&path, "{}").expect("written");
        let why = read(&path).expect_err("no list").to_string();
        assert!(why.contains("not a list of machines") && why.contains("remove it"), "{why}");
        assert!(add(&path, snapshot("three", &[])).is_err(), "it is not overwritten");
        let why = read(folder.path()).expect_err("a folder").to_string();
        assert!(why.contains("cannot read"), "{why}");
    }

    #[test]
    fn the_slowest_link_counts() {
        let link = slowest_link(&[snapshot("one", &[1e9, 1e8]), snapshot("two", &[])]);
        assert_eq!(link, Some(Link { latency: 2e-5, bandwidth: 1e8 }));
        let mut disturbed = snapshot("two", &[1e7, 2e8]);
        disturbed.links[0].latency = 1e-3;
        let link = slowest_link(&[snapshot("one", &[1e9, 1e8]), disturbed]);
        assert_eq!(link, Some(Link { latency: 2e-5, bandwidth: 2e8 }), "each at its best");
        assert_eq!(slowest_link(&[snapshot("two", &[])]), None);
    }

    #[test]
    fn a_link_that_changed_is_found() {
        let snapshots = [snapshot("one", &[1e8, 1e8]), snapshot("two", &[1.5e8, 1.6e8])];
        let changed = changed_links(&snapshots);
        assert_eq!(changed, [(&["vm1".to_owned(), "vm3".to_owned()], 1e8, 1.6e8)]);
    }
}
