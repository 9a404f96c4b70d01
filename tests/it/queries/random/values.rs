//! Values of each type, those among them that are easy to get wrong and those that a database cannot store.

use std::cmp::Ordering;

use jiff::civil::Date;
use signals::Column;
use signals::db::{Value, ValueRef};
use signals::model::Json;
use signals::prelude::*;
use uuid::Uuid;

use super::rows::{Country, Machine, Owner, Sample};

#[derive(Debug, Clone, Copy, Default, PartialEq, Column)]
pub(super) enum Colour {
    #[default]
    Red,
    Green,
    #[column(name = "b'l\"u\\e%")]
    Blue,
}

#[derive(Debug, Clone, Default, PartialEq, Column)]
pub(super) struct Email(pub(super) String);

/// A type of column with some values.
pub(super) trait Sampled: Column {
    /// Whether both databases have the same order of these values.
    const IS_ORDERED: bool = true;

    fn values() -> Vec<Self>;

    fn at(index: usize) -> Self {
        let values = Self::values();
        values[index % values.len()].clone()
    }

    /// A value that this database can store.
    fn stored(index: usize, is_sqlite: bool) -> Self {
        let mut values = Self::values();
        values.retain(|value| is_stored(value.to_value(), is_sqlite));
        let index = index % values.len();
        values.swap_remove(index)
    }
}

fn is_stored(value: ValueRef<'_>, is_sqlite: bool) -> bool {
    match value {
        ValueRef::Text(text) => is_sqlite || !text.contains('\0'),
        ValueRef::Real(real) => !is_sqlite || !real.is_nan(),
        // From the year 0 to 9999.
        ValueRef::Date(days) => !is_sqlite || (-719_528..2_932_897).contains(&days),
        ValueRef::Timestamp(micros) | ValueRef::DateTime(micros) => {
            is_stored(ValueRef::Date(i32::try_from(micros.div_euclid(86_400_000_000)).unwrap()), is_sqlite)
        }
        _ => true,
    }
}

/// The order of the databases: of text by its bytes, and NaN is the largest number.
pub(super) fn order(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Boolean(a), ValueRef::Boolean(b)) => a.cmp(&b),
        (ValueRef::Integer(a), ValueRef::Integer(b))
        | (ValueRef::Timestamp(a), ValueRef::Timestamp(b))
        | (ValueRef::DateTime(a), ValueRef::DateTime(b)) => a.cmp(&b),
        (ValueRef::Date(a), ValueRef::Date(b)) => a.cmp(&b),
        (ValueRef::Real(a), ValueRef::Real(b)) => a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
        (ValueRef::Text(a), ValueRef::Text(b)) => a.cmp(b),
        (ValueRef::Blob(a), ValueRef::Blob(b)) => a.cmp(b),
        (ValueRef::Uuid(a), ValueRef::Uuid(b)) => a.cmp(&b),
        (a, b) if a == b => Ordering::Equal,
        // Another JSON, of which the order is not asked.
        _ => Ordering::Less,
    }
}

pub(super) fn owned(value: &impl Column) -> Value {
    value.to_value().into()
}

macro_rules! sampled {
    ($($ty:ty = $values:expr;)*) => {$(
        impl Sampled for $ty {
            fn values() -> Vec<Self> {
                $values.into()
            }
        }
    )*};
}

pub(super) const TEXTS: [&str; 26] = [
    "",
    "a",
    "A",
    "ab",
    "aB",
    "Ab%",
    "%",
    "_",
    "a_b",
    "a%b",
    "'",
    "''",
    "\"",
    "\\",
    "a\\%",
    "\u{e9}",
    "\u{c9}",
    "e\u{301}",
    "\u{1f980}",
    "x\u{1f980}a",
    "a\nb\t",
    "NULL",
    "a\0",
    "a\0b",
    "\0b",
    " a ",
];

sampled! {
    String = TEXTS.map(str::to_owned);
    Email = TEXTS.map(|text| Email(text.to_owned()));
    Colour = [Colour::Red, Colour::Green, Colour::Blue];
    bool = [true, false];
    i32 = [0, 1, -1, 2, 3, 100, i32::MIN, i32::MAX];
    u32 = [0, 1, 2, 3, 100, u32::MAX];
    i64 = [0, 1, -1, 2, 3, 100, i64::MIN, i64::MAX, (1 << 53) + 1, 1 << 53];
    // These are added without an error of rounding.
    f32 = [0.0, -0.0, 1.0, 1.5, -2.25, 100.0, 1024.0];
    f64 = doubles();
    Vec<u8> = [&b""[..], b"\0", b"a", b"ab", b"\xff\x00", b"'\"\\", &[0; 40]].map(<[u8]>::to_vec);
    jiff::Timestamp = ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59Z", "0001-01-01T00:00:00Z",
        "9999-12-30T22:00:00Z", "-000044-03-15T12:00:00Z"].map(|text| text.parse().unwrap());
    Date = [jiff::civil::date(1970, 1, 1), jiff::civil::date(2024, 2, 29), jiff::civil::date(0, 1, 1), jiff::civil::date(9999, 12, 31),
        jiff::civil::date(-44, 3, 15)];
    chrono::NaiveDateTime = [(1970, 1, 1), (2024, 2, 29), (0, 1, 1), (9999, 12, 31), (-44, 3, 15), (12_345, 6, 7)]
        .map(|(year, month, day)| chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(1, 2, 3).unwrap());
    Uuid = [0, 1, u128::MAX, 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10].map(Uuid::from_u128);
    Ref<Country, String> = ["be", "'q\"\\", "", "none"].map(|key| Ref::new(key.to_owned()));
    Ref<Machine, Uuid> = [1, 2, 3].map(|key| Ref::new(Uuid::from_u128(key)));
    Id<Owner> = [1, 2, 3, 4].map(Id::new);
    Id<Sample> = [1, 2, 3, 10, 20, 999].map(Id::new);
}

impl Sampled for Json<serde_json::Value> {
    const IS_ORDERED: bool = false;

    fn values() -> Vec<Self> {
        let texts = ["null", "1", "\"a'\\\"\\\\\"", "[1,[2]]", r#"{"a":1,"b":[true]}"#, "{}", "false"];
        texts.map(|text| Json(serde_json::from_str(text).unwrap())).into()
    }
}

/// Some edges, and numbers with many digits, which are easily lost in text.
fn doubles() -> Vec<f64> {
    let mut doubles = vec![
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        0.2,
        0.1 + 0.2,
        0.3,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        1e15 + 0.3,
        1e23,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..40 {
        bits = bits.wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ (bits >> 29);
        let double = f64::from_bits(bits);
        doubles.push(if double.is_nan() { 2.5 } else { double });
    }
    doubles
}
