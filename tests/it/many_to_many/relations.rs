//! Rows that are related, and the tables between them.

use expect_test::expect;
use signals::ErrorKind;
use signals::many_to_many::{AnyIds, M2mAction};
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rows_are_related_from_both_sides,
    a_relation_to_itself_by_a_path_or_an_alias_is_symmetrical_if_it_says_so,
    the_rows_between_have_no_index_that_another_one_begins_with,
    an_id_that_no_row_has_undoes_the_call
);

async fn rows_are_related_from_both_sides(database: &Database) -> TestResult {
    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Group {
        #[key]
        id: Id<Group>,
        name: String,
    }

    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct User {
        #[key]
        id: Id<User>,
        name: String,
        #[many_to_many]
        groups: ManyToMany<Group>,
    }

    let db = database.with_tables::<(UserGroups, User, Group)>().await?;
    let [mut ann, mut bob] = ["ann", "bob"].map(|name| User { name: name.to_owned(), ..User::default() });
    let [mut staff, mut board] = ["staff", "board"].map(|name| Group { name: name.to_owned(), ..Group::default() });
    ann.save(&db).await?;
    bob.save(&db).await?;
    staff.save(&db).await?;
    board.save(&db).await?;

    assert_eq!(ann.groups().all(&db).await?, []);
    ann.groups().add(&db, [board.id, staff.id, board.id]).await?;
    staff.user_set().add(&db, [ann.id, bob.id]).await?;
    assert_eq!(ann.groups().all(&db).await?, [staff.clone(), board.clone()]);
    assert_eq!(ann.groups().ids(&db).await?, [staff.id, board.id]);
    assert_eq!(staff.user_set().all(&db).await?, [ann.clone(), bob.clone()]);
    assert_eq!(board.user_set().all(&db).await?, [ann.clone()]);
    assert_eq!(ann.groups().count(&db).await?, 2);
    assert!(ann.groups().contains(&db, board.id).await?);
    assert!(!bob.groups().contains(&db, board.id).await?);

    ann.groups().remove(&db, [board.id]).await?;
    assert_eq!(board.user_set().count(&db).await?, 0);
    ann.groups().set(&db, [board.id]).await?;
    assert_eq!(ann.groups().ids(&db).await?, [board.id]);
    staff.user_set().clear(&db).await?;
    assert_eq!(UserGroups::all(&db).await?.len(), 1);
    ann.groups().clear_and_add(&db, [staff.id]).await?;
    assert_eq!(ann.groups().ids(&db).await?, [staff.id]);
    let row = UserGroups::all(&db).await?.remove(0);
    assert_eq!((row.user_id, row.group_id), (ann.id, staff.id));
    assert_eq!(row.user(&db).await?, ann);

    let mut guests = Group { name: "guests".to_owned(), ..Group::default() };
    bob.groups().create(&db, &mut guests).await?;
    assert_eq!(bob.groups().all(&db).await?, [guests]);
    Ok(())
}

mod elsewhere {
    use signals::prelude::*;

    pub(super) type Me = Person;

    #[model]
    #[derive(Default)]
    pub(super) struct Person {
        #[key]
        pub(super) id: Id<Person>,
        #[many_to_many(symmetrical = true)]
        by_path: ManyToMany<crate::many_to_many::relations::elsewhere::Person>,
        #[many_to_many(symmetrical = true)]
        by_alias: ManyToMany<Me>,
        #[many_to_many(symmetrical = false, related_name = "followed")]
        follows: ManyToMany<self::Person>,
        /// Another model of the same name.
        #[many_to_many]
        accounts: ManyToMany<super::somewhere::Person>,
    }
}

mod somewhere {
    use signals::prelude::*;

    #[model(app = "somewhere")]
    #[derive(Default)]
    pub(super) struct Person {
        #[key]
        pub(super) id: Id<Person>,
    }
}

// Rule 42.
async fn a_relation_to_itself_by_a_path_or_an_alias_is_symmetrical_if_it_says_so(database: &Database) -> TestResult {
    use elsewhere::{Person, PersonAccounts, PersonByAlias, PersonByFollows, PersonByPath, PersonFollows};
    use somewhere::Person as Account;
    let db =
        database.with_tables::<(Person, PersonByPath, PersonByAlias, PersonFollows, Account, PersonAccounts)>().await?;
    let (mut ann, mut bob, mut account) = (Person::default(), Person::default(), Account::default());
    ann.save(&db).await?;
    bob.save(&db).await?;
    account.save(&db).await?;
    ann.by_path().add(&db, [bob.id]).await?;
    assert_eq!(bob.by_path().ids(&db).await?, [ann.id]);
    ann.by_alias().add(&db, [bob.id]).await?;
    assert_eq!(bob.by_alias().ids(&db).await?, [ann.id]);
    ann.follows().add(&db, [bob.id]).await?;
    assert_eq!(bob.follows().ids(&db).await?, []);
    assert_eq!(bob.followed().ids(&db).await?, [ann.id]);
    ann.accounts().add(&db, [account.id]).await?;
    assert_eq!(ann.accounts().ids(&db).await?, [account.id]);
    Ok(())
}

