// The words of Django's `class Meta` and of other libraries are answered with those of `#[model]`.
use signals::prelude::*;

#[model(db_table = "members", unique_together = ["team", "number"], ordering = ["-number"])]
struct Player { #[key] id: Id<Player>, team: i64, number: i64 }

#[model("people")]
#[index(team)]
#[diesel(table_name = users)]
struct User { #[key] id: Id<User>, team: i64 }

fn main() {}
