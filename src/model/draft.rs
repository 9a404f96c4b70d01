//! An instance while it is saved, and the parameters and errors of its statements.

use core::ops::{Deref, DerefMut};

use signals_core::__private::declared;

use super::{Key, Meta, ModelInternals};
use crate::db::Exec;
use crate::error::{Error, ErrorKind};

/// An instance while it is saved. When this is dropped before [`keep`](Self::keep), the columns that the library set are
/// restored: after an error, and when the future of the save is dropped.
pub(super) struct Draft<'a, M: ModelInternals> {
    instance: &'a mut M,
    before: Option<M::AutomaticColumns>,
    key: KeyFrom,
}

/// Where the key comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyFrom {
    /// It is unset, or the application assigned it.
    Outside,
    /// `#[default]` has just generated it: no row has it.
    Default,
}

impl<'a, M: ModelInternals> Draft<'a, M> {
    /// Sets the columns with `#[update]` and a key with `#[default]`, and rounds values to what is stored. The `#[version]` is
    /// set when the row is written.
    pub(super) fn new(instance: &'a mut M, is_written: &dyn Fn(usize) -> bool) -> Self {
        let before = Some(instance.automatic_columns());
        let had_key = instance.has_primary_key();
        instance.fill_columns(is_written);
        instance.settle_columns();
        let key = if !had_key && instance.has_primary_key() { KeyFrom::Default } else { KeyFrom::Outside };
        Self { instance, before, key }
    }

    /// Whether the row may exist.
    pub(super) fn may_exist(&self) -> bool {
        self.key == KeyFrom::Outside && !self.instance.primary_key().is_unset()
    }

    /// The save succeeded: nothing is restored.
    pub(super) fn keep(mut self) {
        self.before = None;
    }
}

impl<M: ModelInternals> Deref for Draft<'_, M> {
    type Target = M;

    fn deref(&self) -> &M {
        self.instance
    }
}

impl<M: ModelInternals> DerefMut for Draft<'_, M> {
    fn deref_mut(&mut self) -> &mut M {
        self.instance
    }
}

impl<M: ModelInternals> Drop for Draft<'_, M> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.instance.restore_columns(before);
        }
    }
}

/// Like [`Draft`], for several instances.
pub(super) struct Drafts<'a, M: ModelInternals> {
    rows: &'a mut [M],
    before: Vec<M::AutomaticColumns>,
}

impl<'a, M: ModelInternals> Drafts<'a, M> {
    /// Sets the columns with `#[update]` and keys with `#[default]`.
    pub(super) fn new(rows: &'a mut [M]) -> Self {
        let mut drafts = Self { before: Vec::with_capacity(rows.len()), rows };
        for row in &mut *drafts.rows {
            drafts.before.push(row.automatic_columns());
            row.fill_columns(&|_| true);
            row.settle_columns();
        }
        drafts
    }

    pub(super) fn rows(&mut self) -> &mut [M] {
        self.rows
    }

    /// The save of all of them succeeded: nothing is restored.
    pub(super) fn keep(mut self) {
        self.before.clear();
    }
}

impl<M: ModelInternals> Drop for Drafts<'_, M> {
    fn drop(&mut self) {
        for (row, before) in self.rows.iter_mut().zip(self.before.drain(..)) {
            row.restore_columns(before);
        }
    }
}

/// Replaces the table and the columns in an error by the model and its fields, also in the error that the transaction has
/// stored.
pub(super) fn named<M: ModelInternals>(exec: Exec<'_>) -> impl FnOnce(Error) -> Error {
    move |mut error| {
        exec.rename(&mut error, rename::<M>);
        error
    }
}

/// Like [`named`], for a statement that writes rows, with the parameters of [`of_field`].
pub(super) fn named_fields<M: ModelInternals>(
    exec: Exec<'_>,
    others: usize,
    fields: &[usize],
) -> impl FnOnce(Error) -> Error {
    move |error| {
        let mut error = of_field::<M>(error, others, fields);
        exec.rename(&mut error, rename_written::<M>);
        error
    }
}

/// Replaces the parameter in an error by its field. The statement has `others` parameters of the user first, and then those of
/// these fields, for each row.
pub(super) fn of_field<M: ModelInternals>(error: Error, others: usize, fields: &[usize]) -> Error {
    match error.into_kind() {
        ErrorKind::Parameter { number, mut reason, cast } if number > others && !fields.is_empty() => {
            let field = &M::MODEL.fields[fields[(number - others - 1) % fields.len()]];
            if cast.is_some() {
                reason += ": change the type of the field, or that of the column";
            }
            ErrorKind::NotStorable { model: M::MODEL.name, field: field.name, reason }.into()
        }
        kind => kind.into(),
    }
}

/// Like [`named`], for statements on the tables of any models.
pub(super) fn named_any(exec: Exec<'_>) -> impl FnOnce(Error) -> Error {
    move |mut error| {
        exec.rename(&mut error, |error| {
            let (ErrorKind::Unique { model, .. }
            | ErrorKind::NotNull { model, .. }
            | ErrorKind::KeysUsedUp { model }
            | ErrorKind::ForeignKey { model: Some(model) }) = error.kind_mut()
            else {
                return;
            };
            if let Some(meta) = declared::<Meta>().find(|meta| meta.table == model) {
                rename_of(meta, error);
            }
        });
        error
    }
}

fn rename<M: ModelInternals>(error: &mut Error) {
    rename_of(M::MODEL, error);
}

fn rename_of(meta: &Meta, error: &mut Error) {
    let field = |column: &mut String| {
        if let Some(field) = meta.fields.iter().find(|field| field.column == column) {
            field.name.clone_into(column);
        }
    };
    match error.kind_mut() {
        ErrorKind::Unique { model, fields } if model == meta.table => {
            meta.name.clone_into(model);
            fields.iter_mut().for_each(field);
        }
        ErrorKind::NotNull { model, field: column } if model == meta.table => {
            meta.name.clone_into(model);
            field(column);
        }
        ErrorKind::ForeignKey { model: Some(model) } | ErrorKind::KeysUsedUp { model } if model == meta.table => {
            meta.name.clone_into(model);
        }
        ErrorKind::NoColumn { model, .. } => *model = Some(meta.name.to_owned()),
        _ => {}
    }
}

/// SQLite does not name the foreign key: if a row is written it is its own, and if one is deleted it is that of another row.
fn rename_written<M: ModelInternals>(error: &mut Error) {
    match error.kind_mut() {
        ErrorKind::ForeignKey { model: model @ None } => *model = Some(M::MODEL.name.to_owned()),
        _ => rename::<M>(error),
    }
}
