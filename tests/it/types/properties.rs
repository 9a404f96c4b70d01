//! Whatever is saved is what comes back, and what changed is what differs: tried with values from the edges of each type.

use std::fmt::Write;

use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    what_is_saved_comes_back_and_what_changed_is_what_differs,
    ten_megabytes_come_back,
    ids_beyond_the_limits_of_the_database_are_errors_and_nothing_is_lost
);

#[model(table = "everything")]
#[derive(Debug, Clone)]
struct Everything {
    #[key]
    id: Id<Everything>,
    small: i8,
    medium: i32,
    large: i64,
    positive: u32,
    single: f32,
    double: f64,
    flag: bool,
    text: String,
    bytes: Vec<u8>,
    maybe_large: Option<i64>,
    maybe_double: Option<f64>,
    maybe_text: Option<String>,
    maybe_bytes: Option<Vec<u8>>,
    maybe_flag: Option<bool>,
}

/// A generator of numbers, the same in each run (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| value(self))
    }

    fn large(&mut self) -> i64 {
        let any = self.next().cast_signed();
        self.one_of(&[i64::MIN, i64::MIN + 1, -1, 0, 1, (1 << 53) + 1, i64::MAX, any, any])
    }

    /// Any bits are a number, or NaN, which SQLite does not have.
    fn double(&mut self, can_be_nan: bool) -> f64 {
        let any = f64::from_bits(self.next());
        let edges =
            [f64::MIN, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        let double = self.one_of(&edges);
        let double = self.one_of(&[double, any, any]);
        if double.is_nan() && !can_be_nan { 1.5 } else { double }
    }

    fn single(&mut self, can_be_nan: bool) -> f32 {
        let any = f32::from_bits(u32::try_from(self.next() >> 32).unwrap());
        let single = self.one_of(&[f32::MIN, f32::MAX, 1e-45, 0.1, f32::INFINITY, f32::NAN, any, any]);
        if single.is_nan() && !can_be_nan { 1.5 } else { single }
    }

    fn text(&mut self, can_have_nul: bool) -> String {
        let pieces = [
            "",
            " ",
            "'",
            "\"",
            "\\",
            "--",
            "\0",
            "\u{1f980}",
            "e\u{301}",
            "\u{10ffff}",
            "\r\n",
            "\u{feff}",
            "NULL",
            "?1",
            "$1",
        ];
        (0..self.below(8)).map(|_| self.one_of(&pieces)).filter(|piece| can_have_nul || *piece != "\0").collect()
    }

    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(20)).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    fn everything(&mut self, sqlite: bool) -> Everything {
        let (nan, nul) = (!sqlite, sqlite);
        Everything {
            id: Id::UNSET,
            small: self.next().to_le_bytes()[0].cast_signed(),
            medium: self.one_of(&[i32::MIN, 0, i32::MAX]),
            large: self.large(),
            positive: self.one_of(&[0, u32::MAX]),
            single: self.single(nan),
            double: self.double(nan),
            flag: self.below(2) == 0,
            text: self.text(nul),
            bytes: self.bytes(),
            maybe_large: self.maybe(Self::large),
            maybe_double: self.maybe(|random| random.double(nan)),
            maybe_text: self.maybe(|random| random.text(nul)),
            maybe_bytes: self.maybe(Self::bytes),
            maybe_flag: self.maybe(|random| random.below(2) == 0),
        }
    }
}

/// Each field in full: NaN is NaN. SQLite has no -0.0.
fn written(row: &Everything) -> Vec<String> {
    let Everything { id: _, small, medium, large, positive, single, double, flag, text, bytes, .. } = row;
    let Everything { maybe_large, maybe_double, maybe_text, maybe_bytes, maybe_flag, .. } = row;
    let mut fields = vec![format!("{small}"), format!("{medium}"), format!("{large}"), format!("{positive}")];
    fields.extend([format!("{:?}", single + 0.0), format!("{:?}", double + 0.0), format!("{flag}")]);
    fields.extend([format!("{text:?}"), format!("{bytes:?}"), format!("{maybe_large:?}")]);
    fields.push(format!("{:?}", maybe_double.map(|double| double + 0.0)));
    fields.extend([format!("{maybe_text:?}"), format!("{maybe_bytes:?}"), format!("{maybe_flag:?}")]);
    fields
}

