//! The order of classes: numbers by their value, then words by their letters. It is the same whatever the order of the rows.

use std::cmp::Ordering;

use super::digits;
use crate::preset::code;

/// The number that a class is called by.
fn value(name: &str) -> Option<f64> {
    // Rust reads words such as `nan` and `infinity` as numbers; as names of classes they are words. Adding zero makes one
    // zero of both.
    name.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| value + 0.0)
}

/// Which of two classes comes first.
pub fn order(a: &str, b: &str) -> Ordering {
    let by_text = || a.len().cmp(&b.len()).then_with(|| a.cmp(b));
    match (value(a), value(b)) {
        (Some(first), Some(second)) => digits::order((a, first), (b, second)).then_with(by_text),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// Whether a name is a whole number that begins with a zero that no number needs, as codes do: `007`.
pub fn is_padded(name: &str) -> bool {
    name.len() > 1 && name.starts_with('0') && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is said of names that differ in capital letters or blanks only, of classes or words; `None` where no two do.
pub fn alike_in_words<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    const NAMED: usize = 6;
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut all: Vec<(String, &str)> = names.map(|name| (plain(name), name)).collect();
    all.sort_unstable();
    all.dedup();
    let alike: Vec<&str> = all
        .chunk_by(|one, other| one.0 == other.0)
        .filter(|alike| alike.len() > 1)
        .flat_map(|alike| alike.iter().map(|(_, name)| *name))
        .collect();
    let named: Vec<String> = alike.iter().take(NAMED).map(|name| format!("'{name}'")).collect();
    let more = if alike.len() > NAMED { ", …" } else { "" };
    (!alike.is_empty()).then(|| {
        format!(
            "{}{more} differ in capital letters or blanks only: where they mean the same, write them alike",
            named.join(", ")
        )
    })
}

/// What says which names mean the same class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Same {
    /// Whether some are codes with zeros at their beginning, so that `01` is not `1`.
    are_codes: bool,
}

impl Same {
    /// What says it among these names.
    pub fn among<'a>(mut names: impl Iterator<Item = &'a str>) -> Self {
        Same { are_codes: names.any(is_padded) }
    }

    /// Which of two classes comes first; names of one class come one after the other.
    fn order(self, a: &str, b: &str) -> Ordering {
        let by_code = || order(code(a, '.'), code(b, '.'));
        if self.are_codes { by_code().then_with(|| order(a, b)) } else { order(a, b) }
    }

    /// Whether two names mean the same class: `0` and `0.0` do, and among numbers `00` does as well. Numbers that differ in a digit
    /// are two classes, also where double precision has one number for both.
    pub fn are(self, a: &str, b: &str) -> bool {
        let are_numbers = || match (value(a), value(b)) {
            (Some(first), Some(second)) => digits::order((a, first), (b, second)) == Ordering::Equal,
            _ => false,
        };
        a == b || if self.are_codes { code(a, '.') == code(b, '.') } else { are_numbers() }
    }
}

/// The classes of these names, in order, and the class of each name. A class has the shortest of its names, and of several
/// that are as short the first by its letters.
pub fn sorted(names: &[&str]) -> (Vec<String>, Vec<u32>) {
    let same = Same::among(names.iter().copied());
    let mut places: Vec<usize> = (0..names.len()).collect();
    places.sort_by(|&a, &b| same.order(names[a], names[b]));
    let mut classes: Vec<String> = Vec::new();
    let mut class_of = vec![0; names.len()];
    for place in places {
        if !classes.last().is_some_and(|last| same.are(last, names[place])) {
            classes.push(names[place].to_string());
        }
        class_of[place] = classes.len() as u32 - 1;
    }
    (classes, class_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_capital_letters_or_blanks_are_told() {
        let told = |names: &[&str]| alike_in_words(names.iter().copied());
        let rest = "differ in capital letters or blanks only: where they mean the same, write them alike";
        assert_eq!(told(&["Yes", "no", "yes"]), Some(format!("'Yes', 'yes' {rest}")));
        assert_eq!(
            told(&["New  York", "b", "new york", "B"]),
            Some(format!("'B', 'b', 'New  York', 'new york' {rest}"))
        );
        assert_eq!((told(&["yes", "no"]), told(&["a", "a"]), told(&[])), (None, None, None));
    }
    use proptest::prelude::*;

    #[test]
    fn numbers_come_before_words_and_equal_numbers_are_one_class() {
        let (classes, of) = sorted(&["1a", "10", "9", "0.0", "nan", "0", "-0", "1e1"]);
        assert_eq!(classes, ["0", "9", "10", "1a", "nan"]);
        assert_eq!(of, [3, 2, 1, 0, 4, 0, 0, 2]);
    }

    #[test]
    fn codes_with_zeros_at_their_beginning_are_classes_of_their_own() {
        let (classes, of) = sorted(&["01", "1", "1.0", "2", "001"]);
        assert_eq!(classes, ["1", "01", "001", "2"]);
        assert_eq!(of, [1, 0, 0, 3, 2]);
    }

    #[test]
    fn whole_numbers_that_double_precision_runs_together_are_two_classes() {
        let (classes, of) =
            sorted(&["1152921504606846977", "1152921504606846976", "7", "1152921504606846976.0"]);
        assert_eq!(classes, ["7", "1152921504606846976", "1152921504606846977"]);
        assert_eq!(of, [2, 1, 0, 1]);
    }

    proptest! {
        // The comparison that this one replaces was no order (rmpc #921): sorting panicked.
        #[test]
        fn the_order_is_one_and_does_not_depend_on_the_rows(
            mut names in prop::collection::vec("-?[0-9]{0,3}[a.e]?[0-9]?", 0..40), turn in 0usize..40,
        ) {
            let classes = |names: &[String]| sorted(&names.iter().map(String::as_str).collect::<Vec<_>>()).0;
            let before = classes(&names);
            let count = names.len().max(1);
            names.rotate_left(turn % count);
            prop_assert_eq!(&classes(&names), &before);
            let same = Same::among(names.iter().map(String::as_str));
            prop_assert!(before.windows(2).all(|pair| same.order(&pair[0], &pair[1]) == Ordering::Less));
        }
    }
}
