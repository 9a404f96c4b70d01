//! What a field's type must be for what its attributes say.

use super::{Id, Model};
use crate::db::Exec;
use crate::error::{Error, Result};
use crate::value::Column;
use std::panic::Location;

/// The type of a field with `#[key]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a model",
    label = "not a type of key",
    note = "a key is an `Id` of the model, which the database assigns, or an integer or a `String` that you set yourself"
)]
pub trait Key: Column + PartialEq {
    /// Whether the database assigns it.
    #[doc(hidden)]
    const ASSIGNED: bool = false;

    /// Whether no row can have it.
    #[doc(hidden)]
    fn is_unset(&self) -> bool {
        false
    }

    /// The key that the database assigned.
    #[doc(hidden)]
    fn assigned(value: i64) -> Option<Self>;

    /// The key after its row is deleted.
    #[doc(hidden)]
    fn after_delete(&self) -> Self;
}

impl<M: 'static> Key for Id<M> {
    const ASSIGNED: bool = true;

    fn is_unset(&self) -> bool {
        Id::is_unset(*self)
    }

    fn assigned(value: i64) -> Option<Self> {
        Some(Self::new(value))
    }

    fn after_delete(&self) -> Self {
        Self::UNSET
    }
}

macro_rules! keys_that_a_person_sets {
    ($($key:ty)*) => {$(
        impl Key for $key {
            fn assigned(_: i64) -> Option<Self> {
                None
            }

            fn after_delete(&self) -> Self {
                self.clone()
            }
        }
    )*};
}

keys_that_a_person_sets!(i8 i16 i32 i64 u8 u16 u32 String Vec<u8>);

/// The type of a field with `#[default(..)]`: one of its values means that the field is not set.
#[diagnostic::on_unimplemented(
    message = "a field with `#[default]` needs a value that means unset, and `{Self}` has none",
    label = "every value of `{Self}` could be meant",
    note = "an `Option` is unset when it is `None`, a `String` when it is empty, a number when it is 0"
)]
pub trait Unset: Column {
    /// Whether the field is not set.
    #[doc(hidden)]
    fn is_unset(&self) -> bool;
}

impl<T: Column> Unset for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

impl<M: 'static> Unset for Id<M> {
    fn is_unset(&self) -> bool {
        Id::is_unset(*self)
    }
}

macro_rules! unset_when_default {
    ($($column:ty)*) => {$(
        impl Unset for $column {
            fn is_unset(&self) -> bool {
                *self == <$column>::default()
            }
        }
    )*};
}

unset_when_default!(i8 i16 i32 i64 u8 u16 u32 f32 f64 String Vec<u8>);

/// The type of a field with `#[one_to_one]` or `#[foreign_key]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which model the relation points to",
    label = "expected `Id<Model>` or `Option<Id<Model>>`"
)]
pub trait Reference: Column {
    /// The model that it points to.
    type Target: Model;
    /// What following it gives.
    type Loaded;

    #[doc(hidden)]
    fn load(
        &self,
        exec: Exec<'_>,
        place: &'static Location<'static>,
        field: &'static str,
    ) -> impl Future<Output = Result<Self::Loaded>> + Send;
}

impl<M: Model<Key = Self>> Reference for Id<M> {
    type Target = M;
    type Loaded = M;

    async fn load(&self, exec: Exec<'_>, place: &'static Location<'static>, field: &'static str) -> Result<M> {
        if Id::is_unset(*self) {
            return Err(Error::UnsetId { model: M::META.name.to_owned(), field: field.to_owned() });
        }
        let found = super::load::by_key::<M>(exec, self, place).await?;
        found.ok_or_else(|| Error::NotFound { model: M::META.name.to_owned() })
    }
}

impl<M: Model<Key = Id<M>>> Reference for Option<Id<M>> {
    type Target = M;
    type Loaded = Option<M>;

    async fn load(&self, exec: Exec<'_>, place: &'static Location<'static>, field: &'static str) -> Result<Option<M>> {
        match self {
            Some(id) => id.load(exec, place, field).await.map(Some),
            None => Ok(None),
        }
    }
}
