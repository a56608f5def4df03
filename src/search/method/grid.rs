//! Every combination of some values of each setting.

use std::convert::Infallible;

use crate::preset::Assignment;
use crate::search::space::{MOST_CELLS, Space};

/// The combination with this number, from 0; the last setting changes fastest.
pub(super) fn cell(space: &Space, points: u32, number: u32) -> Option<Vec<Assignment>> {
    let values: Vec<Vec<String>> =
        space.parameters.iter().map(|parameter| parameter.domain.points(points)).collect();
    let all = space.cells(points).min(MOST_CELLS);
    let mut left = number;
    for at in 0..all {
        let mut digits = vec![0_usize; values.len()];
        let mut rest = at as usize;
        for (digit, values) in digits.iter_mut().zip(&values).rev() {
            (*digit, rest) = (rest % values.len(), rest / values.len());
        }
        let mut is_there = vec![false; values.len()];
        let settings = super::draw::infallible(space.draw(|place, _| {
            is_there[place] = true;
            Ok::<_, Infallible>(values[place][digits[place]].clone())
        }));
        // A setting that is not there has no values of its own: its first one stands for all.
        if digits.iter().zip(&is_there).any(|(digit, is_there)| *digit > 0 && !is_there) {
            continue;
        }
        if left == 0 {
            return Some(settings);
        }
        left -= 1;
    }
    None
}
