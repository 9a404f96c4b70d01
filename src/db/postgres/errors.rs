//! The errors of PostgreSQL as those of this library.
//!
//! Their texts are in the language of the server, so codes and fields are read first.

use std::error::Error as StdError;
use std::ops::Range;

use tokio_postgres::error::{DbError, ErrorPosition, Severity, SqlState};

use super::params::Refused;
use crate::db::sql::{Dialect, Token, Tokens, shortened};
use crate::db::transaction_state::ended_by_statement;
use crate::error::{Error, ErrorKind};

type ServerError = tokio_postgres::Error;

/// How an operation failed.
pub(super) enum Failure {
    /// The server refused it, and the transaction around it has failed.
    Refused(ServerError),
    /// The connection was lost, or is in an unknown state.
    Lost(ServerError),
    /// It failed before it was sent: the state of the server is unchanged.
    Here(Error),
    /// It succeeded, and has ended the transaction that it was in.
    EndedTransaction,
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        if let Some(server) = error.as_db_error() {
            return match server.parsed_severity() {
                Some(Severity::Fatal | Severity::Panic) => Self::Lost(error),
                _ => Self::Refused(error),
            };
        }
        let source = error.source();
        if let Some(refused) = source.and_then(|source| source.downcast_ref::<Refused>()) {
            let Refused { number, ref reason, cast } = *refused;
            return Self::Here(ErrorKind::Parameter { number, reason: reason.clone(), cast }.into());
        }
        // A NUL in SQL, or too much for a message: nothing was sent.
        if let Some(io) = source.and_then(|source| source.downcast_ref::<std::io::Error>())
            && io.kind() == std::io::ErrorKind::InvalidInput
        {
            return Self::Here(Error::database(format!("the statement cannot be sent: {io}")));
        }
        Self::Lost(error)
    }
}

impl Failure {
    /// The error of a statement on a connection that was lost with the error `died`, if it was lost.
    pub(super) fn into_error(self, sql: &str, died: Option<&str>) -> Error {
        match self {
            Self::Refused(error) => refused(error, sql),
            Self::Lost(error) => lost(died, Some(&error)),
            Self::Here(error) => error,
            Self::EndedTransaction => ended_by_statement(),
        }
    }

    /// The error of a COMMIT and the statements that are sent with it. Only a refusal means that nothing was committed.
    pub(super) fn into_error_of_commit(self, sql: &str, died: Option<&str>) -> Error {
        match self {
            Self::Lost(error) => ErrorKind::CommitUnknown { reason: reason(died, Some(&error)) }.into(),
            failure => failure.into_error(sql, died),
        }
    }
}

pub(super) fn lost(died: Option<&str>, error: Option<&ServerError>) -> Error {
    ErrorKind::ConnectionLost { reason: reason(died, error) }.into()
}

fn reason(died: Option<&str>, error: Option<&ServerError>) -> String {
    match (died, error) {
        // The cause of the loss is better than "connection closed".
        (Some(died), Some(error)) if error.is_closed() => died.to_owned(),
        (_, Some(error)) => chain(error),
        (Some(died), None) => died.to_owned(),
        (None, None) => "connection closed".to_owned(),
    }
}

/// Whether the server accepts no further connection.
pub(super) fn is_full(error: &ServerError) -> bool {
    error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS)
}

