//! What the compiler says of a type that is not the type of a column: each kind of type has its own way out.
//!
//! `#[model]` looks at how the type of a field is written, only to choose one of these questions. All of them have the same answer,
//! [`Column`], so that a type of yours may have any name.

use super::{Column, ColumnFunctions};

macro_rules! questions {
    ($($(#[$attribute:meta])* $question:ident<$($parameter:ident),*>;)*) => {$(
        $(#[$attribute])*
        pub trait $question<$($parameter: ?Sized,)* T: ?Sized = Self>: Sized + 'static {
            /// The functions of [`Column`].
            const FUNCTIONS: &'static ColumnFunctions<Self>;
        }

        #[diagnostic::do_not_recommend]
        impl<Type: Column, $($parameter: ?Sized,)* T: ?Sized> $question<$($parameter,)* T> for Type {
            const FUNCTIONS: &'static ColumnFunctions<Self> = <Type as Column>::FUNCTIONS;
        }
    )*};
}

// `T` is the type without an `Option` around it.
questions! {
    /// A list, a set, a map, an array or a tuple.
    #[diagnostic::on_unimplemented(message = "`{T}` cannot be the type of a column", label = "a column holds one value")]
    #[diagnostic::on_unimplemented(
        note = "to store it as JSON, write `signals::model::Json<{T}>`, with the feature `serde_json` of `signals-rs`"
    )]
    ListColumn<>;

    /// A list of values of a type of yours, which may be a model.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "a column holds one value",
        note = "if `{Item}` is a model, it points here with a field `#[foreign_key(on_delete = cascade)]`; for rows that are related \
                to several, write `#[many_to_many]` and `ManyToMany<{Item}>`"
    )]
    #[diagnostic::on_unimplemented(
        note = "to store other values as JSON, write `signals::model::Json<{T}>`, with the feature `serde_json` of `signals-rs`"
    )]
    ListOfColumn<Item>;

    /// A list of ids.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "expected `ManyToMany<{Model}>`",
        note = "a relation to several rows is a field with `#[many_to_many]` and the type `ManyToMany<{Model}>`"
    )]
    IdsColumn<Model>;

    /// Bytes, but not as a `Vec<u8>`.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "expected `Vec<u8>`",
        note = "a column of bytes is a `Vec<u8>`"
    )]
    BytesColumn<>;

    /// Text, but not as a `String`.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "expected `String`",
        note = "a model owns its values, and text is a `String`"
    )]
    TextColumn<>;

    /// An integer that no database stores.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "expected `i64`",
        note = "the largest integer of a database is an `i64`: write `i64`, or `u32` for numbers that are not negative"
    )]
    IntegerColumn<>;

    /// A decimal number.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "no column stores decimal numbers exactly",
        note = "store the number of the smallest units, such as cents, as an `i64`, or the digits as a `String`"
    )]
    DecimalColumn<>;

    /// A length of time.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "expected a number",
        note = "store a length of time as a number, such as its milliseconds in an `i64`"
    )]
    DurationColumn<>;

    /// A type of `chrono`.
    #[diagnostic::on_unimplemented(message = "`{T}` cannot be the type of a column", label = "not a column type")]
    #[cfg_attr(
        feature = "chrono",
        diagnostic::on_unimplemented(
            note = "of `chrono`, the column types are `DateTime<Utc>`, for which `.to_utc()` converts another time zone, \
                    `NaiveDateTime`, `NaiveDate` and `NaiveTime`"
        )
    )]
    #[cfg_attr(
        not(feature = "chrono"),
        diagnostic::on_unimplemented(
            note = "add the feature `chrono` of `signals-rs`: `chrono::DateTime<Utc>`, `NaiveDateTime`, `NaiveDate` and `NaiveTime` are \
                    column types then"
        )
    )]
    ChronoColumn<>;

    /// A type of `jiff`.
    #[diagnostic::on_unimplemented(message = "`{T}` cannot be the type of a column", label = "not a column type")]
    #[cfg_attr(
        any(feature = "jiff", feature = "jiff-0_2"),
        diagnostic::on_unimplemented(
            note = "of `jiff`, the column types are `Timestamp`, for which `.timestamp()` of a `Zoned` leaves the time zone out, and \
                    `DateTime`, `Date` and `Time` of `jiff::civil`"
        )
    )]
    #[cfg_attr(
        not(any(feature = "jiff", feature = "jiff-0_2")),
        diagnostic::on_unimplemented(
            note = "add the feature `jiff` of `signals-rs`: `jiff::Timestamp`, and `DateTime`, `Date` and `Time` of `jiff::civil` are \
                    column types then"
        )
    )]
    JiffColumn<>;

    /// A date or time of another crate.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "not a column type",
        note = "a timestamp is a `chrono::DateTime<Utc>` with the feature `chrono` of `signals-rs`, or a `jiff::Timestamp` with the \
                feature `jiff`"
    )]
    TimeColumn<>;

    /// A UUID.
    #[diagnostic::on_unimplemented(message = "`{T}` cannot be the type of a column", label = "not a column type")]
    #[cfg_attr(
        feature = "uuid",
        diagnostic::on_unimplemented(note = "`uuid::Uuid`, of version 1 of the crate `uuid`, is a column type")
    )]
    #[cfg_attr(
        not(feature = "uuid"),
        diagnostic::on_unimplemented(note = "add the feature `uuid` of `signals-rs`: `uuid::Uuid` is a column type then")
    )]
    UuidColumn<>;

    /// `serde_json::Value`
    #[diagnostic::on_unimplemented(message = "`{T}` cannot be the type of a column", label = "not a column type")]
    #[cfg_attr(
        feature = "serde_json",
        diagnostic::on_unimplemented(note = "a `serde_json::Value` is a column type")
    )]
    #[cfg_attr(
        not(feature = "serde_json"),
        diagnostic::on_unimplemented(
            note = "add the feature `serde_json` of `signals-rs`: `serde_json::Value` is a column type then"
        )
    )]
    ValueColumn<>;

    /// `Json<Of>`
    #[diagnostic::on_unimplemented(
        message = "`{Of}` cannot be stored as JSON",
        label = "serde cannot read and write it",
        note = "every type in it needs `#[derive(Clone, serde::Serialize, serde::Deserialize)]`"
    )]
    JsonColumn<Of>;

    /// `Box<To>`, `Arc<To>`, `Mutex<To>`
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "expected the value itself",
        note = "a model owns its values: write `{To}`; a field that is not stored has `#[skip]`"
    )]
    PointerColumn<To>;

    /// A pointer to a value of a type of yours, which may be a model.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "expected the value itself",
        note = "a model owns its values: write `{To}`",
        note = "if `{To}` is a model, write `#[foreign_key(on_delete = cascade)]` and `Id<{To}>`"
    )]
    PointerToColumn<To>;

    /// A type without a value that could be stored.
    #[diagnostic::on_unimplemented(
        message = "`{T}` cannot be the type of a column",
        label = "no value to store",
        note = "a field that is not stored has `#[skip]`"
    )]
    NoValueColumn<>;

    /// An `Id` without its model.
    #[diagnostic::on_unimplemented(
        message = "`Id` does not say of which model it is",
        label = "expected `Id<Model>`",
        note = "a field that points to a row is `#[foreign_key(on_delete = cascade)]` and an `Id` with its model, such as `Id<User>`"
    )]
    IdColumn<>;
}
