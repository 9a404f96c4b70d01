//! The models, and what the run does with an instance whose type it does not know.

use std::any::Any;
use std::collections::BTreeMap;
use std::pin::Pin;

use signals::db::ValueRef;
use signals::many_to_many::Direction;
use signals::many_to_many::{Related, Through};
use signals::model::Deleted;
use signals::prelude::*;
use signals::{Executor, Ref};

use crate::conditions::Condition;
use crate::oracle::{Change, Signals};
use crate::rows::{Kind, Link, Row, Value};
use crate::stage::clock;

#[model]
#[derive(Default)]
pub(crate) struct Author {
    #[key]
    pub(crate) id: Id<Author>,
    #[unique]
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    #[default(7)]
    pub(crate) credits: i64,
    #[update(clock())]
    pub(crate) touched: i64,
    #[foreign_key(on_delete = set_default)]
    #[default(Ref::new(crate::rows::DEFAULT_COUNTRY.to_owned()))]
    pub(crate) country: Ref<Country, String>,
}

#[model]
#[derive(Default)]
pub(crate) struct Book {
    #[key]
    pub(crate) id: Id<Book>,
    pub(crate) title: String,
    #[foreign_key(on_delete = cascade)]
    pub(crate) author: Id<Author>,
    #[foreign_key(on_delete = set_null, related_name = "edited")]
    pub(crate) editor: Option<Id<Author>>,
    #[version]
    pub(crate) version: i64,
    #[many_to_many]
    pub(crate) tags: ManyToMany<Tag>,
}

#[model]
#[derive(Default)]
pub(crate) struct Chapter {
    #[key]
    pub(crate) id: Id<Chapter>,
    pub(crate) text: String,
    #[foreign_key(on_delete = cascade)]
    pub(crate) book: Id<Book>,
    #[foreign_key(on_delete = cascade)]
    pub(crate) parent: Option<Id<Chapter>>,
}

/// Its key is not assigned by the database.
#[model]
#[derive(Default)]
pub(crate) struct Country {
    #[key]
    pub(crate) code: String,
    pub(crate) name: String,
}

#[model]
#[derive(Default)]
pub(crate) struct Loan {
    #[key]
    pub(crate) id: Id<Loan>,
    #[foreign_key(on_delete = restrict)]
    pub(crate) book: Id<Book>,
    #[foreign_key(on_delete = cascade)]
    pub(crate) reader: Id<Author>,
    #[foreign_key(on_delete = protect)]
    pub(crate) tag: Option<Id<Tag>>,
}

/// It has no receivers.
#[model]
#[derive(Default)]
pub(crate) struct Note {
    #[key]
    pub(crate) id: Id<Note>,
    #[unique]
    pub(crate) text: String,
    #[foreign_key(on_delete = cascade)]
    pub(crate) author: Id<Author>,
}

#[model]
#[derive(Default)]
pub(crate) struct Tag {
    #[key]
    pub(crate) id: Id<Tag>,
    #[unique]
    pub(crate) name: String,
    #[many_to_many]
    pub(crate) related: ManyToMany<Tag>,
}

#[model]
#[derive(Default)]
pub(crate) struct Visit {
    #[key]
    pub(crate) id: Id<Visit>,
    pub(crate) place: String,
    #[foreign_key(on_delete = db_cascade)]
    pub(crate) author: Id<Author>,
}

pub(crate) type Tables = (Author, Book, Chapter, Country, Loan, Note, Tag, Visit);

/// A model of this test.
pub(crate) trait Played: Model<Key: Held> + Default {
    fn set(&mut self, field: &str, value: &Value);
    fn field(name: &str) -> FieldSet<Self>;

    fn fields_of(names: &[&str]) -> FieldSet<Self> {
        names.iter().fold(FieldSet::empty(), |fields, name| fields | Self::field(name))
    }

