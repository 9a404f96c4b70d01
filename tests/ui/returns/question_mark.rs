// `?` converts the errors of this library, texts, and nothing else by itself.

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(pre_save, sender = User)]
fn check(instance: &User) -> Result<()> {
    let _: u64 = instance.name.parse()?;
    Ok(())
}

fn main() {}
