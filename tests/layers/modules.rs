//! Finds the modules of a package and what they name, with the syn crate. It reads the code without
//! unit tests.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree};

/// A file of a package.
pub(crate) struct Module {
    /// The path of the file, for messages.
    pub(crate) file: String,
    /// Its path in the tree of modules; empty for the root.
    pub(crate) path: Vec<String>,
    /// The paths that it names, as written, split into segments.
    names: BTreeSet<Vec<String>>,
    /// What it imports or exports again: for each name in its scope, the path that it stands for.
    scope: BTreeMap<String, Vec<String>>,
    /// The first segments of its imports: crates and modules.
    heads: BTreeSet<String>,
}

/// All modules of a package.
pub(crate) struct Package {
    pub(crate) modules: Vec<Module>,
}

/// The library.
pub(crate) fn library() -> Package {
    Package::read("src")
}

/// The program.
pub(crate) fn program() -> Package {
    Package::read("cli/src")
}

/// The Rust files in a folder and its subfolders.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.expect("an entry").path());
    let nested = entries.map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    nested.flatten().filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

impl Package {
    fn read(folder: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let module = |file: PathBuf| {
            let text = fs::read_to_string(&file).expect("a file");
            let place = file.strip_prefix(&root).expect("below it").with_extension("");
            let path = place.iter().map(|part| part.to_string_lossy().into_owned());
            let path = path.filter(|part| part != "mod").collect();
            Module::parse(&file.display().to_string(), path, &text)
        };
        // A file with only tests is marked as such in the module that declares it, so skip it by
        // its name.
        let files = sources(&root).into_iter().filter(|file| !file.ends_with("tests.rs"));
        Self { modules: files.map(module).collect() }
    }

    /// The modules of this package that `module` names, without itself and the modules that contain
    /// it.
    pub(crate) fn imports(&self, module: &Module) -> impl Iterator<Item = Vec<String>> {
        let found = module.names.iter().filter_map(|name| self.place(&module.path, name));
        let found: BTreeSet<Vec<String>> =
            found.filter(|place| !module.path.starts_with(place)).collect();
        found.into_iter()
    }

    /// The module that a name in `from` refers to, if it is in this package.
    fn place(&self, from: &[String], name: &[String]) -> Option<Vec<String>> {
        let mut place = match name[0].as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from.to_vec(),
            child => {
                // A name without a prefix can only refer to a submodule.
                let inside = [from, &[child.to_owned()]].concat();
                return self.is_module(&inside).then(|| self.longest(inside, &name[1..]));
            }
        };
        let ups = name.iter().take_while(|segment| *segment == "super").count();
        place.truncate(place.len().saturating_sub(ups));
        Some(self.longest(place, &name[ups.max(1)..]))
    }

    /// The module that has what `name` is in `place`. A name that a module exports again belongs to
    /// the module that it comes from.
    fn longest(&self, mut place: Vec<String>, name: &[String]) -> Vec<String> {
        for segment in name {
            place.push(segment.clone());
            if !self.is_module(&place) {
                place.pop();
                let origin = self.module(&place).and_then(|module| module.scope.get(segment));
                return origin.and_then(|path| self.place(&place, path)).unwrap_or(place);
            }
        }
        place
    }

    fn module(&self, place: &[String]) -> Option<&Module> {
        self.modules.iter().find(|module| module.path == place)
    }

    fn is_module(&self, place: &[String]) -> bool {
        self.module(place).is_some()
    }
}

impl Module {
    /// Parses the text of a file as the module at `path`.
    pub(crate) fn parse(file: &str, path: Vec<String>, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|why| panic!("{file}: {why}"));
        let mut names = Names::default();
        names.visit_file(&syntax);
        Self {
            file: file.to_owned(),
            path,
            names: names.all,
            scope: names.scope,
            heads: names.heads,
        }
    }

    /// Whether it names a path that ends with `word`.
    pub(crate) fn says(&self, word: &str) -> bool {
        let word: Vec<String> = word.split("::").map(str::to_owned).collect();
        self.names.iter().any(|name| name.ends_with(&word))
    }

    /// Whether it imports anything from the crate `name`.
    pub(crate) fn imports_of(&self, name: &str) -> bool {
        self.heads.contains(name)
    }
}

/// The names in a file, without those in tests.
#[derive(Default)]
struct Names {
    all: BTreeSet<Vec<String>>,
    scope: BTreeMap<String, Vec<String>>,
    heads: BTreeSet<String>,
}

impl Names {
    /// Adds the names in the tokens of a macro, which syn does not parse.
    fn of_tokens(&mut self, tokens: TokenStream) {
        let mut name: Vec<String> = Vec::new();
        let mut goes_on = false;
        for token in tokens {
            match token {
                TokenTree::Ident(word) if goes_on || name.is_empty() => {
                    name.push(word.to_string());
                    goes_on = false;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' && !name.is_empty() => {
                    goes_on = true
                }
                TokenTree::Punct(mark) if mark.as_char() == '!' && name.len() == 1 => {
                    self.all.insert(vec![format!("{}!", name.remove(0))]);
                }
                other => {
                    self.all
                        .extend(Some(std::mem::take(&mut name)).filter(|name| !name.is_empty()));
                    goes_on = false;
                    match other {
                        TokenTree::Group(group) => self.of_tokens(group.stream()),
                        TokenTree::Ident(word) => name.push(word.to_string()),
                        TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                    }
                }
            }
        }
        self.all.extend(Some(name).filter(|name| !name.is_empty()));
    }

    fn bind(&mut self, name: &syn::Ident, path: Vec<String>) {
        self.scope.insert(name.to_string(), path.clone());
        self.all.insert(path);
    }

    fn of_use(&mut self, before: &[String], tree: &UseTree) {
        let with = |segment: &syn::Ident| [before, &[segment.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.of_use(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.bind(&name.ident, with(&name.ident)),
            UseTree::Rename(name) => self.bind(&name.rename, with(&name.ident)),
            UseTree::Glob(_) => drop(self.all.insert(before.to_vec())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.of_use(before, tree)),
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => &[],
    }
}

impl Visit<'_> for Names {
    fn visit_item(&mut self, item: &Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        if let UseTree::Path(path) = &item.tree {
            self.heads.insert(path.ident.to_string());
        }
        self.of_use(&[], &item.tree);
    }

    fn visit_macro(&mut self, item: &syn::Macro) {
        if let Some(last) = item.path.segments.last() {
            self.all.insert(vec![format!("{}!", last.ident)]);
        }
        self.of_tokens(item.tokens.clone());
    }

    fn visit_path(&mut self, path: &syn::Path) {
        self.all.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}
