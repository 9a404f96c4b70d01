//! Types of the user's own: enums, wrappers and other types that implement `Column`.

use expect_test::expect;
use signals::Column;
use signals::ErrorKind;
use signals::db::ValueRef;
use signals::model::{ColumnError, ColumnType};
use signals::model::{DefaultKey, Key, KeyOf};
use signals::prelude::*;

use super::every_way;
use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(
    enums,
    wrappers,
    prices,
    an_unknown_variant_says_which_are_known,
    a_value_that_its_type_refuses_is_an_error_before_it_is_sent,
    a_type_of_ones_own_is_a_key,
    rule_15_a_key_that_a_default_made_is_inserted
);

#[derive(Debug, Clone, Copy, Default, PartialEq, Column)]
enum Status {
    #[default]
    Open,
    InReview,
    #[column(name = "'; DROP TABLE samples; --")]
    Done,
    HTTPError,
}

#[derive(Debug, Clone, Default, PartialEq, Column)]
struct Isbn(String);

impl Key for Isbn {}

impl<M> KeyOf<M> for Isbn {
    type Me = Self;
}

impl DefaultKey for Isbn {
    fn is_unset(&self) -> bool {
        self.0.is_empty()
    }
}

/// Stored as text, with the number first.
#[derive(Debug, Clone, PartialEq)]
struct Price {
    text: String,
}

impl signals::Column for Price {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_value(&self) -> ValueRef<'_> {
        if self.text.starts_with('-') {
            ValueRef::Refused("a price is not below 0")
        } else {
            ValueRef::Text(&self.text)
        }
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        String::from_value(value).map(|text| Self { text })
    }
}

every_way!(enums: Status = [Status::Open, Status::InReview, Status::Done, Status::HTTPError]);
every_way!(wrappers: Isbn = [Isbn(String::new()), Isbn("978-3".to_owned())]);
every_way!(prices: Price = [Price { text: "3 €".to_owned() }]);

async fn an_unknown_variant_says_which_are_known(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Ticket {
        #[key]
        id: Id<Ticket>,
        status: Status,
    }

    let db = database.with_tables::<Ticket>().await?;
    Ticket::default().save(&db).await?;
    assert_eq!(db.query_one::<String>("SELECT status FROM tickets", &()).await?, "open");
    db.execute("UPDATE tickets SET status = 'Open'", &()).await?;
    let error = Ticket::all(&db).await.unwrap_err();
    expect!["cannot read the column `status`, expected `open`, `in_review`, `'; DROP TABLE samples; --` or `http_error`, found text: change the type of the field, or the stored value"].assert_eq(&error.to_string());
    Ok(())
}

async fn a_value_that_its_type_refuses_is_an_error_before_it_is_sent(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug)]
    struct Item {
        #[key]
        id: Id<Item>,
        price: Option<Price>,
    }

    let db = database.with_tables::<Item>().await?;
    let tx = db.begin().await?;
    let price = Price { text: "-1".to_owned() };
    let error = tx.execute("UPDATE items SET price = ?", &(price.clone(),)).await.unwrap_err();
    expect!["parameter 1 of the statement cannot be stored: a price is not below 0"].assert_eq(&error.to_string());
    tx.commit().await?;
    let mut item = Item { id: Id::UNSET, price: Some(price) };
    assert!(matches!(item.save(&db).await.unwrap_err().kind(), ErrorKind::NotStorable { field: "price", .. }));
    assert!(item.id.is_unset());
    Ok(())
}

async fn a_type_of_ones_own_is_a_key(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, PartialEq)]
    struct Book {
        #[key]
        isbn: Isbn,
        status: Status,
    }

    let db = database.with_tables::<Book>().await?;
    let mut book = Book { isbn: Isbn("978".to_owned()), status: Status::Open };
    book.save(&db).await?;
    book.status = Status::Done;
    book.save(&db).await?;
    assert_eq!(Book::get(&db, Isbn("978".to_owned())).await?, Some(book.clone()));
    assert_eq!(Book::all(&db).await?.len(), 1);
    assert_eq!(book.delete(&db).await?.total(), 1);
    Ok(())
}

/// Django's `primary_key=True, default=uuid.uuid4`: a key that was made just now needs no UPDATE first.
async fn rule_15_a_key_that_a_default_made_is_inserted(database: &Database) -> TestResult {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    static LOG: crate::log::Log = crate::log::Log::new();

    fn next() -> String {
        format!("book {}", COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Book {
        #[key]
        #[default(Isbn(next()))]
        isbn: Isbn,
        #[unique]
        title: String,
    }

    #[receiver(pre_save, sender = Book)]
    fn before(instance: &Book) {
        LOG.note(format!("before {:?}", instance.isbn));
    }

    #[receiver(post_save, sender = Book)]
    fn after(instance: &Book, created: bool, previous: Option<&Book>) {
        LOG.note(format!("after {:?}, created {created}, previous {}", instance.isbn, previous.is_some()));
    }

    let db = database.with_tables::<Book>().await?;
    COUNT.store(0, std::sync::atomic::Ordering::Relaxed);
    let mut book = Book { title: "a".to_owned(), ..Book::default() };
    book.save(&db).await?;
    book.save(&db).await?;

    let mut same_title = Book { title: "a".to_owned(), ..Book::default() };
    assert!(matches!(same_title.save(&db).await.unwrap_err().kind(), ErrorKind::Unique { .. }));
    assert_eq!(same_title.isbn, Isbn::default(), "a save that failed puts the key back");

    let mut set = Book { isbn: Isbn("mine".to_owned()), title: "b".to_owned() };
    set.save(&db).await?;
    assert_eq!(Book::get(&db, Isbn("mine".to_owned())).await?, Some(set));

    // A key that is there already is not written over.
    COUNT.store(0, std::sync::atomic::Ordering::Relaxed);
    let taken = Book { title: "c".to_owned(), ..Book::default() }.save(&db).await;
    assert!(matches!(taken.as_ref().unwrap_err().kind(), ErrorKind::Unique { .. }), "{taken:?}");
    LOG.is(&expect![[r#"
        before Isbn("book 0")
        after Isbn("book 0"), created true, previous false
        before Isbn("book 0")
        after Isbn("book 0"), created false, previous true
        before Isbn("book 1")
        before Isbn("mine")
        after Isbn("mine"), created true, previous false
        before Isbn("book 0")
    "#]]);
    Ok(())
}
