//! Does the steps of a sequence twice, with the library and in memory, and compares after each.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use signals::prelude::*;
use signals::{Error, Executor};

use crate::compare::{Mismatch, same, same_lines, words};
use crate::levels::End;
use crate::models::{self, Actor};
use crate::operations::Place;
use crate::oracle::{At, Oracle, Save};
use crate::rows::{Kind, Role, Row, Value};
use crate::stage::{self, Trap};
use crate::steps::{Act, Connection, Ending, Instance, Step, shown};
use crate::tables;
use crate::values::fields_of;

type Playing<'a> = Pin<Box<dyn Future<Output = Result<(), Mismatch>> + 'a>>;

pub(crate) struct Run<'a> {
    /// Two pools of connections to one database.
    pub(super) databases: &'a [Db; 2],
    pub(super) oracle: Oracle,
    /// The instances in memory, and what they must hold.
    pub(super) instances: BTreeMap<(Kind, u8), (Box<dyn Actor>, Row)>,
    pub(super) clock: i64,
    /// Which signal fails in this step.
    pub(super) trap: Option<Trap>,
    /// SQL that reads all tables.
    pub(super) tables: String,
}

impl<'a> Run<'a> {
    /// Does the steps on an empty database.
    pub(crate) async fn of(databases: &'a [Db; 2], steps: &[Step]) -> Result<(), Mismatch> {
        let (oracle, instances, tables) = (Oracle::default(), BTreeMap::new(), tables::sql());
        let mut run = Self { databases, oracle, instances, clock: 0, trap: None, tables };
        run.play(None, &first_steps()).await?;
        run.play(None, steps).await
    }

    fn play<'b>(&'b mut self, mut tx: Option<&'b mut Tx>, steps: &'b [Step]) -> Playing<'b> {
        Box::pin(async move {
            for step in steps {
                let played = match step {
                    Step::Do { act, connection, trap } => self.act(act, tx.as_deref_mut(), *connection, *trap).await,
                    Step::Transaction { steps, end, connection, trap } => {
                        self.transaction(steps, *end, *connection, *trap).await
                    }
                    Step::Savepoint { steps, is_kept } => match tx.as_deref_mut() {
                        Some(tx) => self.savepoint(tx, steps, *is_kept).await,
                        None => Ok(()),
                    },
                };
                played.map_err(|mismatch| match step {
                    Step::Do { .. } => format!("{mismatch}\nafter {}", shown(std::slice::from_ref(step)).trim()),
                    _ => mismatch,
                })?;
            }
            Ok(())
        })
    }

    async fn transaction(
        &mut self,
        steps: &[Step],
        end: Ending,
        connection: Connection,
        trap: Option<Trap>,
    ) -> Result<(), Mismatch> {
        let mut tx = self.db(connection).begin().await.map_err(|error| error.to_string())?;
        self.oracle.begin();
        self.play(Some(&mut tx), steps).await?;
        self.prepare(trap);
        let answer = match end {
            Ending::Commit => tx.commit().await,
            Ending::Rollback => tx.rollback().await,
            Ending::Drop => {
                drop(tx);
                Ok(())
            }
        };
        let noted = self.observe();
        let expected = match end {
            Ending::Commit => self.oracle.commit(),
            Ending::Rollback | Ending::Drop => {
                self.oracle.roll_back();
                Ok(())
            }
        };
        let lines = self.oracle.take_log();
        let noted = if end == Ending::Drop { until(lines.len(), noted).await } else { noted };
        same("the end of the transaction", &answer.map_err(|error| words(&error)), &expected)?;
        same_lines(&format!("{end:?}"), &noted, &lines)?;
        self.compare_rows(None).await
    }

    async fn savepoint(&mut self, tx: &mut Tx, steps: &[Step], is_kept: bool) -> Result<(), Mismatch> {
        let is_opened = !self.oracle.is_broken();
        if is_opened {
            self.oracle.begin();
        }
        let mut played = Ok(());
        let answer = tx.savepoint(async |tx| {
            played = self.play(Some(tx), steps).await;
            if is_kept && played.is_ok() { Ok(()) } else { Err(Error::other("undone")) }
        });
        let answer = answer.await.map_err(|error| words(&error));
        played?;
        let body = if is_kept { Ok(()) } else { Err("undone".to_owned()) };
        let expected = if is_opened { self.oracle.end_savepoint(body) } else { Err("Broken".to_owned()) };
        same("the savepoint", &answer, &expected)?;
        self.compare_rows(Some(tx)).await
    }

    async fn act(
        &mut self,
        act: &Act,
        tx: Option<&mut Tx>,
        connection: Connection,
        trap: Option<Trap>,
    ) -> Result<(), Mismatch> {
        self.prepare(trap);
        let databases = self.databases;
        let executor: &dyn Executor = match &tx {
            Some(tx) => &**tx,
            None => &databases[connection as usize],
        };
        let place = Place { executor, at: if tx.is_some() { At::Tx } else { At::Db } };
        match act {
            Act::Save(instance) => self.save(place, *instance, &Save::InsertOrUpdate).await?,
            Act::Create(instance) => self.save(place, *instance, &Save::Insert).await?,
            Act::SaveFields(instance, fields) => {
                let fields = fields_of(instance.kind, *fields, |role| !matches!(role, Role::Id | Role::Code));
                self.save(place, *instance, &Save::Update(fields)).await?;
            }
            Act::Delete(instance) => self.delete(place, *instance).await?,
            Act::Refresh(instance) => self.refresh(place, *instance).await?,
            Act::Get(instance) => self.get(place, *instance).await?,
            Act::GetOrCreate(instance, fields) => self.get_or_create(place, *instance, *fields).await?,
            Act::UpdateOrCreate(instance, by, fields) => self.update_or_create(place, *instance, *by, *fields).await?,
            Act::Upsert(values, fields) => self.upsert(place, *values, *fields).await?,
            Act::CreateMany(kind, rows, signals) => {
                self.create_many(place, (*kind, rows), *signals).await?;
            }
            Act::UpdateWhere(values, fields, which, signals) => {
                self.update_where(place, (*values, *fields), *which, *signals).await?;
            }
            Act::DeleteWhere(kind, which, signals) => {
                self.delete_where(place, (*kind, *which), *signals).await?;
            }
            Act::Relate(link, side, instance, what, ids) => {
                self.relate(place, (*link, *side), *instance, (*what, ids)).await?;
            }
            Act::Meanwhile => self.meanwhile(tx.is_some(), connection).await?,
            Act::Hook(end) => {
                if let Some(tx) = &tx {
                    queue_hook(tx, *end, self.clock);
                    self.oracle.hook(*end, self.clock);
                }
            }
            Act::Peek => {
                // In a transaction on the one pool, a connection of another sees what is committed.
                let stored = tables::read(&databases[1 - connection as usize], None, &self.tables).await;
                let stored = stored.map_err(|error| error.to_string())?;
                same_lines("what is committed", &stored, &tables::lines(self.oracle.committed()))?;
            }
        }
        self.compare_rows(tx.as_deref()).await
    }

    /// Saves a row on another connection, while the transaction is open if there is one.
    async fn meanwhile(&mut self, is_in_transaction: bool, connection: Connection) -> Result<(), Mismatch> {
        let db = &self.databases[1 - connection as usize];
        if is_in_transaction && db.url().starts_with("sqlite") {
            return Ok(());
        }
        let mut row = Row::blank(Kind::Tag);
        row.values[1] = Value::Text(format!("meanwhile {}", self.clock));
        let mut actor = models::actor(&row);
        let answer = actor.save_all(db).await;
        let noted = self.observe();
        let expected = self.oracle.meanwhile(&mut row);
        self.compare(answer.map(|()| actor.shown()), &expected.map(|()| row.to_string()), &noted)
    }

    fn db(&self, connection: Connection) -> &'a Db {
        &self.databases[connection as usize]
    }

    fn prepare(&mut self, trap: Option<Trap>) {
        self.clock += 1;
        self.trap = trap;
        stage::set(trap, self.clock);
    }

    /// What receivers have noted; and lets the model in memory begin the same step.
    pub(super) fn observe(&mut self) -> Vec<String> {
        let (noted, inserted) = stage::take();
        self.oracle.step(self.trap, self.clock, inserted);
        noted
    }

    /// As `observe`, with the key of a row that has no receivers.
    pub(super) fn observe_with(&mut self, kind: Kind, key: Option<Value>) -> Vec<String> {
        let (noted, mut inserted) = stage::take();
        inserted.extend(key.filter(|_| !kind.has_receivers()).map(|key| (kind.name(), key)));
        self.oracle.step(self.trap, self.clock, inserted);
        noted
    }
}

