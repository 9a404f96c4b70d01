//! docs/behaviour.md, "delete", rules 26 to 35: the rows that are deleted with a row.

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rules_26_28_31_32_33_phases_order_origin_and_counts_of_a_cascade,
    rule_27_rows_that_another_transaction_adds_first_are_deleted_too,
    rule_35_a_failing_receiver_of_a_child_undoes_the_whole_cascade,
    rule_29_restrict_forgives_a_row_that_goes_by_another_way,
    rule_34_rows_that_no_receiver_needs_are_not_loaded,
    rule_28_cycles_and_trees_of_one_model,
    rules_29_30_set_default_points_to_another_row_without_signals,
    what_a_cascade_does_not_know_of_is_not_left_pointing_to_nothing
);

/// A tree of models: a shop has orders, an order has lines and perhaps a note.
macro_rules! shop {
    ($log:ident) => {
        #[model]
        #[derive(Default)]
        struct Shop {
            #[key]
            id: Id<Shop>,
        }

        #[model]
        #[derive(Default)]
        struct Order {
            #[key]
            id: Id<Order>,
            #[foreign_key(on_delete = cascade)]
            shop: Id<Shop>,
        }

        #[model]
        #[derive(Default)]
        struct Line {
            #[key]
            id: Id<Line>,
            #[foreign_key(on_delete = cascade)]
            order: Id<Order>,
        }

        #[receiver(pre_delete, sender = [Shop, Order, Line])]
        fn before<M: Model>(instance: &M, origin: &dyn AnyModel) {
            let instance: &dyn AnyModel = instance;
            $log.note(format!("before {instance:?} of {origin:?}"));
        }

        #[receiver(post_delete, sender = [Shop, Order, Line])]
        async fn after<M: Model>(instance: &M, tx: &mut Tx) -> Result<()> {
            let (shops, orders, lines) =
                (Shop::all(tx).await?.len(), Order::all(tx).await?.len(), Line::all(tx).await?.len());
            let instance: &dyn AnyModel = instance;
            $log.note(format!("after {} {}: {shops} {orders} {lines}", instance.model().name, instance.key()));
            Ok(())
        }

        async fn filled(db: &Db) -> Result<Shop> {
            let mut shop = Shop::default();
            shop.save(db).await?;
            for _ in 0..2 {
                let mut order = Order { shop: shop.id, ..Order::default() };
                order.save(db).await?;
                Line { order: order.id, ..Line::default() }.save(db).await?;
            }
            Ok(shop)
        }
    };
}

