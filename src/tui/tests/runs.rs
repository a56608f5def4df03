//! What a person does with the list of runs.

use crossterm::event::KeyCode;

use crate::run::difference::{Difference, Kind};
use crate::run::seeds::OverSeeds;
use crate::run::spread::Spread;
use crate::run::{OfSearch, RunDirectory};
use crate::tui::message::{Effect, Message, RunAnswer, RunTask};
use crate::tui::state::abscissa::Timeline;
use crate::tui::state::marked::MarkedCurves;
use crate::tui::state::{Screen, Series, State};
use crate::tui::update::update;
use crate::worker::{
    Command, ConnectionState, Event, Filter, Opened, Outcome, Past, PastLine, Phase, Reply, Request, Steering,
};

use super::builders::*;
use super::screens::at_both_sizes;

#[test]
fn a_run_that_is_alive_is_looked_at_and_one_that_is_done_does_not_go_on() {
    let mut state = with_runs(80, 24);
    let folder = "/home/ada/runs/2026-11-23T11-15-00-mnist-cnn-5f60";
    assert_eq!(commands(press(&mut state, KeyCode::Enter)), [Command::Attach(folder.into())]);
    assert_eq!(state.screen, Screen::Train);
    press(&mut state, KeyCode::Char('5'));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("it is being trained: Enter opens it"));
    press(&mut state, KeyCode::Char('j'));
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("finished after 4220 steps: nothing is left to do"));
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("cannot be opened") && screen(&state).contains("not a manifest"));
}

#[test]
fn trials_of_searches_are_hidden_where_they_are_many_and_a_key_or_a_filter_shows_them() {
    let with_trials = |count: u32| {
        let mut all = runs();
        all.extend((1..=count).map(|number| {
            let mut trial = runs().remove(1);
            trial.run =
                RunDirectory::at(std::path::Path::new(&format!("/home/ada/runs/2026-11-24-{number:02}-t")));
            if let Ok(manifest) = &mut trial.manifest {
                manifest.trial = Some(OfSearch { search: "s".into(), number });
            }
            trial
        }));
        let mut state = with_runs(80, 24);
        update(&mut state, Message::Runs(Ok(all)));
        state
    };
    let mut few = with_trials(10);
    assert_eq!(few.runs.len(), 14, "ten are shown among the others");
    press(&mut few, KeyCode::Char('z'));
    assert!(screen(&few).contains("all are shown"), "{}", screen(&few));
    let mut state = with_trials(11);
    assert_eq!(state.runs.len(), 4);
    assert!(screen(&state).contains("11 trials of searches are hidden: z shows them"), "{}", screen(&state));
    press(&mut state, KeyCode::Char('z'));
    assert_eq!(state.runs.len(), 15);
    press(&mut state, KeyCode::Char('z'));
    state.runs.set_filter("2026-11-24");
    assert_eq!(state.runs.len(), 11, "who looks for them finds them");
    state.runs.set_filter("");
    assert_eq!(state.runs.len(), 4);
}

