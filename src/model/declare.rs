//! What `#[model]` declares of a model as data: its [`Meta`], with the functions of its type.

use std::sync::OnceLock;

use signals_core::__private::Sender;
use signals_core::SourceLocation;

use super::meta::{Accessor, Composite, Field, Meta};
use super::operations::{LoadRelated, Operations, Validation};
use super::signals::Lifecycle;
use super::{ModelInternals, load};

/// The fields that meet a condition, one bit each. It is a macro, because a constant function cannot call a closure.
macro_rules! which {
    ($fields:ident, |$field:ident| $is_meant:expr) => {{
        let mut bits: u128 = 0;
        // `for` is not const.
        let mut index = 0;
        while index < $fields.len() {
            let $field = &$fields[index];
            if $is_meant {
                bits |= 1 << index;
            }
            index += 1;
        }
        bits
    }};
}

impl Meta {
    #[doc(hidden)]
    pub const fn new<M: ModelInternals>(
        (name, module, table): (&'static str, &'static str, &'static str),
        (file, line, column): (&'static str, u32, u32),
        fields: &'static [Field],
        key: usize,
    ) -> Self {
        let place = SourceLocation { file, line, column };
        Self {
            name,
            module,
            place,
            table,
            fields,
            key,
            composites: &[],
            version: None,
            automatic: false,
            accessors: &[],
            relation: None,
            may_be_unset: which!(fields, |field| field.may_be_unset()),
            settles: which!(fields, |field| field.settles),
            set_by_saves: which!(fields, |field| field.set_by_saves),
            read_only: which!(fields, |field| field.read_only.is_some()),
            operations: Operations::of::<M>(),
            sender: Sender::of::<M>(name, Some(module)),
            lifecycle: Lifecycle::of(M::SENDER),
            statements: [const { OnceLock::new() }; 2],
            pointers: OnceLock::new(),
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn composites(mut self, composites: &'static [Composite]) -> Self {
        self.composites = composites;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn without_delete_signals(mut self) -> Self {
        self.lifecycle.leave_out_deletes_of_any_sender();
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn validation(mut self, validation: Option<Validation>) -> Self {
        self.operations.validation = validation;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn version(mut self, index: usize) -> Self {
        self.version = Some(index);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn automatic(mut self, field: &'static str, load: LoadRelated) -> Self {
        self.automatic = true;
        self.lifecycle.leave_out_any_sender();
        self.relation = Some((field, load));
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn accessors(mut self, accessors: &'static [Accessor]) -> Self {
        self.accessors = accessors;
        self
    }
}

impl Operations {
    pub(super) const fn of<M: ModelInternals>() -> Self {
        Self {
            key_of: load::key_of::<M>,
            default_of: M::value_in_new_rows,
            validation: None,
            from_row: |row| Ok(Box::new(M::from_columns(row)?)),
        }
    }
}
