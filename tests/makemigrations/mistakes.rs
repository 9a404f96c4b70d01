//! Folders and names that are refused, and what the message says.

use expect_test::expect;

use crate::{Package, server};

const MEMBERS: &str = "CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT NOT NULL, phone TEXT);";
const ACCOUNTS: &str = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INT NOT NULL,
    member_id INT NOT NULL UNIQUE REFERENCES members);";

fn package(name: &str, files: &[(&str, &str)]) -> Package {
    let package = Package::new(name, "sqlite::memory:");
    for (file, sql) in files {
        package.write(file, sql);
    }
    package
}

#[test]
fn migrations_written_by_hand_are_complete_if_every_row_fits() {
    let package = package("by_hand", &[("V1__members.sql", MEMBERS), ("V2__accounts.sql", ACCOUNTS)]);
    package.passes("1", None);
}

#[test]
fn two_branches_with_one_number_are_refused() {
    let package =
        package("branches", &[("V1__members.sql", MEMBERS), ("V2__accounts.sql", ACCOUNTS), ("V2__b.sql", "")]);
    let expected = expect![[r#"
        `V2__b.sql` and `V2__accounts.sql` in `migrations` have one number, as two branches do that were merged: rename the one that was applied nowhere yet, to `V3__..`
    "#]];
    expected.assert_eq(&package.fails("1", None));
    expected.assert_eq(&package.fails("1", Some("more")));
}

#[test]
fn a_file_that_is_no_migration_is_refused() {
    let package = package("names", &[("V1__members.sql", MEMBERS), ("2_accounts.sql", ACCOUNTS)]);
    expect![[r#"
        the migrations do not fit, `2_accounts`: the name of a migration is `V`, a number, two underscores and a word, as in `V1__users`
    "#]]
    .assert_eq(&package.fails("1", None));
}

#[test]
fn a_migration_that_fails_is_named() {
    let package =
        package("fails", &[("V1__members.sql", MEMBERS), ("V2__more.sql", "ALTER TABLE users ADD COLUMN a TEXT")]);
    expect![[r#"
        `V2__more.sql` in `migrations` fails on an empty database of SQLite: there is no table `users`: make it with `db.create_tables()` or a migration

        if these are migrations of PostgreSQL: `signals::migrate::Replay::new(folder).on(url).assert_complete()`
    "#]]
    .assert_eq(&package.fails("1", None));
}

#[test]
fn a_word_that_cannot_be_in_a_name_is_refused() {
    let package = package("word", &[("V1__members.sql", MEMBERS)]);
    expect![[r#"
        `MAKE_MIGRATION=add-accounts` is no name of a migration: write letters, digits and underscores, as in `MAKE_MIGRATION=add_email`
    "#]]
    .assert_eq(&package.fails("1", Some("add-accounts")));
}

#[test]
fn tables_of_other_libraries_can_be_left_alone() {
    let sessions = "CREATE TABLE sessions (id TEXT PRIMARY KEY)";
    let files = [("V1__members.sql", MEMBERS), ("V2__accounts.sql", ACCOUNTS), ("V3__sessions.sql", sessions)];
    let package = package("except", &files);
    expect![[r#"
        the migrations in `migrations` do not lead to the models, on SQLite:

        no model has the table `sessions`

        run `MAKE_MIGRATION=drop_sessions cargo test` to write `migrations/V4__drop_sessions.sql`, then read it
    "#]]
    .assert_eq(&package.fails("1", None));
    package.passes("except", None);
}

#[test]
fn what_a_rebuilt_table_has_besides_is_kept_or_asked_for() {
    let members = "CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> ''), phone TEXT DEFAULT '0');
        CREATE INDEX by_phone ON members (phone) WHERE phone <> '';
        CREATE VIEW named AS SELECT name FROM members;
        CREATE TRIGGER counted AFTER INSERT ON members BEGIN SELECT 1; END;";
    let package = package("kept", &[("V001__members.sql", members), ("V002__accounts.sql", ACCOUNTS)]);
    package.fails("1", Some("name"));
    expect![[r#"
        -- Written by `MAKE_MIGRATION=name cargo test` from the models.

        -- SQLite cannot change these tables in place. Foreign keys are checked before the commit.
        PRAGMA foreign_keys = OFF;

        -- "members" is created again with its rows.
        -- The old table:
        -- CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> ''), phone TEXT DEFAULT '0')
        UNDECIDED: delete this line if it is meant that the new table has no CHECK, which no model declares; otherwise add it below
        CREATE TABLE "new members" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT,
            "name" TEXT NOT NULL,
            "phone" TEXT DEFAULT ('0')
        ) STRICT;
        INSERT INTO "new members" ("id", "name", "phone")
        SELECT
            "id"
            , coalesce("name",
        UNDECIDED: replace this line by the value (TEXT) of "name" in the rows where it is NULL
            )
            , "phone"
        FROM "members";
        DROP TABLE "members";
        PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
        ALTER TABLE "new members" RENAME TO "members";
        PRAGMA legacy_alter_table = OFF;
        CREATE INDEX by_phone ON members (phone) WHERE phone <> '';
        CREATE TRIGGER counted AFTER INSERT ON members BEGIN SELECT 1; END;
    "#]]
    .assert_eq(&package.read("V003__name.sql"));
    let written = package.read("V003__name.sql");
    let lines = written.lines().filter(|line| !line.contains("delete this line"));
    let decided: Vec<_> = lines.map(|line| if line.starts_with("UNDECIDED") { "'none'" } else { line }).collect();
    package.write("V003__name.sql", &decided.join("\n"));
    package.passes("1", None);
}

#[test]
fn what_names_a_renamed_column_is_renamed_and_what_names_a_dropped_one_is_asked_for() {
    let members = "CREATE TABLE members (id INTEGER PRIMARY KEY, full_name TEXT, phone TEXT, age INTEGER);
        CREATE INDEX named ON members (full_name) WHERE full_name <> '';
        CREATE TRIGGER counted AFTER UPDATE OF age ON members BEGIN SELECT 1; END;";
    let package = package("named", &[("V1__members.sql", members), ("V2__accounts.sql", ACCOUNTS)]);
    package.fails("1", Some("name"));
    let written = package.read("V3__name.sql");
    let part = |name: &str| written.lines().filter(|line| line.contains(name)).collect::<Vec<_>>().join("\n");
    expect![[r#"
        CREATE INDEX named ON members ("name") WHERE "name" <> '';
        -- CREATE INDEX named ON members (full_name) WHERE full_name <> ''
        UNDECIDED: delete this line if it is meant that "named" is dropped, which names "full_name"; otherwise create it below"#]].assert_eq(&part("named"));
    expect![[r#"
        -- CREATE TRIGGER counted AFTER UPDATE OF age ON members BEGIN SELECT 1; END
        UNDECIDED: delete this line if it is meant that "counted" is dropped, which names "age"; otherwise create it below
        -- CREATE TRIGGER counted AFTER UPDATE OF age ON members BEGIN SELECT 1; END
        UNDECIDED: delete this line if it is meant that "counted" is dropped, which names "age"; otherwise create it below"#]].assert_eq(&part("counted"));
    let lines = written.lines().take_while(|line| !line.starts_with("-- (2)")).chain(["-- end"]);
    let lines = lines.filter(|line| !line.contains("delete this line"));
    let decided: Vec<_> = lines.map(|line| if line.starts_with("UNDECIDED") { "'none'" } else { line }).collect();
    package.write("V3__name.sql", &decided.join("\n"));
    package.passes("1", None);
}

#[test]
fn each_database_has_a_folder_of_its_own() {
    let mut package = package("both", &[("sqlite/README.md", ""), ("postgres/README.md", "")]);
    assert_eq!(package.passes("1", Some("initial")), "wrote `migrations/sqlite/V1__initial.sql`\n");
    let Some(server) = server() else { return };
    package.url = server;
    assert_eq!(package.passes("1", Some("initial")), "wrote `migrations/postgres/V1__initial.sql`\n");
    package.passes("1", None);
    assert!(package.read("postgres/V1__initial.sql").contains("GENERATED BY DEFAULT AS IDENTITY"));
}

#[test]
fn files_next_to_folders_of_databases_are_refused() {
    let package = package("divided", &[("sqlite/V1__members.sql", MEMBERS), ("sqlite/V2__accounts.sql", ACCOUNTS)]);
    package.passes("1", None);
    package.write("V3__c.sql", "");
    let message = package.fails("1", None);
    assert!(message.contains("V3__c.sql` is next to folders of databases"), "{message}");
}

#[test]
fn all_models_of_the_program_are_compared() {
    // Those of all steps have the same tables.
    let package = package("all", &[("V1__members.sql", MEMBERS)]);
    let message = package.fails("any", None);
    assert!(message.contains("both have the table `accounts`"), "{message}");
}
