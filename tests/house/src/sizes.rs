//! How long files and functions are.

use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

const SOURCES: &[&str] = &["src", "signals-core", "signals-macros", "tests", "examples", "benches"];

/// The files under a folder, or the file itself, whose names end so.
pub(crate) fn files(place: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let has_extension =
        |path: &Path| extensions.iter().any(|extension| path.extension().is_some_and(|it| it == *extension));
    if place.is_file() {
        return if has_extension(place) { vec![place.to_owned()] } else { Vec::new() };
    }
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.retain(|path| !path.ends_with("target"));
    paths.sort();
    paths.iter().flat_map(|path| files(path, extensions)).collect()
}

fn sources() -> impl Iterator<Item = (PathBuf, String)> {
    let paths = SOURCES.iter().flat_map(|place| files(Path::new(place), &["rs"]));
    paths.map(|path| {
        let text = fs::read_to_string(&path).expect("a text file");
        (path, text)
    })
}

pub(crate) fn long_files(limit: usize) -> Vec<String> {
    let lengths = sources().map(|(path, text)| (path, text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > limit);
    long.map(|(path, lines)| format!("{}: {lines} lines", path.display())).collect()
}

pub(crate) fn long_functions(limit: usize) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources() {
        // A case of a compile error need not even parse.
        let Ok(file) = syn::parse_file(&text) else { continue };
        let mut functions = Functions { limit, found: Vec::new() };
        functions.visit_file(&file);
        found.extend(functions.found.iter().map(|found| format!("{}:{found}", path.display())));
    }
    found
}

struct Functions {
    limit: usize,
    found: Vec<String>,
}

impl Functions {
    fn measure(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (first, last) = (signature.span().start().line, block.span().end().line);
        if last + 1 - first > self.limit {
            self.found.push(format!("{first}: {}, {} lines", signature.ident, last + 1 - first));
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if !function.attrs.iter().any(says_why) {
            self.measure(&function.sig, &function.block);
        }
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }
}

/// Whether it is `#[expect(clippy::too_many_lines, reason = "..")]`.
fn says_why(attribute: &syn::Attribute) -> bool {
    matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("expect") && list.tokens.to_string().contains("too_many_lines"))
}
