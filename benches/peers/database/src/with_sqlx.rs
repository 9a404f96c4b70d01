//! sqlx, which has no hooks: its statements are those of the floor, in its words.

use std::rc::Rc;
use std::time::Duration;

use measure::{Case, Cell};
use sqlx::{Connection, Executor, FromRow, PgConnection, QueryBuilder, SqliteConnection};

use crate::place::{
    ADD, COUNT, DELETE, INSERT, INSERT_RETURNING, JOIN, Kind, LIST, NONE_OF_MANY, PRAGMAS, Place, REMOVE, UPDATE,
    contents, url,
};
use crate::work::{AGE, CHILDREN, EMAIL, FEW, MANY, NAME, Operation, PARENT, Read, Watch, Work};
use crate::{Shared, timed};

#[derive(FromRow)]
#[expect(dead_code, reason = "it is read into, and not looked at")]
struct Plain {
    id: i64,
    name: String,
    email: Option<String>,
    age: i64,
}

#[derive(FromRow)]
#[expect(dead_code, reason = "it is read into, and not looked at")]
struct Child {
    id: i64,
    parent_id: i64,
    name: String,
    #[sqlx(flatten)]
    parent: Parent,
}

#[derive(FromRow)]
#[expect(dead_code, reason = "it is read into, and not looked at")]
struct Parent {
    #[sqlx(rename = "its_id")]
    id: i64,
    #[sqlx(rename = "its_name")]
    name: String,
}

pub(crate) fn cell(place: &Place, work: Work, runtime: &Shared) -> Cell {
    if work.has_receivers || work.operation == Operation::Cascade {
        return Cell::Nothing;
    }
    let runtime = Rc::clone(runtime);
    if place.kind == Kind::Postgres {
        let mut connection = runtime.block_on(async {
            place.server().await;
            let mut connection = PgConnection::connect(&url()).await.expect("a server");
            connection.execute(sqlx::AssertSqlSafe(format!("SET search_path TO {}", place.name))).await.expect("SET");
            connection.execute(sqlx::AssertSqlSafe(contents(place.kind, work.operation))).await.expect("tables");
            connection
        });
        return Case::turns(move |times| runtime.block_on(postgres::turn(&mut connection, work, times))).into();
    }
    let mut connection = runtime.block_on(async {
        let url = format!("sqlite:{}{}", place.file(), if place.kind == Kind::File { "?mode=rwc" } else { "" });
        let mut connection = SqliteConnection::connect(&url).await.expect("a database");
        for pragma in PRAGMAS {
            connection.execute(pragma).await.expect(pragma);
        }
        connection.execute(sqlx::AssertSqlSafe(contents(place.kind, work.operation))).await.expect("tables");
        connection
    });
    Case::turns(move |times| runtime.block_on(sqlite::turn(&mut connection, work, times))).into()
}

macro_rules! database {
    ($module:ident, $connection:ty) => {
        mod $module {
            use super::*;

            pub(super) async fn turn(connection: &mut $connection, work: Work, times: u32) -> Duration {
                if work.is_inside {
                    let mut tx = connection.begin().await.expect("a transaction");
                    let elapsed = inside(&mut tx, work, times).await;
                    tx.rollback().await.expect("ROLLBACK");
                    elapsed
                } else {
                    inside(connection, work, times).await
                }
            }

            async fn inside(connection: &mut $connection, work: Work, times: u32) -> Duration {
                match work.operation {
                    Operation::Insert => timed!(times, {
                        std::hint::black_box(insert(connection).await);
                    }),
                    Operation::Update => {
                        let mut age = 5_i64;
                        timed!(times, {
                            age += 1;
                            let update = sqlx::query(UPDATE).bind(NAME).bind(Some(EMAIL)).bind(age).bind(1_i64);
                            update.execute(&mut *connection).await.expect("a row");
                        })
                    }
                    Operation::Delete => {
                        let mut ids = Vec::new();
                        for _ in 0..times {
                            ids.push(insert(connection).await);
                        }
                        let mut ids = ids.into_iter();
                        timed!(times, {
                            let id = ids.next().expect("a row");
                            sqlx::query(DELETE).bind(id).execute(&mut *connection).await.expect("a row");
                        })
                    }
                    Operation::CreateMany => many(connection, times).await,
                    Operation::Read(read) => reads(connection, read, times).await,
                    _ => timed!(times, {
                        for sql in [ADD, REMOVE] {
                            sqlx::query(sql).bind(1_i64).bind(1_i64).execute(&mut *connection).await.expect(sql);
                        }
                    }),
                }
            }

            async fn many(connection: &mut $connection, times: u32) -> Duration {
                let mut watch = Watch::default();
                for _ in 0..times {
                    let rows: Vec<_> = (0..MANY).map(|_| (NAME.to_owned(), Some(EMAIL.to_owned()), 7_i64)).collect();
                    watch.start();
                    let mut insert = QueryBuilder::new("INSERT INTO plains (name, email, age) ");
                    insert.push_values(&rows, |mut row, (name, email, age)| {
                        row.push_bind(name).push_bind(email).push_bind(age);
                    });
                    insert.push(" RETURNING id");
                    let ids: Vec<i64> = insert.build_query_scalar().fetch_all(&mut *connection).await.expect("rows");
                    watch.stop();
                    assert_eq!(ids.len(), MANY);
                    connection.execute(NONE_OF_MANY).await.expect("no rows");
                }
                watch.elapsed
            }

            async fn reads(connection: &mut $connection, read: Read, times: u32) -> Duration {
                match read {
                    Read::List => timed!(times, {
                        let rows = sqlx::query_as(LIST).bind(AGE).fetch_all(&mut *connection);
                        let rows: Vec<Plain> = rows.await.expect(LIST);
                        assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
                    }),
                    Read::Join => timed!(times, {
                        let rows = sqlx::query_as(JOIN).bind(PARENT).fetch_all(&mut *connection);
                        let rows: Vec<Child> = rows.await.expect(JOIN);
                        assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
                    }),
                    Read::Count => timed!(times, {
                        let count = sqlx::query_scalar(COUNT).bind(PARENT).fetch_one(&mut *connection);
                        assert_eq!(count.await.unwrap_or(0_i64), CHILDREN);
                    }),
                }
            }
        }
    };
}

database!(sqlite, SqliteConnection);
database!(postgres, PgConnection);

trait Insert {
    async fn insert(&mut self) -> i64;
}

impl Insert for SqliteConnection {
    async fn insert(&mut self) -> i64 {
        let insert = sqlx::query(INSERT).bind(NAME).bind(Some(EMAIL)).bind(5_i64);
        insert.execute(self).await.expect("a row").last_insert_rowid()
    }
}

impl Insert for PgConnection {
    async fn insert(&mut self) -> i64 {
        let insert = sqlx::query_scalar(INSERT_RETURNING).bind(NAME).bind(Some(EMAIL)).bind(5_i64);
        insert.fetch_one(self).await.expect("a row")
    }
}

async fn insert(connection: &mut impl Insert) -> i64 {
    connection.insert().await
}
