//! What kind of statement a text is, by its first word.
//!
//! The protocol takes one statement at a time where it takes parameters, so that the first word tells enough.

/// A kind of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// It reads. It may call a function that writes: PostgreSQL does not say so, and people want `SELECT nextval(..)`.
    Read,
    /// It changes rows, and its count is how many.
    Write,
    /// `WITH`, which is either.
    With,
    /// It begins or ends a transaction.
    Control,
    /// It changes no rows, whatever number comes with its answer.
    Other,
    /// There is nothing but comments.
    Empty,
}

impl Command {
    pub(super) fn of(sql: &str) -> Self {
        const KINDS: [(Command, &[&str]); 4] = [
            (Command::Write, &["INSERT", "UPDATE", "DELETE", "MERGE"]),
            (Command::Read, &["SELECT", "VALUES", "TABLE", "SHOW"]),
            (Command::With, &["WITH"]),
            (Command::Control, &["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"]),
        ];
        let sql = without_comments(sql);
        if sql.is_empty() {
            return Self::Empty;
        }
        if sql.starts_with('(') {
            return Self::Read;
        }
        let (first, rest) = word(sql);
        let is = |word: &&str| first.eq_ignore_ascii_case(word);
        if let Some((command, _)) = KINDS.iter().find(|(_, words)| words.iter().any(is)) {
            return *command;
        }
        if is(&"PREPARE") && word(without_comments(rest)).0.eq_ignore_ascii_case("TRANSACTION") {
            return Self::Control;
        }
        Self::Other
    }
}

fn word(sql: &str) -> (&str, &str) {
    sql.split_at(sql.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(sql.len()))
}

/// The text from its first word on. PostgreSQL also passes over empty statements.
fn without_comments(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start_matches(|character: char| character.is_ascii_whitespace() || character == ';');
        if let Some(comment) = sql.strip_prefix("--") {
            sql = comment.find(['\n', '\r']).map_or("", |end| &comment[end..]);
        } else if sql.starts_with("/*") {
            sql = after_comment(sql);
        } else {
            return sql;
        }
    }
}

/// What is behind `/* .. */`, which may hold others of its kind.
fn after_comment(sql: &str) -> &str {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(pair) = sql.as_bytes().get(at..at + 2) {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return &sql[at..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells() {
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
            ("BEGIN", Command::Control),
            (";; commit", Command::Control),
            ("/**/ROLLBACK", Command::Control),
            ("start transaction", Command::Control),
            ("PREPARE/**/TRANSACTION 'a'", Command::Control),
            ("PREPARE a AS SELECT 1", Command::Other),
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
