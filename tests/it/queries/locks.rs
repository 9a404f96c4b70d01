//! Locked rows, and numbers of rows and columns.

use expect_test::expect;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database, on_postgres};

on_each_database!(
    rule_67_numbers_of_no_rows_of_null_and_of_some_rows,
    rule_67_numbers_of_each_type,
    rule_70_a_lock_is_for_a_transaction
);
on_postgres!(rule_70_two_workers_take_different_rows, rule_70_locked_rows_do_not_hinder_rows_that_point_to_them);

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Job {
    #[key]
    id: Id<Job>,
    name: String,
    size: i32,
    weight: Option<i64>,
    ratio: f64,
    short: f32,
    tiny: u8,
}

async fn jobs(db: &Db) -> Result<[Job; 3]> {
    let job = |name: &str, size, weight| Job {
        name: name.to_owned(),
        size,
        weight,
        ratio: 0.5,
        short: 0.1,
        tiny: 255,
        ..Job::default()
    };
    let mut jobs = [job("a", i32::MAX, None), job("b", i32::MAX, Some(5)), job("c", 1, Some(8))];
    Job::create_many(db, &mut jobs).await?;
    Ok(jobs)
}

async fn rule_67_numbers_of_no_rows_of_null_and_of_some_rows(database: &Database) -> TestResult {
    let db = database.with_tables::<Job>().await?;
    jobs(&db).await?;
    let none = || Job::filter(|job| job.name.eq("none"));
    assert_eq!((none().count(&db).await?, none().exists(&db).await?, none().ids(&db).await?), (0, false, vec![]));
    assert_eq!((none().max(&db, |job| job.size).await?, none().min(&db, |job| job.name).await?), (None, None));
    assert_eq!((none().sum(&db, |job| job.size).await?, none().sum(&db, |job| job.ratio).await?), (0, 0.0));
    assert_eq!(none().avg(&db, |job| job.size).await?, None);

    let null = || Job::filter(|job| job.weight.is_null());
    assert_eq!((null().max(&db, |job| job.weight).await?, null().min(&db, |job| job.weight).await?), (None, None));
    assert_eq!((null().sum(&db, |job| job.weight).await?, null().avg(&db, |job| job.weight).await?), (0, None));
    assert_eq!(Job::query().sum(&db, |job| job.weight).await?, 13);
    // An average of integers is no integer.
    assert_eq!(Job::query().avg(&db, |job| job.weight).await?, Some(6.5));

    let two = || Job::order_by(|job| job.name.desc()).limit(2);
    assert_eq!((two().count(&db).await?, two().exists(&db).await?), (2, true));
    assert_eq!(
        (two().min(&db, |job| job.name).await?, two().max(&db, |job| job.size).await?),
        (Some("b".to_owned()), Some(i32::MAX))
    );
    assert_eq!((two().sum(&db, |job| job.weight).await?, two().avg(&db, |job| job.weight).await?), (13, Some(6.5)));
    assert_eq!(two().offset(1).max(&db, |job| job.weight).await?, Some(5));
    assert_eq!((two().limit(0).count(&db).await?, two().limit(0).max(&db, |job| job.size).await?), (0, None));
    assert_eq!(two().offset(9).values(|job| job.name).first(&db).await?, None);
    Ok(())
}

async fn rule_67_numbers_of_each_type(database: &Database) -> TestResult {
    let db = database.with_tables::<Job>().await?;
    jobs(&db).await?;
    let all = Job::query;
    // More than an `i32` and a `u8` hold.
    assert_eq!(all().sum(&db, |job| job.size).await?, 2 * i64::from(i32::MAX) + 1);
    assert_eq!(all().sum(&db, |job| job.tiny).await?, 765);
    assert_eq!(all().avg(&db, |job| job.tiny).await?, Some(255.0));
    assert!((all().sum(&db, |job| job.ratio).await? - 1.5).abs() < 1e-12);
    assert!((all().sum(&db, |job| job.short).await? - 0.3).abs() < 1e-6);
    assert_eq!((all().max(&db, |job| job.short).await?, all().min(&db, |job| job.tiny).await?), (Some(0.1), Some(255)));
    assert_eq!(all().max(&db, |job| job.id).await?, Some(Id::new(3)));
    all().update(&db, |job| job.weight.set(i64::MAX)).await?;
    assert!(all().sum(&db, |job| job.weight).await.is_err());
    assert_eq!(all().max(&db, |job| job.weight).await?, Some(i64::MAX));
    Ok(())
}

