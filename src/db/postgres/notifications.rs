//! The notifications of a connection.

use std::future::poll_fn;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_postgres::{AsyncMessage, Connection, Error, Socket};

/// Where a connection passes its notifications. It is dropped when the connection ends.
pub(super) struct Notifications {
    /// The payload of notifications that are ignored.
    ignored: String,
    notify: watch::Sender<()>,
}

impl Notifications {
    pub(super) fn new(ignored: String, notify: watch::Sender<()>) -> Self {
        Self { ignored, notify }
    }

    /// Talks to the server until the connection ends.
    pub(super) async fn drive<S>(&self, mut task: Connection<Socket, S>) -> Result<(), Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while let Some(message) = poll_fn(|context| task.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message?
                && notification.payload() != self.ignored
            {
                self.notify.send_replace(());
            }
        }
        Ok(())
    }
}
