//! First lines that name no columns: a row of values stands where the names should be.

use std::cmp::Ordering;

use super::cell::Numbers;
use super::dates;

/// Names from which an order is no accident.
const MANY: usize = 8;

/// What is odd about the names of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Odd {
    /// They are values, as those of a row.
    Refused(String),
    /// They may be names or values.
    Told(String),
}

/// The number that a name is: itself, or that of its date.
fn value(name: &str) -> Option<f64> {
    let number = Numbers::default().parse(name).filter(|number| number.is_finite());
    let date = || dates::parse(name, false).or_else(|| dates::parse_time(name));
    number.or_else(|| date().map(|date| date.and_utc().timestamp() as f64))
}

/// Whether numbers are those that a program or a person gives columns: 0, 1, 2 … in any order, or many in order, as years or wavelengths.
fn are_names(values: &[f64]) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let are_steps = sorted.windows(2).all(|pair| pair[1] - pair[0] == 1.0);
    are_steps && values.len() > 1 && values[0].fract() == 0.0 || values.len() >= MANY && are_in_order(values)
}

fn are_in_order(values: &[f64]) -> bool {
    let is = |wanted: Ordering| values.windows(2).all(|pair| pair[0].total_cmp(&pair[1]) == wanted);
    is(Ordering::Less) || is(Ordering::Greater)
}

/// What is odd about these names.
pub fn odd(names: &[String]) -> Option<Odd> {
    let values: Vec<f64> = names.iter().filter_map(|name| value(name)).collect();
    if values.len() * 2 < names.len() || values.is_empty() || are_names(&values) {
        return None;
    }
    let start = names.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
    let shown = if names.len() > 4 { start + ", …" } else { start };
    let are_all = values.len() == names.len();
    let may_be_years = are_in_order(&values) && values.iter().all(|value| value.fract() == 0.0);
    Some(match are_all && !may_be_years {
        true => Odd::Refused(format!(
            "the names of the columns are all numbers or dates, as in a row of values: {shown}; header: false in a preset takes \
             them for a row, or write a line with names above"
        )),
        false => Odd::Told(format!(
            "it names the columns, although {} of {} names look like values: {shown}; header: false takes it for a row",
            values.len(),
            names.len()
        )),
    })
}

/// Whether the names that are numbers or dates are those that a program or a person gives columns: 0, 1, 2 …, or many in order.
pub fn are_numbers_in_order(names: &[String]) -> bool {
    let values: Vec<f64> = names.iter().filter_map(|name| value(name)).collect();
    values.len() > 1
        && (are_names(&values) || are_in_order(&values) && values.iter().all(|x| x.fract() == 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(names: &str) -> Option<bool> {
        let names: Vec<String> = names.split(' ').map(str::to_string).collect();
        odd(&names).map(|odd| matches!(odd, Odd::Refused(_)))
    }

    #[test]
    fn a_row_of_values_is_no_line_of_names() {
        for row in ["0.51 0.12 1", "5.1 3.5 1.4 0.2 0", "3 3 7", "2024-01-02 0.5 0.1", "0.1 0.2 1"] {
            assert_eq!(seen(row), Some(true), "{row}");
        }
        // These may be names.
        for row in ["0.51 0.12 yes", "2010 2015 2020", "2024-01-01 0.51 yes"] {
            assert_eq!(seen(row), Some(false), "{row}");
        }
        let are_ordered =
            |names: &str| are_numbers_in_order(&names.split(' ').map(str::to_string).collect::<Vec<_>>());
        assert!(
            !are_ordered("5.1 3.5 1.4 0.2 setosa") && !are_ordered("3 3 7") && !are_ordered("39 77516 13")
        );
        assert!(are_ordered("2010 2015 2020") && are_ordered("0 1 2 3 y") && !are_ordered("a b 1"));
        for names in ["0 1 2 3", "1 2 3 y", "2 0 1", "a b 1", "1990 1991 1992 rate", "a", "x1 x2"] {
            assert_eq!(seen(names), None, "{names}");
        }
        assert_eq!(seen("400.5 401 402.5 403 404 405 406.5 407 408 y"), None);
    }
}
