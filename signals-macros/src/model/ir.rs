//! A model as `check` understands it and as `expand` writes it. It borrows the user's tokens, for their spans.

use syn::{Expr, Ident, LitStr, Path, Type};

use super::parse::{Kind, Parsed, Source, TogetherKind};

pub(super) struct Model<'a> {
    pub(super) name: &'a Ident,
    pub(super) table: String,
    pub(super) columns: Vec<Column<'a>>,
    /// The index of the key in `columns`; past the end if there is none, which is a mistake.
    pub(super) key: usize,
    pub(super) skipped: Vec<Skipped<'a>>,
    pub(super) composites: Vec<Composite>,
    pub(super) many_to_many: Vec<ManyToManyField<'a>>,
    pub(super) origin: Origin<'a>,
}

/// Where the struct comes from.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// The user wrote it.
    Written,
    /// It is the through model of a `many_to_many` field.
    ThroughModelOf { field: &'a Ident, target: &'a Type },
}

/// A field that is not a column.
pub(super) struct Skipped<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) default: Option<&'a Expr>,
}

/// A constraint or an index over several columns.
pub(super) struct Composite {
    pub(super) kind: TogetherKind,
    /// Indexes in the columns of the model.
    pub(super) columns: Vec<usize>,
}

/// A field that is a column.
pub(super) struct Column<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) stored_as: String,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) version: bool,
    pub(super) default: Option<&'a Expr>,
    pub(super) update: Option<&'a Expr>,
    /// How the database sets the value of the column, if it does.
    pub(super) read_only: Option<&'a Source>,
    pub(super) relation: Option<Pointer<'a>>,
}

/// How a column references a row of another model.
pub(super) struct Pointer<'a> {
    pub(super) word: &'a Ident,
    pub(super) kind: Kind,
    pub(super) on_delete: OnDelete,
    pub(super) related_name: Option<&'a LitStr>,
    /// The method of the other side is a mistake that is already reported.
    pub(super) reverse_is_refused: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum OnDelete {
    Cascade,
    DbCascade,
    Protect,
    Restrict,
    SetNull,
    SetDefault,
    DoNothing,
}

/// A field that relates a row to many others.
pub(super) struct ManyToManyField<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    /// The model of the other side.
    pub(super) target: &'a Type,
    pub(super) word: &'a Ident,
    pub(super) through: Through<'a>,
    pub(super) sides: Sides<'a>,
    pub(super) related_name: Option<&'a LitStr>,
    /// The method of the other side is a mistake that is already reported.
    pub(super) reverse_is_refused: bool,
}

/// The through model of a many-to-many relation.
pub(super) enum Through<'a> {
    /// The macro writes it.
    Generated { parsed: &'a Parsed, model: Box<Model<'a>> },
    /// The user wrote it.
    Written { path: &'a Path, fields: ThroughFields<'a> },
}

/// Which fields of a through model reference the two sides.
pub(super) enum ThroughFields<'a> {
    /// The only fields that do.
    Only,
    /// These.
    Named([&'a Ident; 2]),
    /// Unknown, because of a mistake that is already reported.
    Mistaken,
}

/// Whether the two sides of a relation are the same model. Only the compiler knows what a path or an alias names, so the
/// output makes it check this.
#[derive(Clone, Copy)]
pub(super) enum Sides<'a> {
    Different,
    /// The same model, and each row is related to the rows that are related to it. The word says so.
    Symmetrical(&'a Ident),
    /// The same model. The word says so.
    Asymmetrical(&'a Ident),
}

impl ManyToManyField<'_> {
    pub(super) fn is_symmetrical(&self) -> bool {
        matches!(self.sides, Sides::Symmetrical(_))
    }
}
