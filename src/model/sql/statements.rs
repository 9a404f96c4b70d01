//! The statements of a model that never change.

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
    /// SELECT of every row.
    pub(crate) select: Box<str>,
    /// SELECT by one field, for each field.
    pub(crate) select_by: Box<[Box<str>]>,
    /// SELECT by the key of a row that will be updated.
    pub(crate) select_for_update: Box<str>,
}

/// A statement, and the fields that are its parameters.
#[derive(Debug)]
pub(crate) struct FieldSql {
    pub(crate) sql: Box<str>,
    pub(crate) fields: Box<[usize]>,
}
