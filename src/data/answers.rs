//! What samples are to be answered with: classes or values, and the one read as the other.

use std::collections::BTreeSet;

use super::dataset::Batch;
use super::labels;
use super::numbers::spread;
use crate::preset::{Labels, Scale, Scaling, Spread, TargetKind, TargetsAs, ValuesAre};

/// The largest number of classes that values are taken for.
pub const MOST_CLASSES: usize = 1000;
/// More different whole numbers than this are values, where nobody says what they are.
pub const MOST_LIKELY_CLASSES: usize = 20;

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub enum Answers {
    /// One of these classes per sample.
    Classes {
        /// The class of each sample.
        of: Vec<u32>,
        /// Their names.
        names: Vec<String>,
    },
    /// `[samples, width]` real values.
    Values {
        /// How many values per sample.
        width: usize,
        /// Row after row, in the data's own unit.
        values: Vec<f64>,
        /// How each of the `width` is scaled for the network.
        scales: Vec<Scale>,
        /// What each of the `width` is called; empty where they have no names.
        names: Vec<String>,
    },
    /// Nothing: the samples are all that there is.
    Nothing {
        /// How many samples there are.
        count: usize,
    },
}

/// Which classes numbers can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// Each number that occurs is the name of a class, as in a table.
    Names,
    /// From 0 to the largest number, as in an array.
    FromZero,
}

impl Answers {
    /// Values that are not scaled yet.
    pub fn values(width: usize, values: Vec<f64>) -> Self {
        Answers::Values { width, values, scales: vec![Scale::NONE; width], names: Vec::new() }
    }

    /// The same, with these names for the values of a sample; classes keep their own.
    #[must_use]
    pub fn called(mut self, called: Vec<String>) -> Self {
        if let Answers::Values { names, .. } = &mut self {
            *names = called;
        }
        self
    }

    /// What they are.
    pub fn kind(&self) -> TargetKind {
        match self {
            Answers::Classes { names, .. } => TargetKind::Classes(names.clone()),
            Answers::Values { width, .. } => TargetKind::Values(*width),
            Answers::Nothing { .. } => TargetKind::Values(0),
        }
    }

    /// What the values are like; `Any` for classes.
    pub fn values_are(&self) -> ValuesAre {
        let Answers::Values { width, values, .. } = self else { return ValuesAre::Any };
        if !values.iter().all(|x| (0.0..=1.0).contains(x)) {
            return ValuesAre::Any;
        }
        // As near to 1 as single precision comes with as many terms.
        let is_whole = |row: &[f64]| (row.iter().sum::<f64>() - 1.0).abs() < 1e-3;
        match *width > 1 {
            true if values.chunks_exact(*width).all(is_whole) => ValuesAre::Distributions,
            true if values.iter().all(|&x| x == 0.0 || x == 1.0) => ValuesAre::Flags,
            _ => ValuesAre::Shares,
        }
    }

    /// Each sample's class; all the same where they are none.
    pub fn classes(&self) -> Vec<u32> {
        match self {
            Answers::Classes { of, .. } => of.clone(),
            Answers::Values { width, values, .. } => vec![0; values.len() / (*width).max(1)],
            Answers::Nothing { count } => vec![0; *count],
        }
    }

    /// The same answers read the other way: classes with numbers for names as values, whole numbers and rows with a single
    /// one as classes. `None` where there is no other way.
    pub fn other(&self, numbering: Numbering) -> Option<Self> {
        match self {
            Answers::Nothing { .. } => None,
            Answers::Classes { of, names } => {
                let numbers: Vec<f64> =
                    names.iter().map(|name| name.trim().parse().ok()).collect::<Option<_>>()?;
                Some(Answers::values(1, of.iter().map(|&class| numbers[class as usize]).collect()))
            }
            Answers::Values { width: 1, values, .. } => {
                let is_class = |x: &f64| x.fract() == 0.0 && x.abs() < 2.0_f64.powi(53);
                if !values.iter().all(is_class) {
                    return None;
                }
                let numbers: Vec<i64> = values.iter().map(|&x| x as i64).collect();
                let used: BTreeSet<i64> = numbers.iter().copied().collect();
                let &most = used.last()?;
                let named: Vec<i64> = match numbering {
                    Numbering::FromZero if are_places(&used) => (0..=most).collect(),
                    // Numbers below 0 are no places, nor are codes such as 10, 20, 30 or 4000.
                    Numbering::Names | Numbering::FromZero if used.len() <= MOST_CLASSES => {
                        used.into_iter().collect()
                    }
                    Numbering::Names | Numbering::FromZero => return None,
                };
                let class = |number: i64| named.partition_point(|&name| name < number) as u32;
                Some(Answers::Classes {
                    of: numbers.into_iter().map(class).collect(),
                    names: named.iter().map(ToString::to_string).collect(),
                })
            }
            Answers::Values { width, values, names, .. } => {
                let one = |row: &[f64]| {
                    let (zeros, ones) =
                        (row.iter().filter(|&&x| x == 0.0).count(), row.iter().position(|&x| x == 1.0));
                    ones.filter(|_| zeros + 1 == row.len()).map(|place| place as u32)
                };
                let of = values.chunks_exact(*width).map(one).collect::<Option<Vec<u32>>>()?;
                let numbered = || (0..*width).map(|class| class.to_string()).collect();
                let names = if names.len() == *width { names.clone() } else { numbered() };
                Some(Answers::Classes { of, names })
            }
        }
    }

