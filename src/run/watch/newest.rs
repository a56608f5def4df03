//! The newest scalars of one folder of event files, read once, without following the folder.

use std::path::Path;

use super::discover::Walk;
use super::log::Log;
use super::tags::{Kind, Tags};

/// The newest scalar of a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The tag, fit to be shown.
    pub tag: String,
    /// The training step.
    pub step: i64,
    /// The value.
    pub value: f64,
}

/// The newest scalar of every tag of the event files in `folder` itself, as far as they stand near the files' beginning
/// or end: little is read, however long the files are. Empty where the files cannot be read.
pub fn newest_numbers(folder: &Path) -> Vec<Number> {
    let Some((_, files)) = Walk::new(folder).step() else { return Vec::new() };
    let (mut log, mut tags) = (Log::new(folder, "".into()), Tags::default());
    log.found(files);
    log.read_newest(&mut tags, &mut Vec::new());
    let list = tags.list();
    let number = |last: &super::latest::Last| {
        let tag = list.get(last.tag as usize).filter(|tag| tag.kind == Kind::Scalar)?;
        Some(Number { tag: tag.name.to_string(), step: last.step, value: last.value })
    };
    log.latest.values().iter().filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tensorboard::Writer;

    #[test]
    fn the_newest_of_several_files_counts_and_folders_below_do_not() {
        let folder = tempfile::tempdir().unwrap();
        for (step, loss) in [(1, 0.5), (2, 0.25)] {
            let mut writer = Writer::create(folder.path()).unwrap();
            writer.scalars(step, &[("loss/train", loss)]).unwrap();
            writer.flush().unwrap();
        }
        let below = folder.path().join("below");
        std::fs::create_dir(&below).unwrap();
        let mut writer = Writer::create(&below).unwrap();
        writer.scalars(9, &[("loss/other", 9.0)]).unwrap();
        writer.flush().unwrap();
        let expected = Number { tag: "loss/train".into(), step: 2, value: 0.25 };
        assert_eq!(newest_numbers(folder.path()), [expected]);
        assert_eq!(newest_numbers(&folder.path().join("not there")), []);
    }
}
