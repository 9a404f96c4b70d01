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

# The compile errors: all of them, or those whose path has this in it, such as `senders/`.
ui path="":
    cargo test --package signals-ui --all-features -- mistakes_are_explained {{ if path == "" { "" } else { "trybuild=" + path } }}

# How many errors an editor shows for each mistake.
ui-editor:
    cargo test --package signals-ui --all-features -- an_editor_shows_one_error_per_mistake

# Overwrites the compile errors with what the compiler says now. Read the difference as a user would.
bless:
    # With `durable`, JSON is a type of columns, and the messages that say how to add it are others.
    TRYBUILD=overwrite cargo test --package signals-ui --features auth,migrate,serde -- mistakes_are_explained
    TRYBUILD=overwrite cargo test --package signals-ui --all-features -- mistakes_are_explained trybuild=durable/
    git diff tests/ui

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Dispatch against a loop over an array of function pointers.
bench:
    cargo bench --bench dispatch
