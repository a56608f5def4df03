//! ZeroPadding2D and Cropping2D: an image with more around it, and with less.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::slices::Slice;
use crate::nn::ops::Backend;
use crate::preset::{Pair, layers};

/// Puts an image among zeros, or takes one out of its margins: along each row of the smaller height, then along the columns.
pub struct Margins {
    /// The columns, of each row.
    across: Slice,
    /// The rows, of the image.
    down: Slice,
    is_padding: bool,
}

impl Margins {
    /// `outer` is the larger image, `inner` the one in it, which begins at `start`.
    fn new(outer: [usize; 3], inner: [usize; 3], start: Pair, is_padding: bool) -> Self {
        let ([height, width, channels], [own_height, own_width, _]) = (outer, inner);
        let row = width * channels;
        let across = Slice { total: row, from: start.1 * channels, width: own_width * channels };
        let down = Slice { total: height * row, from: start.0 * row, width: own_height * row };
        Margins { across, down, is_padding }
    }
}

impl Build for layers::ZeroPadding2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let inner @ [height, width, channels] = site.image()?;
        let (start, end) = (self.padding, self.end());
        let outer = [start.0 + height + end.0, start.1 + width + end.1, channels];
        Ok(Box::new(Margins::new(outer, inner, start, true)))
    }
}

impl Build for layers::Cropping2D {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let outer @ [height, width, channels] = site.image()?;
        let (start, end) = (self.cropping, self.end());
        let cut = |whole: usize, start: usize, end: usize| whole.saturating_sub(start).saturating_sub(end);
        let inner = [cut(height, start.0, end.0), cut(width, start.1, end.1), channels];
        Ok(Box::new(Margins::new(outer, inner, start, false)))
    }
}

impl<D: Backend> Layer<D> for Margins {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        if self.is_padding {
            let wide = D::pad(pass, &input, self.across)?;
            return D::pad(pass, &wide, self.down);
        }
        let low = D::slice(pass, &input, self.down)?;
        D::slice(pass, &low, self.across)
    }
}

#[cfg(test)]
mod tests {
    use crate::nn::differences::Case;

    #[test]
    fn gradients_of_margins_and_repeated_vectors_equal_central_differences() {
        for layer in [
            "ZeroPadding2D(padding: (2, 1), end: Some((0, 3)))",
            "Cropping2D(cropping: (1, 0), end: Some((2, 1)))",
        ] {
            Case::new(&format!("[{layer}, Flatten, Dense(units: 2)]"), &[5, 4, 3], 2, 7).check().unwrap();
        }
        Case::new("[RepeatVector(n: 3), Dense(units: 2)]", &[4], 2, 7).check().unwrap();
    }
}
