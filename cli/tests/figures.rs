//! The published tables and plots come from the published rows, hide nothing, and compare only what
//! was measured together.

#[path = "../../benches/distributed/figures/mod.rs"]
mod distributed;
#[path = "../../benches/drawing/mod.rs"]
mod drawing;
#[path = "figures/fixture.rs"]
mod fixture;
#[path = "../../benches/local/figures/mod.rs"]
mod local;
#[path = "figures/svg.rs"]
mod svg;

use distributed::kamsta::{DAY, KAMSTA_RESULTS, measured};
use distributed::runs::{RunSummary, StepRun, WeakRun, of_repetitions};
use distributed::{Results, by_ranks, table, times, traffic, weak};
use drawing::{Machine, Time, read, save, spread_in_words, ticks};
use fixture::{drawn, picture, pictures, results, text};
use local::rows::{ContestantRow, compare, is_complete};
use mst::experiment::{ByStep, Row};
use mst_cli::text::{bytes, grouped, seconds};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

#[test]
fn what_is_published_is_drawn_from_the_published_rows() {
    type Draw = fn(&Path, &Path) -> drawing::Done;
    let drawn = TempDir::new().expect("a folder");
    let cases: [(&str, Draw, &[&str]); 2] = [
        ("distributed", distributed::draw, &["tables.md", "times.svg", "traffic.svg", "weak.svg"]),
        ("local", local::draw, &["table.md", "speed.svg"]),
    ];
    for (folder, draw, names) in cases {
        draw(&results(folder), drawn.path()).expect("drawn");
        for name in names {
            let [published, anew] =
                [&results(folder), drawn.path()].map(|folder| text(&folder.join(name)));
            let again = format!("cargo bench --bench {folder} -- --draw");
            assert!(published == anew, "results/{folder}/{name} is out of date: {again}");
        }
    }
}

#[test]
fn nothing_but_what_is_labelled_depends_on_kamstas_figures() {
    let results = Results::read(&results("distributed")).expect("results");
    let mut other = KAMSTA_RESULTS.clone();
    for graph in &mut other {
        graph.seconds = graph.seconds.map(|seconds| 7.0 * seconds);
        graph.sent *= 7.0;
    }
    let [one, two] =
        [&KAMSTA_RESULTS, &other].map(|kamsta| table::all(&results, kamsta).expect("tables"));
    let label = measured(&results.machine);
    let (mut heads, mut changed) = (Vec::new(), Vec::new());
    for (one, two) in one.lines().zip(two.lines()) {
        let [one, two] = [one, two].map(|line| line.split('|').collect::<Vec<_>>());
        if one[0].is_empty() && heads.len() != one.len() {
            heads.clone_from(&one);
        }
        assert_eq!(one.len(), two.len());
        for (column, _) in one.iter().zip(&two).enumerate().filter(|(_, (one, two))| one != two) {
            assert!(heads[column].contains(&label), "{} depends on them", heads[column]);
            changed.push(column);
        }
    }
    assert_eq!(changed.len(), 10 + 5, "their times on 2 and 4 ranks, their traffic on 4");
    let marks = |kamsta| times::marks(&results.times, kamsta);
    for (one, two) in marks(&KAMSTA_RESULTS).into_iter().zip(marks(&other)) {
        assert_eq!(one == two, !one.is_kamsta, "{one:?} {two:?}");
    }
}

