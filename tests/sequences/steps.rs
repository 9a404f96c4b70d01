//! Sequences of steps, and how they are chosen.
//!
//! A step names rows and values by small numbers, which the run reads by what is there when the step is done: so that a
//! sequence which is shortened still means something.

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::levels::End;
use crate::oracle::Signals;
use crate::rows::{Kind, Link};
use crate::stage::Trap;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Do {
        act: Act,
        connection: Connection,
        trap: Option<Trap>,
    },
    Transaction {
        steps: Vec<Step>,
        end: Ending,
        connection: Connection,
        trap: Option<Trap>,
    },
    /// In a transaction.
    Savepoint {
        steps: Vec<Step>,
        is_kept: bool,
    },
}

/// Which of the two pools of connections a step takes that is in no transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    First,
    Second,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Commit,
    Rollback,
    Drop,
}

/// An instance in memory: there are a few of each model, several of which may be of one row. `edits` has a number for each
/// field; a small one leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instance {
    pub(crate) kind: Kind,
    pub(crate) slot: u8,
    pub(crate) edits: [u8; 6],
}

/// Which rows a bulk operation is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    All,
    One(u8),
    UpTo(u8),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Relate {
    Add,
    Remove,
    Clear,
    Set,
    ClearAndAdd,
    Create,
}

#[derive(Debug, Clone)]
pub(crate) enum Act {
    Save(Instance),
    SaveFields(Instance, u8),
    Create(Instance),
    Delete(Instance),
    Refresh(Instance),
    Get(Instance),
    GetOrCreate(Instance, u8),
    /// By some fields, and writes others.
    UpdateOrCreate(Instance, u8, u8),
    /// By the field that is unique, or the key that the application assigns.
    Upsert(Instance, u8),
    CreateMany(Kind, Vec<[u8; 6]>, Signals),
    UpdateWhere(Instance, u8, Which, Signals),
    DeleteWhere(Kind, Which, Signals),
    Relate(Link, usize, Instance, Relate, Vec<u8>),
    /// Another connection reads.
    Peek,
    /// Another connection commits a row. SQLite has one writer: there it is left out in a transaction.
    Meanwhile,
    /// Queues a hook for the end of the transaction.
    Hook(End),
}

/// The models of a sequence: few of them meet more often.
fn models() -> impl Strategy<Value = Vec<Kind>> {
    use Kind::{Author, Book, Chapter, Country, Loan, Note, Tag, Visit};
    prop_oneof![
        3 => Just(vec![
            Author, Author, Author, Author, Book, Book, Book, Chapter, Chapter, Country, Loan, Loan, Note, Tag, Tag, Visit,
        ]),
        2 => Just(vec![Author, Book]),
        1 => Just(vec![Author, Visit, Note]),
        1 => Just(vec![Book, Chapter, Loan]),
        1 => Just(vec![Book, Tag]),
        1 => Just(vec![Author, Country]),
    ]
}

fn instance_of(kind: impl Strategy<Value = Kind>) -> impl Strategy<Value = Instance> {
    (kind, 0..3_u8, any::<[u8; 6]>()).prop_map(|(kind, slot, edits)| Instance { kind, slot, edits })
}

fn signals() -> impl Strategy<Value = Signals> {
    prop_oneof![Just(Signals::OfEach), Just(Signals::OfAll)]
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![1 => Just(Which::All), 3 => any::<u8>().prop_map(Which::One), 2 => any::<u8>().prop_map(Which::UpTo)]
}

fn relate() -> impl Strategy<Value = Act> {
    let side = prop_oneof![
        2 => Just((Link::BookTags, 0)),
        2 => Just((Link::BookTags, 1)),
        1 => Just((Link::TagRelated, 0)),
    ];
    let what = prop_oneof![
        3 => Just(Relate::Add),
        1 => Just(Relate::Remove),
        1 => Just(Relate::Clear),
        1 => Just(Relate::Set),
        1 => Just(Relate::ClearAndAdd),
        1 => Just(Relate::Create),
    ];
    (side, what, vec(any::<u8>(), 0..4)).prop_flat_map(|((link, side), what, ids)| {
        instance_of(Just(link.sides()[side]))
            .prop_map(move |instance| Act::Relate(link, side, instance, what, ids.clone()))
    })
}

