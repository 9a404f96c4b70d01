//! Making tables and changing them, and the signals round it: rule 53 of `docs/behaviour.md`. Receivers of these signals are called
//! for every database of their binary, so this is a binary of its own.
#![allow(missing_docs, reason = "a test")]

use std::sync::atomic::{AtomicU32, Ordering};

use expect_test::expect;
use signals::ErrorKind;
use signals::migrate::Plan;
use signals::migrate::{post_migrate, pre_migrate};
use signals::model::registered_models;
use signals::prelude::*;
use tokio::sync::{Mutex, MutexGuard};

#[allow(unused, reason = "it is there for other tests as well")]
#[path = "it/databases.rs"]
mod databases;
#[allow(unused, reason = "it is there for other tests as well")]
#[path = "it/log.rs"]
mod log;
use databases::{Database, Schema, TestResult, on_each_database};
use log::Log;

on_each_database!(
    rule_53_create_tables_also_sends_its_signals_when_there_is_nothing_to_do,
    rule_53_a_receiver_that_fails_undoes_the_tables,
    a_table_that_cannot_be_made_undoes_the_others
);

#[model]
#[derive(Debug, Default)]
struct Country {
    #[key]
    id: Id<Country>,
    #[unique]
    code: String,
}

#[model]
#[derive(Debug, Default)]
struct City {
    #[key]
    id: Id<City>,
    #[foreign_key(on_delete = cascade)]
    country: Option<Id<Country>>,
    name: String,
}

static LOG: Log = Log::new();
/// What the receivers do, as one of the constants below.
static MODE: AtomicU32 = AtomicU32::new(NOTE);
const NOTE: u32 = 0;
const SEED: u32 = 1;
const FAIL_BEFORE: u32 = 2;
const FAIL_AFTER: u32 = 3;

#[receiver(pre_migrate)]
async fn before(plan: &Plan, tx: &mut Tx) -> Result<()> {
    LOG.note(format!("before: {plan}, {}", tables(tx).await?));
    match MODE.load(Ordering::Relaxed) {
        FAIL_BEFORE => Err(Error::other("not now")),
        _ => Ok(()),
    }
}

#[receiver(post_migrate)]
async fn after(plan: &Plan, tx: &mut Tx) -> Result<()> {
    LOG.note(format!("after: {plan}, {}", tables(tx).await?));
    match MODE.load(Ordering::Relaxed) {
        SEED if Country::by_code(tx, "be").await?.is_some() => Ok(()),
        SEED => Country { code: "be".to_owned(), ..Country::default() }.save(tx).await,
        FAIL_AFTER => {
            Country { code: "jp".to_owned(), ..Country::default() }.save(tx).await?;
            Err(Error::other("too late"))
        }
        _ => Ok(()),
    }
}

/// The receivers belong to one test at a time.
async fn alone(mode: u32) -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::const_new(());
    let alone = ONE.lock().await;
    MODE.store(mode, Ordering::Relaxed);
    LOG.take();
    alone
}

/// The tables that are there.
async fn tables(tx: &Tx) -> Result<String> {
    let sql = if tx.db().url().starts_with("sqlite") {
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    } else {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    };
    let mut names = Vec::new();
    tx.for_each_row(sql, &(), &mut |row| {
        names.push(row.get::<String>(0)?);
        Ok(())
    })
    .await?;
    Ok(format!("{names:?}"))
}

async fn tables_of(db: &Db) -> String {
    let tx = db.begin().await.unwrap();
    let tables = tables(&tx).await.unwrap();
    tx.rollback().await.unwrap();
    tables
}

