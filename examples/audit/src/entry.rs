//! One line of the log.

use jiff::Timestamp;
use signals::Column;
use signals::Context;
use signals::auth::Actor;
use signals::model::Meta;
use signals::prelude::*;
use signals::web::RequestInfo;

/// What happened to one row, or to many by one statement.
#[model(table = "audit_entries")]
#[derive(Debug, Default)]
pub struct AuditEntry {
    /// The order of the entries.
    #[key]
    pub id: Id<AuditEntry>,
    /// When it was written.
    #[default(Timestamp::now())]
    pub at: Timestamp,
    /// The user who acted, such as `User 1`.
    pub actor: Option<String>,
    /// The id of the request.
    pub request: Option<String>,
    /// What happened.
    pub action: Action,
    /// The model of the row, or what failed.
    #[index]
    pub model: String,
    /// The key of the row. Statements for many rows have none.
    #[index]
    pub row: Option<String>,
    /// The old and new value of each field that changed, as JSON: `{"name": ["ann", "anna"]}`. That of a secret is not in it.
    pub changes: String,
}

/// What happened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Column)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Action {
    #[default]
    Created,
    Updated,
    Deleted,
    BulkUpdated,
    BulkDeleted,
    Related,
    Unrelated,
    Cleared,
    LoggedIn,
    LoggedOut,
    LoginFailed,
    CreateUndone,
    UpdateUndone,
    DeleteUndone,
    RequestFailed,
}

impl AuditEntry {
    /// An entry about a model, by the caller that the context names.
    pub(crate) fn of(action: Action, model: &str, context: &Context) -> Self {
        Self {
            at: Timestamp::now(),
            actor: context.get::<Actor>().map(ToString::to_string),
            request: context.get::<RequestInfo>().map(|request| request.id().to_owned()),
            action,
            model: model.to_owned(),
            changes: "{}".to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn with_row(self, row: &impl ToString) -> Self {
        Self { row: Some(row.to_string()), ..self }
    }

    pub(crate) fn with_changes(self, changes: String) -> Self {
        Self { changes, ..self }
    }
}

/// Whether this is the model of the log itself, which is not audited.
pub(crate) fn is_log(model: &Meta) -> bool {
    std::ptr::eq(model, AuditEntry::META)
}
