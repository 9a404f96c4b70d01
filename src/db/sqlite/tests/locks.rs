use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use super::*;
use crate::db::Tx;
use crate::error::{Error, ErrorKind};

#[tokio::test]
async fn a_lock_of_another_process_is_an_error_after_a_while() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.db().await?).await?;
    let stranger = folder.stranger()?;
    stranger.execute_batch("BEGIN IMMEDIATE")?;

    for result in [add(&db, 1).await.map(drop), db.begin().await.map(drop)] {
        let Err(ErrorKind::Locked { path, waited }) = result.as_ref().map_err(Error::kind) else {
            panic!("{result:?}")
        };
        assert_eq!(*path, folder.path());
        assert!(*waited >= Duration::from_millis(30) && *waited < Duration::from_secs(5), "{waited:?}");
    }
    let text = add(&db, 1).await.unwrap_err().to_string();
    assert!(text.starts_with("another process, or another `Db` of this one, holds the lock on `"), "{text}");
    assert!(text.contains("ms: end its transaction"), "{text}");
    // Reading is still possible.
    assert_eq!(numbers(&db).await?, [0_i64; 0]);

    stranger.execute_batch("ROLLBACK")?;
    add(&db, 1).await?;
    assert_eq!(numbers(&db).await?, [1]);
    Ok(())
}

/// On one thread: if the wait blocked it, the task that releases the lock would never run.
#[tokio::test]
async fn a_lock_of_another_process_is_waited_for_without_blocking() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.patient().await?).await?;
    let stranger = folder.stranger()?;
    stranger.execute_batch("BEGIN IMMEDIATE")?;
    let release = tokio::spawn(async move {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stranger.execute_batch("COMMIT")?;
        Ok::<_, rusqlite::Error>(Instant::now())
    });
    let tx = db.begin().await?;
    let begun = Instant::now();
    assert!(release.is_finished() && release.await?? <= begun);
    add(&tx, 1).await?;
    tx.commit().await?;
    Ok(())
}

/// `BEGIN` has locked the database, but not one that was attached later.
#[tokio::test]
async fn a_batch_that_waits_half_way_is_not_done_twice() -> TestResult {
    let (folder, other) = (Folder::new()?, Folder::new()?);
    let db = with_numbers(folder.patient().await?).await?;
    drop(with_numbers(other.db().await?).await?);
    let stranger = other.stranger()?;

    let tx = db.begin().await?;
    tx.sqlite(|connection| connection.execute("ATTACH ? AS other", [other.path().to_str()]))?;
    stranger.execute_batch("BEGIN IMMEDIATE")?;
    let error = tx.batch("INSERT INTO numbers VALUES (1); INSERT INTO other.numbers VALUES (1)").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { .. }), "{error}");
    assert_eq!(numbers(&tx).await?, [1]);

    // The first statement may wait: nothing would be repeated.
    let release = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        stranger.execute_batch("ROLLBACK")
    });
    tx.batch("INSERT INTO other.numbers VALUES (2); INSERT INTO numbers VALUES (2)").await?;
    release.await??;
    assert_eq!(numbers(&tx).await?, [1, 2]);
    tx.commit().await?;
    Ok(())
}

/// A reader of another process in a database without WAL, where it blocks a commit.
async fn reader_without_wal(folder: &Folder, db: &Db) -> TestResult<rusqlite::Connection> {
    db.execute("PRAGMA journal_mode = DELETE", &()).await?;
    let stranger = folder.stranger()?;
    stranger.execute_batch("BEGIN; SELECT count(*) FROM numbers")?;
    Ok(stranger)
}

#[tokio::test]
async fn a_commit_that_waits_too_long_is_rolled_back() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.db().await?).await?;
    let stranger = reader_without_wal(&folder, &db).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Locked { .. }));
    assert!(matches!(add(&db, 2).await.unwrap_err().kind(), ErrorKind::Locked { .. }));
    stranger.execute_batch("COMMIT")?;
    add(&db, 3).await?;
    assert_eq!(numbers(&db).await?, [3]);
    Ok(())
}