    /// The answers as a training wants them, where they can be read so.
    pub fn read_as(self, wanted: TargetsAs, numbering: Numbering) -> Self {
        let is_wanted = match (&self, wanted) {
            (Answers::Nothing { .. }, _)
            | (_, TargetsAs::Suggested)
            | (Answers::Classes { .. }, TargetsAs::Classes)
            | (Answers::Values { .. }, TargetsAs::Values) => true,
            (Answers::Classes { .. }, TargetsAs::Values) | (Answers::Values { .. }, TargetsAs::Classes) => {
                false
            }
        };
        if is_wanted { self } else { self.other(numbering).unwrap_or(self) }
    }

    /// Says how values are scaled, by those of the samples `train`.
    pub fn fit(&mut self, train: &[u32], scaling: Scaling) {
        let spreads = self.spreads(train);
        if let Answers::Values { scales, .. } = self {
            *scales = spreads.into_iter().map(|spread| scaling.scale(spread)).collect();
        }
    }

    /// What the values of the samples `train` are like, one for each of a sample; none of classes.
    pub fn spreads(&self, train: &[u32]) -> Vec<Spread> {
        let Answers::Values { width, values, .. } = self else { return Vec::new() };
        let of = |place| train.iter().map(move |&row| values[row as usize * width + place]);
        (0..*width).map(|place| spread(of(place))).collect()
    }

    /// The first value that is not between 0 and 1: its sample and itself.
    pub fn beyond_shares(&self) -> Option<(usize, f64)> {
        let Answers::Values { width, values, .. } = self else { return None };
        let place = values.iter().position(|x| !(0.0..=1.0).contains(x))?;
        Some((place / width, values[place]))
    }

    /// Writes the answers of the samples at these places into a batch's targets.
    pub fn fill(&self, places: impl Iterator<Item = usize>, form: Labels, batch: &mut Batch) {
        match self {
            Answers::Nothing { .. } => batch.take_values().clear(),
            Answers::Classes { of, names } => {
                labels::fill(places.map(|place| of[place]), names.len(), form, batch);
            }
            Answers::Values { width, values, scales, .. } => {
                let targets = batch.take_values();
                for place in places {
                    let row = &values[place * width..][..*width];
                    targets.extend(row.iter().zip(scales).map(|(&value, scale)| scale.apply(value)));
                }
            }
        }
    }

    /// The classes' names; empty where there are none.
    pub fn names(&self) -> &[String] {
        match self {
            Answers::Classes { names, .. } => names,
            Answers::Values { .. } | Answers::Nothing { .. } => &[],
        }
    }

    /// What each of a sample's values is called; empty where they have no names.
    pub fn labels(&self) -> &[String] {
        match self {
            Answers::Values { names, .. } => names,
            Answers::Classes { .. } | Answers::Nothing { .. } => &[],
        }
    }

    /// The class of the sample at a place.
    pub fn class(&self, place: usize) -> Option<u32> {
        match self {
            Answers::Classes { of, .. } => of.get(place).copied(),
            Answers::Values { .. } | Answers::Nothing { .. } => None,
        }
    }

    /// The values of the sample at a place, as the data has them.
    pub fn values_of(&self, place: usize) -> Option<&[f64]> {
        match self {
            Answers::Classes { .. } | Answers::Nothing { .. } => None,
            Answers::Values { width, values, .. } => values.chunks_exact((*width).max(1)).nth(place),
        }
    }

