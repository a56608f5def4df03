//! Files about which a trained network is asked: read and scaled like the samples that it learned from.

mod array;
mod bad;
mod folder;
mod lines;
mod other_kind;
mod picture;
mod table;

pub use bad::BadRow;
use folder::is_table;
pub use folder::{InTable, OfTable, askable, files_of_table};

use std::fmt;
use std::path::Path;

use super::dataset::Scale;
use super::far::Far;
use super::import::array_names::{self, Named};
use super::import::arrays::missing_in_words;
use super::import::channels;
use super::import::limits::Limits;
use super::import::rows::{Kind, Number, Stored};
use super::import::sounds::Sound;
use super::import::{file_table, folders, gzip, idx, images, npy, sounds, text};
use super::pixels::{AskedInputs, Pixels, brightest, scales_of_inputs};
use super::table::{Format, Names, Place, why_no_array};
use super::{Error, series, speech, tokens, words};
use crate::preset::shapes::size;
use crate::preset::{DataConfig, FileTable, Holds, Preparation, Source, Sp500, TextTokens, counted};

/// The samples of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Which each is.
    pub samples: Vec<Which>,
    /// `[samples, …shape]`, as the network gets them.
    pub inputs: Vec<f32>,
    /// The rows that are no samples, in their order.
    pub bad: Vec<BadRow>,
    /// The names of a table's columns that are neither inputs nor what the network predicts.
    pub left_out: Vec<String>,
    /// Characters of its texts that the network does not know, and so does not see.
    pub unknown_characters: usize,
    /// What a person should know of how it was read: a sentence each.
    pub told: Vec<String>,
}

/// Which sample of a file it is; nothing of it is known where the file is one sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// The number of its row, from 1, without a line of names; as `eval --predictions` numbers them.
    pub row: Option<usize>,
    /// Where that is another number: the line of a text on which the row begins, or the row of a spreadsheet.
    pub at: Option<Place>,
    /// The word or text that it is, or the day.
    pub text: Option<String>,
}

impl Which {
    /// A row of a table or an array; `at` is its place in the file.
    pub fn row(number: usize, at: Option<Place>) -> Self {
        let other = at.filter(|at| *at != Place::Row(number as u64));
        Which { row: Some(number), at: other, text: None }
    }
}

/// The row, and its place in the file: `row 3, line 4`.
impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match (self.row, self.at) {
            (None, _) => Ok(()),
            (Some(row), None) => write!(f, "row {row}"),
            (Some(row), Some(Place::Row(of_sheet))) => write!(f, "row {row}, row {of_sheet} of the sheet"),
            (Some(row), Some(at)) => write!(f, "row {row}, {at}"),
        }
    }
}

/// The most numbers that the samples of a file may have in all.
const MOST_NUMBERS: usize = 1 << 28;

/// Reads a file for a network that learned `learned` from what `config` names. The file's first bytes tell its kind. `in_table` says where
/// a table has the names of its columns, and `sheet` which sheet of a spreadsheet it is; `None`: that of the preset, or the first one.
/// Rows that cannot be read are told beside those that can.
///
/// # Errors
/// When it is damaged as a whole, or of a kind that the network does not take.
pub fn read(
    config: &DataConfig,
    learned: &Preparation,
    file: &Path,
    in_table: Names,
    sheet: Option<&str>,
) -> Result<Asked, Error> {
    let read = read_as_it_begins(config, learned, file, in_table, sheet);
    read.map_err(|error| other_kind::refusal(config, learned, file).unwrap_or(error))
}

