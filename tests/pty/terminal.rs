//! A terminal of our own: a pty with the program on one side and vt100's parser on the other.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use tempfile::TempDir;
use trainyard::run::RunDirectory;
use trainyard::run::lock::Lock;

/// How long the slowest machine may take for what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came from the program: parsed, and as it was.
struct Received {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

/// A terminal with a program in it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    /// Held open, so that the settings can be read after the program has gone.
    _slave: Box<dyn SlavePty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    received: Arc<Mutex<Received>>,
    /// Nobody reads what the program writes.
    is_unread: Arc<AtomicBool>,
    /// The settings before the program changed them.
    settings: String,
    home: TempDir,
}

/// How a terminal is opened.
pub struct Opening {
    pub columns: u16,
    pub rows: u16,
    command: CommandBuilder,
    home: TempDir,
    /// Bytes a second that its line carries to the terminal; `None`: as many as come.
    line: Option<u32>,
    /// Width and height of a cell in pixels; 0 where the terminal knows none.
    cell: (u16, u16),
}

/// The program under test; `TRAINYARD_BINARY` puts another build of it in place, for measurements.
pub fn binary() -> PathBuf {
    std::env::var_os("TRAINYARD_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_trainyard").into()).into()
}

/// The dashboard, in a terminal of that size with all colours, with a home of its own.
pub fn dashboard(columns: u16, rows: u16) -> Opening {
    program(binary(), columns, rows)
}

/// A program, likewise.
pub fn program(path: PathBuf, columns: u16, rows: u16) -> Opening {
    let home = TempDir::new().expect("a folder for the test");
    // The tour of the first time would stand over what is looked for.
    std::fs::write(home.path().join("dashboard.ron"), "(knows_the_tour: true)").expect("a file in the home");
    let mut command = CommandBuilder::new(path);
    command.env("TRAINYARD_HOME", home.path());
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env_remove("NO_COLOR");
    command.cwd(home.path());
    Opening { columns, rows, command, home, line: None, cell: (0, 0) }
}

impl Opening {
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// Puts a preset into the home before the program starts.
    pub fn preset(self, name: &str, text: &str) -> Self {
        let folder = self.home.path().join("presets");
        std::fs::create_dir_all(&folder).expect("a folder of presets");
        std::fs::write(folder.join(format!("{name}.ron")), text).expect("a preset");
        self
    }

    /// Puts a file into the home before the program starts.
    pub fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.home.path().join(name), text).expect("a file in the home");
        self
    }

    /// Puts a line between program and terminal that carries so many bytes a second.
    pub fn line(mut self, bytes_per_second: u32) -> Self {
        self.line = Some(bytes_per_second);
        self
    }

    /// The cells of the terminal have so many pixels.
    pub fn pixels(mut self, width: u16, height: u16) -> Self {
        self.cell = (width, height);
        self
    }

    /// The program's own folder, in which it will run.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Starts the program and waits for its first frame.
    pub fn open(self) -> Terminal {
        let mut terminal = self.start();
        terminal.until("the first frame", |t| t.screen(|s| s.alternate_screen()) && t.text().len() > 20);
        terminal
    }

    /// Starts the program.
    pub fn start(self) -> Terminal {
        let (pixel_width, pixel_height) = (self.columns * self.cell.0, self.rows * self.cell.1);
        let size = PtySize { rows: self.rows, cols: self.columns, pixel_width, pixel_height };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let settings = format!("{:?}", pair.master.get_termios());
        let child = pair.slave.spawn_command(self.command).expect("the program starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a keyboard");
        let parser = vt100::Parser::new(cells(self.rows), cells(self.columns), 0);
        let received = Arc::new(Mutex::new(Received { parser, bytes: Vec::new() }));
        let is_unread = Arc::new(AtomicBool::new(false));
        let (sink, unread) = (received.clone(), is_unread.clone());
        let line = self.line;
        std::thread::spawn(move || {
            // A slow line is read in small pieces.
            let mut chunk = vec![0; if line.is_some() { 256 } else { 1 << 14 }];
            while unread.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(5));
            }
            while let Ok(count) = reader.read(&mut chunk) {
                if count == 0 {
                    break;
                }
                let mut received = sink.lock().unwrap_or_else(PoisonError::into_inner);
                received.parser.process(&chunk[..count]);
                received.bytes.extend_from_slice(&chunk[..count]);
                drop(received);
                if let Some(speed) = line {
                    std::thread::sleep(Duration::from_secs(count as u64) / speed);
                }
                while unread.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        });
        Terminal {
            master: pair.master,
            _slave: pair.slave,
            child,
            keyboard,
            received,
            is_unread,
            settings,
            home: self.home,
        }
    }
}

