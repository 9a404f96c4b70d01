//! What is sent for a row that is read.

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    post_load_is_sent_for_every_row_that_a_person_reads,
    post_load_may_fill_in_what_is_no_column,
    post_load_is_not_sent_for_what_the_library_reads_for_itself,
    a_post_load_that_fails_is_the_error_of_the_read,
    post_load_without_receivers_is_not_sent
);

async fn post_load_is_sent_for_every_row_that_a_person_reads(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Clone)]
    struct Author {
        #[key]
        id: Id<Author>,
        #[unique]
        name: String,
    }

    #[model]
    #[derive(Default, Clone)]
    struct Book {
        #[key]
        id: Id<Book>,
        #[foreign_key(on_delete = cascade)]
        author: Id<Author>,
        #[one_to_one(on_delete = cascade, related_name = "first_book")]
        first_of: Option<Id<Author>>,
    }

    static LOG: Log = Log::new();

    #[receiver(post_load, sender = Author)]
    fn read_author(instance: &mut Author) {
        LOG.note(format!("author {}", instance.name));
    }

    #[receiver(post_load, sender = Book)]
    fn read_book(instance: &Book) {
        LOG.note(format!("book {}", instance.id));
    }

    let db = database.with_tables::<(Author, Book)>().await?;
    let mut ann = Author { name: "ann".to_owned(), ..Author::default() };
    let mut bob = Author { name: "bob".to_owned(), ..Author::default() };
    ann.save(&db).await?;
    bob.save(&db).await?;
    let mut book = Book { author: ann.id, first_of: Some(ann.id), ..Book::default() };
    book.save(&db).await?;
    LOG.is(&expect![""]);

    LOG.note("get");
    Author::get(&db, ann.id).await?.unwrap();
    assert!(Author::get(&db, Id::new(99)).await?.is_none());
    LOG.note("all");
    Author::all(&db).await?;
    LOG.note("by a unique field");
    Author::by_name(&db, "bob").await?.unwrap();
    LOG.note("refresh");
    ann.refresh(&db).await?;
    LOG.note("forwards");
    book.author(&db).await?;
    LOG.note("backwards to one");
    ann.first_book(&db).await?.unwrap();
    LOG.note("backwards to many, in a transaction");
    let tx = db.begin().await?;
    ann.book_set(&tx).await?;
    tx.rollback().await?;
    LOG.is(&expect![[r"
        get
        author ann
        all
        author ann
        author bob
        by a unique field
        author bob
        refresh
        author ann
        forwards
        author ann
        backwards to one
        book 1
        backwards to many, in a transaction
        book 1
    "]]);
    Ok(())
}

async fn post_load_may_fill_in_what_is_no_column(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Clone)]
    struct Person {
        #[key]
        id: Id<Person>,
        first: String,
        last: String,
        #[skip]
        full: String,
    }

    #[receiver(post_load, sender = Person)]
    fn fill_in(instance: &mut Person) {
        instance.full = format!("{} {}", instance.first, instance.last);
    }

    let db = database.with_tables::<Person>().await?;
    let mut ann = Person { first: "Ann".to_owned(), last: "Lee".to_owned(), ..Person::default() };
    ann.save(&db).await?;
    assert_eq!(ann.full, "", "it was not read");
    assert_eq!(Person::get(&db, ann.id).await?.unwrap().full, "Ann Lee");
    assert_eq!(Person::all(&db).await?[0].full, "Ann Lee");
    ann.refresh(&db).await?;
    assert_eq!(ann.full, "Ann Lee");
    Ok(())
}

async fn post_load_is_not_sent_for_what_the_library_reads_for_itself(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Clone)]
    struct Shelf {
        #[key]
        id: Id<Shelf>,
        place: String,
    }

    #[model]
    #[derive(Default, Clone)]
    struct Box {
        #[key]
        id: Id<Box>,
        #[foreign_key(on_delete = cascade)]
        shelf: Id<Shelf>,
    }

    static LOG: Log = Log::new();

    #[receiver(post_load, sender = [Shelf, Box])]
    fn read<M: Model>(instance: &mut M) {
        let instance: &dyn AnyModel = instance;
        LOG.note(format!("read {instance:?}"));
    }

    #[receiver(post_save, sender = Shelf, changed(place))]
    fn moved(previous: Option<&Shelf>) {
        LOG.note(format!("moved from {:?}", previous.map(|shelf| shelf.place.as_str())));
    }

    #[receiver(pre_delete, sender = Box)]
    fn gone(instance: &Box) {
        LOG.note(format!("box {} goes", instance.id));
    }

    let db = database.with_tables::<(Shelf, Box)>().await?;
    let mut shelf = Shelf { place: "left".to_owned(), ..Shelf::default() };
    shelf.save(&db).await?;
    Box { shelf: shelf.id, ..Box::default() }.save(&db).await?;
    "right".clone_into(&mut shelf.place);
    shelf.save(&db).await?;
    shelf.delete(&db).await?;
    LOG.is(&expect![[r#"
        moved from None
        moved from Some("left")
        box 1 goes
    "#]]);
    Ok(())
}

async fn a_post_load_that_fails_is_the_error_of_the_read(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Debug)]
    struct Token {
        #[key]
        id: Id<Token>,
        text: String,
    }

    #[receiver(post_load, sender = Token)]
    fn refuse(instance: &mut Token) -> Result<(), &'static str> {
        if instance.text == "bad" { Err("the token is bad") } else { Ok(()) }
    }

    let db = database.with_tables::<Token>().await?;
    let mut good = Token { text: "good".to_owned(), ..Token::default() };
    let mut bad = Token { text: "bad".to_owned(), ..Token::default() };
    good.save(&db).await?;
    bad.save(&db).await?;

    let tx = db.begin().await?;
    let error = Token::all(&tx).await.unwrap_err();
    assert!(error.to_string().contains("the token is bad"), "{error}");
    let ErrorKind::Receiver(receiver) = error.kind() else { panic!("{error}") };
    assert_eq!(receiver.signal, "post_load");
    // Nothing was written, so nothing is broken.
    assert_eq!(Token::get(&tx, good.id).await?.unwrap().text, "good");
    tx.commit().await?;
    Ok(())
}

async fn post_load_without_receivers_is_not_sent(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Plain {
        #[key]
        id: Id<Plain>,
    }

    let db = database.with_tables::<Plain>().await?;
    Plain::default().save(&db).await?;
    assert!(!Plain::POST_LOAD.has_receivers());
    let connected = Plain::POST_LOAD.connect_scoped(|event| event.instance.id = Id::new(7));
    assert_eq!(Plain::all(&db).await?[0].id, Id::new(7));
    drop(connected);
    assert_eq!(Plain::all(&db).await?[0].id, Id::new(1));
    Ok(())
}
