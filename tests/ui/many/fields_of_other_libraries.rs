// Attributes of Django, SeaORM and others are answered with those that mean the same here.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[primary_key] id: Id<User>,
    #[auto_now] changed: i64,
    #[sea_orm(unique, column_name = "mail")] email: String,
    #[belongs_to] team: Team,
    #[nullable] age: i64,
}

#[model]
#[derive(Default)]
struct Team { #[key] id: Id<Team> }

fn main() {}
