//! Methods that relations of several models give to one model: a mistake of the whole program.

use expect_test::expect;
use signals::ErrorKind;
use signals::error::WiringMistake;
use signals::prelude::*;

use crate::log::without_lines;

#[model]
#[derive(Default)]
pub(crate) struct User {
    #[key]
    id: Id<User>,
    #[unique]
    name: String,
    #[foreign_key(on_delete = set_null)]
    boss: Option<Id<User>>,
}

#[model]
#[derive(Default)]
pub(crate) struct Team {
    #[key]
    id: Id<Team>,
}

mod blog {
    use super::{Team, User};
    use signals::prelude::*;

    #[model(app = "blog")]
    #[derive(Default)]
    pub(crate) struct Post {
        #[key]
        id: Id<Post>,
        #[foreign_key(on_delete = cascade)]
        user: Id<User>,
        // The same name on another model is no mistake.
        #[foreign_key(on_delete = cascade)]
        team: Id<Team>,
    }

    #[model(app = "blog")]
    #[derive(Default)]
    pub(crate) struct Note {
        #[key]
        id: Id<Note>,
        #[foreign_key(on_delete = cascade, related_name = "boss")]
        of: Id<User>,
        #[many_to_many(related_name = "by_name")]
        readers: ManyToMany<User>,
    }
}

mod shop {
    use super::User;
    use signals::prelude::*;

    #[model(app = "shop")]
    #[derive(Default)]
    pub(crate) struct Post {
        #[key]
        id: Id<Post>,
        #[many_to_many]
        users: ManyToMany<User>,
    }
}

// fields.E302 to fields.E305 of Django.
#[test]
fn relations_that_are_one_method_of_a_model_are_refused_by_check() {
    let error = signals::check().unwrap_err();
    let ErrorKind::Wiring(mistakes) = error.kind() else { panic!("{error}") };
    assert!(mistakes.iter().all(|mistake| matches!(mistake, WiringMistake::SameAccessor { .. })), "{error}");
    expect![[r#"
        `program::accessors::User` has two methods `boss`: that of `boss` of `program::accessors::User` (tests/program/accessors.rs) and that of `of` of `program::accessors::blog::Note` (tests/program/accessors.rs): give one of the relations another `related_name`
        `program::accessors::User` has two methods `by_name`: that of `name` of `program::accessors::User` (tests/program/accessors.rs) and that of `readers` of `program::accessors::blog::Note` (tests/program/accessors.rs): give one of the relations another `related_name`
        `program::accessors::User` has two methods `post_set`: that of `user` of `program::accessors::blog::Post` (tests/program/accessors.rs) and that of `users` of `program::accessors::shop::Post` (tests/program/accessors.rs): give one of the relations another `related_name`"#]].assert_eq(&without_lines(&error.to_string()));
}