    fn of(row: &Row) -> Self {
        let mut instance = Self::default();
        for (field, value) in row.kind.fields().iter().zip(&row.values) {
            instance.set(field.0, value);
        }
        instance
    }
}

macro_rules! played {
    ($($model:ident { $key:ident; $($field:ident)* })*) => {$(
        impl Played for $model {
            fn set(&mut self, field: &str, value: &Value) {
                match field {
                    stringify!($key) => self.$key = Held::held(value),
                    $(stringify!($field) => self.$field = Held::held(value),)*
                    _ => unreachable!("{field}"),
                }
            }

            fn field(name: &str) -> FieldSet<Self> {
                match name {
                    $(stringify!($field) => Self::fields().$field,)*
                    _ => unreachable!("{name}"),
                }
            }
        }
    )*};
}

played! {
    Author { id; name email credits touched country }
    Book { id; title author editor version }
    Chapter { id; text book parent }
    Country { code; name }
    Loan { id; book reader tag }
    Note { id; text author }
    Tag { id; name }
    Visit { id; place author }
}

/// The type of a field.
pub(crate) trait Held {
    fn held(value: &Value) -> Self;
}

impl Held for i64 {
    fn held(value: &Value) -> Self {
        if let Value::Integer(value) = value { *value } else { 0 }
    }
}

impl Held for String {
    fn held(value: &Value) -> Self {
        if let Value::Text(value) = value { value.clone() } else { Self::new() }
    }
}

impl<M> Held for Id<M> {
    fn held(value: &Value) -> Self {
        if let Value::Integer(value) = value { Self::new(*value) } else { Self::UNSET }
    }
}

impl Held for Ref<Country, String> {
    fn held(value: &Value) -> Self {
        if let Value::Text(value) = value { Self::new(value.clone()) } else { Self::UNSET }
    }
}

impl<T: Held> Held for Option<T> {
    fn held(value: &Value) -> Self {
        if *value == Value::Null { None } else { Some(T::held(value)) }
    }
}

/// What something will be, on the thread of the run.
pub(crate) type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// How many rows went, by the name of their model.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

/// An instance of some model.
pub(crate) trait Actor: Any {
    fn set_field(&mut self, field: &str, value: &Value);
    /// As the library prints a row.
    fn shown(&self) -> String;
    fn key(&self) -> Value;
    fn save_all<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, ()>;
    fn save_some<'a>(&'a mut self, at: &'a dyn Executor, fields: &'a [&'static str]) -> Later<'a, ()>;
    fn insert<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, ()>;
    fn remove<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, Counts>;
    fn read_again<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, ()>;
    fn find_or_insert<'a>(&'a mut self, at: &'a dyn Executor, by: &'a [&'static str]) -> Later<'a, bool>;
    fn update_or_insert<'a>(
        &'a mut self,
        at: &'a dyn Executor,
        by: &'a [&'static str],
        write: &'a [&'static str],
    ) -> Later<'a, bool>;
    fn insert_or_update<'a>(
        &'a mut self,
        at: &'a dyn Executor,
        unique: &'a [&'static str],
        write: &'a [&'static str],
    ) -> Later<'a, ()>;
}

impl<M: Played> Actor for M {
    fn set_field(&mut self, field: &str, value: &Value) {
        self.set(field, value);
    }

    fn shown(&self) -> String {
        shown(self)
    }

    fn key(&self) -> Value {
        key(self)
    }

    fn save_all<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, ()> {
        Box::pin(self.save(at))
    }