    /// How values are scaled; empty where there are none.
    pub fn scales(&self) -> &[Scale] {
        match self {
            Answers::Values { scales, .. } => scales,
            Answers::Classes { .. } | Answers::Nothing { .. } => &[],
        }
    }
}

/// Whether whole numbers are the places of classes, from 0 to the largest, of which some may not occur: of as many as the largest has
/// places, more than half do, or the numbers begin with 0 or 1 as places do.
fn are_places(numbers: &BTreeSet<i64>) -> bool {
    let (Some(&least), Some(&most)) = (numbers.first(), numbers.last()) else { return false };
    let begin_so = matches!(least, 0 | 1);
    (0..MOST_CLASSES as i64).contains(&most)
        && least >= 0
        && (begin_so || numbers.len() as i64 * 2 > most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(of: &[u32], names: &[&str]) -> Answers {
        Answers::Classes { of: of.to_vec(), names: names.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn whole_numbers_are_classes_or_values_as_a_training_wants_them() {
        let floats = Answers::values(1, vec![2.0, 0.0, 3.0]);
        let read = |numbering| floats.clone().read_as(TargetsAs::Classes, numbering);
        assert_eq!(read(Numbering::FromZero), classes(&[2, 0, 3], &["0", "1", "2", "3"]));
        assert_eq!(read(Numbering::Names), classes(&[1, 0, 2], &["0", "2", "3"]));
        let years = classes(&[1, 0], &["1999", "2007"]);
        assert_eq!(
            years.read_as(TargetsAs::Values, Numbering::Names),
            Answers::values(1, vec![2007.0, 1999.0])
        );
        let grades = Answers::values(1, vec![-1.0, 2.0]);
        let codes = Answers::values(1, vec![4000.0, 1000.0]);
        assert_eq!(
            codes.read_as(TargetsAs::Classes, Numbering::FromZero),
            classes(&[1, 0], &["1000", "4000"])
        );
        let tens = Answers::values(1, vec![20.0, 10.0, 40.0, 30.0]);
        assert_eq!(
            tens.read_as(TargetsAs::Classes, Numbering::FromZero),
            classes(&[1, 0, 3, 2], &["10", "20", "30", "40"])
        );
        for numbering in [Numbering::FromZero, Numbering::Names] {
            let read = grades.clone().read_as(TargetsAs::Classes, numbering);
            assert_eq!(read, classes(&[0, 1], &["-1", "2"]));
        }
    }

    #[test]
    fn what_can_be_read_in_one_way_only_stays() {
        for (answers, wanted) in [
            (Answers::values(1, vec![0.5, 1.0]), TargetsAs::Classes),
            (Answers::values(2, vec![1.0, 1.0]), TargetsAs::Classes),
            (classes(&[0], &["cat"]), TargetsAs::Values),
        ] {
            assert_eq!(answers.clone().read_as(wanted, Numbering::Names), answers);
        }
    }

    #[test]
    fn rows_with_a_single_one_are_classes() {
        let rows = Answers::values(3, vec![0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(rows.values_are(), ValuesAre::Distributions);
        assert_eq!(
            rows.clone().read_as(TargetsAs::Classes, Numbering::FromZero),
            classes(&[1, 0], &["0", "1", "2"])
        );
        let called = rows.clone().called(["cat", "dog", "owl"].map(String::from).to_vec());
        assert_eq!(called.other(Numbering::Names), Some(classes(&[1, 0], &["cat", "dog", "owl"])));
        let labels = Answers::values(2, vec![1.0, 1.0, 0.0, 0.0]);
        assert_eq!((labels.values_are(), labels.other(Numbering::FromZero)), (ValuesAre::Flags, None));
        assert_eq!(Answers::values(2, vec![0.5, 1.0]).values_are(), ValuesAre::Shares);
        assert_eq!(Answers::values(1, vec![0.0, 1.5]).beyond_shares(), Some((1, 1.5)));
    }

    #[test]
    fn a_time_in_seconds_keeps_its_digits() {
        let mut times = Answers::values(1, (0..4).map(|second| 1.7e9 + f64::from(second)).collect());
        times.fit(&[0, 1, 2, 3], Scaling::Unit);
        let mut batch = Batch::default();
        times.fill(0..4, Labels::OneHot, &mut batch);
        let crate::data::Targets::Values(filled) = batch.targets else { panic!("values were filled in") };
        let thirds = [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0];
        assert!(filled.iter().zip(thirds).all(|(x, third)| (x - third).abs() < 1e-6), "{filled:?}");
    }
}
