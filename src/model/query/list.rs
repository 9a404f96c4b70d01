//! A long list of values as one parameter: the text of the statement is then the same for any number, which has no limit.

#[cfg(feature = "sqlite")]
use self::json::{Form, json};
use super::select::Operand;
use crate::column::ColumnType;
use crate::db::Dialect;
use crate::model::sql::array;
use crate::value::{Value, ValueRef};

/// The values in the form in which the database takes a list.
pub(super) struct List {
    /// The value of the parameter.
    pub(super) text: String,
    /// The SQL between the column and the parameter.
    pub(super) opening: &'static str,
    /// The SQL after the parameter.
    pub(super) closing: &'static str,
}

impl List {
    /// The list for a column of this type. `None` if a value is refused or not known before the statement runs; then each is a
    /// parameter, which says what is wrong with it.
    pub(super) fn of<'o>(
        operands: impl Iterator<Item = &'o Operand<'o>> + Clone,
        ty: ColumnType,
        dialect: Dialect,
    ) -> Option<Self> {
        if ty == ColumnType::Json {
            let values: Vec<Value> = operands.map(|operand| operand.value().map(Value::from)).collect::<Option<_>>()?;
            // PostgreSQL would refuse it with an error that ends the transaction.
            let has_nul = |value: &Value| matches!(value, Value::Text(json) if json.contains("\\u0000"));
            if values.iter().any(has_nul) {
                return None;
            }
            return Self::of_values(values.iter().map(ValueRef::from), ty, dialect);
        }
        if operands.clone().any(|operand| operand.value().is_none()) {
            return None;
        }
        Self::of_values(operands.filter_map(Operand::value), ty, dialect)
    }

    fn of_values<'v>(
        values: impl Iterator<Item = ValueRef<'v>> + Clone,
        ty: ColumnType,
        dialect: Dialect,
    ) -> Option<Self> {
        if values.clone().any(|value| matches!(value, ValueRef::Null | ValueRef::Json(_) | ValueRef::Refused(_))) {
            return None;
        }
        match dialect {
            Dialect::Postgres => Some(Self { text: array(values), opening: " = ANY (", closing: ")" }),
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => {
                let (form, opening, closing) = Form::of(values.clone(), ty).sql();
                Some(Self { text: json(values, form)?, opening, closing })
            }
            #[cfg(not(feature = "sqlite"))]
            Dialect::Sqlite => {
                let _ = ty;
                None
            }
        }
    }
}

#[cfg(feature = "sqlite")]
mod json {
    use std::fmt::Write;

    use crate::calendar::{DateOrTime, sortable};
    use crate::column::ColumnType;
    use crate::value::ValueRef;

    /// The form of the elements of a list.
    #[derive(Clone, Copy, PartialEq)]
    pub(super) enum Form {
        Plain,
        /// Bytes, in hexadecimal digits: JSON has none.
        Bytes,
        /// Text, in hexadecimal digits: JSON in SQLite has no NUL.
        TextWithNul,
        /// Floating-point numbers, each as two integers, `m` and `e`, of which it is m * 2^e: SQLite does not read every number with many
        /// digits correctly.
        Exact,
    }

    impl Form {
        /// The form that holds these values of a column of this type.
        pub(super) fn of<'v>(mut values: impl Iterator<Item = ValueRef<'v>>, ty: ColumnType) -> Self {
            match ty {
                ColumnType::Blob | ColumnType::Uuid => Self::Bytes,
                ColumnType::Real if values.any(|value| matches!(value, ValueRef::Real(real) if !is_short(real))) => {
                    Self::Exact
                }
                ColumnType::Text
                    if values.any(|value| matches!(value.exposed(), ValueRef::Text(text) if text.contains('\0'))) =>
                {
                    Self::TextWithNul
                }
                _ => Self::Plain,
            }
        }

