//! docs/behaviour.md, "save", rule 21: rows from fixtures are written as they are given, and few are told.

use std::fmt::Write;

use expect_test::expect;
use signals::ErrorKind;
use signals::many_to_many::Side;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_21_what_was_dumped_is_loaded_as_it_was,
    rule_21_only_raw_receivers_are_called_and_nothing_is_filled_in,
    rule_21_rows_may_stand_before_those_that_they_point_to,
    rule_21_a_mistake_names_its_object_and_nothing_is_loaded,
    rule_21_a_missing_field_is_its_default,
    rule_21_a_mistake_in_a_many_to_many_field_names_it_and_nothing_is_loaded
);

async fn rule_21_what_was_dumped_is_loaded_as_it_was(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        #[unique]
        name: String,
        bytes: Vec<u8>,
        number: i64,
        real: f64,
        flag: bool,
        nothing: Option<String>,
        #[foreign_key(on_delete = do_nothing)]
        boss: Option<Id<User>>,
        #[version]
        version: i64,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Country {
        #[key]
        code: String,
    }

    let db = database.with_tables::<(User, Country)>().await?;
    // SQLite stores no NaN, and `-0.0` as `0.0`.
    let odd = if is_sqlite(&db) { f64::INFINITY } else { f64::NAN };
    let mut users = [
        User { name: "ann \"'\\\n\u{1F600}".to_owned(), bytes: vec![0, 255, 7], ..User::default() },
        User { number: i64::MIN, real: odd, flag: true, ..User::default() },
        User { name: "c".to_owned(), number: i64::MAX, real: 0.1, nothing: Some(String::new()), ..User::default() },
    ];
    User::create_many(&db, &mut users).await?;
    users[0].boss = Some(users[2].id);
    users[0].save(&db).await?;
    Country { code: "nl".to_owned() }.save(&db).await?;

    let dumped = db.dump_fixture_of::<(User, Country)>().await?;
    assert_eq!(db.load_fixture_of::<(User, Country)>(&dumped).await?, 4, "over the rows that are there");
    assert_eq!(db.dump_fixture_of::<(User, Country)>().await?, dumped);
    User::delete_where(&db, "boss_id IS NOT NULL", &()).await?;
    User::delete_where(&db, "true", &()).await?;
    Country::delete_where(&db, "true", &()).await?;
    assert_eq!(db.dump_fixture_of::<User>().await?, "[\n]\n");
    assert_eq!(db.load_fixture_of::<(User, Country)>(&dumped).await?, 4);
    assert_eq!(db.dump_fixture_of::<(User, Country)>().await?, dumped);
    assert_eq!(User::get(&db, users[2].id).await?.as_ref(), Some(&users[2]));
    assert_eq!(User::get(&db, users[0].id).await?.unwrap().version, 2);
    Ok(())
}

