//! axum: sessions in the database, the user of a request, and errors as responses. Rule 60 of `docs/behaviour.md`.

use ::axum::Router;
use ::axum::body::Body;
use ::axum::extract::{Path, State};
use ::axum::routing::{get, post};
use http::{Request, StatusCode, header};
use http_body::Body as _;
use signals::auth::{Credentials, CurrentUser, Sessions, authenticate, login, logout};
use signals::error::FieldErrors;
use signals::model::Validate;
use signals::prelude::*;
use std::sync::Arc;
use tower_service::Service;
use tower_sessions::{Session, SessionManagerLayer};

use crate::databases::{Database, TestResult, on_each_database};
use crate::models::{PASSWORD, User, user, with_users};
use crate::receivers::Alone;
use crate::sessions::StoredSession;

on_each_database!(rule_60_the_user_of_a_request_is_extracted_from_its_session, rule_60_errors_are_responses);

struct Answer {
    status: u16,
    text: String,
    cookie: Option<String>,
    error: Option<String>,
}

async fn ask(
    app: &mut Router,
    method: &str,
    path: &str,
    cookie: Option<&str>,
) -> Result<Answer, signals::dispatch::BoxError> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let response = app.call(request.body(Body::empty())?).await?;
    let status = response.status().as_u16();
    let error = response.extensions().get::<Arc<Error>>().map(ToString::to_string);
    let cookie = response.headers().get(header::SET_COOKIE);
    let cookie =
        cookie.map(|cookie| cookie.to_str().map(|cookie| cookie.split(';').next().unwrap_or_default().to_owned()));
    let mut body = std::pin::pin!(response.into_body());
    let mut text = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        text.extend(frame?.into_data().unwrap_or_default());
    }
    Ok(Answer { status, text: String::from_utf8(text)?, cookie: cookie.transpose()?, error })
}

async fn log_in(State(db): State<Db>, session: Session, Path(name): Path<String>) -> Result<StatusCode> {
    let Some(mut user) = authenticate::<User>(&db, Credentials::new(name, PASSWORD)).await? else {
        return Ok(StatusCode::FORBIDDEN);
    };
    login(&db, &session, &mut user).await?;
    Ok(StatusCode::OK)
}

async fn log_out(State(db): State<Db>, session: Session) -> Result<()> {
    logout::<User>(&db, &session).await
}

async fn home(user: Option<CurrentUser<User>>) -> String {
    user.map_or("a stranger".to_owned(), |CurrentUser(user)| user.username)
}

async fn profile(CurrentUser(user): CurrentUser<User>) -> String {
    user.username
}

fn app(db: &Db) -> Router {
    Router::new()
        .route("/login/{name}", post(log_in))
        .route("/logout", post(log_out))
        .route("/", get(home))
        .route("/profile", get(profile))
        .layer(SessionManagerLayer::new(Sessions::<StoredSession>::new(db)))
        .route("/without-layer", get(profile))
        .route("/home-without-layer", get(home))
        .with_state(db.clone())
}

async fn rule_60_the_user_of_a_request_is_extracted_from_its_session(database: &Database) -> TestResult {
    let _alone = Alone::new().await;
    let db = with_users(database).await?;
    db.create_tables_of::<StoredSession>().await?;
    let mut ann = user(&db, "ann").await;
    let mut app_one = app(&db);
    let stranger = ask(&mut app_one, "GET", "/profile", None).await?;
    assert_eq!((stranger.status, stranger.text.as_str()), (401, "log in first"));
    assert_eq!(ask(&mut app_one, "GET", "/", None).await?.text, "a stranger");
    assert_eq!(ask(&mut app_one, "POST", "/login/bob", None).await?.status, 403);

    let logged_in = ask(&mut app_one, "POST", "/login/ann", None).await?;
    assert_eq!(logged_in.status, 200);
    let cookie = logged_in.cookie.as_deref();
    // Another process.
    let mut app = app(&db);
    assert_eq!(ask(&mut app, "GET", "/profile", cookie).await?.text, "ann");
    assert_eq!(ask(&mut app, "GET", "/", cookie).await?.text, "ann");
    assert_eq!(ask(&mut app, "GET", "/", Some("id=AAAAAAAAAAAAAAAAAAAAAA")).await?.text, "a stranger");

    assert_eq!(ask(&mut app_one, "POST", "/logout", cookie).await?.status, 200);
    assert_eq!(ask(&mut app, "GET", "/profile", cookie).await?.status, 401);

    let cookie = ask(&mut app, "POST", "/login/ann", None).await?.cookie;
    ann.refresh(&db).await?;
    ann.is_blocked = true;
    ann.save(&db).await?;
    assert_eq!(ask(&mut app, "GET", "/profile", cookie.as_deref()).await?.status, 401);

    for path in ["/without-layer", "/home-without-layer"] {
        let failed = ask(&mut app, "GET", path, None).await?;
        assert_eq!((failed.status, failed.text.as_str()), (500, "internal server error"));
        assert!(failed.error.is_some_and(|error| error.contains("add `SessionManagerLayer`")));
    }
    Ok(())
}

