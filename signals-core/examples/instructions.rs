//! Sends signals a number of times, so that the instructions of one send can be counted: docs/benchmarks.md has the command.

use std::hint::black_box;

use signals_core::{SignalError, receiver, signal};

#[signal]
struct Plain<'a> {
    instance: &'a u64,
    count: &'a mut u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it takes what the receiver of a sender takes")]
#[receiver(Plain)]
fn of_plain(instance: &u64, count: &mut u64) {
    *count += instance;
}

#[signal(sender)]
struct Sent<'a, M: ?Sized> {
    instance: &'a M,
    count: &'a mut u64,
}

#[receiver(Sent, sender = [u64, u32])]
fn of_sender<M: Copy + Into<u64>>(instance: &M, count: &mut u64) {
    *count += (*instance).into();
}

fn main() -> Result<(), SignalError> {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next();
    let times: u64 = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1);
    let count = &mut 0;
    let (long, byte) = (&1_u64, &1_u8);
    match kind.as_deref() {
        Some("sender") => repeat(times, || Sent { instance: black_box(long), count: black_box(&mut *count) }.send())?,
        Some("without") => repeat(times, || Sent { instance: black_box(byte), count: black_box(&mut *count) }.send())?,
        _ => repeat(times, || Plain { instance: black_box(long), count: black_box(&mut *count) }.send())?,
    }
    println!("{count}");
    Ok(())
}

fn repeat(times: u64, mut send: impl FnMut() -> Result<(), SignalError>) -> Result<(), SignalError> {
    (0..times).try_for_each(|_| send())
}
