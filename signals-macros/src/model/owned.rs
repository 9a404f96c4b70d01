//! Types that no field can have: those that borrow without a lifetime, and those that are not written out. The compiler refuses them in
//! the struct itself, and again wherever the output mentions them, so that they are replaced.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, Generics, Lifetime, PathArguments, PathSegment, Type, parse_quote};

use crate::grammar::text;

/// What to report: the tokens to underline, and the message.
pub(super) type Report<'a> = &'a mut dyn FnMut(TokenStream, String);

/// Replaces what is wrong with the type of a field, and reports it.
pub(super) fn repair(ty: &mut Type, generics: &Generics, report: Report<'_>) {
    match ty {
        Type::Reference(reference) => {
            if !is_declared(reference.lifetime.as_ref(), generics) {
                let owned = owned(&reference.elem);
                report(
                    reference.to_token_stream(),
                    format!("a model owns its values, and a `{}` borrows\n\nhelp: write `{owned}`", text(&*reference)),
                );
                reference.lifetime = Some(parse_quote!('static));
            }
            repair(&mut reference.elem, generics, report);
        }
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                of_segment(segment, generics, report);
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| repair(ty, generics, report)),
        Type::Array(array) => repair(&mut array.elem, generics, report),
        Type::Slice(slice) => repair(&mut slice.elem, generics, report),
        Type::Paren(paren) => repair(&mut paren.elem, generics, report),
        Type::Group(group) => repair(&mut group.elem, generics, report),
        Type::ImplTrait(_) | Type::Infer(_) => {
            report(
                ty.to_token_stream(),
                format!("`{}` is not the type of a field\n\nhelp: write the type itself, such as `String`", shown(ty)),
            );
            *ty = parse_quote!(());
        }
        _ => {}
    }
}

/// `Cow<str>` borrows too, and so do the arguments of other types.
fn of_segment(segment: &mut PathSegment, generics: &Generics, report: Report<'_>) {
    let written = segment.to_token_stream();
    let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { return };
    let lifetime = arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Lifetime(lifetime) => Some(lifetime),
        _ => None,
    });
    let borrows = match (lifetime, arguments.args.first()) {
        (Some(lifetime), _) => !is_declared(Some(lifetime), generics),
        (None, Some(GenericArgument::Type(ty))) => segment.ident == "Cow" && is_borrowed(ty),
        _ => false,
    };
    if borrows {
        let ty = arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(owned(ty)),
            _ => None,
        });
        let help = ty.filter(|_| segment.ident == "Cow").unwrap_or_else(|| "a type without a lifetime".to_owned());
        let help = if help.contains(' ') { help } else { format!("`{help}`") };
        report(
            written.clone(),
            format!("a model owns its values, and a `{}` borrows\n\nhelp: write {help}", text(written)),
        );
        let others = arguments.args.iter().filter(|argument| !matches!(argument, GenericArgument::Lifetime(_)));
        let others = quote!(#(, #others)*);
        *arguments = parse_quote!(<'static #others>);
    }
    for argument in &mut arguments.args {
        if let GenericArgument::Type(ty) = argument {
            repair(ty, generics, report);
        }
    }
}

fn is_borrowed(ty: &Type) -> bool {
    matches!(ty, Type::Slice(_)) || text(ty) == "str"
}

/// Whether the compiler knows the lifetime.
fn is_declared(lifetime: Option<&Lifetime>, generics: &Generics) -> bool {
    lifetime.is_some_and(|lifetime| {
        lifetime.ident == "static" || generics.lifetimes().any(|declared| declared.lifetime == *lifetime)
    })
}

/// The type that owns what this one is.
fn owned(ty: &Type) -> String {
    match ty {
        Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
        ty if text(ty) == "str" => "String".to_owned(),
        ty => text(ty),
    }
}

/// `impl Into<String>` with its space.
fn shown(ty: &Type) -> String {
    match ty {
        Type::ImplTrait(of) => format!("impl {}", text(&of.bounds)),
        ty => text(ty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_borrow_or_are_not_written_out() {
        for (ty, expected, help) in [
            ("String", "String", ""),
            ("&'static str", "&'staticstr", ""),
            ("&'a str", "&'staticstr", "`String`"),
            ("&str", "&'staticstr", "`String`"),
            ("Option<&str>", "Option<&'staticstr>", "`String`"),
            ("&[u8]", "&'static[u8]", "`Vec<u8>`"),
            ("&User", "&'staticUser", "`User`"),
            ("Cow<str>", "Cow<'static,str>", "`String`"),
            ("Cow<'_, str>", "Cow<'static,str>", "`String`"),
            ("std::borrow::Cow<'static, str>", "std::borrow::Cow<'static,str>", ""),
            ("Cow<'static>", "Cow<'static>", ""),
            ("Cow<Milk>", "Cow<Milk>", ""),
            ("Row<'_>", "Row<'static>", "a type without a lifetime"),
            ("(i64, impl Copy)", "(i64,())", "the type itself, such as `String`"),
            ("Vec<_>", "Vec<()>", "the type itself, such as `String`"),
            ("fn(&str) -> &str", "fn(&str)->&str", ""),
        ] {
            let mut found: Type = syn::parse_str(ty).unwrap();
            let mut helps = Vec::new();
            repair(&mut found, &Generics::default(), &mut |_, message| {
                helps.push(message.split_once("help: write ").unwrap().1.to_owned());
            });
            assert_eq!((text(&found).as_str(), helps.concat().as_str()), (expected, help), "{ty}");
        }
    }
}
