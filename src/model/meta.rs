//! What a model is, as data.

use std::sync::OnceLock;

use signals_core::__private::Source;
use signals_core::SourceLocation;

use super::id::UNSET_ID;
use super::operations::{LoadRelated, Operations};
use super::sql::statements::Statements;
use crate::column::ColumnType;
use crate::error::{DeclaredModel, Error, ErrorKind, Lookup};
use crate::value::ValueRef;

/// A model as its struct declares it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Meta {
    /// The name of the struct.
    pub name: &'static str,
    /// The module that it is in, `crate::module`.
    pub module: &'static str,
    /// Where its `#[model]` stands.
    pub place: SourceLocation,
    /// Its table.
    pub table: &'static str,
    /// Its fields that are columns, in the order of the struct.
    pub fields: &'static [Field],
    /// Which of the fields is the key.
    pub key: usize,
    /// What is said of several fields together, in the order of the attribute.
    pub composites: &'static [Composite],
    /// Which of the fields counts the saves of a row, if there is one.
    pub version: Option<usize>,
    /// Whether `#[many_to_many]` made it, and not a person.
    pub automatic: bool,
    /// The methods that its relations become.
    pub(super) accessors: &'static [Accessor],
    /// What the field with `#[many_to_many]` is called, if it made this model, and how its rows are loaded.
    pub(super) relation: Option<(&'static str, LoadRelated)>,
    /// The fields that may have an id that is not set, a bit for each: those are refused before any SQL.
    pub(super) may_be_unset: u128,
    /// The fields with `#[update]`.
    pub(super) set_by_saves: u128,
    /// The fields that the database sets, a bit for each.
    pub(super) read_only: u128,
    pub(super) operations: Operations,
    /// For each dialect.
    pub(super) statements: [OnceLock<Statements>; 2],
    pub(super) pointed_to_by: OnceLock<Vec<(&'static Meta, usize)>>,
}

impl Meta {
    /// Its path and place, for errors.
    pub(crate) fn declared(&self) -> DeclaredModel {
        DeclaredModel { path: format!("{}::{}", self.module, self.name), place: self.place }
    }

    /// The error of a row that is not there.
    pub(crate) fn not_found(&self) -> Error {
        ErrorKind::RowNotFound(Lookup::Key { model: self.name.to_owned() }).into()
    }

    /// The error of a row that the database did not insert, without a failure of the statement.
    pub(crate) fn not_inserted(&self) -> Error {
        ErrorKind::NotInserted { model: self.name.to_owned() }.into()
    }

    /// The error of a row that is not as it was read.
    pub(crate) fn stale(&self) -> Error {
        ErrorKind::Stale { model: self.name.to_owned() }.into()
    }

    /// The error of a field that is to be written, and that the database sets.
    pub(crate) fn read_only_field(&self, field: &Field) -> Error {
        ErrorKind::ReadOnlyField { model: self.name.to_owned(), field: field.name.to_owned() }.into()
    }

    /// The error of an id that is used and not set.
    pub(crate) fn unset_id(&self, field: &str) -> Error {
        ErrorKind::UnsetId { model: self.name.to_owned(), field: field.to_owned() }.into()
    }

    /// The error of a key that nothing has set.
    pub(crate) fn unset_key(&self, key: ValueRef<'_>) -> Error {
        let key = match key {
            ValueRef::Integer(key) => key.to_string(),
            ValueRef::Uuid(_) => "the nil UUID".to_owned(),
            _ => "empty".to_owned(),
        };
        ErrorKind::UnsetKey { model: self.name.to_owned(), key }.into()
    }

    /// The error of a set of fields to write that has the key.
    pub(crate) fn writes_key(&self) -> Error {
        Error::other(format!(
            "the key of `{}` is among the fields to write, and a write changes no key: leave it out, as in \
             `FieldSet::all().without_key()`",
            self.name
        ))
    }

    /// The error of a field that is to be written in the row that it finds.
    pub(crate) fn found_by(&self, field: &str) -> Error {
        Error::other(format!(
            "`{field}` finds the row of `{}`, which has the value already: leave it out of the fields to write",
            self.name
        ))
    }

    /// Whether the database sets the field at this place, and no save writes it.
    pub(crate) const fn is_read_only(&self, index: usize) -> bool {
        self.read_only >> index & 1 == 1
    }

    /// The field that is the key.
    pub fn key_field(&self) -> &'static Field {
        &self.fields[self.key]
    }

    /// The signals that it sends.
    pub(crate) fn sources(&self) -> Vec<Source> {
        (self.operations.sources)()
    }
}

/// A field that is a column.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them go together")]
#[non_exhaustive]
pub struct Field {
    /// The name of the field.
    pub name: &'static str,
    /// The name of the column.
    pub column: &'static str,
    /// The type of the column.
    pub ty: ColumnType,
    /// Whether the column may be NULL.
    pub nullable: bool,
    /// Whether it is the key, and who sets it.
    pub key: Option<KeyKind>,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// Whether the column has an index of its own.
    pub index: bool,
    /// What it points to.
    pub relation: Option<Relation>,
    /// Whether it has an `#[update]`.
    pub(super) set_by_saves: bool,
    /// Where its value comes from, if the database sets it and no save writes it.
    pub read_only: Option<ReadOnly>,
}

