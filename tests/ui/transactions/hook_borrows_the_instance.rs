// A hook outlives the receiver: it owns what it uses.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    email: String,
}

#[receiver(post_save, sender = User)]
fn welcome(instance: &User, tx: &mut Tx) {
    tx.on_commit(async |_db| Ok(println!("{}", instance.email)));
}

fn main() {}
