//! Data in files of one's own.

mod files;
mod other;
mod set;

use super::parts::Parts;
use super::samples::{Answers, Samples};
use super::speech::mel::Spectrogram;
use super::{Error, Splits, text};
use crate::preset::{DataConfig, Offers, Pair, Source, TargetKind};
use files::Opened;
pub use other::test_set;
use set::Imported;

/// Opens the files that a preset names.
///
/// # Errors
/// The first thing that is wrong with them, with its place.
pub(super) fn open(source: &Source, config: &DataConfig, seed: u64) -> Result<Splits, Error> {
    match files::open(source)? {
        Some(Opened::Rows(set)) => set.split(config, seed),
        Some(Opened::Samples(samples, first_test)) => {
            let classes = samples.classes();
            let parts = match first_test {
                Some(first) => Parts::cut_at(&classes, first as u32, config, seed),
                None => Parts::cut(&classes, config, seed),
            };
            // Tokens are numbers of characters, not quantities.
            match samples.tokens.is_empty() {
                true => Ok(super::open::scaled(samples, parts, config)),
                false => Ok(samples.split(parts, config.labels)),
            }
        }
        Some(Opened::Text(text, steps)) => Ok(text::splits(&text, steps, config)),
        None => Err(Error::Broken { origin: source.title().into(), problem: "it is not known here".into() }),
    }
}

/// What is in the files that a source names. They are read from beginning to end, but for folders, which are listed.
///
/// # Errors
/// As [`open`].
pub(super) fn offers(source: &Source) -> Result<Offers, Error> {
    let of = |input: Vec<usize>, target: TargetKind, count: usize, first_test: Option<usize>| Offers {
        input,
        tokens: None,
        target,
        samples: first_test.unwrap_or(count),
        window: None,
        gap: 0,
        test: first_test.map(|first| count - first),
    };
    Ok(match source {
        // Folders are listed; what is in their files is seen when they are opened.
        Source::ImageFolder { folder, test_folder, size: Pair(height, width), colour } => {
            let (classed, first_test) = files::image_files(folder, test_folder.as_deref())?;
            let count = classed.files.len();
            of(
                vec![*height, *width, colour.channels()],
                TargetKind::Classes(classed.names),
                count,
                first_test,
            )
        }
        Source::WavFolder { folder, test_folder, seconds } => {
            let (classed, first_test) = files::sound_files(folder, test_folder.as_deref())?;
            let form = Spectrogram::lasting(*seconds);
            let count = classed.files.len();
            of(vec![form.frames, form.mels, 1], TargetKind::Classes(classed.names), count, first_test)
        }
        _ => match files::open(source)? {
            Some(Opened::Rows(Imported { shape, rows, answers, first_test, .. })) => {
                of(shape, kind(answers), rows.count(), first_test)
            }
            Some(Opened::Samples(samples, first_test)) => {
                let count = samples.count();
                let Samples { shape, answers, tokens, .. } = samples;
                let tokens = (!tokens.is_empty()).then_some(tokens.len());
                Offers { tokens, ..of(shape, kind(answers), count, first_test) }
            }
            Some(Opened::Text(text, steps)) => {
                let letters = text.vocabulary.len();
                let target = TargetKind::Tokens(letters);
                let tokens = Some(letters);
                Offers { tokens, window: Some(steps), ..of(vec![steps], target, text.tokens.len(), None) }
            }
            None => {
                let problem = "it names no files".into();
                return Err(Error::Broken { origin: source.title().into(), problem });
            }
        },
    })
}

fn kind(answers: Answers) -> TargetKind {
    match answers {
        Answers::Classes { names, .. } => TargetKind::Classes(names),
        Answers::Values { width, .. } => TargetKind::Values(width),
    }
}

#[cfg(test)]
mod tests;
