//! Every scalar of a run over its steps, one line per value.

use std::io::Write;

use super::{Format, Trained};
use crate::run::tensorboard::Reader;
use crate::run::{Error, disk};

/// Columns `tag`, `step`, `time` (seconds since 1970) and `value`.
#[derive(Debug)]
pub struct Csv;

impl Format for Csv {
    fn extension(&self) -> &'static str {
        "csv"
    }

    fn holds_weights(&self) -> bool {
        false
    }

    fn write(&self, trained: &Trained, out: &mut dyn Write) -> Result<(), Error> {
        let folder = trained.run.path();
        let mut files = disk::patiently(|| disk::list(folder))?;
        files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("tfevents")));
        // Their names begin with the time, so sorting puts them in order.
        files.sort_unstable();
        let refused = || Error::io(folder, "writing its scalars");
        writeln!(out, "tag,step,time,value").map_err(refused())?;
        for path in files {
            let mut result = Ok(());
            Reader::new(&path).read(|scalar| {
                if result.is_ok() {
                    let tag = quoted(&scalar.tag);
                    // The numbers in the file have the precision of f32.
                    let (step, time, value) = (scalar.step, scalar.wall_time, scalar.value as f32);
                    result = writeln!(out, "{tag},{step},{time},{value}");
                }
            })?;
            result.map_err(refused())?;
        }
        Ok(())
    }
}

/// A field as RFC 4180 has it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_need_it_are_quoted() {
        assert_eq!([quoted("loss/train"), quoted("a,\"b\"")], ["loss/train", "\"a,\"\"b\"\"\""]);
    }
}
