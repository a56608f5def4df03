//! Texts to answer, a line each.

use crate::data::import::text::without_class;
use crate::data::table::Place;
use crate::preset::counted_with;

/// The texts of a file that has one a line, without their classes, each with its line; and what is said of lines that have none, which are
/// left out.
pub(super) fn rows<'a>(text: &'a str, classes: &[String]) -> (TextRows<'a>, Option<String>) {
    let lines: Vec<(u64, &str)> = (1..).zip(text.lines().map(|line| without_class(line, classes))).collect();
    let empty = lines.iter().filter(|(_, line)| line.is_empty()).count();
    let told = (0 < empty && empty < lines.len()).then(|| {
        format!(
            "{} left out; rows are numbered by their lines",
            counted_with(empty, "empty line", ("is", "are"))
        )
    });
    let filled = lines.into_iter().filter(|(_, line)| !line.is_empty());
    (Box::new(filled.map(|(at, line)| (Some(Place::Line(at)), Ok(line)))), told)
}

/// Texts with their places in a file, or why one is none.
pub(super) type TextRows<'a> = Box<dyn Iterator<Item = (Option<Place>, Result<&'a str, String>)> + 'a>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_where_others_between_them_are_empty() {
        let (rows, told) = rows("good\ta film\n\n  \nanother\n\n", &["good".to_string()]);
        let rows: Vec<_> = rows.collect();
        let at = |line| Some(Place::Line(line));
        assert_eq!(rows, [(at(1), Ok("a film")), (at(4), Ok("another"))]);
        let wanted = "3 empty lines are left out; rows are numbered by their lines";
        assert_eq!(told.as_deref(), Some(wanted));
        assert_eq!(super::rows("", &[]).1, None);
        assert_eq!(super::rows("one\n", &[]).1, None);
    }
}