async fn the_rows_between_have_no_index_that_another_one_begins_with(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Group {
        #[key]
        id: Id<Group>,
    }

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[many_to_many]
        groups: ManyToMany<Group>,
    }

    let db = database.with_tables::<(User, Group)>().await?;
    let sql = if is_sqlite(&db) {
        "SELECT group_concat(i.name) FROM pragma_index_list('user_groups') l, pragma_index_info(l.name) i
         GROUP BY l.name ORDER BY 1"
    } else {
        // Not the view `pg_indexes`, which also looks at indexes that other tests are dropping.
        r"SELECT replace(substring(pg_get_indexdef(indexrelid) FROM '\((.*)\)'), ', ', ',') FROM pg_index
          WHERE indrelid = 'user_groups'::regclass AND NOT indisprimary ORDER BY 1"
    };
    let columns = db.query_as::<String>(sql, &()).await?;
    let columns: Vec<String> = columns.into_iter().map(|columns| columns.replace('"', "")).collect();
    assert_eq!(columns, ["group_id", "user_id,group_id"], "the index of the pair serves lookups of its first column");
    db.check_schema_of::<(User, Group, UserGroups)>().await?;
    Ok(())
}

async fn an_id_that_no_row_has_undoes_the_call(database: &Database) -> TestResult {
    #[model]
    #[derive(Default)]
    struct Group {
        #[key]
        id: Id<Group>,
    }

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[many_to_many]
        groups: ManyToMany<Group>,
        #[many_to_many(related_name = "watched_set")]
        watched: ManyToMany<Group>,
    }

    #[receiver(m2m_changed, sender = UserWatched)]
    async fn watch() {}

    let db = database.with_tables::<(User, Group, UserGroups, UserWatched)>().await?;
    let (mut user, mut group) = (User::default(), Group::default());
    user.save(&db).await?;
    group.save(&db).await?;
    let missing = Id::new(i64::MAX);
    for (error, model) in [
        (user.groups().add(&db, [group.id, missing]).await.unwrap_err(), "UserGroups"),
        (user.watched().add(&db, [group.id, missing]).await.unwrap_err(), "UserWatched"),
        (user.groups().set(&db, [group.id, missing]).await.unwrap_err(), "UserGroups"),
        (User { id: Id::new(7), ..User::default() }.groups().add(&db, [group.id]).await.unwrap_err(), "UserGroups"),
    ] {
        assert!(matches!(error.kind(), ErrorKind::ForeignKey { model: Some(name) } if name == model), "{error}");
    }
    assert_eq!(user.groups().count(&db).await?, 0);
    assert_eq!(user.watched().count(&db).await?, 0);
    user.groups().remove(&db, [missing]).await?;

    let tx = db.begin().await?;
    user.groups().add(&tx, [missing]).await.unwrap_err();
    assert!(matches!(user.groups().add(&tx, [group.id]).await.unwrap_err().kind(), ErrorKind::Broken { .. }));
    Ok(())
}

mod create {
    use super::*;

    on_each_database!(create_saves_the_other_row_and_relates_it);

    static LOG: Log = Log::new();

    #[model]
    #[derive(Default)]
    struct Group {
        #[key]
        id: Id<Group>,
        #[unique]
        name: String,
        #[default(1)]
        size: i64,
    }

    #[model]
    #[derive(Default)]
    struct User {
        #[key]
        id: Id<User>,
        #[many_to_many]
        groups: ManyToMany<Group>,
    }

    #[receiver([pre_save, post_save], sender = Group)]
    fn saved(instance: &Group) {
        LOG.note(format!("saved {}, id unset {}", instance.name, instance.id.is_unset()));
    }

    #[receiver(post_commit, sender = Group)]
    fn committed(instance: &Group) {
        LOG.note(format!("committed {}", instance.name));
    }

    #[receiver(m2m_changed, sender = UserGroups)]
    async fn changed(action: M2mAction, reverse: bool, ids: &mut dyn AnyIds, tx: &mut Tx) -> Result<()> {
        if reverse {
            return Ok(());
        }
        let name = Group::get(tx, Id::new(ids.iter().next().unwrap())).await?.unwrap().name;
        LOG.note(format!("{action:?} {name}"));
        if name == "secret" { Err(Error::other("there is no such group")) } else { Ok(()) }
    }

    async fn create_saves_the_other_row_and_relates_it(database: &Database) -> TestResult {
        let named = |name: &str| Group { name: name.to_owned(), ..Group::default() };
        let db = database.with_tables::<(User, Group, UserGroups)>().await?;
        let mut user = User::default();
        user.save(&db).await?;
        let mut staff = named("staff");
        user.groups().create(&db, &mut staff).await?;
        assert_eq!((staff.id.get(), staff.size), (Some(1), 1));
        LOG.is(&expect![[r#"
            saved staff, id unset true
            saved staff, id unset false
            PreAdd staff
            PostAdd staff
            committed staff
        "#]]);

        let mut secret = named("secret");
        user.groups().create(&db, &mut secret).await.unwrap_err();
        assert_eq!((secret.id, secret.size), (Id::UNSET, 1), "they are as they were");
        let mut again = named("staff");
        let error = user.groups().create(&db, &mut again).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unique { model, .. } if model == "Group"), "{error}");
        assert_eq!(Group::all(&db).await?.len(), 1);
        assert_eq!(user.groups().ids(&db).await?, [staff.id]);
        LOG.take();

        db.transaction(async |tx| {
            user.groups().create(tx, &mut named("board")).await?;
            LOG.note("not committed");
            Ok(())
        })
        .await?;
        LOG.is(&expect![[r#"
            saved board, id unset true
            saved board, id unset false
            PreAdd board
            PostAdd board
            not committed
            committed board
        "#]]);
        // From the other side.
        let mut friend = User::default();
        staff.user_set().create(&db, &mut friend).await?;
        assert_eq!(friend.groups().ids(&db).await?, [staff.id]);
        LOG.take();
        Ok(())
    }
}
