//! Which key does what, as data. A binding names a [`Command`], which has a description by its type.

use crossterm::event::{KeyCode, KeyEvent};

use super::availability::hindrance;
pub use super::bindings::{Binding, Table};
pub(super) use super::bindings::{bind, shown};
use super::chart_keys;
use super::commands::Command;
pub use super::keys::Key;
pub(super) use super::keys::{ch, ctrl, key};
use super::popup_keys::{CHOOSING, HELP, KEEPING, READING, SCROLLING, TARGETS, overlay_table};
use super::remap::Keymap;
use super::state::{Overlay, Screen, State};

const LEFT: Key = key(KeyCode::Left);
const RIGHT: Key = key(KeyCode::Right);
const ENTER: Key = key(KeyCode::Enter);
const ESC: Key = key(KeyCode::Esc);

static PRESETS: Table = Table {
    title: "Presets",
    bindings: &[
        shown(&[ENTER], Command::Start, "train"),
        shown(&[ch('n')], Command::NewPreset, "own data"),
        shown(&[ch('e')], Command::Show(Screen::Hyper), "edit"),
        shown(&[ch('/')], Command::Filter, "find"),
        shown(&[ch('v')], Command::Read, "read"),
        shown(&[ch('s')], Command::SavePreset, "save as"),
        bind(&[ch('h')], Command::StartPaused),
        shown(&[ch('S')], Command::BeginSearch, "search"),
        shown(&[ch('Q')], Command::Enqueue, "queue"),
        bind(&[ESC], Command::Unfilter),
    ],
};

static TRAIN: Table = Table {
    title: "Train",
    bindings: &[
        bind(&[ENTER], Command::TrainAgain),
        shown(&[ch('C')], Command::OpenCharts, "charts"),
        shown(&[ch('v')], Command::Epochs, "epochs, log"),
        bind(&[ch('f')], Command::ChooseTag),
        bind(&[ch('X')], Command::StopAfterEpoch),
        bind(&[ch('A')], Command::AddEpochs),
        bind(&[ch('b')], Command::GoBack),
        bind(&[ch('H')], Command::HalveRate),
        shown(&[ch('y')], Command::LogScale, "log scale"),
        shown(&[ch('m')], Command::Smoothing, "smooth"),
        shown(&[ch('c')], Command::NextChart, "next chart"),
        shown(&[ch('o')], Command::FoldOutliers, "outliers"),
        bind(&[RIGHT], Command::CursorRight),
        bind(&[LEFT], Command::CursorLeft),
        bind(&[ch('e')], Command::Show(Screen::Hyper)),
    ],
};

static INSPECT: Table = Table {
    title: "Inspect",
    bindings: &[
        shown(&[ch('f')], Command::NextView, "figures"),
        bind(&[ch('F')], Command::PreviousView),
        shown(&[ch('w')], Command::OnlyWrong, "only wrong"),
        shown(&[RIGHT, ch('l')], Command::LookRight, "next"),
        shown(&[LEFT, ch('h')], Command::LookLeft, "previous"),
        bind(&[ch('o')], Command::SampleOrder),
        shown(&[ch('/')], Command::FindSamples, "find"),
        bind(&[ch('n')], Command::NextSample),
        bind(&[ch('p')], Command::PreviousSample),
        shown(&[ch('c')], Command::Confusion, "confusion"),
        shown(&[ENTER], Command::FigureText, "type"),
        bind(&[ch('>')], Command::NextItem),
        bind(&[ch('<')], Command::PreviousItem),
        bind(&[ch(']')], Command::RaiseLevel),
        bind(&[ch('[')], Command::LowerLevel),
        shown(&[ch('z')], Command::NextPart, "next part"),
        bind(&[ch('}')], Command::NextLeaf),
        bind(&[ch('{')], Command::PreviousLeaf),
        bind(&[ch('r')], Command::Refresh),
    ],
};

static HYPER: Table = Table {
    title: "Hyperparameters",
    bindings: &[
        shown(&[ENTER], Command::Edit, "change"),
        shown(&[LEFT, ch('h')], Command::Less, "less"),
        shown(&[RIGHT, ch('l')], Command::More, "more"),
        shown(&[ch('t')], Command::Start, "train"),
        shown(&[ch('a')], Command::AddLayer, "add layer"),
        shown(&[ch('u')], Command::Undo, "undo"),
        shown(&[ch('/')], Command::FindField, "find"),
        shown(&[ch('s')], Command::SavePreset, "save as"),
        bind(&[ch('U'), ctrl('r')], Command::Redo),
        bind(&[ch('X'), key(KeyCode::Delete)], Command::RemoveLayer),
        bind(&[ch('y')], Command::CopyLayer),
        bind(&[ch('K')], Command::RaiseLayer),
        bind(&[ch('J')], Command::LowerLayer),
        bind(&[ch('c')], Command::ChooseKind),
        shown(&[ch('E')], Command::EditText, "editor"),
        shown(&[ch('D')], Command::ShowChanges, "changes"),
        bind(&[ch('L')], Command::TryRates),
        bind(&[ch('z')], Command::FoldFields),
        shown(&[ch('Q')], Command::Enqueue, "queue"),
        bind(&[ESC], Command::AllFields),
        bind(&[ch('r')], Command::ResetField),
        bind(&[ch('R')], Command::Reset),
    ],
};

