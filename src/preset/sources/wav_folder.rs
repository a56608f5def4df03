//! Folders of sounds.

use serde::{Deserialize, Serialize};

use super::file_source::FileSource;
use crate::fields;

/// A folder with a folder of sounds (WAV, FLAC, MP3, Ogg Vorbis) for each class, as log-mel spectrograms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WavFolder {
    /// The folder.
    pub folder: String,
    /// The validation set, where it is a folder of its own.
    #[serde(default)]
    pub validation_folder: Option<String>,
    /// The test set, where it is a folder of its own.
    #[serde(default)]
    pub test_folder: Option<String>,
    /// How many seconds of each sound, from its beginning, the network hears.
    #[serde(default = "seconds")]
    pub seconds: f64,
    /// Sounds that do not decode are left out, and counted.
    #[serde(default)]
    pub skip_broken: bool,
}

fn seconds() -> f64 {
    0.9
}

impl WavFolder {
    /// This folder, with every other option at its default.
    pub fn of(folder: String) -> Self {
        WavFolder {
            folder,
            validation_folder: None,
            test_folder: None,
            seconds: seconds(),
            skip_broken: false,
        }
    }
}

fields! {
    WavFolder {
        folder: Text, "folder with a folder of WAV, FLAC, MP3 or Ogg files for each class";
        validation_folder: Text, "the folder of the validation set";
        test_folder: Text, "the folder of the test set";
        seconds: Number(Range::between(0.1, 60.0)), "seconds of each sound that the network hears";
        skip_broken: Switch, "sounds that do not decode are left out and counted";
    }
}

impl FileSource for WavFolder {
    fn title(&self) -> &'static str {
        "Your folder of sounds"
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

    fn is_kept_in_memory(&self) -> bool {
        true
    }
}
