//! Parameters of a receiver. They are only searched for signals of the library: a signal of your own may have any field.
//!
//! `PostSave<'_, User>`, `&User` and `<User>` are replaced with the payload and the sender of the user.

use super::row::{Place, Row, row};

const PARAMETER: &[Place] = &[Place::Parameter];

const fn parameter(words: &'static [&'static str], fact: &'static str, help: &'static str) -> Row {
    row(PARAMETER, words, fact, help)
}

pub(super) const ROWS: &[Row] = &[
    parameter(
        &["kwargs", "args", "options", "params", "rest", "extra"],
        "a receiver takes no `{}`: it asks for fields of the payload by name",
        "leave it out, or take the whole payload: write `event: &PostSave<'_, User>`",
    ),
    parameter(
        &["sender", "cls", "klass", "class", "model_class", "sender_type"],
        "a receiver takes no `{}`: its attribute names the senders",
        "leave it out; `instance: &dyn AnyModel` knows its model, `instance.model().name`",
    ),
    parameter(
        &["signal", "signal_name", "event_name", "event_type"],
        "a receiver takes no `{}`: its attribute names the signals",
        "leave it out, or write one function per signal",
    ),
    parameter(
        &["payload", "evt", "ev", "e", "message", "msg", "notification", "data"],
        "no field `{}`: the whole payload is called `event`",
        "write `event: &PostSave<'_, User>`, or take its fields by name",
    ),
    parameter(
        &["using", "database", "connection", "conn", "pool", "client", "cursor", "executor", "database_connection"],
        "no field `{}`: a receiver writes in the transaction of its signal, which is called `tx`",
        "write `tx: &mut Tx`; after the transaction, in `post_commit`, `db: &Db`",
    ),
    parameter(
        &["transaction", "txn", "trx", "tran"],
        "no field `{}`: the transaction is called `tx`",
        "write `tx: &mut Tx`",
    ),
    parameter(
        &["pk_set", "id_set", "related_ids", "added", "removed"],
        "no field `{}`: the ids of a relation are called `ids`",
        "write `ids: &dyn signals::many_to_many::AnyIds`, in a receiver of `m2m_changed`",
    ),
    parameter(
        &[
            "new",
            "current",
            "obj",
            "object",
            "record",
            "row",
            "entity",
            "item",
            "active_model",
            "this",
            "it",
            "new_instance",
            "saved",
        ],
        "no field `{}`: the row is called `instance`",
        "write `instance: &User`",
    ),
    parameter(
        &[
            "old",
            "before",
            "prev",
            "original",
            "old_instance",
            "previous_instance",
            "old_value",
            "old_row",
            "old_self",
            "was",
        ],
        "no field `{}`: the row as it was before is called `previous`",
        "write `previous: Option<&User>`, in a receiver of `post_save` or `post_commit`",
    ),
    parameter(
        &[
            "is_new",
            "inserted",
            "is_created",
            "was_created",
            "new_record",
            "insert",
            "is_insert",
            "created_now",
            "is_update",
            "updated",
        ],
        "no field `{}`: whether a row was inserted is called `created`",
        "write `created: bool`; before the save, in `pre_save`, `adding: bool`",
    ),
    parameter(
        &[
            "dirty",
            "changed",
            "changed_fields",
            "dirty_fields",
            "modified",
            "modified_fields",
            "diff",
            "change",
            "changeset",
        ],
        "no field `{}`: the fields that changed are called `changes`",
        "write `changes: FieldSet<User>`, in a receiver of `post_save` or `post_commit`",
    ),
    parameter(
        &["fields", "updated_fields", "save_fields", "only"],
        "no field `{}`: the fields that `save_fields` was called with are called `update_fields`",
        "write `update_fields: Option<FieldSet<User>>`",
    ),
    parameter(
        &["is_raw", "fixture", "is_fixture", "loaddata", "from_fixture"],
        "no field `{}`: whether a fixture is loaded is called `raw`",
        "write `raw: bool`, and `raw = true` in the attribute",
    ),
    parameter(
        &["ctx", "cx", "current_context"],
        "no field `{}`: what the caller has passed to receivers is called `context`",
        "write `context: &signals::Context`, or `#[context] mailer: &Mailer` for one value of it",
    ),
    parameter(
        &["req", "request", "http_request"],
        "no field `{}`: a signal of a row has the request in its context",
        "write `#[context] request: Option<&signals::web::RequestInfo>`",
    ),
    parameter(
        &["state", "app", "app_state", "config", "settings"],
        "no field `{}`: what the application shares is in the context",
        "write `#[context] settings: &Settings`, and `ConnectOptions::with(settings)` where the program connects",
    ),
    parameter(
        &["actor", "current_user", "requested_by", "changed_by", "performed_by"],
        "no field `{}`: who acts is in the context, if the caller has passed it",
        "write `#[context] actor: Option<&Actor>`, and use `db.with(actor)` where the caller is known",
    ),
    parameter(
        &["id", "pk", "key", "primary_key", "instance_id", "instance_pk"],
        "no field `{}`: a receiver takes the row",
        "write `instance: &User`, and read its key from it",
    ),
    parameter(
        &["action_flag", "operation", "op", "kind", "verb"],
        "no field `{}`: each signal says what happened",
        "leave it out; `created` tells an insert from an update, and `action` of `m2m_changed` what is done to a relation",
    ),
];
