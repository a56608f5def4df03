//! Every action of the dashboard: its name and one line about it. Keymap, help and palette are made from this list, so
//! that nothing can be undocumented; `update/perform.rs` says which function does it.

use super::state::Screen;

macro_rules! commands {
    (
        $($palette:literal $variant:ident $name:literal: $doc:literal;)*
        Show each Screen;
        $($later_palette:literal $later:ident $later_name:literal: $later_doc:literal;)*
    ) => {
        /// What a person can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Command {
            $(#[doc = $doc] $variant,)*
            /// Show a screen
            Show(Screen),
            $(#[doc = $later_doc] $later,)*
        }

        impl Command {
            /// All of them.
            pub fn all() -> impl Iterator<Item = Command> {
                let before = [$(Command::$variant),*].into_iter();
                before.chain(Screen::ALL.map(Command::Show)).chain([$(Command::$later),*])
            }

            /// As typed in the palette: words joined by `-`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Command::$variant => $name,)*
                    Command::Show(screen) => screen.command_name(),
                    $(Command::$later => $later_name,)*
                }
            }

            /// What it does, in one line.
            pub fn doc(self) -> &'static str {
                match self {
                    $(Command::$variant => $doc,)*
                    Command::Show(screen) => screen.doc(),
                    $(Command::$later => $later_doc,)*
                }
            }

            /// Whether it makes sense to call it by name. It does not for moving about in lists and popups.
            pub fn is_in_palette(self) -> bool {
                match self {
                    $(Command::$variant => $palette,)*
                    Command::Show(_) => true,
                    $(Command::$later => $later_palette,)*
                }
            }
        }
    };
}

