//! Validation: what the values of a row must be, before it is saved.

use super::operations::Validation;
use super::{FieldSet, Model};
use crate::error::field_errors::field_of;
use crate::error::{Error, ErrorKind, FieldErrors};

/// What the values of a row must be. A model that implements it is validated by each save, before `pre_save` and before any SQL.
///
/// ```
/// use signals::error::FieldErrors;
/// use signals::model::Validate;
/// use signals::prelude::*;
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     #[unique]
///     email: String,
///     age: i64,
/// }
///
/// impl Validate for User {
///     fn validate(&self) -> Result<(), FieldErrors> {
///         let mut errors = FieldErrors::new();
///         if !self.email.contains('@') {
///             errors.add(Self::fields().email, "is not an address");
///         }
///         if self.age < 18 {
///             errors.add(Self::fields().age, "must be at least 18");
///         }
///         errors.into_result()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.create_tables_of::<User>().await?;
/// let mut ann = User { email: "ann".to_owned(), age: 30, ..User::default() };
/// let error = ann.save(&db).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the row of `User` is not valid (`email`: is not an address): correct it, and save it again",
/// );
/// assert!(error.field_errors::<User>().is_some_and(|errors| errors.of(User::fields().email).count() == 1));
/// # Ok(())
/// # }
/// ```
///
/// Nothing else is needed: `#[model]` finds the implementation.
///
/// # Rules of other crates
///
/// `garde` and `validator` declare rules in attributes of the fields. Their errors are collected:
///
/// ```
/// use signals::error::FieldErrors;
/// use signals::prelude::*;
///
/// #[model]
/// #[derive(Debug, Default, garde::Validate)]
/// #[garde(allow_unvalidated)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     #[garde(length(min = 3))]
///     username: String,
///     #[garde(range(min = 18))]
///     age: i64,
/// }
///
/// impl signals::model::Validate for User {
///     fn validate(&self) -> Result<(), FieldErrors> {
///         let invalid = |report: garde::Report| report.into_inner().into_iter().collect();
///         garde::Validate::validate(self).map_err(invalid)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.create_tables_of::<User>().await?;
/// let mut ann = User { username: "a".to_owned(), age: 30, ..User::default() };
/// let error = ann.save(&db).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the row of `User` is not valid (`username`: length is lower than 3): correct it, and save it again",
/// );
/// # Ok(())
/// # }
/// ```
///
/// # What is validated
///
/// | | |
/// |---|---|
/// | `save`, `create`, `get_or_create`, `upsert` | the row |
/// | `save_fields`, `update_or_create` of an existing row, `update_where` and `update` of a query with signals | the row, and only errors of the fields that are written are reported |
/// | `create_many` | each row. [`ErrorKind::Invalid`] has the index of the first that is not valid |
/// | `update_where` and `update` without signals, SQL, fixtures | nothing |
///
/// Fields with `#[update]` and a key with `#[default]` are set before. What receivers of `pre_save` change is not validated again. In a
/// transaction of the caller, a save that is refused breaks it, like every save that fails: call `validate` first to go on after it.
///
/// A rule about two fields is added to both, `errors.add(fields.start | fields.end, "must not be after the end")`, so that it is
/// reported when one of them is saved alone. What only the database knows, such as whether an address is taken, is a `#[unique]` or a
/// receiver of `pre_save`, which can return [`FieldErrors`] as well.
pub trait Validate: Model {
    /// Looks at the values of the row.
    ///
    /// # Errors
    /// What is wrong with them.
    fn validate(&self) -> Result<(), FieldErrors>;
}

/// Whether `M` implements [`Validate`]: the compiler takes the constant of [`NotValidated`] if it does not.
#[doc(hidden)]
#[derive(Debug)]
pub struct Validated<M>(std::marker::PhantomData<M>);

impl<M: Validate> Validated<M> {
    /// How its rows are validated.
    pub const VALIDATION: Option<Validation> = Some(|row| row.downcast_ref().map_or(Ok(()), M::validate));
}

/// A model whose rows are not validated.
#[doc(hidden)]
pub trait NotValidated {
    /// Nothing.
    const VALIDATION: Option<Validation> = None;
}

impl<M> NotValidated for Validated<M> {}

impl FieldErrors {
    /// Adds a message about a field: `errors.add(User::fields().email, "is not an address")`. A message about several fields is added to
    /// each of them.
    pub fn add<M: ?Sized>(&mut self, fields: FieldSet<M>, message: impl Into<String>) {
        let message = message.into();
        for field in fields.names() {
            self.add_named(field, message.clone());
        }
    }

    /// The messages about these fields.
    pub fn of<M: ?Sized>(&self, fields: FieldSet<M>) -> impl Iterator<Item = &str> {
        let errors = self.iter().filter(move |(path, _)| fields.has_named(field_of(path)));
        errors.flat_map(|(_, messages)| messages.iter().map(String::as_str))
    }
}

impl Error {
    /// What is wrong with the fields of a row of `M`, for the form or the request that it was made of; `None` if this is another failure.
    ///
    /// It is so for [`ErrorKind::Invalid`], `Unique`, `NotNull`, `NotStorable` and `UnsetId`, also of a receiver. A failure of another
    /// model, such as of a row that a receiver has saved, is none of these fields.
    ///
    /// ```
    /// # use signals::prelude::*;
    /// # #[model] #[derive(Default)] struct User { #[key] id: Id<User>, #[unique] email: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = Db::connect("sqlite::memory:").await?;
    /// # db.create_tables_of::<User>().await?;
    /// let user = || User { email: "ann@example.com".to_owned(), ..User::default() };
    /// user().save(&db).await?;
    /// if let Err(error) = user().save(&db).await {
    ///     let Some(errors) = error.field_errors::<User>() else { return Err(error) };
    ///     assert_eq!(errors.to_string(), "`email`: another row has the same value");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn field_errors<M: Model>(&self) -> Option<FieldErrors> {
        let (model, errors) = self.errors_of_fields()?;
        model.is_none_or(|model| model == M::META.name).then_some(errors)
    }

    /// What is wrong with the fields of a row, and its model, unless a receiver returned errors of fields.
    pub(crate) fn errors_of_fields(&self) -> Option<(Option<&str>, FieldErrors)> {
        let mut errors = FieldErrors::new();
        let model: &str = match self.root().kind() {
            ErrorKind::Invalid { model, errors, .. } => return Some((model.as_deref(), errors.clone())),
            ErrorKind::Unique { model, fields } => {
                match fields.as_slice() {
                    [] => errors.add_general("another row has the same values"),
                    [field] => errors.add_named(field, "another row has the same value"),
                    fields => {
                        let message = format!("another row has the same {}", fields.join(" and "));
                        errors.extend(fields.iter().map(|field| (field, &message)));
                    }
                }
                model
            }
            ErrorKind::NotNull { model, field } | ErrorKind::UnsetId { model, field } => {
                errors.add_named(field, "has no value");
                model
            }
            ErrorKind::NotStorable { model, field, reason } => {
                errors.add_named(*field, format!("cannot be stored: {reason}"));
                model
            }
            _ => return None,
        };
        Some((Some(model), errors))
    }
}
