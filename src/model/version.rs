//! The types of fields with `#[version]`.

use crate::column::{ColumnFunctions, Counter};

/// The type of a field with `#[version]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the version of a row",
    label = "expected an integer",
    note = "a version counts the saves of a row: make it an `i64`"
)]
pub trait VersionNumber: Sized + 'static {
    /// The functions of [`Column`](crate::Column), and the counter.
    const FUNCTIONS: &'static ColumnFunctions<Self>;
}

macro_rules! versions {
    ($($integer:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl VersionNumber for $integer {
            const FUNCTIONS: &'static ColumnFunctions<Self> =
                &ColumnFunctions { counter: Some(|version| version), ..ColumnFunctions::new() };
        }

        impl Counter for $integer {
            fn is_unset(&self) -> bool {
                *self == 0
            }

            fn start(&mut self) {
                *self = 1;
            }

            fn has_next(&self) -> bool {
                *self < Self::MAX
            }

            fn advance(&mut self) {
                *self += 1;
            }
        }
    )*};
}

versions!(i8 i16 i32 i64 u8 u16 u32);