/// A dashboard that shows the second run of [`runs`], which is done.
fn with_open_run() -> State {
    let mut state = with_runs(80, 24);
    press(&mut state, KeyCode::Char('j'));
    press(&mut state, KeyCode::Char('j'));
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::Send(Request { command: Command::Open(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(request.folder.ends_with("1b2c") && request.step.is_none(), "{}", request.folder);
    assert_eq!(state.screen, Screen::Train);
    report(&mut state, Event::Phase(Phase::Preparing));
    report(&mut state, Event::Preparing("opening a run of mnist-cnn".into()));
    report(&mut state, started());
    let mut past = Past::default();
    for step in (4..=4220).step_by(4) {
        let Event::Step(report) = stepped(step) else { unreachable!("it is a step") };
        past.steps.push(report);
    }
    let line = |seconds, text: &str| PastLine { seconds, text: text.into() };
    past.log = vec![line(0.0, "trains on cpu from step 0"), line(75.0, "epoch 1 after 844 steps")];
    report(&mut state, Event::Past(Box::new(past)));
    report(&mut state, finished(Outcome::Completed));
    report(&mut state, opened(Some(3376)));
    report(&mut state, Event::Phase(Phase::Idle));
    state
}

fn opened(at: Option<u64>) -> Event {
    let run = "2026-11-21T09-30-00-mnist-cnn-1b2c".into();
    Event::Opened(Opened { run, checkpoints: vec![3376, 3798, 4220], at })
}

#[test]
fn a_run_whose_process_has_ended_is_opened_when_its_network_is_asked() {
    let attached = |run: &str| {
        let mut state = in_training(80, 24);
        report(&mut state, Event::Keeping { run: run.into(), folder: format!("/home/ada/runs/{run}") });
        report(&mut state, finished(Outcome::Completed));
        assert_eq!(report(&mut state, Event::Connection(ConnectionState::Ended)), [], "nobody asked yet");
        state
    };
    let mut state = attached("2026-11-21T09-30-00-mnist-cnn-1b2c");
    assert_eq!(press(&mut state, KeyCode::Char('3')), [Effect::ListRuns]);
    let effects = update(&mut state, Message::Runs(Ok(runs())));
    let [Command::Open(request)] = &commands(effects)[..] else { panic!("it is opened") };
    assert!(request.folder.ends_with("1b2c"), "{}", request.folder);
    assert_eq!(state.screen, Screen::Inspect, "the answer comes where it was asked for");
    assert_eq!(report(&mut state, started()).len(), 1, "what is shown is asked for");
    report(&mut state, opened(Some(3376)));
    assert_eq!(state.runs.orphaned, None);

    let mut state = attached("2026-11-21T09-30-00-mnist-cnn-gone");
    press(&mut state, KeyCode::Char('3'));
    assert_eq!(update(&mut state, Message::Runs(Ok(runs()))), []);
    assert!(screen(&state).contains("no longer on disk"), "{}", screen(&state));
}

#[test]
fn a_run_that_is_done_is_opened_and_its_checkpoints_are_gone_through() {
    let mut state = with_open_run();
    assert!(screen(&state).contains("● opened"), "{}", screen(&state));
    assert!(screen(&state).contains("98.66%"), "its result is there: {}", screen(&state));
    assert_eq!(press(&mut state, KeyCode::Char('(')), []);
    assert!(screen(&state).contains("this is the first checkpoint"));
    assert_eq!(commands(press(&mut state, KeyCode::Char(')'))), [Command::GoTo(3798)]);
    report(&mut state, opened(Some(3798)));
    update(&mut state, Message::Resize(160, 48));
    assert!(screen(&state).contains("checkpoint 2/3 at step 3,798"), "{}", screen(&state));
    // Its own log stands there, with its own times, and nothing of its being trained now.
    let log: Vec<(Option<f64>, &str)> =
        state.log.iter().map(|line| (line.seconds, line.text.as_str())).collect();
    assert_eq!(log[..2], [(Some(0.0), "trains on cpu from step 0"), (Some(75.0), "epoch 1 after 844 steps")]);
    assert!(log[2..].iter().all(|(seconds, _)| seconds.is_none()), "{log:?}");
    assert!(screen(&state).contains("1:15 epoch 1 after 844 steps"), "{}", screen(&state));
    // What is shown on Inspect is asked for again at each checkpoint.
    assert_eq!(press(&mut state, KeyCode::Char('3')).len(), 1);
    answer(&mut state, sample(Filter::All));
    press(&mut state, KeyCode::Char(')'));
    assert_eq!(report(&mut state, opened(Some(4220))).len(), 1);
    // A new training ends the visit.
    press(&mut state, KeyCode::Char('2'));
    assert_eq!(press(&mut state, KeyCode::Enter).len(), 1);
    assert_eq!(state.opened, None);
}

#[test]
fn who_only_looks_is_told_so_and_takes_over_by_a_key() {
    let mut state = in_training(80, 24);
    report(&mut state, Event::Steering(Steering::Elsewhere));
    assert!(screen(&state).contains("only watching, T steers"), "{}", screen(&state));
    let lines = state.log.len();
    press(&mut state, KeyCode::Char('+'));
    reply(&mut state, Reply::Refused("another terminal steers this training: T takes over".into()));
    assert!(state.notice.as_ref().is_some_and(|notice| notice.text.contains("T takes over")));
    assert_eq!(state.log.len(), lines, "the log tells of the training only");
    assert_eq!(commands(press(&mut state, KeyCode::Char('T'))), [Command::TakeOver]);
    report(&mut state, Event::Steering(Steering::Here));
    assert!(screen(&state).contains("● training"));
    report(&mut state, Event::Steering(Steering::Elsewhere));
    assert!(screen(&state).contains("another terminal has taken over"));
}

#[test]
fn the_list_is_narrowed_sorted_and_shows_in_what_runs_differ() {
    let mut state = with_runs(200, 60);
    press(&mut state, KeyCode::Char('/'));
    type_text(&mut state, "finished");
    assert_eq!(state.runs.len(), 1);
    assert!(screen(&state).contains("Runs 1 of 4"), "{}", screen(&state));
    press(&mut state, KeyCode::Enter);
    press(&mut state, KeyCode::Esc);
    assert_eq!(state.runs.len(), 4);
    let first = |state: &State| state.runs.rows().next().map(|run| run.run.name());
    let newest = first(&state);
    (0..4).for_each(|_| drop(press(&mut state, KeyCode::Char('s'))));
    assert!(screen(&state).contains("the smallest loss first"));
    assert!(first(&state).is_some_and(|name| name.contains("1b2c")), "the lowest loss");
    press(&mut state, KeyCode::Char('S'));
    assert!(first(&state) != newest);
    press(&mut state, KeyCode::Char('H'));
    assert!(screen(&state).contains("same settings"));
}

#[test]
fn marked_runs_are_drawn_together_and_compared() {
    let mut state = with_runs(160, 48);
    let mut curve = Series::default();
    (1..=40).for_each(|step| curve.push(step * 100, 1, 2.0 / step as f64));
    for _ in 0..2 {
        let effects = press(&mut state, KeyCode::Char('m'));
        let [Effect::OnRuns(RunTask::ReadCurves(run))] = &effects[..] else { panic!("{effects:?}") };
        let by_tag = vec![("loss/validation".into(), curve.clone()), ("loss/train".into(), curve.clone())];
        let answer =
            RunAnswer::Curves(MarkedCurves { run: run.clone(), by_tag, timeline: Timeline::new(100) });
        assert_eq!(update(&mut state, Message::RunsDone(answer)), []);
    }
    let shown = screen(&state);
    assert!(
        shown.contains("╭ loss/validation") && shown.contains("5f60") && shown.contains("3d4e"),
        "{shown}"
    );
    press(&mut state, KeyCode::Char('c'));
    assert!(screen(&state).contains("╭ loss/train"));
    let effects = press(&mut state, KeyCode::Char('D'));
    let [Effect::OnRuns(RunTask::Compare(pair))] = &effects[..] else { panic!("{effects:?}") };
    let names = pair.each_ref().map(|run| run.run.name());
    let difference = Difference {
        kind: Kind::Setting,
        what: "optimizer.learning_rate".into(),
        values: [Some("0.001".into()), None],
    };
    let spread = |values: &[f64]| Spread::of(values.to_vec()).expect("values");
    let seeds = OverSeeds {
        result: "test loss",
        are_two_losses: false,
        spreads: [spread(&[0.1, 0.2]), spread(&[0.3, 0.5])],
        difference: Some((0.25, [-0.1, 0.6])),
    };
    update(
        &mut state,
        Message::RunsDone(RunAnswer::Compared {
            names,
            differences: vec![difference],
            seeds: vec![seeds.clone(), seeds],
        }),
    );
    let shown = screen(&state);
    assert!(shown.contains("optimizer.learning_rate") && shown.contains("0.001"), "{shown}");
    assert!(shown.contains("over seeds: test loss 0.1500 ± 0.0707 with 2 seeds, then 0.4000"), "{shown}");
    assert!(shown.contains("is within what seeds alone explain"), "{shown}");
    assert!(!shown.contains("scroll") && shown.contains("close"), "nothing is below: {shown}");
    (state.size.width, state.size.height) = (60, 15);
    assert!(screen(&state).contains("↓ scroll"), "{}", screen(&state));
    press(&mut state, KeyCode::End);
    let shown = screen(&state);
    assert!(shown.contains("explain") && !shown.contains("↓ scroll"), "{shown}");
    (state.size.width, state.size.height) = (160, 48);
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Char('M'));
    assert!(!screen(&state).contains("╭ loss/train"));
}

#[test]
fn a_run_gets_a_name_and_is_removed_and_brought_back() {
    let mut state = with_runs(80, 24);
    press(&mut state, KeyCode::Char('j'));
    press(&mut state, KeyCode::Char('n'));
    type_text(&mut state, "last");
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("means something else"), "{}", screen(&state));
    type_text(&mut state, " one");
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::OnRuns(RunTask::Label(_, label))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(label.name.as_deref(), Some("last one"));

    press(&mut state, KeyCode::Char('X'));
    assert!(screen(&state).contains("Remove 2026-11-22"), "{}", screen(&state));
    assert_eq!(press(&mut state, KeyCode::Enter), [], "Enter means no");
    press(&mut state, KeyCode::Delete);
    let effects = press(&mut state, KeyCode::Char('y'));
    let [Effect::OnRuns(RunTask::Discard(run))] = &effects[..] else { panic!("{effects:?}") };
    let done = RunAnswer::Discarded(Ok(run.clone()));
    assert_eq!(update(&mut state, Message::RunsDone(done)), [Effect::ListRuns]);
    assert_eq!(press(&mut state, KeyCode::Char('U')), [Effect::OnRuns(RunTask::Restore(run.clone()))]);
    assert_eq!(press(&mut state, KeyCode::Char('U')), []);
    // It is chosen again once it is listed.
    let name = run.name();
    update(&mut state, Message::RunsDone(RunAnswer::Restored(Ok(run.clone()))));
    press(&mut state, KeyCode::End);
    update(&mut state, Message::Runs(Ok(runs())));
    assert_eq!(state.runs.current().map(|overview| overview.run.name()), Some(name));
    // A run that is being trained is not removed.
    press(&mut state, KeyCode::Char('k'));
    assert_eq!(press(&mut state, KeyCode::Char('X')), []);
    assert!(screen(&state).contains("is being trained"));
}

#[test]
fn a_run_that_is_opened() {
    at_both_sizes("runs_opened", |width, height| {
        let mut state = with_open_run();
        update(&mut state, Message::Resize(width, height));
        state
    });
}

#[test]
fn a_run_that_diverged_goes_on_with_the_rate_that_is_typed() {
    let mut state = with_runs(80, 24);
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("> 0.05"), "{}", screen(&state));
    press(&mut state, KeyCode::Char('x'));
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("is not a number above 0"));
    press(&mut state, KeyCode::Backspace);
    let effects = press(&mut state, KeyCode::Enter);
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(request.resume.as_deref(), Some("/home/ada/runs/2026-11-22T10-00-00-mnist-cnn-3d4e"));
    assert_eq!((request.learning_rate, &request.experiment.preset), (Some(0.05), &cnn()));
    assert_eq!((state.screen, state.phase), (Screen::Train, Phase::Preparing));
}

