//! A program that has loco: `cargo run -- start`, and then
//! `curl --json '{"name": "ann"}' localhost:5150/users`.

mod app;
mod initializer;
mod users;

use app::App;

#[tokio::main]
async fn main() -> loco_rs::Result<()> {
    loco_rs::cli::main::<App>().await
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use loco_rs::app::Hooks;
    use loco_rs::boot::StartMode;
    use loco_rs::environment::Environment;
    use signals::prelude::*;
    use tower::ServiceExt;

    use super::App;
    use super::users::{Entry, User};

    #[tokio::test]
    async fn a_receiver_of_a_save_knows_the_request() -> Result<(), Box<dyn std::error::Error>> {
        let environment = Environment::Test;
        let config = environment.load()?;
        let boot = App::boot(StartMode::ServerOnly, &environment, config).await?;
        let router = boot.router.ok_or("there is no router")?;
        let create = async |name: &str| {
            let request = Request::post("/users").header("content-type", "application/json");
            let request = request.body(Body::from(format!(r#"{{"name": "{name}"}}"#)))?;
            Ok::<_, Box<dyn std::error::Error>>(router.clone().oneshot(request).await?)
        };

        let created = create("ann").await?;
        assert_eq!(created.status(), StatusCode::OK);
        assert_eq!(to_bytes(created.into_body(), 100).await?, "user 1\n");
        // A receiver that fails leaves no row.
        assert_eq!(create("").await?.status(), StatusCode::INTERNAL_SERVER_ERROR);

        let db: Db = boot.app_context.shared_store.get().ok_or("there is no database")?;
        assert_eq!(User::all(&db).await?.len(), 1);
        let entries = Entry::all(&db).await?;
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].text, "POST /users: user ann");
        Ok(())
    }
}
