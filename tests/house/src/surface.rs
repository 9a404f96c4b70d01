//! What a user of the library can name.

use std::collections::BTreeSet;

use syn::{Item, TraitItem, UseTree, Visibility};

use crate::crates::{Crate, Module, Name};

fn module<'a>(library: &'a Crate, file: &str) -> &'a Module {
    library.modules.values().find(|module| module.file == file).expect("a file of the library")
}

/// The public names of a module that documentation shows.
pub(crate) fn names(library: &Crate, file: &str) -> Vec<String> {
    let module = module(library, file);
    let imported = module.names.iter().filter(|(_, name)| matches!(name, Name::Imported { is_public: true, .. }));
    let mut names: BTreeSet<_> = imported.map(|(name, _)| name.clone()).collect();
    let text = std::fs::read_to_string(file).expect("a text file");
    let items = syn::parse_file(&text).expect("Rust").items;
    for name in hidden_imports(&items) {
        names.remove(&name);
    }
    for item in items {
        if let Item::Mod(module) = item
            && matches!(module.vis, Visibility::Public(_))
            && module.ident != "__private"
        {
            names.insert(module.ident.to_string());
        }
    }
    names.into_iter().collect()
}

/// The names that a file only imports with `#[doc(hidden)]`, one by one: they are there for a message of the compiler.
fn hidden_imports(items: &[Item]) -> BTreeSet<String> {
    let (mut hidden, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for item in items {
        if let Item::Use(item) = item {
            let names = if item.attrs.iter().any(is_hidden) { &mut hidden } else { &mut shown };
            names.extend(leaves(&item.tree));
        }
    }
    hidden.difference(&shown).cloned().collect()
}

fn leaves(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => leaves(&path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(rename) => vec![rename.rename.to_string()],
        UseTree::Glob(_) => Vec::new(),
    }
}

/// Methods with `#[doc(hidden)]` of the traits that are in the prelude: a user's own method of that name would be ambiguous.
/// No user calls a method `__like_this`.
pub(crate) fn hidden_methods(library: &Crate) -> Vec<String> {
    let prelude = names(library, "src/prelude.rs");
    let mut found = Vec::new();
    for module in library.modules.values() {
        for item in &module.items {
            let Item::Trait(item) = item else { continue };
            if !prelude.contains(&item.ident.to_string()) {
                continue;
            }
            for part in &item.items {
                if let TraitItem::Fn(method) = part
                    && method.attrs.iter().any(is_hidden)
                    && !method.sig.ident.to_string().starts_with("__")
                {
                    found.push(format!("{}: {}::{}", module.file, item.ident, method.sig.ident));
                }
            }
        }
    }
    found
}

fn is_hidden(attribute: &syn::Attribute) -> bool {
    matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("doc") && list.tokens.to_string() == "hidden")
}
