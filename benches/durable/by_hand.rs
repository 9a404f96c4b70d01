//! The same with the drivers alone.

use std::time::{Duration, Instant};

use signals::db::tokio_postgres::{self, Client, NoTls};
use signals::prelude::*;

/// Two inserts in one transaction: a row, and an event in an outbox.
pub(crate) async fn saves(url: &str, rows: u32) -> Result<Duration> {
    const PAYLOAD: &str = r#"{"instance":{"id":1,"name":"ann","sent":0},"created":true,"previous":null}"#;
    if let Some(path) = url.strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(path).map_err(Error::other)?;
        connection
            .execute_batch(
                "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; CREATE TABLE IF NOT EXISTS outbox \
                 (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)",
            )
            .map_err(Error::other)?;
        let start = Instant::now();
        for _ in 0..rows {
            let run = |sql: &str, value: &str| {
                let mut statement = connection.prepare_cached(sql)?;
                statement.execute([value])
            };
            for (sql, value) in [
                ("INSERT INTO plains (name, sent) VALUES (?, 0)", Some("ann")),
                ("INSERT INTO outbox (payload) VALUES (?)", Some(PAYLOAD)),
            ] {
                if sql.contains("plains") {
                    connection.execute_batch("BEGIN IMMEDIATE").map_err(Error::other)?;
                }
                run(sql, value.unwrap_or_default()).map_err(Error::other)?;
            }
            connection.execute_batch("COMMIT").map_err(Error::other)?;
        }
        return Ok(start.elapsed());
    }
    let client = client(url).await?;
    let row =
        client.prepare("INSERT INTO plains (name, sent) VALUES ($1, 0) RETURNING id").await.map_err(Error::other)?;
    let event = client.prepare("INSERT INTO outbox (payload) VALUES ($1)").await.map_err(Error::other)?;
    let start = Instant::now();
    for _ in 0..rows {
        client.batch_execute("BEGIN").await.map_err(Error::other)?;
        client.query_one(&row, &[&"ann"]).await.map_err(Error::other)?;
        client.execute(&event, &[&PAYLOAD]).await.map_err(Error::other)?;
        client.batch_execute("COMMIT").await.map_err(Error::other)?;
    }
    Ok(start.elapsed())
}

/// The usual loop over an outbox. Returns how many rows it takes per second.
pub(crate) async fn drain(url: &str, count: i64, concurrency: usize) -> Result<f64> {
    let filler = client(url).await?;
    let fill = format!("TRUNCATE outbox; INSERT INTO outbox (payload) SELECT '{{}}' FROM generate_series(1, {count})");
    filler.batch_execute(&fill).await.map_err(Error::other)?;
    filler.batch_execute("ANALYZE outbox").await.map_err(Error::other)?;
    let mut tasks = Vec::new();
    let start = Instant::now();
    for _ in 0..concurrency {
        let client = client(url).await?;
        tasks.push(tokio::spawn(async move { take_all(&client).await.map_err(Error::other) }));
    }
    let mut taken = 0;
    for task in tasks {
        taken += task.await.map_err(Error::other)??;
    }
    Ok(f64::from(taken) / start.elapsed().as_secs_f64())
}

async fn take_all(client: &Client) -> std::result::Result<u32, tokio_postgres::Error> {
    let next = client.prepare("SELECT id, payload FROM outbox ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED").await?;
    let end = client.prepare("DELETE FROM outbox WHERE id = $1").await?;
    let mut taken = 0;
    loop {
        client.batch_execute("BEGIN").await?;
        let Some(row) = client.query_opt(&next, &[]).await? else { break };
        client.execute(&end, &[&row.get::<_, i64>(0)]).await?;
        client.batch_execute("COMMIT").await?;
        taken += 1;
    }
    client.batch_execute("ROLLBACK").await?;
    Ok(taken)
}

async fn client(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(Error::other)?;
    tokio::spawn(connection);
    client
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload text NOT NULL)",
        )
        .await
        .map_err(Error::other)?;
    Ok(client)
}
