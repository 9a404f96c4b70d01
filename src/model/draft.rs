//! An instance while it is saved.

use super::{AnyModel, ModelInternals};

/// An instance while it is saved. When this is dropped before [`keep`](Self::keep), the columns that the library set are
/// restored: after an error, and when the future of the save is dropped.
///
/// It knows the type of the row, so that it stores the columns without an allocation.
pub(super) struct Draft<'a, M: ModelInternals> {
    pub(super) row: &'a mut M,
    before: Option<M::AutomaticColumns>,
}

impl<'a, M: ModelInternals> Draft<'a, M> {
    pub(super) fn new(row: &'a mut M) -> Self {
        let before = Some(row.automatic_columns());
        Self { row, before }
    }

    /// The save succeeded: nothing is restored.
    pub(super) fn keep(mut self) {
        self.before = None;
    }
}

impl<M: ModelInternals> Drop for Draft<'_, M> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.row.restore_columns(before);
        }
    }
}

/// Like [`Draft`], for a row of any type. It stores a copy of the row.
pub(super) struct AnyDraft<'a> {
    pub(super) row: &'a mut dyn AnyModel,
    before: Option<Box<dyn AnyModel>>,
}

impl<'a> AnyDraft<'a> {
    pub(super) fn new(row: &'a mut dyn AnyModel) -> Self {
        let before = Some(row.boxed_columns());
        Self { row, before }
    }

    /// The save succeeded: nothing is restored.
    pub(super) fn keep(mut self) {
        self.before = None;
    }
}

impl Drop for AnyDraft<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            let meta = self.row.any_meta();
            self.row.copy_columns(&*before, &|index| meta.is_automatic(index));
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
