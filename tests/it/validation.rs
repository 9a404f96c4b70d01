//! docs/behaviour.md, "validation", rules 57 and 58.

use signals::ErrorKind;
use signals::error::FieldErrors;
use signals::model::Validate;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_57_a_row_is_validated_before_pre_save_and_any_sql,
    rule_57_only_the_errors_of_written_fields_are_reported,
    rule_57_each_way_to_write_a_whole_row_validates_it,
    rule_57_what_has_no_row_is_not_validated,
    rule_57_a_refused_save_breaks_the_transaction_of_the_caller,
    rule_57_the_rules_of_garde_are_collected,
    rule_58_an_error_is_turned_into_errors_of_fields,
    rule_58_a_receiver_refuses_values_of_fields
);

#[model(table = "validated_slot", unique(room, start))]
#[derive(Debug, Default, Clone, PartialEq)]
struct Slot {
    #[key]
    id: Id<Slot>,
    #[unique]
    name: String,
    room: i64,
    start: i64,
    end: i64,
    #[update(1)]
    saves: i64,
}

impl Validate for Slot {
    fn validate(&self) -> Result<(), FieldErrors> {
        let (fields, mut errors) = (Self::fields(), FieldErrors::new());
        if self.name.is_empty() {
            errors.add(fields.name, "is empty");
        }
        if self.end < self.start {
            errors.add(fields.start | fields.end, "must be in order");
        }
        if self.saves != 1 {
            errors.add(fields.saves, "is not set before");
        }
        if self.room < 0 {
            errors.add_general("there is no such room");
        }
        errors.into_result()
    }
}

fn slot(name: &str, start: i64) -> Slot {
    Slot { name: name.to_owned(), start, end: start + 1, ..Slot::default() }
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid { model: Some(model), .. } if model == "Slot"), "{error}");
    error.to_string()
}

async fn rule_57_a_row_is_validated_before_pre_save_and_any_sql(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct Named {
        #[key]
        id: Id<Named>,
        name: String,
        #[update(7)]
        saves: i64,
    }

    impl Validate for Named {
        fn validate(&self) -> Result<(), FieldErrors> {
            LOG.note("validate");
            let empty = || [("name", "is empty")].into_iter().collect();
            if self.name.is_empty() { Err(empty()) } else { Ok(()) }
        }
    }

    #[receiver(pre_save, sender = Named)]
    fn before(instance: &mut Named) {
        LOG.note("pre_save");
        instance.name.clear();
    }

    let db = database.with_tables::<Named>().await?;
    let mut named = Named::default();
    let error = named.save(&db).await.unwrap_err();
    assert_eq!(error.to_string(), "the row of `Named` is not valid (`name`: is empty): correct it, and save it again");
    assert_eq!(LOG.take(), "validate\n");
    assert_eq!((named.id, named.saves), (Id::UNSET, 0));

    // What a receiver changes is not validated again.
    named.name = "ann".to_owned();
    named.save(&db).await?;
    assert_eq!(LOG.take(), "validate\npre_save\n");
    assert_eq!(Named::all(&db).await?.len(), 1);
    Ok(())
}

async fn rule_57_only_the_errors_of_written_fields_are_reported(database: &Database) -> TestResult {
    let db = database.with_tables::<Slot>().await?;
    let mut stored = slot("a", 5);
    stored.save(&db).await?;
    let fields = Slot::fields();

    stored.name = String::new();
    stored.end = 0;
    stored.room = -1;
    assert_eq!(
        invalid(stored.save(&db).await),
        "the row of `Slot` is not valid (`name`: is empty; `start`: must be in order; `end`: must be in order; there is no such \
         room): correct it, and save it again"
    );
    assert_eq!(
        invalid(stored.save_fields(&db, fields.end | fields.room).await),
        "the row of `Slot` is not valid (`end`: must be in order): correct it, and save it again"
    );
    stored.save_fields(&db, fields.room).await?;
    assert_eq!(Slot::get(&db, stored.id).await?, Some(Slot { room: -1, ..slot_with(&stored, 5) }));

    stored.name = "a".to_owned();
    stored.start = -7;
    assert!(!stored.update_or_create(&db, fields.name, fields.start).await?);
    stored.start = 99;
    assert!(invalid(stored.update_or_create(&db, fields.name, fields.start).await).contains("`start`"));
    assert_eq!(Slot::get(&db, stored.id).await?.map(|slot| slot.start), Some(-7));
    Ok(())
}

fn slot_with(stored: &Slot, start: i64) -> Slot {
    Slot { id: stored.id, saves: 1, ..slot("a", start) }
}

