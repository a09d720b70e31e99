//! The ways of combining forests are right in both worlds (threads and MPI), with the same traffic,
//! which is as bounded as documented. `auto` chooses by the graph and the link.

mod common;

use common::{Ended, finish, mpirun, mst};
use mst::format::{Format, write};
use mst::generate::Spec;
use mst::graph::{Edge, Edges, Slice, Weights, scramble};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);

/// Runs `mst` with ranks in its process.
fn inside(ranks: usize, arguments: &[&str]) -> Ended {
    let ranks = ranks.to_string();
    finish(Command::new(mst()).args(arguments).args(["--ranks", &ranks, "-t", "1"]), LIMIT)
}

/// Runs `mst` under mpirun, if there is one.
fn under_mpirun(ranks: usize, arguments: &[&str]) -> Option<Ended> {
    Some(finish(mpirun(ranks)?.arg(mst()).args(arguments).args(["-t", "1"]), LIMIT))
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"))
}

#[test]
fn the_self_test_holds_in_both_worlds_with_the_same_traffic() {
    for (ranks, cases) in [(1, 10), (2, 30), (3, 30), (4, 30), (7, 12), (16, 6)] {
        let cases = cases.to_string();
        let arguments = ["selftest", "--cases", &cases, "--json"];
        let ended = inside(ranks, &arguments);
        assert_eq!(ended.code(), Some(0), "{ended:?}");
        let tally = json(&ended);
        assert_eq!(tally["plans"].as_array().unwrap().len(), 15);
        let Some(mpi) = under_mpirun(ranks, &arguments) else { return };
        assert_eq!(mpi.code(), Some(0), "{mpi:?}");
        let mpi = json(&mpi);
        for (threads, processes) in
            tally["plans"].as_array().unwrap().iter().zip(mpi["plans"].as_array().unwrap())
        {
            for field in ["combine", "bytes_sent", "messages_sent"] {
                assert_eq!(threads[field], processes[field], "{field} on {ranks} ranks");
            }
        }
    }
}

type CsvRow = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<CsvRow> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// Every row says how much each rank sent and received in each phase, the same in both worlds.
#[test]
fn the_csv_tells_traffic_by_phase_and_by_rank() {
    let folder = tempfile::tempdir().unwrap();
    let [inside_csv, mpi_csv] = ["inside.csv", "mpi.csv"].map(|name| folder.path().join(name));
    for combine in ["gather", "tree", "filter", "boruvka", "shuffle+contract+filter", "sharded"] {
        let graph = "gnm:n=2^15,m=2^18";
        let arguments = |csv| ["solve", graph, "-q", "--combine", combine, "--csv", csv];
        let solved = inside(3, &arguments(inside_csv.to_str().unwrap()));
        assert_eq!(solved.code(), Some(0), "{solved:?}");
        if let Some(solved) = under_mpirun(3, &arguments(mpi_csv.to_str().unwrap())) {
            assert_eq!(solved.code(), Some(0), "{solved:?}");
        }
    }
    let found = rows(&inside_csv);
    assert_eq!(found.len(), 6);
    for row in &found {
        let counts = |column: &str| -> Vec<u64> {
            let counts =
                row[column].split(' ').map(|count| count.parse().unwrap()).collect::<Vec<_>>();
            assert_eq!(counts.len(), 3, "one for each rank");
            counts
        };
        let mut all = 0;
        for phase in ["local", "contract", "exchange", "merge"] {
            for what in ["bytes", "messages"] {
                let [sent, received] =
                    ["sent", "received"].map(|way| counts(&format!("{phase}_{what}_{way}")));
                assert_eq!(
                    sent.iter().sum::<u64>(),
                    received.iter().sum::<u64>(),
                    "{phase} {what}"
                );
                all += if what == "bytes" { sent.iter().sum() } else { 0 };
            }
        }
        assert_eq!(row["bytes_sent_total"], all.to_string());
        assert!(row["messages_sent_total"].parse::<u64>().unwrap() > 0);
        let steps = row["step_bytes_total"].split_whitespace();
        let steps: u64 =
            steps.map(|step| step.split_once('=').unwrap().1.parse::<u64>().unwrap()).sum();
        match &*row["combine"] {
            // Besides the steps there is only the one bit for each edge that comes back.
            "sharded" => {
                assert_eq!(steps, counts("exchange_bytes_sent").iter().sum::<u64>());
                assert_eq!(row["step_s"].split(' ').count(), 8);
            }
            _ => assert_eq!((steps, &*row["step_s"], &*row["step_bytes_max"]), (0, "", "")),
        }
    }
    if mpi_csv.exists() {
        let traffic = |rows: Vec<CsvRow>| -> Vec<CsvRow> {
            let counted =
                |column: &str| column.contains("_bytes_") || column.contains("_messages_");
            rows.into_iter()
                .map(|row| row.into_iter().filter(|(c, _)| counted(c)).collect())
                .collect()
        };
        assert_eq!(traffic(found), traffic(rows(&mpi_csv)));
    }
}

