//! Launches of kernels over windows of images.

/// Fills in the fields that all of them share from a window, and the others as given.
macro_rules! over_windows {
    ($launch:ident, $window:expr, $($field:ident: $value:expr),* $(,)?) => {{
        let window: &crate::nn::kernel::conv_window::Window = $window;
        let ([high, wide], [top, left]) = (window.output(), window.before());
        $launch {
            height: window.input[0],
            width: window.input[1],
            size_y: window.size[0],
            size_x: window.size[1],
            stride_y: window.strides[0],
            stride_x: window.strides[1],
            dilation_y: window.dilation[0],
            dilation_x: window.dilation[1],
            channels: window.input[2],
            top,
            left,
            high,
            wide,
            $($field: $value),*
        }
    }};
}

pub(super) use over_windows;
