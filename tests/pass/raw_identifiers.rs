// Rust's own words may be fields, receivers, models and signals.
#![allow(non_camel_case_types)]
use signals::prelude::*;

#[model]
#[derive(Default)]
struct r#enum {
    #[key]
    r#ref: Id<r#enum>,
    #[unique]
    r#type: String,
    r#async: Option<i64>,
    #[foreign_key(on_delete = set_null, related_name = "children")]
    r#mod: Option<Id<Self>>,
    #[many_to_many(symmetrical = false, related_name = "every")]
    r#for: ManyToMany<r#enum>,
    #[foreign_key(on_delete = set_null, related_name = "others")]
    use_id: Option<Id<r#enum>>,
}

#[signal]
struct r#struct {
    r#type: u64,
}

#[receiver(pre_save, sender = r#enum)]
fn r#fn(instance: &mut r#enum) {
    instance.r#async = Some(1);
}

#[receiver(r#struct)]
fn r#match(r#type: u64) {
    assert_eq!(r#type, 7);
}

#[receiver(pre_save, sender = r#enum, after = [r#fn])]
fn last(instance: &mut r#enum) {
    instance.r#async = instance.r#async.map(|one| one + 1);
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<r#enum>().await?;
    r#enum { r#type: "t".into(), ..Default::default() }.save(&db).await?;
    let found = r#enum::by_type(&db, "t").await?.map(|row| row.r#async);
    assert_eq!(found, Some(Some(2)));
    let row = r#enum::by_type(&db, "t").await?.unwrap();
    assert!(row.r#mod(&db).await?.is_none() && row.r#use(&db).await?.is_none());
    row.r#for().add(&db, [row.r#ref]).await?;
    assert_eq!(enumFor::all(&db).await?.len(), 1);
    r#struct { r#type: 7 }.send()?;
    Ok(())
}
