//! Mistakes in what is linked into a program.

use std::fmt;

use signals_core::{ReceiverId, SourceLocation, WiringError};

/// One mistake in what is linked into the program, which the compiler cannot see.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum WiringMistake {
    /// Two models have one table.
    #[error(
        "{} and {} both have the table `{table}`: give one of them a name of its own with `#[model(table = \"..\")]` or \
         `#[model(app = \"..\")]`, or name the models whose tables you want with `db.create_tables_of`",
        .models[0], .models[1]
    )]
    SameTable {
        /// The table.
        table: String,
        /// The models.
        models: Box<[DeclaredModel; 2]>,
    },

    /// Two relations give one model two methods of one name.
    #[error(
        "`{model}` has two methods `{method}`: that of {} and that of {}: give one of the relations another `related_name`",
        .fields[0], .fields[1]
    )]
    SameAccessor {
        /// The path of the model that has the methods, `crate::module::Model`.
        model: String,
        /// The name of the methods.
        method: String,
        /// The fields that they come from.
        fields: Box<[DeclaredField; 2]>,
    },

    /// A receiver needs a value of the context that the program has said not to have.
    #[error(
        "receiver `{}` ({}) needs `{type_name}` in its context: put one there with `ConnectOptions::with`, or name its type in \
         `check_context` if callers add it with `db.with(..)`; a receiver that works without it takes an `Option<&{type_name}>`",
        .receiver.name, .receiver.location
    )]
    MissingContext {
        /// The receiver.
        receiver: &'static ReceiverId,
        /// The type of the value, as the receiver names it.
        type_name: &'static str,
    },

    /// The receivers of a signal cannot be put in an order, or the linker dropped some.
    #[error(transparent)]
    Signal(#[from] WiringError),
}

/// A model, and where it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeclaredModel {
    /// Its path, `crate::module::Model`.
    pub path: String,
    /// Where its `#[model]` stands.
    pub place: SourceLocation,
}

/// A field of a model, and where the model is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeclaredField {
    /// The name of the field.
    pub name: String,
    /// Its model.
    pub model: DeclaredModel,
}

impl fmt::Display for DeclaredModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.path, self.place)
    }
}

impl fmt::Display for DeclaredField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.name, self.model)
    }
}
