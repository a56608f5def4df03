//! What a person does with searches.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::preset::Assignment;
use crate::search::{Board, Listed, LookAt, Reached, SearchesSnapshot, Standing, Trial, TrialRun};
use crate::tui::message::{Effect, Message, SearchAnswer, SearchTask};
use crate::tui::state::{Screen, State};
use crate::tui::theme::{Depth, Theme};
use crate::tui::update::update;
use crate::worker::Command;

use super::builders::*;
use super::screens::at_both_sizes;

const TEXT: &str = r#"(preset: "breast-cancer", search: (space: {"optimizer.learning_rate": log(1e-5, 1e-1),
    "train.batch_size": [16, 32, 64], layers[0].units: int(8, 64, step: 8), "optimizer": [Adam(), SGD()],
    "optimizer.momentum": when("optimizer", SGD, uniform(0, 0.99))}, trials: 30))"#;

/// A trial with settings that depend on its number, and its results.
fn trial(number: u32, values: &[f64]) -> Trial {
    let share = f64::from(number * 37 % 100) / 100.0;
    let is_sgd = number.is_multiple_of(3);
    let mut settings = vec![
        ("optimizer.learning_rate", format!("{:.3e}", 1e-5 * 1e4_f64.powf(share))),
        ("train.batch_size", [16, 32, 64][number as usize % 3].to_string()),
        ("layers[0].units", (8 + number * 5 % 8 * 8).to_string()),
        ("optimizer", if is_sgd { "SGD()" } else { "Adam()" }.to_owned()),
    ];
    if is_sgd {
        settings.push(("optimizer.momentum", format!("{:.4}", 0.99 * share)));
    }
    let settings =
        settings.into_iter().map(|(path, value)| Assignment { path: path.into(), value }).collect();
    let reached = (!values.is_empty()).then(|| Reached {
        epochs: 60,
        values: values.to_vec(),
        seconds: 2.0 + f64::from(number) / 10.0,
    });
    let run = TrialRun {
        seed: 1,
        run: Some(format!("2026-11-29T20-00-{number:02}-breast-cancer-0a1b")),
        reached: reached.into_iter().collect(),
        ..TrialRun::default()
    };
    Trial { number, settings, rung: 0, runs: vec![run], refused: None }
}

fn trials(count: u32) -> Vec<Trial> {
    (1..=count)
        .map(|number| {
            let share = f64::from(number * 37 % 100) / 100.0;
            trial(number, &[0.002 + (share - 0.7).powi(2) + 0.3 / f64::from(number)])
        })
        .collect()
}

fn listed(name: &str, standing: Standing, trials: (usize, u32), best: Option<f64>) -> Listed {
    let best = best.map(|best| ("val_loss".to_owned(), best));
    Listed { name: name.into(), standing, trials, running: 0, best, problem: None }
}

/// Three searches, the first of which is this one.
pub(super) fn view(board: Board) -> SearchesSnapshot {
    let best = board.best().map(|row| row.values[0]);
    let broken = Listed {
        problem: Some("/home/ada/searches/z/search.ron: not a file of a search\u{1b}[2J".into()),
        ..listed("z", Standing::Broken, (0, 0), None)
    };
    let first = Listed {
        best: best.map(|best| (board.objectives[0].name.clone(), best)),
        ..listed(&board.name, board.standing, (board.counts.done(), board.wanted), None)
    };
    let searches = vec![first, listed("mnist-cnn", Standing::Interrupted, (7, 40), Some(0.0412)), broken];
    SearchesSnapshot { searches, chosen: Some(Arc::new(board)), is_whole: true, problem: None }
}

/// A search that runs: twelve trials are done, one trains.
pub(super) fn running() -> Board {
    let mut all = trials(12);
    all.push(trial(13, &[]));
    Board::of(TEXT, Standing::Running, 40.0, &all, &["2026-11-29T20-00-13-breast-cancer-0a1b"])
}

fn with_two_objectives() -> Board {
    let text = TEXT.replace("trials: 30", "objective: [val_accuracy, parameters], trials: 20");
    let all: Vec<Trial> = (1..=20)
        .map(|number| {
            let share = f64::from(number * 37 % 100) / 100.0;
            let parameters = 200 + 40 * (number * 53 % 100);
            trial(number, &[0.8 + 0.15 * share, f64::from(parameters)])
        })
        .collect();
    Board::of(&text, Standing::Ended, 60.0, &all, &[])
}

