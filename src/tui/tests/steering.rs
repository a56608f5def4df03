//! Settings, tempo and length of the training that runs; going back, and branching.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::preset::Assignment;
use crate::run::Steered;
use crate::tui::message::{Effect, Message};
use crate::tui::state::{Screen, State};
use crate::tui::update::update;
use crate::worker::{Command, Drive, Event, Extent, GoBack, Outcome, Request, SettingChange, WentBack};

use super::builders::*;
use super::screens::at_both_sizes;

fn clear(state: &mut State) {
    update(state, Message::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
}

/// The worker says that a setting was changed.
fn steered(step: u64, path: &str, before: &str, value: &str) -> Event {
    let [path, before, value] = [path, before, value].map(String::from);
    Event::Steered(Box::new(SettingChange {
        steered: Steered { step, path, before, value, at: 0 },
        is_again: false,
        extent: Extent { epochs: 5, steps_per_epoch: 1688, steps: 7600, epoch_ends: 1400 },
    }))
}

fn with_settings(width: u16, height: u16) -> State {
    let mut state = in_training(width, height);
    report(&mut state, steered(600, "train.batch_size", "64", "32"));
    press(&mut state, KeyCode::Char('a'));
    press(&mut state, KeyCode::Down);
    state
}

#[test]
fn settings() {
    at_both_sizes("settings", with_settings);
}

#[test]
fn a_setting_is_chosen_typed_refused_with_its_range_and_asked_for() {
    let mut state = with_settings(80, 24);
    press(&mut state, KeyCode::Enter);
    assert!(screen(&state).contains("samples in a step"), "{}", screen(&state));
    clear(&mut state);
    type_text(&mut state, "0");
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("a whole number from 1"), "{}", screen(&state));
    clear(&mut state);
    type_text(&mut state, "128");
    let asked = Assignment { path: "train.batch_size".into(), value: "128".into() };
    assert_eq!(commands(press(&mut state, KeyCode::Enter)), [Command::Steer(asked)]);
    // The list is there again, with what holds.
    assert!(screen(&state).contains("32  from step 601"), "{}", screen(&state));
    report(&mut state, steered(700, "train.batch_size", "32", "128"));
    assert!(screen(&state).contains("128  from step 701"), "{}", screen(&state));
}

#[test]
fn the_bar_of_an_epoch_counts_the_steps_that_it_has_now() {
    let mut state = in_training(80, 24);
    report(&mut state, stepped(844 + 400));
    report(&mut state, steered(844 + 400, "train.batch_size", "64", "32"));
    let training = state.training.as_ref().unwrap();
    // The epoch ends at step 1400: 156 steps are left of as many as an epoch has now.
    assert_eq!(training.step_in_epoch(), (1688 - 156, 1688));
    report(&mut state, stepped(1401));
    assert_eq!(state.training.as_ref().unwrap().step_in_epoch(), (1, 1688));
}

#[test]
fn a_training_is_shortened_and_lengthened() {
    let mut state = in_training(80, 24);
    assert_eq!(commands(press(&mut state, KeyCode::Char('X'))), [Command::StopAfterEpoch(true)]);
    report(&mut state, Event::Drive(Drive { stops_after_epoch: true, ..Drive::default() }));
    assert_eq!(commands(press(&mut state, KeyCode::Char('X'))), [Command::StopAfterEpoch(false)]);
    press(&mut state, KeyCode::Char('A'));
    clear(&mut state);
    type_text(&mut state, "none");
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("is not a whole number"), "{}", screen(&state));
    clear(&mut state);
    type_text(&mut state, "7");
    let longer = Assignment { path: "train.epochs".into(), value: "12".into() };
    assert_eq!(commands(press(&mut state, KeyCode::Enter)), [Command::Steer(longer)]);
}

