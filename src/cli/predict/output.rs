//! Where answers go: line by line to standard output, or into a file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::super::text::{self, lines, plain};
use super::super::{Error, csv_text};
use crate::run::{self, atomic};
use crate::worker::{Answers, Prediction};

/// What is said to a file.
pub(super) enum Said {
    /// An answer a sample.
    Answers(Answers),
    /// A text goes on.
    Text {
        /// What was read of it.
        prompt: String,
        /// How it goes on.
        text: String,
        /// Characters of the prompt that the network does not know.
        unknown_characters: usize,
    },
}

/// How a file of answers is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Json,
}

/// Where answers go.
pub(super) enum Output {
    /// Standard output, as soon as they are known.
    Lines { json: bool },
    /// A file, in one piece when all are known.
    File { path: PathBuf, format: Format, rows: Vec<Vec<u8>>, head: Option<Vec<String>> },
}

impl Output {
    /// Standard output: words, or JSON objects.
    pub(super) fn to_lines(json: bool) -> Self {
        Output::Lines { json }
    }

    /// A file.
    ///
    /// # Errors
    /// When its folder is not there: better told now than when all is answered.
    pub(super) fn to_file(path: &Path, format: Format) -> Result<Self, Error> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Error::Usage(format!("{}: no such folder", plain(&folder.to_string_lossy()))));
        }
        Ok(Output::File { path: path.to_path_buf(), format, rows: Vec::new(), head: None })
    }

    /// Takes what is said to a file.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn put(&mut self, file: &str, said: Said) -> Result<(), Error> {
        match self {
            Output::Lines { json: true } => {
                let mut out = io::stdout().lock();
                for object in objects(file, &said) {
                    writeln!(out, "{}", text::json(&object)?)?;
                }
            }
            Output::Lines { json: false } => {
                let mut out = io::stdout().lock();
                match said {
                    Said::Text { prompt, text, .. } => writeln!(out, "{}", lines(&(prompt + &text)))?,
                    Said::Answers(Answers { predictions, .. }) => {
                        for answer in &predictions {
                            writeln!(out, "{}", in_words(file, answer))?;
                        }
                    }
                }
            }
            Output::File { format: Format::Json, rows, .. } => {
                for object in objects(file, &said) {
                    rows.push(text::json(&object)?.into_bytes());
                }
            }
            Output::File { format: Format::Csv, rows, head, .. } => {
                let (names, cells) = table(file, &said);
                head.get_or_insert(names);
                for row in cells {
                    rows.push(csv_text::row(&row)?);
                }
            }
        }
        Ok(())
    }

    /// Tells a script why a file is not answered. A person is told on standard error.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn unanswered(&self, error: &Error) -> Result<(), Error> {
        if let Output::Lines { json: true } = self {
            writeln!(io::stdout(), "{}", text::json(&json!({ "error": error.to_string() }))?)?;
        }
        Ok(())
    }

    /// Writes the file, and says so; standard output has been written already.
    ///
    /// # Errors
    /// When the file cannot be written; what was there stays.
    pub(super) fn close(self) -> Result<(), Error> {
        let Output::File { path, format, rows, head } = self else { return Ok(()) };
        let count = rows.len();
        let content = match format {
            Format::Csv => [csv_text::row(&head.unwrap_or_default())?, rows.concat()].concat(),
            Format::Json => [b"[\n", &rows.join(&b",\n"[..])[..], b"\n]\n"].concat(),
        };
        let unwritten = run::Error::io(&path, "writing");
        atomic::write_for_others(&path, |out| out.write_all(&content).map_err(unwritten))?;
        let path = plain(&path.to_string_lossy());
        writeln!(io::stdout(), "{path}: {count} answer{}", if count == 1 { "" } else { "s" })?;
        Ok(())
    }
}

