//! Receivers that note all that they are given, and fail in a trap. Some of them write.

use std::fmt;

use signals::many_to_many::{M2mAction, M2mChanged, Through};
use signals::model::PostBulkDelete;
use signals::model::{post_bulk_create, post_bulk_delete, post_bulk_update};
use signals::prelude::*;

use crate::models::{Author, Book, BookTags, Chapter, Country, Loan, Note, Played, Tag, TagRelated, Visit, key, shown};
use crate::stage::{self, Trapped, inserted, receive, silently};

/// An instance that may be missing.
fn shown_if_any<M: Model>(instance: Option<&M>) -> String {
    instance.map_or_else(|| "none".to_owned(), |instance| shown(instance))
}

/// A set of fields that may be missing.
fn fields<F: fmt::Debug>(fields: Option<F>) -> String {
    fields.map_or_else(|| "all".to_owned(), |fields| format!("{fields:?}"))
}

/// The row of an instance as the transaction sees it.
async fn stored<M: Played>(instance: &M, tx: &mut Tx) -> Result<String> {
    let rows = silently(M::all(tx)).await?;
    Ok(shown_if_any(rows.iter().find(|row| key(*row) == key(instance))))
}

/// Changes what is going to be written.
#[receiver(pre_save, sender = Author)]
fn loud(instance: &mut Author) {
    if instance.email.as_deref() == Some("loud") {
        instance.email = Some("LOUD".to_owned());
    }
}

#[receiver(pre_save, sender = [Author, Book, Chapter, Country, Tag])]
fn before_save<M: Played>(instance: &mut M, adding: bool, update_fields: Option<FieldSet<M>>) -> Result<(), Trapped> {
    receive("pre_save", format_args!("{} of {}, adding {adding}", shown(instance), fields(update_fields)))
}

#[receiver(post_save, sender = [Author, Book, Chapter, Country, Tag])]
async fn after_save<M: Played>(
    instance: &M,
    created: bool,
    previous: Option<&M>,
    changes: FieldSet<M>,
    update_fields: Option<FieldSet<M>>,
    tx: &mut Tx,
) -> Result<()> {
    if created {
        inserted(M::META.name, key(instance));
    }
    let (instance, stored) = (shown(instance), stored(instance, tx).await?);
    let (previous, update_fields) = (shown_if_any(previous), fields(update_fields));
    let what = format_args!(
        "{instance} of {update_fields}, created {created}, previous {previous}, changes {changes:?}, stored {stored}"
    );
    receive("post_save", what).map_err(Error::other)
}

/// These do not ask what the row was before.
#[receiver(pre_save, sender = [Loan, Visit])]
fn before_save_only<M: Played>(instance: &mut M, update_fields: Option<FieldSet<M>>) -> Result<(), Trapped> {
    receive("pre_save", format_args!("{} of {}", shown(instance), fields(update_fields)))
}

#[receiver(post_save, sender = [Loan, Visit])]
async fn after_save_only<M: Played>(
    instance: &M,
    created: bool,
    update_fields: Option<FieldSet<M>>,
    tx: &mut Tx,
) -> Result<()> {
    if created {
        inserted(M::META.name, key(instance));
    }
    let (instance, stored, update_fields) = (shown(instance), stored(instance, tx).await?, fields(update_fields));
    let what = format_args!("{instance} of {update_fields}, created {created}, stored {stored}");
    receive("post_save", what).map_err(Error::other)
}

#[receiver(post_commit, sender = [Loan, Visit])]
fn committed_only<M: Played>(instance: &M, created: bool) -> Result<(), Trapped> {
    receive("post_commit", format_args!("{}, created {created}", shown(instance)))
}

#[receiver(post_rollback, sender = [Loan, Visit])]
fn rolled_back_only<M: Played>(instance: &M, created: bool) -> Result<(), Trapped> {
    receive("post_rollback", format_args!("{}, created {created}", shown(instance)))
}

