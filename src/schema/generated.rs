//! What a column of SQLite is generated from, read from its CREATE TABLE.

use std::ops::Range;

use crate::db::{Dialect, Token, Tokens};

/// The expression that a column of SQLite is generated from, in its CREATE TABLE.
pub(super) fn generated_from(create_table: &str, column: &str) -> Option<String> {
    let tokens: Vec<_> = Tokens::of(create_table, Dialect::Sqlite).collect();
    let (mut depth, mut is_first, mut is_column) = (0_usize, false, false);
    for (position, (_, token)) in tokens.iter().enumerate() {
        match token {
            Token::Symbol(b'(') => {
                depth += 1;
                is_first = depth == 1;
                continue;
            }
            Token::Symbol(b')') => depth = depth.saturating_sub(1),
            Token::Symbol(b',') if depth == 1 => {
                is_first = true;
                continue;
            }
            token if is_first && depth == 1 => {
                is_column = token.name().is_some_and(|name| name.eq_ignore_ascii_case(column));
            }
            token if is_column && depth == 1 && token.is("AS") => {
                let begin = tokens.get(position + 1)?.0.end;
                let end = closing(&tokens[position + 2..])?;
                return Some(create_table[begin..end].to_owned());
            }
            _ => {}
        }
        is_first = false;
    }
    None
}

/// The place of the parenthesis that closes one that was opened before.
fn closing(tokens: &[(Range<usize>, Token<'_>)]) -> Option<usize> {
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
            GENERATED ALWAYS AS (b || ')' || (c + 1)) STORED, e AS (1))";
        assert_eq!(generated_from(sql, "THE SUM").as_deref(), Some("b || ')' || (c + 1)"));
        assert_eq!(generated_from(sql, "e").as_deref(), Some("1"));
        assert_eq!(generated_from(sql, "b"), None);
        assert_eq!(generated_from(sql, "none"), None);
    }
}
