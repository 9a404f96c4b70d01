//! Which rows of a model are meant.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use super::closure::ColumnsClosure;
use super::select::{Connective, Node, Nodes};
use crate::db::Params;
use crate::model::columns::HasColumns;

/// Which rows of `M` are meant: `user.age.ge(18) & !user.name.eq("ann")`.
///
/// Conditions are joined by `&` and `|`, and negated by `!`. Use parentheses where both are: `&` binds tighter than `|`.
///
/// A comparison with NULL is false, and its negation is true: a condition is never unknown, as it can be in SQL.
#[must_use = "a condition does nothing unless it is part of a query"]
pub struct Condition<'a, M> {
    pub(super) nodes: Nodes<'a>,
    model: PhantomData<fn() -> M>,
}

impl<'a, M> Condition<'a, M> {
    pub(super) fn of(node: Node<'a>) -> Self {
        Self::from_nodes(Nodes::one(node))
    }

    pub(super) fn from_nodes(nodes: Nodes<'a>) -> Self {
        Self { nodes, model: PhantomData }
    }

    /// Every row. It is where a condition begins that is built in a loop.
    pub fn all() -> Self {
        Self::from_nodes(Nodes::default())
    }

    /// No row.
    pub fn none() -> Self {
        Self::of(Node::Constant(false))
    }

    /// The rows that meet a condition in SQL: `User::filter(|_| Condition::sql("length(name) > ?", &(10,)))`. The placeholders are those
    /// of [`Params`]. In a query with a join, columns with the same name in both tables are ambiguous.
    pub fn sql(sql: &'a str, params: &'a dyn Params) -> Self {
        Self::of(Node::Sql { sql, params })
    }
}

/// A condition on the rows of `M`: a [`Condition`], or a `bool` that the program computes, for every row or none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition on `{M}`",
    label = "expected a condition on `{M}`",
    note = "a condition compares a field by a method, as in `user.age.ge(18)` or `user.active.eq(true)`, and the closure ends without `;`",
    note = "a condition on the row that a field points to is in `is`, as in `post.author.is(|user| user.name.eq(\"ann\"))`, and one on any of \
            many rows in `any`"
)]
pub trait IntoCondition<'a, M> {
    #[doc(hidden)]
    fn into_condition(self) -> Condition<'a, M>;
}

#[diagnostic::do_not_recommend]
impl<'a, M> IntoCondition<'a, M> for Condition<'a, M> {
    fn into_condition(self) -> Condition<'a, M> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M> IntoCondition<'a, M> for bool {
    fn into_condition(self) -> Condition<'a, M> {
        if self { Condition::all() } else { Condition::none() }
    }
}

/// A closure that returns a condition on `M`: `|user| user.age.ge(18)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "conditions are written in a closure, as in `|user| user.age.ge(18)`, and in SQL as `|_| Condition::sql(\"age > ?\", &(18,))`; the \
            database is passed to the method that sends the query, such as `.all(&db)`"
)]
pub trait ConditionClosure<'a, M: HasColumns, C>: ColumnsClosure<M, C> {
    #[doc(hidden)]
    fn condition(self) -> Condition<'a, M>;
}

impl<'a, M: HasColumns, C: IntoCondition<'a, M>, F: ColumnsClosure<M, C>> ConditionClosure<'a, M, C> for F {
    fn condition(self) -> Condition<'a, M> {
        self(M::COLUMNS).into_condition()
    }
}

/// Both conditions are met.
impl<M> BitAnd for Condition<'_, M> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self::from_nodes(self.nodes.join(Connective::And, other.nodes))
    }
}

/// At least one of the conditions is met.
impl<M> BitOr for Condition<'_, M> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::from_nodes(self.nodes.join(Connective::Or, other.nodes))
    }
}

/// The condition is not met.
impl<M> Not for Condition<'_, M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::from_nodes(self.nodes.negated())
    }
}

impl<M> Clone for Condition<'_, M> {
    fn clone(&self) -> Self {
        Self::from_nodes(self.nodes.clone())
    }
}

impl<M> fmt::Debug for Condition<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condition")
    }
}
