//! Durable receivers in the wiring.

use expect_test::expect;
use signals::prelude::*;

use crate::databases::TestResult;

#[model]
#[derive(Debug, Default)]
struct Wired {
    #[key]
    id: Id<Wired>,
    country: String,
}

#[receiver(post_commit, sender = Wired)]
fn ordinary() {}

#[receiver(post_commit, sender = Wired, created = true, durable, id = "wired-mail")]
fn mail() {}

#[receiver(post_commit, sender = Wired, durable, key = country, retries = 3, backoff = "5s", concurrency = 2, on_dead = skip, timeout = "1m")]
async fn count(tx: &mut Tx) {
    let _ = tx;
}

#[signal(durable)]
struct WiredPaid {
    order: u32,
}

#[receiver(WiredPaid)]
fn at_once() {}

#[receiver(WiredPaid, durable)]
fn later() {}

/// Rule 95.
#[test]
fn durable_receivers_are_listed_apart() {
    let wiring = signals::wiring();
    let shown = format!("{}{}", wiring.of_sender("Wired"), wiring.of_sender("WiredPaid"));
    expect![[r#"
        Wired (durable::wiring)
          post_commit
            1  durable::wiring::ordinary                                                                                                     tests/durable/wiring.rs
          post_commit (durable)
            1  wired-mail                 created = true                                                                                     tests/durable/wiring.rs
            2  durable::wiring::count     with tx, key = country, retries = 3, backoff = 5s, concurrency = 2, on_dead = skip, timeout = 60s  tests/durable/wiring.rs
        WiredPaid (durable::wiring)
            1  durable::wiring::at_once    tests/durable/wiring.rs
          (durable)
            1  durable::wiring::later      tests/durable/wiring.rs
    "#]]
    .assert_eq(&crate::log::without_lines(&shown));
}

#[cfg(feature = "wiring")]
#[test]
fn durable_receivers_are_locked() -> TestResult {
    let json: serde_json::Value = serde_json::from_str(&signals::wiring().of_sender("Wired").to_json())?;
    let durable = &json[1]["receivers"][1]["durable"];
    assert_eq!(durable["backoff"], 5000);
    assert_eq!(durable["on_dead"], "skip");
    assert_eq!(json[0]["receivers"][0]["durable"], serde_json::Value::Null);
    Ok(())
}
