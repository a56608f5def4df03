//! Whether the numbers of a row are the sums, or the means, of the rows above or below it.

/// The share by which a sum of rounded numbers may be off, and a mean that is rounded itself.
const OFF: f64 = 1e-3;
const MEAN_OFF: f64 = 5e-3;
/// Groups of rows before or behind a row that are added one by one to find its own.
const GROUPS: usize = 64;

/// What the numbers of a column come to over some rows.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    count: f64,
    sum: f64,
    /// The sum of their sizes.
    size: f64,
    least: f64,
    greatest: f64,
}

impl Default for Added {
    fn default() -> Self {
        Added { count: 0.0, sum: 0.0, size: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY }
    }
}

impl Added {
    fn add(&mut self, number: f64) {
        self.join(&Added { count: 1.0, sum: number, size: number.abs(), least: number, greatest: number });
    }

    fn join(&mut self, other: &Added) {
        self.count += other.count;
        self.sum += other.sum;
        self.size += other.size;
        (self.least, self.greatest) = (self.least.min(other.least), self.greatest.max(other.greatest));
    }
}

/// What the columns come to over some rows.
pub type Group = Vec<Added>;

/// Adds a row to a group; what is no number is NaN.
pub fn add(group: &mut Group, row: &[f64]) {
    group.resize(row.len().max(group.len()), Added::default());
    group
        .iter_mut()
        .zip(row)
        .filter(|(_, number)| number.is_finite())
        .for_each(|(added, &number)| added.add(number));
}

pub fn join(group: &mut Group, other: &Group) {
    group.resize(other.len().max(group.len()), Added::default());
    group.iter_mut().zip(other).for_each(|(added, other)| added.join(other));
}

/// How the numbers of a row go with those of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// They are its sums or means.
    Is,
    /// They are, but the group has a single row, which any row may be like.
    May,
    No,
}

/// How the numbers of a row go with those of a group; `is_mean`: the row says that it is a mean. `is_silent`: nothing but its numbers
/// says that it is a sum, so that all of them have to be sums.
pub fn fit(row: &[f64], group: &Group, is_mean: bool, is_silent: bool) -> Fit {
    let (mut compared, mut sums, mut means, mut same) = (0, 0, 0, 0);
    for (&number, of) in row.iter().zip(group).filter(|(number, of)| number.is_finite() && of.count > 0.0) {
        // A number that all rows have says nothing.
        if of.least == of.greatest && number == of.least {
            same += usize::from(of.count == 1.0 && number != 0.0);
            continue;
        }
        let near = |wanted: f64, off: f64| (number - wanted).abs() <= off;
        compared += 1;
        let mean = of.sum / of.count;
        if near(of.sum, OFF * of.size) {
            sums += 1;
        } else if of.count > 1.0 && near(mean, MEAN_OFF * mean.abs()) {
            means += 1;
        }
    }
    let says = if is_mean { means } else { sums };
    match () {
        () if is_silent && sums < compared => Fit::No,
        () if says > 0 && (sums + means) * 2 >= compared => Fit::Is,
        () if compared == 0 && same > 0 => Fit::May,
        () => Fit::No,
    }
}

/// A row that may be a sum.
#[derive(Clone, Copy, Debug)]
pub struct Perhaps<'a> {
    /// Its numbers; NaN where there is none.
    pub row: &'a [f64],
    /// It says that it is a mean.
    pub is_mean: bool,
    /// Rows that say the same in the same column have the same number here.
    pub kind: usize,
}

