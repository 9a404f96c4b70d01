//! One connection, and its operations.
//!
//! Statements are sent when their futures are first polled, in that order, without waiting for earlier answers.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

use futures_util::TryStreamExt;
use futures_util::future::{join, join3};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::SqlState;
use tokio_postgres::{CancelToken, Client, RowStream, SimpleQueryMessage, Socket, Statement as Prepared};

use super::command::Command;
use super::errors::{self, Failure};
use super::literals::literals;
use super::many;
use super::notifications::Notifications;
use super::params::bound;
use super::statements::Statements;
use crate::db::begin::Access;
use crate::db::statement::{LastStatement, RowsToInsert, Statement, Wants};
use crate::db::transaction_state::TransactionState;
use crate::db::{Params, Row};
use crate::error::{Error, ErrorKind, Result};
use crate::value::ValueRef;

/// What is called with each row.
type Each<'a> = &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + Send);

/// A connection.
pub(super) struct Connection {
    client: Client,
    statements: Statements,
    /// Whether BEGIN was sent, and neither COMMIT nor ROLLBACK was answered after it.
    open: AtomicBool,
    /// The error that ended the task that talks to the server.
    died: Arc<OnceLock<String>>,
}

impl Connection {
    pub(super) fn new<S>(
        client: Client,
        task: tokio_postgres::Connection<Socket, S>,
        statements: Statements,
        notifications: Option<Notifications>,
    ) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let died = Arc::new(OnceLock::new());
        tokio::spawn({
            let died = Arc::clone(&died);
            async move {
                let ended = match &notifications {
                    Some(notifications) => notifications.drive(task).await,
                    None => task.await,
                };
                if let Err(error) = ended {
                    // Only this task sets it.
                    let _ = died.set(errors::chain(&error));
                }
            }
        });
        Self { client, statements, open: AtomicBool::new(false), died }
    }

    /// The connection of `tokio_postgres`.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The error that the connection was lost with, if it is known.
    pub(super) fn died(&self) -> Option<&str> {
        self.died.get().map(String::as_str)
    }

    pub(super) fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    pub(super) fn in_transaction(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// Runs an operation after these commands, which may begin the transaction, in one round trip.
    pub(super) async fn in_one<T>(
        &self,
        before: Option<&str>,
        operation: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let Some(before) = before else { return operation.await };
        self.open.store(true, Ordering::Relaxed);
        let (first, done) = join(self.simple(before), operation).await;
        first?;
        done
    }

    /// Whether the server still answers. A pooler answers an empty statement as the server does.
    pub(super) async fn is_answered(&self) -> bool {
        self.simple("").await.is_ok()
    }

    /// Commits, after these statements, which are prepared and sent in the same round trip. If one of them fails, the server rolls back
    /// at the COMMIT, and `failed` becomes the SQL of that statement.
    pub(super) async fn commit<'a>(
        &self,
        last: &'a [LastStatement],
        prepared: &[Option<Prepared>],
        failed: &mut &'a str,
    ) -> Result<(), Failure> {
        let mut sent = Vec::with_capacity(last.len());
        for (statement, prepared) in last.iter().zip(prepared) {
            let mut answer = Box::pin(self.send_last(statement, prepared.as_ref()));
            // It is sent at its first poll. If it cannot be sent, COMMIT is not sent either.
            match poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await {
                Poll::Pending => sent.push((statement, answer)),
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(failure)) => {
                    *failed = &statement.sql;
                    return Err(failure);
                }
            }
        }
        let answers = async {
            for (statement, answer) in sent {
                answer.await.inspect_err(|_| *failed = &statement.sql)?;
            }
            Ok(())
        };
        let (answered, committed) = join(answers, self.simple("COMMIT")).await;
        // A COMMIT that is refused rolls back.
        self.open.store(false, Ordering::Relaxed);
        answered.and(committed)
    }

    /// Prepares a statement that is sent with the COMMIT. `None` if statements must not be prepared.
    pub(super) async fn prepare_last(&self, statement: &LastStatement) -> Result<Option<Prepared>, Failure> {
        if self.statements.are_forbidden() {
            return Ok(None);
        }
        Ok(Some(self.find_or_prepare(&statement.sql).await?.0))
    }

    /// Sends a statement at the first poll, and reads its answer to the end.
    async fn send_last(&self, statement: &LastStatement, prepared: Option<&Prepared>) -> Result<(), Failure> {
        let rows = match prepared {
            Some(prepared) => self.client.query_raw(prepared, bound(statement)).await,
            None => self.client.query_typed_raw(&statement.sql, literals(statement)).await,
        };
        let result = match rows {
            Ok(rows) => read(rows, &mut |_| Ok(())).await.map(drop),
            Err(error) => Err(error.into()),
        };
        if matches!(result, Err(Failure::Here(_) | Failure::Refused(_))) {
            self.statements.forget(&statement.sql);
        }
        result
    }

    pub(super) async fn rollback(&self) -> Result<(), Failure> {
        self.simple("ROLLBACK").await?;
        self.open.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Sends ROLLBACK and does not wait for the answer: later statements are executed after it.
    pub(super) fn send_rollback(&self) {
        let rollback = pin!(self.client.batch_execute("ROLLBACK"));
        let _: Poll<_> = rollback.poll(&mut Context::from_waker(Waker::noop()));
        self.open.store(false, Ordering::Relaxed);
    }

    /// Executes a statement. The result is the number of rows that it changed, if that is what it wants.
    ///
    /// The future of a statement is allocated. It takes a quarter of the bytes because most statements are sent and read at one place,
    /// and the futures of the others are in boxes of their own.
    pub(super) async fn run(&self, access: Access, statement: &mut Statement<'_>) -> Result<u64, Failure> {
        let Statement { sql, params, ref mut wants, ref rows, .. } = *statement;
        let mut key = None;
        let mut keep_key = |row: &Row<'_>| {
            if let ValueRef::Integer(integer) = row.value(0) {
                key = Some(integer);
            }
            Ok(())
        };
        let mut ignore = |_: &Row<'_>| Ok(());
        let each: Each<'_> = match wants {
            Wants::Batch => return Box::pin(self.batch(sql)).await.map(|()| 0),
            Wants::Rows(each) if rows.is_none() && access == Access::Read && Command::of(sql) != Command::Read => {
                return Box::pin(self.read_only(sql, params, *each)).await;
            }
            Wants::Rows(each) | Wants::Written(each) => *each,
            Wants::Key(_) => &mut keep_key,
            Wants::Count | Wants::CountOfAny => &mut ignore,
        };
        if let Some(rows) = rows {
            return Box::pin(self.insert_rows(sql, rows, params, each)).await;
        }
        let count = self.query(sql, params, each).await?;
        match wants {
            Wants::Count => return Ok(count),
            Wants::CountOfAny => return Ok(changed(sql, count)),
            Wants::Key(wanted) => **wanted = key,
            Wants::Rows(_) | Wants::Written(_) | Wants::Batch => {}
        }
        Ok(0)
    }

    /// Executes a statement. The result is the number of rows that it changed.
    pub(super) async fn execute(&self, sql: &str, params: &dyn Params) -> Result<u64, Failure> {
        let count = self.query(sql, params, &mut |_| Ok(())).await?;
        Ok(changed(sql, count))
    }

    /// Executes a statement, and passes its rows to `each`. The result is the number of rows that it changed, or read.
    pub(super) async fn query(&self, sql: &str, params: &dyn Params, each: Each<'_>) -> Result<u64, Failure> {
        read(self.start(sql, params).await?, each).await
    }

    /// Executes an INSERT of several rows, and passes what it returns to `each`. The result is the number of rows.
    async fn insert_rows(
        &self,
        sql: &str,
        rows: &RowsToInsert,
        params: &dyn Params,
        each: Each<'_>,
    ) -> Result<u64, Failure> {
        if let Some(rows) = self.start_arrays(sql, rows, params).await? {
            // If the server could not cast a value to a type, the type may be outdated.
            return read(rows, each).await.inspect_err(|_| self.statements.forget(sql));
        }
        let mut inserted = 0;
        for (sql, params) in many::values(sql, rows, params) {
            inserted += read(self.start(&sql, &params).await?, each).await?;
        }
        Ok(inserted)
    }

    /// A query that may write, and is refused if it does.
    async fn read_only(&self, sql: &str, params: &dyn Params, each: Each<'_>) -> Result<u64, Failure> {
        if Command::of(sql) == Command::Write {
            return Err(writes());
        }
        // Only PostgreSQL can determine it.
        self.open.store(true, Ordering::Relaxed);
        let (began, result) = join(self.simple("BEGIN READ ONLY"), self.query(sql, params, each)).await;
        began?;
        if !matches!(result, Err(Failure::Lost(_))) {
            self.rollback().await?;
        }
        match result {
            Err(Failure::Refused(error)) if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => Err(writes()),
            result => result.map(|_| 0),
        }
    }

    /// Executes several statements in the open transaction.
    async fn batch(&self, sql: &str) -> Result<(), Failure> {
        // A setting that is local to the transaction shows whether the statements ended it, even if they began another one.
        let (set, done, look) =
            join3(self.simple("SET LOCAL signals.batch = 'open'"), self.simple(sql), self.client.simple_query(IS_OPEN))
                .await;
        set?;
        done?;
        if is_open(&look?) { Ok(()) } else { Err(Failure::EndedTransaction) }
    }

    /// Calls the closure with the connection of `tokio_postgres`, and returns the state of the transaction afterwards.
    pub(super) async fn lend<T>(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<(Result<T, tokio_postgres::Error>, TransactionState), Failure> {
        let (set, result) = join(self.simple("SET LOCAL signals.batch = 'open'"), work(&self.client)).await;
        // The closure may have altered tables.
        self.statements.clear();
        set?;
        let standing = match self.client.simple_query(IS_OPEN).await {
            Ok(look) => {
                if is_open(&look) {
                    TransactionState::Open
                } else {
                    TransactionState::Ended
                }
            }
            Err(error) if error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => TransactionState::Failed,
            Err(error) => return Err(error.into()),
        };
        Ok((result, standing))
    }

    async fn simple(&self, sql: &str) -> Result<(), Failure> {
        Ok(self.client.batch_execute(sql).await?)
    }

    /// Sends a statement and waits until the server has accepted its parameters.
    async fn start(&self, sql: &str, params: &dyn Params) -> Result<RowStream, Failure> {
        if self.statements.are_forbidden() {
            must_not_be_empty(sql)?;
            return Ok(Box::pin(self.client.query_typed_raw(sql, literals(params))).await?);
        }
        loop {
            let (statement, is_known) = self.find_or_prepare(sql).await?;
            let (expected, given) = (statement.params().len(), params.len());
            if expected != given {
                return Err(Failure::Here(Error::database(format!(
                    "the statement has {expected} placeholders, and the parameters are {given}: pass one for each",
                ))));
            }
            match self.client.query_raw(&statement, bound(params)).await {
                Ok(rows) => return Ok(rows),
                Err(error) => {
                    let failure = Failure::from(error);
                    if matches!(failure, Failure::Here(_) | Failure::Refused(_)) {
                        self.statements.forget(sql);
                    }
                    self.after_failure(failure, is_known)?;
                }
            }
        }
    }

    /// Sends an INSERT of several rows with an array per column, unless its types or values do not allow it.
    async fn start_arrays(
        &self,
        sql: &str,
        rows: &RowsToInsert,
        params: &dyn Params,
    ) -> Result<Option<RowStream>, Failure> {
        if self.statements.are_forbidden() {
            return Ok(None);
        }
        loop {
            // The INSERT of one row shows the types of the columns.
            let (one, is_known) = self.find_or_prepare(sql).await?;
            let Some(arrays) = many::arrays(params, rows.columns, one.params()) else { return Ok(None) };
            let sql_of_arrays = many::sql_of_arrays(sql, rows, &arrays);
            let started = async {
                let (statement, _) = self.find_or_prepare(&sql_of_arrays).await?;
                Ok(self.client.query_raw(&statement, &arrays).await?)
            };
            match started.await {
                Ok(rows) => return Ok(Some(rows)),
                Err(failure) => {
                    self.statements.forget(&sql_of_arrays);
                    // The types may be outdated.
                    self.statements.forget(sql);
                    self.after_failure(failure, is_known)?;
                }
            }
        }
    }

    /// The prepared statement, and whether it was known before.
    async fn find_or_prepare(&self, sql: &str) -> Result<(tokio_postgres::Statement, bool), Failure> {
        match self.statements.get(sql) {
            Some(statement) => Ok((statement, true)),
            None => Ok((Box::pin(self.prepare(sql)).await?, false)),
        }
    }

    /// Returns the failure of a statement, unless it can be tried again.
    fn after_failure(&self, failure: Failure, is_known: bool) -> Result<(), Failure> {
        match &failure {
            // Nothing was sent. The statement may have been prepared for a table that was created again with other types.
            Failure::Here(error) if is_known && matches!(error.kind(), ErrorKind::Parameter { .. }) => Ok(()),
            Failure::Refused(error) => {
                // It may have been prepared for a table that has changed, like other statements, or it was deallocated. It
                // was not executed, so it can be tried again; but in a transaction, which has failed, it cannot.
                if errors::is_outdated(error) {
                    self.statements.clear();
                }
                if is_known && !self.in_transaction() { Ok(()) } else { Err(failure) }
            }
            _ => Err(failure),
        }
    }

    async fn prepare(&self, sql: &str) -> Result<tokio_postgres::Statement, Failure> {
        must_not_be_empty(sql)?;
        let statement = self.client.prepare(sql).await?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    /// How many statements are prepared.
    #[cfg(test)]
    pub(super) fn prepared(&self) -> usize {
        self.statements.len()
    }
}

/// Passes the rows to `each`. The result is the number of rows that the statement changed, or read.
async fn read(rows: RowStream, each: &mut (dyn FnMut(&Row<'_>) -> Result<()> + Send)) -> Result<u64, Failure> {
    let (mut rows, mut result) = (pin!(rows), Ok(()));
    // Reads to the end even after `each` has failed: a failure in the remaining rows would break the transaction unnoticed.
    while let Some(row) = rows.try_next().await? {
        if result.is_ok() {
            result = each(&Row::new(&row));
        }
    }
    result.map_err(Failure::Here)?;
    Ok(rows.rows_affected().unwrap_or(0))
}

/// The number of rows that a statement changed, by the count in its answer, which is the number of rows that a SELECT has read.
fn changed(sql: &str, count: u64) -> u64 {
    match Command::of(sql) {
        Command::Write | Command::With => count,
        Command::Read | Command::Other | Command::Empty => 0,
    }
}

/// Refuses an empty statement, which the server would take.
fn must_not_be_empty(sql: &str) -> Result<(), Failure> {
    match Command::of(sql) {
        Command::Empty => Err(Failure::Here(Error::database("the statement is empty: write one"))),
        Command::Read | Command::Write | Command::With | Command::Other => Ok(()),
    }
}

/// Reads the setting that is local to the transaction.
const IS_OPEN: &str = "SELECT current_setting('signals.batch', true)";

fn is_open(answer: &[SimpleQueryMessage]) -> bool {
    answer.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("open"),
        _ => false,
    })
}

fn writes() -> Failure {
    Failure::Here(Error::database(
        "`query` on a `Db` only reads, and the statement writes: use `execute`, or `query` on a `Tx`",
    ))
}
