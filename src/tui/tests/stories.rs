//! What a person does, as messages; what the worker is told.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::preset::layers::Conv2D;
use crate::preset::parse::parse;
use crate::preset::{Activation, Layer};
use crate::tui::message::{Effect, Message};
use crate::tui::state::inspect::InspectView;
use crate::tui::state::{Screen, State, presets::Origin};
use crate::tui::update::update;
use crate::worker::{
    Command, ConnectionState, Event, Filter, LearningRate, Outcome, Phase, Question, RateChange, Reply,
    Request,
};

use super::builders::*;

fn click(state: &mut State, column: u16, row: u16) -> Vec<Effect> {
    let kind = MouseEventKind::Down(MouseButton::Left);
    update(state, Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

fn double_click(state: &mut State, column: u16, row: u16) -> Vec<Effect> {
    assert_eq!(click(state, column, row), []);
    let kind = MouseEventKind::Down(MouseButton::Left);
    update(state, Message::DoubleClick(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

#[test]
fn a_person_chooses_changes_trains_inspects_and_leaves() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('+'));
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(request.experiment.preset.optimizer.learning_rate(), 0.0015);
    assert_eq!(state.screen, Screen::Train);

    report(&mut state, started());
    report(&mut state, stepped(4));
    assert_eq!(commands(press(&mut state, KeyCode::Char(' '))), [Command::Pause]);
    report(&mut state, Event::Phase(Phase::Paused));
    assert_eq!(commands(press(&mut state, KeyCode::Char('.'))), [Command::Step]);
    assert_eq!(
        commands(press(&mut state, KeyCode::Char('-'))),
        [Command::ChangeRate(RateChange::To(0.0007))]
    );
    assert_eq!(commands(press(&mut state, KeyCode::Char(' '))), [Command::Resume]);

    let question = Question::Sample { position: 0, filter: Filter::All };
    assert_eq!(commands(press(&mut state, KeyCode::Char('3'))), [Command::Inspect(question)]);

    assert_eq!(press(&mut state, KeyCode::Char('q')), []);
    assert!(screen(&state).contains("mnist-cnn is still training"));
    assert_eq!(press(&mut state, KeyCode::Esc), []);
    press(&mut state, KeyCode::Char('q'));
    assert!(ends_and_leaves(&press(&mut state, KeyCode::Char('y'))));
}

#[test]
fn quitting_asks_only_while_something_runs() {
    let mut state = dashboard(80, 24);
    assert!(ends_and_leaves(&press(&mut state, KeyCode::Char('q'))));
    let mut state = in_training(80, 24);
    let ctrl_c = || Message::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert_eq!(update(&mut state, ctrl_c()), []);
    // What is lost by a slip of a finger is asked for by a key of its own.
    for no in [KeyCode::Enter, KeyCode::Esc, KeyCode::Char('n'), KeyCode::Char('q')] {
        assert_eq!(press(&mut state, no), []);
        assert!(state.overlays.is_empty());
        assert_eq!(update(&mut state, ctrl_c()), []);
    }
    assert_eq!(update(&mut state, ctrl_c()), []);
    assert!(state.overlays.is_empty(), "Ctrl-C means no as well");
    press(&mut state, KeyCode::Char('q'));
    assert_eq!(press(&mut state, KeyCode::Char('d')), [Effect::Detach], "leaving it running is one key away");
}

#[test]
fn keys_held_down_ask_one_question_at_a_time() {
    let mut state = in_training(80, 24);
    assert_eq!(press(&mut state, KeyCode::Char('3')).len(), 1);
    assert_eq!(press(&mut state, KeyCode::Char('n')), []);
    assert_eq!(press(&mut state, KeyCode::Char('n')), []);
    let question = Question::Sample { position: 2, filter: Filter::All };
    assert_eq!(commands(answer(&mut state, sample(Filter::All))), [Command::Inspect(question)]);
    assert_eq!(answer(&mut state, sample(Filter::All)), []);
    // The worker wraps around: the next position follows the one that it found.
    let question = Question::Sample { position: 8, filter: Filter::All };
    assert_eq!(commands(press(&mut state, KeyCode::Right)), [Command::Inspect(question)]);
}

#[test]
fn a_learning_rate_is_a_wish_until_the_worker_grants_it_and_a_step_uses_it() {
    let mut state = in_training(80, 24);
    let to = |rate| [Command::ChangeRate(RateChange::To(rate))];
    assert_eq!(commands(press(&mut state, KeyCode::Char('-'))), to(0.0007));
    assert!(screen(&state).contains("1.000e-3 (7.000e-4 asked for)"), "{}", screen(&state));
    // A step that was made meanwhile changes nothing about that; the next key goes on from the rate that was asked for.
    report(&mut state, stepped(2004));
    assert_eq!(commands(press(&mut state, KeyCode::Char('-'))), to(0.0005));
    assert!(!screen(&state).contains("from the next step on"));
    reply(&mut state, Reply::Done);
    assert!(screen(&state).contains("learning rate 0.0005 from the next step on"), "{}", screen(&state));
    assert!(screen(&state).contains("1.000e-3 (next step 5.000e-4)"), "{}", screen(&state));
    report(&mut state, stepped(2008));
    assert!(screen(&state).contains("1.000e-3   "), "{}", screen(&state));
}

#[test]
fn a_learning_rate_that_is_refused_says_so_and_nothing_else() {
    let mut state = in_training(80, 24);
    let lines = state.log.len();
    press(&mut state, KeyCode::Char('+'));
    assert_eq!(state.log.len(), lines, "nothing has happened yet");
    reply(&mut state, Reply::Refused("another terminal steers this training".into()));
    let text = screen(&state);
    assert!(text.contains("the learning rate stays as it is: another terminal steers"), "{text}");
    assert!(!text.contains("asked for"), "{text}");
    assert_eq!(
        commands(press(&mut state, KeyCode::Char('-'))),
        [Command::ChangeRate(RateChange::To(0.0007))]
    );
}

#[test]
fn an_end_that_is_refused_is_waited_for_no_longer() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('x'));
    assert_eq!(commands(press(&mut state, KeyCode::Char('y'))), [Command::Stop]);
    assert!(screen(&state).contains("stopping"));
    reply(&mut state, Reply::Refused("another terminal steers this training".into()));
    let text = screen(&state);
    assert!(text.contains("● training") && text.contains("the training is not ended: another"), "{text}");
}

#[test]
fn refused_questions_are_not_confused_with_refused_commands() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('3'));
    press(&mut state, KeyCode::Char(' '));
    reply(&mut state, Reply::Refused("another terminal steers this training".into()));
    assert_eq!(press(&mut state, KeyCode::Char('n')), [], "the sample is still on its way");
    let question = Question::Sample { position: 1, filter: Filter::All };
    assert_eq!(commands(answer(&mut state, sample(Filter::All))), [Command::Inspect(question)]);
}

