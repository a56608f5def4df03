//! Texts with their classes.

use std::path::Path;

use super::{Import, Opened};
use crate::data::Error;
use crate::data::import::limits::Limits;
use crate::data::import::text;
use crate::data::samples::Samples;
use crate::data::table::RowNumbers;
use crate::preset::LabelledText;

impl Import for LabelledText {
    fn open(&self, limits: &Limits, notices: &mut Vec<String>) -> Result<Opened, Error> {
        let samples = text::labelled(Path::new(&self.file), self.form(), limits, &mut Err, notices)?;
        Ok(Opened::Samples(Samples { rows: Some((RowNumbers::default(), None)), ..samples }, None))
    }
}
