//! This library.

use std::rc::Rc;
use std::time::Duration;

use measure::{Case, Cell};
use signals::db::Executor;
use signals::prelude::*;

use crate::Shared;
use crate::place::{Kind, Place, rows};
use crate::work::{Operation, Work};

/// Two of each model: one without receivers, one with two.
macro_rules! models {
    ($module:ident, $plain:literal, $parent:literal, $child:literal, $member:literal, $course:literal) => {
        pub(crate) mod $module {
            #![allow(dead_code, reason = "no row is found by its relations")]
            use std::time::Duration;

            use signals::db::Executor;
            use signals::prelude::*;

            use crate::timed;
            use crate::work::{AGE, CHILDREN, EMAIL, FEW, MANY, NAME, Operation, PARENT, Read, Watch, Work};

            #[model(table = $plain)]
            #[derive(Clone, Default)]
            pub(crate) struct Plain {
                #[key]
                pub(crate) id: Id<Plain>,
                pub(crate) name: String,
                pub(crate) email: Option<String>,
                pub(crate) age: i64,
            }

            #[model(table = $parent)]
            #[derive(Default)]
            pub(crate) struct Parent {
                #[key]
                pub(crate) id: Id<Parent>,
                pub(crate) name: String,
            }

            #[model(table = $child)]
            #[derive(Default)]
            pub(crate) struct Child {
                #[key]
                pub(crate) id: Id<Child>,
                #[foreign_key(on_delete = cascade)]
                pub(crate) parent: Id<Parent>,
                pub(crate) name: String,
            }

            #[model(table = $course)]
            #[derive(Default)]
            pub(crate) struct Course {
                #[key]
                pub(crate) id: Id<Course>,
                pub(crate) name: String,
            }

            #[model(table = $member)]
            #[derive(Default)]
            pub(crate) struct Member {
                #[key]
                pub(crate) id: Id<Member>,
                pub(crate) name: String,
                #[many_to_many]
                pub(crate) courses: ManyToMany<Course>,
            }

            pub(crate) async fn turn(executor: &dyn Executor, work: Work, times: u32) -> Duration {
                match work.operation {
                    Operation::Insert => timed!(times, {
                        plain(5).save(executor).await.expect("a row");
                    }),
                    Operation::Update => {
                        let mut row = plain(5);
                        row.save(executor).await.expect("a row");
                        timed!(times, {
                            row.age += 1;
                            row.save(executor).await.expect("a row");
                        })
                    }
                    Operation::Delete => {
                        let mut rows = vec![plain(5); times as usize];
                        Plain::create_many(executor, &mut rows).await.expect("rows");
                        let mut rows = rows.into_iter();
                        timed!(times, {
                            rows.next().expect("a row").delete(executor).await.expect("a DELETE");
                        })
                    }
                    Operation::CreateMany => many(executor, times).await,
                    Operation::AddAndRemove => {
                        let mut course = Course { name: "judo".to_owned(), ..Course::default() };
                        course.save(executor).await.expect("a row");
                        let mut member = Member { name: NAME.to_owned(), ..Member::default() };
                        member.save(executor).await.expect("a row");
                        timed!(times, {
                            member.courses().add(executor, [course.id]).await.expect("an INSERT");
                            member.courses().remove(executor, [course.id]).await.expect("a DELETE");
                        })
                    }
                    Operation::Cascade => cascade(executor, times).await,
                    Operation::Read(read) => reads(executor, read, times).await,
                }
            }

            fn plain(age: i64) -> Plain {
                Plain { name: NAME.to_owned(), email: Some(EMAIL.to_owned()), age, ..Plain::default() }
            }

            async fn many(executor: &dyn Executor, times: u32) -> Duration {
                let mut watch = Watch::default();
                for _ in 0..times {
                    let mut rows = vec![plain(7); MANY];
                    watch.start();
                    Plain::create_many(executor, &mut rows).await.expect("rows");
                    watch.stop();
                    Plain::delete_where(executor, "age = ?", &(7,)).await.expect("no rows");
                }
                watch.elapsed
            }

            async fn cascade(executor: &dyn Executor, times: u32) -> Duration {
                let mut watch = Watch::default();
                for _ in 0..times {
                    let mut parent = Parent { name: "a".to_owned(), ..Parent::default() };
                    parent.save(executor).await.expect("a row");
                    let child = |_| Child { parent: parent.id, name: "c".to_owned(), ..Child::default() };
                    let mut children: Vec<_> = (0..MANY).map(child).collect();
                    Child::create_many(executor, &mut children).await.expect("rows");
                    watch.start();
                    parent.delete(executor).await.expect("a DELETE");
                    watch.stop();
                }
                watch.elapsed
            }

            async fn reads(executor: &dyn Executor, read: Read, times: u32) -> Duration {
                let parent = Id::new(PARENT);
                match read {
                    Read::List => timed!(times, {
                        let rows = Plain::filter(|plain| plain.age.ge(AGE) & plain.email.is_not_null())
                            .order_by(|plain| plain.age.desc())
                            .limit(u64::from(FEW));
                        let rows: Vec<Plain> = rows.all(executor).await.expect("rows");
                        assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
                    }),
                    Read::Join => timed!(times, {
                        let rows = Child::filter(|child| child.parent.eq(parent)).with(|child| child.parent);
                        let rows: Vec<(Child, Parent)> = rows.limit(u64::from(FEW)).all(executor).await.expect("rows");
                        assert_eq!(std::hint::black_box(rows).len(), usize::from(FEW));
                    }),
                    Read::Count => timed!(times, {
                        let count = Child::filter(|child| child.parent.eq(parent)).count(executor).await;
                        assert_eq!(count.expect("a count"), CHILDREN.unsigned_abs());
                    }),
                }
            }
        }
    };
}

