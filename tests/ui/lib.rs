//! The compile errors of `signals`: a folder per area, a file per mistake. `suite.rs` compares them.
