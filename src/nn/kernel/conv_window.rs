//! Where a convolution's or a pooling's windows lie on an image, channels last.

/// How borders are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Windows stay inside.
    Valid,
    /// Zeros around, so that a stride of 1 keeps the size; odd padding goes to the end, as in TensorFlow.
    Same,
}

/// Windows over an image of `[height, width, channels]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Height, width and channels of the input.
    pub input: [usize; 3],
    /// Height and width of a window, in taps.
    pub size: [usize; 2],
    /// The distance from window to window, in pixels.
    pub strides: [usize; 2],
    /// The distance from tap to tap, in pixels.
    pub dilation: [usize; 2],
    /// How borders are treated.
    pub padding: Padding,
}

impl Window {
    /// Windows of neighbouring pixels, without padding.
    pub fn new(input: [usize; 3], size: [usize; 2], strides: [usize; 2]) -> Self {
        Window { input, size, strides, dilation: [1, 1], padding: Padding::Valid }
    }

    /// Pixels that a window spans along an axis (0: down, 1: across).
    fn span(&self, axis: usize) -> usize {
        (self.size[axis].max(1) - 1) * self.dilation[axis] + 1
    }

    /// Height and width of the output; 0 where no window fits.
    pub fn output(&self) -> [usize; 2] {
        [0, 1].map(|axis| match self.padding {
            Padding::Valid => {
                (self.input[axis] + self.strides[axis]).saturating_sub(self.span(axis)) / self.strides[axis]
            }
            Padding::Same => self.input[axis].div_ceil(self.strides[axis]),
        })
    }

    /// Rows of padding above and columns of padding to the left. An odd row or column goes below or to the right.
    pub fn before(&self) -> [usize; 2] {
        let output = self.output();
        [0, 1].map(|axis| match self.padding {
            Padding::Valid => 0,
            Padding::Same => {
                let reach = (output[axis].max(1) - 1) * self.strides[axis] + self.span(axis);
                reach.saturating_sub(self.input[axis]) / 2
            }
        })
    }

    /// Numbers of an input image.
    pub fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    /// Pixels of an output image.
    pub fn pixels(&self) -> usize {
        self.output().iter().product()
    }

    /// Taps of a window.
    pub fn taps(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Whether the windows are the single pixels in their order: then the image is its own matrix of windows.
    pub fn is_pointwise(&self) -> bool {
        self.size == [1, 1] && self.strides == [1, 1]
    }

    /// Calls `visit(pixel, tap, taps, source)` for each output pixel and each run of `taps` taps, from `tap` on. A
    /// run lies over neighbouring input pixels from `source` on, or over padding where `source` is `None`. Only for
    /// windows that are not dilated across.
    #[inline(always)]
    pub fn for_each_run(&self, mut visit: impl FnMut(usize, usize, usize, Option<usize>)) {
        let ([height, width, _], [down, across], [top, left]) = (self.input, self.output(), self.before());
        let taps = self.size[1];
        for pixel in 0..down * across {
            let (y, x) = (pixel / across * self.strides[0], pixel % across * self.strides[1]);
            // Taps from `start` to `end` lie over the image.
            let start = left.saturating_sub(x).min(taps);
            let end = (width + left).saturating_sub(x).clamp(start, taps);
            for i in 0..self.size[0] {
                let (row, first) = ((y + i * self.dilation[0]).wrapping_sub(top), i * taps);
                if row >= height || start == end {
                    visit(pixel, first, taps, None);
                    continue;
                }
                if start > 0 {
                    visit(pixel, first, start, None);
                }
                visit(pixel, first + start, end - start, Some(row * width + x + start - left));
                if end < taps {
                    visit(pixel, first + end, taps - end, None);
                }
            }
        }
    }

    /// Calls `visit` for each output pixel and tap, in order, with the number of the input pixel under the tap, or
    /// `None` where it lies in the padding.
    #[inline(always)]
    pub fn for_each(&self, mut visit: impl FnMut(usize, usize, Option<usize>)) {
        let ([height, width, _], [down, across], [top, left]) = (self.input, self.output(), self.before());
        let mut pixel = 0;
        for y in 0..down {
            for x in 0..across {
                let mut tap = 0;
                for i in 0..self.size[0] {
                    // Above the image the subtraction wraps to a row that is larger than any.
                    let row = (y * self.strides[0] + i * self.dilation[0]).wrapping_sub(top);
                    for j in 0..self.size[1] {
                        let column = (x * self.strides[1] + j * self.dilation[1]).wrapping_sub(left);
                        let inside = row < height && column < width;
                        visit(pixel, tap, inside.then(|| row * width + column));
                        tap += 1;
                    }
                }
                pixel += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_sizes_and_padding_are_tensorflows() {
        let mut window = Window::new([7, 8, 3], [3, 3], [2, 2]);
        assert_eq!(window.output(), [3, 3]);
        window.padding = Padding::Same;
        assert_eq!((window.output(), window.before()), ([4, 4], [1, 0]));
        window.dilation = [2, 2];
        window.strides = [1, 1];
        assert_eq!((window.output(), window.before()), ([7, 8], [2, 2]));
        assert_eq!(Window::new([2, 5, 1], [3, 3], [1, 1]).output(), [0, 3]);
    }
}
