//! The macros of `signals`. Use them through `signals` or `signals_core`, which re-export them.
//!
//! Each macro reads as parse, check, expand: parse knows grammar only, check builds no tokens, expand cannot fail.
//! The macros know no list of signals and no list of a payload's fields: they arrange the person's own tokens so that
//! the compiler finds the mistake and says where it is.

use proc_macro::TokenStream;

mod apps;
mod case;
mod column;
mod errors;
#[cfg(test)]
mod golden;
mod grammar;
mod migrations;
mod model;
mod receiver;
mod root;
mod signal;
mod suggest;

use root::Root;

/// Attaches a function to a signal, when the program is linked.
///
/// ```text
/// #[receiver(SIGNAL, KEY = VALUE, ..)]
/// SIGNAL      post_save | [post_save, post_delete] | path::to::CustomSignal
/// sender      = Model | [Model, Other]        leave it out to receive from every model
/// created     = true | false                  only inserts, only updates
/// changed(email, name)                        only if one of these fields has another value than before
/// raw         = true                          also raw writes, of `db.load_fixture`; else not
/// when        = path | |event| condition      a function of the payload
/// after       = [receiver, ..]                run after these receivers
/// before      = [receiver, ..]                run before these receivers
/// id          = "stable-name"                 instead of `crate::module::function`
/// crate       = path                          where `signals` is, if it was renamed
/// ```
///
/// Several attributes may be stacked on one function, each for signals and senders of its own: a function receives one signal of
/// one sender once. What can have no effect is refused, such as `changed(..)` beside `created = true`, or of the key.
///
/// A parameter is bound by its name to the payload's field of that name; `event` is the whole payload. The function
/// stays an ordinary function.
#[proc_macro_attribute]
pub fn receiver(attribute: TokenStream, item: TokenStream) -> TokenStream {
    receiver::expand(attribute.into(), item.into(), Root::Facade).into()
}

/// [`macro@receiver`] for a crate that depends on `signals-core` alone.
#[proc_macro_attribute]
pub fn core_receiver(attribute: TokenStream, item: TokenStream) -> TokenStream {
    receiver::expand(attribute.into(), item.into(), Root::Core).into()
}

/// Declares a signal: a struct whose fields are what receivers may ask for.
///
/// ```text
/// #[signal]                    `send()` calls `fn` receivers
/// #[signal(async)]             `send().await` calls `fn` and `async fn` receivers
/// #[signal(output = Vote)]     each receiver returns a `Vote`, or a `Result` of one
/// #[signal(name = "paid")]     what errors call it, if receivers write it by another name than the struct's
/// #[signal(crate = path)]      where `signals` is, if it was renamed
/// ```
///
/// The struct may borrow, with one lifetime. It gets the methods `send`, `send_robust`, `send_with` and `collect`, and
/// the constant `SIGNAL`, to which receivers are connected at run time.
#[proc_macro_attribute]
pub fn signal(attribute: TokenStream, item: TokenStream) -> TokenStream {
    signal::expand(attribute.into(), item.into(), Root::Facade).into()
}

/// [`macro@signal`] for a crate that depends on `signals-core` alone.
#[proc_macro_attribute]
pub fn core_signal(attribute: TokenStream, item: TokenStream) -> TokenStream {
    signal::expand(attribute.into(), item.into(), Root::Core).into()
}

/// Links the crates whose models and receivers belong to this program: `signals::apps![accounts, billing];`.
///
/// A crate that is only in `Cargo.toml` and never named is not linked, and its receivers are never called. Naming a
/// crate that is no dependency does not compile; `signals::check()` reports one of which nothing is linked.
#[proc_macro]
pub fn apps(crates: TokenStream) -> TokenStream {
    apps::expand(crates.into(), Root::Facade).into()
}

/// [`macro@apps`] for a crate that depends on `signals-core` alone.
#[proc_macro]
pub fn core_apps(crates: TokenStream) -> TokenStream {
    apps::expand(crates.into(), Root::Core).into()
}

