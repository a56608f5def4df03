//! What once was wrong on screens, and has no other test.

use crossterm::event::KeyCode;

use super::builders::*;
use super::form::{form_of, go_to, set};
use crate::preset::library;
use crate::tui::state::presets::{Entry, Origin, Presets};
use crate::tui::state::{Screen, State};
use crate::worker::{
    Command, Drive, EpochReport, Event, Filter, Finish, Inspection, Metric, Metrics, Opened, Outcome, Phase,
    Question, Scores, Steering, StepReport,
};

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

/// The text inside the panel of this title, rows and columns of frames left out.
fn panel_text(state: &State, title: &str) -> String {
    let shown = screen(state);
    let rows = shown.lines().skip_while(|row| !row.contains(&format!("╭ {title}"))).skip(1);
    let rows = rows.take_while(|row| !row.starts_with('╰'));
    let inside = rows.map(|row| row.split('│').nth(1).unwrap_or_default().trim().to_owned());
    inside.collect::<Vec<_>>().join(" ")
}

#[test]
fn why_a_training_cannot_begin_or_go_on_is_told_to_its_end() {
    let memory = "mnist-cnn needs 14.2 GB of memory (weights 2.1 GB, activations 1.43 GB, optimizer 4.2 GB, the rest 6.5 GB), \
                  and 8.1 GB are free; with batch_size: 16 it would fit";
    for (width, height) in [(80, 24), (120, 40), (160, 48)] {
        let mut state = dashboard(width, height);
        press(&mut state, KeyCode::Enter);
        report(&mut state, Event::Failed(memory.into()));
        press(&mut state, KeyCode::Char('2'));
        assert!(panel_text(&state, "Progress").contains(memory), "{}", screen(&state));
    }
    let nan =
        "the loss became NaN at step 1,234; first not finite: the kernel of transformer_encoder_2/dense_1";
    for (width, height) in [(80, 24), (120, 40), (160, 48)] {
        let mut state = in_training(width, height);
        report(&mut state, Event::Failed(nan.into()));
        (0..2).for_each(|_| drop(press(&mut state, KeyCode::Char('v'))));
        assert!(panel_text(&state, "Log").contains(nan), "{}", screen(&state));
    }
}

#[test]
fn what_progress_tells_is_whole_or_not_there() {
    for (width, height) in [(80, 24), (100, 30), (120, 40), (160, 48), (200, 60)] {
        let mut state = in_training(width, height);
        // 2,220 of 4,220 steps at 2.775 a second.
        report(&mut state, Event::Drive(Drive { steps_per_second: Some(2.775), ..Drive::default() }));
        assert!(row_with(&state, "epoch").contains("13m 20s left"), "{}", screen(&state));
        state.is_looping = true;
        let metrics = [Metric::Precision, Metric::Recall, Metric::F1, Metric::RocAuc];
        let metrics = metrics.into_iter().fold(Metrics::default(), |all, metric| all.with(metric, 0.8125));
        let Event::Finished(finish) = finished(Outcome::Completed) else { unreachable!("it is the end") };
        let progress = panel_text(&state, "Progress");
        // In rows of their own where one has no room for all, and at 80x24 as far as the panel reaches.
        assert!(height < 30 || progress.contains("then the next seed"), "{}", screen(&state));
        assert!(!progress.contains("(train") && !progress.contains("/ tes "), "{progress}");
        state.is_looping = false;
        let test = Scores { metrics, ..finish.test.unwrap() };
        report(&mut state, Event::Finished(Finish { test: Some(test), ..finish }));
        let progress = panel_text(&state, "Progress");
        for told in [
            "loss 0.0431",
            "accuracy 98.66%",
            "precision 0.8125",
            "recall 0.8125",
            "F1 0.8125",
            "ROC AUC 0.8125",
        ] {
            assert!(progress.contains(told), "{told}: {}", screen(&state));
        }
    }
}

#[test]
fn a_layer_that_another_needs_is_called_as_the_form_counts_and_taken_back() {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut state = form_of("mnist-dcgan", width, height);
        set(&mut state, "layers[0].units", "33");
        let shown = screen(&state);
        let told = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("layer 4.target_shape: ") && !told.contains("layers[3]"), "{shown}");
        assert!(row_with(&state, "4 Reshape").contains('✗'), "{shown}");
        press(&mut state, KeyCode::Char('u'));
        assert!(!screen(&state).contains('✗') && !state.presets.current().unwrap().is_changed());
        // What is refused does not stay.
        go_to(&mut state, "layers[0].units");
        press(&mut state, KeyCode::Enter);
        (0..4).for_each(|_| drop(press(&mut state, KeyCode::Backspace)));
        press(&mut state, KeyCode::Char('0'));
        press(&mut state, KeyCode::Enter);
        press(&mut state, KeyCode::Esc);
        assert_eq!(state.form.chosen().map(|row| row.value.as_str()), Some("3136"));
    }
}

