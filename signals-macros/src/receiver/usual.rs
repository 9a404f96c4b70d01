//! What the name of a signal says already, so that the compiler is not asked: most receivers are those of the signals of rows, and
//! each question costs time in each of them. If another signal has such a name, a mistake is still an error, in more general words.

use syn::ext::IdentExt;
use syn::{Path, Type};

use crate::grammar::text;

/// The signals of rows, as far as their names are known.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Usual {
    PreSave,
    /// `post_save`, `pre_delete` and `post_delete`
    InTransaction,
    /// `post_commit` and `post_rollback`, and those of deletes
    AfterTransaction,
    /// It has to be asked.
    Unknown,
}

impl Usual {
    pub(super) fn of(signal: &Path) -> Self {
        match signal.segments.last().map(|last| last.ident.unraw().to_string()).as_deref() {
            Some("pre_save") => Self::PreSave,
            Some("post_save" | "pre_delete" | "post_delete") => Self::InTransaction,
            Some("post_commit" | "post_rollback" | "post_delete_commit" | "post_delete_rollback") => {
                Self::AfterTransaction
            }
            _ => Self::Unknown,
        }
    }

    pub(super) fn awaits(self) -> bool {
        self != Self::Unknown
    }

    pub(super) fn has_senders(self) -> bool {
        self != Self::Unknown
    }

    pub(super) fn has_tx(self) -> bool {
        matches!(self, Self::PreSave | Self::InTransaction)
    }

    pub(super) fn has_db(self) -> bool {
        self == Self::AfterTransaction
    }

    pub(super) fn lends_mutably(self) -> bool {
        self == Self::PreSave
    }

    /// Whether it lends a row of this type: the sender, in the same words.
    pub(super) fn lends(self, instance: &Type, sender: &Type) -> bool {
        self != Self::Unknown && text(instance) == text(sender)
    }
}
