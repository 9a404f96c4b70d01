//! What goes into a column comes out of it: each type, in every way in which a value travels.

use std::fmt::Debug;

use signals::Column;

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "jiff-0_2")]
mod jiff_0_2;
#[cfg(feature = "serde_json")]
mod json;
mod names;
mod own;
mod plain;
mod properties;
mod queries;
#[cfg(feature = "uuid")]
mod uuid;

/// A test that sends each value through a save, a get, a lookup, an update, a receiver of what changed, and a parameter.
macro_rules! every_way {
    ($test:ident: $ty:ty = $values:expr) => {
        every_way!($test: $ty = $values, |value| value.clone());
    };
    ($test:ident: $ty:ty = $values:expr, |$value:ident| $argument:expr) => {
        async fn $test(database: &$crate::databases::Database) -> $crate::databases::TestResult {
            static LOG: $crate::log::Log = $crate::log::Log::new();

            #[model]
            #[derive(Debug, Clone)]
            struct Sample {
                #[key]
                id: Id<Sample>,
                #[unique]
                value: $ty,
                maybe: Option<$ty>,
            }

            #[receiver(post_save, sender = Sample)]
            fn note(changes: FieldSet<Sample>) {
                LOG.note(changes.names().collect::<Vec<_>>().join(" "));
            }

            let db = database.with_tables::<Sample>().await?;
            for value in $values {
                let value: $ty = value;
                let mut sample = Sample { id: Id::UNSET, value: value.clone(), maybe: None };
                sample.save(&db).await?;
                assert_eq!(LOG.take(), "id value maybe\n");

                let stored = Sample::get(&db, sample.id).await?.unwrap();
                $crate::types::same(&stored.value, &value);
                assert!(stored.maybe.is_none());
                let $value = &value;
                let found = Sample::by_value(&db, $argument).await?;
                assert_eq!(found.expect("the row is found by its value").id, sample.id);
                let sql = "SELECT value FROM samples WHERE value = ?";
                $crate::types::same(&db.query_one::<$ty>(sql, &(value.clone(),)).await?, &value);

                sample.save(&db).await?;
                assert_eq!(LOG.take(), "\n", "{value:?} is not changed");
                sample.maybe = Some(value.clone());
                sample.save(&db).await?;
                assert_eq!(LOG.take(), "maybe\n");
                sample.save_fields(&db, Sample::fields().maybe | Sample::fields().value).await?;
                assert_eq!(LOG.take(), "\n");
                let stored = Sample::get(&db, sample.id).await?.unwrap();
                $crate::types::same(&stored.maybe.unwrap(), &value);
                sample.delete(&db).await?;
            }
            Ok(())
        }
    };
}
use every_way;

/// Equal in every digit, NaN included.
#[track_caller]
pub(crate) fn same<T: Column + Debug>(a: &T, b: &T) {
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    assert_eq!(a.to_value(), b.to_value());
}
