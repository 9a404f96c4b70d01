//! `embed_migrations!("migrations")`

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

use crate::errors::Errors;
use crate::root::Root;

pub(crate) fn expand(input: TokenStream, root: Root) -> TokenStream {
    let given = match syn::parse2::<Option<LitStr>>(input) {
        Ok(given) => given,
        Err(error) => {
            let message = "expected a folder, as in `embed_migrations!(\"migrations\")`";
            return syn::Error::new(error.span(), message).into_compile_error();
        }
    };
    let (name, span) = match &given {
        Some(given) => (given.value(), given.span()),
        None => ("migrations".to_owned(), Span::call_site()),
    };
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(&name);
    let mut errors = Errors::new();
    let is_divided = DATABASES.iter().any(|database| folder.join(database).is_dir());
    let lists: Vec<TokenStream> = if is_divided {
        undivided(&folder, span, &mut errors);
        let subfolders = DATABASES.map(|database| (format!("{name}/{database}"), folder.join(database)));
        let there = subfolders.iter().map(|(name, folder)| (folder.is_dir(), name, folder));
        there
            .map(|(is_there, name, folder)| if is_there { list(name, folder, span, &mut errors) } else { quote!(&[]) })
            .collect()
    } else {
        vec![list(&name, &folder, span, &mut errors)]
    };
    if let Err(errors) = errors.flush() {
        return errors;
    }
    let root = root.path(None);
    let folder = text(&folder);
    let function = if is_divided { quote!(per_database) } else { quote!(new) };
    quote! {
        #root::migrate::Embedded::#function(
            #name,
            if ::core::cfg!(debug_assertions) { ::core::option::Option::Some(#folder) } else { ::core::option::Option::None },
            #(#lists),*
        )
    }
}

/// The folders of a program that runs on more than one database.
const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// Refuses migrations next to the folders of databases.
fn undivided(folder: &Path, span: Span, errors: &mut Errors) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
    {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        errors.at(
            span,
            format!("`{file}` is a migration of no database\n\nhelp: move it to `sqlite` or `postgres`, which are next to it"),
        );
    }
}

