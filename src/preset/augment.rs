//! How training images are changed from epoch to epoch, so that a network sees more than there are.

use serde::{Deserialize, Serialize};

use super::data::{Refusal, refuse};
use super::path::Path;

/// Random changes of training samples, drawn anew for each sample in each epoch; everything left out changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Augment {
    /// Moves the image by up to so many pixels in each direction.
    pub shift: f32,
    /// Turns it by up to so many degrees either way.
    pub rotate: f32,
    /// Makes it larger or smaller by up to this share: 0.1 is 0.9 to 1.1 times its size.
    pub zoom: f32,
    /// Slants it by up to so many degrees either way.
    pub shear: f32,
    /// Mirrors every second image, by chance.
    pub flip: Flip,
    /// Adds normal noise of this deviation to each number, scaled as the network gets it.
    pub noise: f32,
    /// Blanks a square of so many pixels a side, at a random place (DeVries & Taylor 2017).
    pub cutout: usize,
}

/// How images are mirrored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flip {
    /// Not at all.
    #[default]
    None,
    /// Left and right.
    Horizontal,
    /// Top and bottom.
    Vertical,
    /// Each of both for itself.
    Both,
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

    /// Whether this can be done to inputs of such a shape; `tokens` says that they are token numbers.
    pub(super) fn check(&self, shape: &[usize], tokens: bool) -> Result<(), Refusal> {
        let at = |field| Path::to("data").field("augment").field(field);
        for (field, value, most) in [
            ("shift", self.shift, 1000.0),
            ("rotate", self.rotate, 180.0),
            ("zoom", self.zoom, 0.9),
            ("shear", self.shear, 60.0),
            ("noise", self.noise, 100.0),
        ] {
            if !(0.0..=most).contains(&value) {
                return refuse(at(field), format!("{field}: {value}"), &format!("use 0 to {most}"));
            }
        }
        if self.is_some() && tokens {
            let whole = Path::to("data").field("augment");
            return refuse(whole, "token numbers cannot be changed a little", "leave augment out");
        }
        if (self.moves() || self.cutout > 0) && shape.len() != 3 {
            let whole = Path::to("data").field("augment");
            return refuse(
                whole,
                format!("inputs of shape {shape:?} are no images"),
                "use noise only, or leave augment out",
            );
        }
        Ok(())
    }
}
