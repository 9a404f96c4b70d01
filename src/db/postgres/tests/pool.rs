use super::*;
use crate::db::driver::Driver;
use crate::db::postgres::Postgres;
use crate::error::ErrorKind;

fn postgres(db: &Db) -> &Postgres {
    match &db.shared.driver {
        Driver::Postgres(postgres) => postgres,
        #[cfg(feature = "sqlite")]
        Driver::Sqlite(_) => unreachable!("the URL is one of PostgreSQL"),
    }
}

#[tokio::test]
async fn connections_are_opened_when_they_are_needed_and_stay() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.options().pool_size(3).connect().await?).await?;
    assert_eq!(postgres(&db).pool.size(), 1);
    let (one, two) = (db.begin().await?, db.begin().await?);
    assert_eq!(postgres(&db).pool.size(), 2);
    assert_ne!(pid(&one).await?, pid(&two).await?);
    drop((one, two));
    for _ in 0..10 {
        add(&db, 1).await?;
    }
    assert_eq!(postgres(&db).pool.size(), 2);
    Ok(())
}

#[tokio::test]
async fn waiting_too_long_names_the_places_that_hold_the_connections() -> TestResult {
    let schema = schema!();
    let options = schema.options().pool_size(3).pool_timeout(Duration::from_millis(300));
    let db = with_numbers(options.connect().await?).await?;
    let begin = || db.begin();
    let line = line!() - 1;
    let (one, two) = (begin().await?, begin().await?);
    let (three, last) = (db.begin().await?, line!());
    for error in [db.begin().await.unwrap_err(), add(&db, 1).await.unwrap_err(), numbers(&db).await.unwrap_err()] {
        let text = error.to_string();
        let ErrorKind::PoolBusy { waited, held } = error.kind() else { panic!("{text}") };
        assert!(*waited >= Duration::from_millis(300));
        let held: Vec<_> = held.iter().map(|(place, count)| (place.line(), *count)).collect();
        assert_eq!(held, [(line, 2), (last, 1)]);
        assert!(text.contains(&format!("pool.rs:{line}:23 (2), ")), "{text}");
    }
    drop((one, two, three));
    add(&db, 1).await?;
    assert!(postgres(&db).pool.size() <= 3);
    Ok(())
}

#[tokio::test]
async fn a_caller_that_waits_gets_the_next_connection() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    let tx = db.begin().await?;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move { add(&db, n).await })
        })
        .collect();
    tokio::task::yield_now().await;
    add(&tx, 100).await?;
    tx.commit().await?;
    for task in tasks {
        task.await??;
    }
    let mut expected = vec![100];
    expected.extend(0..20);
    assert_eq!(numbers(&db).await?, expected);
    Ok(())
}

#[tokio::test]
async fn statements_are_prepared_once_and_not_without_end() -> TestResult {
    let schema = schema!();
    let db = with_numbers(schema.one().connect().await?).await?;
    for n in 0..5 {
        add(&db, n).await?;
    }
    for n in 0..300 {
        value(&db, &format!("SELECT {n}"), &()).await?;
        // A statement that is used stays prepared.
        add(&db, n).await?;
    }
    let tx = db.begin().await?;
    let prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE";
    assert_eq!(value(&tx, &format!("{prepared} 'INSERT%'"), &()).await?, Value::Integer(1));
    assert_eq!(value(&tx, &format!("{prepared} '%'"), &()).await?, Value::Integer(256));
    tx.commit().await?;
    let lease = postgres(&db).pool.lease(here()).await?;
    assert_eq!(lease.prepared(), 256);
    Ok(())
}

/// Makes a user that may have two connections, and returns its URL.
async fn limited(server: &str, user: &str) -> TestResult<String> {
    admin(server, &format!("DROP ROLE IF EXISTS {user}; CREATE ROLE {user} LOGIN CONNECTION LIMIT 2")).await?;
    let (_, place) = server.split_once('@').ok_or("the URL of the server names a user")?;
    Ok(format!("postgres://{user}@{place}"))
}

#[tokio::test]
async fn a_server_that_is_full_is_waited_for_until_a_connection_is_returned() -> TestResult {
    let server = server!();
    let url = limited(&server, "signals_full_waits").await?;
    let db = ConnectOptions::new(url).pool_timeout(Duration::from_secs(20)).connect().await?;
    let (one, two) = (db.begin().await?, db.begin().await?);
    // A transaction holds its connection even before its first statement.
    assert_eq!(postgres(&db).pool.size(), 2);
    let waiting = tokio::spawn({
        let db = db.clone();
        async move { value(&db, "SELECT 7::bigint", &()).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    drop(one);
    assert_eq!(waiting.await??, Value::Integer(7));
    drop((two, db));
    Ok(())
}

#[tokio::test]
async fn a_server_that_stays_full_is_an_error_that_names_the_places_that_hold_the_connections() -> TestResult {
    let server = server!();
    let url = limited(&server, "signals_full_fails").await?;
    let timeout = Duration::from_millis(300);
    let db = ConnectOptions::new(&url).pool_timeout(timeout).connect().await?;
    let (one, line) = (db.begin().await?, line!());
    let two = db.begin().await?;
    let error = db.begin().await.unwrap_err();
    let text = error.to_string();
    let ErrorKind::TooManyConnections { reason, waited, held } = error.into_kind() else { panic!("{text}") };
    assert!(waited >= timeout && reason.starts_with("too many connections for role"), "{text}");
    assert_eq!(held.iter().map(|(place, _)| place.line()).collect::<Vec<_>>(), [line, line + 1]);
    assert!(text.contains("those of this program are held from src/db/postgres/tests/pool.rs"), "{text}");
    // Connections of another pool are not named.
    let error = ConnectOptions::new(&url).pool_timeout(timeout).connect().await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("s: make `ConnectOptions::pool_size` smaller"), "{text}");
    drop((one, two));
    Ok(())
}
