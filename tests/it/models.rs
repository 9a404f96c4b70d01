//! What `#[model]` makes of a struct.

use expect_test::expect;
use signals::prelude::*;

use crate::databases::{databases, empty_databases, is_sqlite};

#[tokio::test]
async fn every_type_of_column_comes_back_as_it_was() {
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

    for db in databases::<Everything>().await {
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
            everything.save(&db).await.unwrap();
            assert_eq!(Everything::get(&db, everything.id).await.unwrap().as_ref(), Some(&*everything));
        }
    }
}

#[tokio::test]
async fn names_of_tables_and_columns_may_be_anything() {
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

    for db in databases::<Odd>().await {
        let mut odd =
            Odd { dropped: "'; DROP TABLE x; --".to_owned(), r#type: 1, cache: vec![String::new()], ..Odd::default() };
        odd.save(&db).await.unwrap();
        let stored = Odd::by_dropped(&db, "'; DROP TABLE x; --").await.unwrap().unwrap();
        assert_eq!(stored, Odd { cache: Vec::new(), ..odd.clone() });

        odd.r#type = 2;
        odd.refresh(&db).await.unwrap();
        assert_eq!((odd.r#type, odd.cache.len()), (1, 1), "refresh leaves what is skipped");

        let error = Odd { dropped: odd.dropped.clone(), ..Odd::default() }.save(&db).await.unwrap_err();
        expect!["another row of `Odd` has the same `dropped`: use another value, or change the row that is there"]
            .assert_eq(&error.to_string());
    }
}

#[tokio::test]
async fn relations_are_followed_both_ways() {
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

    for db in databases::<(Article, Author, Biography)>().await {
        let (mut ann, mut bob) = (Author::default(), Author::default());
        ann.save(&db).await.unwrap();
        bob.save(&db).await.unwrap();
        let mut article = Article { author: ann.id, editor_id: Some(bob.id), ..Article::default() };
        article.save(&db).await.unwrap();
        let mut biography = Biography { author: ann.id, ..Biography::default() };
        biography.save(&db).await.unwrap();

        assert_eq!(article.author(&db).await.unwrap(), ann);
        assert_eq!(article.editor(&db).await.unwrap(), Some(bob.clone()));
        assert_eq!(ann.article_set(&db).await.unwrap(), [article.clone()]);
        assert_eq!(ann.edited(&db).await.unwrap(), []);
        assert_eq!(bob.edited(&db).await.unwrap(), [article]);
        assert_eq!(ann.biography(&db).await.unwrap(), Some(biography.clone()));
        assert_eq!(bob.biography(&db).await.unwrap(), None);
        assert_eq!(Biography::by_author(&db, ann.id).await.unwrap(), Some(biography));

        let second = Biography { author: ann.id, ..Biography::default() }.save(&db).await.unwrap_err();
        assert!(matches!(second, Error::Unique { .. }), "{second}");
    }
}

#[tokio::test]
async fn a_row_that_is_gone_cannot_be_refreshed() {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    for db in databases::<Note>().await {
        assert!(Note::get(&db, Id::new(1)).await.unwrap().is_none());
        let error = Note { id: Id::new(1) }.refresh(&db).await.unwrap_err();
        expect!["there is no such row of `Note`: it was deleted, or never saved"].assert_eq(&error.to_string());
    }
}

#[tokio::test]
async fn a_missing_table_says_how_to_make_it() {
    #[model]
    #[derive(Default)]
    struct Note {
        #[key]
        id: Id<Note>,
    }

    for db in empty_databases().await {
        let error = Note::default().save(&db).await.unwrap_err();
        expect!["there is no table `note`: make it with `db.create_tables()` or a migration"]
            .assert_eq(&error.to_string());
    }
}

#[tokio::test]
async fn two_models_with_one_table_are_refused() {
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
        #[model(table = "USER")]
        pub(super) struct User {
            #[key]
            id: Id<User>,
        }
    }

    let db = Db::connect("sqlite::memory:").await.unwrap();
    let error = db.create_tables_of::<(first::User, second::User)>().await.unwrap_err();
    let text = error.to_string();
    for module in ["first", "second"] {
        let (_, place) = text.split_once(&format!("`it::models::{module}::User` (")).expect(&text);
        let (place, _) = place.split_once(')').expect(&text);
        assert!(place.contains("models.rs:"), "{text}");
    }
}

#[tokio::test]
async fn two_models_of_one_name_are_two_senders() {
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

    for db in databases::<(first::User, second::User)>().await {
        assert!(first::User::PRE_SAVE.has_receivers());
        assert!(!SecondUser::PRE_SAVE.has_receivers());
        first::User::default().save(&db).await.unwrap_err();
        second::User::default().save(&db).await.unwrap();
        assert_eq!((first::User::META.table, second::User::META.table), ("first_user", "second_user"));
    }
}
