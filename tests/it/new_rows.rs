//! docs/behaviour.md, "Saving", rule 15: which rows are new.

use expect_test::expect;
use signals::Column;
use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(rule_15_pre_save_may_set_the_key, rule_15_a_filter_and_a_closure_can_ask_as_well);

// Rule 15.
mod unset_keys {
    use super::*;

    on_each_database!(rule_15_a_key_that_nothing_has_set_is_an_error_instead_of_an_update_of_another_row);

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Number {
        #[key]
        id: i64,
        text: String,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Small {
        #[key]
        id: u8,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Country {
        #[key]
        code: String,
        #[unique]
        name: String,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Bytes {
        #[key]
        hash: Vec<u8>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Column)]
    struct Isbn(String);

    impl signals::model::Key for Isbn {}
    impl<M> signals::model::KeyOf<M> for Isbn {
        type Me = Self;
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Book {
        #[key]
        isbn: Isbn,
    }

    async fn rule_15_a_key_that_nothing_has_set_is_an_error_instead_of_an_update_of_another_row(
        database: &Database,
    ) -> TestResult {
        let db = database.with_tables::<(Number, Small, Country, Bytes, Book)>().await?;
        let mut first = Number { text: "first".to_owned(), ..Number::default() };
        first.create(&db).await?;
        let second = || Number { text: "second".to_owned(), ..Number::default() };
        let tx = db.begin().await?;
        let in_transaction = second().save(&tx).await.unwrap_err().to_string();
        drop(tx);
        let errors = [
            second().save(&db).await.unwrap_err().to_string(),
            in_transaction,
            Small::default().save(&db).await.unwrap_err().to_string(),
            Country::default().save(&db).await.unwrap_err().to_string(),
            Bytes::default().save(&db).await.unwrap_err().to_string(),
            Book::default().save(&db).await.unwrap_err().to_string(),
        ];
        expect![[r#"
            the key of `Number` is 0, which is what `Default` gives: set it before saving, or insert it with `create`
            the key of `Number` is 0, which is what `Default` gives: set it before saving, or insert it with `create`
            the key of `Small` is 0, which is what `Default` gives: set it before saving, or insert it with `create`
            the key of `Country` is empty, which is what `Default` gives: set it before saving, or insert it with `create`
            the key of `Bytes` is empty, which is what `Default` gives: set it before saving, or insert it with `create`
            the key of `Book` is empty, which is what `Default` gives: set it before saving, or insert it with `create`"#]]
        .assert_eq(&errors.join("\n"));
        assert!(
            matches!(second().save(&db).await.unwrap_err().kind(), ErrorKind::UnsetKey { model, .. } if model == "Number")
        );
        assert_eq!(Number::all(&db).await?, [first.clone()], "nothing was overwritten");

        // What names the row, or inserts it, takes any key.
        first.text = "changed".to_owned();
        first.save_fields(&db, Number::fields().text).await?;
        first.refresh(&db).await?;
        assert_eq!(first.text, "changed");
        assert!(matches!(second().create(&db).await.unwrap_err().kind(), ErrorKind::Unique { .. }));
        assert!(!second().update_or_create(&db, FieldSet::empty(), Number::fields().text).await?);
        assert_eq!(first.delete(&db).await?.total(), 1);
        Number::create_many(&db, &mut [second()]).await?;
        Small::default().create(&db).await?;
        Country::create_many(&db, &mut [Country::default()]).await?;
        assert!(!Country::default().get_or_create(&db, FieldSet::empty()).await?);
        Number { id: -1, ..second() }.save(&db).await?;
        assert_eq!(Number::all(&db).await?.len(), 2);
        Ok(())
    }
}

// Rules 15, 18.
async fn rule_15_pre_save_may_set_the_key(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Page {
        #[key]
        slug: String,
        title: String,
    }

    #[receiver(pre_save, sender = Page)]
    fn slug(instance: &mut Page) {
        instance.slug = instance.title.to_lowercase();
    }

    let db = database.with_tables::<Page>().await?;
    let mut page = Page { title: "News".to_owned(), ..Page::default() };
    page.save(&db).await?;
    assert_eq!(Page::all(&db).await?, [page]);
    assert!(matches!(Page::default().save(&db).await.unwrap_err().kind(), ErrorKind::UnsetKey { .. }));
    Ok(())
}

// Rule 15.
mod is_new {
    use super::*;

    on_each_database!(rule_15_pre_save_can_ask_whether_the_row_is_new);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Country {
        #[key]
        code: String,
        name: String,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Order {
        #[key]
        #[default(format!("order {}", 1))]
        number: String,
        paid: bool,
    }

    #[receiver(pre_save, sender = [Country, User, Order])]
    fn before<M: Model>(instance: &M, adding: bool) {
        LOG.note(format!("{} adding {adding}", M::META.name));
        let _: &M = instance;
    }

    #[receiver(post_save, sender = [Country, User, Order])]
    fn after<M: Model>(instance: &M, created: bool) {
        LOG.note(format!("{} created {created}", M::META.name));
        let _: &M = instance;
    }

    async fn rule_15_pre_save_can_ask_whether_the_row_is_new(database: &Database) -> TestResult {
        let db = database.with_tables::<(Country, User, Order)>().await?;
        let mut belgium = Country { code: "be".to_owned(), name: "Belgium".to_owned() };
        belgium.save(&db).await?;
        belgium.save(&db).await?;
        belgium.save_fields(&db, Country::fields().name).await?;
        Country { code: "nl".to_owned(), ..belgium.clone() }.create(&db).await?;
        LOG.is(&expect![[r#"
            Country adding true
            Country created true
            Country adding false
            Country created false
            Country adding false
            Country created false
            Country adding true
            Country created true
        "#]]);

        let mut ann = User::default();
        ann.save(&db).await?;
        ann.save(&db).await?;
        User { id: Id::new(700), ..User::default() }.save(&db).await?;
        User::create_many(&db, &mut [User::default()]).with_signals().await?;
        User::update_where(&db, User::fields().name, &ann, "id = ?", &(700,)).with_signals().await?;
        LOG.is(&expect![[r#"
            User adding true
            User created true
            User adding false
            User created false
            User adding true
            User created true
            User adding true
            User created true
            User adding false
            User created false
        "#]]);

        let mut order = Order::default();
        order.save(&db).await?;
        order.save(&db).await?;
        LOG.is(&expect![[r#"
            Order adding true
            Order created true
            Order adding false
            Order created false
        "#]]);
        Ok(())
    }
}

// Rule 15.
async fn rule_15_a_filter_and_a_closure_can_ask_as_well(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Country {
        #[key]
        code: String,
    }

    #[receiver(pre_save, sender = Country, when = |event| event.adding)]
    fn first(instance: &Country) {
        LOG.note(format!("first {}", instance.code));
    }

    let db = database.with_tables::<Country>().await?;
    let mut belgium = Country { code: "be".to_owned() };
    belgium.save(&db).await?;
    belgium.save(&db).await?;
    assert_eq!(LOG.take(), "first be\n");
    let guard = Country::PRE_SAVE.connect_scoped(|event| LOG.note(format!("closure {}", event.adding)));
    Country { code: "nl".to_owned() }.save(&db).await?;
    belgium.save(&db).await?;
    assert_eq!(LOG.take(), "first nl\nclosure true\nclosure false\n");
    drop(guard);
    Ok(())
}
