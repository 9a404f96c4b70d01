//! docs/behaviour.md, rules 20, 47 and 48: what is told after the end of a transaction is what was written, and the last of it.

use expect_test::expect;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_47_two_instances_of_a_row_are_one_row,
    rule_47_the_last_values_are_those_of_an_upsert_or_update_or_create,
    rule_47_a_row_that_the_database_took_away_has_no_post_commit,
    rule_47_what_was_changed_is_read_again_by_any_type_of_key
);

mod not_written {
    use super::*;

    on_each_database!(rule_47_what_was_not_written_is_not_sent_after_the_commit_or_rollback);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        mail: Option<String>,
        visits: i64,
        #[version]
        version: i64,
    }

    #[receiver(pre_save, sender = User)]
    fn outside_of_the_set(instance: &mut User) {
        instance.visits += 1;
    }

    #[receiver(post_commit, sender = User, changed(mail))]
    fn mail_changed() {
        LOG.note("changed(mail)");
    }

    #[receiver(post_commit, sender = User)]
    fn committed(instance: &User, changes: FieldSet<User>) {
        LOG.note(format!(
            "{} {:?} {} v{}, {changes:?}",
            instance.name, instance.mail, instance.visits, instance.version
        ));
    }

    #[receiver(post_rollback, sender = User)]
    fn undone(instance: &User, changes: FieldSet<User>) {
        LOG.note(format!("undone {} {:?} {}, {changes:?}", instance.name, instance.mail, instance.visits));
    }

    async fn rule_47_what_was_not_written_is_not_sent_after_the_commit_or_rollback(database: &Database) -> TestResult {
        let db = database.with_tables::<User>().await?;
        let mut ann = User { name: "ann".to_owned(), ..User::default() };
        ann.save(&db).await?;
        LOG.take();

        // What is typed in memory, and what `pre_save` sets, is not in the database.
        ann.name = "Ann".to_owned();
        ann.mail = Some("typed".to_owned());
        ann.save_fields(&db, User::fields().name).await?;
        expect![[r#"
            Ann None 1 v2, {"name", "version"}
        "#]]
        .assert_eq(&LOG.take());

        // Two saves of one instance: the second knows the row from the first.
        let tx = db.begin().await?;
        ann.name = "Anna".to_owned();
        ann.save_fields(&tx, User::fields().name).await?;
        ann.visits = 100;
        ann.save_fields(&tx, User::fields().visits).await?;
        tx.commit().await?;
        expect![[r#"
            Anna None 101 v4, {"name", "visits", "version"}
        "#]]
        .assert_eq(&LOG.take());

        // A rollback undoes what was written.
        let tx = db.begin().await?;
        let mut other = ann.clone();
        other.name = "Bob".to_owned();
        other.save_fields(&tx, User::fields().name).await?;
        tx.rollback().await?;
        expect![[r#"
            undone Bob None 101, {"name", "version"}
        "#]]
        .assert_eq(&LOG.take());

        // A whole save writes everything.
        ann.save(&db).await?;
        expect![[r#"
            changed(mail)
            Anna Some("typed") 102 v5, {"mail", "visits", "version"}
        "#]]
        .assert_eq(&LOG.take());
        Ok(())
    }
}

async fn rule_47_two_instances_of_a_row_are_one_row(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        mail: String,
    }

    #[receiver(post_commit, sender = User)]
    fn committed(instance: &User, created: bool) {
        LOG.note(format!("{} {} created {created}", instance.name, instance.mail));
    }

    #[receiver(post_rollback, sender = User)]
    fn undone(instance: &User) {
        LOG.note(format!("undone {} {}", instance.name, instance.mail));
    }

    let (name, mail) = (User::fields().name, User::fields().mail);
    let db = database.with_tables::<User>().await?;
    let mut ann = User { name: "ann".to_owned(), mail: "old".to_owned(), ..User::default() };
    ann.save(&db).await?;
    let mut second = ann.clone();
    LOG.take();

    ann.name = "Ann".to_owned();
    second.mail = "new".to_owned();
    let tx = db.begin().await?;
    ann.save_fields(&tx, name).await?;
    second.save_fields(&tx, mail).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "Ann new created false\n");

    // The second in a savepoint, which is undone or not.
    let mut tx = db.begin().await?;
    ann.name = "a".to_owned();
    ann.save_fields(&tx, name).await?;
    second.mail = "undone".to_owned();
    let undone = tx.savepoint(async |tx| {
        second.save_fields(tx, mail).await?;
        Err::<(), _>(Error::other("no"))
    });
    undone.await.unwrap_err();
    second.mail = "b".to_owned();
    tx.savepoint(async |tx| second.save_fields(tx, mail).await).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "a b created false\nundone a undone\n");

    // A whole save of the second writes its old name, and that is what the row has.
    let tx = db.begin().await?;
    ann.name = "c".to_owned();
    ann.save_fields(&tx, name).await?;
    second.save(&tx).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "ann b created false\n");

    // A row that is new in the transaction.
    let tx = db.begin().await?;
    let mut new = User { name: "eve".to_owned(), ..User::default() };
    new.save(&tx).await?;
    new.name = "typed".to_owned();
    new.mail = "written".to_owned();
    new.save_fields(&tx, mail).await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "eve written created true\n");
    Ok(())
}

mod written_later {
    use super::*;

    on_each_database!(rule_47_the_last_values_are_those_that_the_library_wrote_later);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Shelf {
        #[key]
        id: Id<Shelf>,
    }

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Book {
        #[key]
        id: Id<Book>,
        #[unique]
        title: String,
        pages: i64,
        #[foreign_key(on_delete = set_null)]
        shelf: Option<Id<Shelf>>,
        #[foreign_key(on_delete = set_default, related_name = "lent")]
        #[default(None)]
        lent_from: Option<Id<Shelf>>,
    }

    #[receiver(post_commit, sender = Book)]
    fn committed(instance: &Book, created: bool, previous: Option<&Book>, changes: FieldSet<Book>) {
        let Book { title, pages, shelf, lent_from, .. } = instance;
        let (shelf, lent, before) = (shelf.is_some(), lent_from.is_some(), previous.map(|book| book.pages));
        let changes = if created { "all".to_owned() } else { format!("{changes:?}") };
        LOG.note(format!("{title} {pages} shelf {shelf} lent {lent}, created {created}, before {before:?}, {changes}"));
    }

    async fn rule_47_the_last_values_are_those_that_the_library_wrote_later(database: &Database) -> TestResult {
        let db = database.with_tables::<(Shelf, Book)>().await?;
        let pages = Book::fields().pages;
        let mut shelf = Shelf::default();
        shelf.save(&db).await?;
        let on = Some(shelf.id);
        let mut book = Book { title: "a".to_owned(), shelf: on, lent_from: on, ..Book::default() };
        book.save(&db).await?;
        let mut other = Book { title: "b".to_owned(), ..Book::default() };
        other.save(&db).await?;
        LOG.take();

        LOG.note("set_null and set_default");
        let tx = db.begin().await?;
        book.pages = 1;
        book.save(&tx).await?;
        Book { title: "new".to_owned(), shelf: on, ..Book::default() }.save(&tx).await?;
        shelf.delete(&tx).await?;
        tx.commit().await?;

        LOG.note("update_where");
        let tx = db.begin().await?;
        book.refresh(&tx).await?;
        book.pages = 2;
        book.save_fields(&tx, pages).await?;
        let values = Book { pages: 3, ..Book::default() };
        Book::update_where(&tx, pages, &values, "true", &()).await?;
        tx.commit().await?;

        LOG.note("update_where, and then a save of another field");
        let tx = db.begin().await?;
        book.save_fields(&tx, pages).await?;
        let values = Book { pages: 4, ..Book::default() };
        Book::update_where(&tx, pages, &values, "true", &()).await?;
        book.title = "A".to_owned();
        book.save_fields(&tx, Book::fields().title).await?;
        tx.commit().await?;

        LOG.note("back to what it was");
        let tx = db.begin().await?;
        book.pages = 5;
        book.save_fields(&tx, pages).await?;
        let values = Book { pages: 4, ..Book::default() };
        Book::update_where(&tx, pages, &values, "pages = ?", &(5,)).await?;
        tx.commit().await?;

        savepoints(&db, &mut book, &mut other).await?;

        expect![[r#"
            set_null and set_default
            a 1 shelf false lent false, created false, before Some(0), {"pages", "shelf", "lent_from"}
            new 0 shelf false lent false, created true, before None, all
            update_where
            a 3 shelf false lent false, created false, before Some(1), {"pages"}
            update_where, and then a save of another field
            A 4 shelf false lent false, created false, before Some(3), {"title", "pages"}
            back to what it was
            A 4 shelf false lent false, created false, before Some(4), {}
            a savepoint that is undone, and one that is not
            A 6 shelf false lent false, created false, before Some(4), {"pages"}
            b 8 shelf false lent false, created false, before Some(4), {"pages"}
        "#]]
        .assert_eq(&LOG.take());
        Book::delete_where(&db, "true", &()).await?;
        Ok(())
    }

    async fn savepoints(db: &Db, book: &mut Book, other: &mut Book) -> Result<()> {
        LOG.note("a savepoint that is undone, and one that is not");
        let pages = Book::fields().pages;
        let mut tx = db.begin().await?;
        book.pages = 6;
        book.save_fields(&tx, pages).await?;
        let undone = tx.savepoint(async |tx| {
            let values = Book { pages: 7, ..Book::default() };
            Book::update_where(tx, pages, &values, "true", &()).await?;
            Err::<(), _>(Error::other("no"))
        });
        undone.await.unwrap_err();
        tx.savepoint(async |tx| {
            other.pages = 7;
            other.save_fields(tx, pages).await?;
            let values = Book { pages: 8, ..Book::default() };
            Book::update_where(tx, pages, &values, "pages = ?", &(7,)).await
        })
        .await?;
        tx.commit().await
    }
}

async fn rule_47_the_last_values_are_those_of_an_upsert_or_update_or_create(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Page {
        #[key]
        id: Id<Page>,
        #[unique]
        path: String,
        text: String,
        hits: i64,
    }

    #[receiver(post_commit, sender = Page)]
    fn committed(instance: &Page, created: bool, changes: FieldSet<Page>) {
        let changes = if created { "all".to_owned() } else { format!("{changes:?}") };
        LOG.note(format!("{} {:?} {} created {created}, {changes}", instance.path, instance.text, instance.hits));
    }

    async fn db_page(tx: &Tx) -> Page {
        Page::all(tx).await.unwrap().remove(0)
    }

    let db = database.with_tables::<Page>().await?;
    let (path, text, hits) = (Page::fields().path, Page::fields().text, Page::fields().hits);
    let page = |text: &str, hits| Page { path: "/".to_owned(), text: text.to_owned(), hits, ..Page::default() };

    let tx = db.begin().await?;
    page("a", 1).save(&tx).await?;
    page("never written", 2).upsert(&tx, path, hits).await?;
    tx.commit().await?;

    let tx = db.begin().await?;
    let mut first = db_page(&tx).await;
    first.text = "b".to_owned();
    first.save_fields(&tx, text).await?;
    assert!(!page("never written", 3).update_or_create(&tx, path, hits).await?);
    tx.commit().await?;

    // A row that nothing but the upsert wrote has no `post_commit`.
    let tx = db.begin().await?;
    page("c", 4).upsert(&tx, path, text | hits).await?;
    tx.commit().await?;
    expect![[r#"
        / "a" 2 created true, all
        / "b" 3 created false, {"text", "hits"}
    "#]]
    .assert_eq(&LOG.take());
    Page::delete_where(&db, "true", &()).await?;
    Ok(())
}

async fn rule_47_a_row_that_the_database_took_away_has_no_post_commit(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Site {
        #[key]
        id: Id<Site>,
    }

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Page {
        #[key]
        id: Id<Page>,
        #[foreign_key(on_delete = db_cascade)]
        site: Id<Site>,
        #[foreign_key(on_delete = db_cascade)]
        parent: Option<Id<Page>>,
        title: String,
    }

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Link {
        #[key]
        id: Id<Link>,
        #[foreign_key(on_delete = db_cascade)]
        page: Id<Page>,
    }

    #[receiver(post_commit, sender = Page)]
    fn page(instance: &Page) {
        LOG.note(format!("page {}", instance.title));
    }

    #[receiver(post_commit, sender = Link)]
    fn link() {
        LOG.note("link");
    }

    /// A page and a page of it, with a link, saved in the transaction.
    async fn fill(site: Id<Site>, tx: &mut Tx) -> Result<Page> {
        let mut page = Page { site, title: "page".to_owned(), ..Page::default() };
        page.save(tx).await?;
        let mut below = Page { site, parent: Some(page.id), title: "below".to_owned(), ..Page::default() };
        below.save(tx).await?;
        Link { page: below.id, ..Link::default() }.save(tx).await?;
        Ok(page)
    }

    let db = database.with_tables::<(Site, Page, Link)>().await?;
    for way in 0..5 {
        let mut site = Site::default();
        site.save(&db).await?;
        let mut kept = Site::default();
        kept.save(&db).await?;
        let mut tx = db.begin().await?;
        let mut page = fill(site.id, &mut tx).await?;
        Page { site: kept.id, title: "kept".to_owned(), ..Page::default() }.save(&tx).await?;
        match way {
            0 => drop(site.delete(&tx).await?),
            1 => drop(Site::delete_where(&tx, "id = ?", &(site.id,)).await?),
            2 => drop(Site::delete_where(&tx, "id = ?", &(site.id,)).with_signals().await?),
            3 => drop(page.delete(&tx).await?),
            _ => {
                let undone = tx.savepoint(async |tx| {
                    site.delete(tx).await?;
                    Err::<(), _>(Error::other("no"))
                });
                undone.await.unwrap_err();
            }
        }
        tx.commit().await?;
        let expected = if way == 4 { "page page\npage below\nlink\npage kept\n" } else { "page kept\n" };
        assert_eq!(LOG.take(), expected, "in way {way}");
    }
    Ok(())
}

async fn rule_47_what_was_changed_is_read_again_by_any_type_of_key(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default, Clone)]
    struct Country {
        #[key]
        code: String,
        people: i64,
    }

    #[receiver(post_commit, sender = Country)]
    fn committed(instance: &Country) {
        LOG.note(format!("{} {}", instance.code, instance.people));
    }

    let db = database.with_tables::<Country>().await?;
    let tx = db.begin().await?;
    // More than one statement takes.
    let mut countries: Vec<Country> =
        (0..1100).map(|n| Country { code: format!("it's \"{n:04}\""), people: 0 }).collect();
    Country::create_many(&tx, &mut countries).with_signals().await?;
    let values = Country { people: 7, ..Country::default() };
    Country::update_where(&tx, Country::fields().people, &values, "true", &()).await?;
    countries[1].delete(&tx).await?;
    tx.commit().await?;
    let lines = LOG.take();
    assert_eq!(lines.lines().count(), 1099);
    assert!(lines.lines().all(|line| line.ends_with(" 7")), "{lines}");
    Ok(())
}
