//! Imports go one way: in both packages, each module names only modules of lower layers, and the
//! modules of a folder have no import cycle.

#[path = "layers/modules.rs"]
mod modules;

use modules::{Module, Package, library, program};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The library's layers from the bottom. A module may import modules of lower layers.
const LIBRARY: [&[&str]; 8] = [
    &["error"],
    &["graph"],
    &["format", "generate", "local", "comm"],
    &["measure", "sharding"],
    &["partition", "distributed", "verify"],
    &["experiment"],
    &["selftest", "forest"],
    &["lib"],
];

/// The program's layers, which are above the library.
const PROGRAM: [&[&str]; 6] = [
    &["allocator", "drawing", "shell", "text"],
    &["console", "doctor", "sweep"],
    &["cluster", "report"],
    &["command"],
    &["lib"],
    &["main"],
];

/// Forbidden imports that the layers would allow.
const NEVER: [(&str, &str); 2] = [("verify", "local"), ("verify", "distributed")];

fn layer(layers: &[&[&str]], module: &str) -> usize {
    layers.iter().position(|layer| layer.contains(&module)).unwrap_or_else(|| {
        panic!("module {module} has no layer: give it one here and in DESIGN.md")
    })
}

fn hold_layers(package: &Package, layers: &[&[&str]]) {
    let mut seen = 0;
    for module in package.modules.iter().filter(|module| !module.path.is_empty()) {
        for import in package.imports(module).filter(|import| import[0] != module.path[0]) {
            seen += 1;
            let (from, to) = (module.path[0].as_str(), import[0].as_str());
            let below = layer(layers, to) < layer(layers, from);
            assert!(below && !NEVER.contains(&(from, to)), "{} imports {to}", module.file);
        }
    }
    assert!(seen > 10, "only {seen} imports were found");
}

#[test]
fn imports_go_one_way() {
    hold_layers(&library(), &LIBRARY);
    hold_layers(&program(), &PROGRAM);
}

/// For each folder: its modules, and which others of them each module names.
type Folders = BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>>;