#[receiver(post_save, sender = Author, changed(credits))]
fn new_credits(instance: &Author) {
    stage::note(format!("new credits {}", instance.credits));
}

/// Saves another row in the transaction.
#[receiver(post_save, sender = Author, created = true)]
async fn welcome(instance: &Author, tx: &mut Tx) -> Result<()> {
    if instance.email.as_deref() == Some("welcome") {
        Visit { place: "door".to_owned(), author: instance.id, ..Visit::default() }.save(tx).await?;
    }
    Ok(())
}

/// Saves some fields of another row in the transaction.
#[receiver(post_save, sender = Chapter, created = true)]
async fn longer(instance: &Chapter, tx: &mut Tx) -> Result<()> {
    if instance.text == "z" { retitle(instance, "longer", tx).await } else { Ok(()) }
}

async fn retitle(chapter: &Chapter, title: &str, tx: &mut Tx) -> Result<()> {
    if let Some(mut book) = silently(Book::get(tx, chapter.book)).await? {
        title.clone_into(&mut book.title);
        book.save_fields(tx, Book::fields().title).await?;
    }
    Ok(())
}

/// Goes on if another save fails: in a savepoint that may be, without one it breaks the transaction.
#[receiver(post_save, sender = Tag, created = true)]
async fn another_tag(instance: &Tag, tx: &mut Tx) {
    let mut other = Tag { name: "a".to_owned(), ..Tag::default() };
    match &*instance.name {
        "f" => drop(tx.savepoint(async |tx| other.save(tx).await).await),
        "g" => drop(other.save(tx).await),
        _ => {}
    }
}

#[receiver(pre_delete, sender = [Author, Book, Chapter, Country, Loan, Tag, Visit])]
async fn before_delete<M: Played>(instance: &M, origin: &dyn AnyModel, tx: &mut Tx) -> Result<()> {
    let (instance, origin, stored) = (shown(instance), shown(origin), stored(instance, tx).await?);
    let what = format_args!("{instance} from {origin}, stored {stored}");
    receive("pre_delete", what).map_err(Error::other)
}

#[receiver(post_delete, sender = [Author, Book, Chapter, Country, Loan, Tag, Visit])]
async fn after_delete<M: Played>(instance: &M, origin: &dyn AnyModel, tx: &mut Tx) -> Result<()> {
    let (instance, origin, stored) = (shown(instance), shown(origin), stored(instance, tx).await?);
    let what = format_args!("{instance} from {origin}, stored {stored}");
    receive("post_delete", what).map_err(Error::other)
}

/// Saves another row in the transaction, which may be deleted next.
#[receiver(post_delete, sender = Chapter)]
async fn shorter(instance: &Chapter, tx: &mut Tx) -> Result<()> {
    if instance.text == "y" { retitle(instance, "shorter", tx).await } else { Ok(()) }
}

#[receiver(post_bulk_create, sender = [Author, Book, Chapter, Country, Loan, Tag, Visit])]
fn after_bulk_create<M: Played>(instances: &[M]) -> Result<(), Trapped> {
    for instance in instances {
        inserted(M::META.name, key(instance));
    }
    let instances: Vec<String> = instances.iter().map(|row| shown(row)).collect();
    receive("post_bulk_create", instances.join(" "))
}

#[receiver(post_bulk_update, sender = [Author, Book, Chapter, Country, Loan, Tag, Visit])]
fn after_bulk_update<M: Played>(count: u64, update_fields: FieldSet<M>) -> Result<(), Trapped> {
    receive("post_bulk_update", format_args!("{count} {} of {update_fields:?}", M::META.name))
}

#[receiver(post_bulk_delete, sender = [Author, Book, Chapter, Country, Loan, Tag, Visit])]
fn after_bulk_delete<M: Played>(event: &PostBulkDelete<'_, M>) -> Result<(), Trapped> {
    receive("post_bulk_delete", format_args!("{} {}", event.count, event.model.name))
}

