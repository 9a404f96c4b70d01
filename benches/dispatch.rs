//! The cost of one dispatch, compared with the same loop by hand: `cargo bench --bench dispatch`.
//!
//! Every case has a floor that is measured in the same run. The floor of a synchronous dispatch is a loop over an array of
//! function pointers of the same signature. The floor of an asynchronous dispatch is the same loop with the futures awaited.
//! The cases take turns in rounds, so that a short slowdown of the machine affects all of them.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use signals::{receiver, signal};
use stackfuture::StackFuture;

mod measure;

use measure::{Case, Reply, Table, Tick, floor, signal_and_floor};

#[signal]
struct NoReceiver<'a> {
    #[expect(dead_code, reason = "only measured")]
    count: &'a mut u64,
}

#[signal(async)]
struct NoReceiverAsync<'a> {
    #[expect(dead_code, reason = "only measured")]
    count: &'a mut u64,
}

signal_and_floor!(One, ONE, [a = 11]);
signal_and_floor!(Three, THREE, [a = 11, b = 12, c = 13]);
signal_and_floor!(Ten, TEN, [a = 11, b = 12, c = 13, d = 14, e = 15, f = 16, g = 17, h = 18, i = 19, j = 20]);
static NONE: &[fn(&mut Tick<'_>) -> Reply] = &[];

#[signal(async)]
struct Awaited<'a> {
    count: &'a mut u64,
}

#[receiver(Awaited)]
async fn add_awaited(count: &mut u64) {
    *count = count.wrapping_add(11);
}

#[signal(async)]
struct ThreeInAsync<'a> {
    count: &'a mut u64,
}

#[receiver(ThreeInAsync)]
fn add_first(count: &mut u64) {
    *count = count.wrapping_add(11);
}

#[receiver(ThreeInAsync)]
fn add_second(count: &mut u64) {
    *count = count.wrapping_add(12);
}

#[receiver(ThreeInAsync)]
fn add_third(count: &mut u64) {
    *count = count.wrapping_add(13);
}

type OnStack<'a> = StackFuture<'a, Reply, 512>;
type Boxed<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

static ON_STACK: &[for<'a> fn(&'a mut Tick<'_>) -> OnStack<'a>] = &[|tick| {
    StackFuture::from(async move {
        add_awaited(tick.count).await;
        Ok(())
    })
}];

static BOXED: &[for<'a> fn(&'a mut Tick<'_>) -> Boxed<'a>] = &[|tick| {
    Box::pin(async move {
        add_awaited(tick.count).await;
        Ok(())
    })
}];

async fn floor_on_stack(count: &mut u64) -> Reply {
    let mut tick = Tick { count };
    for receiver in black_box(ON_STACK) {
        receiver(&mut tick).await?;
    }
    Ok(())
}

async fn floor_boxed(count: &mut u64) -> Reply {
    let mut tick = Tick { count };
    for receiver in black_box(BOXED) {
        receiver(&mut tick).await?;
    }
    Ok(())
}

/// Polls a future that is always ready. It is a macro, because a function would move the future.
macro_rules! now {
    ($future:expr) => {
        match pin!($future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("nothing here waits"),
        }
    };
}

fn main() {
    let mut table = Table::new();

    let none = table.floor(Case::new("no receiver: empty array", |count| floor(NONE, count).unwrap()));
    table.case(none, Case::new("no receiver: send", |count| NoReceiver { count }.send().unwrap()));
    table.case(none, Case::new("no receiver: send().await", |count| now!(NoReceiverAsync { count }.send()).unwrap()));
    table.case(
        none,
        Case::new("has_receivers", |count| {
            if black_box(Three::SIGNAL.has_receivers()) {
                *count += 1;
            }
        }),
    );

    let one = table.floor(Case::new("1 receiver: array", |count| floor(ONE, count).unwrap()));
    table.case(one, Case::new("1 receiver: send", |count| One { count }.send().unwrap()));

    let three = table.floor(Case::new("3 receivers: array", |count| floor(THREE, count).unwrap()));
    table.case(three, Case::new("3 receivers: send", |count| Three { count }.send().unwrap()));
    table.case(three, Case::new("3 receivers: send().await", |count| now!(ThreeInAsync { count }.send()).unwrap()));

    let ten = table.floor(Case::new("10 receivers: array", |count| floor(TEN, count).unwrap()));
    table.case(ten, Case::new("10 receivers: send", |count| Ten { count }.send().unwrap()));

    let boxed = table.floor(Case::new("1 async receiver: Box::pin", |count| now!(floor_boxed(count)).unwrap()));
    table.case(boxed, Case::new("1 async receiver: StackFuture", |count| now!(floor_on_stack(count)).unwrap()));
    table.case(boxed, Case::new("1 async receiver: send().await", |count| now!(Awaited { count }.send()).unwrap()));

    table.print();
}
