//! `migrate::assert_complete`: replays the migrations of a folder in a test, compares the tables with the models, and writes what
//! is missing.

use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::folder::{Folder, mistake};
use super::foreign_keys::{begin, check, turned_off};
use super::scratch::Scratch;
use crate::db::{Db, Dialect};
use crate::difference::{DifferenceKind, SchemaDifference};
use crate::error::{Error, Result};
use crate::model::{Meta, ModelSet, registered_models};
use crate::schema::create::{fitting, with_through_models};
use crate::schema::ddl::{self, IfThere};
use crate::schema::live::LiveTable;
use crate::schema::table::Table;
use crate::schema::write::{Tables, migration, undecided_in};

/// Panics if the migrations in this folder do not lead to the tables of all models that are linked into the test, on SQLite in
/// memory. With `MAKE_MIGRATION=add_email` in the environment, the next migration is written: `V3__add_email.sql`.
///
/// ```no_run
/// #[test]
/// fn the_migrations_are_complete() {
///     signals::migrate::assert_complete("migrations");
/// }
/// ```
///
/// It is `Replay::new(folder).assert_complete()`: see [`Replay`], also for PostgreSQL. The folder is relative to the package.
///
/// # Panics
/// If something is missing or left over, with what it is; if a migration cannot be read or executed, has the number of another
/// one, or is undecided; if the test links no model.
#[track_caller]
pub fn assert_complete(folder: impl AsRef<Path>) {
    Replay::new(folder).assert_complete();
}

/// Replays the migrations of a folder on an empty database, and compares the tables with the models: what
/// [`assert_complete`] does, with settings.
///
/// ```no_run
/// #[test]
/// fn the_migrations_are_complete_on_postgres() {
///     let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
///     signals::migrate::Replay::new("migrations").on(url).assert_complete();
/// }
/// ```
///
/// If the folder has subfolders `sqlite` and `postgres`, only that of the database is read and written to.
#[derive(Clone)]
#[must_use = "nothing is compared until `assert_complete` is called"]
pub struct Replay {
    folder: PathBuf,
    url: String,
    excepted: Vec<String>,
    /// `None` for all.
    models: Option<Vec<&'static Meta>>,
}

/// The URL may have a password, and is not printed.
impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What a test reads from its environment.
const VARIABLE: &str = "MAKE_MIGRATION";
/// The table of refinery.
const HISTORY: &str = "refinery_schema_history";

impl Replay {
    /// The migrations of a folder, which is relative to the package, on SQLite.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref().to_path_buf();
        Self { folder, url: "sqlite::memory:".to_owned(), excepted: vec![HISTORY.to_owned()], models: None }
    }

    /// On this server of PostgreSQL. The migrations are executed in a new schema, which is dropped afterwards: the user needs the
    /// right to create schemas. It is the whole `search_path`, so that names without a schema find nothing else. Migrations that
    /// name a schema change that schema: use a database for tests.
    pub fn on(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Leaves a table alone that no model has, such as one of another library.
    pub fn except_table(mut self, table: impl Into<String>) -> Self {
        self.excepted.push(table.into());
        self
    }

    /// The migrations are those of these models only, `Replay::new(folder).of::<(User, Profile)>()`, in a program with several
    /// databases. The through tables of `#[many_to_many]` fields between two of them are included.
    pub fn of<M: ModelSet>(mut self) -> Self {
        self.models = Some(with_through_models(M::metas()));
        self
    }

    /// Panics if the migrations do not lead to the tables of the models, or writes the next one: see [`assert_complete`].
    ///
    /// # Panics
    /// As [`assert_complete`], and if the database cannot be used.
    #[track_caller]
    pub fn assert_complete(&self) {
        let word = env::var(VARIABLE).ok();
        let at = Location::caller();
        // On a thread of its own, so that a test may be async.
        let outcome = std::thread::scope(|scope| {
            let replay = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map_err(Error::other)?.block_on(self.run(word.as_deref(), at))
            };
            scope.spawn(replay).join()
        });
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => panic!("{error}"),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    async fn run(&self, word: Option<&str>, at: &'static Location<'static>) -> Result<()> {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
        let declared = declared(self.models.clone())?;
        let scratch = Scratch::new(&self.url).await?;
        let result = self.compare(&package, declared, scratch.db(), word, at).await;
        scratch.drop().await?;
        result
    }

    async fn compare(
        &self,
        package: &Path,
        declared: Vec<Table>,
        db: &Db,
        word: Option<&str>,
        at: &'static Location<'static>,
    ) -> Result<()> {
        let dialect = db.dialect();
        let folder = Folder::read(package, &self.folder.to_string_lossy(), dialect)?;
        if let Some(word) = word {
            is_word(word)?;
        } else if folder.files.is_empty() {
            let what = if folder.path.is_dir() { "no migrations in the folder" } else { "no folder" };
            return Err(mistake(format!(
                "there is {what} `{}` of this package: correct the name, or run `{VARIABLE}=initial cargo test` to write the \
                 first migration from the models",
                folder.name,
            )));
        }
        let undecided = folder.undecided();
        if !undecided.is_empty() {
            return Err(mistake(format!(
                "a migration in `{}` is undecided. Decide each line, as it says, and run the test again:\n\n{}",
                folder.name,
                undecided.join("\n"),
            )));
        }
        let created = self.created(&declared, at).await?;
        for file in &folder.files {
            replay(db, &file.sql, at).await.map_err(|error| failed(&folder.name, &file.name, dialect, &error))?;
        }
        let live = LiveTable::read_all(db.exec(at)).await?;
        let tables = Tables { dialect, declared, created, live, excepted: self.excepted.clone() };
        let differences = tables.differences();
        match word {
            None if differences.is_empty() => Ok(()),
            None => Err(incomplete_migrations(&folder, &differences, dialect)),
            Some(_) if differences.is_empty() => {
                say(&format!("the migrations in `{}` are complete: nothing was written", folder.name));
                Ok(())
            }
            Some(word) => make(&folder, tables, word, db, at).await,
        }
    }

    /// The tables that the database makes of the models.
    async fn created(&self, declared: &[Table], at: &'static Location<'static>) -> Result<Vec<LiveTable>> {
        let scratch = Scratch::new(&self.url).await?;
        let db = scratch.db();
        let sql: String = ddl::create(declared, IfThere::Fail, db.dialect()).into_iter().map(|one| one.sql).collect();
        let created = async {
            db.batch(&sql).await?;
            LiveTable::read_all(db.exec(at)).await
        }
        .await;
        scratch.drop().await?;
        created
    }
}

