//! What a person does with the queue.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::preset::overrides::apply;
use crate::search::queue::{
    Chosen, Fate, Item, Jobs, LookAt, Move, Outcome, Progress, QueueSnapshot, Row, Settings, Standing,
};
use crate::search::slurm::Job;
use crate::tui::message::{Effect, Message, QueueAnswer, QueueTask};
use crate::tui::state::{Screen, State};
use crate::tui::theme::{Depth, Theme};
use crate::tui::update::update;
use crate::worker::Command;

use super::builders::*;
use super::screens::at_both_sizes;

/// A morning.
const NOW: u64 = 1_795_946_400;

fn item(number: u32, words: &str) -> Item {
    Item {
        number,
        place: i64::from(number),
        words: words.split(' ').map(str::to_owned).collect(),
        folder: "/home/ada/flowers".into(),
        added: NOW - 5000 + 60 * u64::from(number),
        begun_at: None,
        ended_at: None,
        is_begun: false,
        run: None,
        search: None,
        outcome: None,
    }
}

fn begun(number: u32, words: &str, seconds_ago: u64) -> Item {
    let run = Some(format!("2026-11-29T21-00-{number:02}-mnist-cnn-0a1b"));
    Item { is_begun: true, begun_at: Some(NOW - seconds_ago), run, ..item(number, words) }
}

fn ended(number: u32, words: &str, outcome: Outcome) -> Item {
    let ended_at = Some(NOW - 3000 + 125);
    Item { outcome: Some(outcome), ended_at, ..begun(number, words, 3000) }
}

fn row(item: Item, standing: Standing) -> Arc<Row> {
    Arc::new(Row { number: item.number, item: Ok(item), standing })
}

fn of(rows: Vec<Arc<Row>>) -> QueueSnapshot {
    QueueSnapshot { rows: Arc::new(rows), at: NOW as f64, ..QueueSnapshot::default() }
}

/// Some that have ended, two that are trained, two that wait.
pub(super) fn waiting() -> QueueSnapshot {
    let long = "train mnist-cnn --set train.epochs=50 --set optimizer.learning_rate=0.0003 --set layers[0].filters=64 --seed 7";
    let why = "the loss became NaN at step 917 (epoch 2): try a smaller learning rate or train.clip";
    let search = Item { run: None, search: Some("small".into()), ..begun(5, "search small.ron", 7620) };
    let of_five = Progress { epochs: 3, of: 20 };
    QueueSnapshot {
        settings: Settings { jobs: 2, ..Settings::default() },
        worker: Some("4711".into()),
        ..of(vec![
            row(ended(1, "train xor", Outcome::Done), Standing::Done),
            row(ended(2, "train mnist-mlp", Outcome::Failed(why.into())), Standing::Failed),
            row(ended(3, "train moons", Outcome::Stopped), Standing::Stopped),
            row(begun(4, "train mnist-cnn --epochs 20", 185), Standing::Training(Some(of_five))),
            row(search, Standing::Training(None)),
            row(item(6, long), Standing::Waiting),
            row(item(7, "train spirals"), Standing::Waiting),
        ])
    }
}

fn job(job: &str, task: u32, state: &str) -> Job {
    Job {
        job: job.into(),
        submission: "mnist-cnn-1".into(),
        task,
        words: ["train", "mnist-cnn", "--epochs", "20"].map(str::to_owned).to_vec(),
        search: None,
        state: state.into(),
        reason: None,
        nodes: None,
        seconds: None,
        log: format!("/home/ada/slurm/mnist-cnn-1/{job}.out").into(),
        run: None,
    }
}

/// The same beside jobs of Slurm: one has ended, one runs, one waits, one carries a search out.
pub(super) fn with_jobs(view: QueueSnapshot) -> QueueSnapshot {
    let run = |name: &str| Some(format!("2026-11-29T21-00-{name}-mnist-cnn-0a1b"));
    let node = |name: &str| Some(name.to_owned());
    let jobs = vec![
        Job { run: run("31"), nodes: node("gpu04"), ..job("812_1", 1, "completed") },
        Job { run: run("32"), nodes: node("gpu07"), seconds: Some(3725), ..job("812_2", 2, "running") },
        Job { reason: Some("Resources".into()), ..job("812_3", 3, "pending") },
        Job {
            search: Some("small".into()),
            nodes: node("gpu01"),
            seconds: Some(60),
            ..job("813", 1, "running")
        },
    ];
    QueueSnapshot { jobs: Arc::new(Jobs { jobs, problem: None }), ..view }
}

