//! Keys that a person has given to commands, in place of the built-in ones.

use super::commands::Command;
use super::keys::Key;

/// The keys of the dashboard: the built-in ones, but for those that were changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    pub(super) changes: Vec<Change>,
}

/// A command with other keys in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The title of the table.
    pub table: &'static str,
    /// Whether the person has named the table; otherwise the keys hold in every table that has the command.
    pub is_named: bool,
    /// The command.
    pub command: Command,
    /// Its keys.
    pub keys: Vec<Key>,
}

impl Keymap {
    /// The keys that were given to a command in the table of this title; `None` where it has its built-in ones. Keys for a
    /// table that was named come before those for all tables.
    pub fn keys(&self, table: &str, command: Command) -> Option<&[Key]> {
        let of_this = |change: &&Change| change.command == command && change.table == table;
        let found = self.changes.iter().filter(of_this).find(|change| change.is_named);
        found.or_else(|| self.changes.iter().find(of_this)).map(|change| &change.keys[..])
    }
}
