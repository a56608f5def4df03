//! Texts: one to learn character by character, or many, a line each with its class.

use std::io::Read;
use std::path::Path;

use super::LONGEST_CLASS;
use super::gzip::{self, Unpacked};
use super::labelled::Texts;
use super::limits::Limits;
use crate::data::Error;
use crate::data::samples::Samples;
use crate::preset::{TextForm, counted_with};
use crate::system::encoding::Decoded;
use crate::system::files;

/// The longest text that is read.
pub const LARGEST: u64 = 1 << 30;
/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// A text file, as a whole: gzipped or not, in UTF-8 or UTF-16.
///
/// # Errors
/// When it cannot be read, is too long, or is no text; with the place of the first byte that is none.
pub fn read(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    open(path)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| broken(path, &error))?;
    match bytes.len() as u64 {
        size if size > LARGEST => Err(broken(path, &files::Error::TooLong { size, most: LARGEST })),
        _ => text_of(&bytes).map_err(|error| broken(path, &error)),
    }
}

/// The text that the bytes of a file or a pipe are, in UTF-8 or UTF-16.
///
/// # Errors
/// When they are no text; with the place of the first byte that is none.
pub fn text_of(bytes: &[u8]) -> Result<String, String> {
    files::text(bytes).map_err(|error| error.to_string())
}

fn open(path: &Path) -> Result<Decoded<Unpacked>, Error> {
    let (_, size) = files::open_sized(path).map_err(|error| broken(path, &error))?;
    if size > LARGEST {
        return Err(broken(path, &files::Error::TooLong { size, most: LARGEST }));
    }
    gzip::open_text(path).map_err(|error| broken(path, &error))
}

/// A text file piece by piece, for `take`, so that memory does not grow with the text. A character is never cut in two.
///
/// # Errors
/// As [`read`], and what `take` gives back.
pub fn pieces(path: &Path, take: &mut dyn FnMut(&str) -> Result<(), Error>) -> Result<(), Error> {
    let mut file = open(path)?;
    let mut buffer = vec![0; PIECE];
    // Bytes at the buffer's beginning that belong to a character whose end is still to be read.
    let mut left = 0;
    let (mut line, mut column, mut total) = (1, 1, 0);
    loop {
        let count = file.read(&mut buffer[left..]).map_err(|error| broken(path, &error))?;
        total += count as u64;
        if total > LARGEST {
            return Err(broken(path, &files::Error::TooLong { size: total, most: LARGEST }));
        }
        let held = left + count;
        let (good, is_damaged) = match std::str::from_utf8(&buffer[..held]) {
            Ok(text) => (text, false),
            Err(error) => {
                let good = std::str::from_utf8(&buffer[..error.valid_up_to()]).unwrap_or_default();
                (good, error.error_len().is_some() || count == 0)
            }
        };
        take(good)?;
        line += good.bytes().filter(|&byte| byte == b'\n').count();
        column = match good.rfind('\n') {
            Some(end) => 1 + good[end + 1..].chars().count(),
            None => column + good.chars().count(),
        };
        if is_damaged {
            return Err(broken(path, &files::Error::NotText { line, column }));
        }
        if count == 0 {
            return Ok(());
        }
        let done = good.len();
        buffer.copy_within(done..held, 0);
        left = held - done;
    }
}

fn broken(path: &Path, problem: &dyn std::fmt::Display) -> Error {
    Error::Broken { origin: path.to_string_lossy().into_owned(), problem: problem.to_string() }
}

/// Puts lines together from pieces of a text.
pub struct Lines {
    line: String,
    /// Lines that have ended.
    number: usize,
    /// The line in progress is longer than `longest`; its rest is not kept.
    is_too_long: bool,
    longest: u64,
}

/// Takes a line: its number from 1, and its text; none where it is too long.
pub type TakeLine<'a> = &'a mut dyn FnMut(usize, Option<&str>) -> Result<(), Error>;

impl Lines {
    /// Lines of at most so many bytes.
    pub fn new(longest: u64) -> Self {
        Lines { line: String::new(), number: 0, is_too_long: false, longest }
    }

    /// Goes on with a piece; hands on every line that ends in it.
    ///
    /// # Errors
    /// What `take` gives back.
    pub fn push(&mut self, piece: &str, take: TakeLine) -> Result<(), Error> {
        for part in piece.split_inclusive('\n') {
            self.is_too_long |= (self.line.len() + part.len()) as u64 > self.longest;
            if !self.is_too_long {
                self.line.push_str(part);
            }
            if part.ends_with('\n') {
                self.end_line(take)?;
            }
        }
        Ok(())
    }

    /// The text ends here: hands on a last line without an end. Gives the number of lines.
    ///
    /// # Errors
    /// What `take` gives back.
    pub fn end(mut self, take: TakeLine) -> Result<usize, Error> {
        if !self.line.is_empty() || self.is_too_long {
            self.end_line(take)?;
        }
        Ok(self.number)
    }

    fn end_line(&mut self, take: TakeLine) -> Result<(), Error> {
        self.number += 1;
        take(self.number, (!self.is_too_long).then_some(&self.line))?;
        (self.is_too_long, self.line) = (false, std::mem::take(&mut self.line));
        self.line.clear();
        Ok(())
    }
}

/// A line's class and text, without the space around them; none of a line that is empty.
///
/// # Errors
/// What is wrong with the line.
pub fn class_and_text<'a>(
    line: Option<&'a str>,
    limits: &Limits,
) -> Result<Option<(&'a str, &'a str)>, String> {
    let line = line.ok_or_else(|| {
        format!("it does not end within {} bytes, the most that is read of one", limits.longest_row)
    })?;
    if line.trim().is_empty() {
        return Ok(None);
    }
    let (class, text) = line.split_once('\t').ok_or("no tab between class and text")?;
    let (class, text) = (class.trim(), text.trim());
    match (class.len(), text.len()) {
        (0, _) | (_, 0) => Err("its class or its text is missing".into()),
        (length, _) if length > LONGEST_CLASS => {
            Err(format!("its class is longer than {LONGEST_CLASS} bytes"))
        }
        _ => Ok(Some((class, text))),
    }
}

