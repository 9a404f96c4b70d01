// Two functions of one name are one error, also if they take something else.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User)]
fn welcome(instance: &mut User) {}

#[receiver(post_save, sender = User)]
async fn welcome(instance: &User, tx: &mut Tx) -> Result<()> { Ok(()) }

fn main() {}
