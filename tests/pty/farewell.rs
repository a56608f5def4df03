//! However the dashboard ends, the terminal is as it was.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use trainyard::preset::{Experiment, Offers, Preset, Source, library};
use trainyard::run::watch::{Interest, WatchSnapshot};
use trainyard::run::{Overview, RunDirectory};
use trainyard::search::queue::{self, QueueSnapshot};
use trainyard::search::{LookAt, SearchesSnapshot};
use trainyard::tui::Opening;
use trainyard::tui::config::Config;
use trainyard::tui::message::{QueueAnswer, QueueTask, RunAnswer, RunTask, SearchAnswer, SearchTask};
use trainyard::tui::state::kept::Kept;
use trainyard::tui::state::new_preset::Suggestion;
use trainyard::tui::state::presets::Origin;
use trainyard::tui::state::{Entry, Presets};
use trainyard::worker::{Trial, Tried};
use trainyard::{tui, worker};

use crate::terminal::{Terminal, contains, dashboard, program};

fn signal(terminal: &Terminal, name: &str) {
    let kill = Command::new("kill").args([format!("-{name}"), terminal.process().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()), "the signal was sent");
}

fn in_training() -> Terminal {
    let mut terminal = dashboard(80, 24).open();
    terminal.wait("mnist-cnn");
    terminal.keys("\r");
    terminal.until("a step", |t| t.step() > 0);
    terminal
}

#[test]
fn q_and_ctrl_c_leave_at_once_while_nothing_is_trained() {
    for key in ["q", "\x03"] {
        let mut terminal = dashboard(80, 24).open();
        terminal.wait("mnist-cnn");
        assert!(terminal.is_raw());
        terminal.keys(key);
        assert_eq!(terminal.ends_in_good_order(), 0);
    }
}

#[test]
fn only_y_ends_a_training_and_ctrl_c_does_not() {
    let mut terminal = in_training();
    terminal.keys("\x03");
    terminal.wait("still training");
    // It means no, as Enter and Esc do: what ends a training is a key of its own.
    for no in ["\x03", "\r", "\x1b"] {
        terminal.keys(no);
        terminal.wait_gone("still training");
        terminal.keys("\x03");
        terminal.wait("still training");
    }
    let step = terminal.step();
    terminal.until("the training goes on", |t| t.step() > step);
    terminal.keys("y");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn signals_end_a_training_with_the_exit_code_that_names_them() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let mut terminal = in_training();
        signal(&terminal, name);
        assert_eq!(terminal.ends_in_good_order(), code, "SIG{name}");
    }
}

fn signal_to(process: u32, name: &str) {
    let kill = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()), "the signal was sent");
}

#[test]
fn a_terminal_that_nobody_reads_holds_up_no_signal() {
    let mut terminal = in_training();
    terminal.leave_unread(true);
    // Its frames fill what the terminal takes without being read.
    std::thread::sleep(Duration::from_secs(3));
    signal(&terminal, "TERM");
    assert_eq!(terminal.ends_within(Duration::from_secs(8)), Some(143));
}

#[test]
fn a_second_signal_ends_it_at_once_whatever_it_waits_for() {
    let mut terminal = in_training();
    let trainer = terminal.trainer();
    // The process that trains does not hear that it is to end.
    signal_to(trainer, "STOP");
    signal(&terminal, "TERM");
    assert_eq!(terminal.ends_within(Duration::from_secs(2)), None, "it gives the training time to end");
    let since = Instant::now();
    signal(&terminal, "INT");
    assert_eq!(terminal.ends_in_good_order(), 130);
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    signal_to(trainer, "CONT");
}