/// Which of these rows are sums by their numbers. `groups` are the rows between them: those before the first, those between it and the
/// second, and so on up to those behind the last.
pub fn sums(rows: &[Perhaps], mut groups: Vec<Group>) -> Vec<bool> {
    let mut fits = vec![Fit::No; rows.len()];
    let mut whole = Group::new();
    for (at, perhaps) in rows.iter().enumerate() {
        join(&mut whole, &groups[at]);
        let fits_to = |group: &Group| fit(perhaps.row, group, perhaps.is_mean, false);
        let mut best = fits_to(&whole);
        let (above, below) = groups.split_at(at + 1);
        let mut try_all = |groups: &mut dyn Iterator<Item = &Group>| {
            let mut group = Group::new();
            for next in groups {
                join(&mut group, next);
                match fits_to(&group) {
                    Fit::Is => best = Fit::Is,
                    Fit::May if best == Fit::No => best = Fit::May,
                    Fit::May | Fit::No => {}
                }
            }
        };
        try_all(&mut above.iter().rev().take(GROUPS));
        try_all(&mut below.iter().take(GROUPS));
        if best != Fit::Is && below.len() > GROUPS {
            let mut rest = Group::new();
            below.iter().for_each(|next| join(&mut rest, next));
            best = if fits_to(&rest) == Fit::Is { Fit::Is } else { best };
        }
        fits[at] = best;
        // A row like any other counts among them.
        if best == Fit::No {
            add(&mut groups[at + 1], perhaps.row);
        }
    }
    let kinds = rows.iter().map(|row| row.kind + 1).max().unwrap_or_default();
    let mut counts = vec![(0_usize, 0_usize); kinds];
    for (row, fit) in rows.iter().zip(&fits) {
        let (are, others) = &mut counts[row.kind];
        *are += usize::from(*fit == Fit::Is);
        *others += usize::from(*fit == Fit::No);
    }
    let is_sum = |(row, fit): (&Perhaps, &Fit)| {
        let (are, others) = counts[row.kind];
        // Where most rows of a kind are no sums, the others are so by chance.
        are > 0 && *fit != Fit::No && (are + others < 3 || are >= others)
    };
    rows.iter().zip(&fits).map(is_sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with a number each, of which some may be sums.
    fn found(table: &[(f64, bool)]) -> Vec<bool> {
        let mut groups = vec![Group::new()];
        let cells: Vec<[f64; 1]> = table.iter().map(|(number, _)| [*number]).collect();
        let mut rows = Vec::new();
        for ((_, may_be), row) in table.iter().zip(&cells) {
            match may_be {
                true => {
                    rows.push(Perhaps { row, is_mean: false, kind: 0 });
                    groups.push(Group::new());
                }
                false => add(groups.last_mut().unwrap(), row),
            }
        }
        sums(&rows, groups)
    }

    #[test]
    fn sums_stand_below_above_and_between_the_rows_that_they_sum() {
        let (row, may) = (|number| (number, false), |number| (number, true));
        assert_eq!(found(&[row(2.5), row(3.0), row(9.0), may(14.5)]), [true]);
        assert_eq!(found(&[may(14.5), row(2.5), row(3.0), row(9.0)]), [true]);
        // Subtotals and their sum.
        let table = [row(2.0), row(3.0), may(5.0), row(7.0), row(11.0), may(18.0), may(23.0)];
        assert_eq!(found(&table), [true, true, true]);
        // A group of one row.
        assert_eq!(found(&[row(2.0), row(3.0), may(5.0), row(7.0), may(7.0), may(12.0)]), [true, true, true]);
        // A row that is called so and is none counts for the sum below it.
        assert_eq!(found(&[row(2.0), may(4.0), row(3.0), row(9.0), may(18.0)]), [false, true]);
    }

    #[test]
    fn rows_that_are_like_a_sum_by_chance_are_none() {
        let (row, may) = (|number| (number, false), |number| (number, true));
        assert_eq!(
            found(&[row(1.0), row(2.0), may(3.0), row(4.0), row(2.0), may(5.0), row(6.0), may(9.0)]),
            [false; 3]
        );
        assert_eq!(found(&[row(0.0), row(0.0), may(0.0)]), [false]);
        assert_eq!(found(&[row(2020.0), row(2020.0), may(2020.0)]), [false]);
        assert_eq!(found(&[row(7.0), may(7.0)]), [false]);
    }

    #[test]
    fn a_mean_is_one_where_the_row_says_so() {
        let (row, mean) = ([[1.0], [2.0], [6.0]], [3.0]);
        let mut group = Group::new();
        row.iter().for_each(|row| add(&mut group, row));
        let of =
            |is_mean| sums(&[Perhaps { row: &mean, is_mean, kind: 0 }], vec![group.clone(), Group::new()]);
        assert_eq!((of(true), of(false)), (vec![true], vec![false]));
    }
}
