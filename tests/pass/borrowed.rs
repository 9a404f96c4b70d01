// A parameter may borrow what the payload owns, and take by value what can be copied.
use signals::prelude::*;

#[signal]
struct Counted<'a> {
    name: String,
    count: u64,
    log: &'a mut String,
    order: &'a [u64],
    total: Option<&'a u64>,
}

#[receiver(Counted)]
fn borrow(name: &str, count: &u64, log: &str, order: &[u64]) {
    assert_eq!((name, count, log, order), ("n", &1, "", &[3][..]));
}

#[receiver(Counted, after = [borrow])]
fn change(count: &mut u64, log: &mut String, name: &mut String) {
    *count += 1;
    name.push_str(log);
    log.push('l');
}

#[receiver(Counted, after = [change])]
fn copy<'b>(count: u64, total: Option<&'b u64>, order: &'b [u64], log: &mut str) -> Result<(), std::fmt::Error> {
    assert_eq!((count, total, order, &*log), (2, Some(&4), &[3][..], "l"));
    Ok(())
}

/// Unused parameters have a `_` in front.
#[receiver(Counted, after = [copy])]
fn unused(_name: &str, _count: u64, _log: &mut String, _order: &[u64], _total: Option<&u64>) {}

#[receiver(Counted, after = [unused])]
fn event(_event: &Counted<'_>) {}

#[receiver(Counted, after = [copy])]
fn whole(event: &mut Counted<'_>) {
    event.log.push('w');
}

pub(super) fn main() -> Result<()> {
    let mut log = String::new();
    Counted { name: "n".into(), count: 1, log: &mut log, order: &[3], total: Some(&4) }.send()?;
    assert_eq!(log, "lw");
    Ok(())
}
