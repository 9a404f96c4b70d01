//! A pointer to a row whose key is not an `Id`.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

use super::Model;
use super::id::UNSET_ID;
use crate::column::{Column, ColumnType};
use crate::value::{ColumnError, ValueRef};

/// Points to a row of `M`, whose key is a `K` that a person sets: a `Uuid`, a `String`, an integer, a type of your own.
///
/// It is to such a model what an [`Id`](super::Id) is to one whose key the database assigns: the type of a field with
/// `#[foreign_key]` or `#[one_to_one]`, or an `Option` of it. It cannot point to a row of another model, and using one
/// that is not set is an error before any SQL.
///
/// ```
/// use signals::prelude::*;
///
/// #[model]
/// #[derive(Default)]
/// struct Country {
///     #[key]
///     code: String,
/// }
///
/// #[model]
/// #[derive(Default)]
/// struct City {
///     #[key]
///     id: Id<City>,
///     #[foreign_key(on_delete = protect)]
///     country: Ref<Country, String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.create_tables_of::<(Country, City)>().await?;
/// let mut belgium = Country { code: "be".to_owned() };
/// belgium.save(&db).await?;
/// let mut ghent = City { country: Ref::to(&belgium), ..City::default() };
/// ghent.save(&db).await?;
/// assert_eq!(ghent.country(&db).await?.code, "be");
/// assert_eq!(belgium.city_set(&db).await?.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Ref<M, K> {
    key: Option<K>,
    // A function that returns a model: a pointer is `Send` and `Copy` whatever the model is.
    model: PhantomData<fn() -> M>,
}

impl<M, K> Ref<M, K> {
    /// A pointer that is not set.
    pub const UNSET: Self = Self { key: None, model: PhantomData };

    /// The key of the row, if the pointer is set.
    pub const fn get(&self) -> Option<&K> {
        self.key.as_ref()
    }

    /// Whether it points to no row yet.
    pub const fn is_unset(&self) -> bool {
        self.key.is_none()
    }
}

impl<M, K: Column> Ref<M, K> {
    /// Points to the row with this key.
    pub fn new(mut key: K) -> Self {
        // As the row itself has been when it was saved.
        key.settle();
        Self { key: Some(key), model: PhantomData }
    }

    /// Points to this row. If its key is to be made by a `#[default]` and is not yet, the pointer is not set.
    pub fn to(row: &M) -> Self
    where
        M: Model<Key = K>,
    {
        if row.has_primary_key() { Self::new(row.primary_key().clone()) } else { Self::UNSET }
    }
}

impl<M, K: Clone> Clone for Ref<M, K> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), model: PhantomData }
    }
}

impl<M, K: Copy> Copy for Ref<M, K> {}

impl<M, K> Default for Ref<M, K> {
    fn default() -> Self {
        Self::UNSET
    }
}

impl<M, K: PartialEq> PartialEq for Ref<M, K> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<M, K: Eq> Eq for Ref<M, K> {}

impl<M, K: PartialOrd> PartialOrd for Ref<M, K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.key.partial_cmp(&other.key)
    }
}

impl<M, K: Ord> Ord for Ref<M, K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl<M, K: Hash> Hash for Ref<M, K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// `Ref("be")` or `Ref(unset)`: what it points to stands in the type.
impl<M, K: fmt::Debug> fmt::Debug for Ref<M, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => f.debug_tuple("Ref").field(key).finish(),
            None => f.write_str("Ref(unset)"),
        }
    }
}

/// The key, or `unset`.
impl<M, K: fmt::Display> fmt::Display for Ref<M, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => key.fmt(f),
            None => f.write_str("unset"),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M: 'static, K: Column> Column for Ref<M, K> {
    const TYPE: ColumnType = K::TYPE;

    fn to_value(&self) -> ValueRef<'_> {
        self.key.as_ref().map_or(ValueRef::Null, Column::to_value)
    }

    fn to_value_of_some(&self) -> ValueRef<'_> {
        self.key.as_ref().map_or(UNSET_ID, Column::to_value)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        K::from_value(value).map(|key| Self { key: Some(key), model: PhantomData })
    }
}