#[test]
fn a_lost_connection_is_seen_and_the_story_that_comes_again_is_told_once() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('3'));
    press(&mut state, KeyCode::Char('f'));
    press(&mut state, KeyCode::Char('-'));
    report(&mut state, Event::Connection(ConnectionState::Lost));
    reply(&mut state, Reply::Refused("the connection was lost".into()));
    assert!(screen(&state).contains("connection lost, retrying"), "{}", screen(&state));
    assert_eq!(press(&mut state, KeyCode::Char('q')), [Effect::Detach], "it cannot be ended from here");

    report(&mut state, Event::Connection(ConnectionState::Restored));
    let story = || {
        let mut story = vec![Event::Preparing("reading mnist".into()), started()];
        story.extend((4..=2000).step_by(4).map(stepped));
        story.insert(212, epoch_done(1));
        story
    };
    story().into_iter().for_each(|event| drop(report(&mut state, event)));
    let mut fresh = dashboard(80, 24);
    story().into_iter().for_each(|event| drop(report(&mut fresh, event)));
    assert_eq!(state.training, fresh.training);
    assert_eq!(state.log.iter().skip(1).collect::<Vec<_>>(), fresh.log.iter().collect::<Vec<_>>());
    assert!(!screen(&state).contains("connection lost"));
    // What was shown is still shown.
    assert_eq!(state.inspect.view, InspectView::Confusion);
}

