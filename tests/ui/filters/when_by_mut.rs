// A condition reads the payload, and does not change it.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

fn is_new(event: &mut PostSave<'_, User>) -> bool { event.created }

#[receiver(post_save, sender = User, when = is_new)]
fn welcome(instance: &User) {}

fn main() {}
