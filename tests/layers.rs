//! Imports go one way: each module names only modules of lower layers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the bottom; a module may import those of layers below its own.
const LAYERS: [&[&str]; 9] = [
    &["error", "graph"],
    &["format", "generate", "local", "comm"],
    &["partition", "distributed", "verify"],
    &["measure"],
    &["selftest"],
    &["report"],
    &["doctor"],
    &["cli"],
    &["main"],
];

/// Imports that layers alone would allow.
const NEVER: [(&str, &str); 2] = [("verify", "local"), ("verify", "distributed")];

fn layer(module: &str) -> usize {
    let layer = LAYERS.iter().position(|layer| layer.contains(&module));
    layer.unwrap_or_else(|| {
        panic!("module {module} has no layer: give it one here and in DESIGN.md")
    })
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let nested = entries.map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    nested.flatten().filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// The code of a file without comments and without its tests, which may look anywhere.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a file");
    let code = text.split("#[cfg(test)]").next().expect("a first part");
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The top modules that follow `crate::`, alone or in braces.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => rest,
        };
        for name in names.split(',').map(str::trim) {
            let word: String =
                name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if word.starts_with(char::is_lowercase) {
                found.insert(word);
            }
            if !rest.starts_with('{') {
                break;
            }
        }
    }
    found
}

fn top_module(path: &Path, root: &Path) -> String {
    let first = path.strip_prefix(root).expect("below src").components().next().expect("a name");
    Path::new(first.as_os_str()).with_extension("").to_string_lossy().into_owned()
}

#[test]
fn imports_go_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for path in sources(&root) {
        let module = top_module(&path, &root);
        if module == "lib" {
            continue;
        }
        for import in imports(&code(&path)) {
            // Items that the front page hands on, and macros, which live at the top.
            if import == module || import == "with_edges" {
                continue;
            }
            seen += 1;
            let pair = (module.as_str(), import.as_str());
            let below = layer(&import) < layer(&module) || pair == ("graph", "error");
            assert!(below && !NEVER.contains(&pair), "{} imports {import}", path.display());
        }
    }
    assert!(seen > 50, "only {seen} imports were found");
}

#[test]
fn only_one_file_names_mpi_and_nothing_below_cli_prints_or_exits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let (module, code) = (top_module(&path, &root), code(&path));
        let is_mpi = path.ends_with("comm/mpi.rs");
        assert!(is_mpi || !code.contains("use mpi::"), "{} names mpi", path.display());
        if module != "cli" {
            for word in ["println!", "eprint", "print!", "process::exit"] {
                assert!(!code.contains(word), "{} has {word}", path.display());
            }
        }
    }
}

#[test]
fn files_have_one_subject() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests", "benches"] {
        for path in sources(&root.join(folder)) {
            let lines = fs::read_to_string(&path).expect("a file").lines().count();
            assert!(lines <= 500, "{} has {lines} lines", path.display());
        }
    }
}
