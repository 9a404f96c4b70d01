//! The user as a session stores it.

use super::{AuthUser, Session};
use crate::column::ColumnType;
use crate::db::{Db, Executor};
use crate::error::{Error, Result};
use crate::model::Key;
use crate::value::ValueRef;

/// The name of the value in the session.
const NAME: &str = "_auth_user";

/// The user of a session: the key of the row, and a fingerprint of the password.
#[derive(PartialEq)]
pub(super) struct SessionUser {
    fingerprint: String,
    table: String,
    key: String,
}

/// The result of looking up the user of a session.
pub(super) enum Found<U> {
    /// The user is logged in.
    User(U),
    /// No user is logged in.
    NoUser,
    /// The password has changed since the login.
    Outdated,
}

impl SessionUser {
    pub(super) fn new<U: AuthUser>(user: &U) -> Result<Self> {
        if !user.has_primary_key() {
            return Err(U::META.unset_id(U::META.key_field().name));
        }
        let (fingerprint, table) = (user.password().fingerprint(), U::META.table.to_owned());
        Ok(Self { fingerprint, table, key: key_to_string(user.primary_key())? })
    }

    /// The user that the session stores, if it has one.
    pub(super) async fn read(session: &dyn Session) -> Result<Option<Self>> {
        let text = session.get(NAME).await?;
        Ok(text.and_then(|text| {
            let mut parts = text.splitn(3, '\n').map(str::to_owned);
            Some(Self { fingerprint: parts.next()?, table: parts.next()?, key: parts.next()? })
        }))
    }

    pub(super) async fn write(&self, session: &dyn Session) -> Result<()> {
        let Self { fingerprint, table, key } = self;
        session.insert(NAME, &format!("{fingerprint}\n{table}\n{key}")).await
    }

    /// Whether both are the same user, possibly with different passwords.
    pub(super) fn is_same_user(&self, other: &Self) -> bool {
        (&self.table, &self.key) == (&other.table, &other.key)
    }

    /// Empties the session. If that fails, tries to remove at least the user.
    pub(super) async fn forget(session: &dyn Session) -> Result<()> {
        let flushed = session.flush().await;
        if flushed.is_err() {
            // The first error says why it failed.
            let _ = session.remove(NAME).await;
        }
        flushed
    }

    /// Like `forget`, for callers that return another failure: this one is reported.
    pub(super) async fn forget_or_report(db: &Db, session: &dyn Session) {
        if let Err(error) = Self::forget(session).await {
            db.report(error);
        }
    }

    /// Reads the user from the database.
    pub(super) async fn find<U: AuthUser>(executor: &dyn Executor, session: &dyn Session) -> Result<Found<U>> {
        let Some(stored) = Self::read(session).await? else { return Ok(Found::NoUser) };
        // Another user model may have a row with the same key.
        if stored.table != U::META.table {
            return Ok(Found::NoUser);
        }
        let Some(key) = key_from_string::<U::Key>(&stored.key) else { return Ok(Found::NoUser) };
        Ok(match U::get(executor, key).await? {
            Some(user) if !user.is_active() => Found::NoUser,
            Some(user) if user.password().fingerprint() != stored.fingerprint => Found::Outdated,
            Some(user) => Found::User(user),
            None => Found::NoUser,
        })
    }
}

fn key_to_string<K: Key>(key: &K) -> Result<String> {
    match key.to_value() {
        ValueRef::Integer(integer) => Ok(integer.to_string()),
        ValueRef::Text(text) => Ok(text.to_owned()),
        ValueRef::Uuid(bytes) => Ok(format!("{:032x}", u128::from_be_bytes(bytes))),
        other => Err(Error::other(format!("a user whose key is {other} cannot be remembered in a session"))),
    }
}

fn key_from_string<K: Key>(text: &str) -> Option<K> {
    let value = match K::TYPE {
        ColumnType::Integer => ValueRef::Integer(text.parse().ok()?),
        ColumnType::Uuid => ValueRef::Uuid(u128::from_str_radix(text, 16).ok()?.to_be_bytes()),
        _ => ValueRef::Text(text),
    };
    K::from_value(value).ok()
}
