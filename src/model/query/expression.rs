//! Arithmetic with columns: `user.visits.add(1)`.

use std::fmt;
use std::marker::PhantomData;

use super::column::{ColumnOf, Required};
use super::condition::Condition;
use super::operand::{self, IntoOperand, OperandFor};
use super::select::{Arithmetic, Comparison, Node, Operand, Operator, Results};
use crate::column::Column;

/// A value that the database computes for each row of `M`, such as `user.visits.add(1)`.
///
/// It is compared with other values, and a column can be set to it by [`update`](super::Query::update). It is NULL if one of its columns
/// is NULL. The database computes with 64 bits. A result that the type of a column cannot hold is an error when the column is set to it,
/// and `f32` is rounded then.
#[must_use = "an expression does nothing unless it is compared or assigned"]
pub struct Expression<'a, M, T> {
    pub(super) operand: Operand<'a>,
    types: PhantomData<fn() -> (M, T)>,
}

#[diagnostic::do_not_recommend]
impl<'a, M, T, N> OperandFor<'a, M, T, N> for Expression<'a, M, T> {
    fn into_operand(self) -> operand::Operand<'a> {
        operand::Operand(self.operand)
    }
}

/// A type of numbers.
#[diagnostic::on_unimplemented(
    message = "only numbers are computed with, and this field has values of type `{Self}`",
    label = "not a field with numbers"
)]
pub trait Number: Column {
    /// The type of a sum: `i64` of integers, and `f64` of floating-point numbers.
    type Sum: Column + Default;

    #[doc(hidden)]
    const RESULTS: Results;
}

macro_rules! numbers {
    ($($number:ty => $sum:ty, $results:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Number for $number {
            type Sum = $sum;
            const RESULTS: Results = $results;
        }
    )*};
}

macro_rules! small_integers {
    ($($number:ident)*) => {
        numbers! {$(
            $number => i64, Results::Integers { min: $number::MIN as i64, max: $number::MAX as i64 };
        )*}
    };
}

small_integers! { i8 i16 i32 u8 u16 u32 }
numbers! { i64 => i64, Results::All; f32 => f64, Results::Singles; f64 => f64, Results::All; }

#[expect(
    clippy::should_implement_trait,
    reason = "it is named like the comparisons next to it, `user.age.add(1).gt(18)`"
)]
impl<M, T, N> ColumnOf<M, T, N> {
    /// The sum.
    pub fn add<'a>(self, value: impl IntoOperand<'a, M, T>) -> Expression<'a, M, T>
    where
        T: Number,
    {
        Expression::of(OperandFor::<M, T, Required>::into_operand(self), Operator::Add, value.into_operand())
    }

    /// The difference.
    pub fn sub<'a>(self, value: impl IntoOperand<'a, M, T>) -> Expression<'a, M, T>
    where
        T: Number,
    {
        Expression::of(OperandFor::<M, T, Required>::into_operand(self), Operator::Sub, value.into_operand())
    }

    /// The product.
    pub fn mul<'a>(self, value: impl IntoOperand<'a, M, T>) -> Expression<'a, M, T>
    where
        T: Number,
    {
        Expression::of(OperandFor::<M, T, Required>::into_operand(self), Operator::Mul, value.into_operand())
    }
}

#[expect(
    clippy::should_implement_trait,
    reason = "it is named like the comparisons next to it, `user.age.add(1).gt(18)`"
)]
impl<'a, M, T> Expression<'a, M, T> {
    /// The sum.
    pub fn add(self, value: impl IntoOperand<'a, M, T>) -> Expression<'a, M, T>
    where
        T: Number,
    {
        Expression::of(OperandFor::<M, T, Required>::into_operand(self), Operator::Add, value.into_operand())
    }

    /// The difference.
    pub fn sub(self, value: impl IntoOperand<'a, M, T>) -> Expression<'a, M, T>
    where
        T: Number,
    {
        Expression::of(OperandFor::<M, T, Required>::into_operand(self), Operator::Sub, value.into_operand())
    }

    /// The product.
    pub fn mul(self, value: impl IntoOperand<'a, M, T>) -> Expression<'a, M, T>
    where
        T: Number,
    {
        Expression::of(OperandFor::<M, T, Required>::into_operand(self), Operator::Mul, value.into_operand())
    }
}

impl<'a, M, T> Expression<'a, M, T> {
    fn of(left: operand::Operand<'a>, operator: Operator, right: operand::Operand<'a>) -> Self
    where
        T: Number,
    {
        let arithmetic = Arithmetic { left: left.0, operator, right: right.0, results: T::RESULTS };
        Self { operand: Operand::Arithmetic(Box::new(arithmetic)), types: PhantomData }
    }
}

macro_rules! comparisons {
    ($($(#[$attribute:meta])* $name:ident: $comparison:ident;)*) => {
        impl<'a, M, T> Expression<'a, M, T> {
            $(
                $(#[$attribute])*
                pub fn $name(self, value: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
                    let compared = (self.operand, Comparison::$comparison, value.into_operand().0);
                    Condition::of(Node::CompareExpression(Box::new(compared)))
                }
            )*
        }
    };
}

comparisons! {
    /// The rows where it equals the value.
    eq: Eq;
    /// The rows where it does not equal the value.
    ne: Ne;
    /// The rows where it is less than the value.
    lt: Lt;
    /// The rows where it is at most the value.
    le: Le;
    /// The rows where it is greater than the value.
    gt: Gt;
    /// The rows where it is at least the value.
    ge: Ge;
}

impl<M, T> fmt::Debug for Expression<'_, M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expression")
    }
}
