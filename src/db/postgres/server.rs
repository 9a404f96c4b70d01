//! The server, and how a connection to it is opened.

use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::{CancelToken, Config, NoTls};
#[cfg(feature = "postgres-tls")]
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::Connection;
use super::errors;
use super::notifications::Notifications;
use super::statements::Statements;
use crate::db::created::Opened;
use crate::db::options::PoolOptions;
use crate::db::{ConnectOptions, url};
use crate::error::{Error, ErrorKind, Result};

/// A server, and what is needed to connect to it.
pub(super) struct Server {
    config: Config,
    security: Security,
    /// For messages.
    opened: Opened,
    /// How long it may take to answer.
    limit: Duration,
    /// How long it may take to open a connection.
    connecting: Duration,
    /// How many prepared statements a connection keeps.
    statement_cache_capacity: usize,
}

/// Why no connection was opened.
pub(super) enum NotOpened {
    /// The server accepts no further connection now.
    Full(String),
    Failed(Error),
}

impl From<Error> for NotOpened {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The encryption of the connection.
enum Security {
    None,
    #[cfg(feature = "postgres-tls")]
    Tls(MakeRustlsConnect),
}

impl Server {
    pub(super) fn new(options: &ConnectOptions) -> Result<Self> {
        let refuse = |reason: String| url::refuse(&options.url, reason);
        let mut config: Config =
            url::for_driver(&options.url).parse().map_err(|error| refuse(errors::chain(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(refuse("it names no host".to_owned()));
        }
        // `prefer` is the default of a URL. It would not protect from an attacker who can change what is sent, and would fail
        // with a self-signed certificate, as on a developer's machine.
        let security = match config.get_ssl_mode() {
            SslMode::Disable | SslMode::Prefer => {
                config.ssl_mode(SslMode::Disable);
                Security::None
            }
            #[cfg(feature = "postgres-tls")]
            _ => Security::Tls(tls().map_err(refuse)?),
            #[cfg(not(feature = "postgres-tls"))]
            _ => return Err(refuse("`sslmode=require` needs the feature `postgres-tls`".to_owned())),
        };
        set_keepalives(&mut config, &options.url);
        let PoolOptions { timeout, statement_cache_capacity, .. } = options.pool();
        // The time of the URL is for each host.
        let hosts = u32::try_from(config.get_hosts().len().max(1)).unwrap_or(u32::MAX);
        let connecting = config.get_connect_timeout().map_or(timeout, |each| timeout.max(each.saturating_mul(hosts)));
        Ok(Self { config, security, limit: timeout, connecting, opened: options.opened(), statement_cache_capacity })
    }

    pub(super) fn opened(&self) -> &Opened {
        &self.opened
    }

    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    pub(super) async fn open(&self, notifications: Option<Notifications>) -> Result<Connection, NotOpened> {
        let refuse = |reason: String| Error::from(ErrorKind::Connect { url: self.opened.url.clone(), reason }).into();
        let statements = Statements::new(self.statement_cache_capacity);
        let opening = async {
            match &self.security {
                Security::None => {
                    let connected = self.config.connect(NoTls).await;
                    connected.map(|(client, task)| Connection::new(client, task, statements, notifications))
                }
                #[cfg(feature = "postgres-tls")]
                Security::Tls(tls) => self
                    .config
                    .connect(tls.clone())
                    .await
                    .map(|(client, task)| Connection::new(client, task, statements, notifications)),
            }
        };
        match tokio::time::timeout(self.connecting, opening).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) if errors::is_full(&error) => Err(NotOpened::Full(errors::chain(&error))),
            Ok(Err(error)) => Err(refuse(errors::of_connecting(&error))),
            Err(_) => Err(refuse(format!(
                "the server did not answer for {:.1?}: correct the host and the port, or wait longer with \
                 `ConnectOptions::pool_timeout`",
                self.connecting,
            ))),
        }
    }

    /// Asks the server to cancel the statement that runs on a connection. It may have ended by then.
    pub(super) async fn cancel(&self, token: CancelToken) {
        let asking = async {
            match &self.security {
                Security::None => token.cancel_query(NoTls).await,
                #[cfg(feature = "postgres-tls")]
                Security::Tls(tls) => token.cancel_query(tls.clone()).await,
            }
        };
        // If the request fails, the connection is closed anyway.
        let _ = tokio::time::timeout(self.limit, asking).await;
    }
}

/// Makes TCP notice that the server or the network is gone, unless the URL sets it: by default it takes hours, or never happens.
fn set_keepalives(config: &mut Config, url: &str) {
    let is_unset = |key| !url::has(url, key);
    if is_unset("keepalives_idle") {
        config.keepalives_idle(Duration::from_secs(30));
    }
    if is_unset("keepalives_interval") {
        config.keepalives_interval(Duration::from_secs(10));
    }
    if is_unset("keepalives_retries") {
        config.keepalives_retries(3);
    }
    if is_unset("tcp_user_timeout") {
        config.tcp_user_timeout(Duration::from_secs(30));
    }
}

/// TLS with the certificates that the system trusts.
#[cfg(feature = "postgres-tls")]
fn tls() -> Result<MakeRustlsConnect, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(format!(
            "`sslmode=require` needs certificates to trust and the system has none{}: install them, or name a file of \
             certificates in the variable `SSL_CERT_FILE`",
            found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default(),
        ));
    }
    // Named, because there is no default if the program links another provider.
    let provider = rustls::crypto::ring::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keepalives(settings: &str) -> (bool, Duration, Option<Duration>, Option<u32>, Option<Duration>, Duration) {
        let server = Server::new(&ConnectOptions::new(format!("postgres://ann@one,two/db{settings}"))).unwrap();
        let config = &server.config;
        (
            config.get_keepalives(),
            config.get_keepalives_idle(),
            config.get_keepalives_interval(),
            config.get_keepalives_retries(),
            config.get_tcp_user_timeout().copied(),
            server.connecting,
        )
    }

    #[test]
    fn a_server_that_has_gone_is_noticed_unless_the_url_says_otherwise() {
        let seconds = Duration::from_secs;
        assert_eq!(keepalives(""), (true, seconds(30), Some(seconds(10)), Some(3), Some(seconds(30)), seconds(5)));
        let all = "?keepalives=0&keepalives_idle=1&keepalives_interval=2&keepalives_retries=4&tcp_user_timeout=5&connect_timeout=6";
        assert_eq!(keepalives(all), (false, seconds(1), Some(seconds(2)), Some(4), Some(seconds(5)), seconds(12)));
        // 0 is the default of the system.
        let system = keepalives("?tcp_user_timeout=0&pool_timeout=7");
        assert_eq!((system.4, system.5), (None, seconds(7)));
    }
}