commands! {
    true Start "start": "Train the chosen preset";
    false TrainAgain "train-again": "Train the preset that is shown once more";
    true Pause "pause": "Pause training, or go on";
    true Step "step": "Make a single training step, then hold";
    true Stop "stop": "End training after the current step";
    true Faster "learning-rate-up": "Raise the learning rate";
    true Slower "learning-rate-down": "Lower the learning rate";
    true SetRate "learning-rate-set": "Type a learning rate for the training that runs";
    true Adjust "adjust": "Change another setting of the training that runs";
    true StopAfterEpoch "stop-after-epoch": "End training after this epoch, or not any more";
    true AddEpochs "add-epochs": "Let the training that runs go on for more epochs";
    true GoBack "go-back": "Go back to a checkpoint of the training that runs";
    true HalveRate "halve-rate": "Go back to the checkpoint before, with half the rate";
    true Branch "branch": "Begin a new run from a checkpoint, with changes";
    true SlowDown "tempo-down": "Make fewer steps a second, to watch them";
    true Quicken "tempo-up": "Make more steps a second, or as many as possible";
    true Loop "loop": "Train again with the next seed after each end, or not";
    true StartPaused "hold-at-start": "Train the chosen preset, holding before the first step";
    true TakeOver "take-over": "Steer the training here, not in another terminal";
    true SaveWeights "save-weights": "Write the weights to disk now";
    true OpenCharts "charts": "Let the charts fill the screen, to read and zoom them";
    false CloseCharts "charts-back": "Show the rest of the screen again";
    true Epochs "epochs": "Show the table of epochs, the whole log, or neither";
    true LogScale "log-scale": "Switch losses between linear and logarithmic axis";
    true LogX "log-scale-x": "Switch the charts' horizontal axis to logarithmic or back";
    true NextAxis "charts-along": "Draw curves by step, epoch, time since start, time of day";
    true WholeRange "charts-all": "Show the charts' whole range";
    true MorePanes "more-panes": "Show one more chart";
    true FewerPanes "fewer-panes": "Show one chart less";
    true NextChart "next-chart": "Draw other scalars beside the first chart";
    true FilterPanes "find-scalars": "Show only the charts of scalars with a name like this";
    true References "reference-lines": "Draw lines to compare curves with: accuracy 98.5% Keras";
    true Smoothing "smoothing": "Change how much the curves are smoothed";
    true FoldOutliers "fold-outliers": "Fold the extreme values of the curves, or show all";
    true Spread "seeds": "Draw runs that differ only in their seed as one, or apart";
    true ChooseTag "choose-curve": "Put a curve, distribution, picture or text first";
    false CursorRight "cursor-right": "Read the curves further to the right";
    false CursorLeft "cursor-left": "Read the curves further to the left";
    false CursorFirst "cursor-first": "Read the curves' first values";
    false CursorLast "cursor-last": "Read the curves' last values";
    false ZoomIn "zoom-in": "Show less of the curves, larger";
    false ZoomOut "zoom-out": "Show more of the curves, smaller";
    false PanRight "pan-right": "Show what comes later in the curves";
    false PanLeft "pan-left": "Show what came before in the curves";

    true Read "read": "Read all about the chosen preset";
    true Filter "find-preset": "Narrow the list of presets by typing";
    false Unfilter "all-presets": "Show all presets again";
    true NewPreset "new-from-data": "Make a preset for a file or folder of your own";
    false CompletePath "complete-path": "Complete the path that is typed";
    false MarkTarget "mark-column": "Mark the chosen column: marked ones are predicted at once";

    true OpenRun "open-run": "Show the chosen run: its curves and its network";
    true EarlierCheckpoint "earlier-checkpoint": "Show the open run, or a picture, as it was before";
    true LaterCheckpoint "later-checkpoint": "Show the open run, or a picture, as it was later";
    true ResumeRun "resume-run": "Go on with the chosen run from its newest checkpoint";
    true MarkRun "mark-run": "Mark the chosen run: marked ones are drawn together";
    true PinRun "pin-run": "Draw the chosen run on top of all others, or not";
    true UnmarkRuns "unmark-runs": "Take all marks away";
    true CompareRuns "compare-runs": "Show what two runs differ in";
    true FilterRuns "find-run": "Narrow the list: words, globs, /regular expression/";
    false UnfilterRuns "all-runs": "Show all runs again";
    true SortRuns "sort-runs": "Sort the runs by something else";
    true ReverseRuns "reverse-runs": "Turn the order of the runs round";
    true RunSettings "run-settings": "Show the settings in which the runs differ";
    true NameRun "name-run": "Call the chosen run by another name";
    true TagRun "tag-run": "Give the chosen run tags";
    true NoteRun "note-run": "Write a note on the chosen run";
    true DiscardRun "remove-run": "Remove the chosen run";
    true RestoreRun "bring-back-run": "Bring the run back that was removed last";
    true RunDetails "run-details": "Read all about the chosen run";
    true EventFiles "event-files": "Show event files instead of your runs, or your runs";
    true ShowTrials "show-trials": "Show the trials of searches among the runs, or hide them";
    true ListRuns "list-runs": "Look again for runs on disk";

    true OpenTrial "open-trial": "Show the run of the chosen trial: curves and network";
    true SaveTrial "save-trial": "Save the preset of the chosen trial to your presets";
    true BeginSearch "begin-search": "Begin the preset's search, or go on with the chosen one";
    true EndSearch "end-search": "End the chosen search; its trainings make checkpoints";
    true NextSearch "next-search": "Show the next search";
    true PreviousSearch "previous-search": "Show the previous search";
    true SearchFigure "search-figure": "Draw another figure of the search first";
    true NextSetting "next-setting": "Draw the next setting against the result";
    true PreviousSetting "previous-setting": "Draw the previous setting against the result";
    true NextObjective "next-objective": "Draw the search's other objective";

    true Enqueue "queue-add": "Put the preset as it is now at the end of the queue";
    true OpenItem "queue-open": "Show the run or the search of the queue's chosen item";
    true RaiseItem "queue-up": "Move the chosen item of the queue up";
    true LowerItem "queue-down": "Move the chosen item of the queue down";
    true FirstItem "queue-first": "Move the chosen item to the front of the queue";
    true LastItem "queue-last": "Move the chosen item to the end of the queue";
    true RemoveItem "queue-remove": "Take the chosen item off the queue; its run stays";
    true RetryItem "queue-retry": "Let the chosen item that failed or was stopped go on";
    true CopyItem "queue-copy": "Copy the command of the chosen item to the clipboard";
    true PauseQueue "queue-pause": "Begin nothing new of the queue, or go on";
    true StartQueue "queue-start": "Have the queue worked off in the background";
    true StopQueue "queue-stop": "End what the queue trains, with checkpoints";
    true MoreJobs "queue-more-jobs": "Train one more item of the queue at a time";
    true FewerJobs "queue-fewer-jobs": "Train one item of the queue less at a time";
    true ClearQueue "queue-clear": "Take all items off the queue that have ended";

    Show each Screen;
    false NextScreen "next-screen": "Show the next screen";
    false PreviousScreen "previous-screen": "Show the previous screen";

    false Up "up": "Move up";
    false Down "down": "Move down";
    false PageUp "page-up": "Move or scroll up by a page";
    false PageDown "page-down": "Move or scroll down by a page";
    false First "first": "Move to the first";
    false Last "last": "Move to the last";

    true NextSample "next-sample": "Look at the next test sample";
    true PreviousSample "previous-sample": "Look at the previous test sample";
    true OnlyWrong "only-wrong": "Show only the samples that the model gets wrong, or all";
    true SampleOrder "sample-order": "Show samples by loss, or by how sure the model is";
    true FindSamples "find-samples": "Show only samples of a class, or taken for one";
    true Confusion "confusion": "Show the confusion matrix, or samples";
    true NextView "next-view": "Show samples, confusion matrix, figures in turn";
    true PreviousView "previous-view": "The same, backwards";
    true NextPart "next-part": "Put another part of the figure first";
    true NextLeaf "next-page": "Show the images or classes that had no room";
    true PreviousLeaf "previous-page": "Show the page of images or classes before";
    false LookRight "look-right": "Next sample, or rightwards in a plane";
    false LookLeft "look-left": "Previous sample, or leftwards in a plane";
    true NextItem "next-item": "The figure's next layer, neuron or the like";
    true PreviousItem "previous-item": "The figure's previous layer, neuron or the like";
    true RaiseLevel "level-up": "Raise the figure's threshold, temperature or the like";
    true LowerLevel "level-down": "Lower the figure's threshold, temperature or the like";
    true FigureText "figure-text": "Type what the figure is about; open a confusion cell";
    true Refresh "refresh": "Ask the model again";

    false Edit "edit": "Type a value for the chosen field";
    false Less "less": "Previous choice, or a smaller value";
    false More "more": "Next choice, or a larger value";
    false ChooseKind "choose-kind": "Choose another kind of layer, optimizer or the like";
    true AddLayer "add-layer": "Add a layer behind the chosen one";
    true RemoveLayer "remove-layer": "Remove the chosen layer, or leave the field out";
    true CopyLayer "copy-layer": "Put a copy of the chosen layer behind it";
    true RaiseLayer "layer-up": "Move the chosen layer up";
    true LowerLayer "layer-down": "Move the chosen layer down";
    true Undo "undo": "Take the last change of the preset back";
    true Redo "redo": "Make the change again that was taken back";
    true EditText "edit-text": "Open the preset's text in your editor";
    true ShowChanges "show-changes": "Show which lines of the preset differ from what was read";
    true TryRates "try-rates": "Learning-rate range test: draw the loss while the rate grows";
    true FindField "find-field": "Narrow the form by typing";
    false AllFields "all-fields": "Show all fields again";
    true FoldFields "fold-fields": "Open all groups of the form, or close them";
    true ResetField "reset-field": "Give the chosen field its original value";
    true Reset "reset": "Give all fields their original values";
    true SavePreset "save-preset": "Save the changed preset to your own presets";

    false FindKey "find-key": "Narrow the list of keys by typing";
    true Picture "picture": "Write the screen to a file, as SVG and as text";
    true Copy "copy": "Copy the run or preset in front to the clipboard";
    true NextTheme "next-theme": "Change the colours: dark, light, high contrast, …";
    true Help "help": "Show all keys and commands";
    true Palette "palette": "Run a command by its name";
    true Detach "detach": "Leave, and let the training go on";
    true Suspend "suspend": "Stop the dashboard until fg; the training goes on";
    true Quit "quit": "Leave; asks first while a training runs";
    false Close "close": "Close the popup";
    false Accept "accept": "Do it";
    false Yes "yes": "Yes";
    false No "no": "No";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_docs_are_sentences() {
        let names: HashSet<_> = Command::all().map(Command::name).collect();
        assert_eq!(names.len(), Command::all().count());
        for command in Command::all() {
            let (name, doc) = (command.name(), command.doc());
            assert!(doc.starts_with(char::is_uppercase), "{name}");
            assert!(!doc.ends_with('.') && doc.len() <= 60, "{name}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        }
    }
}