async fn rule_53_create_tables_also_sends_its_signals_when_there_is_nothing_to_do(database: &Database) -> TestResult {
    let _alone = alone(SEED).await;
    let db = database.connect().await?;
    db.create_tables_of::<Country>().await?;
    db.create_tables_of::<(City, Country)>().await?;
    db.create_tables().await?;
    assert_eq!(Country::all(&db).await?.len(), 1);
    LOG.is(&expect![[r#"
        before: make the table `countries`, []
        after: make the table `countries`, ["countries"]
        before: make the table `cities`, ["countries"]
        after: make the table `cities`, ["cities", "countries"]
        before: nothing to do, ["cities", "countries"]
        after: nothing to do, ["cities", "countries"]
    "#]]);
    assert_eq!(registered_models().len(), 2);
    Ok(())
}

async fn rule_53_a_receiver_that_fails_undoes_the_tables(database: &Database) -> TestResult {
    for (mode, text) in [(FAIL_BEFORE, "not now"), (FAIL_AFTER, "too late")] {
        let _alone = alone(mode).await;
        let database = database.another().await;
        let db = database.connect().await?;
        let error = db.create_tables().await.unwrap_err();
        let ErrorKind::Receiver(receiver) = error.kind() else { panic!("{error}") };
        assert_eq!(receiver.signal, if mode == FAIL_BEFORE { "pre_migrate" } else { "post_migrate" });
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(tables_of(&db).await, "[]");
    }
    Ok(())
}

#[tokio::test]
async fn rule_53_the_signals_can_be_received_at_run_time_too() -> TestResult {
    let _alone = alone(NOTE).await;
    let guard = signals::migrate::PostMigrate::SIGNAL
        .connect_async(|event| {
            Box::pin(async move {
                let Plan::Tables(models) = event.plan else { panic!("{}", event.plan) };
                LOG.note(format!("connected: {}", models[0].name));
                Ok::<(), Error>(())
            })
        })
        .into_guard();
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Country>().await?;
    drop(guard);
    assert!(LOG.take().ends_with("connected: Country\n"));
    Ok(())
}

/// Two programs that start at the same time, on one file or one schema.
async fn pairs(test: &str) -> (Vec<(Db, Db)>, Option<Schema>, std::path::PathBuf) {
    let file = std::env::temp_dir().join(format!("signals-{test}-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let url = format!("sqlite:{}", file.display());
    let mut pairs = vec![(Db::connect(&url).await.unwrap(), Db::connect(&url).await.unwrap())];
    let schema = Schema::new().await;
    if let Some(schema) = &schema {
        // Whatever isolation is the default, what the other has done is seen.
        let url = format!("{}%20-c%20default_transaction_isolation%3Dserializable", schema.url());
        pairs.push((Db::connect(&url).await.unwrap(), Db::connect(&url).await.unwrap()));
    }
    (pairs, schema, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn create_tables_may_run_in_several_programs_at_a_time() -> TestResult {
    let _alone = alone(SEED).await;
    let (pairs, _schema, file) = pairs("create-tables").await;
    for (first, second) in pairs {
        let tasks: Vec<_> = [&first, &second, &first, &second]
            .map(|db| {
                let db = db.clone();
                tokio::spawn(async move { db.create_tables().await })
            })
            .into();
        for task in tasks {
            task.await??;
        }
        let log = LOG.take();
        assert_eq!(log.matches("after: make the tables `countries` and `cities`").count(), 1, "{log}");
        assert_eq!(log.matches("after: nothing to do").count(), 3, "{log}");
    }
    std::fs::remove_file(file)?;
    Ok(())
}
#[cfg(feature = "migrate")]
mod migrations {
    // `log` is the module of the tests.
    use ::log as log_crate;
    use signals::migrate::{Migration, Runner, Target};

    use std::sync::Once;

    use super::*;

    on_each_database!(
        a_migration_is_logged_once,
        rule_53_a_receiver_that_fails_undoes_the_migrations,
        line_breaks_of_another_system_are_no_change,
        a_file_that_was_added_since_the_build_is_refused_in_debug_builds,
        rule_53_migrate_applies_what_was_not_applied_and_says_so,
        rule_53_a_failing_migration_is_named_and_leaves_nothing,
        a_migration_cannot_end_its_transaction,
        migrations_that_do_not_fit_what_was_applied_are_refused,
        the_settings_of_a_runner_are_kept,
        migrations_that_refinery_applied_with_the_line_breaks_of_windows_are_known,
        a_migration_with_the_line_breaks_of_windows_that_fails_is_named,
        a_folder_of_migrations_is_embedded,
        a_database_gets_the_migrations_of_its_folder,
        a_migration_without_foreign_keys_checks_them_at_its_end,
        no_migration_at_all_is_refused
    );

    const COUNTRY: (&str, &str) = ("V1__country", "CREATE TABLE countries (code TEXT PRIMARY KEY)");
    const CITY: (&str, &str) = (
        "V2__city",
        "CREATE TABLE cities (id BIGINT PRIMARY KEY, name TEXT NOT NULL);
         -- A statement is more than its first line; and a text may hold one.
         INSERT INTO cities VALUES (1, 'Ghent; or not');",
    );

    /// The table in which refinery notes what was applied is there as well.
    async fn names(db: &Db) -> String {
        tables_of(db).await.replace(", \"refinery_schema_history\"", "").replace("\"refinery_schema_history\"", "")
    }

    /// What refinery writes to the log.
    static REFINERY: Log = Log::new();

    struct Refinery;

    impl log_crate::Log for Refinery {
        fn enabled(&self, _: &log_crate::Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &log_crate::Record<'_>) {
            if record.target().starts_with("refinery") {
                REFINERY.note(record.args());
            }
        }

        fn flush(&self) {}
    }

    async fn a_migration_is_logged_once(database: &Database) -> TestResult {
        static SET: Once = Once::new();

        let _alone = alone(NOTE).await;
        SET.call_once(|| log_crate::set_logger(&Refinery).unwrap());
        log_crate::set_max_level(log_crate::LevelFilter::Trace);
        let db = database.connect().await?;
        db.migrate([COUNTRY, CITY]).await?;
        db.migrate([COUNTRY, CITY]).await?;
        REFINERY.is(&expect![[r#"
            schema history table is empty, going to apply all migrations
            applying migration: V1__country
            applying migration: V2__city
            current version: 2
            no migrations to apply
        "#]]);
        log_crate::set_max_level(log_crate::LevelFilter::Off);
        drop(LOG.take());
        Ok(())
    }

    async fn rule_53_migrate_applies_what_was_not_applied_and_says_so(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        db.migrate([COUNTRY]).await?;
        let plan = db.migrate([COUNTRY, CITY]).await?;
        let Plan::Migrations(migrations) = &plan else { panic!("{plan}") };
        assert_eq!((migrations[0].version, migrations[0].name.as_str()), (2, "city"));
        assert!(db.migrate([CITY, COUNTRY]).await?.is_empty());
        let log = LOG.take().replace(", \"refinery_schema_history\"", "").replace("\"refinery_schema_history\"", "");
        expect![[r#"
            before: apply V1__country, []
            after: apply V1__country, ["countries"]
            before: apply V2__city, ["countries"]
            after: apply V2__city, ["cities", "countries"]
            before: nothing to do, ["cities", "countries"]
            after: nothing to do, ["cities", "countries"]
        "#]]
        .assert_eq(&log);
        let mut name = String::new();
        db.for_each_row("SELECT name FROM cities", &(), &mut |row| {
            name = row.get(0)?;
            Ok(())
        })
        .await?;
        assert_eq!(name, "Ghent; or not");
        Ok(())
    }

    async fn rule_53_a_failing_migration_is_named_and_leaves_nothing(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let broken = ("V3__broken", "CREATE TABLE lake (id BIGINT); INSERT INTO cities VALUES (1, 'again')");
        let db = database.connect().await?;
        let error = db.migrate([COUNTRY, CITY, broken]).await.unwrap_err();
        let ErrorKind::Migration { migration, source } = error.kind() else { panic!("{error}") };
        assert_eq!(migration, "V3__broken");
        assert!(matches!(source.kind(), ErrorKind::Unique { .. }), "{source}");
        expect![[r#"the migration `V3__broken` failed, and nothing was migrated: another row of `cities` has the same `id`: use another value, or change the row that is there"#]]
            .assert_eq(&error.to_string());
        assert_eq!(tables_of(&db).await, "[]", "not even those that were good");

        // Also when they are handed over as one.
        let list: Vec<Migration> =
            [COUNTRY, CITY, broken].map(|(name, sql)| Migration::unapplied(name, sql).unwrap()).into();
        let error = db.migrate(Runner::new(&list).set_grouped(true)).await.unwrap_err();
        assert!(error.to_string().starts_with("the migration `V3__broken` failed"), "{error}");

        // What is good by then is applied.
        db.migrate([COUNTRY, CITY]).await?;
        let error = db.migrate([COUNTRY, CITY, ("V3__nonsense", "CREATE TABEL lake (id BIGINT)")]).await.unwrap_err();
        assert!(error.to_string().contains("V3__nonsense"), "{error}");
        assert!(error.to_string().contains("syntax error"), "{error}");
        assert_eq!(names(&db).await, r#"["cities", "countries"]"#);
        LOG.take();
        Ok(())
    }

    async fn rule_53_a_receiver_that_fails_undoes_the_migrations(database: &Database) -> TestResult {
        for mode in [FAIL_BEFORE, FAIL_AFTER] {
            let _alone = alone(mode).await;
            let database = database.another().await;
            let db = database.connect().await?;
            let error = db.migrate([COUNTRY, CITY]).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Receiver(_)), "{error}");
            assert_eq!(tables_of(&db).await, "[]");
        }
        Ok(())
    }

    async fn a_migration_cannot_end_its_transaction(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        let error = db.migrate([("V1__a", "CREATE TABLE a (b BIGINT); COMMIT; CREATE TABLE c (d BIGINT)")]).await;
        let text = error.unwrap_err().to_string();
        assert!(text.contains("`V1__a`") && text.contains("ended the transaction"), "{text}");
        Ok(())
    }

    async fn migrations_that_do_not_fit_what_was_applied_are_refused(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        let mut texts = String::new();
        let mut note = |result: Result<Plan>| {
            let error = result.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::MigrationHistory { .. }), "{error}");
            texts.extend([error.to_string().as_str(), "\n"]);
        };
        note(db.migrate([COUNTRY, ("V1__city", "SELECT 1")]).await);
        note(db.migrate([("users", "SELECT 1")]).await);
        note(db.migrate([("V99999999999__users", "SELECT 1")]).await);
        db.migrate([COUNTRY, ("V3__nothing", "SELECT 1")]).await?;
        note(db.migrate([COUNTRY]).await);
        note(db.migrate([COUNTRY, CITY, ("V3__nothing", "SELECT 1")]).await);
        note(db.migrate([COUNTRY, ("V3__nothing", "SELECT 2")]).await);
        note(db.migrate([COUNTRY, ("V3__something", "SELECT 1")]).await);
        expect![[r#"
            the migrations do not fit, `V1__country` and `V1__city` have one number: rename the one that was applied nowhere yet
            the migrations do not fit, `users`: the name of a migration is `V`, a number, two underscores and a word, as in `V1__users`
            the migrations do not fit, `V99999999999__users`: the number of a migration is a whole one, and below 2147483648
            the migrations do not fit, the database has applied `V3__nothing`, which this program does not have: put it back, or run the program that has it
            the migrations do not fit, `V2__city` was not applied, and others with higher numbers were: give it a number after them
            the migrations do not fit, `V3__nothing` was changed after the database had applied it: put it back as it was, and write the change as another migration
            the migrations do not fit, the database has applied `V3__nothing`, and here it is `V3__something`: put the applied one back, and give the other one a number after all that were applied
        "#]]
        .assert_eq(&texts);
        assert_eq!(names(&db).await, r#"["countries"]"#);
        Ok(())
    }

    async fn the_settings_of_a_runner_are_kept(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        let list: Vec<Migration> = [COUNTRY, CITY].map(|(name, sql)| Migration::unapplied(name, sql).unwrap()).into();
        let mut first = Runner::new(&list).set_target(Target::Version(1));
        first.set_migration_table_name("done");
        assert_eq!(db.migrate(first).await?.to_string(), "apply V1__country");
        assert_eq!(tables_of(&db).await, r#"["countries", "done"]"#);
        let mut rest = Runner::new(&list).set_grouped(true);
        rest.set_migration_table_name("done");
        assert_eq!(db.migrate(rest).await?.to_string(), "apply V2__city");
        Ok(())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn migrate_may_run_in_several_programs_at_a_time() -> TestResult {
        let _alone = alone(NOTE).await;
        let (pairs, _schema, file) = pairs("migrate").await;
        for (first, second) in pairs {
            let tasks: Vec<_> = [&first, &second, &first, &second]
                .map(|db| {
                    let db = db.clone();
                    tokio::spawn(async move { db.migrate([COUNTRY, CITY]).await })
                })
                .into();
            let mut plans = Vec::new();
            for task in tasks {
                plans.push(task.await??.to_string());
            }
            plans.sort();
            assert_eq!(plans, ["apply V1__country and V2__city", "nothing to do", "nothing to do", "nothing to do"]);
        }
        std::fs::remove_file(file)?;
        Ok(())
    }

    /// The same file, checked out on another system.
    const LINES: [(&str, &str); 2] = [
        ("V1__lake", "CREATE TABLE lake (\n  name TEXT\n);\nINSERT INTO lake VALUES ('two\nlines');\n"),
        ("V1__lake", "CREATE TABLE lake (\r\n  name TEXT\r\n);\r\nINSERT INTO lake VALUES ('two\r\nlines');\r\n"),
    ];

    fn listed(migrations: &[(&str, &str)]) -> Vec<Migration> {
        migrations.iter().map(|(name, sql)| Migration::unapplied(name, sql).unwrap()).collect()
    }

    async fn line_breaks_of_another_system_are_no_change(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        for (first, second) in [(LINES[0], LINES[1]), (LINES[1], LINES[0]), (LINES[1], LINES[1])] {
            let database = database.another().await;
            let db = database.connect().await?;
            assert_eq!(db.migrate([first]).await?.to_string(), "apply V1__lake");
            assert_eq!(db.migrate([second]).await?.to_string(), "nothing to do");
            assert!(db.migrate(Runner::new(&listed(&[second]))).await?.is_empty());
            let plan = db.migrate([second, ("V2__sea", "CREATE TABLE sea (\r\n name TEXT)")]).await?;
            assert_eq!(plan.to_string(), "apply V2__sea");
            // One and the same row, however the file was checked out.
            assert_eq!(db.query_one::<String>("SELECT name FROM lake", &()).await?, "two\nlines");
            let sql = "SELECT checksum FROM refinery_schema_history WHERE version = 1";
            let noted: String = db.query_one(sql, &()).await?;
            assert_eq!(noted, listed(&[LINES[0]])[0].checksum().to_string());
            LOG.take();
        }
        Ok(())
    }

    async fn migrations_that_refinery_applied_with_the_line_breaks_of_windows_are_known(
        database: &Database,
    ) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        db.migrate([LINES[0]]).await?;
        let noted = listed(&[LINES[1]])[0].checksum();
        db.batch(&format!("UPDATE refinery_schema_history SET checksum = '{noted}'")).await?;
        for here in LINES {
            assert!(db.migrate([here]).await?.is_empty());
        }
        let changed = ("V1__lake", "CREATE TABLE lake (\r\n  name TEXT NOT NULL\r\n);\r\n");
        let error = db.migrate([changed]).await.unwrap_err();
        assert!(error.to_string().contains("`V1__lake` was changed after"), "{error}");
        LOG.take();
        Ok(())
    }

    async fn a_migration_with_the_line_breaks_of_windows_that_fails_is_named(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        let error = db.migrate([("V1__lake", "CREATE\r\nTABEL lake")]).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Migration { migration, .. } if migration == "V1__lake"), "{error}");
        LOG.take();
        Ok(())
    }

    mod by_refinery {
        refinery::embed_migrations!("examples/migrations");
    }

    async fn a_folder_of_migrations_is_embedded(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        let plan = db.migrate(signals::migrate::embed_migrations!("examples/migrations")).await?;
        assert_eq!(plan.to_string(), "apply V1__countries and V2__capitals");
        // That of refinery finds the same.
        assert!(db.migrate(by_refinery::migrations::runner()).await?.is_empty());
        LOG.take();
        Ok(())
    }

    async fn a_database_gets_the_migrations_of_its_folder(database: &Database) -> TestResult {
        use signals::migrate::Embedded;

        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        let embedded =
            Embedded::per_database("migrations", None, &[("V1__of_sqlite", "SELECT 1")], &[("V1__of_postgres", "")]);
        let expected = if databases::is_sqlite(&db) { "apply V1__of_sqlite" } else { "apply V1__of_postgres" };
        assert_eq!(db.migrate(embedded).await?.to_string(), expected);
        LOG.take();
        Ok(())
    }

    /// PostgreSQL has no such setting, and needs none.
    async fn a_migration_without_foreign_keys_checks_them_at_its_end(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        if !databases::is_sqlite(&db) {
            return Ok(());
        }
        let first = "CREATE TABLE a (id INTEGER PRIMARY KEY);
            CREATE TABLE b (a INTEGER REFERENCES a ON DELETE CASCADE); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1), (1);";
        let rebuild = "pragma foreign_keys=off;
            CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO new (id) SELECT id FROM a;
            DROP TABLE a; ALTER TABLE new RENAME TO a;";
        let drop = "PRAGMA foreign_keys = OFF; DELETE FROM a;";
        db.migrate([("V1__tables", first)]).await?;
        db.migrate([("V1__tables", first), ("V2__rebuild", rebuild)]).await?;
        assert_eq!(db.query_one::<i64>("SELECT count(*) FROM b", &()).await?, 2);
        let error =
            db.migrate([("V1__tables", first), ("V2__rebuild", rebuild), ("V3__drop", drop)]).await.unwrap_err();
        expect![[r#"after the migrations, the row 1 of `b` points to a row of `a` that does not exist, and so does another one: delete such rows in the migration, or point them to others"#]]
            .assert_eq(&error.to_string());
        // They are on again, after a commit and after a rollback.
        assert_eq!(db.query_one::<i64>("SELECT count(*) FROM a", &()).await?, 1);
        assert!(db.execute("INSERT INTO b VALUES (2)", &()).await.is_err());
        LOG.take();
        Ok(())
    }

    async fn no_migration_at_all_is_refused(database: &Database) -> TestResult {
        let _alone = alone(NOTE).await;
        let db = database.connect().await?;
        for result in [
            db.migrate(Runner::new(&[])).await,
            db.migrate(Vec::<Migration>::new()).await,
            db.migrate([(); 0].map(|()| ("", ""))).await,
        ] {
            expect!["the migrations do not fit, there are none: a folder of them has files such as `V1__users.sql`"]
                .assert_eq(&result.unwrap_err().to_string());
        }
        assert_eq!(tables_of(&db).await, "[]");
        Ok(())
    }

    async fn a_file_that_was_added_since_the_build_is_refused_in_debug_builds(database: &Database) -> TestResult {
        use signals::migrate::Embedded;

        let _alone = alone(NOTE).await;
        let folder = std::env::temp_dir().join(format!("signals-migrations-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("later"))?;
        let path: &'static str = folder.display().to_string().leak();
        let embedded = Embedded::new("migrations", Some(path), &[COUNTRY]);
        for file in ["V1__country.sql", "README.md", "later/V2__city.sql"] {
            std::fs::write(folder.join(file), "")?;
        }
        let db = database.connect().await?;
        let error = db.migrate(embedded).await.unwrap_err();
        expect![[r#"the migrations do not fit, `V2__city.sql` is in the folder `migrations` and not in this program, which was built before: build it again, and let Cargo see new files by a `build.rs` with `println!("cargo::rerun-if-changed=migrations")`"#]]
            .assert_eq(&error.to_string());
        assert_eq!(tables_of(&db).await, "[]");
        // A release is not asked, and on another machine there is no folder.
        for folder in [None, Some("/no/such/folder")] {
            db.migrate(Embedded::new("migrations", folder, &[COUNTRY])).await?;
        }
        LOG.take();
        std::fs::remove_dir_all(folder)?;
        Ok(())
    }
}

async fn a_table_that_cannot_be_made_undoes_the_others(database: &Database) -> TestResult {
    let _alone = alone(NOTE).await;
    let db = database.connect().await?;
    db.execute("CREATE VIEW cities AS SELECT 1 AS one", &()).await?;
    // The index of the model goes on a table, and this is none.
    let error = db.create_tables().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Database { .. }), "{error}");
    assert!(!tables_of(&db).await.contains("countries"));
    Ok(())
}
