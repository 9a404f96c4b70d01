//! The names of types in messages: without the modules, as users write them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The name of a type and its module: `Order` and `shop::orders` for `shop::orders::Order`. A type with generics has no module.
pub(crate) fn parts<T: ?Sized>() -> (&'static str, Option<&'static str>) {
    (short::<T>(), module(core::any::type_name::<T>()))
}

fn module(name: &'static str) -> Option<&'static str> {
    let (module, _) = name.rsplit_once("::").filter(|_| name.chars().all(is_of_path))?;
    Some(module.split("::{").next().unwrap_or(module))
}

/// `Vec<User>` for `alloc::vec::Vec<shop::User>`.
fn short<T: ?Sized>() -> &'static str {
    shortened(core::any::type_name::<T>())
}

/// A name with generics is a string of its own, which is made once and never freed.
fn shortened(name: &'static str) -> &'static str {
    static SHORT: Mutex<BTreeMap<&'static str, &'static str>> = Mutex::new(BTreeMap::new());
    if name.chars().all(is_of_path) {
        return last(name);
    }
    let mut short = SHORT.lock().unwrap_or_else(PoisonError::into_inner);
    short.entry(name).or_insert_with(|| without_modules(name).leak())
}

fn without_modules(name: &str) -> String {
    let mut short = String::new();
    let mut rest = name;
    while !rest.is_empty() {
        let (path, after) = rest.split_at(rest.find(|c| !is_of_path(c)).unwrap_or(rest.len()));
        // `<User as Model>::Key` is no path from its beginning.
        short.push_str(if path.starts_with("::") { path } else { last(path) });
        let (sign, after) = after.split_at(after.find(is_of_path).unwrap_or(after.len()));
        short.push_str(sign);
        rest = after;
    }
    short
}

/// The last segment of a path.
fn last(path: &str) -> &str {
    path.rsplit_once("::").map_or(path, |(_, last)| last)
}

/// Whether it is a character of a path, such as `shop::orders::{{closure}}::Order`.
fn is_of_path(c: char) -> bool {
    c.is_alphanumeric() || ['_', ':', '{', '}', '#'].contains(&c)
}

#[cfg(test)]
mod tests {
    use super::{parts, short, without_modules};

    struct User;

    #[test]
    fn a_type_has_the_name_that_users_write() {
        assert_eq!(short::<User>(), "User");
        assert_eq!(short::<u8>(), "u8");
        assert_eq!(short::<Vec<User>>(), "Vec<User>");
        assert_eq!(short::<(User, [Option<User>; 2])>(), "(User, [Option<User>; 2])");
        assert_eq!(short::<&'static str>(), "&str");
        assert_eq!(short::<dyn std::any::Any + Send>(), "dyn Any + Send");
        assert_eq!(without_modules("<shop::User as signals::Model>::Key"), "<User as Model>::Key");
    }

    #[test]
    fn a_type_has_the_module_in_which_it_is_declared() {
        assert_eq!(parts::<User>(), ("User", Some("signals_core::type_name::tests")));
        assert_eq!(parts::<String>(), ("String", Some("alloc::string")));
        assert_eq!(parts::<u8>(), ("u8", None));
        assert_eq!(parts::<Vec<User>>(), ("Vec<User>", None));
        assert_eq!(super::module("shop::pay::{{closure}}::Order"), Some("shop::pay"));
    }

    #[test]
    fn a_name_is_made_once() {
        assert!(core::ptr::eq(short::<Vec<User>>(), short::<Vec<User>>()));
    }

    #[test]
    fn a_type_in_an_async_function_has_its_own_name() {
        fn name_of<T>(_: &T) -> &'static str {
            short::<T>()
        }
        let inside = || {
            struct Inside;
            name_of(&Inside)
        };
        assert_eq!(inside(), "Inside");
    }
}
