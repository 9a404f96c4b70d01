//! Work that waits for a commit: what sends signals next to a database library of its own.

use core::fmt;
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;
use std::thread::{self, Thread};

use crate::after_commit_error::{AfterCommitError, Failure};
use crate::dispatch::{OwnedSignal, ReceiverResult};
use crate::error::{BoxError, SignalError};
use crate::id::ReceiverId;
use crate::location::SourceLocation;
use crate::panics::{catch_panic, discard};
use crate::payload::BoxFuture;

/// A queue of work for after the commit of a transaction.
///
/// It knows no database. The code that begins a transaction makes a queue, lends it to its signals, and calls [`run`](Self::run)
/// after its own commit. If the transaction is rolled back, the queue is dropped, and nothing in it runs.
///
/// ```rust,standalone_crate
/// use signals_core::{AfterCommit, receiver, signal};
///
/// #[signal]
/// struct OrderPaid<'a> {
///     number: u32,
///     after_commit: &'a AfterCommit,
/// }
///
/// /// What is sent after the commit owns its fields.
/// #[signal(async)]
/// struct OrderCommitted {
///     number: u32,
/// }
///
/// #[receiver(OrderPaid)]
/// fn book(number: u32, after_commit: &AfterCommit) {
///     after_commit.send(OrderCommitted { number });
///     after_commit.push(|| println!("runs second"));
/// }
///
/// #[receiver(OrderCommitted)]
/// async fn mail(number: u32) {
///     println!("runs first, for order {number}");
/// }
///
/// async fn pay(number: u32) -> Result<(), signals_core::SignalError> {
///     // begin the transaction
///     let after_commit = AfterCommit::new();
///     OrderPaid { number, after_commit: &after_commit }.send()?;
///     // commit the transaction
///     after_commit.run(|error| eprintln!("{error}")).await;
///     Ok(())
/// }
/// # fn main() {}
/// ```
///
/// An empty queue allocates nothing.
#[derive(Default)]
pub struct AfterCommit {
    queue: Mutex<VecDeque<Queued>>,
}

struct Queued {
    at: SourceLocation,
    work: Work,
}

/// Starts the work, which passes its failures on.
type Work = Box<dyn for<'r> FnOnce(Report<'r>) -> BoxFuture<'r, ()> + Send>;

type Report<'r> = &'r mut (dyn FnMut(BoxError) + Send);

impl AfterCommit {
    /// An empty queue.
    pub const fn new() -> Self {
        Self { queue: Mutex::new(VecDeque::new()) }
    }

    /// Queues a function.
    ///
    /// It returns nothing, a `Result<(), E>`, or what `send_robust` of a signal returns. An error, and each receiver that failed, is
    /// passed to the handler of [`run`](Self::run).
    ///
    /// ```
    /// # use signals_core::AfterCommit;
    /// let after_commit = AfterCommit::new();
    /// after_commit.push(|| std::fs::remove_file("/a/file/that/does/not/exist"));
    ///
    /// let mut errors = Vec::new();
    /// after_commit.run_blocking(|error| errors.push(error));
    /// assert!(errors[0].inner().is_some_and(|error| error.is::<std::io::Error>()));
    /// ```
    #[track_caller]
    pub fn push<R: WorkResult>(&self, work: impl FnOnce() -> R + Send + 'static) {
        self.queue(Box::new(|report| Box::pin(async move { work().report(report) })));
    }

    /// Queues a future, which is first polled after the commit. Like [`push`](Self::push) otherwise.
    ///
    /// A payload that borrows is sent from a future that owns what it borrows:
    ///
    /// ```
    /// # use signals_core::{AfterCommit, signal};
    /// #[signal(async)]
    /// struct OrderCommitted<'a> {
    ///     lines: &'a [String],
    /// }
    ///
    /// # fn paid(after_commit: &AfterCommit, lines: &[String]) {
    /// let lines = lines.to_vec();
    /// after_commit.push_async(async move { OrderCommitted { lines: &lines }.send_robust().await });
    /// # }
    /// ```
    #[track_caller]
    pub fn push_async<R: WorkResult>(&self, work: impl Future<Output = R> + Send + 'static) {
        self.queue(Box::new(|report| Box::pin(async move { work.await.report(report) })));
    }

