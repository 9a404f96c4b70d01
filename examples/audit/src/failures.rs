//! What was undone. The transaction is over, so that these entries have one of their own.

use serde_json::json;
use signals::Context;
use signals::prelude::*;
use signals::web::{Exception, got_request_exception};

use crate::entry::{Action, AuditEntry, is_log};
use crate::values::difference;

/// A row that was saved in a transaction that was rolled back.
#[receiver(post_rollback, raw = true, when = |event| !is_log(event.instance.model()))]
pub async fn save_undone(
    instance: &dyn AnyModel,
    previous: Option<&dyn AnyModel>,
    created: bool,
    db: &Db,
    context: &Context,
) -> Result<()> {
    let action = if created { Action::CreateUndone } else { Action::UpdateUndone };
    let entry = AuditEntry::of(action, instance.model().name, context).with_row(&instance.key());
    entry.with_changes(difference(previous, Some(instance))).save(db).await
}

/// A row that was deleted in a transaction that was rolled back.
#[receiver(post_delete_rollback, when = |event| !is_log(event.instance.model()))]
pub async fn delete_undone(instance: &dyn AnyModel, db: &Db, context: &Context) -> Result<()> {
    AuditEntry::of(Action::DeleteUndone, instance.model().name, context).with_row(&instance.key()).save(db).await
}

/// A request that became a 500. The signal is synchronous, so that a task writes the entry.
#[receiver(got_request_exception)]
pub fn request_failed(exception: &Exception<'_>, #[context] db: Option<&Db>, context: &Context) {
    let Some(db) = db else { return };
    let entry = AuditEntry::of(Action::RequestFailed, "request", context);
    let mut entry = entry.with_changes(json!({ "error": exception.to_string() }).to_string());
    let db = db.with_context(context);
    tokio::spawn(async move {
        if let Err(error) = entry.save(&db).await {
            eprintln!("the failure of a request is not in the audit log: {error}");
        }
    });
}
