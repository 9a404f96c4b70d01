//! Where the server is, and how a connection to it is opened.

use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::{CancelToken, Config, NoTls};
#[cfg(feature = "postgres-tls")]
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::Connection;
use super::errors;
use super::statements::Statements;
use crate::db::{ConnectOptions, url};
use crate::error::{Error, Result};

/// A server, and everything that it asks for.
pub(super) struct Server {
    config: Config,
    security: Security,
    /// For messages.
    url: String,
    /// How long it may take to answer.
    limit: Duration,
    /// How many statements a connection keeps.
    statement_cache_capacity: usize,
}

/// What lies between us and the server.
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
        // `prefer` is what a URL has that says nothing. It would protect from nobody who can change what is sent, and fail
        // where a server has a certificate that nobody signed, as on a developer's machine.
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
        let from_url = || url::number(&options.url, "statement_cache_capacity").map(|capacity| capacity as usize);
        Ok(Self {
            config,
            security,
            limit: options.pool_timeout,
            url: options.public_url(),
            statement_cache_capacity: options
                .statement_cache_capacity
                .or_else(from_url)
                .unwrap_or(Statements::DEFAULT_CAPACITY),
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) async fn open(&self) -> Result<Connection> {
        let refuse = |reason: String| Error::Connect { url: self.url.clone(), reason };
        let statements = Statements::new(self.statement_cache_capacity);
        let opening = async {
            match &self.security {
                Security::None => {
                    self.config.connect(NoTls).await.map(|(client, task)| Connection::new(client, task, statements))
                }
                #[cfg(feature = "postgres-tls")]
                Security::Tls(tls) => self
                    .config
                    .connect(tls.clone())
                    .await
                    .map(|(client, task)| Connection::new(client, task, statements)),
            }
        };
        match tokio::time::timeout(self.limit, opening).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(refuse(errors::of_connecting(&error))),
            Err(_) => Err(refuse(format!(
                "the server did not answer for {:.1?}: correct the host and the port, or wait longer with \
                 `ConnectOptions::pool_timeout`",
                self.limit,
            ))),
        }
    }

    /// Asks the server to stop what it does on a connection. It may be done before it hears of it.
    pub(super) async fn cancel(&self, token: CancelToken) {
        let asking = async {
            match &self.security {
                Security::None => token.cancel_query(NoTls).await,
                #[cfg(feature = "postgres-tls")]
                Security::Tls(tls) => token.cancel_query(tls.clone()).await,
            }
        };
        // Who cannot be asked to stop is waited for, or has lost its connection.
        let _ = tokio::time::timeout(self.limit, asking).await;
    }
}

/// TLS that trusts whom the system trusts.
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
    // Named, because the program may have another provider linked and then there is no default.
    let provider = rustls::crypto::ring::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
