//! The macros of `signals`. Use them through `signals` or `signals_core`, which re-export them.
//!
//! Each macro consists of parse, check and expand: parse only knows grammar, check builds no tokens, and expand cannot fail.
//! The macros know neither the list of signals nor the fields of a payload: they arrange the user's tokens so that the compiler
//! finds a mistake and reports its location.

use proc_macro::TokenStream;

mod apps;
mod case;
mod column;
mod errors;
mod foreign;
#[cfg(test)]
mod golden;
mod grammar;
mod migrations;
mod model;
mod receiver;
mod root;
mod shape;
mod signal;
mod subject;
mod suggest;
mod times;
mod values;
mod written;

use root::Root;

/// Attaches a function to a signal, when the program is linked.
///
/// ```text
/// #[receiver(SIGNAL, KEY = VALUE, ..)]
/// SIGNAL      post_save | [post_save, post_delete] | path::to::CustomSignal
/// sender      = Model | [Model, Other]        leave it out to receive from every model; of `#[signal(sender)]`: any type
/// created     = true | false                  only inserts, only updates
/// changed(email, name)                        only if the value of one of these fields has changed
/// raw         = true                          also for raw writes, by `db.load_fixture`
/// when        = path | |event| condition      a function of the payload
/// after       = [receiver, ..]                run after these receivers
/// before      = [receiver, ..]                run before these receivers
/// timeout     = "5s"                          how long an `async` receiver may take: a number and `ms`, `s`, `m` or `h`
/// id          = "stable-name"                 instead of `crate::module::function`
/// crate       = path                          the path of `signals`, if it was renamed
/// durable                                     stored with the transaction, and called by workers until it succeeds
/// ```
///
/// With `durable`, in receivers of `post_commit`, of `post_delete_commit` and of signals with `#[signal(durable)]`:
///
/// ```text
/// retries     = 24                            how many times a failed call is repeated before it is dead
/// backoff     = "1s"                          the delay before a failed call is repeated for the first time; then it doubles
/// concurrency = 2                             how many calls run at once, at most; no limit without it
/// key         = field                         calls with the same value of this field are made one after the other, in the order of
///                                             their commits; of a model without it, the primary key
/// on_dead     = block_key | skip              whether later calls with the key of a dead one wait
/// ```
///
/// A durable receiver takes `tx: &mut Tx`, and then its writes and the end of its delivery are one transaction: they take effect once. Or it
/// takes `db: &Db` or neither, and is called at least once. It may also take `delivery: &Delivery`. It has one attribute, without `after`
/// and `before`. Needs the feature `durable`.
///
/// A function may have several of these attributes, for different signals and senders: it receives one signal of one sender only
/// once. Arguments that can have no effect are refused, such as `changed(..)` together with `created = true`, or `changed(..)` of
/// the key.
///
/// A parameter is bound by its name to the field of the payload with that name; `event` is the whole payload. The function
/// can still be called as an ordinary function.
#[proc_macro_attribute]
pub fn receiver(attribute: TokenStream, item: TokenStream) -> TokenStream {
    receiver::expand(attribute.into(), item.into(), Root::Facade).into()
}

/// [`macro@receiver`] for a crate that only depends on `signals-core`.
#[proc_macro_attribute]
pub fn core_receiver(attribute: TokenStream, item: TokenStream) -> TokenStream {
    receiver::expand(attribute.into(), item.into(), Root::Core).into()
}

/// What `#[receiver]` adds to a function: it is replaced by its arguments. Inside of an `impl` block or a trait, the compiler refuses
/// the item that has it, before anything else that only a module can contain.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn outside_of_impls(attribute: TokenStream, _: TokenStream) -> TokenStream {
    attribute
}

