//! Runs on event files that PyTorch, Keras and `tf.summary` wrote, and on hostile ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::builders::{dashboard, ends_and_leaves, press, runs, screen};
use super::random::any_message;
use crate::run::tensorboard::Writer;
use crate::run::watch::{WatchSnapshot, Watcher};
use crate::tui::message::{Effect, Message};
use crate::tui::state::abscissa::Abscissa;
use crate::tui::state::marked::RunKey;
use crate::tui::state::runs::Item;
use crate::tui::state::watched::Watched;
use crate::tui::state::{Screen, State};
use crate::tui::theme::{Depth, Role, Theme};
use crate::tui::update::update;

mod list;

/// A dashboard on a folder of event files, with a reader that has always finished.
struct Bench {
    state: State,
    watcher: Watcher,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/events")
}

impl Bench {
    fn new(root: &Path, width: u16, height: u16) -> Self {
        Bench::with_tag(root, width, height, None)
    }

    fn with_tag(root: &Path, width: u16, height: u16, tag: Option<&str>) -> Self {
        let mut state = dashboard(width, height);
        state.screen = Screen::Runs;
        state.runs.watched = Watched::new("logs".into(), tag.map(str::to_owned));
        // Some minutes after the fixtures were written.
        state.runs.watched.now = 1_795_554_000.0;
        state.runs.show_other();
        let effects = update(&mut state, Message::Opened(None));
        assert_eq!(effects[0], Effect::Watch);
        let mut bench = Bench { state, watcher: Watcher::new(&[root]) };
        bench.act(effects);
        bench.settle();
        bench
    }

    /// Reads all there is to read for what is shown.
    fn settle(&mut self) {
        loop {
            while self.watcher.work(Duration::from_secs(60)) {}
            let view = self.watcher.view();
            let effects = update(&mut self.state, Message::Watched(Box::new(view)));
            if !self.act(effects) {
                return;
            }
        }
    }

    /// Asks the reader for what the dashboard wants read; says whether it wanted something.
    fn act(&mut self, effects: Vec<Effect>) -> bool {
        let mut asked = false;
        for effect in effects {
            if let Effect::LookAt(interest) = effect {
                self.watcher.look_at(interest);
                asked = true;
            }
        }
        asked
    }

    fn send(&mut self, message: Message) {
        let effects = update(&mut self.state, message);
        if self.act(effects) {
            self.settle();
        }
    }

    fn press(&mut self, code: KeyCode) {
        let effects = press(&mut self.state, code);
        if self.act(effects) {
            self.settle();
        }
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.press(if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) });
        }
    }

    fn buffer(&self) -> Buffer {
        let backend = TestBackend::new(self.state.size.width, self.state.size.height);
        let mut terminal = Terminal::new(backend).expect("a test backend cannot fail");
        let drawn = |frame: &mut ratatui::Frame| crate::tui::screens::draw(&self.state, frame);
        terminal.draw(drawn).expect("a test backend cannot fail");
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        screen(&self.state)
    }

    /// The name of the chosen run.
    fn chosen(&self) -> &str {
        match self.state.runs.chosen() {
            Some(Item::Watched(_, row)) => &row.name,
            Some(Item::Own(_)) | None => "",
        }
    }

    /// The titles of the charts that are shown.
    fn titles(&self) -> Vec<String> {
        let shown = crate::tui::watching::shown_tags(&self.state);
        shown
            .iter()
            .filter_map(|(tag, _)| self.state.runs.watched.tag(*tag))
            .map(|tag| tag.name.to_string())
            .collect()
    }
}

/// What is found of the fixtures, with what is looked at read in full.
pub(super) fn found() -> WatchSnapshot {
    Bench::new(&fixtures(), 80, 24).watcher.view()
}

fn at_both_sizes(name: &str, keys: &str) {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut bench = Bench::new(&fixtures(), width, height);
        bench.keys(keys);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), bench.screen());
    }
}

#[test]
fn curves_of_marked_runs_and_of_the_one_under_the_cursor() {
    for (width, height) in [(80, 24), (200, 60)] {
        let mut bench = Bench::new(&fixtures(), width, height);
        bench.keys("/torch\nmjjjftrain/loss\n");
        let screen = bench.screen();
        for part in ["runs 8 of 11", "○ torch/slow", "1.2304"] {
            assert!(screen.contains(part), "{part}: {screen}");
        }
        let dots = screen.chars().filter(|letter| ('\u{2801}'..='\u{28ff}').contains(letter)).count();
        assert!(dots > usize::from(width), "{screen}");
        let colours: Vec<_> = bench.buffer().content.iter().map(|cell| cell.fg).collect();
        let has =
            |role| colours.iter().filter(|colour| **colour == bench.state.theme.color(role)).count() > 20;
        assert!(has(Role::Curve(0)) && has(Role::Curve(1)));
    }
}

