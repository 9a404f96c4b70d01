//! SeaORM, whose hooks are called before and after each save and delete of an active model.

use std::rc::Rc;
use std::time::Duration;

use measure::{Case, Cell};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set, TransactionTrait,
};

use crate::place::{Kind, NONE_OF_MANY, PRAGMAS, Place, contents, url};
use crate::work::{AGE, CHILDREN, EMAIL, FEW, MANY, NAME, Operation, PARENT, Read, Watch, Work};
use crate::{Shared, timed};

pub(crate) mod plains {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plains")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub email: Option<String>,
        pub age: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The same table with hooks.
pub(crate) mod heard {
    use std::hint::black_box;

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plains")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub email: Option<String>,
        pub age: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    #[async_trait::async_trait]
    impl ActiveModelBehavior for ActiveModel {
        async fn before_save<C: ConnectionTrait>(self, _: &C, _: bool) -> Result<Self, DbErr> {
            black_box(&self);
            Ok(self)
        }

        async fn after_save<C: ConnectionTrait>(model: Model, _: &C, _: bool) -> Result<Model, DbErr> {
            black_box(&model);
            Ok(model)
        }

        async fn before_delete<C: ConnectionTrait>(self, _: &C) -> Result<Self, DbErr> {
            black_box(&self);
            Ok(self)
        }

        async fn after_delete<C: ConnectionTrait>(self, _: &C) -> Result<Self, DbErr> {
            black_box(&self);
            Ok(self)
        }
    }
}

pub(crate) mod member_courses {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "member_courses")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub member_id: i64,
        pub course_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod parents {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "parents")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod children {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "children")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub parent_id: i64,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::parents::Entity", from = "Column::ParentId", to = "super::parents::Column::Id")]
        Parent,
    }

    impl Related<super::parents::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Parent.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) fn cell(place: &Place, work: Work, runtime: &Shared) -> Cell {
    // The hooks are of an active model, not of a relation.
    if work.operation == Operation::Cascade || (work.operation == Operation::AddAndRemove && work.has_receivers) {
        return Cell::Nothing;
    }
    let runtime = Rc::clone(runtime);
    let db = runtime.block_on(connect(place, work));
    Case::turns(move |times| runtime.block_on(turn(&db, work, times))).into()
}

async fn connect(place: &Place, work: Work) -> DatabaseConnection {
    let mut options = match place.kind {
        Kind::Postgres => {
            place.server().await;
            ConnectOptions::new(url())
        }
        Kind::File => ConnectOptions::new(format!("sqlite:{}?mode=rwc", place.file())),
        Kind::Memory => ConnectOptions::new("sqlite::memory:"),
    };
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    if place.kind == Kind::Postgres {
        options.set_schema_search_path(place.name.clone());
    }
    let db = Database::connect(options).await.expect("a database");
    if place.kind != Kind::Postgres {
        for pragma in PRAGMAS {
            db.execute_unprepared(pragma).await.expect(pragma);
        }
    }
    db.execute_unprepared(&contents(place.kind, work.operation)).await.expect("tables");
    db
}

async fn turn(db: &DatabaseConnection, work: Work, times: u32) -> Duration {
    if work.is_inside {
        let tx = db.begin().await.expect("a transaction");
        let elapsed = inside(&tx, work, times).await;
        tx.rollback().await.expect("ROLLBACK");
        elapsed
    } else if work.begins() && work.operation != Operation::CreateMany {
        with_transactions(db, work, times).await
    } else {
        inside(db, work, times).await
    }
}

/// With hooks, so that what they do is undone when one fails.
async fn with_transactions(db: &DatabaseConnection, work: Work, times: u32) -> Duration {
    let mut watch = Watch::default();
    for age in 0..i64::from(times) {
        let row =
            if work.operation == Operation::Delete { Some(hooked(5).insert(db).await.expect("a row")) } else { None };
        watch.start();
        let tx = db.begin().await.expect("a transaction");
        match work.operation {
            Operation::Insert => {
                hooked(5).insert(&tx).await.expect("a row");
            }
            Operation::Update => {
                heard::ActiveModel { id: Set(1), ..hooked(age) }.update(&tx).await.expect("a row");
            }
            _ => {
                let row: heard::ActiveModel = row.expect("a row").into();
                row.delete(&tx).await.expect("a row");
            }
        }
        tx.commit().await.expect("COMMIT");
        watch.stop();
    }
    watch.elapsed
}

