//! What is in a file or folder, and what is wrong with it, before a preset names it.

mod columns;
mod files;
mod listed;
mod named;
mod report;
mod rows;
mod table;
mod text;
mod twins;

use std::path::Path;

use super::import::array_names::Named;
use super::import::folders::{Classed, Kind, START, SetParts, ending, or_of_texts};
use super::import::limits::Limits;
use super::import::rows::Stored;
use super::import::seen::named_labels;
use super::import::sounds::Sound;
use super::import::{channels, foreign, gzip, idx, images, npy, sounds};
use super::table::{Format, expanded, is_ending_of_table, is_pattern, is_table_of_numbers, title};
use super::{Error, own};
use crate::preset::{Csv, Holds, Paths, is_usual, written};
use listed::Seen;
pub use named::check_source;
use report::Known;
use report::ONE_PIXEL;
pub use report::{DataReport, Fact};
pub use rows::leaks_in_words as leaks;

/// Most classes of labels that are counted.
const MOST_CLASSES: usize = 1000;
/// How a table is to be looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsTable<'a> {
    /// The columns that are to be predicted; none: the last column. A text with commas may name several.
    pub labels: &'a [String],
    /// The sheet of a spreadsheet; `None`: the first one.
    pub sheet: Option<&'a str>,
    /// The table of the test set, where there is one.
    pub test: Option<&'a str>,
}

/// Inspects a file or folder.
///
/// # Errors
/// When it cannot be read at all; everything else is in the report.
pub fn check(path: &Path, as_table: AsTable) -> Result<DataReport, Error> {
    check_within(path, as_table, &Limits::of_machine())
}

/// As [`check`], for several files that are one table.
///
/// # Errors
/// As [`check`].
pub fn check_together(files: &Paths, as_table: AsTable) -> Result<DataReport, Error> {
    let broken = |file: &str, problem: &str| Error::Broken { origin: file.into(), problem: problem.into() };
    for file in files.as_slice().iter().filter(|file| !is_pattern(file)) {
        match gzip::start(Path::new(file), START) {
            Ok((start, _)) if start.starts_with(NUMPY) => {
                return Err(broken(
                    file,
                    "--together takes tables, and this is an array: leave --together out, and each array is looked at; a preset joins \
                     them: npy(inputs: [\"…\", \"…\"], targets: […])",
                ));
            }
            Ok((start, _)) if sounds::is_sound(&start) || images::is_image(&start) => {
                return Err(broken(file, "--together takes tables, and this is none"));
            }
            // What cannot be opened is told where it is read.
            _ => {}
        }
    }
    table::check_named(files, as_table, &Limits::of_machine())
}

/// What an array of NumPy begins with.
const NUMPY: &[u8] = b"\x93NUMPY";

