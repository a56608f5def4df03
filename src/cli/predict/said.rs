//! What is said to a file, and why there is nothing to say: as lines for a person, as objects, as rows of a table.

use serde_json::{Map, Value, json};

use super::super::text::{plain, tidied};
use super::super::{Error, answer_columns, csv_text};
use crate::data::table::Place;
use crate::run::text::figure;
use crate::worker::{Answers, BadRow, Prediction, Which};

/// More values than these have no names in a line for a person.
const NAMED: usize = 8;

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

/// A row of a table of answers.
pub(super) struct Entry {
    file: String,
    of: Which,
    /// The cells that answer it, or why it is not answered.
    answer: Result<Vec<String>, String>,
    /// What the cells are.
    columns: Vec<String>,
}

impl Entry {
    /// A file that is not answered.
    pub(super) fn of_file(file: &str, problem: String) -> Self {
        Entry { file: file.to_string(), of: Which::default(), answer: Err(problem), columns: Vec::new() }
    }
}

/// Answers and rows without one, in the order of the file.
fn in_order(answers: &Answers) -> Vec<Result<&Prediction, &BadRow>> {
    let of = |row: &Result<&Prediction, &BadRow>| match row {
        Ok(answer) => answer.of.row,
        Err(bad) => bad.of.row,
    };
    let mut rows: Vec<_> =
        answers.predictions.iter().map(Ok).chain(answers.unanswered.iter().map(Err)).collect();
    if !answers.unanswered.is_empty() {
        rows.sort_by_key(of);
    }
    rows
}

/// What is said to a file as rows of a table.
pub(super) fn entries(file: &str, said: Said) -> Vec<Entry> {
    let answers = match said {
        Said::Text { prompt, text, .. } => {
            let columns = ["prompt", "text"].map(String::from).to_vec();
            let (file, answer) = (file.to_string(), Ok(vec![prompt, text]));
            return vec![Entry { file, of: Which::default(), answer, columns }];
        }
        Said::Answers(answers) => answers,
    };
    let names = &answers.names;
    let tells_classes = answers.predictions.iter().any(|answer| answer.class.is_some());
    let columns = answer_columns::predicted(tells_classes, names);
    let entry = |row: Result<&Prediction, &BadRow>| {
        let (of, answer) = match row {
            Ok(said) => (&said.of, Ok(answer_columns::cells(said.class, names, &said.by_name))),
            Err(bad) => (&bad.of, Err(bad.problem.clone())),
        };
        Entry { file: file.to_string(), of: of.clone(), answer, columns: columns.clone() }
    };
    in_order(&answers).into_iter().map(entry).collect()
}

/// The table of all answers: with a row, the words and an error where there is one.
///
/// # Errors
/// When memory is exhausted.
pub(super) fn table(entries: &[Entry]) -> Result<Vec<u8>, Error> {
    let columns = entries.iter().find(|entry| entry.answer.is_ok()).map(|entry| &entry.columns[..]);
    let columns = columns.unwrap_or_default();
    let has = |known: &dyn Fn(&Entry) -> bool| entries.iter().any(known);
    let (has_rows, has_texts, has_errors) = (
        has(&|entry| entry.of.row.is_some()),
        has(&|entry| entry.of.text.is_some()),
        has(&|entry| entry.answer.is_err()),
    );
    let named = |is_there: bool, name: &str| is_there.then(|| name.to_string());
    let mut head = vec!["file".to_string()];
    head.extend(named(has_rows, "row"));
    head.extend(named(has_texts, "sample"));
    head.extend(columns.iter().cloned());
    head.extend(named(has_errors, "error"));
    let mut content = csv_text::row(&head)?;
    for Entry { file, of, answer, .. } in entries {
        let mut cells = vec![file.clone()];
        cells.extend(has_rows.then(|| of.row.map(|row| row.to_string()).unwrap_or_default()));
        cells.extend(has_texts.then(|| of.text.clone().unwrap_or_default()));
        match answer {
            Ok(answer) => cells.extend(answer.iter().cloned()),
            Err(_) => cells.extend(columns.iter().map(|_| String::new())),
        }
        cells.extend(has_errors.then(|| answer.as_ref().err().cloned().unwrap_or_default()));
        content.extend(csv_text::row(&cells)?);
    }
    Ok(content)
}

/// An object for each answer, and for each row that is not answered.
pub(super) fn objects(file: &str, said: &Said) -> Vec<Value> {
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
    let object = |row: Result<&Prediction, &BadRow>| match row {
        Ok(answer) => {
            let named =
                answers.names.iter().cloned().zip(answer.by_name.iter().map(|&number| Value::from(number)));
            let mut object = json!({
                "file": file,
                "class": answer.class.and_then(|class| answers.names.get(class)),
                "meaning": answer.meaning,
                "output": answer.output,
                "values": named.collect::<Map<_, _>>(),
                "left_out": answers.left_out,
                "unknown_characters": answers.unknown_characters,
                "notices": answers.told,
            });
            put_place(&mut object, &answer.of);
            tidied(object)
        }
        Err(bad) => {
            let mut object = json!({ "file": file, "error": bad.problem });
            put_place(&mut object, &bad.of);
            object
        }
    };
    in_order(answers).into_iter().map(object).collect()
}

