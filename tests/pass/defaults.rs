// A default may be of any type, and `Default` derived in any way.
#![deny(warnings, missing_docs, clippy::pedantic)]
//! Defaults.
use signals::Column;
use signals::prelude::*;

#[derive(Clone, Debug, PartialEq, Column)]
enum Plan {
    Free,
    Paid,
}

#[model]
#[derive(Debug, std::default::Default, Clone)]
struct User {
    #[key]
    id: Id<Self>,
    #[default(true)]
    is_active: bool,
    #[default(None)]
    never: Option<bool>,
    #[default(Some("x".to_owned()))]
    note: Option<String>,
    #[default(if cfg!(any()) { Plan::Paid } else { Plan::Free })]
    plan: Plan,
    #[default(Self::START)]
    credits: i64,
    #[skip]
    #[default(Plan::Paid)]
    cached: Plan,
    // `Plan` has no `Default`.
    #[default(Plan::Free)]
    #[update(Plan::Paid)]
    renewed: Plan,
    #[deprecated]
    #[default(1)]
    old: i64,
    #[many_to_many]
    friends: ManyToMany<User>,
    #[foreign_key(on_delete = set_null)]
    #[default(Some(Id::new(1)))]
    by: Option<Id<User>>,
}

impl User {
    const START: i64 = 10;
}

#[model]
#[cfg_attr(all(), derive(Default))]
#[derive(Debug)]
struct Team {
    #[key]
    #[default("red".to_owned())]
    name: String,
    #[default(5)]
    size: u8,
}

/// No `Default`: the default of the key and that of `set_default` are for rows.
#[model]
struct Player {
    #[key]
    #[default("one".to_owned())]
    name: String,
    #[foreign_key(on_delete = set_default)]
    #[default(Ref::new("red".to_owned()))]
    team: Ref<Team, String>,
}

pub(super) fn main() {
    let user = User::default();
    assert!(user.is_active && user.id.is_unset() && user.by == Some(Id::new(1)));
    assert_eq!((user.never, user.note.as_deref(), user.credits), (None, Some("x"), 10));
    assert_eq!((&user.plan, &user.cached), (&Plan::Free, &Plan::Paid));
    let team = Team::default();
    assert_eq!((team.name.as_str(), team.size), ("", 5));
    let player = Player { name: String::new(), team: Ref::UNSET };
    assert!(player.team.is_unset() && player.name.is_empty());
}
