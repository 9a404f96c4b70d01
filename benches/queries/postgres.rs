//! The same queries on PostgreSQL, with prepared statements by hand.

use std::rc::Rc;
use std::time::Instant;

use signals::db::tokio_postgres::types::ToSql;
use signals::db::tokio_postgres::{Client, NoTls, Row, Statement};
use signals::prelude::*;
use tokio::runtime::Runtime;

use super::{Author, Case, Post, Table, fill, queries};

const COLUMNS: &str = "p.id, p.title, p.body, p.author_id, p.published, p.views";

pub(crate) fn cases(table: &mut Table, url: &str, runtime: &Rc<Runtime>) {
    let schema = format!("signals_bench_{}", std::process::id());
    let question = if url.contains('?') { '&' } else { '?' };
    let inside = format!("{url}{question}options=-c%20search_path%3D{schema}");
    let (db, hand) = runtime.block_on(async {
        connect(url).await.batch_execute(&format!("CREATE SCHEMA {schema}")).await.expect("a schema");
        let db = Db::connect(&inside).await.expect("a database");
        fill(&db).await.expect("rows");
        db.execute("ANALYZE", &()).await.expect("statistics");
        (db, connect(&inside).await)
    });
    let hand = Rc::new(hand);
    let list = format!(
        "SELECT {COLUMNS} FROM posts AS p WHERE published = $1 AND views >= $2 ORDER BY views DESC, id LIMIT 20"
    );
    let join = format!(
        "SELECT {COLUMNS}, a.id, a.name, a.active FROM posts AS p JOIN authors AS a ON a.id = p.author_id WHERE p.published = $1 \
         ORDER BY p.views DESC, p.id LIMIT 20"
    );
    let page = format!("SELECT {COLUMNS} FROM posts AS p WHERE published = $1 ORDER BY id LIMIT 20 OFFSET $2");
    let first = format!("SELECT {COLUMNS} FROM posts AS p WHERE title = $1 ORDER BY id LIMIT 1");
    let count = "SELECT count(*) FROM posts WHERE author_id = $1";
    let exists = "SELECT EXISTS (SELECT 1 FROM posts WHERE author_id = $1 AND title = $2)";
    let total = "SELECT count(*) FROM posts WHERE published = $1";
    let mut floor = |name: &str, statements: &[&str], read: fn(&[Row]) -> usize, params: Params| {
        table.floor(by_hand(&format!("postgres: {name} by hand"), &hand, statements, params, read, runtime))
    };
    let floors = [
        floor("20 rows", &[&list], posts, |_| vec![&true, &50_i64]),
        floor("20 rows of a join", &[&join], joined, |_| vec![&true]),
        floor("a page and the total", &[total, &page], posts_or_number, |statement| {
            if statement == 0 { vec![&true] } else { vec![&true, &40_i64] }
        }),
        floor("count", &[count], posts_or_number, |_| vec![&3_i64]),
        floor("exists", &[exists], |rows| usize::from(rows[0].get::<_, bool>(0)), |_| vec![&3_i64, &"post 2"]),
        floor("first", &[&first], posts, |_| vec![&"post 500"]),
    ];
    for (floor, query) in floors.into_iter().zip(queries()) {
        table.case(floor, query.case("postgres", db.clone(), runtime));
    }
    let (runtime, url) = (Rc::clone(runtime), url.to_owned());
    table.afterwards(move || {
        runtime.block_on(async {
            let drop = format!("DROP SCHEMA {schema} CASCADE");
            connect(&url).await.batch_execute(&drop).await.expect("the schema is dropped");
        });
    });
}

/// The parameters of the statement with this number.
type Params = fn(usize) -> Vec<&'static (dyn ToSql + Sync)>;

fn by_hand(
    name: &str,
    hand: &Rc<Client>,
    statements: &[&str],
    params: Params,
    read: fn(&[Row]) -> usize,
    runtime: &Rc<Runtime>,
) -> Case {
    let (hand, runtime) = (Rc::clone(hand), Rc::clone(runtime));
    let prepare = |sql: &&str| runtime.block_on(hand.prepare(sql)).expect("a statement");
    let statements: Vec<Statement> = statements.iter().map(prepare).collect();
    Case::turns(name, move |times| {
        runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..times {
                for (number, statement) in statements.iter().enumerate() {
                    let rows = hand.query(statement, &params(number)).await.expect("rows");
                    std::hint::black_box(read(&rows));
                }
            }
            start.elapsed()
        })
    })
}

fn post(row: &Row) -> Post {
    Post {
        id: Id::new(row.get(0)),
        title: row.get(1),
        body: row.get(2),
        author: Id::new(row.get(3)),
        published: row.get(4),
        views: row.get(5),
    }
}

fn posts(rows: &[Row]) -> usize {
    std::hint::black_box(rows.iter().map(post).collect::<Vec<_>>()).len()
}

fn joined(rows: &[Row]) -> usize {
    let author = |row: &Row| Author { id: Id::new(row.get(6)), name: row.get(7), active: row.get(8) };
    std::hint::black_box(rows.iter().map(|row| (post(row), author(row))).collect::<Vec<_>>()).len()
}

fn posts_or_number(rows: &[Row]) -> usize {
    if rows[0].len() > 1 { posts(rows) } else { usize::from(rows[0].get::<_, i64>(0) > 0) }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = signals::db::tokio_postgres::connect(url, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}
