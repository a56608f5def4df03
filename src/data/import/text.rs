//! Texts: one to learn character by character, or many, a line each with its class.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use crate::data::Error;
use crate::data::samples::Samples;
use crate::data::text::LARGEST_VOCABULARY;

/// The longest text that is read.
const LARGEST: u64 = 1 << 30;
/// Most numbers of labelled texts, padded.
const MOST_NUMBERS: usize = 1 << 28;

/// A text file.
///
/// # Errors
/// When it cannot be read, is too long, or is not UTF-8; with the place of the first byte that is not.
pub fn read(path: &Path) -> Result<String, Error> {
    let broken = |problem: String| Error::Broken { origin: path.to_string_lossy().into_owned(), problem };
    let file = std::fs::File::open(path).map_err(|error| broken(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| broken(error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(broken(format!("it is longer than {LARGEST} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let start = good.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let column = String::from_utf8_lossy(&good[start..]).chars().count() + 1;
        broken(format!("line {line}, column {column}: the text is not UTF-8"))
    })
}

/// Lines of a class, a tab and a text: the last `length` characters of each, padded in front with token 0.
///
/// # Errors
/// When the file cannot be read, or a line is not of that form.
pub fn labelled(
    path: &Path,
    length: usize,
    sink: &mut dyn FnMut(Error) -> Result<(), Error>,
) -> Result<Samples, Error> {
    let broken = |problem: String| Error::Broken { origin: path.to_string_lossy().into_owned(), problem };
    let text = read(path)?;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match line.split_once('\t') {
            Some((class, text)) if !class.trim().is_empty() && !text.trim().is_empty() => {
                lines.push((class.trim(), text.trim()));
            }
            Some(_) => sink(broken(format!("line {}: its class or its text is missing", number + 1)))?,
            None => sink(broken(format!("line {}: no tab between class and text", number + 1)))?,
        }
    }
    let classes: BTreeSet<&str> = lines.iter().map(|(class, _)| *class).collect();
    let letters: BTreeSet<char> = lines.iter().flat_map(|(_, text)| text.chars()).collect();
    if !(2..=1000).contains(&classes.len()) {
        return Err(broken(format!("{} classes; 2 to 1000 can be learned", classes.len())));
    }
    if letters.len() > LARGEST_VOCABULARY {
        return Err(broken(format!("{} different characters, at most {LARGEST_VOCABULARY}", letters.len())));
    }
    if lines.len().saturating_mul(length) > MOST_NUMBERS {
        return Err(broken(format!(
            "{} texts of {length} characters are too many; use a smaller length",
            lines.len()
        )));
    }
    let classes: Vec<&str> = classes.into_iter().collect();
    let tokens: Vec<String> =
        std::iter::once(String::new()).chain(letters.iter().map(ToString::to_string)).collect();
    let inputs = lines.iter().flat_map(|(_, text)| encode(text, length, &tokens)).collect();
    let of = lines.iter().map(|(class, _)| classes.partition_point(|other| other < class) as u32).collect();
    let names = classes.iter().map(ToString::to_string).collect();
    let captions = lines.iter().map(|(_, text)| (*text).to_string()).collect();
    Ok(Samples { tokens, captions, ..Samples::of_classes(vec![length], inputs, of, names) })
}

/// A text as the numbers of its last `length` known characters among `tokens`, which are in ascending order behind the
/// empty one; shorter texts have zeros in front, so that a recurrent network ends with the text's last letter.
pub fn encode(text: &str, length: usize, tokens: &[String]) -> Vec<f32> {
    let mut row = vec![0.0; length];
    let mut letter = [0; 4];
    let known = text.chars().rev().filter_map(|character| {
        let wanted: &str = character.encode_utf8(&mut letter);
        tokens.binary_search_by(|token| token.as_str().cmp(wanted)).ok()
    });
    row.iter_mut().rev().zip(known).for_each(|(x, token)| *x = token as f32);
    row
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

    fn put(text: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn lines_become_padded_tokens_with_their_class() {
        let file = put("good\tabc\nbad\tcé\n\ngood\ta\n".as_bytes());
        let samples = labelled(file.path(), 3, &mut Err).unwrap();
        assert_eq!(samples.inputs, [1.0, 2.0, 3.0, 0.0, 3.0, 4.0, 0.0, 0.0, 1.0]);
        assert_eq!(samples.classes(), [1, 0, 1]);
        assert_eq!(samples.tokens[4], "é");
        assert_eq!(labelled(file.path(), 2, &mut Err).unwrap().inputs[..2], [2.0, 3.0]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let problem = |text: &[u8]| labelled(put(text).path(), 3, &mut Err).unwrap_err().to_string();
        assert!(problem(b"a\tb\nno class\n").contains("line 2: no tab"));
        assert!(problem(b"a\tb\nb\t\n").contains("line 2: its class or its text"));
        assert!(problem(b"a\tb\na\tb\n").contains("1 classes"));
        assert!(problem(b"a\tb\nb\tx\xff\n").contains("line 2, column 4: the text is not UTF-8"));
        assert!(read(Path::new("/no/such/file")).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), length in 1usize..9) {
            let _ = labelled(put(&bytes).path(), length, &mut |_| Ok(()));
        }
    }
}
