//! What the CREATE TABLE of a table of SQLite says, and no pragma.

use std::ops::Range;

use crate::db::{Dialect, Token, Tokens};

/// The tokens of a CREATE TABLE, with their places.
type Definition<'t, 'a> = &'t [(Range<usize>, Token<'a>)];

/// The expression that a column is generated from.
pub(super) fn generated_from(create_table: &str, column: &str) -> Option<String> {
    let tokens: Vec<_> = Tokens::of(create_table, Dialect::Sqlite).collect();
    let definition = definitions(&tokens).into_iter().find(|definition| is_of(definition, column))?;
    let mut depth = 0_usize;
    for (position, (_, token)) in definition.iter().enumerate() {
        match token {
            Token::Symbol(b'(') => depth += 1,
            Token::Symbol(b')') => depth = depth.saturating_sub(1),
            token if depth == 0 && token.is("AS") => {
                let begin = definition.get(position + 1)?.0.end;
                let end = closing(&definition[position + 2..])?;
                return Some(create_table[begin..end].to_owned());
            }
            _ => {}
        }
    }
    None
}

/// Whether the foreign key of a column is only checked before the commit.
pub(super) fn is_deferred(create_table: &str, column: &str) -> bool {
    let tokens: Vec<_> = Tokens::of(create_table, Dialect::Sqlite).collect();
    definitions(&tokens).into_iter().any(|definition| {
        // `FOREIGN KEY (column)`
        let is_key = |four: &[(Range<usize>, Token<'_>)]| {
            four[0].1.is("FOREIGN") && four[1].1.is("KEY") && is_of(&four[3..], column)
        };
        let is_deferred = |two: &[(Range<usize>, Token<'_>)]| two[0].1.is("INITIALLY") && two[1].1.is("DEFERRED");
        (is_of(definition, column) || definition.windows(4).any(is_key)) && definition.windows(2).any(is_deferred)
    })
}

/// Whether a definition begins with this name.
fn is_of(definition: Definition<'_, '_>, column: &str) -> bool {
    let name = definition.first().and_then(|(_, token)| token.name());
    name.is_some_and(|name| name.eq_ignore_ascii_case(column))
}

/// The definitions of columns and constraints.
fn definitions<'t, 'a>(tokens: &'t [(Range<usize>, Token<'a>)]) -> Vec<Definition<'t, 'a>> {
    let (mut definitions, mut depth, mut begin) = (Vec::new(), 0_usize, 0);
    for (position, (_, token)) in tokens.iter().enumerate() {
        match token {
            Token::Symbol(b'(') => {
                depth += 1;
                if depth == 1 {
                    begin = position + 1;
                }
            }
            Token::Symbol(b',') if depth == 1 => {
                definitions.push(&tokens[begin..position]);
                begin = position + 1;
            }
            Token::Symbol(b')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    definitions.push(&tokens[begin..position]);
                }
            }
            _ => {}
        }
    }
    definitions
}

/// The place of the parenthesis that closes one that was opened before.
fn closing(tokens: Definition<'_, '_>) -> Option<usize> {
    let mut depth = 0_usize;
    for (place, token) in tokens {
        match token {
            Token::Symbol(b'(') => depth += 1,
            Token::Symbol(b')') if depth == 0 => return Some(place.start),
            Token::Symbol(b')') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_column_is_generated_from_is_read_from_its_table() {
        let sql = "CREATE TABLE \"a\" (b TEXT DEFAULT (c, d) CHECK (b AS c), \"the sum\" INTEGER /* , */ NOT NULL
            GENERATED ALWAYS AS (b || ')' || (c + 1)) STORED, e AS (1)) STRICT";
        assert_eq!(generated_from(sql, "THE SUM").as_deref(), Some("b || ')' || (c + 1)"));
        assert_eq!(generated_from(sql, "e").as_deref(), Some("1"));
        assert_eq!(generated_from(sql, "b"), None);
        assert_eq!(generated_from(sql, "none"), None);
    }

    #[test]
    fn when_a_foreign_key_is_checked_is_read_from_its_table() {
        let sql = "CREATE TABLE a (b INTEGER REFERENCES c DEFERRABLE INITIALLY IMMEDIATE, d INT REFERENCES c
            DEFERRABLE INITIALLY DEFERRED, e INT, f INT, CONSTRAINT g FOREIGN KEY (E) REFERENCES c DEFERRABLE INITIALLY DEFERRED)";
        assert_eq!(["b", "D", "e", "f"].map(|column| is_deferred(sql, column)), [false, true, true, false]);
    }
}
