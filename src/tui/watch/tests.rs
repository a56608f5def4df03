//! The screen on event files that PyTorch, Keras and `tf.summary` wrote, and on hostile ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Size;

use super::draw::draw;
use super::message::{Effect, Message};
use super::state::State;
use super::update::update;
use crate::run::tensorboard::Writer;
use crate::run::watch::Watcher;
use crate::tui::theme::{Depth, Role, Theme};

/// A screen with a reader that has always finished.
struct Bench {
    state: State,
    watcher: Watcher,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events")
}

impl Bench {
    fn new(root: &Path, width: u16, height: u16) -> Self {
        let theme = Theme::new(Depth::True, true);
        // Some minutes after the fixtures were written.
        let now = 1_795_554_000.0;
        let mut state = State::new(Size { width, height }, theme, root, None, now);
        state.root = "logs".into();
        let mut bench = Bench { state, watcher: Watcher::new(root) };
        bench.settle();
        bench
    }

    /// Reads all there is to read for what is shown.
    fn settle(&mut self) {
        loop {
            while self.watcher.work(Duration::from_secs(60)) {}
            let view = self.watcher.view();
            let effects = update(&mut self.state, Message::Snapshot(Box::new(view)));
            match effects.into_iter().next() {
                Some(Effect::LookAt(interest)) => self.watcher.look_at(interest),
                _ => return,
            }
        }
    }

    fn send(&mut self, message: Message) -> bool {
        let mut quits = false;
        for effect in update(&mut self.state, message) {
            match effect {
                Effect::LookAt(interest) => {
                    self.watcher.look_at(interest);
                    self.settle();
                }
                Effect::Quit => quits = true,
            }
        }
        quits
    }

    fn press(&mut self, code: KeyCode) -> bool {
        self.send(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.press(if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) });
        }
    }

    fn buffer(&self) -> Buffer {
        let backend = TestBackend::new(self.state.size.width, self.state.size.height);
        let mut terminal = Terminal::new(backend).expect("a test backend cannot fail");
        terminal.draw(|frame| draw(&self.state, frame)).expect("a test backend cannot fail");
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        let buffer = self.buffer();
        let rows = buffer.content.chunks(usize::from(self.state.size.width.max(1)));
        let text = |row: &[Cell]| row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned();
        rows.map(text).collect::<Vec<_>>().join("\n")
    }
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
        bench.keys("/torch\n jjjjttrain/loss\n");
        let screen = bench.screen();
        for part in ["Runs 8 of 11", "○ torch/slow", "1.2304"] {
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
fn a_run_without_the_figure_is_shown_by_its_own_until_one_is_chosen() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    assert_eq!(bench.state.tag_name(bench.state.tag), Some("metric"));
    bench.keys("j");
    assert_eq!(bench.state.tag_name(bench.state.tag), Some("epoch_loss"));
    bench.keys("G");
    assert_eq!(bench.state.tag_name(bench.state.tag), Some("hparam/loss"));
    bench.keys("tboth\ng");
    assert_eq!(bench.state.tag_name(bench.state.tag), Some("both"));
    assert!(bench.screen().contains("this run has no such figure"), "{}", bench.screen());
}

#[test]
fn smoothed_on_a_log_scale() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/torch\nsy");
    let screen = bench.screen();
    assert!(screen.contains("train/loss") && screen.contains("logarithmic, smoothed 0.8"), "{screen}");
}

#[test]
fn histograms_of_pytorch_over_the_steps() {
    at_both_sizes("histograms", "/torch\n jjjjtweights\n");
}

#[test]
fn histograms_of_keras_over_the_steps() {
    at_both_sizes("keras_histograms", "/keras/fit/train\ntdense/kernel\n");
}

#[test]
fn pictures_of_pytorch() {
    at_both_sizes("pictures", "/torch\n jjjjtsquare\n");
}

#[test]
fn an_older_picture() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/torch\ntsquare\n,,");
    assert!(bench.screen().contains("step 39, 4 of 6"), "{}", bench.screen());
    bench.keys("...");
    assert!(bench.screen().contains("step 59, 6 of 6"), "{}", bench.screen());
}

#[test]
fn pictures_of_tf_summary_have_a_tag_each() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/custom\ntstripes/1\n");
    assert!(
        bench.screen().contains("stripes/1") && bench.screen().contains("step 19, 1 of 1"),
        "{}",
        bench.screen()
    );
}

#[test]
fn text() {
    at_both_sizes("text", "/torch\ntnote\n");
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/custom\ntwords\n");
    assert!(bench.screen().contains("written by *tf.summary*"), "{}", bench.screen());
}

#[test]
fn popups() {
    at_both_sizes("tags", "te");
    at_both_sizes("help", "?");
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/slow/hparams\ni");
    let screen = bench.screen();
    for part in ["torch/slow/hparams", "bytes         503", "optimizer               adam", "1.2304   step 0"]
    {
        assert!(screen.contains(part), "{screen}");
    }
}

#[test]
fn without_colours() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.state.theme = Theme::new(Depth::Monochrome, true);
    bench.keys("/torch\n jjjjtsquare\n");
    let buffer = bench.buffer();
    assert!(buffer.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
    assert!(bench.screen().contains("----------"), "{}", bench.screen());
}

#[test]
fn an_empty_folder_is_said_to_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new(folder.path(), 80, 24);
    assert!(bench.screen().contains("no event files here yet"), "{}", bench.screen());
}

