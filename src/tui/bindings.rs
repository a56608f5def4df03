//! What binds keys to commands: a binding, and tables of them.

use super::commands::Command;
use super::keys::Key;

/// Keys that do one thing; by default a command of the dashboard.
#[derive(Debug)]
pub struct Binding<C = Command> {
    /// Any of these.
    pub keys: &'static [Key],
    /// What they do.
    pub command: C,
    /// A word or two for the footer; `None` for keys that need no mention there.
    pub hint: Option<&'static str>,
}

pub(super) const fn bind<C: Copy>(keys: &'static [Key], command: C) -> Binding<C> {
    Binding { keys, command, hint: None }
}
pub(super) const fn shown<C: Copy>(keys: &'static [Key], command: C, hint: &'static str) -> Binding<C> {
    Binding { keys, command, hint: Some(hint) }
}

/// Bindings that hold in one place.
#[derive(Debug)]
pub struct Table {
    /// As the help calls it.
    pub title: &'static str,
    /// The bindings, looked up from the first to the last.
    pub bindings: &'static [Binding],
}