/// As [`read`], by the file's first bytes alone.
fn read_as_it_begins(
    config: &DataConfig,
    learned: &Preparation,
    file: &Path,
    in_table: Names,
    sheet: Option<&str>,
) -> Result<Asked, Error> {
    let broken = |problem: String| Error::Broken { origin: file.to_string_lossy().into_owned(), problem };
    let refused = |kind: &str| {
        Err(broken(format!("this network does not take {kind}; it learned from: {}", wants(config, learned))))
    };
    let (start, _) = gzip::start(file, folders::START).map_err(|error| broken(error.to_string()))?;
    if sheet.is_some() && !matches!(Format::of_start(&start), Format::Spreadsheet(_)) {
        return Err(broken(
            "--sheet names a sheet of a spreadsheet (.xlsx, .ods), and this is none; leave it out".into(),
        ));
    }
    let limits = &Limits::of_machine();
    let takes_numbers = learned.tokens.is_empty();
    let form = speech::form_of(&config.source);
    let texts = |rows: Rows<'_, '_>| encoded(rows, config, learned, &broken);
    match &start[..] {
        [] => Err(broken("it is empty".into())),
        start if sounds::is_sound(start) => match form {
            Some(form) => {
                let sound = sounds::read(file, form.rate, limits)?;
                let told = converted(&sound, form.rate);
                let picture = speech::picture(&sound.samples, form);
                Ok(Asked { told, ..one(scaled(learned, config, wide(picture))) })
            }
            None => refused("a sound"),
        },
        start if images::is_image(start) => match picture::read(config, learned, file, limits)? {
            Some(pixels) => Ok(one(scaled(learned, config, wide(pixels)))),
            None => refused("an image"),
        },
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] if takes_numbers => {
            rows(config, learned, npy::open(file, limits)?, &broken)
        }
        [0, 0, ..] if takes_numbers => rows(config, learned, idx::open(file, limits)?, &broken),
        start @ [b'P', b'K', 3, 4, ..] if takes_numbers && Format::of_start(start) == Format::Text => {
            let mut archive = npy::Archive::open(file, limits)?;
            let names = archive.names();
            let (wanted, told) = array_asked(&config.source, &names);
            let wanted = wanted.ok_or_else(|| broken("there are no arrays in it".into()))?;
            let asked = rows(config, learned, archive.array(wanted)?, &broken)?;
            Ok(Asked { told: told.into_iter().chain(asked.told).collect(), ..asked })
        }
        _ if form.is_some() => refused("anything but sounds"),
        _ => match &config.source {
            Source::Words => {
                let text = text::read(file)?;
                let is_known = |letter: char| words::is_known(letter, &learned.tokens);
                let unknown = |word: &str| word.chars().filter(|&letter| !is_known(letter)).count();
                let encode = |word: &str| words::encode(word, &learned.tokens).to_vec();
                let mut words = text.split_whitespace().map(|word| (None, Ok(word)));
                lines(&mut words, &broken, &unknown, &encode)
            }
            Source::FileTable(FileTable { holds: Holds::TextFiles, .. }) => {
                let text = text::read(file)?;
                let asked = texts(&mut std::iter::once((None, Ok(text.trim()))))?;
                Ok(Asked { samples: vec![Which::default()], ..asked })
            }
            // A network that learned from the texts of a table takes a table as well as lines.
            Source::FileTable(FileTable { holds: Holds::Texts, path, .. }) if is_table(file) => {
                let rows = file_table::texts(file, path.as_deref(), "text", limits)?;
                let rows = rows.iter().map(|(at, text)| (Some(*at), text.as_deref().map_err(String::clone)));
                texts(&mut rows.into_iter())
            }
            Source::Sentiment
            | Source::LabelledText(_)
            | Source::FileTable(FileTable { holds: Holds::Texts, .. }) => {
                let text = text::read(file)?;
                let (mut rows, empty) = lines::rows(&text, &learned.classes);
                let mut asked = texts(&mut rows)?;
                for of in asked.samples.iter_mut().filter(|of| empty.is_some() && of.at.is_some()) {
                    // So that an answer is found beside its text.
                    of.row = of
                        .at
                        .and_then(|at| if let Place::Line(line) = at { Some(line as usize) } else { None });
                }
                asked.told.extend(empty);
                Ok(asked)
            }
            Source::Sp500(Sp500 { steps, .. }) => {
                let (day, window) = series::latest(file, *steps)?;
                Ok(Asked {
                    samples: vec![Which { text: Some(day), ..Which::default() }],
                    inputs: scaled(learned, config, wide(window)),
                    ..Asked::default()
                })
            }
            _ if !takes_numbers => refused("a text to answer"),
            _ => {
                let table::Read { samples, numbers, bad, left_out, mut told } =
                    table::read(config, learned, file, (in_table, sheet), limits)?;
                told.extend(far(config, learned, &numbers));
                let float = Number { kind: Kind::F64, is_big_endian: false };
                let inputs = scaled_by_range(learned, config, numbers, float).map_err(broken)?;
                Ok(Asked { samples, inputs, bad, left_out, told, ..Asked::default() })
            }
        },
    }
}

/// The array of an archive that a network is asked about: that of samples which the preset names, else one that has such a name,
/// else the first; with what is said of a choice that the preset does not make.
fn array_asked<'a>(source: &Source, names: &'a [String]) -> (Option<&'a String>, Option<String>) {
    let named = |name: &String| names.iter().find(|known| *known == name);
    let own = match source {
        Source::Npz(own) => std::iter::once(&own.inputs).chain(&own.test_inputs).find_map(named),
        _ => None,
    };
    if own.is_some() || names.len() < 2 {
        return (own.or(names.first()), None);
    }
    let usual = Named::among(names).map(|named| named.train).or_else(|| array_names::test_pair(names));
    let wanted = usual.and_then(|(inputs, _)| named(&inputs)).or(names.first());
    let said =
        wanted.map(|name| format!("of the arrays {}, the network is asked about {name}", names.join(", ")));
    (wanted, said)
}

