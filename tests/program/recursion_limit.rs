//! Rule 6, its last words: the limit can be set, for the whole program.

use crate::failure::TestResult;
use signals::dispatch::{BoxError, set_recursion_limit};
use signals::{receiver, signal};

#[signal]
struct Deep {
    left: u32,
}

#[receiver(Deep)]
fn deeper(left: u32) -> Result<(), BoxError> {
    match left {
        0 => Ok(()),
        left => Ok(Deep { left: left - 1 }.send()?),
    }
}

#[test]
fn the_limit_can_be_set() -> TestResult {
    Deep { left: 31 }.send()?;
    Deep { left: 32 }.send().unwrap_err();

    set_recursion_limit(3);
    Deep { left: 2 }.send()?;
    let error = Deep { left: 3 }.send().unwrap_err().to_string();
    assert!(error.contains("inside 3 receivers"), "{error}");

    set_recursion_limit(100);
    Deep { left: 99 }.send()?;
    Deep { left: 100 }.send().unwrap_err();
    Ok(())
}