/// Lines of a class, a tab and a text: the last tokens of each, padded in front with token 0. What is not read of them goes to `told`.
///
/// # Errors
/// When the file cannot be read, or a line is not of that form.
pub fn labelled(
    path: &Path,
    form: TextForm,
    limits: &Limits,
    sink: &mut dyn FnMut(Error) -> Result<(), Error>,
    told: &mut Vec<String>,
) -> Result<Samples, Error> {
    let broken = |problem: String| broken(path, &problem);
    let (mut texts, mut empty) = (Texts::new(form), 0);
    let mut take = |number: usize, line: Option<&str>| match class_and_text(line, limits) {
        Ok(None) => {
            empty += 1;
            Ok(())
        }
        Ok(Some((class, text))) => {
            texts.push(class, text, limits).map_err(|problem| broken(format!("line {number}: {problem}")))
        }
        Err(problem) => sink(broken(format!("line {number}: {problem}"))),
    };
    let mut lines = Lines::new(limits.longest_row);
    pieces(path, &mut |piece| lines.push(piece, &mut take))?;
    lines.end(&mut take)?;
    if empty > 0 {
        told.push(format!(
            "{}: {} left out, and rows are numbered without them",
            path.display(),
            counted_with(empty, "empty line", ("is", "are"))
        ));
    }
    texts.samples(told).map_err(broken)
}

/// A line's text, without the class and the tab before it where it has them.
pub fn without_class<'a>(line: &'a str, classes: &[String]) -> &'a str {
    match line.split_once('\t') {
        Some((class, text)) if classes.iter().any(|known| known == class.trim()) => text.trim(),
        _ => line.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_labelled(path: &Path, length: usize) -> Result<Samples, Error> {
        let form =
            crate::preset::LabelledText { length, ..crate::preset::LabelledText::of(String::new()) }.form();
        labelled(path, form, &Limits::of_machine(), &mut Err, &mut Vec::new())
    }

    fn put(text: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn lines_become_padded_tokens_with_their_class() {
        let file = put("good\tabc\nbad\tcé\n\ngood\ta\n".as_bytes());
        let samples = read_labelled(file.path(), 3).unwrap();
        assert_eq!(samples.inputs, [1.0, 2.0, 3.0, 0.0, 3.0, 4.0, 0.0, 0.0, 1.0]);
        assert_eq!(samples.classes(), [1, 0, 1]);
        assert_eq!(samples.tokens[4], "é");
        assert_eq!(read_labelled(file.path(), 2).unwrap().inputs[..2], [2.0, 3.0]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let problem = |text: &[u8]| read_labelled(put(text).path(), 3).unwrap_err().to_string();
        assert!(problem(b"a\tb\nno class\n").contains("line 2: no tab"));
        assert!(problem(b"a\tb\nb\t\n").contains("line 2: its class or its text"));
        assert!(problem(b"a\tb\na\tb\n").contains("1 classes"));
        assert!(problem(b"a\tb\nb\tx\xff\n").contains("line 2, column 4: the text is not UTF-8"));
        assert!(read(Path::new("/no/such/file")).is_err());
    }

    #[test]
    fn pieces_are_the_whole_text_wherever_a_character_is_cut() {
        for before in 0..4 {
            let text = "x".repeat(PIECE - before) + &"漢\n".repeat(PIECE);
            let (file, mut whole) = (put(text.as_bytes()), String::new());
            pieces(file.path(), &mut |piece| {
                whole.push_str(piece);
                Ok(())
            })
            .unwrap();
            assert!(whole == text);
            let damaged = put(&[text.as_bytes(), b"ab\xffc"].concat());
            let shown = pieces(damaged.path(), &mut |_| Ok(())).unwrap_err().to_string();
            assert_eq!(shown, read(damaged.path()).unwrap_err().to_string());
            let cut = put(&text.as_bytes()[..text.len() - 2]);
            let shown = pieces(cut.path(), &mut |_| Ok(())).unwrap_err().to_string();
            assert_eq!(shown, read(cut.path()).unwrap_err().to_string());
        }
    }

    #[test]
    fn a_line_that_does_not_end_is_refused_with_its_number_and_the_others_are_read() {
        let limits = Limits { longest_row: 1000, ..Limits::of_machine() };
        let text = format!("a\tone\nb\t{}\nb\ttwo\n", "x".repeat(3 * PIECE));
        let mut problems = Vec::new();
        let form = crate::preset::LabelledText::of(String::new()).form();
        let mut sink = |problem: Error| {
            problems.push(problem.to_string());
            Ok(())
        };
        let samples = labelled(put(text.as_bytes()).path(), form, &limits, &mut sink, &mut Vec::new());
        assert_eq!(samples.unwrap().captions, ["one", "two"]);
        assert!(problems.len() == 1 && problems[0].contains("line 2: it does not end within 1000 bytes"));
    }

    #[test]
    fn more_classes_than_can_be_learned_are_refused_where_they_begin() {
        let text: String = (0..1001).map(|class| format!("class {class}\ttext\n")).collect();
        let shown = read_labelled(put(text.as_bytes()).path(), 3).unwrap_err();
        assert!(shown.to_string().contains("more than 1000 classes"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), length in 1usize..9) {
            let _ = read_labelled(put(&bytes).path(), length);
        }
    }
}
