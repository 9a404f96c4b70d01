//! Names of signals and callbacks elsewhere.

use super::row::{Place, Row, row};

const NAME: &[Place] = &[Place::SignalName];

/// The signals of a model, and their payloads. Only used to explain mistakes.
pub(crate) const SIGNALS: &[(&str, &str)] = &[
    ("pre_save", "PreSave"),
    ("post_save", "PostSave"),
    ("pre_delete", "PreDelete"),
    ("post_delete", "PostDelete"),
    ("post_commit", "PostCommit"),
    ("post_rollback", "PostRollback"),
    ("post_delete_commit", "PostDeleteCommit"),
    ("post_delete_rollback", "PostDeleteRollback"),
    ("post_load", "PostLoad"),
    ("m2m_changed", "M2mChanged"),
    ("m2m_commit", "M2mCommit"),
];

const NO_SIGNAL: &str = "there is no signal `{}`";

pub(super) const ROWS: &[Row] = &[
    row(
        NAME,
        &[
            "post_init",
            "after_find",
            "after_initialize",
            "after_load",
            "on_load",
            "after_read",
            "post_read",
            "after_fetch",
        ],
        NO_SIGNAL,
        "write `post_load`, which is sent for each row that is read from the database",
    ),
    row(
        NAME,
        &["pre_init", "before_init", "on_init", "before_load", "pre_load"],
        "there is no signal `{}`: a value is made without running code of a receiver",
        "write a constructor, or `post_load`, which is sent for each row that is read from the database",
    ),
    row(
        NAME,
        &["class_prepared", "model_registered", "app_ready", "apps_ready"],
        "there is no signal `{}`: models are complete when the program is compiled",
        "run the code at the beginning of `main`",
    ),
    row(
        NAME,
        &["setting_changed", "settings_changed", "template_rendered"],
        "there is no signal `{}`: there are no settings to override and no templates",
        "declare a signal of your own, as in `#[signal] struct LimitChanged { limit: u64 }`, and send it",
    ),
    row(
        NAME,
        &["before_save", "will_save", "before_write", "before_validation", "pre_validate", "before_validate"],
        NO_SIGNAL,
        "write `pre_save`, which is sent before a row is inserted or updated",
    ),
    row(
        NAME,
        &["before_create", "before_insert", "pre_create", "pre_insert", "before_update", "pre_update"],
        NO_SIGNAL,
        "write `pre_save`, and take the parameter `adding: bool`, which says whether the row is new",
    ),
    row(
        NAME,
        &["after_save", "on_save", "post_saved", "did_save", "after_write", "model_saved", "around_save"],
        NO_SIGNAL,
        "write `post_save`, which is sent after a row was inserted or updated",
    ),
    row(
        NAME,
        &[
            "after_create",
            "after_insert",
            "post_create",
            "post_insert",
            "on_create",
            "on_insert",
            "post_created",
            "model_created",
            "around_create",
        ],
        NO_SIGNAL,
        "write `post_save, created = true`, which is an insert",
    ),
    row(
        NAME,
        &["after_update", "post_update", "on_update", "post_updated", "model_updated", "around_update"],
        NO_SIGNAL,
        "write `post_save, created = false`, which is an update",
    ),
    row(
        NAME,
        &["before_delete", "before_destroy", "before_remove", "pre_remove", "pre_destroy", "will_delete"],
        NO_SIGNAL,
        "write `pre_delete`, which is sent before a row is deleted",
    ),
    row(
        NAME,
        &[
            "after_delete",
            "after_destroy",
            "after_remove",
            "post_remove",
            "post_destroy",
            "on_delete",
            "post_deleted",
            "around_destroy",
        ],
        NO_SIGNAL,
        "write `post_delete`, which is sent after a row was deleted",
    ),
    row(
        NAME,
        &["after_commit", "on_commit", "after_save_commit", "after_create_commit", "after_update_commit"],
        NO_SIGNAL,
        "write `post_commit`, which is sent for each saved row after its transaction",
    ),
    row(
        NAME,
        &[
            "after_destroy_commit",
            "after_delete_commit",
            "on_delete_commit",
            "post_commit_delete",
            "post_destroy_commit",
            "after_commit_delete",
        ],
        NO_SIGNAL,
        "write `post_delete_commit`, which is sent for each deleted row after its transaction",
    ),
    row(
        NAME,
        &["after_rollback", "on_rollback"],
        NO_SIGNAL,
        "write `post_rollback`, which is sent for each saved row whose transaction was rolled back",
    ),
    row(
        NAME,
        &["many_to_many_changed", "m2m_change", "relation_changed", "on_m2m_changed"],
        NO_SIGNAL,
        "write `m2m_changed`, with `sender = UserGroups`, the through model",
    ),
    row(
        NAME,
        &["post_add", "pre_add", "pre_clear", "post_clear", "m2m_added", "post_set"],
        "there is no signal `{}`: it is an action of `m2m_changed`",
        "write `m2m_changed`, and take the parameter `action: M2mAction`",
    ),
    row(
        NAME,
        &["bulk_create", "post_bulk_save", "after_bulk_create", "after_bulk_insert"],
        NO_SIGNAL,
        "write `signals::model::post_bulk_create`",
    ),
];

/// Signals of modules that are left out of this build.
pub(super) const OFF: &[Row] = &[
    #[cfg(not(feature = "web"))]
    row(
        NAME,
        &["request_started", "request_finished", "got_request_exception"],
        "`{}` needs the feature `web` of `signals-rs`",
        "enable it, `cargo add signals-rs --features web`, and import `signals::web::{}`",
    ),
    #[cfg(not(feature = "auth"))]
    row(
        NAME,
        &["user_logged_in", "user_logged_out", "user_login_failed"],
        "`{}` needs the feature `auth` of `signals-rs`",
        "enable it, `cargo add signals-rs --features auth`, and import `signals::auth::{}`",
    ),
];
