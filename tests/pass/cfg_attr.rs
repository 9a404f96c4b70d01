// Attributes of others depend on the build as they like, beside those of a model.
#![deny(warnings)]
use signals::prelude::*;

#[model]
#[cfg_attr(all(), derive(Debug, Clone, Default, PartialEq), doc = "A user.")]
#[cfg_attr(any(), no_such_attribute)]
pub struct User {
    #[key]
    #[cfg_attr(all(), doc = "The key.")]
    pub id: Id<User>,
    #[unique]
    #[cfg_attr(any(), no_such_attribute(unique = "x"), other::unique)]
    #[cfg_attr(all(), cfg_attr(all(), allow(clippy::all), doc = "The name."))]
    pub name: String,
}

pub(super) fn main() {
    assert_eq!(User::default(), User { id: Id::default(), name: String::new() });
    assert!(User::META.fields[1].unique);
}