async fn rule_21_only_raw_receivers_are_called_and_nothing_is_filled_in(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        #[default(7)]
        rank: i64,
        #[update(9)]
        changed: i64,
        #[version]
        version: i64,
    }

    #[receiver([pre_save, post_save, post_commit], sender = User)]
    fn normal(instance: &User) {
        LOG.note(format!("normal {}", instance.name));
    }

    #[receiver(pre_save, sender = User, raw = true)]
    fn before(instance: &mut User, raw: bool) {
        LOG.note(format!("pre_save {}, raw {raw}", instance.name));
    }

    #[receiver(post_save, sender = User, raw = true)]
    fn after(created: bool, raw: bool) {
        LOG.note(format!("post_save, created {created}, raw {raw}"));
    }

    #[receiver(post_commit, sender = User, raw = true)]
    fn committed(raw: bool) {
        LOG.note(format!("post_commit, raw {raw}"));
    }

    let db = database.with_tables::<User>().await?;
    let closure = User::POST_SAVE.connect_scoped(|_| LOG.note("closure"));
    let fixture = r#"[{"model": "user", "pk": 5, "fields": {"name": "ann", "rank": 0, "changed": 1, "version": 3}}]"#;
    assert_eq!(db.load_fixture_of::<User>(fixture).await?, 1);
    assert_eq!(db.load_fixture_of::<User>(fixture).await?, 1);
    expect![[r#"
        pre_save ann, raw true
        post_save, created true, raw true
        post_commit, raw true
        pre_save ann, raw true
        post_save, created false, raw true
        post_commit, raw true
    "#]]
    .assert_eq(&LOG.take());
    let mut ann = User::get(&db, Id::new(5)).await?.unwrap();
    assert_eq!((ann.rank, ann.changed, ann.version), (0, 1, 3));

    ann.save(&db).await?;
    expect![[r#"
        normal ann
        pre_save ann, raw false
        normal ann
        post_save, created false, raw false
        closure
        normal ann
        post_commit, raw false
    "#]]
    .assert_eq(&LOG.take());
    drop(closure);

    // The next id comes after those that were loaded.
    let mut bob = User::default();
    bob.save(&db).await?;
    assert_eq!(bob.id, Id::new(6));
    LOG.take();
    Ok(())
}

async fn rule_21_rows_may_stand_before_those_that_they_point_to(database: &Database) -> TestResult {
    #[model(app = "zoo")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Animal {
        #[key]
        id: Id<Animal>,
        #[foreign_key(on_delete = cascade)]
        cage: Id<Cage>,
        #[foreign_key(on_delete = db_cascade, related_name = "others")]
        other: Option<Id<Cage>>,
    }

    #[model(app = "zoo")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Cage {
        #[key]
        id: Id<Cage>,
    }

    let db = database.with_tables::<(Animal, Cage)>().await?;
    let animal = r#"{"model": "zoo.Animal", "pk": 1, "fields": {"cage": 2, "other": 3}}"#;
    let cages = r#"{"model": "zoo.cage", "pk": 2}, {"model": "zoo_cage", "pk": 3, "fields": {}}"#;
    let error = db.load_fixture_of::<(Animal, Cage)>(&format!("[{animal}]")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");
    assert!(Animal::all(&db).await?.is_empty());
    assert_eq!(db.load_fixture_of::<(Animal, Cage)>(&format!("[{animal}, {cages}]")).await?, 3);
    let animals = Animal::all(&db).await?;
    assert_eq!((animals[0].cage, animals[0].other), (Id::new(2), Some(Id::new(3))));
    Ok(())
}

async fn rule_21_a_mistake_names_its_object_and_nothing_is_loaded(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Person {
        #[key]
        id: Id<Person>,
        #[unique]
        name: String,
        age: i8,
        photo: Option<Vec<u8>>,
    }

    let person = |fields: &str| format!(r#"{{"model": "person", "pk": 2, "fields": {{{fields}}}}}"#);
    let mistakes = [
        "nonsense".to_owned(),
        "{}".to_owned(),
        "[7]".to_owned(),
        r#"[{"pk": 1}]"#.to_owned(),
        r#"[{"model": "nobody", "pk": 1}]"#.to_owned(),
        r#"[{"model": "person", "fields": {"name": "b", "age": 1}}]"#.to_owned(),
        r#"[{"model": "person", "pk": 1, "field": {}, "fields": {"name": "b", "age": 1}}]"#.to_owned(),
    ];
    let fields = [
        r#""age": 1"#,
        r#""name": "b", "age": 1, "agee": 2"#,
        r#""name": 7, "age": 1"#,
        r#""name": "b", "age": "one""#,
        r#""name": "b", "age": 1000"#,
        r#""name": "b", "age": 18446744073709551615"#,
        r#""name": "b", "age": null"#,
        r#""name": "b", "age": 1, "photo": "not base64""#,
        r#""name": "a", "age": 1"#,
    ];
    let first = r#"{"model": "person", "pk": 1, "fields": {"name": "a", "age": 1}}"#;
    let mistakes = mistakes.into_iter().chain(fields.map(|fields| format!("[{first}, {}]", person(fields))));
    let mistakes: Vec<String> = mistakes.collect();
    let db = database.with_tables::<Person>().await?;
    let mut said = String::new();
    for mistake in &mistakes {
        let error = db.load_fixture_of::<Person>(mistake).await.unwrap_err();
        said.extend([error.to_string().as_str(), "\n"]);
        assert!(matches!(error.kind(), ErrorKind::Fixture { .. }));
        assert!(Person::all(&db).await?.is_empty());
    }
    expect![[r#"
        the whole of the fixture cannot be loaded: it is no JSON: expected ident at line 1 column 2
        the whole of the fixture cannot be loaded: expected a list of objects, `[{"model": .., "pk": .., ..}]`
        object 1 of the fixture cannot be loaded: expected an object with `model`, `pk` and `fields`
        object 1 of the fixture cannot be loaded: it has no `model`: write the name of the model, or of its table
        object 1, `nobody` 1 of the fixture cannot be loaded: there is no model of this name, and none with this table
        object 1, `person` null of the fixture cannot be loaded: it has no `pk`: write the key of the row
        object 1, `person` 1 of the fixture cannot be loaded: unknown `field`: an object has `model`, `pk` and `fields`
        object 2, `person` 2 of the fixture cannot be loaded: the field `name` is missing
        object 2, `person` 2 of the fixture cannot be loaded: `Person` has no field `agee`
        object 2, `person` 2 of the fixture cannot be loaded: the field `name`: expected text, found 7
        object 2, `person` 2 of the fixture cannot be loaded: the field `age`: expected an integer, found text
        object 2, `person` 2 of the fixture cannot be loaded: the field `age`: expected an integer from -128 to 127, found the integer 1000
        object 2, `person` 2 of the fixture cannot be loaded: the field `age`: 18446744073709551615 is no integer of 64 bit
        object 2, `person` 2 of the fixture cannot be loaded: the field `age`: expected an integer from -128 to 127, found NULL
        object 2, `person` 2 of the fixture cannot be loaded: the field `photo`: expected bytes in base64: Invalid symbol 32, offset 3.
        object 2, `person` 2 of the fixture cannot be loaded: another row of `Person` has the same `name`: use another value, or change the row that is there
    "#]]
    .assert_eq(&said);
    Ok(())
}

async fn rule_21_a_missing_field_is_its_default(database: &Database) -> TestResult {
    #[model(table = "fixture_setting")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Setting {
        #[key]
        id: Id<Setting>,
        name: String,
        #[default(true)]
        active: bool,
        #[default(10)]
        credits: i64,
        #[default(Some("none yet".to_owned()))]
        motto: Option<String>,
        note: Option<String>,
    }

    let db = database.with_tables::<Setting>().await?;
    let fixture = r#"[
        {"model": "fixture_setting", "pk": 1, "fields": {"name": "ann"}},
        {"model": "fixture_setting", "pk": 2, "fields": {"name": "bob", "active": false, "credits": 0, "motto": null}}
    ]"#;
    db.load_fixture_of::<Setting>(fixture).await?;
    let settings = Setting::all(&db).await?;
    let ann = Setting { id: Id::new(1), name: "ann".to_owned(), ..Setting::default() };
    assert_eq!(settings[0], ann);
    assert_eq!((settings[1].active, settings[1].credits, &settings[1].motto), (false, 0, &None));
    let nameless = r#"[{"model": "fixture_setting", "pk": 1, "fields": {}}]"#;
    let error = db.load_fixture_of::<Setting>(nameless).await.unwrap_err();
    assert!(error.to_string().ends_with("the field `name` is missing"), "{error}");
    Ok(())
}

mod lists_of_keys {
    use super::*;

    on_each_database!(rule_21_a_many_to_many_field_is_a_list_of_keys);

    static LOG: Log = Log::new();

    #[model(table = "fixture_tag")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Tag {
        #[key]
        id: Id<Tag>,
        name: String,
    }

    #[model(table = "fixture_post")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Post {
        #[key]
        id: Id<Post>,
        title: String,
        #[many_to_many]
        tags: ManyToMany<Tag>,
        #[many_to_many]
        r#see: ManyToMany<Post>,
        #[many_to_many(through = Mention, related_name = "mentioned_in")]
        mentions: ManyToMany<Tag>,
    }

    #[model(table = "fixture_mention")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Mention {
        #[key]
        id: Id<Mention>,
        #[foreign_key(on_delete = cascade)]
        post: Id<Post>,
        #[foreign_key(on_delete = cascade)]
        tag: Id<Tag>,
    }

    #[receiver(m2m_changed, sender = PostTags)]
    fn normal() {
        LOG.note("normal");
    }

    #[receiver(m2m_changed, sender = PostTags, raw = true)]
    fn every(event: &mut M2mChanged<'_, PostTags>) {
        let (action, raw) = (event.action, event.raw);
        let Side::Forward(post, tags) = event.side() else { panic!() };
        let tags: Vec<_> = tags.iter().filter_map(|id| id.get()).collect();
        LOG.note(format!("{action:?} {} {tags:?}, raw {raw}", post.title));
    }

    type All = (Post, Tag, Mention, PostTags, PostSee);

    async fn rule_21_a_many_to_many_field_is_a_list_of_keys(database: &Database) -> TestResult {
        let db = database.with_tables::<All>().await?;
        // The tags stand after the posts.
        let fixture = r#"[
            {"model": "fixture_post", "pk": 1, "fields": {"title": "one", "tags": [2, 1, 2], "see": [2]}},
            {"model": "fixture_post", "pk": 2, "fields": {"title": "two", "tags": [], "see": [1]}},
            {"model": "fixture_post", "pk": 3, "fields": {"title": "three"}},
            {"model": "fixture_tag", "pk": 1, "fields": {"name": "a"}},
            {"model": "fixture_tag", "pk": 2, "fields": {"name": "b"}},
            {"model": "fixture_mention", "pk": 5, "fields": {"post": 3, "tag": 2}}
        ]"#;
        assert_eq!(db.load_fixture_of::<All>(fixture).await?, 6);
        LOG.is(&expect![[r#"
            PreAdd one [2, 1], raw true
            PostAdd one [2, 1], raw true
        "#]]);
        let dumped = db.dump_fixture_of::<All>().await?;
        let of_dump = expect![[r#"
            [
              {"model": "fixture_post", "pk": 1, "fields": {"title": "one", "see": [2], "tags": [1,2]}},
              {"model": "fixture_post", "pk": 2, "fields": {"title": "two", "see": [1], "tags": []}},
              {"model": "fixture_post", "pk": 3, "fields": {"title": "three", "see": [], "tags": []}},
              {"model": "fixture_tag", "pk": 1, "fields": {"name": "a"}},
              {"model": "fixture_tag", "pk": 2, "fields": {"name": "b"}},
              {"model": "fixture_mention", "pk": 5, "fields": {"post": 3, "tag": 2}}
            ]
        "#]];
        of_dump.assert_eq(&dumped);

        // What a fixture does not name is left, and what it names is exactly that.
        let less = r#"[
            {"model": "fixture_post", "pk": 1, "fields": {"title": "one", "tags": [1]}},
            {"model": "fixture_post", "pk": 2, "fields": {"title": "two"}}
        ]"#;
        db.load_fixture_of::<All>(less).await?;
        LOG.is(&expect![[r#"
            PreRemove one [2], raw true
            PostRemove one [2], raw true
        "#]]);
        let one = Post::get(&db, Id::new(1)).await?.unwrap();
        assert_eq!(one.tags().ids(&db).await?, [Id::new(1)]);
        assert_eq!(one.r#see().ids(&db).await?, [Id::new(2)]);
        assert_eq!(db.load_fixture_of::<All>(&dumped).await?, 6);
        assert_eq!(db.dump_fixture_of::<All>().await?, dumped);
        LOG.take();
        one.tags().remove(&db, [Id::new(2)]).await?;
        LOG.is(&expect![[r#"
            normal
            PreRemove one [2], raw false
            normal
            PostRemove one [2], raw false
        "#]]);
        Ok(())
    }
}

async fn rule_21_a_mistake_in_a_many_to_many_field_names_it_and_nothing_is_loaded(database: &Database) -> TestResult {
    #[model(table = "fixture_label")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Label {
        #[key]
        id: Id<Label>,
    }

    #[model(table = "fixture_page")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Page {
        #[key]
        id: Id<Page>,
        #[many_to_many]
        labels: ManyToMany<Label>,
    }

    let db = database.with_tables::<(Page, Label)>().await?;
    let mut said = String::new();
    for labels in ["7", "null", "[\"a\"]", "[[\"natural\", \"key\"]]", "[1.5]", "[99]"] {
        let fixture = format!(r#"[{{"model": "fixture_page", "pk": 1, "fields": {{"labels": {labels}}}}}]"#);
        let error = db.load_fixture_of::<(Page, Label)>(&fixture).await.unwrap_err();
        writeln!(said, "{labels}: {error}")?;
        assert!(Page::all(&db).await?.is_empty());
    }
    let (said, last) = said.trim_end().rsplit_once('\n').unwrap();
    expect![[r#"
        7: object 1, `fixture_page` 1 of the fixture cannot be loaded: the field `labels`: expected a list of keys, found 7
        null: object 1, `fixture_page` 1 of the fixture cannot be loaded: the field `labels`: expected a list of keys, found null
        ["a"]: object 1, `fixture_page` 1 of the fixture cannot be loaded: the field `labels`: expected the key of a row, found text
        [["natural", "key"]]: object 1, `fixture_page` 1 of the fixture cannot be loaded: the field `labels`: expected the key of a row, found a list
        [1.5]: object 1, `fixture_page` 1 of the fixture cannot be loaded: the field `labels`: expected the key of a row, found 1.5"#]]
    .assert_eq(said);
    assert!(last.starts_with("[99]: ") && last.contains("row that does not exist"), "{last}");
    Ok(())
}
