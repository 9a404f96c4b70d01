//! `uuid::Uuid`

use signals::ErrorKind;
use signals::prelude::*;
use uuid::Uuid;

use super::every_way;
use crate::databases::{Database, TestResult, is_sqlite, on_each_database};
use crate::log::Log;

on_each_database!(
    uuids,
    a_uuid_is_a_key_that_you_set,
    a_uuid_is_stored_as_the_database_has_it,
    relations_to_a_model_whose_key_is_a_uuid,
    rules_29_47_a_row_is_known_by_its_uuid_whatever_the_database_stores
);

every_way!(uuids: Uuid = [Uuid::nil(), Uuid::max(), Uuid::new_v4(), Uuid::from_u128(1)]);

async fn a_uuid_is_a_key_that_you_set(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        id: Uuid,
        title: String,
    }

    let db = database.with_tables::<Ticket>().await?;
    let mut ids: Vec<Uuid> = (0..20).map(|_| Uuid::new_v4()).collect();
    for id in &ids {
        Ticket { id: *id, ..Ticket::default() }.create(&db).await?;
    }
    let mut ticket = Ticket::get(&db, ids[7]).await?.unwrap();
    ticket.title = "changed".to_owned();
    ticket.save(&db).await?;
    assert_eq!(Ticket::get(&db, ids[7]).await?, Some(ticket.clone()));

    ids.sort();
    let stored: Vec<Uuid> = Ticket::all(&db).await?.into_iter().map(|ticket| ticket.id).collect();
    assert_eq!(stored, ids, "both databases sort them as Rust does");
    assert_eq!(ticket.delete(&db).await?.total(), 1);
    Ok(())
}

async fn a_uuid_is_stored_as_the_database_has_it(database: &Database) -> TestResult {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        id: Uuid,
    }

    let db = database.with_tables::<Ticket>().await?;
    let id = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
    Ticket { id }.save(&db).await?;
    let text = if is_sqlite(&db) { "lower(hex(id))" } else { "id::text" };
    let expected = if is_sqlite(&db) { id.simple().to_string() } else { id.hyphenated().to_string() };
    assert_eq!(db.query_one::<String>(&format!("SELECT {text} FROM tickets"), &()).await?, expected);
    // What others stored as text.
    let as_text = if is_sqlite(&db) { "SELECT ?" } else { "SELECT ?::text" };
    for text in [id.simple().to_string(), id.hyphenated().to_string()] {
        assert_eq!(db.query_one::<Uuid>(as_text, &(text,)).await?, id);
    }
    let error = db.query_one::<Uuid>(as_text, &("no uuid",)).await.unwrap_err().to_string();
    assert!(error.contains("expected a UUID, found text"), "{error}");
    Ok(())
}

async fn relations_to_a_model_whose_key_is_a_uuid(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        #[default(Uuid::new_v4())]
        id: Uuid,
        #[foreign_key(on_delete = cascade)]
        part_of: Option<Ref<Ticket, Uuid>>,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Seat {
        #[key]
        id: Id<Seat>,
        #[one_to_one(on_delete = protect)]
        ticket: Ref<Ticket, Uuid>,
    }

    #[receiver(post_save, sender = Ticket, created = true)]
    async fn reserve(instance: &Ticket, tx: &mut Tx) -> Result<()> {
        LOG.note("reserved");
        Seat { ticket: Ref::to(instance), ..Seat::default() }.save(tx).await
    }

    let db = database.with_tables::<(Ticket, Seat)>().await?;
    let mut group = Ticket::default();
    group.save(&db).await?;
    let mut single = Ticket { part_of: Some(Ref::to(&group)), ..Ticket::default() };
    single.save(&db).await?;
    assert_eq!(LOG.take(), "reserved\nreserved\n");

    let mut seat = single.seat(&db).await?.unwrap();
    assert_eq!(seat.ticket(&db).await?, single);
    assert_eq!(single.part_of(&db).await?.as_ref(), Some(&group));
    assert_eq!(group.ticket_set(&db).await?, [single.clone()]);

    let refused = group.delete(&db).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Protected { rows, .. } if rows.len() == 2), "{refused}");
    seat.delete(&db).await?;
    group.seat(&db).await?.unwrap().delete(&db).await?;
    assert_eq!(group.delete(&db).await?.of::<Ticket>(), 2);
    assert_eq!(Ticket::all(&db).await?, []);
    Ok(())
}

/// SQLite has it as bytes.
async fn rules_29_47_a_row_is_known_by_its_uuid_whatever_the_database_stores(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Artist {
        #[key]
        #[default(Uuid::new_v4())]
        id: Uuid,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Album {
        #[key]
        #[default(Uuid::new_v4())]
        id: Uuid,
        #[foreign_key(on_delete = cascade)]
        artist: Ref<Artist, Uuid>,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Song {
        #[key]
        #[default(Uuid::from_u128(7))]
        id: Uuid,
        #[foreign_key(on_delete = cascade)]
        artist: Ref<Artist, Uuid>,
        #[foreign_key(on_delete = restrict)]
        album: Ref<Album, Uuid>,
    }

    #[receiver(post_commit, sender = Song)]
    fn committed(instance: &Song) {
        LOG.note(format!("committed {}", instance.id));
    }

    let db = database.with_tables::<(Artist, Album, Song)>().await?;
    let mut artist = Artist::default();
    assert!(Ref::to(&artist).is_unset(), "its key is still to be made");
    artist.save(&db).await?;
    let mut album = Album { artist: Ref::to(&artist), ..Album::default() };
    album.save(&db).await?;
    let song = Song { artist: Ref::to(&artist), album: Ref::to(&album), ..Song::default() };
    song.clone().save(&db).await?;
    assert_eq!(LOG.take(), "committed 00000000-0000-0000-0000-000000000007\n");

    let error = album.delete(&db).await.unwrap_err().to_string();
    assert!(error.contains("`Song` '00000000-0000-0000-0000-000000000007'"), "{error}");
    assert_eq!(artist.delete(&db).await?.total(), 3, "the song goes by another way");

    artist.save(&db).await?;
    album.save(&db).await?;
    let tx = db.begin().await?;
    song.clone().save(&tx).await?;
    assert_eq!(Song::delete_where(&tx, "true", &()).await?.total(), 1);
    tx.commit().await?;
    assert_eq!(LOG.take(), "", "nothing was done in the end");
    Ok(())
}