#[test]
fn the_table_is_sorted_and_the_cursor_stays_on_its_run() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("/torch\nG");
    let run = bench.state.cursor;
    bench.keys("oo");
    assert!(bench.screen().contains("smallest value first"), "{}", bench.screen());
    assert_eq!(bench.state.cursor, run);
    assert_eq!(&*bench.state.view.rows[bench.state.order[0] as usize].name, "torch/fast/hparams");
}

#[test]
fn nine_marks_are_too_many_and_colours_are_not_shared() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    for _ in 0..8 {
        bench.keys(" j");
    }
    bench.keys(" ");
    assert!(bench.screen().contains("eight runs are marked already"), "{}", bench.screen());
    let mut colors: Vec<u8> = bench.state.marks.iter().map(|mark| mark.color).collect();
    colors.dedup();
    assert_eq!(colors, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_click_chooses_and_a_click_before_the_name_marks() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    let click = |column, row| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    };
    bench.send(click(10, 5));
    assert_eq!(bench.state.cursor_place(), 2);
    bench.send(click(1, 4));
    assert_eq!((bench.state.cursor_place(), bench.state.marks.len()), (1, 1));
    let wheel =
        MouseEvent { kind: MouseEventKind::ScrollDown, column: 10, row: 5, modifiers: KeyModifiers::NONE };
    bench.send(Message::Mouse(wheel));
    assert_eq!(bench.state.cursor_place(), 4);
}

#[test]
fn q_leaves() {
    assert!(Bench::new(&fixtures(), 80, 24).press(KeyCode::Char('q')));
}

#[test]
fn figures_appear_while_they_are_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::create(folder.path()).expect("a writer");
    let mut bench = Bench::new(folder.path(), 80, 24);
    assert!(bench.screen().contains("no figures yet"), "{}", bench.screen());
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
    for keys in ["", "t", "\u{1b}", "i", "\u{1b}", "l", "l", "l"] {
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
    assert_eq!(&*bench.state.view.rows[0].name, "a[2Jb c31m");
    assert!(bench.state.view.tags.iter().all(|tag| tag.name.len() < 200));
}

fn any_message() -> impl Strategy<Value = Message> {
    let letters = "[a-zA-Z0-9 ./?,\\[\\]]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap_or(' ')));
    let others = prop::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Backspace,
    ]);
    let key = prop_oneof![3 => letters, 2 => others]
        .prop_map(|code| Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    let kinds = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
    ]);
    let mouse = (kinds, 0..210_u16, 0..70_u16).prop_map(|(kind, column, row)| {
        Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    });
    let resize = (1..220_u16, 1..70_u16).prop_map(|(width, height)| Message::Resize(width, height));
    let paste = ".{0,20}".prop_map(Message::Paste);
    prop_oneof![8 => key, 3 => mouse, 2 => resize, 1 => paste, 1 => Just(Message::ReaderGone)]
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
    for keys in ["", "/torch\ntweights\n", "/torch\ntsquare\n", "/torch\ntnote\n", "t", "?", "i", "/x"] {
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

#[test]
fn what_add_hparams_writes_stands_beside_its_run() {
    let root = with_runs(|root| {
        write(&root.join("run"), &[(10, 0.5), (20, 0.25)]);
        write(&root.join("run/1715870854.4919064"), &[]);
        write(&root.join("run/v1.5"), &[(1, 1.0)]);
    });
    let mut writer = Writer::create(&root.path().join("run/1715870854.4919064")).unwrap();
    writer.scalars(0, &[("hparam/accuracy", 0.75)]).unwrap();
    writer.flush().unwrap();
    let mut bench = Bench::new(root.path(), 120, 30);
    let shown = bench.screen();
    assert!(shown.contains("Runs 2") && !shown.contains("1715870854"), "{shown}");
    assert!(shown.contains("  20 "), "step 0 of the results is not that of the run: {shown}");
    bench.keys("i");
    assert!(bench.screen().contains("hparam/accuracy"), "{}", bench.screen());
}

#[test]
fn runs_of_ones_own_have_their_settings_as_hyperparameters() {
    let root = with_runs(|root| {
        let run = root.join("mine");
        write(&run, &[(10, 0.5)]);
        let preset = crate::tui::tests::builders::cnn();
        crate::run::Manifest::begin(preset, "cpu".into()).save(&run).unwrap();
    });
    let bench = Bench::new(root.path(), 200, 30);
    let shown = bench.screen();
    assert!(shown.contains("optimizer=Adam optimizer.learning_rate=0.0"), "{shown}");
}

#[test]
fn values_none_of_which_is_a_number_are_said_to_be_there() {
    let root = with_runs(|root| write(&root.join("run"), &[(1, f64::NAN), (2, f64::INFINITY)]));
    let bench = Bench::new(root.path(), 120, 30);
    let shown = bench.screen();
    assert!(shown.contains("none of 2 values is finite") && !shown.contains("no such figure"), "{shown}");
}

#[test]
fn wide_letters_shift_no_column() {
    let root = with_runs(|root| {
        std::fs::create_dir_all(root.join("run")).unwrap();
        let mut writer = Writer::create(&root.join("run")).unwrap();
        writer.scalars(7, &[("損失/訓練", 0.5), ("loss", 0.25)]).unwrap();
        writer.flush().unwrap();
    });
    let mut bench = Bench::new(root.path(), 120, 30);
    bench.keys("i");
    let shown = bench.screen();
    let column = |tag: &str| {
        let line = shown.lines().find(|line| line.contains(tag) && line.contains("step 7")).expect("a line");
        unicode_width::UnicodeWidthStr::width(line.split("step 7").next().unwrap_or_default())
    };
    // In the test's terminal a blank stands in the second cell of each of the four wide letters.
    assert_eq!(column("損") - 4, column("loss"), "{shown}");
}
