//! A trait of the user may have any method on models, also on all of them: nothing hidden of `Model` is called instead.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    #[version]
    version: i64,
}

macro_rules! extension {
    ($($method:ident)*) => {
        trait Extension {
            $(fn $method(&self) -> &'static str { stringify!($method) })*
        }

        impl<M: Model> Extension for M {}

        fn of_one(user: &User) {
            $(assert_eq!(user.$method(), stringify!($method));)*
        }

        fn of_any<M: Model>(model: &M) {
            $(assert_eq!(model.$method(), stringify!($method));)*
        }
    };
}

extension! {
    key set_key has_key version value from_row assign copy_fields snapshot automatic restore fill settle default_of load_related
    follow one_that_points all_that_point
}

pub(super) fn main() {
    of_one(&User::default());
    of_any(&User::default());
}
