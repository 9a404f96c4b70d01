//! What signals need of loco: a database for the whole program, and a layer for each request.

use async_trait::async_trait;
use loco_rs::app::{AppContext, Initializer};
use loco_rs::{Error, Result};
use signals::Db;
use signals::web::RequestSignalsLayer;

/// Connects, and puts the database into the context of loco, where tasks and workers find it. `Hooks::after_context` calls it.
pub async fn connect(ctx: AppContext) -> Result<AppContext> {
    signals::check().map_err(|errors| Error::wrap(signals::Error::from(errors)))?;
    let db = Db::connect(url(&ctx)?).await.map_err(Error::wrap)?;
    db.create_tables().await.map_err(Error::wrap)?;
    ctx.shared_store.insert(db);
    Ok(ctx)
}

fn url(ctx: &AppContext) -> Result<&str> {
    let settings = ctx.config.initializers.as_ref().and_then(|all| all.get("signals"));
    let url = settings.and_then(|settings| settings.get("url")?.as_str());
    url.ok_or_else(|| Error::string("the configuration has no `initializers: signals: url:`"))
}

/// Sends the signals of requests, and lends the database to handlers, with the context of the request.
pub struct Signals;

#[async_trait]
impl Initializer for Signals {
    fn name(&self) -> String {
        "signals".to_owned()
    }

    async fn after_routes(&self, router: axum::Router, ctx: &AppContext) -> Result<axum::Router> {
        let db: Db = ctx.shared_store.get().ok_or_else(|| Error::string("`Hooks::after_context` does not connect"))?;
        Ok(router.layer(RequestSignalsLayer::new().with(db)))
    }
}
