//! The order of classes: numbers by their value, then words by their letters. It is the same whatever the order of the rows.

use std::cmp::Ordering;

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
        (Some(first), Some(second)) => first.total_cmp(&second).then_with(by_text),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// Whether two names mean the same class: `0`, `0.0` and `00` do.
pub fn are_same(a: &str, b: &str) -> bool {
    a == b || value(a).is_some_and(|first| value(b) == Some(first))
}

/// The classes of these names, in order, and the class of each name. A class has the shortest of its names, and of several
/// that are as short the first by its letters.
pub fn sorted(names: &[&str]) -> (Vec<String>, Vec<u32>) {
    let mut places: Vec<usize> = (0..names.len()).collect();
    places.sort_by(|&a, &b| order(names[a], names[b]));
    let mut classes: Vec<String> = Vec::new();
    let mut class_of = vec![0; names.len()];
    for place in places {
        if !classes.last().is_some_and(|last| are_same(last, names[place])) {
            classes.push(names[place].to_string());
        }
        class_of[place] = classes.len() as u32 - 1;
    }
    (classes, class_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_come_before_words_and_equal_numbers_are_one_class() {
        let (classes, of) = sorted(&["1a", "10", "9", "0.0", "nan", "00", "0", "-0", "1e1"]);
        assert_eq!(classes, ["0", "9", "10", "1a", "nan"]);
        assert_eq!(of, [3, 2, 1, 0, 4, 0, 0, 0, 2]);
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
            prop_assert!(before.windows(2).all(|pair| order(&pair[0], &pair[1]) == Ordering::Less));
        }
    }
}