/// What is said of numbers and dates far outside those of the training; `numbers` are the rows before they are scaled.
fn far(config: &DataConfig, learned: &Preparation, numbers: &[f64]) -> Vec<String> {
    Far::from(config, learned).of_rows(numbers, size(&learned.input_shape)).in_words("the answer is a guess")
}

/// What a network takes, in words.
fn wants(config: &DataConfig, learned: &Preparation) -> String {
    let what = match &config.source {
        Source::Words => "words".into(),
        Source::Sentiment | Source::LabelledText(_) => "texts, a line each".into(),
        Source::FileTable(FileTable { holds, .. }) => match holds {
            Holds::Images => format!("images of {:?}", &learned.input_shape),
            Holds::Sounds => "sounds".into(),
            Holds::TextFiles => "a text".into(),
            Holds::Texts => "texts, a line each, or a table of them".into(),
        },
        Source::Shakespeare(_) | Source::TextFile(_) => "a text, as a prompt".into(),
        Source::SpokenDigits | Source::WavFolder(_) => "sounds".into(),
        Source::Sp500(_) => "a table of days with High, Low and Close".into(),
        Source::Csv(_) => "rows of a table".into(),
        _ => match &learned.input_shape[..] {
            [height, width, _] => format!("images of {height} by {width}"),
            shape => format!("rows of {} numbers", shape.iter().product::<usize>()),
        },
    };
    format!("{} ({what})", config.source.title())
}

/// What is done to a sound of another rate or of several channels.
fn converted(sound: &Sound, rate: usize) -> Vec<String> {
    let other_rate = sound.rate as usize != rate;
    let rate = other_rate.then(|| format!("the sound is converted from {} Hz to {rate} Hz", sound.rate));
    let mixed = (sound.channels > 1).then(|| format!("its {} channels are mixed", sound.channels));
    let done: Vec<String> = rate.into_iter().chain(mixed).collect();
    if done.is_empty() { Vec::new() } else { vec![done.join("; ")] }
}

fn one(input: Vec<f32>) -> Asked {
    Asked { samples: vec![Which::default()], inputs: input, ..Asked::default() }
}

/// Texts with their places in a file, or why one is none.
type Rows<'i, 't> = &'i mut dyn Iterator<Item = (Option<Place>, Result<&'t str, String>)>;

/// Texts as the tokens that a network knows. Of words that it does not know a sentence tells; unknown characters are counted.
fn encoded(
    rows: Rows,
    config: &DataConfig,
    learned: &Preparation,
    broken: &dyn Fn(String) -> Error,
) -> Result<Asked, Error> {
    let form = config.source.text_form().ok_or_else(|| broken("it holds texts".into()))?;
    let known = &learned.tokens;
    let (all, longer) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let unknown = |text: &str| {
        let (count, unknown) = tokens::unknown(text, &form, known);
        all.set(all.get() + count);
        longer.set(longer.get() + usize::from(count > form.length));
        unknown
    };
    let mut asked = lines(rows, broken, &unknown, &|text| tokens::encode(text, &form, known))?;
    if form.tokens == TextTokens::Words {
        let count = std::mem::take(&mut asked.unknown_characters);
        let said = format!(
            "{count} of its {} are not known to the network, which reads them all as one word",
            counted(all.get(), "word")
        );
        asked.told.extend((count > 0).then_some(said));
    }
    asked.told.extend(form.cut_in_words(longer.get(), asked.samples.len()));
    Ok(asked)
}

/// Texts, each a sample, with their places in the file where they are rows of it; or why a row has none.
fn lines(
    texts: Rows,
    broken: &dyn Fn(String) -> Error,
    unknown: &dyn Fn(&str) -> usize,
    encode: &dyn Fn(&str) -> Vec<f32>,
) -> Result<Asked, Error> {
    let mut asked = Asked::default();
    for (at, text) in texts {
        let of = Which::row(asked.samples.len() + asked.bad.len() + 1, at);
        match text {
            Ok(text) => {
                asked.unknown_characters += unknown(text);
                asked.samples.push(Which { text: Some(text.to_string()), ..of });
                asked.inputs.extend(encode(text));
            }
            Err(problem) => {
                let problem = format!("{of}{problem}");
                bad::push(&mut asked.bad, BadRow { of, problem }).map_err(broken)?;
            }
        }
        if asked.inputs.len() > MOST_NUMBERS {
            return Err(broken("it holds too many texts".into()));
        }
    }
    if asked.samples.is_empty() && asked.bad.is_empty() {
        Err(broken("it holds no words".into()))
    } else {
        Ok(asked)
    }
}

