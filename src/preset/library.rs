//! The built-in presets and the user's own.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::experiment::Experiment;
use super::parse::{LARGEST, PresetError, nearest, parse};
use super::types::Preset;
use crate::system::files;

/// The built-in presets: name and text.
const BUILT_IN: &[(&str, &str)] = &[
    ("mnist-cnn", include_str!("../../presets/mnist-cnn.ron")),
    ("mnist-mlp", include_str!("../../presets/mnist-mlp.ron")),
    ("mnist-dbn", include_str!("../../presets/mnist-dbn.ron")),
    ("mnist-autoencoder", include_str!("../../presets/mnist-autoencoder.ron")),
    ("mnist-vae", include_str!("../../presets/mnist-vae.ron")),
    ("mnist-gan", include_str!("../../presets/mnist-gan.ron")),
    ("mnist-dcgan", include_str!("../../presets/mnist-dcgan.ron")),
    ("shakespeare-char", include_str!("../../presets/shakespeare-char.ron")),
    ("neuron", include_str!("../../presets/neuron.ron")),
    ("xor", include_str!("../../presets/xor.ron")),
    ("circles", include_str!("../../presets/circles.ron")),
    ("moons", include_str!("../../presets/moons.ron")),
    ("spirals", include_str!("../../presets/spirals.ron")),
    ("breast-cancer", include_str!("../../presets/breast-cancer.ron")),
    ("diabetes", include_str!("../../presets/diabetes.ron")),
    ("mnist-lenet", include_str!("../../presets/mnist-lenet.ron")),
    ("mnist-rows-rnn", include_str!("../../presets/mnist-rows-rnn.ron")),
    ("mnist-rows-lstm", include_str!("../../presets/mnist-rows-lstm.ron")),
    ("mnist-transformer", include_str!("../../presets/mnist-transformer.ron")),
    ("word-language", include_str!("../../presets/word-language.ron")),
    ("sentiment", include_str!("../../presets/sentiment.ron")),
    ("senate-votes", include_str!("../../presets/senate-votes.ron")),
    ("senate-deep", include_str!("../../presets/senate-deep.ron")),
    ("sp500-forecast", include_str!("../../presets/sp500-forecast.ron")),
    ("spoken-digits", include_str!("../../presets/spoken-digits.ron")),
];

/// A preset of the library.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The user's file; `None` for a built-in preset.
    pub file: Option<PathBuf>,
    /// Its text; empty where the file cannot be read.
    pub text: String,
    /// The preset, or why it cannot be used.
    pub loaded: Result<Loaded, PresetError>,
}

/// What is known of a preset before its data files are read.
#[derive(Clone, Debug)]
pub enum Loaded {
    /// Its data is built in, and it is valid.
    Experiment(Box<Experiment>),
    /// Its data is in files, which may be large or block while they are read. The preset is valid as far as can be
    /// told without them.
    Unread {
        /// The preset.
        preset: Box<Preset>,
        /// What it was read from, for messages about its files.
        text: String,
    },
}

impl Loaded {
    /// The preset.
    pub fn preset(&self) -> &Preset {
        match self {
            Loaded::Experiment(experiment) => &experiment.preset,
            Loaded::Unread { preset, .. } => preset,
        }
    }
}

/// The folder of the user's presets: `TRAINYARD_HOME/presets`, or `presets` in the platform's configuration folder.
pub fn folder() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("TRAINYARD_HOME").filter(|home| !home.is_empty()) {
        return Some(PathBuf::from(home).join("presets"));
    }
    directories::ProjectDirs::from("", "", "trainyard").map(|folders| folders.config_dir().join("presets"))
}

/// All presets: the built-in ones, then the user's, by name. A user's preset is listed beside a built-in one of the
/// same name. Data files are not read.
pub fn list() -> Vec<Entry> {
    list_in(folder().as_deref())
}

