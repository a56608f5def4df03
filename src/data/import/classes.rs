//! Classes by their names.

use std::collections::HashMap;

use crate::data::table::classes::sorted;

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
        let mut names = vec![""; self.0.len()];
        self.0.iter().for_each(|(name, &number)| names[number as usize] = name);
        match sorted(&names) {
            (classes, _) if classes.len() < 2 => {
                Err(format!("{} class; 2 to {MOST_CLASSES} can be learned", classes.len()))
            }
            sorted => Ok(sorted),
        }
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
