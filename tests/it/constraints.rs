//! docs/behaviour.md, rules 28 and 35: after a cascade, the constraints of the transaction are checked exactly as before it.

use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database, on_postgres};
use crate::log::Log;

on_postgres!(a_unique_constraint_that_waits_goes_on_waiting);

on_each_database!(
    after_a_cascade_a_row_that_points_nowhere_is_refused_at_once,
    what_was_deferred_before_a_cascade_stays_deferred,
    rows_of_do_nothing_that_wait_for_the_commit_keep_waiting,
    models_that_cannot_be_without_one_another_are_deleted_without_deferring,
    a_foreign_key_that_a_cascade_breaks_is_named_by_its_model
);

/// Defers every foreign key, as a user does.
async fn defer(tx: &Tx, db: &Db) {
    let sql = if is_sqlite(db) { "PRAGMA defer_foreign_keys = ON" } else { "SET CONSTRAINTS ALL DEFERRED" };
    tx.execute(sql, &()).await.unwrap();
}

/// Two models that cannot be without one another, another one that points to both, and one that a cascade does not reach.
macro_rules! cycle {
    () => {
        #[model]
        #[derive(Debug, Default)]
        struct Hen {
            #[key]
            id: Id<Hen>,
            #[foreign_key(on_delete = cascade)]
            egg: Id<Egg>,
        }

        #[model]
        #[derive(Debug, Default)]
        struct Egg {
            #[key]
            id: Id<Egg>,
            #[foreign_key(on_delete = cascade)]
            hen: Id<Hen>,
        }

        #[model]
        #[derive(Debug, Default)]
        struct Photo {
            #[key]
            id: Id<Photo>,
            #[foreign_key(on_delete = do_nothing)]
            hen: Id<Hen>,
        }

        #[model]
        #[derive(Debug, Default)]
        struct Other {
            #[key]
            id: Id<Other>,
            #[foreign_key(on_delete = cascade)]
            of: Option<Id<Other>>,
        }

        /// As many pairs as there are ids, each hen with the egg of its number.
        async fn pairs(db: &Db, ids: std::ops::RangeInclusive<i64>) {
            let tx = db.begin().await.unwrap();
            defer(&tx, db).await;
            for id in ids {
                Hen { id: Id::new(id), egg: Id::new(id) }.save(&tx).await.unwrap();
                Egg { id: Id::new(id), hen: Id::new(id) }.save(&tx).await.unwrap();
            }
            tx.commit().await.unwrap();
        }

        async fn hen(executor: &dyn Executor, id: i64) -> Hen {
            Hen::get(executor, Id::new(id)).await.unwrap().unwrap()
        }
    };
}

async fn after_a_cascade_a_row_that_points_nowhere_is_refused_at_once(database: &Database) -> TestResult {
    cycle!();

    let db = database.with_tables::<(Hen, Egg, Photo, Other)>().await?;
    pairs(&db, 1..=2).await;
    let mut tx = db.begin().await?;
    assert_eq!(hen(&tx, 1).await.delete(&tx).await?.total(), 2);
    let error = tx.savepoint(async |tx| Other { of: Some(Id::new(9)), ..Other::default() }.save(tx).await).await;
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { model: Some(model) } if model == "Other"), "{error}");
    tx.commit().await?;
    assert_eq!((Hen::all(&db).await?.len(), Egg::all(&db).await?.len()), (1, 1));

    // Also in a savepoint that is undone, and after it.
    let mut tx = db.begin().await?;
    let undone = tx.savepoint(async |tx| {
        hen(tx, 2).await.delete(tx).await?;
        Err::<(), _>(Error::other("no"))
    });
    undone.await.unwrap_err();
    assert_eq!(Egg::all(&tx).await?.len(), 1);
    let wrong = tx.savepoint(async |tx| Other { of: Some(Id::new(9)), ..Other::default() }.save(tx).await).await;
    assert!(matches!(wrong.as_ref().unwrap_err().kind(), ErrorKind::ForeignKey { .. }));
    assert_eq!(hen(&tx, 2).await.delete(&tx).await?.total(), 2);
    tx.commit().await?;
    Ok(())
}