async fn rule_70_a_lock_is_for_a_transaction(database: &Database) -> TestResult {
    let db = database.with_tables::<Job>().await?;
    let jobs = jobs(&db).await?;
    for error in [
        Job::query().for_update().all(&db).await.map(drop).unwrap_err(),
        Job::query().skip_locked().first(&db).await.map(drop).unwrap_err(),
        Job::query().for_update().ids(&db).await.map(drop).unwrap_err(),
        Job::query().for_update().stream(&db).next().await.unwrap().map(drop).unwrap_err(),
    ] {
        expect!["a lock on rows of `Job` ends with the statement on a `Db`, so that it locks nothing: pass the `&mut Tx` in which the rows are written"]
            .assert_eq(&error.to_string());
    }
    let mut tx = db.begin().await?;
    let first = || Job::query().for_update().limit(1);
    assert_eq!(first().all(&tx).await?, jobs[..1]);
    tx.savepoint(async |tx| {
        assert_eq!(first().skip_locked().values(|job| job.name).one(&*tx).await?, "a");
        first().skip_locked().update(&*tx, |job| job.size.set(7)).await?;
        assert_eq!(first().skip_locked().delete(&*tx).await?, 1);
        Ok(())
    })
    .await?;
    tx.commit().await?;
    assert_eq!(Job::all(&db).await?, jobs[1..]);
    Ok(())
}

async fn rule_70_two_workers_take_different_rows(database: &Database) -> TestResult {
    let db = database.with_tables::<Job>().await?;
    assert!(!is_sqlite(&db));
    jobs(&db).await?;
    let next = || Job::query().skip_locked().limit(1);
    let mut one = db.begin().await?;
    let two = db.begin().await?;
    assert_eq!(next().one(&one).await?.name, "a");
    assert_eq!(next().one(&two).await?.name, "b");
    // Also what changes the rows.
    let three = db.begin().await?;
    assert_eq!(next().update(&three, |job| job.size.set(9)).await?, 1);
    assert_eq!(Job::query().skip_locked().update(&two, |job| job.size.set(8)).with_signals().await?, 1);
    assert_eq!(next().delete(&db).await?, 0);
    // A lock of a savepoint that is undone is released.
    three.rollback().await?;
    let undone: Result<()> = one
        .savepoint(async |tx| {
            assert_eq!(next().offset(0).values(|job| job.name).all(&*tx).await?, ["a"]);
            assert_eq!(Job::filter(|job| job.name.eq("c")).skip_locked().count(&*tx).await?, 1);
            assert_eq!(Job::filter(|job| job.name.eq("c")).skip_locked().all(&*tx).await?.len(), 1);
            Err("undone".into())
        })
        .await;
    assert!(undone.is_err());
    // The savepoint is undone with the next statement.
    Job::query().count(&one).await?;
    assert_eq!(Job::filter(|job| job.name.eq("c")).skip_locked().delete(&two).with_signals().await?, 1);
    one.commit().await?;
    two.commit().await?;
    let left = Job::query().values(|job| (job.name, job.size)).all(&db).await?;
    assert_eq!(left, [("a".to_owned(), i32::MAX), ("b".to_owned(), 8)]);
    Ok(())
}

async fn rule_70_locked_rows_do_not_hinder_rows_that_point_to_them(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default)]
    struct Plan {
        #[key]
        id: Id<Plan>,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Step {
        #[key]
        id: Id<Step>,
        #[foreign_key(on_delete = cascade)]
        plan: Option<Id<Plan>>,
    }

    let db = database.with_tables::<(Plan, Step)>().await?;
    let mut plan = Plan::default();
    plan.save(&db).await?;
    let tx = db.begin().await?;
    Plan::query().for_update().all(&tx).await?;
    let mut step = Step { plan: Some(plan.id), ..Step::default() };
    step.save(&db).await?;
    // Only the rows of the model itself are locked, not those that are read with them.
    let other = db.begin().await?;
    let locked = Step::with(|step| step.plan).for_update().all(&other).await?;
    assert_eq!(locked.len(), 1);
    tx.commit().await?;
    other.commit().await?;
    Ok(())
}