#[tokio::test]
async fn a_commit_waits_for_a_lock_too() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.patient().await?).await?;
    let stranger = reader_without_wal(&folder, &db).await?;
    let tx = db.begin().await?;
    add(&tx, 1).await?;
    let (committed, released) = tokio::join!(tx.commit(), async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        stranger.execute_batch("COMMIT")
    });
    released?;
    committed?;
    assert_eq!(numbers(&db).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn connecting_waits_for_a_lock_too() -> TestResult {
    let folder = Folder::new()?;
    let stranger = folder.stranger()?;
    stranger.execute_batch("CREATE TABLE numbers (n); BEGIN EXCLUSIVE")?;
    assert!(matches!(folder.options().connect().await.unwrap_err().kind(), ErrorKind::Locked { .. }));
    let (db, released) = tokio::join!(folder.patient(), async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        stranger.execute_batch("COMMIT")
    });
    released?;
    assert_eq!(numbers(&db?).await?, [0_i64; 0]);
    Ok(())
}

#[tokio::test]
async fn several_connect_to_a_new_file_at_once() -> TestResult {
    let folder = Folder::new()?;
    let connect = || patient(folder.url()).connect();
    let (one, two, three) = tokio::join!(connect(), connect(), connect());
    let db = with_numbers(one?).await?;
    add(&two?, 1).await?;
    add(&three?, 2).await?;
    assert_eq!(numbers(&db).await?, [1, 2]);
    Ok(())
}