/// Declares a signal: a struct whose fields are the possible parameters of its receivers.
///
/// ```text
/// #[signal]                    `send()` calls `fn` receivers
/// #[signal(async)]             `send().await` calls `fn` and `async fn` receivers
/// #[signal(sender)]            types send it: `struct Saved<'a, M: ?Sized> { instance: &'a M }`, received with `sender = User`
/// #[signal(output = Vote)]     each receiver returns a `Vote`, or a `Result` of one
/// #[signal(name = "paid")]     the name in errors, if receivers use another name than that of the struct
/// #[signal(crate = path)]      the path of `signals`, if it was renamed
/// #[signal(durable)]           `send(&mut tx).await` also stores it, for durable receivers
/// #[signal(durable, version = 2, upcast = from_v1)]
///                              `fn from_v1(version: u32, fields: &mut signals::durable::Fields)` changes what older versions stored
/// ```
///
/// The struct may have one lifetime. It gets the methods `send`, `send_robust`, `send_with` and `collect`, and
/// the constant `SIGNAL`, to which receivers can be connected at run time.
///
/// With `durable`, the struct owns its fields, each with a type that implements serde's `Serialize` and `Deserialize`, and has the method `send`
/// alone. `send` calls receivers without `durable` at once, and fails if one of them fails. `upcast` is called once for each version between the
/// one that was stored and the current one, from the oldest.
///
/// With `sender`, the struct has one type parameter, which stands for the sender: any type that is sized, `'static`, `Send` and `Sync`.
/// It has `of::<User>()` in place of `SIGNAL`. Receivers that name no sender get `dyn Any + Send + Sync` in place of the parameter, or its
/// default, such as `M: ?Sized = dyn Entity` with `trait Entity: Any + Send + Sync`. These are the types of fields:
///
/// ```text
/// &'a M | &'a mut M | Option<&'a M> | Option<&'a mut M> | PhantomData<M>        the sender
/// &'a T | &'a mut T | Option<&'a mut T> | any type that is Copy                  anything else
/// ```
#[proc_macro_attribute]
pub fn signal(attribute: TokenStream, item: TokenStream) -> TokenStream {
    signal::expand(attribute.into(), item.into(), Root::Facade).into()
}

/// [`macro@signal`] for a crate that only depends on `signals-core`.
#[proc_macro_attribute]
pub fn core_signal(attribute: TokenStream, item: TokenStream) -> TokenStream {
    signal::expand(attribute.into(), item.into(), Root::Core).into()
}

/// Links the crates whose models and receivers belong to this program: `signals::apps![accounts, billing];`.
///
/// A crate that is in `Cargo.toml` but is not named in the code is not linked, and its receivers are never called. A crate that
/// is not a dependency does not compile here; `signals::check()` reports a crate that declares nothing.
#[proc_macro]
pub fn apps(crates: TokenStream) -> TokenStream {
    apps::expand(crates.into(), Root::Facade).into()
}

/// [`macro@apps`] for a crate that only depends on `signals-core`.
#[proc_macro]
pub fn core_apps(crates: TokenStream) -> TokenStream {
    apps::expand(crates.into(), Root::Core).into()
}

/// Embeds a folder of migrations in the program, for `db.migrate(..)`: `signals::embed_migrations!("migrations")`. The path is
/// relative to `Cargo.toml`; the default is `migrations`.
///
/// A migration is an SQL file with a name such as `V1__users.sql`: `V`, a unique number, two underscores and a word. Subfolders
/// are read as well. It is a compile error if there is no migration, if two have the same number, or if an SQL file has any
/// other name, because it would never be applied; and if a line is undecided in a migration that was written from models.
///
/// If the folder has the subfolders `sqlite` and `postgres`, each has the migrations of its database, with numbers of its own:
/// `db.migrate(..)` takes those of the database.
///
/// Cargo notices a changed or removed file. **It does not notice a new file** until another part of the crate is rebuilt. Add a
/// `build.rs` with this line. Without it, a debug build refuses to migrate if the folder has a file that is not embedded.
///
/// ```text
/// println!("cargo::rerun-if-changed=migrations");
/// ```
#[proc_macro]
pub fn embed_migrations(folder: TokenStream) -> TokenStream {
    migrations::expand(folder.into(), Root::Facade).into()
}

/// Makes your own type a column type. An enum without data is stored as a string, the name of the variant in snake
/// case. A struct with one value is stored as that value.
///
/// ```text
/// #[column(name = "..")]                        on a variant: the string that is stored
/// #[column(crate = path)]                       on the type: the path of `signals`, if it was renamed
/// ```
///
/// The type must be `Clone`. Reading a string that is not a variant is an error that lists the variants. If you rename
/// a variant in Rust, keep its name in the database with `#[column(name = "..")]`.
#[proc_macro_derive(Column, attributes(column))]
pub fn column(item: TokenStream) -> TokenStream {
    column::expand(item.into(), Root::Facade).into()
}

