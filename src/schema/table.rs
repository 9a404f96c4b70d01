//! Tables as the models declare them: what the database sees of a model.

use crate::column::ColumnType;
use crate::model::{CompositeKind, KeyKind, Meta, OnDelete, ReadOnly};

/// The table of a model.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// The name of the model.
    pub(super) model: &'static str,
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) composites: Vec<Composite>,
}

/// The column of a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) ty: ColumnType,
    pub(super) nullable: bool,
    pub(super) key: Option<KeyKind>,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) read_only: Option<ReadOnly>,
    pub(super) reference: Option<Reference>,
}

/// The foreign key of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    pub(super) on_delete: OnDelete,
}

/// A constraint or an index over several columns.
#[derive(Debug, Clone)]
pub(super) struct Composite {
    pub(super) kind: CompositeKind,
    /// The indexes of its columns.
    pub(super) columns: Vec<usize>,
}

impl Table {
    pub(super) fn of(meta: &Meta) -> Self {
        let columns = meta.fields.iter().map(|field| Column {
            name: field.column,
            ty: field.ty,
            nullable: field.nullable,
            key: field.key,
            unique: field.unique,
            index: field.index,
            read_only: field.read_only,
            reference: field.relation.as_ref().map(|relation| {
                let target = relation.target();
                Reference { table: target.table, column: target.key_field().column, on_delete: relation.on_delete }
            }),
        });
        let composites = meta.composites.iter();
        let composites = composites.map(|one| Composite { kind: one.kind, columns: one.fields.to_vec() });
        Self { model: meta.name, name: meta.table, columns: columns.collect(), composites: composites.collect() }
    }

    pub(super) fn all_of(models: &[&'static Meta]) -> Vec<Self> {
        models.iter().map(|meta| Self::of(meta)).collect()
    }

    /// The columns of a composite, in its order.
    pub(super) fn columns_of(&self, composite: &Composite) -> Vec<&Column> {
        composite.columns.iter().map(|&index| &self.columns[index]).collect()
    }

    /// The columns of each unique constraint, apart from the key.
    pub(super) fn uniques(&self) -> Vec<Vec<&Column>> {
        let single = self.columns.iter().filter(|column| column.unique && column.key.is_none()).map(|one| vec![one]);
        single.chain(self.groups(CompositeKind::Unique)).collect()
    }

    /// The columns of each index.
    pub(super) fn indexes(&self) -> Vec<Vec<&Column>> {
        // A column that another index begins with needs no index of its own: a through table has one over both of its columns.
        let begins_one = |index: usize| self.composites.iter().any(|one| one.columns.first() == Some(&index));
        let single = self.columns.iter().enumerate().filter(|(index, column)| column.index && !begins_one(*index));
        single.map(|(_, column)| vec![column]).chain(self.groups(CompositeKind::Index)).collect()
    }

    fn groups(&self, kind: CompositeKind) -> impl Iterator<Item = Vec<&Column>> {
        self.composites.iter().filter(move |one| one.kind == kind).map(|one| self.columns_of(one))
    }
}
