//! Every action: its name, one line about it, and the function that does it. Keymap and help are made from these.

use super::message::Effect;
use super::state::State;
use super::update as does;

/// What a person can do.
#[derive(Debug)]
pub struct Command {
    /// What it does, in one line.
    pub doc: &'static str,
    /// Does it.
    pub run: fn(&mut State) -> Option<Effect>,
}

macro_rules! commands {
    ($($constant:ident $doc:literal => $run:path;)*) => {
        $(#[doc = $doc] pub static $constant: Command = Command { doc: $doc, run: $run };)*
        /// All of them.
        #[cfg(test)]
        pub static ALL: &[&Command] = &[$(&$constant),*];
    };
}

commands! {
    MARK "Show this run along with others, or no longer" => does::toggle_mark;
    UNMARK "Unmark all runs; show all runs again" => does::clear;
    SORT "Sort by name, newest, value, steps" => does::sort;
    FILTER "Narrow the table to runs with these words" => does::filter;
    DETAILS "All about this run: files, hyperparameters, values" => does::details;
    TAGS "Choose a figure from the list of all" => does::tags;
    NEXT_TAG "Show the next figure" => does::next_tag;
    PREVIOUS_TAG "Show the previous figure" => does::previous_tag;
    OLDER "Show an older picture" => does::older;
    NEWER "Show a newer picture" => does::newer;
    SMOOTHING "Change how much the curves are smoothed" => does::cycle_smoothing;
    LOG_SCALE "Switch between linear and logarithmic axis" => does::toggle_log_scale;
    UP "Move up" => does::up;
    DOWN "Move down" => does::down;
    PAGE_UP "Move up by a page" => does::page_up;
    PAGE_DOWN "Move down by a page" => does::page_down;
    FIRST "Move to the first" => does::first;
    LAST "Move to the last" => does::last;
    HELP "Show all keys" => does::help;
    CLOSE "Close the popup" => does::close;
    ACCEPT "Do it" => does::accept;
    QUIT "Leave" => does::quit;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_are_short_sentences() {
        for command in ALL {
            assert!(command.doc.starts_with(char::is_uppercase), "{}", command.doc);
            assert!(!command.doc.ends_with('.') && command.doc.len() <= 52, "{}", command.doc);
        }
    }
}
