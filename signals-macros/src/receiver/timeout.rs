//! `timeout = "5s"`

use core::time::Duration;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Ident, LitStr};

use super::ir::CallStyle;
use crate::errors::Errors;
use crate::times;

/// The time that a receiver has.
pub(super) struct Timeout {
    pub(super) word: Ident,
    time: Duration,
}

impl Timeout {
    pub(super) fn parse(word: Ident, written: &LitStr) -> syn::Result<Self> {
        let zero = "a receiver with no time never runs\n\nhelp: write a longer time, or leave `timeout` out";
        let time = time("timeout", written, zero)?;
        Ok(Self { word, time })
    }

    /// Refuses a limit of a receiver that never waits.
    pub(super) fn check(&self, call: &CallStyle, errors: &mut Errors) {
        if let CallStyle::Plain = call {
            errors.on(
                &self.word,
                "a receiver is stopped where it awaits, and this one is not `async`\n\nhelp: make it an `async fn`, or leave `timeout` out",
            );
        }
    }
}

/// The time that an argument has. `zero` is the mistake of a time that is none.
pub(super) fn time(argument: &str, written: &LitStr, zero: &str) -> syn::Result<Duration> {
    match milliseconds(&written.value()) {
        Some(0) => Err(syn::Error::new(written.span(), zero)),
        Some(time) => Ok(Duration::from_millis(time)),
        None => {
            let fact = "a time is a whole number and its unit: `ms`, `s`, `m` or `h`";
            let message = match times::meant(&written.to_token_stream()) {
                Some(meant) => format!("{fact}\n\nhelp: write `{argument} = {meant}`"),
                None => format!("{fact}, as in `{argument} = \"10s\"`"),
            };
            Err(syn::Error::new(written.span(), message))
        }
    }
}

fn milliseconds(written: &str) -> Option<u64> {
    let written = written.trim();
    let digits = written.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = (written[..digits].parse::<u64>().ok()?, written[digits..].trim_start());
    let (_, factor) = times::UNITS.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor)
}

/// The limit, for the registry.
pub(super) fn limit(timeout: Option<&Timeout>) -> TokenStream {
    let Some(timeout) = timeout else { return quote!(::core::option::Option::None) };
    let time = duration(timeout.time);
    quote!(::core::option::Option::Some(#time))
}

/// A time, as an expression.
pub(super) fn duration(time: Duration) -> TokenStream {
    let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).to_token_stream();
    quote!(::core::time::Duration::from_millis(#time))
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn a_time_is_a_number_and_its_unit() {
        let cases = [("5s", 5000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000), (" 5 s ", 5000)];
        for (written, time) in cases {
            assert_eq!(milliseconds(written), Some(time), "{written}");
        }
        for refused in ["", "5", "s", "5 seconds", "1.5s", "-1s", "5S", "99999999999999999999s", "9999999999999999999h"]
        {
            assert_eq!(milliseconds(refused), None, "{refused}");
        }
    }
}
