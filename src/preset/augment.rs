//! How training images are changed at random in each epoch, so that a network sees more images than the set has.

use serde::{Deserialize, Serialize};

use super::field::nested_values;
use super::path::Path;
use super::refusal::{Refusal, refuse};
use super::variants::variants;
use crate::fields;

/// Random changes of training samples, drawn anew for each sample in each epoch; everything left out changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Augment {
    /// Moves the image by up to this many pixels in each direction.
    pub shift: f32,
    /// Turns it by up to this many degrees either way.
    pub rotate: f32,
    /// Makes it larger or smaller by up to this share: 0.1 is 0.9 to 1.1 times its size.
    pub zoom: f32,
    /// Slants it by up to this many degrees either way.
    pub shear: f32,
    /// Mirrors each image with probability one half.
    pub flip: Flip,
    /// Adds normal noise of this standard deviation to each number, after scaling.
    pub noise: f32,
    /// Blanks a square of this many pixels a side, at a random place (DeVries & Taylor 2017).
    pub cutout: usize,
}

variants! {
    /// How images are mirrored.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Flip {
        /// Not at all.
        #[default]
        None = "none",
        /// Left and right.
        Horizontal = "horizontal",
        /// Top and bottom.
        Vertical = "vertical",
        /// Both, each drawn on its own.
        Both = "both",
    }
}

nested_values!(Augment);

fields! {
    Augment {
        shift: Number(Range::between(0.0, 1000.0)), "moves the image by up to this many pixels";
        rotate: Number(Range::between(0.0, 180.0)), "turns it by up to this many degrees";
        zoom: Number(Range::between(0.0, 0.9)), "makes it larger or smaller by up to this share";
        shear: Number(Range::between(0.0, 60.0)), "slants it by up to this many degrees";
        flip: Choice(Flip::WORDS), "mirrors every second image";
        noise: Number(Range::between(0.0, 100.0)), "adds normal noise of this deviation";
        cutout: Integer(Range::NOT_NEGATIVE), "blanks a square of this many pixels a side";
    }
}

impl Augment {
    /// Whether samples are changed at all.
    pub fn is_some(&self) -> bool {
        *self != Augment::default()
    }

    /// Whether pixels are moved.
    pub fn moves(&self) -> bool {
        self.shift > 0.0
            || self.rotate > 0.0
            || self.zoom > 0.0
            || self.shear > 0.0
            || self.flip != Flip::None
    }

    /// Checks that inputs of this shape can be changed in these ways; `tokens` says that they are token numbers.
    pub(super) fn check(&self, shape: &[usize], tokens: bool) -> Result<(), Refusal> {
        if self.is_some() && tokens {
            let whole = Path::to("data").field("augment");
            return refuse(
                whole,
                "the numbers of tokens and of words cannot be changed a little",
                "leave augment out",
            );
        }
        if (self.moves() || self.cutout > 0) && shape.len() != 3 {
            let whole = Path::to("data").field("augment");
            return refuse(
                whole,
                format!("inputs of shape {shape:?} are not images"),
                "use noise only, or leave augment out",
            );
        }
        Ok(())
    }
}
