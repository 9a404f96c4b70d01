//! Lists of values of each type: short ones are parameters, and a long one is a single parameter.

use jiff::civil::{Date, date};
use signals::Column;
use signals::ErrorKind;
use signals::db::ValueRef;
use signals::model::query::ColumnOf;
use signals::model::{ColumnError, ColumnType, Json};
use signals::prelude::*;
use uuid::Uuid;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(
    rule_62_a_list_has_any_length_and_type,
    rule_62_what_cannot_be_stored_is_in_no_row,
    rule_66_a_value_that_is_refused_is_an_error_of_its_field
);

#[derive(Debug, Clone, Copy, Default, PartialEq, Column)]
enum Colour {
    #[default]
    Red,
    #[column(name = "b'l\"u\\e")]
    Blue,
}

#[derive(Debug, Clone, Default, PartialEq, Column)]
struct Email(String);

#[model]
#[derive(Debug, Clone, Default)]
struct Country {
    #[key]
    code: String,
}

#[model]
#[derive(Debug, Clone, Default)]
struct Machine {
    #[key]
    serial: Uuid,
}

#[model]
#[derive(Debug, Clone, Default)]
struct Sample {
    #[key]
    id: Id<Sample>,
    text: String,
    email: Email,
    colour: Colour,
    large: i64,
    medium: i32,
    unsigned: u32,
    maybe: Option<i64>,
    flag: bool,
    double: f64,
    single: f32,
    bytes: Vec<u8>,
    at: jiff::Timestamp,
    day: Date,
    local: chrono::NaiveDateTime,
    uuid: Uuid,
    json: Json<Vec<String>>,
    #[foreign_key(on_delete = cascade)]
    country: Ref<Country, String>,
    #[foreign_key(on_delete = cascade)]
    machine: Ref<Machine, Uuid>,
}

fn uuid(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 | 7 << 100)
}

fn day(number: usize) -> Date {
    let days = i32::try_from(number).unwrap();
    date(1800, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap()
}

fn at(number: usize) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(i64::try_from(number).unwrap() * 1_000_003 - 7_000_000_000).unwrap()
}

fn local(number: usize) -> chrono::NaiveDateTime {
    chrono::DateTime::from_timestamp_micros(i64::try_from(number).unwrap() * 999_999_937).unwrap().naive_utc()
}

/// Numbers with many digits.
fn double(number: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "they are small")]
    let number = number as f64;
    (number + 0.1) / 3.0 * 1e-7
}

fn single(number: usize) -> f32 {
    f32::from_bits(0x3e99_999a + u32::try_from(number).unwrap())
}

/// The row with this number, and the value of each of its columns has this number.
fn sample(number: usize) -> Sample {
    Sample {
        id: Id::UNSET,
        text: format!("t{number}'\"\\,{{}}\u{e9}"),
        email: Email(format!("\u{1}{number}\n")),
        colour: if number.is_multiple_of(2) { Colour::Red } else { Colour::Blue },
        large: i64::MAX - i64::try_from(number).unwrap(),
        medium: i32::MIN + i32::try_from(number).unwrap(),
        unsigned: u32::MAX - u32::try_from(number).unwrap(),
        maybe: Some(i64::try_from(number).unwrap()),
        flag: number.is_multiple_of(2),
        double: double(number),
        single: single(number),
        bytes: number.to_le_bytes().to_vec(),
        at: at(number),
        day: day(number),
        local: local(number),
        uuid: uuid(number),
        json: Json(vec![format!("{number}'\"\\")]),
        country: Ref::new(format!("c{number}\"")),
        machine: Ref::new(uuid(number)),
    }
}

