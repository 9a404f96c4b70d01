//! The messages that the compiler prints for fields whose type cannot be that of a column.
//!
//! A program does not use this module. It is public because the compiler names these traits.

use super::{ModelInternals, PointsTo};
pub use crate::column::questions::*;
use crate::column::{Column, ColumnFunctions};

/// A type of the user: the type of a column, or a model. The compiler finds out which.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a column",
    label = "not a column type",
    note = "for an enum without data, or a struct that wraps one value, write `#[derive(Clone, signals::Column)]`"
)]
#[diagnostic::on_unimplemented(
    note = "to store the fields of a struct, write them into the model, or store it as JSON: write `signals::model::Json<{Self}>`, with \
            the feature `serde_json` of `signals-rs`"
)]
pub trait ColumnOrModel<Way> {
    /// How it can be used.
    type Way;
}

/// As the type of a column.
#[derive(Debug)]
pub enum AsColumn {}

/// As the model that a field points to.
#[derive(Debug)]
pub enum AsModel {}

/// A third way, for no type: if there is only one, the compiler assumes it.
#[derive(Debug)]
pub enum AsNothing {}

#[diagnostic::do_not_recommend]
impl<T: Column> ColumnOrModel<AsColumn> for T {
    type Way = AsColumn;
}

#[diagnostic::do_not_recommend]
impl<M: ModelInternals> ColumnOrModel<AsModel> for M {
    type Way = AsModel;
}

/// It is the type of a column. `Field` is the type of the field, which may be an `Option` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a model, which cannot be the type of a column",
    label = "expected `Id<{Self}>`",
    note = "a field that points to a row of `{Self}` is `#[foreign_key(on_delete = cascade)]` and an `Id<{Self}>`, or an \
            `Option<Id<{Self}>>`"
)]
pub trait OwnColumn<Way, Field: 'static = Self> {
    /// The functions of [`Column`].
    const FUNCTIONS: &'static ColumnFunctions<Field>;
}

#[diagnostic::do_not_recommend]
impl<T: Column, Field: Column> OwnColumn<AsColumn, Field> for T {
    const FUNCTIONS: &'static ColumnFunctions<Field> = <Field as Column>::FUNCTIONS;
}

#[diagnostic::do_not_recommend]
impl<T, Field: 'static> OwnColumn<AsNothing, Field> for T {
    const FUNCTIONS: &'static ColumnFunctions<Field> = unreachable!();
}

macro_rules! relations {
    ($($(#[$attribute:meta])* $question:ident<$parameter:ident>;)*) => {$(
        $(#[$attribute])*
        pub trait $question<$parameter: ?Sized>: Sized + 'static {
            /// The functions of [`Column`].
            const FUNCTIONS: &'static ColumnFunctions<Self>;
        }

        #[diagnostic::do_not_recommend]
        impl<Type: PointsTo, $parameter: ?Sized> $question<$parameter> for Type {
            const FUNCTIONS: &'static ColumnFunctions<Self> = <Type as PointsTo>::FUNCTIONS;
        }
    )*};
}

relations! {
    /// A type of the user, which may be the model itself.
    #[diagnostic::on_unimplemented(
        message = "a relation points to a row by its key, and `{T}` is neither an `Id` nor a `Ref`",
        label = "expected `Id<{T}>`",
        note = "if `{T}` is the model, write `Id<{T}>`, or `Option<Id<{T}>>` for a relation that may be null"
    )]
    OwnPointer<T>;

    /// An `Id` without its model.
    #[diagnostic::on_unimplemented(
        message = "`Id` does not say which model the relation points to",
        label = "expected `Id<Model>`",
        note = "write the name of the model, as in `Id<User>`"
    )]
    IdPointer<T>;

    /// A `Ref` without the type of the key, or without a model.
    #[diagnostic::on_unimplemented(
        message = "`{T}` does not say the model and the type of its key",
        label = "expected `Ref<Model, Key>`",
        note = "write the model and the type of its field with `#[key]`, as in `Ref<Country, String>`"
    )]
    RefPointer<T>;
}
