//! The wiring as a table of text.

use core::fmt;

use super::Wiring;

/// ```text
/// User (accounts)
///   post_save
///     1  accounts::create_profile  created = true  src/accounts.rs:12:1
///     2  audit::note               any sender      src/audit.rs:7:1
/// ```
impl fmt::Display for Wiring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.signals.iter().flat_map(|signal| signal.receivers.iter().map(move |row| (signal, row)));
        let name = rows().map(|(_, row)| row.receiver.id.name.chars().count()).max().unwrap_or(0);
        let conditions = rows().map(|(signal, row)| signal.conditions(row).chars().count()).max().unwrap_or(0);
        for signals in self.by_heading() {
            writeln!(f, "{}", signals[0].heading())?;
            for signal in signals {
                if signal.has_sender() {
                    writeln!(f, "  {}", signal.signal)?;
                }
                if let Some(error) = &signal.error {
                    writeln!(f, "    error: {error}")?;
                }
                for (index, row) in signal.receivers.iter().enumerate() {
                    let (id, said) = (&row.receiver.id, signal.conditions(row));
                    writeln!(f, "{:>5}  {:name$}  {said:conditions$}  {}", index + 1, id.name, id.location)?;
                }
            }
        }
        Ok(())
    }
}
