//! A process that is killed while it saves leaves no user without a profile.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use signals::prelude::*;

use crate::databases::TestResult;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
}

#[model]
#[derive(Default)]
struct Profile {
    #[key]
    id: Id<Profile>,
    #[one_to_one(on_delete = cascade)]
    user: Id<User>,
}

#[receiver(post_save, sender = User, created = true)]
async fn create_profile(instance: &User, tx: &mut Tx) -> Result<()> {
    // Room for the kill between the two rows.
    tokio::task::yield_now().await;
    Profile { user: instance.id, ..Profile::default() }.save(tx).await
}

const URL: &str = "SIGNALS_TEST_KILLED";

/// Saves users until it is killed. Does nothing unless the test below starts it.
#[tokio::test]
async fn victim() -> TestResult {
    let Ok(url) = std::env::var(URL) else { return Ok(()) };
    let db = Db::connect(&url).await?;
    db.create_tables_of::<(User, Profile)>().await?;
    loop {
        User::default().save(&db).await?;
        println!("saved");
    }
}

#[tokio::test]
async fn a_killed_process_leaves_no_half_of_a_save() -> TestResult {
    let folder = std::env::temp_dir().join(format!("signals-killed-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let url = format!("sqlite:{}", folder.join("killed.db").display());
    let mut rows = 0;
    for round in 1..=8 {
        let mut victim = Command::new(std::env::current_exe()?)
            .args(["--exact", "killed::victim", "--nocapture"])
            .env(URL, &url)
            .stdout(Stdio::piped())
            .spawn()?;
        let saved = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(std::result::Result::ok);
        assert!(saved.filter(|line| line.contains("saved")).nth(round * 7).is_some(), "the victim saves");
        victim.kill()?;
        victim.wait()?;

        let db = Db::connect(&url).await?;
        let (users, profiles) = (User::all(&db).await?, Profile::all(&db).await?);
        assert!(users.len() > rows);
        rows = users.len();
        let owners: Vec<_> = profiles.iter().map(|profile| profile.user).collect();
        assert_eq!(owners, users.iter().map(|user| user.id).collect::<Vec<_>>());
        User::default().save(&db).await?;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
