//! What the database sets, no save writes, and each reads back: rule 55 of docs/behaviour.md.

use expect_test::expect;
use signals::ErrorKind;
use signals::model::ReadOnly;
use signals::model::post_bulk_create;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    a_model_of_which_nothing_is_written_can_be_saved,
    what_the_database_sets_is_in_the_instance_after_each_save,
    what_the_database_sets_in_many_rows_is_in_their_instances,
    receivers_see_what_the_database_has_set,
    a_read_only_field_is_refused_in_a_set_of_fields_to_write,
    a_save_that_fails_leaves_read_only_fields_as_they_were,
    what_a_trigger_sets_is_read_back,
    check_schema_compares_who_sets_a_column,
    check_schema_finds_columns_that_the_database_numbers_itself,
    a_read_only_column_that_is_missing_can_be_added,
    fixtures_do_not_write_what_the_database_sets
);

#[model(table = "read_only_order")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Order {
    #[key]
    id: Id<Order>,
    #[unique]
    code: String,
    price: i64,
    amount: Option<i64>,
    #[read_only(generated = "price * amount")]
    #[index]
    total: Option<i64>,
    #[read_only(generated = "lower(code)")]
    #[column(name = "the slug")]
    slug: String,
    #[read_only(default = "'new'")]
    state: String,
    #[read_only(default = "CURRENT_TIMESTAMP")]
    created_at: Option<jiff::Timestamp>,
}

fn order(code: &str, price: i64, amount: impl Into<Option<i64>>) -> Order {
    Order { code: code.to_owned(), price, amount: amount.into(), ..Order::default() }
}

/// What the database has set in it.
fn set(order: &Order) -> (Option<i64>, &str, &str, bool) {
    (order.total, &order.slug, &order.state, order.created_at.is_some())
}

async fn what_the_database_sets_is_in_the_instance_after_each_save(database: &Database) -> TestResult {
    let db = database.with_tables::<Order>().await?;
    let mut ann = order("ANN", 3, 4);
    // A value that was set is not written.
    (ann.total, ann.state) = (Some(99), "paid".to_owned());
    ann.save(&db).await?;
    assert_eq!(set(&ann), (Some(12), "ann", "new", true));
    assert_eq!(Order::get(&db, ann.id).await?, Some(ann.clone()));

    ann.price = 5;
    (ann.total, ann.slug, ann.created_at) = (None, "x".to_owned(), None);
    ann.save(&db).await?;
    assert_eq!(set(&ann), (Some(20), "ann", "new", true));

    ann.amount = None;
    ann.save_fields(&db, Order::fields().amount).await?;
    assert_eq!(set(&ann), (None, "ann", "new", true));

    let mut copy = Order { id: Id::new(70), ..order("COPY", 2, 2) };
    copy.create(&db).await?;
    assert_eq!(set(&copy), (Some(4), "copy", "new", true));

    let tx = db.begin().await?;
    ann.amount = Some(1);
    ann.save(&tx).await?;
    assert_eq!(ann.total, Some(5));
    tx.commit().await?;

    let mut found = order("ANN", 0, 0);
    assert!(!found.get_or_create(&db, Order::fields().code).await?);
    assert_eq!(found, ann);
    let mut created = order("NEW", 6, 7);
    assert!(created.get_or_create(&db, Order::fields().code).await?);
    assert_eq!(set(&created), (Some(42), "new", "new", true));

    found.price = 50;
    assert!(!found.update_or_create(&db, Order::fields().code, Order::fields().price).await?);
    assert_eq!(set(&found), (Some(50), "ann", "new", true));
    let mut upserted = order("ANN", 60, 1);
    upserted.upsert(&db, Order::fields().code, Order::fields().price).await?;
    assert_eq!(set(&upserted), (Some(60), "ann", "new", true));
    ann.refresh(&db).await?;
    assert_eq!(ann, upserted);

    // The number of the last one depends on the database.
    let mut all = [ann.clone(), copy, created];
    all.sort_by_key(|order| order.id.get());
    assert_eq!(Order::all(&db).await?, all);
    let prices = Order { price: 100, ..Order::default() };
    Order::update_where(&db, Order::fields().price, &prices, "total > ?", &(4,)).await?;
    ann.refresh(&db).await?;
    assert_eq!((ann.price, ann.total), (100, Some(100)));
    Ok(())
}

