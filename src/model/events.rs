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

/// The event of a row that was saved, if a durable receiver gets it.
pub(super) fn saved(saved: &Saved, tx: &Tx) -> Result<Option<OutgoingEvent>> {
    let (instance, previous) = (&*saved.instance, saved.previous.as_deref());
    let state = &instance.any_meta().lifecycle.durable_commit;
    if !state.has_receivers() {
        return Ok(None);
    }
    let db = saved.db.as_deref().unwrap_or(tx.db());
    let (created, raw, changes) = (saved.created, saved.raw, FieldSet::changed_in(previous, instance));
    let payload = PostCommit { instance, created, previous, changes, db, context: db.context(), raw };
    let (calls, _) = calls_of(state, payload, (db, tx.scopes()), &CallOrder::OfRow)?;
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

/// The event of a row that was deleted, if a durable receiver gets it.
pub(super) fn removed(removed: &Removed, tx: &Tx) -> Result<Option<OutgoingEvent>> {
    let instance = &*removed.instance;
    let state = &instance.any_meta().lifecycle.durable_delete_commit;
    if !state.has_receivers() {
        return Ok(None);
    }
    let db = removed.db.as_deref().unwrap_or(tx.db());
    let payload = PostDeleteCommit { instance, db, context: db.context() };
    let (calls, _) = calls_of(state, payload, (db, tx.scopes()), &CallOrder::OfRow)?;
    if calls.is_empty() {
        return Ok(None);
    }
    let fields = Map::from_iter([("instance".to_owned(), row(instance)?)]);
    Ok(Some(event(POST_DELETE_COMMIT, instance, fields, calls, db)))
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
        let rows = Rows::read(meta, &fields)?;
        let (instance, previous) = (&*rows.instance, rows.previous.as_deref());
        let db = &place.db().clone();
        let context = db.context();
        if signal == POST_DELETE_COMMIT {
            let payload = PostDeleteCommit { instance, db, context };
            return deliver(&meta.lifecycle.durable_delete_commit, receiver, payload, place).await;
        }
        let flag = |name| fields.get(name).and_then(Json::as_bool).unwrap_or_default();
        let (created, raw, changes) = (flag("created"), flag("raw"), FieldSet::changed_in(previous, instance));
        let payload = PostCommit { instance, created, previous, changes, db, context, raw };
        deliver(&meta.lifecycle.durable_commit, receiver, payload, place).await
    })
}

/// The rows of a stored event.
struct Rows {
    instance: Box<dyn AnyModel>,
    previous: Option<Box<dyn AnyModel>>,
}

impl Rows {
    fn read(meta: &'static Meta, fields: &Fields) -> Result<Self> {
        let read = |name| match fields.get(name) {
            Some(Json::Object(row)) => json::read_row(meta, row).map(Some),
            _ => Ok(None),
        };
        let rows = read("instance").and_then(|instance| {
            let instance = instance.ok_or("it has no `instance`")?;
            Ok(Self { instance, previous: read("previous")? })
        });
        rows.map_err(|reason| Error::other(format!("the stored event of a `{}` cannot be read: {reason}", meta.name)))
    }
}