/// A JSON object for each answer.
fn objects(file: &str, said: &Said) -> Vec<Value> {
    let answers = match said {
        Said::Text { prompt, text, unknown_characters } => {
            return vec![json!({
                "file": file,
                "prompt": prompt,
                "text": text,
                "unknown_characters": unknown_characters,
            })];
        }
        Said::Answers(answers) => answers,
    };
    let object = |answer: &Prediction| {
        let named = answers.names.iter().cloned().zip(answer.by_name().into_iter().map(Value::from));
        json!({
            "file": file,
            "sample": answer.of,
            "class": answer.class.as_ref().map(|(_, name)| name),
            "meaning": answer.meaning,
            "output": answer.output,
            "values": named.collect::<Map<_, _>>(),
            "left_out": answers.left_out,
            "unknown_characters": answers.unknown_characters,
            "notices": answers.told,
        })
    };
    answers.predictions.iter().map(object).collect()
}

/// The names of the columns, and a row for each answer.
fn table(file: &str, said: &Said) -> (Vec<String>, Vec<Vec<String>>) {
    let named = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let Answers { names, predictions, .. } = match said {
        Said::Text { prompt, text, .. } => {
            return (named(&["file", "prompt", "text"]), vec![named(&[file, prompt, text])]);
        }
        Said::Answers(answers) => answers,
    };
    let tells_classes = predictions.iter().any(|answer| answer.class.is_some());
    let width = predictions.first().map_or(0, |answer| answer.by_name().len());
    let mut head = named(if tells_classes { &["file", "sample", "class"] } else { &["file", "sample"] });
    match names.is_empty() {
        true => head.extend((1..=width).map(|number| format!("output {number}"))),
        false => head.extend(names.iter().cloned()),
    }
    let row = |answer: &Prediction| {
        let class = answer.class.as_ref().map(|(_, name)| name.clone());
        let numbers = answer.by_name().into_iter().map(|number| number.to_string());
        named(&[file, &answer.of]).into_iter().chain(class).chain(numbers).collect()
    };
    (head, predictions.iter().map(row).collect())
}

fn in_words(file: &str, answer: &Prediction) -> String {
    let of =
        if answer.of.is_empty() { plain(file) } else { format!("{}:{}", plain(file), plain(&answer.of)) };
    match &answer.class {
        Some((class, name)) => {
            let probability = answer.by_name()[*class];
            format!("{of}  {}  {:.1}%", plain(name), 100.0 * probability)
        }
        None if answer.meaning.is_some() => {
            format!("{of}  {}", answer.meaning.as_deref().map(plain).unwrap_or_default())
        }
        None => {
            let values: Vec<String> = answer.output.iter().map(|x| format!("{x:.4}")).collect();
            format!("{of}  {}", values.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(class: Option<(usize, String)>, output: &[f64]) -> Prediction {
        Prediction { of: "3".into(), class, meaning: None, output: output.to_vec() }
    }

    #[test]
    fn an_answer_names_its_class_and_how_sure_it_is() {
        assert_eq!(
            in_words("a\u{1b}", &answer(Some((1, "b".into())), &[0.25, 0.75])),
            "a\u{fffd}:3  b  75.0%"
        );
        assert_eq!(in_words("a", &answer(Some((0, "no".into())), &[0.125])), "a:3  no  87.5%");
        assert_eq!(in_words("a", &answer(None, &[1.0, -0.5])), "a:3  1.0000 -0.5000");
    }

    #[test]
    fn a_table_has_a_column_for_each_class_or_value() {
        let of = |names: &[&str], answer: Prediction| {
            let names = names.iter().map(ToString::to_string).collect();
            let answers = Answers { names, predictions: vec![answer], ..Answers::default() };
            let (head, rows) = table("f,1", &Said::Answers(answers));
            let rows = rows.iter().flat_map(|row| csv_text::row(row).unwrap());
            String::from_utf8(csv_text::row(&head).unwrap().into_iter().chain(rows).collect()).unwrap()
        };
        let yes = answer(Some((0, "no".into())), &[0.125]);
        assert_eq!(of(&["no", "yes"], yes), "file,sample,class,no,yes\n\"f,1\",3,no,0.875,0.125\n");
        let price = answer(None, &[12.5]);
        assert_eq!(of(&["price"], price.clone()), "file,sample,price\n\"f,1\",3,12.5\n");
        assert_eq!(of(&[], price), "file,sample,output 1\n\"f,1\",3,12.5\n");
    }
}
