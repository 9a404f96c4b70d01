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

/// Methods of the user's own on types of the library, whose methods of these names only print an error.
trait OnOurTypes {
    fn unwrap(self) -> &'static str;
    fn save(self) -> &'static str;
    fn add(self) -> &'static str;
}

impl<M> OnOurTypes for Id<M> {
    fn unwrap(self) -> &'static str {
        "unwrap"
    }

    fn save(self) -> &'static str {
        "save"
    }

    fn add(self) -> &'static str {
        "add"
    }
}

impl<M> OnOurTypes for ManyToMany<M> {
    fn unwrap(self) -> &'static str {
        "unwrap"
    }

    fn save(self) -> &'static str {
        "save"
    }

    fn add(self) -> &'static str {
        "add"
    }
}

pub(super) fn main() {
    let (id, many) = (Id::<User>::UNSET, ManyToMany::<User>::new());
    assert_eq!([id.unwrap(), id.save(), id.add()], ["unwrap", "save", "add"]);
    assert_eq!([many.unwrap(), many.save(), many.add()], ["unwrap", "save", "add"]);
    of_one(&User::default());
    of_any(&User::default());
}
