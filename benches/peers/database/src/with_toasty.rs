//! toasty, which has no hooks and no many-to-many relations without a model for the pairs.

use std::rc::Rc;
use std::time::Duration;

use measure::{Case, Cell};
use toasty::{Db, Executor};

use crate::place::{Kind, PRAGMAS, Place, rows, url};
use crate::work::{AGE, CHILDREN, EMAIL, FEW, MANY, NAME, Operation, PARENT, Read, Watch, Work};
use crate::{Shared, timed};

#[derive(Debug, toasty::Model)]
struct Plain {
    #[key]
    #[auto]
    id: i64,
    name: String,
    email: Option<String>,
    age: i64,
}

#[derive(Debug, toasty::Model)]
struct Parent {
    #[key]
    #[auto]
    id: i64,
    name: String,
}

#[derive(Debug, toasty::Model)]
#[table = "children"]
struct Child {
    #[key]
    #[auto]
    id: i64,
    #[index]
    parent_id: i64,
    #[belongs_to(key = parent_id, references = id)]
    parent: toasty::Deferred<Parent>,
    name: String,
}

pub(crate) fn cell(place: &Place, work: Work, runtime: &Shared) -> Cell {
    let has_it = !matches!(work.operation, Operation::AddAndRemove | Operation::Cascade);
    if work.has_receivers || !has_it {
        return Cell::Nothing;
    }
    let runtime = Rc::clone(runtime);
    let mut db = runtime.block_on(async {
        let mut db = connect(place).await;
        if let Operation::Read(_) = work.operation {
            fill(&mut db, place).await;
        }
        db
    });
    Case::turns(move |times| runtime.block_on(turn(&mut db, work, times))).into()
}

async fn connect(place: &Place) -> Db {
    let address = match place.kind {
        Kind::Postgres => url(),
        _ => format!("sqlite:{}", place.file()),
    };
    let mut builder = Db::builder();
    builder.models(toasty::models!(Plain, Parent, Child)).max_pool_size(1);
    if place.kind == Kind::Postgres {
        builder.table_name_prefix(&format!("{}_", place.name));
    }
    let mut db = builder.connect(&address).await.expect("a database");
    if place.kind != Kind::Postgres {
        for pragma in PRAGMAS {
            toasty::sql::query(pragma).exec(&mut db).await.expect(pragma);
        }
    }
    db.push_schema().await.expect("tables");
    db
}

async fn turn(db: &mut Db, work: Work, times: u32) -> Duration {
    if work.is_inside {
        let mut tx = db.transaction().await.expect("a transaction");
        let elapsed = inside(&mut tx, work, times).await;
        tx.rollback().await.expect("ROLLBACK");
        elapsed
    } else {
        inside(db, work, times).await
    }
}

async fn insert(db: &mut dyn Executor) -> Plain {
    toasty::create!(Plain { name: NAME, email: Some(EMAIL.to_owned()), age: 5 }).exec(db).await.expect("a row")
}

async fn inside(db: &mut dyn Executor, work: Work, times: u32) -> Duration {
    match work.operation {
        Operation::Insert => timed!(times, {
            std::hint::black_box(insert(db).await);
        }),
        Operation::Update => {
            let mut row = insert(db).await;
            timed!(times, {
                let age = row.age + 1;
                let update = row.update().name(NAME).email(Some(EMAIL.to_owned())).age(age);
                update.exec(db).await.expect("a row");
            })
        }
        Operation::Delete => {
            let mut rows = Vec::new();
            for _ in 0..times {
                rows.push(insert(db).await);
            }
            let mut rows = rows.into_iter();
            timed!(times, {
                rows.next().expect("a row").delete().exec(db).await.expect("a row");
            })
        }
        Operation::Read(read) => reads(db, read, times).await,
        _ => many(db, times).await,
    }
}

async fn many(db: &mut dyn Executor, times: u32) -> Duration {
    let mut watch = Watch::default();
    for _ in 0..times {
        watch.start();
        let mut create = Plain::create_many();
        for _ in 0..MANY {
            create = create.item(toasty::create!(Plain { name: NAME, email: Some(EMAIL.to_owned()), age: 7 }));
        }
        let rows = create.exec(db).await.expect("rows");
        watch.stop();
        assert_eq!(rows.len(), MANY);
        for row in rows {
            row.delete().exec(db).await.expect("a row");
        }
    }
    watch.elapsed
}

/// The rows of [`place::rows`](crate::place::rows), in the tables that toasty has created.
async fn fill(db: &mut Db, place: &Place) {
    let prefix = if place.kind == Kind::Postgres { format!("{}_", place.name) } else { String::new() };
    for statement in rows(place.kind) {
        let statement = ["plains", "parents", "children"]
            .into_iter()
            .fold(statement.to_owned(), |statement, table| statement.replace(table, &format!("{prefix}{table}")));
        toasty::sql::statement(statement).exec(db).await.expect("rows");
    }
}

async fn reads(db: &mut dyn Executor, read: Read, times: u32) -> Duration {
    match read {
        Read::List => timed!(times, {
            let plain = Plain::fields();
            let rows = Plain::filter(plain.age().ge(AGE).and(plain.email().is_some()))
                .order_by((plain.age().desc(), plain.id().asc()))
                .limit(usize::from(FEW));
            let rows: Vec<Plain> = rows.exec(db).await.expect("rows");
            assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
        }),
        Read::Join => timed!(times, {
            let child = Child::fields();
            let rows = Child::filter(child.parent_id().eq(PARENT))
                .include(child.parent())
                .order_by(child.id().asc())
                .limit(usize::from(FEW));
            let rows: Vec<Child> = rows.exec(db).await.expect("rows");
            assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
        }),
        Read::Count => timed!(times, {
            let count = Child::filter(Child::fields().parent_id().eq(PARENT)).count().exec(db).await;
            assert_eq!(count.expect("a count"), CHILDREN.unsigned_abs());
        }),
    }
}
