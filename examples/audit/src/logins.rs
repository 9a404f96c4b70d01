//! Logins and logouts.

use serde_json::json;
use signals::Context;
use signals::auth::{Credentials, user_logged_in, user_logged_out, user_login_failed};
use signals::model::Meta;
use signals::prelude::*;

use crate::entry::{Action, AuditEntry};

/// In the transaction of the login.
#[receiver(user_logged_in)]
pub async fn logged_in(user: &dyn AnyModel, tx: &mut Tx, context: &Context) -> Result<()> {
    AuditEntry::of(Action::LoggedIn, user.model().name, context).with_row(&user.key()).save(tx).await
}

/// A logout without a user is not an event.
#[receiver(user_logged_out)]
pub async fn logged_out(user: Option<&dyn AnyModel>, tx: &mut Tx, context: &Context) -> Result<()> {
    let Some(user) = user else { return Ok(()) };
    AuditEntry::of(Action::LoggedOut, user.model().name, context).with_row(&user.key()).save(tx).await
}

/// The name that was entered, and not the password.
#[receiver(user_login_failed)]
pub async fn login_failed(credentials: &Credentials, model: &Meta, db: &Db, context: &Context) -> Result<()> {
    let entry = AuditEntry::of(Action::LoginFailed, model.name, context);
    entry.with_changes(json!({ "username": credentials.username() }).to_string()).save(db).await
}
