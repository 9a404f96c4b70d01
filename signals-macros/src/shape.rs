//! How the type of a field is written. Only the compiler knows what it is: this only chooses the question that the compiler is asked,
//! and so what it says if the type is not the type of a column.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Path, PathArguments, PathSegment, Type};

use crate::root::{SpanRange, ask, at};

/// The traits of the module `model::diagnostics` of the library, with what their messages name.
enum Shape<'a> {
    /// The type of a column, usually.
    Column,
    /// A type of the user, or of a crate that is not known here.
    Own,
    /// The trait that has a way out for it.
    Known(&'static str),
    /// The trait, and the type that its message names.
    Around(&'static str, &'a Type),
}

use Shape::{Around, Column, Known, Own};

/// Traits, and the last words of the types that they are asked for.
const NAMES: &[(&str, &[&str])] = &[
    ("IntegerColumn", &["u64", "usize", "isize", "u128", "i128"]),
    ("TextColumn", &["char", "str", "PathBuf", "OsString", "CString", "Url", "Uri", "SmolStr", "CompactString"]),
    ("TextColumn", &["IpAddr", "Ipv4Addr", "Ipv6Addr", "SocketAddr"]),
    ("BytesColumn", &["Bytes", "BytesMut", "ByteBuf"]),
    ("DecimalColumn", &["Decimal", "BigDecimal", "BigInt", "BigUint", "BigRational", "Ratio"]),
    ("DurationColumn", &["Duration", "TimeDelta", "SignedDuration"]),
    ("ChronoColumn", &["DateTime", "NaiveDateTime", "NaiveDate", "NaiveTime"]),
    ("JiffColumn", &["Timestamp", "Zoned"]),
    ("TimeColumn", &["SystemTime", "Instant", "OffsetDateTime", "PrimitiveDateTime", "UtcDateTime", "Date", "Time"]),
    ("UuidColumn", &["Uuid", "Ulid"]),
    ("ValueColumn", &["Value"]),
    ("ListColumn", &["HashMap", "BTreeMap", "IndexMap"]),
    ("NoValueColumn", &["PhantomData"]),
];

const COLUMNS: &[&str] = &["bool", "String", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "f32", "f64", "Ref"];
const LISTS: &[&str] = &["Vec", "VecDeque", "LinkedList", "HashSet", "BTreeSet", "IndexSet", "SmallVec", "ArrayVec"];
const POINTERS: &[&str] =
    &["Box", "Rc", "Arc", "Cow", "Cell", "RefCell", "Mutex", "RwLock", "OnceCell", "OnceLock", "LazyLock", "Pin"];