#[test]
fn histograms_of_pytorch_over_the_steps() {
    at_both_sizes("histograms", "/torch\nmjjjfweights\nC");
}

#[test]
fn histograms_of_keras_over_the_steps() {
    at_both_sizes("keras_histograms", "/keras/fit/train\nfdense/kernel\nC");
}

#[test]
fn pictures_of_pytorch() {
    at_both_sizes("pictures", "/torch\nmjjjfsquare\nC");
}

#[test]
fn an_older_picture() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/torch\nfsquare\n((");
    assert!(bench.screen().contains("step 39, 4 of 6"), "{}", bench.screen());
    bench.keys(")))");
    assert!(bench.screen().contains("step 59, 6 of 6"), "{}", bench.screen());
    assert!(bench.screen().contains("this is the newest"), "{}", bench.screen());
}

#[test]
fn pictures_of_tf_summary_have_a_tag_each() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/custom\nfstripes/1\n");
    assert!(
        bench.screen().contains("stripes/1") && bench.screen().contains("step 19, 1 of 1"),
        "{}",
        bench.screen()
    );
}

#[test]
fn text() {
    at_both_sizes("text", "/torch\nfnote\nC");
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/custom\nfwords\n");
    assert!(bench.screen().contains("written by *tf.summary*"), "{}", bench.screen());
}

#[test]
fn an_empty_folder_is_said_to_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new(folder.path(), 80, 24);
    assert!(bench.screen().contains("no event files here yet"), "{}", bench.screen());
}

#[test]
fn each_run_shows_what_says_most_of_it_and_what_is_chosen_stands_first() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    assert_eq!((bench.chosen(), &*bench.titles()[0]), ("keras/custom", "metric"));
    bench.keys("j");
    assert_eq!((bench.chosen(), &*bench.titles()[0]), ("keras/fit/train", "epoch_loss"));
    bench.keys("G");
    assert_eq!((bench.chosen(), &*bench.titles()[0]), ("torch/slow/hparams", "hparam/loss"));
    bench.keys("/torch/fast\ngfaccuracy\n");
    assert_eq!((bench.chosen(), &*bench.titles()[0]), ("torch/fast", "val/accuracy"));
}

#[test]
fn a_figure_that_is_asked_for_stands_first_and_one_that_is_not_there_is_said_to_be_missing() {
    let mut bench = Bench::with_tag(&fixtures(), 80, 24, Some("val/accuracy"));
    bench.keys("/torch/fast\n");
    assert_eq!(bench.titles()[0], "val/accuracy");
    assert!(bench.screen().contains("val/accur"), "the column is of it: {}", bench.screen());
    let bench = Bench::with_tag(&fixtures(), 120, 24, Some("nonsense"));
    assert!(bench.screen().contains("called nonsense"), "{}", bench.screen());
}

#[test]
fn curves_are_read_zoomed_smoothed_and_drawn_by_time_as_those_of_own_runs() {
    let mut bench = Bench::new(&fixtures(), 120, 30);
    bench.keys("/torch/fast\nftrain/loss\nCmy");
    assert!(bench.screen().contains("logarithmic, smoothed 0.8"), "{}", bench.screen());
    bench.press(KeyCode::Right);
    assert!(bench.screen().contains("step 59"), "{}", bench.screen());
    let whole = bench.state.runs.chart.view;
    bench.press(KeyCode::Up);
    assert!(whole.is_none() && bench.screen().contains("a part"), "{}", bench.screen());
    bench.keys("0a");
    assert!(bench.screen().contains("the epochs of this run are not known"), "{}", bench.screen());
    bench.keys("a");
    assert_eq!(bench.state.runs.chart.layout.along, Abscissa::Elapsed);
    assert!(!bench.screen().contains("not known") && bench.screen().contains("time since start"));
}