fn list_in(folder: Option<&Path>) -> Vec<Entry> {
    let built_in = BUILT_IN.iter().map(|&(name, text)| Entry {
        name: name.into(),
        file: None,
        text: text.into(),
        loaded: load(text, name, None),
    });
    let own = files_in(folder).into_iter().map(|path| {
        let text = read(&path);
        let load = |text: &String| load(text, &path.to_string_lossy(), path.parent());
        let loaded = text.as_ref().map_err(Clone::clone).and_then(load);
        Entry { name: stem(&path), text: text.unwrap_or_default(), loaded, file: Some(path) }
    });
    built_in.chain(own).collect()
}

/// The user's files, by name.
fn files_in(folder: Option<&Path>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = folder
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "ron"))
        .collect();
    files.sort_unstable();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The text of a preset.
#[derive(Clone, Debug)]
pub struct Found {
    /// The text.
    pub text: String,
    /// What to call it in messages.
    pub origin: String,
    /// The folder of its file, from which its paths are seen; `None` for a built-in preset.
    pub folder: Option<PathBuf>,
}

impl Found {
    /// The text of a preset's file.
    ///
    /// # Errors
    /// As [`read`].
    pub fn in_file(path: &Path) -> Result<Self, PresetError> {
        let origin = path.to_string_lossy().into_owned();
        Ok(Found { text: read(path)?, origin, folder: path.parent().map(Path::to_path_buf) })
    }
}

/// The text of the preset that `wanted` names: a path to a `.ron` file, or a name of the library; the user's own comes
/// before a built-in one.
///
/// # Errors
/// When there is none; the nearest name is suggested.
pub fn find(wanted: &str) -> Result<Found, PresetError> {
    if wanted.ends_with(".ron") || wanted.contains(std::path::MAIN_SEPARATOR) {
        return Found::in_file(Path::new(wanted));
    }
    if let Some(path) = own_file(wanted).filter(|path| path.is_file()) {
        return Found::in_file(&path);
    }
    if let Some((name, text)) = BUILT_IN.iter().find(|(name, _)| *name == wanted) {
        return Ok(Found { text: (*text).to_string(), origin: (*name).to_string(), folder: None });
    }
    let own = files_in(folder().as_deref());
    let names = BUILT_IN.iter().map(|(name, _)| (*name).to_string());
    let names: Vec<String> = names.chain(own.iter().map(|path| stem(path))).collect();
    let near = nearest(wanted, names.iter().map(String::as_str));
    let hint = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    let all = names.join(", ");
    Err(PresetError::whole(wanted, "no such preset", format!("{hint}there are: {all}; or give a .ron file")))
}

/// Reads a preset's text and checks what can be told without reading data files. Its paths are seen from `folder`.
///
/// # Errors
/// What is wrong with it, at its place.
pub fn load(text: &str, origin: &str, folder: Option<&Path>) -> Result<Loaded, PresetError> {
    let mut preset = parse(text, origin)?;
    preset.check_name(origin, text)?;
    preset.locate(folder, &[], origin, text)?;
    match preset.data.source.built_in_offers() {
        Some(offers) => {
            preset.validate(&offers, origin, text).map(|valid| Loaded::Experiment(Box::new(valid)))
        }
        None => {
            preset.check(origin, text)?;
            Ok(Loaded::Unread { preset: Box::new(preset), text: text.to_owned() })
        }
    }
}

/// Saves the text of a preset, comments included, among the user's own under this name, whole or not at all; a preset of this
/// name is replaced. Returns the file and what it says.
///
/// # Errors
/// When the preset is not valid, as far as can be told without reading data files, when its name is not a valid one, or
/// when the system refuses.
pub fn save(name: &str, text: &str) -> Result<(PathBuf, Preset), PresetError> {
    let loaded = load(text, name, folder().as_deref())?;
    let path = own_file(name).ok_or_else(|| unknown_folder(name))?;
    put(&path, text).map_err(|error| PresetError::whole(&path.to_string_lossy(), error.to_string(), ""))?;
    Ok((path, loaded.preset().clone()))
}

