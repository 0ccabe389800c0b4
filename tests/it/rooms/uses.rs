//! Which file uses which: the paths in the sources, followed through re-exports to the file that defines the name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemUse, Macro, UseTree, Visibility};

/// Names one below the other: a module from the root of the crate, or a path as it stands in a source.
pub(super) type Names = Vec<String>;

/// For each file the files it uses, and where: `line: path`.
pub(super) type Uses = BTreeMap<Names, BTreeMap<Names, Vec<String>>>;

/// A name that a `use` brings into a file.
struct Import {
    /// What it is called there, `*` for all names.
    name: String,
    path: Names,
    /// A signboard for others, which is no use in itself.
    public: bool,
    line: usize,
}

/// What a source file says about others, its tests left out.
#[derive(Default)]
struct Module {
    file: PathBuf,
    imports: Vec<Import>,
    /// Paths that stand in the code, and their lines.
    paths: Vec<(Names, usize)>,
    /// Modules below it that are there for tests only.
    tests: Vec<String>,
}

/// The files of the crate by module.
pub(super) struct Modules(BTreeMap<Names, Module>);

impl Modules {
    /// Reads the sources below `root`.
    pub(super) fn of(root: &Path, files: &[PathBuf]) -> Self {
        Self::read(files.iter().map(|file| {
            let place = file.strip_prefix(root).expect("below").to_owned();
            (place, fs::read_to_string(file).expect("text"))
        }))
    }

    fn read(files: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let mut modules = BTreeMap::new();
        for (file, text) in files {
            let source = syn::parse_file(&text).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
            let path = module_path(&file);
            let mut module = Module { file, ..Module::default() };
            module.visit_file(&source);
            modules.insert(path, module);
        }
        let below =
            |(path, module): (&Names, &Module)| module.tests.iter().map(|name| child(path, name)).collect::<Vec<_>>();
        let tests: BTreeSet<Names> = modules.iter().flat_map(below).collect();
        modules.retain(|path, _| !(1..=path.len()).any(|depth| tests.contains(&path[..depth])));
        Self(modules)
    }

    /// The file of a module, as seen from the root of the repository.
    pub(super) fn file(&self, module: &Names) -> String {
        Path::new("src").join(&self.0[module].file).display().to_string()
    }

    /// Re-exports of all names of a file: what they stand for cannot be followed.
    pub(super) fn signboards_without_names(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (path, module) in &self.0 {
            for import in module.imports.iter().filter(|import| import.public && import.name == "*") {
                found.push(format!("{}:{}: say which names are passed on", self.file(path), import.line));
            }
        }
        found
    }

    /// Every use of a file by another of the same room.
    pub(super) fn inside_rooms(&self) -> Uses {
        self.0.iter().map(|(path, module)| (path.clone(), self.uses_of(path, module))).collect()
    }

    /// Told by the imports, and by the first path in the code where no import says it.
    fn uses_of(&self, from: &Names, module: &Module) -> BTreeMap<Names, Vec<String>> {
        let mut uses: BTreeMap<Names, Vec<String>> = BTreeMap::new();
        let other = |path| self.definer(from, path).filter(|to| to != from && to.first() == from.first());
        let told = |path: &Names, line: usize| format!("{line}: {}", path.join("::"));
        for import in module.imports.iter().filter(|import| !import.public) {
            if let Some(to) = other(&import.path) {
                uses.entry(to).or_default().push(told(&import.path, import.line));
            }
        }
        for (path, line) in &module.paths {
            if let Some(to) = other(path) {
                uses.entry(to).or_insert_with(|| vec![told(path, *line)]);
            }
        }
        uses
    }

    /// The file that defines what `path` names in the file `from`. None for what is local or not of this crate, and for
    /// a module as such: what is used of it stands behind its name elsewhere.
    fn definer(&self, from: &Names, path: &[String]) -> Option<Names> {
        let (module, rest) = self.follow(from, path)?;
        (!rest.is_empty()).then_some(module)
    }