static RUNS: Table = Table {
    title: "Runs",
    bindings: &[
        shown(&[ENTER], Command::OpenRun, "open"),
        shown(&[ch('r')], Command::ResumeRun, "go on"),
        shown(&[ch('m')], Command::MarkRun, "mark"),
        shown(&[ch('/')], Command::FilterRuns, "find"),
        shown(&[ch('s')], Command::SortRuns, "sort"),
        bind(&[ch('S')], Command::ReverseRuns),
        shown(&[ch('H')], Command::RunSettings, "settings"),
        shown(&[ch('D')], Command::CompareRuns, "compare"),
        bind(&[ch('M')], Command::UnmarkRuns),
        shown(&[ch('C')], Command::OpenCharts, "charts"),
        bind(&[ch('c')], Command::NextChart),
        bind(&[ch('b')], Command::Spread),
        shown(&[ch('f')], Command::ChooseTag, "figure"),
        bind(&[ch('O')], Command::PinRun),
        shown(&[ch('v')], Command::RunDetails, "details"),
        shown(&[ch('w')], Command::EventFiles, "other list"),
        shown(&[ch('z')], Command::ShowTrials, "trials"),
        bind(&[RIGHT], Command::CursorRight),
        bind(&[LEFT], Command::CursorLeft),
        shown(&[ch('n')], Command::NameRun, "name"),
        bind(&[ch('t')], Command::TagRun),
        bind(&[ch('N')], Command::NoteRun),
        bind(&[key(KeyCode::Delete), ch('X')], Command::DiscardRun),
        bind(&[ch('U')], Command::RestoreRun),
        bind(&[ESC], Command::UnfilterRuns),
        shown(&[ch('u')], Command::ListRuns, "look again"),
    ],
};

static SEARCH: Table = Table {
    title: "Search",
    bindings: &[
        shown(&[ENTER], Command::OpenTrial, "open"),
        shown(&[RIGHT, ch('l')], Command::NextSearch, "next search"),
        bind(&[LEFT, ch('h')], Command::PreviousSearch),
        shown(&[ch('v')], Command::SearchFigure, "figure"),
        shown(&[ch('f')], Command::NextSetting, "setting"),
        bind(&[ch('F')], Command::PreviousSetting),
        shown(&[ch('o')], Command::NextObjective, "objective"),
        shown(&[ch('s')], Command::SaveTrial, "save preset"),
        shown(&[ch('b')], Command::BeginSearch, "go on"),
        shown(&[ch('X')], Command::EndSearch, "end"),
    ],
};

static QUEUE: Table = Table {
    title: "Queue",
    bindings: &[
        shown(&[ENTER], Command::OpenItem, "open"),
        shown(&[ch('K')], Command::RaiseItem, "up"),
        shown(&[ch('J')], Command::LowerItem, "down"),
        bind(&[ch('<')], Command::FirstItem),
        bind(&[ch('>')], Command::LastItem),
        shown(&[ch('X'), key(KeyCode::Delete)], Command::RemoveItem, "remove"),
        shown(&[ch('r')], Command::RetryItem, "retry"),
        shown(&[ch('p')], Command::PauseQueue, "pause"),
        shown(&[ch('s')], Command::StartQueue, "begin"),
        shown(&[ch('S')], Command::StopQueue, "stop all"),
        shown(&[ch('+'), ch('=')], Command::MoreJobs, "more at a time"),
        shown(&[ch('-'), ch('_')], Command::FewerJobs, "fewer"),
        shown(&[ch('c')], Command::ClearQueue, "clear ended"),
        shown(&[ch('y')], Command::CopyItem, "copy"),
    ],
};

