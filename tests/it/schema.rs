//! Tables, and how they differ from the models.

use std::time::Duration;

use expect_test::expect;
use signals::ConnectOptions;
use signals::ErrorKind;
use signals::prelude::*;

#[cfg(feature = "postgres")]
use crate::databases::on_postgres;
use crate::databases::{Database, Schema, TestResult, is_sqlite, on_each_database};
use signals::model::ModelSet;

#[cfg(feature = "postgres")]
on_postgres!(the_table_is_looked_for_where_statements_look_for_it);

on_each_database!(
    several_fields_can_be_unique_together,
    several_fields_can_share_an_index,
    tables_that_create_tables_made_fit_their_models,
    a_table_that_differs_from_its_model_says_how,
    what_the_database_does_on_delete_is_what_the_model_says,
    what_is_wider_than_the_model_fits,
    a_column_that_is_missing_is_named_with_its_model,
    models_may_need_one_another
);

async fn several_fields_can_be_unique_together(database: &Database) -> TestResult {
    #[model(unique(team, number), unique(r#type, team))]
    #[derive(Default, Clone)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[column(name = "the team")]
        team: String,
        number: i64,
        r#type: Option<i64>,
    }

    let db = database.with_tables::<Player>().await?;
    let player = |team: &str, number, r#type| Player { team: team.to_owned(), number, r#type, ..Player::default() };
    player("red", 1, None).save(&db).await?;
    player("red", 2, Some(1)).save(&db).await?;
    player("blue", 1, Some(1)).save(&db).await?;

    let error = player("red", 1, Some(5)).save(&db).await.unwrap_err();
    expect![
        "another row of `Player` has the same `team` and `number`: use another value, or change the row that is there"
    ]
    .assert_eq(&error.to_string());
    let error = player("blue", 7, Some(1)).save(&db).await.unwrap_err();
    let ErrorKind::Unique { fields, .. } = error.kind() else { panic!("{error}") };
    assert_eq!(*fields, ["type", "team"]);
    // NULLs are not equal to one another.
    player("red", 3, None).save(&db).await?;

    assert_eq!(Player::META.composites.len(), 2);
    // What is there is left as it is.
    db.create_tables_of::<Player>().await?;
    Ok(())
}

async fn several_fields_can_share_an_index(database: &Database) -> TestResult {
    #[model(index(last, first), index(first, last))]
    #[derive(Default, Clone)]
    struct Person {
        #[key]
        id: Id<Person>,
        first: String,
        last: String,
    }

    let db = database.with_tables::<Person>().await?;
    let ann = || Person { first: "ann".to_owned(), last: "lee".to_owned(), ..Person::default() };
    ann().save(&db).await?;
    ann().save(&db).await?;
    let sql = if is_sqlite(&db) {
        "SELECT group_concat(name, ',') FROM (SELECT l.name AS list, i.name FROM pragma_index_list('people') l, \
         pragma_index_info(l.name) i ORDER BY l.seq DESC, i.seqno) GROUP BY list ORDER BY min(list)"
    } else {
        "SELECT substring(indexdef FROM '\\((.*)\\)') FROM pg_indexes WHERE schemaname = current_schema() \
         AND indexname LIKE '%_idx' ORDER BY indexname"
    };
    let mut indexes = Vec::new();
    db.for_each_row(sql, &(), &mut |row| {
        indexes.push(row.get::<String>(0)?.replace(' ', ""));
        Ok(())
    })
    .await?;
    indexes.sort();
    assert_eq!(indexes, ["first,last", "last,first"]);
    Ok(())
}