/// The same for a new preset.
///
/// # Errors
/// As [`save`], and when there is a preset of this name.
pub fn save_new(name: &str, text: &str) -> Result<(PathBuf, Preset), PresetError> {
    load(text, name, folder().as_deref())?;
    if is_taken(name) {
        return Err(PresetError::whole(
            name,
            "there is a preset of this name already",
            "give it another name",
        ));
    }
    save(name, text)
}

/// Puts a text of a preset of this name into a file for an editor, beside the folder of presets, and returns the file. A text
/// that was left there is not replaced.
///
/// # Errors
/// When the name is not a valid one, or when the system refuses.
pub fn keep_text(name: &str, text: &str) -> Result<PathBuf, PresetError> {
    let own = own_file(name).ok_or_else(|| unknown_folder(name))?;
    let folder = own.parent().and_then(Path::parent).ok_or_else(|| unknown_folder(name))?.join("drafts");
    let path = folder.join(format!("{name}.ron"));
    if !path.exists() {
        put(&path, text)
            .map_err(|error| PresetError::whole(&path.to_string_lossy(), error.to_string(), ""))?;
    }
    Ok(path)
}

/// Whether a preset has this name: a built-in one, or one of the user's.
pub fn is_taken(name: &str) -> bool {
    BUILT_IN.iter().any(|(known, _)| *known == name) || own_file(name).is_some_and(|file| file.exists())
}

fn unknown_folder(name: &str) -> PresetError {
    PresetError::whole(name, "no folder for presets is known", "set TRAINYARD_HOME to a folder")
}

/// The file of the user's preset of this name; `None` where the name is not valid.
fn own_file(name: &str) -> Option<PathBuf> {
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    folder().filter(|_| is_name).map(|folder| folder.join(format!("{name}.ron")))
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    if cfg!(unix) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The text of a preset's file.
///
/// # Errors
/// When it is no regular file, is too long for a preset, is not UTF-8, or the system refuses.
pub fn read(path: &Path) -> Result<String, PresetError> {
    let name = path.to_string_lossy();
    files::read_text(path, LARGEST as u64).map_err(|error| match error {
        files::Error::TooLong { size, .. } => {
            PresetError::whole(&name, format!("{size} bytes are too many for a preset"), "16 MB at most")
        }
        other => PresetError::whole(&name, other.to_string(), ""),
    })
}

/// The experiment of a preset whose data is built in, from its text.
#[cfg(test)]
pub(crate) fn experiment(text: &str, origin: &str) -> Result<Experiment, PresetError> {
    match load(text, origin, None)? {
        Loaded::Experiment(experiment) => Ok(*experiment),
        Loaded::Unread { .. } => panic!("its data is in files"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_preset_is_valid_under_its_own_name() {
        for entry in list_in(None) {
            let Loaded::Experiment(experiment) = entry.loaded.unwrap() else { panic!("{}", entry.name) };
            assert_eq!(experiment.preset.name, entry.name);
        }
    }

    #[test]
    fn a_broken_preset_of_the_user_is_listed_with_its_error_and_hides_no_other() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("broken.ron"), "(name: ").unwrap();
        std::fs::write(folder.path().join("mine.ron"), BUILT_IN[1].1).unwrap();
        let all = list_in(Some(folder.path()));
        assert_eq!(all.len(), BUILT_IN.len() + 2);
        assert!(all.iter().any(|entry| entry.name == "broken" && entry.loaded.is_err()));
        assert!(all.iter().any(|entry| entry.name == "mine" && entry.loaded.is_ok()));
    }

    #[test]
    fn a_preset_is_read_in_every_encoding_of_text() {
        let folder = tempfile::tempdir().unwrap();
        let text = BUILT_IN[1].1.to_string();
        let utf_16: Vec<u8> =
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [format!("\u{feff}{text}").into_bytes(), utf_16] {
            let path = folder.path().join("mine.ron");
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path).unwrap(), text);
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let shown = find("mnist-cn").unwrap_err().to_string();
        assert!(shown.contains("did you mean mnist-cnn?"), "{shown}");
        assert!(find("no/such/folder/of/mine").is_err());
    }
}