static GLOBAL: Table = Table {
    title: "Everywhere",
    bindings: &[
        bind(&[key(KeyCode::Up), ch('k')], Command::Up),
        bind(&[key(KeyCode::Down), ch('j')], Command::Down),
        bind(&[key(KeyCode::PageUp), ctrl('u')], Command::PageUp),
        bind(&[key(KeyCode::PageDown), ctrl('d')], Command::PageDown),
        bind(&[key(KeyCode::Home), ch('g')], Command::First),
        bind(&[key(KeyCode::End), ch('G')], Command::Last),
        bind(&[key(KeyCode::Tab)], Command::NextScreen),
        bind(&[key(KeyCode::BackTab)], Command::PreviousScreen),
        bind(&[ch('1')], Command::Show(Screen::Presets)),
        bind(&[ch('2')], Command::Show(Screen::Train)),
        bind(&[ch('3')], Command::Show(Screen::Inspect)),
        bind(&[ch('4')], Command::Show(Screen::Hyper)),
        bind(&[ch('5')], Command::Show(Screen::Runs)),
        bind(&[ch('6')], Command::Show(Screen::Search)),
        bind(&[ch('7')], Command::Show(Screen::Queue)),
        bind(&[ch(' ')], Command::Pause),
        bind(&[ch('.')], Command::Step),
        bind(&[ch('+'), ch('=')], Command::Faster),
        bind(&[ch('-'), ch('_')], Command::Slower),
        bind(&[ch('x')], Command::Stop),
        shown(&[ch('a')], Command::Adjust, "adjust"),
        shown(&[ch(',')], Command::SlowDown, "fewer steps/s"),
        shown(&[ch(';')], Command::Quicken, "more"),
        bind(&[ch('L')], Command::Loop),
        bind(&[ch('B')], Command::Branch),
        bind(&[ch('T')], Command::TakeOver),
        bind(&[ctrl('s')], Command::SaveWeights),
        shown(&[ch('(')], Command::EarlierCheckpoint, "earlier"),
        shown(&[ch(')')], Command::LaterCheckpoint, "later"),
        shown(&[ch('?'), key(KeyCode::F(1))], Command::Help, "help"),
        bind(&[ch(':'), ctrl('p')], Command::Palette),
        bind(&[ch('d')], Command::Detach),
        bind(&[ctrl('z')], Command::Suspend),
        bind(&[ch('P')], Command::Picture),
        bind(&[ch('Y')], Command::Copy),
        shown(&[ch('q'), ctrl('c')], Command::Quit, "quit"),
    ],
};

/// What the footer shows while a training runs, on every screen: commands and a word for them.
static RUNNING: &[(&[Command], &str)] = &[
    (&[Command::Pause], "pause"),
    (&[Command::Step], "step"),
    (&[Command::Faster, Command::Slower], "rate"),
];

fn table_of(screen: Screen) -> &'static Table {
    match screen {
        Screen::Presets => &PRESETS,
        Screen::Train => &TRAIN,
        Screen::Inspect => &INSPECT,
        Screen::Hyper => &HYPER,
        Screen::Runs => &RUNS,
        Screen::Search => &SEARCH,
        Screen::Queue => &QUEUE,
    }
}

/// What is done at once when a screen is shown, as if its key were pressed.
pub fn on_show(screen: Screen) -> Option<Command> {
    match screen {
        Screen::Inspect => Some(Command::Refresh),
        Screen::Runs => Some(Command::ListRuns),
        Screen::Presets | Screen::Train | Screen::Hyper | Screen::Search | Screen::Queue => None,
    }
}

/// The tables that hold now, in the order in which keys are looked up in them. A popup takes all keys.
pub fn active(state: &State) -> Vec<&'static Table> {
    match state.overlays.last() {
        Some(
            overlay @ (Overlay::Help { .. }
            | Overlay::Card { .. }
            | Overlay::Details { .. }
            | Overlay::Reading { .. }),
        ) => {
            vec![&SCROLLING, overlay_table(overlay)]
        }
        Some(overlay) => vec![overlay_table(overlay)],
        None if chart_keys::are_open(state) => vec![&chart_keys::CHARTS, table_of(state.screen), &GLOBAL],
        None => vec![table_of(state.screen), &GLOBAL],
    }
}

/// The keys of a binding of this table.
pub fn keys<'a>(keymap: &'a Keymap, table: &Table, binding: &'a Binding) -> &'a [Key] {
    keymap.keys(table.title, binding.command).unwrap_or(binding.keys)
}

/// The keys that do this in a table; none where it has no such binding.
pub fn keys_in(keymap: &Keymap, table: &'static Table, command: Command) -> Vec<Key> {
    let binding = table.bindings.iter().find(|binding| binding.command == command);
    binding.map(|binding| keys(keymap, table, binding).to_vec()).unwrap_or_default()
}

/// What this key does now.
pub fn lookup(state: &State, event: &KeyEvent) -> Option<Command> {
    let bindings = active(state).into_iter().flat_map(|table| table.bindings.iter().map(move |b| (table, b)));
    let is_hit = |(table, binding): &(&'static Table, &'static Binding)| {
        keys(&state.keymap, table, binding).iter().any(|key| key.matches(event))
    };
    bindings.into_iter().find(is_hit).map(|(_, binding)| binding.command)
}

