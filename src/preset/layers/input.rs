//! What a layer's input must be.

use crate::preset::shapes::{ShapeError, show, size};

pub(super) fn image(kind: &str, input: &[usize]) -> Result<[usize; 3], ShapeError> {
    <[usize; 3]>::try_from(input).map_err(|_| {
        ShapeError::whole(
            format!("{kind} needs an image [height, width, channels], and its input is {}", show(input)),
            match input {
                [height, width] => format!("put Reshape(target_shape: [{height}, {width}, 1]) before it"),
                _ => "put it before Flatten and Dense, or Reshape its input".into(),
            },
        )
    })
}

pub(super) fn sequence(kind: &str, input: &[usize]) -> Result<[usize; 2], ShapeError> {
    <[usize; 2]>::try_from(input).map_err(|_| {
        ShapeError::whole(
            format!("{kind} needs a sequence [steps, features], and its input is {}", show(input)),
            match input {
                [steps, rest @ ..] if !rest.is_empty() => {
                    format!("put Reshape(target_shape: [{steps}, {}]) before it", size(rest))
                }
                _ => "let a recurrent layer before it return_sequences: true, or put an Embedding or a Reshape before it".into(),
            },
        )
    })
}

/// Checks that the groups of a convolution divide its channels and filters.
pub(super) fn grouped(filters: usize, groups: usize, channels: usize) -> Result<(), ShapeError> {
    if !channels.is_multiple_of(groups) {
        return Err(ShapeError::at(
            "groups",
            format!("{groups} groups do not divide the {channels} channels of the input"),
            format!("use a divisor of {channels}"),
        ));
    }
    if !filters.is_multiple_of(groups) {
        return Err(ShapeError::at(
            "groups",
            format!("{groups} groups do not divide the {filters} filters"),
            format!("use filters that are a multiple of {groups}"),
        ));
    }
    Ok(())
}