/// Nobody works it off, and one item cannot be read.
fn left() -> QueueSnapshot {
    let broken = "/home/ada/queue/items/000009.ron: not a file of a search: 1:10: Expected integer";
    of(vec![
        Arc::new(Row { number: 9, item: Err(broken.into()), standing: Standing::Broken }),
        row(begun(4, "train mnist-cnn --epochs 20", 185), Standing::Interrupted),
        row(item(6, "train spirals"), Standing::Waiting),
    ])
}

/// A queue in which every text is this one.
pub(super) fn of_texts(text: &str) -> QueueSnapshot {
    let mut failed = ended(1, "x", Outcome::Failed(text.into()));
    failed.words = vec![text.into(); 3];
    (failed.folder, failed.run) = (PathBuf::from(text), Some(text.into()));
    let broken = Arc::new(Row { number: 2, item: Err(text.into()), standing: Standing::Broken });
    QueueSnapshot {
        worker: Some(text.into()),
        problem: Some(text.into()),
        chosen: Some(Chosen { number: 1, fate: Fate::Failed(text.into()) }),
        ..of(vec![row(failed, Standing::Failed), broken])
    }
}

/// A dashboard that shows this queue.
fn shows(view: QueueSnapshot, width: u16, height: u16) -> State {
    let mut state = dashboard(width, height);
    let effects = press(&mut state, KeyCode::Char('7'));
    assert_eq!(effects, [Effect::ReadQueue, Effect::LookAtQueue(LookAt::Queue(None))]);
    update(&mut state, Message::Queue(Box::new(view)));
    state
}

/// The number of the chosen item.
fn chosen(state: &State) -> u32 {
    state.queue.row().unwrap().number
}

fn task(effects: Vec<Effect>) -> QueueTask {
    let mut tasks = effects.into_iter().filter_map(|effect| match effect {
        Effect::OnQueue(task) => Some(task),
        _ => None,
    });
    tasks.next().expect("something is asked for")
}

#[test]
fn screens_of_the_queue() {
    at_both_sizes("queue_none", |width, height| shows(of(Vec::new()), width, height));
    at_both_sizes("queue_working", |width, height| shows(waiting(), width, height));
    at_both_sizes("queue_with_jobs", |width, height| {
        let mut state = shows(with_jobs(waiting()), width, height);
        state.queue.move_by(100);
        state.queue.move_by(-1);
        state
    });
    at_both_sizes("queue_left", |width, height| shows(left(), width, height));
    at_both_sizes("queue_ended", |width, height| {
        let mut view = waiting();
        view.settings.is_paused = true;
        view.chosen = Some(Chosen { number: 1, fate: Fate::Tested(0.0431, Some(0.9866)) });
        let mut state = shows(view, width, height);
        press(&mut state, KeyCode::Home);
        state
    });
}

#[test]
fn without_colours_everything_is_told_apart() {
    let mut state = shows(waiting(), 80, 24);
    state.theme = Theme { is_ascii: true, ..Theme::new(Depth::Monochrome, false) };
    let shown = screen(&state);
    assert!(shown.is_ascii(), "{shown}");
    assert!(shown.contains("trains 3/20") && shown.contains("failed: the"), "{shown}");
}

#[test]
fn the_item_whose_turn_it_is_is_chosen_and_a_choice_follows_its_item() {
    let mut state = shows(waiting(), 80, 24);
    assert_eq!(chosen(&state), 4);
    press(&mut state, KeyCode::End);
    assert_eq!(chosen(&state), 7);
    let mut moved = waiting();
    Arc::make_mut(&mut moved.rows).swap(5, 6);
    update(&mut state, Message::Queue(Box::new(moved)));
    assert_eq!((chosen(&state), state.queue.selected()), (7, 5));
    // Where it is gone, the one that has its place now is chosen.
    let mut fewer = waiting();
    Arc::make_mut(&mut fewer.rows).remove(6);
    update(&mut state, Message::Queue(Box::new(fewer)));
    assert_eq!(chosen(&state), 6);
}