/// Why a connection could not be opened, and what to do.
pub(super) fn of_connecting(error: &ServerError) -> String {
    let text = chain(error);
    let Some(server) = error.as_db_error() else {
        let source = error.source().map(ToString::to_string).unwrap_or_default();
        return if source == "password missing" {
            "the server asks for a password: write `postgres://user:password@host/database`".to_owned()
        } else if source == "server does not support TLS" {
            format!("{text}: leave `sslmode=require` out of the URL, or turn TLS on in the server")
        } else if text.contains("certificate not valid for name") {
            format!("{text}: name the host in the URL as its certificate does, and its address in `hostaddr`")
        } else if text.contains("invalid peer certificate") {
            format!(
                "{text}: have the system trust the issuer of the certificate of the server, or name a file of certificates \
                 in the variable `SSL_CERT_FILE`"
            )
        } else {
            format!("{text}: start the server, or correct the host and the port")
        };
    };
    let advice = match *server.code() {
        SqlState::INVALID_PASSWORD => "correct the user and the password",
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION if server.message().contains("no encryption") => {
            "add `sslmode=require` to the URL, which needs the feature `postgres-tls`, or allow the user in the \
             server's `pg_hba.conf`"
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => "correct the user, or allow it in the server",
        SqlState::INVALID_CATALOG_NAME => "correct the name of the database, or make it with `createdb`",
        SqlState::CANNOT_CONNECT_NOW => "try again",
        _ => return text,
    };
    format!("{text}: {advice}")
}

fn refused(error: ServerError, sql: &str) -> Error {
    let Some(server) = error.as_db_error() else { return other(error, sql) };
    constraint(server)
        .or_else(|| missing(server, sql))
        .or_else(|| used_up(server, sql))
        .or_else(|| circumstance(server))
        .unwrap_or_else(|| other(error, sql))
}

fn constraint(error: &DbError) -> Option<Error> {
    let text = |field: Option<&str>| field.unwrap_or_default().to_owned();
    Some(match *error.code() {
        SqlState::UNIQUE_VIOLATION => ErrorKind::Unique {
            model: text(error.table()),
            fields: error.detail().and_then(key_columns).unwrap_or_default(),
        }
        .into(),
        SqlState::FOREIGN_KEY_VIOLATION | SqlState::RESTRICT_VIOLATION => {
            ErrorKind::ForeignKey { model: error.table().map(ToOwned::to_owned) }.into()
        }
        SqlState::NOT_NULL_VIOLATION => {
            ErrorKind::NotNull { model: text(error.table()), field: text(error.column()) }.into()
        }
        SqlState::CHECK_VIOLATION => ErrorKind::Check { constraint: text(error.constraint()) }.into(),
        _ => return None,
    })
}

/// Failures that are caused by other activity in the server, and not by the statement.
fn circumstance(error: &DbError) -> Option<Error> {
    let reason = || error.message().to_owned();
    match *error.code() {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            Some(ErrorKind::Serialization { reason: reason() }.into())
        }
        SqlState::LOCK_NOT_AVAILABLE => Some(ErrorKind::LockTimeout { reason: reason() }.into()),
        SqlState::QUERY_CANCELED => Some(ErrorKind::Canceled { reason: reason() }.into()),
        _ if does_not_fit(error) => Some(ErrorKind::Serialization { reason: reason() }.into()),
        _ if is_elsewhere(error) => Some(ErrorKind::NotPrepared { reason: reason() }.into()),
        _ => None,
    }
}

/// Whether the prepared statements of the connection are outdated.
pub(super) fn is_outdated(error: &ServerError) -> bool {
    error.as_db_error().is_some_and(|error| does_not_fit(error) || is_elsewhere(error))
}

/// Whether a table has changed since the statement was prepared: "cached plan must not change result type".
fn does_not_fit(error: &DbError) -> bool {
    *error.code() == SqlState::FEATURE_NOT_SUPPORTED && error.routine() == Some("RevalidateCachedQuery")
}

/// Whether the server does not know the prepared statement, or knows another one by its name.
fn is_elsewhere(error: &DbError) -> bool {
    matches!(*error.code(), SqlState::INVALID_SQL_STATEMENT_NAME | SqlState::DUPLICATE_PSTATEMENT)
}

/// "nextval: reached maximum value of sequence"
fn used_up(error: &DbError, sql: &str) -> Option<Error> {
    if *error.code() != SqlState::SEQUENCE_GENERATOR_LIMIT_EXCEEDED {
        return None;
    }
    let model = inserted_into(sql).or_else(|| name_in(error.message()))?;
    Some(ErrorKind::KeysUsedUp { model }.into())
}

/// The table of an INSERT.
fn inserted_into(sql: &str) -> Option<String> {
    let mut tokens = Tokens::of(sql, Dialect::Postgres);
    tokens.find(|(_, token)| token.is("INTO"))?;
    last_of_name(tokens)
}

fn missing(error: &DbError, sql: &str) -> Option<Error> {
    let name = || {
        let in_sql = match error.position()? {
            ErrorPosition::Original(position) => name_at(sql, *position),
            // In a function, whose SQL is unknown.
            ErrorPosition::Internal { .. } => None,
        };
        in_sql.or_else(|| name_in(error.message()))
    };
    let name = || name().or_else(|| name_in(error.message()));
    match *error.code() {
        SqlState::UNDEFINED_TABLE => Some(ErrorKind::NoTable { table: name()? }.into()),
        SqlState::UNDEFINED_COLUMN => Some(ErrorKind::NoColumn { model: None, column: name()? }.into()),
        _ => None,
    }
}