#[test]
fn keys_change_the_rate_that_the_optimizer_uses_whatever_the_schedule_makes_of_it() {
    let mut state = in_training(80, 24);
    let Event::Step(mut step) = stepped(2004) else { unreachable!("it is a step") };
    // The end of a cosine, as in mnist-autoencoder.
    step.learning_rate = LearningRate { base: 1e-3, scheduled: 7.96e-6, factor: 1.0 };
    report(&mut state, Event::Step(step));
    assert!(screen(&state).contains("7.960e-6"), "{}", screen(&state));
    let to = |rate| [Command::ChangeRate(RateChange::To(rate))];
    assert_eq!(commands(press(&mut state, KeyCode::Char('-'))), to(7e-6));
    // A second key goes on from what was asked for, until a step has used it.
    assert_eq!(commands(press(&mut state, KeyCode::Char('-'))), to(5e-6));
    reply(&mut state, Reply::Done);
    step.step += 4;
    report(&mut state, Event::Step(step));
    assert_eq!(commands(press(&mut state, KeyCode::Char('+'))), to(1e-5));
}

#[test]
fn the_sample_on_the_screen_is_asked_for_again_while_training_goes_on() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(Filter::All));
    assert_eq!(report(&mut state, stepped(2004)), []);
    assert_eq!(report(&mut state, stepped_over(2400, 396)).len(), 1);
}

#[test]
fn another_preset_starts_when_the_running_one_has_ended() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('1'));
    press(&mut state, KeyCode::Char('k'));
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert_eq!(commands(press(&mut state, KeyCode::Char('y'))), [Command::Stop]);
    let effects = report(&mut state, finished(Outcome::Stopped));
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(request.experiment.preset.name, "mnist-mlp");
}

#[test]
fn a_key_goes_through_the_charts_of_what_a_training_reports() {
    let mut state = pair_in_training(80, 24);
    assert!(screen(&state).contains("G and D") && screen(&state).contains("discriminator"));
    press(&mut state, KeyCode::Char('c'));
    assert!(screen(&state).contains("Taken for real") && screen(&state).contains("D(G(z))"));
    press(&mut state, KeyCode::Char('c'));
    assert!(screen(&state).contains("╭ Learning rate"));
    press(&mut state, KeyCode::Char('c'));
    press(&mut state, KeyCode::Char('c'));
    assert!(screen(&state).contains("G and D"));
    let mut state = in_training(200, 60);
    press(&mut state, KeyCode::Char('c'));
    assert!(screen(&state).contains("all charts are shown") && screen(&state).contains("Accuracy"));
}

#[test]
fn the_form_changes_the_draft_and_refuses_nonsense() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('e'));
    press(&mut state, KeyCode::Enter);
    type_text(&mut state, "x");
    press(&mut state, KeyCode::Enter);
    assert!(screen(&state).contains("is not a whole number"));
    for _ in 0..2 {
        press(&mut state, KeyCode::Backspace);
    }
    type_text(&mut state, "12");
    press(&mut state, KeyCode::Enter);
    assert!(state.overlays.is_empty());
    let entry = state.presets.current().expect("there are presets");
    assert_eq!(entry.draft.train.epochs, 12);
    assert!(entry.is_changed());
    press(&mut state, KeyCode::Char('r'));
    assert!(state.presets.current().is_some_and(|entry| !entry.is_changed()));
}

