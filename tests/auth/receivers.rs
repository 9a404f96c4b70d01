//! The receivers, and what they do.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use signals::auth::{AnyRequest, Credentials, Session, current_user};
use signals::auth::{user_logged_in, user_logged_out, user_login_failed};
use signals::model::Meta;
use signals::prelude::*;
use tokio::sync::{Mutex, MutexGuard};

use crate::log::Log;
use crate::models::{Entry, Staff, User};

/// What each receiver was called with.
pub(crate) static LOG: Log = Log::new();
/// Whether the second receiver of each signal fails.
pub(crate) static FAILS: AtomicBool = AtomicBool::new(false);

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// While it exists, no other test writes to the log.
pub(crate) struct Alone {
    _guard: MutexGuard<'static, ()>,
}

impl Alone {
    pub(crate) async fn new() -> Self {
        let guard = ONE_AT_A_TIME.lock().await;
        LOG.take();
        FAILS.store(false, Ordering::Relaxed);
        Self { _guard: guard }
    }
}

fn fail(text: &str) -> Result<()> {
    if FAILS.load(Ordering::Relaxed) { Err(Error::other(text)) } else { Ok(()) }
}

fn from(request: Option<&AnyRequest>) -> String {
    let address = request.and_then(|request| request.downcast_ref::<IpAddr>());
    address.map_or_else(String::new, |address| format!(" from {address}"))
}

#[receiver(post_save, sender = User, created = false)]
fn saved(instance: &User, update_fields: Option<FieldSet<User>>, changes: FieldSet<User>) {
    LOG.note(format_args!("post_save: {}, update_fields {update_fields:?}, changes {changes:?}", instance.username));
}

#[receiver(user_logged_in)]
async fn anybody_is_in(
    user: &dyn AnyModel,
    session: &dyn Session,
    request: Option<&AnyRequest>,
    tx: &mut Tx,
) -> Result<()> {
    let in_session = current_user::<User>(tx, session).await?.map(|user| user.username);
    let (model, key, request) = (user.model().name, user.key(), from(request));
    LOG.note(format_args!("logged in: {model} {key}{request}, the session is that of {in_session:?}"));
    Ok(())
}

#[receiver(user_logged_in, sender = User, after = anybody_is_in)]
async fn user_is_in(user: &User, tx: &mut Tx) -> Result<()> {
    let is_saved = User::get(tx, user.id).await?.is_some_and(|saved| saved == *user);
    LOG.note(format_args!("logged in: {}, the last login is saved: {is_saved}", user.username));
    Entry::write(tx, "logged in").await?;
    fail("no login today")
}

#[receiver(user_logged_out)]
fn anybody_goes(user: Option<&dyn AnyModel>, model: &Meta, request: Option<&AnyRequest>) {
    let key = user.map(|user| user.key().to_string());
    LOG.note(format_args!("logged out: {key:?} of {}{}", model.name, from(request)));
}

#[receiver(user_logged_out, sender = [User, Staff], after = anybody_goes)]
async fn user_goes<U: AnyModel>(user: Option<&U>, session: &dyn Session, tx: &mut Tx) -> Result<()> {
    LOG.note(format_args!("logged out: {}, the cart has {:?}", user.is_some(), session.get("cart").await?));
    Entry::write(tx, "logged out").await?;
    fail("no logout today")
}

#[receiver(user_login_failed)]
async fn anybody_fails(credentials: &Credentials, model: &Meta, request: Option<&AnyRequest>, db: &Db) -> Result<()> {
    LOG.note(format_args!("login failed: {} of {}{}", credentials.username(), model.name, from(request)));
    Entry::write(db, "login failed").await
}

#[receiver(user_login_failed, sender = User, after = anybody_fails)]
fn user_fails(credentials: &Credentials) -> Result<()> {
    LOG.note(format_args!("login failed: {credentials:?}"));
    fail("no failure today")
}