async fn rules_26_28_31_32_33_phases_order_origin_and_counts_of_a_cascade(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    shop!(LOG);

    let db = database.with_tables::<(Shop, Order, Line)>().await?;
    let mut shop = filled(&db).await?;
    let deleted = shop.delete(&db).await?;
    expect![[r"
        before Line { id: 1, order: 1 } of Shop { id: 1 }
        before Line { id: 2, order: 2 } of Shop { id: 1 }
        before Order { id: 1, shop: 1 } of Shop { id: 1 }
        before Order { id: 2, shop: 1 } of Shop { id: 1 }
        before Shop { id: 1 } of Shop { id: 1 }
        after Line 2: 1 2 0
        after Line 1: 1 2 0
        after Order 2: 1 0 0
        after Order 1: 1 0 0
        after Shop 1: 0 0 0
    "]]
    .assert_eq(&LOG.take());
    assert_eq!((deleted.total(), deleted.of::<Shop>(), deleted.of::<Order>(), deleted.of::<Line>()), (5, 1, 2, 2));
    assert!(shop.id.is_unset());
    Ok(())
}

async fn rule_27_rows_that_another_transaction_adds_first_are_deleted_too(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    shop!(LOG);

    let db = database.with_tables::<(Shop, Order, Line)>().await?;
    let mut shop = filled(&db).await?;
    let tx = db.begin().await?;
    let mut third = Order { shop: shop.id, ..Order::default() };
    third.save(&tx).await?;
    let deleted = if is_sqlite(&db) {
        // The delete waits for the transaction that writes.
        let (deleted, committed) = tokio::join!(shop.delete(&db), tx.commit());
        committed?;
        deleted?
    } else {
        // The transaction of the delete is open before the other one commits.
        let deleting = db.begin().await?;
        deleting.execute("SELECT 1", &()).await?;
        tx.commit().await?;
        let deleted = shop.delete(&deleting).await?;
        deleting.commit().await?;
        deleted
    };
    assert_eq!(deleted.of::<Order>(), 3);
    assert!(LOG.take().contains(&format!("before Order {{ id: {}, shop: 1 }}", third.id)));
    Ok(())
}

async fn rule_35_a_failing_receiver_of_a_child_undoes_the_whole_cascade(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    shop!(LOG);

    #[receiver(post_delete, sender = Order)]
    fn refuse(instance: &Order) -> Result<(), &'static str> {
        if instance.id == Id::new(1) { Err("no") } else { Ok(()) }
    }

    let db = database.with_tables::<(Shop, Order, Line)>().await?;
    let mut shop = filled(&db).await?;
    let error = shop.delete(&db).await.unwrap_err();
    assert!(error.to_string().contains("`post_delete` of `Order`: no"), "{error}");
    assert_eq!(shop.id, Id::new(1));
    assert_eq!((Order::all(&db).await?.len(), Line::all(&db).await?.len()), (2, 2));
    LOG.take();
    Ok(())
}

mod each_on_delete {
    use super::*;

    on_each_database!(rules_29_30_each_on_delete);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Orphaned {
        #[key]
        id: Id<Orphaned>,
        #[foreign_key(on_delete = set_null)]
        user: Option<Id<User>>,
    }

    #[model]
    #[derive(Default)]
    struct Silent {
        #[key]
        id: Id<Silent>,
        #[foreign_key(on_delete = db_cascade)]
        user: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Protected {
        #[key]
        id: Id<Protected>,
        #[foreign_key(on_delete = protect)]
        user: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Ignored {
        #[key]
        id: Id<Ignored>,
        #[foreign_key(on_delete = do_nothing)]
        user: Id<User>,
    }

    #[receiver([pre_save, post_save], sender = Orphaned)]
    fn saved() {
        LOG.note("saved");
    }

    #[receiver([pre_delete, post_delete], sender = [User, Silent])]
    fn deleted<M: Model>(instance: &M) {
        let instance: &dyn AnyModel = instance;
        LOG.note(format!("{} deleted", instance.model().name));
    }

    async fn rules_29_30_each_on_delete(database: &Database) -> TestResult {
        let db = database.with_tables::<(User, Orphaned, Silent, Protected, Ignored)>().await?;
        let mut user = User::default();
        user.save(&db).await?;
        Orphaned { user: Some(user.id), ..Orphaned::default() }.save(&db).await?;
        Silent { user: user.id, ..Silent::default() }.save(&db).await?;
        let mut protected = Protected { user: user.id, ..Protected::default() };
        protected.save(&db).await?;
        let mut ignored = Ignored { user: user.id, ..Ignored::default() };
        ignored.save(&db).await?;
        LOG.take();

        let error = user.delete(&db).await.unwrap_err();
        expect!["this row of `User` cannot be deleted, because `Protected` 1 points to it: delete or change what is in the way first"]
        .assert_eq(&error.to_string());
        assert_eq!(LOG.take(), "", "refused before any signal");

        protected.delete(&db).await?;
        let error = user.delete(&db).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::ForeignKey { .. }),
            "what is ignored is refused by the commit: {error}"
        );
        assert_eq!(LOG.take(), "User deleted\nUser deleted\n");
        assert_eq!(Silent::all(&db).await?.len(), 1);

        ignored.delete(&db).await?;
        let counted = user.delete(&db).await?;
        assert_eq!(counted.total(), 1, "the database's own cascade is not counted");
        assert_eq!(LOG.take(), "User deleted\nUser deleted\n");
        assert_eq!(Orphaned::all(&db).await?[0].user, None);
        assert!(Silent::all(&db).await?.is_empty());
        Ok(())
    }
}

async fn rule_29_restrict_forgives_a_row_that_goes_by_another_way(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Artist {
        #[key]
        id: Id<Artist>,
    }

    #[model]
    #[derive(Default)]
    struct Album {
        #[key]
        id: Id<Album>,
        #[foreign_key(on_delete = cascade)]
        artist: Id<Artist>,
    }

    #[model]
    #[derive(Default)]
    struct Song {
        #[key]
        id: Id<Song>,
        #[foreign_key(on_delete = cascade)]
        artist: Id<Artist>,
        #[foreign_key(on_delete = restrict)]
        album: Id<Album>,
    }

    let db = database.with_tables::<(Artist, Album, Song)>().await?;
    let mut artists = [Artist::default(), Artist::default()];
    for artist in &mut artists {
        artist.save(&db).await?;
    }
    let mut album = Album { artist: artists[0].id, ..Album::default() };
    album.save(&db).await?;
    Song { artist: artists[0].id, album: album.id, ..Song::default() }.save(&db).await?;

    let error = album.delete(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Protected { rows, .. } if rows == &["`Song` 1"]), "{error}");
    assert_eq!(artists[0].delete(&db).await?.total(), 3);

    let mut album = Album { artist: artists[1].id, ..Album::default() };
    album.save(&db).await?;
    let mut third = Artist::default();
    third.save(&db).await?;
    Song { artist: third.id, album: album.id, ..Song::default() }.save(&db).await?;
    let error = artists[1].delete(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Protected { rows, .. } if rows == &["`Song` 2"]), "{error}");
    Ok(())
}

