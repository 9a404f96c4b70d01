//! Rule 73: what `m2m_commit` sends.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use signals::many_to_many::{AnyIds, CommittedSide};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::{Log, without_lines};

on_each_database!(
    rule_73_each_change_of_a_relation_is_sent_after_its_commit,
    rule_73_it_is_the_difference_that_the_transaction_made,
    rule_73_a_savepoint_that_is_undone_takes_its_changes_back,
    rule_73_what_is_deleted_later_was_not_added,
    rule_73_a_symmetrical_relation_is_sent_once,
    rule_73_a_through_model_that_is_written_by_hand,
    rule_46_73_failures_are_isolated_and_reported
);

/// Users and groups, and a receiver that notes what it gets.
macro_rules! users_and_groups {
    ($log:ident) => {
        static $log: Log = Log::new();

        #[model]
        #[derive(Debug, Default, Clone)]
        struct Group {
            #[key]
            id: Id<Group>,
        }

        #[model]
        #[derive(Debug, Default, Clone)]
        struct User {
            #[key]
            id: Id<User>,
            #[many_to_many]
            groups: ManyToMany<Group>,
        }

        #[receiver(m2m_commit, sender = UserGroups)]
        async fn note(event: &M2mCommit<'_, UserGroups>) -> Result<()> {
            assert_eq!(event.model.name, if event.reverse { "User" } else { "Group" });
            let (added, removed) = (event.added, event.removed);
            match event.side() {
                CommittedSide::Forward { instance, added: groups, removed: left } => {
                    assert_eq!((groups.len(), left.len()), (added.len(), removed.len()));
                    let now = instance.groups().count(event.db).await?;
                    $log.note(format!("user {}: {added:?} added, {removed:?} removed, now {now}", instance.id));
                }
                CommittedSide::Reverse { instance, added: users, removed: left } => {
                    assert_eq!((users.len(), left.len()), (added.len(), removed.len()));
                    let now = instance.user_set().count(event.db).await?;
                    $log.note(format!("group {}: {added:?} added, {removed:?} removed, now {now}", instance.id));
                }
            }
            Ok(())
        }

        async fn stored(database: &Database) -> Result<(Db, [User; 2], [Group; 4]), Box<dyn std::error::Error>> {
            let db = database.with_tables::<(User, Group, UserGroups)>().await?;
            let (mut users, mut groups) = <([User; 2], [Group; 4])>::default();
            User::create_many(&db, &mut users).await?;
            Group::create_many(&db, &mut groups).await?;
            Ok((db, users, groups))
        }
    };
}