fn with_failures() -> Board {
    let mut all = trials(9);
    all[3].runs[0].failed =
        Some("the loss became NaN at step 40 (epoch 2): try a smaller learning rate".into());
    all[5].refused = Some("layers[0]: a kernel of 5 does not fit into an input of 3\u{202e}".into());
    all[5].runs.clear();
    all.push(trial(10, &[]));
    Board::of(TEXT, Standing::Interrupted, 30.0, &all, &[])
}

/// A dashboard that shows these searches.
fn shows(board: Board, width: u16, height: u16) -> State {
    let mut state = dashboard(width, height);
    let effects = press(&mut state, KeyCode::Char('6'));
    assert_eq!(effects, [Effect::ReadSearches, Effect::LookAtSearches(LookAt::Searches(None))]);
    update(&mut state, Message::Searches(Box::new(view(board))));
    state
}

#[test]
fn screens_of_searches() {
    at_both_sizes("search_none", |width, height| {
        let mut state = dashboard(width, height);
        press(&mut state, KeyCode::Char('6'));
        update(&mut state, Message::Searches(Box::default()));
        state
    });
    at_both_sizes("search_running", |width, height| shows(running(), width, height));
    at_both_sizes("search_two_objectives", |width, height| shows(with_two_objectives(), width, height));
    at_both_sizes("search_failures", |width, height| {
        let mut state = shows(with_failures(), width, height);
        // What was refused comes last.
        press(&mut state, KeyCode::End);
        press(&mut state, KeyCode::Up);
        state
    });
    for (key, name) in [(1, "parallel"), (2, "scatter"), (3, "importance")] {
        let mut state = shows(running(), 80, 24);
        (0..key).for_each(|_| drop(press(&mut state, KeyCode::Char('v'))));
        insta::assert_snapshot!(format!("search_{name}"), screen(&state));
    }
}

#[test]
fn two_objectives_are_drawn_against_each_other_with_the_front() {
    let board = with_two_objectives();
    let count = board.front;
    assert!(count > 1, "{count}");
    let mut state = shows(board, 80, 24);
    let title = format!("val_accuracy and parameters: the line joins the {count} unbeaten");
    let shown = screen(&state);
    assert!(shown.contains(&title), "{shown}");
    let (_, drawn) = shown.split_once(&title).unwrap();
    assert!(drawn.matches('•').count() + drawn.matches('●').count() > 10, "a sign for each trial: {shown}");
    press(&mut state, KeyCode::Char('v'));
    assert!(screen(&state).contains("val_accuracy by trial"), "{}", screen(&state));
    // A search with one objective has no such figure.
    assert!(screen(&shows(running(), 80, 24)).contains("val_loss by trial"));
}

#[test]
fn what_a_figure_of_a_search_leaves_out_is_said() {
    // The title says in which order trials stand that went on by rungs.
    let halving = TEXT.replace("trials: 30", "method: asha, trials: 30");
    let board = Board::of(&halving, Standing::Ended, 40.0, &trials(12), &[]);
    let shown = screen(&shows(board, 80, 24));
    assert!(shown.contains("Trials, furthest rung first: "), "{shown}");
    assert!(!screen(&shows(running(), 80, 24)).contains("rung first"));
    // Settings for which there is no row are counted, and a figure without room says so.
    let figure = |key: usize, width: u16, height: u16| {
        let mut state = shows(running(), width, height);
        (0..key).for_each(|_| drop(press(&mut state, KeyCode::Char('v'))));
        screen(&state)
    };
    let names = [
        "optimizer.learning_rate ",
        "layers[0].units ",
        "optimizer ",
        "train.batch_size ",
        "optimizer.momentum ",
    ];
    let mut counted = 0;
    for height in 15..25 {
        let shown = figure(3, 80, height);
        let Some((_, drawn)) = shown.split_once("What val_loss depends on") else { continue };
        let name = |line: &&str| {
            let text = line.trim_start_matches('│').trim_start();
            names.iter().any(|name| text.starts_with(name))
        };
        let bars = drawn.lines().filter(name).count();
        counted += usize::from(bars < 5);
        let left_out = format!("… {} more", 5 - bars);
        assert!(bars == 5 || shown.contains(&left_out) || shown.contains("no room"), "{height}: {shown}");
    }
    assert!(counted > 0, "at some height there is no room for all");
    let shown = figure(2, 60, 15);
    assert!(shown.contains("no room") || shown.contains('┤'), "{shown}");
}

