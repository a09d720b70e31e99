//! Runs `mst solve --verify` on eight real graphs with known answers (tests/data/README.md): in one
//! process by every algorithm on 1, 2, 3, 4 and 7 ranks, and under mpirun by one algorithm on each
//! number of ranks.

mod common;

use common::{data, finish, mpirun, mst};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

struct Known {
    file: &'static str,
    columns: Option<&'static str>,
    n: u64,
    m: u64,
    components: u64,
    forest_edges: u64,
    weight: f64,
}

const fn known(file: &'static str, counts: [u64; 4], weight: f64) -> Known {
    let [n, m, components, forest_edges] = counts;
    Known { file, columns: None, n, m, components, forest_edges, weight }
}

/// Vertices, edges without loops, components, forest edges, weight. Computed with exact arithmetic
/// by three independent programs.
const KNOWN: [Known; 8] = [
    known("rome99.gr", [3353, 4444, 22, 3331], 1_215_457.0),
    Known { columns: Some("2,3,4"), ..known("cal.cedge", [21048, 21693, 1, 21047], 307.632_079) },
    known("tinyEWG.txt", [8, 16, 1, 7], 181.0),
    known("mediumEWG.txt", [250, 1273, 1, 249], 1_046_351.0),
    known("lesmis.graph", [77, 254, 1, 76], 105.0),
    known("zenios.mtx", [2873, 12159, 1391, 1482], 0.054_007_284_078_448_4),
    known("wiki-Vote.txt", [8298, 103_689, 1207, 7091], 7091.0),
    Known {
        columns: Some("1,2,3"),
        ..known("soc-sign-bitcoinotc.csv.gz", [6006, 35592, 129, 5877], -6190.0)
    },
];

const ALGORITHMS: [&str; 4] = ["auto", "kruskal", "filter-kruskal", "boruvka"];
const SIZES: [usize; 5] = [1, 2, 3, 4, 7];

fn solve(mut command: Command, known: &Known, arguments: &[&str]) -> Value {
    command.args(["solve", "--json", "--verify", "--quiet", "--threads", "1"]).args(arguments);
    command.arg(data(known.file));
    if let Some(columns) = known.columns {
        command.args(["--columns", columns]);
    }
    let ended = finish(&mut command, Duration::from_secs(60));
    assert_eq!(ended.code(), Some(0), "{command:?}: {ended:?}");
    serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}"))
}

/// Checks the answer and returns the checksum.
fn check(known: &Known, found: &Value, ranks: usize) -> String {
    let file = known.file;
    for (name, expected) in [
        ("n", known.n),
        ("m", known.m),
        ("components", known.components),
        ("forest_edges", known.forest_edges),
        ("ranks", ranks as u64),
    ] {
        assert_eq!(found[name].as_u64(), Some(expected), "{file}: {name} of {found}");
    }
    let weight = found["weight"].as_f64().expect("a number");
    assert!(
        (weight - known.weight).abs() <= 1e-12 * known.weight.abs().max(1.0),
        "{file}: {found}"
    );
    let is_integer = known.weight.fract() == 0.0;
    assert_eq!(found["weight"].is_i64(), is_integer, "{file}: integers are exact");
    assert_eq!(found["verified"], true, "{file}");
    found["checksum"].as_str().expect("hexadecimal digits").to_owned()
}

#[test]
fn in_one_process() {
    for known in &KNOWN {
        let mut checksums = Vec::new();
        for p in SIZES {
            for algorithm in ALGORITHMS {
                let ranks = p.to_string();
                let arguments = ["--ranks", &ranks, "--algorithm", algorithm];
                let found = solve(Command::new(mst()), known, &arguments);
                checksums.push(check(known, &found, p));
            }
        }
        checksums.dedup();
        assert_eq!(checksums.len(), 1, "{}", known.file);
    }
}

#[test]
fn under_mpirun() {
    for (file, known) in KNOWN.iter().enumerate() {
        let alone = solve(Command::new(mst()), known, &[]);
        for (size, p) in SIZES.into_iter().enumerate() {
            // A start takes half a second, so each file gets one algorithm on each number of ranks.
            // Over all files, every combination occurs.
            let algorithm = ALGORITHMS[(file + size) % ALGORITHMS.len()];
            let Some(mut command) = mpirun(p) else { return };
            command.arg(mst());
            let found = solve(command, known, &["--algorithm", algorithm]);
            assert_eq!(check(known, &found, p), alone["checksum"], "{} on {p}", known.file);
        }
    }
}

/// The forest does not depend on which ranks read the file, nor on threads.
#[test]
fn however_it_is_read() {
    for known in &KNOWN {
        let alone = solve(Command::new(mst()), known, &[]);
        let root = ["--ranks", "3", "--input-from", "root"];
        for arguments in [&root[..], &["--ranks", "2", "--threads", "2"][..]] {
            let mut command = Command::new(mst());
            command.args(["solve", "--json", "--quiet"]).arg(data(known.file)).args(arguments);
            if let Some(columns) = known.columns {
                command.args(["--columns", columns]);
            }
            let ended = finish(&mut command, Duration::from_secs(60));
            let found: Value = serde_json::from_str(&ended.stdout).expect("one object");
            assert_eq!(found["checksum"], alone["checksum"], "{} {arguments:?}", known.file);
            assert_eq!(found["verified"], Value::Null, "no proof was asked for");
        }
    }
}
