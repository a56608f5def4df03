//! Choosing test samples: by class, by what the model says of them, from a cell of the confusion matrix.

use crossterm::event::KeyCode;

use crate::tui::state::inspect::InspectView;
use crate::worker::{Choice, Command, Filter, Inspection, Question, Sample, SampleOrder};

use super::builders::*;
use super::screens::at_both_sizes;

fn asked(effects: Vec<crate::tui::message::Effect>) -> Choice {
    let commands = commands(effects);
    let [Command::Inspect(Question::Sample { position: 0, filter })] = commands[..] else {
        panic!("{commands:?}")
    };
    filter.into()
}

#[test]
fn a_cell_of_the_confusion_matrix_opens_its_samples() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(Filter::All));
    press(&mut state, KeyCode::Char('c'));
    answer(&mut state, confusion());
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("arrows point at a cell"), "{}", screen(&state));
    for key in [KeyCode::Right, KeyCode::Right, KeyCode::Right, KeyCode::Down] {
        assert_eq!(press(&mut state, key), []);
    }
    assert!(screen(&state).contains("1 taken for 2: "), "{}", screen(&state));
    let choice = asked(press(&mut state, KeyCode::Enter));
    assert_eq!((choice.truth, choice.predicted, state.inspect.view), (Some(1), Some(2), InspectView::Sample));
    let filter = state.inspect.filter;
    answer(&mut state, sample(filter));
    assert!(screen(&state).contains("8 of 142 of class 1 taken for 2"), "{}", screen(&state));
}

#[test]
fn samples_are_chosen_by_class_and_sorted_by_loss() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(Filter::All));
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "true=12");
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("there is no class"), "{}", screen(&state));
    press(&mut state, KeyCode::Backspace);
    let effects = press(&mut state, KeyCode::Enter);
    assert_eq!(asked(effects).truth, Some(1));
    let filter = state.inspect.filter;
    answer(&mut state, sample(filter));
    let choice = asked(press(&mut state, KeyCode::Char('o')));
    assert_eq!((choice.truth, choice.order), (Some(1), SampleOrder::Loss));
    let filter = state.inspect.filter;
    answer(&mut state, Inspection::Nothing(filter));
    assert!(screen(&state).contains("No test sample is like that"), "{}", screen(&state));
    let choice = asked(press(&mut state, KeyCode::Char('w')));
    assert_eq!((choice.truth, choice.only_wrong), (Some(1), true), "w adds to the choice");
}

fn of_table(width: u16, height: u16) -> crate::tui::state::State {
    let mut state = in_training(width, height);
    press(&mut state, KeyCode::Char('3'));
    let Inspection::Sample(sample) = sample(Filter::All) else { unreachable!("it is a sample") };
    let names = ["mean radius", "mean texture", "worst concave points"].map(String::from).to_vec();
    let sample = Sample { shape: vec![3], input: vec![14.25, 0.0213, -1.5], names, ..sample };
    answer(&mut state, Inspection::Sample(sample));
    state
}

#[test]
fn what_stands_for_a_word_is_shown_as_the_word() {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut state = of_table(width, height);
        let mut pair = state.inspect.sample.clone().expect("a sample");
        pair.names = vec!["senator".into(), "age".into()];
        pair.words = vec!["MCCAIN (R AZ)".into(), String::new()];
        (pair.shape, pair.input) = (vec![2], vec![6.0, 69.0]);
        state.inspect.sample = Some(pair);
        let shown = screen(&state);
        let line =
            |what: &str| shown.lines().find(|line| line.contains(what)).unwrap_or_default().to_string();
        assert!(line("│senator").contains("MCCAIN (R AZ)") && line("│age").contains("69"), "{shown}");
    }
}

#[test]
fn features_have_their_names_and_letters_are_text() {
    at_both_sizes("inspect_table", of_table);
    let mut state = of_table(80, 24);
    assert!(screen(&state).contains("worst concave points"), "{}", screen(&state));
    let mut word = state.inspect.sample.clone().expect("a sample");
    (word.names, word.text, word.input) = (Vec::new(), Some("wunderbar".into()), vec![23.0; 18]);
    state.inspect.sample = Some(word);
    let shown = screen(&state);
    assert!(shown.contains("│wunderbar") && !shown.contains("23"), "{shown}");
}