fn check_within(path: &Path, as_table: AsTable, limits: &Limits) -> Result<DataReport, Error> {
    let broken = |problem: String| Error::Broken { origin: path.to_string_lossy().into_owned(), problem };
    let AsTable { labels, sheet, test } = as_table;
    // Options of tables only: what they would say of another file is told as a mistake.
    let refused = |what: &str| match (sheet, test) {
        (Some(_), _) => {
            Err(broken(format!("--sheet names a sheet of a spreadsheet (.xlsx, .ods), and this is {what}")))
        }
        (_, Some(_)) => Err(broken(format!("--test names the test set of a table, and this is {what}"))),
        (None, None) => Ok(()),
    };
    if is_pattern(&path.to_string_lossy()) {
        return match &ending(path)[..] {
            "npy" => arrays(path, limits),
            _ => table::check(path, as_table, limits),
        };
    }
    if std::fs::metadata(path).map_err(|error| broken(error.to_string()))?.is_dir() {
        refused("a folder")?;
        return folder(path, limits);
    }
    let (start, is_gzipped) = gzip::start(path, START).map_err(|error| broken(error.to_string()))?;
    let unpacked = path.file_stem().filter(|_| is_gzipped && ending(path) == "gz");
    let ending_of_text = unpacked.map_or_else(|| ending(path), |name| ending(Path::new(name)));
    let is_of_rows = is_ending_of_table(&ending_of_text) || is_table_of_numbers(path);
    if Format::of_start(&start) == Format::Text && !is_of_rows {
        refused("no table")?;
    }
    let is_json = matches!(&ending_of_text[..], "json" | "jsonl" | "ndjson" | "html" | "htm" | "xls");
    let other = match is_json || is_ending_of_table(&ending_of_text) {
        true => foreign::problem_of_table(path),
        false => foreign::problem(path),
    };
    if let Some(problem) = other {
        return Err(broken(problem));
    }
    // What it holds says more than its name, which tells kinds of text apart.
    match (&start[..], &ending_of_text[..]) {
        (start, _) if sounds::is_sound(start) => sound(path, limits),
        (start, _) if images::is_image(start) => picture(path, limits),
        (start, ending) if start.starts_with(NUMPY) || ending == "npy" => array(path, limits),
        (start, _) if Format::of_start(start) != Format::Text => table::check(path, as_table, limits),
        ([b'P', b'K', 3, 4, ..], _) | (_, "npz") => archive(path, limits),
        ([0, 0, ..], _) | (_, "idx" | "idx1-ubyte" | "idx3-ubyte") => idx_file(path, limits),
        (_, ending) if sounds::KIND.endings.contains(&ending) => sound(path, limits),
        (_, ending) if images::KIND.endings.contains(&ending) => picture(path, limits),
        _ if is_of_rows => {
            let has_title = || title(path, &Csv::of(path.to_string_lossy().into_owned()), limits).is_some();
            let is_plain = sheet.or(test).is_none() && !has_title();
            let labels = named_labels(path, labels, sheet, limits);
            let seen = match (is_plain, &labels[..]) {
                (true, [] | [_]) => listed::check(path, labels.first().map(String::as_str), limits),
                (true, several) => listed::check_several(path, several, limits),
                _ => Seen::Columns(None),
            };
            let said = match seen {
                Seen::Listed(report) => return report,
                Seen::Columns(said) => said,
            };
            match (table::check(path, as_table, limits), said) {
                (Ok(mut report), Some(said)) => {
                    report.fact("note", said);
                    Ok(report)
                }
                (Err(Error::Broken { origin, problem }), Some(said)) => {
                    Err(Error::Broken { origin, problem: format!("{problem}. {said}") })
                }
                (report, None) => report,
            }
        }
        _ => text::check(path, limits),
    }
}

/// Looks at an array; `is_alone`: nobody knows what its samples should give.
fn array_rows(report: &mut DataReport, rows: &Stored, shape: &[usize], is_alone: bool) -> Result<(), Error> {
    report.fact("samples", rows.count);
    if rows.number.kind.is_letter() {
        return array_words(report, rows);
    }
    if channels::come_first(shape) {
        report.fact("note", "samples of this shape look like images whose channels come first: channels_first: true in a preset");
    }
    report.fact("shape of one", format!("{shape:?}"));
    report.fact("numbers", format!("{:?}", rows.number.kind));
    let (mut least, mut most, mut sum, mut count) = (f64::INFINITY, f64::NEG_INFINITY, 0.0, 0_u64);
    let mut classes: Option<Vec<u64>> =
        (rows.width == 1 && !rows.number.is_float()).then(|| vec![0; MOST_CLASSES]);
    rows.in_order(&mut |first, cells| {
        for (place, &x) in (first..).zip(cells) {
            if !x.is_finite() {
                report.problem(&rows.not_finite(place, x));
                continue;
            }
            (least, most) = (least.min(x), most.max(x));
            (sum, count) = (sum + x, count + 1);
            if let Some(counts) = &mut classes {
                match (0.0..MOST_CLASSES as f64).contains(&x) {
                    true => counts[x as usize] += 1,
                    false => classes = None,
                }
            }
        }
        Ok(())
    })?;
    if rows.width > 1 && is_alone {
        let keys = twins::of_rows(rows)?;
        twins::tell(report, "sample", &keys, None, &|place| format!("sample {}", place + 1));
    }
    if count > 0 {
        let mean = sum / count as f64;
        let known = Known::Range { least, greatest: most, mean: Some(mean) };
        let shown = if is_usual(mean) { format!("{mean:.4}") } else { format!("{mean:.4e}") };
        report.known("range", format!("{} to {}, mean {shown}", written(least), written(most)), known);
    }
    if let Some(counts) = classes {
        let used = counts.iter().rposition(|&count| count > 0).map_or(0, |largest| largest + 1);
        if used > 0 {
            let names: Vec<String> = (0..used).map(|class| class.to_string()).collect();
            report.counted(&counts[..used], &names);
        }
    }
    Ok(())
}

/// Texts, of which each is the name of a class.
fn array_words(report: &mut DataReport, rows: &Stored) -> Result<(), Error> {
    report.fact("holds", "texts: names of classes");
    match own::class_words(rows) {
        Ok((of, names)) => report.balance(&of, &names),
        Err(problem) => report.problem(&problem),
    }
    Ok(())
}