fn other(error: ServerError, sql: &str) -> Error {
    let message = match error.as_db_error() {
        Some(server) if *server.code() == SqlState::SYNTAX_ERROR && server.position().is_none() => {
            // Only this syntax error has no position.
            "there is more than one statement: execute them one by one".to_owned()
        }
        // "bind message supplies 1 parameters, but prepared statement "" requires 2"
        Some(server) if *server.code() == SqlState::PROTOCOL_VIOLATION => {
            format!("the parameters are not as many as the placeholders, {}: pass one for each", server.message())
        }
        Some(server) => {
            let mut message = server.message().to_owned();
            if *server.code() == SqlState::SYNTAX_ERROR {
                message = format!("{message}, in the statement `{}`", shortened(sql));
            }
            if let Some(hint) = server.hint() {
                message = format!("{message}: {hint}");
            }
            message
        }
        None => chain(&error),
    };
    ErrorKind::Database { message, source: Some(Box::new(error)) }.into()
}

/// The text with those of its causes, which tokio-postgres leaves out.
pub(super) fn chain(error: &ServerError) -> String {
    // The text would be "db error".
    if let Some(server) = error.as_db_error() {
        return server.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The columns in `Key (a, "b c")=(1, 2) already exists.`, in any language. `None` if one of them is an expression.
fn key_columns(detail: &str) -> Option<Vec<String>> {
    let (_, mut rest) = detail.split_once('(')?;
    let mut columns = Vec::new();
    loop {
        let (column, after) = identifier(rest)?;
        columns.push(column);
        if let Some(next) = after.strip_prefix(", ") {
            rest = next;
        } else {
            return after.starts_with(")=(").then_some(columns);
        }
    }
}

/// The last part of the name that begins at this character, from 1: `users` in `public.users`.
fn name_at(sql: &str, position: u32) -> Option<String> {
    let at = usize::try_from(position).ok()?.checked_sub(1)?;
    let (start, _) = sql.char_indices().nth(at)?;
    last_of_name(Tokens::of(&sql[start..], Dialect::Postgres))
}

/// The last part of the name that the tokens begin with: `users` in `public.users`.
fn last_of_name<'a>(tokens: impl Iterator<Item = (Range<usize>, Token<'a>)>) -> Option<String> {
    let mut tokens = tokens.map(|(_, token)| token);
    let mut name = tokens.next()?.name()?;
    while tokens.next() == Some(Token::Symbol(b'.'))
        && let Some(next) = tokens.next().and_then(Token::name)
    {
        name = next;
    }
    Some(name)
}

/// The name in quotes in `relation "users" does not exist`. `column u.name does not exist` has none.
fn name_in(message: &str) -> Option<String> {
    let (_, rest) = message.split_once('"')?;
    let (name, _) = rest.split_once('"')?;
    Some(name.rsplit('.').next().unwrap_or(name).to_owned())
}

/// The name that the text begins with, and the rest.
fn identifier(text: &str) -> Option<(String, &str)> {
    let (place, token) = Tokens::of(text, Dialect::Postgres).next()?;
    Some((token.name()?, &text[place.end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_key() {
        for (detail, expected) in [
            ("Key (username)=(ann) already exists.", Some(vec!["username"])),
            ("Key (team, player)=(1, 2) already exists.", Some(vec!["team", "player"])),
            (r#"Key ("a ""b"", c)=(", "Order")=(x) already exists."#, Some(vec![r#"a "b", c)=("#, "Order"])),
            ("Key (lower(name))=(ann) already exists.", None),
            ("Key (a, (b + 1))=(1, 2) already exists.", None),
            ("Schlüssel »(größe)=(ann)« existiert bereits.", Some(vec!["größe"])),
            ("Key (never ends", None),
            (r#"Key ("never ends"#, None),
            ("", None),
        ] {
            let expected = expected.map(|columns| columns.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(key_columns(detail), expected, "{detail}");
        }
    }

    #[test]
    fn names_in_sql() {
        for (sql, position, expected) in [
            ("SELECT * FROM users", 15, Some("users")),
            ("SELECT * FROM Public . \"Us\"\"ers\" u", 15, Some("Us\"ers")),
            ("SELECT 'ü', m FROM t", 13, Some("m")),
            ("SELECT u.M", 8, Some("m")),
            ("SELECT", 99, None),
            ("SELECT", 0, None),
        ] {
            assert_eq!(name_at(sql, position).as_deref(), expected, "{sql}");
        }
        for (sql, expected) in [
            ("INSERT INTO \"Us\"\"ers\" (a) VALUES (1)", Some("Us\"ers")),
            ("with a as (select 1) insert into  public.Users select * from a", Some("users")),
            ("INSERT /* into a */ INTO b VALUES ('insert into c')", Some("b")),
            ("SELECT 'into a'", None),
            ("SELECT nextval('s')", None),
        ] {
            assert_eq!(inserted_into(sql).as_deref(), expected, "{sql}");
        }
        assert_eq!(name_in("table \"main.users\" does not exist").as_deref(), Some("users"));
        assert_eq!(name_in("no quotes"), None);
    }
}
