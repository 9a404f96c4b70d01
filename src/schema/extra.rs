//! What a table has that its model does not declare. It is only compared where the table must be exact.

use super::check::{Comparison, Exactness};
use super::live::{LiveColumn, LiveIndex, LiveTable, MadeBy, Writable};
use super::table::Column;
use crate::db::{Dialect, Token, Tokens};
use crate::difference::DifferenceKind;

impl Comparison<'_> {
    /// Reports columns, indexes and foreign keys that no field declares, and defaults that differ.
    pub(super) fn extras(&mut self, live: &LiveTable, created: &LiveTable) {
        for column in &live.columns {
            match self.field(&column.name) {
                Some(field) => self.expression(field, column, created),
                None => self.note(DifferenceKind::ExtraColumn { column: column.name.clone() }, None),
            }
        }
        for index in live.indexes.iter().filter(|index| self.is_extra(index)).collect::<Vec<_>>() {
            let columns: Vec<String> = index.columns.iter().flatten().cloned().collect();
            // It disappears with the column.
            if columns.iter().all(|column| self.field(column).is_some()) {
                let (name, unique) = (index.name.clone(), index.unique);
                self.note(DifferenceKind::ExtraIndex { name, columns, unique }, None);
            }
        }
        for reference in &live.references {
            let Some(field) = self.field(&reference.column) else { continue };
            // A foreign key to another table than the field is reported as such if it is the only one.
            let is_declared = field.reference.is_some_and(|declared| {
                self.same(declared.table, &reference.table)
                    || live.references.iter().filter(|other| self.same(&other.column, &reference.column)).count() == 1
            });
            if !is_declared {
                let (column, target) = (reference.column.clone(), reference.table.clone());
                self.note(DifferenceKind::ExtraForeignKey { column, target }, None);
            }
        }
    }

    /// Whether no field declares an index. Indexes over expressions or some rows cannot be declared, and are none.
    pub(super) fn is_extra(&self, index: &LiveIndex) -> bool {
        let columns: Option<Vec<&str>> = index.columns.iter().map(Option::as_deref).collect();
        let (Some(columns), Exactness::Same(_)) = (columns, self.exactness) else { return false };
        let are_the_same = |declared: &[&Column]| {
            declared.len() == columns.len()
                && declared.iter().zip(&columns).all(|(one, column)| self.same(one.name, column))
        };
        let are_as_many = |declared: &[&Column]| {
            let is_there = |one: &&Column| columns.iter().any(|column| self.same(one.name, column));
            declared.len() == columns.len() && declared.iter().all(is_there)
        };
        let key: Vec<&Column> = self.table.columns.iter().filter(|column| column.key.is_some()).collect();
        let is_declared = match (index.made_by, index.unique) {
            (MadeBy::PrimaryKey, _) => true,
            (_, true) => are_as_many(&key) || self.table.uniques().iter().any(|unique| are_as_many(unique)),
            (_, false) => self.table.indexes().iter().any(|declared| are_the_same(declared)),
        };
        !is_declared
    }

    /// Reports another default, or another expression that the column is generated from.
    fn expression(&mut self, field: &Column, column: &LiveColumn, created: &LiveTable) {
        let Some(expected) = created.columns.iter().find(|one| self.same(&one.name, field.name)) else { return };
        // A default that is missing, or one that the model does not need, is another difference or none.
        let (true, Some(sql), Some(found)) = (field.read_only.is_some(), &expected.expression, &column.expression)
        else {
            return;
        };
        if expected.writable != column.writable || plain(sql, self.dialect) != plain(found, self.dialect) {
            let [expected, found] = [(expected.writable, sql), (column.writable, found)].map(|(writable, sql)| {
                let kind = if writable == Writable::Generated { "GENERATED ALWAYS AS" } else { "DEFAULT" };
                format!("{kind} ({})", plain(sql, self.dialect))
            });
            self.note(DifferenceKind::OtherExpression { column: field.name.to_owned(), expected, found }, None);
        }
    }
}

/// SQL without what does not matter: white space, comments, parentheses around all of it.
fn plain(sql: &str, dialect: Dialect) -> String {
    let tokens: Vec<_> = Tokens::of(sql, dialect).collect();
    let mut tokens = &tokens[..];
    while let [(_, Token::Symbol(b'(')), inner @ .., (_, Token::Symbol(b')'))] = tokens
        && is_balanced(inner.iter().map(|(_, token)| *token))
    {
        tokens = inner;
    }
    let mut plain = String::new();
    for (position, (place, _)) in tokens.iter().enumerate() {
        let is_apart = position > 0 && tokens[position - 1].0.end < place.start;
        plain.extend([if is_apart { " " } else { "" }, &sql[place.clone()]]);
    }
    plain
}

/// Whether each parenthesis that is closed was opened in it.
fn is_balanced<'a>(tokens: impl Iterator<Item = Token<'a>>) -> bool {
    let mut depth = 0_usize;
    for token in tokens {
        match token {
            Token::Symbol(b'(') => depth += 1,
            Token::Symbol(b')') if depth == 0 => return false,
            Token::Symbol(b')') => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_and_spaces_do_not_matter() {
        for (one, other) in [("((a))", "a"), ("( a  +  1 ) -- x", "a + 1"), ("(a) + (b)", "(a) + (b)")] {
            assert_eq!(plain(one, Dialect::Sqlite), other);
        }
    }
}
