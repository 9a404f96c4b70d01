//! The floor on PostgreSQL: tokio-postgres with prepared statements, one after another.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;

use measure::{Case, Cell};
use tokio_postgres::{Client, Row, Statement};

use crate::by_hand::{self, Child, Parent, receive, rows};
use crate::place::{
    ADD, COUNT, DELETE, INSERT_RETURNING, JOIN, LIST, NONE_OF_MANY, Place, REMOVE, UPDATE, client, contents,
};
use crate::work::{self, AGE, EMAIL, FEW, MANY, NAME, Operation, PARENT, Read, Watch, Work};
use crate::{Shared, timed};

const MANY_ROWS: &str = "INSERT INTO plains (name, email, age) \
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) RETURNING id";
const CHILDREN: &str = "INSERT INTO children (parent_id, name) SELECT $1, 'c' FROM generate_series(1, $2)";

struct Hand {
    client: Client,
    insert: Statement,
    update: Statement,
    delete: Statement,
    many: Statement,
    add: Statement,
    remove: Statement,
    parent: Statement,
    children: Statement,
    read_children: Statement,
    delete_read: Statement,
    delete_children: Statement,
    delete_parent: Statement,
    list: Statement,
    join: Statement,
    count: Statement,
}

impl Hand {
    async fn connect(place: &Place, work: Work) -> Self {
        let client = client(&place.server().await).await;
        client.batch_execute(&contents(place.kind, work.operation)).await.expect("tables");
        let prepare = async |sql: &str| client.prepare(sql).await.expect(sql);
        Self {
            insert: prepare(INSERT_RETURNING).await,
            update: prepare(UPDATE).await,
            delete: prepare(DELETE).await,
            many: prepare(MANY_ROWS).await,
            add: prepare(ADD).await,
            remove: prepare(REMOVE).await,
            parent: prepare("INSERT INTO parents (name) VALUES ('a') RETURNING id").await,
            children: prepare(CHILDREN).await,
            read_children: prepare("SELECT id, parent_id, name FROM children WHERE parent_id = $1").await,
            delete_read: prepare("DELETE FROM children WHERE id = ANY($1)").await,
            delete_children: prepare("DELETE FROM children WHERE parent_id = $1").await,
            delete_parent: prepare("DELETE FROM parents WHERE id = $1").await,
            list: prepare(LIST).await,
            join: prepare(JOIN).await,
            count: prepare(COUNT).await,
            client,
        }
    }

    async fn batch(&self, is_wanted: bool, sql: &str) {
        if is_wanted {
            self.client.batch_execute(sql).await.expect(sql);
        }
    }

    async fn insert(&self) -> i64 {
        let row = self.client.query_one(&self.insert, &[&NAME, &EMAIL, &5_i64]).await.expect("a row");
        row.get(0)
    }
}

pub(crate) fn cell(place: &Place, work: Work, runtime: &Shared) -> Cell {
    let runtime = Rc::clone(runtime);
    let hand = runtime.block_on(Hand::connect(place, work));
    Case::turns(move |times| runtime.block_on(turn(&hand, work, times))).into()
}

async fn turn(hand: &Hand, work: Work, times: u32) -> Duration {
    hand.batch(work.is_inside, "BEGIN").await;
    let elapsed = match work.operation {
        Operation::Insert => timed!(times, {
            hand.batch(work.begins(), "BEGIN").await;
            let id = hand.insert().await;
            received(work, &id);
            hand.batch(work.begins(), "COMMIT").await;
        }),
        Operation::Update => {
            let mut age = 0_i64;
            timed!(times, {
                age += 1;
                hand.batch(work.begins(), "BEGIN").await;
                hand.client.execute(&hand.update, &[&NAME, &EMAIL, &age, &1_i64]).await.expect("a row");
                received(work, &age);
                hand.batch(work.begins(), "COMMIT").await;
            })
        }
        Operation::Delete => {
            let mut ids = Vec::new();
            for _ in 0..times {
                ids.push(hand.insert().await);
            }
            let mut ids = ids.into_iter();
            timed!(times, {
                let id = ids.next().expect("a row");
                hand.batch(work.begins(), "BEGIN").await;
                hand.client.execute(&hand.delete, &[&id]).await.expect("a row");
                received(work, &id);
                hand.batch(work.begins(), "COMMIT").await;
            })
        }
        Operation::CreateMany => many(hand, times).await,
        Operation::AddAndRemove => timed!(times, {
            for statement in [&hand.add, &hand.remove] {
                hand.batch(work.begins(), "BEGIN").await;
                received(work, &1);
                hand.client.execute(statement, &[&1_i64, &1_i64]).await.expect("a row");
                hand.batch(work.begins(), "COMMIT").await;
            }
        }),
        Operation::Cascade => cascades(hand, work, times).await,
        Operation::Read(read) => reads(hand, read, times).await,
    };
    hand.batch(work.is_inside, "ROLLBACK").await;
    elapsed
}

