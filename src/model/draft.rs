//! An instance while it is saved.

use core::ops::{Deref, DerefMut};

use super::{AnyModel, ModelInternals};

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
        let row: &dyn AnyModel = self.instance;
        self.key == KeyFrom::Outside && !row.is_unset()
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