async fn rule_34_rows_that_no_receiver_needs_are_not_loaded(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Default)]
    struct Visit {
        #[key]
        id: Id<Visit>,
        #[foreign_key(on_delete = cascade)]
        user: Id<User>,
        small: i8,
    }

    let db = database.with_tables::<(User, Visit)>().await?;
    let mut user = User::default();
    user.save(&db).await?;
    // A value that cannot be read as an `i8`: loading the row would fail.
    db.execute("INSERT INTO visits (user_id, small) VALUES (1, 1000), (1, 1000)", &()).await?;
    Visit::all(&db).await.map(|_| ()).unwrap_err();
    let deleted = user.delete(&db).await?;
    assert_eq!((deleted.of::<User>(), deleted.of::<Visit>()), (1, 2));
    Ok(())
}

async fn rule_28_cycles_and_trees_of_one_model(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Category {
        #[key]
        id: Id<Category>,
        #[foreign_key(on_delete = cascade)]
        parent: Option<Id<Category>>,
    }

    #[model]
    #[derive(Default)]
    struct Chicken {
        #[key]
        id: Id<Chicken>,
        #[foreign_key(on_delete = cascade)]
        egg: Option<Id<Egg>>,
    }

    #[model]
    #[derive(Default)]
    struct Egg {
        #[key]
        id: Id<Egg>,
        #[foreign_key(on_delete = cascade)]
        chicken: Id<Chicken>,
    }

    #[receiver(post_delete, sender = [Category, Chicken, Egg])]
    fn gone<M: Model>(instance: &M) {
        let instance: &dyn AnyModel = instance;
        LOG.note(format!("{} {}", instance.model().name, instance.key()));
    }

    let db = database.with_tables::<(Category, Chicken, Egg)>().await?;
    let mut root = Category::default();
    root.save(&db).await?;
    // A chain, and then more children of its end than go into one statement.
    let mut last = root.id;
    for _ in 0..3 {
        let mut child = Category { parent: Some(last), ..Category::default() };
        child.save(&db).await?;
        last = child.id;
    }
    let tx = db.begin().await?;
    for _ in 0..1200 {
        Category { parent: Some(last), ..Category::default() }.save(&tx).await?;
    }
    tx.commit().await?;
    assert_eq!(root.delete(&db).await?.of::<Category>(), 1204);
    assert!(Category::all(&db).await?.is_empty());
    assert!(LOG.take().starts_with("Category 1204\nCategory 1203\n"));

    let mut chicken = Chicken::default();
    chicken.save(&db).await?;
    let mut egg = Egg { chicken: chicken.id, ..Egg::default() };
    egg.save(&db).await?;
    chicken.egg = Some(egg.id);
    chicken.save(&db).await?;
    assert_eq!(egg.delete(&db).await?.total(), 2);
    assert_eq!(LOG.take(), "Egg 1\nChicken 1\n");
    assert!(Chicken::all(&db).await?.is_empty());
    Ok(())
}

