// The payload of a signal of models names its model; the body has no second error.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome(event: &PostSave) { println!("{}", event.instance.name) }

fn main() {}