    fn save_some<'a>(&'a mut self, at: &'a dyn Executor, fields: &'a [&'static str]) -> Later<'a, ()> {
        Box::pin(self.save_fields(at, M::fields_of(fields)))
    }

    fn insert<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, ()> {
        Box::pin(self.create(at))
    }

    fn remove<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, Counts> {
        Box::pin(async move { Ok(counts(&self.delete(at).await?)) })
    }

    fn read_again<'a>(&'a mut self, at: &'a dyn Executor) -> Later<'a, ()> {
        Box::pin(self.refresh(at))
    }

    fn find_or_insert<'a>(&'a mut self, at: &'a dyn Executor, by: &'a [&'static str]) -> Later<'a, bool> {
        Box::pin(self.get_or_create(at, M::fields_of(by)))
    }

    fn update_or_insert<'a>(
        &'a mut self,
        at: &'a dyn Executor,
        by: &'a [&'static str],
        write: &'a [&'static str],
    ) -> Later<'a, bool> {
        Box::pin(async move { self.update_or_create(at, M::fields_of(by), M::fields_of(write)).await })
    }

    fn insert_or_update<'a>(
        &'a mut self,
        at: &'a dyn Executor,
        unique: &'a [&'static str],
        write: &'a [&'static str],
    ) -> Later<'a, ()> {
        Box::pin(self.upsert(at, M::fields_of(unique), M::fields_of(write)))
    }
}

pub(crate) fn shown(instance: &dyn AnyModel) -> String {
    format!("{instance:?}")
}

pub(crate) fn key(instance: &dyn AnyModel) -> Value {
    match instance.key() {
        ValueRef::Integer(key) => Value::Integer(key),
        ValueRef::Text(key) => Value::Text(key.to_owned()),
        _ => Value::Null,
    }
}

pub(crate) fn counts(deleted: &Deleted) -> Counts {
    deleted.by_model().map(|(meta, count)| (meta.name, count)).collect()
}

/// Calls a generic function for the model of a kind.
macro_rules! each_kind {
    ($kind:expr, $function:ident($($argument:expr),*)) => {
        match $kind {
            Kind::Author => $function::<$crate::models::Author>($($argument),*),
            Kind::Book => $function::<$crate::models::Book>($($argument),*),
            Kind::Chapter => $function::<$crate::models::Chapter>($($argument),*),
            Kind::Country => $function::<$crate::models::Country>($($argument),*),
            Kind::Loan => $function::<$crate::models::Loan>($($argument),*),
            Kind::Note => $function::<$crate::models::Note>($($argument),*),
            Kind::Tag => $function::<$crate::models::Tag>($($argument),*),
            Kind::Visit => $function::<$crate::models::Visit>($($argument),*),
        }
    };
}

pub(crate) use each_kind;

/// An instance with the values of a row.
pub(crate) fn actor(row: &Row) -> Box<dyn Actor> {
    fn of<M: Played>(row: &Row) -> Box<dyn Actor> {
        Box::new(M::of(row))
    }
    each_kind!(row.kind, of(row))
}

/// Reads the row with this key, which is there, and prints it.
pub(crate) fn get<'a>(kind: Kind, at: &'a dyn Executor, key: &Value) -> Later<'a, String> {
    fn of<'a, M: Played>(at: &'a dyn Executor, key: &Value) -> Later<'a, String> {
        let key = M::Key::held(key);
        Box::pin(async move {
            let row = M::get(at, key).await?;
            Ok(row.map_or_else(|| "none".to_owned(), |row| shown(&row)))
        })
    }
    each_kind!(kind, of(at, key))
}

/// What `create_many` answers; the instances afterwards, printed, and their keys.
type Created = (Result<()>, Vec<String>, Vec<Value>);

pub(crate) fn create_many<'a>(
    kind: Kind,
    at: &'a dyn Executor,
    rows: &'a [Row],
    signals: Signals,
) -> Pin<Box<dyn Future<Output = Created> + 'a>> {
    fn of<'a, M: Played>(
        at: &'a dyn Executor,
        rows: &'a [Row],
        signals: Signals,
    ) -> Pin<Box<dyn Future<Output = Created> + 'a>> {
        Box::pin(async move {
            let mut rows: Vec<M> = rows.iter().map(M::of).collect();
            let created = M::create_many(at, &mut rows);
            let created = match signals {
                Signals::OfAll => created.await,
                Signals::OfEach => created.with_signals().await,
            };
            (created, rows.iter().map(|row| shown(row)).collect(), rows.iter().map(|row| key(row)).collect())
        })
    }
    each_kind!(kind, of(at, rows, signals))
}

