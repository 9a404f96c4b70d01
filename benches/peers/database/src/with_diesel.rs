//! diesel, which has no hooks. On PostgreSQL with diesel-async, since the other columns are asynchronous.

use std::rc::Rc;
use std::time::Duration;

use diesel::{
    AsChangeset, BoolExpressionMethods as _, Connection as _, ExpressionMethods as _, Insertable, QueryDsl as _,
    QueryResult, Queryable, Selectable, SelectableHelper as _, SqliteConnection,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use measure::{Case, Cell};

use crate::place::{Kind, PRAGMAS, Place, client, contents};
use crate::work::{AGE, CHILDREN, EMAIL, FEW, MANY, NAME, Operation, PARENT, Read, Watch, Work};
use crate::{Shared, timed};

diesel::table! {
    plains (id) {
        id -> BigInt,
        name -> Text,
        email -> Nullable<Text>,
        age -> BigInt,
    }
}

diesel::table! {
    member_courses (id) {
        id -> BigInt,
        member_id -> BigInt,
        course_id -> BigInt,
    }
}

diesel::table! {
    parents (id) {
        id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    children (id) {
        id -> BigInt,
        parent_id -> BigInt,
        name -> Text,
    }
}

diesel::joinable!(children -> parents (parent_id));
diesel::allow_tables_to_appear_in_same_query!(children, parents);

#[derive(Queryable, Selectable)]
#[diesel(table_name = plains)]
#[expect(dead_code, reason = "it is read into, and not looked at")]
struct SavedPlain {
    id: i64,
    name: String,
    email: Option<String>,
    age: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = children)]
#[expect(dead_code, reason = "it is read into, and not looked at")]
struct Child {
    id: i64,
    parent_id: i64,
    name: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = parents)]
#[expect(dead_code, reason = "it is read into, and not looked at")]
struct Parent {
    id: i64,
    name: String,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = plains)]
struct Plain {
    name: String,
    email: Option<String>,
    age: i64,
}

fn plain(age: i64) -> Plain {
    Plain { name: NAME.to_owned(), email: Some(EMAIL.to_owned()), age }
}

pub(crate) fn cell(place: &Place, work: Work, runtime: &Shared) -> Cell {
    if work.has_receivers || work.operation == Operation::Cascade {
        return Cell::Nothing;
    }
    if place.kind == Kind::Postgres {
        let runtime = Rc::clone(runtime);
        let mut connection = runtime.block_on(async {
            let client = client(&place.server().await).await;
            client.batch_execute(&contents(place.kind, work.operation)).await.expect("tables");
            AsyncPgConnection::try_from(client).await.expect("a connection")
        });
        return Case::turns(move |times| runtime.block_on(postgres(&mut connection, work, times))).into();
    }
    let mut connection = SqliteConnection::establish(&place.file()).expect("a database");
    for pragma in PRAGMAS {
        diesel::connection::SimpleConnection::batch_execute(&mut connection, pragma).expect(pragma);
    }
    let contents = contents(place.kind, work.operation);
    diesel::connection::SimpleConnection::batch_execute(&mut connection, &contents).expect("tables");
    Case::turns(move |times| sqlite(&mut connection, work, times)).into()
}

macro_rules! reads {
    ($connection:ident, $read:ident, $times:expr, ($($wait:tt)*)) => {{
        let few = i64::from(FEW);
        match $read {
            Read::List => timed!($times, {
                let rows = plains::table
                    .filter(plains::age.ge(AGE).and(plains::email.is_not_null()))
                    .order((plains::age.desc(), plains::id))
                    .limit(few)
                    .select(SavedPlain::as_select());
                let rows: Vec<SavedPlain> = rows.load($connection) $($wait)*.expect("rows");
                assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
            }),
            Read::Join => timed!($times, {
                let rows = children::table
                    .inner_join(parents::table)
                    .filter(children::parent_id.eq(PARENT))
                    .order(children::id)
                    .limit(few)
                    .select((Child::as_select(), Parent::as_select()));
                let rows: Vec<(Child, Parent)> = rows.load($connection) $($wait)*.expect("rows");
                assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
            }),
            Read::Count => timed!($times, {
                let count = children::table.filter(children::parent_id.eq(PARENT)).count();
                assert_eq!(count.get_result($connection) $($wait)*, Ok(CHILDREN));
            }),
        }
    }};
}

/// The same statements for both, of which one is awaited.
macro_rules! turn {
    ($connection:ident, $work:ident, $times:ident, ($($wait:tt)*), $batch:path, $run:path) => {{
        use $run as _;
        if $work.is_inside {
            $batch($connection, "BEGIN") $($wait)*.expect("BEGIN");
        }
        let elapsed = match $work.operation {
            Operation::Insert => timed!($times, {
                let insert = diesel::insert_into(plains::table).values(plain(5)).returning(plains::id);
                std::hint::black_box(insert.get_result::<i64>($connection) $($wait)*.expect("a row"));
            }),
            Operation::Update => {
                let mut row = plain(5);
                timed!($times, {
                    row.age += 1;
                    let update = diesel::update(plains::table.find(1)).set(&row);
                    update.execute($connection) $($wait)*.expect("a row");
                })
            }
            Operation::Delete => {
                let mut ids = Vec::new();
                for _ in 0..$times {
                    let insert = diesel::insert_into(plains::table).values(plain(5)).returning(plains::id);
                    ids.push(insert.get_result::<i64>($connection) $($wait)*.expect("a row"));
                }
                let mut ids = ids.into_iter();
                timed!($times, {
                    let delete = diesel::delete(plains::table.find(ids.next().expect("a row")));
                    delete.execute($connection) $($wait)*.expect("a row");
                })
            }
            Operation::CreateMany => {
                let mut watch = Watch::default();
                for _ in 0..$times {
                    let rows: Vec<_> = (0..MANY).map(|_| plain(7)).collect();
                    watch.start();
                    let insert = diesel::insert_into(plains::table).values(&rows).returning(plains::id);
                    let ids = insert.get_results::<i64>($connection) $($wait)*.expect("rows");
                    watch.stop();
                    assert_eq!(ids.len(), MANY);
                    let delete = diesel::delete(plains::table.filter(plains::age.eq(7)));
                    delete.execute($connection) $($wait)*.expect("no rows");
                }
                watch.elapsed
            }
            Operation::Read(read) => reads!($connection, read, $times, ($($wait)*)),
            _ => timed!($times, {
                let pair = (member_courses::member_id.eq(1), member_courses::course_id.eq(1));
                let insert = diesel::insert_into(member_courses::table).values(pair).on_conflict_do_nothing();
                insert.execute($connection) $($wait)*.expect("a row");
                let pair = member_courses::member_id.eq(1).and(member_courses::course_id.eq(1));
                let delete = diesel::delete(member_courses::table.filter(pair));
                delete.execute($connection) $($wait)*.expect("a row");
            }),
        };
        if $work.is_inside {
            $batch($connection, "ROLLBACK") $($wait)*.expect("ROLLBACK");
        }
        elapsed
    }};
}

fn sqlite(connection: &mut SqliteConnection, work: Work, times: u32) -> Duration {
    turn!(connection, work, times, (), diesel::connection::SimpleConnection::batch_execute, diesel::RunQueryDsl)
}

async fn postgres(connection: &mut AsyncPgConnection, work: Work, times: u32) -> Duration {
    async fn batch(connection: &mut AsyncPgConnection, sql: &str) -> QueryResult<()> {
        connection.batch_execute(sql).await
    }
    turn!(connection, work, times, (.await), batch, diesel_async::RunQueryDsl)
}