async fn rule_62_a_list_has_any_length_and_type(database: &Database) -> TestResult {
    const LENGTHS: [usize; 6] = [0, 1, 16, 17, 1000, 70_000];

    /// Lists of these lengths with one of the two values of this column in the database, and then with both.
    async fn found<T: Column, N>(
        db: &Db,
        column: ColumnOf<Sample, T, N>,
        value: impl Fn(usize) -> T,
        others: std::ops::Range<usize>,
    ) -> Result<()> {
        for len in LENGTHS {
            let what = format!("{len} values of the type {}", std::any::type_name::<T>());
            let mut list: Vec<T> = others.clone().cycle().take(len.saturating_sub(1)).map(&value).collect();
            list.extend((len > 0).then(|| value(0)));
            let one = u64::from(len > 0);
            assert_eq!(Sample::filter(|_| column.is_in(&list)).count(db).await?, one, "{what}");
            assert_eq!(Sample::exclude(|_| column.is_in(&list)).count(db).await?, 3 - one, "{what}");
            list.extend([value(0), value(1)]);
            assert_eq!(Sample::filter(|_| column.is_in(list)).count(db).await?, 2, "{what}");
        }
        Ok(())
    }

    let db = database.with_tables::<(Country, Machine, Sample)>().await?;
    let mut rows = [sample(0), sample(1), sample(2)];
    // In none of the lists.
    rows[2] = Sample {
        double: f64::INFINITY,
        single: -1.0,
        at: "0001-01-01T00:00:00Z".parse()?,
        day: date(1, 1, 1),
        local: "0001-01-01T00:00:00".parse()?,
        colour: Colour::Red,
        flag: true,
        country: rows[2].country.clone(),
        machine: rows[2].machine,
        ..Sample::default()
    };
    for row in &rows {
        Country { code: row.country.get().unwrap().clone() }.save(&db).await?;
        Machine { serial: *row.machine.get().unwrap() }.save(&db).await?;
    }
    Sample::create_many(&db, &mut rows).await?;

    let columns = Sample::columns();
    let many = 10..70_010;
    found(&db, columns.text, |number| sample(number).text, many.clone()).await?;
    found(&db, columns.email, |number| sample(number).email, many.clone()).await?;
    found(&db, columns.large, |number| sample(number).large, many.clone()).await?;
    found(&db, columns.medium, |number| sample(number).medium, many.clone()).await?;
    found(&db, columns.unsigned, |number| sample(number).unsigned, many.clone()).await?;
    found(&db, columns.maybe, |number| sample(number).maybe.unwrap(), many.clone()).await?;
    found(&db, columns.double, self::double, many.clone()).await?;
    found(&db, columns.single, self::single, many.clone()).await?;
    found(&db, columns.bytes, |number| number.to_le_bytes().to_vec(), many.clone()).await?;
    found(&db, columns.at, self::at, many.clone()).await?;
    found(&db, columns.day, self::day, many.clone()).await?;
    found(&db, columns.local, self::local, many.clone()).await?;
    found(&db, columns.uuid, self::uuid, many.clone()).await?;
    found(&db, columns.json, |number| sample(number).json, many.clone()).await?;
    found(&db, columns.country, |number| sample(number).country, many.clone()).await?;
    found(&db, columns.machine, |number| sample(number).machine, many.clone()).await?;
    found(&db, columns.id, |number| Id::new(1 + i64::try_from(number).unwrap()), many).await?;

    // Types with few values.
    for len in LENGTHS {
        let colours = vec![Colour::Blue; len];
        assert_eq!(Sample::filter(|sample| sample.colour.is_in(colours)).count(&db).await?, u64::from(len > 0));
        assert_eq!(Sample::filter(|sample| sample.flag.is_in(vec![false; len])).count(&db).await?, u64::from(len > 0));
    }
    Ok(())
}