#[model(table = "axum_post")]
#[derive(Debug, Default)]
struct Post {
    #[key]
    id: Id<Post>,
    #[unique]
    title: String,
}

#[model(table = "axum_comment")]
#[derive(Debug, Default)]
struct Comment {
    #[key]
    id: Id<Comment>,
    #[foreign_key(on_delete = protect)]
    post: Id<Post>,
}

impl Validate for Post {
    fn validate(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        if self.title == "empty" {
            errors.add(Self::fields().title, "is empty");
        }
        errors.into_result()
    }
}

#[receiver(pre_save, sender = Post)]
fn check(instance: &Post) -> Result {
    let mut errors = FieldErrors::new();
    match instance.title.as_str() {
        "banned" => errors.add(Post::fields().title, "is banned"),
        "broken" => return Err(Error::other("a secret of the receiver")),
        _ => {}
    }
    Ok(errors.into_result()?)
}

/// A failure of another model than the one that is saved.
#[receiver(post_save, sender = Post)]
async fn comment(instance: &Post, tx: &mut Tx) -> Result {
    if instance.title == "lost" { Comment::default().save(tx).await } else { Ok(()) }
}

async fn create(State(db): State<Db>, Path(title): Path<String>) -> Result<String> {
    let mut post = Post { title, ..Post::default() };
    post.create(&db).await?;
    Ok(post.id.to_string())
}

async fn show(State(db): State<Db>, Path(id): Path<Id<Post>>) -> Result<String> {
    Ok(Post::get_or_404(&db, id).await?.title)
}

async fn delete(State(db): State<Db>, Path(id): Path<Id<Post>>) -> Result<StatusCode> {
    Post::get_or_404(&db, id).await?.delete(&db).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn rule_60_errors_are_responses(database: &Database) -> TestResult {
    let db = database.with_tables::<(Post, Comment)>().await?;
    let app = Router::new().route("/new/{title}", post(create)).route("/{id}", get(show).delete(delete));
    let mut app = app.with_state(db.clone());
    for (method, path, status, text) in [
        ("POST", "/new/Hello", 200, "1"),
        ("GET", "/1", 200, "Hello"),
        ("GET", "/2", 404, "not found"),
        ("GET", "/two", 400, ""),
        ("POST", "/new/Hello", 422, r#"{"title":["another row has the same value"]}"#),
        ("POST", "/new/empty", 422, r#"{"title":["is empty"]}"#),
        ("POST", "/new/banned", 422, r#"{"title":["is banned"]}"#),
        ("POST", "/new/broken", 500, "internal server error"),
        ("POST", "/new/lost", 500, "internal server error"),
    ] {
        let answer = ask(&mut app, method, path, None).await?;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        if status != 400 {
            assert_eq!(answer.text, text, "{path}");
            assert_eq!(answer.error.is_some(), status != 200, "{path}");
        }
    }
    Comment { post: Id::new(1), ..Comment::default() }.save(&db).await?;
    let answer = ask(&mut app, "DELETE", "/1", None).await?;
    assert_eq!((answer.status, answer.text.as_str()), (409, "it is in use"));
    db.execute("DELETE FROM axum_comment", &()).await?;
    assert_eq!(ask(&mut app, "DELETE", "/1", None).await?.status, 204);
    assert_eq!(ask(&mut app, "GET", "/1", None).await?.status, 404);
    Ok(())
}