async fn rules_29_30_set_default_points_to_another_row_without_signals(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Team {
        #[key]
        id: Id<Team>,
        name: String,
    }

    #[model]
    #[derive(Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[foreign_key(on_delete = set_default)]
        #[default(Id::new(1))]
        team: Id<Team>,
    }

    #[model]
    #[derive(Default)]
    struct Trainer {
        #[key]
        id: Id<Trainer>,
        #[foreign_key(on_delete = set_default)]
        #[default(Id::UNSET)]
        team: Id<Team>,
    }

    #[receiver([pre_save, post_save, pre_delete, post_delete], sender = [Player, Trainer])]
    fn sent<M: Model>(instance: &M) {
        let instance: &dyn AnyModel = instance;
        LOG.note(format!("sent for {instance:?}"));
    }

    let db = database.with_tables::<(Team, Player, Trainer)>().await?;
    let (mut reserve, mut red) = (Team::default(), Team::default());
    reserve.save(&db).await?;
    red.save(&db).await?;
    let mut player = Player::default();
    player.save(&db).await?;
    assert_eq!(player.team, reserve.id, "the same default as that of a save");
    for _ in 0..3 {
        Player { team: red.id, ..Player::default() }.save(&db).await?;
    }
    LOG.take();

    assert_eq!(red.delete(&db).await?.total(), 1);
    let teams: Vec<_> = Player::all(&db).await?.into_iter().map(|player| player.team).collect();
    assert_eq!(teams, [reserve.id; 4]);
    assert_eq!(LOG.take(), "", "no signals");

    let error = reserve.delete(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "the default itself: {error}");

    red.save(&db).await?;
    Trainer { team: red.id, ..Trainer::default() }.save(&db).await?;
    let error = red.delete(&db).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::UnsetId { model, field } if model == "Trainer" && field == "team"),
        "{error}"
    );
    assert!(Team::get(&db, red.id).await?.is_some());
    Ok(())
}

async fn what_a_cascade_does_not_know_of_is_not_left_pointing_to_nothing(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Keeper {
        #[key]
        id: Id<Keeper>,
    }

    #[model]
    #[derive(Default)]
    struct Dog {
        #[key]
        id: Id<Dog>,
        #[foreign_key(on_delete = cascade)]
        keeper: Id<Keeper>,
    }

    #[receiver(post_delete, sender = Dog)]
    fn seen() {}

    let db = database.with_tables::<(Keeper, Dog)>().await?;
    db.execute("CREATE TABLE walks (keeper BIGINT REFERENCES keepers (id) DEFERRABLE)", &()).await?;
    let mut keeper = Keeper::default();
    keeper.save(&db).await?;
    Dog { keeper: keeper.id, ..Dog::default() }.save(&db).await?;
    db.execute("INSERT INTO walks SELECT id FROM keepers", &()).await?;
    let error = keeper.delete(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");
    assert_eq!(Keeper::all(&db).await?.len(), 1);
    Ok(())
}
