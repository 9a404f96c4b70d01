//! toasty, which has no hooks and no many-to-many relations without a model for the pairs.

use std::rc::Rc;
use std::time::Duration;

use measure::{Case, Cell};
use toasty::{Db, Executor};

use crate::place::{Kind, PRAGMAS, Place, url};
use crate::work::{EMAIL, MANY, NAME, Operation, Watch, Work};
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

pub(crate) fn cell(place: &Place, work: Work, runtime: &Shared) -> Cell {
    let has_it = !matches!(work.operation, Operation::AddAndRemove | Operation::Cascade);
    if work.has_receivers || !has_it {
        return Cell::Nothing;
    }
    let runtime = Rc::clone(runtime);
    let mut db = runtime.block_on(connect(place));
    Case::turns(move |times| runtime.block_on(turn(&mut db, work, times))).into()
}

async fn connect(place: &Place) -> Db {
    let address = match place.kind {
        Kind::Postgres => url(),
        _ => format!("sqlite:{}", place.file()),
    };
    let mut builder = Db::builder();
    builder.models(toasty::models!(Plain)).max_pool_size(1);
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
