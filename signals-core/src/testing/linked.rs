//! Whether all dependencies with receivers are linked.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::process::Command;

use crate::registry;

/// The packages of this project. A program need not link declarations of theirs.
const FAMILY: [&str; 3] = ["signals-rs", "signals-core", "signals-macros"];

/// Panics if a dependency of the package under test uses signals, but is not linked: its receivers are never called. The
/// message contains the line that is missing.
///
/// The dependencies, including indirect ones, come from `cargo tree`, for this machine and the default features of the package.
/// Call it in a test that links the same crates as the program:
///
/// ```no_run
/// # mod accounts {}
/// use accounts as _; // the library that `main` runs
///
/// #[test]
/// fn everything_is_linked() {
///     signals_core::testing::assert_linked();
/// }
/// ```
///
/// # Panics
/// If a dependency is not linked, and if `cargo tree` does not work, as outside of `cargo test`.
#[track_caller]
pub fn assert_linked() {
    assert_linked_except(&[]);
}

/// Like [`assert_linked`], except for these crates: dependencies that use signals and declare nothing, such as a crate that only
/// sends the signals of others.
///
/// ```no_run
/// #[test]
/// fn everything_is_linked() {
///     signals_core::testing::assert_linked_except(&["shop-client"]);
/// }
/// ```
///
/// # Panics
/// Like [`assert_linked`].
#[track_caller]
pub fn assert_linked_except(crates: &[&str]) {
    let tree = match cargo_tree() {
        Ok(tree) => tree,
        Err(why) => panic!("cannot tell what this program depends on: {why}"),
    };
    let tree = Tree::parse(&tree);
    let linked = registry::linked_crates();
    let excepted = |user: &&User| crates.iter().any(|name| *name == user.package || *name == user.library);
    let missing: Vec<&User> =
        tree.users.iter().filter(|user| !linked.contains(&*user.library)).filter(|user| !excepted(user)).collect();
    assert!(missing.is_empty(), "{}", tree.message(&missing));
}

/// Each package on a line: its depth in the tree, the name of its library, and its own name.
fn cargo_tree() -> Result<String, String> {
    let Some(package) = env::var_os("CARGO_MANIFEST_DIR") else {
        return Err("`CARGO_MANIFEST_DIR` is not set; run this test with `cargo test`".to_owned());
    };
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "depth", "--format", " {lib} {p}"])
        .current_dir(package)
        .output()
        .map_err(|error| format!("`cargo tree` does not start: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr).trim_end()))
    }
}

/// A package that directly depends on signals.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct User {
    library: String,
    package: String,
    /// Whether the package under test depends on it directly.
    direct: bool,
}

/// The dependencies of the package under test.
#[derive(Debug)]
struct Tree {
    /// The library whose macros the package under test uses.
    root: &'static str,
    /// The library of the package under test.
    own: String,
    users: BTreeSet<User>,
}

impl Tree {
    /// Reads lines such as `2 mail shop-mail v0.1.0 (/src/mail) (*)`.
    fn parse(output: &str) -> Self {
        let mut tree = Self { root: "signals_core", own: String::new(), users: BTreeSet::new() };
        // The packages between the one under test and the line.
        let mut path: Vec<(&str, &str)> = Vec::new();
        let mut direct = BTreeSet::new();
        for line in output.lines() {
            let mut words = line.splitn(4, ' ');
            let (Some(Ok(depth)), Some(library), Some(package)) =
                (words.next().map(str::parse::<usize>), words.next(), words.next())
            else {
                continue;
            };
            path.truncate(depth);
            if FAMILY.contains(&package) {
                match path[..] {
                    [_] if package == "signals-rs" => tree.root = "signals",
                    [_, .., (library, user)] if !FAMILY.contains(&user) => {
                        tree.users.insert(User {
                            library: library.to_owned(),
                            package: user.to_owned(),
                            direct: false,
                        });
                    }
                    _ => {}
                }
            }
            match depth {
                0 => library.clone_into(&mut tree.own),
                1 => _ = direct.insert(library),
                _ => {}
            }
            path.push((library, package));
        }
        let users = tree.users.into_iter().map(|user| User { direct: direct.contains(&*user.library), ..user });
        tree.users = users.collect();
        tree
    }

    fn message(&self, missing: &[&User]) -> String {
        let names = |direct: bool| missing.iter().filter(move |user| user.direct == direct).map(|user| &*user.library);
        let (direct, indirect): (Vec<_>, Vec<_>) = (names(true).collect(), names(false).collect());
        let root = self.root;
        let mut text =
            "these dependencies use signals, but nothing of them is linked, so their receivers are never called:\n"
                .to_owned();
        // Writing to a `String` does not fail.
        for user in missing {
            _ = writeln!(text, "    {}", user.package);
        }
        if let Some(first) = direct.first() {
            _ = writeln!(
                text,
                "write `{root}::apps![{}];` into `lib.rs`, or a line such as `use {first} as _;`",
                direct.join(", ")
            );
        }
        if let Some(first) = indirect.first() {
            _ = writeln!(
                text,
                "{} {} no dependency of this package, but of others: write `use {first} as _;` where `{first}` is one, or \
                 add it to this `Cargo.toml` and to `{root}::apps!`",
                indirect.join(", "),
                if indirect.len() == 1 { "is" } else { "are" },
            );
        }
        if !self.own.is_empty() && !registry::linked_crates().contains(&*self.own) {
            _ = writeln!(
                text,
                "if `{own}` names them already, this test must name `{own}`: `use {own} as _;`",
                own = self.own
            );
        }
        text + "a crate that has nothing to link goes into `assert_linked_except(&[..])`"
    }
}

#[cfg(test)]
mod tests {
    use super::{Tree, User};

    const SHOP: &str = "\
0 shop shop v0.1.0 (/src/shop)
1 mail shop-mail v0.1.0 (/src/mail)
2 signals_core signals-core v0.1.0 (/src/core)
3 linkme linkme v0.3.37
1 signals signals-rs v0.1.0 (/src/signals)
2 signals_core signals-core v0.1.0 (/src/core) (*)
1 stock stock v2.0.0
2 shelves shelves v0.1.0
3 signals signals-rs v0.1.0 (/src/signals) (*)
1 plain plain v1.0.0
1  only-a-program v1.0.0
";

    #[test]
    fn users_of_signals_are_found_by_package_and_library() {
        let user =
            |library: &str, package: &str, direct| User { library: library.into(), package: package.into(), direct };
        let tree = Tree::parse(SHOP);
        assert_eq!(tree.own, "shop");
        assert_eq!(tree.root, "signals");
        assert!(tree.users.iter().eq([&user("mail", "shop-mail", true), &user("shelves", "shelves", false)]));
    }

    #[test]
    fn the_message_names_the_missing_lines() {
        let tree = Tree::parse(SHOP);
        let text = tree.message(&tree.users.iter().collect::<Vec<_>>());
        assert_eq!(
            text,
            "these dependencies use signals, but nothing of them is linked, so their receivers are never called:
    shop-mail
    shelves
write `signals::apps![mail];` into `lib.rs`, or a line such as `use mail as _;`
shelves is no dependency of this package, but of others: write `use shelves as _;` where `shelves` is one, or add it to \
             this `Cargo.toml` and to `signals::apps!`
if `shop` names them already, this test must name `shop`: `use shop as _;`
a crate that has nothing to link goes into `assert_linked_except(&[..])`"
        );
    }
}
