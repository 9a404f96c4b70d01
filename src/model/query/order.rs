//! The order of the rows of a query.

use std::fmt;
use std::marker::PhantomData;

use super::closure::ColumnsClosure;
use super::column::ColumnOf;
use super::select::{OrderBy, Orders};
use crate::model::columns::HasColumns;

/// The order by one column of `M`: `user.age.desc()`.
#[must_use = "an order does nothing unless it is part of a query"]
pub struct Order<M> {
    by: OrderBy,
    model: PhantomData<fn() -> M>,
}

impl<M> Order<M> {
    pub(super) fn of(column: usize, is_descending: bool) -> Self {
        // As in PostgreSQL, where an index has this order.
        Self { by: OrderBy { column, is_descending, nulls_first: is_descending }, model: PhantomData }
    }

    /// The rows with NULL come first.
    pub fn nulls_first(self) -> Self {
        Self { by: OrderBy { nulls_first: true, ..self.by }, ..self }
    }

    /// The rows with NULL come last.
    pub fn nulls_last(self) -> Self {
        Self { by: OrderBy { nulls_first: false, ..self.by }, ..self }
    }
}

impl<M, T, N> ColumnOf<M, T, N> {
    /// The rows in ascending order of this column. NULL is last, as in PostgreSQL: see [`Order::nulls_first`].
    pub fn asc(self) -> Order<M> {
        Order::of(self.index, false)
    }

    /// The rows in descending order of this column. NULL is first, as in PostgreSQL: see [`Order::nulls_last`].
    pub fn desc(self) -> Order<M> {
        Order::of(self.index, true)
    }
}

/// How the rows of `M` are ordered: an [`Order`], a column for its ascending order, or several of them in a tuple or an array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an order of `{M}`",
    label = "expected an order, such as `user.age.desc()`",
    note = "rows are ordered by fields of `{M}`; up to four are a tuple, as in `|user| (user.age.desc(), user.name)`, and any number is an array of \
            `asc()` and `desc()`; the closure ends without `;`"
)]
pub trait IntoOrder<M> {
    #[doc(hidden)]
    fn add_to(self, orders: &mut Orders);
}

#[diagnostic::do_not_recommend]
impl<M> IntoOrder<M> for Order<M> {
    fn add_to(self, orders: &mut Orders) {
        orders.push(self.by);
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, N> IntoOrder<M> for ColumnOf<M, T, N> {
    fn add_to(self, orders: &mut Orders) {
        self.asc().add_to(orders);
    }
}

#[diagnostic::do_not_recommend]
impl<M, O: IntoOrder<M>, const N: usize> IntoOrder<M> for [O; N] {
    fn add_to(self, orders: &mut Orders) {
        for order in self {
            order.add_to(orders);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M, O: IntoOrder<M>> IntoOrder<M> for Vec<O> {
    fn add_to(self, orders: &mut Orders) {
        for order in self {
            order.add_to(orders);
        }
    }
}

macro_rules! tuples {
    ($($order:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($order: IntoOrder<M>),*> IntoOrder<M> for ($($order,)*) {
            fn add_to(self, orders: &mut Orders) {
                $(self.$index.add_to(orders);)*
            }
        }
    };
}

tuples! { A 0 }
tuples! { A 0, B 1 }
tuples! { A 0, B 1, C 2 }
tuples! { A 0, B 1, C 2, D 3 }

/// A closure that returns an order of the rows of `M`: `|user| user.age.desc()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "fields are named in a closure, as in `|user| user.age` and `|user| user.age.desc()`"
)]
pub trait OrderClosure<M: HasColumns, O>: ColumnsClosure<M, O> {
    #[doc(hidden)]
    fn add_to(self, orders: &mut Orders);
}

impl<M: HasColumns, O: IntoOrder<M>, F: ColumnsClosure<M, O>> OrderClosure<M, O> for F {
    fn add_to(self, orders: &mut Orders) {
        self(M::COLUMNS).add_to(orders);
    }
}

impl<M> Clone for Order<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Order<M> {}

impl<M> fmt::Debug for Order<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.by.fmt(f)
    }
}
