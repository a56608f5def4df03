//! Keys that a person has given to commands, in place of those of [`keymap`](super::keymap).

use super::commands::Command;
use super::keymap::{self, Binding, Table};
use super::keys::Key;

/// The keys of the dashboard: the built-in ones, but for those that were changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    changes: Vec<Change>,
}

/// A command with other keys.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    /// The title of the table in which the keys hold; `None`: in every table that has the command.
    table: Option<&'static str>,
    command: Command,
    keys: Vec<Key>,
}

impl Keymap {
    /// The keys of a binding of this table.
    pub fn keys<'a>(&'a self, table: &Table, binding: &'a Binding) -> &'a [Key] {
        let is_changeable = keymap::changeable().iter().any(|(other, _)| other.title == table.title);
        let of_this = |change: &&Change| change.command == binding.command;
        let exactly = self.changes.iter().filter(of_this).find(|change| change.table == Some(table.title));
        let anywhere = || self.changes.iter().filter(of_this).find(|change| change.table.is_none());
        match exactly.or_else(anywhere).filter(|_| is_changeable) {
            Some(change) => &change.keys,
            None => binding.keys,
        }
    }

    /// The keys that do this in a table; none where it has no such binding.
    pub fn keys_of(&self, table: &'static Table, command: Command) -> Vec<Key> {
        let binding = table.bindings.iter().find(|binding| binding.command == command);
        binding.map(|binding| self.keys(table, binding).to_vec()).unwrap_or_default()
    }

    /// Gives a command other keys. `name` is the command's name as in the palette, or that with the place before it where the keys
    /// hold: `runs.sort-runs`. `keys` are written as in help.
    ///
    /// # Errors
    /// When there is no such place, command or key, or the command has no keys that can be changed.
    pub fn change(&mut self, name: &str, keys: &[String]) -> Result<(), String> {
        let tables = keymap::changeable();
        let (place, command_name) =
            name.split_once('.').map_or((None, name), |(place, rest)| (Some(place), rest));
        let table = match place {
            None => None,
            Some(place) => {
                let titles = || tables.iter().map(|(table, _)| table.title);
                let found = titles().find(|title| title.eq_ignore_ascii_case(place));
                let known = || titles().map(str::to_lowercase).collect::<Vec<_>>().join(", ");
                Some(
                    found
                        .ok_or_else(|| format!("there is no place {place:?}; the places are {}", known()))?,
                )
            }
        };
        let command = Command::all().find(|command| command.name() == command_name).ok_or_else(|| {
            format!("no command is called {command_name:?}; ? and : in the dashboard list them")
        })?;
        let is_bound = tables
            .iter()
            .filter(|(other, _)| table.is_none_or(|title| title == other.title))
            .any(|(table, _)| table.bindings.iter().any(|binding| binding.command == command));
        if !is_bound {
            let place = table.map(|title| format!(" in {title}")).unwrap_or_default();
            return Err(format!("{command_name} has no key{place} that could be changed"));
        }
        let read = |text: &String| {
            Key::parse(text).ok_or_else(|| {
                format!("{text:?} is no key; keys are written like p, Space, F5, PgUp, Ctrl-b, Alt-Enter")
            })
        };
        let keys = keys.iter().map(read).collect::<Result<Vec<Key>, String>>()?;
        if keys.is_empty() && [Command::Quit, Command::Help, Command::Palette].contains(&command) {
            return Err(format!("{command_name} needs a key: without it nobody finds the way out"));
        }
        self.changes.push(Change { table, command, keys });
        Ok(())
    }

    /// Checks that no key that was given to a command does something else at the same place.
    ///
    /// # Errors
    /// With the name as [`change`](Keymap::change) takes it of a command that hides another one or is hidden by it, and why.
    pub fn check(&self) -> Result<(), (String, String)> {
        for (table, after) in keymap::changeable() {
            let here: Vec<(&Table, &Binding)> = std::iter::once(table)
                .chain(after)
                .flat_map(|t| t.bindings.iter().map(move |b| (t, b)))
                .collect();
            for change in &self.changes {
                let own = here.iter().filter(|(_, binding)| binding.command == change.command);
                let given: Vec<Key> =
                    own.flat_map(|(table, binding)| self.keys(table, binding)).copied().collect();
                let changed = given.into_iter().filter(|key| change.keys.contains(key));
                for key in changed {
                    let other = here.iter().find(|(table, binding)| {
                        binding.command != change.command && self.keys(table, binding).contains(&key)
                    });
                    if let Some((other_table, other)) = other {
                        let (label, other) = (key.label(), other.command.name());
                        let problem = format!(
                            "{label} is already the key of {other} ({}): give {other} another key as well",
                            other_table.title
                        );
                        let name = change.table.map(|title| format!("{}.", title.to_lowercase()));
                        return Err((name.unwrap_or_default() + change.command.name(), problem));
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(changes: &[(&str, &[&str])]) -> Result<Keymap, String> {
        let mut keymap = Keymap::default();
        for (name, keys) in changes {
            keymap.change(name, &keys.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        }
        keymap.check().map_err(|(name, problem)| format!("{name}: {problem}"))?;
        Ok(keymap)
    }

    #[test]
    fn a_command_gets_the_keys_that_a_person_gives_it() {
        let keymap = changed(&[("pause", &["F5", "Ctrl-b"]), ("up", &["Ctrl-k", "Up"])]).unwrap();
        assert_eq!(keymap::keys_of(&keymap, Command::Pause), "F5 Ctrl-b");
        assert_eq!(keymap::keys_of(&keymap, Command::Stop), "x");
        assert_eq!(keymap::keys_of(&keymap, Command::Up), "Ctrl-k ↑");
    }

    #[test]
    fn keys_hold_in_one_place_where_it_is_named() {
        let keymap = changed(&[("runs.sort-runs", &["F4"]), ("hyperparameters.start", &["F9"])]).unwrap();
        assert_eq!(keymap::keys_of(&keymap, Command::SortRuns), "F4");
        assert_eq!(keymap::keys_of(&keymap, Command::Start), "Enter", "on Presets it stays");
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        let problem = |changes: &[(&str, &[&str])]| changed(changes).unwrap_err();
        assert!(problem(&[("paus", &["p"])]).contains("no command is called \"paus\""));
        assert!(problem(&[("nowhere.pause", &["F5"])]).contains("the places are presets, train"));
        assert!(problem(&[("pause", &["Hyper-x"])]).contains("\"Hyper-x\" is no key"));
        assert!(problem(&[("yes", &["F5"])]).contains("has no key that could be changed"));
        assert!(problem(&[("quit", &[])]).contains("needs a key"));
        // Inspect has this key already, and would hide it there.
        let hidden = problem(&[("pause", &["p"])]);
        assert_eq!(
            hidden,
            "pause: p is already the key of previous-sample (Inspect): give previous-sample another key as well"
        );
        assert!(changed(&[("pause", &["p"]), ("previous-sample", &["F8"])]).is_ok());
    }
}
