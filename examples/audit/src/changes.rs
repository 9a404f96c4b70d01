//! What was written, in the transaction of the change.

use serde_json::json;
use signals::Context;
use signals::many_to_many::{AnyIds, M2mAction};
use signals::model::{AnyRows, Meta, post_bulk_create, post_bulk_delete, post_bulk_update};
use signals::prelude::*;

use crate::entry::{Action, AuditEntry, is_log};
use crate::values::difference;

/// Each row that is saved: by `save`, `save_fields`, `upsert`, fixtures, and by updates `with_signals`.
#[receiver(post_save, raw = true, when = |event| !is_log(event.instance.model()))]
pub async fn saved(
    instance: &dyn AnyModel,
    previous: Option<&dyn AnyModel>,
    tx: &mut Tx,
    context: &Context,
) -> Result<()> {
    let action = if previous.is_some() { Action::Updated } else { Action::Created };
    let entry = AuditEntry::of(action, instance.model().name, context).with_row(&instance.key());
    entry.with_changes(difference(previous, Some(instance))).save(tx).await
}

/// Each row that is deleted, also by a cascade.
#[receiver(post_delete, when = |event| !is_log(event.instance.model()))]
pub async fn deleted(instance: &dyn AnyModel, tx: &mut Tx, context: &Context) -> Result<()> {
    let entry = AuditEntry::of(Action::Deleted, instance.model().name, context).with_row(&instance.key());
    entry.with_changes(difference(Some(instance), None)).save(tx).await
}

/// The rows of `create_many`.
#[receiver(post_bulk_create, when = |event| !is_log(event.model))]
pub async fn many_created(instances: &dyn AnyRows, tx: &mut Tx, context: &Context) -> Result<()> {
    let entry = |row: &dyn AnyModel| {
        let entry = AuditEntry::of(Action::Created, row.model().name, context).with_row(&row.key());
        entry.with_changes(difference(None, Some(row)))
    };
    let mut entries: Vec<AuditEntry> = instances.iter().map(entry).collect();
    AuditEntry::create_many(tx, &mut entries).await?;
    Ok(())
}

/// One statement that updates many rows reads none of them: which fields were set, and how many rows have them.
#[receiver(post_bulk_update, when = |event| !is_log(event.model))]
pub async fn many_updated(
    count: u64,
    update_fields: FieldSet<dyn AnyModel>,
    model: &Meta,
    tx: &mut Tx,
    context: &Context,
) -> Result<()> {
    let fields: Vec<&str> = update_fields.names().collect();
    let entry = AuditEntry::of(Action::BulkUpdated, model.name, context);
    entry.with_changes(json!({ "count": count, "fields": fields }).to_string()).save(tx).await
}

/// One statement that deletes many rows.
#[receiver(post_bulk_delete, when = |event| !is_log(event.model))]
pub async fn many_deleted(count: u64, model: &Meta, tx: &mut Tx, context: &Context) -> Result<()> {
    let entry = AuditEntry::of(Action::BulkDeleted, model.name, context);
    entry.with_changes(json!({ "count": count }).to_string()).save(tx).await
}

/// The rows that are related to a row, or are not any more.
#[receiver(m2m_changed, raw = true)]
pub async fn related(
    action: M2mAction,
    instance: &dyn AnyModel,
    ids: &mut dyn AnyIds,
    through: &Meta,
    model: &Meta,
    tx: &mut Tx,
    context: &Context,
) -> Result<()> {
    let action = match action {
        M2mAction::PostAdd => Action::Related,
        M2mAction::PostRemove => Action::Unrelated,
        M2mAction::PostClear => Action::Cleared,
        M2mAction::PreAdd | M2mAction::PreRemove | M2mAction::PreClear => return Ok(()),
    };
    let ids: Vec<i64> = ids.iter().collect();
    let row = format!("{} {}", instance.model().name, instance.key());
    let entry = AuditEntry::of(action, through.name, context).with_row(&row);
    entry.with_changes(json!({ (model.name): ids }).to_string()).save(tx).await
}