#[test]
fn kamstas_figures_are_labelled_wherever_they_stand() {
    let published = Machine::read(&results("distributed")).expect("a machine");
    for (path, picture) in pictures().iter().filter(|(path, _)| path.contains("times")) {
        let label = match path.starts_with("published") {
            true => measured(&published),
            false => "measured 2026-11-23 on another kind of machine, Intel".to_owned(),
        };
        assert!(picture.words().contains(&label), "{path}: {label}");
        assert!(!picture.words().contains("times as fast"), "{path}");
        let marks = picture.texts.iter().filter(|text| text.words.starts_with("KaMSTa, "));
        assert!(marks.clone().count() == 2 && marks.clone().all(|m| m.words.contains(DAY)));
    }
    let readme = text(&results("../README.md"));
    let (_, section) = readme.split_once("## How fast").expect("a section");
    let section = section.split("\n## ").next().expect("its text");
    let heads: Vec<&str> = section.lines().filter(|line| line.starts_with("| graph")).collect();
    let [alone, together] = heads[..] else { panic!("two tables: {heads:?}") };
    assert!(alone.contains("textbook") && !alone.contains("KaMSTa"), "{alone}");
    assert!(together.contains(&measured(&published)), "{together}");
    assert!(!together.contains("times as fast"), "{together}");
}

#[test]
fn words_lie_inside_and_hide_no_curve() {
    for (path, picture) in pictures() {
        assert!(picture.texts.len() > 20, "{path}");
        for text in &picture.texts {
            assert!(picture.contains(&text.space), "{path}: \"{}\" is cut off", text.words);
            assert!(text.height >= 15.0, "{path}: \"{}\" is too small at half a page", text.words);
            let over = picture
                .texts
                .iter()
                .find(|other| !std::ptr::eq(*other, text) && other.space.meets(&text.space));
            assert!(over.is_none(), "{path}: \"{}\" over {:?}", text.words, over.map(|o| &o.words));
            let hidden = picture.drawn.iter().find(|drawn| text.space.meets(drawn));
            assert!(hidden.is_none(), "{path}: \"{}\" covers {hidden:?}", text.words);
        }
    }
}

#[test]
fn every_way_is_in_the_legend_and_looks_like_no_other() {
    let runs: Vec<RunSummary> = read(&results("distributed").join("traffic.csv")).expect("runs");
    let mut ways: Vec<&str> = runs.iter().map(|run| run.combine.as_str()).collect();
    ways.sort_unstable();
    ways.dedup();
    assert!(ways.len() >= 12);
    let weak: Vec<WeakRun> = read(&results("distributed").join("weak.csv")).expect("runs");
    let is_weak = |way: &&str| weak.iter().any(|run| run.combine == **way);
    for (path, picture) in pictures() {
        let drawn = match path.rsplit('/').next() {
            Some("traffic") => ways.clone(),
            Some("weak") => ways.iter().copied().filter(is_weak).collect(),
            _ => continue,
        };
        assert!(drawn.len() >= 5, "{path}");
        for way in &drawn {
            let named = picture.texts.iter().filter(|text| text.words == *way).count();
            assert_eq!(named, 1, "{path}: {way}");
        }
    }
    let looks: Vec<_> = ways.iter().map(|way| (way, by_ranks::look(way))).collect();
    for (at, (one, a)) in looks.iter().enumerate() {
        for (two, b) in &looks[at + 1..] {
            assert!((a.shape, a.line) != (b.shape, b.line), "{one} and {two}, in grey");
            assert!((a.colour, a.line) != (b.colour, b.line), "{one} and {two}, in colour");
        }
    }
}

#[test]
fn captions_tell_machine_day_cores_and_spread() {
    let whiskers = [
        (true, "whiskers from the least to the most of the repetitions"),
        (false, "no whiskers: spread not recorded"),
    ];
    for (recorded, whiskers) in whiskers {
        let folder = drawn(recorded);
        for (name, cores, spread) in [
            ("times", "2 ranks have a core each, 4 ranks share 2 cores", whiskers),
            ("speed", "2 threads have a core each", whiskers),
        ] {
            let words = picture(&folder.path().join(name)).words();
            for expected in ["Abacus 9, 2 cores, measured 2026-01-02", cores, spread] {
                assert!(words.contains(expected), "{name}: \"{expected}\" in {words}");
            }
        }
        for name in ["traffic", "weak"] {
            let words = picture(&folder.path().join(name)).words();
            assert!(words.contains("the same in every run, on every machine"), "{name}: {words}");
        }
        for name in ["tables.md", "table.md"] {
            let table = text(&folder.path().join(name));
            let machine = "Abacus 9, 2 cores, measured 2026-01-02, 2 ";
            assert!(table.contains(machine), "{name}: {table}");
        }
    }
}

