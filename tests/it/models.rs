//! What `#[model]` makes of a struct.

use expect_test::expect;
use signals::ErrorKind;
use signals::model::Meta;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(
    every_type_of_column_comes_back_as_it_was,
    names_of_tables_and_columns_may_be_anything,
    relations_are_followed_both_ways,
    a_row_that_is_gone_cannot_be_refreshed,
    a_missing_table_says_how_to_make_it,
    two_models_of_one_name_are_two_senders,
    sql_that_names_a_table_and_its_columns_without_quotes_means_them
);

async fn every_type_of_column_comes_back_as_it_was(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Everything {
        #[key]
        id: Id<Everything>,
        a: i8,
        b: i16,
        c: i32,
        d: i64,
        e: u8,
        f: u16,
        g: u32,
        h: f32,
        i: f64,
        j: bool,
        k: String,
        l: Vec<u8>,
        m: Option<i64>,
        n: Option<String>,
        o: Option<Id<Everything>>,
        p: Option<bool>,
    }

    let db = database.with_tables::<Everything>().await?;
    let mut least =
        Everything { a: i8::MIN, b: i16::MIN, c: i32::MIN, d: i64::MIN, h: f32::MIN, ..Everything::default() };
    let mut most = Everything {
        a: i8::MAX,
        b: i16::MAX,
        c: i32::MAX,
        d: i64::MAX,
        e: u8::MAX,
        f: u16::MAX,
        g: u32::MAX,
        h: f32::MAX,
        i: f64::INFINITY,
        j: true,
        // PostgreSQL stores no NUL in text.
        k: format!("{}an apostrophe ' and \u{1f980}", if is_sqlite(&db) { "a NUL \0, " } else { "" }),
        l: vec![0, 255, 39],
        m: Some(i64::MIN),
        n: Some(String::new()),
        o: Some(Id::new(1)),
        p: Some(false),
        ..Everything::default()
    };
    for everything in [&mut least, &mut most] {
        everything.save(&db).await?;
        assert_eq!(Everything::get(&db, everything.id).await?.as_ref(), Some(&*everything));
    }
    Ok(())
}

