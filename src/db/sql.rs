//! Reads SQL: its tokens, the one reader of SQL that everything in this library uses. Uses `error` alone.

use std::ops::Range;

use crate::error::{Error, Result};

/// The SQL that a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A token of SQL. Whitespace and comments are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// A name in quotes, with them: `"name"`, and in SQLite also `` `name` `` and `[name]`.
    Quoted(&'a str),
    /// A number, or a string in any form of quotes: `'it''s'`, and in PostgreSQL also `E'it\'s'`, `$$it's$$` and `$tag$it's$tag$`.
    Literal,
    /// Something that stands for a parameter, or seems to.
    Placeholder(Placeholder<'a>),
    /// Any other character, or the first byte of one.
    Symbol(u8),
}

/// Something that stands for a parameter, or seems to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placeholder<'a> {
    /// `?`: the next parameter.
    Next,
    /// `?2` or `$2`, with its digits.
    Numbered(&'a str),
    /// `??`: a question mark.
    Question,
    /// `:name`, `@name` or `$name`.
    Named,
}

impl Token<'_> {
    /// Whether it is this keyword.
    pub(crate) fn is(self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is one of these keywords.
    pub(crate) fn is_any(self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// The name that it is, without quotes. A name without quotes is lower case, as PostgreSQL reads it.
    pub(crate) fn name(self) -> Option<String> {
        match self {
            Self::Word(word) => Some(word.to_lowercase()),
            Self::Quoted(quoted) => {
                let (open, rest) = quoted.split_at(1);
                let close = if open == "[" { "]" } else { open };
                Some(rest.strip_suffix(close)?.replace(&close.repeat(2), close))
            }
            Self::Literal | Self::Placeholder(_) | Self::Symbol(_) => None,
        }
    }
}

/// The tokens of SQL, each with its place in the string.
pub(crate) struct Tokens<'a> {
    sql: &'a str,
    dialect: Dialect,
    at: usize,
    /// How many `[` are open: PostgreSQL has slices such as `days[1:last]` in them.
    brackets: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Range<usize>, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(byte) = self.byte(0) {
            let start = self.at;
            if let Some(token) = self.token(byte) {
                return Some((start..self.at, token));
            }
        }
        None
    }
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(sql: &'a str, dialect: Dialect) -> Self {
        Self { sql, dialect, at: 0, brackets: 0 }
    }

    /// Reads the token that begins with this byte; `None` if it is whitespace or a comment.
    fn token(&mut self, byte: u8) -> Option<Token<'a>> {
        let start = self.at;
        match (byte, self.byte(1), self.dialect) {
            (b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c', ..) => {
                self.at += 1;
                return None;
            }
            (b'-', Some(b'-'), _) => {
                self.pass_line();
                return None;
            }
            (b'/', Some(b'*'), _) => {
                self.pass_comment();
                return None;
            }
            (b'\'', ..) => {
                self.pass_quoted(byte);
                return Some(Token::Literal);
            }
            (b'"', ..) | (b'`', _, Dialect::Sqlite) => {
                self.pass_quoted(byte);
                return Some(Token::Quoted(&self.sql[start..self.at]));
            }
            (b'[', _, Dialect::Sqlite) => {
                self.pass_through("]", 1);
                return Some(Token::Quoted(&self.sql[start..self.at]));
            }
            (b'?', ..) => return Some(Token::Placeholder(self.question_mark())),
            (b'$', ..) => return Some(self.dollar()),
            (b':' | b'@', next, _) if byte == b'@' || !matches!(next, Some(b':' | b'=')) => {
                return Some(self.sigil(byte));
            }
            // `::` or `:=`.
            (b':', ..) => {
                self.at += 2;
                return Some(Token::Symbol(byte));
            }
            (b'0'..=b'9', ..) => {
                self.pass(|byte| is_word(byte) && byte != b'$');
                return Some(Token::Literal);
            }
            (byte, ..) if is_word(byte) => return Some(self.word()),
            (b'[', _, Dialect::Postgres) => self.brackets += 1,
            (b']', ..) => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        self.at += 1;
        Some(Token::Symbol(byte))
    }

    fn question_mark(&mut self) -> Placeholder<'a> {
        if self.byte(1) == Some(b'?') {
            self.at += 2;
            return Placeholder::Question;
        }
        self.at += 1;
        match self.digits() {
            "" => Placeholder::Next,
            digits => Placeholder::Numbered(digits),
        }
    }

    /// `$1`, a name, or one of PostgreSQL's quotes: `$$..$$`, `$tag$..$tag$`.
    fn dollar(&mut self) -> Token<'a> {
        self.at += 1;
        let begin = self.at;
        let digits = self.digits();
        self.pass(|byte| is_word(byte) && byte != b'$');
        let name = &self.sql[begin..self.at];
        if self.dialect == Dialect::Postgres && digits.is_empty() && self.byte(0) == Some(b'$') {
            let quote = &self.sql[begin - 1..=self.at];
            self.at = begin - 1;
            self.pass_through(quote, quote.len());
            return Token::Literal;
        }
        match name {
            "" => Token::Symbol(b'$'),
            _ if name == digits => Token::Placeholder(Placeholder::Numbered(digits)),
            _ => Token::Placeholder(Placeholder::Named),
        }
    }

    /// `:name` or `@name`, or what PostgreSQL has instead: a slice, or an operator.
    fn sigil(&mut self, sigil: u8) -> Token<'a> {
        let before = self.at.checked_sub(1).map(|before| self.sql.as_bytes()[before]);
        let is_operator = match (self.dialect, sigil) {
            (Dialect::Sqlite, _) => false,
            (Dialect::Postgres, b':') => self.brackets > 0 || self.byte(1).is_some_and(|next| next.is_ascii_digit()),
            (Dialect::Postgres, _) => {
                let is_part = |byte: u8| b"+-*/<>=~!@#%^&|?".contains(&byte);
                before.is_some_and(is_part) || self.byte(1).is_some_and(|next| next.is_ascii_digit())
            }
        };
        self.at += 1;
        let begin = self.at;
        if !is_operator {
            self.pass(is_word);
        }
        if self.at > begin { Token::Placeholder(Placeholder::Named) } else { Token::Symbol(sigil) }
    }

    /// A word, or PostgreSQL's `E'..'`, in which a backslash escapes a quote.
    fn word(&mut self) -> Token<'a> {
        let begin = self.at;
        self.pass(is_word);
        let word = &self.sql[begin..self.at];
        if self.dialect == Dialect::Sqlite || self.byte(0) != Some(b'\'') || !word.eq_ignore_ascii_case("e") {
            return Token::Word(word);
        }
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            self.at += if byte == b'\\' && self.byte(1).is_some() { 2 } else { 1 };
            if byte == b'\'' {
                break;
            }
        }
        Token::Literal
    }

    /// Two quotes in quotes are one, and do not end them.
    fn pass_quoted(&mut self, quote: u8) {
        loop {
            self.at += 1;
            self.pass(|byte| byte != quote);
            self.at = (self.at + 1).min(self.sql.len());
            if self.byte(0) != Some(quote) {
                return;
            }
        }
    }

    /// PostgreSQL also ends a line at a carriage return.
    fn pass_line(&mut self) {
        let is_postgres = self.dialect == Dialect::Postgres;
        self.pass(|byte| byte != b'\n' && !(is_postgres && byte == b'\r'));
    }

    /// In PostgreSQL a comment may contain others.
    fn pass_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.byte(0) {
            match (byte, self.byte(1)) {
                (b'/', Some(b'*')) if depth == 0 || self.dialect == Dialect::Postgres => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// Passes the next `end`, looking for it from so many bytes on.
    fn pass_through(&mut self, end: &str, from: usize) {
        let found = self.sql.as_bytes()[self.at + from..].windows(end.len()).position(|part| part == end.as_bytes());
        self.at = found.map_or(self.sql.len(), |found| self.at + from + found + end.len());
    }

    fn digits(&mut self) -> &'a str {
        let begin = self.at;
        self.pass(|byte| byte.is_ascii_digit());
        &self.sql[begin..self.at]
    }

    fn pass(&mut self, is_part: impl Fn(u8) -> bool) {
        while self.byte(0).is_some_and(&is_part) {
            self.at += 1;
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.sql.as_bytes().get(self.at + ahead).copied()
    }
}

/// Whether a byte is part of a word. A word may contain a `$`, and letters beyond ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

/// The tokens from the first statement that is not empty on.
pub(super) fn statement(sql: &str, dialect: Dialect) -> impl Iterator<Item = Token<'_>> {
    Tokens::of(sql, dialect).map(|(_, token)| token).skip_while(|token| *token == Token::Symbol(b';'))
}

