//! The statements of a model that never change.

use std::sync::OnceLock;

use super::many::{InsertMany, SIZES};
use crate::db::Dialect;
use crate::model::meta::{KeyKind, Meta};

/// The statements of one model, and which field each placeholder is.
#[derive(Debug)]
pub(crate) struct Statements {
    /// INSERT without the key, which the database assigns.
    pub(crate) insert: FieldSql,
    /// INSERT with the key.
    pub(crate) insert_with_key: FieldSql,
    /// UPDATE of every field by the key.
    pub(crate) update: FieldSql,
    /// UPDATE of every field by the key, including the version.
    pub(crate) overwrite: FieldSql,
    /// DELETE by the key.
    pub(crate) delete: Box<str>,
    /// The name of each column as an identifier.
    pub(crate) names: Box<[Box<str>]>,
    /// SELECT of every row, without an order, to which a query adds its condition.
    pub(crate) rows: Box<str>,
    /// SELECT of every row.
    pub(crate) select: Box<str>,
    /// SELECT by one field, for each field.
    pub(crate) select_by: Box<[Box<str>]>,
    /// SELECT by the key of a row that will be updated.
    pub(crate) select_for_update: Box<str>,
    /// INSERT of several rows, once one is needed: without the key and with it, for each power of two.
    pub(super) insert_many: [[OnceLock<Box<InsertMany>>; SIZES]; 2],
}

impl Statements {
    /// INSERT of a number of rows that [`next_insert`](super::next_insert) returned.
    pub(in crate::model) fn insert_many(
        &self,
        meta: &Meta,
        key: KeyKind,
        rows: usize,
        dialect: Dialect,
    ) -> &InsertMany {
        let size = match dialect {
            Dialect::Sqlite => rows.ilog2() as usize,
            // Its SQL only has the first row.
            Dialect::Postgres => 0,
        };
        let written = &self.insert_many[usize::from(key == KeyKind::Set)][size];
        written.get_or_init(|| Box::new(InsertMany::new(meta, key, rows, dialect)))
    }
}

/// A statement, and the fields that are its parameters.
#[derive(Debug)]
pub(crate) struct FieldSql {
    pub(crate) sql: Box<str>,
    pub(crate) fields: Box<[usize]>,
}