async fn names_of_tables_and_columns_may_be_anything(database: &Database) -> TestResult {
    #[model(table = "select \"from\" where")]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Odd {
        #[key]
        id: Id<Odd>,
        #[column(name = "drop table; --")]
        #[unique]
        dropped: String,
        r#type: i64,
        order: Option<String>,
        #[skip]
        cache: Vec<String>,
    }

    let db = database.with_tables::<Odd>().await?;
    let mut odd =
        Odd { dropped: "'; DROP TABLE x; --".to_owned(), r#type: 1, cache: vec![String::new()], ..Odd::default() };
    odd.save(&db).await?;
    let stored = Odd::by_dropped(&db, "'; DROP TABLE x; --").await?.unwrap();
    assert_eq!(stored, Odd { cache: Vec::new(), ..odd.clone() });

    odd.r#type = 2;
    odd.refresh(&db).await?;
    assert_eq!((odd.r#type, odd.cache.len()), (1, 1), "refresh leaves what is skipped");

    let error = Odd { dropped: odd.dropped.clone(), ..Odd::default() }.save(&db).await.unwrap_err();
    expect!["another row of `Odd` has the same `dropped`: use another value, or change the row that is there"]
        .assert_eq(&error.to_string());
    Ok(())
}

async fn relations_are_followed_both_ways(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Author {
        #[key]
        id: Id<Author>,
        name: String,
    }

    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Article {
        #[key]
        id: Id<Article>,
        #[foreign_key(on_delete = cascade)]
        author: Id<Author>,
        #[foreign_key(on_delete = set_null, related_name = "edited")]
        editor_id: Option<Id<Author>>,
    }

    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Biography {
        #[key]
        id: Id<Biography>,
        #[one_to_one(on_delete = cascade)]
        author: Id<Author>,
    }

    let db = database.with_tables::<(Article, Author, Biography)>().await?;
    let (mut ann, mut bob) = (Author::default(), Author::default());
    ann.save(&db).await?;
    bob.save(&db).await?;
    let mut article = Article { author: ann.id, editor_id: Some(bob.id), ..Article::default() };
    article.save(&db).await?;
    let mut biography = Biography { author: ann.id, ..Biography::default() };
    biography.save(&db).await?;

    assert_eq!(article.author(&db).await?, ann);
    assert_eq!(article.editor(&db).await?, Some(bob.clone()));
    assert_eq!(ann.article_set(&db).await?, [article.clone()]);
    assert_eq!(ann.edited(&db).await?, []);
    assert_eq!(bob.edited(&db).await?, [article]);
    assert_eq!(ann.biography(&db).await?, Some(biography.clone()));
    assert_eq!(bob.biography(&db).await?, None);
    assert_eq!(Biography::by_author(&db, ann.id).await?, Some(biography));

    let second = Biography { author: ann.id, ..Biography::default() }.save(&db).await.unwrap_err();
    assert!(matches!(second.kind(), ErrorKind::Unique { .. }), "{second}");
    Ok(())
}

async fn a_row_that_is_gone_cannot_be_refreshed(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    let db = database.with_tables::<Note>().await?;
    assert!(Note::get(&db, Id::new(1)).await?.is_none());
    let error = Note { id: Id::new(1) }.refresh(&db).await.unwrap_err();
    expect!["there is no such row of `Note`: it was deleted, or never saved"].assert_eq(&error.to_string());
    Ok(())
}

async fn a_missing_table_says_how_to_make_it(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    let db = database.connect().await?;
    let error = Note::default().save(&db).await.unwrap_err();
    expect!["there is no table `notes`: make it with `db.create_tables()` or a migration"]
        .assert_eq(&error.to_string());
    Ok(())
}

#[tokio::test]
async fn two_models_with_one_table_are_refused() -> TestResult {
    mod first {
        use signals::prelude::*;
        #[model]
        pub(super) struct User {
            #[key]
            id: Id<User>,
        }
    }
    mod second {
        use signals::prelude::*;
        #[model(table = "USERS")]
        pub(super) struct User {
            #[key]
            id: Id<User>,
        }
    }

    let db = Db::connect("sqlite::memory:").await?;
    let error = db.create_tables_of::<(first::User, second::User)>().await.unwrap_err();
    let text = error.to_string();
    for module in ["first", "second"] {
        let (_, place) = text.split_once(&format!("`it::models::{module}::User` (")).expect(&text);
        let (place, _) = place.split_once(')').expect(&text);
        assert!(place.contains("models.rs:"), "{text}");
    }
    Ok(())
}

async fn two_models_of_one_name_are_two_senders(database: &Database) -> TestResult {
    mod first {
        use signals::prelude::*;
        #[model(app = "first")]
        #[derive(Default)]
        pub(super) struct User {
            #[key]
            id: Id<User>,
        }
    }
    mod second {
        use signals::prelude::*;
        #[model(app = "second")]
        #[derive(Default)]
        pub(super) struct User {
            #[key]
            id: Id<User>,
        }
    }
    use second::User as SecondUser;
    type Account = first::User;

    #[receiver(pre_save, sender = Account)]
    fn of_first() -> Result<(), &'static str> {
        Err("first")
    }

    let db = database.with_tables::<(first::User, second::User)>().await?;
    assert!(first::User::PRE_SAVE.has_receivers());
    assert!(!SecondUser::PRE_SAVE.has_receivers());
    first::User::default().save(&db).await.unwrap_err();
    second::User::default().save(&db).await?;
    assert_eq!((first::User::META.table, second::User::META.table), ("first_user", "second_user"));
    Ok(())
}

async fn sql_that_names_a_table_and_its_columns_without_quotes_means_them(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        #[many_to_many]
        categories: ManyToMany<Category>,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Category {
        #[key]
        id: Id<Category>,
        #[foreign_key(on_delete = cascade)]
        user: Id<User>,
        #[one_to_one(on_delete = set_null, related_name = "led")]
        leader_id: Option<Id<User>>,
    }

    let db = database.with_tables::<(User, Category, UserCategories)>().await?;
    let mut users: Vec<User> =
        ["ann", "bob", "cid"].map(|name| User { name: name.to_owned(), ..User::default() }).into();
    User::create_many(&db, &mut users).await?;
    let mut category = Category { user: users[1].id, leader_id: Some(users[2].id), ..Category::default() };
    category.save(&db).await?;
    users[0].categories().add(&db, [category.id]).await?;

    assert_eq!(db.query_one::<i64>("SELECT count(*) FROM users", &()).await?, 3);
    assert_eq!(db.query_as::<User>("SELECT * FROM users ORDER BY id", &()).await?, users);
    let sql = "SELECT users.name FROM users
               JOIN user_categories ON user_categories.user_id = users.id
               JOIN categories ON categories.id = user_categories.category_id
               WHERE categories.user_id = 2 AND categories.leader_id = 3";
    assert_eq!(db.query_as::<(String,)>(sql, &()).await?, [("ann".to_owned(),)]);
    assert_eq!(db.query_as::<Category>("SELECT * FROM categories", &()).await?, [category.clone()]);

    // Errors name fields, and say so where SQL takes the one for the other.
    let error = Category { leader_id: Some(users[2].id), user: users[0].id, ..Category::default() };
    let error = { error }.save(&db).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "Category" && fields == &["leader_id"]),
        "{error}"
    );
    let error = Category::delete_where(&db, "user = 7", &()).await.map(drop);
    if is_sqlite(&db) {
        expect!["the table of `Category` has no column `user`: the column of the field `user` of `Category` is `user_id`, and SQL has columns"]
            .assert_eq(&error.unwrap_err().to_string());
    }
    Ok(())
}

