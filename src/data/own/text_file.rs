//! Texts to learn.

use std::path::Path;

use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::text::Text;
use crate::preset::TextFile;

impl Import for TextFile {
    fn open(&self, limits: &Limits, _: &mut Vec<String>) -> Result<Opened, Error> {
        Ok(Opened::Text(Text::read(Path::new(&self.file), limits)?, self.steps))
    }
}
