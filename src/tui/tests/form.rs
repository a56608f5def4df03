//! The whole preset as a form, by keys.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::preset::library::{self, Found};
use crate::preset::parse::parse;
use crate::tui::message::{Effect, Message};
use crate::tui::state::presets::{Entry, Hindrance};
use crate::tui::state::{Overlay, Presets, State};
use crate::tui::update::update;
use crate::worker::Tried;

use super::builders::*;
use super::screens::at_both_sizes;

/// A dashboard with this built-in preset, its form in front.
pub(super) fn form_of(name: &str, width: u16, height: u16) -> State {
    let Found { text, .. } = library::find(name).expect("it is built in");
    let preset = parse(&text, name).expect("it is valid");
    let mut state = dashboard(width, height);
    state.presets = Presets::new(vec![Entry::built_in(text, preset, None)], Vec::new());
    press(&mut state, KeyCode::Char('4'));
    state
}

/// Chooses the row of a value by typing its path.
pub(super) fn go_to(state: &mut State, path: &str) {
    press(state, KeyCode::Char('/'));
    update(state, Message::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    type_text(state, path);
    press(state, KeyCode::Enter);
    press(state, KeyCode::Home);
    for _ in 0..state.form.shown().len() {
        if state.form.chosen().is_some_and(|row| row.path.to_string() == path) {
            break;
        }
        press(state, KeyCode::Down);
    }
    let chosen = state.form.chosen().map(|row| row.path.to_string());
    assert_eq!(chosen.as_deref(), Some(path));
    press(state, KeyCode::Esc);
    let chosen = state.form.chosen().map(|row| row.path.to_string());
    assert_eq!(chosen.as_deref(), Some(path), "it stays chosen in the whole form");
}

/// Types a value for the field at this path.
pub(super) fn set(state: &mut State, path: &str, value: &str) {
    go_to(state, path);
    press(state, KeyCode::Enter);
    update(state, Message::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
    type_text(state, value);
    press(state, KeyCode::Enter);
    assert!(state.overlays.is_empty(), "{path}={value}: {:?}", state.overlays);
}

/// Chooses a word for the row at this path, which `key` offers.
pub(super) fn pick(state: &mut State, path: &str, key: char, word: &str) {
    go_to(state, path);
    press(state, KeyCode::Char(key));
    type_text(state, word);
    press(state, KeyCode::Enter);
    assert!(state.overlays.is_empty(), "{path}={word}: {:?}", state.overlays);
}

fn entry(state: &State) -> &Entry {
    state.presets.current().expect("there is a preset")
}

/// The lines that a text has and another has not.
fn new_lines(old: &str, new: &str) -> Vec<String> {
    new.lines().filter(|line| !old.lines().any(|known| known == *line)).map(str::to_owned).collect()
}

/// The text that `s` saves.
fn saved(state: &mut State) -> String {
    press(state, KeyCode::Char('s'));
    let mut effects = press(state, KeyCode::Enter);
    if matches!(state.overlays.last(), Some(Overlay::Confirm(_))) {
        effects = press(state, KeyCode::Char('y'));
    }
    let [Effect::SavePreset { name, text, .. }] = &effects[..] else { panic!("{effects:?}") };
    let (name, text) = (name.clone(), text.clone());
    let preset = parse(&text, &name).expect("what is saved is a preset");
    let result = Ok((format!("/home/ada/{name}.ron"), Box::new(preset)));
    update(state, Message::PresetSaved { name, text: text.clone(), result });
    text
}

#[test]
fn the_form_of_a_preset() {
    at_both_sizes("form", |width, height| form_of("mnist-cnn", width, height));
}

#[test]
fn the_form_of_two_networks() {
    at_both_sizes("form_two_networks", |width, height| {
        let mut state = form_of("mnist-gan", width, height);
        go_to(&mut state, "procedure.discriminator[1]");
        press(&mut state, KeyCode::Enter);
        state
    });
}

#[test]
fn a_layer_that_does_not_fit_is_marked_in_place() {
    at_both_sizes("form_misfit", |width, height| {
        let mut state = form_of("mnist-cnn", width, height);
        pick(&mut state, "layers[1]", 'a', "Conv2D");
        set(&mut state, "layers[2].kernel_size", "20");
        state
    });
}

#[test]
fn numbers_of_layers_are_whole_and_names_have_the_room_that_there_is() {
    for width in [60, 80, 100, 120, 160, 200] {
        for name in ["mnist-rows-lstm", "mnist-dcgan", "mnist-transformer"] {
            let mut state = form_of(name, width, 60);
            press(&mut state, KeyCode::Char('/'));
            type_text(&mut state, "layers");
            press(&mut state, KeyCode::Enter);
            let shown = screen(&state);
            let rows = shown.lines().filter(|row| row.contains(" KB") || row.contains(" MB"));
            for row in rows.filter(|row| row.starts_with('│') && row.contains("▾")) {
                let inside = row.split('│').nth(1).unwrap_or_default().trim_end();
                assert!(
                    inside.ends_with("KB") || inside.ends_with("MB") || inside.ends_with(" B"),
                    "{width}: {row}"
                );
            }
            assert!(shown.contains("memory"), "{shown}");
            assert!(!shown.contains("…‹"), "{shown}");
            assert!(width < 120 || !shown.contains("kernel_regula…"), "{shown}");
        }
    }
}

#[test]
fn a_field_is_found_by_its_name_before_a_text_that_has_the_word() {
    let mut state = form_of("breast-cancer", 120, 40);
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "fold");
    press(&mut state, KeyCode::Enter);
    assert_eq!(state.form.chosen().map(|row| row.path.to_string()).as_deref(), Some("data.fold"));
}

#[test]
fn a_recurrent_layer_is_put_into_bidirectional_and_comes_out_of_it_again() {
    let mut state = form_of("mnist-rows-lstm", 120, 40);
    pick(&mut state, "layers[1]", 'c', "Bidirectional");
    assert!(entry(&state).source().contains("Bidirectional(LSTM(units: 128))"), "{}", entry(&state).source());
    assert!(entry(&state).experiment().is_ok());
    pick(&mut state, "layers[1]", 'c', "LSTM");
    assert!(!entry(&state).is_changed(), "{}", entry(&state).source());
    // A new one fits as well, and only such layers can be chosen in it.
    pick(&mut state, "layers[0]", 'a', "Bidirectional");
    assert!(entry(&state).source().contains("Bidirectional(LSTM(units: 16))"), "{}", entry(&state).source());
    let inner = state.form.sheet.rows.iter().find(|row| row.path.to_string() == "layers[1][0]").unwrap();
    let words: Vec<&str> = inner.choices().iter().map(|choice| choice.word).collect();
    assert_eq!(words, ["LSTM", "GRU", "SimpleRNN"]);
}

#[test]
fn a_list_of_kinds_of_layers() {
    at_both_sizes("form_picker", |width, height| {
        let mut state = form_of("mnist-cnn", width, height);
        go_to(&mut state, "layers[1]");
        press(&mut state, KeyCode::Char('a'));
        type_text(&mut state, "norm");
        state
    });
}

#[test]
fn a_form_that_is_narrowed() {
    at_both_sizes("form_narrowed", |width, height| {
        let mut state = form_of("mnist-cnn", width, height);
        press(&mut state, KeyCode::Char('/'));
        type_text(&mut state, "regular");
        state
    });
}

#[test]
fn a_perceptron_becomes_a_convolutional_network_by_keys() {
    let mut state = form_of("mnist-mlp", 80, 24);
    pick(&mut state, "layers", 'a', "Conv2D");
    assert!(entry(&state).experiment().is_ok());
    set(&mut state, "layers[0].filters", "8");
    go_to(&mut state, "layers[0].activation");
    press(&mut state, KeyCode::Right);
    pick(&mut state, "layers[0]", 'a', "MaxPooling2D");
    let text = entry(&state).source();
    let expected = "    layers: [\n        Conv2D(filters: 8, kernel_size: 3, activation: relu),\n        MaxPooling2D(),\n        \
                    Flatten,\n";
    assert!(text.contains(expected), "{text}");
    // The pooling is put behind the layer that is below it, and back.
    press(&mut state, KeyCode::Char('J'));
    assert!(matches!(entry(&state).experiment(), Err(Hindrance::Misfit(_))));
    assert!(screen(&state).contains('✗'));
    assert_eq!(press(&mut state, KeyCode::Char('t')), [], "what does not fit is not started");
    press(&mut state, KeyCode::Char('K'));
    assert!(entry(&state).experiment().is_ok());
    assert_eq!(press(&mut state, KeyCode::Char('t')).len(), 1);
}

#[test]
fn layers_are_copied_and_removed_and_all_of_it_is_taken_back_and_made_again() {
    let mut state = form_of("mnist-cnn", 80, 24);
    let before = entry(&state).source().to_owned();
    go_to(&mut state, "layers[3]");
    press(&mut state, KeyCode::Char('y'));
    assert_eq!(entry(&state).draft.layers.len(), 6);
    assert_eq!(state.form.chosen().map(|row| &*row.label), Some("5 Dense"));
    press(&mut state, KeyCode::Char('X'));
    press(&mut state, KeyCode::Char('X'));
    assert_eq!(entry(&state).draft.layers.len(), 4);
    let after = entry(&state).source().to_owned();
    for _ in 0..5 {
        press(&mut state, KeyCode::Char('u'));
    }
    assert_eq!(entry(&state).source(), before);
    for _ in 0..2 {
        press(&mut state, KeyCode::Char('U'));
    }
    update(&mut state, Message::Key(KeyEvent::new(KeyCode::Char('r'), KeyModifiers::CONTROL)));
    assert_eq!(entry(&state).source(), after);
    press(&mut state, KeyCode::Char('R'));
    assert_eq!(entry(&state).source(), before);
}

#[test]
fn branches_are_added_filled_moved_and_removed_by_keys() {
    let mut state = form_of("mnist-mlp", 80, 24);
    let before = entry(&state).source().to_owned();
    pick(&mut state, "layers[0]", 'a', "Branches");
    assert!(entry(&state).experiment().is_ok(), "two empty branches, added");
    pick(&mut state, "layers[1].branches[1]", 'a', "Dense");
    assert_eq!(state.form.chosen().map(|row| &*row.label), Some("1 Dense"));
    let shown = screen(&state);
    assert!(shown.contains("branch 2") && shown.contains('✗'), "{shown}");
    let misfit = |state: &State| entry(state).experiment().map(drop).map_err(|why| format!("{why:?}"));
    let why = misfit(&state).unwrap_err();
    assert!(why.contains("layer 2") && why.contains("branch 1 gives [784], branch 2 gives [16]"), "{why}");
    set(&mut state, "layers[1].branches[1][0].units", "784");
    assert_eq!(misfit(&state), Ok(()));
    // Another branch, moved to the front, its copy, and away with both.
    go_to(&mut state, "layers[1].branches");
    press(&mut state, KeyCode::Char('a'));
    assert_eq!(state.form.chosen().map(|row| &*row.label), Some("branch 3"));
    let written = |state: &State| entry(state).source().split_whitespace().collect::<String>();
    press(&mut state, KeyCode::Char('K'));
    press(&mut state, KeyCode::Char('K'));
    assert!(written(&state).contains("branches:[[],[],[Dense(units:784),]]"), "{}", written(&state));
    press(&mut state, KeyCode::Char('y'));
    assert!(written(&state).contains("branches:[[],[],[],[Dense(units:784),]]"), "{}", written(&state));
    press(&mut state, KeyCode::Char('X'));
    press(&mut state, KeyCode::Char('X'));
    assert!(written(&state).contains("branches:[[],[Dense(units:784),]]"), "{}", written(&state));
    go_to(&mut state, "layers[1].merge");
    press(&mut state, KeyCode::Right);
    assert!(entry(&state).source().contains("merge: concatenate"));
    press(&mut state, KeyCode::Char('R'));
    assert_eq!(entry(&state).source(), before);
}

#[test]
fn a_form_with_branches() {
    at_both_sizes("form_branches", |width, height| {
        let mut state = form_of("mnist-cnn", width, height);
        pick(&mut state, "layers[1]", 'a', "Branches");
        pick(&mut state, "layers[2].branches[1]", 'a', "Conv2D");
        state
    });
}

#[test]
fn what_is_open_moves_with_its_layer() {
    let mut state = form_of("mnist-cnn", 80, 24);
    go_to(&mut state, "layers[3]");
    press(&mut state, KeyCode::Enter);
    press(&mut state, KeyCode::Char('K'));
    let row = state.form.chosen().expect("it is chosen").clone();
    assert_eq!((&*row.label, state.form.is_open(&row)), ("3 Dense", true));
    press(&mut state, KeyCode::Down);
    assert_eq!(state.form.chosen().map(|row| &*row.label), Some("units"));
}

#[test]
fn no_value_out_of_its_range_stays_in_the_form() {
    for (path, value, said) in [
        ("train.epochs", "0", "is not a whole number from 1"),
        ("layers[0].kernel_size", "(3, 0)", "is not one or two whole numbers from 1"),
        ("optimizer.learning_rate", "-1", "is not a number above 0"),
        ("data.validation", "1", "is not a number from 0 to below 1"),
        ("loss_options.class_weights", "[1, -2]", "numbers from 0"),
        ("train.epochs", "99999999999", "too large"),
        ("seed", "many", "is not a whole number"),
    ] {
        let mut state = form_of("mnist-cnn", 80, 24);
        go_to(&mut state, path);
        press(&mut state, KeyCode::Enter);
        update(&mut state, Message::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        type_text(&mut state, value);
        press(&mut state, KeyCode::Enter);
        let Some(Overlay::Prompt(prompt)) = state.overlays.last() else { panic!("{path}={value} was taken") };
        assert!(prompt.error.as_ref().is_some_and(|error| error.contains(said)), "{prompt:?}");
        assert!(!entry(&state).is_changed());
    }
}

#[test]
fn optional_parts_are_switched_on_and_off() {
    let mut state = form_of("mnist-cnn", 80, 24);
    let before = entry(&state).source().to_owned();
    go_to(&mut state, "train.early_stopping");
    press(&mut state, KeyCode::Enter);
    assert!(entry(&state).draft.train.early_stopping.is_some());
    set(&mut state, "train.early_stopping.patience", "7");
    assert!(entry(&state).source().contains("early_stopping: (patience: 7)"));
    go_to(&mut state, "train.early_stopping");
    press(&mut state, KeyCode::Char('X'));
    assert_eq!(entry(&state).source(), before);
    set(&mut state, "train.clip.norm", "1.0");
    set(&mut state, "train.clip.norm", "");
    assert_eq!(entry(&state).source(), before);
    go_to(&mut state, "train.epochs");
    press(&mut state, KeyCode::Char('X'));
    assert!(state.notice.as_ref().is_some_and(|notice| notice.text.contains("must be there")));
}

#[test]
fn several_words_are_ticked() {
    let mut state = form_of("breast-cancer", 80, 24);
    go_to(&mut state, "train.metrics");
    press(&mut state, KeyCode::Enter);
    type_text(&mut state, "recall");
    press(&mut state, KeyCode::Enter);
    assert!(screen(&state).contains("✓ recall"));
    press(&mut state, KeyCode::Esc);
    assert!(entry(&state).source().contains("metrics: [recall]"));
}

#[test]
fn another_preset_has_another_form() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('4'));
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "filters");
    press(&mut state, KeyCode::Enter);
    press(&mut state, KeyCode::Char('1'));
    state.presets.selected = 1;
    press(&mut state, KeyCode::Char('4'));
    assert!(
        screen(&state).contains("mnist-mlp: for the next start") && !screen(&state).contains("/ filters")
    );
    assert_eq!(state.form.chosen().map(|row| &*row.label), Some("epochs"));
}

