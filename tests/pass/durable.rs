//! Durable receivers and signals: in the strictest of crates, inside of a macro, without a prelude, and by names that they use themselves.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    rust_2018_idioms,
    unreachable_pub,
    unused,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    variant_size_differences,
    unused_results,
    let_underscore_drop,
    nonstandard_style,
    clippy::all,
    clippy::pedantic
)]
#![allow(clippy::missing_panics_doc, clippy::missing_errors_doc, reason = "of the user's own functions")]
use signals::durable::{Delivery, Event, Fields, Todo, Worker};
use signals::prelude::*;

/// A customer.
#[model(table = "durable_customers")]
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Customer {
    /// The key.
    #[key]
    pub id: Id<Customer>,
    /// Where it is.
    pub country: String,
}

/// A parcel.
#[model(table = "durable_parcels")]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Parcel {
    /// The key.
    #[key]
    pub id: Id<Parcel>,
    /// The order in it.
    pub order: i64,
}

/// A payment.
#[signal(durable, version = 2, upcast = from_v1)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPaid {
    /// The order.
    pub order: i64,
    /// Names that the macro uses itself.
    pub fields: Option<String>,
    /// The same.
    pub version: u32,
    /// The same.
    pub r#type: String,
    /// Never there.
    #[cfg(any())]
    pub nothing: Nothing,
}

/// Nothing to store, and never sent.
#[signal(durable, name = "tick")]
#[derive(Debug, Clone, Copy)]
struct Tick;

/// Of a library at a path that the user has written.
#[signal(durable, crate = signals)]
#[derive(Debug, Clone, Copy)]
struct Tock;

fn from_v1(version: u32, fields: &mut Fields) {
    drop(fields.insert("version".to_owned(), version.into()));
}

/// Ships.
#[receiver(OrderPaid, durable, key = order, retries = 3, backoff = "100ms", concurrency = 1, on_dead = skip)]
pub async fn ship(order: i64, version: u32, r#type: &str, tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    assert_eq!((delivery.key(), version, r#type), ("7", 2, "gift"));
    Parcel { order, ..Parcel::default() }.save(tx).await
}

/// At once.
#[receiver(OrderPaid)]
pub async fn announce(event: &OrderPaid) {
    assert_eq!(event.order, 7);
}

/// Never called.
#[receiver(Tick, durable)]
fn tick() {}

/// Called by its own name for what the closure of the macro is called.
#[receiver(post_commit, sender = Customer, created = true, when = |event| !event.instance.country.is_empty(), durable, timeout = "5s", key = country)]
pub async fn delivered(instance: &Customer, _delivery: &Delivery, db: &Db) -> Result<()> {
    Parcel { order: i64::from(instance.id == Id::new(1)), ..Parcel::default() }.save(db).await
}

macro_rules! counts {
    ($name:ident, $model:ident, $key:ident, $signal:ident { $field:ident }) => {
        #[signal(durable)]
        #[derive(Debug, Clone, Copy)]
        struct $signal {
            $field: u8,
        }

        #[receiver($signal, durable, key = $field)]
        fn $field($field: u8) {
            assert_eq!($field, 1);
        }

        #[receiver(post_commit, sender = $model, durable, key = $key)]
        async fn $name(instance: &$model, tx: &mut Tx) -> Result<()> {
            assert!(!instance.country.is_empty());
            Parcel { order: -1, ..Parcel::default() }.save(tx).await
        }
    };
}

counts!(payload, Customer, country, Counted { parts });

mod without_prelude {
    #![no_implicit_prelude]

    /// A durable signal.
    #[::signals::signal(durable)]
    #[derive(Debug)]
    pub(super) struct Closed {
        /// Why.
        pub(super) why: ::std::string::String,
    }

    /// A receiver.
    #[::signals::receiver(Closed, durable, key = why)]
    async fn close(why: &::std::primitive::str, tx: &mut ::signals::Tx) -> ::signals::Result<()> {
        super::Parcel { order: if why.is_empty() { -2 } else { -3 }, ..::std::default::Default::default() }
            .close(tx)
            .await
    }

    impl super::Parcel {
        async fn close(mut self, tx: &mut ::signals::Tx) -> ::signals::Result<()> {
            ::signals::Model::save(&mut self, tx).await
        }
    }
}

/// The test.
pub async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(Customer, Parcel, Event, Todo)>().await?;
    Customer { country: "at".to_owned(), ..Customer::default() }.save(&db).await?;
    db.transaction(async |tx| {
        Counted { parts: 1 }.send(tx).await?;
        without_prelude::Closed { why: String::new() }.send(tx).await?;
        OrderPaid { order: 7, fields: None, version: 2, r#type: "gift".to_owned() }.send(tx).await
    })
    .await?;
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 5);
    let mut orders: Vec<i64> = Parcel::all(&db).await?.iter().map(|parcel| parcel.order).collect();
    orders.sort_unstable();
    assert_eq!(orders, [-2, -1, 1, 7]);
    Ok(())
}
