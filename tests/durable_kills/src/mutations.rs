//! Rules that are broken on purpose: the checker must find each of them, or it proves nothing.

use crate::Failure;
use crate::database::Choice;
use crate::run::{self, Plan, Seen};

/// The rules of `src/fault.rs`.
pub(crate) const RULES: [&str; 5] = ["AckLast", "Fence", "OrderOfKey", "OneTransaction", "StoredBeforeCommit"];
/// How many kills a mutation may survive in one run, and how many runs there are.
const KILLS: u64 = 40;
const RUNS: u64 = 4;

/// Breaks one of these rules after the other. Returns whether all were found, on each database of this machine.
pub(crate) async fn of(rules: &[&'static str]) -> Result<bool, Failure> {
    if cfg!(not(signals_faults)) {
        return Err("mutations need a build with `--cfg signals_faults`: see `.ci/durable-kills`".into());
    }
    let mut all_are_found = true;
    let mut lines = Vec::new();
    for choice in [Choice::Sqlite, Choice::Postgres] {
        for &rule in rules {
            let Some(seen) = one(choice, rule).await? else { continue };
            let found: Vec<String> =
                seen.mistakes.iter().map(|(rule, places)| format!("{rule} ({})", places.len())).collect();
            all_are_found &= !found.is_empty();
            let found = if found.is_empty() { "NOT FOUND".to_owned() } else { found.join(", ") };
            lines.push(format!("| {choice:?} | {rule} | {found} | {} |", seen.kills));
        }
    }
    println!("| database | broken on purpose | what the checker says | kills |\n|---|---|---|---|");
    for line in &lines {
        println!("{line}");
    }
    Ok(all_are_found)
}

async fn one(choice: Choice, rule: &'static str) -> Result<Option<Seen>, Failure> {
    let mut last = None;
    // Only a worker that was paused needs the fence.
    let pauses = if rule == "Fence" { 6 } else { 1 };
    for seed in 1..=RUNS {
        last = run::run(&Plan { mutation: Some(rule), seed, pauses, ..Plan::kills(choice, KILLS) }).await?;
        match &last {
            Some(seen) if seen.mistakes.is_empty() => {}
            _ => break,
        }
    }
    Ok(last)
}