#[test]
fn a_command_of_the_form_that_is_called_by_name_shows_it() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char(':'));
    type_text(&mut state, "add-layer");
    press(&mut state, KeyCode::Enter);
    type_text(&mut state, "Dropout");
    press(&mut state, KeyCode::Enter);
    assert_eq!(entry(&state).draft.layers.len(), 6);
    assert!(screen(&state).contains("6 Dropout"), "{}", screen(&state));
}

#[test]
fn a_description_is_typed_in_one_line_and_saved_in_several() {
    let mut state = form_of("xor", 80, 24);
    set(&mut state, "description", "One \"way\".\\nTwo ways.");
    assert_eq!(entry(&state).draft.description, "One \"way\".\nTwo ways.");
    assert!(entry(&state).source().contains("description: \"One \\\"way\\\".\\n\\\n    Two ways.\","));
}

#[test]
fn saving_changes_the_lines_that_a_person_changed_and_no_other() {
    for found in library::list().into_iter().filter(|entry| entry.file.is_none()) {
        let mut state = form_of(&found.name, 80, 24);
        press(&mut state, KeyCode::Right);
        let text = saved(&mut state);
        let new = new_lines(&found.text, &text);
        assert_eq!(new.len(), 2, "{}: {new:#?}", found.name);
        assert!(new[0].contains("name: \"my-") && new[1].contains("epochs: "), "{new:?}");
        assert_eq!(text.lines().count(), found.text.lines().count());
        assert_eq!(saved(&mut state), text, "saved again, it is the same");
        // A field that the preset leaves out is one line more, or a longer one.
        set(&mut state, "train.clip.value", "0.5");
        let more = saved(&mut state);
        let new = new_lines(&text, &more);
        assert!(new.len() == 1 && new[0].contains("clip: (") && new[0].contains("value: 0.5"), "{new:?}");
        go_to(&mut state, "train.clip.value");
        press(&mut state, KeyCode::Char('X'));
        assert_eq!(parse(&saved(&mut state), "x").expect("a preset"), parse(&text, "x").expect("a preset"));
    }
}