fn idx_file(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of("IDX file: idx(inputs: \"…\", labels: \"…\")");
    let (stored, shape) = idx::open(path, limits)?;
    array_rows(&mut report, &stored, &shape, true)?;
    Ok(report)
}

fn array(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of("NumPy array: npy(inputs: \"…\", targets: \"…\")");
    let (stored, shape) = npy::open(path, limits)?;
    array_rows(&mut report, &stored, &shape, true)?;
    Ok(report)
}

/// The arrays whose names fit a pattern, one by one.
fn arrays(pattern: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of("NumPy arrays: npy(inputs: \"…\", targets: \"…\")");
    for file in expanded(&pattern.to_string_lossy())? {
        report.fact("array", file.display());
        match npy::open(&file, limits) {
            Ok((stored, shape)) => array_rows(&mut report, &stored, &shape, true)?,
            Err(error) => report.problem(&error),
        }
    }
    Ok(report)
}

fn archive(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = archive_report(path, limits)?;
    if let Some(set) = Named::among(&npy::Archive::open(path, limits)?.names()) {
        report.fact("note", set.in_words());
        let source = set.source(path.to_string_lossy().into_owned());
        // What is wrong with an array itself is told already.
        if report.problems.is_empty()
            && let Err(problem) = twins::of_arrays(&mut report, &source.into())
        {
            report.problem(&problem);
        }
    }
    Ok(report)
}

/// The arrays of an archive, one by one.
fn archive_report(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of("NumPy archive: npz(file: \"…\", inputs: \"…\", targets: \"…\")");
    let mut archive = npy::Archive::open(path, limits)?;
    for name in archive.names() {
        report.fact("array", &name);
        match archive.array(&name) {
            Ok((stored, shape)) => array_rows(&mut report, &stored, &shape, false)?,
            Err(error) => report.problem(&error),
        }
    }
    Ok(report)
}

fn folder(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let (what, classed, holds): (_, Classed, Holds) = match images::list(path) {
        Ok(classed) => ("folder of images: image_folder(folder: \"…\")", classed, Holds::Images),
        Err(no_images) => match sounds::list(path) {
            Ok(classed) => ("folder of sounds: wav_folder(folder: \"…\")", classed, Holds::Sounds),
            Err(_) => return Err(or_of_texts(path, no_images)),
        },
    };
    let shown = path.to_string_lossy();
    let list: &dyn Fn(&Path) -> Result<Classed, Error> = match holds {
        Holds::Images => &images::list,
        _ => &sounds::list,
    };
    let mut report = DataReport::of(what);
    let classed = match SetParts::with_classes(&shown, &classed.names, list) {
        Some(parts) => {
            report.fact("note", parts.in_words());
            parts.listed(list)?
        }
        None => {
            let source = if holds == Holds::Images { "image_folder" } else { "wav_folder" };
            let parts = SetParts::of(&shown, &classed.names);
            parts.iter().for_each(|parts| report.fact("note", parts.taken_for_classes(source)));
            classed
        }
    };
    classes_of_files(&mut report, &classed, holds, limits);
    Ok(report)
}

/// The files of folders of classes: how many each class has, what is left out, whether each decodes.
fn classes_of_files(report: &mut DataReport, classed: &Classed, holds: Holds, limits: &Limits) {
    let Classed { files, of, names, left_out, .. } = classed;
    let kind: &Kind = if holds == Holds::Images { &images::KIND } else { &sounds::KIND };
    report.fact("files", files.len());
    report.balance(of, names);
    left_out.sentences(kind).iter().for_each(|line| report.fact("note", line));
    if left_out.of_the_system > 0 {
        report.fact("hidden or of the system", left_out.of_the_system);
    }
    let keys = files::look(report, files, |_| holds, limits);
    twins::of_files(report, files, &keys, &classed.answers());
}

fn sound(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    let mut report = DataReport::of("sound: put it into a folder for its class");
    let Sound { samples, rate, channels } = sounds::read(path, 8000, limits)?;
    report.fact("seconds", format!("{:.2}", samples.len() as f64 / 8000.0));
    report.fact("samples a second", rate);
    report.fact("channels", channels);
    Ok(report)
}

