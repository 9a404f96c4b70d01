// The error of a receiver implements `Error`.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

struct NotAnError;

#[receiver(post_save, sender = User)]
fn welcome() -> Result<(), NotAnError> { Ok(()) }

fn main() {}
