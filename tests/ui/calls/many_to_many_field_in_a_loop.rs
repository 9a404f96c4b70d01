// The field of a relation holds no rows to go through.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }
#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

fn print(user: &User) {
    for group in &user.groups { println!("{}", group.id); }
}

fn main() {}
