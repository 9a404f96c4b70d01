//! Values that a database cannot store, so that no row has one. A comparison with such a value is written without it, and finds the same
//! rows in every database.

use super::select::{Comparison, Operand};
use crate::calendar::{MICROS_PER_DAY, civil};
use crate::db::Dialect;
use crate::value::ValueRef;

/// Where a value that cannot be stored is among those that can.
#[derive(Clone, Copy)]
pub(super) enum Outside<'q> {
    Below,
    Above,
    /// Directly above this value.
    After(ValueRef<'q>),
}

/// A comparison without the value that cannot be stored.
#[derive(Clone, Copy)]
pub(super) enum Written<'q> {
    Constant(bool),
    /// Every row but those with NULL.
    AnyValue,
    With(Comparison, ValueRef<'q>),
}

impl<'q> Outside<'q> {
    /// `None` for a value that can be stored, and for one that is refused.
    pub(super) fn of(value: ValueRef<'q>, dialect: Dialect) -> Option<Self> {
        match (dialect, value) {
            // PostgreSQL stores no NUL in text. What is smaller than `a\0b` is `a` or smaller.
            (Dialect::Postgres, ValueRef::Text(text)) => {
                text.split_once('\0').map(|(start, _)| Self::After(ValueRef::Text(start)))
            }
            (Dialect::Postgres, ValueRef::Secret(text)) => {
                text.split_once('\0').map(|(start, _)| Self::After(ValueRef::Secret(start)))
            }
            // SQLite stores no NaN, which is the largest number in PostgreSQL.
            (Dialect::Sqlite, ValueRef::Real(real)) if real.is_nan() => Some(Self::Above),
            (_, ValueRef::Timestamp(micros) | ValueRef::DateTime(micros)) => match micros {
                i64::MIN | i64::MAX => Self::infinite(micros < 0, dialect),
                _ => Self::day(micros.div_euclid(MICROS_PER_DAY), dialect),
            },
            (_, ValueRef::Date(days)) => match days {
                i32::MIN | i32::MAX => Self::infinite(days < 0, dialect),
                _ => Self::day(days.into(), dialect),
            },
            _ => None,
        }
    }

    fn infinite(is_past: bool, dialect: Dialect) -> Option<Self> {
        match dialect {
            Dialect::Sqlite => Some(if is_past { Self::Below } else { Self::Above }),
            Dialect::Postgres => None,
        }
    }

    fn day(days: i64, dialect: Dialect) -> Option<Self> {
        /// The first day of PostgreSQL, in the year 4714 BC.
        const FIRST: i64 = -2_440_588;

        match (dialect, civil(days).0) {
            (Dialect::Sqlite, ..0) => Some(Self::Below),
            (Dialect::Sqlite, 10_000..) => Some(Self::Above),
            (Dialect::Postgres, _) if days < FIRST => Some(Self::Below),
            _ => None,
        }
    }

    pub(super) fn compared(self, comparison: Comparison) -> Written<'q> {
        match (comparison, self) {
            (Comparison::Eq, _) => Written::Constant(false),
            (Comparison::Ne, _) => Written::Constant(true),
            (Comparison::Lt | Comparison::Le, Self::Above) | (Comparison::Gt | Comparison::Ge, Self::Below) => {
                Written::AnyValue
            }
            (Comparison::Lt | Comparison::Le, Self::Below) | (Comparison::Gt | Comparison::Ge, Self::Above) => {
                Written::Constant(false)
            }
            (Comparison::Lt | Comparison::Le, Self::After(value)) => Written::With(Comparison::Le, value),
            (Comparison::Gt | Comparison::Ge, Self::After(value)) => Written::With(Comparison::Gt, value),
        }
    }
}

impl Operand<'_> {
    /// Where it is if it is a value that cannot be stored.
    pub(super) fn outside(&self, dialect: Dialect) -> Option<Outside<'_>> {
        Outside::of(self.value()?, dialect)
    }
}
