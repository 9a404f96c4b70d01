// The type of a field with a default needs no `Default`, even if the model has another mistake.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Plan { Free, Paid }

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[default(Plan::Free)] plan: Plan, #[uniqe] name: String }

fn main() { let _ = Plan::Paid; }
