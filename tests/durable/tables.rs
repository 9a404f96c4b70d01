//! The tables of durable receivers.

use signals::durable::{Event, Todo};
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database! {
    the_tables_are_those_of_models,
}

/// Rule 101. A program without durable receivers is tests/it.
async fn the_tables_are_those_of_models(database: &Database) -> TestResult {
    let tables: Vec<_> = signals::model::registered_models().iter().map(|meta| meta.table).collect();
    for table in ["signals_event", "signals_todo"] {
        assert!(tables.contains(&table), "{tables:?}");
    }
    let db = database.with_tables::<(Event, Todo)>().await?;
    db.check_schema_of::<(Event, Todo)>().await?;
    assert_eq!((Event::META.table, Todo::META.table), ("signals_event", "signals_todo"));
    Ok(())
}
