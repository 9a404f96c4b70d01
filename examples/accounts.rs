//! The standard example of Django tutorials: a user is saved, and a receiver creates the profile.
//!
//! `cargo run --example accounts` uses `sqlite:accounts.db`; an argument is the URL of another database.

use signals::prelude::*;

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    username: String,
    email: Option<String>,
}

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Profile {
    #[key]
    id: Id<Profile>,
    #[one_to_one(on_delete = cascade)]
    user: Id<User>,
    bio: Option<String>,
    saves: i64,
}

/// Runs when a user is inserted, in the same transaction.
#[receiver(post_save, sender = User, created = true)]
async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
    println!("   create_profile: {} is new, so a profile is created", instance.username);
    Profile { user: instance.id, ..Profile::default() }.save(tx).await
}

/// Runs on every save of a user, after `create_profile`.
#[receiver(post_save, sender = User, after = create_profile)]
async fn save_profile(instance: &User, tx: &mut Tx) -> Result<()> {
    println!("   save_profile: {} was saved, so the profile is saved", instance.username);
    if let Some(mut profile) = instance.profile(tx).await? {
        profile.saves += 1;
        profile.save(tx).await?;
    }
    Ok(())
}

/// Refuses a user before anything is written.
#[receiver(pre_save, sender = User)]
fn check_name(instance: &User) -> Result<(), String> {
    match instance.username.as_str() {
        "admin" => Err("the name `admin` is taken".to_owned()),
        _ => Ok(()),
    }
}

#[receiver(pre_delete, sender = User)]
fn report_delete(instance: &User) {
    println!("   report_delete: {} is about to be deleted", instance.username);
}

#[tokio::main]
async fn main() -> Result<()> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "sqlite:accounts.db".to_owned());
    let db = Db::connect(&url).await?;
    db.create_tables().await?;
    clear(&db).await?;

    println!("1. ann is saved: one transaction, the row and its receivers");
    let mut ann = User { username: "ann".to_owned(), ..User::default() };
    ann.save(&db).await?;
    println!("   in the database: {:?}", ann.profile(&db).await?);

    println!("2. ann is saved again: an update, so no second profile is created");
    ann.email = Some("ann@example.org".to_owned());
    ann.save(&db).await?;
    println!("   in the database: {:?}", ann.profile(&db).await?);

    println!("3. a receiver fails: nothing is written");
    let mut admin = User { username: "admin".to_owned(), ..User::default() };
    if let Err(error) = admin.save(&db).await {
        println!("   {error}");
    }
    println!("   in the database: {:?}", User::by_username(&db, "admin").await?);

    println!("4. ann is deleted, and the profile with her");
    ann.delete(&db).await?;
    println!("   in the database: {} users, {} profiles", User::all(&db).await?.len(), Profile::all(&db).await?.len());

    println!("5. bob stays");
    let mut bob = User { username: "bob".to_owned(), ..User::default() };
    bob.save(&db).await?;
    for user in User::all(&db).await? {
        println!("   in the database: {user:?}\n                    {:?}", user.profile(&db).await?);
    }
    Ok(())
}

/// Deletes the users of an earlier run.
async fn clear(db: &Db) -> Result<()> {
    for name in ["ann", "bob"] {
        if let Some(mut user) = User::by_username(db, name).await? {
            println!("0. {name} is there from an earlier run");
            user.delete(db).await?;
        }
    }
    Ok(())
}