#[test]
fn runs_that_are_marked_become_one_curve_with_a_band() {
    let mut bench = Bench::new(&fixtures(), 120, 30);
    bench.keys("/torch\nmjjjm");
    bench.press(KeyCode::Esc);
    bench.keys("/keras/custom\nb");
    let names: Vec<&str> = bench.state.runs.drawn().iter().map(|drawn| drawn.name.as_str()).collect();
    assert_eq!(names, ["2 runs, mean ± sd", "keras/custom"]);
    let band = &bench.state.runs.drawn()[0];
    let loss = band.by_tag.iter().find(|curve| curve.tag == "train/loss").expect("both have it");
    let last = loss.series.last().expect("it has values");
    // Both curves end at step 59, at 2 r^59 + 0.125 for r of 0.9 and 0.99.
    let ends = [0.9_f64, 0.99].map(|rate| 2.0 * rate.powi(59) + 0.125);
    assert!((last.mean - (ends[0] + ends[1]) / 2.0).abs() < 1e-6, "{last:?}");
    assert!((last.max - last.mean - (ends[1] - ends[0]) / 2_f64.sqrt()).abs() < 1e-6, "{last:?}");
}

#[test]
fn a_pinned_run_stays_on_top_whichever_is_chosen() {
    let mut bench = Bench::new(&fixtures(), 120, 30);
    bench.keys("/torch\nftrain/loss\nO");
    let on_top = |bench: &Bench| {
        let panes = bench.state.runs.panes();
        let pane = panes.iter().find(|pane| pane.title == "train/loss").expect("a pane");
        pane.scalars.last().map(|scalar| scalar.name.to_string())
    };
    assert_eq!(on_top(&bench).as_deref(), Some("torch/fast"));
    bench.keys("jjjj");
    assert_eq!((bench.chosen(), on_top(&bench).as_deref()), ("torch/slow", Some("torch/fast")));
    assert!(bench.screen().contains("◆ torch/fast"), "{}", bench.screen());
    bench.keys("kkkkO");
    bench.keys("jjjj");
    assert_eq!(on_top(&bench).as_deref(), Some("torch/slow"));
}

#[test]
fn own_runs_and_event_files_are_two_lists_whose_marks_are_drawn_together() {
    let mut bench = Bench::new(&fixtures(), 120, 30);
    bench.keys("m");
    let effects = press(&mut bench.state, KeyCode::Char('w'));
    assert_eq!(effects[0], Effect::ListRuns);
    update(&mut bench.state, Message::Runs(Ok(runs())));
    assert!(bench.screen().contains("STARTED") && bench.screen().contains("2026-11-23 11:15"));
    assert!(bench.state.runs.drawn().iter().any(|drawn| drawn.name == "keras/custom"));
    let chosen = bench.state.runs.current().map(|run| run.run.name());
    assert!(chosen.is_some_and(|name| name.ends_with("5f60")));
    bench.keys("w");
    assert_eq!(bench.chosen(), "keras/fit/train");
}

#[test]
fn what_event_files_do_not_allow_says_why() {
    let mut bench = Bench::new(&fixtures(), 120, 30);
    for key in ["r", "n", "X", "B", "t"] {
        bench.keys(key);
        assert!(bench.screen().contains("these are event files"), "{key}: {}", bench.screen());
    }
    bench.keys(":resume-run");
    assert!(bench.screen().contains("not now: these are event files"), "{}", bench.screen());
    bench.press(KeyCode::Esc);
    assert!(!bench.screen().lines().last().is_some_and(|footer| footer.contains("go on")));
}

#[test]
fn popups() {
    at_both_sizes("tags", "fe");
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/slow/hparams\nv");
    let screen = bench.screen();
    for part in ["torch/slow/hparams", "bytes         503", "optimizer               adam", "1.2304   step 0"]
    {
        assert!(screen.contains(part), "{screen}");
    }
}

#[test]
fn the_list_of_event_files() {
    at_both_sizes("watched", "/torch\nm");
}

#[test]
fn without_colours() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.state.theme = Theme::new(Depth::Monochrome, true);
    bench.keys("/torch\nfsquare\n");
    let buffer = bench.buffer();
    assert!(buffer.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
    assert!(bench.screen().contains("------"), "{}", bench.screen());
}

#[test]
fn the_wheel_over_a_picture_shows_older_ones() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/torch\nfsquare\n");
    let wheel =
        MouseEvent { kind: MouseEventKind::ScrollUp, column: 10, row: 18, modifiers: KeyModifiers::NONE };
    bench.send(Message::Mouse(wheel));
    assert!(bench.screen().contains("step 49, 5 of 6"), "{}", bench.screen());
}

#[test]
fn charts_that_fill_the_screen_survive_a_terminal_of_a_few_rows() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("C");
    for height in 1..12 {
        bench.send(Message::Resize(60, height));
        let kind = MouseEventKind::ScrollUp;
        bench.send(Message::Mouse(MouseEvent { kind, column: 5, row: 0, modifiers: KeyModifiers::NONE }));
        bench.screen();
    }
}

