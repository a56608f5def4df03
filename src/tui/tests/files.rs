//! Presets whose data is in files: the files are read outside the dashboard, never by it.

use crossterm::event::KeyCode;

use crate::preset::overrides::apply;
use crate::preset::{Offers, Preset, Source, TargetKind, ValuesAre};
use crate::tui::message::{Effect, Message};
use crate::tui::state::presets::{Entry, Hindrance};
use crate::tui::state::{Screen, State};
use crate::tui::update::update;
use crate::worker::{Command, Event, Request};

use super::builders::*;

/// A preset over a table of this name.
fn over(name: &str, file: &str) -> (Preset, String) {
    let text = format!(
        "(name: \"{name}\", title: \"Flowers of one's own\",\n data: (source: csv(file: \"{file}\")),\n \
         layers: [Dense(units: 8, activation: relu), Dense(units: 3, activation: softmax)],\n \
         loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 5, batch_size: 8))"
    );
    let mut preset: Preset = ron::from_str(&text).expect("the test's preset is valid");
    preset.locate(Some("/home/ada".as_ref()), &[], "", &text).expect("its paths name no variables");
    (preset, text)
}

fn source(file: &str) -> Source {
    over("x", file).0.data.source
}

/// What a table of four columns and this many classes offers.
fn table(classes: usize) -> Offers {
    Offers {
        input: vec![4],
        tokens: None,
        embedded: Vec::new(),
        columns: Vec::new(),
        target: TargetKind::Classes((0..classes).map(|class| format!("class {class}")).collect()),
        other_target: None,
        values: ValuesAre::Any,
        samples: 150,
        window: None,
        gap: 0,
        validation: None,
        test: None,
    }
}

/// A dashboard with the two presets of [`dashboard`] and one for each of these files.
fn with_files(width: u16, height: u16, files: &[&str]) -> State {
    let mut state = dashboard(width, height);
    for (number, file) in files.iter().enumerate() {
        let (preset, text) = over(&format!("own-{number}"), file);
        let path = format!("/home/ada/own-{number}.ron");
        state.presets.entries.push(Entry::of_file(path, text, preset));
    }
    state
}

fn open(state: &mut State) -> Vec<Effect> {
    update(state, Message::Opened(None))
}

fn answer(state: &mut State, file: &str, found: Result<Offers, String>) -> Vec<Effect> {
    update(state, Message::FilesRead { source: Box::new(source(file)), found })
}

/// Chooses the last preset, as a click would.
fn choose_last(state: &mut State) -> Vec<Effect> {
    state.presets.selected = state.presets.entries.len() - 1;
    update(state, Message::Tick)
}

#[test]
fn a_preset_is_listed_before_its_files_are_read_and_completed_when_they_are() {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut state = with_files(width, height, &["flowers.csv"]);
        assert!(screen(&state).contains("own-0"), "the first frame has it");
        assert_eq!(open(&mut state), [Effect::ReadFiles(source("flowers.csv"))]);
        state.presets.selected = 2;
        insta::assert_snapshot!(format!("presets_reading_{width}x{height}"), screen(&state));
        assert_eq!(answer(&mut state, "flowers.csv", Ok(table(3))), []);
        let seen = screen(&state);
        assert!(
            seen.contains("(None, 8)") && seen.contains("3 classes") && !seen.contains("reading"),
            "{seen}"
        );
    }
}

#[test]
fn files_that_several_presets_name_are_read_once() {
    let mut state = with_files(80, 24, &["same.csv", "same.csv"]);
    assert_eq!(open(&mut state), [Effect::ReadFiles(source("same.csv"))]);
    assert_eq!(answer(&mut state, "same.csv", Ok(table(3))), []);
    assert!(state.presets.entries.iter().all(|entry| entry.experiment().is_ok()));
}

#[test]
fn files_that_hang_keep_none_from_being_read_that_is_asked_for() {
    let mut state = with_files(80, 24, &["pipe-1", "pipe-2", "third.csv", "fourth.csv"]);
    let two = [Effect::ReadFiles(source("pipe-1")), Effect::ReadFiles(source("pipe-2"))];
    assert_eq!(open(&mut state), two);
    assert_eq!(press(&mut state, KeyCode::Char('?')), []);
    assert_eq!(press(&mut state, KeyCode::Esc), []);
    assert_eq!(choose_last(&mut state), [Effect::ReadFiles(source("fourth.csv"))]);
    assert_eq!(answer(&mut state, "fourth.csv", Ok(table(3))), []);
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((&request.experiment.preset.name[..], &request.experiment.offers), ("own-3", &table(3)));
    // One of the two has been read to its end after all: it is the next one's turn.
    assert_eq!(
        answer(&mut state, "pipe-1", Err("it is empty".into())),
        [Effect::ReadFiles(source("third.csv"))]
    );
}

#[test]
fn a_preset_does_not_start_before_its_files_are_read() {
    let mut state = with_files(80, 24, &["flowers.csv"]);
    open(&mut state);
    choose_last(&mut state);
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("the files of own-0 are being read"), "{}", screen(&state));
    assert_eq!(state.screen, Screen::Presets);
    // A training that runs is not ended for it either.
    let mut state = with_files(80, 24, &["flowers.csv"]);
    press(&mut state, KeyCode::Enter);
    report(&mut state, started());
    press(&mut state, KeyCode::Char('1'));
    choose_last(&mut state);
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(state.overlays.is_empty() && state.is_busy());
}

