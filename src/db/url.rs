//! The grammar of database URLs, and what of one may be printed.
//!
//! Everything that prints a URL asks [`public`]: what is understood is printed without its secrets, and what is not understood
//! is not printed, because any part of it may be a password.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::error::{Error, ErrorKind, Result};

/// What a URL names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    SqliteMemory,
    SqliteFile {
        path: PathBuf,
        mode: Mode,
        synchronous: Option<Synchronous>,
    },
    /// The driver reads the rest.
    Postgres,
}

/// What may be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
    Create,
}

/// What a commit to a SQLite file survives. With both values, every commit survives the end of the program, and the file always
/// stays readable.
///
/// PostgreSQL has its own setting `synchronous_commit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Synchronous {
    /// A power cut, or a crash of the operating system, may undo the last commits. A commit does not wait for the disk, and is many
    /// times faster.
    Normal,
    /// A commit waits until it is on the disk.
    Full,
}

/// Parses a URL. An error prints nothing that may be a secret.
pub(super) fn parse(url: &str) -> Result<Target> {
    read(url).map_err(|reason| refuse(url, reason))
}

/// The error for a URL that cannot be used.
pub(super) fn refuse(url: &str, reason: impl Into<String>) -> Error {
    ErrorKind::Url { url: public(url), reason: reason.into() }.into()
}

/// What may be printed of a URL: `***` stands for whatever is secret or not understood.
pub(super) fn public(url: &str) -> String {
    if let Some(rest) = url.strip_prefix("sqlite:") {
        return public_sqlite(url, rest);
    }
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| is_word(scheme)) else {
        return HIDDEN.to_owned();
    };
    match Server::of(rest).filter(|_| SCHEMES.contains(&scheme)) {
        Some(server) => format!("{scheme}://{}", server.public()),
        None => format!("{scheme}://{HIDDEN}"),
    }
}

const HIDDEN: &str = "***";
/// The schemes of PostgreSQL.
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

fn read(url: &str) -> Result<Target, String> {
    if url.trim() != url {
        return Err("there is white space around it".to_owned());
    }
    if let Some(rest) = url.strip_prefix("sqlite:") {
        return sqlite(rest);
    }
    match url.split_once("://") {
        Some((scheme, rest)) if SCHEMES.contains(&scheme) => postgres(rest).map(|()| Target::Postgres),
        Some((scheme, _)) if is_word(scheme) => Err(format!("`{scheme}` is no kind of database that is known")),
        _ => Err("it names no kind of database".to_owned()),
    }
}