#[test]
fn choices_go_round_and_layers_can_be_changed() {
    let mut state = dashboard(200, 60);
    press(&mut state, KeyCode::Char('4'));
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "layers[0].activation");
    press(&mut state, KeyCode::Enter);
    press(&mut state, KeyCode::Right);
    let entry = state.presets.current().expect("there are presets");
    let Layer::Conv2D(Conv2D { activation, .. }) = &entry.draft.layers[0] else { panic!("{entry:?}") };
    assert_eq!(*activation, Activation::LeakyRelu);
}

#[test]
fn a_changed_preset_is_saved_under_a_new_name() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('+'));
    press(&mut state, KeyCode::Char('s'));
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::SavePreset { name, text, overwrite: false }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(name, "my-mnist-cnn");
    let (name, text) = (name.clone(), text.clone());
    let preset = parse(&text, "saved").expect("it is a preset");
    let result = Ok(("/home/ada/my-mnist-cnn.ron".into(), Box::new(preset)));
    update(&mut state, Message::PresetSaved { name, text, result });
    let entry = state.presets.current().expect("there are presets");
    assert_eq!(entry.original.name, "my-mnist-cnn");
    assert!(matches!(entry.origin, Origin::User(_)) && !entry.is_changed());
    assert!(!state.presets.entries[0].is_changed());
}

#[test]
fn names_that_leave_the_folder_or_belong_to_the_program_are_refused() {
    for name in ["../evil", "a/b", "", "mnist-cnn", "a b"] {
        let mut state = dashboard(80, 24);
        press(&mut state, KeyCode::Char('s'));
        update(&mut state, Message::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        type_text(&mut state, name);
        assert_eq!(press(&mut state, KeyCode::Enter), [], "{name}");
        assert_eq!(state.overlays.len(), 1);
    }
}

#[test]
fn the_mouse_hits_what_is_seen() {
    let mut state = dashboard(80, 24);
    let row =
        screen(&state).lines().position(|line| line.contains("mnist-mlp")).expect("it is listed") as u16;
    click(&mut state, 5, row);
    assert_eq!(state.presets.selected, 1);
    assert_eq!(click(&mut state, 5, row), [], "a click only chooses");
    assert_eq!(double_click(&mut state, 5, row).len(), 1);
    let header = screen(&state).lines().next().map(str::to_owned).unwrap_or_default();
    let tab = header.find("3Inspect").expect("the tab is there") as u16;
    click(&mut state, tab, 0);
    assert_eq!(state.screen, Screen::Inspect);
    click(&mut state, 1, 0);
    let kind = MouseEventKind::ScrollDown;
    let wheel = MouseEvent { kind, column: 5, row: 5, modifiers: KeyModifiers::NONE };
    update(&mut state, Message::Mouse(wheel));
    assert_eq!(state.presets.selected, 0);
}

#[test]
fn clicks_on_the_form_choose_the_field_under_them() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('4'));
    let row =
        screen(&state).lines().position(|line| line.contains("learning_rate")).expect("it is there") as u16;
    click(&mut state, 5, row);
    assert_eq!(
        state.form.chosen().map(|row| row.path.to_string()).as_deref(),
        Some("optimizer.learning_rate")
    );
}

#[test]
fn the_palette_runs_a_command_by_name() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char(':'));
    type_text(&mut state, "save-w");
    assert_eq!(commands(press(&mut state, KeyCode::Enter)), [Command::Save]);
    assert!(state.overlays.is_empty());
}

#[test]
fn hostile_text_cannot_reach_the_terminal() {
    let mut state = in_training(80, 24);
    report(&mut state, Event::Log("a\u{1b}[2Jb\u{7}\nc".into()));
    report(&mut state, Event::Failed("x\u{1b}]0;y\u{7}".into()));
    assert_eq!(state.log[state.log.len() - 2].text, "a[2Jb c");
    assert!(!screen(&state).contains('\u{1b}'));
}

