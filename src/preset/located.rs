//! Where the files are that a preset names.

use std::path::Path as FilePath;

use super::parse::PresetError;
use super::path::Path;
use super::types::Preset;

impl Preset {
    /// Makes the paths of its files mean the same from any folder: `~` and variables are replaced, and relative paths are seen
    /// from `folder`, in which the preset's own file is. Paths that are in `typed` stay relative to the folder of this
    /// process, where a person typed them. `origin` and `text` are where the preset was read from, for messages.
    ///
    /// # Errors
    /// When a path names a variable that is not set.
    pub fn locate(
        &mut self,
        folder: Option<&FilePath>,
        typed: &[String],
        origin: &str,
        text: &str,
    ) -> Result<(), PresetError> {
        for path in self.data.source.paths_mut() {
            let expanded = shellexpand::full(path).map_err(|missing| {
                let problem = format!("{path} names the variable {}, which is not set", missing.var_name);
                let help = "set it, or write the path itself; $$ stands for a dollar sign";
                PresetError::at(origin, text, &Path::to("data").field("source"), problem, help)
            })?;
            let is_typed = typed.contains(path);
            let mut located = expanded.into_owned();
            if let Some(folder) = folder.filter(|_| !is_typed) {
                let joined = folder.join(&located);
                // A folder whose name is no text cannot be named in a preset.
                located = joined.to_str().map_or(located, str::to_string);
            }
            *path = located;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{Csv, DataConfig};

    fn located(file: &str, folder: Option<&str>, typed: &[&str]) -> Result<String, PresetError> {
        let mut preset: Preset = ron::from_str(
            "(name: \"a\", title: \"\", data: (source: mnist), layers: [Flatten], loss: huber, optimizer: SGD(),
              train: (epochs: 1, batch_size: 1))",
        )
        .unwrap();
        preset.data = DataConfig::of(Csv::of(file).into());
        let typed: Vec<String> = typed.iter().map(ToString::to_string).collect();
        preset.locate(folder.map(FilePath::new), &typed, "a.ron", "(data: (source: csv()))")?;
        Ok(preset.data.source.paths()[0].to_string())
    }

    #[test]
    fn paths_are_seen_from_the_presets_folder_and_typed_ones_from_here() {
        assert_eq!(located("d.csv", Some("/data/cats"), &[]).unwrap(), "/data/cats/d.csv");
        assert_eq!(located("/d.csv", Some("/data/cats"), &[]).unwrap(), "/d.csv");
        assert_eq!(located("d.csv", Some(""), &[]).unwrap(), "d.csv");
        assert_eq!(located("d.csv", None, &[]).unwrap(), "d.csv");
        assert_eq!(located("d.csv", Some("/data/cats"), &["d.csv"]).unwrap(), "d.csv");
    }

    #[test]
    fn home_and_variables_are_replaced_and_one_that_is_not_set_is_told() {
        let home = located("~/d.csv", Some("/data"), &[]).unwrap();
        assert!(home.starts_with('/') && home.ends_with("/d.csv") && !home.starts_with("/data"), "{home}");
        let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
        assert_eq!(located("${CARGO_MANIFEST_DIR}/d.csv", None, &[]).unwrap(), format!("{here}/d.csv"));
        let told = located("$NO_SUCH_VARIABLE/d.csv", None, &[]).unwrap_err().to_string();
        assert!(told.contains("the variable NO_SUCH_VARIABLE, which is not set"), "{told}");
        assert_eq!(located("5$$.csv", None, &[]).unwrap(), "5$.csv");
    }
}
