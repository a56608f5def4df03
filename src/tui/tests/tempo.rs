//! Trainings that are slow, hold, or have ended: what is told of their time, and how new what Inspect shows is.

use crossterm::event::KeyCode;

use super::builders::*;
use crate::tui::state::{BelowCharts, State};
use crate::worker::{
    Command, Drive, EpochReport, Event, Filter, Outcome, Phase, Question, Scores, StepReport,
};

/// A step that was made so many seconds after the training began, and took next to no time.
fn step_after(step: u64, seconds: f64) -> Event {
    let Event::Step(report) = stepped_over(step, 1) else { unreachable!("it is a step") };
    Event::Step(StepReport { seconds: 1e-5, time: 1_795_946_400.0 + seconds, ..report })
}

/// The questions among what was sent.
fn questions(sent: Vec<crate::tui::message::Effect>) -> usize {
    commands(sent).iter().filter(|command| matches!(command, Command::Inspect(_))).count()
}

/// The row of the screen with this in it.
fn row_with(state: &State, what: &str) -> String {
    let shown = screen(state);
    shown.lines().find(|row| row.contains(what)).unwrap_or_else(|| panic!("no {what}: {shown}")).to_owned()
}

/// A training of ten steps a second that has made so many.
fn at_ten_steps_a_second(steps: u64) -> State {
    let mut state = dashboard(120, 40);
    press(&mut state, KeyCode::Enter);
    report(&mut state, started());
    report(&mut state, Event::Drive(Drive { steps_per_second: Some(10.0), ..Drive::default() }));
    (1..=steps).for_each(|step| drop(report(&mut state, step_after(step, step as f64 / 10.0))));
    state
}

#[test]
fn the_time_that_is_left_and_the_log_go_by_the_clock() {
    let mut state = at_ten_steps_a_second(220);
    // 4,000 of 4,220 steps are left.
    assert!(row_with(&state, "epoch").contains("6m 40s left"), "{}", screen(&state));
    report(&mut state, Event::Phase(Phase::Paused));
    report(&mut state, step_after(221, 125.0));
    report(&mut state, Event::Log("after a while".into()));
    assert!(row_with(&state, "after a while").contains(" 2:05 "), "{}", screen(&state));
    // As fast as it can, the steps that were made say how long the others take.
    report(&mut state, Event::Drive(Drive::default()));
    assert!(row_with(&state, "epoch").contains("0s left"), "{}", screen(&state));
}

#[test]
fn the_confusion_matrix_follows_a_slow_training() {
    let mut state = at_ten_steps_a_second(5);
    press(&mut state, KeyCode::Char('3'));
    press(&mut state, KeyCode::Char('c'));
    answer(&mut state, confusion());
    let asked: Vec<usize> = (6..=16)
        .map(|step| {
            let sent = report(&mut state, step_after(step, step as f64 / 10.0));
            let asked = questions(sent);
            if asked > 0 {
                answer(&mut state, confusion());
            }
            asked
        })
        .collect();
    assert_eq!(asked.iter().sum::<usize>(), 2, "{asked:?}");
}

#[test]
fn each_single_step_is_followed_by_what_inspect_shows() {
    let mut state = at_ten_steps_a_second(5);
    report(&mut state, Event::Phase(Phase::Paused));
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(Filter::All));
    assert_eq!(questions(report(&mut state, step_after(6, 0.61))), 1);
    // Another step comes before the answer: it is asked for again when that is in, and not once more after that.
    assert_eq!(questions(report(&mut state, step_after(7, 0.62))), 0);
    let sent = commands(answer(&mut state, sample(Filter::All)));
    assert!(matches!(sent[..], [Command::Inspect(Question::Sample { .. })]), "{sent:?}");
    assert_eq!(questions(answer(&mut state, sample(Filter::All))), 0);
    // Nobody asks for what is not on the screen.
    press(&mut state, KeyCode::Char('2'));
    assert_eq!(questions(report(&mut state, step_after(8, 0.63))), 0);
}

#[test]
fn the_table_of_epochs_and_the_log_scroll_to_their_first_lines_and_no_further() {
    for (width, height) in [(80, 24), (160, 48), (60, 15)] {
        let mut state = in_training(width, height);
        (3..=40).for_each(|epoch| drop(report(&mut state, epoch_done(epoch))));
        let rows = |state: &State| {
            let shown = screen(state);
            let inside = shown.lines().skip_while(|row| !row.contains("Epochs")).skip(2);
            inside
                .take_while(|row| !row.starts_with('╰'))
                .filter(|row| row.len() > 10 && row.contains('.'))
                .count()
        };
        press(&mut state, KeyCode::Char('v'));
        let room = rows(&state);
        (0..12).for_each(|_| drop(press(&mut state, KeyCode::PageUp)));
        assert_eq!(rows(&state), room, "{}", screen(&state));
        press(&mut state, KeyCode::Down);
        assert!(!screen(&state).contains("│  1 ") && rows(&state) == room, "{}", screen(&state));
        press(&mut state, KeyCode::Char('v'));
        assert_eq!(state.below_charts, BelowCharts::Log);
        (0..60).for_each(|_| drop(press(&mut state, KeyCode::PageUp)));
        let shown = screen(&state);
        let mut log = shown.lines().skip_while(|row| !row.contains("╭ Log")).skip(1);
        let first = log.next().unwrap_or_default();
        assert!(first.contains("training mnist-cnn"), "{shown}");
        assert!(!log.next().unwrap_or_default().trim_matches(['│', ' ']).is_empty(), "{shown}");
        press(&mut state, KeyCode::Char('v'));
        assert_eq!(state.below_charts, BelowCharts::Progress);
    }
}

#[test]
fn a_line_that_is_longer_than_the_log_is_told_from_its_beginning() {
    let mut state = in_training(80, 24);
    let line = "found: the training loss rose from 0.0123 to 0.9876 (learning rate too high); try a learning rate ten times smaller";
    report(&mut state, Event::Log(line.into()));
    let row = row_with(&state, "found: the training loss rose from 0.0123");
    assert!(row.trim_end_matches(['│', ' ']).ends_with('…'), "{row}");
    // The log alone has all of it.
    press(&mut state, KeyCode::Char('v'));
    press(&mut state, KeyCode::Char('v'));
    assert!(screen(&state).contains("ten times smaller"), "{}", screen(&state));
}

#[test]
fn a_training_that_has_ended_has_the_training_loss_of_its_last_epoch() {
    let mut state = in_training(120, 40);
    let Event::Epoch(done) = epoch_done(5) else { unreachable!("it is an epoch") };
    let training = Scores { loss: 0.5693, accuracy: Some(0.25), ..Scores::default() };
    report(&mut state, Event::Epoch(Box::new(EpochReport { training, ..*done })));
    report(&mut state, finished(Outcome::Completed));
    let row = row_with(&state, "│training");
    assert!(row.contains("loss 0.5693   accuracy 25.00%"), "{row}");
}
