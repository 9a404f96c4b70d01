//! Users, and a controller that creates them.

use axum::Json;
use axum::routing::post;
use loco_rs::controller::Routes;
use serde::Deserialize;
use signals::prelude::*;
use signals::web::RequestInfo;

#[model]
#[derive(Debug, Clone, Default)]
pub struct User {
    #[key]
    pub id: Id<User>,
    pub name: String,
}

/// What was done in which request.
#[model]
#[derive(Debug, Clone, Default)]
pub struct Entry {
    #[key]
    pub id: Id<Entry>,
    pub text: String,
}

#[receiver(post_save, sender = User)]
async fn audit(instance: &User, #[context] request: Option<&RequestInfo>, tx: &mut Tx) -> Result<()> {
    let request = request.map_or_else(String::new, |request| format!("{} {}", request.method(), request.path()));
    Entry { text: format!("{request}: user {}", instance.name), ..Entry::default() }.save(tx).await
}

#[receiver(post_save, sender = User, after = [audit])]
fn check_name(instance: &User) -> Result<()> {
    if instance.name.is_empty() {
        return Err(signals::Error::other("a user has a name"));
    }
    Ok(())
}

#[derive(Deserialize)]
struct NewUser {
    name: String,
}

/// An error of the library is a response: a duplicate is a 422, and an error of a receiver a 500.
async fn create(db: Db, Json(NewUser { name }): Json<NewUser>) -> Result<String> {
    let mut user = User { name, ..User::default() };
    user.save(&db).await?;
    Ok(format!("user {}\n", user.id))
}

pub fn routes() -> Routes {
    Routes::new().prefix("users").add("/", post(create))
}