#[test]
fn another_training_is_ended_first_after_a_yes() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('5'));
    update(&mut state, Message::Runs(Ok(runs())));
    let mut interrupted = runs();
    interrupted[3].is_alive = Ok(false);
    update(&mut state, Message::Runs(Ok(interrupted)));
    assert_eq!(press(&mut state, KeyCode::Char('r')), []);
    assert!(screen(&state).contains("End the training that runs and go on with mnist-cnn?"));
    assert_eq!(commands(press(&mut state, KeyCode::Char('y'))), [Command::Stop]);
    let effects = report(&mut state, finished(Outcome::Stopped));
    let [Effect::Send(Request { command: Command::Train(request), .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(request.resume.as_deref().is_some_and(|folder| folder.ends_with("5f60")));
}

#[test]
fn the_chosen_run_stays_chosen_while_others_come_and_the_list_is_asked_for_once() {
    let mut state = with_runs(80, 24);
    press(&mut state, KeyCode::Char('j'));
    assert_eq!(press(&mut state, KeyCode::Char('u')), [Effect::ListRuns]);
    assert_eq!(press(&mut state, KeyCode::Char('u')), []);
    let mut more = runs();
    more.push(runs().remove(3));
    update(&mut state, Message::Runs(Ok(more)));
    assert_eq!(state.runs.current().map(|run| run.run.name()), Some(runs()[2].run.name()));
    update(&mut state, Message::Runs(Err("permission denied\u{1b}[2J".into())));
    assert_eq!(state.runs.len(), 5, "what was known stays");
    update(&mut state, Message::Runs(Ok(Vec::new())));
    assert!(screen(&state).contains("no runs yet"));
}

#[test]
fn the_curves_of_a_run_that_goes_on_begin_where_it_began() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Enter);
    report(&mut state, started());
    let mut past = Past::default();
    for step in (4..=844).step_by(4) {
        let Event::Step(report) = stepped(step) else { unreachable!("it is a step") };
        past.steps.push(report);
    }
    let Event::Epoch(epoch) = epoch_done(1) else { unreachable!("it is an epoch") };
    past.epochs.push(*epoch);
    report(&mut state, Event::Past(Box::new(past)));
    report(&mut state, stepped(848));
    let training = state.training.as_ref().expect("it runs");
    assert_eq!(training.training.loss.buckets().first().map(|bucket| bucket.step), Some(4));
    assert_eq!((training.epochs.len(), training.step()), (1, 848));
    assert_eq!(training.validation.loss.buckets().len(), 1);
}
