//! An event of another program.

/// An event of another program that has arrived.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "there is no span that shows it"))]
pub(in crate::durable) struct Received<'a> {
    pub(in crate::durable) from: &'a str,
    /// Its number there.
    pub(in crate::durable) event: i64,
    pub(in crate::durable) signal: &'a str,
    /// How often the broker has delivered it.
    pub(in crate::durable) attempt: u32,
    /// When it was stored there, in microseconds since 1970.
    pub(in crate::durable) at: i64,
    pub(in crate::durable) context: Option<&'a str>,
}
