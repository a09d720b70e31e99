//! Formats the findings for a terminal, with at most 100 columns for any number of hosts.

use super::{ClockOffset, Findings, HostLink, HostReport};
use crate::text::{bytes, count, grouped, seconds, table};
use mst::error::printable;
use mst::partition::Fingerprint;

/// The length of the longest line, characters.
const WIDTH: usize = 100;

/// The tables of the hosts and their links, and the problems, one per line.
pub fn shown(findings: &Findings) -> String {
    let hosts = &findings.hosts;
    let ranks: usize = hosts.iter().map(|one| one.ranks).sum();
    let what = if hosts.iter().any(|one| one.threads > 0) { "rank" } else { "slot" };
    let mut text =
        format!("{}, {}\n", count(hosts.len() as u64, "host"), count(ranks as u64, what));
    let is_alike = |(name, values): &(&str, Vec<String>)| {
        hosts.len() == 1 || *name != "addresses" && values.iter().all(|value| *value == values[0])
    };
    let (alike, differ): (Vec<_>, Vec<_>) = facts(hosts, what).into_iter().partition(is_alike);
    match hosts.as_slice() {
        [] => {}
        [one] => text += &format!("\n{}\n", one.label),
        _ => text += &format!("{}\non every host\n", side_by_side(hosts, &differ)),
    }
    let width = alike.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, values) in alike {
        text += &format!("{name:width$}  {}\n", values[0].replace('\n', ", "));
    }
    text += &links(hosts, &findings.pairs);
    match findings.problems.len() {
        0 => text += "\nno problem found\n",
        number => {
            text += &format!("\n{}\n", count(number as u64, "problem"));
            findings.problems.iter().for_each(|problem| text += &format!("- {problem}\n"));
        }
    }
    // Parts of the text come from other hosts, which must not control the terminal.
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// The name of each fact, and its value on each host, which may have several lines.
fn facts(hosts: &[HostReport], what: &str) -> Vec<(&'static str, Vec<String>)> {
    if hosts.is_empty() {
        return Vec::new();
    }
    let each = |of: &dyn Fn(&HostReport) -> String| hosts.iter().map(of).collect::<Vec<_>>();
    let ranks = if what == "rank" { "ranks" } else { "slots" };
    let mut facts = vec![
        ("host name", each(&|one| one.facts.host.name.clone())),
        (
            "addresses",
            each(&|one| {
                let addresses: Vec<String> =
                    one.facts.addresses.iter().map(|address| address.to_string()).collect();
                addresses.join("\n")
            }),
        ),
        (ranks, each(&|one| one.ranks.to_string())),
        ("threads", each(&|one| one.threads.to_string())),
        ("cores", each(&|one| one.facts.host.cores.to_string())),
        ("cores a rank may use", each(&|one| one.facts.host.bound.to_string())),
        ("memory free", each(&|one| one.facts.memory.map_or("?".to_owned(), bytes))),
        ("processor", each(&|one| one.facts.cpu.clone())),
        ("kernel", each(&|one| one.facts.kernel.clone())),
        ("MPI library", each(&|one| one.facts.library.clone())),
        ("program", each(&|one| format!("mst {}", one.facts.version))),
        ("its content", each(&|one| one.facts.content.clone())),
        ("clock ahead", each(&|one| one.clock_offset.map_or("–".to_owned(), clock_offset))),
        (
            "files",
            each(&|one| one.facts.files.iter().map(fingerprint).collect::<Vec<_>>().join("\n")),
        ),
    ];
    let running = what == "rank";
    facts.retain(|(name, values)| match *name {
        "threads" | "cores a rank may use" => running,
        "clock ahead" => hosts.iter().any(|one| one.clock_offset.is_some()),
        "host name" => hosts.iter().any(|one| one.facts.host.name != one.label),
        _ => values.iter().any(|value| !value.is_empty()),
    });
    facts
}

/// A file's length, or that it cannot be read.
fn fingerprint(file: &Result<Fingerprint, String>) -> String {
    match file {
        Ok(fingerprint) => format!("{} B", grouped(&fingerprint.len.to_string())),
        Err(_) => "not readable".to_owned(),
    }
}

/// How far a clock is ahead; zero with its error if it is not larger than that.
fn clock_offset(ClockOffset { seconds: by, error }: ClockOffset) -> String {
    match by.abs() {
        less if less <= error && error > 0.0 => format!("0 s ± {}", seconds(error)),
        0.0 => "0 s".to_owned(),
        more => format!("{}{}", if by < 0.0 { "-" } else { "" }, seconds(more)),
    }
}