fn picture(path: &Path, limits: &Limits) -> Result<DataReport, Error> {
    images::decode(path, ONE_PIXEL, limits)?;
    Ok(DataReport::of("image: put it into a folder for its class"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str, bytes: &[u8]) -> DataReport {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        check(&path, AsTable::default()).unwrap()
    }

    fn fact<'a>(report: &'a DataReport, label: &str) -> &'a str {
        let found = report.facts.iter().find(|fact| fact.label.trim() == label);
        found.map(|fact| &fact.text[..]).unwrap_or_else(|| panic!("no {label} in {report:?}"))
    }

    #[test]
    fn a_table_is_described_column_by_column_and_its_problems_by_kind() {
        let mut text = "a,b,kind\n".to_string();
        (0..20).for_each(|row| text.push_str(&format!("{row},{},{}\n", row % 4, ["x", "y"][row % 2])));
        text.push_str("7,,x\n");
        (0..15).for_each(|_| text.push_str("q,1,x\n"));
        text.push_str("7,1\n");
        let report = report("t.csv", text.as_bytes());
        assert_eq!((fact(&report, "rows"), fact(&report, "x")), ("21", "11 (52.4%)"));
        assert!(fact(&report, "a").starts_with("number, 0 to 19, mean 9.3810, 20 different  "), "{report:?}");
        assert!(
            fact(&report, "b").starts_with("number, 0 to 3, mean 1.5000, 4 different, 1 missing  "),
            "{report:?}"
        );
        // The most frequent kind comes first.
        assert_eq!((report.problems.len(), report.more), (2, 0));
        let first = "line 23, column 1 ('a'): 'q' is not a number; and 14 more rows of this kind";
        assert!(report.problems[0].ends_with(first), "{report:?}");
        assert!(report.problems[1].ends_with("line 38: 2 cells, and there are 3 columns"), "{report:?}");
    }

    #[test]
    fn what_is_odd_about_a_table_is_told() {
        let mut text = "t,same,town,late,y\n".to_string();
        for row in 0..60 {
            let label = ["no", "yes"][usize::from(row % 7 < 3)];
            let late = if label == "yes" { 90 + row % 5 } else { 10 + row % 5 };
            text.push_str(&format!("{row},5,{},{late},{label}\n", ["Rome", "Oslo"][row % 2]));
        }
        text.push_str("0,5,Rome,90,yes\n0,5,Rome,90,no\n");
        let report = report("t.csv", text.as_bytes());
        assert_eq!(fact(&report, "same"), "number, always 5: a constant teaches nothing");
        assert_eq!(fact(&report, "town"), "category, 2 words: 'Rome' 32, 'Oslo' 30");
        let notes: Vec<&str> =
            report.facts.iter().filter(|fact| fact.label == "note").map(|fact| &fact.text[..]).collect();
        assert!(notes.iter().any(|note| note.contains("1 row repeats another")), "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("1 row has the inputs of another row")), "{notes:?}");
        assert!(notes.iter().any(|note| note.starts_with("'late' tells the label by itself")), "{notes:?}");
        assert_eq!(notes.iter().filter(|note| note.contains("by itself")).count(), 1);
    }

    #[test]
    fn texts_in_bad_lines_and_without_an_end_are_told_with_their_lines() {
        let report = report("x", b"a\tone\n\nb\ttwo\r\n\tnone\nb\tthree");
        assert_eq!((fact(&report, "texts"), fact(&report, "longest")), ("3", "5 characters (1 word)"));
        assert_eq!((fact(&report, "a"), fact(&report, "b")), ("1 (33.3%)", "2 (66.7%)"));
        assert!(report.problems.len() == 1 && report.problems[0].contains("line 4: its class or its text"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, format!("a\tone\nb\ttwo\nb\t{}\n", "x".repeat(5000))).unwrap();
        let limits = Limits { longest_row: 1000, ..Limits::of_machine() };
        let report = check_within(&path, AsTable::default(), &limits).unwrap();
        assert_eq!(fact(&report, "texts"), "2");
        assert!(report.problems[0].contains("line 3: it does not end within 1000 bytes"), "{report:?}");
    }

    #[test]
    fn labels_texts_and_plain_text_are_told_apart() {
        let labels = report("l", &[0, 0, 8, 1, 0, 0, 0, 3, 1, 1, 0]);
        assert_eq!((fact(&labels, "samples"), fact(&labels, "1")), ("3", "2 (66.7%)"));
        let labelled = report("x", b"a\tone\nb\ttwo\nbroken\n");
        assert_eq!((fact(&labelled, "texts"), labelled.problems.len()), ("2", 1));
        let plain = report("x", b"to be or not to be");
        assert_eq!((fact(&plain, "characters"), fact(&plain, "different ones")), ("18", "7"));
        assert!(check(Path::new("/no/such/file"), AsTable::default()).is_err());
    }
}