async fn what_is_saved_comes_back_and_what_changed_is_what_differs(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    const ROUNDS: usize = 300;

    #[receiver(post_save, sender = Everything, created = false)]
    fn note(instance: &Everything, previous: Option<&Everything>, changes: FieldSet<Everything>) {
        let previous = previous.expect("an update has a row before it");
        let (before, after) = (written(previous), written(instance));
        let differ: Vec<bool> = before.iter().zip(&after).map(|(before, after)| before != after).collect();
        let names = Everything::META.fields.iter().map(|field| field.name).skip(1);
        let said: Vec<bool> = names.map(|name| changes.names().any(|changed| changed == name)).collect();
        if said != differ {
            LOG.note(format!("{previous:?}\n{instance:?}\n{changes:?}"));
        }
    }

    let db = database.with_tables::<Everything>().await?;
    let mut random = Random(7);
    let mut row = random.everything(is_sqlite(&db));
    row.save(&db).await?;
    for round in 0..ROUNDS {
        let mut next = random.everything(is_sqlite(&db));
        // Now and then something stays.
        if round % 3 == 0 {
            next.text.clone_from(&row.text);
            (next.double, next.maybe_double) = (row.double, row.maybe_double);
            next.maybe_bytes.clone_from(&row.maybe_bytes);
        }
        next.id = row.id;
        next.save(&db).await.unwrap_or_else(|error| panic!("{error}: {next:?}"));
        let stored = Everything::get(&db, next.id).await?.unwrap();
        assert_eq!(written(&stored), written(&next));
        row = next;
    }
    assert_eq!(LOG.take(), "");
    Ok(())
}

async fn ten_megabytes_come_back(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Large {
        #[key]
        id: Id<Large>,
        text: String,
        bytes: Option<Vec<u8>>,
    }

    let db = database.with_tables::<Large>().await?;
    let mut text = String::new();
    while text.len() < 10 << 20 {
        write!(text, "{} \u{1f980} ", text.len())?;
    }
    let bytes: Vec<u8> = (0..=255).cycle().take(10 << 20).collect();
    let mut large = Large { text, bytes: Some(bytes), ..Large::default() };
    large.save(&db).await?;
    let stored = Large::get(&db, large.id).await?.unwrap();
    assert!(stored.text == large.text && stored.bytes == large.bytes);
    Ok(())
}

async fn ids_beyond_the_limits_of_the_database_are_errors_and_nothing_is_lost(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default, Clone, PartialEq)]
    struct Last {
        #[key]
        id: Id<Last>,
        narrow: i32,
    }

    let db = database.with_tables::<Last>().await?;
    for id in [i64::MIN, -1, 0, i64::MAX] {
        let mut last = Last { id: Id::new(id), narrow: i32::MAX };
        last.save(&db).await?;
        assert_eq!(Last::get(&db, last.id).await?, Some(last));
    }
    if is_sqlite(&db) {
        let mut next = Last::default();
        let error = next.save(&db).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::KeysUsedUp { model } if model == "Last"), "{error}");
        assert!(next.id.is_unset());
    }
    assert_eq!(Last::all(&db).await?.len(), 4);

    // A column that is wider than the field.
    db.execute("UPDATE lasts SET narrow = 2147483648 WHERE id = 0", &()).await?;
    let error = Last::get(&db, Id::new(0)).await.unwrap_err().to_string();
    assert!(
        error.contains("expected an integer from -2147483648 to 2147483647, found the integer 2147483648"),
        "{error}"
    );
    Ok(())
}
