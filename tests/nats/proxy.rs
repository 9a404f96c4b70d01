//! Stands between a program and the broker, and cuts the line at a given message.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy on a port of its own.
pub(crate) struct Proxy {
    port: u16,
    was_cut: watch::Receiver<bool>,
}

impl Proxy {
    /// A proxy to a server. The first time that a client sends these words, they do not arrive, and neither does anything else.
    pub(crate) async fn to(server: &str, words: String) -> io::Result<Self> {
        let server = server.trim_start_matches("nats://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (cut, was_cut) = watch::channel(false);
        let cut = Arc::new(cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *cut.borrow() {
                    continue;
                }
                let Ok(broker) = TcpStream::connect(&server).await else { continue };
                tokio::spawn(pass(client, broker, words.clone(), Arc::clone(&cut)));
            }
        });
        Ok(Self { port, was_cut })
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Waits until the line is cut.
    pub(crate) async fn was_cut(&self) {
        let _ = self.was_cut.clone().wait_for(|cut| *cut).await;
    }
}

async fn pass(client: TcpStream, broker: TcpStream, words: String, cut: Arc<watch::Sender<bool>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_broker, mut to_broker) = broker.into_split();
    let answers = tokio::spawn(async move { copy(&mut from_broker, &mut to_client).await });
    let mut chunk = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_client.read(&mut chunk).await {
        if chunk[..length].windows(words.len()).any(|window| window == words.as_bytes()) {
            cut.send_replace(true);
            break;
        }
        if to_broker.write_all(&chunk[..length]).await.is_err() {
            break;
        }
    }
    answers.abort();
}
