// The literal of an `f64` has a point.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, username: String, score: f64, active: bool }

async fn users(db: &Db) -> Result<Vec<User>> {
    User::filter(|user| user.score.ge(1)).all(db).await
}

fn main() {}