#[test]
fn a_dead_engine_is_reported_and_can_be_left() {
    let mut state = in_training(80, 24);
    update(&mut state, Message::EngineGone);
    assert!(screen(&state).contains("ended unexpectedly"));
    assert_eq!(press(&mut state, KeyCode::Char('q')).last(), Some(&Effect::Quit));
}

#[test]
fn typing_narrows_the_list_and_escape_widens_it() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "mlp");
    assert_eq!(state.presets.selected, 1);
    assert!(screen(&state).contains("/ mlp") && !screen(&state).contains("  mnist-cnn"));
    press(&mut state, KeyCode::Enter);
    assert!(state.overlays.is_empty());
    // The list stays narrowed, and the mouse still hits what is seen.
    let row = screen(&state).lines().position(|line| line.contains("  mnist-mlp")).expect("it is listed");
    let [Effect::Send(Request { command: Command::Train(request), .. })] =
        &double_click(&mut state, 5, row as u16)[..]
    else {
        panic!()
    };
    assert_eq!(request.experiment.preset.name, "mnist-mlp");
    press(&mut state, KeyCode::Char('1'));
    press(&mut state, KeyCode::Esc);
    assert!(screen(&state).contains("  mnist-cnn"));
}

#[test]
fn a_preset_that_cannot_be_read_is_listed_with_its_reason() {
    let mut state = dashboard(80, 24);
    state.presets.broken.push(("bad.ron".into(), "line 3, column 7:\n  3 | epoch: 2\nno such field".into()));
    press(&mut state, KeyCode::End);
    assert!(screen(&state).contains("3 | epoch: 2"));
    press(&mut state, KeyCode::Char('v'));
    assert!(screen(&state).contains("no such field"));
    press(&mut state, KeyCode::Esc);
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("bad.ron cannot be read as it is"));
}

#[test]
fn a_long_description_is_read_to_its_end() {
    let mut state = dashboard(80, 24);
    let entry = state.presets.current_mut().expect("there are presets");
    entry.draft.description = (1..=60).map(|line| format!("line {line}\n")).collect();
    assert!(screen(&state).contains("v reads on"));
    press(&mut state, KeyCode::Char('v'));
    assert!(!screen(&state).contains("Non-trainable"));
    press(&mut state, KeyCode::End);
    assert!(screen(&state).contains("line 60") && screen(&state).contains("Non-trainable"));
    press(&mut state, KeyCode::Esc);
    assert!(state.overlays.is_empty());
}

#[test]
fn the_palette_says_what_is_not_possible_now_and_why() {
    let mut state = dashboard(100, 30);
    press(&mut state, KeyCode::Char(':'));
    type_text(&mut state, "open-run");
    assert!(screen(&state).contains("not now: choose a run on the screen Runs first"), "{}", screen(&state));
    let mut state = in_training(100, 30);
    press(&mut state, KeyCode::Char(':'));
    type_text(&mut state, "pause");
    let is_possible = |line: &str| line.contains("pause               Space      Pause training");
    assert!(screen(&state).lines().any(is_possible), "{}", screen(&state));
}

#[test]
fn a_person_who_looks_elsewhere_is_told_of_the_end_of_a_long_training_only() {
    let told = |after_seconds| {
        let mut state = in_training(80, 24);
        state.on_end.after_seconds = after_seconds;
        let effects = report(&mut state, finished(Outcome::Completed));
        effects.iter().any(|effect| matches!(effect, Effect::TellEnd(end) if end.outcome == "finished"))
    };
    assert!(told(0) && !told(u32::MAX));
    let mut opened = dashboard(80, 24);
    opened.on_end.after_seconds = 0;
    report(&mut opened, started());
    report(&mut opened, Event::Past(Box::default()));
    let effects = report(&mut opened, finished(Outcome::Completed));
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::TellEnd(_))),
        "it ended before: {effects:?}"
    );
}
