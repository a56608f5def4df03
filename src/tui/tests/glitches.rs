//! What once was wrong on screens, and has no other test.

use crossterm::event::KeyCode;

use super::builders::*;
use crate::preset::library;
use crate::tui::state::presets::{Entry, Origin, Presets};
use crate::tui::state::{Screen, State};
use crate::worker::{Command, EpochReport, Event, Filter, Inspection, Outcome, Question, Scores, StepReport};

/// An epoch with these losses.
fn epoch(number: u32, loss: f64, accuracy: f64) -> Event {
    let Event::Epoch(done) = epoch_done(number) else { unreachable!("it is an epoch") };
    let scores = Scores { loss, accuracy: Some(accuracy), ..Scores::default() };
    Event::Epoch(Box::new(EpochReport { training: scores, validation: Some(scores), ..*done }))
}

/// The row of the screen with this in it.
fn row_with(state: &State, what: &str) -> String {
    let shown = screen(state);
    shown.lines().find(|row| row.contains(what)).unwrap_or_else(|| panic!("no {what}: {shown}")).to_owned()
}

#[test]
fn numbers_of_epochs_and_huge_losses_are_never_cut_to_others() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut state = in_training(width, height);
        (95..=104).for_each(|number| drop(report(&mut state, epoch(number, 7_355_570_158_573_248.0, 0.5))));
        press(&mut state, KeyCode::Char('v'));
        for number in 98..=104 {
            let row = row_with(&state, &format!(" {number} "));
            assert!(row.contains("7.356e15"), "{row}");
        }
    }
}

#[test]
fn a_preset_that_would_end_at_once_is_slow_enough_to_be_watched() {
    for name in ["xor", "moons", "circles", "spirals"] {
        let entry = library::list().into_iter().find(|entry| entry.file.is_none() && entry.name == name);
        let loaded =
            entry.and_then(|entry| entry.loaded.ok()).unwrap_or_else(|| panic!("{name} is built in"));
        let preset = loaded.preset().clone();
        let tempo = preset.view.steps_per_second;
        let seconds = tempo.map_or(0.0, |tempo| f64::from(preset.train.epochs) * 10.0 / tempo);
        assert!(seconds > 3.0, "{name}: {seconds} s");
        let mut state = dashboard(80, 24);
        state.presets = Presets::new(vec![Entry::new(Origin::BuiltIn, preset)], Vec::new());
        let sent = commands(press(&mut state, KeyCode::Enter));
        let started = sent.iter().find_map(|command| match command {
            Command::Train(request) => Some(request.drive.steps_per_second),
            _ => None,
        });
        assert_eq!(started, Some(tempo), "{name}: {sent:?}");
    }
}

#[test]
fn a_number_reads_the_same_wherever_it_stands() {
    for (width, height) in [(120, 40), (200, 60)] {
        let mut state = in_training(width, height);
        let Event::Step(step) = stepped(2004) else { unreachable!("it is a step") };
        let scores = Scores { loss: 2.284e-5, accuracy: Some(0.984_62), ..Scores::default() };
        // So many that the average says the same.
        (2004..12_000).step_by(4).for_each(|number| {
            drop(report(&mut state, Event::Step(StepReport { step: number, scores, ..step })));
        });
        report(&mut state, epoch(3, 2.284e-5, 0.984_62));
        let shown = screen(&state);
        assert!(shown.matches("2.284e-5").count() >= 2 && !shown.contains("0.0000"), "{shown}");
        assert!(shown.matches("98.46%").count() >= 2 && !shown.contains("0.9846"), "{shown}");
        report(&mut state, finished(Outcome::Completed));
        let test = row_with(&state, "test set");
        // The row of the test ends with its scores.
        assert!(test.contains("accuracy 98.66%") && !test.contains("samples/s"), "{test}");
        assert!(row_with(&state, "│speed").contains("samples/s"));
    }
}

#[test]
fn the_choice_of_wrong_samples_ends_with_its_training() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(Filter::All));
    press(&mut state, KeyCode::Char('w'));
    assert_ne!(state.inspect.filter, Filter::All);
    report(&mut state, finished(Outcome::Completed));
    let Event::Started(mut info) = started() else { unreachable!("it is the start") };
    info.preset.name = "another".into();
    report(&mut state, Event::Started(info));
    assert_eq!(state.inspect.filter, Filter::All);
    let asked = commands(press(&mut state, KeyCode::Char('n')));
    let is_of_all = |command: &Command| !matches!(command, Command::Inspect(Question::Sample { filter, .. }) if *filter != Filter::All);
    assert!(asked.iter().all(is_of_all), "{asked:?}");
}

#[test]
fn keys_have_the_names_that_stand_on_them_and_enter_on_train_trains_what_is_shown() {
    let mut state = dashboard(120, 40);
    press(&mut state, KeyCode::Char('?'));
    assert!(!screen(&state).contains("F(1)"), "{}", screen(&state));
    press(&mut state, KeyCode::Esc);
    // What is shown is trained again, whatever is chosen on another screen.
    let mut state = in_training(120, 40);
    report(&mut state, finished(Outcome::Completed));
    press(&mut state, KeyCode::Char('1'));
    press(&mut state, KeyCode::Down);
    press(&mut state, KeyCode::Char('2'));
    let sent = commands(press(&mut state, KeyCode::Enter));
    let started = sent.iter().find_map(|command| match command {
        Command::Train(request) => Some(request.experiment.preset.name.as_str()),
        _ => None,
    });
    assert_eq!(started, Some("mnist-cnn"), "{sent:?}");
}

#[test]
fn the_log_tells_of_one_training_with_times() {
    let mut state = in_training(80, 24);
    report(&mut state, Event::Log("a line of the first training".into()));
    let row = row_with(&state, "a line of the first");
    let time = row.trim_start_matches(['│', ' ']).split(' ').next().unwrap_or_default().to_owned();
    assert!(time.split(':').count() == 2 && time.ends_with(|letter: char| letter.is_ascii_digit()), "{row}");
    report(&mut state, finished(Outcome::Completed));
    state.screen = Screen::Presets;
    press(&mut state, KeyCode::Enter);
    report(&mut state, started());
    assert!(!screen(&state).contains("a line of the first"), "{}", screen(&state));
}

#[test]
fn inspect_offers_no_keys_where_there_is_nothing_to_look_at() {
    let mut state = dashboard(120, 40);
    press(&mut state, KeyCode::Char('3'));
    let footer = screen(&state).lines().last().unwrap_or_default().to_owned();
    assert!(!footer.contains("wrong") && !footer.contains("confusion"), "{footer}");
    answer(&mut state, Inspection::Nothing(Filter::All));
}
