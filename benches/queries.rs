//! The cost of typed queries, compared with the same SQL by hand on the same driver: `cargo bench --bench queries`.
//!
//! Every case has a floor that is measured in the same run: the driver's own connection with its cached statements. PostgreSQL is
//! measured when the feature is on and `SIGNALS_TEST_POSTGRES` names a server.

use std::rc::Rc;
use std::time::Instant;

use rusqlite::{Connection, OptionalExtension, Row, params};
use signals::prelude::*;
use tokio::runtime::Runtime;

mod measure;
#[cfg(feature = "postgres")]
#[path = "queries/postgres.rs"]
mod postgres;

use measure::{Case, Table};

#[model]
#[derive(Default)]
struct Author {
    #[key]
    id: Id<Author>,
    name: String,
    active: bool,
}

#[model]
#[derive(Default)]
struct Post {
    #[key]
    id: Id<Post>,
    title: String,
    body: Option<String>,
    #[foreign_key(on_delete = cascade)]
    author: Id<Author>,
    published: bool,
    views: i64,
}

/// How many posts there are, of ten authors.
const POSTS: i64 = 1_000;

// LIMIT is written as a number: with a parameter there, SQLite prepares the statement again at each execution.
const LIST: &str = "SELECT id, title, body, author_id, published, views FROM posts WHERE published = ?1 AND views >= ?2 \
                    ORDER BY views DESC, id LIMIT 20";
const JOIN: &str = "SELECT p.id, p.title, p.body, p.author_id, p.published, p.views, a.id, a.name, a.active FROM posts AS p \
                    JOIN authors AS a ON a.id = p.author_id WHERE p.published = ?1 ORDER BY p.views DESC, p.id LIMIT 20";
const PAGE: &str = "SELECT id, title, body, author_id, published, views FROM posts WHERE published = ?1 ORDER BY id LIMIT 20 OFFSET ?2";
const COUNT: &str = "SELECT count(*) FROM posts WHERE author_id = ?1";
const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM posts WHERE author_id = ?1 AND title = ?2)";
const FIRST: &str =
    "SELECT id, title, body, author_id, published, views FROM posts WHERE title = ?1 ORDER BY id LIMIT 1";

fn main() {
    let runtime = Rc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));
    let mut table = Table::new();
    sqlite(&mut table, &runtime);
    #[cfg(feature = "postgres")]
    if let Ok(url) = std::env::var("SIGNALS_TEST_POSTGRES") {
        postgres::cases(&mut table, &url, &runtime);
    }
    table.print();
}

async fn fill(db: &Db) -> Result<()> {
    db.create_tables_of::<(Author, Post)>().await?;
    let mut authors: Vec<Author> =
        (0..10).map(|n| Author { name: format!("author {n}"), active: n % 3 > 0, ..Author::default() }).collect();
    Author::create_many(db, &mut authors).await?;
    let post = |n: i64| Post {
        title: format!("post {n}"),
        body: (n % 2 == 0).then(|| "It was a dark and stormy night.".repeat(4)),
        author: authors[usize::try_from(n % 10).unwrap_or(0)].id,
        published: n % 4 > 0,
        views: n * 7 % 100,
        ..Post::default()
    };
    let mut posts: Vec<Post> = (0..POSTS).map(post).collect();
    Post::create_many(db, &mut posts).await?;
    db.execute("CREATE INDEX post_title ON posts (title)", &()).await?;
    Ok(())
}

