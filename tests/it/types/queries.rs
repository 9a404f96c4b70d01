//! SQL of the caller, whose rows are models, tuples and columns.

use expect_test::expect;
use signals::ErrorKind;
use signals::db::Params;
use signals::db::{FromRow, Row};
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(
    models_are_read_by_the_names_of_their_columns,
    what_is_selected_must_be_what_the_model_has,
    tuples_and_single_columns_are_read_by_their_positions,
    one_row_is_neither_none_nor_two,
    a_struct_of_ones_own_reads_its_columns,
    rule_54_models_of_a_query_are_loaded,
    placeholders_mean_the_same_parameters_on_every_database,
    placeholders_that_are_ambiguous_are_refused_before_the_database_sees_them,
    the_question_mark_of_postgresql_is_written_twice
);

#[model(table = "query user")]
#[derive(Debug, Clone, Default, PartialEq)]
struct User {
    #[key]
    id: Id<User>,
    #[column(name = "user name")]
    name: String,
    visits: Option<i64>,
    #[skip]
    cache: u8,
}

async fn ann_and_bob(db: &Db) -> (User, User) {
    let mut ann = User { name: "ann".to_owned(), visits: Some(3), ..User::default() };
    let mut bob = User { name: "bob".to_owned(), ..User::default() };
    ann.save(db).await.unwrap();
    bob.save(db).await.unwrap();
    (ann, bob)
}

async fn models_are_read_by_the_names_of_their_columns(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    let (ann, bob) = ann_and_bob(&db).await;
    let query = r#"SELECT visits AS "VISITS", 7 AS other, "user name", id FROM "query user" ORDER BY id DESC"#;
    assert_eq!(db.query_as::<User>(query, &()).await?, [bob.clone(), ann.clone()]);

    let by_name = r#"SELECT * FROM "query user" WHERE "user name" = ?"#;
    assert_eq!(db.query_one::<User>(by_name, &("ann",)).await?, ann);
    let tx = db.begin().await?;
    assert_eq!(tx.query_optional::<User>(by_name, &("bob",)).await?, Some(bob.clone()));
    let executor: &dyn Executor = &tx;
    assert_eq!(executor.query_optional::<User>(by_name, &("eve",)).await?, None);
    let update = r#"UPDATE "query user" SET visits = 9 WHERE id = ? RETURNING *"#;
    assert_eq!(tx.query_one::<User>(update, &(bob.id,)).await?.visits, Some(9));
    tx.rollback().await?;
    Ok(())
}

async fn what_is_selected_must_be_what_the_model_has(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    ann_and_bob(&db).await;
    let error = db.query_as::<User>(r#"SELECT id, visits FROM "query user""#, &()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NotSelected { model, column } if model == "User" && column == "user name")
    );
    expect!["the answer has no column `user name`, and `User` has one: add it to the SELECT"]
        .assert_eq(&error.to_string());

    let join = r#"SELECT * FROM "query user" a JOIN "query user" b ON a.id < b.id"#;
    let error = db.query_as::<User>(join, &()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::SelectedTwice { model, column } if model == "User" && column == "id"));
    expect!["the answer has several columns `id`, and `User` has one: select those of its table alone, as in `SELECT t.* FROM .. AS t`"].assert_eq(&error.to_string());
    let join = r#"SELECT b.* FROM "query user" a JOIN "query user" b ON a.id < b.id"#;
    assert_eq!(db.query_one::<User>(join, &()).await?.name, "bob");

    let error = db.query_as::<User>(r#"SELECT id, id AS "user name", visits FROM "query user""#, &()).await;
    expect!["cannot read the column `user name`, expected text, found the integer 1: change the type of the field, or the stored value"].assert_eq(&error.unwrap_err().to_string());
    Ok(())
}

