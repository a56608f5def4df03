//! Appends figures to a run's event file.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message;

use super::message::{Event, Figure, Histogram, Image, Metadata, Plugin, Summary, Tensor, Value, What};
use super::record;
use crate::run::append::Appender;
use crate::run::{self, Error};

/// An event file being written. Figures are held back until [`flush`](Writer::flush).
#[derive(Debug)]
pub struct Writer {
    file: Appender,
    /// Whole records that are not in the file yet.
    pending: Vec<u8>,
    /// Records that were left out for want of room, since [`take_left_out`](Self::take_left_out) was last called.
    left_out: u64,
}

/// The most bytes that are held back for a disk that does not take them; later records are left out, and counted.
const PENDING: usize = 8 << 20;

impl Writer {
    /// Begins a new event file in `folder`, under the name that TensorBoard looks for.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn create(folder: &Path) -> Result<Self, Error> {
        let host: String = gethostname::gethostname()
            .to_string_lossy()
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' })
            .collect();
        // Nanoseconds keep the files of a run that was resumed within a second apart, and in their order.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let path = folder.join(format!(
            "events.out.tfevents.{}.{host}.{}.{}",
            since.as_secs(),
            std::process::id(),
            since.subsec_nanos()
        ));
        let mut writer = Writer { file: Appender::open(&path, true)?, pending: Vec::new(), left_out: 0 };
        writer.append(0, What::FileVersion("brain.Event:2".into()))?;
        writer.flush()?;
        Ok(writer)
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Whether there is room for more records.
    pub fn has_room(&self) -> bool {
        self.pending.len() <= PENDING
    }

    /// How many records were left out for want of room since the last call.
    pub fn take_left_out(&mut self) -> u64 {
        std::mem::take(&mut self.left_out)
    }

    /// Adds numbers of one step.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn scalars(&mut self, step: u64, scalars: &[(&str, f64)]) -> Result<(), Error> {
        let value = scalars
            .iter()
            .map(|&(tag, x)| Value {
                tag: tag.into(),
                figure: Some(Figure::Simple(x as f32)),
                ..Value::default()
            })
            .collect();
        self.append(step, What::Summary(Summary { value }))
    }

    /// Adds a histogram.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn histogram(&mut self, step: u64, tag: &str, histogram: &run::Histogram) -> Result<(), Error> {
        let figure = Figure::Histogram(Histogram::from(histogram));
        let value = vec![Value { tag: tag.into(), figure: Some(figure), ..Value::default() }];
        self.append(step, What::Summary(Summary { value }))
    }

    /// Adds a picture, as PNG; `colorspace` is its number of channels.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn image(
        &mut self,
        step: u64,
        tag: &str,
        width: u32,
        height: u32,
        colorspace: u8,
        png: Vec<u8>,
    ) -> Result<(), Error> {
        let image = Image {
            height: height.cast_signed(),
            width: width.cast_signed(),
            colorspace: i32::from(colorspace),
            encoded: png,
        };
        let value = vec![Value { tag: tag.into(), figure: Some(Figure::Image(image)), ..Value::default() }];
        self.append(step, What::Summary(Summary { value }))
    }

    /// Adds a text of one step.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn text(&mut self, step: u64, tag: &str, text: &str) -> Result<(), Error> {
        let plugin = Plugin { name: "text".into(), content: Vec::new() };
        let value = vec![Value {
            tag: tag.into(),
            figure: Some(Figure::Tensor(Tensor::of_text(text))),
            metadata: Some(Metadata { plugin: Some(plugin) }),
        }];
        self.append(step, What::Summary(Summary { value }))
    }

    /// Hands what is held back to the system.
    ///
    /// # Errors
    /// When the system refuses; the file then ends with a whole record as before, and the next call tries again.
    pub fn flush(&mut self) -> Result<(), Error> {
        if !self.pending.is_empty() {
            self.file.append(&self.pending)?;
            self.pending.clear();
        }
        Ok(())
    }

    /// Makes the flushed records durable.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn sync(&self) -> Result<(), Error> {
        self.file.sync()
    }

    /// A new file in `folder` that takes over what this one held back.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn moved_to(self, folder: &Path) -> Result<Self, Error> {
        let mut new = Self::create(folder)?;
        (new.pending, new.left_out) = (self.pending, self.left_out);
        Ok(new)
    }

    fn append(&mut self, step: u64, what: What) -> Result<(), Error> {
        let wall_time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let event = Event { wall_time, step: step.cast_signed(), what: Some(what) };
        if !self.has_room() {
            self.left_out += 1;
            return Ok(());
        }
        record::write(&mut self.pending, &event.encode_to_vec())
            .map_err(Error::io(self.file.path(), "writing"))
    }
}