#[test]
fn a_dashboard_that_was_stopped_goes_on_and_is_drawn_anew() {
    let mut terminal = in_training();
    signal(&terminal, "STOP");
    std::thread::sleep(Duration::from_secs(1));
    let before = (terminal.step(), terminal.bytes().len());
    signal(&terminal, "CONT");
    terminal.until("further steps", |t| t.step() > before.0);
    assert!(contains(&terminal.bytes()[before.1..], b"\x1b[?1049h"), "it takes the terminal again");
    assert!(!terminal.text().contains("ended"), "{}", terminal.text());
    terminal.keys("qy");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn keys_that_come_together_with_a_resize_are_heard_at_once() {
    let mut terminal = crate::terminal::dashboard(80, 24).open();
    terminal.wait("Output Shape");
    for (columns, rows, keys, shown) in
        [(100, 30, "?", true), (80, 24, "\x1b", false), (120, 20, "?", true), (90, 40, "\x1b", false)]
    {
        // Both wait for it when it goes on.
        signal(&terminal, "STOP");
        terminal.resize(columns, rows);
        terminal.keys(keys);
        signal(&terminal, "CONT");
        let last = usize::from(rows) - 1;
        let is_help =
            |t: &crate::terminal::Terminal| t.row(last).contains("scroll") && t.text().contains("Keys");
        let is_list =
            |t: &crate::terminal::Terminal| t.row(last).contains("quit") && !t.text().contains(" Keys ");
        terminal.until("what the key does, in the new size", |t| if shown { is_help(t) } else { is_list(t) });
    }
    terminal.keys("q");
    assert_eq!(terminal.ends_in_good_order(), 0);
}

#[test]
fn a_terminal_that_vanishes_ends_it_without_a_panic() {
    // Also where the hang-up itself is not heard, and every write fails.
    for script in ["exec \"$0\"", "trap '' HUP; exec \"$0\""] {
        let home = tempfile::TempDir::new().expect("a folder for the test");
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_trainyard")]);
        command.env("TRAINYARD_HOME", home.path());
        command.env("TERM", "xterm-256color");
        let log = home.path().join("diagnostics");
        command.env("TRAINYARD_LOG", &log);
        let mut child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let (mut screen, mut keyboard) = (
            pair.master.try_clone_reader().expect("a reader"),
            pair.master.take_writer().expect("a keyboard"),
        );
        let (mut seen, mut chunk) = (Vec::new(), [0; 1 << 14]);
        while !contains(&seen, b"mnist-cnn") {
            let count = screen.read(&mut chunk).expect("it draws");
            seen.extend_from_slice(&chunk[..count]);
        }
        keyboard.write_all(b"?").expect("it listens");
        drop((screen, keyboard, pair.master));
        let since = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(since.elapsed() < Duration::from_secs(30), "it did not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        // A hang-up that comes before the program listens for it ends it as well.
        let is_hang_up = status.signal().is_none_or(|signal| signal == "Hangup");
        assert!([1, 129].contains(&status.exit_code()) && is_hang_up, "{script}: {status:?}");
        let said = std::fs::read_to_string(log).unwrap_or_default();
        assert!(!said.contains("panicked"), "{script}: {said}");
    }
}

/// A worker whose first command makes the thread of the dashboard panic.
struct Faulty;

impl tui::Link for Faulty {
    fn send(&mut self, request: worker::Request) {
        assert!(!matches!(request.command, worker::Command::Train(_)), "a fault in the dashboard");
    }

    async fn next(&mut self) -> Option<worker::Event> {
        std::future::pending().await
    }

    fn save(&mut self, _: &str, _: &str, _: bool) -> Result<(String, Box<Preset>), String> {
        Err("not here".into())
    }

    fn save_new(&mut self, _: &str, _: &str) -> Result<(String, Box<Preset>), String> {
        Err("not here".into())
    }

    fn complete_path(&mut self, typed: String, tell: impl FnOnce(String, Vec<String>) + Send + 'static) {
        tell(typed, Vec::new());
    }

    fn suggest(
        &mut self,
        _: String,
        _: Vec<String>,
        tell: impl FnOnce(Result<Suggestion, String>) + Send + 'static,
    ) {
        tell(Err("not here".into()));
    }

    fn read_files(&mut self, _: Source, tell: impl FnOnce(Result<Offers, String>) + Send + 'static) {
        tell(Err("not here".into()));
    }

    fn list_runs(&mut self, tell: impl FnOnce(Result<Vec<Overview>, String>) + Send + 'static) {
        tell(Ok(Vec::new()));
    }

    fn save_picture(&mut self, _: &str, _: &str) -> Result<String, String> {
        Err("there is no disk".into())
    }

    fn watch(&mut self, _: impl FnMut(WatchSnapshot) + Send + 'static) -> Result<(), String> {
        Ok(())
    }

    fn look_at(&mut self, _: Interest) {}

    fn read_searches(&mut self, _: impl FnMut(SearchesSnapshot) + Send + 'static) -> Result<(), String> {
        Ok(())
    }

    fn look_at_searches(&mut self, _: LookAt) {}

    fn on_search(&mut self, _: SearchTask, _: impl Fn(SearchAnswer) + Send + 'static) {}

    fn read_queue(&mut self, _: impl FnMut(QueueSnapshot) + Send + 'static) -> Result<(), String> {
        Ok(())
    }

    fn look_at_queue(&mut self, _: queue::LookAt) {}

    fn on_queue(&mut self, _: QueueTask, _: impl FnOnce(QueueAnswer) + Send + 'static) {}

    fn on_runs(&mut self, _: RunTask, _: impl FnOnce(RunAnswer) + Send + 'static) {}

    fn kept(&mut self) -> Result<Kept, String> {
        Ok(Kept::default())
    }

    fn keep(&mut self, _: &Kept) {}

    fn measure(&mut self, _: &Experiment, _: Trial, _: impl FnMut(Result<Tried, String>) + Send + 'static) {}

    fn stop_measuring(&mut self) {}

    fn keep_text(&mut self, _: &str, _: &str) -> Result<PathBuf, String> {
        Err("not here".into())
    }

    fn drop_text(&mut self, _: &Path) {}

    fn empty_trash(&mut self, _: &[RunDirectory]) {}
}

/// Set for the process that is to panic.
const PANICS: &str = "TRAINYARD_TEST_PANICS";

#[test]
fn a_panic_restores_the_terminal_before_it_is_printed() {
    if std::env::var_os(PANICS).is_some() {
        // This is the process in the terminal: the dashboard as it is, on a link that panics.
        let mut entries = Vec::new();
        for entry in library::list() {
            let loaded = entry.loaded.expect("a built-in preset");
            entries.push(Entry::new(Origin::BuiltIn, loaded.preset().clone()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let _ = runtime.block_on(tui::run(
            Presets::new(entries, Vec::new()),
            Opening::default(),
            &Config::default(),
            &mut Faulty,
        ));
        return;
    }
    let itself = std::env::current_exe().expect("this test's path");
    let mut terminal = program(itself, 80, 24)
        .env(PANICS, "1")
        .arg("--exact")
        .arg("farewell::a_panic_restores_the_terminal_before_it_is_printed")
        .arg("--nocapture")
        .open();
    terminal.wait("mnist-cnn");
    terminal.keys("\r");
    assert_ne!(terminal.ends_in_good_order(), 0);
    let bytes = terminal.bytes();
    let said = b"a fault in the dashboard";
    let at = |part: &[u8]| bytes.windows(part.len()).rposition(|window| window == part);
    assert!(contains(&bytes, said));
    assert!(at(b"\x1b[?1049l") < at(said), "the message is on the screen that stays");
}

#[test]
fn without_a_terminal_the_dashboard_says_what_to_do() {
    let output = Command::new(env!("CARGO_BIN_EXE_trainyard")).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("needs a terminal"));
    assert!(output.stdout.is_empty());
}
