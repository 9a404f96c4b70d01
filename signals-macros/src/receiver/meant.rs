//! What the attributes of a receiver say, by name, to explain what is wrong with its parameters.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Path, PathArguments, Type};

use super::arguments::Arguments;
use super::durability;
use super::type_tokens::without_lifetimes;
use crate::case::camel_case;
use crate::foreign::signal_names::SIGNALS;
use crate::foreign::{self, Place};
use crate::grammar::text;
use crate::suggest;
use crate::written::{is_camel, written};

/// The other signals of the library that have a sender.
const OTHER_SIGNALS: &[&str] = &[
    "post_bulk_create",
    "post_bulk_update",
    "post_bulk_delete",
    "user_logged_in",
    "user_logged_out",
    "user_login_failed",
];

/// The names of the fields of these signals, each with the signals that have it, if they are few.
const FIELDS: &[(&str, &[&str])] = &[
    ("instance", &[]),
    ("created", &[]),
    ("adding", &[]),
    ("previous", &[]),
    ("changes", &[]),
    ("update_fields", &[]),
    ("raw", &[]),
    ("origin", &[]),
    ("tx", &[]),
    ("db", &[]),
    ("context", &[]),
    ("action", &["m2m_changed"]),
    ("reverse", &["m2m_changed", "m2m_commit"]),
    ("through", &["m2m_changed", "m2m_commit"]),
    ("ids", &["m2m_changed"]),
    ("added", &["m2m_commit"]),
    ("removed", &["m2m_commit"]),
    (
        "model",
        &[
            "m2m_changed",
            "m2m_commit",
            "post_bulk_create",
            "post_bulk_update",
            "post_bulk_delete",
            "user_logged_out",
            "user_login_failed",
        ],
    ),
    ("instances", &["post_bulk_create"]),
    ("count", &["post_bulk_update", "post_bulk_delete"]),
    ("user", &["user_logged_in", "user_logged_out"]),
    ("session", &["user_logged_in", "user_logged_out"]),
    ("credentials", &["user_login_failed"]),
    ("request", &["user_logged_in", "user_logged_out", "user_login_failed"]),
];

/// Names of what a delivery knows, and the method that has it.
const OF_DELIVERY: &[(&[&str], &str)] = &[
    (&["attempt", "attempts", "attempt_number", "retries", "retry", "retry_count", "tries", "executions"], "attempt"),
    (&["idempotency_key", "job_id", "task_id", "message_id", "jid", "delivery_tag"], "idempotency_key"),
    (&["event_id", "sequence", "offset"], "event"),
    (&["age", "waited"], "age"),
    (&["stored_at", "enqueued_at", "scheduled_at", "published_at"], "at"),
];

/// What the attributes say: the signals, as they are written, and the first sender.
pub(super) struct Meant {
    signals: Vec<String>,
    sender: Option<String>,
    pub(super) row: String,
    is_durable: bool,
}

impl Meant {
    pub(super) fn of(attributes: &[Arguments]) -> Self {
        let signals = attributes.iter().flat_map(|arguments| &arguments.signals).map(last).collect();
        let sender = attributes.iter().find_map(|arguments| arguments.senders.as_ref()?.first()).map(text);
        let row = sender.clone().unwrap_or_else(|| "dyn AnyModel".to_owned());
        Self { signals, sender, row, is_durable: attributes.iter().any(|arguments| arguments.durable.is_durable()) }
    }

    /// Whether all signals are the library's, by their names: a signal of your own has a name in camel case.
    pub(super) fn is_of_the_library(&self) -> bool {
        !self.signals.is_empty() && self.signals.iter().all(|signal| is_of_the_library(signal))
    }