async fn rule_57_each_way_to_write_a_whole_row_validates_it(database: &Database) -> TestResult {
    let db = database.with_tables::<Slot>().await?;
    let fields = Slot::fields();
    let text = "the row of `Slot` is not valid (`name`: is empty): correct it, and save it again";
    let bad = || slot("", 1);
    assert_eq!(invalid(bad().save(&db).await), text);
    assert_eq!(invalid(bad().create(&db).await), text);
    assert_eq!(invalid(bad().get_or_create(&db, fields.name).await), text);
    assert_eq!(invalid(bad().update_or_create(&db, fields.name, fields.end).await), text);
    assert_eq!(invalid(bad().upsert(&db, fields.name, fields.end).await), text);
    let mut rows = [slot("a", 1), slot("", 2), slot("", 3)];
    let text = "the row of `Slot` at index 1 is not valid (`name`: is empty): correct it, and save it again";
    assert_eq!(invalid(Slot::create_many(&db, &mut rows).await), text);
    assert_eq!(invalid(Slot::create_many(&db, &mut rows).with_signals().await), text);
    assert!(rows.iter().all(|row| row.id.is_unset() && row.saves == 0));
    assert!(Slot::all(&db).await?.is_empty());

    slot("a", 1).save(&db).await?;
    slot("b", 2).create(&db).await?;
    slot("c", 3).get_or_create(&db, fields.name).await?;
    slot("d", 4).update_or_create(&db, fields.name, fields.end).await?;
    slot("e", 5).upsert(&db, fields.name, fields.end).await?;
    Slot::create_many(&db, &mut [slot("f", 6), slot("g", 7)]).await?;
    assert_eq!(Slot::all(&db).await?.len(), 7);
    Ok(())
}

async fn rule_57_what_has_no_row_is_not_validated(database: &Database) -> TestResult {
    let db = database.with_tables::<Slot>().await?;
    let mut stored = slot("a", 5);
    stored.save(&db).await?;
    let values = Slot { end: 6, ..Slot::default() };
    assert_eq!(Slot::update_where(&db, Slot::fields().end, &values, "true", &()).await?, 1);

    // Each row is loaded and saved.
    let values = Slot { end: 2, ..Slot::default() };
    let update = Slot::update_where(&db, Slot::fields().end, &values, "true", &()).with_signals().await;
    assert!(invalid(update).contains("(`end`: must be in order)"));
    db.execute("UPDATE validated_slot SET name = ''", &()).await?;
    let read = Slot::get(&db, stored.id).await?.unwrap();
    assert_eq!((read.name.as_str(), read.end), ("", 6));

    #[cfg(feature = "fixtures")]
    {
        let dumped = db.dump_fixture_of::<Slot>().await?;
        assert_eq!(db.load_fixture_of::<Slot>(&dumped).await?, 1);
    }
    stored.delete(&db).await?;
    Ok(())
}

async fn rule_57_a_refused_save_breaks_the_transaction_of_the_caller(database: &Database) -> TestResult {
    let db = database.with_tables::<Slot>().await?;
    let tx = db.begin().await?;
    let mut bad = slot("", 1);
    assert!(Validate::validate(&bad).is_err());
    slot("a", 5).save(&tx).await?;
    invalid(bad.save(&tx).await);
    let error = slot("b", 7).save(&tx).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Broken { .. }), "{error}");
    tx.rollback().await?;
    assert!(Slot::all(&db).await?.is_empty());
    Ok(())
}

async fn rule_58_an_error_is_turned_into_errors_of_fields(database: &Database) -> TestResult {
    #[model(table = "validated_other")]
    #[derive(Debug, Default)]
    struct Other {
        #[key]
        id: Id<Other>,
        #[foreign_key(on_delete = cascade)]
        parent: Id<Other>,
    }

    let db = database.with_tables::<(Slot, Other)>().await?;
    let errors = |error: Error| error.field_errors::<Slot>().map(|errors| errors.to_string());
    slot("a", 5).save(&db).await?;
    assert_eq!(
        errors(slot("a", 6).save(&db).await.unwrap_err()).as_deref(),
        Some("`name`: another row has the same value")
    );
    assert_eq!(
        errors(slot("b", 5).save(&db).await.unwrap_err()).as_deref(),
        Some("`room`: another row has the same room and start; `start`: another row has the same room and start")
    );
    let error = slot("", 5).save(&db).await.unwrap_err();
    let invalid = error.field_errors::<Slot>().unwrap();
    assert_eq!(invalid.of(Slot::fields().name).collect::<Vec<_>>(), ["is empty"]);
    assert_eq!(invalid.of(Slot::fields().start).count(), 0);
    assert!(error.field_errors::<Other>().is_none());

    let error = Other::default().save(&db).await.unwrap_err();
    assert_eq!(
        error.field_errors::<Other>().map(|errors| errors.to_string()).as_deref(),
        Some("`parent`: has no value")
    );
    assert_eq!(errors(error), None);
    if !is_sqlite(&db) {
        let error = errors(slot("\0", 9).save(&db).await.unwrap_err()).unwrap();
        assert!(error.starts_with("`name`: cannot be stored: "), "{error}");
    }
    assert_eq!(errors(Error::other("another failure")), None);
    Ok(())
}