#[tokio::test]
async fn saving_on_the_db_inside_a_transaction_names_where_it_began() -> TestResult {
    for db in [memory().await?, Folder::new()?.db().await?] {
        let db = with_numbers(db).await?;
        let line = line!() + 1;
        let tx = db.begin().await?;
        for result in [db.execute("DELETE FROM numbers", &()).await.map(drop), db.begin().await.map(drop)] {
            let Err(ErrorKind::WriterBusy { waited, began, .. }) = result.as_ref().map_err(Error::kind) else {
                panic!("{result:?}")
            };
            assert!(*waited >= Duration::from_millis(30), "{waited:?}");
            assert_eq!((began.file(), began.line()), (file!(), line));
        }
        let text = add(&db, 1).await.unwrap_err().to_string();
        assert!(text.contains("locks.rs:") && text.contains("must use its `tx` and not `&db`"), "{text}");
        drop(tx);

        let receiver = async |_: &mut Tx| db.execute("DELETE FROM numbers", &()).await;
        let line = line!() + 1;
        let nested = db.transaction(receiver).await;
        let Err(ErrorKind::WriterBusy { began, .. }) = nested.as_ref().map_err(Error::kind) else {
            panic!("{nested:?}")
        };
        assert_eq!(began.line(), line);
        add(&db, 1).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_writer_is_given_in_the_order_of_asking() -> TestResult {
    let db = patient("sqlite::memory:").connect().await?;
    let db = with_numbers(db).await?;
    let order = Rc::new(RefCell::new(Vec::new()));
    let tasks = tokio::task::LocalSet::new();
    let first = db.begin().await?;
    for task in 0..5 {
        let (db, order) = (db.clone(), Rc::clone(&order));
        tasks.spawn_local(async move {
            for _ in 0..3 {
                let tx = db.begin().await?;
                order.borrow_mut().push(task);
                add(&tx, task).await?;
                tokio::task::yield_now().await;
                tx.commit().await?;
            }
            Ok::<_, Error>(())
        });
    }
    tasks.run_until(tokio::task::yield_now()).await;
    drop(first);
    tasks.await;
    assert_eq!(*order.borrow(), [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    Ok(())
}

/// Statements do not wait, so a loop of them has to yield by itself.
#[tokio::test]
async fn a_loop_of_statements_lets_other_tasks_run() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.db().await?).await?;
    let tx = db.begin().await?;
    let other = tokio::spawn(async {});
    for n in 0..1000 {
        add(&tx, n).await?;
    }
    assert!(other.is_finished());
    tx.commit().await?;
    let other = tokio::spawn(async {});
    for _ in 0..1000 {
        value(&db, "SELECT 1", &()).await?;
    }
    assert!(other.is_finished());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_on_many_threads() -> TestResult {
    let folder = Folder::new()?;
    let db = with_numbers(folder.patient().await?).await?;
    let tasks: Vec<_> = (0..16)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                for n in 0..20 {
                    match (task + n) % 4 {
                        0 => add(&db, n).await.map(drop)?,
                        1 => {
                            db.transaction(async |tx| add(tx, n).await.map(drop)).await?;
                        }
                        2 => {
                            let tx = db.begin().await?;
                            add(&tx, -1).await?;
                            tokio::task::yield_now().await;
                        }
                        _ => assert!(!numbers(&db).await?.contains(&-1)),
                    }
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    assert_eq!(numbers(&db).await?.len(), 16 * 20 / 2);
    Ok(())
}

#[tokio::test]
async fn reading_a_database_in_memory_next_to_a_transaction_says_that_it_has_one_connection() -> TestResult {
    let db = with_numbers(memory().await?).await?;
    let tx = db.begin().await?;
    for error in [numbers(&db).await.unwrap_err(), add(&db, 1).await.unwrap_err()] {
        assert!(matches!(error.kind(), ErrorKind::WriterBusy { in_memory: true, .. }));
        let text = error.to_string();
        assert!(text.contains("holds the only connection of the database in memory"), "{text}");
        assert!(text.contains("use its `tx` and not `&db`, also to read") && text.contains("use a file"), "{text}");
    }
    drop(tx);
    // A file can be read.
    let folder = Folder::new()?;
    let db = with_numbers(folder.db().await?).await?;
    let tx = db.begin().await?;
    assert_eq!(numbers(&db).await?, [0_i64; 0]);
    let error = add(&db, 1).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WriterBusy { in_memory: false, .. }), "{error}");
    assert!(!error.to_string().contains("memory"), "{error}");
    drop(tx);
    Ok(())
}

/// The holder of the connection that writes is not named if it waits for another process itself.
#[tokio::test]
async fn a_lock_of_another_process_is_not_blamed_on_transactions_that_wait_for_it() -> TestResult {
    const LIMIT: Duration = Duration::from_millis(300);
    let folder = Folder::new()?;
    let db = with_numbers(folder.options().writer_timeout(LIMIT).busy_timeout(LIMIT).connect().await?).await?;
    let stranger = folder.stranger()?;
    stranger.execute_batch("BEGIN IMMEDIATE")?;
    let began = Instant::now();
    let (one, two, three, four) =
        tokio::join!(db.begin(), db.transaction(async |tx| add(tx, 2).await), add(&db, 3), async {
            tokio::time::sleep(LIMIT / 2).await;
            add(&db, 4).await
        },);
    for error in [one.unwrap_err(), two.unwrap_err(), three.unwrap_err(), four.unwrap_err()] {
        let ErrorKind::Locked { path, waited } = error.kind() else { panic!("{error}") };
        assert_eq!(*path, folder.path());
        assert!(*waited >= LIMIT && *waited < LIMIT * 2, "{error}");
    }
    // All of them wait at the same time, not one after the other.
    assert!(began.elapsed() < LIMIT * 3, "{:?}", began.elapsed());

    // A wait for this program still names the place that holds the connection.
    stranger.execute_batch("ROLLBACK")?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (tx, line) = (db.begin().await?, line!());
    let error = add(&db, 5).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WriterBusy { began, .. } if began.line() == line), "{error}");
    drop(tx);
    Ok(())
}

/// Waiting for this program does not count as waiting for another process.
#[tokio::test]
async fn the_time_for_another_process_begins_after_the_wait_for_this_program() -> TestResult {
    const LIMIT: Duration = Duration::from_millis(400);
    let folder = Folder::new()?;
    let options = folder.options().writer_timeout(Duration::from_mins(1)).busy_timeout(LIMIT);
    let db = with_numbers(options.connect().await?).await?;
    let tx = db.begin().await?;
    let (added, locked) = tokio::join!(add(&db, 1), async {
        tokio::time::sleep(LIMIT * 2).await;
        tx.commit().await?;
        let stranger = folder.stranger()?;
        stranger.execute_batch("BEGIN IMMEDIATE")?;
        tokio::time::sleep(LIMIT / 4).await;
        stranger.execute_batch("ROLLBACK")?;
        TestResult::Ok(())
    });
    locked?;
    added?;
    Ok(())
}