    /// What is wrong with the name of a parameter.
    pub(super) fn mistake(&self, name: &str, ty: &Type, count: usize) -> Option<String> {
        if let Some(payload) = self.names_payload(ty) {
            // The type is a mistake too, and its answer has the name.
            if self.is_of_the_library() && payload_without_model(ty) {
                return None;
            }
            let alone = if count > 1 { " alone, and read its fields" } else { "" };
            return Some(format!("the whole payload is called `event`\n\nhelp: write `event: {payload}`{alone}"));
        }
        if !self.is_of_the_library() {
            return None;
        }
        let signal = &self.signals[0];
        if let Some(answer) = self.of_delivery(name, ty).or_else(|| self.in_delivery(name)) {
            return Some(answer);
        }
        match FIELDS.iter().find(|(field, _)| *field == name) {
            Some((_, [])) => return None,
            Some((_, of)) if self.signals.iter().any(|signal| of.contains(&signal.as_str())) => return None,
            _ => {}
        }
        if is_misspelt_instance(name) {
            return Some(format!("`{signal}` has no `{name}`\n\nhelp: did you mean `instance`?"));
        }
        if let Some(answer) = foreign::answer(Place::Parameter, name, &TokenStream::new()) {
            return Some(self.in_the_users_names(&answer));
        }
        if let Some((fact, parameter)) = self.of_type(&text(without_lifetimes(ty)).replace("'_", "")) {
            return Some(format!("`{signal}` has no `{name}`: {fact}\n\nhelp: write `{parameter}`"));
        }
        let fields: Vec<&str> = FIELDS.iter().map(|(field, _)| *field).collect();
        if is_field(name) || suggest::nearest(name, &fields).is_some() || !self.is_of_a_row() {
            return None;
        }
        if is_lent_value(ty) {
            let ty = written(ty.to_token_stream());
            return Some(format!(
                "`{signal}` has no `{name}`\n\nhelp: a value that the caller has passed is in the context: write `#[context] {name}: {ty}`"
            ));
        }
        Some(format!(
            "`{signal}` has no `{name}`\n\n\
             help: a field of the row is read from it: take `instance: &{}`, and write `instance.{name}`",
            self.row
        ))
    }

    /// The answer to a parameter that is a delivery, where there is none or with another name.
    fn of_delivery(&self, name: &str, ty: &Type) -> Option<String> {
        if !is_delivery(ty) || self.sender.as_ref() == Some(&text(target(ty))) {
            return None;
        }
        if self.is_durable {
            return Some(format!(
                "no field `{name}`: the delivery is called `delivery`\n\nhelp: write `delivery: &Delivery`"
            ));
        }
        let help = if self.signals.iter().all(|signal| durability::can_be(signal)) {
            "write `durable` in the attribute, or leave this parameter out"
        } else {
            "receive `post_commit`, with `durable` in the attribute, or leave this parameter out"
        };
        Some(format!("only durable receivers have a delivery\n\nhelp: {help}"))
    }

    /// The answer to what a delivery knows.
    fn in_delivery(&self, name: &str) -> Option<String> {
        let (_, method) = OF_DELIVERY.iter().filter(|_| self.is_durable).find(|(names, _)| names.contains(&name))?;
        Some(format!(
            "`{name}` is no field of the payload: what is known of a call is in its delivery\n\n\
             help: take `delivery: &Delivery`, and write `delivery.{method}()`"
        ))
    }

    /// What is wrong with a value of the context that is a field of the payload, or all of it.
    pub(super) fn field_of_the_payload(&self, name: &str, ty: &Type) -> Option<String> {
        let written = written(ty.to_token_stream());
        if self.is_payload(ty) {
            return Some(format!(
                "the payload is not in the context\n\nhelp: write `event: {written}` without `#[context]`"
            ));
        }
        if self.is_durable && is_delivery(ty) {
            return Some(
                "the delivery is not in the context\n\nhelp: write `delivery: &Delivery`, without `#[context]`"
                    .to_owned(),
            );
        }
        if !self.is_of_the_library() {
            return None;
        }
        let signal = &self.signals[0];
        if text(target(ty)).trim_start_matches("signals::").trim_start_matches("db::") == "Tx"
            && let Some((_, parameter)) = self.of_type("&mutTx")
        {
            return Some(format!(
                "the transaction is not in the context\n\nhelp: write `{parameter}`, without `#[context]`"
            ));
        }
        // The signals of logins have a request of any type, and the context of a request has what is known of it.
        if name == "request" && !written.contains("AnyRequest") {
            return None;
        }
        let of = FIELDS.iter().find(|(field, _)| *field == name)?.1;
        let has = of.is_empty() || self.signals.iter().any(|signal| of.contains(&signal.as_str()));
        has.then(|| {
            format!(
                "`{name}` is a field of the payload of `{signal}`\n\n\
                 help: write it without `#[context]`, or give the value of the context another name"
            )
        })
    }

    /// Whether a type is the payload of one of the signals, by its name.
    pub(super) fn is_payload(&self, ty: &Type) -> bool {
        let target = match ty {
            Type::Reference(reference) => &*reference.elem,
            other => other,
        };
        let Type::Path(path) = target else { return false };
        let name = last(&path.path);
        let is_payload = |signal: &String| if is_camel(signal) { *signal == name } else { camel_case(signal) == name };
        self.signals.iter().any(is_payload)
            && (self.is_of_the_library() || self.signals.iter().all(|signal| is_camel(signal)))
    }