#[test]
fn words_on_the_screens_say_what_they_mean() {
    // A sample's number and how many there are do not contradict each other.
    let mut state = in_training(120, 40);
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(Filter::All));
    let shown = screen(&state);
    assert!(shown.contains("Test sample 3,030") && shown.contains("one of 142"), "{shown}");
    assert!(!shown.contains("1 of all") && !shown.contains("verdict"), "{shown}");
    // No legend names the same twice.
    let pair = pair_in_training(160, 48);
    let panes = pair.training.as_ref().unwrap().panes();
    for pane in panes {
        let mut names: Vec<String> = pane.scalars.iter().map(|scalar| scalar.name.to_string()).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{}: {names:?}", pane.title);
    }
    // The palette's `start` trains; rows have their keys, and the last row all that the chosen one does.
    for (width, height) in [(60, 15), (80, 24), (120, 40)] {
        let mut state = dashboard(width, height);
        press(&mut state, KeyCode::Char(':'));
        type_text(&mut state, "start");
        let row = row_with(&state, "│  start ");
        assert!(row.contains("Enter"), "{row}");
        assert!(screen(&state).matches("Train the chosen preset").count() >= 1, "{}", screen(&state));
        press(&mut state, KeyCode::Esc);
        press(&mut state, KeyCode::Char(':'));
        type_text(&mut state, "pause");
        assert!(screen(&state).contains("not now: "), "{}", screen(&state));
    }
}

#[test]
fn enter_trains_nothing_where_no_preset_matches() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "no such thing");
    press(&mut state, KeyCode::Enter);
    assert!(commands(press(&mut state, KeyCode::Enter)).is_empty());
    assert!(
        screen(&state).contains("no preset matches no such thing: Esc shows all again"),
        "{}",
        screen(&state)
    );
    // Nor is it queued, held, saved, read or searched, by key or by name.
    for key in ['Q', 'h', 's', 'v', 'S'] {
        let effects = press(&mut state, KeyCode::Char(key));
        assert!(effects.is_empty() && state.overlays.is_empty(), "{key}: {effects:?}");
        assert!(screen(&state).contains("✗ no preset matches no such thing"), "{key}: {}", screen(&state));
    }
    press(&mut state, KeyCode::Char(':'));
    type_text(&mut state, "queue-add");
    assert!(screen(&state).contains("not now: no preset matches what is typed"), "{}", screen(&state));
    press(&mut state, KeyCode::Esc);
    // What is typed next takes the place of the old filter.
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "mnist");
    press(&mut state, KeyCode::Enter);
    assert_eq!(state.presets.filter, "mnist");
    assert!(state.presets.sees_choice());
    press(&mut state, KeyCode::Esc);
    assert!(!commands(press(&mut state, KeyCode::Enter)).is_empty());
}

#[test]
fn the_status_has_room_beside_the_tabs_and_an_open_run_its_name() {
    for width in [60, 70, 79, 80, 100, 120, 160] {
        let mut state = in_training(width, 24);
        let phases =
            [(Phase::Paused, "paused"), (Phase::Training, "training"), (Phase::Evaluating, "evaluating")];
        for (phase, word) in phases {
            report(&mut state, Event::Phase(phase));
            let header = screen(&state).lines().next().unwrap_or_default().to_owned();
            assert!(header.ends_with(&format!(" {word}")), "{header}");
        }
        report(&mut state, Event::Steering(Steering::Elsewhere));
        let header = screen(&state).lines().next().unwrap_or_default().to_owned();
        assert!(header.ends_with(" only watching, T steers"), "{header}");
        report(&mut state, Event::Steering(Steering::Here));
        report(&mut state, finished(Outcome::Completed));
        let opened = Opened { run: "2026-mnist-cnn".into(), checkpoints: vec![844, 1688], at: Some(844) };
        report(&mut state, Event::Opened(opened));
        let header = screen(&state).lines().next().unwrap_or_default().to_owned();
        assert!(header.contains("mnist-c") && header.ends_with("● opened"), "{header}");
        assert!(width < 160 || header.contains("1/2 at "), "{header}");
    }
}

#[test]
fn inspect_offers_no_keys_where_there_is_nothing_to_look_at() {
    let mut state = dashboard(120, 40);
    press(&mut state, KeyCode::Char('3'));
    let footer = screen(&state).lines().last().unwrap_or_default().to_owned();
    assert!(!footer.contains("wrong") && !footer.contains("confusion"), "{footer}");
    answer(&mut state, Inspection::Nothing(Filter::All));
}
