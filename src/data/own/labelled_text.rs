//! Texts with their classes.

use std::path::Path;

use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::text;
use crate::preset::LabelledText;

impl Import for LabelledText {
    fn open(&self, limits: &Limits, _: &mut Vec<String>) -> Result<Opened, Error> {
        Ok(Opened::Samples(text::labelled(Path::new(&self.file), self.length, limits, &mut Err)?, None))
    }
}
