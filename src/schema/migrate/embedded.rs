//! The migrations that `embed_migrations!` has embedded in the program.

use std::path::Path;
use std::{fs, io};

use refinery_core::Runner;

use super::migrations::{Migrations, sealed};
use crate::error::{ErrorKind, Result};

/// Migrations that are part of the program: returned by [`embed_migrations!`](crate::migrate::embed_migrations), and accepted by
/// [`Db::migrate`](crate::Db::migrate).
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    name: &'static str,
    /// The path of the folder in a debug build, to check for new files.
    folder: Option<&'static str>,
    files: &'static [(&'static str, &'static str)],
}

impl Embedded {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        folder: Option<&'static str>,
        files: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, folder, files }
    }

    /// A file that was not embedded.
    fn forgotten(&self) -> Option<String> {
        // On another machine, the folder does not exist.
        let there = stems(Path::new(self.folder?)).ok()?;
        there.into_iter().find(|stem| !self.files.iter().any(|(name, _)| name == stem))
    }
}

/// The names of the SQL files in a folder and its subfolders.
fn stems(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(stems(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            found.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    found.sort();
    Ok(found)
}

impl sealed::Sealed for Embedded {}

#[diagnostic::do_not_recommend]
impl Migrations for Embedded {
    fn into_runner(self) -> Result<Runner> {
        match self.forgotten() {
            Some(stem) => Err(ErrorKind::MigrationHistory {
                reason: format!(
                    "`{stem}.sql` is in the folder `{0}` and not in this program, which was built before: build it again, and \
                     let Cargo see new files by a `build.rs` with `println!(\"cargo::rerun-if-changed={0}\")`",
                    self.name,
                ),
            }.into()),
            None => self.files.into_runner(),
        }
    }
}