    /// The type of the payload, if the parameter has it.
    fn names_payload(&self, ty: &Type) -> Option<String> {
        let text = written(ty.to_token_stream());
        self.is_payload(ty).then(|| if text.starts_with('&') { text } else { format!("&{text}") })
    }

    /// The parameter that has this type.
    fn of_type(&self, ty: &str) -> Option<(&'static str, String)> {
        let row = self.row.replace(' ', "");
        let target = ty.trim_start_matches('&').trim_start_matches("mut");
        let has = |signals: &[&str]| self.signals.iter().all(|signal| signals.contains(&signal.as_str()));
        let after = has(&["post_commit", "post_rollback", "post_delete_commit", "post_delete_rollback"]);
        Some(match target {
            _ if self.is_of_a_row() && (target == row || target == "dynAnyModel") => {
                let change = if has(&["pre_save", "post_load"]) && ty.contains("&mut") { "mut " } else { "" };
                ("the row is called `instance`", format!("instance: &{change}{}", self.row))
            }
            "Tx" if !after || self.is_durable => ("the transaction is called `tx`", "tx: &mut Tx".to_owned()),
            "Db" | "Tx" if after => ("the database is called `db`", "db: &Db".to_owned()),
            _ if target == format!("FieldSet<{row}>") && has(&["post_save", "post_commit", "post_rollback"]) => {
                ("what changed is called `changes`", format!("changes: FieldSet<{}>", self.row))
            }
            _ => return None,
        })
    }

    /// The type of `instance` in place of an `Option` of it, of its key, or of a list.
    pub(super) fn instance(&self, name: &str, ty: &Type) -> Option<String> {
        let Type::Path(path) = target(ty) else { return None };
        let is_other = ["Option", "Id", "Vec"].iter().any(|other| last(&path.path) == *other)
            && path.path.segments.last().is_some_and(|last| !last.arguments.is_none());
        let is_instance = name == "instance" && is_other && self.is_of_the_library() && self.is_of_a_row();
        is_instance.then(|| format!("&{}", self.row))
    }

    /// Whether the signals have an `instance` of the sender.
    fn is_of_a_row(&self) -> bool {
        let is_of_a_row =
            |signal: &String| !signal.starts_with("m2m_") && SIGNALS.iter().any(|(known, _)| known == signal);
        self.signals.iter().all(is_of_a_row)
    }

    /// An answer of the table, with the payload and the model of the user.
    fn in_the_users_names(&self, answer: &str) -> String {
        let payload = camel_case(&self.signals[0]);
        let sender = self.sender.as_deref().unwrap_or("dyn AnyModel");
        answer
            .replace("PostSave<'_, User>", &format!("{payload}<'_, {sender}>"))
            .replace("&User", &format!("&{sender}"))
            .replace("<User>", &format!("<{sender}>"))
    }
}

/// Whether a name is that of a signal of the library with senders.
pub(super) fn is_of_the_library(signal: &str) -> bool {
    SIGNALS.iter().any(|(known, _)| *known == signal) || OTHER_SIGNALS.contains(&signal)
}

fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.unraw().to_string()).unwrap_or_default()
}

fn is_delivery(ty: &Type) -> bool {
    text(target(ty)).trim_start_matches("signals::").trim_start_matches("durable::") == "Delivery"
}

pub(super) fn is_misspelt_instance(name: &str) -> bool {
    !is_field(name) && suggest::nearest(name, &["instance"]).is_some()
}

pub(super) fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

pub(super) fn target(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => &reference.elem,
        other => other,
    }
}

/// `&Mailer` or `Option<&Mailer>`: a struct that is lent, and no type that a field of a row has.
fn is_lent_value(ty: &Type) -> bool {
    let text = text(without_lifetimes(ty)).replace("'_", "");
    let target = text.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')).unwrap_or(&text);
    let Some(target) = target.strip_prefix('&') else { return false };
    let name = target.rsplit("::").next().unwrap_or(target);
    is_camel(name) && !["String", "Vec<", "Option<", "Id<", "Ref<"].iter().any(|of_rows| name.starts_with(of_rows))
}

/// `&PostSave`
pub(super) fn payload_without_model(ty: &Type) -> bool {
    let Type::Path(path) = target(ty) else { return false };
    path.path.segments.last().is_some_and(|last| {
        matches!(last.arguments, PathArguments::None)
            || !written(last.arguments.to_token_stream()).contains(char::is_alphabetic)
    })
}
