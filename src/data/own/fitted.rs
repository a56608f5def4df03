//! What the training samples say about inputs: their scales, and what stands in for missing numbers.

use crate::data::Error;
use crate::data::dataset::Scale;
use crate::data::import::rows::{Rows, for_all};
use crate::data::numbers::Moments;
use crate::data::table::Recoded;
use crate::preset::Spread;

/// What is done to inputs before the network gets them, as the training samples say.
pub struct Fitted {
    /// Their scales, repeated along a sample; empty: they are not scaled.
    pub scales: Vec<Scale>,
    /// What stands in for a missing value, likewise.
    pub fills: Vec<f64>,
    /// The least and the greatest number that the training samples had; `None` where nobody looked.
    pub range: Option<(f64, f64)>,
    /// The columns of words whose rows were read before their words were chosen.
    pub recoded: Vec<Recoded>,
}

impl Fitted {
    /// Brings the numbers of a sample from its `first` on to what the network gets.
    pub(super) fn apply(&self, first: usize, numbers: &[f64], out: &mut [f32]) {
        let mut fills = repeated(&self.fills, first);
        let mut known = |x: &f64| {
            let fill = fills.next();
            if x.is_nan() { fill.copied().unwrap_or(*x) } else { *x }
        };
        match &self.scales[..] {
            [] => out.iter_mut().zip(numbers).for_each(|(out, x)| *out = known(x) as f32),
            // Pixels have one scale and no missing values.
            [scale] if self.fills.is_empty() => {
                out.iter_mut().zip(numbers).for_each(|(out, x)| *out = scale.apply(*x));
            }
            scales => {
                let scales = repeated(scales, first);
                out.iter_mut()
                    .zip(numbers)
                    .zip(scales)
                    .for_each(|((out, x), scale)| *out = scale.apply(known(x)));
            }
        }
    }
}

/// What repeats along a sample, from its `first` number on; nothing of nothing.
pub fn repeated<T>(all: &[T], first: usize) -> impl Iterator<Item = &T> {
    all.iter().cycle().skip(first % all.len().max(1))
}

/// What each feature of these samples is like.
pub(super) fn spreads(rows: &dyn Rows, train: &[u32], features: usize) -> Result<Vec<Spread>, Error> {
    let mut moments = vec![Moments::default(); features];
    rows.each(train, &mut |_, first, cells| {
        let places = (first % features..features).chain((0..features).cycle());
        places.zip(cells).for_each(|(feature, &x)| moments[feature].add(x));
        Ok(())
    })?;
    Ok(moments.into_iter().map(Moments::spread).collect())
}

/// The least and the greatest number of all rows.
///
/// # Errors
/// When they cannot be read any more.
pub fn ends(rows: &dyn Rows) -> Result<(f64, f64), Error> {
    let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
    for_all(rows, &mut |_, _, cells| {
        ends = cells.iter().fold(ends, |(least, most), &x| (least.min(x), most.max(x)));
        Ok(())
    })?;
    Ok(ends)
}
