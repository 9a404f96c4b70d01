//! Both programs run, and the one that receives is killed in between: there is one letter for each order, in the order of each customer.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use signals::durable::nats::async_nats;
use signals::prelude::*;

type TestResult<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A program, which is killed when this is dropped.
struct Process(Child);

impl Process {
    fn start(program: &str, database: &Path, broker: &str, prefix: &str) -> TestResult<Self> {
        let url = format!("sqlite:{}", database.display());
        let mut command = Command::new(program);
        Ok(Self(command.args([&url, broker, prefix]).stdout(Stdio::null()).spawn()?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn texts(db: &Db, customer: &str) -> Result<Vec<String>> {
    db.query_as("SELECT text FROM letters WHERE customer = ? ORDER BY id", &(customer,)).await
}

#[tokio::test]
async fn a_program_that_is_killed_loses_and_doubles_nothing() -> TestResult {
    let Ok(broker) = std::env::var("SIGNALS_TEST_NATS") else {
        writeln!(std::io::stderr(), "the test of two programs does nothing: SIGNALS_TEST_NATS names no server")?;
        return Ok(());
    };
    let folder = std::env::temp_dir().join(format!("signals_services_{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let prefix = format!("services-{}", std::process::id());
    let (orders, mail) = (folder.join("orders.db"), folder.join("mail.db"));
    let start_mail = || Process::start(env!("CARGO_BIN_EXE_mail"), &mail, &broker, &prefix);

    let first = start_mail()?;
    let mut sender = Process::start(env!("CARGO_BIN_EXE_orders"), &orders, &broker, &prefix)?;
    let db = loop {
        if mail.exists() {
            break Db::connect(&format!("sqlite:{}", mail.display())).await?;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let begun = Instant::now();
    let wait = async |count: usize| -> TestResult {
        while texts(&db, "ann").await.unwrap_or_default().len() < count {
            if begun.elapsed() > Duration::from_secs(90) {
                return Err(format!("there are not {count} letters after 90 seconds").into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    };
    wait(3).await?;
    drop(first);
    let _second = start_mail()?;
    assert!(sender.0.wait()?.success(), "all orders are received");
    wait(10).await?;
    // What would be doubled would come now.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let expected =
        |first: i64| (0..10).map(move |n| first + 2 * n).map(|n| format!("order {n}: thank you for {}", 100 * n));
    assert_eq!(texts(&db, "ann").await?, expected(1).collect::<Vec<_>>());
    assert_eq!(texts(&db, "bob").await?, expected(2).collect::<Vec<_>>());

    let jetstream = async_nats::jetstream::new(async_nats::connect(&broker).await?);
    for stream in ["for-mail", "receipts-orders"] {
        jetstream.delete_stream(format!("{prefix}-{stream}")).await?;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