/// The samples of an array.
///
/// # Errors
/// When they are not of the network's shape, too many at once, or cannot be read.
fn rows(
    config: &DataConfig,
    learned: &Preparation,
    (stored, row): (Stored, Vec<usize>),
    broken: &dyn Fn(String) -> Error,
) -> Result<Asked, Error> {
    if let Some(problem) = why_no_array(learned) {
        return Err(broken(problem));
    }
    let takes = &learned.input_shape[..];
    if stored.number.kind.is_letter() {
        return Err(broken("its elements are texts, and this network takes numbers".into()));
    }
    let width = size(takes);
    let (layout, is_flat, channels) =
        array::layout_of(&config.source, stored.count, &row, takes).map_err(broken)?;
    let stored = match layout {
        array::Layout::Rows => stored,
        array::Layout::One => Stored { width, count: 1, ..stored },
    };
    if stored.count == 0 {
        return Err(broken("it holds no samples".into()));
    }
    if stored.count.saturating_mul(width) > MOST_NUMBERS {
        return Err(broken(format!("{} samples are too many at once", stored.count)));
    }
    let (mut numbers, mut cells) = (Vec::with_capacity(stored.count * width), vec![0.0; width]);
    let (mut samples, mut bad) = (Vec::with_capacity(stored.count), Vec::new());
    let missing = config.source.array_form().unwrap_or_default().missing;
    let fills = if missing.is_refused() { &[] } else { &learned.fills[..] };
    let (mut filled, mut filled_rows) = (0, 0);
    for row in 0..stored.count {
        channels::read(&stored, row, channels, &mut cells)?;
        if !fills.is_empty() {
            let missing = cells.iter_mut().zip(fills.iter().cycle()).filter(|(x, _)| x.is_nan());
            let count = missing.map(|(x, fill)| *x = *fill).count() as u64;
            (filled, filled_rows) = (filled + count, filled_rows + u64::from(count > 0));
        }
        let of = Which::row(row + 1, None);
        match cells.iter().position(|x| !x.is_finite()) {
            Some(column) => {
                let problem =
                    format!("{of}, column {}: {} is not a number to learn from", column + 1, cells[column]);
                bad::push(&mut bad, BadRow { of, problem }).map_err(broken)?;
            }
            None => {
                numbers.extend_from_slice(&cells);
                samples.push(of);
            }
        }
    }
    let far = far(config, learned, &numbers);
    let inputs = scaled_by_range(learned, config, numbers, stored.number).map_err(broken)?;
    let told = is_flat.then(|| {
        format!("a row of {width} numbers is taken as a sample of the shape {takes:?}, its last axis fastest")
    });
    let filled = (filled > 0).then(|| missing_in_words(filled, filled_rows, stored.count as u64, missing));
    let told = told.into_iter().chain(filled).chain(far).collect();
    Ok(Asked { samples, inputs, bad, told, ..Asked::default() })
}

/// Scales numbers in the data's own unit as the network gets them.
fn scaled(learned: &Preparation, config: &DataConfig, numbers: impl IntoIterator<Item = f64>) -> Vec<f32> {
    scale(numbers, &learned.scales(config))
}

/// Numbers of an array or a line, scaled as the network gets them: bytes of images, whole numbers, or others, which may be shares of full
/// brightness where the network learned from pixels.
///
/// # Errors
/// When they are of another range than those that it learned from; what is wrong.
fn scaled_by_range(
    learned: &Preparation,
    config: &DataConfig,
    numbers: Vec<f64>,
    number: Number,
) -> Result<Vec<f32>, String> {
    let ends = |(least, most): (f64, f64), &x: &f64| (least.min(x), most.max(x));
    let (least, greatest) = numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
    let is_whole = !number.is_float();
    let asked = match Pixels::of(config, learned) {
        // A dark picture in whole numbers is no shares.
        Some(_) if is_whole && least >= 0.0 && greatest <= brightest(&config.source) => {
            AskedInputs::AsLearned
        }
        Some(_) => AskedInputs::Numbers(least, greatest),
        None if number.kind == Kind::U8 && learned.input_shape.len() == 3 => AskedInputs::Bytes,
        None if is_whole || !learned.columns.is_empty() => AskedInputs::AsLearned,
        None => AskedInputs::Numbers(least, greatest),
    };
    Ok(scale(numbers, &scales_of_inputs(config, learned, asked)?))
}

/// The numbers by these scales, which repeat along them; as they are where there are none.
fn scale(numbers: impl IntoIterator<Item = f64>, scales: &[Scale]) -> Vec<f32> {
    if scales.is_empty() {
        return numbers.into_iter().map(|x| x as f32).collect();
    }
    numbers.into_iter().zip(scales.iter().cycle()).map(|(x, scale)| scale.apply(x)).collect()
}

/// Numbers of single precision in double precision, as scales take them.
fn wide(numbers: Vec<f32>) -> impl Iterator<Item = f64> {
    numbers.into_iter().map(f64::from)
}

#[cfg(test)]
mod tests;