pub(crate) fn update_where<'a>(
    at: &'a dyn Executor,
    (fields, values): (&'a [&'static str], &'a Row),
    condition: &'a Condition,
    signals: Signals,
) -> Later<'a, u64> {
    fn of<'a, M: Played>(
        at: &'a dyn Executor,
        (fields, values): (&'a [&'static str], &'a Row),
        condition: &'a Condition,
        signals: Signals,
    ) -> Later<'a, u64> {
        Box::pin(async move {
            let values = M::of(values);
            let params = condition.params();
            let updated = M::update_where(at, M::fields_of(fields), &values, &condition.sql, &*params);
            match signals {
                Signals::OfAll => updated.await,
                Signals::OfEach => updated.with_signals().await,
            }
        })
    }
    each_kind!(values.kind, of(at, (fields, values), condition, signals))
}

pub(crate) fn delete_where<'a>(
    kind: Kind,
    at: &'a dyn Executor,
    condition: &'a Condition,
    signals: Signals,
) -> Later<'a, Counts> {
    fn of<'a, M: Played>(at: &'a dyn Executor, condition: &'a Condition, signals: Signals) -> Later<'a, Counts> {
        Box::pin(async move {
            let params = condition.params();
            let deleted = M::delete_where(at, &condition.sql, &*params);
            let deleted = match signals {
                Signals::OfAll => deleted.await?,
                Signals::OfEach => deleted.with_signals().await?,
            };
            Ok(counts(&deleted))
        })
    }
    each_kind!(kind, of(at, condition, signals))
}

/// Changes a relation from one of its sides, or creates a row of the other side.
pub(crate) fn relate<'a>(
    actor: &'a dyn Actor,
    at: &'a dyn Executor,
    (link, side): (Link, usize),
    change: Option<&'a Change>,
    new: &'a mut dyn Actor,
) -> Later<'a, ()> {
    let (near, far): (&dyn Any, &mut dyn Any) = (actor, new);
    Box::pin(async move {
        match (link, side) {
            (Link::BookTags, 0) => {
                let (Some(book), Some(tag)) = (near.downcast_ref::<Book>(), far.downcast_mut()) else { unreachable!() };
                relate_from(book.tags(), at, change, tag).await
            }
            (Link::BookTags, _) => {
                let (Some(tag), Some(book)) = (near.downcast_ref::<Tag>(), far.downcast_mut()) else { unreachable!() };
                relate_from(tag.book_set(), at, change, book).await
            }
            (Link::TagRelated, _) => {
                let (Some(tag), Some(other)) = (near.downcast_ref::<Tag>(), far.downcast_mut()) else { unreachable!() };
                relate_from(tag.related(), at, change, other).await
            }
        }
    })
}

async fn relate_from<T, D>(
    related: Related<'_, T, D>,
    at: &dyn Executor,
    change: Option<&Change>,
    new: &mut D::Far,
) -> Result<()>
where
    T: Through + Model,
    D: Direction<T>,
    D::Near: Model,
    D::Far: Model,
{
    let ids = |ids: &[Value]| ids.iter().map(Id::held).collect::<Vec<Id<D::Far>>>();
    match change {
        None => related.create(at, new).await,
        Some(Change::Add(values)) => related.add(at, ids(values)).await,
        Some(Change::Remove(values)) => related.remove(at, ids(values)).await,
        Some(Change::Clear) => related.clear(at).await,
        Some(Change::Set(values)) => related.set(at, ids(values)).await,
        Some(Change::ClearAndAdd(values)) => related.clear_and_add(at, ids(values)).await,
    }
}