async fn tuples_and_single_columns_are_read_by_their_positions(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    let (ann, bob) = ann_and_bob(&db).await;
    let query = r#"SELECT "user name", visits, id FROM "query user" ORDER BY id"#;
    let rows: Vec<(String, Option<i64>, Id<User>)> = db.query_as(query, &()).await?;
    assert_eq!(rows, [("ann".to_owned(), Some(3), ann.id), ("bob".to_owned(), None, bob.id)]);
    let names = db.query_as::<String>(r#"SELECT "user name" FROM "query user" ORDER BY 1"#, &()).await?;
    assert_eq!(names, ["ann", "bob"]);
    let count = r#"SELECT count(*) FROM "query user""#;
    assert_eq!(db.query_one::<(i64,)>(count, &()).await?, (2,));
    // Deeper than one: no row, and a row with NULL.
    let visits = r#"SELECT visits FROM "query user" WHERE "user name" = ?"#;
    assert_eq!(db.query_optional::<Option<i64>>(visits, &("bob",)).await?, Some(None));
    assert_eq!(db.query_optional::<Option<i64>>(visits, &("eve",)).await?, None);

    for error in [
        db.query_as::<(String, i64)>(query, &()).await.map(drop).unwrap_err(),
        db.query_as::<String>(query, &()).await.map(drop).unwrap_err(),
    ] {
        assert!(error.to_string().starts_with("the answer has 3 columns, and is read as "), "{error}");
    }
    let error = db.query_as::<i64>(r#"SELECT visits FROM "query user" ORDER BY id"#, &()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Column { column, .. } if column == "visits"));
    Ok(())
}

async fn one_row_is_neither_none_nor_two(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    ann_and_bob(&db).await;
    let none = db.query_one::<User>(r#"SELECT * FROM "query user" WHERE id < 0"#, &()).await.unwrap_err();
    expect![[r#"`SELECT * FROM "query user" WHERE id < 0` found no row, and one is wanted: look at its conditions, or use `query_optional`"#]].assert_eq(&none.to_string());
    for two in [
        db.query_one::<User>(r#"SELECT * FROM "query user""#, &()).await.map(drop).unwrap_err(),
        db.query_optional::<User>(r#"SELECT * FROM "query user""#, &()).await.map(drop).unwrap_err(),
    ] {
        expect![[
            r#"`SELECT * FROM "query user"` found several rows, and one is wanted: add a condition, or use `query_as`"#
        ]]
        .assert_eq(&two.to_string());
    }
    assert!(db.query_as::<i64>("COMMIT", &()).await.is_err());
    let write = r#"DELETE FROM "query user" RETURNING id"#;
    let refused = db.query_as::<i64>(write, &()).await.unwrap_err().to_string();
    assert!(refused.contains("only reads"), "{refused}");
    assert_eq!(User::all(&db).await?.len(), 2);
    Ok(())
}

async fn a_struct_of_ones_own_reads_its_columns(database: &Database) -> TestResult {
    #[derive(Debug, PartialEq)]
    struct Count {
        name: String,
        times: i64,
    }

    impl FromRow for Count {
        fn from_row(row: &Row<'_>) -> Result<Self> {
            Ok(Self { times: row.named("times")?, name: row.named("NAME")? })
        }
    }

    let db = database.with_tables::<User>().await?;
    let count: Count = db.query_one("SELECT 'a' AS name, 2 AS times, 3 AS other", &()).await?;
    assert_eq!(count, Count { name: "a".to_owned(), times: 2 });
    for (query, expected) in [
        ("SELECT 'a' AS name", "there is no column `times` in the answer"),
        ("SELECT 'a' AS name, 1 AS times, 2 AS times", "there are several columns `times` in the answer"),
    ] {
        let error = db.query_one::<Count>(query, &()).await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    Ok(())
}

async fn rule_54_models_of_a_query_are_loaded(database: &Database) -> TestResult {
    static LOG: crate::log::Log = crate::log::Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Note {
        #[key]
        id: Id<Note>,
        text: String,
    }

    #[receiver(post_load, sender = Note)]
    fn loaded(instance: &mut Note) {
        instance.text.push('!');
        LOG.note(&instance.text);
    }

    let db = database.with_tables::<Note>().await?;
    for text in ["a", "b"] {
        Note { text: text.to_owned(), ..Note::default() }.save(&db).await?;
    }
    let notes = db.query_as::<Note>("SELECT text, id FROM notes ORDER BY id", &()).await?;
    assert_eq!(notes[1].text, "b!");
    LOG.is(&expect![[r#"
        a!
        b!
    "#]]);
    db.query_as::<(String,)>("SELECT text FROM notes", &()).await?;
    LOG.is(&expect![""]);
    assert!(is_sqlite(&db) || db.url().starts_with("postgres"));
    Ok(())
}

async fn placeholders_mean_the_same_parameters_on_every_database(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Pair {
        #[key]
        id: Id<Pair>,
        a: i64,
        b: i64,
    }

    let db = database.with_tables::<Pair>().await?;
    let text = |sql: &str| if is_sqlite(&db) { sql.replace("::bigint", "") } else { sql.to_owned() };
    let values = ["?::bigint, ?::bigint", "$1::bigint, $2::bigint", "?1::bigint, ?2::bigint", "?1::bigint, $2::bigint"];
    for values in values {
        let sql = text(&format!("SELECT {values}"));
        assert_eq!(db.query_one::<(i64, i64)>(&sql, &(1, 2)).await?, (1, 2), "{sql}");
    }
    for values in ["$2::bigint, $1::bigint", "?2::bigint, ?1::bigint"] {
        let sql = text(&format!("SELECT {values}"));
        assert_eq!(db.query_one::<(i64, i64)>(&sql, &(1, 2)).await?, (2, 1), "{sql}");
        let tx = db.begin().await?;
        assert_eq!(tx.query_as::<(i64, i64)>(&sql, &(1, 2)).await?, [(2, 1)]);
        let mut read = Vec::new();
        let each = &mut |row: &Row<'_>| {
            read.push((row.get::<i64>(0)?, row.get::<i64>(1)?));
            Ok(())
        };
        tx.for_each_row(&sql, &(1, 2), each).await?;
        tx.commit().await?;
        let each = &mut |row: &Row<'_>| {
            read.push((row.get::<i64>(0)?, row.get::<i64>(1)?));
            Ok(())
        };
        db.for_each_row(&sql, &(1, 2), each).await?;
        assert_eq!(read, [(2, 1), (2, 1)]);
        let executor: &dyn Executor = &db;
        assert_eq!(executor.query_optional::<(i64, i64)>(&sql, &(1, 2)).await?, Some((2, 1)));
    }

    assert_eq!(db.execute("INSERT INTO pairs (a, b) VALUES ($2, $1)", &(1, 2)).await?, 1);
    let tx = db.begin().await?;
    assert_eq!(tx.execute("INSERT INTO pairs (a, b) VALUES (?2, 2 * ?1)", &(3, 4)).await?, 1);
    tx.commit().await?;
    let pairs = || async { db.query_as::<(i64, i64)>("SELECT a, b FROM pairs ORDER BY id", &()).await.unwrap() };
    assert_eq!(pairs().await, [(2, 1), (4, 6)]);

    // In a condition they stand among those of the values.
    let seven = Pair { a: 7, b: 8, ..Pair::default() };
    let fields = Pair::fields().a | Pair::fields().b;
    for condition in ["a = $2 AND b = $1", "a = ?2 AND b = ?1"] {
        assert_eq!(Pair::update_where(&db, fields, &seven, condition, &(1, 2)).await?, 1, "{condition}");
        let two = Pair { a: 2, b: 1, ..Pair::default() };
        let back = Pair::update_where(&db, fields, &two, "a = ? AND b = ?", &(7, 8)).with_signals();
        assert_eq!(back.await?, 1);
    }
    assert_eq!(Pair::delete_where(&db, "a = $2 AND b = $1", &(6, 4)).await?.total(), 1);
    assert_eq!(Pair::delete_where(&db, "a = $2 AND b = $1", &(1, 2)).with_signals().await?.total(), 1);
    assert!(pairs().await.is_empty());
    Ok(())
}

async fn placeholders_that_are_ambiguous_are_refused_before_the_database_sees_them(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    User { name: "ann".to_owned(), ..User::default() }.save(&db).await?;
    let tx = db.begin().await?;
    let mut refused = String::new();
    for (condition, params) in [
        ("id = ? OR id = ?1", &(1,) as &dyn Params),
        ("id = :id", &(1,)),
        ("id = @id", &(1,)),
        ("id = $id", &(1,)),
        ("id = ?2", &(1,)),
        ("id = ?1", &(1, 2)),
        ("id = $1 OR id = $3", &(1, 2, 3)),
    ] {
        let sql = format!(r#"SELECT id FROM "query user" WHERE {condition}"#);
        let error = tx.query_as::<i64>(&sql, params).await.unwrap_err().to_string();
        let delete = format!(r#"DELETE FROM "query user" WHERE {condition}"#);
        assert_eq!(db.execute(&delete, params).await.unwrap_err().to_string(), error);
        let deleted = User::delete_where(&db, condition, params).await.unwrap_err().to_string();
        assert_eq!(
            deleted.replace("the condition", "the statement").replace("in the condition", "in the statement"),
            error
        );
        let (fields, user) = (User::fields().visits, User::default());
        let updated = User::update_where(&db, fields, &user, condition, params).await.unwrap_err().to_string();
        assert_eq!(updated, deleted);
        refused += error.split_once("; the operator").map_or(&*error, |(error, _)| error);
        refused += "\n";
    }
    // PostgreSQL would have given up the transaction.
    assert_eq!(tx.query_as::<i64>(r#"SELECT id FROM "query user""#, &()).await?.len(), 1);
    tx.commit().await?;
    expect![[r#"
        the statement has `?` as well as `?1`: number all of its placeholders, or none
        `:id` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
        `@id` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
        `$id` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
        the statement has a placeholder for parameter 2, and the parameters are 1: correct its number
        the statement has 1 placeholder, and the parameters are 2: pass one for each
        parameter 2 has no placeholder in the statement: write it as `?2`, or leave it out
    "#]]
    .assert_eq(&refused);
    Ok(())
}

async fn the_question_mark_of_postgresql_is_written_twice(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    if is_sqlite(&db) {
        let error = db.query_as::<bool>("SELECT 'a' ?? 'b'", &()).await.unwrap_err();
        expect!["`??` is the operator `?` of PostgreSQL, and SQLite has none: write `?` for a parameter"]
            .assert_eq(&error.to_string());
    } else {
        let sql = r#"SELECT '{"a": 1}'::jsonb ?? ?, '["b"]'::jsonb ??| ARRAY['b', 'c'], '{"a": 1}'::jsonb @?? '$.b ? (@ > 0)'"#;
        assert_eq!(db.query_one::<(bool, bool, bool)>(sql, &("a",)).await?, (true, true, false));
    }
    Ok(())
}