/// Queues a hook that notes its number, and may be in a trap.
fn queue_hook(tx: &Tx, end: End, number: i64) {
    let hook = async move |_| stage::receive("hook", number).map_err(Error::other);
    match end {
        End::Commit => tx.on_commit(hook),
        End::Rollback => tx.on_rollback(hook),
    }
}

/// The lines that a dropped transaction notes in a task.
async fn until(count: usize, mut noted: Vec<String>) -> Vec<String> {
    for _ in 0..1000 {
        // A few more turns than it needs, for a line that is too many.
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
        noted.extend(stage::take().0);
        if noted.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    noted
}

/// Rows to begin with, so that most steps find something to do.
fn first_steps() -> Vec<Step> {
    let save = |kind, slot, edits| {
        let act = Act::Save(Instance { kind, slot, edits });
        Step::Do { act, connection: Connection::First, trap: None }
    };
    let steps = vec![
        save(Kind::Country, 0, [0; 6]),
        save(Kind::Country, 1, [1; 6]),
        save(Kind::Author, 0, [0, 0, 1, 1, 0, 2]),
        save(Kind::Author, 1, [0, 1, 5, 2, 0, 18]),
        save(Kind::Tag, 0, [0; 6]),
        save(Kind::Tag, 1, [1; 6]),
        save(Kind::Book, 0, [0, 0, 2, 18, 0, 0]),
        save(Kind::Book, 1, [0, 1, 18, 1, 0, 0]),
        save(Kind::Chapter, 0, [0, 0, 2, 1, 0, 0]),
    ];
    vec![Step::Transaction { steps, end: Ending::Commit, connection: Connection::First, trap: None }]
}
