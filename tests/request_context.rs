//! The context of a request, from the layer to what runs after the response: rule 88 of `docs/behaviour.md`. Receivers of requests are called
//! for every request of their binary, so this is a binary of its own.
#![allow(missing_docs, reason = "a test")]

#[allow(unused, reason = "it is there for other tests as well")]
#[path = "it/databases.rs"]
mod databases;
#[allow(unused, reason = "it is there for other tests as well")]
#[path = "it/log.rs"]
mod log;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Request, StatusCode, header};
use axum::middleware::from_extractor_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use expect_test::expect;
use http_body::Body as _;
use signals::auth::{
    Actor, AuthUser, Credentials, CurrentUser, PasswordHash, Sessions, authenticate, login, logout, session_model,
    user_logged_in, user_logged_out, user_login_failed,
};
use signals::prelude::*;
use signals::web::{
    Exception, RequestInfo, RequestSignalsLayer, got_request_exception, request_finished, request_started,
};
use signals::{Context, dispatch::BoxError};
use tokio::sync::{Mutex, Notify};
use tower_service::Service;
use tower_sessions::{Session, SessionManagerLayer};

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(rule_88_receivers_know_the_request_and_its_user, rule_88_a_db_is_extracted_from_what_the_request_has);

static LOG: Log = Log::new();
/// Both rules compare the same log.
static ALONE: Mutex<()> = Mutex::const_new(());
static STORED: Notify = Notify::const_new();

#[model]
#[derive(Debug, Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    username: String,
    password: PasswordHash,
    last_login: Option<i64>,
}

impl AuthUser for User {
    const USERNAME: FieldSet<Self> = Self::fields().username;

    fn password(&self) -> &PasswordHash {
        &self.password
    }

    fn password_mut(&mut self) -> &mut PasswordHash {
        &mut self.password
    }

    fn set_last_login(&mut self) {
        self.last_login = Some(1);
    }
}

session_model! {
    struct StoredSession;
}

#[model]
#[derive(Debug, Default)]
struct Note {
    #[key]
    id: Id<Note>,
    text: String,
}

fn who(actor: Option<&Actor>, request: Option<&RequestInfo>) -> String {
    let request = request.map(|request| format!("{} {} ({})", request.method(), request.path(), request.id()));
    let actor = actor.map_or_else(|| "no user".to_owned(), ToString::to_string);
    format!("{actor}, {}", request.unwrap_or_else(|| "no request".to_owned()))
}

#[receiver([post_save, post_commit], sender = [Note, User])]
fn audit(instance: &dyn AnyModel, #[context] actor: Option<&Actor>, #[context] request: Option<&RequestInfo>) {
    let model = instance.model().name;
    LOG.note(format_args!("{model} {}: {}", instance.key(), who(actor, request)));
}

#[receiver([user_logged_in, user_logged_out, user_login_failed], sender = User)]
fn logins(#[context] actor: Option<&Actor>, #[context] request: Option<&RequestInfo>) {
    LOG.note(format_args!("login or logout: {}", who(actor, request)));
}

#[receiver(request_started)]
fn started(#[context] request: Option<&RequestInfo>, #[context] actor: Option<&Actor>) {
    LOG.note(format_args!("started: {}", who(actor, request)));
}

#[receiver(request_finished)]
fn finished(context: &Context) {
    LOG.note(format_args!("finished: {}", who(context.get(), context.get())));
}

/// It is synchronous: what needs the database becomes a task, which runs after the request has ended.
#[receiver(got_request_exception)]
fn store(exception: &Exception<'_>, #[context] db: &Db, context: &Context) {
    let (db, text) = (db.with_context(context), exception.to_string());
    tokio::spawn(async move {
        Note { text, ..Note::default() }.save(&db).await?;
        STORED.notify_one();
        Ok::<_, Error>(())
    });
}

async fn log_in(db: Db, session: Session, Path(password): Path<String>) -> Result<StatusCode> {
    match authenticate::<User>(&db, Credentials::new("ann", password)).await? {
        Some(mut user) => login(&db, &session, &mut user).await.map(|()| StatusCode::OK),
        None => Ok(StatusCode::FORBIDDEN),
    }
}

async fn log_out(db: Db, session: Session) -> Result<()> {
    logout::<User>(&db, &session).await
}

/// The `Db` is taken before the user is known.
async fn write(db: Db, CurrentUser(user): CurrentUser<User>) -> Result<()> {
    let mut note = Note { text: user.username, ..Note::default() };
    db.transaction(async |tx| note.save(tx).await).await
}

async fn write_alone(db: Db) -> Result<()> {
    Note::default().save(&db).await
}

async fn fail(_: Option<CurrentUser<User>>) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