/// The question that asks for the functions of a column of this type.
pub(crate) fn column_functions(ty: &Type, root: &TokenStream) -> TokenStream {
    let private = quote!(#root::__private);
    let value = value_of(ty);
    let mut place = SpanRange::of(value);
    let question = match shape(value) {
        Column => return ask(ty, quote!(#root::Column), "FUNCTIONS"),
        Own => {
            let way = ask(value, quote!(#private::ColumnOrModel<_>), "Way");
            return ask(value, quote!(#private::OwnColumn<#way, #ty>), "FUNCTIONS");
        }
        Known(question) => {
            let question = word(question);
            quote!(#private::#question<#value>)
        }
        Around(question, inner) => {
            // The value of a `Json` is what is wrong with it.
            if question == "JsonColumn" {
                place = SpanRange::of(inner);
            }
            let question = word(question);
            quote!(#private::#question<#inner, #value>)
        }
    };
    ask(at(place, ty, &private), question, "FUNCTIONS")
}

/// The question that asks for the model of a relation of this type, and its subject.
pub(crate) fn relation(ty: &Type, private: &TokenStream) -> (TokenStream, TokenStream) {
    let value = value_of(ty);
    let arguments = last(value).map(|last| match &last.arguments {
        PathArguments::AngleBracketed(arguments) => (last.ident.to_string(), arguments.args.len()),
        _ => (last.ident.to_string(), 0),
    });
    let question = match arguments {
        Some((name, 0)) if name == "Id" => quote!(#private::IdPointer<#value>),
        Some((name, 0 | 1)) if name == "Ref" => quote!(#private::RefPointer<#value>),
        _ if matches!(shape(value), Own) => quote!(#private::OwnPointer<#value>),
        _ => return (ty.to_token_stream(), quote!(#private::PointsTo)),
    };
    (at(SpanRange::of(value), ty, private), question)
}

fn word(name: &str) -> Ident {
    Ident::new(name, proc_macro2::Span::call_site())
}

/// The type without an `Option` around it.
fn value_of(ty: &Type) -> &Type {
    let ty = plain(ty);
    match last(ty).filter(|last| last.ident == "Option").and_then(argument) {
        Some(value) => plain(value),
        None => ty,
    }
}

/// The type without parentheses, which may be those of a macro.
pub(crate) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => plain(&group.elem),
        Type::Paren(paren) => plain(&paren.elem),
        ty => ty,
    }
}

fn shape(ty: &Type) -> Shape<'_> {
    match ty {
        Type::Path(path) => of_path(&path.path),
        Type::Reference(reference) => pointer(&reference.elem),
        Type::Array(array) if is(&array.elem, "u8") => Known("BytesColumn"),
        Type::Tuple(tuple) if tuple.elems.is_empty() => Known("NoValueColumn"),
        Type::Array(_) | Type::Slice(_) | Type::Tuple(_) => Known("ListColumn"),
        Type::FnPtr(_) | Type::Never(_) | Type::Ptr(_) | Type::TraitObject(_) => Known("NoValueColumn"),
        _ => Column,
    }
}

fn of_path(path: &Path) -> Shape<'_> {
    let Some(last) = path.segments.last() else { return Own };
    let name = last.ident.to_string();
    let name = name.as_str();
    let is_in = |module: &str| path.segments.iter().any(|segment| segment.ident == module);
    if is_in("jiff") || is_in("civil") {
        return Known("JiffColumn");
    }
    if is_in("time") && path.segments.len() > 1 && name != "Duration" {
        return Known("TimeColumn");
    }
    if name.starts_with("NonZero") || name.starts_with("Atomic") {
        return Known("IntegerColumn");
    }
    match argument(last).map(plain) {
        None if name == "Id" => Known("IdColumn"),
        Some(_) if name == "Id" => Column,
        Some(item) if LISTS.contains(&name) => list(name, item),
        Some(to) if POINTERS.contains(&name) => pointer(to),
        Some(of) if name == "Json" => Around("JsonColumn", of),
        _ if COLUMNS.contains(&name) => Column,
        _ => NAMES.iter().find(|(_, names)| names.contains(&name)).map_or(Own, |(question, _)| Known(question)),
    }
}

fn list<'a>(name: &str, item: &'a Type) -> Shape<'a> {
    if name == "Vec" && is(item, "u8") {
        return Column;
    }
    let model = last(item).filter(|last| last.ident == "Id").and_then(argument);
    match model {
        Some(model) => Around("IdsColumn", model),
        None if matches!(shape(item), Own) => Around("ListOfColumn", item),
        None => Known("ListColumn"),
    }
}

fn pointer(to: &Type) -> Shape<'_> {
    match plain(to) {
        Type::Slice(slice) if is(&slice.elem, "u8") => Known("BytesColumn"),
        Type::TraitObject(_) => Known("NoValueColumn"),
        to if is(to, "str") => Known("TextColumn"),
        to if matches!(shape(to), Own) => Around("PointerToColumn", to),
        to => Around("PointerColumn", to),
    }
}

fn is(ty: &Type, name: &str) -> bool {
    matches!(plain(ty), Type::Path(path) if path.path.is_ident(name))
}

fn last(ty: &Type) -> Option<&PathSegment> {
    match plain(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The first type in angle brackets.
fn argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions() {
        for (ty, question) in [
            ("String", "Column"),
            ("std::string::String", "Column"),
            ("Vec<u8>", "Column"),
            ("Option<Vec<u8>>", "Column"),
            ("Id<User>", "Column"),
            ("Ref<User, String>", "Column"),
            ("Id", "IdColumn"),
            ("Role", "Own"),
            ("Option<crate::Role>", "Own"),
            ("Page<T>", "Own"),
            ("u64", "IntegerColumn"),
            ("Option<std::num::NonZeroU32>", "IntegerColumn"),
            ("&'static str", "TextColumn"),
            ("std::borrow::Cow<'static, str>", "TextColumn"),
            ("Box<str>", "TextColumn"),
            ("(Arc<str>)", "TextColumn"),
            ("[u8; 16]", "BytesColumn"),
            ("&'static [u8]", "BytesColumn"),
            ("Vec<String>", "ListColumn"),
            ("HashMap<String, Role>", "ListColumn"),
            ("(f64, f64)", "ListColumn"),
            ("[String; 2]", "ListColumn"),
            ("Vec<Post>", "ListOfColumn Post"),
            ("HashSet<Id<Post>>", "IdsColumn Post"),
            ("Option<std::boxed::Box<Post>>", "PointerToColumn Post"),
            ("Mutex<Vec<String>>", "PointerColumn Vec < String >"),
            ("Json<Settings>", "JsonColumn Settings"),
            ("chrono::DateTime<Local>", "ChronoColumn"),
            ("jiff::civil::DateTime", "JiffColumn"),
            ("time::OffsetDateTime", "TimeColumn"),
            ("std::time::SystemTime", "TimeColumn"),
            ("std::time::Duration", "DurationColumn"),
            ("rust_decimal::Decimal", "DecimalColumn"),
            ("PhantomData<User>", "NoValueColumn"),
            ("()", "NoValueColumn"),
            ("fn() -> u8", "NoValueColumn"),
            ("Box<dyn Fn()>", "NoValueColumn"),
        ] {
            let ty: Type = syn::parse_str(ty).unwrap();
            let found = match shape(value_of(&ty)) {
                Column => "Column".to_owned(),
                Own => "Own".to_owned(),
                Known(question) => question.to_owned(),
                Around(question, inner) => format!("{question} {}", inner.to_token_stream()),
            };
            assert_eq!(found, question, "{}", ty.to_token_stream());
        }
    }
}
