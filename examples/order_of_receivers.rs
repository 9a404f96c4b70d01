//! The order of receivers, which is the same in every build.
//!
//! `after` and `before` decide first, then crate, module path and line. Receivers without `sender` are part of the same order.
//!
//! `cargo run --example order_of_receivers`

use signals::prelude::*;

/// An application that does not depend on the others.
mod accounts {
    use signals::prelude::*;

    #[model]
    #[derive(Debug, Default)]
    pub(super) struct User {
        #[key]
        pub(super) id: Id<User>,
        pub(super) name: String,
    }

    #[receiver(post_save, sender = User)]
    pub(super) fn greet(instance: &User) {
        println!("   accounts::greet: hello {}", instance.name);
    }
}

/// An application that receives from every model, its own and those of others.
mod audit {
    use signals::prelude::*;

    #[model]
    #[derive(Debug, Default)]
    pub(super) struct Entry {
        #[key]
        id: Id<Entry>,
        text: String,
    }

    /// Without `sender`, it is called for rows of all models. It must ignore those of `Entry`.
    #[receiver([post_save, post_delete])]
    pub(super) async fn write(instance: &dyn AnyModel, tx: &mut Tx) -> Result<()> {
        let model = instance.model();
        if model.table == Entry::META.table {
            return Ok(());
        }
        println!("   audit::write: {} {}", model.name, instance.key());
        Entry { text: format!("{instance:?}"), ..Entry::default() }.save(tx).await
    }
}

/// An application that runs between the two.
mod mail {
    use super::accounts::{User, greet};
    use super::audit::write;
    use signals::prelude::*;

    #[receiver(post_save, sender = User, before = [greet, write])]
    fn check_address(instance: &User) -> Result<(), String> {
        println!("   mail::check_address: before both");
        if instance.name.contains(' ') { Err("a name has no space".to_owned()) } else { Ok(()) }
    }

    #[receiver(post_save, sender = User, after = greet, before = write)]
    fn prepare(instance: &User) {
        println!("   mail::prepare: between both, for {}", instance.name);
    }

    /// Runs after the commit, when the save can no longer be undone.
    #[receiver(post_commit, sender = User, created = true)]
    fn send(instance: &User) {
        println!("   mail::send: to {}", instance.name);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // Finds mistakes that only the whole program shows, such as a cycle through `before` or two receivers with one id.
    signals::check()?;
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;

    println!("1. what happens when a user is saved or deleted");
    print!("{}", signals::wiring().of_sender("User"));

    println!("2. ann is saved");
    let mut ann = accounts::User { name: "ann".to_owned(), ..Default::default() };
    ann.save(&db).await?;

    println!("3. the first receiver refuses: the others are not called, and nothing is written");
    let mut bob = accounts::User { name: "bob the second".to_owned(), ..Default::default() };
    if let Err(error) = bob.save(&db).await {
        println!("   {error}");
    }

    println!("4. ann is deleted: only audit::write is called");
    ann.delete(&db).await?;

    println!("5. the entries of audit::write");
    for entry in audit::Entry::all(&db).await? {
        println!("   {entry:?}");
    }
    Ok(())
}