/// Says that a signal is made by `#[signal]`.
#[doc(hidden)]
#[proc_macro_derive(Signal)]
pub fn signal_derive(item: TokenStream) -> TokenStream {
    signal::derived(item.into(), Root::Facade).into()
}

/// Says that a model is made by `#[model]`.
#[doc(hidden)]
#[proc_macro_derive(
    Model,
    attributes(
        key,
        unique,
        index,
        skip,
        version,
        update,
        column,
        read_only,
        one_to_one,
        foreign_key,
        many_to_many,
        default
    )
)]
pub fn model_derive(item: TokenStream) -> TokenStream {
    model::derived(item.into(), Root::Facade).into()
}

/// Makes a struct a model: a table, `save` and `delete`, and the signals of its lifecycle.
///
/// ```text
/// #[model]
/// #[model(table = "members")]                   the table; by default the plural of the struct's name, `users`
/// #[model(app = "accounts")]                    the table has Django's name, `accounts_user`
/// #[model(unique(team, number))]                no two rows have the same values in both; can be repeated
/// #[model(index(last_name, first_name))]        one index over both; can be repeated
/// #[model(delete_signals = false)]              receivers of every model are not called for its deletes
/// #[model(crate = path)]                        the path of `signals`, if it was renamed
///
/// #[key]                                        exactly one field: `Id<Self>`, or an application-assigned key
/// #[unique]  #[index]                           of the column; a unique field adds `User::by_username(..)`
/// #[default(expr)]                              the field in `User::default()`, with `#[derive(Default)]` below `#[model]`;
///                                               on a key: the key of a row that is inserted without one
/// #[update(expr)]                               set before every save
/// #[column(name = "..")]                        the column; by default the field's name, or `user_id` for a relation
/// #[read_only]                                  the database sets the column: no save writes it, each save reads it back
///     generated     = "price * amount"          computed from other columns: `GENERATED ALWAYS AS (..) STORED`
///     default       = "CURRENT_TIMESTAMP"       for a new row: `DEFAULT (..)`
/// #[skip]                                       not a column; `Default` when the row is read
/// #[one_to_one(on_delete = cascade)]            references one row of another model; at most one row references it
/// #[foreign_key(on_delete = cascade)]           references one row of another model
///     on_delete     = cascade | db_cascade | protect | restrict | set_null | set_default | do_nothing
///     related_name  = "..."                     the accessor on the other side
/// #[many_to_many]                               a `ManyToMany<Group>`: related to many rows of another model, or of this one
///     through       = Membership                your own through model; by default it is generated, `UserGroups`
///     through_fields(user, group)               its fields, if several reference one side
///     related_name  = "..."                     the accessor on the other side
///     symmetrical   = false                     for a relation to itself: `a` may be related to `b` but not `b` to `a`
///     table         = "..."                     of the generated model; by default the model and the field, `post_tags`
/// ```
///
/// The table of `UserProfile` is `user_profiles`: the last word in the plural, with `-ies` for a `-y` after a consonant, `-es` after s,
/// x, z, ch and sh, and otherwise `-s`. Exceptions are `people`, `children`, `men`, `women`, and the unchanged `data`, `news`, `series`,
/// `settings` and `species`. A keyword of SQL, such as `values` for `Value`, is refused: give another name with `table`. `User::META`
/// has the names. The name of `table` is also the prefix of the tables of many-to-many relations.
///
/// A table is the same in every build, so that these attributes cannot depend on `cfg` or `cfg_attr`. The names of tables and
/// columns must be valid in every database: at most 63 bytes, without a dot. For a table in another schema of
/// PostgreSQL, set the search path: `postgres://localhost/shop?options=-c%20search_path%3Daudit`.
#[proc_macro_attribute]
pub fn model(attribute: TokenStream, item: TokenStream) -> TokenStream {
    model::expand(attribute.into(), item.into(), Root::Facade).into()
}
