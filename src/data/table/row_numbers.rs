//! The numbers of rows in their tables, where some rows are left out because they are broken.

/// Numbers the rows that are kept, by those that are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowNumbers {
    /// The rows that are left out of the tables to learn from, each as how many were kept before it.
    trained: Vec<usize>,
    /// The same of the tables of the test set; what is kept of both counts.
    test: Vec<usize>,
}

impl RowNumbers {
    /// A row is left out after so many that were kept.
    pub fn leave_out(&mut self, kept: usize, is_trained: bool) {
        if is_trained { &mut self.trained } else { &mut self.test }.push(kept);
    }

    /// The number, from 1, of a kept row among all rows of its tables, those left out included. `first_test` is the place of the
    /// first row of a test set of its own.
    pub fn row_of(&self, place: usize, first_test: Option<usize>) -> usize {
        let up_to = |left_out: &[usize]| left_out.partition_point(|&kept| kept <= place);
        match first_test {
            Some(first) if place >= first => place - first + 1 + up_to(&self.test),
            Some(_) => place + 1 + up_to(&self.trained),
            // All are of one kind.
            None => place + 1 + up_to(&self.trained) + up_to(&self.test),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers_whatever_is_left_out_before_them() {
        // Of seven rows the first, third and last are broken; of the test set's three the first.
        let mut numbers = RowNumbers::default();
        [0, 1, 4].into_iter().for_each(|kept| numbers.leave_out(kept, true));
        numbers.leave_out(4, false);
        let rows: Vec<usize> = (0..6).map(|place| numbers.row_of(place, Some(4))).collect();
        assert_eq!(rows, [2, 4, 5, 6, 2, 3]);
        assert_eq!(RowNumbers::default().row_of(3, None), 4);
        let mut alone = RowNumbers::default();
        alone.leave_out(0, false);
        assert_eq!(alone.row_of(0, None), 2);
    }
}