/// The lines of what differs, each after the name of the model.
async fn differences<M: ModelSet>(db: &Db) -> String {
    match db.check_schema_of::<M>().await.map_err(Error::into_kind) {
        Ok(()) => "nothing".to_owned(),
        Err(ErrorKind::Schema(differences)) => {
            differences.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

async fn tables_that_create_tables_made_fit_their_models(database: &Database) -> TestResult {
    #[model(unique(team, number), index(number, name), table = "Odd \"players\"")]
    #[derive(Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[foreign_key(on_delete = cascade)]
        team: Id<Team>,
        #[one_to_one(on_delete = set_null)]
        captain_of: Option<Id<Team>>,
        number: i64,
        #[unique]
        #[column(name = "the name")]
        name: String,
        #[index]
        height: Option<f64>,
        picture: Vec<u8>,
        is_fit: bool,
    }

    #[model]
    #[derive(Default)]
    struct Team {
        #[key]
        id: Id<Team>,
        #[foreign_key(on_delete = do_nothing, related_name = "founded")]
        founder: Option<Id<Player>>,
        #[foreign_key(on_delete = protect)]
        town: Option<Id<Town>>,
    }

    #[model]
    struct Town {
        #[key]
        id: Id<Town>,
        name: String,
    }

    #[model]
    struct Setting {
        #[key]
        name: String,
        value: Option<String>,
    }

    let db = database.with_tables::<(Player, Team, Town, Setting)>().await?;
    assert_eq!(differences::<(Player, Team, Town, Setting)>(&db).await, "nothing");
    Ok(())
}

async fn a_table_that_differs_from_its_model_says_how(database: &Database) -> TestResult {
    #[model(table = "users", unique(team, nick), index(age, nick))]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
        nick: String,
        team: Option<i64>,
        age: i64,
        email: Option<String>,
        phone: String,
        #[foreign_key(on_delete = cascade)]
        parent: Option<Id<User>>,
        #[foreign_key(on_delete = cascade, related_name = "friends")]
        friend: Option<Id<User>>,
    }

    #[model]
    struct Missing {
        #[key]
        id: Id<Missing>,
    }

    let db = database.connect().await?;
    let (id, team) = if is_sqlite(&db) { ("INTEGER PRIMARY KEY", "INTEGER") } else { ("BIGINT PRIMARY KEY", "BIGINT") };
    db.batch(&format!(
        "CREATE TABLE others (id {id});
         CREATE TABLE users (
             id {id}, name TEXT NOT NULL, nick TEXT, team {team} NOT NULL, age TEXT NOT NULL,
             parent_id {team}, friend_id {team} REFERENCES others (id),
             extra TEXT NOT NULL, filled TEXT NOT NULL DEFAULT 'x', more TEXT
         );
         CREATE UNIQUE INDEX part ON users (name) WHERE more IS NOT NULL;
         CREATE INDEX friends ON users (friend_id, id);",
    ))
    .await?;
    let found = differences::<(User, Missing)>(&db).await;
    if is_sqlite(&db) {
        expect![[r#"
            `User`: nothing keeps two rows of `users` from having the same `name`: CREATE UNIQUE INDEX IF NOT EXISTS "users_name_7bbb38c2_uniq" ON "users" ("name")
            `User`: the column `nick` of `users` may be NULL, and the field is no `Option`: make the field an `Option`, or the column NOT NULL
            `User`: the column `team` of `users` takes no NULL, and the field is an `Option`: let the column take it, or make the field no `Option`
            `User`: the column `age` of `users` is `TEXT`, and the field is stored as `INTEGER`: change the type of the field, or that of the column
            `User`: the table `users` has no column `email`: ALTER TABLE "users" ADD COLUMN "email" TEXT
            `User`: the table `users` has no column `phone`: add it, with a value for the rows that are there
            `User`: the table `users` has no index over `parent_id`: CREATE INDEX IF NOT EXISTS "users_parent_id_9a1b8bbf_idx" ON "users" ("parent_id")
            `User`: nothing keeps `parent_id` of `users` from pointing to a row of `users` that is not there: add a foreign key, for which SQLite needs the table to be rebuilt
            `User`: the column `friend_id` of `users` points to `others.id`, and the field to `users.id`: change the type of the field, or the foreign key
            `User`: nothing keeps two rows of `users` from having the same `team`, `nick`: CREATE UNIQUE INDEX IF NOT EXISTS "users_team_nick_0621a017_uniq" ON "users" ("team", "nick")
            `User`: the table `users` has no index over `age`, `nick`: CREATE INDEX IF NOT EXISTS "users_age_nick_02982db7_idx" ON "users" ("age", "nick")
            `User`: the column `extra` of `users` must have a value, and no field gives it one: add a field, or give the column a default
            `Missing`: there is no table `missings`: make it with `db.create_tables()` or a migration
        "#]]
        .assert_eq(&found);
    } else {
        expect![[r#"
            `User`: the database gives new rows of `users` no `id`, and the key is an `Id`: ALTER TABLE "users" ALTER COLUMN "id" ADD GENERATED BY DEFAULT AS IDENTITY
            `User`: nothing keeps two rows of `users` from having the same `name`: CREATE UNIQUE INDEX IF NOT EXISTS "users_name_7bbb38c2_uniq" ON "users" ("name")
            `User`: the column `nick` of `users` may be NULL, and the field is no `Option`: ALTER TABLE "users" ALTER COLUMN "nick" SET NOT NULL
            `User`: the column `team` of `users` takes no NULL, and the field is an `Option`: ALTER TABLE "users" ALTER COLUMN "team" DROP NOT NULL
            `User`: the column `age` of `users` is `text`, and the field is stored as `BIGINT`: change the type of the field, or that of the column
            `User`: the table `users` has no column `email`: ALTER TABLE "users" ADD COLUMN "email" TEXT
            `User`: the table `users` has no column `phone`: add it, with a value for the rows that are there
            `User`: the table `users` has no index over `parent_id`: CREATE INDEX IF NOT EXISTS "users_parent_id_9a1b8bbf_idx" ON "users" ("parent_id")
            `User`: nothing keeps `parent_id` of `users` from pointing to a row of `users` that is not there: ALTER TABLE "users" ADD FOREIGN KEY ("parent_id") REFERENCES "users" ("id") DEFERRABLE INITIALLY IMMEDIATE
            `User`: the column `friend_id` of `users` points to `others.id`, and the field to `users.id`: change the type of the field, or the foreign key
            `User`: nothing keeps two rows of `users` from having the same `team`, `nick`: CREATE UNIQUE INDEX IF NOT EXISTS "users_team_nick_0621a017_uniq" ON "users" ("team", "nick")
            `User`: the table `users` has no index over `age`, `nick`: CREATE INDEX IF NOT EXISTS "users_age_nick_02982db7_idx" ON "users" ("age", "nick")
            `User`: the column `extra` of `users` must have a value, and no field gives it one: ALTER TABLE "users" ALTER COLUMN "extra" DROP NOT NULL
            `Missing`: there is no table `missings`: make it with `db.create_tables()` or a migration
        "#]]
        .assert_eq(&found);
    }
    Ok(())
}

async fn what_the_database_does_on_delete_is_what_the_model_says(database: &Database) -> TestResult {
    #[model]
    struct Team {
        #[key]
        id: Id<Team>,
    }

    #[model]
    struct Player {
        #[key]
        id: Id<Player>,
        #[foreign_key(on_delete = cascade, related_name = "a")]
        followed: Id<Team>,
        #[foreign_key(on_delete = protect, related_name = "b")]
        nulled: Option<Id<Team>>,
        #[foreign_key(on_delete = db_cascade, related_name = "c")]
        kept: Id<Team>,
        #[foreign_key(on_delete = restrict, related_name = "d")]
        refused: Id<Team>,
        #[foreign_key(on_delete = set_null, related_name = "e")]
        pair: Option<Id<Team>>,
        #[foreign_key(on_delete = do_nothing, related_name = "f")]
        not_ours: Id<Team>,
        #[foreign_key(on_delete = db_cascade, related_name = "g")]
        agreed: Id<Team>,
    }

    let db = database.connect().await?;
    let id = if is_sqlite(&db) { "INTEGER PRIMARY KEY" } else { "BIGSERIAL PRIMARY KEY" };
    let columns = [
        ("followed_id", "NOT NULL", "ON DELETE CASCADE"),
        ("nulled_id", "", "ON DELETE SET NULL"),
        ("kept_id", "NOT NULL", ""),
        ("refused_id", "NOT NULL", "ON DELETE RESTRICT"),
        ("pair_id", "", "ON DELETE SET NULL"),
        ("not_ours_id", "NOT NULL", "ON DELETE CASCADE"),
        ("agreed_id", "NOT NULL", "ON DELETE CASCADE"),
    ];
    let ty = if is_sqlite(&db) { "INTEGER" } else { "BIGINT" };
    let references = columns.map(|(column, null, action)| format!(", {column} {ty} {null} REFERENCES teams {action}"));
    let indexes = columns.map(|(column, ..)| format!("CREATE INDEX over_{column} ON players ({column});"));
    let (references, indexes) = (references.concat(), indexes.concat());
    db.batch(&format!("CREATE TABLE teams (id {id}); CREATE TABLE players (id {id}{references}); {indexes}")).await?;
    let found = differences::<(Team, Player)>(&db).await;
    if is_sqlite(&db) {
        expect![[r#"
            `Player`: the foreign key `followed_id` of `players` says ON DELETE CASCADE, which calls no receiver, and the model leaves it to this library to follow it: change `on_delete`, or the foreign key, for which SQLite needs the table to be rebuilt
            `Player`: the foreign key `nulled_id` of `players` says ON DELETE SET NULL, which calls no receiver, and the model leaves it to this library to follow it: change `on_delete`, or the foreign key, for which SQLite needs the table to be rebuilt
            `Player`: `db_cascade` leaves it to the foreign key `kept_id` of `players` to delete rows, and that says ON DELETE NO ACTION: change `on_delete`, or the foreign key, for which SQLite needs the table to be rebuilt
        "#]]
        .assert_eq(&found);
        return Ok(());
    }
    expect![[r#"
        `Player`: the foreign key `followed_id` of `players` says ON DELETE CASCADE, which calls no receiver, and the model leaves it to this library to follow it: ALTER TABLE "players" DROP CONSTRAINT "players_followed_id_fkey", ADD CONSTRAINT "players_followed_id_fkey" FOREIGN KEY ("followed_id") REFERENCES "teams" ("id") DEFERRABLE INITIALLY IMMEDIATE
        `Player`: the foreign key `nulled_id` of `players` says ON DELETE SET NULL, which calls no receiver, and the model leaves it to this library to follow it: ALTER TABLE "players" DROP CONSTRAINT "players_nulled_id_fkey", ADD CONSTRAINT "players_nulled_id_fkey" FOREIGN KEY ("nulled_id") REFERENCES "teams" ("id") DEFERRABLE INITIALLY IMMEDIATE
        `Player`: `db_cascade` leaves it to the foreign key `kept_id` of `players` to delete rows, and that says ON DELETE NO ACTION: ALTER TABLE "players" DROP CONSTRAINT "players_kept_id_fkey", ADD CONSTRAINT "players_kept_id_fkey" FOREIGN KEY ("kept_id") REFERENCES "teams" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE
    "#]]
    .assert_eq(&found);
    // The statements put it right.
    for difference in found.lines() {
        let (_, statement) = difference.split_once(": ALTER").unwrap();
        db.execute(&format!("ALTER{statement}"), &()).await?;
    }
    assert_eq!(differences::<(Team, Player)>(&db).await, "nothing");
    Ok(())
}

async fn what_is_wider_than_the_model_fits(database: &Database) -> TestResult {
    #[model(table = "Wide", unique(a, b))]
    struct Wide {
        #[key]
        id: Id<Wide>,
        a: i64,
        b: String,
        #[index]
        c: f64,
    }

    let db = database.connect().await?;
    let sql = if is_sqlite(&db) {
        // Names are the same in any case, and an older type is one of ours by its affinity.
        "CREATE TABLE wide (ID integer PRIMARY KEY, A bigint NOT NULL UNIQUE, b VARCHAR(20) NOT NULL, c FLOAT NOT NULL,
            d TEXT NOT NULL DEFAULT '', e AS (a + 1));
         CREATE INDEX over_c ON wide (c, a)"
    } else {
        "CREATE DOMAIN label AS VARCHAR(20) NOT NULL;
         CREATE TABLE \"Wide\" (id BIGSERIAL PRIMARY KEY, a INT NOT NULL UNIQUE, b label, c REAL NOT NULL,
            d TEXT NOT NULL DEFAULT '', e BIGINT NOT NULL GENERATED ALWAYS AS (a + 1) STORED);
         CREATE INDEX over_c ON \"Wide\" (c, a)"
    };
    db.batch(sql).await?;
    assert_eq!(differences::<Wide>(&db).await, "nothing");
    Ok(())
}

#[cfg(feature = "postgres")]
async fn the_table_is_looked_for_where_statements_look_for_it(database: &Database) -> TestResult {
    #[model(table = "looked_for")]
    #[derive(Default)]
    struct LookedFor {
        #[key]
        id: Id<LookedFor>,
    }

    let second = database.another().await;
    let name = |database: &Database| {
        let url = database.url();
        url.split("search_path%3D").nth(1).unwrap().split('%').next().unwrap().to_owned()
    };
    let both = format!("search_path%3D{},{}%20", name(database), name(&second));
    let url = database.url().replace(&format!("search_path%3D{}%20", name(database)), &both);
    let db = Db::connect(&url).await?;
    assert_eq!(
        differences::<LookedFor>(&db).await,
        "`LookedFor`: there is no table `looked_for`: make it with `db.create_tables()` or a migration\n",
    );
    Db::connect(&second.url()).await?.create_tables_of::<LookedFor>().await?;
    assert_eq!(differences::<LookedFor>(&db).await, "nothing");
    LookedFor::default().save(&db).await?;
    Ok(())
}

async fn a_column_that_is_missing_is_named_with_its_model(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Letter {
        #[key]
        id: Id<Letter>,
        #[column(name = "the text")]
        text: String,
    }

    let db = database.connect().await?;
    let id = if is_sqlite(&db) { "INTEGER PRIMARY KEY" } else { "BIGSERIAL PRIMARY KEY" };
    db.execute(&format!("CREATE TABLE letters (id {id})"), &()).await?;
    let text = "the table of `Letter` has no column `the text`: add it with a migration, `db.check_schema()` says how";
    assert_eq!(Letter::default().save(&db).await.unwrap_err().to_string(), text);
    assert_eq!(Letter::all(&db).await.unwrap_err().to_string(), text);
    assert_eq!(Letter::get(&db, Id::new(1)).await.unwrap_err().to_string(), text);
    let tx = db.begin().await?;
    assert_eq!(Letter { id: Id::new(1), ..Letter::default() }.save(&tx).await.unwrap_err().to_string(), text);
    Ok(())
}

async fn models_may_need_one_another(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Hen {
        #[key]
        id: Id<Hen>,
        #[foreign_key(on_delete = cascade)]
        from: Id<Egg>,
    }

    #[model]
    #[derive(Default)]
    struct Egg {
        #[key]
        id: Id<Egg>,
        #[foreign_key(on_delete = cascade)]
        of: Id<Hen>,
    }

    let db = database.with_tables::<(Hen, Egg)>().await?;
    db.create_tables_of::<(Egg, Hen)>().await?;
    assert_eq!(differences::<(Hen, Egg)>(&db).await, "nothing");
    let alone = Hen { id: Id::new(1), from: Id::new(1) }.save(&db).await.unwrap_err();
    assert!(matches!(alone.kind(), ErrorKind::ForeignKey { .. }), "{alone}");

    // Neither can be first, so both wait for the commit.
    let tx = db.begin().await?;
    let wait = if is_sqlite(&db) { "PRAGMA defer_foreign_keys = ON" } else { "SET CONSTRAINTS ALL DEFERRED" };
    tx.execute(wait, &()).await?;
    let mut hen = Hen { id: Id::new(1), from: Id::new(1) };
    hen.save(&tx).await?;
    Egg { id: Id::new(1), of: Id::new(1) }.save(&tx).await?;
    tx.commit().await?;

    let deleted = hen.delete(&db).await?;
    assert_eq!(deleted.total(), 2);
    assert!(Egg::all(&db).await?.is_empty());
    Ok(())
}

/// What a program does whenever it starts, while others write.
#[tokio::test]
async fn making_tables_that_exist_waits_for_no_writer_and_keeps_none_waiting() -> TestResult {
    #[model(index(author, title))]
    #[derive(Default)]
    struct Book {
        #[key]
        id: Id<Book>,
        #[index]
        title: String,
        #[foreign_key(on_delete = cascade)]
        author: Option<Id<Author>>,
        #[many_to_many(related_name = "read")]
        readers: ManyToMany<Author>,
    }

    #[model]
    #[derive(Default)]
    struct Author {
        #[key]
        id: Id<Author>,
        #[foreign_key(on_delete = set_null)]
        best: Option<Id<Book>>,
    }

    let file = std::env::temp_dir().join(format!("signals-it-{}-tables.db", std::process::id()));
    let schema = Schema::new().await;
    for url in [format!("sqlite:{}", file.display())].into_iter().chain(schema.as_ref().map(Schema::url)) {
        let connect = || {
            let options = ConnectOptions::new(&url).busy_timeout(Duration::ZERO);
            options.pool_timeout(Duration::from_secs(30)).connect()
        };
        let (one, two) = (connect().await?, connect().await?);
        one.create_tables_of::<(Book, Author)>().await?;
        let mut author = Author::default();
        author.save(&one).await?;

        let tx = one.begin().await?;
        Book { author: Some(author.id), ..Book::default() }.save(&tx).await?;
        author.save(&tx).await?;
        let made = tokio::time::timeout(Duration::from_secs(5), two.create_tables_of::<(Author, Book)>()).await;
        made.expect("it waits for the transaction")?;
        Book { title: "another".to_owned(), ..Book::default() }.save(&tx).await?;
        if !is_sqlite(&one) {
            let other =
                tokio::time::timeout(Duration::from_secs(5), two.execute("INSERT INTO authors DEFAULT VALUES", &()));
            assert_eq!(other.await.expect("it waits")?, 1);
        }
        tx.commit().await?;

        // What is missing is made, and nothing else.
        let index = if is_sqlite(&one) {
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'books_title%idx'"
        } else {
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'books_title%idx'"
        };
        let names: Vec<(String,)> = one.query_as(index, &()).await?;
        assert_eq!(names.len(), 1);
        one.execute(&format!("DROP INDEX {}", names[0].0), &()).await?;
        two.create_tables_of::<(Author, Book)>().await?;
        assert_eq!(one.query_as::<(String,)>(index, &()).await?, names);
        assert_eq!(differences::<(Author, Book)>(&one).await, "nothing");
        assert_eq!(Book::all(&two).await?.len(), 2);
    }
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    Ok(())
}