/// Embeds a folder of migrations in the program, for `db.migrate(..)`: `signals::embed_migrations!("migrations")`. The folder is
/// named from where `Cargo.toml` is; without a name it is `migrations`.
///
/// A migration is SQL in a file called `V1__users.sql`: `V`, a number that no other one has, two underscores and a word. Folders
/// in the folder are read as well. It does not compile if there is no migration, if two have one number, or if a file with SQL is
/// called otherwise, which would never be applied.
///
/// A file that is changed or removed is seen by Cargo. **A new one is not**, until something else of the crate is built again: a
/// `build.rs` with this line sees it. Without it, a debug build refuses to migrate while its folder has a file that it has not
/// embedded.
///
/// ```text
/// println!("cargo::rerun-if-changed=migrations");
/// ```
#[proc_macro]
pub fn embed_migrations(folder: TokenStream) -> TokenStream {
    migrations::expand(folder.into(), Root::Facade).into()
}

/// Makes a type of your own the type of a column: an enum without data is stored as text, the name of the variant in snake
/// case; a struct round one value as that value.
///
/// ```text
/// #[column(name = "..")]                        on a variant: what is stored instead
/// #[column(crate = path)]                       on the type: where `signals` is, if it was renamed
/// ```
///
/// The type must be `Clone`. A text that no variant has is an error when it is read, which lists those that are known: rename
/// a variant in Rust and keep its name in the database with `#[column(name = "..")]`.
#[proc_macro_derive(Column, attributes(column))]
pub fn column(item: TokenStream) -> TokenStream {
    column::expand(item.into(), Root::Facade).into()
}

/// Makes a struct a model: a table, `save` and `delete`, and the signals of its lifecycle.
///
/// ```text
/// #[model]
/// #[model(table = "members")]                   the table; else the plural of the struct's name, `users`
/// #[model(app = "accounts")]                    the table has Django's name, `accounts_user`
/// #[model(unique(team, number))]                no two rows have the same values in both; several of them may be given
/// #[model(index(last_name, first_name))]        one index over both; several of them may be given
/// #[model(delete_signals = false)]              receivers of every model do not hear of its deletes
/// #[model(crate = path)]                        where `signals` is, if it was renamed
///
/// #[key]                                        exactly one field: `Id<Self>`, or a key that you set yourself
/// #[unique]  #[index]                           the column; a unique field gives `User::by_username(..)`
/// #[default(expr)]                              the field in `User::default()`, which `#[derive(Default)]` below derives;
///                                               of a key: that of a row that is inserted without one
/// #[update(expr)]                               set before every save
/// #[column(name = "..")]                        the column; else the field's name, of a relation `user_id`
/// #[read_only]                                  the database sets the column: no save writes it, each reads it back
///     generated     = "price * amount"          computed from other columns: `GENERATED ALWAYS AS (..) STORED`
///     default       = "CURRENT_TIMESTAMP"       of a new row: `DEFAULT (..)`
/// #[skip]                                       no column; its default when the row is read
/// #[one_to_one(on_delete = cascade)]            points to one row of another model, which one row may point to
/// #[foreign_key(on_delete = cascade)]           points to one row of another model
///     on_delete     = cascade | db_cascade | protect | restrict | set_null | set_default | do_nothing
///     related_name  = "..."                     the accessor on the other side
/// #[many_to_many]                               a `ManyToMany<Group>`: related to many rows of another model, or of this one
///     through       = Membership                a model of your own between the two; else one is made, `UserGroups`
///     through_fields(user, group)               its fields, if several point to one side
///     related_name  = "..."                     the accessor on the other side
///     symmetrical   = false                     to itself: who is related to somebody need not have that one related
///     table         = "..."                     of the model that is made; else the model's and the field's name, `post_tags`
/// ```
///
/// The table of `UserProfile` is `user_profiles`: the last word in the plural, `-ies` for a `-y` after a consonant, `-es` after s, x, z,
/// ch and sh, else `-s`. Exceptions are `people`, `children`, `men`, `women`, and `data`, `news`, `series`, `settings` and `species`,
/// which stay. A name that is a reserved word, as `values` for `Value`, is refused: give it another one with `table`. `User::META`
/// has the names. What `table` gives is also what the table of a many-to-many relation begins with.
///
/// A table is the same in every build, so that none of these attributes can depend on `cfg` or `cfg_attr`. The names of tables and
/// columns are those that every database takes as they are: at most 63 bytes, without a dot. A table of another schema of
/// PostgreSQL is reached by the search path: `postgres://localhost/shop?options=-c%20search_path%3Daudit`.
#[proc_macro_attribute]
pub fn model(attribute: TokenStream, item: TokenStream) -> TokenStream {
    model::expand(attribute.into(), item.into(), Root::Facade).into()
}