fn hooked(age: i64) -> heard::ActiveModel {
    heard::ActiveModel {
        name: Set(NAME.to_owned()),
        email: Set(Some(EMAIL.to_owned())),
        age: Set(age),
        ..Default::default()
    }
}

fn plain(age: i64) -> plains::ActiveModel {
    plains::ActiveModel {
        name: Set(NAME.to_owned()),
        email: Set(Some(EMAIL.to_owned())),
        age: Set(age),
        ..Default::default()
    }
}

async fn inside(db: &impl ConnectionTrait, work: Work, times: u32) -> Duration {
    match (work.operation, work.has_receivers) {
        (Operation::Insert, false) => timed!(times, {
            plain(5).insert(db).await.expect("a row");
        }),
        (Operation::Insert, true) => timed!(times, {
            hooked(5).insert(db).await.expect("a row");
        }),
        (Operation::Update, has_receivers) => {
            let mut age = 5;
            timed!(times, {
                age += 1;
                if has_receivers {
                    heard::ActiveModel { id: Set(1), ..hooked(age) }.update(db).await.expect("a row");
                } else {
                    plains::ActiveModel { id: Set(1), ..plain(age) }.update(db).await.expect("a row");
                }
            })
        }
        (Operation::Delete, _) => deletes(db, work, times).await,
        (Operation::CreateMany, _) => many(db, times).await,
        (Operation::Read(read), _) => reads(db, read, times).await,
        _ => timed!(times, {
            let pair = member_courses::ActiveModel { member_id: Set(1), course_id: Set(1), ..Default::default() };
            let insert = member_courses::Entity::insert(pair).on_conflict(OnConflict::new().do_nothing().to_owned());
            insert.exec_without_returning(db).await.expect("a row");
            let delete = member_courses::Entity::delete_many()
                .filter(member_courses::Column::MemberId.eq(1))
                .filter(member_courses::Column::CourseId.eq(1));
            delete.exec(db).await.expect("a row");
        }),
    }
}

async fn deletes(db: &impl ConnectionTrait, work: Work, times: u32) -> Duration {
    let mut watch = Watch::default();
    for _ in 0..times {
        let row = plain(5).insert(db).await.expect("a row");
        if work.has_receivers {
            let row = heard::ActiveModel { id: Set(row.id), ..hooked(5) };
            watch.start();
            row.delete(db).await.expect("a row");
            watch.stop();
        } else {
            let row: plains::ActiveModel = row.into();
            watch.start();
            row.delete(db).await.expect("a row");
            watch.stop();
        }
    }
    watch.elapsed
}

async fn many(db: &impl ConnectionTrait, times: u32) -> Duration {
    let mut watch = Watch::default();
    for _ in 0..times {
        let rows: Vec<_> = (0..MANY).map(|_| plain(7)).collect();
        watch.start();
        let rows = plains::Entity::insert_many(rows).exec_with_returning(db).await.expect("rows");
        watch.stop();
        assert_eq!(rows.len(), MANY);
        db.execute_unprepared(NONE_OF_MANY).await.expect("no rows");
    }
    watch.elapsed
}

async fn reads(db: &impl ConnectionTrait, read: Read, times: u32) -> Duration {
    match read {
        Read::List => timed!(times, {
            let rows = plains::Entity::find()
                .filter(plains::Column::Age.gte(AGE))
                .filter(plains::Column::Email.is_not_null())
                .order_by_desc(plains::Column::Age)
                .order_by_asc(plains::Column::Id)
                .limit(u64::from(FEW));
            let rows: Vec<plains::Model> = rows.all(db).await.expect("rows");
            assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
        }),
        Read::Join => timed!(times, {
            let rows = children::Entity::find()
                .find_also_related(parents::Entity)
                .filter(children::Column::ParentId.eq(PARENT))
                .order_by_asc(children::Column::Id)
                .limit(u64::from(FEW));
            let rows: Vec<(children::Model, Option<parents::Model>)> = rows.all(db).await.expect("rows");
            assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
        }),
        Read::Count => timed!(times, {
            let count = children::Entity::find().filter(children::Column::ParentId.eq(PARENT)).count(db).await;
            assert_eq!(count, Ok(CHILDREN.unsigned_abs()));
        }),
    }
}