async fn what_was_deferred_before_a_cascade_stays_deferred(database: &Database) -> TestResult {
    cycle!();

    let db = database.with_tables::<(Hen, Egg, Photo, Other)>().await?;
    pairs(&db, 1..=2).await;
    let tx = db.begin().await?;
    defer(&tx, &db).await;
    let mut wrong = Other { of: Some(Id::new(9)), ..Other::default() };
    wrong.save(&tx).await?;
    hen(&tx, 1).await.delete(&tx).await?;
    let mut another = Other { of: Some(Id::new(8)), ..Other::default() };
    another.save(&tx).await?;
    wrong.of = None;
    wrong.save(&tx).await?;
    another.of = None;
    another.save(&tx).await?;
    tx.commit().await?;

    // What is still wrong at the end is refused there.
    let tx = db.begin().await?;
    defer(&tx, &db).await;
    Other { of: Some(Id::new(9)), ..Other::default() }.save(&tx).await?;
    hen(&tx, 2).await.delete(&tx).await?;
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");
    assert_eq!(Hen::all(&db).await?.len(), 1);
    Ok(())
}

async fn rows_of_do_nothing_that_wait_for_the_commit_keep_waiting(database: &Database) -> TestResult {
    cycle!();

    let db = database.with_tables::<(Hen, Egg, Photo, Other)>().await?;
    pairs(&db, 1..=2).await;
    let mut first = Photo { hen: Id::new(1), ..Photo::default() };
    first.save(&db).await?;
    let tx = db.begin().await?;
    // One is wrong before the cascade, one because of it.
    let mut second = Photo { hen: Id::new(9), ..Photo::default() };
    second.save(&tx).await?;
    hen(&tx, 1).await.delete(&tx).await?;
    for photo in [&mut first, &mut second] {
        photo.hen = Id::new(2);
        photo.save(&tx).await?;
    }
    tx.commit().await?;

    let tx = db.begin().await?;
    hen(&tx, 2).await.delete(&tx).await?;
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");
    assert_eq!(Hen::all(&db).await?.len(), 1);
    Ok(())
}

/// SQLite has no unique constraints that can wait.
async fn a_unique_constraint_that_waits_goes_on_waiting(database: &Database) -> TestResult {
    cycle!();

    let db = database.with_tables::<(Hen, Egg, Photo, Other)>().await?;
    pairs(&db, 1..=2).await;
    db.execute("CREATE TABLE seats (number BIGINT UNIQUE DEFERRABLE INITIALLY IMMEDIATE)", &()).await?;
    db.execute("INSERT INTO seats VALUES (1), (2)", &()).await?;
    let mut tx = db.begin().await?;
    tx.execute("SET CONSTRAINTS seats_number_key DEFERRED", &()).await?;
    tx.execute("UPDATE seats SET number = 2 WHERE number = 1", &()).await?;
    hen(&tx, 1).await.delete(&tx).await?;
    tx.execute("UPDATE seats SET number = 1 WHERE ctid = (SELECT min(ctid) FROM seats)", &()).await?;
    // The others were not deferred.
    let error = tx.savepoint(async |tx| Other { of: Some(Id::new(9)), ..Other::default() }.save(tx).await).await;
    assert!(matches!(error.as_ref().unwrap_err().kind(), ErrorKind::ForeignKey { .. }));
    tx.commit().await?;

    // One that is checked at once is checked at once.
    let tx = db.begin().await?;
    hen(&tx, 2).await.delete(&tx).await?;
    let error = tx.execute("UPDATE seats SET number = 1", &()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unique { .. }), "{error}");
    Ok(())
}

/// Foreign keys as migrations make them. Those of SQLite wait for nothing as they are.
async fn not_deferrable(db: &Db) {
    if !is_sqlite(db) {
        let sql = "DO $$ DECLARE k record; BEGIN
            FOR k IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
                WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND NOT condeferred
            LOOP EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', k.name, k.conname); END LOOP;
        END $$";
        db.batch(sql).await.unwrap();
    }
}

mod trees_and_cycles {
    use super::*;

    on_each_database!(trees_and_cycles_are_deleted_without_deferring);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct Shop {
        #[key]
        id: Id<Shop>,
    }

