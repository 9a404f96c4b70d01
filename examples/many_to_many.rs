//! Many-to-many relations: users in groups, friends, and clubs with a through model of their own.
//!
//! `cargo run --example many_to_many`

use signals::many_to_many::{AnyIds, M2mAction, Side};
use signals::prelude::*;

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Group {
    #[key]
    id: Id<Group>,
    name: String,
}

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct User {
    #[key]
    id: Id<User>,
    name: String,
    /// The attribute creates the through model `UserGroups`.
    #[many_to_many]
    groups: ManyToMany<Group>,
    /// A symmetrical relation of the model to itself: if Ann is a friend of Bob, Bob is a friend of Ann.
    #[many_to_many]
    friends: ManyToMany<User>,
    /// A through model with a column of its own.
    #[many_to_many(through = Membership, related_name = "members")]
    clubs: ManyToMany<Club>,
}

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Club {
    #[key]
    id: Id<Club>,
    name: String,
}

#[model]
#[derive(Debug, Clone, Default)]
struct Membership {
    #[key]
    id: Id<Membership>,
    #[foreign_key(on_delete = cascade)]
    user: Id<User>,
    #[foreign_key(on_delete = cascade)]
    club: Id<Club>,
    role: String,
}

/// Runs before and after each change. `side()` has the types of the side that the change was made from.
#[receiver(m2m_changed, sender = UserGroups)]
fn watch(event: &mut M2mChanged<'_, UserGroups>) {
    let action = event.action;
    match event.side() {
        Side::Forward(user, groups) => println!("    {action:?}: {} and groups {groups:?}", user.name),
        Side::Reverse(group, users) => println!("    {action:?}: {} and users {users:?}", group.name),
    }
}

/// Users cannot join the second group: ids that a receiver removes are not added.
#[receiver(m2m_changed, sender = UserGroups, before = [watch])]
fn the_board_is_closed(action: M2mAction, ids: &mut dyn AnyIds) {
    if let (M2mAction::PreAdd, Some(groups)) = (action, ids.of_mut::<Group>()) {
        groups.retain(|group| *group != Id::new(2));
    }
}

async fn user(db: &Db, name: &str) -> Result<User> {
    let mut user = User { name: name.to_owned(), ..User::default() };
    user.save(db).await?;
    Ok(user)
}

async fn group(db: &Db, name: &str) -> Result<Group> {
    let mut group = Group { name: name.to_owned(), ..Group::default() };
    group.save(db).await?;
    Ok(group)
}

#[tokio::main]
async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let (mut ann, bob) = (user(&db, "Ann").await?, user(&db, "Bob").await?);
    let (staff, board, guests) = (group(&db, "staff").await?, group(&db, "board").await?, group(&db, "guests").await?);

    println!("Ann joins the staff and the board:");
    ann.groups().add(&db, [staff.id, board.id]).await?;
    println!("The staff gets Ann and Bob:");
    staff.user_set().add(&db, [ann.id, bob.id]).await?;
    println!("Ann is set to be in the staff and the guests:");
    ann.groups().set(&db, [staff.id, guests.id]).await?;
    println!("The same again changes nothing, and sends nothing:");
    ann.groups().set(&db, [guests.id, staff.id]).await?;
    println!("Bob creates a group:");
    let mut chess = Group { name: "chess".to_owned(), ..Group::default() };
    bob.groups().create(&db, &mut chess).await?;
    for user in staff.user_set().all(&db).await? {
        let groups: Vec<_> = user.groups().all(&db).await?.into_iter().map(|group| group.name).collect();
        println!("{} is in {}", user.name, groups.join(", "));
    }

    ann.friends().add(&db, [bob.id]).await?;
    println!("Bob has {} friend", bob.friends().count(&db).await?);

    let mut club = Club { name: "rowing".to_owned(), ..Club::default() };
    ann.clubs().through_defaults(&|member| "cox".clone_into(&mut member.role)).create(&db, &mut club).await?;
    club.members().add(&db, [bob.id]).await?;
    for Membership { user, role, .. } in Membership::all(&db).await? {
        println!("user {user} rows as {role:?}");
    }

    let deleted = ann.delete(&db).await?;
    println!("{} through rows were deleted with Ann, without signals", deleted.total() - 1);
    Ok(())
}