/// What the editor leaves: the draft's text with one place changed.
fn edit_text(state: &mut State, from: &str, to: &str) -> Vec<Effect> {
    let effects = press(state, KeyCode::Char('E'));
    let [Effect::EditText { name, text, line: None }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(name, "mnist-cnn");
    assert!(text.contains(from), "{text}");
    let edited = text.replace(from, to);
    update(state, Message::TextEdited(Ok(("/home/ada/drafts/mnist-cnn.ron".into(), edited))))
}

#[test]
fn a_text_from_the_editor_is_taken_in_and_can_be_taken_back() {
    let mut state = form_of("mnist-cnn", 80, 24);
    let effects = edit_text(&mut state, "epochs: 5", "epochs: 7 /* enough */");
    assert_eq!(effects, [Effect::DropText("/home/ada/drafts/mnist-cnn.ron".into())]);
    assert_eq!(entry(&state).draft.train.epochs, 7);
    press(&mut state, KeyCode::Char('u'));
    assert!(!entry(&state).is_changed());
    assert_eq!(edit_text(&mut state, "epochs: 5", "epochs: 5").len(), 1, "as it was, its file is not needed");
    update(&mut state, Message::TextEdited(Err("vi cannot be started".into())));
    assert!(screen(&state).contains("vi cannot be started"));
}

#[test]
fn a_text_from_the_editor_that_is_no_preset_is_shown_at_its_line_and_kept() {
    at_both_sizes("form_mistake", |width, height| {
        let mut state = form_of("mnist-cnn", width, height);
        assert_eq!(edit_text(&mut state, "filters: 32", "filtres: 32"), []);
        state
    });
    for (from, to, line) in [("filters: 32", "filtres: 32", 17), ("units: 128", "units: 0", 20)] {
        let mut state = form_of("mnist-cnn", 80, 24);
        edit_text(&mut state, from, to);
        assert!(!entry(&state).is_changed());
        let effects = press(&mut state, KeyCode::Enter);
        let [Effect::EditText { line: Some(at), .. }] = &effects[..] else { panic!("{effects:?}") };
        assert_eq!(*at, line, "{to}");
        assert!(state.overlays.is_empty());
    }
}

#[test]
fn what_has_changed_is_shown_line_by_line() {
    let mut state = form_of("mnist-cnn", 80, 24);
    press(&mut state, KeyCode::Char('D'));
    assert!(state.overlays.is_empty() && screen(&state).contains("nothing has been changed"));
    at_both_sizes("form_changes", |width, height| {
        let mut state = form_of("mnist-cnn", width, height);
        press(&mut state, KeyCode::Right);
        pick(&mut state, "layers[3]", 'a', "Dropout");
        press(&mut state, KeyCode::Char('D'));
        state
    });
}

fn tick(state: &mut State) -> Vec<Effect> {
    update(state, Message::Tick)
}

/// Waits until a measurement begins, and gives its number.
fn measured(state: &mut State) -> u64 {
    for _ in 0..20 {
        match &tick(state)[..] {
            [] => assert!(state.needs_ticks()),
            [Effect::Measure { number, .. }] => return *number,
            other => panic!("{other:?}"),
        }
    }
    panic!("nothing is measured")
}

#[test]
fn the_time_of_an_epoch_is_measured_when_nothing_is_pressed() {
    let mut state = form_of("mnist-cnn", 80, 24);
    let number = measured(&mut state);
    assert!(!state.needs_ticks() && screen(&state).contains("timing a few steps"));
    update(&mut state, Message::Measured { number, result: Ok(Tried::Pace(9.2)) });
    assert!(screen(&state).contains("about 9.2 s an epoch (measured)"), "{}", screen(&state));
    // The next key gives a measurement up, and what it finds comes too late.
    press(&mut state, KeyCode::Right);
    assert!(!screen(&state).contains("9.2 s"));
    let number = measured(&mut state);
    assert_eq!(press(&mut state, KeyCode::Right), [Effect::StopMeasuring]);
    update(&mut state, Message::Measured { number, result: Ok(Tried::Pace(1.0)) });
    assert!(!screen(&state).contains("(measured)"));
    // What does not fit has no time, and while something is trained nothing is measured.
    measured(&mut state);
    let effects = press(&mut state, KeyCode::Char('t'));
    assert!(effects.contains(&Effect::StopMeasuring), "{effects:?}");
    press(&mut state, KeyCode::Char('4'));
    assert!(!state.form.pace.is_due());
    assert!((0..20).all(|_| tick(&mut state).is_empty()));
}
