//! Classes by their names.

use std::cmp::Ordering;
use std::collections::HashMap;

/// Most classes.
const MOST_CLASSES: usize = 1000;

/// Classes in the order in which they appear, with their numbers.
#[derive(Default)]
pub struct Classes(HashMap<String, u32>);

impl Classes {
    /// The number of a class; `None` of one more than can be learned.
    pub fn number(&mut self, class: &str) -> Option<u32> {
        if let Some(&number) = self.0.get(class) {
            return Some(number);
        }
        let next = self.0.len() as u32;
        (self.0.len() < MOST_CLASSES).then(|| {
            self.0.insert(class.to_string(), next);
            next
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Their names in order, and the place of each by its number: numbers by their value, then words.
    ///
    /// # Errors
    /// When there are too few to learn.
    pub fn sorted(self) -> Result<(Vec<String>, Vec<u32>), String> {
        if self.0.len() < 2 {
            return Err(format!("{} classes; 2 to {MOST_CLASSES} can be learned", self.0.len()));
        }
        let mut names: Vec<(String, u32)> = self.0.into_iter().collect();
        names.sort_by(|(a, _), (b, _)| order(a, b));
        let mut places = vec![0; names.len()];
        (0..).zip(&names).for_each(|(place, &(_, number))| places[number as usize] = place);
        Ok((names.into_iter().map(|(name, _)| name).collect(), places))
    }
}

/// One order of all names, whatever the order of the rows.
fn order(a: &str, b: &str) -> Ordering {
    // Words such as `nan` and `inf` are no numbers here.
    let value = |name: &str| name.parse::<f64>().ok().filter(|value| value.is_finite());
    match (value(a), value(b)) {
        (Some(x), Some(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// What is said of a class too many.
pub fn too_many_classes() -> String {
    format!("more than {MOST_CLASSES} classes; 2 to {MOST_CLASSES} can be learned")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_by_their_value_and_before_words() {
        let mut classes = Classes::default();
        for name in ["b", "10", "nan", "9", "a", "-1.5", "10"] {
            classes.number(name).unwrap();
        }
        let (names, places) = classes.sorted().unwrap();
        assert_eq!(names, ["-1.5", "9", "10", "a", "b", "nan"]);
        assert_eq!(places, [4, 2, 5, 1, 3, 0]);
    }
}