/// `mysql`, but nothing that could be the beginning of a password.
fn is_word(scheme: &str) -> bool {
    !scheme.is_empty() && scheme.len() <= 12 && scheme.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn sqlite(rest: &str) -> Result<Target, String> {
    if rest == ":memory:" {
        return Ok(Target::SqliteMemory);
    }
    let (path, query) = path_and_query(rest);
    if path.is_empty() {
        return Err("it names no file".to_owned());
    }
    if matches!(path, "memory:" | ":memory") {
        return Err("it looks like a mistyped `sqlite::memory:`".to_owned());
    }
    if names_a_host(rest) {
        return Err("a file of SQLite has no user and no host".to_owned());
    }
    if path.contains('\0') {
        return Err("a path cannot contain a NUL".to_owned());
    }
    let (mut mode, mut synchronous) = (Mode::Create, None);
    for setting in query.split('&').filter(|setting| !setting.is_empty()) {
        match setting {
            "mode=ro" => mode = Mode::Read,
            "mode=rw" => mode = Mode::Write,
            "mode=rwc" => mode = Mode::Create,
            "synchronous=normal" => synchronous = Some(Synchronous::Normal),
            "synchronous=full" => synchronous = Some(Synchronous::Full),
            _ => {
                return Err(
                    "what is after the `?` is not one of `mode=ro`, `mode=rw`, `mode=rwc`, `synchronous=normal`, \
                            `synchronous=full`"
                        .to_owned(),
                );
            }
        }
    }
    Ok(Target::SqliteFile { path: path.into(), mode, synchronous })
}

/// A path of SQLite may contain anything, and is not secret.
fn public_sqlite(url: &str, rest: &str) -> String {
    if sqlite(rest).is_ok() {
        return url.to_owned();
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    match (names_a_host(rest), query) {
        (true, _) => format!("sqlite:{HIDDEN}"),
        (false, "") => url.to_owned(),
        (false, _) => format!("sqlite:{path}?{HIDDEN}"),
    }
}

/// `sqlite://file.db` and `sqlite:///var/file.db` are how other libraries write it.
fn path_and_query(rest: &str) -> (&str, &str) {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    (path.strip_prefix("//").unwrap_or(path), query)
}

/// `//user:password@host/database`, which is that of another database.
fn names_a_host(rest: &str) -> bool {
    let after_slashes = rest.split_once("//").map(|(_, authority)| authority);
    after_slashes.is_some_and(|authority| authority.contains('@'))
}

fn postgres(rest: &str) -> Result<(), String> {
    let server = Server::of(rest).ok_or(
        "an `@` stands where no user and password can be, or there are several: in a user, a password or a setting, write \
         `@` as `%40`, `/` as `%2F`, `?` as `%3F` and white space as `%20`",
    )?;
    for (key, value) in server.settings() {
        match SETTINGS.iter().find(|(known, _)| key.as_deref() == Some(*known)) {
            Some((key, Value::Ours)) if value.parse::<u32>().is_err() => {
                return Err(format!("`{key}` after the `?` is no whole number"));
            }
            Some(_) => {}
            // Not the key itself: it may be a part of a password.
            None => {
                let known: Vec<_> = SETTINGS.iter().map(|(known, _)| format!("`{known}`")).collect();
                return Err(format!("a setting after the `?` is not one of {}", known.join(", ")));
            }
        }
    }
    Ok(())
}

/// A number that this library is to find in a URL of PostgreSQL.
#[cfg(feature = "postgres")]
pub(super) fn number(url: &str, key: &str) -> Option<u32> {
    setting(url, key).and_then(|value| value.parse().ok())
}

/// Whether a URL of PostgreSQL has this setting.
#[cfg(feature = "postgres")]
pub(super) fn has(url: &str, key: &str) -> bool {
    setting(url, key).is_some()
}

/// The last one counts, as it does for tokio-postgres.
#[cfg(feature = "postgres")]
fn setting<'a>(url: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = url.split_once("://")?;
    let server = Server::of(rest)?;
    server.settings().filter(|(known, _)| known.as_deref() == Some(key)).last().map(|(_, value)| value)
}

/// A URL of PostgreSQL without the settings that tokio-postgres does not know.
#[cfg(feature = "postgres")]
pub(super) fn for_driver(url: &str) -> Cow<'_, str> {
    let Some((place, query)) = url.split_once('?') else { return url.into() };
    let is_ours = |setting: &&str| {
        let key = decoded(setting.split_once('=').map_or(*setting, |(key, _)| key));
        SETTINGS.iter().any(|(known, value)| *value == Value::Ours && key.as_deref() == Some(*known))
    };
    let others: Vec<_> = query.split('&').filter(|setting| !is_ours(setting)).collect();
    match others[..] {
        [] => place.into(),
        _ => format!("{place}?{}", others.join("&")).into(),
    }
}

/// The parts of a URL of PostgreSQL, as tokio-postgres takes it apart.
struct Server<'a> {
    user: Option<&'a str>,
    has_password: bool,
    hosts: &'a str,
    /// With its `/`.
    database: &'a str,
    query: &'a str,
}

/// What the value of a setting is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    /// It may be printed.
    Public,
    /// It may not.
    Secret,
    /// A number for this library; tokio-postgres does not know the setting.
    Ours,
}

