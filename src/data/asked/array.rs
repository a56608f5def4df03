//! How the arrays about which a network is asked hold samples.

use crate::preset::Source;
use crate::preset::shapes::{only_long_axes, size};

/// How an array holds samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A sample for each step along its first axis.
    Rows,
    /// The array is one sample.
    One,
}

/// As [`layout`]; with the number of channels that come before the pixels of each sample, as in the arrays that `source` names, or 0.
///
/// # Errors
/// As [`layout`].
pub(super) fn layout_of(
    source: &Source,
    count: usize,
    row: &[usize],
    takes: &[usize],
) -> Result<(Layout, bool, usize), String> {
    let found = layout(count, row, takes).map(|(layout, is_flat)| (layout, is_flat, 0));
    let are_first = source.array_form().is_some_and(|form| form.channels_first);
    match (takes, are_first) {
        // The arrays of the run were so, and so is one that would be flat otherwise.
        (&[height, width, channels], true) => match layout(count, row, &[channels, height, width]) {
            Ok((layout, false)) => Ok((layout, false, channels)),
            Ok((_, true)) | Err(_) => found,
        },
        _ => found,
    }
}

/// How an array holds samples, and whether they are flat where those of the network are not. `row` is the shape behind its first
/// axis, whose length is `count`. Axes of length 1 make no difference: a grey image may lack the axis of colours.
///
/// # Errors
/// When it holds none that the network takes; both shapes, and what to do.
pub(super) fn layout(count: usize, row: &[usize], takes: &[usize]) -> Result<(Layout, bool), String> {
    let whole = [&[count], row].concat();
    let layouts = [(Layout::Rows, row), (Layout::One, &whole[..])];
    let long = only_long_axes(takes);
    let flat = only_long_axes(&[size(takes)]);
    // The shape of the samples comes first: only where it fits in no way may they be flat.
    for (wanted, is_flat) in [(&long, false), (&flat, true)] {
        if let Some((layout, _)) = layouts.iter().find(|(_, shape)| only_long_axes(shape) == *wanted) {
            return Ok((*layout, is_flat));
        }
    }
    let rows: Vec<String> = takes.iter().map(ToString::to_string).collect();
    let mut problem = format!(
        "an array of the shape {whole:?}, and the network takes samples of the shape {takes:?}, or rows of them: [rows, {}]",
        rows.join(", ")
    );
    if let (&[height, width, channels], &[first, second, third]) = (takes, row)
        && [channels, height, width] == [first, second, third]
    {
        problem += "; the channels come last: numpy.moveaxis(x, 1, -1) puts them there";
    }
    Err(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_the_networks_shape_with_rows_or_without_or_are_flat() {
        let image = [64, 64, 3];
        assert_eq!(layout(5, &image, &image), Ok((Layout::Rows, false)));
        assert_eq!(layout(64, &[64, 3], &image), Ok((Layout::One, false)));
        assert_eq!(layout(5, &[12_288], &image), Ok((Layout::Rows, true)));
        assert_eq!(layout(12_288, &[], &image), Ok((Layout::One, true)));
        // A grey image may lack the axis of colours, and have it in front.
        assert_eq!(layout(2, &[28, 28], &[28, 28, 1]), Ok((Layout::Rows, false)));
        assert_eq!(layout(28, &[28], &[28, 28, 1]), Ok((Layout::One, false)));
        assert_eq!(layout(7, &[1, 28, 28], &[28, 28, 1]), Ok((Layout::Rows, false)));
        // Rows of a table.
        assert_eq!(layout(3, &[4], &[4]), Ok((Layout::Rows, false)));
        assert_eq!(layout(4, &[], &[4]), Ok((Layout::One, false)));
        assert_eq!(layout(9, &[], &[1]), Ok((Layout::Rows, false)));
    }

    #[test]
    fn another_layout_of_as_many_numbers_is_refused_with_both_shapes() {
        let image = [64, 64, 3];
        let said = layout(1, &[3, 64, 64], &image).unwrap_err();
        let wanted = "an array of the shape [1, 3, 64, 64], and the network takes samples of the shape [64, 64, 3], or rows of them: \
                      [rows, 64, 64, 3]; the channels come last: numpy.moveaxis(x, 1, -1) puts them there";
        assert_eq!(said, wanted);
        for row in [&[32, 128, 3][..], &[64, 192], &[64, 3, 64], &[3, 4096], &[4096, 3]] {
            assert!(layout(1, row, &image).is_err(), "{row:?}");
        }
        for row in [&[3][..], &[5], &[2, 2]] {
            assert!(layout(4, row, &[4]).is_err(), "{row:?}");
        }
    }
}
