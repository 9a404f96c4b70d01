//! Statements with a condition that a person wrote.

use super::{Lock, columns, list, next_version, quoted};
use crate::db::Dialect;
use crate::model::meta::Meta;

/// UPDATE of these fields where the condition holds. Its parameters come first, then the fields.
pub(in crate::model) fn update_rows(
    meta: &Meta,
    fields: &[usize],
    (condition, params): (&str, usize),
    dialect: Dialect,
) -> String {
    let assignment = |(number, &index): (usize, &usize)| {
        format!("{} = {}", quoted(meta.fields[index].column), dialect.placeholder(params + number + 1))
    };
    let assignments = list(fields.iter().enumerate().map(assignment).chain(next_version(meta)));
    format!("UPDATE {} SET {assignments} WHERE {}", quoted(meta.table), numbered(condition, dialect))
}

/// What a DELETE answers.
#[derive(Clone, Copy)]
pub(in crate::model) enum Returns {
    Nothing,
    Keys,
}

/// DELETE where the condition holds.
pub(in crate::model) fn delete_by(meta: &Meta, condition: &str, returns: Returns, dialect: Dialect) -> String {
    let sql = format!("DELETE FROM {} WHERE {}", quoted(meta.table), numbered(condition, dialect));
    match returns {
        Returns::Nothing => sql,
        Returns::Keys => format!("{sql} RETURNING {}", quoted(meta.key_field().column)),
    }
}

/// SELECT of the keys where the condition holds. The rows are going to be written.
pub(in crate::model) fn keys_by(meta: &Meta, condition: &str, dialect: Dialect) -> String {
    let key = quoted(meta.key_field().column);
    let condition = numbered(condition, dialect);
    let lock = Lock::ForUpdate.clause(dialect);
    format!("SELECT {key} FROM {} WHERE {condition} ORDER BY {key}{lock}", quoted(meta.table))
}

/// SELECT of the rows where the condition holds. They are going to be deleted.
pub(in crate::model) fn rows_by(meta: &Meta, condition: &str, dialect: Dialect) -> String {
    let (columns, key) = (columns(meta), quoted(meta.key_field().column));
    let (condition, lock) = (numbered(condition, dialect), Lock::ForDelete.clause(dialect));
    format!("SELECT {columns} FROM {} WHERE {condition} ORDER BY {key}{lock}", quoted(meta.table))
}

/// The condition in parentheses, each `?` outside of quotes and comments with its number, as both databases take it. `??` is
/// a question mark: an operator of PostgreSQL.
fn numbered(condition: &str, dialect: Dialect) -> String {
    let mut sql = String::from("(");
    let (mut rest, mut number) = (condition, 0);
    while let Some(first) = rest.chars().next() {
        let end = if rest.starts_with("??") {
            sql.push('?');
            rest = &rest[2..];
            continue;
        } else if first == '?' && !rest[1..].starts_with(|next: char| next.is_ascii_digit()) {
            number += 1;
            sql += &dialect.placeholder(number);
            rest = &rest[1..];
            continue;
        } else if first == '?' {
            let end = rest[1..].find(|next: char| !next.is_ascii_digit()).map_or(rest.len(), |end| end + 1);
            sql += &rest[1..end].parse().map_or_else(|_| rest[..end].to_owned(), |number| dialect.placeholder(number));
            rest = &rest[end..];
            continue;
        } else if first == '\'' || first == '"' {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            first.len_utf8()
        };
        sql += &rest[..end];
        rest = &rest[end..];
    }
    // A comment may end the condition.
    sql + "\n)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_outside_of_quotes_and_comments_are_placeholders() {
        for (condition, expected) in [
            ("a = ? AND b = ?", "a = $1 AND b = $2"),
            ("a = ?2 AND b = ?1", "a = $2 AND b = $1"),
            ("a = $1", "a = $1"),
            ("a = '?' AND \"b?\" = ?", "a = '?' AND \"b?\" = $1"),
            ("a = 'it''s ?' OR b = ?", "a = 'it''s ?' OR b = $1"),
            ("a -- why?\n= ? /* ? */", "a -- why?\n= $1 /* ? */"),
            ("tags ?? 'new' AND ä = ?", "tags ? 'new' AND ä = $1"),
            ("a = '?", "a = '?"),
        ] {
            assert_eq!(numbered(condition, Dialect::Postgres), format!("({expected}\n)"));
        }
        assert_eq!(numbered("a = ? OR a = ?", Dialect::Sqlite), "(a = ?1 OR a = ?2\n)");
    }
}