async fn what_the_database_sets_in_many_rows_is_in_their_instances(database: &Database) -> TestResult {
    let db = database.with_tables::<Order>().await?;
    let mut orders: Vec<Order> = (0..150).map(|n| order(&format!("N{n}"), n, 2)).collect();
    orders[7].id = Id::new(9000);
    Order::create_many(&db, &mut orders).await?;
    for (order, n) in orders.iter().zip(0..) {
        assert_eq!(set(order), (Some(2 * n), &*format!("n{n}"), "new", true));
    }
    orders.sort_by_key(|order| order.id.get());
    assert_eq!(Order::all(&db).await?, orders);
    Ok(())
}

async fn receivers_see_what_the_database_has_set(database: &Database) -> TestResult {
    #[model(table = "read_only_line")]
    #[derive(Debug, Clone, Default)]
    struct Line {
        #[key]
        id: Id<Line>,
        price: i64,
        #[read_only(generated = "price * 2")]
        twice: i64,
    }

    static LOG: Log = Log::new();

    #[receiver(post_save, sender = Line)]
    fn saved(instance: &Line, previous: Option<&Line>) {
        LOG.note(format!("saved {} {:?}", instance.twice, previous.map(|line| line.twice)));
    }

    #[receiver(post_save, sender = Line, changed(twice), after = [saved])]
    fn changed(instance: &Line) {
        LOG.note(format!("changed {}", instance.twice));
    }

    #[receiver(post_commit, sender = Line)]
    fn committed(instance: &Line) {
        LOG.note(format!("committed {}", instance.twice));
    }

    #[receiver(post_bulk_create, sender = Line)]
    fn bulk(instances: &[Line]) {
        LOG.note(format!("bulk {:?}", instances.iter().map(|line| line.twice).collect::<Vec<_>>()));
    }

    let db = database.with_tables::<Line>().await?;
    let mut line = Line { price: 3, ..Line::default() };
    line.save(&db).await?;
    line.price = 4;
    line.save_fields(&db, Line::fields().price).await?;
    line.save(&db).await?;
    let mut more = [Line { price: 5, ..Line::default() }, Line { price: 6, ..Line::default() }];
    Line::create_many(&db, &mut more).with_signals().await?;
    LOG.is(&expect![[r#"
        saved 6 None
        changed 6
        committed 6
        saved 8 Some(6)
        changed 8
        committed 8
        saved 8 Some(8)
        committed 8
        saved 10 None
        changed 10
        saved 12 None
        changed 12
        bulk [10, 12]
        committed 10
        committed 12
    "#]]);
    Ok(())
}

async fn a_read_only_field_is_refused_in_a_set_of_fields_to_write(database: &Database) -> TestResult {
    let db = database.with_tables::<Order>().await?;
    let mut ann = order("ANN", 3, 4);
    ann.save(&db).await?;
    let fields = Order::fields().price | Order::fields().total;
    let by_code = Order::fields().code;
    let refused = [
        ann.clone().update_or_create(&db, by_code, fields).await.map(drop),
        ann.clone().upsert(&db, by_code, fields).await,
        ann.clone().save_fields(&db, fields).await,
        Order::update_where(&db, fields, &ann, "true", &()).await.map(drop),
        Order::update_where(&db, fields, &ann, "true", &()).with_signals().await.map(drop),
    ];
    for refused in refused {
        expect!["`total` of `Order` is read-only, the database sets it: leave it out of the fields that are written"]
            .assert_eq(&refused.unwrap_err().to_string());
    }
    assert_eq!(Order::all(&db).await?, [ann]);
    Ok(())
}

async fn a_save_that_fails_leaves_read_only_fields_as_they_were(database: &Database) -> TestResult {
    #[model(table = "read_only_failing")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Failing {
        #[key]
        id: Id<Failing>,
        price: i64,
        #[read_only(generated = "price * 2")]
        twice: i64,
    }

    #[receiver(post_save, sender = Failing)]
    fn fail(instance: &Failing) -> Result<()> {
        if instance.twice > 10 { Err(Error::other("too much")) } else { Ok(()) }
    }

    let db = database.with_tables::<Failing>().await?;
    let mut row = Failing { price: 5, ..Failing::default() };
    row.save(&db).await?;
    row.price = 6;
    row.save(&db).await.unwrap_err();
    assert_eq!((row.price, row.twice), (6, 10));
    let mut rows = [Failing { price: 1, ..Failing::default() }, Failing { price: 9, ..Failing::default() }];
    Failing::create_many(&db, &mut rows).with_signals().await.unwrap_err();
    assert!(rows.iter().all(|row| row.id.is_unset() && row.twice == 0));
    Ok(())
}

/// Its table is one that was made by migrations, and has its own way to fill the column.
#[model(table = "read_only_article")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Article {
    #[key]
    id: Id<Article>,
    title: String,
    #[read_only]
    revision: Option<i64>,
}

async fn what_a_trigger_sets_is_read_back(database: &Database) -> TestResult {
    let db = database.connect().await?;
    let sql = if is_sqlite(&db) {
        "CREATE TABLE read_only_article (id INTEGER PRIMARY KEY, title TEXT NOT NULL, revision INTEGER);
         CREATE TRIGGER first AFTER INSERT ON read_only_article BEGIN
             UPDATE read_only_article SET revision = 1 WHERE id = new.id;
         END;
         CREATE TRIGGER next AFTER UPDATE OF title ON read_only_article BEGIN
             UPDATE read_only_article SET revision = old.revision + 1 WHERE id = new.id;
         END;"
    } else {
        "CREATE TABLE read_only_article
             (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, title TEXT NOT NULL, revision BIGINT);
         CREATE FUNCTION count_revision() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             new.revision := CASE WHEN tg_op = 'INSERT' THEN 1 ELSE old.revision + 1 END;
             RETURN new;
         END $$;
         CREATE TRIGGER counts BEFORE INSERT OR UPDATE ON read_only_article
             FOR EACH ROW EXECUTE FUNCTION count_revision();"
    };
    db.batch(sql).await?;
    db.check_schema_of::<Article>().await?;
    let mut article = Article { title: "one".to_owned(), ..Article::default() };
    article.save(&db).await?;
    assert_eq!(article.revision, Some(1));
    article.title = "two".to_owned();
    article.revision = Some(70);
    article.save(&db).await?;
    assert_eq!(article.revision, Some(2));
    let mut more = [article.clone(), article.clone()].map(|article| Article { id: Id::default(), ..article });
    Article::create_many(&db, &mut more).await?;
    assert_eq!(more.map(|article| article.revision), [Some(1), Some(1)]);
    Ok(())
}

async fn a_model_of_which_nothing_is_written_can_be_saved(database: &Database) -> TestResult {
    #[model(table = "read_only_ticket")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        id: Id<Ticket>,
        #[read_only(default = "7")]
        seat: i64,
    }

    let db = database.with_tables::<Ticket>().await?;
    let mut ticket = Ticket::default();
    ticket.save(&db).await?;
    ticket.save(&db).await?;
    assert_eq!(ticket.seat, 7);
    let mut more = [Ticket::default(), Ticket::default()];
    Ticket::create_many(&db, &mut more).await?;
    assert_eq!(more.map(|ticket| ticket.seat), [7, 7]);
    assert_eq!(Ticket::all(&db).await?.len(), 3);
    assert_eq!(Ticket::META.fields[1].read_only, Some(ReadOnly::Filled("7")));
    Ok(())
}

