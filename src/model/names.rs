//! The names of models and fields, in errors of the database.

use std::mem;

use signals_core::__private::declared;

use super::Meta;
use crate::db::Names;
use crate::error::{Error, ErrorKind};

/// The names of a model that a statement reads or deletes.
impl Names for Meta {
    fn rename(&self, error: &mut Error) {
        let rename_field = |column: &mut String| {
            if let Some(field) = self.fields.iter().find(|field| field.column == column) {
                field.name.clone_into(column);
            }
        };
        match error.kind_mut() {
            ErrorKind::Unique { model, fields } if model == self.table => {
                self.name.clone_into(model);
                fields.iter_mut().for_each(rename_field);
            }
            ErrorKind::NotNull { model, field: column } if model == self.table => {
                self.name.clone_into(model);
                rename_field(column);
            }
            ErrorKind::ForeignKey { model: Some(model) } | ErrorKind::KeysUsedUp { model } if model == self.table => {
                self.name.clone_into(model);
            }
            ErrorKind::NoColumn { model, .. } => *model = Some(self.name.to_owned()),
            _ => {}
        }
    }
}

impl Meta {
    /// [`rename`](Names::rename) for a statement that writes rows of the model.
    pub(super) fn rename_written(&self, error: &mut Error) {
        match error.kind_mut() {
            // SQLite does not say whose foreign key it was. Of a row that is written it is its own, of a row that is deleted it is
            // that of another row.
            ErrorKind::ForeignKey { model: model @ None } => *model = Some(self.name.to_owned()),
            _ => self.rename(error),
        }
    }

    /// What is wrong with a parameter that is a value of the field at this index, with the type that its column would need.
    pub(super) fn not_storable(&self, field: usize, mut reason: String, cast: Option<&'static str>) -> ErrorKind {
        if cast.is_some() {
            reason += ": change the type of the field, or that of the column";
        }
        ErrorKind::NotStorable { model: self.name, field: self.fields[field].name, reason }
    }
}

/// The names of a model whose rows a statement writes.
pub(super) struct WrittenModel<'a> {
    meta: &'static Meta,
    /// The fields that the parameters are, once or repeated.
    fields: &'a [usize],
}

impl<'a> WrittenModel<'a> {
    pub(super) fn new(meta: &'static Meta, fields: &'a [usize]) -> Self {
        Self { meta, fields }
    }

    /// The error of a parameter as that of its field.
    pub(super) fn of_parameter(&self, mut error: Error) -> Error {
        self.rename_parameter(&mut error);
        error
    }

    fn rename_parameter(&self, error: &mut Error) {
        let Self { meta, fields } = *self;
        if let ErrorKind::Parameter { number, reason, cast } = error.kind_mut()
            && !fields.is_empty()
        {
            let field = fields[(*number - 1) % fields.len()];
            *error.kind_mut() = meta.not_storable(field, mem::take(reason), *cast);
        }
    }
}

impl Names for WrittenModel<'_> {
    fn rename(&self, error: &mut Error) {
        self.rename_parameter(error);
        self.meta.rename_written(error);
    }
}

/// The names of the model whose table is in the error, for statements on the tables of any models.
pub(super) struct ModelOfTable;

impl Names for ModelOfTable {
    fn rename(&self, error: &mut Error) {
        let (ErrorKind::Unique { model, .. }
        | ErrorKind::NotNull { model, .. }
        | ErrorKind::KeysUsedUp { model }
        | ErrorKind::ForeignKey { model: Some(model) }) = error.kind()
        else {
            return;
        };
        if let Some(meta) = declared::<Meta>().find(|meta| meta.table == model) {
            meta.rename(error);
        }
    }
}
