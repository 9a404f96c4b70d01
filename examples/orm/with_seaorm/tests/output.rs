//! What the program prints.

use std::process::Command;

#[test]
fn the_lesson_prints_what_it_should() {
    let run = Command::new(env!("CARGO_BIN_EXE_with_seaorm")).output().expect("the program runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let printed = String::from_utf8_lossy(&run.stdout);
    // Where the receiver is written is left out.
    let (before, after) = printed.split_once(") failed").expect("a receiver fails");
    let (before, _) = before.rsplit_once(" (").expect("its place is printed");
    assert_eq!(format!("{before} failed{after}"), include_str!("output.txt"));
}
