// A receiver that is not compiled is not called, and one that is counts as any other.
use signals::prelude::*;

#[signal]
struct Counted<'a> {
    log: &'a mut String,
    #[cfg(any())]
    missing: u64,
}

#[cfg(any())]
#[receiver(Counted)]
fn never(log: &mut String) {
    log.push('n');
}

#[receiver(Counted)]
#[cfg(any())]
fn never_below(log: &mut String) {
    log.push('n');
}

#[receiver(Counted)]
#[cfg(not(any()))]
fn first(log: &mut String) {
    log.push('1');
}

#[cfg_attr(all(), receiver(Counted, after = [first]))]
fn second(log: &mut String) {
    log.push('2');
}

#[cfg(any())]
#[receiver(Counted)]
fn twin(log: &mut String) {
    log.push('a');
}

#[cfg(not(any()))]
#[receiver(Counted, after = [second])]
fn twin(log: &mut String) {
    log.push('b');
}

pub(super) fn main() {
    let mut log = String::new();
    Counted { log: &mut log }.send().unwrap();
    assert_eq!(log, "12b");
}
