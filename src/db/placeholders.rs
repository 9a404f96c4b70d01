//! The placeholders in SQL that users write: one form for every database.
//!
//! Databases differ. SQLite takes `$2` for a name, and numbers names as they appear, so that `$2, $1` would be swapped;
//! PostgreSQL has `?` among its operators. So placeholders are read here and written in the form of the database, and ambiguous
//! ones are refused before the database sees them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::sql::{Dialect, Placeholder, Token, Tokens};
use crate::error::{Error, Result};

/// A statement with the placeholders of its database. A statement that already has them is borrowed.
pub(crate) fn of_statement(sql: &str, given: usize, dialect: Dialect) -> Result<Cow<'_, str>> {
    // Every placeholder begins with one of these.
    if given == 0 && !sql.bytes().any(|byte| matches!(byte, b'?' | b'$' | b':' | b'@')) {
        return Ok(Cow::Borrowed(sql));
    }
    rewritten(sql, given, dialect, Whole::Statement)
}

/// A condition in parentheses with numbered placeholders, so that it can be part of a statement that has others. Its parameters come
/// after `before` others.
pub(crate) fn of_condition(sql: &str, given: usize, before: usize, dialect: Dialect) -> Result<String> {
    let condition = rewritten(sql, given, dialect, Whole::Condition { before })?;
    // A comment may end the condition.
    Ok(format!("({condition}\n)"))
}

impl Dialect {
    /// The placeholder of a parameter, from 1.
    pub(crate) fn placeholder(self, number: usize) -> String {
        format!("{}{number}", self.sigil())
    }

    /// The first character of a numbered placeholder.
    pub(crate) fn sigil(self) -> char {
        match self {
            Self::Sqlite => '?',
            Self::Postgres => '$',
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Whole {
    Statement,
    Condition { before: usize },
}

fn rewritten(sql: &str, given: usize, dialect: Dialect, whole: Whole) -> Result<Cow<'_, str>> {
    let (mut out, mut written) = (String::new(), 0);
    let before = match whole {
        Whole::Statement => 0,
        Whole::Condition { before } => before,
    };
    let mut used = Used::default();
    for (place, token) in Tokens::of(sql, dialect) {
        let Token::Placeholder(placeholder) = token else { continue };
        let text = &sql[place.clone()];
        let new = match placeholder {
            Placeholder::Next => {
                used.next += 1;
                used.first_next.get_or_insert(text);
                // SQLite counts these itself.
                if dialect == Dialect::Sqlite && whole == Whole::Statement {
                    continue;
                }
                dialect.placeholder(before + used.next)
            }
            Placeholder::Numbered(digits) => {
                let number = digits.parse().ok().filter(|number| *number > 0);
                let Some(number) = number else { return Err(Error::database(no_number(text))) };
                used.numbers.insert(number);
                used.first_number.get_or_insert(text);
                // Most SQL has this form, for which nothing is allocated.
                if before == 0 && text.starts_with(dialect.sigil()) && !digits.starts_with('0') {
                    continue;
                }
                dialect.placeholder(before + number)
            }
            Placeholder::Question if dialect == Dialect::Postgres => "?".to_owned(),
            Placeholder::Question => {
                return Err(Error::database(
                    "`??` is the operator `?` of PostgreSQL, and SQLite has none: write `?` for a parameter",
                ));
            }
            Placeholder::Named => {
                return Err(Error::database(format!(
                    "`{text}` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` \
                     for the first",
                )));
            }
        };
        out += &sql[written..place.start];
        out += &new;
        written = place.end;
    }
    used.check(given, dialect, whole)?;
    if written == 0 {
        return Ok(Cow::Borrowed(sql));
    }
    Ok(Cow::Owned(out + &sql[written..]))
}

fn no_number(text: &str) -> String {
    if text[1..].bytes().all(|digit| digit == b'0') {
        format!("`{text}` stands for no parameter: the first one is `{}1`", &text[..1])
    } else {
        format!("`{text}` has a number that is too large for a parameter: correct it")
    }
}

/// The parameters that the placeholders stand for.
#[derive(Default)]
struct Used<'a> {
    next: usize,
    numbers: Numbers,
    first_next: Option<&'a str>,
    first_number: Option<&'a str>,
}

impl Used<'_> {
    fn check(&self, given: usize, dialect: Dialect, whole: Whole) -> Result<()> {
        let whole = match whole {
            Whole::Statement => "statement",
            Whole::Condition { .. } => "condition",
        };
        let operator = match dialect {
            Dialect::Postgres if self.next > given || self.first_number.is_some() && self.next > 0 => {
                "; the operator `?` of PostgreSQL is written `??`"
            }
            Dialect::Postgres | Dialect::Sqlite => "",
        };
        if let (Some(next), Some(number)) = (self.first_next, self.first_number) {
            return Err(Error::database(format!(
                "the {whole} has `{next}` as well as `{number}`: number all of its placeholders, or none{operator}",
            )));
        }
        let largest = self.numbers.largest();
        let count = self.next.max(self.numbers.len());
        // Numbers without a gap only need to be as many as the parameters.
        if largest <= count {
            if count == given {
                return Ok(());
            }
            let plural = if count == 1 { "" } else { "s" };
            return Err(Error::database(format!(
                "the {whole} has {count} placeholder{plural}, and the parameters are {given}: pass one for each{operator}",
            )));
        }
        if largest > given {
            return Err(Error::database(format!(
                "the {whole} has a placeholder for parameter {largest}, and the parameters are {given}: correct its number",
            )));
        }
        match (1..=given).find(|number| !self.numbers.contains(*number)) {
            None => Ok(()),
            Some(unused) => Err(Error::database(format!(
                "parameter {unused} has no placeholder in the {whole}: write it as `?{unused}`, or leave it out",
            ))),
        }
    }
}