#[test]
fn keys_do_what_the_command_line_does() {
    let mut state = shows(waiting(), 80, 24);
    press(&mut state, KeyCode::End);
    for (key, expected) in [
        (KeyCode::Char('K'), QueueTask::Move(7, Move::Up)),
        (KeyCode::Char('<'), QueueTask::Move(7, Move::First)),
        (KeyCode::Char('X'), QueueTask::Remove(7)),
        (KeyCode::Char('p'), QueueTask::Pause),
        (KeyCode::Char('+'), QueueTask::Jobs(1)),
        (KeyCode::Char('-'), QueueTask::Jobs(-1)),
        (KeyCode::Char('c'), QueueTask::Clear),
    ] {
        assert_eq!(task(press(&mut state, key)), expected);
    }
    press(&mut state, KeyCode::Up);
    assert_eq!(task(press(&mut state, KeyCode::Char('J'))), QueueTask::Move(6, Move::Down));
    assert_eq!(task(press(&mut state, KeyCode::Char('>'))), QueueTask::Move(6, Move::Last));
    press(&mut state, KeyCode::Home);
    press(&mut state, KeyCode::Down);
    assert_eq!(task(press(&mut state, KeyCode::Char('r'))), QueueTask::Retry(2));
    let paused = QueueSnapshot { settings: Settings { is_paused: true, ..Settings::default() }, ..left() };
    let mut state = shows(paused, 80, 24);
    assert_eq!(task(press(&mut state, KeyCode::Char('p'))), QueueTask::Start);
    assert_eq!(task(press(&mut state, KeyCode::Char('s'))), QueueTask::Start);
}

#[test]
fn what_is_not_possible_says_why() {
    let mut state = shows(waiting(), 80, 24);
    for (place, key, why) in [
        (0, 'r', "only what failed or was stopped can be tried again"),
        (0, 'K', "only what waits for its turn can be moved"),
        (0, 's', "a process works the queue off already"),
        (5, 'K', "it is the next already"),
        (6, '>', "it is the last already"),
        (6, '\r', "it has no run yet"),
    ] {
        state.queue.choose(place);
        let code = if key == '\r' { KeyCode::Enter } else { KeyCode::Char(key) };
        let effects = press(&mut state, code);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::OnQueue(_))), "{key}: {effects:?}");
        assert!(screen(&state).contains(why), "{why}: {}", screen(&state));
    }
    let mut state = shows(left(), 80, 24);
    press(&mut state, KeyCode::Char('S'));
    assert!(screen(&state).contains("no process works the queue off"));
    press(&mut state, KeyCode::Char('-'));
    assert!(screen(&state).contains("one at a time is the fewest"));
    press(&mut state, KeyCode::Home);
    press(&mut state, KeyCode::Char('y'));
    assert!(screen(&state).contains("the file of this item cannot be read"));
    assert_eq!(task(press(&mut state, KeyCode::Char('X'))), QueueTask::Remove(9));
    // From another screen, before the queue has been read.
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char(':'));
    type_text(&mut state, "queue-pause");
    assert!(screen(&state).contains("not now: look at the queue first"), "{}", screen(&state));
}

#[test]
fn what_is_trained_is_ended_only_after_a_yes() {
    let mut state = shows(waiting(), 80, 24);
    assert_eq!(press(&mut state, KeyCode::Char('X')), []);
    assert!(screen(&state).contains("Item 4 is being trained"), "{}", screen(&state));
    assert_eq!(press(&mut state, KeyCode::Esc), []);
    press(&mut state, KeyCode::Char('X'));
    // It is the same item that was asked about, whatever is chosen meanwhile.
    update(&mut state, Message::Queue(Box::new(left())));
    assert_eq!(task(press(&mut state, KeyCode::Char('y'))), QueueTask::Remove(4));
    let mut state = shows(waiting(), 80, 24);
    press(&mut state, KeyCode::Char('S'));
    assert!(screen(&state).contains("with checkpoints"), "{}", screen(&state));
    assert_eq!(task(press(&mut state, KeyCode::Char('y'))), QueueTask::Stop);
    update(&mut state, Message::QueueDone(QueueAnswer::Ends("4711".into())));
    assert!(screen(&state).contains("process 4711 ends as soon as checkpoints are written"));
}