/// A database in memory, and a connection by hand to a copy of it.
fn databases(runtime: &Runtime) -> (Db, Rc<Connection>) {
    let file = std::env::temp_dir().join(format!("signals-bench-queries-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let db = runtime.block_on(async {
        let db = Db::connect("sqlite::memory:").await.expect("a database");
        fill(&db).await.expect("rows");
        db.execute("VACUUM INTO ?", &(file.to_str().expect("a path"),)).await.expect("a copy");
        db
    });
    let hand = Connection::open_in_memory().expect("a database");
    hand.execute("ATTACH ?1 AS copy", [file.to_str()]).expect("the copy");
    let tables: Vec<String> = hand
        .prepare("SELECT sql FROM copy.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
        .and_then(|mut schema| schema.query_map([], |row| row.get(0))?.collect())
        .expect("tables");
    hand.execute_batch(&tables.join(";")).expect("tables");
    hand.execute_batch(
        "INSERT INTO authors SELECT * FROM copy.authors; INSERT INTO posts SELECT * FROM copy.posts; DETACH copy",
    )
    .expect("rows");
    // A file that cannot be removed does no harm.
    let _ = std::fs::remove_file(&file);
    (db, Rc::new(hand))
}

fn post(row: &Row<'_>) -> rusqlite::Result<Post> {
    Ok(Post {
        id: Id::new(row.get(0)?),
        title: row.get(1)?,
        body: row.get(2)?,
        author: Id::new(row.get(3)?),
        published: row.get(4)?,
        views: row.get(5)?,
    })
}

fn author(row: &Row<'_>) -> rusqlite::Result<Author> {
    Ok(Author { id: Id::new(row.get(6)?), name: row.get(7)?, active: row.get(8)? })
}

fn sqlite(table: &mut Table, runtime: &Rc<Runtime>) {
    let (db, hand) = databases(runtime);
    let by_hand = |name: &str, query: fn(&Connection) -> rusqlite::Result<usize>| {
        let hand = Rc::clone(&hand);
        Case::new(format!("memory: {name} by hand"), move |count| *count += query(&hand).expect("rows") as u64)
    };
    let floors = [
        table.floor(by_hand("20 rows", |hand| {
            let mut query = hand.prepare_cached(LIST)?;
            let rows: Vec<Post> = query.query_map(params![true, 50], post)?.collect::<Result<_, _>>()?;
            Ok(rows.len())
        })),
        table.floor(by_hand("20 rows of a join", |hand| {
            let mut query = hand.prepare_cached(JOIN)?;
            let rows = query.query_map([true], |row| Ok((post(row)?, author(row)?)))?;
            Ok(rows.collect::<Result<Vec<(Post, Author)>, _>>()?.len())
        })),
        table.floor(by_hand("a page and the total", |hand| {
            let mut count = hand.prepare_cached("SELECT count(*) FROM posts WHERE published = ?1")?;
            let total: i64 = count.query_one([true], |row| row.get(0))?;
            let mut query = hand.prepare_cached(PAGE)?;
            let rows: Vec<Post> = query.query_map(params![true, 40], post)?.collect::<Result<_, _>>()?;
            Ok(rows.len() + usize::try_from(total).unwrap_or(0))
        })),
        table.floor(by_hand("count", |hand| {
            hand.prepare_cached(COUNT)?.query_one([3], |row| row.get::<_, i64>(0)).map(|_| 1)
        })),
        table.floor(by_hand("exists", |hand| {
            hand.prepare_cached(EXISTS)?.query_one(params![3, "post 2"], |row| row.get::<_, bool>(0)).map(usize::from)
        })),
        table.floor(by_hand("first", |hand| {
            Ok(usize::from(hand.prepare_cached(FIRST)?.query_one(["post 500"], post).optional()?.is_some()))
        })),
    ];
    for (floor, query) in floors.into_iter().zip(queries()) {
        table.case(floor, query.case("memory", db.clone(), runtime));
    }
}

/// A query of this library.
struct Query {
    name: &'static str,
    run: fn(&Runtime, &Db, u32),
}

impl Query {
    fn case(self, place: &str, db: Db, runtime: &Rc<Runtime>) -> Case {
        let runtime = Rc::clone(runtime);
        Case::turns(format!("{place}: {}", self.name), move |times| {
            let start = Instant::now();
            (self.run)(&runtime, &db, times);
            start.elapsed()
        })
    }
}

macro_rules! query {
    ($name:literal, |$db:ident| $query:expr) => {
        Query {
            name: $name,
            run: |runtime, $db, times| {
                runtime.block_on(async {
                    for _ in 0..times {
                        std::hint::black_box($query.await.expect("rows"));
                    }
                });
            },
        }
    };
}

fn queries() -> [Query; 6] {
    [
        query!("20 rows", |db| Post::filter(|post| post.published.eq(true) & post.views.ge(50))
            .order_by(|post| post.views.desc())
            .limit(20)
            .all(db)),
        query!("20 rows of a join", |db| Post::filter(|post| post.published.eq(true))
            .with(|post| post.author)
            .order_by(|post| post.views.desc())
            .limit(20)
            .all(db)),
        query!("a page and the total", |db| Post::filter(|post| post.published.eq(true)).page(db, 3, 20)),
        query!("count", |db| Post::filter(|post| post.author.eq(Id::new(3))).count(db)),
        query!("exists", |db| Post::filter(|post| post.author.eq(Id::new(3)) & post.title.eq("post 2")).exists(db)),
        query!("first", |db| Post::filter(|post| post.title.eq("post 500")).first(db)),
    ]
}
