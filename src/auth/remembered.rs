//! What a session remembers of its user.

use super::{AuthUser, Session};
use crate::column::ColumnType;
use crate::db::{Db, Executor};
use crate::error::{Error, Result};
use crate::model::Key;
use crate::value::ValueRef;

/// The name of the value in the session.
const NAME: &str = "_auth_user";

/// The user of a session: the key of a row, and what the password was.
#[derive(PartialEq)]
pub(super) struct Remembered {
    fingerprint: String,
    table: String,
    key: String,
}

/// What became of the user of a session.
pub(super) enum Found<U> {
    /// The user is logged in.
    User(U),
    /// Nobody is.
    Nobody,
    /// The password is another one than it was at the login.
    Outdated,
}

impl Remembered {
    pub(super) fn new<U: AuthUser>(user: &U) -> Result<Self> {
        if !user.has_key() {
            return Err(U::META.unset_id(U::META.key_field().name));
        }
        let (fingerprint, table) = (user.password().fingerprint(), U::META.table.to_owned());
        Ok(Self { fingerprint, table, key: written(user.key())? })
    }

    /// What the session remembers, if anybody is logged in.
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

    /// Whether it is this user, whatever the password was.
    pub(super) fn is_same_user(&self, other: &Self) -> bool {
        (&self.table, &self.key) == (&other.table, &other.key)
    }

    /// Empties the session. One that cannot be emptied forgets its user at least, if it can do that.
    pub(super) async fn forget(session: &dyn Session) -> Result<()> {
        let flushed = session.flush().await;
        if flushed.is_err() {
            // Why it failed is in the first error.
            let _ = session.remove(NAME).await;
        }
        flushed
    }

    /// The same, beside a failure that comes back.
    pub(super) async fn forget_or_report(db: &Db, session: &dyn Session) {
        if let Err(error) = Self::forget(session).await {
            db.report(error);
        }
    }

    /// The user, as the database has it now.
    pub(super) async fn find<U: AuthUser>(executor: &dyn Executor, session: &dyn Session) -> Result<Found<U>> {
        let Some(remembered) = Self::read(session).await? else { return Ok(Found::Nobody) };
        // Another model of users may have a row with the same key.
        if remembered.table != U::META.table {
            return Ok(Found::Nobody);
        }
        let Some(key) = read::<U::Key>(&remembered.key) else { return Ok(Found::Nobody) };
        Ok(match U::get(executor, key).await? {
            Some(user) if !user.is_active() => Found::Nobody,
            Some(user) if user.password().fingerprint() != remembered.fingerprint => Found::Outdated,
            Some(user) => Found::User(user),
            None => Found::Nobody,
        })
    }
}

fn written<K: Key>(key: &K) -> Result<String> {
    match key.to_value() {
        ValueRef::Integer(integer) => Ok(integer.to_string()),
        ValueRef::Text(text) => Ok(text.to_owned()),
        ValueRef::Uuid(bytes) => Ok(format!("{:032x}", u128::from_be_bytes(bytes))),
        other => Err(Error::other(format!("a user whose key is {other} cannot be remembered in a session"))),
    }
}

fn read<K: Key>(text: &str) -> Option<K> {
    let value = match K::TYPE {
        ColumnType::Integer => ValueRef::Integer(text.parse().ok()?),
        ColumnType::Uuid => ValueRef::Uuid(u128::from_str_radix(text, 16).ok()?.to_be_bytes()),
        _ => ValueRef::Text(text),
    };
    K::from_value(value).ok()
}
