//! docs/behaviour.md, "delete" and "save", of models whose keys people set: what points to them is a `Ref`.

use expect_test::expect;
use signals::ErrorKind;
use signals::error::Lookup;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database, on_sqlite};
use crate::log::Log;

on_sqlite!(rule_26_rows_go_that_point_to_a_key_which_only_the_database_takes_for_the_same);

on_each_database!(
    rows_are_followed_both_ways_by_whatever_key_they_have,
    what_points_to_nothing_is_an_error,
    rules_26_28_30_32_a_cascade_goes_through_them,
    rule_28_a_tree_of_one_model,
    a_receiver_makes_the_row_that_points_to_the_new_one,
    rule_30_set_default_points_to_another_row
);

/// Countries, what belongs to them, and receivers that note what is deleted.
macro_rules! world {
    ($log:ident) => {
        #[model]
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        struct Country {
            #[key]
            code: String,
        }

        #[model]
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        struct City {
            #[key]
            id: Id<City>,
            #[foreign_key(on_delete = cascade)]
            country: Ref<Country, String>,
            #[foreign_key(on_delete = set_null, related_name = "once_theirs")]
            before_id: Option<Ref<Country, String>>,
        }

        #[model]
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        struct Anthem {
            #[key]
            id: Id<Anthem>,
            #[one_to_one(on_delete = cascade)]
            country: Ref<Country, String>,
        }

        #[receiver([pre_delete, post_delete], sender = [Country, City])]
        fn deleted<M: Model>(instance: &M, origin: &dyn AnyModel) {
            let instance: &dyn AnyModel = instance;
            $log.note(format!("{instance:?} of {origin:?}"));
        }

        #[allow(dead_code, reason = "not every test needs it")]
        async fn country(db: &Db, code: &str) -> Country {
            let mut country = Country { code: code.to_owned() };
            country.save(db).await.unwrap();
            country
        }
    };
}

async fn rows_are_followed_both_ways_by_whatever_key_they_have(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    world!(LOG);

    let db = database.with_tables::<(Country, City, Anthem)>().await?;
    let (belgium, odd) = (country(&db, "be").await, country(&db, "o'd \"d\" \u{1F600}").await);
    let mut ghent = City { country: Ref::to(&belgium), before_id: Some(Ref::new(odd.code.clone())), ..City::default() };
    ghent.save(&db).await?;
    let mut anthem = Anthem { country: Ref::to(&odd), ..Anthem::default() };
    anthem.save(&db).await?;

    assert_eq!(City::get(&db, ghent.id).await?.as_ref(), Some(&ghent));
    assert_eq!(ghent.country(&db).await?, belgium);
    assert_eq!(ghent.before(&db).await?.as_ref(), Some(&odd));
    assert_eq!(belgium.city_set(&db).await?, [ghent.clone()]);
    assert_eq!(odd.once_theirs(&db).await?, [ghent.clone()]);
    assert_eq!(odd.anthem(&db).await?.as_ref(), Some(&anthem));
    assert_eq!(belgium.anthem(&db).await?, None);
    assert_eq!(Anthem::by_country(&db, Ref::to(&odd)).await?, Some(anthem));
    assert_eq!(ghent.country.get(), Some(&belgium.code));

    ghent.before_id = None;
    ghent.save(&db).await?;
    assert_eq!(ghent.before(&db).await?, None);
    assert_eq!(db.check_schema_of::<(Country, City, Anthem)>().await.map_err(|error| error.to_string()), Ok(()));
    Ok(())
}

async fn what_points_to_nothing_is_an_error(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    world!(LOG);

    let db = database.with_tables::<(Country, City)>().await?;
    let unset = City::default().save(&db).await.unwrap_err();
    expect!["`country` of `City` is an id that is not set: save the row that it points to first"]
        .assert_eq(&unset.to_string());
    let be = country(&db, "be").await;
    let before = City { country: Ref::to(&be), before_id: Some(Ref::UNSET), ..City::default() }.save(&db).await;
    assert!(
        matches!(before.as_ref().unwrap_err().kind(), ErrorKind::UnsetId { field, .. } if field == "before_id"),
        "not the same as none"
    );
    let unset = City::default().country(&db).await.unwrap_err();
    expect!["`country` of `City` is an id that is not set: save the row that it points to first"]
        .assert_eq(&unset.to_string());
    let gone = City { country: Ref::new("xx".to_owned()), ..City::default() };
    assert!(
        matches!(gone.country(&db).await.unwrap_err().kind(), ErrorKind::RowNotFound(Lookup::Key { model }) if model == "Country")
    );
    let error = gone.clone().save(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ForeignKey { .. }), "{error}");
    assert_eq!(City::all(&db).await?, []);
    Ok(())
}