#[receiver(post_commit, sender = [Author, Book, Chapter, Country, Tag])]
fn committed<M: Played>(
    instance: &M,
    created: bool,
    previous: Option<&M>,
    changes: FieldSet<M>,
) -> Result<(), Trapped> {
    let (instance, previous) = (shown(instance), shown_if_any(previous));
    let what = format_args!("{instance}, created {created}, previous {previous}, changes {changes:?}");
    receive("post_commit", what)
}

#[receiver(post_commit, sender = Author, changed(credits), created = false)]
fn credits_committed(instance: &Author) {
    stage::note(format!("committed credits {}", instance.credits));
}

/// Writes in a transaction of its own.
#[receiver(post_commit, sender = Visit, created = true)]
async fn visited(instance: &Visit, db: &Db) -> Result<()> {
    let text = format!("visit {}", instance.id);
    let mut note = Note { text, author: instance.author, ..Note::default() };
    note.save(db).await?;
    inserted("Note", key(&note));
    Ok(())
}

#[receiver(post_rollback, sender = [Author, Book, Chapter, Country, Tag])]
fn rolled_back<M: Played>(
    instance: &M,
    created: bool,
    previous: Option<&M>,
    changes: FieldSet<M>,
) -> Result<(), Trapped> {
    let (instance, previous) = (shown(instance), shown_if_any(previous));
    let what = format_args!("{instance}, created {created}, previous {previous}, changes {changes:?}");
    receive("post_rollback", what)
}

/// Loans have none, as models that do not use these signals.
#[receiver(post_delete_commit, sender = [Author, Book, Chapter, Country, Tag, Visit])]
fn gone<M: Played>(instance: &M) -> Result<(), Trapped> {
    receive("post_delete_commit", shown(instance))
}

#[receiver(post_delete_rollback, sender = [Author, Book, Chapter, Country, Tag, Visit])]
fn back<M: Played>(instance: &M) -> Result<(), Trapped> {
    receive("post_delete_rollback", shown(instance))
}

#[receiver(post_load, sender = [Author, Book, Chapter, Country, Loan, Tag, Visit])]
fn loaded<M: Played>(instance: &mut M) -> Result<(), Trapped> {
    if stage::is_silent() { Ok(()) } else { receive("post_load", shown(instance)) }
}

#[receiver(m2m_changed, sender = BookTags)]
fn tags_changed(event: &mut M2mChanged<'_, BookTags>) -> Result<(), Trapped> {
    relation_changed("BookTags", event)
}

#[receiver(m2m_changed, sender = TagRelated)]
fn related_changed(event: &mut M2mChanged<'_, TagRelated>) -> Result<(), Trapped> {
    relation_changed("TagRelated", event)
}

#[receiver(m2m_commit, sender = BookTags)]
fn tags_committed(event: &M2mCommit<'_, BookTags>) -> Result<(), Trapped> {
    relation_committed("BookTags", event)
}

#[receiver(m2m_commit, sender = TagRelated)]
fn related_committed(event: &M2mCommit<'_, TagRelated>) -> Result<(), Trapped> {
    relation_committed("TagRelated", event)
}

fn relation_committed<T: Through>(relation: &str, event: &M2mCommit<'_, T>) -> Result<(), Trapped> {
    let M2mCommit { reverse, instance, model, added, removed, .. } = event;
    let (instance, model) = (shown(*instance), model.name);
    receive("m2m_commit", format_args!("{relation} {instance} reverse {reverse}, {model} +{added:?} -{removed:?}"))
}

fn relation_changed<T: Through>(relation: &str, event: &mut M2mChanged<'_, T>) -> Result<(), Trapped> {
    let M2mChanged { action, reverse, instance, model, ids, .. } = event;
    let (instance, model) = (shown(*instance), model.name);
    receive("m2m_changed", format_args!("{relation} {action:?} {instance} reverse {reverse}, {model} {ids:?}"))?;
    if stage::clock() % 4 == 0 && matches!(action, M2mAction::PreAdd | M2mAction::PreRemove) {
        ids.retain(|id| id % 2 == 0);
    }
    Ok(())
}
