//! Names that mean something in SQL, and unusual names.

use signals::ErrorKind;
use signals::prelude::*;

use crate::databases::{Database, TestResult, is_sqlite, on_each_database};

on_each_database!(words_and_quotes_are_names_like_others, names_that_are_too_long_or_differ_late_do_not_become_one);

#[model(table = "order by")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Parent {
    #[key]
    #[column(name = "select")]
    id: Id<Parent>,
    #[unique]
    #[column(name = "a\"b")]
    quoted: String,
    #[index]
    #[column(name = "Mixed Case")]
    mixed: String,
    #[column(name = "größe \u{1f980}")]
    size: i64,
    #[column(name = "'; DROP TABLE \"order by\"; --")]
    dropped: Option<String>,
    #[column(name = "%s {} ?1 $1 :a @b")]
    placeholders: Option<i64>,
    #[column(name = "back\\slash`[tick]")]
    slashes: Option<i64>,
}

#[model(table = "Order \"By\"")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Child {
    #[key]
    #[column(name = "from")]
    id: Id<Child>,
    #[foreign_key(on_delete = cascade, related_name = "children")]
    #[column(name = "references")]
    parent: Id<Parent>,
    #[foreign_key(on_delete = set_null, related_name = "friends")]
    #[column(name = "null \"")]
    friend: Option<Id<Parent>>,
}

#[model(table = "table")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Grandchild {
    #[key]
    #[column(name = "where")]
    key: String,
    #[one_to_one(on_delete = protect)]
    #[column(name = "limit")]
    child: Option<Id<Child>>,
}

async fn words_and_quotes_are_names_like_others(database: &Database) -> TestResult {
    #[receiver(pre_delete, sender = Child)]
    fn load_them() {}

    let db = database.with_tables::<(Parent, Child, Grandchild)>().await?;
    db.create_tables_of::<(Parent, Child, Grandchild)>().await?;
    let value = "'; DROP TABLE \"order by\"; --";
    let mut parent = Parent { quoted: value.to_owned(), mixed: "\"".to_owned(), size: 1, ..Parent::default() };
    parent.save(&db).await?;
    parent.dropped = Some(value.to_owned());
    parent.placeholders = Some(7);
    parent.save(&db).await?;
    parent.slashes = Some(8);
    parent.save_fields(&db, Parent::fields().slashes | Parent::fields().size).await?;
    assert_eq!(Parent::by_quoted(&db, value).await?, Some(parent.clone()));
    assert_eq!(db.query_one::<Parent>("SELECT * FROM \"order by\"", &()).await?, parent);

    let twice = Parent { quoted: value.to_owned(), ..Parent::default() }.save(&db).await.unwrap_err();
    assert!(
        matches!(twice.kind(), ErrorKind::Unique { model, fields } if model == "Parent" && fields == &["quoted"]),
        "{twice}"
    );

    let mut child = Child { parent: parent.id, friend: Some(parent.id), ..Child::default() };
    child.save(&db).await?;
    assert_eq!(parent.children(&db).await?, [child.clone()]);
    assert_eq!(parent.friends(&db).await?, [child.clone()]);
    let mut grandchild = Grandchild { key: "x'\"".to_owned(), child: Some(child.id) };
    grandchild.save(&db).await?;
    let refused = parent.delete(&db).await.unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Protected { rows, .. } if rows == &["`Grandchild` 'x''\"'"]),
        "{refused}"
    );
    grandchild.delete(&db).await?;
    let mut other = Parent { quoted: "other".to_owned(), ..Parent::default() };
    other.save(&db).await?;
    child.friend = Some(other.id);
    child.save(&db).await?;
    other.delete(&db).await?;
    child.refresh(&db).await?;
    assert_eq!(child.friend, None);
    assert_eq!(parent.delete(&db).await?.total(), 2);
    assert_eq!(Child::all(&db).await?, []);

    let unknown = Child { parent: Id::new(999), ..Child::default() }.save(&db).await.unwrap_err();
    assert!(
        matches!(unknown.kind(), ErrorKind::ForeignKey { model } if model.as_deref() == Some("Child")),
        "{unknown}"
    );
    Ok(())
}

async fn names_that_are_too_long_or_differ_late_do_not_become_one(database: &Database) -> TestResult {
    const LONG: &str = "a_name_that_has_exactly_as_many_bytes_as_postgresql_keeps_of_it";

    #[model(table = "a_name_that_has_exactly_as_many_bytes_as_postgresql_keeps_of_it")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Long {
        #[key]
        id: Id<Long>,
        #[index]
        a_column_whose_name_is_long_enough_to_be_cut_off_somewhere_a: i64,
        #[index]
        a_column_whose_name_is_long_enough_to_be_cut_off_somewhere_b: i64,
    }

    assert_eq!(LONG.len(), 63);
    let db = database.with_tables::<Long>().await?;
    let sql = if is_sqlite(&db) {
        "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?"
    } else {
        "SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE '%_idx' AND tablename = $1"
    };
    assert_eq!(db.query_one::<i64>(sql, &(LONG,)).await?, 2);
    Long::default().save(&db).await?;
    Ok(())
}