fn folders(package: &Package) -> Folders {
    let mut folders = Folders::new();
    for module in &package.modules {
        for import in package.imports(module) {
            let shared = module.path.iter().zip(&import).take_while(|(a, b)| a == b).count();
            // Imports between a folder's own file and its parts do not count.
            if let (Some(from), Some(to)) = (module.path.get(shared), import.get(shared)) {
                let folder = folders.entry(import[..shared].to_vec()).or_default();
                folder.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    folders
}

/// The modules of a folder that are on an import cycle or lead to one.
fn circle(folder: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&str> {
    let mut left: BTreeSet<&str> = folder.keys().map(String::as_str).collect();
    // A module that names none of the remaining modules leads to no cycle.
    while let Some(free) =
        left.iter().find(|module| folder[**module].iter().all(|to| !left.contains(&**to))).copied()
    {
        left.remove(free);
    }
    left
}

#[test]
fn no_folder_has_a_circle() {
    let mut found = Vec::new();
    for package in [library(), program()] {
        for (folder, modules) in folders(&package) {
            let circle = circle(&modules);
            if !circle.is_empty() {
                found.push(format!(
                    "{}: {}",
                    folder.join("::"),
                    circle.into_iter().collect::<Vec<_>>().join(", ")
                ));
            }
        }
    }
    assert!(found.is_empty(), "circles: {found:#?}");
}

#[test]
fn circles_are_found() {
    let folder = |names: &[(&str, &str)]| {
        let mut folder = BTreeMap::<String, BTreeSet<String>>::new();
        for (from, to) in names {
            folder.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        folder
    };
    assert!(circle(&folder(&[("a", "b"), ("b", "c"), ("a", "c")])).is_empty());
    let found = folder(&[("a", "b"), ("b", "c"), ("c", "b")]);
    assert!(circle(&found).contains("b") && circle(&found).contains("c"));
}

#[test]
fn an_export_belongs_to_its_own_file() {
    let module = |path: &str, text: &str| {
        let path = path.split("::").map(str::to_owned).collect();
        Module::parse("a file", path, text)
    };
    let modules = vec![
        module("a", "mod b; mod c; pub use b::{B, D as E}; pub use c::C;"),
        module("a::b", "use super::C; struct B; struct D;"),
        module("a::c", "use super::E; struct C;"),
    ];
    let package = Package { modules };
    let imports = |at: usize| package.imports(&package.modules[at]).collect::<Vec<_>>();
    assert_eq!(imports(1), [["a", "c"]]);
    assert_eq!(imports(2), [["a", "b"]]);
    assert!(!circle(&folders(&package)[&vec!["a".to_owned()]]).is_empty());
}

/// What the library's own code must not do: print, or end the process.
const NEVER_IN_THE_LIBRARY: [&str; 6] =
    ["println!", "print!", "eprintln!", "eprint!", "process::exit", "process::abort"];

fn check_no_output(module: &Module) {
    for word in NEVER_IN_THE_LIBRARY {
        assert!(!module.says(word), "{} has {word}", module.file);
    }
}

#[test]
fn only_one_file_names_mpi_and_the_library_neither_prints_nor_exits() {
    for module in &library().modules {
        let is_mpi = module.imports_of("mpi");
        assert_eq!(is_mpi, module.file.ends_with("comm/mpi.rs"), "{} and mpi", module.file);
        check_no_output(module);
    }
}

/// What brings something of every rank to one, or of one to every rank, message by message.
const TO_ALL: [&str; 4] =
    ["comm.gather(", "comm.all_gather(", "comm.broadcast(", "comm.scatter_blocks("];
/// Files that may: the list of the vertices outside the giant, which is taken where it is shorter than
/// to ask; and the numbers of large ids, which are found once, while a graph is read.
const MAY: [&str; 3] = ["outside.rs", "id_index.rs", "sample_sort.rs"];

/// The sharded algorithm and its proof call nothing that costs a rank O(p) or O(n) bytes.
#[test]
fn no_rank_learns_of_all_where_work_is_sharded() {
    let is_sharded =
        |module: &&Module| module.file.contains("/sharded/") || module.file.contains("/sharding/");
    let library = library();
    let mut calls = 0;
    for module in library.modules.iter().filter(is_sharded) {
        let may = MAY.iter().any(|file| module.file.ends_with(file));
        let text = fs::read_to_string(&module.file).expect("the source can be read");
        for call in TO_ALL {
            assert!(may || !text.contains(call), "{} has {call}", module.file);
        }
        calls += usize::from(text.contains("comm.all_reduce("));
    }
    assert!(calls > 3, "only {calls} files with an all-reduce were found");
}

#[test]
fn the_library_needs_nothing_of_a_program() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let manifest = manifest.expect("a manifest");
    let (_, needed) = manifest.split_once("\n[dependencies]\n").expect("a section");
    let needed = needed.split("\n[").next().expect("its lines");
    assert!(needed.contains("rayon"), "{needed}");
    for of_programs in
        ["clap", "comfy-table", "csv", "indicatif", "signal-hook", "tempfile", "textwrap"]
    {
        assert!(!needed.lines().any(|line| line.starts_with(of_programs)), "{of_programs}");
    }
}

#[test]
fn code_after_tests_is_looked_at_too() {
    let text = "#[cfg(test)] mod tests { fn f() { println!(); crate::local::a(); } }\n\
                use crate::local; fn f() { std::process::exit(1) }";
    let module = Module::parse("verify/mod.rs", vec!["verify".to_owned()], text);
    assert!(module.says("process::exit") && !module.says("println!"));
    let inside = Module::parse(
        "a.rs",
        Vec::new(),
        "fn f() { vec![(1, { println!(); crate::local::a() })]; }",
    );
    assert!(inside.says("println!") && inside.says("local::a"));
    let package =
        Package { modules: vec![module, Module::parse("local.rs", vec!["local".to_owned()], "")] };
    let imports: Vec<Vec<String>> = package.imports(&package.modules[0]).collect();
    assert_eq!(imports, [["local"]]);
}

#[test]
fn files_have_one_subject() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests", "benches", "examples", "cli/src", "cli/tests", "python/src"] {
        for path in modules::sources(&root.join(folder)) {
            let lines = fs::read_to_string(&path).expect("a file").lines().count();
            assert!(lines <= 500, "{} has {lines} lines", path.display());
        }
    }
}
