//! What receivers and errors say of a request.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::request::Parts;
use http::{HeaderMap, Method};

/// The header in which a proxy or a layer passes the id of a request.
const HEADER: &str = "x-request-id";

/// A longer id is not used: it would be stored with each change.
const LONGEST: usize = 128;

/// The request in which receivers are called: its id, method and path.
///
/// [`RequestSignalsLayer::with`](super::RequestSignalsLayer::with) puts one into the context of each request. Receivers of any signal take it as
/// `#[context] request: Option<&RequestInfo>`.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
/// use signals::web::RequestInfo;
///
/// # #[model]
/// # #[derive(Debug, Default)]
/// # struct Order { #[key] id: Id<Order> }
/// #[receiver(post_save, sender = Order)]
/// fn audit(instance: &Order, #[context] request: Option<&RequestInfo>) {
///     if let Some(request) = request {
///         println!("order {} was saved by {request}", instance.id); // order 7 was saved by POST /orders (4bf92f3577b34da6)
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RequestInfo {
    id: String,
    method: Method,
    path: String,
}

impl RequestInfo {
    pub(super) fn of(parts: &Parts) -> Self {
        let id = given_id(&parts.headers).map_or_else(new_id, str::to_owned);
        Self { id, method: parts.method.clone(), path: parts.uri.path().to_owned() }
    }

    /// The id of the request: that of its header `x-request-id`, which a proxy or an outer layer sets, or a new one. An id of a header is only
    /// used if it has at most 128 characters, which are letters, digits and `-_.:+/=`, because it is written to logs.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// GET, POST and so on.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path of the URI. The query is not part of it, because it may contain secrets.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// The id that the request came with.
fn given_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(HEADER)?.to_str().ok()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:+/=".contains(c);
    (!id.is_empty() && id.len() <= LONGEST && id.chars().all(is_plain)).then_some(id)
}

/// An id that no other request of this process has, nor, very likely, one of another process.
fn new_id() -> String {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = *PROCESS.get_or_init(|| RandomState::new().hash_one(std::process::id()));
    // The golden ratio: ids of successive requests differ in their first digits.
    let number = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{process:016x}{number:016x}")
}

/// `POST /orders (4bf92f3577b34da6)`
impl fmt::Display for RequestInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, method, path } = self;
        write!(f, "{method} {path} ({id})")
    }
}

impl fmt::Debug for RequestInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestInfo({self})")
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::RequestInfo;

    fn id(header: Option<&str>) -> String {
        let request = Request::get("/orders?token=secret");
        let request = match header {
            Some(id) => request.header("x-request-id", id),
            None => request,
        };
        let info = RequestInfo::of(&request.body(()).unwrap().into_parts().0);
        assert_eq!(info.path(), "/orders");
        info.id().to_owned()
    }

    #[test]
    fn an_id_is_that_of_the_header_if_it_is_plain() {
        assert_eq!(id(Some("Root=1-67891233-abcdef012345678912345678")), "Root=1-67891233-abcdef012345678912345678");
        for refused in ["", "one two", "a\tb", "<b>", &"x".repeat(129)] {
            assert_eq!(id(Some(refused)).len(), 32, "{refused}");
        }
    }

    #[test]
    fn new_ids_differ() {
        let ids: std::collections::BTreeSet<String> = (0..100).map(|_| id(None)).collect();
        assert_eq!(ids.len(), 100);
    }
}
