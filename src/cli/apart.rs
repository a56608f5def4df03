//! A command behind another command: `queue add train xor --hold`. The options of the outer one may stand before or behind the inner one.

use clap::{ArgAction, Args, Command};

use super::Error;
use super::text::{of_clap, plain};

/// Tells the options of `T` apart from the command, in whatever order they were typed. `name` is what takes them.
///
/// # Errors
/// What is wrong with an option, or `missing` where there is no command.
pub(super) fn told_apart<T: Args>(
    name: &'static str,
    typed: Vec<String>,
    missing: &str,
) -> Result<(T, Vec<String>), Error> {
    let mut reader = T::augment_args(Command::new(name).no_binary_name(true));
    let takes_value = |word: &str| {
        let (name, has_value) = word.split_once('=').map_or((word, false), |(name, _)| (name, true));
        let arg = reader.get_arguments().find(|arg| {
            let long = name.strip_prefix("--").is_some_and(|name| arg.get_long() == Some(name));
            let short = name.strip_prefix('-').map(str::chars).is_some_and(|mut letters| {
                arg.get_short().is_some() && letters.next() == arg.get_short() && letters.next().is_none()
            });
            long || short
        })?;
        Some(!has_value && !matches!(arg.get_action(), ArgAction::SetTrue))
    };
    let (mut options, mut words) = (Vec::new(), Vec::new());
    let mut typed = typed.into_iter();
    while let Some(word) = typed.next() {
        match takes_value(&word) {
            None => words.push(word),
            Some(has_more) => {
                options.push(word);
                if has_more {
                    options.extend(typed.next());
                }
            }
        }
    }
    let matches = reader.try_get_matches_from_mut(options);
    let read = matches
        .and_then(|matches| T::from_arg_matches(&matches))
        .map_err(|error| Error::Usage(plain(&of_clap(&error))))?;
    if words.is_empty() {
        return Err(Error::Usage(missing.to_owned()));
    }
    Ok((read, words))
}
