//! Reading a folder of migrations while a test runs.

use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

use refinery_core::Migration;

use super::migrations::named;
use crate::db::Dialect;
use crate::error::{Error, Result};
use crate::schema::write::undecided_in;

/// The migrations of one database, in the order of their numbers.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// As the test wrote it, with the subfolder of the database.
    pub(super) name: String,
    pub(super) files: Vec<File>,
}

pub(super) struct File {
    /// `V1__users.sql`
    pub(super) name: String,
    pub(super) sql: String,
    number: i64,
}

/// The subfolder of a database, in a folder with migrations of both.
pub(super) fn subfolder(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    }
}

impl Folder {
    /// Reads the folder, or the subfolder of this database if it has subfolders for databases. A folder that does not exist is
    /// empty.
    pub(super) fn read(package: &Path, name: &str, dialect: Dialect) -> Result<Self> {
        let mut folder = Self { path: package.join(name), name: name.to_owned(), files: Vec::new() };
        let has = |dialect: Dialect| package.join(name).join(subfolder(dialect)).is_dir();
        let is_divided = has(Dialect::Sqlite) || has(Dialect::Postgres);
        let mut paths = Vec::new();
        if is_divided {
            files_in(&folder.path, false, &mut paths)?;
            if let Some(path) = paths.iter().find(|path| is_sql(path)) {
                return Err(mistake(format!(
                    "`{}` is next to folders of databases, and would be a migration of none: move it to `{name}/sqlite` or \
                     `{name}/postgres`",
                    path.display(),
                )));
            }
            paths.clear();
            folder.path.push(subfolder(dialect));
            folder.name = format!("{name}/{}", subfolder(dialect));
        }
        files_in(&folder.path, true, &mut paths)?;
        for path in paths.into_iter().filter(|path| is_sql(path)) {
            folder.files.push(File::read(&path)?);
        }
        folder.files.sort_by_key(|file| file.number);
        if let Some(pair) = folder.files.windows(2).find(|pair| pair[0].number == pair[1].number) {
            let [first, second] = [&pair[0].name, &pair[1].name];
            return Err(mistake(format!(
                "`{first}` and `{second}` in `{}` have one number, as two branches do that were merged: rename the one that was \
                 applied nowhere yet, to `V{}__..`",
                folder.name,
                folder.next(),
            )));
        }
        Ok(folder)
    }

    /// The number of the next migration.
    fn next(&self) -> i64 {
        self.files.last().map_or(1, |file| file.number + 1)
    }

    /// The name of the next file, with as many digits as the last one.
    pub(super) fn next_file(&self, word: &str) -> String {
        let last = self.files.last().and_then(|file| file.name[1..].split_once("__"));
        let width = last.map_or(0, |(digits, _)| digits.len());
        format!("V{:0width$}__{word}.sql", self.next())
    }

    /// The undecided lines, each with its file.
    pub(super) fn undecided(&self) -> Vec<String> {
        self.files.iter().flat_map(|file| undecided_in(&file.name, &file.sql)).collect()
    }
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sql = fs::read_to_string(path)
            .map_err(|error| mistake(format!("the migration `{}` cannot be read: {error}", path.display())))?
            .replace("\r\n", "\n");
        let migration: Migration = named(name.trim_end_matches(".sql"), &sql)?;
        Ok(Self { name, sql, number: migration.version().into() })
    }
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

fn files_in(folder: &Path, deep: bool, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == NotFound => return Ok(()),
        Err(error) => return Err(mistake(format!("the folder `{}` cannot be read: {error}", folder.display()))),
    };
    for entry in entries.flatten() {
        let path = entry.path();
        match path.is_dir() {
            true if deep => files_in(&path, deep, paths)?,
            true => {}
            false => paths.push(path),
        }
    }
    Ok(())
}

/// An error whose message is complete.
pub(super) fn mistake(reason: String) -> Error {
    Error::other(reason)
}
