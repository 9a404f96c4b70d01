//! docs/behaviour.md, rule 71: which rows are sent.

use expect_test::expect;
use signals::prelude::*;

use super::photo;
use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_71_it_is_sent_for_every_delete_that_sends_signals,
    rule_71_the_row_of_a_cascade_is_sent_and_the_one_that_only_the_database_knows_is_not,
    rule_71_a_row_without_its_delete_signals_calls_receivers_that_name_it,
    rule_71_a_deleted_row_of_a_through_model_is_sent_unless_it_is_new,
    rule_71_keys_of_any_type_are_told_apart,
    rule_71_a_row_that_is_not_there_is_not_sent,
    rule_71_receivers_of_a_delete_may_save_and_delete,
    rule_34_71_without_receivers_nothing_is_loaded
);

async fn rule_71_it_is_sent_for_every_delete_that_sends_signals(database: &Database) -> TestResult {
    photo!(LOG);

    let db = database.with_tables::<Photo>().await?;
    let mut photos = Vec::new();
    for file in ["a", "b", "c", "d", "e", "f", "g"] {
        photos.push(saved(&db, file).await?);
    }
    LOG.note("on the database");
    photos[0].delete(&db).await?;
    LOG.note("in a transaction, with values that were not saved");
    let tx = db.begin().await?;
    photos[1].file = "b2".to_owned();
    photos[1].delete(&tx).await?;
    LOG.note("still open");
    tx.commit().await?;
    LOG.note("with signals, by a condition and by a query");
    Photo::delete_where(&db, "file = ?", &("c",)).with_signals().await?;
    Photo::filter(|photo| photo.file.eq("d")).delete(&db).with_signals().await?;
    LOG.note("many at once, from the last");
    Photo::delete_where(&db, "file IN ('e', 'f')", &()).with_signals().await?;
    LOG.note("without signals");
    Photo::delete_where(&db, "file = 'g'", &()).await?;
    expect![[r#"
        on the database
        gone a None, stored false
        in a transaction, with values that were not saved
        still open
        gone b2 None, stored false
        with signals, by a condition and by a query
        gone c None, stored false
        gone d None, stored false
        many at once, from the last
        gone f None, stored false
        gone e None, stored false
        without signals
    "#]]
    .assert_eq(&LOG.take());
    assert_eq!(Photo::all(&db).await?.len(), 0);
    Ok(())
}

async fn rule_71_the_row_of_a_cascade_is_sent_and_the_one_that_only_the_database_knows_is_not(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Shop {
        #[key]
        id: Id<Shop>,
        #[foreign_key(on_delete = cascade)]
        parent: Option<Id<Shop>>,
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
    struct Visit {
        #[key]
        id: Id<Visit>,
        #[foreign_key(on_delete = set_null)]
        shop: Option<Id<Shop>>,
        #[foreign_key(on_delete = db_cascade)]
        order: Id<Order>,
    }

    #[model]
    #[derive(Default)]
    struct Poster {
        #[key]
        id: Id<Poster>,
        #[foreign_key(on_delete = set_null)]
        shop: Option<Id<Shop>>,
    }

    #[receiver(post_delete_commit, sender = [Shop, Order, Visit, Poster])]
    fn gone<M: Model>(instance: &M) {
        let instance: &dyn AnyModel = instance;
        LOG.note(format!("gone {instance:?}"));
    }

    let db = database.with_tables::<(Shop, Order, Visit, Poster)>().await?;
    let mut shop = Shop::default();
    shop.save(&db).await?;
    let mut branch = Shop { parent: Some(shop.id), ..Shop::default() };
    branch.save(&db).await?;
    for shop in [shop.id, branch.id] {
        let mut order = Order { shop, ..Order::default() };
        order.save(&db).await?;
        Visit { shop: Some(shop), order: order.id, ..Visit::default() }.save(&db).await?;
        Poster { shop: Some(shop), ..Poster::default() }.save(&db).await?;
    }
    let tx = db.begin().await?;
    // An order of this transaction is not sent.
    Order { shop: branch.id, ..Order::default() }.save(&tx).await?;
    assert_eq!(shop.delete(&tx).await?.total(), 5);
    assert_eq!(LOG.take(), "");
    tx.commit().await?;
    expect![[r"
        gone Order { id: 2, shop: 2 }
        gone Order { id: 1, shop: 1 }
        gone Shop { id: 2, parent: 1 }
        gone Shop { id: 1, parent: null }
    "]]
    .assert_eq(&LOG.take());
    assert_eq!((Visit::all(&db).await?.len(), Poster::all(&db).await?.len()), (0, 2));
    Ok(())
}

async fn rule_71_a_row_without_its_delete_signals_calls_receivers_that_name_it(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Shelf {
        #[key]
        id: Id<Shelf>,
    }

    #[model(delete_signals = false)]
    #[derive(Default)]
    struct Item {
        #[key]
        id: Id<Item>,
        #[foreign_key(on_delete = cascade)]
        shelf: Id<Shelf>,
    }

    #[receiver(post_delete_commit, sender = Item)]
    fn gone(instance: &Item) {
        LOG.note(format!("gone {} of {}", instance.id, instance.shelf));
    }

    let db = database.with_tables::<(Shelf, Item)>().await?;
    let mut shelf = Shelf::default();
    shelf.save(&db).await?;
    Item { shelf: shelf.id, ..Item::default() }.save(&db).await?;
    shelf.delete(&db).await?;
    assert_eq!(LOG.take(), "gone 1 of 1\n");
    Ok(())
}

async fn rule_71_a_deleted_row_of_a_through_model_is_sent_unless_it_is_new(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Club {
        #[key]
        id: Id<Club>,
    }

    #[model]
    #[derive(Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[many_to_many(through = Contract)]
        clubs: ManyToMany<Club>,
    }

    #[model]
    #[derive(Default)]
    struct Contract {
        #[key]
        id: Id<Contract>,
        #[foreign_key(on_delete = cascade)]
        player: Id<Player>,
        #[foreign_key(on_delete = cascade)]
        club: Id<Club>,
        salary: i64,
    }

    #[receiver(post_delete_commit, sender = Contract)]
    fn ended(instance: &Contract) {
        LOG.note(format!("ended {} {} {}", instance.player, instance.club, instance.salary));
    }

    let db = database.with_tables::<(Club, Player, Contract)>().await?;
    let (mut clubs, mut player) = ([Club::default(), Club::default(), Club::default()], Player::default());
    Club::create_many(&db, &mut clubs).await?;
    player.save(&db).await?;
    let ids = clubs.clone().map(|club| club.id);
    player.clubs().through_defaults(&|contract| contract.salary = 7).add(&db, [ids[0], ids[1]]).await?;

    LOG.note("one is old, one is new");
    let tx = db.begin().await?;
    player.clubs().add(&tx, ids[2]).await?;
    player.clubs().remove(&tx, [ids[0], ids[2]]).await?;
    tx.commit().await?;
    LOG.note("with the other side");
    clubs[1].delete(&db).await?;
    LOG.note("cleared");
    player.clubs().add(&db, ids[0]).await?;
    player.clubs().clear(&db).await?;
    expect![[r"
        one is old, one is new
        ended 1 1 7
        with the other side
        ended 1 2 7
        cleared
        ended 1 1 0
    "]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_71_keys_of_any_type_are_told_apart(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone)]
    struct Country {
        #[key]
        code: String,
        name: String,
    }

    #[receiver(post_delete_commit, sender = Country)]
    fn gone(instance: &Country) {
        LOG.note(format!("gone {} {}", instance.code, instance.name));
    }

    let country = |code: &str, name: &str| Country { code: code.to_owned(), name: name.to_owned() };
    let db = database.with_tables::<Country>().await?;
    for code in ["be", "nl", "1"] {
        country(code, "old").create(&db).await?;
    }
    let tx = db.begin().await?;
    for code in ["be", "nl", "1", "2"] {
        let mut country = country(code, "updated");
        country.save(&tx).await?;
        country.delete(&tx).await?;
    }
    country("nl", "new").create(&tx).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "gone be updated\ngone 1 updated\n");
    Ok(())
}

async fn rule_71_a_row_that_is_not_there_is_not_sent(database: &Database) -> TestResult {
    photo!(LOG);

    #[model]
    #[derive(Default)]
    struct Tag {
        #[key]
        id: Id<Tag>,
        #[foreign_key(on_delete = cascade)]
        photo: Id<Photo>,
        #[foreign_key(on_delete = cascade)]
        parent: Option<Id<Tag>>,
    }

    #[receiver(pre_delete, sender = Tag)]
    async fn first(instance: &Tag, tx: &mut Tx) -> Result<()> {
        // The first tag deletes its child, which the cascade has found already.
        for mut child in Tag::filter(|tag| tag.parent.eq(instance.id)).all(tx).await? {
            child.delete(tx).await?;
        }
        Ok(())
    }

    #[receiver(post_delete_commit, sender = Tag)]
    fn tag_gone(instance: &Tag) {
        LOG.note(format!("gone tag {}", instance.id));
    }

    let db = database.with_tables::<(Photo, Tag)>().await?;
    let photo = saved(&db, "a").await?;
    let mut tag = Tag { photo: photo.id, ..Tag::default() };
    tag.save(&db).await?;
    let mut child = Tag { photo: photo.id, parent: Some(tag.id), ..Tag::default() };
    child.save(&db).await?;
    // Each is sent once, also if it was deleted twice.
    tag.delete(&db).await?;
    assert_eq!(LOG.take(), "gone tag 2\ngone tag 1\n");
    assert_eq!(child.delete(&db).await?.total(), 0);
    let mut copy = photo.clone();
    copy.delete(&db).await?;
    assert_eq!(LOG.take(), "gone a None, stored false\n");
    copy = photo;
    assert_eq!(copy.delete(&db).await?.total(), 0);
    assert_eq!(LOG.take(), "");
    Ok(())
}

async fn rule_71_receivers_of_a_delete_may_save_and_delete(database: &Database) -> TestResult {
    photo!(LOG);

    #[receiver(post_delete, sender = Photo)]
    async fn replace(instance: &Photo, tx: &mut Tx) -> Result<()> {
        if instance.file == "again" {
            Photo { id: instance.id, file: "replaced".to_owned(), ..Photo::default() }.create(tx).await?;
        }
        for mut copy in Photo::filter(|photo| photo.file.eq(format!("copy of {}", instance.file))).all(tx).await? {
            copy.delete(tx).await?;
        }
        Ok(())
    }

    #[receiver(post_commit, sender = Photo)]
    fn committed(instance: &Photo, created: bool) {
        LOG.note(format!("committed {}, created {created}", instance.file));
    }

    #[receiver(post_delete_commit, sender = Photo)]
    async fn the_next(instance: &Photo, db: &Db) -> Result<()> {
        // It has transactions of its own.
        if instance.file == "a" {
            Photo::filter(|photo| photo.file.eq("b")).delete(db).with_signals().await?;
        }
        Ok(())
    }

    let db = database.with_tables::<Photo>().await?;
    for file in ["a", "b", "copy of a", "again"] {
        saved(&db, file).await?;
    }
    LOG.take();
    Photo::filter(|photo| photo.file.eq("a")).delete(&db).with_signals().await?;
    Photo::filter(|photo| photo.file.eq("again")).delete(&db).with_signals().await?;
    expect![[r"
        gone copy of a None, stored false
        gone a None, stored false
        gone b None, stored false
        committed replaced, created true
    "]]
    .assert_eq(&LOG.take());
    Ok(())
}

/// Like in rule 34: a child model without receivers is deleted by its foreign key.
async fn rule_34_71_without_receivers_nothing_is_loaded(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Album {
        #[key]
        id: Id<Album>,
    }

    /// Its rows cannot be loaded: a column is missing.
    #[model(table = "unloaded")]
    #[derive(Default)]
    struct Picture {
        #[key]
        id: Id<Picture>,
        #[foreign_key(on_delete = cascade)]
        album: Id<Album>,
        missing: String,
    }

    #[receiver(post_delete_commit, sender = Album)]
    fn gone(instance: &Album) {
        LOG.note(format!("gone {}", instance.id));
    }

    let db = database.with_tables::<Album>().await?;
    db.batch("CREATE TABLE unloaded (id BIGINT PRIMARY KEY, album_id BIGINT NOT NULL)").await?;
    let mut album = Album::default();
    album.save(&db).await?;
    db.execute("INSERT INTO unloaded VALUES (1, ?)", &(album.id,)).await?;
    assert_eq!(album.delete(&db).await?.of::<Picture>(), 1);
    assert_eq!(LOG.take(), "gone 1\n");
    assert!(Picture::all(&db).await.is_err());
    Ok(())
}
