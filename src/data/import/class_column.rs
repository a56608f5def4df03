//! Which columns of a table could be the classes of its files or texts, and which the values of its files.

use super::named_label::{named_label, place_called};
use super::seen::Seen;
use crate::data::Error;
use crate::data::table::columns::the_one;
use crate::data::table::{Column, shown_column};

/// More different whole numbers than this are values, as in any table.
const MOST_NUMBERS: usize = 20;
/// What the classes of files and texts are called, beside what any label is called.
const OF_FILES: &[&str] =
    &["category", "classname", "breed", "genre", "emotion", "sentiment", "kind", "type", "classid"];
/// Fewer rows may have a class each.
const FEW_ROWS: u64 = 10;

/// The column of the classes or values.
#[derive(Debug)]
pub struct Chosen {
    /// Its name, or where it has none its number.
    pub name: String,
    /// Whether its name says that it has the classes, and nobody else does.
    pub is_by_name: bool,
    /// Rows in which it is empty.
    pub missing: u64,
    /// The columns that are no classes, and why: for a comment; empty where there are none.
    pub others: String,
}

/// How a preset calls a column: by its name, or where it has none by its number.
pub(super) fn called(names: &[String], place: usize) -> String {
    match &names[place][..] {
        "" => (place + 1).to_string(),
        name => name.to_string(),
    }
}

/// What is said of numbers that are no classes.
const VALUES: &str = "numbers that are values";

/// Why a column cannot be the classes of so many rows; `None` where it can.
fn no_classes(column: &Column, rows: u64) -> Option<String> {
    let known = rows - column.missing;
    let (words, are_many) = (&column.words.counts, column.words.are_many);
    let different = words.len() as u64;
    let is_whole = |word: &str| word.parse::<f64>().is_ok_and(|number| number.fract() == 0.0);
    if known == 0 {
        return Some("no cell has a value".into());
    }
    if column.numbers * 2 > known {
        let has_fraction = words.keys().any(|word| word.contains(['.', ',']) && !is_whole(word));
        return (are_many || has_fraction || words.len() > MOST_NUMBERS).then(|| VALUES.into());
    }
    if column.dates.best().0 * 2 > known {
        return Some("dates".into());
    }
    if are_many || different == known && known > 3 || different * 2 > known && known > FEW_ROWS {
        return Some("nearly every row has another word, as names have".into());
    }
    (different == 1).then(|| "all rows have the same".into())
}

/// The column that has the classes: the one that a person names, or whose name says it, or the last one that can; of files also one
/// of values, where a person names it or none has classes. `inputs` is the place of the files or texts, `of` what they are.
///
/// # Errors
/// When there is none, or the one that is named has no classes: with the columns that could be.
pub fn chosen(
    file: &str,
    seen: &Seen,
    inputs: usize,
    of: &str,
    target: Option<&str>,
) -> Result<Chosen, Error> {
    let Seen { names, profile, .. } = seen;
    let broken = |problem: String| Error::Broken { origin: file.into(), problem };
    let shown = |place: usize| shown_column(&names[place], place);
    let others = (0..names.len()).rev().filter(|place| *place != inputs);
    let (mut can, mut cannot) = (Vec::new(), Vec::new());
    for place in others {
        match no_classes(&profile.columns[place], profile.rows) {
            None => can.push(place),
            Some(why) => cannot.push((place, why)),
        }
    }
    let in_words = |those: &[(usize, String)]| {
        let those: Vec<String> =
            those.iter().rev().map(|(place, why)| format!("{} ({why})", shown(*place))).collect();
        those.join(", ")
    };
    let named =
        |places: &[usize]| places.iter().rev().map(|&place| shown(place)).collect::<Vec<_>>().join(", ");
    let by_name = || named_label(seen).or_else(|| place_called(seen, OF_FILES, |place| can.contains(&place)));
    let by_name = by_name().filter(|place| can.contains(place) && target.is_none());
    // What is predicted of a text as a value is one column among others: a table of columns.
    let has_values = |(_, why): &&(usize, String)| of == "files" && why == VALUES;
    let values = cannot.iter().find(has_values).map(|(place, _)| *place);
    let place = match target {
        None => by_name.or(can.first().copied()).or(values).ok_or_else(|| {
            let why = match cannot.is_empty() {
                true => "this one has no other column".into(),
                false => format!("none of its others has classes: {}", in_words(&cannot)),
            };
            broken(format!(
                "a table of {of} needs a column with a class for each, and {why}. Add one; numbers can be made classes by cutting them \
                 into ranges, such as low, middle, high"
            ))
        })?,
        Some(target) => {
            let place = the_one(names, target).map_err(broken)?.ok_or_else(|| {
                let all = (0..names.len()).map(shown).collect::<Vec<_>>().join(", ");
                broken(format!("there is no column '{target}'; there are: {all}"))
            })?;
            if place == inputs {
                return Err(broken(format!("column {} names the {of}, and cannot be their class as well", shown(place))));
            }
            let refused = cannot.iter().filter(|cannot| !has_values(cannot));
            if let Some((_, why)) = { refused }.find(|(other, _)| *other == place) {
                let instead = match can.is_empty() {
                    true => "none of its columns has classes".into(),
                    false => format!("--target takes one of: {}", named(&can)),
                };
                return Err(broken(format!(
                    "a table of {of} is learned with a class for each, and column {} has none ({why}); {instead}",
                    shown(place)
                )));
            }
            place
        }
    };
    cannot.retain(|(other, _)| *other != place);
    let others =
        if cannot.is_empty() { String::new() } else { format!("No classes: {}.", in_words(&cannot)) };
    Ok(Chosen {
        name: called(names, place),
        is_by_name: by_name.is_some(),
        missing: profile.columns[place].missing,
        others,
    })
}
