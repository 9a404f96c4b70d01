//! Comparing a column with values.

use super::column::{ColumnOf, Nullable};
use super::condition::Condition;
use super::operand::{IntoOperand, IntoOperands, IntoSearched, Operand};
use super::select::{Case, Comparison, Node, Place, Search};

impl<M, T, N> ColumnOf<M, T, N> {
    fn condition(self, comparison: Comparison, with: Operand<'_>) -> Condition<'_, M> {
        Condition::of(Node::Compare { column: self.index, comparison, with: with.0 })
    }

    /// The rows where it equals the value. NULL equals nothing: see [`is_null`](Self::is_null).
    pub fn eq<'a>(self, value: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
        self.condition(Comparison::Eq, value.into_operand())
    }

    /// The rows where it does not equal the value, those with NULL among them.
    pub fn ne<'a>(self, value: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
        self.condition(Comparison::Ne, value.into_operand())
    }

    /// The rows where it is less than the value.
    pub fn lt<'a>(self, value: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
        self.condition(Comparison::Lt, value.into_operand())
    }

    /// The rows where it is at most the value.
    pub fn le<'a>(self, value: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
        self.condition(Comparison::Le, value.into_operand())
    }

    /// The rows where it is greater than the value.
    pub fn gt<'a>(self, value: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
        self.condition(Comparison::Gt, value.into_operand())
    }

    /// The rows where it is at least the value.
    pub fn ge<'a>(self, value: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
        self.condition(Comparison::Ge, value.into_operand())
    }

    /// The rows where it is at least `low` and at most `high`.
    pub fn between<'a>(self, low: impl IntoOperand<'a, M, T>, high: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
        self.ge(low) & self.le(high)
    }

    /// The rows where it equals one of the values. An empty list is in no row. Any number of values is one statement.
    pub fn is_in<'a>(self, values: impl IntoOperands<'a, M, T>) -> Condition<'a, M> {
        let values = values.into_operands().into_iter().map(|value| value.0).collect();
        Condition::of(Node::Among { column: self.index, values })
    }
}

impl<M, T> ColumnOf<M, T, Nullable> {
    /// The rows where it is NULL, which is `None`.
    pub fn is_null<'a>(self) -> Condition<'a, M> {
        Condition::of(Node::IsNull { column: self.index, is: true })
    }

    /// The rows where it is not NULL, so `Some`.
    pub fn is_not_null<'a>(self) -> Condition<'a, M> {
        Condition::of(Node::IsNull { column: self.index, is: false })
    }
}

impl<M, T, N> ColumnOf<M, T, N> {
    fn search(self, place: Place, case: Case, text: Operand<'_>) -> Condition<'_, M> {
        Condition::of(Node::Search { column: self.index, search: Search { place, case }, text: text.0 })
    }

    /// The rows whose text contains this text. `%` and `_` have no meaning, and upper and lower case differ.
    pub fn contains<'a>(self, text: impl IntoSearched<'a, M, T>) -> Condition<'a, M> {
        self.search(Place::Anywhere, Case::Sensitive, text.into_operand())
    }

    /// The rows whose text begins with this text. `%` and `_` have no meaning, and upper and lower case differ.
    pub fn starts_with<'a>(self, text: impl IntoSearched<'a, M, T>) -> Condition<'a, M> {
        self.search(Place::Start, Case::Sensitive, text.into_operand())
    }

    /// The rows whose text ends with this text. `%` and `_` have no meaning, and upper and lower case differ.
    pub fn ends_with<'a>(self, text: impl IntoSearched<'a, M, T>) -> Condition<'a, M> {
        self.search(Place::End, Case::Sensitive, text.into_operand())
    }

    /// Like [`contains`](Self::contains) in any case. **The databases differ**: SQLite only knows the letters from A to Z, PostgreSQL
    /// those of its locale.
    pub fn icontains<'a>(self, text: impl IntoSearched<'a, M, T>) -> Condition<'a, M> {
        self.search(Place::Anywhere, Case::Insensitive, text.into_operand())
    }

    /// Like [`starts_with`](Self::starts_with) in any case. See [`icontains`](Self::icontains).
    pub fn istarts_with<'a>(self, text: impl IntoSearched<'a, M, T>) -> Condition<'a, M> {
        self.search(Place::Start, Case::Insensitive, text.into_operand())
    }

    /// Like [`ends_with`](Self::ends_with) in any case. See [`icontains`](Self::icontains).
    pub fn iends_with<'a>(self, text: impl IntoSearched<'a, M, T>) -> Condition<'a, M> {
        self.search(Place::End, Case::Insensitive, text.into_operand())
    }

    /// The rows whose text is this text in any case. See [`icontains`](Self::icontains).
    pub fn ieq<'a>(self, text: impl IntoSearched<'a, M, T>) -> Condition<'a, M> {
        self.search(Place::Whole, Case::Insensitive, text.into_operand())
    }
}