    /// Queues the dispatch of a signal that owns its fields. All of its receivers are called, even if one fails.
    ///
    /// Nothing is queued if the signal has no receivers. An `output` is dropped.
    ///
    /// ```rust,standalone_crate
    /// use signals_core::{AfterCommit, receiver, signal};
    ///
    /// #[signal]
    /// struct OrderCommitted {
    ///     number: u32,
    /// }
    ///
    /// #[receiver(OrderCommitted)]
    /// fn mail(number: u32) -> Result<(), String> {
    ///     Err(format!("there is no address for order {number}"))
    /// }
    ///
    /// # fn main() {
    /// let after_commit = AfterCommit::new();
    /// after_commit.send(OrderCommitted { number: 7 });
    ///
    /// let mut errors = Vec::new();
    /// after_commit.run_blocking(|error| errors.push(error));
    /// assert!(errors[0].receiver().is_some_and(|failed| failed.receiver.name.ends_with("::mail")));
    /// # }
    /// ```
    #[track_caller]
    pub fn send<S: OwnedSignal>(&self, signal: S) {
        if S::has_receivers() {
            self.queue(Box::new(|report| {
                Box::pin(async move {
                    let mut report = |error: SignalError| report(error.into());
                    signal.send_reporting(&mut report).await;
                })
            }));
        }
    }

    /// Moves the work of another queue to the end of this one.
    ///
    /// A savepoint has a queue of its own. Append it when the savepoint is released, and drop it when the savepoint is rolled back.
    ///
    /// ```
    /// # use signals_core::AfterCommit;
    /// let transaction = AfterCommit::new();
    /// let savepoint = AfterCommit::new();
    /// savepoint.push(|| println!("paid"));
    /// transaction.append(savepoint);
    /// assert!(!transaction.is_empty());
    /// ```
    pub fn append(&self, other: Self) {
        let mut others = other.queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.lock().append(&mut others);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Runs all work in the order in which it was queued, and what is queued meanwhile.
    ///
    /// The transaction is committed, so that no failure ends this: each error and panic is passed to `on_error`, and the rest runs. A
    /// panic of `on_error` is ignored.
    ///
    /// If the future is dropped before its end, the work that it has not finished is passed to `on_error` as
    /// [not finished](AfterCommitError::is_unfinished), and is dropped. A web server drops the future of a request when the client
    /// disconnects: there, run the queue in a task.
    ///
    /// ```
    /// # use signals_core::AfterCommit;
    /// # mod tokio { pub fn spawn(_: impl Future<Output = ()> + Send + 'static) {} }
    /// # fn committed(after_commit: AfterCommit) {
    /// tokio::spawn(async move { after_commit.run(|error| eprintln!("{error}")).await });
    /// # }
    /// ```
    pub fn run<'q, F: FnMut(AfterCommitError) + Send + 'q>(
        &'q self,
        on_error: F,
    ) -> impl Future<Output = ()> + Send + use<'q, F> {
        let run = Run { queue: self, state: Mutex::new(State { on_error, running: None }) };
        async move {
            while let Some(Queued { at, work }) = run.next() {
                let mut report = |error| run.report(at, Failure::Error(error));
                let mut future = work(&mut report);
                let end = poll_fn(|context| match catch_panic(|| future.as_mut().poll(context)) {
                    Ok(poll) => poll.map(Ok),
                    Err(panic) => Poll::Ready(Err(panic)),
                });
                let end = end.await;
                discard(future);
                if let Err(panic) = end {
                    run.report(at, Failure::Panic(panic.message));
                }
            }
        }
    }

