//! What a save and `create_many` allocate on PostgreSQL, next to the same statements by hand on tokio-postgres. Without a server, they
//! do nothing.

use allocation_counter::{AllocationInfo, measure};
use signals::db::tokio_postgres::{Client, NoTls, connect};
use signals::prelude::*;
use tokio::runtime::{Builder, Runtime};

use crate::failure::{Failure, TestResult};

type Fallible<T> = std::result::Result<T, Failure>;

#[model(table = "unwatched")]
#[derive(Default)]
struct Unwatched {
    #[key]
    id: Id<Unwatched>,
    name: String,
    email: Option<String>,
    age: i64,
}

/// The same with two receivers.
#[model(table = "watched")]
#[derive(Default)]
struct Watched {
    #[key]
    id: Id<Watched>,
    name: String,
    email: Option<String>,
    age: i64,
}

#[receiver(post_save, sender = Watched)]
async fn first(instance: &Watched, tx: &mut Tx) {
    std::hint::black_box((instance, tx));
}

#[receiver(post_save, sender = Watched)]
fn second(instance: &Watched, created: bool) {
    std::hint::black_box((instance, created));
}

/// A schema with the tables, and a connection to it of each kind. One thread runs them, whose allocations are counted.
struct Server {
    runtime: Runtime,
    db: Db,
    hand: Client,
    schema: String,
}

impl Server {
    fn new(test: &str) -> Fallible<Option<Self>> {
        let Ok(url) = std::env::var("SIGNALS_TEST_POSTGRES") else { return Ok(None) };
        let schema = format!("signals_allocation_{test}_{}", std::process::id());
        let question = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{question}options=-c%20search_path%3D{schema}");
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (db, hand) = runtime.block_on(async {
            let (hand, connection) = connect(&url, NoTls).await?;
            tokio::spawn(connection);
            hand.batch_execute(&format!("CREATE SCHEMA {schema}")).await?;
            let db = Db::connect(&url).await?;
            db.create_tables().await?;
            Fallible::Ok((db, hand))
        })?;
        Ok(Some(Self { runtime, db, hand, schema }))
    }

    /// What the future allocates.
    fn measure(&self, future: impl Future<Output = TestResult>) -> Fallible<AllocationInfo> {
        let mut result = Ok(());
        let allocated = measure(|| result = self.runtime.block_on(future));
        result.map(|()| allocated)
    }

    /// The number of allocations of the future. Buffers of the connection are allocated again every few statements.
    fn fewest<F: Future<Output = TestResult>>(&self, mut future: impl FnMut() -> F) -> Fallible<u64> {
        let mut fewest = u64::MAX;
        for _ in 0..12 {
            fewest = fewest.min(self.measure(future())?.count_total);
        }
        Ok(fewest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let drop = format!("DROP SCHEMA {} CASCADE", self.schema);
        self.runtime.block_on(self.hand.batch_execute(&drop)).unwrap();
    }
}

#[test]
fn rule_25_a_save_allocates_little_more_than_its_statements_by_hand() -> TestResult {
    let Some(server) = Server::new("save")? else { return Ok(()) };
    let (hand, db) = (&server.hand, &server.db);
    let insert = "INSERT INTO unwatched (name, email, age) VALUES ($1, $2, $3) RETURNING id";
    let insert = &server.runtime.block_on(hand.prepare(insert))?;

    let by_hand = server.fewest(|| async {
        hand.query_one(insert, &[&"ann", &"ann@example.org", &5_i64]).await?;
        Ok(())
    })?;
    let saved = server.fewest(|| async {
        let mut plain = Unwatched { age: 5, ..Unwatched::default() };
        plain.save(db).await?;
        Ok(())
    })?;
    // The future of the statement is in two boxes.
    assert!(saved <= by_hand + 2, "{saved} and {by_hand} by hand");

    let by_hand = server.fewest(|| async {
        hand.batch_execute("BEGIN").await?;
        hand.query_one(insert, &[&"ann", &"ann@example.org", &5_i64]).await?;
        hand.batch_execute("COMMIT").await?;
        Ok(())
    })?;
    let saved = server.fewest(|| async {
        let mut watched = Watched { age: 5, ..Watched::default() };
        watched.save(db).await?;
        Ok(())
    })?;
    // The futures that begin, insert and commit, the transaction, its connection, and BEGIN and INSERT at once.
    assert!(saved <= by_hand + 7, "{saved} and {by_hand} by hand");
    Ok(())
}

#[test]
fn rule_23_many_rows_take_no_memory_but_for_what_a_failure_puts_back() -> TestResult {
    let Some(server) = Server::new("many")? else { return Ok(()) };
    let most_for = |count: usize| -> Fallible<u64> {
        let row = || Unwatched { name: "ann".to_owned(), email: None, age: 5, ..Unwatched::default() };
        let mut rows: Vec<Unwatched> = (0..count).map(|_| row()).collect();
        let created = async {
            Unwatched::create_many(&server.db, &mut rows).await?;
            Ok(())
        };
        Ok(server.measure(created)?.bytes_max)
    };
    most_for(8192)?;
    let (few, many) = (most_for(8192)?, most_for(81_920)?);
    let put_back = (81_920 - 8192) * size_of::<Id<Unwatched>>() as u64;
    // An answer is read in parts of different sizes. The rows are 3 MB.
    let buffers = 500_000;
    assert!(many <= few + put_back + buffers, "{few} bytes for 8,192 rows, {many} for 81,920");
    Ok(())
}
