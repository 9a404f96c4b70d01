//! Building a query.

use std::fmt;
use std::marker::PhantomData;

use super::condition::ConditionClosure;
use super::load::{LoadsMore, RelationClosure};
use super::order::OrderClosure;
use super::select::{Orders, RowLock, Select};
use super::values::{SelectionClosure, Values};
use crate::model::ModelInternals;

/// A query for rows of `M`. [`Model::filter`](crate::Model::filter) and others begin one.
#[must_use = "a query is not sent before one of its last methods is awaited, such as `.all(&db)`, `.first(&db)` or `.count(&db)`"]
pub struct Query<'a, M, L = ()> {
    pub(crate) select: Select<'a>,
    pub(super) load: L,
    model: PhantomData<fn() -> M>,
}

impl<M: ModelInternals> Query<'_, M> {
    /// Every row.
    pub(crate) fn all_rows() -> Self {
        Self { select: Select::all_of(M::MODEL), load: (), model: PhantomData }
    }
}

impl<'a, M: ModelInternals, L> Query<'a, M, L> {
    /// Reads the rows of a relation as well: `Post::with(|post| post.author)` finds pairs of a `Post` and a `User`. Up to three times.
    ///
    /// - The row that a field points to is read in the same statement; it is an `Option` if the field is one.
    /// - The rows of a many-to-many field, and of the other side of a relation, such as `|user| user.post_set()`, are a `Vec`, ordered by
    ///   their key, and are read by one more statement for all rows together.
    pub fn with<R, C: RelationClosure<M, R>>(self, relation: C) -> Query<'a, M, L::With>
    where
        L: LoadsMore<C::Relation>,
    {
        Query { select: self.select, load: self.load.with(relation.relation()), model: PhantomData }
    }

    /// Only the rows that also meet this condition.
    pub fn filter<C>(mut self, condition: impl ConditionClosure<'a, M, C>) -> Self {
        self.select.narrow(condition.condition().nodes);
        self
    }

    /// Only the rows that do not meet this condition, those among them for which a comparison with NULL is neither true nor false.
    pub fn exclude<C>(mut self, condition: impl ConditionClosure<'a, M, C>) -> Self {
        self.select.narrow((!condition.condition()).nodes);
        self
    }

    /// The rows in this order, instead of an earlier one: `.order_by(|user| user.age.desc())`, or several in a tuple. Rows that are
    /// equal in it are ordered by the key. Without an order, all are ordered by the key.
    pub fn order_by<O>(mut self, order: impl OrderClosure<M, O>) -> Self {
        self.select.order = Orders::default();
        order.add_to(&mut self.select.order);
        self
    }

    /// At most this many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.select.limit = Some(i64::try_from(rows).unwrap_or(i64::MAX));
        self
    }

    /// Without the first rows, as many as this.
    pub fn offset(mut self, rows: u64) -> Self {
        self.select.offset = i64::try_from(rows).unwrap_or(i64::MAX);
        self
    }

    /// Some columns instead of whole rows: `.values(|user| user.username)`, or several in a tuple.
    pub fn values<S, R: Send>(self, selection: impl SelectionClosure<M, S, R>) -> Values<'a, M, S, R> {
        Values::new(self.select, &selection.selection())
    }

    /// Locks the rows until the transaction ends, so that no other one changes them. In SQLite a transaction that writes is the only one,
    /// and nothing is locked.
    ///
    /// The lock is PostgreSQL's `FOR NO KEY UPDATE`, which allows inserts of rows that point to these. Rows that an offset leaves out are
    /// locked too. The executor must be a [`Tx`](crate::Tx).
    pub fn for_update(mut self) -> Self {
        self.select.lock.get_or_insert(RowLock { skip_locked: false });
        self
    }

    /// Like [`for_update`](Self::for_update), without the rows that another transaction has locked: for queues of work.
    pub fn skip_locked(mut self) -> Self {
        self.select.lock = Some(RowLock { skip_locked: true });
        self
    }
}

impl<M, L: Clone> Clone for Query<'_, M, L> {
    fn clone(&self) -> Self {
        Self { select: self.select.clone(), load: self.load.clone(), model: PhantomData }
    }
}

impl<M, L> fmt::Debug for Query<'_, M, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query of {}", self.select.meta.name)
    }
}
