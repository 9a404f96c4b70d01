//! The grammar of database URLs.

use std::path::PathBuf;

use crate::error::{Error, Result};

/// What a URL names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    SqliteMemory,
    SqliteFile {
        path: PathBuf,
        mode: Mode,
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

pub(super) fn parse(url: &str) -> Result<Target> {
    let refuse = |reason: String| Err(Error::Url { url: redact(url), reason });
    let Some((scheme, rest)) = url.split_once(':') else {
        return refuse("it names no kind of database".to_owned());
    };
    match scheme {
        "sqlite" => match sqlite(rest) {
            Ok(target) => Ok(target),
            Err(reason) => refuse(reason),
        },
        "postgres" | "postgresql" => Ok(Target::Postgres),
        _ => refuse(format!("`{scheme}` is no kind of database that is known")),
    }
}

fn sqlite(rest: &str) -> Result<Target, String> {
    if rest == ":memory:" {
        return Ok(Target::SqliteMemory);
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    // `sqlite://file.db` and `sqlite:///var/file.db` are how other libraries write it.
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err("it names no file".to_owned());
    }
    if matches!(path, "memory:" | ":memory") {
        return Err("it looks like a mistyped `sqlite::memory:`".to_owned());
    }
    if path.contains('\0') {
        return Err("a path cannot contain a NUL".to_owned());
    }
    let mut mode = Mode::Create;
    for setting in query.split('&').filter(|setting| !setting.is_empty()) {
        mode = match setting {
            "mode=ro" => Mode::Read,
            "mode=rw" => Mode::Write,
            "mode=rwc" => Mode::Create,
            _ => {
                return Err(format!("`{setting}` is not one of `mode=ro`, `mode=rw`, `mode=rwc`"));
            }
        };
    }
    Ok(Target::SqliteFile { path: path.into(), mode })
}

/// The URL with `***` in the place of a password.
pub(super) fn redact(url: &str) -> String {
    // A path of SQLite may contain anything, and is not secret.
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let mut redacted = url.to_owned();
    // The last `@`, because an `@` that was not escaped in a password must not lay bare what is behind it.
    if let (Some(start), Some(end)) = (url.find("://").map(|at| at + 3), url.rfind('@'))
        && let Some(colon) = url.get(start..end).and_then(|user| user.find(':'))
    {
        redacted.replace_range(start + colon + 1..end, "***");
    }
    if let Some(start) = redacted.find("password=").map(|at| at + "password=".len()) {
        let end = redacted[start..].find('&').map_or(redacted.len(), |length| start + length);
        redacted.replace_range(start..end, "***");
    }
    redacted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, mode: Mode) -> Target {
        Target::SqliteFile { path: path.into(), mode }
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
            ("sqlite:C:\\a.db", file("C:\\a.db", Mode::Create)),
            ("postgres://ann:secret@host/db", Target::Postgres),
            ("postgresql:///db?host=/run/postgresql", Target::Postgres),
        ] {
            assert_eq!(parse(url).unwrap(), target, "{url}");
        }
    }

    #[test]
    fn refused() {
        for (url, expected) in [
            ("a.db", "it names no kind of database"),
            ("sqlite:", "it names no file"),
            ("sqlite:memory:", "it looks like a mistyped `sqlite::memory:`"),
            ("sqlite::memory", "it looks like a mistyped `sqlite::memory:`"),
            ("sqlite:?mode=ro", "it names no file"),
            ("sqlite:a.db?mode=wal", "`mode=wal` is not one of"),
            ("mysql://localhost/a", "`mysql` is no kind of database that is known"),
        ] {
            match parse(url) {
                Err(Error::Url { reason, .. }) => {
                    assert!(reason.contains(expected), "{url}: {reason}");
                }
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn passwords_do_not_print() {
        for (url, expected) in [
            ("postgres://ann:secret@host/db", "postgres://ann:***@host/db"),
            ("postgres://ann:se@cr:et@host/db", "postgres://ann:***@host/db"),
            ("postgres://ann@host/db", "postgres://ann@host/db"),
            ("postgres://host/db?user=a&password=secret&b=c", "postgres://host/db?user=a&password=***&b=c"),
            ("sqlite:a:b@c.db", "sqlite:a:b@c.db"),
        ] {
            assert_eq!(redact(url), expected);
        }
    }
}
