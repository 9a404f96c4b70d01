// A field without `#[default]` needs a type with `Default`.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Plan { Free, Paid }

#[model]
#[derive(Default)]
struct User { #[key] id: Id<User>, #[default(true)] active: bool, plan: Plan }

fn main() { let _ = (Plan::Free, Plan::Paid); }