fn act(models: &[Kind]) -> impl Strategy<Value = Act> + use<> {
    let models = models.to_vec();
    let kind = || select(models.clone());
    let instance = || instance_of(kind());
    prop_oneof![
        10 => instance().prop_map(Act::Save),
        6 => (instance(), any::<u8>()).prop_map(|(instance, fields)| Act::SaveFields(instance, fields)),
        2 => instance().prop_map(Act::Create),
        6 => instance().prop_map(Act::Delete),
        1 => instance().prop_map(Act::Refresh),
        3 => instance().prop_map(Act::Get),
        2 => (instance(), any::<u8>()).prop_map(|(instance, fields)| Act::GetOrCreate(instance, fields)),
        3 => (instance(), any::<u8>(), any::<u8>())
            .prop_map(|(instance, by, fields)| Act::UpdateOrCreate(instance, by, fields)),
        2 => (instance(), any::<u8>()).prop_map(|(values, fields)| Act::Upsert(values, fields)),
        2 => (kind(), vec(any::<[u8; 6]>(), 0..4), signals())
            .prop_map(|(kind, rows, signals)| Act::CreateMany(kind, rows, signals)),
        2 => (instance(), any::<u8>(), which(), signals())
            .prop_map(|(values, fields, which, signals)| Act::UpdateWhere(values, fields, which, signals)),
        1 => (kind(), which(), signals()).prop_map(|(kind, which, signals)| Act::DeleteWhere(kind, which, signals)),
        if models.contains(&Kind::Tag) { 6 } else { 1 } => relate(),
        1 => Just(Act::Peek),
        1 => Just(Act::Meanwhile),
        1 => prop_oneof![Just(End::Commit), Just(End::Rollback)].prop_map(Act::Hook),
    ]
}

fn trap(signals: &'static [&'static str]) -> impl Strategy<Value = Option<Trap>> {
    let trap = (select(signals), 0..3_u8).prop_map(|(signal, after)| Trap { signal, after });
    prop_oneof![5 => Just(None), 1 => trap.prop_map(Some)]
}

fn connection() -> impl Strategy<Value = Connection> {
    prop_oneof![Just(Connection::First), Just(Connection::Second)]
}

const ALL: &[&str] = &[
    "pre_save",
    "post_save",
    "pre_delete",
    "post_delete",
    "post_bulk_create",
    "post_bulk_update",
    "post_bulk_delete",
    "post_commit",
    "post_rollback",
    "post_delete_commit",
    "post_delete_rollback",
    "post_load",
    "m2m_changed",
    "m2m_commit",
];

fn step(models: &[Kind]) -> impl Strategy<Value = Step> + use<> {
    (act(models), connection(), trap(ALL)).prop_map(|(act, connection, trap)| Step::Do { act, connection, trap })
}

fn step_in_transaction(models: &[Kind]) -> impl Strategy<Value = Step> + use<> {
    step(models).prop_recursive(2, 12, 4, |inner| {
        (vec(inner, 0..4), weighted(0.6)).prop_map(|(steps, is_kept)| Step::Savepoint { steps, is_kept })
    })
}

fn transaction(models: &[Kind]) -> impl Strategy<Value = Step> + use<> {
    let end = prop_oneof![4 => Just(Ending::Commit), 2 => Just(Ending::Rollback), 1 => Just(Ending::Drop)];
    let trap =
        trap(&["post_commit", "post_rollback", "post_delete_commit", "post_delete_rollback", "m2m_commit", "hook"]);
    (vec(step_in_transaction(models), 1..8), end, connection(), trap)
        .prop_map(|(steps, end, connection, trap)| Step::Transaction { steps, end, connection, trap })
}

/// A sequence.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    models().prop_flat_map(|models| vec(prop_oneof![step(&models), transaction(&models)], 1..16))
}

/// A sequence as a report shows it, a step on each line.
pub(crate) fn shown(steps: &[Step]) -> String {
    let mut lines = String::new();
    show(steps, 1, &mut lines);
    lines
}

fn show(steps: &[Step], depth: usize, lines: &mut String) {
    for step in steps {
        let (what, inner): (String, &[Step]) = match step {
            Step::Do { act, connection, trap: None } => (format!("{act:?} on {connection:?}"), &[]),
            Step::Do { act, connection, trap: Some(Trap { signal, after }) } => {
                (format!("{act:?} on {connection:?}, {signal} number {after} fails"), &[])
            }
            Step::Transaction { steps, end, connection, trap } => {
                (format!("Transaction on {connection:?}, {end:?}, {trap:?}"), steps)
            }
            Step::Savepoint { steps, is_kept } => (format!("Savepoint, kept {is_kept}"), steps),
        };
        lines.extend(["  ".repeat(depth).as_str(), &what, "\n"]);
        show(inner, depth + 1, lines);
    }
}