/// Tables with a column for each host. Hosts that do not fit on a line are in the next table.
fn side_by_side(hosts: &[HostReport], facts: &[(&'static str, Vec<String>)]) -> String {
    let names = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let width = |host: usize| {
        let values = facts.iter().flat_map(|(_, values)| values[host].lines());
        values
            .chain([hosts[host].label.as_str()])
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0)
    };
    let groups = grouped_by_width((0..hosts.len()).map(width), names);
    let tables = groups.into_iter().map(|group| {
        let labels = hosts[group.clone()].iter().map(|one| one.label.as_str());
        let header: Vec<&str> = [""].into_iter().chain(labels).collect();
        let rows: Vec<Vec<String>> =
            facts.iter().flat_map(|(name, values)| lines(name, &values[group.clone()])).collect();
        format!("\n{}", table(&header, &rows))
    });
    tables.collect()
}

/// The rows of a fact whose values have several lines.
fn lines(name: &str, values: &[String]) -> Vec<Vec<String>> {
    let most = values.iter().map(|value| value.lines().count()).max().unwrap_or(0).max(1);
    let row = |at: usize| {
        let name = if at == 0 { name } else { "" };
        let cells = values.iter().map(|value| value.lines().nth(at).unwrap_or_default());
        [name].into_iter().chain(cells).map(str::to_owned).collect()
    };
    (0..most).map(row).collect()
}

/// Groups of consecutive columns, each of which fits on a line after a column of `first`
/// characters.
fn grouped_by_width(
    widths: impl Iterator<Item = usize>,
    first: usize,
) -> Vec<std::ops::Range<usize>> {
    const GAP: usize = 2;
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    let mut used = WIDTH;
    for (column, width) in widths.enumerate() {
        used += width + GAP;
        match groups.last_mut() {
            Some(group) if used <= WIDTH => group.end = column + 1,
            _ => {
                groups.push(column..column + 1);
                used = first + width + GAP;
            }
        }
    }
    groups
}

/// A matrix of the links: latencies below the diagonal, bandwidths above it.
fn links(hosts: &[HostReport], pairs: &[HostLink]) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let cell = |row: usize, column: usize| {
        let ends = [row.min(column), row.max(column)];
        match pairs.iter().find(|pair| pair.hosts == ends) {
            None => if row == column { "" } else { "–" }.to_owned(),
            Some(pair) if row > column => seconds(pair.latency),
            Some(pair) => format!("{}/s", bytes(pair.bandwidth as u64)),
        }
    };
    let width = |column: usize| {
        let cells = (0..hosts.len()).map(|row| cell(row, column).chars().count());
        cells.chain([hosts[column].label.chars().count()]).max().unwrap_or(0)
    };
    let names = hosts.iter().map(|one| one.label.chars().count()).max().unwrap_or(0);
    let unmeasured = hosts.len() * (hosts.len() - 1) / 2 - pairs.len();
    let mut text = "\nlinks: latency below the diagonal, bandwidth above it\n".to_owned();
    for group in grouped_by_width((0..hosts.len()).map(width), names) {
        let labels = hosts[group.clone()].iter().map(|one| one.label.as_str());
        let header: Vec<&str> = [""].into_iter().chain(labels).collect();
        let row = |row: usize| {
            let cells = group.clone().map(|column| cell(row, column));
            [hosts[row].label.clone()].into_iter().chain(cells).collect::<Vec<_>>()
        };
        text += &table(&header, &(0..hosts.len()).map(row).collect::<Vec<_>>());
    }
    if unmeasured > 0 {
        text += &format!("{} not measured: no time was left\n", count(unmeasured as u64, "link"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::super::{Address, Problem};
    use super::*;

    fn findings(hosts: usize) -> Findings {
        let host = |at: usize| {
            let mut one = report(&format!("machine{at}"));
            let address = |net: u8, card: &str| Address {
                ip: [192, 168, net, 100 + at as u8].into(),
                prefix: 24,
                card: card.to_owned(),
            };
            one.facts.addresses = vec![address(56, "enp0s8"), address(122, "wlp0s20f3")];
            one.facts.memory = Some(at as u64 * 1_234_567_890);
            one.clock_offset = Some(ClockOffset { seconds: -1.5e-6, error: 0.0 });
            one
        };
        let pair = |hosts| HostLink { hosts, latency: 123e-6, bandwidth: 117.3e6 };
        let pairs = (1..hosts).flat_map(|b| (0..b).map(move |a| [a, b])).map(pair).collect();
        let hosts = (0..hosts).map(host).collect();
        Findings { hosts, pairs, problems: Vec::new(), settings: None }
    }

    #[test]
    fn tables_fit_whatever_the_number_of_hosts() {
        for hosts in [0, 1, 2, 3, 8, 30] {
            let text = shown(&findings(hosts));
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(longest <= WIDTH, "{hosts}:\n{text}");
            for host in 0..hosts {
                assert!(text.contains(&format!("192.168.56.{}/24", 100 + host)), "{text}");
            }
            assert!(text.ends_with("no problem found\n"));
        }
    }

    #[test]
    fn what_all_hosts_share_is_said_once() {
        let text = shown(&findings(3));
        assert_eq!(text.matches("Fast 9000").count(), 1, "{text}");
        assert_eq!(text.matches("123 µs").count(), 3, "{text}");
        assert_eq!(text.matches("117.30 MB/s").count(), 3, "{text}");
    }

    #[test]
    fn a_clock_is_told_as_far_as_it_is_known() {
        let shown = [(0.0, 0.0), (0.0, 0.3), (0.2, 0.3), (-0.3, 0.2), (2.0, 0.1)]
            .map(|(seconds, error)| clock_offset(ClockOffset { seconds, error }));
        assert_eq!(shown, ["0 s", "0 s ± 300 ms", "0 s ± 300 ms", "-300 ms", "2.00 s"]);
    }

    #[test]
    fn problems_and_gaps_are_told() {
        let mut findings = findings(3);
        findings.pairs.pop();
        findings.problems = vec![Problem::new("it\nhurts\x1b[2J", "rest")];
        let text = shown(&findings);
        assert!(text.contains("1 link not measured"), "{text}");
        assert!(text.ends_with("\n1 problem\n- it\\nhurts\\u{1b}[2J; rest\n"), "{text}");
    }
}
