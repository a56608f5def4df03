//! A count with its noun.

use std::fmt::Display;

/// `1 row`, `2 rows`, `0 classes`, `3 more entries`: the last word is put into the plural.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    if count == N::from(1) {
        return format!("{count} {noun}");
    }
    let is_vowel = |letter: char| "aeiou".contains(letter);
    let (stem, end) = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(is_vowel) => (stem, "ies"),
        _ if noun.ends_with(['s', 'x'])
            || noun.ends_with("sh")
            || (noun.ends_with("ch") && noun != "epoch") =>
        {
            (noun, "es")
        }
        _ => (noun, "s"),
    };
    format!("{count} {stem}{end}")
}

/// A count with its noun and its verb, in the singular and in the plural: `1 row is`, `2 rows are`.
pub fn counted_with<N: Display + PartialEq + From<u8>>(
    count: N,
    noun: &str,
    (is, are): (&str, &str),
) -> String {
    let verb = if count == N::from(1) { is } else { are };
    format!("{} {verb}", counted(count, noun))
}

/// A part of so many with its verb: `1 of 301 rows is`, `2 of 3 rows are`.
pub fn counted_of<N: Display + PartialEq + From<u8>>(
    part: N,
    all: N,
    noun: &str,
    (is, are): (&str, &str),
) -> String {
    let verb = if part == N::from(1) { is } else { are };
    format!("{part} of {} {verb}", counted(all, noun))
}

#[cfg(test)]
mod tests {
    use super::{counted, counted_of};

    #[test]
    fn the_verb_behind_a_part_is_that_of_the_part() {
        let of = |part, all| counted_of(part, all, "row", ("is", "are"));
        assert_eq!(
            (of(1_u64, 301), of(2, 3), of(1, 1)),
            ("1 of 301 rows is".into(), "2 of 3 rows are".into(), "1 of 1 row is".into())
        );
    }

    #[test]
    fn one_is_singular_and_every_other_count_is_plural() {
        assert_eq!((counted(1_u64, "row"), counted(2_u64, "row")), ("1 row".into(), "2 rows".into()));
        assert_eq!(
            (counted(2_u64, "epoch"), counted(2_u64, "batch")),
            ("2 epochs".into(), "2 batches".into())
        );
        assert_eq!(
            (counted(0_u32, "class"), counted(1_u32, "class")),
            ("0 classes".into(), "1 class".into())
        );
        assert_eq!(
            (counted(3_u16, "more entry"), counted(2_u8, "day")),
            ("3 more entries".into(), "2 days".into())
        );
    }
}
