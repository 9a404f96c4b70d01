//! The fields of `Sample`, by their numbers.

use std::cmp::Ordering;

use signals::db::{Value, ValueRef};
use signals::model::query::{ColumnOf, Condition, Nullable, Order};
use signals::prelude::*;

use super::rows::Sample;
use super::values::{Sampled, order, owned};

/// A comparison of a field with values. Numbers stand for values, and each number for one.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) field: usize,
    pub(super) operator: Operator,
    pub(super) a: usize,
    pub(super) b: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Operator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Between,
    /// As many values.
    In(usize),
    IsNull,
    IsNotNull,
}

impl Comparison {
    fn operator<T: Sampled>(&self) -> Operator {
        match self.operator {
            Operator::Lt | Operator::Le if !T::IS_ORDERED => Operator::Eq,
            Operator::Gt | Operator::Ge | Operator::Between if !T::IS_ORDERED => Operator::Ne,
            operator => operator,
        }
    }

    fn list<T: Sampled>(&self, len: usize) -> impl Iterator<Item = T> {
        let (first, step) = (self.a, self.b);
        let values = T::values();
        (0..len).map(move |number| values[(first + number * step) % values.len()].clone())
    }

    fn of<T: Sampled, N>(&self, column: ColumnOf<Sample, T, N>) -> Condition<'static, Sample> {
        let (a, b) = (T::at(self.a), T::at(self.b));
        match self.operator::<T>() {
            Operator::Eq => column.eq(a),
            Operator::Ne => column.ne(a),
            Operator::Lt => column.lt(a),
            Operator::Le => column.le(a),
            Operator::Gt => column.gt(a),
            Operator::Ge => column.ge(a),
            Operator::Between => column.between(a, b),
            Operator::In(len) => column.is_in(self.list::<T>(len)),
            Operator::IsNull => Condition::none(),
            Operator::IsNotNull => Condition::all(),
        }
    }

    fn of_nullable<T: Sampled>(&self, column: ColumnOf<Sample, T, Nullable>) -> Condition<'static, Sample> {
        match self.operator {
            Operator::IsNull => column.is_null(),
            Operator::IsNotNull => column.is_not_null(),
            _ => self.of(column),
        }
    }

    fn holds_for<T: Sampled>(&self, value: Option<&T>) -> bool {
        let operator = self.operator::<T>();
        let Some(value) = value else { return matches!(operator, Operator::Ne | Operator::IsNull) };
        let (a, b) = (T::at(self.a), T::at(self.b));
        let order_with = |other: &T| order(value.to_value(), other.to_value());
        match operator {
            Operator::Eq => order_with(&a).is_eq(),
            Operator::Ne => order_with(&a).is_ne(),
            Operator::Lt => order_with(&a).is_lt(),
            Operator::Le => order_with(&a).is_le(),
            Operator::Gt => order_with(&a).is_gt(),
            Operator::Ge => order_with(&a).is_ge(),
            Operator::Between => order_with(&a).is_ge() && order_with(&b).is_le(),
            Operator::In(len) => self.list::<T>(len).any(|other| order_with(&other).is_eq()),
            Operator::IsNull => false,
            Operator::IsNotNull => true,
        }
    }
}

macro_rules! fields {
    (
        required: $($number:literal $field:ident,)*
        nullable: $($maybe_number:literal $maybe:ident,)*
        unordered: $($last_number:literal $last:ident,)*
    ) => {
        pub(super) const FIELDS: usize = [$(stringify!($field),)* $(stringify!($maybe),)* $(stringify!($last)),*].len();
        pub(super) const ORDERED: usize = [$(stringify!($field),)* $(stringify!($maybe)),*].len();

        impl Comparison {
            pub(super) fn condition(&self) -> Condition<'static, Sample> {
                let columns = Sample::columns();
                match self.field {
                    $($number => self.of(columns.$field),)*
                    $($maybe_number => self.of_nullable(columns.$maybe),)*
                    $($last_number => self.of(columns.$last),)*
                    _ => unreachable!(),
                }
            }

            pub(super) fn holds(&self, row: &Sample) -> bool {
                match self.field {
                    $($number => self.holds_for(Some(&row.$field)),)*
                    $($maybe_number => self.holds_for(row.$maybe.as_ref()),)*
                    $($last_number => self.holds_for(Some(&row.$last)),)*
                    _ => unreachable!(),
                }
            }
        }

        /// The order by a field, and whether its NULLs come first if that is said.
        pub(super) fn order_by(field: usize, is_descending: bool, nulls_first: Option<bool>) -> Order<Sample> {
            let columns = Sample::columns();
            let order = match (field, is_descending) {
                $(($number, false) => columns.$field.asc(), ($number, true) => columns.$field.desc(),)*
                $(($maybe_number, false) => columns.$maybe.asc(), ($maybe_number, true) => columns.$maybe.desc(),)*
                _ => unreachable!(),
            };
            match nulls_first {
                Some(true) => order.nulls_first(),
                Some(false) => order.nulls_last(),
                None => order,
            }
        }

        fn value_of(row: &Sample, field: usize) -> Value {
            match field {
                $($number => owned(&row.$field),)*
                $($maybe_number => owned(&row.$maybe),)*
                _ => unreachable!(),
            }
        }
    };
}

fields! {
    required:
    0 id, 1 text, 2 small, 3 unsigned, 4 large, 5 flag, 6 single, 7 double, 8 bytes, 9 at, 10 local, 11 uuid, 12 colour, 13 email, 14 country,
    nullable:
    15 maybe_text, 16 maybe_large, 17 maybe_flag, 18 day, 19 maybe_colour, 20 machine, 21 owner, 22 parent,
    unordered:
    23 json,
}

/// How two rows are ordered by a field.
pub(super) fn order_of(
    a: &Sample,
    b: &Sample,
    field: usize,
    is_descending: bool,
    nulls_first: Option<bool>,
) -> Ordering {
    let (a, b) = (value_of(a, field), value_of(b, field));
    let first = if nulls_first.unwrap_or(is_descending) { Ordering::Less } else { Ordering::Greater };
    match (a == Value::Null, b == Value::Null) {
        (true, true) => Ordering::Equal,
        (true, false) => first,
        (false, true) => first.reverse(),
        (false, false) => {
            let order = order(ValueRef::from(&a), ValueRef::from(&b));
            if is_descending { order.reverse() } else { order }
        }
    }
}
