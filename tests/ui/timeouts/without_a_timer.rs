//! The kernel alone has no timer.
#[signals_core::signal(async)]
struct Paid {
    amount: u64,
}

#[signals_core::receiver(Paid, timeout = "5s")]
async fn thank(amount: u64) {
    println!("{amount}");
}

fn main() {}