models!(quiet, "plains", "parents", "children", "members", "courses");
models!(heard, "heard_plains", "heard_parents", "heard_children", "heard_members", "heard_courses");

#[receiver(post_save, sender = heard::Plain)]
async fn first(instance: &heard::Plain, tx: &mut Tx) {
    std::hint::black_box((instance, tx));
}

#[receiver(post_save, sender = heard::Plain)]
fn second(instance: &heard::Plain, created: bool) {
    std::hint::black_box((instance, created));
}

#[receiver([pre_delete, post_delete], sender = [heard::Plain, heard::Parent, heard::Child])]
fn gone<M: Model>(instance: &M) {
    std::hint::black_box(instance);
}

#[receiver(m2m_changed, sender = heard::MemberCourses)]
fn changed(instance: &dyn AnyModel) {
    std::hint::black_box(instance);
}

#[receiver(m2m_changed, sender = heard::MemberCourses)]
async fn changed_as_well(instance: &dyn AnyModel, tx: &mut Tx) {
    std::hint::black_box((instance, tx));
}

pub(crate) fn cell(place: &Place, work: Work, runtime: &Shared) -> Cell {
    let runtime = Rc::clone(runtime);
    let db = runtime.block_on(async {
        let url = match place.kind {
            Kind::Postgres => place.server().await,
            _ => format!("sqlite:{}", place.file()),
        };
        let db = Db::connect(&url).await.expect("a database");
        db.create_tables().await.expect("tables");
        if let Operation::Read(_) = work.operation {
            for statement in rows(place.kind) {
                db.execute(statement, &()).await.expect(statement);
            }
        }
        db
    });
    Case::turns(move |times| runtime.block_on(turn(&db, work, times))).into()
}

async fn turn(db: &Db, work: Work, times: u32) -> Duration {
    if work.is_inside {
        let tx = db.begin().await.expect("a transaction");
        let elapsed = both(&tx, work, times).await;
        tx.rollback().await.expect("ROLLBACK");
        elapsed
    } else {
        both(db, work, times).await
    }
}

async fn both(executor: &dyn Executor, work: Work, times: u32) -> Duration {
    if work.has_receivers { heard::turn(executor, work, times).await } else { quiet::turn(executor, work, times).await }
}
