// A default is an expression in the scope of the model.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[default(Self::START)] credits: i64, #[default(self.credits)] limit: i64 }

fn main() {}
