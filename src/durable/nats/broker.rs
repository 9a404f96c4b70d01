//! What programs have in the broker: a stream of events for each program that receives, and one of receipts for each that sends.
//!
//! A stream holds one message of an event: a copy that is sent again replaces the one that waits. What is acknowledged is deleted.

use std::fmt;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Context, Message};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::program::is_token;
use crate::error::{Error, Result};

/// How many messages are taken together.
pub(super) const TOGETHER: usize = 64;
/// How long the broker keeps a request for messages. A stream that was deleted is noticed after this time.
const ASKED: Duration = Duration::from_secs(2);
/// When the broker sends a message again that was not acknowledged.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// A connection to the broker.
#[derive(Clone)]
pub(super) struct Broker {
    jetstream: Context,
    pub(super) prefix: String,
}

impl Broker {
    pub(super) fn new(client: &Client) -> Self {
        Self { jetstream: jetstream::new(client.clone()), prefix: "signals".to_owned() }
    }

    pub(super) fn with_prefix(mut self, prefix: &str) -> Self {
        assert!(is_token(prefix), "the prefix `{prefix}` consists of letters, digits, `-` and `_`");
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// The stream of a program's events, which is created if it does not exist.
    pub(super) async fn events_for(&self, program: &str) -> Result<stream::Stream> {
        self.stream(&format!("{}-for-{program}", self.prefix), &format!("{}.for.{program}.>", self.prefix)).await
    }

    /// The stream of a program's receipts, which is created if it does not exist.
    pub(super) async fn receipts_of(&self, program: &str) -> Result<stream::Stream> {
        self.stream(&format!("{}-receipts-{program}", self.prefix), &format!("{}.receipts.{program}.>", self.prefix))
            .await
    }

    async fn stream(&self, name: &str, subjects: &str) -> Result<stream::Stream> {
        let config = stream::Config {
            name: name.to_owned(),
            subjects: vec![subjects.to_owned()],
            retention: RetentionPolicy::WorkQueue,
            max_messages_per_subject: 1,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            ..stream::Config::default()
        };
        self.jetstream.get_or_create_stream(config).await.map_err(Error::other)
    }

    /// Sends an event to a program, and waits until the broker has it in memory.
    pub(super) async fn send_event(
        &self,
        to: &str,
        from: &str,
        event: (i64, i64),
        attempt: u32,
        text: Bytes,
    ) -> Result<()> {
        let (id, at) = event;
        let message = PublishMessage::build().message_id(format!("{from}:{id}:{at}:{attempt}")).payload(text);
        self.publish(format!("{}.for.{to}.{from}.{id}-{at}", self.prefix), message).await
    }

    /// Sends the receipt of an event to its program.
    pub(super) async fn send_receipt(&self, to: &str, from: &str, event: (i64, i64), text: Bytes) -> Result<()> {
        let (id, at) = event;
        let message = PublishMessage::build().payload(text);
        self.publish(format!("{}.receipts.{to}.{from}.{id}-{at}", self.prefix), message).await
    }

    async fn publish(&self, subject: String, message: PublishMessage) -> Result<()> {
        let sent = self.jetstream.send_publish(subject, message).await.map_err(Error::other)?;
        sent.await.map(drop).map_err(Error::other)
    }
}

/// What takes the messages of a stream, together with the other processes of the program. It is created if it does not exist.
pub(super) async fn consumer(stream: &stream::Stream, name: &str) -> Result<PullConsumer> {
    let config = pull::Config {
        durable_name: Some(name.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        ..pull::Config::default()
    };
    stream.get_or_create_consumer(name, config).await.map_err(Error::other)
}

/// The next messages, in lists of those that are there already. The end means to ask again.
pub(super) async fn ask(consumer: &PullConsumer) -> Result<impl Stream<Item = Vec<Result<Message>>> + Unpin + use<>> {
    let batch = consumer.batch().max_messages(TOGETHER).expires(ASKED).messages().await.map_err(Error::other)?;
    Ok(batch.map(|message| message.map_err(|error| Error::other(error.to_string()))).ready_chunks(TOGETHER))
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
