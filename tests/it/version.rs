//! docs/behaviour.md, "save", rule 22: a row that was saved meanwhile is not overwritten.

use expect_test::expect;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_22_a_row_that_another_task_saved_is_stale_and_nothing_is_sent_after_it,
    rule_22_a_row_that_is_gone_is_stale_and_not_inserted_again,
    rule_22_a_save_that_is_undone_leaves_the_version_as_it_was,
    rule_22_a_pointer_that_a_delete_sets_to_null_is_a_new_version,
    rule_22_a_rollback_of_an_earlier_save_makes_a_value_stale_and_the_error_says_so
);

async fn rule_22_a_row_that_another_task_saved_is_stale_and_nothing_is_sent_after_it(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Page {
        #[key]
        id: Id<Page>,
        text: String,
        #[version]
        version: i64,
    }

    #[receiver(pre_save, sender = Page)]
    fn before(instance: &mut Page) {
        LOG.note(format!("pre_save of {}", instance.version));
    }

    #[receiver(post_save, sender = Page)]
    async fn after(instance: &Page, tx: &mut Tx) -> Result<()> {
        assert_eq!(Page::get(tx, instance.id).await?.as_ref(), Some(instance));
        LOG.note(format!("post_save of {}", instance.version));
        Ok(())
    }

    #[receiver(post_commit, sender = Page)]
    fn committed(instance: &Page) {
        LOG.note(format!("post_commit of {}", instance.version));
    }

    let db = database.with_tables::<Page>().await?;
    let mut mine = Page { text: "a".to_owned(), ..Page::default() };
    mine.save(&db).await?;
    let mut theirs = Page::get(&db, mine.id).await?.unwrap();
    assert_eq!(theirs, mine);
    theirs.text = "b".to_owned();
    theirs.save(&db).await?;
    expect![[r#"
        pre_save of 0
        post_save of 1
        post_commit of 1
        pre_save of 1
        post_save of 2
        post_commit of 2
    "#]]
    .assert_eq(&LOG.take());

    mine.text = "c".to_owned();
    for error in [mine.save(&db).await, mine.save_fields(&db, Page::fields().text).await].map(Result::unwrap_err) {
        assert!(matches!(error.kind(), ErrorKind::Stale { model } if model == "Page"), "{error}");
    }
    assert_eq!(LOG.take(), "pre_save of 1\npre_save of 1\n", "and no post_save");
    assert_eq!((mine.version, mine.text.as_str()), (1, "c"));
    assert_eq!(Page::all(&db).await?, [theirs.clone()]);

    let tx = db.begin().await?;
    mine.save(&tx).await.unwrap_err();
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }), "as after every failed save");

    mine.refresh(&db).await?;
    mine.text = "c".to_owned();
    mine.save_fields(&db, Page::fields().text).await?;
    assert_eq!(Page::all(&db).await?, [Page { version: 3, text: "c".to_owned(), id: mine.id }]);
    assert_eq!(mine.version, 3);
    LOG.take();
    Ok(())
}

async fn rule_22_a_row_that_is_gone_is_stale_and_not_inserted_again(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct Country {
        #[key]
        code: String,
        #[version]
        version: u8,
    }

    let db = database.with_tables::<Country>().await?;
    let mut country = Country { code: "nl".to_owned(), ..Country::default() };
    country.save(&db).await?;
    country.save(&db).await?;
    assert_eq!(country.version, 2);
    Country::get(&db, "nl").await?.unwrap().delete(&db).await?;
    assert!(matches!(country.save(&db).await.unwrap_err().kind(), ErrorKind::Stale { .. }));
    assert_eq!(country.version, 2);

    // Without a version it is a new row; `create` always makes one.
    country.version = 0;
    country.save(&db).await?;
    assert_eq!(country.version, 1);
    country.code = "be".to_owned();
    country.create(&db).await?;
    assert_eq!(country.version, 1);

    // A new row whose key is taken is no update of the row that is there.
    let error = Country { code: "be".to_owned(), ..Country::default() }.save(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unique { fields, .. } if fields == &["code"]), "{error}");

    // A version that has no next number does not start again.
    db.execute("UPDATE countries SET version = 255", &()).await?;
    country.refresh(&db).await?;
    let error = country.save(&db).await.unwrap_err();
    assert!(error.to_string().contains("has reached its end"), "{error}");
    Ok(())
}

async fn rule_22_a_save_that_is_undone_leaves_the_version_as_it_was(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct Page {
        #[key]
        id: Id<Page>,
        text: String,
        #[version]
        version: i32,
    }

    #[receiver(post_save, sender = Page)]
    fn refuse(instance: &Page) -> Result<(), &'static str> {
        if instance.text == "refused" { Err("no") } else { Ok(()) }
    }

    let db = database.with_tables::<Page>().await?;
    let mut page = Page { text: "refused".to_owned(), ..Page::default() };
    page.save(&db).await.unwrap_err();
    assert_eq!(page.version, 0);
    page.text = "good".to_owned();
    page.save(&db).await?;
    page.text = "refused".to_owned();
    page.save(&db).await.unwrap_err();
    assert_eq!(page.version, 1);
    page.text = "good again".to_owned();
    page.save(&db).await?;
    assert_eq!(page.version, 2);
    Ok(())
}

async fn rule_22_a_pointer_that_a_delete_sets_to_null_is_a_new_version(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct User {
        #[key]
        id: Id<User>,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Page {
        #[key]
        id: Id<Page>,
        #[foreign_key(on_delete = set_null)]
        author: Option<Id<User>>,
        #[version]
        version: i64,
    }

    let db = database.with_tables::<(User, Page)>().await?;
    let mut user = User::default();
    user.save(&db).await?;
    let mut page = Page { author: Some(user.id), ..Page::default() };
    page.save(&db).await?;
    user.delete(&db).await?;
    assert!(matches!(page.save(&db).await.unwrap_err().kind(), ErrorKind::Stale { .. }));
    page.refresh(&db).await?;
    assert_eq!((page.author, page.version), (None, 2));
    Ok(())
}

/// Rule 22.
async fn rule_22_a_rollback_of_an_earlier_save_makes_a_value_stale_and_the_error_says_so(
    database: &Database,
) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Page {
        #[key]
        id: Id<Page>,
        text: String,
        #[version]
        version: i64,
    }

    #[receiver(post_save, sender = Page)]
    fn refuse(instance: &Page) -> Result<(), &'static str> {
        if instance.text == "bad" { Err("refused") } else { Ok(()) }
    }

    let db = database.with_tables::<Page>().await?;
    let mut page = Page::default();
    page.save(&db).await?;

    // What the library undoes itself, it undoes in the value as well.
    page.text = "bad".to_owned();
    page.save(&db).await.unwrap_err();
    let tx = db.begin().await?;
    page.save(&tx).await.unwrap_err();
    tx.rollback().await?;
    assert_eq!(page.version, 1);
    page.text = "good".to_owned();
    page.save(&db).await?;

    let tx = db.begin().await?;
    page.save(&tx).await?;
    tx.rollback().await?;
    let error = page.save(&db).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Stale { .. }) && error.to_string().contains("was rolled back"),
        "{error}"
    );
    page.refresh(&db).await?;
    page.save(&db).await?;

    let mut tx = db.begin().await?;
    let undone = tx.savepoint(async |tx| {
        page.save(tx).await?;
        Err::<(), _>(Error::other("no"))
    });
    undone.await.unwrap_err();
    assert!(matches!(page.save(&tx).await.unwrap_err().kind(), ErrorKind::Stale { .. }));
    Ok(())
}