        /// The SQL between the column and the list, and after the list.
        pub(super) fn sql(self) -> (Self, &'static str, &'static str) {
            match self {
                Self::Plain => (self, " IN (SELECT value FROM json_each(", "))"),
                Self::Bytes => (self, " IN (SELECT unhex(value) FROM json_each(", "))"),
                Self::TextWithNul => (self, " IN (SELECT CAST(unhex(value) AS TEXT) FROM json_each(", "))"),
                // The powers of 2 are computed without rounding.
                Self::Exact => (
                    self,
                    " IN (WITH RECURSIVE up(e, power) AS (SELECT 0, 1.0 UNION ALL SELECT e + 1, power * 2 FROM up WHERE e < 971), \
                     down(e, power) AS (SELECT -1, 0.5 UNION ALL SELECT e - 1, power / 2 FROM down WHERE e > -1074) \
                     SELECT (value ->> 0) * power FROM json_each(",
                    ") JOIN (SELECT e, power FROM up UNION ALL SELECT e, power FROM down) ON e = value ->> 1)",
                ),
            }
        }
    }

    /// Whether SQLite reads the number correctly: its digits and the power of 10 are exact.
    fn is_short(real: f64) -> bool {
        let text = format!("{real:e}");
        let Some((digits, exponent)) = text.split_once('e') else { return false };
        digits.len() <= 15 && exponent.parse::<i32>().is_ok_and(|exponent| exponent.abs() <= 20)
    }

    /// The integers of which a number is m * 2^e. Infinity is too large a number.
    fn exactly(real: f64) -> (i64, i32) {
        let bits = real.to_bits();
        let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or_default();
        let fraction = (bits & ((1 << 52) - 1)).cast_signed();
        let (m, e) = match exponent {
            0 => (fraction, -1074),
            0x7ff => (1 << 53, 971),
            exponent => (fraction | 1 << 52, exponent - 1075),
        };
        (if real.is_sign_negative() { -m } else { m }, e)
    }

    /// The values as they are stored in SQLite, as a list of JSON.
    pub(super) fn json<'a>(values: impl Iterator<Item = ValueRef<'a>>, form: Form) -> Option<String> {
        let mut list = String::from("[");
        for value in values {
            if list.len() > 1 {
                list.push(',');
            }
            // Writing to a string does not fail.
            let _ = match value.exposed() {
                ValueRef::Boolean(boolean) => write!(list, "{}", i64::from(boolean)),
                ValueRef::Integer(integer) => write!(list, "{integer}"),
                ValueRef::Real(real) if form == Form::Exact => {
                    let (m, e) = exactly(real);
                    write!(list, "[{m},{e}]")
                }
                ValueRef::Real(real) => write!(list, "{real:?}"),
                ValueRef::Text(text) if form == Form::TextWithNul => hex(&mut list, text.as_bytes()),
                ValueRef::Text(text) => string(&mut list, text),
                ValueRef::Blob(bytes) => hex(&mut list, bytes),
                ValueRef::Uuid(bytes) => hex(&mut list, &bytes),
                ValueRef::Timestamp(micros) | ValueRef::DateTime(micros) => {
                    date(&mut list, DateOrTime::DateTime(micros))?
                }
                ValueRef::Date(days) => date(&mut list, DateOrTime::Date(days))?,
                ValueRef::Time(micros) => date(&mut list, DateOrTime::Time(micros))?,
                _ => return None,
            };
        }
        list.push(']');
        Some(list)
    }

    fn string(list: &mut String, text: &str) -> std::fmt::Result {
        list.push('"');
        for character in text.chars() {
            match character {
                '"' | '\\' => write!(list, "\\{character}")?,
                '\0'..='\u{1f}' => write!(list, "\\u{:04x}", u32::from(character))?,
                _ => list.push(character),
            }
        }
        list.push('"');
        Ok(())
    }

    fn hex(list: &mut String, bytes: &[u8]) -> std::fmt::Result {
        list.push('"');
        bytes.iter().try_for_each(|byte| write!(list, "{byte:02x}"))?;
        list.push('"');
        Ok(())
    }

    fn date(list: &mut String, value: DateOrTime) -> Option<std::fmt::Result> {
        let text = sortable(value)?;
        Some(write!(list, "\"{}\"", String::from_utf8_lossy(text.as_bytes())))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn numbers_that_are_written_with_two_integers() {
            assert!([0.0, -0.5, 1e20, 0.1, f64::from(1.5_f32)].into_iter().all(is_short));
            assert!(![0.1 + 0.2, 1e23, 5e-324, f64::INFINITY].into_iter().any(is_short));
            assert_eq!(exactly(1.0), (1 << 52, -52));
            assert_eq!(exactly(-0.75), (-(3 << 51), -53));
            assert_eq!(exactly(5e-324), (1, -1074));
            assert_eq!(exactly(f64::MAX), ((1 << 53) - 1, 971));
            assert_eq!(exactly(f64::NEG_INFINITY), (-(1 << 53), 971));
        }
    }
}