#[test]
fn spread_is_shown_where_it_was_recorded_alone() {
    let [with, without] = [true, false].map(drawn);
    for (name, whiskers) in [("times", 15), ("speed", 44)] {
        let [with, without] =
            [&with, &without].map(|folder| picture(&folder.path().join(name)).drawn.len());
        // A whisker has a point in the middle, two ends of three pieces each, and a line of at
        // least one piece.
        assert!(with - without >= 8 * whiskers, "{name}: {with} and {without}");
    }
    let parts = "in parentheses the least and the most of the repetitions";
    for name in ["tables.md", "table.md"] {
        let [with, without] = [&with, &without].map(|folder| text(&folder.path().join(name)));
        assert!(with.contains(parts) && with.contains(" ms – "), "{name}: {with}");
        assert!(without.contains("spread not recorded"), "{name}: {without}");
        assert!(!without.contains(parts) && !without.contains(" ms – "), "{name}: {without}");
    }
    let time = Time::new(0.114, Some(0.0987), Some(1.5));
    assert_eq!(time.to_string(), "114 ms (98.7 ms – 1.50 s)");
}

#[test]
fn rows_are_read_as_mst_writes_them_and_wrote_them() {
    let folder = TempDir::new().expect("a folder");
    let csv = folder.path().join("new.csv");
    let solve = ["solve", "gnm:n=100,m=300", "--reps", "3", "--quiet", "--csv"];
    for ranks in [&[][..], &["--ranks", "2", "--combine", "auto"]] {
        let mst = std::process::Command::new(env!("CARGO_BIN_EXE_mst"))
            .args(solve.iter().chain([&csv.to_str().expect("a name")]).chain(ranks))
            .output()
            .expect("mst");
        assert!(mst.status.success(), "{}", String::from_utf8_lossy(&mst.stderr));
    }
    let runs = of_repetitions(&csv).expect("rows");
    let ranks_and_auto: Vec<_> = runs.iter().map(|run| (run.ranks, run.auto)).collect();
    assert_eq!(ranks_and_auto, [(1, false), (2, true)]);
    assert_eq!((runs[0].graph.as_str(), runs[0].combine.as_str()), ("gnm:n=100,m=300", "none"));
    assert_ne!(runs[1].combine, "none");

    let old = folder.path().join("old.csv");
    let head = "started,version,commit,command,mpi_library,hosts,graph,seed,run,repetition,repetitions,n,m,components,\
                forest_edges,weight,checksum,verified,algorithm,host_count,ranks,threads,read_s,local_s,local_mean_s,\
                exchange_s,exchange_mean_s,exchange_waited_mean_s,merge_s,merge_mean_s,total_s,verify_s,bytes_sent_max,\
                bytes_received_max,bytes_sent_total,messages_sent_total,peak_rss_max";
    let rows = [(1, 0.3), (2, 0.1), (3, 0.2), (4, 0.9)].map(|(repetition, total)| {
        format!(
            "2026-11-23T00:00:00Z,0.1.0,0,mst solve,none,vm:1,path:n=5,,local,{repetition},4,5,4,1,4,4,0,,auto,1,1,2,\
             0,0,0,0,0,0,0,0,{total},0,0,0,0,0,0"
        )
    });
    fs::write(&old, format!("{head}\n{}\n", rows.join("\n"))).expect("rows written");
    let runs = of_repetitions(&old).expect("rows");
    assert_eq!((runs.len(), runs[0].combine.as_str()), (1, "none"));
    assert_eq!(runs[0].time(), Time { median: 0.25, spread: Some((0.1, 0.9)) });
    save(&runs, &old).expect("runs written");
    let again: Vec<RunSummary> = read(&old).expect("runs");
    assert_eq!(again[0].time(), runs[0].time());
}