/// The tables of these models, or of all.
fn declared(models: Option<Vec<&'static Meta>>) -> Result<Vec<Table>> {
    let models = models.unwrap_or_else(registered_models);
    if models.is_empty() {
        return Err(mistake(
            "this test links no model, so that the migrations would have to drop all tables: link the crates with the models, \
             `use my_app as _;`"
                .to_owned(),
        ));
    }
    Ok(Table::all_of(&fitting(&models)?))
}

/// Executes the SQL of a migration, without signals: their receivers expect the tables of the models.
async fn replay(db: &Db, sql: &str, at: &'static Location<'static>) -> Result<()> {
    let is_unchecked = turned_off(sql, db.dialect());
    let mut tx = begin(db, is_unchecked, at).await?;
    let executed = async {
        tx.batch(sql).await?;
        if is_unchecked { check(&tx).await } else { Ok(()) }
    }
    .await;
    tx.end(executed).await
}

fn failed(folder: &str, file: &str, dialect: Dialect, error: &Error) -> Error {
    let on = name_of(dialect);
    let hint = match dialect {
        Dialect::Sqlite => {
            "\n\nif these are migrations of PostgreSQL: `signals::migrate::Replay::new(folder).on(url).assert_complete()`"
        }
        Dialect::Postgres => "",
    };
    mistake(format!("`{file}` in `{folder}` fails on an empty database of {on}: {error}{hint}"))
}

fn name_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
    }
}

fn incomplete_migrations(folder: &Folder, differences: &[SchemaDifference], dialect: Dialect) -> Error {
    let mut message =
        format!("the migrations in `{}` do not lead to the models, on {}:\n\n", folder.name, name_of(dialect));
    for difference in differences {
        // Writing to a `String` does not fail.
        let _ = writeln!(message, "{}", difference.fact());
    }
    let word = word_for(&differences[0]);
    let _ = write!(
        message,
        "\nrun `{VARIABLE}={word} cargo test` to write `{}/{}`, then read it",
        folder.name,
        folder.next_file(&word),
    );
    mistake(message)
}

/// A word for a migration that begins with this difference.
fn word_for(difference: &SchemaDifference) -> String {
    let word = match &difference.kind {
        DifferenceKind::NoTable => format!("add_{}", difference.table),
        DifferenceKind::NoColumn { column } => format!("add_{column}"),
        DifferenceKind::ExtraTable => format!("drop_{}", difference.table),
        DifferenceKind::ExtraColumn { column } => format!("drop_{column}"),
        _ => format!("change_{}", difference.table),
    };
    word.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect()
}

fn is_word(word: &str) -> Result<()> {
    if !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
        return Ok(());
    }
    Err(mistake(format!(
        "`{VARIABLE}={word}` is no name of a migration: write letters, digits and underscores, as in `{VARIABLE}=add_email`",
    )))
}

/// Writes the next migration, and executes it if nothing is undecided.
async fn make(folder: &Folder, mut tables: Tables, word: &str, db: &Db, at: &'static Location<'static>) -> Result<()> {
    let sql = migration(&tables, &format!("{VARIABLE}={word} cargo test"), folder.files.is_empty());
    let file = folder.next_file(word);
    let path = folder.path.join(&file);
    let written = fs::create_dir_all(&folder.path)
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(&path))
        .and_then(|mut opened| opened.write_all(sql.as_bytes()));
    written.map_err(|error| mistake(format!("cannot write `{}`: {error}", path.display())))?;
    let undecided = undecided_in(&file, &sql);
    if !undecided.is_empty() {
        return Err(mistake(format!(
            "`{}/{file}` was written, and has lines that only you can decide. Do what each one says, and run the test again, \
             without `{VARIABLE}`:\n\n{}",
            folder.name,
            undecided.join("\n"),
        )));
    }
    say(&format!("wrote `{}/{file}`", folder.name));
    replay(db, &sql, at).await.map_err(|error| failed(&folder.name, &file, tables.dialect, &error))?;
    tables.live = LiveTable::read_all(db.exec(at)).await?;
    let left = tables.differences();
    if left.is_empty() { Ok(()) } else { Err(incomplete_migrations(folder, &left, tables.dialect)) }
}

/// Prints a line although the output of tests is captured.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