impl Terminal {
    /// Looks at the parsed screen.
    pub fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.received.lock().unwrap_or_else(PoisonError::into_inner).parser.screen())
    }

    /// What the screen shows, line by line.
    pub fn text(&self) -> String {
        self.screen(|screen| screen.contents().to_string())
    }

    /// One row of it, from 0.
    pub fn row(&self, row: usize) -> String {
        self.text().lines().nth(row).unwrap_or_default().to_owned()
    }

    /// Where a text stands: column and row, from 0.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        self.text().lines().enumerate().find_map(|(row, line)| {
            let byte = line.find(text)?;
            Some((line[..byte].chars().count() as u16, row as u16))
        })
    }

    /// Everything that was received so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).bytes.clone()
    }

    /// The program's own folder.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// The program's process.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("it was started")
    }

    /// Reads no more, or again, what the program writes.
    pub fn leave_unread(&self, is_unread: bool) {
        self.is_unread.store(is_unread, Ordering::Relaxed);
    }

    /// Waits so long for the program's end; gives its exit code.
    pub fn ends_within(&mut self, limit: Duration) -> Option<u32> {
        let since = Instant::now();
        while since.elapsed() < limit {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return Some(status.exit_code());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// The process that trains for the newest run.
    pub fn trainer(&self) -> u32 {
        let run = RunDirectory::list(&self.home.path().join("runs")).expect("runs").pop().expect("a run");
        Lock::holder(run.path()).expect("its lock").expect("it trains").parse().expect("a number")
    }

    /// Types; control sequences stand for keys without a letter.
    pub fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the program listens");
        self.keyboard.flush().expect("the program listens");
    }

    /// Clicks with the left button, in columns and rows from 0, as xterm reports it.
    pub fn click(&mut self, column: u16, row: u16) {
        let (column, row) = (column + 1, row + 1);
        self.keys(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    }

    /// Turns the wheel by one notch.
    pub fn wheel(&mut self, down: bool, column: u16, row: u16) {
        self.keys(&format!("\x1b[<{};{};{}M", if down { 65 } else { 64 }, column + 1, row + 1));
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a pty can be resized");
    }

    /// Waits until the screen shows this.
    pub fn wait(&mut self, text: &str) {
        self.until(text, |terminal| terminal.text().contains(text));
    }

    /// Waits until what the program has written before its end shows this; a long line may be broken anywhere.
    pub fn wait_after_end(&self, text: &str) {
        let since = Instant::now();
        while !self.text().replace('\n', "").contains(text) {
            assert!(since.elapsed() < PATIENCE, "waited for {text}; the screen:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the screen no longer shows this.
    pub fn wait_gone(&mut self, text: &str) {
        self.until(&format!("no {text}"), |terminal| !terminal.text().contains(text));
    }

    /// Waits for something that has a name.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Terminal) -> bool) {
        let since = Instant::now();
        while !holds(self) {
            let ended = self.child.try_wait().ok().flatten();
            assert!(
                since.elapsed() < PATIENCE && ended.is_none(),
                "waited for {what}; the program: {ended:?}; the screen:\n{}",
                self.text()
            );
            // What takes long is looked at rarely: looking costs the program its processors.
            let pause = if since.elapsed() < Duration::from_secs(2) { 10 } else { 200 };
            std::thread::sleep(Duration::from_millis(pause));
        }
    }

    /// The step that the header counts.
    pub fn step(&self) -> u64 {
        let header = self.row(0);
        let digits = header.split("step ").nth(1).unwrap_or_default();
        let digits: String = digits.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
        digits.replace(',', "").parse().unwrap_or(0)
    }

    /// Waits for the program's end and gives its exit code; the terminal must be as it was before it.
    pub fn ends_in_good_order(&mut self) -> u32 {
        let during = self.bytes();
        assert!(contains(&during, b"\x1b[?1049h"), "it had the alternate screen");
        let since = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status.exit_code();
            }
            assert!(since.elapsed() < PATIENCE, "it did not end; the screen:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        };
        // Its last bytes may still be on their way to the reader.
        let since = Instant::now();
        while self.screen(vt100::Screen::alternate_screen) && since.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(50));
        self.screen(|screen| {
            assert!(!screen.alternate_screen(), "it left the alternate screen");
            assert!(!screen.hide_cursor(), "it showed the cursor");
            assert!(!screen.bracketed_paste(), "it turned bracketed paste off");
            assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "it let the mouse go");
        });
        assert_eq!(self.settings(), self.settings, "raw mode is off");
        code
    }

    /// Whether the terminal hands every key on at once, unechoed.
    pub fn is_raw(&self) -> bool {
        self.settings() != self.settings
    }

    fn settings(&self) -> String {
        format!("{:?}", self.master.get_termios())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A training and the queue outlive their dashboard; not so their test.
        if let Ok(Some(owner)) = Lock::holder(&self.home.path().join("queue")) {
            let _ = std::process::Command::new("kill").args(["-KILL", &owner]).status();
        }
        for run in RunDirectory::list(&self.home.path().join("runs")).unwrap_or_default() {
            if let Ok(Some(owner)) = Lock::holder(run.path()) {
                let _ = std::process::Command::new("kill").args(["-KILL", &owner]).status();
            }
        }
    }
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has rows and columns")
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