    /// Like [`run`](Self::run), for programs without an executor: it blocks the thread while it waits for a future.
    ///
    /// In code that is async, use [`run`](Self::run): work that waits for the executor of this thread would wait without end.
    pub fn run_blocking(&self, on_error: impl FnMut(AfterCommitError) + Send) {
        if self.is_empty() {
            return;
        }
        let mut run = pin!(self.run(on_error));
        let waker = Arc::new(Unpark(thread::current())).into();
        while run.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            thread::park();
        }
    }

    #[track_caller]
    fn queue(&self, work: Work) {
        let at = SourceLocation::caller();
        self.lock().push_back(Queued { at, work });
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Queued>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for AfterCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queued: Vec<_> = self.lock().iter().map(|queued| queued.at).collect();
        f.debug_struct("AfterCommit").field("queued", &queued).finish()
    }
}

/// What work after a commit returns: nothing, a `Result<(), E>`, or the results of a `send_robust`.
#[diagnostic::on_unimplemented(
    message = "work after a commit returns nothing or a `Result<(), E>`, and this returns `{Self}`",
    label = "returns something else",
    note = "end its last expression with `;`, or return `Ok(())`; an `E` is a string or any error that is `Send` and `Sync`",
    note = "a future is queued with `push_async(async move {{ .. }})`"
)]
pub trait WorkResult {
    #[doc(hidden)]
    fn report(self, report: &mut (dyn FnMut(BoxError) + Send));
}

#[diagnostic::do_not_recommend]
impl WorkResult for () {
    fn report(self, _: &mut (dyn FnMut(BoxError) + Send)) {}
}

/// What `|| todo!()` returns. The name of this type, `!`, is not stable.
type Never = <fn() -> ! as ReturnType>::Returned;

#[doc(hidden)]
pub trait ReturnType {
    type Returned;
}

impl<T> ReturnType for fn() -> T {
    type Returned = T;
}

#[diagnostic::do_not_recommend]
impl WorkResult for Never {
    fn report(self, _: &mut (dyn FnMut(BoxError) + Send)) {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> WorkResult for Result<(), E> {
    fn report(self, report: &mut (dyn FnMut(BoxError) + Send)) {
        if let Err(error) = self {
            report(error.into());
        }
    }
}

#[diagnostic::do_not_recommend]
impl<O> WorkResult for Result<Vec<(ReceiverId, ReceiverResult<O>)>, SignalError> {
    fn report(self, report: &mut (dyn FnMut(BoxError) + Send)) {
        match self {
            Ok(results) => {
                for error in results.into_iter().filter_map(|(_, result)| result.err()) {
                    report(SignalError::Receiver(error).into());
                }
            }
            Err(error) => report(error.into()),
        }
    }
}

/// One call of [`AfterCommit::run`]. When it is dropped, it reports what has not run.
struct Run<'q, F: FnMut(AfterCommitError)> {
    queue: &'q AfterCommit,
    state: Mutex<State<F>>,
}

struct State<F> {
    on_error: F,
    /// Where the work was queued that has begun.
    running: Option<SourceLocation>,
}

impl<F: FnMut(AfterCommitError)> Run<'_, F> {
    fn next(&self) -> Option<Queued> {
        let next = self.queue.lock().pop_front();
        self.state().running = next.as_ref().map(|queued| queued.at);
        next
    }

    fn report(&self, queued: SourceLocation, failure: Failure) {
        let on_error = &mut self.state().on_error;
        let _ = catch_panic(|| on_error(AfterCommitError::new(queued, failure)));
    }

    fn state(&self) -> MutexGuard<'_, State<F>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: FnMut(AfterCommitError)> Drop for Run<'_, F> {
    fn drop(&mut self) {
        let running = self.state().running.take();
        if let Some(at) = running {
            self.report(at, Failure::Unfinished);
        }
        // Popped one by one: the queue is not locked while the handler and the user's values run.
        loop {
            let Some(Queued { at, work }) = self.queue.lock().pop_front() else { return };
            discard(work);
            self.report(at, Failure::Unfinished);
        }
    }
}

/// Wakes the thread that waits in [`AfterCommit::run_blocking`].
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