/// The traffic of the busiest rank grows with the number of ranks only if all ranks send it their
/// forests.
#[test]
fn traffic_stays_bounded_as_ranks_are_added() {
    let received = |combine: &str, ranks: usize| {
        let arguments = ["solve", "gnm:n=2^15,m=2^19", "--json", "-q", "--combine", combine];
        json(&inside(ranks, &arguments))["bytes_received_max"].as_u64().unwrap() as f64
    };
    for (combine, most) in
        [("filter", 2.2), ("boruvka", 2.2), ("contract+filter", 2.2), ("tree", 3.6)]
    {
        let (few, many) = (received(combine, 4), received(combine, 48));
        assert!(many < most * few, "{combine}: {few} bytes on 4 ranks, {many} on 48");
    }
    let (few, many) = (received("gather", 4), received("gather", 16));
    assert!(many > 3.0 * few, "gather: {few} bytes on 4 ranks, {many} on 16");
    // Two edges of 7 bytes for each vertex, and the components.
    assert!(received("filter", 48) < 15.0 * f64::from(1 << 15));
}

/// With 4,096 vertices on each rank: bytes of the busiest one for each of them, 4, 16 and 64 ranks.
#[test]
fn sharded_moves_a_little_more_with_each_doubling_of_the_ranks() {
    for (graph, edges, most) in [
        ("gnm", 8, [14, 24, 33]),
        ("rmat", 8, [9, 17, 25]),
        ("rgg2d", 8, [2, 3, 4]),
        ("grid2d", 0, [2, 3, 4]),
    ] {
        for (ranks, most) in [4, 16, 64].into_iter().zip(most) {
            let n = 4096 * ranks;
            let m = if edges > 0 { format!(",m={}", edges * n) } else { String::new() };
            moves_at_most(most, ranks, &format!("{graph}:n={n}{m}"));
        }
    }
}

/// The same for graphs that no order makes easy: half of the edges at eight vertices, and points whose
/// edges are everywhere.
#[test]
fn hubs_and_a_random_order_move_little_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.mst");
    for (make, most) in [(hubs as fn(u64) -> Slice, [11, 19, 25]), (points_anywhere, [21, 38, 50])]
    {
        for (ranks, most) in [4, 16, 64].into_iter().zip(most) {
            let graph = make(4096 * ranks as u64);
            let mut file = std::fs::File::create(&path).unwrap();
            write(Format::Binary, &path, &graph, &mut file).unwrap();
            moves_at_most(most, ranks, path.to_str().unwrap());
        }
    }
}

/// The bytes of the busiest rank, in a sharded run and in its proof, for each of its 4,096 vertices.
fn moves_at_most(most: u64, ranks: usize, graph: &str) {
    let solved = inside(ranks, &["solve", graph, "--combine", "sharded", "--verify", "--json"]);
    assert_eq!(solved.code(), Some(0), "{solved:?}");
    let solved = json(&solved);
    assert_eq!(solved["proof"], "sharded");
    for field in ["bytes_received_max", "bytes_sent_max", "proof_bytes_max"] {
        let bytes = solved[field].as_u64().unwrap();
        assert!(bytes <= 4096 * most, "{graph} on {ranks} ranks: {field} {bytes}");
    }
}

/// 8 n edges, in a random order: half of them join one of eight vertices with any other.
fn hubs(n: u64) -> Slice {
    let random = |i: u64, below: u64| scramble(i) % below;
    let edge = |i: u64| {
        let u = random(4 * i, n);
        let hub = random(4 * i + 1, 2) == 0;
        let v = random(4 * i + 2, if hub { 8 } else { n });
        Edge { u: u as u32, v: v as u32, key: random(4 * i + 3, 1 << 31) as u32 }
    };
    let edges = (0..8 * n).map(edge).filter(|e| !e.is_loop()).collect();
    Slice::whole(n, Edges::Narrow(edges), Weights::narrow_integers(0))
}

/// Points and their near pairs, with other ids and in another order, so that no rank has near ones.
fn points_anywhere(n: u64) -> Slice {
    let spec: Spec = format!("rgg2d:n={n},m={}", 8 * n).parse().unwrap();
    let Edges::Narrow(mut edges) = spec.slice(0, 1, &Default::default()) else { panic!() };
    let mut ids: Vec<u32> = (0..n as u32).collect();
    ids.sort_by_key(|id| scramble(u64::from(*id)));
    edges.iter_mut().for_each(|e| (e.u, e.v) = (ids[e.u as usize], ids[e.v as usize]));
    edges.sort_by_key(|e| scramble(u64::from(e.u) << 32 | u64::from(e.v)));
    Slice::whole(n, Edges::Narrow(edges), spec.weights())
}

