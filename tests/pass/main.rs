//! Programs that must compile without a warning, each with lints or names that make it hard for the macros, and that must do
//! what they say. Rule 11 of docs/behaviour.md has the programs that must not compile.
//!
//! This is no test harness, because lints such as `missing_docs` are silent in one.
#![allow(
    unused,
    missing_debug_implementations,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    reason = "each program denies what it is about"
)]

pub mod arguments;
pub mod attributes;
pub mod borrowed;
pub mod cfg;
pub mod cfg_attr;
pub mod columns;
pub mod context;
pub mod defaults;
#[cfg(feature = "durable")]
pub mod durable;
pub mod function_bodies;
pub mod generic_receiver;
pub mod macro_rules;
pub mod methods_of_the_user;
pub mod names_of_ours;
pub mod names_of_types;
pub mod no_implicit_prelude;
pub mod only_a_key;
pub mod queries;
pub mod raw_identifiers;
pub mod re_export;
pub mod relations;
pub mod renamed_crate;
pub mod same_names;
pub mod shadowed;
pub mod strict;
pub mod transactions;
pub mod type_alias;
pub mod types_as_senders;
pub mod use_as_underscore;
pub mod visibility;

#[tokio::main(flavor = "current_thread")]
async fn main() -> signals::Result<()> {
    arguments::main().await?;
    attributes::main()?;
    borrowed::main()?;
    cfg::main();
    cfg_attr::main();
    columns::main();
    context::main().await?;
    defaults::main();
    #[cfg(feature = "durable")]
    durable::main().await?;
    function_bodies::main().await?;
    generic_receiver::main().await?;
    macro_rules::main().await?;
    methods_of_the_user::main();
    names_of_ours::main().await?;
    no_implicit_prelude::main().await?;
    only_a_key::main().await?;
    raw_identifiers::main().await?;
    re_export::main().await?;
    relations::main().await?;
    renamed_crate::main().await?;
    same_names::main().await?;
    shadowed::main().await?;
    strict::main().await?;
    transactions::main().await?;
    type_alias::main().await?;
    types_as_senders::main().await?;
    names_of_types::main().await?;
    use_as_underscore::main().await?;
    visibility::main().await
}
