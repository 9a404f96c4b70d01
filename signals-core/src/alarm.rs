//! An alarm for tests, which needs no executor.

use core::task::Waker;
use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// An alarm that wakes a task once. A thread waits for its end, or until it is dropped.
pub(crate) struct Alarm {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    cancelled: Condvar,
}

#[derive(Default)]
struct State {
    is_over: bool,
    is_cancelled: bool,
    task: Option<Waker>,
}

impl Alarm {
    pub(crate) fn start(duration: Duration) -> Self {
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || of_thread.run(duration));
        Self { shared }
    }

    /// Whether it is over; otherwise it wakes the task when it is.
    pub(crate) fn is_over(&self, task: &Waker) -> bool {
        let mut state = self.shared.lock();
        state.task = Some(task.clone());
        state.is_over
    }
}

impl Shared {
    fn run(&self, duration: Duration) {
        let waits = self.cancelled.wait_timeout_while(self.lock(), duration, |state| !state.is_cancelled);
        let task = {
            let (mut state, _) = waits.unwrap_or_else(PoisonError::into_inner);
            state.is_over = true;
            state.task.take().filter(|_| !state.is_cancelled)
        };
        task.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.shared.lock().is_cancelled = true;
        self.shared.cancelled.notify_one();
    }
}
