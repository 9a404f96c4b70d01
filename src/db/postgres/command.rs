//! The kind of a statement, by its first word.
//!
//! The protocol takes one statement at a time when it takes parameters, so the first word is enough.

use crate::db::sql::{self, Dialect, Token};

/// A kind of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// It reads. It may call a function that writes: PostgreSQL does not say so, and `SELECT nextval(..)` is common.
    Read,
    /// It changes rows, and its count is how many.
    Write,
    /// `WITH`, which either reads or writes.
    With,
    /// It changes no rows, whatever count the server returns.
    Other,
    /// There are only comments.
    Empty,
}

impl Command {
    pub(super) fn of(sql: &str) -> Self {
        let Some(first) = sql::statement(sql, Dialect::Postgres).next() else { return Self::Empty };
        if first == Token::Symbol(b'(') || first.is_any(&["SELECT", "VALUES", "TABLE", "SHOW"]) {
            Self::Read
        } else if first.is_any(&["INSERT", "UPDATE", "DELETE", "MERGE"]) {
            Self::Write
        } else if first.is("WITH") {
            Self::With
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_the_kind() {
        for (sql, command) in [
            ("SELECT 1", Command::Read),
            (" \n\tselect 1", Command::Read),
            ("(SELECT 1) UNION SELECT 2", Command::Read),
            ("VALUES (1)", Command::Read),
            ("insert into t values (1)", Command::Write),
            ("-- a comment\nUPDATE t SET a = 1", Command::Write),
            ("-- a comment\rDELETE FROM t", Command::Write),
            ("/* a /* b */ c */ /**/DELETE FROM t", Command::Write),
            ("WITH a AS (SELECT 1) SELECT * FROM a", Command::With),
            ("CREATE TABLE t ()", Command::Other),
            ("SELECTED", Command::Other),
            ("; /* a; */; SELECT 1", Command::Read),
            ("\"select\" 1", Command::Other),
            ("$$SELECT$$", Command::Other),
            ("", Command::Empty),
            (" ; -- nothing", Command::Empty),
            ("/* never ends", Command::Empty),
            ("/*/", Command::Empty),
            ("ünï", Command::Other),
        ] {
            assert_eq!(Command::of(sql), command, "{sql}");
        }
    }
}