impl Field {
    #[doc(hidden)]
    pub const fn new(name: &'static str, column: &'static str, ty: ColumnType, nullable: bool) -> Self {
        Self {
            name,
            column,
            ty,
            nullable,
            key: None,
            unique: false,
            index: false,
            relation: None,
            set_by_saves: false,
            read_only: None,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn update(mut self) -> Self {
        self.set_by_saves = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn key(mut self, assigned: bool) -> Self {
        self.key = Some(if assigned { KeyKind::Assigned } else { KeyKind::Set });
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn index(mut self) -> Self {
        self.index = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn read_only(mut self, read_only: ReadOnly) -> Self {
        self.read_only = Some(read_only);
        self
    }

    /// Whether it may have an id that is not set. Of what is not nullable, only an id, which is an integer, and what points to
    /// a row have a value that is NULL.
    pub(super) const fn may_be_unset(&self) -> bool {
        self.key.is_none()
            && self.read_only.is_none()
            && (self.relation.is_some() || (matches!(self.ty, ColumnType::Integer) && !self.nullable))
    }

    /// Whether this value of it is an id that is not set.
    pub(super) fn is_unset(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Null => !self.nullable,
            ValueRef::Refused(_) => value == UNSET_ID,
            _ => false,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn relation(mut self, kind: RelationKind, on_delete: OnDelete, target: fn() -> &'static Meta) -> Self {
        self.relation = Some(Relation { kind, on_delete, target });
        match kind {
            RelationKind::OneToOne => self.unique = true,
            RelationKind::ForeignKey => self.index = true,
        }
        self
    }
}

/// What is said of several fields together: `#[model(unique(team, number), index(last_name, first_name))]`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Composite {
    /// What is said of them.
    pub kind: CompositeKind,
    /// Which of the [`fields`](Meta::fields) they are, in the order in which they were written.
    pub fields: &'static [usize],
}

impl Composite {
    #[doc(hidden)]
    pub const fn new(kind: CompositeKind, fields: &'static [usize]) -> Self {
        Self { kind, fields }
    }

    /// The fields themselves.
    pub(crate) fn of(&self, meta: &Meta) -> impl Iterator<Item = &'static Field> + Clone {
        let fields = meta.fields;
        self.fields.iter().map(move |&index| &fields[index])
    }
}

/// What is said of several fields together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompositeKind {
    /// No two rows have the same values in all of them.
    Unique,
    /// They share an index.
    Index,
}

/// Who sets a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The database, when the row is inserted.
    Assigned,
    /// The person.
    Set,
}

/// Where the value of a field with `#[read_only]` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadOnly {
    /// The database computes it from other columns, `GENERATED ALWAYS AS (..)`: this SQL.
    Generated(&'static str),
    /// A new row has this SQL as its `DEFAULT`.
    Filled(&'static str),
    /// The table says it in its own way, such as a trigger.
    Table,
}

/// A field that points to a row of another model.
#[derive(Debug)]
#[non_exhaustive]
pub struct Relation {
    /// SaveMode many rows may point to one.
    pub kind: RelationKind,
    /// What becomes of the row when the other one is deleted.
    pub on_delete: OnDelete,
    // A function and not the data: two models may point to each other.
    target: fn() -> &'static Meta,
}

impl Relation {
    /// The model that it points to.
    pub fn target(&self) -> &'static Meta {
        (self.target)()
    }
}

/// SaveMode many rows may point to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// At most one.
    OneToOne,
    /// Any number.
    ForeignKey,
}

/// What becomes of a row when the row that it points to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnDelete {
    /// It is deleted as well, with its signals.
    Cascade,
    /// It is deleted as well, by the database and without signals.
    DbCascade,
    /// The delete is refused.
    Protect,
    /// The delete is refused, unless it reaches this row by another way.
    Restrict,
    /// The field becomes `None`, without signals.
    SetNull,
    /// The field becomes its `#[default(..)]`, without signals.
    SetDefault,
    /// Nothing: the database refuses the commit, if the row still points to nothing then.
    DoNothing,
}

/// A method that a relation becomes.
#[derive(Debug)]
pub struct Accessor {
    pub(super) name: &'static str,
    /// The field of the relation.
    pub(super) field: &'static str,
    on: AccessorOwner,
}

/// Which model has the method.
#[derive(Debug)]
pub enum AccessorOwner {
    /// The one with the field.
    Itself,
    /// The one that this field points to.
    TargetOf(usize),
    /// This one.
    Model(fn() -> &'static Meta),
}

impl Accessor {
    #[doc(hidden)]
    pub const fn new(name: &'static str, field: &'static str, on: AccessorOwner) -> Self {
        Self { name, field, on }
    }

    /// The model that has the method.
    pub(super) fn model(&self, declared_by: &'static Meta) -> Option<&'static Meta> {
        match self.on {
            AccessorOwner::Itself => Some(declared_by),
            AccessorOwner::TargetOf(field) => declared_by.fields[field].relation.as_ref().map(Relation::target),
            AccessorOwner::Model(model) => Some(model()),
        }
    }
}
