//! Giving commands other keys, as `config.ron` asks for it.

use super::commands::Command;
use super::keymap::{self, Binding, Table};
use super::keys::Key;
use super::remap::{Change, Keymap};

impl Keymap {
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
        let bound: Vec<&'static str> = tables
            .iter()
            .map(|(other, _)| *other)
            .filter(|other| table.is_none_or(|title| title == other.title))
            .filter(|other| other.bindings.iter().any(|binding| binding.command == command))
            .map(|other| other.title)
            .collect();
        if bound.is_empty() {
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
        let is_named = table.is_some();
        let change = |table| Change { table, is_named, command, keys: keys.clone() };
        self.changes.extend(bound.into_iter().map(change));
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
                    own.flat_map(|(table, binding)| keymap::keys(self, table, binding)).copied().collect();
                let changed = given.into_iter().filter(|key| change.keys.contains(key));
                for key in changed {
                    let other = here.iter().find(|(table, binding)| {
                        binding.command != change.command && keymap::keys(self, table, binding).contains(&key)
                    });
                    if let Some((other_table, other)) = other {
                        let (label, other) = (key.label(), other.command.name());
                        let problem = format!(
                            "{label} is already the key of {other} ({}): give {other} another key as well",
                            other_table.title
                        );
                        let place = format!("{}.", change.table.to_lowercase());
                        let name = if change.is_named { place } else { String::new() };
                        return Err((name + change.command.name(), problem));
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
        let others: &[(&str, &[&str])] = &[("previous-sample", &["F8"]), ("queue-pause", &["F9"])];
        assert!(changed(&[&[("pause", &["p"][..])], others].concat()).is_ok());
    }
}
