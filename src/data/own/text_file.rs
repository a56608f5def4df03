//! Texts to learn.

use std::path::Path;

use super::{Import, Opened};
use crate::data::text::Text;
use crate::data::{Error, import};
use crate::preset::TextFile;

impl Import for TextFile {
    fn open(&self) -> Result<Opened, Error> {
        let text = import::text::read(Path::new(&self.file))?;
        Ok(Opened::Text(Text::of(&text, &self.file)?, self.steps))
    }
}
