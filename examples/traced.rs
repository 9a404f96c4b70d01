//! A request and what it has caused in one trace: the header `traceparent` is carried to the durable receiver, whose span is linked to it.
//!
//! `cargo run --features axum,durable,tracing --example traced`

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use signals::durable::{Carried, Worker};
use signals::prelude::*;
use signals::{ConnectOptions, Context};
use tower_service::Service;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id as SpanId, Record};
use tracing::{Metadata, Span, Subscriber};

/// The header `traceparent` of a request: `00-<trace id>-<span id>-<flags>`.
#[derive(Debug)]
struct TraceParent(String);

impl TraceParent {
    fn trace_id(&self) -> &str {
        self.0.split('-').nth(1).unwrap_or_default()
    }
}

impl Carried for TraceParent {
    const NAME: &'static str = "traceparent";

    fn to_text(&self) -> String {
        self.0.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        let is_hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
        (is_hex && lengths == [2, 32, 16, 2]).then(|| Self(text.to_owned()))
    }

    fn link_span(&self, span: &Span, _attempt: u32) {
        span.record("trace_id", self.trace_id());
    }
}

/// Adds the trace of a request to its context. Another header than that of the standard is left out.
async fn carry_trace(mut request: Request, next: Next) -> Response {
    let header = request.headers().get("traceparent").and_then(|header| header.to_str().ok());
    if let Some(parent) = header.and_then(TraceParent::from_text) {
        let context = request.extensions().get::<Context>().cloned().unwrap_or_default();
        request.extensions_mut().insert(context.with(parent));
    }
    next.run(request).await
}

#[model]
#[derive(Debug, Default)]
struct Member {
    #[key]
    id: Id<Member>,
    name: String,
}

#[receiver(post_commit, sender = Member, created = true, durable)]
async fn send_welcome(instance: &Member, #[context] parent: Option<&TraceParent>) {
    println!("mail to {}, because of {parent:?}", instance.name);
}

/// The `Db` has the context of the request.
async fn join(db: Db, name: String) -> Result<()> {
    Member { name, ..Member::default() }.save(&db).await
}

fn app(db: Db) -> Router {
    Router::new().route("/members", post(join)).layer(from_fn(carry_trace)).with_state(db)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    tracing::subscriber::set_global_default(Printer::default()).map_err(Error::other)?;
    let db = ConnectOptions::new("sqlite::memory:").carry::<TraceParent>().connect().await?;
    db.create_tables().await?;

    for header in ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "no trace"] {
        let request = Request::post("/members").header("traceparent", header).body(Body::from("ann"));
        let response = app(db.clone()).call(request.map_err(Error::other)?).await.map_err(Error::other)?;
        assert!(response.status().is_success());
    }

    // Later, and usually in another process.
    assert_eq!(Worker::new(&db).run_due().await?.succeeded, 2);
    let traces = TRACES.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(*traces, ["4bf92f3577b34da6a3ce929d0e0e4736"]);
    Ok(())
}

/// The traces to which spans were linked.
static TRACES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A subscriber that prints spans. A program has `tracing-subscriber` or an exporter instead.
#[derive(Default)]
struct Printer {
    last: AtomicU64,
}

/// Prints fields.
struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        print!(" {field}={value:?}");
        if field.name() == "trace_id" {
            TRACES.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{value:?}").replace('"', ""));
        }
    }
}

impl Subscriber for Printer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "signals::durable"
    }

    fn new_span(&self, span: &Attributes<'_>) -> SpanId {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        print!("{id}: {}", span.metadata().name());
        span.record(&mut Fields);
        println!();
        SpanId::from_u64(id)
    }

    fn record(&self, span: &SpanId, values: &Record<'_>) {
        print!("{}:", span.into_u64());
        values.record(&mut Fields);
        println!();
    }

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &SpanId) {}

    fn exit(&self, _: &SpanId) {}

    fn record_follows_from(&self, _: &SpanId, _: &SpanId) {}
}