#[test]
fn tables_have_the_plural_and_relations_the_id() {
    mod shop {
        use signals::prelude::*;

        #[model]
        pub(super) struct SalesPerson {
            #[key]
            id: Id<SalesPerson>,
            #[foreign_key(on_delete = cascade)]
            boss: Option<Id<SalesPerson>>,
            #[one_to_one(on_delete = cascade, related_name = "desk_of")]
            #[column(name = "desk")]
            desk: Option<Id<Box>>,
            #[many_to_many(symmetrical = false, related_name = "known_by")]
            knows: ManyToMany<SalesPerson>,
        }

        #[model]
        pub(super) struct Box {
            #[key]
            id: Id<Box>,
        }

        #[model(app = "shop")]
        pub(super) struct Order {
            #[key]
            id: Id<Order>,
            #[many_to_many]
            boxes: ManyToMany<Box>,
        }

        #[model(table = "order")]
        pub(super) struct Quoted {
            #[key]
            id: Id<Quoted>,
            #[many_to_many(table = "select")]
            boxes: ManyToMany<Box>,
            #[many_to_many(related_name = "in_a_named")]
            more: ManyToMany<Box>,
        }
    }
    use shop::{Box, Order, OrderBoxes, Quoted, QuotedBoxes, QuotedMore, SalesPerson, SalesPersonKnows};

    let columns = |meta: &Meta| meta.fields.iter().map(|field| field.column).collect::<Vec<_>>().join(" ");
    let tables: Vec<String> = [
        SalesPerson::META,
        Box::META,
        Order::META,
        Quoted::META,
        SalesPersonKnows::META,
        OrderBoxes::META,
        QuotedBoxes::META,
        QuotedMore::META,
    ]
    .map(|meta| format!("{}: {}", meta.table, columns(meta)))
    .into();
    assert_eq!(
        tables,
        [
            "sales_people: id boss_id desk",
            "boxes: id",
            "shop_order: id",
            "order: id",
            "sales_person_knows: id from_sales_person_id to_sales_person_id",
            "shop_order_boxes: id order_id box_id",
            "select: id quoted_id box_id",
            "order_more: id quoted_id box_id",
        ],
    );
}

/// Rule 101. This program has no durable receivers.
#[test]
fn a_program_without_durable_receivers_has_no_tables_of_them() {
    let tables: Vec<_> = signals::model::registered_models().iter().map(|meta| meta.table).collect();
    assert!(!tables.contains(&"signals_event") && !tables.contains(&"signals_todo"), "{tables:?}");
}