/// The settings of a URL of PostgreSQL.
const SETTINGS: [(&str, Value); 23] = [
    ("user", Value::Public),
    ("password", Value::Secret),
    ("dbname", Value::Public),
    // Whatever the server is to set, which may be a secret of the program.
    ("options", Value::Secret),
    ("application_name", Value::Public),
    ("sslmode", Value::Public),
    ("sslnegotiation", Value::Public),
    ("host", Value::Public),
    ("hostaddr", Value::Public),
    ("port", Value::Public),
    ("connect_timeout", Value::Public),
    ("tcp_user_timeout", Value::Public),
    ("keepalives", Value::Public),
    ("keepalives_idle", Value::Public),
    ("keepalives_interval", Value::Public),
    ("keepalives_retries", Value::Public),
    ("target_session_attrs", Value::Public),
    ("channel_binding", Value::Public),
    ("load_balance_hosts", Value::Public),
    ("pool_size", Value::Ours),
    ("pool_timeout", Value::Ours),
    ("check_after_idle", Value::Ours),
    ("statement_cache_capacity", Value::Ours),
];

impl<'a> Server<'a> {
    /// `None` if it cannot be told where a user and a password end.
    fn of(rest: &'a str) -> Option<Self> {
        let is_blank = |character: char| character.is_whitespace() || character.is_control();
        if rest.contains(is_blank) {
            return None;
        }
        let (user, place) = match rest.split_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        // tokio-postgres takes the first `@`, wherever it is.
        if place.contains('@') || user.is_some_and(|user| user.contains(['/', '?'])) {
            return None;
        }
        let (user, has_password) = match user.map(|user| user.split_once(':').ok_or(user)) {
            Some(Ok((user, _))) => (Some(user), true),
            Some(Err(user)) => (Some(user), false),
            None => (None, false),
        };
        let (place, query) = place.split_once('?').unwrap_or((place, ""));
        let (hosts, database) = place.split_at(place.find('/').unwrap_or(place.len()));
        Some(Self { user, has_password, hosts, database, query })
    }

    /// The settings, with their keys decoded: `None` for one that is not even text.
    fn settings(&self) -> impl Iterator<Item = (Option<Cow<'a, str>>, &'a str)> {
        self.query.split('&').filter(|setting| !setting.is_empty()).map(|setting| {
            let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
            (decoded(key), value)
        })
    }

    fn public(&self) -> String {
        let mut text = String::new();
        if let Some(user) = self.user {
            text.push_str(plain(user));
            text.push_str(if self.has_password { ":***@" } else { "@" });
        }
        text.push_str(if self.hosts.split(',').all(is_host) { self.hosts } else { HIDDEN });
        text.push_str(plain(self.database));
        for (index, (key, value)) in self.settings().enumerate() {
            text.push(if index == 0 { '?' } else { '&' });
            match SETTINGS.iter().find(|(known, _)| key.as_deref() == Some(*known)) {
                Some((key, Value::Public | Value::Ours)) => text.extend([key, "=", plain(value)]),
                Some((key, Value::Secret)) => text.extend([key, "=", HIDDEN]),
                None => text.push_str(HIDDEN),
            }
        }
        text
    }
}

/// `host`, `host:5432`, `[::1]:5432`: what follows a `:` may be a password if it is no port.
fn is_host(host: &str) -> bool {
    let (host, port) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, "")) => (address, None),
        Some((address, port)) => (address, Some(port.strip_prefix(':').unwrap_or(port))),
        None => host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port))),
    };
    port.is_none_or(|port| port.parse::<u16>().is_ok())
        && host.chars().all(|character| is_plain(character) || character == ':')
}

/// The part, if it is nothing but a name.
fn plain(part: &str) -> &str {
    if part.chars().all(is_plain) { part } else { HIDDEN }
}

fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || "-_.,/%".contains(character)
}