async fn rule_62_what_cannot_be_stored_is_in_no_row(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct Note {
        #[key]
        id: Id<Note>,
        text: String,
        maybe: Option<String>,
        number: f64,
        day: Option<Date>,
    }

    let db = database.with_tables::<Note>().await?;
    let note = |text: &str, number| Note { text: text.to_owned(), number, ..Note::default() };
    let mut notes = [note("a", 1.0), note("a\u{1}", f64::INFINITY), note("b", f64::NEG_INFINITY)];
    (notes[0].maybe, notes[0].day) = (Some("a".to_owned()), Some(date(2000, 1, 1)));
    Note::create_many(&db, &mut notes).await?;
    let tx = db.begin().await?;
    let count = async |condition| Note::filter(|_| condition).count(&tx).await;
    let note = Note::columns();

    // PostgreSQL has no NUL in text.
    assert_eq!(count(note.text.eq("a\0")).await?, 0);
    assert_eq!(count(!note.text.eq("a\0")).await?, 3);
    assert_eq!(count(note.text.ne("a\0")).await?, 3);
    assert_eq!(count(note.maybe.ne("a\0")).await?, 3);
    assert_eq!(count(note.text.lt("a\0")).await?, 1);
    assert_eq!(count(note.text.le("a\0")).await?, 1);
    assert_eq!(count(note.text.gt("a\0")).await?, 2);
    assert_eq!(count(note.text.ge("a\0x")).await?, 2);
    assert_eq!(count(!note.maybe.ge("a\0x")).await?, 3);
    assert_eq!(count(note.text.between("a\0", "b\0")).await?, 2);
    assert_eq!(count(note.text.contains("\0")).await?, 0);
    assert_eq!(count(!note.text.iends_with("\0")).await?, 3);
    for len in [1, 16, 40] {
        let list = || std::iter::repeat_n("a\0", len);
        assert_eq!(count(note.text.is_in(list())).await?, 0);
        assert_eq!(count(!note.maybe.is_in(list())).await?, 3);
        assert_eq!(count(note.text.is_in(list().chain(["b"]))).await?, 1);
        let list = || std::iter::repeat_n(f64::NAN, len);
        assert_eq!(count(note.number.is_in(list())).await?, 0);
        assert_eq!(count(note.number.is_in(list().chain([f64::INFINITY, 1.0, 2.0]))).await?, 2);
        assert_eq!(count(!note.number.is_in(list().chain([f64::NEG_INFINITY]))).await?, 2);
    }

    // SQLite has no NaN, which is the largest number in PostgreSQL.
    assert_eq!(count(note.number.eq(f64::NAN)).await?, 0);
    assert_eq!(count(note.number.ne(f64::NAN)).await?, 3);
    assert_eq!(count(note.number.lt(f64::NAN)).await?, 3);
    assert_eq!(count(note.number.ge(f64::NAN)).await?, 0);
    assert_eq!(count(note.number.add(1.0).le(f64::NAN)).await?, 3);
    assert_eq!(count(note.number.ge(f64::INFINITY)).await?, 1);
    assert_eq!(count(note.number.between(f64::NEG_INFINITY, 1e300)).await?, 2);

    // SQLite has the years 0 to 9999.
    assert_eq!(count(note.day.gt(date(-1, 1, 1))).await?, 1);
    assert_eq!(count(note.day.lt(date(-1, 1, 1))).await?, 0);
    assert_eq!(count(!note.day.eq(date(-1, 1, 1))).await?, 3);
    assert_eq!(count(note.day.is_in((-60..0).map(|year| date(year, 1, 1)))).await?, 0);
    tx.commit().await?;
    Ok(())
}

/// Stored as text.
#[derive(Debug, Clone, Default, PartialEq)]
struct Price(String);

impl Column for Price {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_value(&self) -> ValueRef<'_> {
        if self.0.starts_with('-') { ValueRef::Refused("a price is not below 0") } else { ValueRef::Text(&self.0) }
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        String::from_value(value).map(Self)
    }
}

async fn rule_66_a_value_that_is_refused_is_an_error_of_its_field(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct Item {
        #[key]
        id: Id<Item>,
        name: String,
        price: Price,
    }

    let db = database.with_tables::<Item>().await?;
    Item { name: "a".to_owned(), ..Item::default() }.save(&db).await?;
    let refused = || Price("-1".to_owned());
    let many = || std::iter::repeat_n(Price::default(), 100).chain([refused()]);
    for error in [
        Item::filter(|item| item.name.eq("a") & item.price.eq(refused())).count(&db).await.unwrap_err(),
        Item::filter(|item| item.price.is_in([refused()])).ids(&db).await.unwrap_err(),
        Item::filter(|item| item.price.is_in(many())).exists(&db).await.unwrap_err(),
        Item::query().update(&db, |item| item.price.set(refused())).await.unwrap_err(),
        Item::query().update(&db, |item| item.price.set(refused())).with_signals().await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::NotStorable { field: "price", .. }), "{error}");
    }
    // What cannot be stored cannot be set either.
    let set = Item::query().update(&db, |item| item.name.set("\0")).await;
    assert_eq!(set.is_ok(), is_sqlite(&db));
    Ok(())
}
