//! Rules 37 to 39 and 42 to 44: what `m2m_changed` sends.

use expect_test::expect;
use signals::many_to_many::{AnyIds, M2mAction, Side};
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_37_one_sender_per_field,
    rule_42_a_symmetrical_relation_sends_one_pair,
    rule_43_without_receivers_nothing_is_looked_at,
    rule_44_what_relates_a_deleted_row_goes_silently,
    receivers_that_are_connected_at_run_time
);

async fn rule_37_one_sender_per_field(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

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
        #[many_to_many(related_name = "banned")]
        banned_from: ManyToMany<Group>,
    }

    #[receiver(m2m_changed, sender = UserGroups)]
    async fn watch(
        action: M2mAction,
        reverse: bool,
        instance: &dyn AnyModel,
        ids: &mut dyn AnyIds,
        tx: &mut Tx,
    ) -> Result<()> {
        let rows = UserGroups::all(tx).await?.len();
        LOG.note(format!("{action:?} reverse {reverse} {instance:?} {ids:?}, {rows} rows"));
        Ok(())
    }

    #[receiver(m2m_changed, sender = UserBannedFrom)]
    fn banned(event: &mut M2mChanged<'_, UserBannedFrom>) {
        match event.side() {
            Side::Forward(user, groups) => LOG.note(format!("user {} and groups {groups:?}", user.id)),
            Side::Reverse(group, users) => LOG.note(format!("group {} and users {users:?}", group.id)),
        }
    }

    let db = database.with_tables::<(User, Group, UserGroups, UserBannedFrom)>().await?;
    let (mut user, mut group) = (User::default(), Group::default());
    user.save(&db).await?;
    group.save(&db).await?;
    user.groups().add(&db, [group.id]).await?;
    group.user_set().remove(&db, [user.id]).await?;
    user.banned_from().add(&db, [group.id]).await?;
    group.banned().clear(&db).await?;
    LOG.is(&expect![[r#"
        PreAdd reverse false User { id: 1 } [1], 0 rows
        PostAdd reverse false User { id: 1 } [1], 1 rows
        PreRemove reverse true Group { id: 1 } [1], 1 rows
        PostRemove reverse true Group { id: 1 } [1], 0 rows
        user 1 and groups [Id(1)]
        user 1 and groups [Id(1)]
        group 1 and users []
        group 1 and users []
    "#]]);
    Ok(())
}

mod each_call {
    use super::*;

    on_each_database!(rules_38_39_what_each_call_sends);

    static LOG: Log = Log::new();

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

    #[receiver(m2m_changed, sender = UserGroups)]
    async fn watch(action: M2mAction, ids: &mut dyn AnyIds, tx: &mut Tx) -> Result<()> {
        LOG.note(format!("{action:?} {ids:?}, {} rows", UserGroups::all(tx).await?.len()));
        Ok(())
    }

    async fn rules_38_39_what_each_call_sends(database: &Database) -> TestResult {
        let db = database.with_tables::<(User, Group, UserGroups)>().await?;
        let mut user = User::default();
        user.save(&db).await?;
        for _ in 0..4 {
            Group::default().save(&db).await?;
        }
        let [one, two, three, four] = [1, 2, 3, 4].map(Id::<Group>::new);
        let groups = || user.groups();

        LOG.note("add nothing");
        groups().add(&db, []).await?;
        LOG.note("add, and again");
        groups().add(&db, [two, one, two]).await?;
        groups().add(&db, [one, two]).await?;
        LOG.note("add what is partly there");
        groups().add(&db, [three, one]).await?;
        LOG.note("remove nothing");
        groups().remove(&db, []).await?;
        LOG.note("remove what is partly there");
        groups().remove(&db, [four, one, four]).await?;
        LOG.note("set, and again");
        groups().set(&db, [four, two, four]).await?;
        groups().set(&db, [two, four]).await?;
        LOG.note("set fewer");
        groups().set(&db, [four]).await?;
        LOG.note("set nothing");
        groups().set(&db, []).await?;
        LOG.note("clear what is clear");
        groups().clear(&db).await?;
        LOG.note("clear and add, and nothing");
        groups().clear_and_add(&db, [one, two]).await?;
        groups().clear_and_add(&db, []).await?;
        LOG.is(&expect![[r#"
            add nothing
            add, and again
            PreAdd [2, 1], 0 rows
            PostAdd [2, 1], 2 rows
            PreAdd [], 2 rows
            PostAdd [], 2 rows
            add what is partly there
            PreAdd [3], 2 rows
            PostAdd [3], 3 rows
            remove nothing
            remove what is partly there
            PreRemove [4, 1], 3 rows
            PostRemove [4, 1], 2 rows
            set, and again
            PreRemove [3], 2 rows
            PostRemove [3], 1 rows
            PreAdd [4], 1 rows
            PostAdd [4], 2 rows
            set fewer
            PreRemove [2], 2 rows
            PostRemove [2], 1 rows
            set nothing
            PreRemove [4], 1 rows
            PostRemove [4], 0 rows
            clear what is clear
            PreClear [], 0 rows
            PostClear [], 0 rows
            clear and add, and nothing
            PreClear [], 0 rows
            PostClear [], 0 rows
            PreAdd [1, 2], 0 rows
            PostAdd [1, 2], 2 rows
            PreClear [], 2 rows
            PostClear [], 0 rows
        "#]]);
        Ok(())
    }
}

async fn rule_42_a_symmetrical_relation_sends_one_pair(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Default, Clone, Debug, PartialEq)]
    struct Person {
        #[key]
        id: Id<Person>,
        #[many_to_many]
        friends: ManyToMany<Self>,
        #[many_to_many(through = Marriage, through_fields(one, other), symmetrical = true)]
        married: ManyToMany<Person>,
    }

    #[model]
    #[derive(Default)]
    struct Marriage {
        #[key]
        id: Id<Marriage>,
        #[foreign_key(on_delete = cascade)]
        one: Id<Person>,
        #[foreign_key(on_delete = cascade, related_name = "marriages")]
        other: Id<Person>,
        year: i64,
    }

    #[receiver(m2m_changed, sender = [PersonFriends, Marriage])]
    fn watch(action: M2mAction, reverse: bool, instance: &dyn AnyModel, ids: &mut dyn AnyIds) {
        assert!(!reverse);
        LOG.note(format!("{action:?} of {:?} {ids:?}", instance.key()));
    }

    let db = database.with_tables::<(Person, PersonFriends, Marriage)>().await?;
    let mut people = [(); 3].map(|()| Person::default());
    for person in &mut people {
        person.save(&db).await?;
    }
    let [ann, bob, cleo] = people;
    ann.friends().add(&db, [bob.id, cleo.id, ann.id]).await?;
    assert_eq!(ann.friends().ids(&db).await?, [ann.id, bob.id, cleo.id]);
    assert_eq!(bob.friends().all(&db).await?, std::slice::from_ref(&ann));
    bob.friends().add(&db, [ann.id]).await?;
    bob.friends().remove(&db, [ann.id]).await?;
    assert_eq!(ann.friends().ids(&db).await?, [ann.id, cleo.id]);
    ann.friends().clear(&db).await?;
    assert_eq!(cleo.friends().count(&db).await?, 0);
    LOG.is(&expect![[r#"
        PreAdd of Integer(1) [2, 3, 1]
        PostAdd of Integer(1) [2, 3, 1]
        PreAdd of Integer(2) []
        PostAdd of Integer(2) []
        PreRemove of Integer(2) [1]
        PostRemove of Integer(2) [1]
        PreClear of Integer(1) []
        PostClear of Integer(1) []
    "#]]);

    ann.married().through_defaults(&|row| row.year = 1999).add(&db, [bob.id]).await?;
    assert_eq!(bob.married().ids(&db).await?, [ann.id]);
    let years: Vec<_> = Marriage::all(&db).await?.into_iter().map(|row| row.year).collect();
    assert_eq!(years, [1999, 1999]);
    bob.married().set(&db, []).await?;
    assert_eq!(Marriage::all(&db).await?.len(), 0);
    LOG.is(&expect![[r#"
        PreAdd of Integer(1) [2]
        PostAdd of Integer(1) [2]
        PreRemove of Integer(2) [1]
        PostRemove of Integer(2) [1]
    "#]]);
    Ok(())
}

async fn rule_43_without_receivers_nothing_is_looked_at(database: &Database) -> TestResult {
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

    assert!(UserWatched::M2M_CHANGED.has_receivers());
    assert!(!UserGroups::M2M_CHANGED.has_receivers());
    let db = database.with_tables::<(User, Group, UserGroups, UserWatched)>().await?;
    let mut user = User::default();
    user.save(&db).await?;
    let numbers = if is_sqlite(&db) {
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n"
    } else {
        "SELECT generate_series(1, 10000)"
    };
    db.execute(&format!("INSERT INTO \"groups\" (id) {numbers}"), &()).await?;
    let ids: Vec<Id<Group>> = (1..=10_000).map(Id::new).collect();
    for groups in [user.groups().ids(&db).await?, user.watched().ids(&db).await?] {
        assert_eq!(groups, []);
    }
    user.groups().add(&db, &ids).await?;
    user.watched().add(&db, &ids).await?;
    user.groups().add(&db, &ids[5000..]).await?;
    user.watched().add(&db, &ids[5000..]).await?;
    assert_eq!(user.groups().ids(&db).await?, ids);
    assert_eq!(user.watched().ids(&db).await?, ids);
    user.groups().remove(&db, &ids[..9_000]).await?;
    user.watched().set(&db, &ids[9_000..]).await?;
    assert_eq!(user.groups().ids(&db).await?, ids[9_000..]);
    assert_eq!(user.watched().ids(&db).await?, ids[9_000..]);
    Ok(())
}

async fn rule_44_what_relates_a_deleted_row_goes_silently(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

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

    #[receiver(m2m_changed, sender = UserGroups)]
    fn changed(action: M2mAction) {
        LOG.note(format!("{action:?}"));
    }

    #[receiver(post_delete, sender = [User, Group])]
    async fn deleted<M: Model>(instance: &M, tx: &mut Tx) -> Result<()> {
        let instance: &dyn AnyModel = instance;
        LOG.note(format!("deleted {}, {} rows", instance.model().name, UserGroups::all(tx).await?.len()));
        Ok(())
    }

    let db = database.with_tables::<(User, Group, UserGroups)>().await?;
    let (mut ann, mut bob, mut staff, mut board) =
        (User::default(), User::default(), Group::default(), Group::default());
    ann.save(&db).await?;
    bob.save(&db).await?;
    staff.save(&db).await?;
    board.save(&db).await?;
    staff.user_set().add(&db, [ann.id, bob.id]).await?;
    board.user_set().add(&db, [ann.id, bob.id]).await?;
    LOG.take();

    let deleted = ann.delete(&db).await?;
    assert_eq!((deleted.of::<User>(), deleted.of::<UserGroups>(), deleted.total()), (1, 2, 3));
    let deleted = board.delete(&db).await?;
    assert_eq!((deleted.of::<Group>(), deleted.of::<UserGroups>(), deleted.total()), (1, 1, 2));
    assert_eq!(bob.groups().ids(&db).await?, [staff.id]);
    LOG.is(&expect![[r#"
        deleted User, 2 rows
        deleted Group, 1 rows
    "#]]);
    Ok(())
}

async fn receivers_that_are_connected_at_run_time(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

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
        #[many_to_many(table = "who is in which \"group\"")]
        groups: ManyToMany<Group>,
    }

    let db = database.with_tables::<(User, Group, UserGroups)>().await?;
    let (mut user, mut group) = (User::default(), Group::default());
    user.save(&db).await?;
    group.save(&db).await?;
    assert!(!UserGroups::M2M_CHANGED.has_receivers());
    let guard = UserGroups::M2M_CHANGED.connect_scoped(|event| LOG.note(format!("{event:?}")));
    user.groups().add(&db, [group.id]).await?;
    LOG.is(&expect![[r#"
        M2mChanged { action: PreAdd, reverse: false, instance: User { id: 1 }, model: "Group", through: "UserGroups", ids: [1], .. }
        M2mChanged { action: PostAdd, reverse: false, instance: User { id: 1 }, model: "Group", through: "UserGroups", ids: [1], .. }
    "#]]);
    drop(guard);
    user.groups().clear(&db).await?;
    LOG.is(&expect![[r#""#]]);
    assert!(UserGroups::META.automatic);
    assert_eq!(UserGroups::META.table, "who is in which \"group\"");
    Ok(())
}