#[test]
fn enter_and_a_double_click_open_the_run_or_the_search() {
    let mut state = shows(waiting(), 80, 24);
    let run = state.queue.item().unwrap().run.clone().unwrap();
    assert_eq!(press(&mut state, KeyCode::Enter), [Effect::OnQueue(QueueTask::ReadRun(run.clone()))]);
    let overview = runs().remove(3);
    let folder = overview.run.path().to_string_lossy().into_owned();
    let effects = update(&mut state, Message::QueueDone(QueueAnswer::Run(Box::new(overview))));
    let [Effect::Send(request), Effect::LookAtQueue(LookAt::Nothing)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((&request.command, state.screen), (&Command::Attach(folder), Screen::Train));
    press(&mut state, KeyCode::Char('7'));
    let place = screen(&state).lines().position(|line| line.contains("ITEM")).unwrap() as u16;
    let kind = MouseEventKind::Down(MouseButton::Left);
    let event = MouseEvent { kind, column: 10, row: place + 4, modifiers: KeyModifiers::NONE };
    update(&mut state, Message::Mouse(event));
    assert_eq!(chosen(&state), 4);
    assert_eq!(update(&mut state, Message::DoubleClick(event)), [Effect::OnQueue(QueueTask::ReadRun(run))]);
    press(&mut state, KeyCode::Down);
    press(&mut state, KeyCode::Enter);
    assert_eq!(state.screen, Screen::Search);
}

#[test]
fn the_command_is_copied_as_a_shell_takes_it() {
    let mut state = shows(waiting(), 80, 24);
    state.queue.choose(5);
    let command = "trainyard train mnist-cnn --set train.epochs=50 --set optimizer.learning_rate=0.0003 --set 'layers[0].filters=64' --seed 7";
    for key in ['y', 'Y'] {
        let effects = press(&mut state, KeyCode::Char(key));
        assert!(effects.contains(&Effect::Copy(command.into())), "{effects:?}");
    }
}

#[test]
fn a_preset_goes_to_the_end_of_the_queue_with_its_changes() {
    let mut state = dashboard(80, 24);
    let add = |words: &[&str], read| QueueTask::Add {
        words: words.iter().map(ToString::to_string).collect(),
        read,
    };
    assert_eq!(task(press(&mut state, KeyCode::Char('Q'))), add(&["train", "mnist-cnn"], None));
    update(&mut state, Message::QueueDone(QueueAnswer::Added { item: 8, before: 2, begins: true }));
    assert!(screen(&state).contains("item 8 is in the queue, with 2 before it; 7 shows it"));
    let edit = |state: &mut State, change: &str| {
        let entry = state.presets.current_mut().unwrap();
        let text = apply(entry.source(), change).unwrap();
        entry.edit(text).unwrap();
    };
    edit(&mut state, "train.epochs=9");
    press(&mut state, KeyCode::Char('4'));
    let with_epochs = add(&["train", "mnist-cnn", "--set", "train.epochs=9"], None);
    assert_eq!(task(press(&mut state, KeyCode::Char('Q'))), with_epochs);
    // It is chosen once it is there.
    update(&mut state, Message::QueueDone(QueueAnswer::Added { item: 7, before: 0, begins: true }));
    press(&mut state, KeyCode::Char('7'));
    update(&mut state, Message::Queue(Box::new(waiting())));
    assert_eq!(chosen(&state), 7);
    // A file must still say what was read from it.
    press(&mut state, KeyCode::Char('1'));
    press(&mut state, KeyCode::Up);
    let text = state.presets.current().unwrap().text.clone();
    let read = Some((PathBuf::from("/home/ada/mlp.ron"), text));
    assert_eq!(task(press(&mut state, KeyCode::Char('Q'))), add(&["train", "mlp"], read));
    edit(&mut state, "layers=[Dense(units: 10, activation: relu)]");
    press(&mut state, KeyCode::Char('Q'));
    assert!(screen(&state).contains("this preset cannot be trained as it is"), "{}", screen(&state));
}

#[test]
fn changes_that_name_files_from_the_presets_folder_are_to_be_saved_first() {
    let mut state = dashboard(80, 24);
    let text =
        state.presets.current().unwrap().source().replace("source: mnist", "source: csv(file: \"a.csv\")");
    state.presets.current_mut().unwrap().edit(text).unwrap();
    let effects = press(&mut state, KeyCode::Char('Q'));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::OnQueue(_))), "{effects:?}");
    assert!(screen(&state).contains("s saves them as a preset"), "{}", screen(&state));
}