async fn rules_26_28_30_32_a_cascade_goes_through_them(database: &Database) -> TestResult {
    static LOG: Log = Log::new();
    world!(LOG);

    let db = database.with_tables::<(Country, City, Anthem)>().await?;
    let (mut belgium, france) = (country(&db, "be").await, country(&db, "fr").await);
    for (inside, before) in [(&belgium, None), (&belgium, Some(&france)), (&france, Some(&belgium))] {
        City { country: Ref::to(inside), before_id: before.map(Ref::to), ..City::default() }.save(&db).await?;
    }
    Anthem { country: Ref::to(&belgium), ..Anthem::default() }.save(&db).await?;
    let deleted = belgium.delete(&db).await?;
    expect![[r#"
        City { id: 1, country: "be", before_id: null } of Country { code: "be" }
        City { id: 2, country: "be", before_id: "fr" } of Country { code: "be" }
        Country { code: "be" } of Country { code: "be" }
        City { id: 2, country: "be", before_id: "fr" } of Country { code: "be" }
        City { id: 1, country: "be", before_id: null } of Country { code: "be" }
        Country { code: "be" } of Country { code: "be" }
    "#]]
    .assert_eq(&LOG.take());
    assert_eq!((deleted.of::<City>(), deleted.of::<Anthem>(), deleted.total()), (2, 1, 4));
    let left = City::all(&db).await?;
    assert_eq!(left.iter().map(|city| city.before_id.clone()).collect::<Vec<_>>(), [None]);
    Ok(())
}

async fn rule_28_a_tree_of_one_model(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Copy, Default, PartialEq)]
    struct Node {
        #[key]
        number: u32,
        #[foreign_key(on_delete = cascade)]
        parent: Option<Ref<Node, u32>>,
    }

    let db = database.with_tables::<Node>().await?;
    for (number, parent) in [(1, None), (7, Some(1)), (3, Some(7)), (5, None)] {
        Node { number, parent: parent.map(Ref::new) }.save(&db).await?;
    }
    let mut root = Node::get(&db, 1_u32).await?.unwrap();
    let copied = root;
    assert_eq!(root.delete(&db).await?.of::<Node>(), 3);
    assert_eq!(Node::all(&db).await?, [Node { number: 5, parent: None }]);
    let (one, none) = (Ref::to(&copied), Ref::<Node, u32>::UNSET);
    assert_eq!(format!("{one:?} {none:?}, {one} {none}"), "Ref(1) Ref(unset), 1 unset");
    Ok(())
}

async fn a_receiver_makes_the_row_that_points_to_the_new_one(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct User {
        #[key]
        #[default(format!("user-{}", 1))]
        name: String,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Profile {
        #[key]
        id: Id<Profile>,
        #[one_to_one(on_delete = cascade)]
        user: Ref<User, String>,
    }

    #[receiver(post_save, sender = User, created = true)]
    async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
        Profile { user: Ref::to(instance), ..Profile::default() }.save(tx).await
    }

    let db = database.with_tables::<(User, Profile)>().await?;
    let mut ann = User::default();
    ann.save(&db).await?;
    assert_eq!(ann.name, "user-1");
    assert_eq!(ann.profile(&db).await?.unwrap().user, Ref::to(&ann));
    Ok(())
}

async fn rule_30_set_default_points_to_another_row(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Default)]
    struct Team {
        #[key]
        name: String,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[foreign_key(on_delete = set_default)]
        #[default(Ref::new("reserve".to_owned()))]
        team: Ref<Team, String>,
    }

    let db = database.with_tables::<(Team, Player)>().await?;
    let mut red = Team { name: "red".to_owned() };
    red.save(&db).await?;
    Team { name: "reserve".to_owned() }.save(&db).await?;
    Player::default().save(&db).await?;
    Player { team: Ref::to(&red), ..Player::default() }.save(&db).await?;
    red.delete(&db).await?;
    let teams: Vec<_> = Player::all(&db).await?.into_iter().map(|player| player.team.to_string()).collect();
    assert_eq!(teams, ["reserve", "reserve"]);
    Ok(())
}

/// To the database, with its collation, `BE` and `be` are one country.
async fn rule_26_rows_go_that_point_to_a_key_which_only_the_database_takes_for_the_same(
    database: &Database,
) -> TestResult {
    static LOG: Log = Log::new();
    world!(LOG);

    let db = database.connect().await?;
    db.batch(
        "CREATE TABLE countries (code TEXT NOT NULL COLLATE NOCASE PRIMARY KEY) STRICT;
         CREATE TABLE cities (id INTEGER PRIMARY KEY AUTOINCREMENT, before_id TEXT,
             country_id TEXT NOT NULL COLLATE NOCASE REFERENCES countries (code)) STRICT;
         CREATE TABLE anthems (id INTEGER PRIMARY KEY, country_id TEXT NOT NULL) STRICT;",
    )
    .await?;
    let mut belgium = country(&db, "be").await;
    for code in ["BE", "be"] {
        City { country: Ref::new(code.to_owned()), ..City::default() }.save(&db).await?;
    }
    assert_eq!(belgium.delete(&db).await?.of::<City>(), 2);
    expect![[r#"
        City { id: 1, country: "BE", before_id: null } of Country { code: "be" }
        City { id: 2, country: "be", before_id: null } of Country { code: "be" }
        Country { code: "be" } of Country { code: "be" }
        City { id: 2, country: "be", before_id: null } of Country { code: "be" }
        City { id: 1, country: "BE", before_id: null } of Country { code: "be" }
        Country { code: "be" } of Country { code: "be" }
    "#]]
    .assert_eq(&LOG.take());
    Ok(())
}
