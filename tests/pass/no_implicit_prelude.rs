// Nothing that is written uses a name that could be another one.
#![no_implicit_prelude]
#![deny(warnings)]

use ::signals::many_to_many::M2mAction;
use ::signals::{Db, Id, ManyToMany, Model as _, Tx, m2m_changed, model, post_save, receiver, signal};

#[model]
#[derive(::std::default::Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    #[default(::std::borrow::ToOwned::to_owned("ann"))]
    name: ::std::string::String,
    #[foreign_key(on_delete = set_null)]
    friend: ::std::option::Option<Id<User>>,
    #[many_to_many]
    friends: ManyToMany<User>,
    #[many_to_many(symmetrical = false, related_name = "idols")]
    fans: ManyToMany<Self>,
}

#[receiver(m2m_changed, sender = UserFans)]
fn changed(action: M2mAction) {
    ::std::assert_ne!(action, M2mAction::PreRemove);
}

#[signal]
struct Paid<'a> {
    user: &'a User,
}

#[signal(async, output = u8)]
struct Asked {
    user: Id<User>,
}

#[signal(sender)]
struct Kept<'a, M: ?::std::marker::Sized> {
    instance: &'a mut M,
    origin: ::std::option::Option<&'a M>,
    count: u8,
}

#[receiver(Kept, sender = ::std::string::String, when = |event| event.count == 1)]
fn keep(instance: &mut ::std::string::String, origin: ::std::option::Option<&::std::string::String>) {
    instance.push_str(origin.map_or("", |origin| origin.as_str()));
}

#[receiver(post_save, sender = User, created = true)]
async fn pay(instance: &User, tx: &mut Tx) -> ::signals::Result<()> {
    let _: &mut Tx = tx;
    ::std::result::Result::Ok(Paid { user: instance }.send()?)
}

#[receiver(Paid, after = [pay], when = |event| event.user.friend == ::std::option::Option::None)]
fn paid(user: &User) {
    ::std::assert_eq!(user.name, "ann");
}

#[receiver(Asked)]
async fn ask(user: Id<User>) -> u8 {
    if user.is_unset() { 0 } else { 1 }
}

struct Actor;

#[receiver(post_save, sender = User)]
fn audit(#[context] needed: &Actor, #[context] number: ::std::option::Option<&u8>) {
    ::std::assert!(number.is_none());
}

pub(super) async fn main() -> ::signals::Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<User>().await?;
    let mut ann = <User as ::std::default::Default>::default();
    let db = db.with(Actor);
    ann.save(&db).await?;
    let mut kept = ::std::borrow::ToOwned::to_owned("a");
    Kept { instance: &mut kept, origin: ::std::option::Option::Some(&ann.name), count: 1 }.send()?;
    ::std::assert_eq!(kept, "aann");
    let asked = Asked { user: ann.id }.collect().await?;
    ::std::assert_eq!(asked.len(), 1);
    ann.friends().add(&db, [ann.id]).await?;
    ann.idols().add(&db, [ann.id]).await?;
    ::std::assert!(ann.fans().contains(&db, ann.id).await?);
    ::std::result::Result::Ok(())
}
