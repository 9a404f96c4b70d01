//! Which file imports which, and where that runs in circles or upward.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::crates::{Crate, ModulePath, Name, flatten};

/// Pairs of files: the first names something that the second defines.
pub(crate) type Graph = BTreeSet<(String, String)>;

/// The order of the library: what stands earlier may import what stands later, and never the other way round. The
/// features at the top are one another's siblings.
const ORDER: &[&[&str]] = &[
    &["src/lib.rs", "src/prelude.rs"],
    &["src/auth/", "src/web/", "src/migrate/", "src/wiring", "src/testing.rs", "src/check.rs", "src/dispatch.rs"],
    &["src/durable/"],
    &["src/schema/"],
    &["src/model/"],
    &["src/delivery/"],
    &["src/db/"],
    &["src/column"],
    &["src/error"],
    &["src/value"],
];

pub(crate) fn graph(crates: &[Crate]) -> Graph {
    let mut graph = Graph::new();
    for it in crates {
        for (path, module) in &it.modules {
            let mut paths = Paths { found: BTreeSet::new() };
            module.items.iter().for_each(|item| paths.visit_item(item));
            for (name, imported) in &module.names {
                // What is handed on is not used, unless the file itself names it.
                if let Name::Imported { path, is_public } = imported
                    && (!is_public || paths.found.iter().any(|path| path[0] == *name))
                {
                    paths.found.insert(path.clone());
                }
            }
            for used in &paths.found {
                if let Some(file) = it.file_of(path, used, 0)
                    && file != module.file
                {
                    graph.insert((module.file.clone(), file));
                }
            }
        }
    }
    graph
}

impl Crate {
    /// The file that defines what a path names, seen from a module of this crate.
    fn file_of(&self, from: &ModulePath, path: &[String], depth: usize) -> Option<String> {
        let (mut module, mut rest) = (from.clone(), path);
        // A `use` may be one of a name that a `use` brings, but not without end.
        if depth > 8 {
            return None;
        }
        while let [first, others @ ..] = rest {
            match first.as_str() {
                "crate" => module = Vec::new(),
                "self" => {}
                "super" => drop(module.pop()),
                _ => break,
            }
            rest = others;
        }
        while let [first, others @ ..] = rest {
            let here = self.modules.get(&module)?;
            match here.names.get(first) {
                Some(Name::Module(child)) => module = child.clone(),
                Some(Name::Defined) => return Some(here.file.clone()),
                Some(Name::Imported { path, .. }) => {
                    let whole: Vec<_> = path.iter().chain(others).cloned().collect();
                    return if whole == path_of(first) { None } else { self.file_of(&module, &whole, depth + 1) };
                }
                None => {
                    return here.globs.iter().find_map(|glob| {
                        let whole: Vec<_> = glob.iter().chain(rest).cloned().collect();
                        self.file_of(&module, &whole, depth + 1)
                    });
                }
            }
            rest = others;
        }
        // A module by itself: what is used of it is named where it is used.
        None
    }
}

fn path_of(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

/// The paths that stand in code, macros included.
struct Paths {
    found: BTreeSet<Vec<String>>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.found.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        flatten(&import.tree, &mut Vec::new(), &mut |_, path| {
            self.found.insert(path);
        });
    }

    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {
        // A module of its own.
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.in_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

impl Paths {
    fn in_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end(&mut path);
                    if let TokenTree::Group(group) = other {
                        self.in_tokens(group.stream());
                    }
                    colons = 0;
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.found.insert(std::mem::take(path));
        }
    }
}

/// The files that import themselves by way of others.
pub(crate) fn in_cycles(graph: &Graph) -> Vec<String> {
    let mut to: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, imported) in graph {
        to.entry(file).or_default().push(imported);
    }
    let comes_back = |start: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(file) = next.pop() {
            for imported in to.get(file).into_iter().flatten() {
                if *imported == start {
                    return true;
                }
                if seen.insert(*imported) {
                    next.push(imported);
                }
            }
        }
        false
    };
    to.keys().filter(|file| comes_back(file)).map(|file| (*file).to_owned()).collect()
}

/// Imports of what stands earlier in [`ORDER`].
pub(crate) fn upward(graph: &Graph) -> Vec<String> {
    let floor = |file: &str| ORDER.iter().position(|floor| floor.iter().any(|start| file.starts_with(start)));
    let runs_upward = |(from, to): &&(String, String)| match (floor(from), floor(to)) {
        (Some(from), Some(to)) => to < from,
        _ => false,
    };
    graph.iter().filter(runs_upward).map(|(from, to)| format!("{from} -> {to}")).collect()
}
