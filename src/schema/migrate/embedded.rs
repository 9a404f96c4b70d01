//! The migrations that `embed_migrations!` has embedded in the program.

use std::path::{Path, PathBuf};
use std::{fs, io};

use refinery_core::Runner;

use super::folder::subfolder;
use super::migrations::{Migrations, sealed};
use crate::db::{Db, Dialect};
use crate::error::{ErrorKind, Result};

/// Migrations that are part of the program: returned by [`embed_migrations!`](crate::migrate::embed_migrations), and accepted by
/// [`Db::migrate`](crate::Db::migrate).
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    name: &'static str,
    /// The path of the folder in a debug build, to check for new files.
    folder: Option<&'static str>,
    files: Files,
}

/// Names and SQL.
type List = &'static [(&'static str, &'static str)];

#[derive(Debug, Clone, Copy)]
enum Files {
    /// For the one database of the program.
    Same(List),
    /// The subfolders `sqlite` and `postgres`.
    PerDatabase { sqlite: List, postgres: List },
}

impl Embedded {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        folder: Option<&'static str>,
        files: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, folder, files: Files::Same(files) }
    }

    #[doc(hidden)]
    pub const fn per_database(name: &'static str, folder: Option<&'static str>, sqlite: List, postgres: List) -> Self {
        Self { name, folder, files: Files::PerDatabase { sqlite, postgres } }
    }

    /// The migrations of a database, and their folder.
    fn of(&self, dialect: Dialect) -> (List, Option<PathBuf>) {
        let folder = self.folder.map(PathBuf::from);
        match (self.files, dialect) {
            (Files::Same(files), _) => (files, folder),
            (Files::PerDatabase { sqlite: files, .. }, Dialect::Sqlite)
            | (Files::PerDatabase { postgres: files, .. }, Dialect::Postgres) => {
                (files, folder.map(|folder| folder.join(subfolder(dialect))))
            }
        }
    }

    /// A file that was not embedded.
    fn forgotten(files: List, folder: Option<&Path>) -> Option<String> {
        // On another machine, the folder does not exist.
        let there = stems(folder?).ok()?;
        there.into_iter().find(|stem| !files.iter().any(|(name, _)| name == stem))
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

#[diagnostic::do_not_recommend]
impl Migrations for Embedded {}

impl sealed::Sealed for Embedded {
    fn into_runner(self, db: &Db) -> Result<Runner> {
        let (files, folder) = self.of(db.dialect());
        match Self::forgotten(files, folder.as_deref()) {
            Some(stem) => Err(ErrorKind::MigrationHistory {
                reason: format!(
                    "`{stem}.sql` is in the folder `{0}` and not in this program, which was built before: build it again, and \
                     let Cargo see new files by a `build.rs` with `println!(\"cargo::rerun-if-changed={0}\")`",
                    self.name,
                ),
            }.into()),
            None => files.into_runner(db),
        }
    }
}
