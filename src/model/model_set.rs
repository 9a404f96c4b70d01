//! Models named as a type: `db.create_tables_of::<(User, Profile)>()`.

use super::{Meta, Model};

/// Models named as a type: one model, or a tuple of up to twelve.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a model nor a tuple of models",
    label = "expected a model, or a tuple such as `(User, Profile)`",
    note = "annotate a struct with `#[model]` to make it a model"
)]
pub trait ModelSet {
    #[doc(hidden)]
    fn metas() -> Vec<&'static Meta>;
}

#[diagnostic::do_not_recommend]
impl<M: Model> ModelSet for M {
    fn metas() -> Vec<&'static Meta> {
        vec![M::META]
    }
}

macro_rules! tuples {
    ($($model:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<$($model: Model),*> ModelSet for ($($model,)*) {
            fn metas() -> Vec<&'static Meta> {
                vec![$($model::META),*]
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
