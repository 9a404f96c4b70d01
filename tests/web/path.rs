//! docs/behaviour.md, rule 56: an id in the path of a request.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use http::Request;
use http_body::Body as _;
use signals::prelude::*;
use tower_service::Service;

use crate::failure::{Failure, TestResult};

#[model(table = "path_post")]
#[derive(Debug, Default)]
struct Post {
    #[key]
    id: Id<Post>,
}

/// The status and the text of the answer.
async fn ask(path: &str) -> Result<(u16, String), Failure> {
    #[derive(serde::Deserialize)]
    struct Both {
        post: Id<Post>,
        answer: Id<Post>,
    }
    let mut router: Router = Router::new()
        .route("/posts/{id}", get(async |Path(id): Path<Id<Post>>| format!("{id:?}")))
        .route(
            "/posts/{post}/{answer}",
            get(async |Path((post, id)): Path<(Id<Post>, Id<Post>)>| format!("{post} {id}")),
        )
        .route(
            "/named/{post}/{answer}",
            get(async |Path(Both { post, answer }): Path<Both>| format!("{post} {answer}")),
        );
    let response = router.call(Request::get(path).body(Body::empty())?).await?;
    let status = response.status().as_u16();
    let mut body = std::pin::pin!(response.into_body());
    let mut text = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        text.extend(frame?.into_data().unwrap_or_default());
    }
    Ok((status, String::from_utf8(text)?))
}

#[tokio::test]
async fn rule_56_axum_reads_an_id_from_a_path() -> TestResult {
    assert_eq!(ask("/posts/7").await?, (200, "Id(7)".to_owned()));
    assert_eq!(ask("/posts/7/8").await?, (200, "7 8".to_owned()));
    assert_eq!(ask("/named/7/8").await?, (200, "7 8".to_owned()));
    let (status, text) = ask("/posts/seven").await?;
    assert_eq!(status, 400);
    assert!(text.contains("expected an id, which is a whole number"), "{text}");
    Ok(())
}