/// The list of the migrations in a folder.
fn list(name: &str, folder: &Path, span: Span, errors: &mut Errors) -> TokenStream {
    let migrations = match read(folder) {
        Ok(files) => check(name, &files, span, errors),
        Err(error) => {
            let reason = if error.kind() == io::ErrorKind::NotFound {
                format!("there is no folder `{name}` next to the `Cargo.toml` of this crate")
            } else {
                format!("the folder `{name}` cannot be read: {error}")
            };
            errors.at(span, format!("{reason}\n\nhelp: migrations are files such as `{name}/V1__users.sql`"));
            Vec::new()
        }
    };
    for migration in &migrations {
        undecided(migration, span, errors);
    }
    let (paths, stems): (Vec<_>, Vec<_>) =
        migrations.iter().map(|migration| (text(&migration.path), &migration.stem)).unzip();
    quote!(&[#((#stems, ::core::include_str!(#paths))),*])
}

/// Refuses a migration that was written from models, and has lines that the user has to decide.
fn undecided(migration: &Migration, span: Span, errors: &mut Errors) {
    // A file that cannot be read is an error of `include_str!`.
    let sql = fs::read_to_string(&migration.path).unwrap_or_default();
    for (index, line) in sql.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("UNDECIDED")) {
        let (number, line) = (index + 1, line.trim());
        errors.at(
            span,
            format!("line {number} of `{}.sql` is undecided\n\nhelp: do what it says: {line}", migration.stem),
        );
    }
}

/// A file that is a migration.
struct Migration {
    /// Its name without `.sql`.
    stem: String,
    number: u32,
    path: PathBuf,
}

/// The files in a folder and its subfolders, in the order of their names.
fn read(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() {
            files.extend(read(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// The migrations among these files, unless the name of one is a mistake.
fn check(folder: &str, files: &[PathBuf], span: Span, errors: &mut Errors) -> Vec<Migration> {
    let mut migrations: Vec<Migration> = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let number = match (number(stem), extension) {
            (Some(number), "sql") => number,
            (Some(_), "rs") => {
                let help = "write it as SQL, or take the `embed_migrations!` of refinery";
                errors.at(span, format!("`{name}` is a migration in Rust, and these are in SQL\n\nhelp: {help}"));
                continue;
            }
            (Some(_), _) => {
                errors.at(span, format!("`{name}` is no file of SQL\n\nhelp: rename it to `{stem}.sql`"));
                continue;
            }
            (None, extension) if extension.eq_ignore_ascii_case("sql") => {
                let help = match suggestion(stem) {
                    Some(stem) => format!("rename it to `{stem}.sql`"),
                    None => "rename it as in `V1__users.sql`, or move it to another folder".to_owned(),
                };
                errors.at(span, format!("`{name}` is not the name of a migration: `V`, a number, two underscores and a word\n\nhelp: {help}"));
                continue;
            }
            // Any other file, such as a README.
            (None, _) => continue,
        };
        if let Some(first) = migrations.iter().find(|migration| migration.number == number) {
            let last = files.iter().filter_map(|path| self::number(&path.file_stem()?.to_string_lossy())).max();
            let (next, word) = (last.unwrap_or(number) + 1, stem.split_once("__").unwrap_or_default().1);
            errors.at(
                span,
                format!(
                    "`{}.sql` and `{name}` have one number\n\nhelp: rename the one that was applied nowhere yet, such as to \
                     `V{next}__{word}.sql`",
                    first.stem,
                ),
            );
        }
        migrations.push(Migration { stem: stem.to_owned(), number, path: path.clone() });
    }
    // Other names have been reported already.
    if migrations.is_empty() && errors.is_empty() {
        let message = format!("no migrations in the folder `{folder}`\n\nhelp: they are files such as `V1__users.sql`");
        errors.at(span, message);
    }
    migrations
}

/// The number in the name of a migration, as refinery reads it: `V1__users`, or `U1__users` for one that may be applied out of order.
fn number(stem: &str) -> Option<u32> {
    let (number, word) = stem.strip_prefix(['V', 'U'])?.split_once("__")?;
    let is_word = !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let is_number = number.bytes().all(|digit| digit.is_ascii_digit());
    // The numbers of refinery are signed.
    number.parse().ok().filter(|&number| is_word && is_number && i32::try_from(number).is_ok())
}

/// The intended name: `V1__users` for `v1__users`, `1_users` and `V1-users`. A name with a dot may be a reverse migration,
/// `V1__users.down`.
fn suggestion(stem: &str) -> Option<String> {
    if stem.contains('.') {
        return None;
    }
    let (kind, rest) = match stem.chars().next()? {
        'u' | 'U' => ('U', &stem[1..]),
        'v' | 'V' => ('V', &stem[1..]),
        _ => ('V', stem),
    };
    let rest = rest.trim_start_matches(['_', '-', ' ']);
    let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, word) = rest.split_at(end);
    let word = word.trim_matches(['_', '-', ' ']);
    let word: String = word.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    let stem = format!("{kind}{number}__{word}");
    self::number(&stem).is_some().then_some(stem)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The migrations that are embedded from these files, and the messages about them.
    fn checked(files: &[&str]) -> (Vec<String>, Vec<String>) {
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let mut errors = Errors::new();
        let migrations = check("migrations", &files, Span::call_site(), &mut errors);
        let stems = migrations.into_iter().map(|migration| migration.stem).collect();
        (stems, errors.texts())
    }

    #[test]
    fn a_migration_is_a_file_of_sql_with_a_number() {
        let (stems, mistakes) =
            checked(&[".gitkeep", "README.md", "V1__users.sql", "later/V10__größe_2.sql", "U2__late.sql", "mod.rs"]);
        assert_eq!(stems, ["V1__users", "V10__größe_2", "U2__late"]);
        assert_eq!(mistakes, [""; 0]);
    }

    #[test]
    fn a_file_that_would_be_left_out_is_a_mistake() {
        let names = [
            ("v1__users.sql", Some("V1__users")),
            ("1_users.sql", Some("V1__users")),
            ("0001_users.sql", Some("V0001__users")),
            ("V1_users.sql", Some("V1__users")),
            ("V1 - add-email.sql", Some("V1__add_email")),
            ("V1__add-email.sql", Some("V1__add_email")),
            ("V_1__users.SQL", Some("V1__users")),
            ("u3_late.sql", Some("U3__late")),
            ("V1__users.SQL", Some("V1__users")),
            ("V1__users.txt", Some("V1__users")),
            ("V1__users", Some("V1__users")),
            ("V1__users.down.sql", None),
            ("V1.5__users.sql", None),
            ("V1.sql", None),
            ("V1__.sql", None),
            ("V99999999999__users.sql", None),
            ("users.sql", None),
            ("V.sql", None),
            (".sql", None),
        ];
        for (name, meant) in names {
            let (_, mistakes) = checked(&["V7__other.sql", name]);
            assert_eq!(mistakes.len(), 1, "{name}: {mistakes:?}");
            let help = match meant {
                Some(meant) => format!("rename it to `{meant}.sql`"),
                None => "or move it to another folder".to_owned(),
            };
            assert!(mistakes[0].contains(name) && mistakes[0].contains(&help), "{name}: {mistakes:?}");
        }
        assert!(checked(&["V1__users.rs"]).1[0].contains("in Rust"));
    }

    #[test]
    fn two_migrations_of_one_number_and_none_at_all_are_mistakes() {
        assert_eq!(
            checked(&["V1__users.sql", "V01__posts.sql"]).1,
            [
                "`V1__users.sql` and `V01__posts.sql` have one number\n\nhelp: rename the one that was applied nowhere yet, \
              such as to `V2__posts.sql`"
            ]
        );
        for none in [&[][..], &["README.md"]] {
            let (_, mistakes) = checked(none);
            assert_eq!(
                mistakes,
                ["no migrations in the folder `migrations`\n\nhelp: they are files such as `V1__users.sql`"]
            );
        }
    }

    /// What is embedded of a folder with these files.
    fn embedded(name: &str, files: &[(&str, &str)]) -> String {
        let folder = env::temp_dir().join(format!("signals-embed-{name}-{}", std::process::id()));
        for (file, sql) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, sql).unwrap();
        }
        let path = text(&folder);
        let tokens = expand(quote!(#path), Root::Facade).to_string();
        fs::remove_dir_all(folder).unwrap();
        tokens
    }

    #[test]
    fn an_undecided_line_is_a_mistake() {
        let tokens = embedded("undecided", &[("V1__a.sql", "SELECT 1;\n  UNDECIDED: delete this line if it is so\n")]);
        let mistake =
            r"line 2 of `V1__a.sql` is undecided\n\nhelp: do what it says: UNDECIDED: delete this line if it is so";
        assert!(tokens.contains(mistake), "{tokens}");
    }

    #[test]
    fn folders_of_databases_are_embedded_apart() {
        let files =
            [("sqlite/V1__a.sql", ""), ("postgres/V1__a.sql", ""), ("postgres/V2__b.sql", ""), ("README.md", "")];
        let tokens = embedded("divided", &files);
        assert!(tokens.contains("per_database") && tokens.matches("V1__a.sql").count() == 2, "{tokens}");
        let tokens = embedded("one", &[("sqlite/V1__a.sql", "")]);
        assert!(tokens.contains("per_database") && tokens.trim_end().ends_with("& [])"), "{tokens}");
        let tokens = embedded("mixed", &[("sqlite/V1__a.sql", ""), ("V2__b.sql", "")]);
        assert!(tokens.contains("`V2__b.sql` is a migration of no database"), "{tokens}");
    }
}
