//! GroupNormalization: the channels of a sample in groups, each by its own mean and variance (Wu & He 2018).

use serde::{Deserialize, Serialize};

use super::kind::{Family, LayerKind, SimpleLayer};
use super::options::norm_epsilon;
use super::weights::{Parameters, features};
use crate::fields;
use crate::preset::shapes::ShapeError;

/// Normalises each sample by groups of channels (last axis), over all its pixels or steps; `groups: -1` gives every
/// channel a group of its own (instance normalization), `groups: 1` all channels one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Keras's; the table below says what they are for")]
pub struct GroupNormalization {
    #[serde(default = "groups")]
    pub groups: i64,
    #[serde(default = "norm_epsilon")]
    pub epsilon: f32,
}

fields! {
    GroupNormalization {
        groups: Integer(Range::between(-1.0, 2_147_483_647.0)), "groups of channels; -1: as many as there are channels";
        epsilon: Number(Range::ABOVE_ZERO), "added to the variance before its root is taken";
    }
}

impl GroupNormalization {
    /// The number of groups into which `channels` channels fall.
    ///
    /// # Errors
    /// When the groups do not divide the channels.
    pub fn groups_of(&self, channels: usize) -> Result<usize, ShapeError> {
        let groups = if self.groups == -1 { Some(channels) } else { usize::try_from(self.groups).ok() };
        groups.filter(|&groups| groups > 0 && channels.is_multiple_of(groups)).ok_or_else(|| {
            ShapeError::at(
                "groups",
                format!("{} groups do not divide the {channels} channels of the input", self.groups),
                format!("use a divisor of {channels}, or -1 for a group a channel"),
            )
        })
    }
}

impl LayerKind for GroupNormalization {
    fn family(&self) -> Family {
        Family::Normalization
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, ShapeError> {
        self.groups_of(features(input))?;
        Ok(input.to_vec())
    }
}

impl SimpleLayer for GroupNormalization {
    fn parameters(&self, input: &[usize]) -> Parameters {
        Parameters::weights(&[2, features(input)])
    }

    fn scratch(&self, _: &[usize], _: &[usize]) -> u64 {
        0
    }
}

fn groups() -> i64 {
    32
}
