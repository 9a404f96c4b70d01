//! Comparing a column with values.

use super::column::{ColumnOf, Nullable};
use super::condition::Condition;
use super::operand::{IntoOperand, Operand};
use super::select::{Case, Comparison, Node, Place, Search};
use crate::column::Column;

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
    pub fn is_in<'a, V: IntoOperand<'a, M, T>>(self, values: impl IntoIterator<Item = V>) -> Condition<'a, M> {
        let values = values.into_iter().map(|value| value.into_operand().0).collect();
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

macro_rules! searches {
    ($($(#[$attribute:meta])* $name:ident: $place:ident, $case:ident;)*) => {
        impl<M, T: Text, N> ColumnOf<M, T, N> {
            $(
                $(#[$attribute])*
                pub fn $name<'a>(self, text: impl IntoOperand<'a, M, T>) -> Condition<'a, M> {
                    let search = Search { place: Place::$place, case: Case::$case };
                    Condition::of(Node::Search { column: self.index, search, text: text.into_operand().0 })
                }
            )*
        }
    };
}

searches! {
    /// The rows whose text contains this text. `%` and `_` have no meaning, and upper and lower case differ.
    contains: Anywhere, Sensitive;
    /// The rows whose text begins with this text. `%` and `_` have no meaning, and upper and lower case differ.
    starts_with: Start, Sensitive;
    /// The rows whose text ends with this text. `%` and `_` have no meaning, and upper and lower case differ.
    ends_with: End, Sensitive;
    /// Like [`contains`](Self::contains) in any case. **The databases differ**: SQLite only knows the letters from A to Z, PostgreSQL
    /// those of its locale.
    icontains: Anywhere, Insensitive;
    /// Like [`starts_with`](Self::starts_with) in any case. See [`icontains`](Self::icontains).
    istarts_with: Start, Insensitive;
    /// Like [`ends_with`](Self::ends_with) in any case. See [`icontains`](Self::icontains).
    iends_with: End, Insensitive;
    /// The rows whose text is this text in any case. See [`icontains`](Self::icontains).
    ieq: Whole, Insensitive;
}

/// A type of text. To search in a column of a type of your own, implement it for that type, which must be stored as text.
#[diagnostic::on_unimplemented(
    message = "only text can be searched, and this field is a `{Self}`",
    label = "not a field with text",
    note = "numbers and dates are compared by `eq`, `lt`, `gt` and `between`; a type of yours that is stored as text can be searched if \
            it implements `signals::model::query::Text`"
)]
pub trait Text: Column {}

#[diagnostic::do_not_recommend]
impl Text for String {}
