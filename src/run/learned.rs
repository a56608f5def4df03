//! `data.ron`: what a run learned of its data, for the day when the data is gone or has changed.

use std::io::ErrorKind;
use std::path::Path;

use super::{Error, atomic, disk};
use crate::preset::Learned;
use crate::system::files;

/// Its file in a run's folder.
pub const FILE: &str = "data.ron";

/// The names and scales of a hundred thousand columns are smaller; a larger file is something else.
const LARGEST: u64 = 1 << 26;

/// Writes it into a run's folder, atomically.
///
/// # Errors
/// When the system refuses.
pub fn save(learned: &Learned, folder: &Path) -> Result<(), Error> {
    let path = folder.join(FILE);
    let text = ron::ser::to_string_pretty(learned, ron::ser::PrettyConfig::default().depth_limit(3))
        .map_err(|error| Error::broken(&path, error))?;
    atomic::write(&path, |file| file.write_all(text.as_bytes()))
}

/// Reads it from a run's folder; `None` for a run of a version that did not write it.
///
/// # Errors
/// When it cannot be read, or is not what it should be; with line and column.
pub fn load(folder: &Path) -> Result<Option<Learned>, Error> {
    let path = folder.join(FILE);
    disk::at(&path, "reading", || Ok(()))?;
    let text = match files::read_text(&path, LARGEST) {
        Ok(text) => text,
        Err(files::Error::System(error)) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::unread(&path)(error)),
    };
    let broken = |error| {
        let problem = format!("not what a run learned of its data: {error}");
        let help = "without this file the run opens its data to learn that again";
        Error::broken(&path, format!("{problem}; {help}"))
    };
    ron::from_str(&text).map(Some).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{
        Csv, Fingerprint, Missing, Offers, Preparation, Scale, TableSchema, TargetKind, ValuesAre,
    };

    #[test]
    fn what_was_learned_comes_back_to_the_last_bit_and_a_run_without_it_is_an_old_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()).unwrap(), None);
        let classes = vec!["cat".to_string(), "dog \"\u{1f436}\"".into()];
        let learned = Learned {
            source: Csv::of("/data/d.csv").into(),
            files: vec![Fingerprint { count: 1, bytes: 3, sha256: "ba78".into() }],
            offers: Offers {
                input: vec![2],
                tokens: None,
                embedded: Vec::new(),
                columns: Vec::new(),
                target: TargetKind::Classes(classes.clone()),
                other_target: None,
                values: ValuesAre::Any,
                samples: 120,
                window: None,
                gap: 0,
                validation: None,
                test: None,
            },
            preparation: Preparation {
                input_shape: vec![2],
                is_stream: false,
                classes,
                tokens: Vec::new(),
                columns: vec!["a".into(), "b".into()],
                label: Some("y".into()),
                labels: Vec::new(),
                table: Some(TableSchema::of_numbers(&["a".into(), "b".into()], Some("y"), Missing::Mean)),
                are_pixels: false,
                input_scales: vec![
                    Scale::of(0.1 + 0.2, 1.0 / 3.0),
                    Scale { is_share: true, ..Scale::of(1.7e9 + 1.0 / 7.0, 5e-324) },
                ],
                fills: vec![0.1, f64::MIN_POSITIVE],
                input_range: Some((-0.5, 1e300)),
                target_scales: Vec::new(),
            },
        };
        save(&learned, folder.path()).unwrap();
        assert_eq!(load(folder.path()).unwrap(), Some(learned));
        std::fs::write(folder.path().join(FILE), "(source: mnist").unwrap();
        let problem = load(folder.path()).unwrap_err().to_string();
        assert!(problem.contains("data.ron: not what a run learned of its data: 1:10"), "{problem}");
    }
}