#[test]
fn files_that_cannot_be_used_are_shown_with_their_place_and_tried_again_on_enter() {
    let mut state = with_files(200, 60, &["flowers.csv"]);
    open(&mut state);
    choose_last(&mut state);
    answer(&mut state, "flowers.csv", Err("flowers.csv: line 7: 3 cells".into()));
    let seen = screen(&state);
    assert!(seen.contains("/home/ada/own-0.ron:2:17: flowers.csv: line 7: 3 cells"), "{seen}");
    assert_eq!(press(&mut state, KeyCode::Enter), [Effect::ReadFiles(source("flowers.csv"))]);
    answer(&mut state, "flowers.csv", Ok(table(3)));
    assert_eq!(press(&mut state, KeyCode::Enter).len(), 1);
}

#[test]
fn layers_that_do_not_fit_the_files_are_shown_at_their_line_and_can_be_changed() {
    let mut state = with_files(200, 60, &["flowers.csv"]);
    open(&mut state);
    choose_last(&mut state);
    answer(&mut state, "flowers.csv", Ok(table(2)));
    let seen = screen(&state);
    assert!(seen.contains("/home/ada/own-0.ron:3:") && seen.contains("for 2 classes"), "{seen}");
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    // The form checks against what is known of the files; they are not read again.
    let entry = state.presets.current_mut().expect("it is chosen");
    let text = apply(entry.source(), "layers=[Dense(units: 2, activation: softmax)]").expect("layers");
    entry.edit(text).expect("it is a preset");
    assert_eq!(press(&mut state, KeyCode::Enter).len(), 1);
}

#[test]
fn the_form_asks_for_no_files() {
    let mut state = with_files(80, 24, &["flowers.csv"]);
    open(&mut state);
    choose_last(&mut state);
    answer(&mut state, "flowers.csv", Ok(table(3)));
    press(&mut state, KeyCode::Char('4'));
    assert_eq!(press(&mut state, KeyCode::Right), []);
    let entry = state.presets.current().expect("it is chosen");
    assert!(entry.is_changed() && entry.experiment().is_ok());
    // Another source is read anew.
    let entry = state.presets.current_mut().expect("it is chosen");
    let text = apply(entry.source(), "data.source=csv(file: \"other.csv\")").expect("a source");
    entry.edit(text).expect("it is a preset");
    assert_eq!(entry.experiment().err(), Some(Hindrance::Unread));
    assert_eq!(press(&mut state, KeyCode::Char('1')), [Effect::ReadFiles(source("other.csv"))]);
}

#[test]
fn files_are_read_again_after_a_training_that_could_not_be_prepared() {
    let mut state = with_files(80, 24, &["flowers.csv"]);
    open(&mut state);
    choose_last(&mut state);
    answer(&mut state, "flowers.csv", Ok(table(3)));
    press(&mut state, KeyCode::Enter);
    let effects = report(&mut state, Event::Failed("flowers.csv: it has changed".into()));
    assert_eq!(effects, [Effect::ReadFiles(source("flowers.csv"))]);
}

#[test]
fn a_run_over_files_goes_on_when_they_have_been_read() {
    let mut list = runs();
    for overview in &mut list {
        overview.is_alive = Ok(false);
        if let Ok(manifest) = &mut overview.manifest {
            manifest.preset = over("own", "flowers.csv").0;
        }
    }
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('5'));
    update(&mut state, Message::Runs(Ok(list)));
    assert_eq!(press(&mut state, KeyCode::Char('r')), [Effect::ReadFiles(source("flowers.csv"))]);
    assert_eq!(answer(&mut state, "other.csv", Ok(table(3))), []);
    let effects = answer(&mut state, "flowers.csv", Ok(table(3)));
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(request.resume.as_deref().is_some_and(|folder| folder.ends_with("5f60")));
    assert_eq!(request.experiment.offers, table(3));
}

#[test]
fn a_run_that_kept_what_its_data_offered_goes_on_without_reading_files() {
    let mut list = runs();
    for overview in &mut list {
        (overview.is_alive, overview.offers) = (Ok(false), Some(table(3)));
        if let Ok(manifest) = &mut overview.manifest {
            manifest.preset = over("own", "flowers.csv").0;
        }
    }
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('5'));
    update(&mut state, Message::Runs(Ok(list)));
    let effects = press(&mut state, KeyCode::Char('r'));
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(request.experiment.offers, table(3));
}

#[test]
fn a_run_whose_files_are_gone_says_so() {
    let mut list = runs();
    list[3].is_alive = Ok(false);
    if let Ok(manifest) = &mut list[3].manifest {
        manifest.preset = over("own", "flowers.csv").0;
    }
    let mut state = dashboard(200, 60);
    press(&mut state, KeyCode::Char('5'));
    update(&mut state, Message::Runs(Ok(list)));
    press(&mut state, KeyCode::Char('r'));
    assert_eq!(answer(&mut state, "flowers.csv", Err("flowers.csv: No such file".into())), []);
    assert!(screen(&state).contains("cannot go on: flowers.csv: No such file"), "{}", screen(&state));
}
