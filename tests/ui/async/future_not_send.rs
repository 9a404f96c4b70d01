// A receiver's future moves between threads, so it holds nothing across an `await` that cannot.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

use std::rc::Rc;

#[receiver(post_save, sender = User)]
async fn welcome(tx: &mut Tx) {
    let shared = Rc::new(());
    std::future::ready(()).await;
    drop(shared);
}

fn main() {}
