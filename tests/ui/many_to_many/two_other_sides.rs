// Two relations to one model name the other side alike: only the second is reported, and the first can be used.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User> }

#[model]
struct Task {
    #[key] id: Id<Task>,
    #[many_to_many] authors: ManyToMany<User>,
    #[many_to_many] watchers: ManyToMany<User>,
}

async fn tasks(db: &Db, user: &User) -> Result<u64> { user.task_set().count(db).await }

fn main() {}