#[test]
fn all_is_told_of_a_run_of_ones_own_as_well() {
    let mut state = super::builders::with_runs(120, 40);
    press(&mut state, KeyCode::Char('v'));
    let shown = screen(&state);
    for part in ["Hyperparameters", "Newest values", "loss/validation", "checkpoints  844", "gpu-server"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn q_leaves() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    assert!(ends_and_leaves(&press(&mut bench.state, KeyCode::Char('q'))));
}

#[test]
fn values_appear_while_they_are_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path()).expect("a writer");
    let mut bench = Bench::new(folder.path(), 80, 24);
    for step in 1..=100 {
        writer.scalars(step, &[("loss", 100.0 / step as f64)]).expect("it is written");
    }
    writer.flush().expect("it is written");
    std::thread::sleep(Duration::from_millis(600));
    bench.settle();
    let screen = bench.screen();
    assert!(screen.contains(" loss ") && screen.contains(" 100 "), "{screen}");
}

#[test]
fn a_reader_that_ends_by_itself_is_told_of() {
    let mut bench = Bench::new(&fixtures(), 120, 24);
    bench.send(Message::WatchGone);
    assert!(bench.screen().contains("ended unexpectedly"), "{}", bench.screen());
    bench.keys("j");
    assert!(bench.screen().contains("✗ reading has ended unexpectedly"), "{}", bench.screen());
}

#[test]
fn epochs_of_event_files_of_ones_own_are_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path()).expect("a writer");
    for step in 1..=20 {
        writer.scalars(step, &[("loss/train", 1.0 / step as f64)]).expect("it is written");
        if step % 10 == 0 {
            writer.scalars(step, &[("loss/epoch", 0.5)]).expect("it is written");
        }
    }
    writer.flush().expect("it is written");
    let mut bench = Bench::new(folder.path(), 120, 30);
    bench.keys("floss/train\nCa");
    bench.press(KeyCode::Right);
    let shown = bench.screen();
    assert!(shown.contains("epoch 2"), "{shown}");
}

#[test]
fn hostile_names_cannot_disturb_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("a\u{1b}[2J\u{202e}b\nc\u{9b}31m");
    std::fs::create_dir(&run).expect("a folder");
    let mut writer = Writer::create(&run).expect("a writer");
    let huge = "x".repeat(10 << 20);
    for tag in ["loss\u{1b}]0;title\u{7}", "rtl\u{202e}\u{200f}", "new\nline", &huge] {
        writer.scalars(1, &[(tag, 1.0)]).expect("it is written");
    }
    writer.flush().expect("it is written");
    let mut bench = Bench::new(folder.path(), 80, 24);
    for keys in ["", "f", "\u{1b}", "v", "\u{1b}", "c", "c", "C", "\u{1b}"] {
        if keys == "\u{1b}" {
            bench.press(KeyCode::Esc);
        } else {
            bench.keys(keys);
        }
        let screen = bench.screen();
        let steers = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{200f}\u{9b}".contains(c);
        assert!(!screen.contains(steers), "{screen:?}");
        assert_eq!(screen.lines().count(), 24);
    }
    assert_eq!(&*bench.state.runs.watched.rows()[0].name, "a[2Jb c31m");
    assert!(bench.state.runs.watched.view.tags.iter().all(|tag| tag.name.len() < 200));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_pressed_clicked_or_resized_makes_it_panic(
        messages in prop::collection::vec(any_message(), 1..50)
    ) {
        let mut bench = Bench::new(&fixtures(), 80, 24);
        for message in messages {
            bench.send(message);
            bench.screen();
        }
    }
}

#[test]
fn every_figure_fits_every_size_down_to_one_cell() {
    for keys in ["", "/torch\nfweights\n", "/torch\nfsquare\nC", "/torch\nfnote\n", "f", "?", "v", "/x", "H"]
    {
        let mut bench = Bench::new(&fixtures(), 80, 24);
        bench.keys(keys);
        for (width, height) in
            [(1, 1), (2, 9), (59, 15), (60, 14), (60, 15), (61, 16), (300, 15), (120, 15), (60, 90)]
        {
            bench.send(Message::Resize(width, height));
            bench.screen();
        }
    }
}

/// A folder with runs in it.
fn with_runs(fill: impl FnOnce(&Path)) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fill(root.path());
    root
}

fn write(folder: &Path, scalars: &[(u64, f64)]) {
    std::fs::create_dir_all(folder).unwrap();
    let mut writer = Writer::create(folder).unwrap();
    for (step, value) in scalars {
        writer.scalars(*step, &[("loss", *value)]).unwrap();
    }
    writer.flush().unwrap();
}
