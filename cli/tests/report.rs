//! `mst report`: its pages from fixed rows, in both languages, and what it refuses.

mod common;

use common::mst;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// Rows of a sweep on one host, with few repetitions, and without a file of machines.
const FEW: &str = "tests/report/few.csv";

fn in_package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs `mst report` on `files` with the options, into `folder`.
fn report(files: &[&Path], options: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(mst());
    command.arg("report").args(files).args(options).arg("-o").arg(folder);
    command.output().expect("it starts")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Compares a file with the expected one. With `MST_BLESS=1` it becomes the expected one.
fn expect(found: &Path, expected: &Path) {
    if std::env::var_os("MST_BLESS").is_some() {
        fs::create_dir_all(expected.parent().expect("a folder")).expect("made");
        fs::copy(found, expected).expect("copied");
    }
    let same = fs::read(found).expect("written") == fs::read(expected).unwrap_or_default();
    let name = expected.display();
    assert!(
        same,
        "{name} is another one now; if that is right: MST_BLESS=1 cargo test --test report"
    );
}

/// All files of a folder and of its folders, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect();
    found.sort();
    found
}

#[test]
fn pages_from_few_rows_are_as_expected() {
    for language in ["en", "es"] {
        let folder = TempDir::new().expect("a folder");
        let done = report(&[&in_package(FEW)], &["--lang", language], folder.path());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let expected = in_package("tests/report").join(language);
        // The path of the rows is another one on each machine.
        for page in ["report.md", "report.tex", "report.html"] {
            let path = folder.path().join(page);
            let shown = in_package(FEW).display().to_string();
            let plain = text(&path).replace(&shown, FEW);
            let escaped = shown.replace('_', "\\_").replace('-', "{-}");
            fs::write(&path, plain.replace(&escaped, FEW)).expect("written");
            expect(&path, &expected.join(page));
        }
        let drawn = files(&folder.path().join("figures"));
        assert!(drawn.len() > 6, "{drawn:?}");
        for path in drawn {
            expect(&path, &expected.join("figures").join(path.file_name().expect("a name")));
        }
    }
}

#[test]
fn the_published_example_is_what_is_written() {
    let published = in_package("../results/lab-report");
    for language in ["en", "es"] {
        let folder = TempDir::new().expect("a folder");
        let mut command = Command::new(mst());
        command.current_dir(&published).args(["report", "sweep.csv", "--lang", language, "-o"]);
        assert!(command.arg(folder.path()).status().expect("it starts").success());
        let [old, new] = [&published.join(language), folder.path()].map(files);
        assert_eq!(old.len(), new.len(), "{old:?}");
        for (old, new) in old.iter().zip(&new) {
            let same = fs::read(old).expect("published") == fs::read(new).expect("written");
            assert!(same, "{} is out of date: scripts/lab-report --draw", old.display());
        }
    }
}

#[test]
fn each_figure_has_a_picture_and_its_data() {
    let folder = TempDir::new().expect("a folder");
    assert!(report(&[&in_package(FEW)], &[], folder.path()).status.success());
    let names = |ending: &str| -> Vec<PathBuf> {
        let all = files(&folder.path().join("figures"));
        let of = |path: &PathBuf| path.extension().is_some_and(|found| found == ending);
        all.into_iter().filter(of).map(|path| path.with_extension("")).collect()
    };
    assert_eq!(names("svg"), names("png"));
    assert_eq!(names("svg"), names("csv"));
    let page = text(&folder.path().join("report.html"));
    for figure in names("svg") {
        let drawing = text(&figure.with_extension("svg"));
        roxmltree::Document::parse(&drawing).expect("XML");
        assert!(page.contains(&drawing), "the page has {}", figure.display());
        let data = text(&figure.with_extension("csv"));
        assert!(data.starts_with("x_axis,y_axis,series,kind,x,y,low,high\n"), "{data}");
        let picture = fs::read(figure.with_extension("png")).expect("a picture");
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 5_000, "{}", figure.display());
    }
}