#[test]
fn weak_scaling_is_told_for_each_vertex_of_a_rank() {
    let run = |ranks: usize, (received, sent), messages| WeakRun {
        family: "gnm".to_owned(),
        combine: "sharded".to_owned(),
        ranks,
        n: 1000 * ranks as u64,
        m: 8000 * ranks as u64,
        received,
        sent,
        messages,
    };
    let runs = [run(4, (2500, 1000), 21), run(16, (4000, 31_000), 160_000)];
    let mut table = String::new();
    weak::write(&mut table, &runs).expect("a table");
    let expected = "| random, m = 8 n: way | 4 | 16 |\n|---|---|---|\n| sharded | 2.5 B, 5 | 31.0 B, 10,000 |\n";
    assert!(table.contains("1,000 vertices a rank") && table.ends_with(expected), "{table}");
}

#[test]
fn a_machine_tells_its_cores_and_the_day() {
    let text = "CPU(s):  8\nModel name: X\nThread(s) per core:  2\ndate: 2026-01-02\n";
    let machine = Machine::parse(text).expect("a machine");
    assert_eq!(machine.to_string(), "X, 4 cores, measured 2026-01-02");
    assert_eq!(
        machine.shared_by(&[1, 2, 4, 8], "ranks"),
        "X, 4 cores, measured 2026-01-02, 2 and 4 ranks have a core each, 8 ranks share 4 cores"
    );
    let undated = Machine::parse("CPU(s): 8\nModel name: X\n").err().expect("no day");
    assert_eq!(undated, "no line \"date: ...\"; add it");
}

#[test]
fn ticks_are_told_apart() {
    type Tick = fn(f64) -> String;
    let axes: [(Tick, f64, &[&str]); 4] = [
        (times::tick, 1e-4, &["500 µs", "1 ms", "20 ms", "100 ms", "1 s"]),
        (traffic::tick, 1.0, &["5 B", "1 kB", "200 kB", "1 MB"]),
        (weak::tick, 0.1, &["0.5 B", "1 B", "20 B", "1 kB"]),
        (local::speed::tick, 1e-3, &["0.01", "0.5", "1", "20"]),
    ];
    for (tick, least, expected) in axes {
        for most in [300.0, 1e7] {
            let words = ticks(&(0.9 * least..most * least)).into_iter().map(tick);
            let words: Vec<String> = words.collect();
            assert!(words.len() >= 7, "{words:?}");
            for (at, word) in words.iter().enumerate() {
                assert!(!words[..at].contains(word), "{word} twice in {words:?}");
            }
        }
        let fine: Vec<String> = (-5..9)
            .flat_map(|power| [1.0, 2.0, 5.0].map(|step| tick(step * 10f64.powi(power))))
            .collect();
        assert!(expected.iter().all(|word| fine.iter().any(|label| label == word)), "{fine:?}");
    }
}

#[test]
fn rows_stand_beside_the_yardsticks_of_their_own_graph() {
    let mut rows: Vec<ContestantRow> = read(&results("local").join("runs.csv")).expect("rows");
    let published = rows.clone();
    compare(&mut rows);
    for (row, published) in rows.iter().zip(&published) {
        let [now, then] = [row, published].map(|row| row.times_textbook.expect("a ratio"));
        assert!((now / then - 1.0).abs() < 1e-2, "{} {}", row.graph, row.algorithm);
    }
    assert!(is_complete(&rows));
    rows.retain(|row| row.algorithm != "textbook");
    compare(&mut rows);
    assert!(!is_complete(&rows));
}

