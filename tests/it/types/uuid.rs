//! `uuid::Uuid`

use signals::prelude::*;
use uuid::Uuid;

use super::{every_way, sql};
use crate::databases::{databases, is_sqlite};

every_way!(uuids: Uuid = [Uuid::nil(), Uuid::max(), Uuid::new_v4(), Uuid::from_u128(1)]);

#[tokio::test]
async fn a_uuid_is_a_key_that_you_set() {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        id: Uuid,
        title: String,
    }

    for db in databases::<Ticket>().await {
        let mut ids: Vec<Uuid> = (0..20).map(|_| Uuid::new_v4()).collect();
        for id in &ids {
            Ticket { id: *id, ..Ticket::default() }.create(&db).await.unwrap();
        }
        let mut ticket = Ticket::get(&db, ids[7]).await.unwrap().unwrap();
        ticket.title = "changed".to_owned();
        ticket.save(&db).await.unwrap();
        assert_eq!(Ticket::get(&db, ids[7]).await.unwrap(), Some(ticket.clone()));

        ids.sort();
        let stored: Vec<Uuid> = Ticket::all(&db).await.unwrap().into_iter().map(|ticket| ticket.id).collect();
        assert_eq!(stored, ids, "both databases sort them as Rust does");
        assert_eq!(ticket.delete(&db).await.unwrap().total(), 1);
    }
}

#[tokio::test]
async fn a_uuid_is_stored_as_the_database_has_it() {
    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Ticket {
        #[key]
        id: Uuid,
    }

    for db in databases::<Ticket>().await {
        let id = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        Ticket { id }.save(&db).await.unwrap();
        let text = if is_sqlite(&db) { "lower(hex(id))" } else { "id::text" };
        let expected = if is_sqlite(&db) { id.simple().to_string() } else { id.hyphenated().to_string() };
        assert_eq!(db.query_one::<String>(&format!("SELECT {text} FROM ticket"), &()).await.unwrap(), expected);
        // What others stored as text.
        let as_text = sql(&db, if is_sqlite(&db) { "SELECT ?" } else { "SELECT ?::text" });
        for text in [id.simple().to_string(), id.hyphenated().to_string()] {
            assert_eq!(db.query_one::<Uuid>(&as_text, &(text,)).await.unwrap(), id);
        }
        let error = db.query_one::<Uuid>(&as_text, &("no uuid",)).await.unwrap_err().to_string();
        assert!(error.contains("expected a UUID, found text"), "{error}");
    }
}
