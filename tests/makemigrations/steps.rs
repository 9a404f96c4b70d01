//! The three steps.

use expect_test::expect_file;
use signals::migrate::Migration;
use signals::prelude::*;

use crate::{Package, models, server};

type TestResult = std::result::Result<(), Box<dyn std::error::Error>>;

#[test]
fn rule_53_three_steps_on_sqlite() -> TestResult {
    three_steps("sqlite", "sqlite::memory:", None)
}

#[test]
fn rule_53_three_steps_on_postgres() -> TestResult {
    let Some(server) = server() else { return Ok(()) };
    let schema = format!("signals_steps_{}", std::process::id());
    let question = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{question}options=-c%20search_path%3D{schema}");
    let admin = |sql: String| block_on(async { Db::connect(&server).await?.batch(&sql).await });
    admin(format!("CREATE SCHEMA {schema}"))?;
    let result = three_steps("postgres", &server, Some(&url));
    admin(format!("DROP SCHEMA {schema} CASCADE"))?;
    result
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Writes the migrations of each step, and applies them to a database with rows.
fn three_steps(database: &str, url: &str, rows_url: Option<&str>) -> TestResult {
    let package = Package::new(database, url);
    // One runtime: a database in memory ends with its `Db`.
    block_on(async {
        let db = Db::connect(rows_url.unwrap_or(url)).await?;
        first(&package, &db, database).await?;
        second(&package, &db, database).await?;
        third(&package, &db, database).await
    })
}

async fn first(package: &Package, db: &Db, database: &str) -> TestResult {
    // A program that had no migrations has these tables.
    db.create_tables_of::<models::first::All>().await?;
    db.batch(
        "INSERT INTO members (name, phone) VALUES ('Ann', '1'), ('Bob', NULL), ('Cleo', '3');
         DELETE FROM members WHERE name = 'Cleo';
         INSERT INTO accounts (member_id, balance) VALUES (1, 100), (2, 200);",
    )
    .await?;
    expect_file![expected(database, "1_missing.txt")].assert_eq(&package.fails("1", None));
    assert_eq!(package.passes("1", Some("initial")), "wrote `migrations/V1__initial.sql`\n");
    expect_file![expected(database, "V1__initial.sql")].assert_eq(&package.read("V1__initial.sql"));
    package.passes("1", None);
    assert_eq!(
        package.passes("1", Some("again")),
        "the migrations in `migrations` are complete: nothing was written\n"
    );
    assert_eq!(migrate(package, db).await?, "apply V1__initial");
    Ok(())
}

async fn second(package: &Package, db: &Db, database: &str) -> TestResult {
    expect_file![expected(database, "2_missing.txt")].assert_eq(&package.fails("2", None));
    expect_file![expected(database, "2_written.txt")].assert_eq(&package.fails("2", Some("courses")));
    let written = package.read("V2__courses.sql");
    expect_file![expected(database, "V2__courses.sql")].assert_eq(&written);
    let refused = package.fails("2", None);
    assert!(refused.contains("is undecided") && refused.contains("V2__courses.sql:"), "{refused}");
    let refused = migrate(package, db).await.unwrap_err().to_string();
    assert!(
        refused.starts_with("the migrations do not fit, a line is undecided: do what it says. V2__courses"),
        "{refused}"
    );

    let decided = decide(&written, &|line| match line {
        _ if line.contains("of \"email\"") => "lower(name) || '@example.com'",
        _ if line.contains("of \"visits\"") => "0",
        _ => panic!("{line}"),
    });
    package.write("V2__courses.sql", &decided);
    package.passes("2", None);
    assert_eq!(migrate(package, db).await?, "apply V2__courses");
    db.check_schema_of::<models::second::All>().await?;
    db.batch(
        "INSERT INTO courses (title) VALUES ('Rust');
         INSERT INTO member_courses (member_id, course_id) VALUES (1, 1);
         INSERT INTO payments (account_id, cents) VALUES (2, 50);",
    )
    .await?;
    Ok(())
}

async fn third(package: &Package, db: &Db, database: &str) -> TestResult {
    expect_file![expected(database, "3_missing.txt")].assert_eq(&package.fails("3", None));
    package.fails("3", Some("lessons"));
    let written = package.read("V3__lessons.sql");
    expect_file![expected(database, "V3__lessons.sql")].assert_eq(&written);
    let decided = decide(&written, &|line| match line {
        _ if line.contains("delete this line") => "",
        _ if line.contains("of \"visits\"") => "CAST(visits AS TEXT)",
        _ if line.contains("of \"version\"") => "1",
        _ if line.contains("of \"places\"") => "10",
        _ if line.contains("of \"member_id\"") && line.contains("exist") => {
            "(SELECT member_id FROM accounts WHERE accounts.id = account_id)"
        }
        _ => panic!("{line}"),
    });
    package.write("V3__lessons.sql", &decided);
    package.passes("3", None);
    assert_eq!(migrate(package, db).await?, "apply V3__lessons");
    db.check_schema_of::<models::third::All>().await?;

    let mut rows = String::new();
    for sql in [
        "SELECT id || name || email || coalesce(mobile, '-') || visits || version || address FROM members ORDER BY id",
        "SELECT id || ' ' || member_id || ' ' || cents FROM payments ORDER BY id",
        "SELECT id || title || places FROM lessons ORDER BY id",
        "SELECT member_id || ' ' || lesson_id FROM member_courses ORDER BY id",
    ] {
        let each = &mut |row: &signals::db::Row<'_>| {
            rows.extend([row.get::<String>(0)?, "\n".to_owned()]);
            Ok(())
        };
        db.for_each_row(sql, &(), each).await?;
    }
    assert_eq!(
        rows,
        "1Annann@example.com101Ann <ann@example.com>\n2Bobbob@example.com-01Bob <bob@example.com>\n1 2 50\n1Rust10\n1 1\n"
    );
    // The number of a deleted row is not used again, and foreign keys are on.
    db.execute("INSERT INTO members (name, email, visits, version) VALUES ('Dan', 'd', '', 1)", &()).await?;
    assert_eq!(db.query_one::<i64>("SELECT max(id) FROM members", &()).await?, 4);
    let dangling = db.execute("INSERT INTO payments (member_id, cents) VALUES (99, 1)", &()).await.unwrap_err();
    assert!(matches!(dangling.kind(), signals::ErrorKind::ForeignKey { .. }), "{dangling}");
    Ok(())
}

fn expected(database: &str, file: &str) -> String {
    format!("{}/tests/makemigrations/expected/{database}/{file}", env!("CARGO_MANIFEST_DIR"))
}

async fn migrate(package: &Package, db: &Db) -> Result<String> {
    let migrations: Vec<Migration> =
        package.list().iter().map(|(name, sql)| Migration::unapplied(name, sql).unwrap()).collect();
    Ok(db.migrate(migrations).await?.to_string())
}

/// The migration with each undecided line replaced. Of two parts, the first is kept.
fn decide(written: &str, decision: &dyn Fn(&str) -> &'static str) -> String {
    let (mut decided, mut is_second) = (String::new(), false);
    for line in written.lines() {
        is_second = (is_second || line.starts_with("-- (2)")) && line != "-- end of (2)";
        if !is_second && !line.contains("keep (1) or (2)") {
            decided += if line.starts_with("UNDECIDED") { decision(line) } else { line };
            decided += "\n";
        }
    }
    decided
}
