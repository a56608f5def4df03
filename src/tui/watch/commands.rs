//! Every action: one line about it. Keymap and help are made from these; [`update`](super::update) does them.

macro_rules! commands {
    ($($variant:ident $doc:literal;)*) => {
        /// What a person can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Command {
            $(#[doc = $doc] $variant,)*
        }

        impl Command {
            /// All of them.
            #[cfg(test)]
            pub const ALL: &[Command] = &[$(Command::$variant),*];

            /// What it does, in one line.
            pub fn doc(self) -> &'static str {
                match self { $(Command::$variant => $doc,)* }
            }
        }
    };
}

commands! {
    Mark "Show this run along with others, or no longer";
    Unmark "Unmark all runs; show all runs again";
    Sort "Sort by name, newest, value, steps";
    Filter "Narrow the table to runs with these words";
    Details "All about this run: files, hyperparameters, values";
    Tags "Choose a figure from the list of all";
    NextTag "Show the next figure";
    PreviousTag "Show the previous figure";
    Older "Show an older picture or text";
    Newer "Show a newer picture or text";
    Smoothing "Change how much the curves are smoothed";
    LogScale "Switch between linear and logarithmic axis";
    Up "Move up";
    Down "Move down";
    PageUp "Move up by a page";
    PageDown "Move down by a page";
    First "Move to the first";
    Last "Move to the last";
    Help "Show all keys";
    Close "Close the popup";
    Accept "Do it";
    Quit "Leave";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_are_short_sentences() {
        for command in Command::ALL {
            let doc = command.doc();
            assert!(doc.starts_with(char::is_uppercase), "{doc}");
            assert!(!doc.ends_with('.') && doc.len() <= 52, "{doc}");
        }
    }
}