#[test]
fn the_page_needs_no_other_file_and_no_script() {
    let folder = TempDir::new().expect("a folder");
    assert!(report(&[&in_package(FEW)], &[], folder.path()).status.success());
    let page = text(&folder.path().join("report.html"));
    for outside in ["<script", "<link", "<img", "src=", "url(", "@import", "http://", "https://"] {
        let hits: Vec<&str> = page.lines().filter(|line| line.contains(outside)).collect();
        // The name of SVG's vocabulary is no address that is asked for.
        let hits =
            hits.iter().filter(|line| !line.contains("xmlns=\"http://www.w3.org/2000/svg\""));
        assert_eq!(hits.count(), 0, "{outside}");
    }
}

#[test]
fn names_are_data_in_every_page() {
    let folder = TempDir::new().expect("a folder");
    let rows = text(&in_package(FEW));
    let graph = "<script>alert(1)</script>\\input{/etc/passwd}|x";
    let evil = rows.replace("gnm:n=4096,m=32768,seed=1,weights=uniform", graph);
    assert_ne!(rows, evil, "the rows have this graph");
    let csv = folder.path().join("evil.csv");
    fs::write(&csv, evil).expect("written");
    let done = report(&[&csv], &[], &folder.path().join("out"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let page = |name| text(&folder.path().join("out").join(name));
    assert!(!page("report.html").contains("<script"), "escaped in HTML");
    assert!(page("report.html").contains("&#60;script"), "but shown");
    assert!(!page("report.tex").contains("\\input{"), "escaped in TeX");
    assert!(page("report.tex").contains("\\textbackslash{}input\\{"), "but shown");
    assert!(page("report.md").contains("\\<script\\>") && page("report.md").contains("\\|x"));
}

#[test]
fn rows_that_cannot_be_compared_are_refused_unless_told() {
    let folder = TempDir::new().expect("a folder");
    let other = folder.path().join("other.csv");
    let rows = text(&in_package(FEW));
    let commit = "0123456789ab";
    assert!(rows.contains(commit), "the rows have this commit");
    fs::write(&other, rows.replace(commit, "ba9876543210")).expect("written");
    let out = folder.path().join("out");
    let refused = report(&[&in_package(FEW), &other], &[], &out);
    let why = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{why}");
    assert!(why.starts_with("mst: error: ") && why.lines().count() == 1, "{why}");
    assert!(why.contains("2 builds of mst") && why.contains("--mix"), "{why}");
    assert!(!out.exists(), "nothing is written");
    assert!(report(&[&in_package(FEW), &other], &["--mix"], &out).status.success());
    let page = text(&out.join("report.md"));
    assert!(page.contains("Rows of different builds of mst are mixed"), "{page}");
    // Each build has a figure of its own: nothing is pooled.
    assert!(text(&out.join("figures/time-2.csv")).contains("median"));
}

#[test]
fn a_wrong_file_is_refused_with_its_place() {
    let folder = TempDir::new().expect("a folder");
    let csv = folder.path().join("wrong.csv");
    let refused = |content: &str| {
        fs::write(&csv, content).expect("written");
        let done = report(&[&csv], &[], &folder.path().join("out"));
        assert_eq!(done.status.code(), Some(1));
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    assert!(refused("").contains("wrong.csv: it is empty"));
    assert!(refused("a,b\n1,2\n").contains("does not begin with the column \"started\""));
    let rows = text(&in_package(FEW));
    let second = rows.lines().nth(1).expect("a row").to_owned();
    let header = rows.lines().next().expect("a header").to_owned();
    let cut = refused(&format!("{header}\n{second}\n{}", &second[..second.len() / 2]));
    assert!(
        cut.contains("wrong.csv:3:") && cut.contains("remove the line if it was cut off"),
        "{cut}"
    );
    assert!(!folder.path().join("out").exists());
    let missing = report(&[Path::new("no-such.csv")], &[], &folder.path().join("out"));
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot read no-such.csv"));
}

#[test]
fn a_comparison_writes_its_report() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().join("report");
    let done = Command::new(mst())
        .args(["compare", "gnm:n=1e3,m=1e4", "--ranks", "3", "-t", "1", "--reps", "6", "-q"])
        .args(["--lang", "es", "--report"])
        .arg(&out)
        .arg("--csv")
        .arg(folder.path().join("runs.csv"))
        .output()
        .expect("it starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let page = text(&out.join("report.md"));
    assert!(page.contains("# Bosques de expansión mínima"), "{page}");
    assert!(page.contains("Máquinas") && page.contains("| 3 | 1 |"), "{page}");
}
