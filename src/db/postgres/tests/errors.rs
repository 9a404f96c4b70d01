//! The errors of PostgreSQL.

use expect_test::expect;

use super::*;
use crate::db::tests::errors::check;
use crate::error::{Error, ErrorKind};

#[tokio::test]
async fn urls() -> TestResult {
    check(
        Db::connect("postgres://ann:secret@host:port/db").await,
        &expect![
            "cannot use the database URL `postgres://ann:***@***/db`, invalid connection string: invalid value for option `port`: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
    check(
        Db::connect("postgresql://host/db?mode=ro").await,
        &expect![
            "cannot use the database URL `postgresql://host/db?***`, a setting after the `?` is not one of `user`, `password`, `dbname`, `options`, `application_name`, `sslmode`, `sslnegotiation`, `host`, `hostaddr`, `port`, `connect_timeout`, `tcp_user_timeout`, `keepalives`, `keepalives_idle`, `keepalives_interval`, `keepalives_retries`, `target_session_attrs`, `channel_binding`, `load_balance_hosts`, `pool_size`, `pool_timeout`, `check_after_idle`, `statement_cache_capacity`: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
    check(
        Db::connect("postgres:///db").await,
        &expect![
            "cannot use the database URL `postgres:///db`, it names no host: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
    #[cfg(not(feature = "postgres-tls"))]
    check(
        Db::connect("postgres://host/db?sslmode=require").await,
        &expect![
            "cannot use the database URL `postgres://host/db?sslmode=require`, `sslmode=require` needs the feature `postgres-tls`: write `sqlite:path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`"
        ],
    );
    Ok(())
}

#[tokio::test]
async fn servers_that_are_not_there() -> TestResult {
    let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let error = Db::connect(&format!("postgres://ann:secret@127.0.0.1:{free}/db")).await;
    let text = error.unwrap_err().to_string();
    assert!(text.starts_with(&format!("cannot connect to `postgres://ann:***@127.0.0.1:{free}/db`: ")), "{text}");
    assert!(text.ends_with(": start the server, or correct the host and the port"), "{text}");

    // A server that does not answer.
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let url = format!("postgres://ann@127.0.0.1:{}/db", silent.local_addr()?.port());
    let error = ConnectOptions::new(url).pool_timeout(Duration::from_millis(50)).connect().await.unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error.kind(), ErrorKind::Connect { .. }) && text.contains("the server did not answer for 50.0ms"),
        "{text}"
    );
    Ok(())
}

#[tokio::test]
async fn a_wrong_user_password_or_database() -> TestResult {
    let schema = schema!();
    let server = schema.server.clone();
    let user = format!("{}_user", schema.name);
    let (_, host) = server.split_once('@').ok_or("the URL of the server names a user")?;
    let (host, _) = host.split_once('/').ok_or("the URL of the server names a database")?;
    let at = |user: &str, database: &str| format!("postgres://{user}@{host}/{database}");
    let reason = async |url: String| match Db::connect(&url).await.map_err(Error::into_kind) {
        Err(ErrorKind::Connect { reason, .. }) => reason.replace(&schema.name, "test"),
        other => panic!("{other:?}"),
    };
    let reasons = [
        reason(at("root", &schema.name)).await,
        // A server that trusts every user asks for no password.
        reason(at(&user, "postgres")).await,
    ];
    assert_eq!(
        reasons[0],
        "database \"test\" does not exist: correct the name of the database, or make it with `createdb`"
    );
    assert_eq!(reasons[1], "role \"test_user\" does not exist: correct the user, or allow it in the server");
    Ok(())
}

#[tokio::test]
async fn columns_of_a_constraint_may_have_any_name() -> TestResult {
    let schema = schema!();
    let db = schema.one().connect().await?;
    db.batch(
        r#"CREATE TABLE "Odd ""table""" ("a, b)=(" TEXT, "C" TEXT, UNIQUE ("a, b)=(", "C"));
         INSERT INTO "Odd ""table""" VALUES (')=(', 'x');"#,
    )
    .await?;
    let error = db.execute(r#"INSERT INTO "Odd ""table""" VALUES (')=(', 'x')"#, &()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "Odd \"table\"" && fields == &["a, b)=(", "C"])
    );
    Ok(())
}

#[tokio::test]
async fn wrong_sql() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    let run = async |sql: &str| db.execute(sql, &()).await;

    let error = run("DELETE FROM Users").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoTable { table } if table == "users"), "{error}");
    for sql in ["SELECT n.m FROM numbers n", "ALTER TABLE numbers DROP COLUMN m"] {
        let error = run(sql).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoColumn { column, .. } if column == "m"), "{sql}: {error}");
    }
    check(run("SELCT 1").await, &expect![[r#"syntax error at or near "SELCT", in the statement `SELCT 1`"#]]);
    check(
        run("SELECT nothing(1)").await,
        &expect![
            "function nothing(integer) does not exist: No function matches the given name and argument types. You might need to add explicit type casts."
        ],
    );
    check(run("SELECT '\0'").await, &expect!["the statement cannot be sent: string contains embedded null"]);
    for sql in ["", "  ", "-- nothing", ";"] {
        check(run(sql).await, &expect!["the statement is empty: write one"]);
    }
    // The server waits for data that is not sent.
    let error = run("COPY numbers FROM STDIN").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConnectionLost { .. }), "{error}");
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    Ok(())
}

