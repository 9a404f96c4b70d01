//! In which order receivers run: the same in every build.
//!
//! `after` and `before` decide first; what they leave open is decided by crate, module path and line. A receiver of
//! every sender stands in the same sequence as the receivers of one.
//!
//! `cargo run --example order_of_receivers`

use signals::prelude::*;

/// An application that knows nothing of the others.
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

/// An application that looks at every model, its own and those of others.
mod audit {
    use signals::prelude::*;

    #[model]
    #[derive(Debug, Default)]
    pub(super) struct Entry {
        #[key]
        id: Id<Entry>,
        text: String,
    }

    /// It names no sender, so it is given a row of any model: of `Entry` too, and that one it must leave out.
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

/// An application that stands between the two.
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

    /// After the commit, when nothing can be undone any more.
    #[receiver(post_commit, sender = User, created = true)]
    fn send(instance: &User) {
        println!("   mail::send: to {}", instance.name);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    // What only the whole program can tell: a circle through `before`, two receivers with one id.
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

    println!("4. ann is deleted: only audit::write receives that");
    ann.delete(&db).await?;

    println!("5. what audit::write left");
    for entry in audit::Entry::all(&db).await? {
        println!("   {entry:?}");
    }
    Ok(())
}
