// A field is named by the model, so that a name that is none does not compile.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, email: String }

#[receiver(post_save, sender = User)]
fn mail(changes: FieldSet<User>) {
    if changes.has("emial") {}
}

fn main() {}
