//! A proxy before the server, which now and then passes a COMMIT on and cuts the connection instead of passing the answer back.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Of so many COMMITs, the answer of one is cut.
const EVERY: u64 = 60;

pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    server: String,
    commits: AtomicU64,
    cuts: AtomicU64,
    is_calm: std::sync::atomic::AtomicBool,
}

impl Proxy {
    pub(crate) async fn start(server: String) -> io::Result<Self> {
        let server = if server.contains(':') { server } else { format!("{server}:5432") };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state =
            Arc::new(State { server, commits: AtomicU64::new(0), cuts: AtomicU64::new(0), is_calm: false.into() });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // However it ends, both connections are closed.
                tokio::spawn(async move { drop(state.pass(client).await) });
            }
        });
        Ok(Self { address, state })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn cuts(&self) -> u64 {
        self.state.cuts.load(Ordering::Relaxed)
    }

    /// It cuts nothing any more.
    pub(crate) fn calm(&self) {
        self.state.is_calm.store(true, Ordering::Relaxed);
    }
}

impl State {
    async fn pass(&self, mut client: TcpStream) -> io::Result<()> {
        let mut server = TcpStream::connect(&self.server).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (mut sent, mut answered) = (vec![0; 16_384], vec![0; 16_384]);
        loop {
            tokio::select! {
                count = client.read(&mut sent) => {
                    let count = count?;
                    if count == 0 {
                        return Ok(());
                    }
                    server.write_all(&sent[..count]).await?;
                    if self.cuts_after(&sent[..count]) {
                        // The server commits, and the answer is lost.
                        sleep(Duration::from_millis(5)).await;
                        return Ok(());
                    }
                }
                count = server.read(&mut answered) => {
                    let count = count?;
                    if count == 0 {
                        return Ok(());
                    }
                    client.write_all(&answered[..count]).await?;
                }
            }
        }
    }

    fn cuts_after(&self, sent: &[u8]) -> bool {
        let is_commit = sent.windows(7).any(|window| window == b"COMMIT\0");
        let is_cut = is_commit
            && !self.is_calm.load(Ordering::Relaxed)
            && self.commits.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1;
        if is_cut {
            self.cuts.fetch_add(1, Ordering::Relaxed);
        }
        is_cut
    }
}