#[test]
fn only_sharded_runs_have_steps_and_all_that_they_had() {
    let steps = |a, b| ByStep(vec![("fetch".to_owned(), a), ("labels".to_owned(), b)]);
    let row = |combine: &str| Row {
        graph: "/tmp/rgg2d.mst".to_owned(),
        combine: combine.to_owned(),
        ranks: 16,
        n: 65_536,
        step_bytes_max: steps(9, 4),
        step_bytes_total: steps(99, 44),
        ..Row::default()
    };
    assert!(StepRun::of(&row("contract+sharded")).is_empty());
    let found: Vec<_> = StepRun::of(&row("sharded"))
        .into_iter()
        .map(|run| (run.family, run.ranks, run.n, run.step, run.bytes_max, run.bytes_total))
        .collect();
    let step =
        |name: &str, max, total| ("rgg2d".to_owned(), 16, 65_536, name.to_owned(), max, total);
    assert_eq!(found, [step("fetch", 9, 99), step("labels", 4, 44)]);
}

#[test]
fn readme_quotes_what_is_published() {
    let readme = text(&results("../README.md"));
    let Results { machine, times, pbgl, weak, .. } =
        Results::read(&results("distributed")).expect("results");
    let rows: Vec<ContestantRow> = read(&results("local").join("runs.csv")).expect("rows");
    let local = Machine::read(&results("local")).expect("a machine");
    let words = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let spread = spread_in_words(times.iter().map(RunSummary::time));
    for expected in [
        format!("{}. Times are medians; ", local.shared_by(&[2], "threads")),
        format!("{}. Times are medians, {spread}. ", machine.shared_by(&[2, 4], "ranks")),
    ] {
        assert!(words.contains(&expected), "README lacks \"{expected}\"");
    }
    assert_eq!(words.contains("The Parallel BGL"), !pbgl.is_empty());
    let moved = |is_sharded: bool| {
        let runs = weak.iter().filter(|run| run.family == "gnm" && run.ranks == 256);
        let runs = runs.filter(|run| run.combine.ends_with("sharded") == is_sharded);
        let least = runs.map(WeakRun::bytes_per_vertex).fold(f64::INFINITY, f64::min);
        grouped(&format!("{least:.0}"))
    };
    let expected =
        format!("{} bytes for each of these vertices, and {} in", moved(true), moved(false));
    assert!(words.contains(&expected), "README lacks \"{expected}\"");
    for row in pbgl.iter().filter(|row| row.ranks == 2) {
        let expected = format!("takes {} on 2 ranks", seconds(row.time().median));
        assert!(words.contains(&expected), "README lacks \"{expected}\"");
    }
    for graph in &KAMSTA_RESULTS {
        let run = |ranks| {
            let found = |run: &&RunSummary| {
                run.graph == graph.graph && run.ranks == ranks && (run.auto || ranks == 1)
            };
            times.iter().find(found).expect("a run")
        };
        let row = format!(
            "| {} | {} | {} | {} | {} |",
            graph.name,
            run(2).time(),
            run(1).time(),
            bytes(run(4).received),
            seconds(graph.seconds[0]),
        );
        assert!(readme.contains(&row), "README lacks {row}");
    }
    let names = [("gnm", "random"), ("dense", "dense"), ("rmat", "R-MAT"), ("grid", "grid")];
    for (graph, name) in names.into_iter().chain([("rgg", "points in the plane")]) {
        let cell = |algorithm: &str, threads| {
            let found = |row: &&ContestantRow| {
                row.graph == graph && row.algorithm == algorithm && row.threads == threads
            };
            let row = rows.iter().find(found).expect("a row");
            (format!("{:.0} ms", 1e3 * row.seconds), row.times_textbook.expect("a ratio"))
        };
        let (textbook, one, two) = (cell("textbook", 1), cell("auto", 1), cell("auto", 2));
        let line = readme.lines().find(|line| line.starts_with(&format!("| {name} | 2^")));
        let line = line.unwrap_or_else(|| panic!("README lacks {name}"));
        for words in [
            format!("| {} |", textbook.0),
            format!("| {} ({:.1}", one.0, one.1),
            format!("| {} ({:.1}", two.0, two.1),
        ] {
            assert!(line.contains(&words), "README lacks \"{words}\" in {line}");
        }
    }
}
