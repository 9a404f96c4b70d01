//! Isolation levels and read-only transactions, in SQLite and PostgreSQL.

use std::path::PathBuf;

use signals::ErrorKind;
use signals::db::{IsolationLevel, TransactionOptions};
use signals::model::post_bulk_create;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database, on_postgres};
use crate::log::Log;

on_postgres!(what_a_transaction_sees_of_others, a_transaction_that_only_reads_sees_one_state_while_others_write);

on_each_database!(
    a_transaction_that_only_reads_refuses_to_write,
    a_batch_that_begins_another_transaction_has_ended_this_one,
    serializable_is_as_if_one_ran_after_the_other,
    a_transaction_in_a_receiver_is_refused_and_names_where_the_save_began
);

#[model]
#[derive(Debug, Default, Clone)]
struct Account {
    #[key]
    id: Id<Account>,
    balance: i64,
}

async fn balance(executor: &dyn Executor, id: i64) -> i64 {
    Account::get(executor, Id::new(id)).await.unwrap().unwrap().balance
}

/// A SQLite file of its own, removed afterwards, with the table: a file has readers next to the writer.
struct File {
    path: PathBuf,
    db: Db,
}

impl File {
    async fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("signals-it-{}-{name}.db", std::process::id()));
        let db = Db::connect(&format!("sqlite:{}", path.display())).await?;
        db.create_tables_of::<Account>().await?;
        Ok(Self { path, db })
    }
}

impl Drop for File {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.path.display()));
        }
    }
}

async fn a_batch_that_begins_another_transaction_has_ended_this_one(database: &Database) -> TestResult {
    let db = database.with_tables::<Account>().await?;
    for another in ["ROLLBACK; BEGIN", "commit; begin", "END; SAVEPOINT mine; SELECT 1"] {
        let tx = db.begin().await?;
        Account::default().save(&tx).await?;
        let Err(error) = tx.batch(another).await else { panic!("{another} in {}", db.url()) };
        assert!(error.to_string().contains("ended the transaction") || another.starts_with("END"), "{error}");
        let broken = Account::default().save(&tx).await.unwrap_err();
        assert!(matches!(broken.kind(), ErrorKind::Broken { .. }), "{broken}");
        tx.commit().await.unwrap_err();
    }

    // What stays in it is as before, and so is what it leaves open.
    let before = Account::all(&db).await?.len();
    let tx = db.begin().await?;
    tx.batch("SAVEPOINT mine; INSERT INTO accounts (balance) VALUES (1)").await?;
    tx.batch("ROLLBACK TO SAVEPOINT mine; INSERT INTO accounts (balance) VALUES (2)").await?;
    tx.batch("SAVEPOINT more; INSERT INTO accounts (balance) VALUES (3); ROLLBACK TO SAVEPOINT more").await?;
    tx.commit().await?;
    let after = Account::all(&db).await?;
    assert_eq!(after[before..].iter().map(|account| account.balance).collect::<Vec<_>>(), [2]);
    Ok(())
}

async fn a_transaction_that_only_reads_refuses_to_write(database: &Database) -> TestResult {
    reading_refuses_to_write(&database.with_tables::<Account>().await?).await
}

#[tokio::test]
async fn a_transaction_that_only_reads_refuses_to_write_in_a_file() -> TestResult {
    reading_refuses_to_write(&File::new("refuses").await?.db).await
}

async fn reading_refuses_to_write(db: &Db) -> TestResult {
    Account { balance: 1, ..Account::default() }.save(db).await?;
    let reads = TransactionOptions::new().read_only();
    let mut tx = db.begin_with(reads).await?;
    assert_eq!(balance(&tx, 1).await, 1);
    let error = tx.savepoint(async |tx| tx.execute("UPDATE accounts SET balance = 2", &()).await).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnlyTransaction), "{error}");
    assert_eq!(
        error.to_string(),
        "the transaction was begun for reading only, and the statement writes: begin it without `read_only`",
    );
    assert!(matches!(
        tx.savepoint(async |tx| Account::default().save(tx).await).await.unwrap_err().kind(),
        ErrorKind::ReadOnlyTransaction
    ));
    assert!(matches!(tx.batch("DELETE FROM accounts").await.unwrap_err().kind(), ErrorKind::ReadOnlyTransaction));
    tx.rollback().await?;
    let refused = db.transaction_with(reads, async |tx| Account::default().save(tx).await).await;
    assert!(matches!(refused.as_ref().unwrap_err().kind(), ErrorKind::ReadOnlyTransaction));
    // What comes after it may write, on the same connection if there is but one.
    for end in 0..3 {
        let tx = db.begin_with(reads).await?;
        assert_eq!(balance(&tx, 1).await, 1);
        match end {
            0 => tx.commit().await?,
            1 => tx.rollback().await?,
            _ => drop(tx),
        }
        db.execute("UPDATE accounts SET balance = 1", &()).await?;
    }
    let tx = db.begin().await?;
    tx.execute("UPDATE accounts SET balance = 3", &()).await?;
    tx.commit().await?;
    assert_eq!(balance(db, 1).await, 3);
    Ok(())
}

// SQLite in memory has one connection, which one transaction uses.
async fn a_transaction_that_only_reads_sees_one_state_while_others_write(database: &Database) -> TestResult {
    reading_sees_one_state(&database.with_tables::<Account>().await?).await
}

#[tokio::test]
async fn a_transaction_that_only_reads_sees_one_state_while_others_write_in_a_file() -> TestResult {
    reading_sees_one_state(&File::new("moment").await?.db).await
}

