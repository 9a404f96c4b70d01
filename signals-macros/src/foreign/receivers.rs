//! Arguments of `#[receiver(..)]` and `#[signal(..)]`.

use super::row::{Place, Row, row};
use crate::values::Kind;

const RECEIVER: &[Place] = &[Place::Receiver];
const SIGNAL: &[Place] = &[Place::Signal];
const SENDER: &[Place] = &[Place::Sender];

pub(super) const ROWS: &[Row] = &[
    row(
        RECEIVER,
        &["signal", "event", "hook", "receives", "to"],
        "the signal is the first argument, without a name",
        "write `{post_save}` in place of it",
    )
    .with(Kind::Paths),
    row(
        RECEIVER,
        &[
            "model",
            "senders",
            "from",
            "class",
            "entity",
            "instance",
            "source",
            "table",
            "of",
            "for",
            "sender_class",
            "target",
        ],
        "the model whose signals a function receives is its `sender`",
        "write `sender = {User}`",
    )
    .with(Kind::Paths),
    row(
        RECEIVER,
        &["on"],
        "`{}` is no argument: the signal is the first, and `created` tells inserts from updates",
        "write `post_save, created = true`",
    ),
    row(
        RECEIVER,
        &["dispatch_uid", "uid"],
        "`{}` is `id` here, and only a name: a function cannot be connected twice",
        "write `id = {\"welcome\"}`, or leave it out",
    )
    .with(Kind::Text),
    row(
        RECEIVER,
        &["name", "label", "alias", "rename"],
        "the name of a receiver is its `id`; by default it is the path of the function",
        "write `id = {\"welcome\"}`, or leave it out",
    )
    .with(Kind::Text),
    row(
        RECEIVER,
        &["time_limit", "soft_time_limit", "deadline", "max_time", "max_duration", "timeout_ms", "timeout_seconds"],
        "the time that a receiver has is its `timeout`",
        "write `timeout = {\"5s\"}`",
    )
    .with(Kind::Time),
    row(
        RECEIVER,
        &["weak"],
        "`{}` has no meaning here: a receiver is part of the program and is never dropped",
        "leave it out",
    ),
    row(
        RECEIVER,
        &["using", "database", "db", "connection"],
        "a receiver is called for each database: there is no argument `{}`",
        "leave it out; the parameter `tx: &mut Tx` writes to the database of the save",
    ),
    row(
        RECEIVER,
        &["apps", "app", "app_label", "app_config"],
        "a receiver takes no `{}`: it belongs to its crate, and is linked with it",
        "leave it out, and link the crates of the program with `signals::apps![accounts]`",
    ),
    row(
        RECEIVER,
        &["priority", "order", "rank", "weight", "position", "index"],
        "receivers have no `{}`: a receiver names those that run earlier or later",
        "write `after = other_receiver` or `before = other_receiver`",
    ),
    row(
        RECEIVER,
        &["depends_on", "depends", "requires", "needs", "runs_after", "run_after", "follows"],
        "the receivers that run earlier are named by `after`",
        "write `after = {create_profile}`",
    )
    .with(Kind::Paths),
    row(
        RECEIVER,
        &["precedes", "runs_before", "run_before", "prepend"],
        "the receivers that run later are named by `before`",
        "write `before = {create_profile}`",
    )
    .with(Kind::Paths),
    row(
        RECEIVER,
        &["if", "condition", "filter", "only_if", "cond", "where", "guard", "predicate", "match", "matches"],
        "a condition is `when` here, and a function of the payload",
        "write `when = {|event| event.created}`",
    )
    .with(Kind::Condition),
    row(
        RECEIVER,
        &["unless", "except", "exclude", "if_not", "skip_if", "not"],
        "there is no `{}`: a condition is `when`, a function of the payload",
        "write its opposite, as in `when = |event| !event.created`",
    ),
    row(
        RECEIVER,
        &[
            "update_fields",
            "fields",
            "changes",
            "on_change",
            "changed_fields",
            "watch",
            "dirty",
            "has_changed",
            "only",
            "only_fields",
            "modified",
        ],
        "the fields of which one must have changed are named by `changed`",
        "write `changed({email})`",
    )
    .with(Kind::Fields),
    row(
        RECEIVER,
        &["insert", "inserted", "new", "is_new", "create", "on_create", "on_insert", "creating", "adding"],
        "a receiver that is only called for inserts has `created = true`",
        "write `created = {true}`",
    )
    .with(Kind::Truth),
    row(
        RECEIVER,
        &["update", "updated", "on_update", "is_update", "updating"],
        "a receiver that is only called for updates has `created = false`",
        "write `created = false`",
    ),
    row(
        RECEIVER,
        &["on_commit", "after_commit", "commit", "transaction_on_commit", "robust"],
        "`{}` is no argument: what runs after the commit is a receiver of `post_commit`",
        "receive `post_commit` in place of the other signal",
    ),
    row(
        RECEIVER,
        &["tx", "transaction", "atomic"],
        "`{}` is no argument: a receiver runs inside the transaction of the save",
        "add the parameter `tx: &mut Tx` to the function to write through it",
    ),
    row(
        RECEIVER,
        &["async", "is_async"],
        "`{}` is no argument: a receiver is asynchronous if its function is",
        "leave it out and write `async fn`",
    ),
    row(
        RECEIVER,
        &["sync", "blocking", "is_sync"],
        "`{}` is no argument: a receiver is synchronous if its function is",
        "leave it out and write `fn` without `async`",
    ),
    row(
        RECEIVER,
        &["action", "reverse", "pk_set"],
        "`{}` is a field of the payload, and no argument",
        "take it as a parameter, or write a condition, as in `when = |event| event.action == M2mAction::PostAdd`",
    ),
    row(
        RECEIVER,
        &["fixture", "loaddata", "raw_writes", "is_raw"],
        "a receiver that is also called for the writes of a fixture has `raw = true`",
        "write `raw = {true}`",
    )
    .with(Kind::Truth),
    row(
        RECEIVER,
        &["kwargs", "args", "params", "parameters", "providing_args"],
        "a receiver takes no `{}`: it asks for fields of the payload as parameters of the function",
        "leave it out, and add parameters such as `created: bool`",
    ),
    row(SIGNAL, &["sync", "synchronous", "blocking"], "a signal without `async` is synchronous", "leave `{}` out"),
    row(
        SIGNAL,
        &["asynchronous", "tokio", "await", "is_async"],
        "a signal that awaits its receivers is `async`",
        "write `async`",
    ),
    row(
        SIGNAL,
        &["returns", "result", "response", "output_type", "collect", "returning"],
        "what each receiver returns is the `output` of the signal",
        "write `output = {Vote}`",
    )
    .with(Kind::Type),
    row(
        SIGNAL,
        &["id", "label", "rename", "alias"],
        "the name of a signal in errors is its `name`",
        "write `name = {\"order_paid\"}`",
    )
    .with(Kind::Text),
    row(
        SIGNAL,
        &["providing_args", "args", "fields", "kwargs", "payload", "params", "parameters", "arguments"],
        "the arguments of a signal are the fields of its struct",
        "leave `{}` out, and write `struct OrderPaid { order: u64 }`",
    ),
    row(
        SIGNAL,
        &["senders", "model", "from"],
        "the types that send a signal are not listed",
        "write `struct Saved<'a, M: ?Sized> { instance: &'a M }`, and `sender` in place of `{}`",
    ),
    row(
        SIGNAL,
        &["use_caching", "cache", "weak", "dispatch_uid"],
        "`{}` has no meaning here: the receivers of a signal are found when it is sent for the first time",
        "leave it out",
    ),
    row(
        SIGNAL,
        &["robust", "send_robust"],
        "`{}` is no argument: the code that sends a signal decides what a failure means",
        "leave it out, and send with `send_robust()`",
    ),
    row(
        SENDER,
        &["auth_user_model", "get_user_model"],
        "a sender is a model, and there is no setting for the model of the users",
        "write the name of your model, as in `sender = User`",
    ),
    row(
        SENDER,
        &["none", "any", "all", "every", "null"],
        "a receiver without a `sender` receives from every model",
        "leave `sender` out",
    ),
    row(
        SENDER,
        &["self"],
        "a receiver is a plain function and knows no `Self`",
        "write it outside of the `impl` block, with the name of the model, as in `sender = User`",
    ),
];