#[test]
fn nothing_is_read_where_nobody_looks_and_the_clock_runs_only_while_something_is_trained() {
    let mut state = shows(waiting(), 80, 24);
    assert!(state.shows_ages());
    assert_eq!(press(&mut state, KeyCode::Down), [Effect::LookAtQueue(LookAt::Queue(Some(5)))]);
    let effects = press(&mut state, KeyCode::Char('1'));
    assert_eq!(effects, [Effect::LookAtQueue(LookAt::Nothing)]);
    assert!(!state.shows_ages());
    assert!(!shows(left(), 80, 24).shows_ages());
    // What has been done is looked at at once.
    press(&mut state, KeyCode::Char('7'));
    let effects = update(&mut state, Message::QueueDone(QueueAnswer::Done));
    assert_eq!(effects, [Effect::LookAtQueue(LookAt::Queue(Some(5)))]);
}

/// `cargo test --release --lib thousand_items -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn a_thousand_items_are_drawn_within_a_frame() {
    let rows = (1..=1000).map(|number| row(item(number, "train mnist-cnn --epochs 20"), Standing::Waiting));
    let mut state = shows(of(rows.collect()), 200, 60);
    let since = std::time::Instant::now();
    for _ in 0..10 {
        press(&mut state, KeyCode::PageDown);
        screen(&state);
    }
    let frame = since.elapsed() / 10;
    eprintln!("{frame:?}");
    assert!(frame.as_millis() < 10, "{frame:?}");
}

#[test]
fn jobs_of_slurm_come_below_the_items_and_are_opened_and_ended_there() {
    let mut state = shows(with_jobs(waiting()), 120, 40);
    let jobs = |state: &State| state.queue.job().map(|job| job.job.clone());
    assert_eq!(jobs(&state), None);
    // Down past the last item, and back.
    state.queue.move_by(100);
    assert_eq!(jobs(&state).as_deref(), Some("813"));
    state.queue.move_by(-3);
    assert_eq!(jobs(&state).as_deref(), Some("812_1"));
    let opened = press(&mut state, KeyCode::Enter);
    let run = "2026-11-29T21-00-31-mnist-cnn-0a1b".to_owned();
    assert!(opened.contains(&Effect::OnQueue(QueueTask::ReadRun(run))), "{opened:?}");
    // It has ended: there is nothing to end, and nothing of the queue's is done to it.
    press(&mut state, KeyCode::Char('X'));
    assert!(state.overlays.is_empty() && screen(&state).contains("this job has ended"), "{}", screen(&state));
    press(&mut state, KeyCode::Char('K'));
    assert!(screen(&state).contains("Slurm's to say"), "{}", screen(&state));
    press(&mut state, KeyCode::Down);
    press(&mut state, KeyCode::Char('X'));
    assert!(screen(&state).contains("End job 812_2 of Slurm?"), "{}", screen(&state));
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Char('X'));
    let ended = press(&mut state, KeyCode::Char('y'));
    assert!(ended.contains(&Effect::OnQueue(QueueTask::Cancel("812_2".into()))), "{ended:?}");
    // A no to a job is no yes to an item.
    press(&mut state, KeyCode::Char('X'));
    press(&mut state, KeyCode::Esc);
    state.queue.choose(5);
    let removed = press(&mut state, KeyCode::Char('X'));
    assert!(removed.contains(&Effect::OnQueue(QueueTask::Remove(6))), "{removed:?}");
    // Where nothing is queued, the first job is chosen.
    let mut state = shows(with_jobs(of(Vec::new())), 120, 40);
    assert_eq!(jobs(&state).as_deref(), Some("812_1"));
    let place = screen(&state).lines().position(|line| line.contains("812_3")).expect("it is shown");
    let kind = MouseEventKind::Down(MouseButton::Left);
    let event = MouseEvent { kind, column: 10, row: place as u16, modifiers: KeyModifiers::NONE };
    update(&mut state, Message::Mouse(event));
    assert_eq!(jobs(&state).as_deref(), Some("812_3"));
}
