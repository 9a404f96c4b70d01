// The transaction ends with the call: no other thread can keep it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, country: String }

#[receiver(post_commit, sender = User, durable)]
fn count(instance: &User, tx: &mut Tx) {
    std::thread::spawn(move || drop(tx));
}

fn main() {}
