//! Migrations: SQL in numbered files, each applied once, with signals before and after.
//!
//! The files are in `examples/migrations`. A program of your own needs the feature `migrate`, and a `build.rs` with
//! `println!("cargo::rerun-if-changed=migrations")`, so that Cargo notices new files.
//!
//! `cargo run --features migrate --example migrations`

use signals::migrate::{Embedded, Plan};
use signals::migrate::{post_migrate, pre_migrate};
use signals::prelude::*;

const MIGRATIONS: Embedded = signals::migrate::embed_migrations!("examples/migrations");

#[model]
#[derive(Debug, Default)]
struct Country {
    #[key]
    code: String,
    name: String,
    capital: Option<String>,
}

#[receiver(pre_migrate)]
fn announce(plan: &Plan) {
    println!("before: {plan}");
}

/// Saves rows that must exist. They and the migrations are one transaction.
#[receiver(post_migrate, when = |event| !event.plan.is_empty())]
async fn add_countries(tx: &mut Tx) -> Result<()> {
    for (code, name, capital) in [("be", "Belgium", "Brussels"), ("jp", "Japan", "Tokyo")] {
        let [code, name, capital] = [code, name, capital].map(str::to_owned);
        Country { code, name, capital: Some(capital) }.save(tx).await?;
    }
    println!("after: the countries are saved");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;

    println!("1. the first start of the program");
    db.migrate(MIGRATIONS).await?;

    println!("2. the second start");
    let plan = db.migrate(MIGRATIONS).await?;
    println!("done: {plan}");

    println!("3. a migration that fails changes nothing");
    let error = db.migrate([("V1__countries", "SELECT 1")]).await.unwrap_err();
    println!("{error}");

    for country in Country::all(&db).await? {
        println!("{country:?}");
    }
    Ok(())
}
