# The recipes of this repository. `just` lists them.

default:
    @just --list

# The lesson of the README.
accounts *url:
    cargo run --example accounts -- {{ url }}

# What a change must pass.
test:
    cargo test

# Everything that is checked before a change lands.
ci:
    .ci/run

# The compile errors, written anew. Read the difference as its reader would.
bless:
    TRYBUILD=overwrite cargo test --test ui
    git diff tests/ui

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Dispatch against a loop over an array of function pointers.
bench:
    cargo bench --bench dispatch