/// A grid whose edges along rows all come before those along columns.
fn turned_grid(wide: u32) -> String {
    let weight = |i: u32| i.wrapping_mul(2_654_435_761) >> 8;
    let mut text = String::new();
    let mut edge = |u: u32, v: u32| {
        writeln!(text, "{u} {v} {}", weight(text.len() as u32)).unwrap();
    };
    for v in (0..wide * wide).filter(|v| (v + 1) % wide > 0) {
        edge(v, v + 1);
    }
    (0..wide * (wide - 1)).for_each(|v| edge(v, v + wide));
    text
}

#[test]
fn auto_chooses_for_the_graph_and_the_link_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let turned = folder.path().join("turned.txt");
    std::fs::write(&turned, turned_grid(400)).unwrap();
    let cases = [
        ("gnm:n=2^17,m=2^21", "10gbit,20us", "filter"),
        ("grid2d:n=2^18", "1gbit,100us", "contract+"),
        ("rgg2d:n=2^16,m=2^18", "1gbit,100us", "contract+"),
        (turned.to_str().unwrap(), "100mbit,100us", "shuffle+contract+"),
        (turned.to_str().unwrap(), "10mbit,20us", "contract+sharded"),
        ("path:n=100", "1gbit,100us", "gather"),
    ];
    for (graph, link, expected) in cases {
        let solved = inside(4, &["solve", graph, "--json", "--link", link]);
        let combine = json(&solved)["combine"].as_str().unwrap().to_owned();
        assert!(combine.starts_with(expected), "{graph}: {combine}: {}", solved.stderr);
        let why = format!("mst: combining by {combine}: ");
        let lines: Vec<&str> =
            solved.stderr.lines().filter(|line| line.starts_with(&why)).collect();
        assert_eq!(lines.len(), 1, "{}", solved.stderr);
    }
}

#[test]
fn auto_is_not_misled_by_edges_that_were_folded_as_they_were_read() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved");
    let graph = ["solve", "gnm:n=2^17,m=2^22", "--link", "1gbit,100us"];
    let solved = inside(4, &[&graph[..], &["--checkpoint", saved.to_str().unwrap()]].concat());
    let shared = solved.stderr.split("ranks share ").nth(1).and_then(|rest| rest.split(' ').next());
    let shared: f64 = shared.and_then(|share| share.parse().ok()).expect("a share");
    assert!(shared > 90.0, "of a random graph each vertex has edges on all ranks: {shared} %");
}

#[test]
fn explain_shows_every_way_beside_the_model() {
    let arguments = ["solve", "gnm:n=2^12,m=2^15", "--explain"];
    let table = inside(3, &arguments);
    let ways = table.stdout.split("modelled and measured time").nth(1).expect("a table");
    let (ways, steps) = ways.split_once("\n\nthe steps of ").expect("steps of a sharded way");
    assert_eq!(ways.trim().lines().count(), 1 + 15, "{ways}");
    assert_eq!(steps.trim().lines().count(), 2 + 8, "{steps}");
    let outcome = json(&inside(3, &[&arguments[..], &["--json"]].concat()));
    let explained = outcome["explained"].as_array().unwrap();
    assert_eq!(explained.len(), 15);
    for way in explained {
        let steps = way["steps"].as_array().unwrap();
        let of = |step: &Value, field: &str| step[field].as_u64().unwrap();
        match way["combine"].as_str().unwrap().ends_with("sharded") {
            false => assert!(steps.is_empty(), "{way}"),
            true => {
                assert_eq!(steps.len(), 8, "{way}");
                for step in steps {
                    let received = of(step, "bytes_received_max");
                    assert!(received <= of(step, "bytes_received_most"), "{step}");
                }
                let ends = steps.iter().find(|step| step["step"] == "ends").unwrap();
                assert!(of(ends, "bytes_received_max") > 0 && of(ends, "messages_sent_max") > 0);
            }
        }
    }
    assert!(
        explained
            .iter()
            .all(|way| way["model"].as_f64() > Some(0.0) && way["measured"].as_f64() > Some(0.0))
    );
}

#[test]
fn wrong_ways_and_links_are_refused() {
    for (arguments, expected) in [
        (["--combine", "guess"], "shuffle+contract+boruvka"),
        (["--link", "fast"], "for example 1gbit,100us"),
    ] {
        let ended = inside(2, &[&["solve", "path:n=9"], &arguments[..]].concat());
        assert_eq!(ended.code(), Some(2), "{ended:?}");
        assert!(ended.stderr.contains(expected), "{ended:?}");
    }
}
