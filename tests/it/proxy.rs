//! Stands between the library and a server: counts round trips, and cuts the line at a given moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// When to cut the line.
#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
pub(crate) enum Cut {
    Never,
    /// COMMIT does not reach the server.
    BeforeCommit,
    /// The server does it, and its answer does not come back.
    AfterCommit,
}

/// A proxy on a port of its own.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// How often something was sent after something had been received.
    round_trips: AtomicUsize,
    cut: AtomicU8,
}

impl Proxy {
    /// A proxy to the server of this URL, and the URL with the proxy in its place.
    pub(crate) async fn to(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, database) = rest.split_once('/').unwrap();
        let (user, host) = authority.split_once('@').unwrap();
        let server = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Self { port, state: Arc::default() };
        let state = Arc::clone(&proxy.state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, TcpStream::connect(server.clone()).await.unwrap(), Arc::clone(&state)));
            }
        });
        let url = format!("{scheme}://{user}@127.0.0.1:{}/{database}", proxy.port);
        (proxy, url)
    }

    /// How many round trips something takes.
    pub(crate) async fn count<T>(&self, work: impl Future<Output = T>) -> (usize, T) {
        let before = self.state.round_trips.load(Ordering::SeqCst);
        let done = work.await;
        (self.state.round_trips.load(Ordering::SeqCst) - before, done)
    }

    pub(crate) fn cut(&self, cut: Cut) {
        self.state.cut.store(cut as u8, Ordering::SeqCst);
    }
}

async fn pass(mut client: TcpStream, mut server: TcpStream, state: Arc<State>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut sent, mut received) = (vec![0; 65_536], vec![0; 65_536]);
    let mut waits = false;
    let mut mute = false;
    loop {
        tokio::select! {
            read = client.read(&mut sent) => {
                let Some(read) = read.ok().filter(|&read| read > 0) else { return };
                let sent = &sent[..read];
                if !std::mem::replace(&mut waits, true) {
                    state.round_trips.fetch_add(1, Ordering::SeqCst);
                }
                if sent.windows(7).any(|window| window == b"COMMIT\0") {
                    let cut = state.cut.load(Ordering::SeqCst);
                    if cut == Cut::BeforeCommit as u8 {
                        return;
                    }
                    mute = cut == Cut::AfterCommit as u8;
                }
                server.write_all(sent).await.unwrap();
            }
            read = server.read(&mut received) => {
                let Some(read) = read.ok().filter(|&read| read > 0) else { return };
                if mute {
                    return;
                }
                waits = false;
                client.write_all(&received[..read]).await.unwrap();
            }
        }
    }
}
