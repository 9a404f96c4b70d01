//! The modules of a crate: which file each is, and what it declares.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Item, UseTree, Visibility};

/// The path of a module in its crate: `["db", "sqlite"]`.
pub(crate) type ModulePath = Vec<String>;

pub(crate) struct Crate {
    pub(crate) modules: BTreeMap<ModulePath, Module>,
}

pub(crate) struct Module {
    /// `src/db/mod.rs`.
    pub(crate) file: String,
    pub(crate) items: Vec<Item>,
    /// What a path through this module can name, and what that is.
    pub(crate) names: BTreeMap<String, Name>,
    pub(crate) globs: Vec<ModulePath>,
}

#[derive(Clone)]
pub(crate) enum Name {
    /// An item of the module's own file.
    Defined,
    Module(ModulePath),
    /// A `use`: the path as it is written, without a leading `self`.
    Imported {
        path: ModulePath,
        is_public: bool,
    },
}

impl Crate {
    pub(crate) fn read(folder: &str) -> Self {
        let root = Path::new(folder).join("src/lib.rs");
        let mut modules = BTreeMap::new();
        read(&root, &root.with_file_name(""), Vec::new(), &mut modules);
        Self { modules }
    }
}

fn read(file: &Path, children: &Path, path: ModulePath, modules: &mut BTreeMap<ModulePath, Module>) {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let items = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())).items;
    declare(file, children, path, items, modules);
}

fn declare(
    file: &Path,
    children: &Path,
    path: ModulePath,
    items: Vec<Item>,
    modules: &mut BTreeMap<ModulePath, Module>,
) {
    let (mut names, mut globs, mut own) = (BTreeMap::new(), Vec::new(), Vec::new());
    for item in items {
        if let Some(name) = defined(&item) {
            names.insert(name, Name::Defined);
        }
        match item {
            Item::Mod(module) if is_for_tests(&module.attrs) => {}
            Item::Mod(module) => {
                let name = module.ident.to_string();
                let child: ModulePath = path.iter().cloned().chain([name.clone()]).collect();
                names.insert(name.clone(), Name::Module(child.clone()));
                let folder = children.join(&name);
                if let Some((_, items)) = module.content {
                    declare(file, &folder, child, items, modules);
                } else {
                    let (file, folder) = file_of(children, &name, folder);
                    read(&file, &folder, child, modules);
                }
            }
            Item::Use(import) => {
                let is_public = !matches!(import.vis, Visibility::Inherited);
                flatten(&import.tree, &mut Vec::new(), &mut |name, path| match name {
                    Some(name) => drop(names.insert(name, Name::Imported { path, is_public })),
                    None => globs.push(path),
                });
            }
            other => own.push(other),
        }
    }
    let file = file.strip_prefix(".").unwrap_or(file).display().to_string();
    modules.insert(path, Module { file, items: own, names, globs });
}

fn file_of(children: &Path, name: &str, folder: PathBuf) -> (PathBuf, PathBuf) {
    let flat = children.join(format!("{name}.rs"));
    (if flat.is_file() { flat } else { folder.join("mod.rs") }, folder)
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            let tokens = list.tokens.to_string();
            list.path.is_ident("cfg") && (tokens == "test" || tokens == "doctest" || tokens.starts_with("all (test"))
        }
        _ => false,
    })
}

/// The name of an item, if paths can name it.
fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(name.to_string())
}

/// Each name that a `use` brings, with its path; `None` for a glob.
pub(crate) fn flatten(tree: &UseTree, before: &mut ModulePath, each: &mut dyn FnMut(Option<String>, ModulePath)) {
    let with = |before: &ModulePath, last: &str| -> ModulePath {
        before.iter().cloned().chain((last != "self").then(|| last.to_owned())).collect()
    };
    match tree {
        UseTree::Path(path) => {
            let depth = before.len();
            before.push(path.ident.to_string());
            flatten(&path.tree, before, each);
            before.truncate(depth);
        }
        UseTree::Name(name) => {
            let path = with(before, &name.ident.to_string());
            each(path.last().cloned(), path);
        }
        UseTree::Rename(rename) => each(Some(rename.rename.to_string()), with(before, &rename.ident.to_string())),
        UseTree::Glob(_) => each(None, before.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, each)),
    }
}