/// `%77` is `w`.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        let (code, after) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend(after.bytes());
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::ConnectOptions;

    fn file(path: &str, mode: Mode) -> Target {
        Target::SqliteFile { path: path.into(), mode, synchronous: None }
    }

    #[test]
    fn accepted() {
        for (url, target) in [
            ("sqlite::memory:", Target::SqliteMemory),
            ("sqlite:a/b.db", file("a/b.db", Mode::Create)),
            ("sqlite://a.db", file("a.db", Mode::Create)),
            ("sqlite:///var/a.db", file("/var/a.db", Mode::Create)),
            ("sqlite:a.db?mode=ro", file("a.db", Mode::Read)),
            ("sqlite:a.db?mode=rw", file("a.db", Mode::Write)),
            (
                "sqlite:a.db?synchronous=full&mode=rw",
                Target::SqliteFile { path: "a.db".into(), mode: Mode::Write, synchronous: Some(Synchronous::Full) },
            ),
            ("sqlite:C:\\a.db", file("C:\\a.db", Mode::Create)),
            ("sqlite:a:b@c.db", file("a:b@c.db", Mode::Create)),
            ("postgres://ann:secret@host/db", Target::Postgres),
            ("postgresql:///db?host=/run/postgresql", Target::Postgres),
            ("postgres://a%40b:c%40d%2F@[::1]:5432,other/db?pass%77ord=x&options=-c%20a%3Db", Target::Postgres),
        ] {
            assert_eq!(parse(url).unwrap(), target, "{url}");
            assert_eq!(public(url).contains("sqlite"), url.contains("sqlite"));
        }
    }

    #[test]
    fn refused() {
        for (url, expected) in [
            ("a.db", "it names no kind of database"),
            ("", "it names no kind of database"),
            ("sqlite:", "it names no file"),
            ("sqlite:memory:", "it looks like a mistyped `sqlite::memory:`"),
            ("sqlite::memory", "it looks like a mistyped `sqlite::memory:`"),
            ("sqlite:?mode=ro", "it names no file"),
            ("sqlite:a.db?mode=wal", "is not one of `mode=ro`"),
            ("sqlite://ann:secret@host/db", "a file of SQLite has no user and no host"),
            ("mysql://localhost/a", "`mysql` is no kind of database that is known"),
            (" postgres://localhost/a", "there is white space around it"),
            ("postgres://ann:se@cret@host/db", "write `@` as `%40`"),
            ("postgres://ann:se/cret@host/db", "write `@` as `%40`"),
            ("postgres://host/db?user=ann@corp", "write `@` as `%40`"),
            (
                "postgres://host/db?statement_cache_capacity=no",
                "`statement_cache_capacity` after the `?` is no whole number",
            ),
            (
                "postgres://host/db?statement_cache_capacity",
                "`statement_cache_capacity` after the `?` is no whole number",
            ),
            ("postgres://host/db?sslpassword=x", "a setting after the `?` is not one of `user`, `password`"),
        ] {
            match parse(url).map_err(Error::into_kind) {
                Err(ErrorKind::Url { reason, .. }) => {
                    assert!(reason.contains(expected), "{url}: {reason}");
                }
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn settings_of_this_library() {
        for (url, rest, capacity) in [
            ("postgres://host/db", "postgres://host/db", None),
            ("postgres://host/db?statement_cache_capacity=0", "postgres://host/db", Some(0)),
            (
                "postgres://ann:a%3Fb@host/db?port=1&statement_cache_capacity=1&statement%5Fcache_capacity=20&user=x",
                "postgres://ann:a%3Fb@host/db?port=1&user=x",
                Some(20),
            ),
        ] {
            assert_eq!(parse(url).unwrap(), Target::Postgres);
            assert_eq!((for_driver(url).as_ref(), number(url, "statement_cache_capacity")), (rest, capacity), "{url}");
        }
    }

    #[test]
    fn what_is_printed() {
        for (url, expected) in [
            ("postgres://ann:secret@host/db", "postgres://ann:***@host/db"),
            ("postgresql://ann:secret@host:5433,[::1]:1/db", "postgresql://ann:***@host:5433,[::1]:1/db"),
            ("postgres://ann:se:cret@host/db", "postgres://ann:***@host/db"),
            ("postgres://ann:@host/db", "postgres://ann:***@host/db"),
            ("postgres://:secret@host/db", "postgres://:***@host/db"),
            ("postgres://ann@host/db", "postgres://ann@host/db"),
            ("postgres://ann:secret@host:secret/db", "postgres://ann:***@***/db"),
            ("postgres://ann:secret", "postgres://***"),
            ("postgres://ann:sec?ret", "postgres://***?***"),
            ("postgres://ann:se@cr:et@host/db", "postgres://***"),
            ("postgres://ann:se/cret@host/db", "postgres://***"),
            ("postgres://ann:se cret@host/db", "postgres://***"),
            ("postgres://ann:secret@host/db\n", "postgres://***"),
            (
                "postgres://host/db?user=a&password=secret&port=1&password=secret",
                "postgres://host/db?user=a&password=***&port=1&password=***",
            ),
            ("postgres://host/db?statement_cache_capacity=0", "postgres://host/db?statement_cache_capacity=0"),
            ("postgres:///db?host=/run&pass%77ord=secret", "postgres:///db?host=/run&password=***"),
            ("postgres:///db?PASSWORD=secret&secret&sslpassword=secret", "postgres:///db?***&***&***"),
            ("postgres:///db?options=-c%20a%3Dsecret", "postgres:///db?options=***"),
            ("postgres:///db?user=ann:secret", "postgres:///db?user=***"),
            ("postgre://ann:secret@host/db", "postgre://***"),
            ("POSTGRES://ann:secret@host/db", "POSTGRES://***"),
            (" postgres://ann:secret@host/db", "***"),
            ("postgres:ann:secret@host/db", "***"),
            ("postgres:/ann:secret@host/db", "***"),
            ("ann:secret@host/db", "***"),
            ("host=h user=ann password=secret", "***"),
            ("host=h user=ann password=sec://ret", "***"),
            ("sqlite:a:b@c.db?mode=ro", "sqlite:a:b@c.db?mode=ro"),
            ("sqlite:a.db?key=secret", "sqlite:a.db?***"),
            ("sqlite://ann:secret@host/db", "sqlite:***"),
            ("sqlite:postgres://ann:secret@host/db", "sqlite:***"),
        ] {
            assert_eq!(public(url), expected);
        }
    }

    /// Everything that prints a URL, without connecting.
    fn printed(url: &str) -> String {
        let options = ConnectOptions::new(url);
        let parsed = parse(url).map_or_else(|error| format!("{error} {error:?} {error:#?}"), |_| String::new());
        format!("{options:?} {options:#?} {} {} {parsed}", options.public_url(), refuse(url, "reason"))
    }

    /// A secret where a password, or a piece of one, can be, among all characters that mean something in a URL.
    #[test]
    fn a_secret_is_never_printed() {
        const SECRET: &str = "hunter2";
        const PIECES: [&str; 17] =
            ["@", ":", "/", "?", "&", "=", "#", "%", "%40", " ", "\t", "+", "//", "://", "ann", "x=y", "password="];
        // A linear congruential generator: the same URLs in every run.
        let mut state: u64 = 36;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..2000 {
            let mut junk = || (0..random(4)).map(|_| PIECES[random(PIECES.len())]).collect::<String>();
            let (before, after) = (junk(), junk());
            for scheme in ["postgres://", "postgresql://", "postgre://", "POSTGRES://", "", "postgres:", "sqlite://"] {
                for url in [
                    format!("{scheme}ann:{before}{SECRET}{after}@host/db"),
                    format!("{scheme}:{before}{SECRET}{after}@host:5432/db?sslmode=disable"),
                    format!("{scheme}host/db?password={SECRET}{after}"),
                    format!("{scheme}ann@host/db?sslmode=disable&pass%77ord={SECRET}&port=1"),
                    format!("{scheme}host/db?{before}password{after}={SECRET}"),
                ] {
                    let text = printed(&url);
                    assert!(!text.contains(SECRET), "{url}: {text}");
                }
            }
        }
    }
}