async fn rule_58_a_receiver_refuses_values_of_fields(database: &Database) -> TestResult {
    #[model(table = "validated_user")]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        id: Id<User>,
        email: String,
    }

    #[model(table = "validated_profile")]
    #[derive(Debug, Default)]
    struct Profile {
        #[key]
        id: Id<Profile>,
        #[unique]
        email: String,
    }

    #[receiver(pre_save, sender = User)]
    fn only_ours(instance: &User) -> Result {
        let mut errors = FieldErrors::new();
        if !instance.email.ends_with("@example.com") {
            errors.add(User::fields().email, "is not an address of example.com");
        }
        Ok(errors.into_result()?)
    }

    #[receiver(post_save, sender = User)]
    async fn profile(instance: &User, tx: &mut Tx) -> Result {
        Profile { email: instance.email.clone(), ..Profile::default() }.save(tx).await
    }

    let db = database.with_tables::<(User, Profile)>().await?;
    let user = |email: &str| User { email: email.to_owned(), ..User::default() };
    let error = user("ann@other.com").save(&db).await.unwrap_err();
    assert!(error.to_string().contains("the row is not valid (`email`: is not an address of example.com)"), "{error}");
    let errors = error.field_errors::<User>().unwrap();
    assert_eq!(errors.to_string(), "`email`: is not an address of example.com");

    user("ann@example.com").save(&db).await?;
    // The field of the profile is not that of the user.
    let error = user("ann@example.com").save(&db).await.unwrap_err();
    assert!(error.field_errors::<User>().is_none());
    assert!(error.field_errors::<Profile>().is_some());
    Ok(())
}

async fn rule_57_the_rules_of_garde_are_collected(database: &Database) -> TestResult {
    #[derive(Debug, Default, garde::Validate)]
    struct Address {
        #[garde(length(min = 1))]
        city: String,
    }

    #[model(table = "validated_member")]
    #[derive(Debug, Default, garde::Validate)]
    struct Member {
        #[key]
        #[garde(skip)]
        id: Id<Member>,
        #[garde(length(min = 3), ascii)]
        name: String,
        #[garde(range(min = 18))]
        age: i64,
        #[skip]
        #[garde(dive)]
        address: Address,
    }

    impl Validate for Member {
        fn validate(&self) -> Result<(), FieldErrors> {
            let invalid = |report: garde::Report| report.into_inner().into_iter().collect();
            garde::Validate::validate(self).map_err(invalid)
        }
    }

    let db = database.with_tables::<Member>().await?;
    let mut member = Member { name: "\u{e9}".to_owned(), ..Member::default() };
    let errors = member.save(&db).await.unwrap_err().field_errors::<Member>().unwrap();
    // In the order of the struct.
    let expected =
        "`name`: not ascii, length is lower than 3; `age`: lower than 18; `address.city`: length is lower than 1";
    assert_eq!(errors.to_string(), expected);
    assert_eq!(errors.of(Member::fields().name).collect::<Vec<_>>(), ["not ascii", "length is lower than 3"]);
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn rule_58_errors_of_fields_are_a_map_in_json() -> TestResult {
    let mut errors = FieldErrors::new();
    errors.add(Slot::fields().name, "is empty");
    errors.add(Slot::fields().name, "is \"short\"");
    errors.add_general("there is no such room");
    errors.add_named("room.floor", "is too high");
    let json = serde_json::to_string(&errors)?;
    assert_eq!(
        json,
        r#"{"name":["is empty","is \"short\""],"__all__":["there is no such room"],"room.floor":["is too high"]}"#
    );
    let read: FieldErrors = serde_json::from_str(&json)?;
    assert_eq!(read.of(Slot::fields().room).collect::<Vec<_>>(), ["is too high"]);
    assert!(FieldErrors::new().into_result().is_ok());
    Ok(())
}
