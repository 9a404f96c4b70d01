//! docs/behaviour.md, "delete".

use expect_test::expect;
use signals::prelude::*;

use crate::databases::databases;
use crate::log::Log;

#[tokio::test]
async fn rule_26_order_of_a_delete() {
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

    for db in databases::<Note>().await {
        let mut note = Note::default();
        note.save(&db).await.unwrap();
        let deleted = note.delete(&db).await.unwrap();
        LOG.note(format!("deleted {}, id {}", deleted.total(), note.id));
        expect![[r#"
            pre_delete: 1 stored true
            post_delete: 1 stored false
            deleted 1, id unset
        "#]]
        .assert_eq(&LOG.take());
    }
}

#[tokio::test]
async fn rule_33_a_row_that_is_gone_sends_both_signals_and_counts_nothing() {
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

    for db in databases::<Note>().await {
        let mut note = Note::default();
        note.save(&db).await.unwrap();
        let mut again = note.clone();
        assert_eq!(note.delete(&db).await.unwrap().total(), 1);
        assert_eq!(again.delete(&db).await.unwrap().total(), 0);
        assert_eq!(LOG.take(), "sent 1\nsent 1\nsent 1\nsent 1\n");

        let error = note.delete(&db).await.unwrap_err();
        assert!(matches!(&error, Error::UnsetId { model, field } if model == "Note" && field == "id"), "{error}");
        assert_eq!(LOG.take(), "", "no signal for an unset id");
    }
}

#[tokio::test]
async fn rule_34_a_delete_without_receivers() {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        name: String,
    }

    for db in databases::<Note>().await {
        let mut note = Note { name: "a".to_owned() };
        note.save(&db).await.unwrap();
        assert_eq!(note.delete(&db).await.unwrap().total(), 1);
        assert_eq!(note.name, "a", "a key that a person sets stays");
        assert!(Note::all(&db).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn rule_35_a_failing_receiver_brings_the_row_back() {
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

    for db in databases::<(User, Profile)>().await {
        let mut user = User::default();
        user.save(&db).await.unwrap();
        Profile { user: user.id, ..Profile::default() }.save(&db).await.unwrap();
        user.delete(&db).await.unwrap_err();
        assert_eq!(user.id, Id::new(1), "the id stays");
        assert_eq!(User::all(&db).await.unwrap().len(), 1);
        assert_eq!(Profile::all(&db).await.unwrap().len(), 1);

        let tx = db.begin().await.unwrap();
        user.delete(&tx).await.unwrap_err();
        assert!(matches!(tx.commit().await, Err(Error::Broken { .. })));
    }
}

#[tokio::test]
async fn rule_26_a_delete_that_may_still_be_undone_keeps_the_id() {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    for db in databases::<Note>().await {
        let mut note = Note::default();
        note.save(&db).await.unwrap();
        let tx = db.begin().await.unwrap();
        note.delete(&tx).await.unwrap();
        tx.rollback().await.unwrap();
        note.save(&db).await.unwrap();
        assert_eq!(Note::all(&db).await.unwrap().len(), 1);
    }
}

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

#[tokio::test]
async fn rules_26_28_31_32_33_phases_order_origin_and_counts_of_a_cascade() {
    static LOG: Log = Log::new();
    shop!(LOG);

    for db in databases::<(Shop, Order, Line)>().await {
        let mut shop = filled(&db).await.unwrap();
        let deleted = shop.delete(&db).await.unwrap();
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
    }
}

#[tokio::test]
async fn rule_27_rows_that_another_transaction_adds_first_are_deleted_too() {
    static LOG: Log = Log::new();
    shop!(LOG);

    for db in databases::<(Shop, Order, Line)>().await {
        let mut shop = filled(&db).await.unwrap();
        let tx = db.begin().await.unwrap();
        let mut third = Order { shop: shop.id, ..Order::default() };
        third.save(&tx).await.unwrap();
        let (deleted, committed) = tokio::join!(shop.delete(&db), tx.commit());
        committed.unwrap();
        assert_eq!(deleted.unwrap().of::<Order>(), 3);
        assert!(LOG.take().contains(&format!("before Order {{ id: {}, shop: 1 }}", third.id)));
    }
}

#[tokio::test]
async fn rule_35_a_failing_receiver_of_a_child_undoes_the_whole_cascade() {
    static LOG: Log = Log::new();
    shop!(LOG);

    #[receiver(post_delete, sender = Order)]
    fn refuse(instance: &Order) -> Result<(), &'static str> {
        if instance.id == Id::new(1) { Err("no") } else { Ok(()) }
    }

    for db in databases::<(Shop, Order, Line)>().await {
        let mut shop = filled(&db).await.unwrap();
        let error = shop.delete(&db).await.unwrap_err();
        assert!(error.to_string().contains("`post_delete` of `Order`: no"), "{error}");
        assert_eq!(shop.id, Id::new(1));
        assert_eq!((Order::all(&db).await.unwrap().len(), Line::all(&db).await.unwrap().len()), (2, 2));
        LOG.take();
    }
}

#[tokio::test]
async fn rules_29_30_each_on_delete() {
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

    for db in databases::<(User, Orphaned, Silent, Protected, Ignored)>().await {
        let mut user = User::default();
        user.save(&db).await.unwrap();
        Orphaned { user: Some(user.id), ..Orphaned::default() }.save(&db).await.unwrap();
        Silent { user: user.id, ..Silent::default() }.save(&db).await.unwrap();
        let mut protected = Protected { user: user.id, ..Protected::default() };
        protected.save(&db).await.unwrap();
        let mut ignored = Ignored { user: user.id, ..Ignored::default() };
        ignored.save(&db).await.unwrap();
        LOG.take();

        let error = user.delete(&db).await.unwrap_err();
        expect!["this row of `User` cannot be deleted, because `Protected` 1 points to it: delete or change what is in the way first"]
        .assert_eq(&error.to_string());
        assert_eq!(LOG.take(), "", "refused before any signal");

        protected.delete(&db).await.unwrap();
        let error = user.delete(&db).await.unwrap_err();
        assert!(matches!(error, Error::ForeignKey { .. }), "what is ignored is refused by the commit: {error}");
        assert_eq!(LOG.take(), "User deleted\nUser deleted\n");
        assert_eq!(Silent::all(&db).await.unwrap().len(), 1);

        ignored.delete(&db).await.unwrap();
        let counted = user.delete(&db).await.unwrap();
        assert_eq!(counted.total(), 1, "the database's own cascade is not counted");
        assert_eq!(LOG.take(), "User deleted\nUser deleted\n");
        assert_eq!(Orphaned::all(&db).await.unwrap()[0].user, None);
        assert!(Silent::all(&db).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn rule_29_restrict_forgives_a_row_that_goes_by_another_way() {
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

    for db in databases::<(Artist, Album, Song)>().await {
        let mut artists = [Artist::default(), Artist::default()];
        for artist in &mut artists {
            artist.save(&db).await.unwrap();
        }
        let mut album = Album { artist: artists[0].id, ..Album::default() };
        album.save(&db).await.unwrap();
        Song { artist: artists[0].id, album: album.id, ..Song::default() }.save(&db).await.unwrap();

        let error = album.delete(&db).await.unwrap_err();
        assert!(matches!(&error, Error::Protected { rows, .. } if rows == &["`Song` 1"]), "{error}");
        assert_eq!(artists[0].delete(&db).await.unwrap().total(), 3);

        let mut album = Album { artist: artists[1].id, ..Album::default() };
        album.save(&db).await.unwrap();
        let mut third = Artist::default();
        third.save(&db).await.unwrap();
        Song { artist: third.id, album: album.id, ..Song::default() }.save(&db).await.unwrap();
        let error = artists[1].delete(&db).await.unwrap_err();
        assert!(matches!(&error, Error::Protected { rows, .. } if rows == &["`Song` 2"]), "{error}");
    }
}

#[tokio::test]
async fn rule_34_rows_that_nobody_needs_to_see_are_not_loaded() {
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

    for db in databases::<(User, Visit)>().await {
        let mut user = User::default();
        user.save(&db).await.unwrap();
        // A value that cannot be read as an `i8`: loading the row would fail.
        db.execute("INSERT INTO visits (user_id, small) VALUES (1, 1000), (1, 1000)", &()).await.unwrap();
        Visit::all(&db).await.map(|_| ()).unwrap_err();
        let deleted = user.delete(&db).await.unwrap();
        assert_eq!((deleted.of::<User>(), deleted.of::<Visit>()), (1, 2));
    }
}

#[tokio::test]
async fn rule_28_cycles_and_trees_of_one_model() {
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

    for db in databases::<(Category, Chicken, Egg)>().await {
        let mut root = Category::default();
        root.save(&db).await.unwrap();
        // A chain, and then more children of its end than go into one statement.
        let mut last = root.id;
        for _ in 0..3 {
            let mut child = Category { parent: Some(last), ..Category::default() };
            child.save(&db).await.unwrap();
            last = child.id;
        }
        let tx = db.begin().await.unwrap();
        for _ in 0..1200 {
            Category { parent: Some(last), ..Category::default() }.save(&tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(root.delete(&db).await.unwrap().of::<Category>(), 1204);
        assert!(Category::all(&db).await.unwrap().is_empty());
        assert!(LOG.take().starts_with("Category 1204\nCategory 1203\n"));

        let mut chicken = Chicken::default();
        chicken.save(&db).await.unwrap();
        let mut egg = Egg { chicken: chicken.id, ..Egg::default() };
        egg.save(&db).await.unwrap();
        chicken.egg = Some(egg.id);
        chicken.save(&db).await.unwrap();
        assert_eq!(egg.delete(&db).await.unwrap().total(), 2);
        assert_eq!(LOG.take(), "Egg 1\nChicken 1\n");
        assert!(Chicken::all(&db).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn rules_29_30_set_default_points_to_another_row_without_signals() {
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

    for db in databases::<(Team, Player, Trainer)>().await {
        let (mut reserve, mut red) = (Team::default(), Team::default());
        reserve.save(&db).await.unwrap();
        red.save(&db).await.unwrap();
        let mut player = Player::default();
        player.save(&db).await.unwrap();
        assert_eq!(player.team, reserve.id, "the same default as that of a save");
        for _ in 0..3 {
            Player { team: red.id, ..Player::default() }.save(&db).await.unwrap();
        }
        LOG.take();

        assert_eq!(red.delete(&db).await.unwrap().total(), 1);
        let teams: Vec<_> = Player::all(&db).await.unwrap().into_iter().map(|player| player.team).collect();
        assert_eq!(teams, [reserve.id; 4]);
        assert_eq!(LOG.take(), "", "no signals");

        let error = reserve.delete(&db).await.unwrap_err();
        assert!(matches!(error, Error::ForeignKey { .. }), "the default itself: {error}");

        red.save(&db).await.unwrap();
        Trainer { team: red.id, ..Trainer::default() }.save(&db).await.unwrap();
        let error = red.delete(&db).await.unwrap_err();
        assert!(matches!(&error, Error::UnsetId { model, field } if model == "Trainer" && field == "team"), "{error}");
        assert!(Team::get(&db, red.id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn what_a_cascade_does_not_know_of_is_not_left_pointing_to_nothing() {
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

    for db in databases::<(Keeper, Dog)>().await {
        db.execute("CREATE TABLE walks (keeper BIGINT REFERENCES keepers (id) DEFERRABLE)", &()).await.unwrap();
        let mut keeper = Keeper::default();
        keeper.save(&db).await.unwrap();
        Dog { keeper: keeper.id, ..Dog::default() }.save(&db).await.unwrap();
        db.execute("INSERT INTO walks SELECT id FROM keepers", &()).await.unwrap();
        let error = keeper.delete(&db).await.unwrap_err();
        assert!(matches!(&error, Error::ForeignKey { .. }), "{error}");
        assert_eq!(Keeper::all(&db).await.unwrap().len(), 1);
    }
}