#[test]
fn without_colours_or_braille_everything_is_told_apart() {
    let mut state = shows(running(), 80, 24);
    state.theme = Theme { is_ascii: true, ..Theme::new(Depth::Monochrome, false) };
    press(&mut state, KeyCode::Char('v'));
    let shown = screen(&state);
    assert!(shown.is_ascii(), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn the_chosen_trial_stays_chosen_while_others_overtake_it_and_at_the_top_the_best_is_followed() {
    let mut state = shows(running(), 80, 24);
    let best = state.searches.row().unwrap().number;
    press(&mut state, KeyCode::Char('j'));
    let second = state.searches.row().unwrap().number;
    assert_ne!(best, second);
    let mut more = trials(12);
    more.push(trial(13, &[1e-6]));
    let board = Board::of(TEXT, Standing::Running, 40.0, &more, &[]);
    update(&mut state, Message::Searches(Box::new(view(board))));
    assert_eq!(state.searches.row().unwrap().number, second);
    press(&mut state, KeyCode::Home);
    assert_eq!(state.searches.row().unwrap().number, 13);
    update(&mut state, Message::Searches(Box::new(view(running()))));
    assert_eq!(state.searches.row().unwrap().number, best);
}

#[test]
fn another_search_is_read_when_it_is_chosen_and_none_when_nobody_looks() {
    let mut state = shows(running(), 80, 24);
    let look = |name: &str| Effect::LookAtSearches(LookAt::Searches(Some(name.into())));
    assert_eq!(press(&mut state, KeyCode::Right), [look("mnist-cnn")]);
    assert!(screen(&state).contains("reading its trials"), "{}", screen(&state));
    assert_eq!(
        press(&mut state, KeyCode::Char('5')),
        [Effect::ListRuns, Effect::LookAtSearches(LookAt::Nothing)]
    );
    assert_eq!(press(&mut state, KeyCode::Char('6')), [look("mnist-cnn")]);
    press(&mut state, KeyCode::Right);
    assert!(screen(&state).contains("not a file of a search"), "{}", screen(&state));
    // One that is gone makes way for the first one.
    let only =
        SearchesSnapshot { searches: vec![listed("a", Standing::Ended, (1, 1), None)], ..Default::default() };
    update(&mut state, Message::Searches(Box::new(only)));
    assert_eq!(state.searches.listed().map(|one| one.name.as_str()), Some("a"));
}

#[test]
fn enter_and_a_double_click_open_the_run_of_the_trial_as_runs_does() {
    let mut state = shows(running(), 80, 24);
    let run = state.searches.row().unwrap().runs[0].clone();
    assert_eq!(press(&mut state, KeyCode::Enter), [Effect::OnSearch(SearchTask::ReadRun(run))]);
    let overview = runs().remove(3);
    let folder = overview.run.path().to_string_lossy().into_owned();
    let effects = update(&mut state, Message::SearchDone(SearchAnswer::Run(Box::new(overview))));
    let [Effect::Send(request), Effect::LookAtSearches(LookAt::Nothing)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((&request.command, state.screen), (&Command::Attach(folder), Screen::Train));
    // In the fourth row from above the second trial stands.
    press(&mut state, KeyCode::Char('6'));
    let row =
        (0..24).find(|row| screen(&state).lines().nth(*row).unwrap().contains("TRIAL")).unwrap() as u16 + 2;
    let event = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: 10,
        row,
        modifiers: KeyModifiers::NONE,
    };
    update(&mut state, Message::Mouse(event));
    assert_eq!(state.searches.selected(), 1);
    let run = state.searches.row().unwrap().runs[0].clone();
    assert_eq!(update(&mut state, Message::DoubleClick(event)), [Effect::OnSearch(SearchTask::ReadRun(run))]);
    // A click into the list of searches chooses one.
    update(&mut state, Message::Mouse(MouseEvent { row: 3, ..event }));
    assert_eq!(state.searches.listed().map(|one| one.name.as_str()), Some("mnist-cnn"));
}

#[test]
fn a_search_goes_on_and_ends_and_the_command_is_said() {
    let mut state = shows(with_failures(), 80, 24);
    press(&mut state, KeyCode::Char('b'));
    assert!(screen(&state).contains("trainyard search resume s --jobs N"), "{}", screen(&state));
    press(&mut state, KeyCode::Backspace);
    type_text(&mut state, "0");
    press(&mut state, KeyCode::Enter);
    assert!(screen(&state).contains("a whole number from 1 to 1024"), "{}", screen(&state));
    press(&mut state, KeyCode::Backspace);
    type_text(&mut state, "2");
    let task = SearchTask::GoOn { search: "s".into(), jobs: 2 };
    assert_eq!(press(&mut state, KeyCode::Enter), [Effect::OnSearch(task)]);
    press(&mut state, KeyCode::Char('X'));
    assert!(screen(&state).contains("no process carries this search out"));
    let mut state = shows(running(), 80, 24);
    press(&mut state, KeyCode::Char('b'));
    assert!(screen(&state).contains("this search runs already"));
    press(&mut state, KeyCode::Char('X'));
    assert!(screen(&state).contains("write a checkpoint first"), "{}", screen(&state));
    assert_eq!(press(&mut state, KeyCode::Char('y')), [Effect::OnSearch(SearchTask::End("s".into()))]);
    let variables = vec![("TRAINYARD_SEARCH", "nights".to_owned())];
    let ended = |seconds| SearchAnswer::Ended {
        search: "nights".into(),
        outcome: "finished",
        seconds,
        variables: variables.clone(),
    };
    assert!(update(&mut state, Message::SearchDone(ended(1.0))).is_empty(), "too short to be told of");
    let effects = update(&mut state, Message::SearchDone(ended(3600.0)));
    assert!(
        matches!(&effects[..], [Effect::TellEnd(end)] if end.title == "nights" && end.variables == variables),
        "{effects:?}"
    );
    update(&mut state, Message::SearchDone(SearchAnswer::Failed("process 7: gone".into())));
    assert!(screen(&state).contains("process 7: gone"));
}

#[test]
fn the_preset_of_a_trial_is_saved_under_a_name_that_is_free() {
    let mut state = shows(running(), 80, 24);
    let number = state.searches.row().unwrap().number;
    press(&mut state, KeyCode::Char('s'));
    assert!(screen(&state).contains(&format!("s-{number}")), "{}", screen(&state));
    let save = SearchTask::SavePreset { search: "s".into(), trial: number, name: format!("s-{number}") };
    assert_eq!(press(&mut state, KeyCode::Enter), [Effect::OnSearch(save)]);
    let count = state.presets.entries.len();
    let result = Ok(("/home/ada/presets/s-1.ron".into(), Box::new(cnn())));
    update(&mut state, Message::SearchDone(SearchAnswer::Saved { text: String::new(), result }));
    assert_eq!(state.presets.entries.len(), count + 1);
    assert!(screen(&state).contains("saved as /home/ada/presets/s-1.ron"), "{}", screen(&state));
    press(&mut state, KeyCode::Char('s'));
    type_text(&mut state, "/");
    press(&mut state, KeyCode::Enter);
    assert!(screen(&state).contains("is not a name"), "{}", screen(&state));
}

#[test]
fn a_preset_with_a_search_block_begins_its_search_and_another_says_that_it_has_none() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('S'));
    assert!(screen(&state).contains("this preset has no search block"), "{}", screen(&state));
    state.presets.entries[0].text = "Preset(name: \"mnist-cnn\", search: (space: {}))".into();
    press(&mut state, KeyCode::Char('S'));
    assert!(screen(&state).contains("trainyard search mnist-cnn --jobs N"), "{}", screen(&state));
    let effects = press(&mut state, KeyCode::Enter);
    let task = SearchTask::Begin { preset: "mnist-cnn".into(), jobs: 1 };
    assert_eq!(effects[0], Effect::OnSearch(task));
    assert_eq!(state.screen, Screen::Search);
    // It is chosen as soon as it is there.
    update(&mut state, Message::Searches(Box::new(view(running()))));
    let (search, command) = (Some("new".into()), "trainyard search new".into());
    update(&mut state, Message::SearchDone(SearchAnswer::Began { search, command }));
    assert_eq!(state.searches.listed().map(|one| one.name.as_str()), Some("s"));
    let mut more = view(running());
    more.searches.push(listed("new", Standing::Running, (0, 30), None));
    update(&mut state, Message::Searches(Box::new(more)));
    assert_eq!(state.searches.listed().map(|one| one.name.as_str()), Some("new"));
}

/// `cargo test --release --lib ten_thousand_trials -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn ten_thousand_trials_are_drawn_within_a_frame() {
    let all: Vec<Trial> = trials(10_000);
    let mut state = shows(Board::of(TEXT, Standing::Running, 40.0, &all, &[]), 200, 60);
    for _ in 0..3 {
        screen(&state);
    }
    let since = std::time::Instant::now();
    for _ in 0..10 {
        press(&mut state, KeyCode::PageDown);
        screen(&state);
    }
    let frame = since.elapsed() / 10;
    eprintln!("{frame:?}");
    assert!(frame.as_millis() < 10, "{frame:?}");
}
