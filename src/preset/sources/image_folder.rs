//! Folders of images.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;
use crate::preset::layers::options::Pair;
use crate::preset::variants::variants;

/// A folder with a folder of images (PNG, JPEG, BMP, GIF, WebP, TIFF) for each class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageFolder {
    /// The folder.
    pub folder: String,
    /// The validation set, where it is a folder of its own.
    #[serde(default)]
    pub validation_folder: Option<String>,
    /// The test set, where it is a folder of its own.
    #[serde(default)]
    pub test_folder: Option<String>,
    /// The images are resized to this height and width.
    #[serde(default = "size")]
    pub size: Pair,
    /// The colours that the network sees.
    #[serde(default)]
    pub colour: Colour,
    /// Images that do not decode are left out, and counted.
    #[serde(default)]
    pub skip_broken: bool,
}

fn size() -> Pair {
    Pair(32, 32)
}

variants! {
    /// The colours that a network sees.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Colour {
        /// Red, green, blue.
        #[default]
        Rgb = "rgb",
        /// Brightness.
        Grey = "grey",
    }
}

impl Colour {
    /// Numbers per pixel.
    pub fn channels(self) -> usize {
        match self {
            Colour::Rgb => 3,
            Colour::Grey => 1,
        }
    }
}

fields! {
    ImageFolder {
        folder: Text, "folder with a folder of images for each class";
        validation_folder: Text, "the folder of the validation set";
        test_folder: Text, "the folder of the test set";
        size: Pair(Range::between(1.0, 4096.0)), "height and width to which the images are resized";
        colour: Choice(Colour::WORDS), "the colours that the network sees";
        skip_broken: Switch, "images that do not decode are left out and counted";
    }
}

impl FileSource for ImageFolder {
    fn title(&self) -> &'static str {
        "Your folder of images"
    }

    fn paths(&self) -> Vec<&str> {
        std::iter::once(&self.folder)
            .chain(&self.validation_folder)
            .chain(&self.test_folder)
            .map(String::as_str)
            .collect()
    }

    fn paths_mut(&mut self) -> Vec<&mut String> {
        std::iter::once(&mut self.folder)
            .chain(&mut self.validation_folder)
            .chain(&mut self.test_folder)
            .collect()
    }

    fn trained_paths(&self) -> usize {
        1 + usize::from(self.validation_folder.is_some())
    }

    fn path_is(&self, _place: usize) -> &'static str {
        "folder"
    }
}
