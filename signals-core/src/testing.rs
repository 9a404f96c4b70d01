//! For the tests of an application: is everything linked that it depends on?

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::process::Command;

use crate::registry;

/// The packages of this family, of which a program need not link anything of its own.
const FAMILY: [&str; 3] = ["signals-rs", "signals-core", "signals-macros"];

/// Panics if a crate that uses signals is among the dependencies of the package under test, but nothing of it is
/// linked: then its receivers are never called. The message has the line that is missing.
///
/// It asks `cargo tree` for the dependencies, those of dependencies included, as they are on this machine with the
/// package's default features. Call it in a test that links what the program links:
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
/// If something is not linked, and if `cargo tree` does not work here: outside of `cargo test`, for one.
#[track_caller]
pub fn assert_linked() {
    assert_linked_except(&[]);
}

/// As [`assert_linked`], for a program with dependencies that use signals and have nothing to link: crates that only
/// send the signals of others, say.
///
/// # Panics
/// As [`assert_linked`].
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
    assert!(missing.is_empty(), "{}", tree.what_is_missing(&missing));
}

/// Each package on a line: how deep it stands, the name of its library, and then its own.
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

/// A package that depends on signals itself.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct User {
    library: String,
    package: String,
    /// Whether the package under test depends on it, and not only through another.
    direct: bool,
}

/// The dependencies of the package under test.
#[derive(Debug)]
struct Tree {
    /// What the package under test calls the library whose macros it uses.
    root: &'static str,
    /// Its own library.
    own: String,
    users: BTreeSet<User>,
}

impl Tree {
    /// Reads lines such as `2 mail shop-mail v0.1.0 (/src/mail) (*)`.
    fn parse(text: &str) -> Self {
        let mut tree = Self { root: "signals_core", own: String::new(), users: BTreeSet::new() };
        // The packages on the way from the one under test to the line.
        let mut path: Vec<(&str, &str)> = Vec::new();
        let mut direct = BTreeSet::new();
        for line in text.lines() {
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

    fn what_is_missing(&self, missing: &[&User]) -> String {
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
        let text = tree.what_is_missing(&tree.users.iter().collect::<Vec<_>>());
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
