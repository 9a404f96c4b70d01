//! A shop whose requests are audited, by a crate that does not know it. It sends itself some requests and prints the log.

use std::net::SocketAddr;

use audit::AuditEntry;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use signals::auth::{
    AuthUser, Credentials, CurrentUser, PasswordHash, Sessions, authenticate, login, logout, session_model,
};
use signals::prelude::*;
use signals::web::RequestSignalsLayer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower_sessions::{Session, SessionManagerLayer};

#[model]
#[derive(Debug, Default)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    name: String,
    password: PasswordHash,
    last_login: Option<i64>,
}

impl AuthUser for User {
    const USERNAME: FieldSet<Self> = Self::fields().name;

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
struct Order {
    #[key]
    id: Id<Order>,
    customer: Id<User>,
    item: String,
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

async fn order(CurrentUser(user): CurrentUser<User>, db: Db, Path(item): Path<String>) -> Result<()> {
    db.transaction(async |tx| {
        let mut order = Order { customer: user.id, item, ..Order::default() };
        order.save(tx).await?;
        if order.item == "elephant" {
            return Err(Error::other("there are no elephants"));
        }
        Ok(())
    })
    .await
}

async fn forget(_user: CurrentUser<User>, db: Db) -> Result<()> {
    Order::filter(|_| true).delete(&db).with_signals().await?;
    Ok(())
}

fn app(db: &Db) -> Router {
    Router::new()
        .route("/login/{password}", post(log_in))
        .route("/order/{item}", post(order))
        .route("/forget", post(forget))
        .route("/logout", post(log_out))
        .route("/", get(async || "hello"))
        .layer(SessionManagerLayer::new(Sessions::<StoredSession>::new(db)).with_secure(false))
        .layer(RequestSignalsLayer::new().with(db.clone()))
        .with_state(db.clone())
}

/// Sends a request with this id, and returns the cookie of the answer.
async fn ask(server: SocketAddr, id: &str, path: &str, cookie: &str) -> std::io::Result<String> {
    let mut socket = TcpStream::connect(server).await?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: shop\r\nx-request-id: {id}\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    println!("{id} POST {path}: {}", answer.lines().next().unwrap_or_default());
    let cookies = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    Ok(cookies.filter_map(|cookie| cookie.split(';').next()).next_back().unwrap_or_default().to_owned())
}

#[tokio::main]
async fn main() -> Result<()> {
    signals::check()?;
    signals::check_context::<()>()?;
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    ann.set_password("correct horse".to_owned()).await?;
    ann.save(&db).await?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = listener.local_addr()?;
    let app = app(&db);
    tokio::spawn(async move { axum::serve(listener, app).await });
    ask(server, "r1", "/login/wrong", "").await?;
    let cookie = ask(server, "r2", "/login/correct%20horse", "").await?;
    ask(server, "r3", "/order/tea", &cookie).await?;
    ask(server, "r4", "/order/elephant", &cookie).await?;
    // A task writes the failure of a request.
    let is_logged = async || AuditEntry::filter(|entry| entry.model.eq("request")).exists(&db).await;
    while !is_logged().await? {
        tokio::task::yield_now().await;
    }
    ask(server, "r5", "/forget", &cookie).await?;
    ask(server, "r6", "/logout", &cookie).await?;

    println!();
    for entry in AuditEntry::order_by(|entry| entry.id.asc()).all(&db).await? {
        let AuditEntry { request, actor, action, model, row, changes, .. } = entry;
        let [request, actor, row] = [request, actor, row].map(|text| text.unwrap_or_else(|| "-".to_owned()));
        println!("{request:3} {actor:7} {action:?} {model} {row} {changes}");
    }
    Ok(())
}