/// A set of numbers from 1. It allocates only for numbers above 128, which few statements have.
#[derive(Default)]
struct Numbers {
    low: u128,
    high: BTreeSet<usize>,
}

impl Numbers {
    /// The bit of a low number.
    fn bit(number: usize) -> Option<u128> {
        1_u128.checked_shl(u32::try_from(number - 1).ok()?)
    }

    fn insert(&mut self, number: usize) {
        match Self::bit(number) {
            Some(bit) => self.low |= bit,
            None => _ = self.high.insert(number),
        }
    }

    fn contains(&self, number: usize) -> bool {
        Self::bit(number).map_or_else(|| self.high.contains(&number), |bit| self.low & bit != 0)
    }

    fn len(&self) -> usize {
        self.low.count_ones() as usize + self.high.len()
    }

    /// 0 if there is none.
    fn largest(&self) -> usize {
        self.high.last().copied().unwrap_or((u128::BITS - self.low.leading_zeros()) as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect;

    use super::*;

    const BOTH: [Dialect; 2] = [Dialect::Sqlite, Dialect::Postgres];

    fn of(sql: &str, given: usize) -> [String; 2] {
        BOTH.map(|dialect| {
            let sql = of_statement(sql, given, dialect);
            sql.map_or_else(|error| error.to_string(), Cow::into_owned)
        })
    }

    #[test]
    fn one_form_is_written_as_each_database_has_it() {
        for (sql, given, sqlite, postgres) in [
            ("SELECT ?, ?", 2, "SELECT ?, ?", "SELECT $1, $2"),
            ("SELECT ?2, ?1", 2, "SELECT ?2, ?1", "SELECT $2, $1"),
            ("SELECT $2, $1", 2, "SELECT ?2, ?1", "SELECT $2, $1"),
            ("SELECT $1, ?2, $1", 2, "SELECT ?1, ?2, ?1", "SELECT $1, $2, $1"),
            ("SELECT $1::text || x(?2::int)", 2, "SELECT ?1::text || x(?2::int)", "SELECT $1::text || x($2::int)"),
            (
                "ä = ? AND \"b?\" = '?' -- ?\n AND /* ? */ c = ?",
                2,
                "ä = ? AND \"b?\" = '?' -- ?\n AND /* ? */ c = ?",
                "ä = $1 AND \"b?\" = '?' -- ?\n AND /* ? */ c = $2",
            ),
            ("'it''s ?' || ?", 1, "'it''s ?' || ?", "'it''s ?' || $1"),
            ("price$1 = ? AND a$ = 1", 1, "price$1 = ? AND a$ = 1", "price$1 = $1 AND a$ = 1"),
            ("a=?AND b>=?", 2, "a=?AND b>=?", "a=$1AND b>=$2"),
            ("a -> ? ->> ?", 2, "a -> ? ->> ?", "a -> $1 ->> $2"),
            ("SELECT '?", 0, "SELECT '?", "SELECT '?"),
            ("SELECT \"a", 0, "SELECT \"a", "SELECT \"a"),
            ("SELECT ? /* ", 1, "SELECT ? /* ", "SELECT $1 /* "),
            (
                "SELECT $12, $11, $10, $9, $8, $7, $6, $5, $4, $3, $2, $1",
                12,
                "SELECT ?12, ?11, ?10, ?9, ?8, ?7, ?6, ?5, ?4, ?3, ?2, ?1",
                "SELECT $12, $11, $10, $9, $8, $7, $6, $5, $4, $3, $2, $1",
            ),
        ] {
            assert_eq!(of(sql, given), [sqlite, postgres], "{sql}");
        }
    }

    #[test]
    fn what_only_one_database_has_is_left_to_it() {
        for (sql, given, expected) in [
            ("tags ??| $1 AND tags ?? 'a' AND tags ??& $2", 2, "tags ?| $1 AND tags ? 'a' AND tags ?& $2"),
            ("data @?? '$.a ? (@ > 1)' AND b @> ?", 1, "data @? '$.a ? (@ > 1)' AND b @> $1"),
            ("a @@to_tsquery(?) AND b <@c AND @ d = ?", 2, "a @@to_tsquery($1) AND b <@c AND @ d = $2"),
            ("a[1:?] || a[first:last] || a[:2]", 1, "a[1:$1] || a[first:last] || a[:2]"),
            ("$$ it's ? $1 $$ || $tag$ $$ ? $tag$ || ?", 1, "$$ it's ? $1 $$ || $tag$ $$ ? $tag$ || $1"),
            (r"E'it\'s ?' || e'\\' || ?", 1, r"E'it\'s ?' || e'\\' || $1"),
            (r"'\' || ?", 1, r"'\' || $1"),
            (r"name'\' || ?", 1, r"name'\' || $1"),
            ("/* a /* ? */ ? */ ?", 1, "/* a /* ? */ ? */ $1"),
            ("f(a := ?, b => ?)", 2, "f(a := $1, b => $2)"),
            ("SELECT @-5, '::?'::text", 0, "SELECT @-5, '::?'::text"),
        ] {
            assert_eq!(of(sql, given)[1], expected);
        }
        for (sql, given, expected) in [
            ("[a ?] = ? AND `b $1` = ?", 2, "[a ?] = ? AND `b $1` = ?"),
            ("/* a /* ? */ $1", 1, "/* a /* ? */ ?1"),
            (r"e'\' || $1", 1, r"e'\' || ?1"),
        ] {
            assert_eq!(of(sql, given)[0], expected);
        }
    }

    #[test]
    fn sql_that_is_right_already_is_borrowed() {
        for (sql, given, dialect) in [
            ("SELECT 1", 0, Dialect::Sqlite),
            ("SELECT ?, ?", 2, Dialect::Sqlite),
            ("SELECT ?2, ?1", 2, Dialect::Sqlite),
            ("SELECT 1::int", 0, Dialect::Postgres),
            ("SELECT $2, $1", 2, Dialect::Postgres),
        ] {
            assert!(matches!(of_statement(sql, given, dialect).unwrap(), Cow::Borrowed(_)), "{sql}");
        }
    }

    #[test]
    fn what_is_ambiguous_is_refused() {
        let mut log = String::new();
        for (sql, given) in [
            ("?, $1", 2),
            ("?2, ?", 2),
            ("tags ? $1", 1),
            (":name", 1),
            ("@name", 1),
            ("a = @name", 0),
            ("$name", 1),
            ("$1a", 1),
            ("?0", 1),
            ("$00", 1),
            ("?99999999999999999999", 1),
            ("?", 0),
            ("?", 2),
            ("?, ?", 1),
            ("SELECT 1", 1),
            ("$1, $2", 1),
            ("$3", 2),
            ("$1, $3", 3),
            ("$2", 2),
            ("a ?? b", 0),
        ] {
            let [sqlite, postgres] = of(sql, given);
            let _ = writeln!(log, "{sql} ({given}): {sqlite}");
            if postgres != sqlite {
                let _ = writeln!(log, "    PostgreSQL: {postgres}");
            }
        }
        expect![[r#"
            ?, $1 (2): the statement has `?` as well as `$1`: number all of its placeholders, or none
                PostgreSQL: the statement has `?` as well as `$1`: number all of its placeholders, or none; the operator `?` of PostgreSQL is written `??`
            ?2, ? (2): the statement has `?` as well as `?2`: number all of its placeholders, or none
                PostgreSQL: the statement has `?` as well as `?2`: number all of its placeholders, or none; the operator `?` of PostgreSQL is written `??`
            tags ? $1 (1): the statement has `?` as well as `$1`: number all of its placeholders, or none
                PostgreSQL: the statement has `?` as well as `$1`: number all of its placeholders, or none; the operator `?` of PostgreSQL is written `??`
            :name (1): `:name` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
            @name (1): `@name` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
            a = @name (0): `@name` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
            $name (1): `$name` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
            $1a (1): `$1a` is a placeholder with a name, and parameters have none: write `?` for the next one, or `?1` for the first
            ?0 (1): `?0` stands for no parameter: the first one is `?1`
            $00 (1): `$00` stands for no parameter: the first one is `$1`
            ?99999999999999999999 (1): `?99999999999999999999` has a number that is too large for a parameter: correct it
            ? (0): the statement has 1 placeholder, and the parameters are 0: pass one for each
                PostgreSQL: the statement has 1 placeholder, and the parameters are 0: pass one for each; the operator `?` of PostgreSQL is written `??`
            ? (2): the statement has 1 placeholder, and the parameters are 2: pass one for each
            ?, ? (1): the statement has 2 placeholders, and the parameters are 1: pass one for each
                PostgreSQL: the statement has 2 placeholders, and the parameters are 1: pass one for each; the operator `?` of PostgreSQL is written `??`
            SELECT 1 (1): the statement has 0 placeholders, and the parameters are 1: pass one for each
            $1, $2 (1): the statement has 2 placeholders, and the parameters are 1: pass one for each
            $3 (2): the statement has a placeholder for parameter 3, and the parameters are 2: correct its number
            $1, $3 (3): parameter 2 has no placeholder in the statement: write it as `?2`, or leave it out
            $2 (2): parameter 1 has no placeholder in the statement: write it as `?1`, or leave it out
            a ?? b (0): `??` is the operator `?` of PostgreSQL, and SQLite has none: write `?` for a parameter
                PostgreSQL: a ? b
        "#]].assert_eq(&log);
    }

    #[test]
    fn a_condition_can_stand_among_other_placeholders() {
        let of = |sql, given| BOTH.map(|dialect| of_condition(sql, given, 0, dialect).unwrap());
        assert_eq!(of("a = ? OR a = ?", 2), ["(a = ?1 OR a = ?2\n)", "(a = $1 OR a = $2\n)"]);
        assert_eq!(of("a = $2 OR a = ?1 -- why?", 2), ["(a = ?2 OR a = ?1 -- why?\n)", "(a = $2 OR a = $1 -- why?\n)"]);
        assert_eq!(of("true", 0), ["(true\n)", "(true\n)"]);
        let error = of_condition("a = ?", 2, 0, Dialect::Sqlite).unwrap_err();
        expect!["the condition has 1 placeholder, and the parameters are 2: pass one for each"]
            .assert_eq(&error.to_string());
    }
}
