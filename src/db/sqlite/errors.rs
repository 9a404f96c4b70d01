//! The errors of SQLite as those of this library.

use std::path::Path;

use rusqlite::{ErrorCode, ffi};

use crate::db::sql::shortened;
use crate::error::{Error, ErrorKind};

/// How an attempt failed.
pub(super) enum Failure {
    /// Another connection holds a lock. Nothing was done, so it can be tried again.
    Busy,
    Error(Error),
}

impl From<ErrorKind> for Failure {
    fn from(kind: ErrorKind) -> Self {
        Self::Error(kind.into())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The failure of a statement.
pub(super) fn failure(error: rusqlite::Error, path: &Path) -> Failure {
    let code = match &error {
        rusqlite::Error::SqliteFailure(code, _) | rusqlite::Error::SqlInputError { error: code, .. } => *code,
        _ => return other(error).into(),
    };
    let text = text_of(&error);
    let meaning = match code.code {
        ErrorCode::DatabaseBusy => return Failure::Busy,
        ErrorCode::ConstraintViolation => match constraint(code.extended_code, &text) {
            Some(error) => error,
            None => other(error),
        },
        ErrorCode::ReadOnly if code.extended_code == ffi::SQLITE_READONLY_DBMOVED => ErrorKind::Open {
            path: path.to_owned(),
            reason: "the file was moved or deleted after it was opened: connect again".to_owned(),
        }
        .into(),
        ErrorCode::ReadOnly => ErrorKind::ReadOnly { path: path.to_owned() }.into(),
        ErrorCode::OperationInterrupted => ErrorKind::Canceled { reason: text }.into(),
        ErrorCode::NotADatabase => ErrorKind::NotADatabase { path: path.to_owned() }.into(),
        ErrorCode::CannotOpen => cannot_open(path, &text),
        _ => missing(&text).unwrap_or_else(|| other(error)),
    };
    meaning.into()
}

/// Whether SQLite reports a full disk, which also means that the keys of a table are used up.
pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// The failure of opening the file, or of reading it for the first time.
pub(super) fn failure_of_opening(error: rusqlite::Error, path: &Path) -> Failure {
    match failure(error, path) {
        Failure::Busy => Failure::Busy,
        Failure::Error(error) => match error.into_kind() {
            ErrorKind::Database { message, .. } => ErrorKind::Open { path: path.to_owned(), reason: message }.into(),
            kind => kind.into(),
        },
    }
}

/// The failure of opening the file, which takes no lock.
pub(super) fn open(error: rusqlite::Error, path: &Path) -> Error {
    match failure_of_opening(error, path) {
        Failure::Error(error) => error,
        Failure::Busy => cannot_open(path, "it is locked"),
    }
}

/// The name of the index in the text of a failure that names no columns.
pub(super) fn index_name(subject: &str) -> Option<&str> {
    subject.strip_prefix("index '")?.strip_suffix('\'')
}

fn cannot_open(path: &Path, text: &str) -> Error {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let reason = if path.is_dir() {
        "it is a directory: give the path of a file".to_owned()
    } else if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
        format!("the directory `{}` does not exist: create it first", parent.display())
    } else if !path.exists() && path.symlink_metadata().is_err() {
        "the file does not exist and was not created: leave `mode` out of the URL, or allow writing to the directory"
            .to_owned()
    } else {
        format!("{text}: allow reading and writing of the file and of its directory")
    };
    ErrorKind::Open { path: path.to_owned(), reason }.into()
}

fn constraint(extended_code: i32, text: &str) -> Option<Error> {
    // "UNIQUE constraint failed: users.email, users.team"
    let (_, subject) = text.split_once("constraint failed: ").unwrap_or(("", ""));
    Some(match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            let columns: Vec<_> = subject.split(", ").filter_map(|column| column.rsplit_once('.')).collect();
            // For an index over an expression it is "index 'name'", and `Connection` looks for its table.
            let model = columns.first().map_or(subject, |(table, _)| table).to_owned();
            let fields = columns.into_iter().map(|(_, field)| field.to_owned()).collect();
            ErrorKind::Unique { model, fields }.into()
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKey { model: None }.into(),
        // ON DELETE RESTRICT is a trigger of SQLite itself; a trigger of the user has its own text.
        ffi::SQLITE_CONSTRAINT_TRIGGER if text.ends_with("FOREIGN KEY constraint failed") => {
            ErrorKind::ForeignKey { model: None }.into()
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => {
            let (model, field) = subject.rsplit_once('.')?;
            ErrorKind::NotNull { model: model.to_owned(), field: field.to_owned() }.into()
        }
        ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::Check { constraint: subject.to_owned() }.into(),
        _ => return None,
    })
}

/// SQLite has one code for every mistake in SQL, so the text has to be read.
fn missing(text: &str) -> Option<Error> {
    if let Some(table) = text.strip_prefix("no such table: ") {
        return Some(ErrorKind::NoTable { table: table.strip_prefix("main.").unwrap_or(table).to_owned() }.into());
    }
    if let Some(column) = text.strip_prefix("no such column: ") {
        return Some(ErrorKind::NoColumn { model: None, column: unquoted(column).to_owned() }.into());
    }
    // "table users has no column named emial"
    if let Some((_, column)) = text.split_once(" has no column named ")
        && text.starts_with("table ")
    {
        return Some(ErrorKind::NoColumn { model: None, column: unquoted(column).to_owned() }.into());
    }
    None
}

/// For a quoted name SQLite writes `"emial" - should this be a string literal in single-quotes?`.
fn unquoted(column: &str) -> &str {
    column
        .strip_prefix('"')
        .and_then(|rest| rest.split_once("\" - should this be"))
        .map_or(column, |(column, _)| column)
}

fn other(error: rusqlite::Error) -> Error {
    ErrorKind::Database { message: text_of(&error), source: Some(Box::new(error)) }.into()
}

fn text_of(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
        rusqlite::Error::SqlInputError { msg, sql, .. } if missing(msg).is_none() => {
            format!("{msg}, in the statement `{}`", shortened(sql))
        }
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::MultipleStatement => "there is more than one statement: execute them one by one".to_owned(),
        _ => error.to_string(),
    }
}