fn received<T>(work: Work, row: &T) {
    if work.has_receivers {
        receive(row);
        receive(row);
    }
}

async fn many(hand: &Hand, times: u32) -> Duration {
    let mut watch = Watch::default();
    for _ in 0..times {
        let rows = rows();
        watch.start();
        let names: Vec<_> = rows.iter().map(|row| row.columns().0).collect();
        let emails: Vec<_> = rows.iter().map(|row| row.columns().1).collect();
        let ages: Vec<_> = rows.iter().map(|row| row.columns().2).collect();
        let ids = hand.client.query(&hand.many, &[&names, &emails, &ages]).await.expect("rows");
        black_box(ids.iter().map(|row| row.get(0)).collect::<Vec<i64>>());
        watch.stop();
        hand.batch(true, NONE_OF_MANY).await;
    }
    watch.elapsed
}

async fn cascades(hand: &Hand, work: Work, times: u32) -> Duration {
    let mut watch = Watch::default();
    for _ in 0..times {
        let parent: i64 = hand.client.query_one(&hand.parent, &[]).await.expect("a row").get(0);
        let many = i32::try_from(MANY).expect("a number");
        hand.client.execute(&hand.children, &[&parent, &many]).await.expect("rows");
        watch.start();
        hand.batch(true, "BEGIN").await;
        if work.has_receivers {
            let children = hand.client.query(&hand.read_children, &[&parent]).await.expect("rows");
            let children: Vec<(i64, i64, String)> =
                children.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
            children.iter().for_each(receive);
            let ids: Vec<_> = children.iter().map(|child| child.0).collect();
            hand.client.execute(&hand.delete_read, &[&ids]).await.expect("rows");
            children.iter().for_each(receive);
        } else {
            hand.client.execute(&hand.delete_children, &[&parent]).await.expect("rows");
        }
        hand.client.execute(&hand.delete_parent, &[&parent]).await.expect("a row");
        hand.batch(true, "COMMIT").await;
        watch.stop();
    }
    watch.elapsed
}

async fn reads(hand: &Hand, read: Read, times: u32) -> Duration {
    match read {
        Read::List => timed!(times, {
            let rows = hand.client.query(&hand.list, &[&AGE]).await.expect(LIST);
            let rows: Vec<_> = rows.iter().map(plain).collect();
            assert_eq!(black_box(rows).len(), usize::from(FEW));
        }),
        Read::Join => timed!(times, {
            let rows = hand.client.query(&hand.join, &[&PARENT]).await.expect(JOIN);
            let rows: Vec<_> = rows.iter().map(child).collect();
            assert_eq!(black_box(rows).len(), usize::from(FEW));
        }),
        Read::Count => timed!(times, {
            let row = hand.client.query_one(&hand.count, &[&PARENT]).await.expect(COUNT);
            assert_eq!(row.get::<_, i64>(0), work::CHILDREN);
        }),
    }
}

fn plain(row: &Row) -> by_hand::Row {
    by_hand::Row { id: row.get(0), name: row.get(1), email: row.get(2), age: row.get(3) }
}

fn child(row: &Row) -> (Child, Parent) {
    (Child { id: row.get(0), parent: row.get(1), name: row.get(2) }, Parent { id: row.get(3), name: row.get(4) })
}
