//! docs/behaviour.md, "save", rule 23: many rows at a time.

use expect_test::expect;
use signals::ErrorKind;
use signals::model::{post_bulk_create, post_bulk_delete, post_bulk_update};
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database, on_postgres};
use crate::log::Log;

on_postgres!(create_many_gives_each_row_its_own_id_whatever_order_the_ids_have);

on_each_database!(
    rule_23_create_many_inserts_all_rows_in_order_with_their_ids,
    rule_23_create_many_of_keys_that_a_person_sets_and_of_nothing_but_a_key,
    rule_23_create_many_is_all_or_nothing_and_puts_back_what_it_set,
    rule_23_bulk_operations_send_one_signal_and_none_of_single_rows,
    rule_23_a_bulk_operation_that_hits_no_row_sends_nothing,
    rules_23_26_delete_where_with_signals_is_one_delete,
    create_many_gives_each_row_its_own_id_whatever_triggers_insert,
    a_row_that_a_trigger_skips_is_an_error,
    rule_23_a_row_that_is_deleted_with_another_one_is_deleted_once,
    rule_23_a_pre_save_that_fails_in_the_middle_undoes_all,
    rule_23_receivers_of_post_bulk_create_see_fields_that_are_no_columns
);

async fn rule_23_create_many_inserts_all_rows_in_order_with_their_ids(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        email: Option<String>,
        #[default(7)]
        rank: i64,
        #[update(9)]
        changed: i64,
        #[version]
        version: i64,
    }

    let db = database.with_tables::<User>().await?;
    User::create_many(&db, &mut []).await?;
    // Every length of a last chunk.
    for count in [1, 2, 3, 64, 65, 1027, 9000] {
        let user = |n| User { name: format!("user {n}"), email: (n % 2 == 0).then(String::new), ..User::default() };
        let mut users: Vec<User> = (0..count).map(user).collect();
        User::create_many(&db, &mut users).await?;
        assert_eq!((users[0].rank, users[0].changed, users[0].version), (7, 9, 1));
        assert!(users.windows(2).all(|pair| pair[0].id < pair[1].id), "in order");
        assert_eq!(User::all(&db).await?, users);
        User::delete_where(&db, "true", &()).await?;
    }

    // Keys that are set next to those that are not.
    let mut users: Vec<User> = (0..6).map(|_| User::default()).collect();
    users[2].id = Id::new(100_000);
    users[3].id = Id::new(100_001);
    let tx = db.begin().await?;
    User::create_many(&tx, &mut users).await?;
    tx.commit().await?;
    for user in &users {
        assert_eq!(User::get(&db, user.id).await?.as_ref(), Some(user));
    }
    assert_eq!(users[3].id, Id::new(100_001));
    Ok(())
}

async fn rule_23_create_many_of_keys_that_a_person_sets_and_of_nothing_but_a_key(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Country {
        #[key]
        code: String,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        id: Id<Ticket>,
    }

    let db = database.with_tables::<(Country, Ticket)>().await?;
    let mut countries: Vec<Country> = ["be", "de", "nl"].map(|code| Country { code: code.to_owned() }).to_vec();
    Country::create_many(&db, &mut countries).await?;
    assert_eq!(Country::all(&db).await?, countries);

    let mut tickets = vec![Ticket::default(); 3];
    Ticket::create_many(&db, &mut tickets).await?;
    assert_eq!(Ticket::all(&db).await?, tickets);
    Ok(())
}

