// A default is an expression of the model's own place.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[default(Self::START)] credits: i64, #[default(self.credits)] limit: i64 }

fn main() {}
