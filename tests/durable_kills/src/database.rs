//! The database of a run: a file of SQLite, a schema of PostgreSQL, or a server of PostgreSQL of its own.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use signals::ConnectOptions;
use signals::prelude::*;

use crate::Failure;
use crate::child::SHARED;
use crate::program::tables;
use crate::proxy::Proxy;

/// Which database a run uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Sqlite,
    /// A schema in the database of `SIGNALS_TEST_POSTGRES`.
    Postgres,
    /// A server that is stopped at once now and then.
    Server,
}

impl Choice {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "sqlite" => Some(Self::Sqlite),
            "postgres" => Some(Self::Postgres),
            "server" => Some(Self::Server),
            _ => None,
        }
    }
}

pub(crate) struct Database {
    /// For the supervisor.
    pub(crate) url: String,
    /// For the processes that are killed. On PostgreSQL it leads through the proxy.
    pub(crate) child_url: String,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) server: Option<Server>,
    /// The schema of PostgreSQL, which is also the name of the processes' connections.
    pub(crate) schema: Option<String>,
    folder: PathBuf,
    admin: Option<String>,
}

impl Database {
    /// Creates it. `Ok(None)` if this machine has no such database, with the reason printed.
    pub(crate) async fn create(choice: Choice) -> Result<Option<Self>, Failure> {
        let name = format!("signals_kills_{}_{}", std::process::id(), crate::next_number());
        let folder = std::env::temp_dir().join(&name);
        fs::create_dir_all(&folder)?;
        let server = if choice == Choice::Server { Server::start(&folder)? } else { None };
        let admin = match choice {
            Choice::Sqlite => {
                let url = format!("sqlite:{}", folder.join("kills.db").display());
                return Ok(Some(Self {
                    child_url: url.clone(),
                    url,
                    proxy: None,
                    server,
                    schema: None,
                    folder,
                    admin: None,
                }));
            }
            Choice::Postgres => std::env::var("SIGNALS_TEST_POSTGRES").ok(),
            Choice::Server => server.as_ref().map(Server::url),
        };
        let Some(admin) = admin else {
            println!("SKIPPED: {choice:?} (SIGNALS_TEST_POSTGRES names no server, or `initdb` is not found)");
            return Ok(None);
        };
        batch(&admin, &format!("CREATE SCHEMA {name}")).await?;
        let (before, address, after) = parts(&admin)?;
        let proxy = Proxy::start(address.to_owned()).await?;
        let options = format!("options=-c%20search_path%3D{name}%20-c%20lc_messages%3DC");
        let question = if admin.contains('?') { '&' } else { '?' };
        Ok(Some(Self {
            url: format!("{admin}{question}application_name={name}_supervisor&{options}"),
            child_url: format!("{before}{}{after}{question}application_name={name}&{options}", proxy.address()),
            proxy: Some(proxy),
            server,
            schema: Some(name),
            folder,
            admin: Some(admin),
        }))
    }

    /// A connection of the supervisor.
    pub(crate) async fn connect(&self) -> Result<Db> {
        ConnectOptions::new(self.url.clone()).pool_size(2).on_error(|_| {}).connect().await
    }

    pub(crate) async fn create_tables(&self) -> Result<Db> {
        let db = self.connect().await?;
        db.create_tables().await?;
        db.batch(&tables(self.schema.is_none())).await?;
        for _ in 0..SHARED {
            // Without signals.
            db.execute("INSERT INTO kill_item (op, seq) VALUES (0, 0)", &()).await?;
        }
        Ok(db)
    }

    pub(crate) async fn remove(self) -> Result<(), Failure> {
        match (&self.server, &self.admin, &self.schema) {
            (Some(server), ..) => server.stop("immediate")?,
            (None, Some(admin), Some(schema)) => {
                let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE";
                batch(admin, &format!("{end} '{schema}%'")).await?;
                batch(admin, &format!("DROP SCHEMA {schema} CASCADE")).await?;
            }
            _ => {}
        }
        fs::remove_dir_all(&self.folder)?;
        Ok(())
    }
}

async fn batch(url: &str, sql: &str) -> Result<()> {
    ConnectOptions::new(url).pool_size(1).connect().await?.batch(sql).await
}

/// What is before the address of a server in its URL, the address, and the rest.
fn parts(url: &str) -> Result<(&str, &str, &str), Failure> {
    let start = url.find('@').or_else(|| url.find("//").map(|at| at + 1)).ok_or("the URL has no server")? + 1;
    let end = url[start..].find(['/', '?']).map_or(url.len(), |at| at + start);
    Ok((&url[..start], &url[start..end], &url[end..]))
}

/// A server of PostgreSQL of this run.
pub(crate) struct Server {
    binaries: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Server {
    fn start(folder: &Path) -> Result<Option<Self>, Failure> {
        let Some(binaries) = binaries() else { return Ok(None) };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self { binaries, data: folder.join("data"), port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder))?;
        }
        run(server.command("initdb").args(["--auth=trust", "--username=root", "--no-sync", "-D"]).arg(&server.data))?;
        server.begin()?;
        Ok(Some(server))
    }

    /// The server does not run as root.
    fn command(&self, name: &str) -> Command {
        let path = self.binaries.join(name);
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path).current_dir("/");
        command
    }

    pub(crate) fn begin(&self) -> Result<(), Failure> {
        let folder = self.data.display();
        let options = format!("-p {} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", self.port);
        let log = self.data.join("log");
        run(self.command("pg_ctl").arg("-D").arg(&self.data).arg("-l").arg(log).args(["-w", "-o", &options, "start"]))
    }

    /// Stops it: `immediate` is what a crash of all of its processes would be.
    pub(crate) fn stop(&self, mode: &str) -> Result<(), Failure> {
        run(self.command("pg_ctl").arg("-D").arg(&self.data).args(["-w", "-m", mode, "stop"]))
    }

    fn url(&self) -> String {
        format!("postgres://root@127.0.0.1:{}/postgres", self.port)
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} has failed").into()) }
}

/// The folder with `initdb` and `pg_ctl`.
fn binaries() -> Option<PathBuf> {
    let of_versions =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let of_path =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    of_versions.chain(of_path).find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
}