/// A file that is not answered.
pub(super) fn unanswered_file(file: &str, error: &Error) -> Value {
    json!({ "file": file, "error": error.to_string() })
}

/// Says which sample of its file it is.
fn put_place(object: &mut Value, of: &Which) {
    let number = |wanted: &dyn Fn(Place) -> Option<u64>| of.at.and_then(wanted);
    let line = number(&|at| if let Place::Line(line) = at { Some(line) } else { None });
    let sheet_row = number(&|at| if let Place::Row(row) = at { Some(row) } else { None });
    object["row"] = json!(of.row);
    object["line"] = json!(line);
    object["sheet_row"] = json!(sheet_row);
    object["sample"] = json!(of.text);
}

/// An answer in a line.
pub(super) fn in_words(file: &str, answers: &Answers, answer: &Prediction) -> String {
    let Which { row, text, .. } = &answer.of;
    let row = row.map(|row| format!("  row {row}")).unwrap_or_default();
    let text = text.as_ref().map(|text| format!("  {}", plain(text))).unwrap_or_default();
    let of = format!("{}{row}{text}", plain(file));
    let (names, by_name) = (&answers.names, &answer.by_name);
    match (answer.class, &answer.meaning) {
        (Some(class), _) => {
            let number = by_name.get(class).copied().unwrap_or_default();
            let name = names.get(class).map(|name| plain(name)).unwrap_or_default();
            // What is no probability is no percentage.
            match answers.are_probabilities {
                true => format!("{of}  {name}  {:.1}%", 100.0 * number),
                false => format!("{of}  {name}  output {}", figure(number)),
            }
        }
        (None, Some(meaning)) => format!("{of}  {}", plain(meaning)),
        (None, None) if (2..=NAMED).contains(&by_name.len()) => {
            let named = names.iter().zip(by_name);
            let named: Vec<String> =
                named.map(|(name, &number)| format!("{} {}", plain(name), figure(number))).collect();
            format!("{of}  {}", named.join("  "))
        }
        (None, None) => {
            let numbers: Vec<String> = by_name.iter().map(|&number| figure(number)).collect();
            format!("{of}  {}", numbers.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(class: Option<usize>, by_name: &[f64]) -> Prediction {
        let of = Which::row(3, Some(Place::Line(4)));
        Prediction { of, class, meaning: None, output: by_name.to_vec(), by_name: by_name.to_vec() }
    }

    fn answers(names: &[&str], predictions: Vec<Prediction>) -> Answers {
        let names = names.iter().map(ToString::to_string).collect();
        Answers { names, predictions, ..Answers::default() }
    }

    #[test]
    fn an_answer_names_its_class_and_how_sure_it_is() {
        let said = |are_probabilities, names: &[&str], class, numbers: &[f64]| {
            let answers = Answers { are_probabilities, ..answers(names, Vec::new()) };
            in_words("a\u{1b}", &answers, &answer(class, numbers))
        };
        assert_eq!(said(true, &["no", "b"], Some(1), &[0.25, 0.75]), "a\u{fffd}  row 3  b  75.0%");
        let squared = said(false, &["no", "b"], Some(1), &[-0.25, 1.125]);
        assert_eq!(squared, "a\u{fffd}  row 3  b  output 1.1250", "a squared error gives no probability");
        assert_eq!(said(false, &["x", "y"], None, &[1.0, -0.5]), "a\u{fffd}  row 3  x 1.0000  y -0.5000");
        assert_eq!(said(false, &["price"], None, &[251_862.217]), "a\u{fffd}  row 3  251862");
    }

    #[test]
    fn a_table_has_a_column_for_each_class_or_value_and_keeps_the_rows_without_an_answer() {
        let of = |answers: Answers| {
            String::from_utf8(table(&entries("f,1", Said::Answers(answers))).unwrap()).unwrap()
        };
        let yes = answers(&["no", "yes"], vec![answer(Some(0), &[0.875, 0.125])]);
        assert_eq!(of(yes.clone()), "file,row,prediction,no,yes\n\"f,1\",3,no,0.875,0.125\n");
        let price = answers(&["price"], vec![answer(None, &[12.5])]);
        assert_eq!(of(price), "file,row,prediction\n\"f,1\",3,12.5\n");
        let two = answers(&["age", "height"], vec![answer(None, &[12.5, 2.0])]);
        assert_eq!(of(two), "file,row,prediction age,prediction height\n\"f,1\",3,12.5,2\n");

        let bad = BadRow { of: Which::row(2, Some(Place::Line(3))), problem: "row 2, line 3: ill".into() };
        let some = Answers { unanswered: vec![bad], ..yes };
        let wanted = "file,row,prediction,no,yes,error\n\"f,1\",2,,,,\"row 2, line 3: ill\"\n\"f,1\",3,no,0.875,0.125,\n";
        assert_eq!(of(some.clone()), wanted);
        let objects = objects("f", &Said::Answers(some));
        let rows: Vec<&Value> = objects.iter().map(|object| &object["row"]).collect();
        assert_eq!((rows[0].as_u64(), rows[1].as_u64()), (Some(2), Some(3)));
        assert_eq!((&objects[0]["line"], &objects[0]["error"]), (&json!(3), &json!("row 2, line 3: ill")));
    }
}
