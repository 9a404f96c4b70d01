// `has` takes a field of the model instead of a string, so that a wrong name does not compile.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User)]
fn mail(changes: FieldSet<User>) {
    if changes.has("emial") {}
}

fn main() {}
