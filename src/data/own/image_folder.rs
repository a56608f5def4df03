//! Folders of images.

use std::path::{Path, PathBuf};

use super::set::Imported;
use super::{Import, Opened, classed, folders, parts_in_words};
use crate::data::Error;
use crate::data::import::folders::Classed;
use crate::data::import::images::{self, Form};
use crate::data::import::limits::Limits;
use crate::preset::{FileSource, ImageFolder, Offers, Pair};

impl ImageFolder {
    fn form(&self) -> Form {
        let Pair(height, width) = self.size;
        Form { height, width, colour: self.colour }
    }

    pub(super) fn images(&self) -> Result<Classed, Error> {
        folders(&self.folder, self.validation_folder.as_ref(), self.test_folder.as_ref(), &images::list)
    }
}

impl Import for ImageFolder {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let images = self.images()?;
        notices.extend(images.left_out.sentences(&images::KIND));
        notices.extend(parts_in_words(&self.folder, &images, "image_folder"));
        let folders: Vec<&Path> = self.paths().into_iter().map(Path::new).collect();
        opened(images, self.form(), self.skip_broken, limits, &self.folder, &folders, notices)
    }

    fn files_in(&self, path: &Path) -> Result<Vec<PathBuf>, Error> {
        Ok(images::list(path)?.files)
    }

    /// Lists the folder. Its files are not read before they are opened as a set.
    fn offers(&self, _limits: &Limits) -> Result<Offers, Error> {
        Ok(classed(self.form().shape(), self.images()?))
    }
}

/// The images as a set; `origin` is what names them, from the folders `folders`.
pub(super) fn opened(
    mut images: Classed,
    form: Form,
    skip_broken: bool,
    limits: &Limits,
    origin: &str,
    folders: &[&Path],
    notices: &mut Vec<String>,
) -> Result<Opened, Error> {
    let rows = images::rows(&mut images, form, skip_broken, limits, origin, notices)?;
    let files = images.named_in(folders);
    let answers = images.answers();
    let Classed { first_validation, first_test, .. } = images;
    Ok(Opened::Rows(Imported {
        first_validation,
        first_test,
        files,
        are_pixels: true,
        ..Imported::of(rows.into(), form.shape(), answers)
    }))
}