/// Refuses a statement that begins or ends a transaction: this library would not know of it. Statements that a batch contains are
/// found afterwards, by the drivers.
pub(super) fn refuse_transaction_control(sql: &str, dialect: Dialect) -> Result<()> {
    const TRANSACTION: [&str; 6] = ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"];
    let mut tokens = statement(sql, dialect);
    let Some(first @ Token::Word(word)) = tokens.next() else { return Ok(()) };
    let instead = if first.is_any(&TRANSACTION)
        || first.is("PREPARE") && tokens.next().is_some_and(|second| second.is("TRANSACTION"))
    {
        "`db.begin()` and `tx.commit()`, or `db.transaction(..)`"
    } else if first.is_any(&["SAVEPOINT", "RELEASE"]) {
        "`tx.savepoint(..)`"
    } else {
        return Ok(());
    };
    Err(Error::database(format!("`{}` cannot be executed as SQL: use {instead}", word.to_ascii_uppercase())))
}

/// SQL for a message.
pub(super) fn shortened(sql: &str) -> String {
    const LENGTH: usize = 200;
    match sql.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}..", &sql[..end]),
        None => sql.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Dialect; 2] = [Dialect::Sqlite, Dialect::Postgres];

    /// The tokens of SQL, written one after the other: `S` is a literal, `?` a placeholder.
    fn tokens(sql: &str, dialect: Dialect) -> String {
        let written = Tokens::of(sql, dialect).map(|(place, token)| match token {
            Token::Word(word) => {
                assert_eq!(&sql[place], word);
                word.to_owned()
            }
            Token::Quoted(_) => token.name().map_or_else(|| "(never ends)".to_owned(), |name| format!("<{name}>")),
            Token::Literal => "S".to_owned(),
            Token::Placeholder(_) => "?".to_owned(),
            Token::Symbol(symbol) => char::from(symbol).to_string(),
        });
        written.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn forms_that_both_databases_have() {
        for (sql, expected) in [
            ("SELECT a, 1.5 FROM t;", "SELECT a , S . S FROM t ;"),
            ("'it''s; -- /*' x", "S x"),
            (r#""a ""b"" '" x"#, r#"<a "b" '> x"#),
            ("-- one\nx -- two", "x"),
            ("a/* b */c", "a c"),
            ("/**/x", "x"),
            ("/*/ x", ""),
            ("a /* never ends", "a"),
            ("a 'never ends", "a S"),
            ("\"never ends", "(never ends)"),
            ("\"", "(never ends)"),
            ("''x", "S x"),
            ("größe$1 _a", "größe$1 _a"),
            ("?1 ?? ?", "? ? ?"),
            ("a::b", "a : b"),
            (" \t\r\n\x0b\x0c", ""),
            ("1e5 0x1F", "S S"),
        ] {
            for dialect in BOTH {
                assert_eq!(tokens(sql, dialect), expected, "{sql} in {dialect:?}");
            }
        }
    }

    #[test]
    fn forms_that_one_database_has() {
        for (sql, sqlite, postgres) in [
            ("[a b]] x", "<a b> ] x", "[ a b ] ] x"),
            ("`a``b` x", "<a`b> x", "` a ` ` b ` x"),
            ("/* a /* b */ c */ d", "c * / d", "d"),
            (r"E'it\'s' x", "E S s S", "S x"),
            (r"e'\\' x", "e S x", "S x"),
            (r"name'\' x", "name S x", "name S x"),
            ("$$it's ; $$ x", "$ ? S", "S x"),
            ("$tag$ $$ ' $tag$ x", "? $ $ $ S", "S x"),
            ("$1$ x", "? $ x", "? $ x"),
            ("-- one\rx", "", "x"),
            (":a @b $c", "? ? ?", "? ? ?"),
            ("a[1:b]", "a <1:b>", "a [ S : b ]"),
            ("a <@b", "a < ?", "a < @ b"),
        ] {
            assert_eq!(BOTH.map(|dialect| tokens(sql, dialect)), [sqlite, postgres], "{sql}");
        }
    }

    #[test]
    fn control_of_transactions_is_refused_after_any_comment() {
        let refused = |sql, dialect| refuse_transaction_control(sql, dialect).map_err(|error| error.to_string());
        for dialect in BOTH {
            for sql in [
                "BEGIN",
                " begin immediate",
                "end;",
                "/* a */COMMIT",
                "-- a\nROLLBACK TO a",
                ";; abort",
                "START TRANSACTION",
                "prepare/**/transaction 'a'",
            ] {
                let error = refused(sql, dialect).unwrap_err();
                assert!(
                    error.ends_with("use `db.begin()` and `tx.commit()`, or `db.transaction(..)`"),
                    "{sql}: {error}"
                );
            }
            for sql in ["SAVEPOINT a", "/**/ release a"] {
                assert!(refused(sql, dialect).unwrap_err().ends_with("SQL: use `tx.savepoint(..)`"), "{sql}");
            }
            for sql in ["", "-- BEGIN", "'BEGIN'", "\"begin\"", "beginning", "PREPARE a AS SELECT 1", "SELECT 1; BEGIN"]
            {
                assert_eq!(refused(sql, dialect), Ok(()), "{sql}");
            }
        }
        // Only in SQLite is the comment over before the word.
        assert!(refused("/* /* */ BEGIN", Dialect::Sqlite).is_err());
        assert_eq!(refused("/* /* */ BEGIN", Dialect::Postgres), Ok(()));
        assert!(refused("-- a\rBEGIN", Dialect::Postgres).is_err());
        assert_eq!(refused("-- a\rBEGIN", Dialect::Sqlite), Ok(()));
    }
}
