//! docs/behaviour.md, "save", rule 24: several tasks look for the same row, and one of them creates it.

use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(multi_thread; rule_24_a_lost_race_ends_in_the_row_of_the_winner);

async fn rule_24_a_lost_race_ends_in_the_row_of_the_winner(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        username: String,
        visits: i64,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    /// Writes in the transaction of the save, which the loser of the race undoes.
    #[receiver(pre_save, sender = User)]
    async fn note(tx: &mut Tx) -> Result<()> {
        Note::default().save(tx).await
    }

    /// The winner: it commits between the other one's SELECT and its INSERT.
    #[receiver(pre_save, sender = User, when = |event| event.instance.visits == 1, before = note)]
    async fn faster(tx: &mut Tx) -> Result<()> {
        let db = tx.db().clone();
        if db.url().starts_with("postgres") && User::by_username(&db, "ann").await?.is_none() {
            User { username: "ann".to_owned(), visits: 2, ..User::default() }.save(&db).await?;
        }
        Ok(())
    }

    let db = database.with_tables::<(User, Note)>().await?;
    // SQLite has one writer: the two take turns, so there is no race.
    let tasks: Vec<_> = (0..4)
        .map(|visits| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut user = User { username: "bob".to_owned(), visits: visits * 2, ..User::default() };
                let created = user.get_or_create(&db, User::fields().username).await.unwrap();
                (created, user)
            })
        })
        .collect();
    let mut created = 0;
    let mut users = Vec::new();
    for task in tasks {
        let (is_new, user) = task.await?;
        created += u32::from(is_new);
        users.push(user);
    }
    assert_eq!(created, 1);
    assert!(users.iter().all(|user| *user == users[0]), "{users:?}");
    assert_eq!(Note::all(&db).await?.len(), 1, "those who lost wrote nothing");

    if is_sqlite(&db) {
        return Ok(());
    }
    let mut loser = User { username: "ann".to_owned(), visits: 1, ..User::default() };
    let tx = db.begin().await?;
    assert!(!loser.get_or_create(&tx, User::fields().username).await?);
    assert_eq!(loser.visits, 2);
    tx.commit().await?;
    assert_eq!(Note::all(&db).await?.len(), 2);

    User::delete_where(&db, "username = 'ann'", &()).await?;
    let mut loser = User { username: "ann".to_owned(), visits: 1, ..User::default() };
    assert!(!loser.get_or_create(&db, User::fields().username).await?);
    assert_eq!(loser.visits, 2);

    User::delete_where(&db, "username = 'ann'", &()).await?;
    let mut loser = User { username: "ann".to_owned(), visits: 1, ..User::default() };
    assert!(!loser.update_or_create(&db, User::fields().username, User::fields().visits).await?);
    let stored = User::by_username(&db, "ann").await?.unwrap();
    assert_eq!((stored.visits, stored.id), (1, loser.id));
    Ok(())
}
