//! What is not printed.

use http::Request;
use signals::web::RequestStarted;
use tower_service::Service;

use crate::failure::TestResult;
use crate::handler::{Answer, Then, frames, layered, now, response};
use crate::receivers::{Alone, LOG};

#[test]
fn a_payload_does_not_print_the_headers() -> TestResult {
    let _alone = Alone::new();
    let guard = RequestStarted::SIGNAL.connect_scoped(|event| LOG.note(format!("{event:?} {event:#?}")));
    let mut service = layered(async |_| -> Answer { Ok(response(http::StatusCode::OK, frames(0, Then::End))) });
    let request = Request::get("/people").header("cookie", "id=hush").header("authorization", "Bearer hush").body(());
    let Ok(response) = now(service.call(request?));
    drop((response, guard));
    let text = LOG.take();
    assert!(text.contains("RequestStarted { method: GET, uri: /people"), "{text}");
    assert!(!text.contains("hush"), "{text}");
    Ok(())
}
