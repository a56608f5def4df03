//! Where the windows of kernels and poolings fit.

use super::options::{Padding, Pair};
use crate::preset::shapes::ShapeError;

/// Windows that move over an image, or over a sequence (width 1).
pub(super) struct Windows {
    /// The name of the field that gives their size.
    pub(super) field: &'static str,
    /// What they are called.
    pub(super) what: &'static str,
    pub(super) size: Pair,
    pub(super) padding: Padding,
}

impl Windows {
    pub(super) fn over(
        &self,
        input: (usize, usize),
        strides: Pair,
        dilation: Pair,
    ) -> Result<(usize, usize), ShapeError> {
        strides_or_dilation(strides != Pair(1, 1), dilation != Pair(1, 1))?;
        let reach = Pair(spread(self.size.0, dilation.0), spread(self.size.1, dilation.1));
        if self.padding == Padding::Valid && (reach.0 > input.0 || reach.1 > input.1) {
            let dilated = if dilation == Pair(1, 1) {
                String::new()
            } else {
                format!(" (dilated to {}x{})", reach.0, reach.1)
            };
            return Err(ShapeError::at(
                self.field,
                format!(
                    "{} {}x{}{dilated} is larger than its {}x{} input",
                    self.what, self.size.0, self.size.1, input.0, input.1
                ),
                format!("use a {} of at most {}x{} or padding: same", self.what, input.0, input.1),
            ));
        }
        Ok((self.count(input.0, reach.0, strides.0), self.count(input.1, reach.1, strides.1)))
    }

    pub(super) fn along(
        &self,
        steps: usize,
        stride: usize,
        dilation: usize,
    ) -> Result<(usize, usize), ShapeError> {
        strides_or_dilation(stride > 1, dilation > 1)?;
        let reach = spread(self.size.0, dilation);
        if self.padding == Padding::Valid && reach > steps {
            return Err(ShapeError::at(
                self.field,
                format!("{} of {reach} steps is longer than its input of {steps} steps", self.what),
                format!("use a {} of at most {steps} or padding: same", self.what),
            ));
        }
        Ok((self.count(steps, reach, stride), 1))
    }

    /// How many windows fit side by side; `reach <= size` where the padding is valid.
    fn count(&self, size: usize, reach: usize, stride: usize) -> usize {
        match self.padding {
            Padding::Valid => (size - reach) / stride + 1,
            Padding::Same => size.div_ceil(stride),
        }
    }
}

/// The reach of a kernel whose taps are `dilation` apart.
fn spread(kernel: usize, dilation: usize) -> usize {
    (kernel - 1).saturating_mul(dilation).saturating_add(1)
}

fn strides_or_dilation(strides: bool, dilation: bool) -> Result<(), ShapeError> {
    if strides && dilation {
        return Err(ShapeError::at(
            "dilation_rate",
            "strides and dilation cannot both be above 1",
            "leave one of strides and dilation_rate at 1",
        ));
    }
    Ok(())
}
