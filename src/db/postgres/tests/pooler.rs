//! Poolers that give each transaction another connection, which has the same effect on prepared statements as `DEALLOCATE`.

use expect_test::expect;

use super::*;
use crate::error::ErrorKind;

#[tokio::test]
async fn a_statement_that_the_server_does_not_know_is_an_error_that_names_the_pooler() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    add(&db, 1).await?;
    let tx = db.begin().await?;
    tx.execute("DEALLOCATE ALL", &()).await?;
    let error = add(&tx, 2).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotPrepared { .. }));
    let text = error.to_string();
    let (before, after) = text.split_once("prepared statement \"s").ok_or("no statement is named")?;
    let (_, after) = after.split_once('"').ok_or("the name ends")?;
    expect!["the connection was given to another session of the server, .. does not exist: if a pooler such as pgbouncer is between them, add `statement_cache_capacity=0` to the URL, so that no statement is prepared by name"]
        .assert_eq(&format!("{before}..{after}"));
    tx.rollback().await?;
    // Outside of a transaction it is prepared again, and all other prepared statements are forgotten.
    add(&db, 3).await?;
    assert_eq!(numbers(&db).await?, [1, 3]);
    Ok(())
}

#[tokio::test]
async fn a_name_that_another_statement_has_is_an_error_that_names_the_pooler() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    // The names are numbered in the whole program.
    let names: Vec<_> = (0..20_000).map(|n| format!("PREPARE s{n} AS SELECT 1")).collect();
    db.batch(&format!("DEALLOCATE ALL; {}", names.join(";"))).await?;
    let error = add(&db, 1).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotPrepared { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn without_prepared_statements_nothing_is_left_on_the_connection() -> TestResult {
    let schema = schema!();
    let url = format!("{}&statement_cache_capacity=0", schema.url());
    let db = with_numbers(ConnectOptions::new(url).pool_size(1).connect().await?).await?;
    for n in 0..3 {
        add(&db, n).await?;
        db.execute("DEALLOCATE ALL", &()).await?;
    }
    let mut tx = db.begin().await?;
    add(&tx, 3).await?;
    let prepared = "SELECT count(*) FROM pg_prepared_statements";
    assert_eq!(value(&tx, prepared, &()).await?, Value::Integer(0));
    tx.savepoint(async |tx| add(tx, 4).await).await?;
    tx.commit().await?;
    assert_eq!(numbers(&db).await?, [0, 1, 2, 3, 4]);
    // Statements of which only the server can determine whether they read.
    assert_eq!(value(&db, "WITH a AS (SELECT $1::bigint) SELECT * FROM a", &(7,)).await?, Value::Integer(7));
    let writes = "WITH a AS (DELETE FROM numbers RETURNING n) SELECT * FROM a";
    let error = value(&db, writes, &()).await.unwrap_err();
    assert!(error.to_string().starts_with("`query` on a `Db` only reads"), "{error}");
    // The other refusals are the same.
    for (sql, expected) in [
        ("COMMIT", "cannot be executed as SQL"),
        ("/**/COMMIT", "`COMMIT` cannot be executed as SQL"),
        ("", "the statement is empty"),
        ("SELECT $1", "the statement has 1 placeholder, and the parameters are 0"),
        ("SELECT 1; SELECT 2", "there is more than one statement"),
    ] {
        let text = db.execute(sql, &()).await.unwrap_err().to_string();
        assert!(text.contains(expected), "{sql}: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn without_prepared_statements_a_value_that_cannot_be_stored_names_its_parameter() -> TestResult {
    let schema = schema!();
    let db = schema.options().statement_cache_capacity(0).connect().await?;
    let error = value(&db, "SELECT $1::int, $2::text", &(1, "a\0b")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Parameter { number: 2, .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn after_a_table_was_altered_one_transaction_of_a_connection_fails_and_not_one_for_each_statement() -> TestResult
{
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    let statements = ["SELECT * FROM numbers", "SELECT * FROM numbers WHERE n > 1", "SELECT * FROM numbers ORDER BY n"];
    let all = async || {
        let tx = db.begin().await?;
        for sql in statements {
            tx.for_each_row(sql, &(), &mut |_| Ok(())).await?;
        }
        tx.commit().await
    };
    all().await?;
    db.execute("ALTER TABLE numbers ADD COLUMN m BIGINT", &()).await?;
    assert!(matches!(all().await.unwrap_err().kind(), ErrorKind::Serialization { .. }));
    all().await?;
    Ok(())
}