    /// The file to which a path leads, and what of the path is left there.
    fn follow(&self, from: &Names, path: &[String]) -> Option<(Names, Names)> {
        let supers = path.iter().take_while(|name| *name == "super").count();
        match path.first()?.as_str() {
            "crate" => self.descend(Names::new(), &path[1..]),
            "self" => self.descend(from.clone(), &path[1..]),
            "super" => self.descend(from[..from.len().checked_sub(supers)?].to_vec(), &path[supers..]),
            name if self.0.contains_key(&child(from, name)) || self.import(from, name).is_some() => {
                self.descend(from.clone(), path)
            }
            _ => None,
        }
    }

    fn descend(&self, mut module: Names, path: &[String]) -> Option<(Names, Names)> {
        for (at, name) in path.iter().enumerate() {
            let below = child(&module, name);
            let is_module = self.0.contains_key(&below);
            // A function may be called like the module it is passed on from: the last name is the function's.
            let import = self.import(&module, name).filter(|_| !is_module || at + 1 == path.len());
            match import {
                Some(import) => return self.follow(&module, &[&import.path, &path[at + 1..]].concat()),
                None if is_module => module = below,
                None => return Some((module, path[at..].to_vec())),
            }
        }
        Some((module, Names::new()))
    }

    /// The import that a name is in a module. One from a crate of that very name is none of ours, and one of the bare
    /// name makes a macro known by its path.
    fn import(&self, module: &Names, name: &str) -> Option<&Import> {
        let ours = |import: &&Import| import.path[0] != name || self.0.contains_key(&child(module, name));
        let imports = self.0.get(module)?.imports.iter();
        imports.filter(|import| import.name == name && import.path.len() > 1).find(ours)
    }
}

fn child(module: &Names, name: &str) -> Names {
    [module, &[name.to_owned()][..]].concat()
}

/// `edi/xml/mod.rs` is the module `edi::xml`, `lib.rs` the root.
fn module_path(file: &Path) -> Names {
    let mut path: Names = file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    path.pop_if(|name| matches!(name.as_str(), "mod" | "lib"));
    path
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        match item {
            syn::Item::Mod(module) if for_tests_only(&module.attrs) => self.tests.push(module.ident.to_string()),
            item => visit::visit_item(self, item),
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let public = !matches!(item.vis, Visibility::Inherited);
        self.import_all(Names::new(), &item.tree, public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.push((names, line_of(path.segments[0].ident.span())));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, used: &'ast Macro) {
        self.visit_path(&used.path);
        self.read_tokens(used.tokens.clone());
    }

    /// Attributes name functions in quotes: `deserialize_with = "lenient::or_default"`.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.read_tokens(list.tokens.clone());
        }
    }
}

impl Module {
    fn import_all(&mut self, mut stem: Names, tree: &UseTree, public: bool) {
        let (last, name) = match tree {
            UseTree::Path(path) => {
                stem.push(path.ident.to_string());
                return self.import_all(stem, &path.tree, public);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import_all(stem.clone(), tree, public));
            }
            UseTree::Name(name) => (name.ident.clone(), name.ident.clone()),
            UseTree::Rename(rename) => (rename.ident.clone(), rename.rename.clone()),
            UseTree::Glob(glob) => {
                let line = line_of(glob.star_token.spans[0]);
                let path = child(&stem, "*");
                return self.imports.push(Import { name: "*".into(), path, public, line });
            }
        };
        let line = line_of(last.span());
        // `use list::{self, Row}` brings in the list by its own name.
        let path = if last == "self" && !stem.is_empty() { stem } else { child(&stem, &last.to_string()) };
        let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.to_string() };
        self.imports.push(Import { name, path, public, line });
    }

    /// The paths among the tokens of a macro, whose grammar is its own.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path: Option<(Names, usize)> = None;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => match &mut path {
                    Some((names, _)) if colons == 2 => names.push(name.to_string()),
                    _ => self.paths.extend(path.replace((vec![name.to_string()], line_of(name.span())))),
                },
                TokenTree::Punct(mark) if mark.as_char() == ':' && path.is_some() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.paths.extend(path.take());
                    self.read_tokens(group.stream());
                }
                TokenTree::Literal(text) => {
                    self.paths.extend(path.take());
                    self.read_quotes(&text.to_string(), text.span());
                }
                TokenTree::Punct(_) => self.paths.extend(path.take()),
            }
            colons = 0;
        }
        self.paths.extend(path);
    }

    fn read_quotes(&mut self, text: &str, span: Span) {
        let names: Names = text.trim_matches('"').split("::").map(str::to_owned).collect();
        let is_name = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if names.len() > 1 && names.iter().all(is_name) {
            self.paths.push((names, line_of(span)));
        }
    }
}

