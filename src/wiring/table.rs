//! The wiring as a table.

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
        let rows = || self.signals.iter().flat_map(|signal| signal.receivers.iter().map(move |wired| (signal, wired)));
        let name_width = rows().map(|(_, wired)| wired.receiver.id.name.chars().count()).max().unwrap_or(0);
        let conditions_width =
            rows().map(|(signal, wired)| signal.conditions(wired).chars().count()).max().unwrap_or(0);
        for signals in self.by_heading() {
            writeln!(f, "{}", signals[0].heading())?;
            for signal in signals {
                if let Some(label) = signal.label() {
                    writeln!(f, "  {label}")?;
                }
                if let Some(error) = &signal.error {
                    writeln!(f, "    error: {error}")?;
                }
                for (index, wired) in signal.receivers.iter().enumerate() {
                    let (number, conditions) = (index + 1, signal.conditions(wired));
                    let (name, location) = (&wired.receiver.id.name, wired.receiver.id.location);
                    writeln!(f, "{number:>5}  {name:name_width$}  {conditions:conditions_width$}  {location}")?;
                }
            }
        }
        Ok(())
    }
}
