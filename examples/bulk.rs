//! Many rows at once, and rows that are found by their values: the signals that each call sends.
//!
//! `cargo run --example bulk`

use signals::model::{post_bulk_create, post_bulk_delete, post_bulk_update};
use signals::prelude::*;

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Book {
    #[key]
    id: Id<Book>,
    #[unique]
    isbn: String,
    title: String,
    in_print: bool,
}

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Review {
    #[key]
    id: Id<Review>,
    #[foreign_key(on_delete = cascade)]
    book: Id<Book>,
}

/// The signals of single rows. Calls for many rows send them only with `with_signals`.
#[receiver(post_save, sender = Book)]
fn saved(instance: &Book, created: bool) {
    println!("   {} is {}", instance.title, if created { "new" } else { "changed" });
}

#[receiver(pre_delete)]
fn is_deleted(instance: &dyn AnyModel, origin: &dyn AnyModel) {
    let (of, with) = (instance.model().name, origin.model().name);
    println!("   {of} {} is deleted with {with} {}", instance.key(), origin.key());
}

#[receiver(post_delete)]
fn was_deleted(instance: &dyn AnyModel) {
    println!("   {} {} was deleted", instance.model().name, instance.key());
}

/// The signals of all rows at once.
#[receiver(post_bulk_create, sender = Book)]
fn arrived(instances: &[Book]) {
    println!("   {} books at once, the last is {}", instances.len(), instances[instances.len() - 1].id);
}

#[receiver([post_bulk_update, post_bulk_delete], sender = Book)]
fn counted(count: u64) {
    println!("   {count} books at once");
}

fn book(number: i64) -> Book {
    Book { isbn: format!("isbn {number}"), title: format!("volume {number}"), ..Book::default() }
}

#[tokio::main]
async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let fields = Book::fields();

    println!("create_many inserts and sets the ids:");
    Book::create_many(&db, &mut (1..=1000).map(book).collect::<Vec<_>>()).await?;
    println!("with_signals, it also sends the signals of each row:");
    Book::create_many(&db, &mut [book(1001), book(1002)]).with_signals().await?;

    println!("update_where is one UPDATE:");
    let printed = Book { in_print: true, ..Book::default() };
    Book::update_where(&db, fields.in_print, &printed, "id <= ?", &(900,)).await?;
    println!("with_signals, it loads and saves each row:");
    Book::update_where(&db, fields.in_print, &printed, "id IN (?, ?)", &(901, 902)).with_signals().await?;

    println!("delete_where is one DELETE, and fails if other rows point to one of them:");
    Book::delete_where(&db, "NOT in_print", &()).await?;
    Review { book: Id::new(2), ..Review::default() }.save(&db).await?;
    let error = Book::delete_where(&db, "id < ?", &(4,)).await.unwrap_err();
    println!("   {error}");
    println!("with_signals, it is one delete with its cascade:");
    let deleted = Book::delete_where(&db, "id < ?", &(4,)).with_signals().await?;
    for (model, rows) in deleted.by_model() {
        println!("   {}: {rows}", model.name);
    }

    println!("get_or_create finds a book by its ISBN, or creates it:");
    for number in [4, 2000] {
        let mut found = book(number);
        let created = found.get_or_create(&db, fields.isbn).await?;
        println!("   {} has the id {}, created: {created}", found.title, found.id);
    }
    println!("upsert is one statement, writes only the title, and sends nothing:");
    let mut edition = Book { title: "volume 4, second edition".to_owned(), ..book(4) };
    edition.upsert(&db, fields.isbn, fields.title).await?;
    println!("   {:?}", Book::get(&db, edition.id).await?);
    Ok(())
}
