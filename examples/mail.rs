//! A mail that is not lost: the process that sends it is killed, and another one sends it.
//!
//! `cargo run --example mail --features durable`
//!
//! The program starts itself as a second process. That one saves a member and dies while its worker sends the welcome mail. Then a worker
//! of the first process takes over.

use std::path::Path;
use std::process::{Command, abort};
use std::time::{Duration, Instant};
use std::{env, fs};

use signals::ConnectOptions;
use signals::durable::{self, Delivery, Worker};
use signals::prelude::*;
use tokio::time::sleep;

#[model]
#[derive(Debug, Default)]
struct Member {
    #[key]
    id: Id<Member>,
    #[unique]
    email: String,
}

/// How mail is sent. Not all of it arrives.
struct Mailer {
    dies: bool,
}

/// The call of this receiver is stored in the transaction that saves the member. A worker calls it after the commit, in any process.
#[receiver(post_commit, sender = Member, created = true, durable, id = "welcome-mail")]
async fn welcome(instance: &Member, delivery: &Delivery, #[context] mailer: &Mailer) {
    println!("   a mail to {}, attempt {}", instance.email, delivery.attempt());
    // A mail service with idempotency keys sends the mail once, even if the process dies after this request.
    println!("   its idempotency key is {}", delivery.idempotency_key());
    if mailer.dies {
        println!("   the process dies before the mail is sent");
        abort();
    }
    println!("   the mail is sent");
}

async fn connect(file: &Path, dies: bool) -> Result<Db> {
    let db = ConnectOptions::new(format!("sqlite:{}", file.display())).with(Mailer { dies }).connect().await?;
    db.create_tables().await?;
    Ok(db)
}

/// The second process: the program of the club, with a worker in it.
async fn club(file: &Path) -> Result<()> {
    let db = connect(file, true).await?;
    let worker = db.work();
    Member { email: "ann@example.org".to_owned(), ..Member::default() }.save(&db).await?;
    println!("   ann is saved, and her mail is stored with her");
    sleep(Duration::from_mins(1)).await;
    worker.stop().await
}

/// How many calls are not finished.
async fn unfinished(db: &Db) -> Result<u64> {
    Ok(durable::status(db).await?.iter().map(|receiver| receiver.waiting + receiver.running).sum())
}

#[tokio::main]
async fn main() -> Result<()> {
    if let Some(file) = env::args().nth(1) {
        return club(Path::new(&file)).await;
    }
    let folder = env::temp_dir().join(format!("signals-mail-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join("club.db");

    println!("1. the club gets a member");
    let ended = Command::new(env::current_exe()?).arg(&file).status()?;
    println!("   {ended}");

    println!("2. what the database knows");
    let db = connect(&file, false).await?;
    println!("   {} member, {} call is not finished", Member::all(&db).await?.len(), unfinished(&db).await?);

    println!("3. another worker");
    let began = Instant::now();
    Worker::new(&db)
        .run(async {
            while unfinished(&db).await.is_ok_and(|calls| calls > 0) {
                sleep(Duration::from_millis(50)).await;
            }
        })
        .await?;
    println!("   after {:.1?}, {} calls are not finished", began.elapsed(), unfinished(&db).await?);

    drop(db);
    Ok(fs::remove_dir_all(folder)?)
}