#[tokio::test]
async fn the_drivers_error_is_there_for_programs() -> TestResult {
    let schema = schema!();
    let db = schema.one().connect().await?;
    let Err(ErrorKind::Database { source: Some(source), .. }) =
        db.execute("SELCT 1", &()).await.map_err(Error::into_kind)
    else {
        panic!()
    };
    assert!(source.downcast_ref::<tokio_postgres::Error>().is_some());
    Ok(())
}

#[tokio::test]
async fn deadlocks_and_conflicts_say_that_trying_again_helps() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.options().connect().await?).await?;
    db.execute("INSERT INTO numbers VALUES (1), (2)", &()).await?;

    let (one, two) = (db.begin().await?, db.begin().await?);
    let lock = "SELECT * FROM numbers WHERE n = $1 FOR UPDATE";
    one.execute(lock, &(1,)).await?;
    two.execute(lock, &(2,)).await?;
    let crossed = [(2,), (1,)];
    let (first, second) = tokio::join!(
        async {
            let result = one.execute(lock, &crossed[0]).await;
            drop(one);
            result
        },
        async {
            let result = two.execute(lock, &crossed[1]).await;
            drop(two);
            result
        },
    );
    let error = first.and(second).unwrap_err();
    check(
        Err::<(), _>(error),
        &expect!["the transaction cannot stand beside others, deadlock detected: do all of it again"],
    );

    let (one, two) = (db.begin().await?, db.begin().await?);
    for tx in [&one, &two] {
        tx.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", &()).await?;
        value(tx, "SELECT sum(n)::bigint FROM numbers", &()).await?;
    }
    add(&one, 3).await?;
    add(&two, 4).await?;
    one.commit().await?;
    let error = two.commit().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Serialization { .. }), "{error}");
    assert_eq!(numbers(&db).await?, [1, 2, 3]);
    Ok(())
}

#[test]
fn texts_of_what_is_lost() {
    let reason = || "terminating connection due to administrator command".to_owned();
    let texts = [ErrorKind::ConnectionLost { reason: reason() }, ErrorKind::CommitUnknown { reason: reason() }]
        .map(|error| error.to_string())
        .join("\n");
    expect![[r"
        the connection to the database was lost, terminating connection due to administrator command: a transaction was rolled back, begin it again; the next call makes a new connection
        the connection to the database was lost during COMMIT, terminating connection due to administrator command: it is not known whether the transaction is committed, so look for what it wrote before you do it again"]]
    .assert_eq(&texts);
}

/// The server of the tests has a self-signed certificate, if it has one.
#[cfg(feature = "postgres-tls")]
#[tokio::test]
async fn a_self_signed_certificate_is_refused() -> TestResult {
    let server = server!();
    let question = if server.contains('?') { '&' } else { '?' };
    let error = Db::connect(&format!("{server}{question}sslmode=require")).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("performing TLS handshake") || text.contains("needs certificates to trust"), "{text}");
    Ok(())
}

#[tokio::test]
async fn a_lock_that_is_not_released_in_time_has_an_error_of_its_own() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.options().connect().await?).await?;
    add(&db, 1).await?;
    let first = db.begin().await?;
    first.execute("SELECT * FROM numbers FOR UPDATE", &()).await?;

    let second = db.begin().await?;
    second.execute("SET LOCAL lock_timeout = '20ms'", &()).await?;
    let error = second.execute("UPDATE numbers SET n = 2", &()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LockTimeout { .. }));
    check(
        Err::<(), _>(error),
        &expect![
            "a lock of another transaction was not released in time, canceling statement due to lock timeout: end that transaction sooner, or wait longer with the setting `lock_timeout`"
        ],
    );
    second.rollback().await?;
    let second = db.begin().await?;
    let error = second.execute("SELECT * FROM numbers FOR UPDATE NOWAIT", &()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LockTimeout { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_statement_that_takes_too_long_or_is_canceled_has_an_error_of_its_own() -> TestResult {
    let schema = schema!();
    let db = schema.options().connect().await?;
    let tx = db.begin().await?;
    tx.execute("SET LOCAL statement_timeout = '20ms'", &()).await?;
    let error = tx.execute("SELECT pg_sleep(20)", &()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Canceled { .. }));
    check(
        Err::<(), _>(error),
        &expect![
            "the statement was stopped before its end, canceling statement due to statement timeout: if it may take that long, raise the setting `statement_timeout`"
        ],
    );
    tx.rollback().await?;
    let tx = db.begin().await?;
    let victim = pid(&tx).await?;
    let (slept, canceled) = tokio::join!(tx.execute("SELECT pg_sleep(20)", &()), async {
        settle().await;
        value(&db, "SELECT pg_cancel_backend($1::int)", &(victim,)).await
    });
    canceled?;
    assert!(matches!(slept.as_ref().unwrap_err().kind(), ErrorKind::Canceled { .. }), "{slept:?}");
    Ok(())
}

/// Waits until statements that were sent before have arrived.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}
