//! docs/behaviour.md, "delete".

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_26_order_of_a_delete,
    rule_33_a_row_that_is_gone_sends_both_signals_and_counts_nothing,
    rule_34_a_delete_without_receivers,
    rule_35_a_failing_receiver_brings_the_row_back,
    rule_26_a_delete_that_may_still_be_undone_keeps_the_id
);

async fn rule_26_order_of_a_delete(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    #[receiver(pre_delete, sender = Note)]
    async fn before(instance: &Note, tx: &mut Tx) -> Result<()> {
        let stored = Note::get(tx, instance.id).await?.is_some();
        LOG.note(format!("pre_delete: {} stored {stored}", instance.id));
        Ok(())
    }

    #[receiver(post_delete, sender = Note)]
    async fn after(instance: &Note, tx: &mut Tx) -> Result<()> {
        let stored = Note::get(tx, instance.id).await?.is_some();
        LOG.note(format!("post_delete: {} stored {stored}", instance.id));
        Ok(())
    }

    let db = database.with_tables::<Note>().await?;
    let mut note = Note::default();
    note.save(&db).await?;
    let deleted = note.delete(&db).await?;
    LOG.note(format!("deleted {}, id {}", deleted.total(), note.id));
    expect![[r#"
        pre_delete: 1 stored true
        post_delete: 1 stored false
        deleted 1, id unset
    "#]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_33_a_row_that_is_gone_sends_both_signals_and_counts_nothing(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    #[receiver([pre_delete, post_delete], sender = Note)]
    fn sent(instance: &Note) {
        LOG.note(format!("sent {}", instance.id));
    }

    let db = database.with_tables::<Note>().await?;
    let mut note = Note::default();
    note.save(&db).await?;
    let mut again = note.clone();
    assert_eq!(note.delete(&db).await?.total(), 1);
    assert_eq!(again.delete(&db).await?.total(), 0);
    assert_eq!(LOG.take(), "sent 1\nsent 1\nsent 1\nsent 1\n");

    let error = note.delete(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsetId { model, field } if model == "Note" && field == "id"), "{error}");
    assert_eq!(LOG.take(), "", "no signal for an unset id");
    Ok(())
}

async fn rule_34_a_delete_without_receivers(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        name: String,
    }

    let db = database.with_tables::<Note>().await?;
    let mut note = Note { name: "a".to_owned() };
    note.save(&db).await?;
    assert_eq!(note.delete(&db).await?.total(), 1);
    assert_eq!(note.name, "a", "an application-assigned key stays");
    assert!(Note::all(&db).await?.is_empty());
    Ok(())
}

async fn rule_35_a_failing_receiver_brings_the_row_back(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Profile {
        #[key]
        id: Id<Profile>,
        #[one_to_one(on_delete = cascade)]
        user: Id<User>,
    }

    #[receiver(post_delete, sender = User)]
    async fn refuse(tx: &mut Tx) -> Result<()> {
        assert!(Profile::all(tx).await?.is_empty(), "the profile went with the user");
        Err(Error::other("no"))
    }

    let db = database.with_tables::<(User, Profile)>().await?;
    let mut user = User::default();
    user.save(&db).await?;
    Profile { user: user.id, ..Profile::default() }.save(&db).await?;
    user.delete(&db).await.unwrap_err();
    assert_eq!(user.id, Id::new(1), "the id stays");
    assert_eq!(User::all(&db).await?.len(), 1);
    assert_eq!(Profile::all(&db).await?.len(), 1);

    let tx = db.begin().await?;
    user.delete(&tx).await.unwrap_err();
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    Ok(())
}

async fn rule_26_a_delete_that_may_still_be_undone_keeps_the_id(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    let db = database.with_tables::<Note>().await?;
    let mut note = Note::default();
    note.save(&db).await?;
    let tx = db.begin().await?;
    note.delete(&tx).await?;
    tx.rollback().await?;
    note.save(&db).await?;
    assert_eq!(Note::all(&db).await?.len(), 1);
    Ok(())
}