async fn rule_73_each_change_of_a_relation_is_sent_after_its_commit(database: &Database) -> TestResult {
    users_and_groups!(LOG);

    let (db, [ann, bob], [one, two, three, four]) = stored(database).await?;
    ann.groups().add(&db, [two.id, one.id, two.id]).await?;
    LOG.note("known ones");
    ann.groups().add(&db, [one.id]).await?;
    ann.groups().remove(&db, [three.id]).await?;
    bob.groups().clear(&db).await?;
    ann.groups().set(&db, [one.id, two.id]).await?;
    LOG.note("one is known, one is not");
    ann.groups().add(&db, [one.id, three.id]).await?;
    ann.groups().remove(&db, [three.id, four.id]).await?;
    LOG.note("set, and clear_and_add");
    ann.groups().set(&db, [two.id, three.id]).await?;
    ann.groups().clear_and_add(&db, [three.id, four.id]).await?;
    LOG.note("from the other side, and a new row");
    four.user_set().add(&db, [ann.id, bob.id]).await?;
    let mut five = Group::default();
    bob.groups().create(&db, &mut five).await?;
    LOG.note("cleared");
    four.user_set().clear(&db).await?;
    expect![[r"
        user 1: [1, 2] added, [] removed, now 2
        known ones
        one is known, one is not
        user 1: [3] added, [] removed, now 3
        user 1: [] added, [3] removed, now 2
        set, and clear_and_add
        user 1: [3] added, [1] removed, now 2
        user 1: [4] added, [2] removed, now 2
        from the other side, and a new row
        group 4: [2] added, [] removed, now 2
        user 2: [5] added, [] removed, now 2
        cleared
        group 4: [] added, [1, 2] removed, now 0
    "]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_73_it_is_the_difference_that_the_transaction_made(database: &Database) -> TestResult {
    users_and_groups!(LOG);

    let (db, [ann, bob], [one, two, three, four]) = stored(database).await?;
    ann.groups().add(&db, [one.id]).await?;
    LOG.take();
    let mut tx = db.begin().await?;
    // Added and removed, and removed and added, also from the other side.
    ann.groups().add(&tx, [two.id]).await?;
    ann.groups().remove(&tx, [two.id]).await?;
    ann.groups().remove(&tx, [one.id]).await?;
    one.user_set().add(&tx, [ann.id]).await?;
    bob.groups().add(&tx, [three.id]).await?;
    three.user_set().remove(&tx, [bob.id]).await?;
    tx.on_commit(async |_| {
        LOG.note("a hook");
        Ok(())
    });
    // What is left, by the row that changed it last.
    ann.groups().add(&tx, [four.id, three.id]).await?;
    bob.groups().add(&tx, [four.id]).await?;
    two.user_set().add(&tx, [ann.id, bob.id]).await?;
    tx.savepoint(async |tx| bob.groups().set(tx, [one.id]).await).await?;
    assert_eq!(LOG.take(), "");
    tx.commit().await?;
    expect![[r"
        user 1: [3, 4] added, [] removed, now 4
        user 2: [1] added, [] removed, now 1
        group 2: [1] added, [] removed, now 1
        a hook
    "]]
    .assert_eq(&LOG.take());

    let tx = db.begin().await?;
    bob.groups().clear(&tx).await?;
    tx.rollback().await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}

async fn rule_73_a_savepoint_that_is_undone_takes_its_changes_back(database: &Database) -> TestResult {
    users_and_groups!(LOG);

    let (db, [ann, _], [one, two, three, _]) = stored(database).await?;
    ann.groups().add(&db, [one.id]).await?;
    LOG.take();
    let mut tx = db.begin().await?;
    ann.groups().add(&tx, [two.id]).await?;
    let undone = tx.savepoint(async |tx| {
        tx.savepoint(async |tx| ann.groups().set(tx, [three.id]).await).await?;
        Err::<(), _>(Error::other("undo"))
    });
    undone.await.unwrap_err();
    tx.commit().await?;
    assert_eq!(LOG.take(), "user 1: [2] added, [] removed, now 2\n");
    Ok(())
}

async fn rule_73_what_is_deleted_later_was_not_added(database: &Database) -> TestResult {
    users_and_groups!(LOG);

    let (db, [ann, mut bob], [mut one, two, three, mut four]) = stored(database).await?;
    ann.groups().add(&db, [four.id]).await?;
    LOG.take();
    let tx = db.begin().await?;
    ann.groups().add(&tx, [one.id, two.id]).await?;
    one.delete(&tx).await?;
    bob.groups().add(&tx, [two.id]).await?;
    bob.delete(&tx).await?;
    three.user_set().add(&tx, [ann.id]).await?;
    Group::delete_where(&tx, "id = ?", &(three.id,)).with_signals().await?;
    tx.commit().await?;
    assert_eq!(LOG.take(), "user 1: [2] added, [] removed, now 2\n");
    // A delete alone sends nothing.
    four.delete(&db).await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}

async fn rule_73_a_symmetrical_relation_is_sent_once(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct Person {
        #[key]
        id: Id<Person>,
        #[many_to_many(symmetrical = true)]
        friends: ManyToMany<Person>,
        #[many_to_many(symmetrical = false, related_name = "followers")]
        follows: ManyToMany<Person>,
    }

    #[receiver(m2m_commit, sender = [PersonFriends, PersonFollows])]
    fn note(reverse: bool, instance: &dyn AnyModel, added: &dyn AnyIds, removed: &dyn AnyIds) {
        LOG.note(format!("{} reverse {reverse}: {added:?} {removed:?}", instance.key()));
    }

    let db = database.with_tables::<(Person, PersonFriends, PersonFollows)>().await?;
    let mut all = <[Person; 3]>::default();
    Person::create_many(&db, &mut all).await?;
    let [ann, bob, eve] = all;
    LOG.note("friends");
    ann.friends().add(&db, [bob.id, ann.id]).await?;
    let tx = db.begin().await?;
    bob.friends().remove(&tx, [ann.id]).await?;
    ann.friends().add(&tx, [bob.id]).await?;
    eve.friends().add(&tx, [ann.id]).await?;
    tx.commit().await?;
    ann.friends().clear(&db).await?;
    LOG.note("followers");
    ann.follows().add(&db, [bob.id]).await?;
    bob.follows().add(&db, [ann.id]).await?;
    ann.followers().set(&db, [eve.id]).await?;
    expect![[r"
        friends
        1 reverse false: [1, 2] []
        3 reverse false: [1] []
        1 reverse false: [] [1, 2, 3]
        followers
        1 reverse false: [2] []
        2 reverse false: [1] []
        1 reverse true: [3] [2]
    "]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_73_a_through_model_that_is_written_by_hand(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct Club {
        #[key]
        id: Id<Club>,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[many_to_many(through = Contract)]
        clubs: ManyToMany<Club>,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Contract {
        #[key]
        id: Id<Contract>,
        #[foreign_key(on_delete = cascade)]
        player: Id<Player>,
        #[foreign_key(on_delete = cascade)]
        club: Id<Club>,
    }

    #[receiver(m2m_commit, sender = Contract)]
    fn note(instance: &dyn AnyModel, added: &dyn AnyIds, removed: &dyn AnyIds) {
        LOG.note(format!("{instance:?}: {added:?} {removed:?}"));
    }

    // So that the rows are loaded to be deleted.
    #[receiver(post_delete, sender = Contract)]
    fn ended(instance: &Contract) {
        LOG.note(format!("the contract of {} with {} has ended", instance.player, instance.club));
    }

    let db = database.with_tables::<(Club, Player, Contract)>().await?;
    let (mut clubs, mut player) = (<[Club; 2]>::default(), Player::default());
    Club::create_many(&db, &mut clubs).await?;
    player.save(&db).await?;
    let [one, two] = clubs;
    player.clubs().add(&db, [one.id]).await?;
    let tx = db.begin().await?;
    player.clubs().set(&tx, [two.id]).await?;
    // A row of the through model is deleted as any other.
    for mut contract in Contract::all(&tx).await? {
        contract.delete(&tx).await?;
    }
    tx.commit().await?;
    expect![[r"
        Player { id: 1 }: [1] []
        the contract of 1 with 1 has ended
        the contract of 1 with 2 has ended
        Player { id: 1 }: [] [1]
    "]]
    .assert_eq(&LOG.take());
    Ok(())
}

async fn rule_46_73_failures_are_isolated_and_reported(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Default)]
    struct Tag {
        #[key]
        id: Id<Tag>,
    }

    #[model]
    #[derive(Debug, Default)]
    struct Post {
        #[key]
        id: Id<Post>,
        #[many_to_many]
        tags: ManyToMany<Tag>,
    }

    struct Actor(&'static str);

    #[receiver(m2m_commit, sender = PostTags)]
    fn fails() -> Result<(), &'static str> {
        Err("no")
    }

    #[receiver(m2m_commit, sender = PostTags)]
    fn runs(#[context] actor: Option<&Actor>) {
        LOG.note(format!("runs for {:?}", actor.map(|actor| actor.0)));
    }

    let reported = Arc::new(Mutex::new(Vec::new()));
    let db = database
        .connect_with::<(Post, Tag, PostTags)>(|options| {
            let reports = Arc::clone(&reported);
            options.on_error(move |error| reports.lock().unwrap().push(without_lines(&error.to_string())))
        })
        .await?;
    let (mut post, mut tag) = (Post::default(), Tag::default());
    post.save(&db).await?;
    tag.save(&db).await?;
    post.tags().add(&db.with(Actor("ann")), [tag.id]).await?;
    let tx = db.begin().await?;
    post.tags().remove(&tx.with(Actor("bob")), [tag.id]).await?;
    tx.commit().await?;
    let muted = signals::testing::mute::<fails>(&db);
    post.tags().add(&db, [tag.id]).await?;
    drop(muted);
    assert_eq!(LOG.take(), "runs for Some(\"ann\")\nruns for Some(\"bob\")\nruns for None\n");
    let reported = std::mem::take(&mut *reported.lock()?);
    assert_eq!(reported.len(), 2);
    assert!(
        reported[0].contains(
            "committed::fails` (tests/it/many_to_many/committed.rs) failed on `m2m_commit` of `PostTags`: no"
        )
    );
    Ok(())
}