async fn rule_23_create_many_is_all_or_nothing_and_puts_back_what_it_set(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
        #[default(7)]
        rank: i64,
        #[version]
        version: i64,
    }

    let db = database.with_tables::<User>().await?;
    let mut users: Vec<User> = (0..3000).map(|n| User { name: format!("user {n}"), ..User::default() }).collect();
    users[2999].name = "user 0".to_owned();
    let before = users.clone();
    let error = User::create_many(&db, &mut users).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unique { model, fields } if model == "User" && fields == &["name"]),
        "{error}"
    );
    assert_eq!(users, before);
    assert!(User::all(&db).await?.is_empty());

    let tx = db.begin().await?;
    User::create_many(&tx, &mut users).await.unwrap_err();
    assert!(matches!(tx.commit().await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    Ok(())
}

async fn rule_23_bulk_operations_send_one_signal_and_none_of_single_rows(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        age: i64,
    }

    #[receiver([pre_save, post_save, pre_delete, post_delete, post_commit], sender = User)]
    fn single(instance: &User) {
        LOG.note(format!("single {}", instance.name));
    }

    #[receiver(post_bulk_create, sender = User)]
    async fn created(instances: &[User], tx: &mut Tx) -> Result<()> {
        let stored = User::all(tx).await?.len();
        let names: Vec<_> = instances.iter().map(|user| user.name.as_str()).collect();
        LOG.note(format!("created {names:?}, {stored} stored, ids set: {}", !instances[0].id.is_unset()));
        Ok(())
    }

    #[receiver(post_bulk_update, sender = User)]
    fn updated(count: u64, update_fields: FieldSet<User>) {
        LOG.note(format!("updated {update_fields:?} of {count}"));
    }

    #[receiver(post_bulk_delete, sender = User)]
    fn deleted(count: u64) -> Result<(), &'static str> {
        LOG.note(format!("deleted {count}"));
        if count == 1 { Err("not one") } else { Ok(()) }
    }

    let db = database.with_tables::<User>().await?;
    let mut users = ["ann", "bob"].map(|name| User { name: name.to_owned(), ..User::default() });
    User::create_many(&db, &mut users).await?;
    let grown_up = User { age: 18, ..User::default() };
    let count = User::update_where(&db, User::fields().age, &grown_up, "name = ?1 OR name = ?1", &("ann",)).await;
    assert_eq!(count?, 1);
    assert_eq!(User::update_where(&db, FieldSet::empty(), &grown_up, "true", &()).await?, 0);

    User::delete_where(&db, "age = ?", &(18,)).await.unwrap_err();
    let tx = db.begin().await?;
    assert_eq!(User::delete_where(&tx, "true", &()).await?.of::<User>(), 2);
    tx.commit().await?;
    expect![[r#"
        created ["ann", "bob"], 2 stored, ids set: true
        updated {"age"} of 1
        deleted 1
        deleted 2
    "#]]
    .assert_eq(&LOG.take());
    assert!(User::all(&db).await?.is_empty());
    Ok(())
}

async fn rule_23_a_bulk_operation_that_hits_no_row_sends_nothing(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct User {
        #[key]
        id: Id<User>,
        age: i64,
    }

    #[receiver([post_bulk_create, post_bulk_update, post_bulk_delete], sender = User)]
    fn sent() {
        LOG.note("sent");
    }

    async fn hit_nothing(executor: &dyn Executor) {
        User::create_many(executor, &mut []).await.unwrap();
        User::create_many(executor, &mut []).with_signals().await.unwrap();
        let (age, adult, missing) = (User::fields().age, User { age: 18, ..User::default() }, "age > 100");
        assert_eq!(User::update_where(executor, age, &adult, missing, &()).await.unwrap(), 0);
        assert_eq!(User::update_where(executor, age, &adult, missing, &()).with_signals().await.unwrap(), 0);
        assert_eq!(User::delete_where(executor, missing, &()).await.unwrap().total(), 0);
        assert_eq!(User::delete_where(executor, missing, &()).with_signals().await.unwrap().total(), 0);
    }

    let db = database.with_tables::<User>().await?;
    hit_nothing(&db).await;
    let tx = db.begin().await?;
    hit_nothing(&tx).await;
    tx.commit().await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}

mod signals_of_each_row {
    use super::*;

    on_each_database!(rule_23_with_signals_sends_those_of_each_row);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        age: i64,
        #[version]
        version: i64,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Pet {
        #[key]
        id: Id<Pet>,
        #[foreign_key(on_delete = cascade)]
        owner: Id<User>,
    }

    #[receiver(pre_save, sender = User)]
    fn before(instance: &mut User) {
        instance.name = instance.name.to_uppercase();
        LOG.note(format!("pre_save {}, id set: {}", instance.name, !instance.id.is_unset()));
    }

    #[receiver(post_save, sender = User)]
    fn after(instance: &User, created: bool, update_fields: Option<FieldSet<User>>, changes: FieldSet<User>) {
        assert!(!instance.id.is_unset());
        LOG.note(format!("post_save {}, created {created}, {update_fields:?}, {changes:?}", instance.name));
    }

    #[receiver(post_commit, sender = User)]
    fn committed(instance: &User, created: bool) {
        LOG.note(format!("post_commit {}, created {created}", instance.name));
    }

    #[receiver(pre_delete, sender = [User, Pet])]
    fn goes<M: Model>(instance: &M, origin: &dyn AnyModel) {
        let instance: &dyn AnyModel = instance;
        LOG.note(format!("{} {} goes with {:?}", M::META.name, instance.key(), origin.get("name")));
    }

    async fn rule_23_with_signals_sends_those_of_each_row(database: &Database) -> TestResult {
        let db = database.with_tables::<(User, Pet)>().await?;
        let mut users = ["ann", "bob"].map(|name| User { name: name.to_owned(), ..User::default() });
        User::create_many(&db, &mut users).with_signals().await?;
        Pet { owner: users[1].id, ..Pet::default() }.save(&db).await?;
        assert_eq!(User::all(&db).await?, users);
        expect![[r#"
            pre_save ANN, id set: false
            pre_save BOB, id set: false
            post_save ANN, created true, None, {"id", "name", "age", "version"}
            post_save BOB, created true, None, {"id", "name", "age", "version"}
            post_commit ANN, created true
            post_commit BOB, created true
        "#]]
        .assert_eq(&LOG.take());

        let grown_up = User { age: 18, ..User::default() };
        let count = User::update_where(&db, User::fields().age, &grown_up, "age < ?", &(18,)).with_signals().await;
        assert_eq!(count?, 2);
        let stored = User::all(&db).await?;
        assert!(stored.iter().all(|user| user.age == 18 && user.version == 2));
        expect![[r#"
            pre_save ANN, id set: true
            post_save ANN, created false, Some({"age"}), {"age"}
            pre_save BOB, id set: true
            post_save BOB, created false, Some({"age"}), {"age"}
            post_commit ANN, created false
            post_commit BOB, created false
        "#]]
        .assert_eq(&LOG.take());

        let deleted = User::delete_where(&db, "age = ?", &(18,)).with_signals().await?;
        assert_eq!((deleted.of::<User>(), deleted.of::<Pet>()), (2, 1));
        expect![[r#"
            Pet 1 goes with Some(Text("BOB"))
            User 1 goes with Some(Text("ANN"))
            User 2 goes with Some(Text("BOB"))
        "#]]
        .assert_eq(&LOG.take());
        Ok(())
    }
}

async fn rules_23_26_delete_where_with_signals_is_one_delete(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Team {
        #[key]
        id: Id<Team>,
    }

    #[model]
    #[derive(Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[foreign_key(on_delete = cascade)]
        team: Id<Team>,
        #[foreign_key(on_delete = restrict)]
        captain: Option<Id<Player>>,
    }

    #[receiver([pre_delete, post_delete], sender = [Team, Player])]
    async fn sent<M: Model>(instance: &M, origin: &dyn AnyModel, tx: &mut Tx) -> Result<()> {
        let (instance, rows): (&dyn AnyModel, _) = (instance, M::all(tx).await?.len());
        let (of, what) = (origin.model().name, instance.model().name);
        LOG.note(format!("{what} {} of {rows}, with {of} {}", instance.key(), origin.key()));
        Ok(())
    }

    let db = database.with_tables::<(Team, Player)>().await?;
    let mut teams = [Team::default(), Team::default()];
    Team::create_many(&db, &mut teams).await?;
    let [red, blue] = teams.map(|team| team.id);
    let mut players = [red, blue, red].map(|team| Player { team, ..Player::default() });
    Player::create_many(&db, &mut players).await?;
    // The row that protects one of them is deleted with another one.
    let captain = Some(players[1].id);
    players[0].captain = captain;
    players[0].save(&db).await?;

    let deleted = Team::delete_where(&db, "true", &()).with_signals().await?;
    assert_eq!((deleted.of::<Team>(), deleted.of::<Player>()), (2, 3));
    expect![[r#"
        Player 1 of 3, with Team 1
        Player 2 of 3, with Team 2
        Player 3 of 3, with Team 1
        Team 1 of 2, with Team 1
        Team 2 of 2, with Team 2
        Player 3 of 0, with Team 1
        Player 2 of 0, with Team 2
        Player 1 of 0, with Team 1
        Team 2 of 0, with Team 2
        Team 1 of 0, with Team 1
    "#]]
    .assert_eq(&LOG.take());
    assert_eq!(Team::delete_where(&db, "true", &()).with_signals().await?.total(), 0);
    assert_eq!(LOG.take(), "");
    Ok(())
}

async fn create_many_gives_each_row_its_own_id_whatever_triggers_insert(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Entry {
        #[key]
        id: Id<Entry>,
        text: String,
    }

    let db = database.with_tables::<Entry>().await?;
    let trigger = if is_sqlite(&db) {
        "CREATE TRIGGER shadows AFTER INSERT ON ENTRIES WHEN new.text NOT LIKE 'shadow of %' BEGIN
             INSERT INTO entries (text) VALUES ('shadow of ' || new.text);
         END"
    } else {
        "CREATE FUNCTION shadow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO entries (text) VALUES ('shadow of ' || new.text);
             RETURN NULL;
         END $$;
         CREATE TRIGGER shadows AFTER INSERT ON entries FOR EACH ROW WHEN (new.text NOT LIKE 'shadow of %')
             EXECUTE FUNCTION shadow()"
    };
    db.batch(trigger).await?;
    let mut entries: Vec<_> = (0..70).map(|number| Entry { text: number.to_string(), ..Entry::default() }).collect();
    Entry::create_many(&db, &mut entries).await?;
    for entry in &entries {
        assert_eq!(Entry::get(&db, entry.id).await?.as_ref(), Some(entry));
    }
    assert_eq!(Entry::all(&db).await?.len(), 140);
    Ok(())
}

/// Scattered numbers hide how many rows there are.
async fn create_many_gives_each_row_its_own_id_whatever_order_the_ids_have(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Entry {
        #[key]
        id: Id<Entry>,
        text: String,
    }

    let db = database.with_tables::<Entry>().await?;
    for default in [
        "CREATE FUNCTION scattered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             new.id := (new.id * 7919) % 1009;
             RETURN new;
         END $$;
         CREATE TRIGGER scatter BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION scattered()",
        "DROP TRIGGER scatter ON entries; ALTER TABLE entries ALTER id SET INCREMENT -1 SET MINVALUE -1000 RESTART -1",
    ] {
        db.batch(default).await?;
        let mut entries: Vec<_> =
            (0..70).map(|number| Entry { text: number.to_string(), ..Entry::default() }).collect();
        Entry::create_many(&db, &mut entries).await?;
        assert!(!entries.is_sorted_by_key(|entry| entry.id));
        for entry in &entries {
            assert_eq!(Entry::get(&db, entry.id).await?.as_ref(), Some(entry));
        }
    }
    Ok(())
}

async fn a_row_that_a_trigger_skips_is_an_error(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Entry {
        #[key]
        id: Id<Entry>,
        text: String,
    }

    let db = database.with_tables::<Entry>().await?;
    let trigger = if is_sqlite(&db) {
        "CREATE TRIGGER skip BEFORE INSERT ON entries WHEN new.text = 'spam' BEGIN SELECT RAISE(IGNORE); END"
    } else {
        "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER skip BEFORE INSERT ON entries FOR EACH ROW WHEN (new.text = 'spam') EXECUTE FUNCTION skip()"
    };
    db.batch(trigger).await?;
    let entry = |text: &str| Entry { text: text.to_owned(), ..Entry::default() };
    entry("first").save(&db).await?;

    let mut spam = entry("spam");
    let error = spam.save(&db).await.unwrap_err();
    expect!["a row of `Entry` was not inserted, because a trigger of its table skipped it: let the trigger raise an error that says why"]
        .assert_eq(&error.to_string());
    assert_eq!(spam.id, Id::UNSET, "not that of the row before");

    let mut entries = [entry("second"), entry("spam"), entry("third")];
    let error = Entry::create_many(&db, &mut entries).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotInserted { model } if model == "Entry"), "{error}");
    assert!(entries.iter().all(|entry| entry.id.is_unset()));
    assert_eq!(Entry::all(&db).await?.len(), 1);
    Ok(())
}

async fn rule_23_a_row_that_is_deleted_with_another_one_is_deleted_once(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Node {
        #[key]
        id: Id<Node>,
        #[foreign_key(on_delete = cascade)]
        parent: Option<Id<Node>>,
    }

    #[receiver(post_delete, sender = Node)]
    fn gone(instance: &Node) {
        LOG.note(instance.id);
    }

    let db = database.with_tables::<Node>().await?;
    let mut nodes = [Node { id: Id::new(1), parent: None }, Node { id: Id::new(2), parent: Some(Id::new(1)) }];
    Node::create_many(&db, &mut nodes).await?;
    let deleted = Node::delete_where(&db, "true", &()).with_signals().await?;
    assert_eq!(deleted.total(), 2);
    assert_eq!(LOG.take(), "2\n1\n");
    Ok(())
}

async fn rule_23_a_pre_save_that_fails_in_the_middle_undoes_all(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
    }

    #[receiver(post_save, sender = User)]
    fn refuse(instance: &User) -> Result<(), &'static str> {
        if instance.name == "bob" { Err("no bobs") } else { Ok(()) }
    }

    let db = database.with_tables::<User>().await?;
    let mut users = ["ann", "bob", "eve"].map(|name| User { name: name.to_owned(), ..User::default() });
    User::create_many(&db, &mut users).with_signals().await.unwrap_err();
    assert!(users.iter().all(|user| user.id.is_unset()));
    assert!(User::all(&db).await?.is_empty());
    User::create_many(&db, &mut users).await?;
    Ok(())
}

async fn rule_23_receivers_of_post_bulk_create_see_fields_that_are_no_columns(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Letter {
        #[key]
        id: Id<Letter>,
        #[skip]
        draft: String,
    }

    #[receiver(post_bulk_create, sender = Letter)]
    fn written(instances: &[Letter]) -> Result<(), &'static str> {
        LOG.note(instances.iter().map(|letter| letter.draft.as_str()).collect::<Vec<_>>().join(", "));
        if instances.len() == 1 { Err("not one") } else { Ok(()) }
    }

    let db = database.with_tables::<Letter>().await?;
    let letter = |draft: &str| Letter { draft: draft.to_owned(), ..Letter::default() };
    let (mut letters, mut refused) = ([letter("to ann"), letter("to bob")], [letter("to eve")]);
    Letter::create_many(&db, &mut letters).await?;
    Letter::create_many(&db, &mut refused).await.unwrap_err();
    assert_eq!(LOG.take(), "to ann, to bob\nto eve\n");
    assert_eq!(letters.map(|letter| letter.draft), ["to ann", "to bob"]);
    assert_eq!(refused.map(|letter| letter.draft), ["to eve"], "also after an error");
    Ok(())
}