#[test]
fn a_training_goes_back_to_a_checkpoint_and_its_curves_with_it() {
    let mut state = in_training(80, 24);
    let step = state.training.as_ref().unwrap().step();
    report(&mut state, Event::Checkpoint { step: 844 });
    press(&mut state, KeyCode::Char('b'));
    assert!(screen(&state).contains("844"), "{}", screen(&state));
    let back = GoBack { step: Some(844), halves_rate: false };
    assert_eq!(commands(press(&mut state, KeyCode::Enter)), [Command::GoBack(back)]);
    let extent = Extent { epochs: 5, steps_per_epoch: 844, steps: 4220, epoch_ends: 844 };
    report(&mut state, Event::WentBack(Box::new(WentBack { step: 844, steered: Vec::new(), extent })));
    let training = state.training.as_ref().unwrap();
    assert!(step > 844 && training.step() == 844);
    assert!(training.training.loss.last().is_some_and(|bucket| bucket.step <= 844));
    assert_eq!((training.epochs.len(), training.step_in_epoch().0), (1, 844));
    // Half the rate is asked about first: newer checkpoints are removed.
    assert_eq!(press(&mut state, KeyCode::Char('H')), []);
    assert_eq!(press(&mut state, KeyCode::Enter), [], "Enter means no");
    press(&mut state, KeyCode::Char('H'));
    let halved = GoBack { step: None, halves_rate: true };
    assert_eq!(commands(press(&mut state, KeyCode::Char('y'))), [Command::GoBack(halved)]);
}

#[test]
fn the_tempo_has_two_keys_and_a_training_that_is_left_runs_freely() {
    let mut state = in_training(160, 48);
    let pace = |state: &mut State, key| commands(press(state, KeyCode::Char(key)));
    assert_eq!(pace(&mut state, ','), [Command::Pace(Some(1000.0))]);
    assert_eq!(pace(&mut state, ','), [Command::Pace(Some(500.0))]);
    report(&mut state, Event::Drive(Drive { steps_per_second: Some(30.0), ..Drive::default() }));
    assert!(screen(&state).contains("at most 30 steps/s"), "{}", screen(&state));
    assert_eq!(pace(&mut state, ';'), [Command::Pace(Some(50.0))]);
    report(&mut state, Event::Drive(Drive { steps_per_second: Some(1.0), ..Drive::default() }));
    assert_eq!(pace(&mut state, ','), [Command::Pace(Some(1.0))]);
    let effects = press(&mut state, KeyCode::Char('d'));
    let [Effect::Send(Request { command, .. }), Effect::Detach] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*command, Command::Pace(None));
}

#[test]
fn a_loop_trains_again_with_the_next_seed_and_stays_on_its_screen() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('L'));
    press(&mut state, KeyCode::Char('3'));
    let seed = state.training.as_ref().unwrap().info.preset.seed;
    let effects = report(&mut state, finished(Outcome::Completed));
    let trained = effects.iter().find_map(|effect| match effect {
        Effect::Send(Request { command: Command::Train(request), .. }) => {
            Some(request.experiment.preset.seed)
        }
        _ => None,
    });
    assert_eq!((trained, state.screen), (Some(seed + 1), Screen::Inspect));
    // One that a person has stopped is followed by none.
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('L'));
    let effects = report(&mut state, finished(Outcome::Stopped));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Send(_))), "{effects:?}");
}

#[test]
fn a_preset_is_started_paused() {
    let mut state = dashboard(80, 24);
    let effects = press(&mut state, KeyCode::Char('h'));
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(request.starts_paused);
}

#[test]
fn a_new_run_goes_on_from_the_best_checkpoint_of_the_chosen_one() {
    let mut state = with_runs(160, 48);
    press(&mut state, KeyCode::Down);
    while !state.runs.current().is_some_and(|run| run.run.name().contains("1b2c")) {
        press(&mut state, KeyCode::Down);
    }
    press(&mut state, KeyCode::Char('B'));
    assert!(screen(&state).contains("New run from step"), "{}", screen(&state));
    clear(&mut state);
    type_text(&mut state, "layers[0].filters=7");
    press(&mut state, KeyCode::Enter);
    assert!(screen(&state).contains("a run is trained further with the network"), "{}", screen(&state));
    clear(&mut state);
    type_text(&mut state, "train.epochs=+3; optimizer.learning_rate=0.25");
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(request.changes, ["train.epochs=8", "optimizer.learning_rate=0.25"]);
    assert_eq!(request.experiment.preset.train.epochs, 8);
    assert!(request.branch.as_ref().is_some_and(|branch| branch.folder.ends_with("1b2c")));
}

#[test]
fn nothing_is_steered_where_nothing_is_trained_and_the_reason_is_told() {
    for key in ['a', 'X', 'A', 'b', 'H', ',', ';'] {
        let mut state = dashboard(80, 24);
        state.screen = Screen::Train;
        assert_eq!(press(&mut state, KeyCode::Char(key)), [], "{key}");
        assert!(screen(&state).contains("nothing is being trained"), "{key}: {}", screen(&state));
    }
}