fn app(db: &Db) -> Router {
    let of_users = Router::new()
        .route("/protected", post(write_alone))
        .layer(from_extractor_with_state::<CurrentUser<User>, _>(db.clone()));
    Router::new()
        .route("/login/{password}", post(log_in))
        .route("/logout", post(log_out))
        .route("/write", post(write))
        .route("/alone", post(write_alone))
        .route("/fail", get(fail))
        .merge(of_users)
        .layer(SessionManagerLayer::new(Sessions::<StoredSession>::new(db)))
        .layer(RequestSignalsLayer::new().with(db.clone()))
        .with_state(db.clone())
}

/// Sends a request, and returns its status and its cookie.
async fn ask(
    app: &mut Router,
    method: &str,
    path: &str,
    cookie: Option<&str>,
) -> Result<(u16, Option<String>), BoxError> {
    let mut request = Request::builder().method(method).uri(path).header("x-request-id", "r1");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let response = app.call(request.body(Body::empty())?).await?;
    let cookie = response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().map(str::to_owned));
    let status = response.status().as_u16();
    let mut body = std::pin::pin!(response.into_body());
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        frame?;
    }
    Ok((status, cookie.transpose()?))
}

async fn rule_88_receivers_know_the_request_and_its_user(database: &Database) -> TestResult {
    let _alone = ALONE.lock().await;
    let db = database.with_tables::<(User, StoredSession, Note)>().await?;
    let mut ann = User { username: "ann".to_owned(), ..User::default() };
    ann.set_password("secret".to_owned()).await?;
    ann.save(&db).await?;
    let app = &mut app(&db);
    LOG.is(&expect![[r#"
        User 1: no user, no request
        User 1: no user, no request
    "#]]);

    assert_eq!(ask(app, "POST", "/login/wrong", None).await?.0, 403);
    let (status, cookie) = ask(app, "POST", "/login/secret", None).await?;
    assert_eq!(status, 200);
    LOG.is(&expect![[r#"
        started: no user, POST /login/wrong (r1)
        login or logout: no user, POST /login/wrong (r1)
        finished: no user, POST /login/wrong (r1)
        started: no user, POST /login/secret (r1)
        User 1: User 1, POST /login/secret (r1)
        login or logout: User 1, POST /login/secret (r1)
        User 1: User 1, POST /login/secret (r1)
        finished: User 1, POST /login/secret (r1)
    "#]]);

    let cookie = cookie.as_deref().and_then(|cookie| cookie.split(';').next());
    for path in ["/write?token=secret", "/protected", "/alone"] {
        assert_eq!(ask(app, "POST", path, cookie).await?.0, 200, "{path}");
    }
    LOG.is(&expect![[r#"
        started: no user, POST /write (r1)
        Note 1: User 1, POST /write (r1)
        Note 1: User 1, POST /write (r1)
        finished: User 1, POST /write (r1)
        started: no user, POST /protected (r1)
        Note 2: User 1, POST /protected (r1)
        Note 2: User 1, POST /protected (r1)
        finished: User 1, POST /protected (r1)
        started: no user, POST /alone (r1)
        Note 3: no user, POST /alone (r1)
        Note 3: no user, POST /alone (r1)
        finished: no user, POST /alone (r1)
    "#]]);

    assert_eq!(ask(app, "GET", "/fail", cookie).await?.0, 500);
    STORED.notified().await;
    assert_eq!(ask(app, "POST", "/logout", cookie).await?.0, 200);
    LOG.is(&expect![[r#"
        started: no user, GET /fail (r1)
        finished: User 1, GET /fail (r1)
        Note 4: User 1, GET /fail (r1)
        Note 4: User 1, GET /fail (r1)
        started: no user, POST /logout (r1)
        login or logout: User 1, POST /logout (r1)
        finished: User 1, POST /logout (r1)
    "#]]);
    Ok(())
}

async fn rule_88_a_db_is_extracted_from_what_the_request_has(database: &Database) -> TestResult {
    let _alone = ALONE.lock().await;
    let db = database.with_tables::<Note>().await?;
    let routes = || Router::new().route("/alone", post(write_alone));
    let mut with_extension = routes().layer(Extension(db.clone()));
    let mut with_state = Router::new().route("/alone", post(write_alone)).with_state(db.clone());
    assert_eq!(ask(&mut with_extension, "POST", "/alone", None).await?.0, 200);
    assert_eq!(ask(&mut with_state, "POST", "/alone", None).await?.0, 200);
    LOG.is(&expect![[r#"
        Note 1: no user, no request
        Note 1: no user, no request
        Note 2: no user, no request
        Note 2: no user, no request
    "#]]);
    // A layer without values: requests have no context.
    let mut without = routes().layer(RequestSignalsLayer::new());
    assert_eq!(ask(&mut without, "POST", "/alone", None).await?.0, 500);
    LOG.is(&expect![[r#"
        started: no user, no request
        finished: no user, no request
    "#]]);
    Ok(())
}
