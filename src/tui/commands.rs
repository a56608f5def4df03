//! Every action of the dashboard: its name, one line about it, and the function that does it. The keymap points here;
//! help and palette are made from this list, so that nothing can be undocumented.

use super::message::Effect;
use super::state::State;
use super::update::{edit, inspect, navigate, overlays, presets, runs, training};

/// What a person can do.
#[derive(Debug)]
pub struct Command {
    /// As typed in the palette: words joined by `-`.
    pub name: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
    /// Whether it makes sense to call it by name: not so for moving about in lists and popups.
    pub in_palette: bool,
    /// Does it.
    pub run: fn(&mut State) -> Vec<Effect>,
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

macro_rules! commands {
    ($($palette:literal $constant:ident $name:literal: $doc:literal => $run:path;)*) => {
        $(#[doc = $doc] pub static $constant: Command =
            Command { name: $name, doc: $doc, in_palette: $palette, run: $run };)*
        /// All of them.
        pub static ALL: &[&Command] = &[$(&$constant),*];
    };
}

commands! {
    true START "start": "Train the chosen preset" => presets::start;
    true PAUSE "pause": "Pause training, or go on" => training::pause_or_resume;
    true STEP "step": "Make a single training step, then hold" => training::single_step;
    true STOP "stop": "End training after the current step" => training::stop;
    true FASTER "learning-rate-up": "Raise the learning rate" => training::raise_learning_rate;
    true SLOWER "learning-rate-down": "Lower the learning rate" => training::lower_learning_rate;
    true SET_RATE "learning-rate-set": "Type a learning rate for the training that runs" => training::ask_learning_rate;
    true SAVE_WEIGHTS "save-weights": "Write the weights to disk now" => training::save_weights;
    true LOG_SCALE "log-scale": "Switch the loss between linear and logarithmic axis" => training::toggle_log_scale;
    true NEXT_CHART "next-chart": "Draw another figure beside the loss" => training::next_chart;
    true SMOOTHING "smoothing": "Change how much the curves are smoothed" => training::cycle_smoothing;

    true READ "read": "Read all about the chosen preset" => presets::read;
    true FILTER "find-preset": "Narrow the list of presets by typing" => presets::filter;
    false UNFILTER "all-presets": "Show all presets again" => presets::unfilter;

    true OPEN_RUN "open-run": "Show the chosen run if it is trained, or go on with it" => runs::open;
    true RESUME_RUN "resume-run": "Go on with the chosen run from its newest checkpoint" => runs::resume;
    true LIST_RUNS "list-runs": "Look again for runs on disk" => runs::list;

    true TO_PRESETS "presets": "Show the presets" => navigate::to_presets;
    true TO_TRAIN "train": "Show the curves" => navigate::to_train;
    true TO_INSPECT "inspect": "Show test samples and predictions" => navigate::to_inspect;
    true TO_HYPER "hyperparameters": "Edit the chosen preset" => navigate::to_hyper;
    true TO_RUNS "runs": "Show the runs on disk" => navigate::to_runs;
    false NEXT_SCREEN "next-screen": "Show the next screen" => navigate::next_screen;
    false PREVIOUS_SCREEN "previous-screen": "Show the previous screen" => navigate::previous_screen;

    false UP "up": "Move up" => navigate::up;
    false DOWN "down": "Move down" => navigate::down;
    false PAGE_UP "page-up": "Move up by a page" => navigate::page_up;
    false PAGE_DOWN "page-down": "Move down by a page" => navigate::page_down;
    false FIRST "first": "Move to the first" => navigate::first;
    false LAST "last": "Move to the last" => navigate::last;

    true NEXT_SAMPLE "next-sample": "Look at the next test sample" => inspect::next;
    true PREVIOUS_SAMPLE "previous-sample": "Look at the previous test sample" => inspect::previous;
    true ONLY_WRONG "only-wrong": "Show only the samples that the model gets wrong, or all" => inspect::toggle_wrong;
    true CONFUSION "confusion": "Show the confusion matrix, or samples" => inspect::toggle_confusion;
    true NEXT_VIEW "next-view": "Show samples, confusion matrix, figures in turn" => inspect::next_view;
    true PREVIOUS_VIEW "previous-view": "The same, backwards" => inspect::previous_view;
    true NEXT_PART "next-part": "Put another part of the figure first" => inspect::next_part;
    false LOOK_RIGHT "look-right": "Next sample, or rightwards in a plane" => inspect::right;
    false LOOK_LEFT "look-left": "Previous sample, or leftwards in a plane" => inspect::left;
    true NEXT_ITEM "next-item": "The figure's next layer, neuron or the like" => inspect::next_item;
    true PREVIOUS_ITEM "previous-item": "The figure's previous layer, neuron or the like" => inspect::previous_item;
    true RAISE_LEVEL "level-up": "Raise the figure's threshold, temperature or the like" => inspect::raise_level;
    true LOWER_LEVEL "level-down": "Lower the figure's threshold, temperature or the like" => inspect::lower_level;
    true FIGURE_TEXT "figure-text": "Type what the figure is about" => inspect::ask_text;
    true REFRESH "refresh": "Ask the model again" => inspect::refresh;

    false EDIT "edit": "Type a value for the chosen field" => edit::begin;
    false LESS "less": "Previous choice, or a smaller value" => edit::less;
    false MORE "more": "Next choice, or a larger value" => edit::more;
    true RESET_FIELD "reset-field": "Give the chosen field its original value" => edit::reset_field;
    true RESET "reset": "Give all fields their original values" => edit::reset_all;
    true SAVE_PRESET "save-preset": "Save the changed preset to your own presets" => presets::ask_name;

    true HELP "help": "Show all keys and commands" => overlays::help;
    true PALETTE "palette": "Run a command by its name" => overlays::palette;
    true DETACH "detach": "Leave, and let the training go on" => overlays::detach;
    true QUIT "quit": "Leave; asks first while a training runs" => overlays::quit;
    false CLOSE "close": "Close the popup" => overlays::close;
    false ACCEPT "accept": "Do it" => overlays::accept;
    false YES "yes": "Yes" => overlays::accept;
    false NO "no": "No" => overlays::close;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_docs_are_sentences() {
        let names: HashSet<_> = ALL.iter().map(|command| command.name).collect();
        assert_eq!(names.len(), ALL.len());
        for command in ALL {
            assert!(command.doc.starts_with(char::is_uppercase), "{}", command.name);
            assert!(!command.doc.ends_with('.') && command.doc.len() <= 60, "{}", command.name);
            assert!(command.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        }
    }
}
