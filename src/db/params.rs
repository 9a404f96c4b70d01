//! The parameters of a statement.

use crate::column::Column;
use crate::value::{Value, ValueRef};

/// The parameters of a statement, in the order of its placeholders.
///
/// Placeholders have the same form on every database. `?` stands for the next parameter. `?2`, or `$2`, stands for the second one and
/// can be repeated. A statement has either the former or the latter, and uses each of its parameters. `??` is a question mark, for
/// operators of PostgreSQL: `tags ?? 'new'`, `tags ??| $1`. Quotes and comments are left unchanged. An ambiguous statement is an
/// error before the database sees it: placeholders of both kinds, names such as `:name`, a number without a parameter, and a
/// parameter without a placeholder.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// # let db = signals::db::Db::connect("sqlite::memory:").await?;
/// assert_eq!(db.query_one::<(i64, i64)>("SELECT ?, ?", &(1, 2)).await?, (1, 2));
/// assert_eq!(db.query_one::<(i64, i64)>("SELECT $2, $1", &(1, 2)).await?, (2, 1));
/// # Ok(())
/// # }
/// ```
///
/// Parameters are a tuple of up to twelve values, such as `&("ann", 42)` or `&(user.id,)`, or `&()` for none. A column alone, such as
/// `&user.id`, is the only parameter. If their number is only known at run time, they are an array or a slice of [`ValueRef`]s. They
/// are borrowed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parameters of a statement",
    label = "not parameters",
    note = "parameters are a tuple of values such as `&(name, 42)`, with a comma for a single one: `&(name,)`, and `&()` for \
            none; or an array or slice of `ValueRef`",
    note = "each value is of a type that a column can have (`i64`, and not `usize` or `u64`), `&str`, `&[u8]`, `Value` or `ValueRef`, \
            without another `&`"
)]
pub trait Params: Sync {
    /// The number of parameters.
    fn len(&self) -> usize;

    /// The parameter at `index`, from 0 to below [`len`](Self::len).
    fn get(&self, index: usize) -> ValueRef<'_>;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A value in a tuple of [`Params`]: every [`Column`], `&str`, `&[u8]`, [`Value`] and
/// [`ValueRef`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a statement",
    label = "not a parameter",
    note = "parameters are the types that a column can have, `&str`, `&[u8]`, `Value` and `ValueRef`; they are written without \
            another `&`"
)]
pub trait Parameter: Sync {
    /// The value as it is bound.
    fn to_parameter(&self) -> ValueRef<'_>;
}

#[diagnostic::do_not_recommend]
impl<T: Column> Parameter for T {
    fn to_parameter(&self) -> ValueRef<'_> {
        self.to_value()
    }
}

impl Parameter for &str {
    fn to_parameter(&self) -> ValueRef<'_> {
        ValueRef::Text(self)
    }
}

impl Parameter for &[u8] {
    fn to_parameter(&self) -> ValueRef<'_> {
        ValueRef::Blob(self)
    }
}

impl Parameter for Option<&str> {
    fn to_parameter(&self) -> ValueRef<'_> {
        self.map_or(ValueRef::Null, ValueRef::Text)
    }
}

impl Parameter for ValueRef<'_> {
    fn to_parameter(&self) -> ValueRef<'_> {
        *self
    }
}

impl Parameter for Value {
    fn to_parameter(&self) -> ValueRef<'_> {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl Params for [ValueRef<'_>] {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        self[index]
    }
}

// A `&dyn Params` can only be made from a reference to a sized type: for a slice, that is `&&[..]`.
#[diagnostic::do_not_recommend]
impl Params for &[ValueRef<'_>] {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        self[index]
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> Params for [ValueRef<'_>; N] {
    fn len(&self) -> usize {
        N
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        self[index]
    }
}

#[diagnostic::do_not_recommend]
impl Params for Vec<ValueRef<'_>> {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        self[index]
    }
}

#[diagnostic::do_not_recommend]
impl<T: Column> Params for T {
    fn len(&self) -> usize {
        1
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        if index == 0 { self.to_value() } else { out_of_range(index, 1) }
    }
}

#[diagnostic::do_not_recommend]
impl Params for () {
    fn len(&self) -> usize {
        0
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        out_of_range(index, 0)
    }
}

macro_rules! tuple_params {
    ($count:literal: $($type:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($type: Parameter),*> Params for ($($type,)*) {
            fn len(&self) -> usize {
                $count
            }

            fn get(&self, index: usize) -> ValueRef<'_> {
                match index {
                    $($index => self.$index.to_parameter(),)*
                    _ => out_of_range(index, $count),
                }
            }
        }
    };
}

tuple_params! { 1: A 0 }
tuple_params! { 2: A 0, B 1 }
tuple_params! { 3: A 0, B 1, C 2 }
tuple_params! { 4: A 0, B 1, C 2, D 3 }
tuple_params! { 5: A 0, B 1, C 2, D 3, E 4 }
tuple_params! { 6: A 0, B 1, C 2, D 3, E 4, F 5 }
tuple_params! { 7: A 0, B 1, C 2, D 3, E 4, F 5, G 6 }
tuple_params! { 8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7 }
tuple_params! { 9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8 }
tuple_params! { 10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9 }
tuple_params! { 11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10 }
tuple_params! { 12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11 }

fn out_of_range(index: usize, len: usize) -> ! {
    panic!("there is no parameter {index}, there are {len}")
}
