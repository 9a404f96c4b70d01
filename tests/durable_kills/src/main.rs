//! The proof of durable receivers: processes are killed, paused and cut off from the database, and afterwards each committed event
//! has had its effects. See `docs/durable-proof.md`.
//!
//! ```text
//! .ci/durable-kills short        # a minute: both databases
//! .ci/durable-kills long         # over 2,000 kills
//! .ci/durable-kills mutations    # rules that are broken on purpose: each must be found
//! ```

mod checker;
mod child;
mod database;
mod deadly;
mod faults;
mod mutations;
mod processes;
mod program;
mod proxy;
mod random;
mod run;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use database::Choice;
use run::{Plan, Seen};

/// Why a run cannot be carried out.
type Failure = Box<dyn std::error::Error>;

/// A number that this process has not used yet.
fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let passed = match arguments[..] {
        ["worker", url, lease] => {
            let lease = Duration::from_millis(lease.parse().unwrap_or_default());
            child::work(url, lease).await
        }
        ["producer", url, number] => child::produce(url, number.parse().unwrap_or_default()).await,
        ["short"] => {
            let plans =
                [Plan::calm(Choice::Sqlite), Plan::kills(Choice::Sqlite, 30), Plan::kills(Choice::Postgres, 40)];
            and_deadly(&plans).await
        }
        ["long"] => {
            let server = Plan { stops: 10, ..Plan::kills(Choice::Server, 200) };
            let calm = [Plan::calm(Choice::Sqlite), Plan::calm(Choice::Postgres)];
            let [first, second] = calm;
            let kills = [Plan::kills(Choice::Sqlite, 1000), Plan::kills(Choice::Postgres, 1000)];
            let [sqlite, postgres] = kills;
            and_deadly(&[first, second, sqlite, postgres, server]).await
        }
        ["deadly"] => deadly::receivers().await,
        ["mutations"] => mutations::of(&mutations::RULES).await,
        ["mutations", name] => {
            let Some(rule) = mutations::RULES.into_iter().find(|rule| *rule == name) else { return usage() };
            mutations::of(&[rule]).await
        }
        ["run", choice, kills] => {
            let (Some(choice), Ok(kills)) = (Choice::named(choice), kills.parse()) else { return usage() };
            let stops = if choice == Choice::Server { kills / 20 } else { 0 };
            runs(&[Plan { stops, ..Plan::kills(choice, kills) }]).await
        }
        _ => return usage(),
    };
    match passed {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the run could not be carried out: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: durable-kills short | long | deadly | mutations [RULE] | run (sqlite | postgres | server) KILLS");
    ExitCode::FAILURE
}

/// As [`runs`], and receivers that end their process.
async fn and_deadly(plans: &[Plan]) -> Result<bool, Failure> {
    let are_dead = deadly::receivers().await?;
    Ok(runs(plans).await? && are_dead)
}

/// Carries out these runs, and prints what they have seen. Returns whether no rule was broken.
async fn runs(plans: &[Plan]) -> Result<bool, Failure> {
    let mut all: Vec<(Choice, Seen)> = Vec::new();
    for plan in plans {
        if let Some(seen) = run::run(plan).await? {
            seen.print_mistakes();
            all.push((plan.choice, seen));
        }
    }
    println!("{}", Seen::HEAD);
    for (choice, seen) in &all {
        println!("{}", seen.line(*choice));
    }
    Ok(all.iter().all(|(_, seen)| seen.mistakes.is_empty()))
}