    /// A tree, in a cycle of three models.
    #[model]
    #[derive(Debug, Default)]
    struct Article {
        #[key]
        name: String,
        #[foreign_key(on_delete = cascade)]
        shop: Option<Id<Shop>>,
        #[foreign_key(on_delete = cascade)]
        part_of: Option<Ref<Article, String>>,
        #[foreign_key(on_delete = cascade)]
        label: Option<Id<Label>>,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Label {
        #[key]
        id: Id<Label>,
        #[foreign_key(on_delete = cascade)]
        printer: Option<Id<Printer>>,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Printer {
        #[key]
        id: Id<Printer>,
        #[foreign_key(on_delete = cascade)]
        last: Option<Ref<Article, String>>,
        #[foreign_key(on_delete = cascade)]
        owner: Option<Id<Shop>>,
    }

    #[receiver(post_delete, sender = [Shop, Article, Label, Printer])]
    fn deleted<M: Model>(instance: &M) {
        let instance: &dyn AnyModel = instance;
        LOG.note(instance.model().name);
    }

    async fn trees_and_cycles_are_deleted_without_deferring(database: &Database) -> TestResult {
        let db = database.with_tables::<(Shop, Article, Label, Printer)>().await?;
        not_deferrable(&db).await;
        for outsider in [false, true] {
            let tx = db.begin().await?;
            let mut shop = Shop::default();
            shop.save(&tx).await?;
            let mut printer = Printer { owner: Some(shop.id), ..Printer::default() };
            printer.save(&tx).await?;
            let mut label = Label { printer: Some(printer.id), ..Label::default() };
            label.save(&tx).await?;
            let mut parent: Option<Ref<Article, String>> = None;
            // A chain that is longer than what goes into one statement, of names that need quotes.
            for number in 0..600 {
                let name = format!("{number} \"a\", 'b' \\{{}}");
                let shop = (number == 0).then_some(shop.id);
                let label = (number == 300).then_some(label.id);
                Article { name: name.clone(), shop, part_of: parent.take(), label }.save(&tx).await?;
                parent = Some(Ref::new(name));
            }
            printer.last = parent;
            printer.save(&tx).await?;
            if outsider {
                tx.batch("CREATE TABLE sold (article TEXT REFERENCES articles (name)); INSERT INTO sold SELECT max(name) FROM articles")
                    .await
                    ?;
            }
            tx.commit().await?;

            let deleted = shop.delete(&db).await;
            if outsider {
                let error = deleted.unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");
                assert_eq!(Article::all(&db).await?.len(), 600);
                continue;
            }
            let deleted = deleted?;
            assert_eq!((deleted.of::<Article>(), deleted.of::<Label>(), deleted.of::<Printer>()), (600, 1, 1));
            assert_eq!(LOG.take().lines().count(), 603);
            assert!(Article::all(&db).await?.is_empty() && Printer::all(&db).await?.is_empty());
        }
        Ok(())
    }
}

async fn models_that_cannot_be_without_one_another_are_deleted_without_deferring(database: &Database) -> TestResult {
    cycle!();

    let db = database.with_tables::<(Hen, Egg, Photo, Other)>().await?;
    pairs(&db, 1..=700).await;
    let tx = db.begin().await?;
    defer(&tx, &db).await;
    // One cycle through all of them.
    for id in 1..=700 {
        Egg { id: Id::new(id), hen: Id::new(id % 700 + 1) }.save(&tx).await?;
    }
    tx.commit().await?;
    not_deferrable(&db).await;
    db.batch("CREATE TABLE sold (egg BIGINT REFERENCES eggs (id)); INSERT INTO sold VALUES (5)").await?;
    let error = hen(&db, 1).await.delete(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");
    assert_eq!(Hen::all(&db).await?.len(), 700);

    db.execute("DELETE FROM sold", &()).await?;
    for _ in 0..2 {
        // Once more in the same transaction, after nothing is left.
        let tx = db.begin().await?;
        let mut one = Hen { id: Id::new(1), egg: Id::new(1) };
        let deleted = one.delete(&tx).await?;
        assert!([(700, 700), (0, 0)].contains(&(deleted.of::<Hen>(), deleted.of::<Egg>())));
        assert_eq!(one.delete(&tx).await?.total(), 0);
        tx.commit().await?;
    }
    assert!(Egg::all(&db).await?.is_empty());
    Ok(())
}

async fn a_foreign_key_that_a_cascade_breaks_is_named_by_its_model(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Team {
        #[key]
        id: Id<Team>,
    }

    #[model(table = "the_players")]
    #[derive(Debug, Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[foreign_key(on_delete = cascade)]
        team: Id<Team>,
    }

    #[receiver(pre_delete, sender = Team)]
    async fn adds_one(instance: &Team, tx: &mut Tx) -> Result<()> {
        Player { team: instance.id, ..Player::default() }.save(tx).await
    }

    #[receiver(post_delete, sender = Player)]
    fn seen() {}

    let db = database.with_tables::<(Team, Player)>().await?;
    let mut team = Team::default();
    team.save(&db).await?;
    Player { team: team.id, ..Player::default() }.save(&db).await?;
    let error = team.delete(&db).await.unwrap_err();
    // SQLite does not say whose it is.
    let expected = if is_sqlite(&db) { None } else { Some("Player".to_owned()) };
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { model } if *model == expected), "{error}");
    Ok(())
}
