//! The stored events of durable receivers of `post_commit` and `post_delete_commit`.

use serde_json::{Map, Value as Json};
use signals_core::__private::Source;
use signals_core::{BoxFuture, Receiver};

use super::row_history::{Removed, Saved};
use super::{AnyModel, FieldSet, Meta, PostCommit, PostDeleteCommit, json};
use crate::db::{CallOrder, Db, OutgoingCall, OutgoingEvent, Tx};
use crate::delivery::{Fields, Stored, calls_of, deliver, key_text};
use crate::error::{Error, Result};

const POST_COMMIT: &str = "post_commit";
const POST_DELETE_COMMIT: &str = "post_delete_commit";

impl Saved {
    /// The event, if a durable receiver gets it.
    pub(super) fn event(&self, tx: &Tx) -> Result<Option<OutgoingEvent>> {
        let (instance, previous) = (&*self.instance, self.previous.as_deref());
        let state = &instance.any_meta().lifecycle.durable_commit;
        if !state.has_receivers() {
            return Ok(None);
        }
        let db = self.db.as_deref().unwrap_or(tx.db());
        let (created, raw, changes) = (self.created, self.raw, FieldSet::changed_in(previous, instance));
        let payload = PostCommit { instance, created, previous, changes, db, context: db.context(), raw };
        let (calls, _) = calls_of(state, payload, (db, tx.scopes()), |_| order(instance))?;
        if calls.is_empty() {
            return Ok(None);
        }
        let mut fields = Map::new();
        fields.insert("instance".to_owned(), row(instance)?);
        fields.insert("created".to_owned(), created.into());
        fields.insert("raw".to_owned(), raw.into());
        if let Some(previous) = previous.filter(|_| state.reads_costly_fields()) {
            fields.insert("previous".to_owned(), row(previous)?);
        }
        Ok(Some(event(POST_COMMIT, instance, fields, calls, db)))
    }
}

impl Removed {
    /// The event, if a durable receiver gets it.
    pub(super) fn event(&self, tx: &Tx) -> Result<Option<OutgoingEvent>> {
        let instance = &*self.instance;
        let state = &instance.any_meta().lifecycle.durable_delete_commit;
        if !state.has_receivers() {
            return Ok(None);
        }
        let db = self.db.as_deref().unwrap_or(tx.db());
        let payload = PostDeleteCommit { instance, db, context: db.context() };
        let (calls, _) = calls_of(state, payload, (db, tx.scopes()), |_| order(instance))?;
        if calls.is_empty() {
            return Ok(None);
        }
        let fields = Map::from_iter([("instance".to_owned(), row(instance)?)]);
        Ok(Some(event(POST_DELETE_COMMIT, instance, fields, calls, db)))
    }
}

/// The order of a receiver's calls: that of the row. Rows of different models may have the same key, and a receiver may gain a second
/// sender while calls of the first one wait.
fn order(row: &dyn AnyModel) -> CallOrder {
    CallOrder::OfRow(format!("{}:{}", row.model().table, key_text(row.key())))
}

fn event(signal: &'static str, row: &dyn AnyModel, fields: Fields, calls: Vec<OutgoingCall>, db: &Db) -> OutgoingEvent {
    OutgoingEvent {
        signal,
        sender: row.model().table,
        key: key_text(row.key()),
        version: 1,
        payload: Json::Object(fields).to_string(),
        context: db.carried(),
        calls,
    }
}

fn row(row: &dyn AnyModel) -> Result<Json> {
    json::write_row(row).map(Json::Object).map_err(|reason| {
        Error::other(format!("a row of `{}` cannot be stored for durable receivers: {reason}", row.model().name))
    })
}

impl Meta {
    /// What the durable receivers of a signal of this model receive.
    pub(crate) fn durable_source(&'static self, signal: &str) -> Option<Source> {
        match signal {
            POST_COMMIT => Some(self.lifecycle.durable_commit.source()),
            POST_DELETE_COMMIT => Some(self.lifecycle.durable_delete_commit.source()),
            _ => None,
        }
    }
}

/// Calls one durable receiver of a model with a stored event.
pub(crate) fn call<'a>(
    meta: &'static Meta,
    signal: &'static str,
    receiver: &'static Receiver,
    stored: Stored<'a>,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Stored { fields, place, .. } = stored;
        let (rows, db) = (Rows::read(meta, &fields)?, place.db().clone());
        let lifecycle = &meta.lifecycle;
        if signal == POST_DELETE_COMMIT {
            return deliver(&lifecycle.durable_delete_commit, receiver, rows.deleted(&db), place).await;
        }
        deliver(&lifecycle.durable_commit, receiver, rows.saved(&db), place).await
    })
}

/// The calls that a stored event of a model causes.
pub(crate) fn choose(meta: &'static Meta, signal: &str, fields: &Fields, db: &Db) -> Result<Vec<OutgoingCall>> {
    let (rows, lifecycle, place) = (Rows::read(meta, fields)?, &meta.lifecycle, (db, db.scopes()));
    let order = |_: &Receiver| order(&*rows.instance);
    if signal == POST_DELETE_COMMIT {
        return Ok(calls_of(&lifecycle.durable_delete_commit, rows.deleted(db), place, order)?.0);
    }
    Ok(calls_of(&lifecycle.durable_commit, rows.saved(db), place, order)?.0)
}

/// The rows of a stored event, and what was done to them.
struct Rows {
    instance: Box<dyn AnyModel>,
    previous: Option<Box<dyn AnyModel>>,
    created: bool,
    raw: bool,
}

impl Rows {
    fn read(meta: &'static Meta, fields: &Fields) -> Result<Self> {
        let row = |name| match fields.get(name) {
            Some(Json::Object(row)) => json::read_row(meta, row).map(Some),
            _ => Ok(None),
        };
        let flag = |name| fields.get(name).and_then(Json::as_bool).unwrap_or_default();
        let rows = row("instance").and_then(|instance| {
            let instance = instance.ok_or("it has no `instance`")?;
            Ok(Self { instance, previous: row("previous")?, created: flag("created"), raw: flag("raw") })
        });
        rows.map_err(|reason| Error::other(format!("the stored event of a `{}` cannot be read: {reason}", meta.name)))
    }

    fn saved<'a>(&'a self, db: &'a Db) -> PostCommit<'a, dyn AnyModel> {
        let (instance, previous) = (&*self.instance, self.previous.as_deref());
        let changes = FieldSet::changed_in(previous, instance);
        PostCommit { instance, created: self.created, previous, changes, db, context: db.context(), raw: self.raw }
    }

    fn deleted<'a>(&'a self, db: &'a Db) -> PostDeleteCommit<'a, dyn AnyModel> {
        PostDeleteCommit { instance: &*self.instance, db, context: db.context() }
    }
}