async fn check_schema_compares_who_sets_a_column(database: &Database) -> TestResult {
    #[model(table = "read_only_price")]
    struct Price {
        #[key]
        id: Id<Price>,
        net: i64,
        gross: i64,
        #[read_only(generated = "net * 3")]
        tax: i64,
        #[read_only(default = "0")]
        discount: i64,
        #[read_only]
        rank: i64,
    }

    let db = database.with_tables::<(Order, Price)>().await?;
    db.check_schema_of::<(Order, Price)>().await?;
    db.execute("DROP TABLE read_only_price", &()).await?;
    let numbers = if is_sqlite(&db) { "PRIMARY KEY" } else { "GENERATED ALWAYS AS IDENTITY PRIMARY KEY" };
    let table = |net: &str, gross: &str, tax: &str, discount: &str| {
        format!(
            "CREATE TABLE read_only_price (id INTEGER {numbers}, net INTEGER NOT NULL {net}, gross INTEGER {gross},
                 tax INTEGER {tax}, discount INTEGER NOT NULL {discount}, rank INTEGER NOT NULL DEFAULT 1)"
        )
    };
    // The table is another's, and the types of the columns are as good.
    let good = table("", "NOT NULL", "GENERATED ALWAYS AS (net * 3) STORED", "DEFAULT 5");
    db.execute(&good, &()).await?;
    db.check_schema_of::<Price>().await?;
    Price { id: Id::default(), net: 1, gross: 2, tax: 0, discount: 0, rank: 0 }.save(&db).await?;

    db.execute("DROP TABLE read_only_price", &()).await?;
    let bad = table("", "GENERATED ALWAYS AS (net * 2) STORED", "NOT NULL", "");
    db.execute(&bad, &()).await?;
    let error = db.check_schema_of::<Price>().await.unwrap_err().to_string();
    let statement = "ALTER TABLE \"read_only_price\" ALTER COLUMN \"discount\" SET DEFAULT (0)";
    let error = error.replace(statement, "give the column its default, or remove `#[read_only]` from the field");
    expect![[r#"
        the database differs from the models:
        `Price`: the database sets the column `gross` of `read_only_price` itself, and refuses a save that writes it: write `#[read_only]` on the field
        `Price`: the field is read-only, and the column `tax` of `read_only_price` is not GENERATED: make the column generated, or the field one that is saved
        `Price`: the field is read-only, and the column `discount` of `read_only_price` has no DEFAULT: give the column its default, or remove `#[read_only]` from the field"#]]
    .assert_eq(&error);
    Ok(())
}

async fn check_schema_finds_columns_that_the_database_numbers_itself(database: &Database) -> TestResult {
    #[model(table = "read_only_counted")]
    struct Counted {
        #[key]
        code: i64,
        position: i64,
    }

    let db = database.connect().await?;
    let sql = if is_sqlite(&db) {
        // A virtual column is as little to be written as a stored one.
        "CREATE TABLE read_only_counted (code INTEGER PRIMARY KEY, position INTEGER AS (code + 1))"
    } else {
        "CREATE TABLE read_only_counted (code BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             position BIGINT GENERATED ALWAYS AS IDENTITY)"
    };
    db.execute(sql, &()).await?;
    let error = db.check_schema_of::<Counted>().await.unwrap_err().to_string();
    assert!(error.contains("the database sets the column `position`"), "{error}");
    assert_eq!(error.contains("the database sets the column `code`"), !is_sqlite(&db), "{error}");
    Ok(())
}

async fn a_read_only_column_that_is_missing_can_be_added(database: &Database) -> TestResult {
    #[model(table = "read_only_added")]
    struct Added {
        #[key]
        id: Id<Added>,
        net: i64,
        #[read_only(generated = "net * 2")]
        twice: i64,
        #[read_only(default = "5")]
        rank: i64,
    }

    let db = database.connect().await?;
    let id = if is_sqlite(&db) { "INTEGER PRIMARY KEY" } else { "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" };
    db.execute(&format!("CREATE TABLE read_only_added (id {id}, net BIGINT NOT NULL)"), &()).await?;
    db.execute("INSERT INTO read_only_added (net) VALUES (4)", &()).await?;
    let ErrorKind::Schema(differences) = db.check_schema_of::<Added>().await.unwrap_err().into_kind() else { panic!() };
    assert_eq!(differences.len(), 2);
    for difference in differences {
        match difference.statement {
            Some(statement) => drop(db.execute(&statement, &()).await?),
            None => assert!(is_sqlite(&db)),
        }
    }
    if !is_sqlite(&db) {
        db.check_schema_of::<Added>().await?;
        let rows = Added::all(&db).await?;
        assert_eq!((rows[0].twice, rows[0].rank), (8, 5));
    }
    Ok(())
}

#[cfg(feature = "fixtures")]
async fn fixtures_do_not_write_what_the_database_sets(database: &Database) -> TestResult {
    let db = database.with_tables::<Order>().await?;
    let with = r#"[{"model": "read_only_order", "pk": 1,
        "fields": {"code": "A", "price": 2, "amount": 3, "total": 99, "slug": "x", "state": "paid", "created_at": null}}]"#;
    let without = r#"[{"model": "read_only_order", "pk": 1, "fields": {"code": "A", "price": 2, "amount": 3}}]"#;
    for fixture in [with, without] {
        db.load_fixture_of::<Order>(fixture).await?;
        let order = Order::get(&db, Id::new(1)).await?.unwrap();
        assert_eq!(set(&order), (Some(6), "a", "new", true));
    }
    let dumped = db.dump_fixture_of::<Order>().await?;
    assert!(dumped.contains(r#""total": 6"#), "{dumped}");
    assert_eq!(db.load_fixture_of::<Order>(&dumped).await?, 1);
    Ok(())
}