fn for_tests_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

fn line_of(span: Span) -> usize {
    span.start().line
}

/// The files that use each other in a circle, one set for each knot.
pub(super) fn circles(uses: &Uses) -> BTreeSet<BTreeSet<Names>> {
    let reached: BTreeMap<&Names, BTreeSet<&Names>> = uses.keys().map(|file| (file, reach(uses, file))).collect();
    let knot = |file: &Names| -> BTreeSet<Names> {
        let and_back = |other: &&&Names| reached[**other].contains(file);
        reached[file].iter().filter(and_back).map(|other| (*other).clone()).collect()
    };
    uses.keys().map(knot).filter(|files| !files.is_empty()).collect()
}

/// Every file that `file` uses, directly or through others.
fn reach<'a>(uses: &'a Uses, file: &Names) -> BTreeSet<&'a Names> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Names> = uses[file].keys().collect();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(uses[next].keys());
        }
    }
    found
}

#[test]
fn uses_are_followed_to_the_file_that_defines_the_name() {
    let files = [
        ("lib.rs", "pub mod bus;"),
        (
            "bus/mod.rs",
            "mod fare; mod stop; mod line; pub use stop::Stop; pub use fare::fare; use line::Line as Way; #[cfg(test)] mod tests;",
        ),
        ("bus/stop.rs", "use super::Way; #[cfg(test)] mod tests { use super::super::line::Line; }"),
        (
            "bus/line.rs",
            r#"fn f() { g!("{}", crate::bus::Stop::new()) } #[serde(with = "super::fare::text")] struct L;"#,
        ),
        ("bus/tests.rs", "use super::line;"),
        ("bus/fare.rs", "use super::{line, Stop}; use uuid::uuid; pub fn fare(stop: u8) -> Vec<line::Line> { uuid() }"),
        ("bus/ride.rs", "use crate::bus; fn f() { bus::fare(1) }"),
    ];
    let modules = Modules::read(files.map(|(file, text)| (file.into(), text.to_owned())));
    let uses = modules.inside_rooms();
    let told = |from: &str| {
        let of_file = &uses[&module_path(Path::new(from))];
        of_file.iter().map(|(to, lines)| format!("{} {}", to.join("/"), lines.join(", "))).collect::<Vec<_>>()
    };
    assert_eq!(told("bus/mod.rs"), ["bus/line 1: line::Line"], "a re-export is no use, an import is one");
    assert_eq!(told("bus/stop.rs"), ["bus/line 1: super::Way"], "through what the parent imports; tests do not count");
    assert_eq!(
        told("bus/line.rs"),
        ["bus/fare 1: super::fare::text", "bus/stop 1: crate::bus::Stop::new"],
        "in quotes, in macros"
    );
    assert_eq!(told("bus/fare.rs"), ["bus/line 1: line::Line", "bus/stop 1: super::Stop"], "not the module as such");
    assert_eq!(told("bus/ride.rs"), ["bus/fare 1: bus::fare"], "the function rather than the module of that name");
    assert!(!uses.contains_key(&module_path(Path::new("bus/tests.rs"))));
    let knots = circles(&uses);
    let knot: BTreeSet<Names> = ["bus/fare", "bus/line", "bus/stop"].map(|file| module_path(Path::new(file))).into();
    assert_eq!(knots, [knot].into());
    assert_eq!(modules.file(&module_path(Path::new("bus"))), "src/bus/mod.rs");
}