async fn reading_sees_one_state(db: &Db) -> TestResult {
    Account { balance: 1, ..Account::default() }.save(db).await?;
    let reads = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead).read_only();
    // More than SQLite has readers for single queries, and those find one nevertheless.
    let mut open = Vec::new();
    for _ in 0..6 {
        let tx = db.begin_with(reads).await?;
        assert_eq!(balance(&tx, 1).await, 1);
        open.push(tx);
    }
    db.transaction(async |tx| tx.execute("UPDATE accounts SET balance = 2", &()).await).await?;
    assert_eq!(balance(db, 1).await, 2);
    for tx in open {
        assert_eq!(balance(&tx, 1).await, 1);
        tx.commit().await?;
    }
    let tx = db.begin_with(reads).await?;
    assert_eq!(balance(&tx, 1).await, 2);
    Ok(())
}

async fn what_a_transaction_sees_of_others(database: &Database) -> TestResult {
    let db = database.with_tables::<Account>().await?;
    Account::default().save(&db).await?;
    for (isolation, sees) in [
        (IsolationLevel::ReadCommitted, true),
        (IsolationLevel::RepeatableRead, false),
        (IsolationLevel::Serializable, false),
    ] {
        db.execute("UPDATE accounts SET balance = 0", &()).await?;
        let tx = db.begin_with(TransactionOptions::new().isolation(isolation)).await?;
        assert_eq!(balance(&tx, 1).await, 0);
        db.execute("UPDATE accounts SET balance = 1", &()).await?;
        assert_eq!(balance(&tx, 1).await == 1, sees, "{isolation:?}");
        // To write what another transaction has written in between is a conflict.
        let written = tx.execute("UPDATE accounts SET balance = balance + 10", &()).await;
        match written {
            Ok(_) => assert!(sees),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::Serialization { .. }) && !sees, "{error}"),
        }
        drop(tx);
    }
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
    assert_eq!(db.transaction_with(options, async |tx| Ok(balance(tx, 1).await)).await?, 1);
    Ok(())
}

/// Two withdrawals, each of which looks at both accounts: one after the other, the second one would be refused.
async fn serializable_is_as_if_one_ran_after_the_other(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    /// Takes 100 from one account if both together have as much, in a transaction that waits for the other one in its middle.
    async fn withdraw(db: &Db, id: i64, both: &tokio::sync::Barrier) -> Result<()> {
        let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
        db.transaction_with(options, async |tx| {
            tx.on_commit(async |_| {
                LOG.note("taken");
                Ok(())
            });
            let mut together = 0;
            for account in Account::all(tx).await? {
                together += account.balance;
            }
            both.wait().await;
            if together < 100 {
                return Err(Error::other("too little"));
            }
            let mut account = Account::get(tx, Id::new(id)).await?.unwrap();
            account.balance -= 100;
            account.save(tx).await
        })
        .await
    }

    let db = database.with_tables::<Account>().await?;
    for _ in 0..2 {
        Account { balance: 50, ..Account::default() }.save(&db).await?;
    }
    let sqlite = is_sqlite(&db);
    // Those of SQLite are one after the other anyway.
    let both = tokio::sync::Barrier::new(if sqlite { 1 } else { 2 });
    let (one, two) = tokio::join!(withdraw(&db, 1, &both), withdraw(&db, 2, &both));
    assert_eq!(LOG.take(), "taken\n");
    let refused = [one, two].into_iter().find_map(Result::err).unwrap();
    if sqlite {
        assert_eq!(refused.to_string(), "too little");
    } else {
        assert!(matches!(refused.kind(), ErrorKind::Serialization { .. }), "{refused}");
    }
    assert_eq!(balance(&db, 1).await + balance(&db, 2).await, 0);
    Ok(())
}

async fn a_transaction_in_a_receiver_is_refused_and_names_where_the_save_began(database: &Database) -> TestResult {
    #[model(table = "nested_user")]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[many_to_many]
        groups: ManyToMany<Group>,
    }

    #[model(table = "nested_group")]
    #[derive(Default)]
    struct Group {
        #[key]
        id: Id<Group>,
    }

    async fn nested(tx: &Tx) -> Result<()> {
        let db = tx.db().clone();
        tokio::task::yield_now().await;
        db.transaction(async |tx| Group::default().save(tx).await).await
    }

    #[receiver([pre_save, post_save, pre_delete, post_delete, post_bulk_create], sender = User)]
    async fn rows(tx: &mut Tx) -> Result<()> {
        nested(tx).await
    }

    #[receiver(m2m_changed, sender = UserGroups)]
    async fn groups(tx: &mut Tx) -> Result<()> {
        nested(tx).await
    }

    let db = database.with_tables::<(User, Group)>().await?;
    let mut group = Group::default();
    group.save(&db).await?;
    db.execute("INSERT INTO nested_user (id) VALUES (1000)", &()).await?;
    let mut user = User { id: Id::new(1000), ..User::default() };
    for (line, result) in [
        (line!(), User::default().save(&db).await),
        (line!(), User::create_many(&db, &mut [User::default()]).await),
        (line!(), user.groups().add(&db, [group.id]).await),
        (line!(), user.delete(&db).await.map(drop)),
    ] {
        let error = result.unwrap_err();
        let ErrorKind::NestedTransaction { outer } = error.root().kind() else { panic!("{error}") };
        assert_eq!((outer.file(), outer.line()), (file!(), line), "{error}");
    }
    assert_eq!(Group::all(&db).await?.len(), 1);
    // After the commit it is a transaction of its own.
    db.transaction(async |tx| {
        tx.on_commit(async |db: Db| db.transaction(async |tx| Group::default().save(tx).await).await);
        Ok(())
    })
    .await?;
    assert_eq!(Group::all(&db).await?.len(), 2);
    Ok(())
}