/// Keys and words for the footer, most useful first.
pub fn hints(state: &State) -> Vec<(String, &'static str)> {
    // Keys that read charts need the room more than those that steer, which other screens show.
    let is_running = state.overlays.is_empty() && state.running().is_some() && !chart_keys::are_open(state);
    let paused = state.phase == crate::worker::Phase::Paused;
    let mut hints = Vec::new();
    // A key that a table before binds does something else here than a later hint would say.
    let mut taken: Vec<Key> = Vec::new();
    // On a screen that has other uses for a key, it does not steer.
    let others = active(state).into_iter().filter(|table| !std::ptr::eq(*table, &GLOBAL));
    let of_screen: Vec<Key> = others
        .flat_map(|table| {
            table.bindings.iter().flat_map(|binding| keys(&state.keymap, table, binding)).copied()
        })
        .collect();
    for (commands, hint) in RUNNING.iter().filter(|_| is_running) {
        let of_first = |command: &Command| {
            let key = keys_in(&state.keymap, &GLOBAL, *command).first().copied()?;
            (!of_screen.contains(&key)).then(|| key.label())
        };
        let keys: Vec<String> = commands.iter().filter_map(of_first).collect();
        hints.push((keys.join(" "), if *hint == "pause" && paused { "go on" } else { *hint }));
    }
    for table in active(state) {
        for binding in table.bindings {
            let keys = keys(&state.keymap, table, binding);
            let is_first = keys.first().is_some_and(|key| !taken.contains(key));
            taken.extend(keys);
            let is_shown = is_first && hindrance(state, binding.command).is_none();
            let Some(hint) = binding.hint.filter(|_| is_shown) else { continue };
            let goes_on = binding.command == Command::PauseQueue && state.queue.view.settings.is_paused;
            let hint = if goes_on { "go on" } else { hint };
            hints.extend(keys.first().map(|key| (key.label(), hint)));
        }
    }
    hints.retain(|(keys, _)| !keys.is_empty());
    hints
}

/// The keys that do this somewhere, as text; empty where only the palette does it.
pub fn keys_of(keymap: &Keymap, command: Command) -> String {
    let tables = Screen::ALL.map(table_of).into_iter().chain([&chart_keys::CHARTS, &GLOBAL]);
    let bound = tables.map(|table| keys_in(keymap, table, command)).find(|keys| !keys.is_empty());
    let labels: Vec<String> = bound.unwrap_or_default().iter().map(|key| key.label()).collect();
    labels.join(" ")
}

/// All tables for the help, that of the screen in front first.
pub fn for_help(screen: Screen) -> Vec<&'static Table> {
    let others = Screen::ALL.into_iter().filter(|other| *other != screen);
    std::iter::once(screen).chain(others).map(table_of).chain([&chart_keys::CHARTS, &GLOBAL]).collect()
}

/// The tables whose keys a person may change, each with the table that is looked up after it. Where something is typed, or is
/// asked that cannot be undone, keys stay as they are.
pub fn changeable() -> Vec<(&'static Table, Option<&'static Table>)> {
    let screens = Screen::ALL.map(table_of).map(|table| (table, Some(&GLOBAL)));
    screens
        .into_iter()
        .chain(
            [&chart_keys::CHARTS, &GLOBAL, &SCROLLING, &CHOOSING, &TARGETS, &KEEPING]
                .map(|table| (table, None)),
        )
        .chain([&READING, &HELP].map(|table| (table, Some(&SCROLLING))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::popup_keys::{CONFIRM, LEAVING, MISTAKE, PATH, TYPING};
    use super::*;

    fn tables() -> Vec<&'static Table> {
        Screen::ALL
            .map(table_of)
            .into_iter()
            .chain([
                &chart_keys::CHARTS,
                &GLOBAL,
                &SCROLLING,
                &READING,
                &HELP,
                &CONFIRM,
                &LEAVING,
                &TYPING,
                &PATH,
                &CHOOSING,
                &TARGETS,
                &KEEPING,
                &MISTAKE,
            ])
            .collect()
    }

    #[test]
    fn no_key_is_bound_twice_in_a_table() {
        for table in tables() {
            let keys: Vec<Key> = table.bindings.iter().flat_map(|b| b.keys).copied().collect();
            for (i, key) in keys.iter().enumerate() {
                assert!(!keys[..i].contains(key), "{} in {}", key.label(), table.title);
            }
        }
    }

    #[test]
    fn every_command_can_be_reached_by_key_or_palette() {
        for command in Command::all() {
            let bound = tables().iter().any(|t| t.bindings.iter().any(|b| b.command == command));
            assert!(bound || command.is_in_palette(), "{}", command.name());
        }
    }
}
