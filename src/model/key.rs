//! The types that can be the key of a model.

use super::Id;
use crate::column::{Column, ColumnFunctions};

/// The type of a field with `#[key]`. To use a type of your own, implement it:
///
/// ```
/// use signals::model::{Key, KeyOf};
/// use signals::prelude::*;
/// use signals::Column;
///
/// #[derive(Debug, Clone, PartialEq, Column)]
/// struct Isbn(String);
///
/// impl Key for Isbn {}
/// impl<M> KeyOf<M> for Isbn {
///     type Me = Self;
/// }
///
/// #[model]
/// struct Book {
///     #[key]
///     isbn: Isbn,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a model",
    label = "not a type of key",
    note = "a key is an `Id` of the model, which the database assigns, or an integer up to `i64`, a `String`, a `Vec<u8>` or a `Uuid`, \
            which the program sets; a column type of yours, if it implements `signals::model::Key` and `KeyOf`"
)]
pub trait Key: Column + PartialEq {
    /// Whether the database assigns it.
    #[doc(hidden)]
    const ASSIGNED: bool = false;

    /// Whether it is unset, so that no row can have it.
    #[doc(hidden)]
    fn is_unset(&self) -> bool {
        false
    }
}

/// A type that can be the key of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of `{M}`",
    label = "not a type of key",
    note = "a key is an `Id<{M}>`, which the database assigns, or an integer up to `i64`, a `String`, a `Vec<u8>` or a `Uuid`, \
            which the program sets; a column type of yours, if it implements `signals::model::Key` and `KeyOf<{M}>`"
)]
pub trait KeyOf<M> {
    /// The key itself.
    type Me: Key;

    /// The functions of [`Column`].
    #[doc(hidden)]
    const FUNCTIONS: &'static ColumnFunctions<Self::Me> = <Self::Me as Column>::FUNCTIONS;
}

#[diagnostic::do_not_recommend]
impl<M: 'static> KeyOf<M> for Id<M> {
    type Me = Self;
}

// It is the key of no model. If a trait has two implementations, the compiler suggests neither.
#[diagnostic::do_not_recommend]
impl<M: 'static> KeyOf<Option<M>> for Id<M> {
    type Me = Self;
}

#[diagnostic::do_not_recommend]
impl<M: 'static> Key for Id<M> {
    const ASSIGNED: bool = true;

    fn is_unset(&self) -> bool {
        Id::is_unset(*self)
    }
}

// One implementation for each type, instead of a blanket one: the compiler then reports a wrong type once, with the message
// above.
macro_rules! keys_that_a_person_sets {
    ($($key:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M> KeyOf<M> for $key {
            type Me = Self;
        }

        #[diagnostic::do_not_recommend]
        impl Key for $key {}

        #[diagnostic::do_not_recommend]
        impl DefaultKey for $key {
            fn is_unset(&self) -> bool {
                *self == <$key>::default()
            }
        }
    )*};
}

keys_that_a_person_sets!(i8 i16 i32 i64 u8 u16 u32 String Vec<u8>);
#[cfg(feature = "uuid")]
keys_that_a_person_sets!(uuid::Uuid);

/// The argument of [`Model::get`](super::Model::get): the key of `M`, which is a `K`. For a `String`, a `&str` will do.
#[diagnostic::on_unimplemented(
    message = "the key of `{M}` has the type `{K}`, not `{Self}`",
    label = "expected `{K}`",
    note = "where the key is an `Id`, the number 1 becomes one by `Id::new(1)`; an `Option` of a key is taken apart first, by \
            `if let Some(id) = ..`",
    note = "the id of another model finds no row of `{M}`: pass the foreign key that points to `{M}`, such as `profile.user`"
)]
pub trait IntoKey<M, K> {
    /// The key itself.
    fn into_key(self) -> K;
}

#[diagnostic::do_not_recommend]
impl<M, K: Key> IntoKey<M, K> for K {
    fn into_key(self) -> K {
        self
    }
}

// The second implementation for each type is for no key. If there are two, the compiler suggests neither.
macro_rules! borrowed_keys {
    ($($borrowed:ty => $key:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M> IntoKey<M, $key> for $borrowed {
            fn into_key(self) -> $key {
                <$key>::from(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M> IntoKey<M, ()> for $borrowed {
            fn into_key(self) {}
        }
    )*};
}

borrowed_keys! {
    &str => String;
    &String => String;
    &[u8] => Vec<u8>;
    std::borrow::Cow<'_, str> => String;
}

/// The `#[default(..)]` of a field of a model, by its index.
#[doc(hidden)]
pub trait DefaultOf<Field, T> {
    /// The value of the field in a new row.
    fn value() -> T;
}

/// The type of a key with `#[default(..)]`: one of its values means that the key is unset.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key with `#[default]`",
    label = "the database assigns it, or no value of it means unset",
    note = "an `Id` needs no `#[default]`: the database assigns it; a `Uuid`, a `String`, an integer, and a type of yours \
            that implements `DefaultKey` can have one"
)]
pub trait DefaultKey: Key {
    /// Whether the key is unset.
    fn is_unset(&self) -> bool;

    /// The functions of [`Column`], and [`is_unset`](Self::is_unset).
    #[doc(hidden)]
    const FUNCTIONS: &'static ColumnFunctions<Self> =
        &ColumnFunctions { is_unset: Some(<Self as DefaultKey>::is_unset), ..ColumnFunctions::new() };
}

/// Whether the types of all columns of a model are right.
///
/// If one is wrong, the compiler does not evaluate the constant, so that what depends on the answer is not a second error.
#[doc(hidden)]
#[derive(Debug)]
pub struct Answered<const ANSWERED: bool>;

/// The key `T` of a model whose columns are right.
#[doc(hidden)]
pub trait KeyIf<T> {
    /// The key itself.
    type Key: Key;
}

#[diagnostic::do_not_recommend]
impl<T: Key> KeyIf<T> for Answered<true> {
    type Key = T;
}

/// True: the functions of all columns were found.
#[doc(hidden)]
pub const fn answered<Columns>(_: &Columns) -> bool {
    true
}
