//! Arrays of numbers as samples, with arrays of classes or values as what they should give.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Opened;
use super::set::Imported;
use crate::data::Error;
use crate::data::answers::{Answers, MOST_CLASSES, MOST_LIKELY_CLASSES, Numbering};
use crate::data::import::arrays::missing_in_words;
use crate::data::import::channels::{self, ChannelsLast};
use crate::data::import::classes::{Classes, too_many_classes};
use crate::data::import::limits::Limits;
use crate::data::import::rows::{Joined, Kind, Rows, Stored};
use crate::data::table::digits::is_beyond;
use crate::preset::{ArrayForm, Missing, TargetsAs, counted};

pub(super) fn broken(origin: &str, problem: String) -> Error {
    Error::Broken { origin: origin.into(), problem }
}

/// Checks that there are samples, and as many answers as samples. Each is what messages call its file, and how many are in it.
pub(super) fn check_counts(samples: (&str, usize), answers: (&str, usize)) -> Result<(), Error> {
    let (origin, count) = samples;
    match count {
        0 => Err(broken(origin, "it holds no samples".into())),
        count if count != answers.1 => Err(broken(
            origin,
            format!(
                "{count} samples, and {} has {} answers; there has to be one for each",
                answers.0, answers.1
            ),
        )),
        count if u32::try_from(count).is_err() => Err(broken(origin, "more than 4 billion samples".into())),
        _ => Ok(()),
    }
}

/// Whole numbers from 0 as classes; `classes` is how many there are, where that is known.
pub(super) fn class_numbers(
    numbers: &Stored,
    shape: &[usize],
    classes: Option<usize>,
    limits: &Limits,
) -> Result<Vec<u32>, Error> {
    if numbers.width != 1 {
        return Err(broken(
            &numbers.origin,
            format!("labels of shape {shape:?}: each label must be one number"),
        ));
    }
    limits.check(4 * numbers.count as u64, "its labels take", &numbers.origin)?;
    let most = classes.unwrap_or(MOST_CLASSES);
    let mut of = Vec::with_capacity(numbers.count);
    numbers.in_order(&mut |first, labels| {
        for (place, &label) in (first + 1..).zip(labels) {
            if label.fract() != 0.0 || label < 0.0 || (label as usize) >= most {
                let last = most.saturating_sub(1);
                let problem = format!("label {place}: {label} is not one of the classes 0 to {last}");
                return Err(broken(&numbers.origin, problem));
            }
            of.push(label as u32);
        }
        Ok(())
    })?;
    Ok(of)
}

/// An array, in one piece or in several that are joined along the first axis.
pub(super) struct Array {
    first: Stored,
    others: Vec<Stored>,
    /// The shape of a row.
    shape: Vec<usize>,
}

impl From<(Stored, Vec<usize>)> for Array {
    fn from((first, shape): (Stored, Vec<usize>)) -> Self {
        Array { first, others: Vec::new(), shape }
    }
}

impl Array {
    /// The same with another piece behind it.
    ///
    /// # Errors
    /// When its rows have another shape, or bytes and larger numbers would be mixed, which do not mean the same.
    pub(super) fn with(mut self, piece: (Stored, Vec<usize>)) -> Result<Self, Error> {
        self.add(piece)?;
        Ok(self)
    }

    fn add(&mut self, (piece, shape): (Stored, Vec<usize>)) -> Result<(), Error> {
        let first = &self.first;
        // Texts of two arrays may have room for more or fewer letters.
        let of_sample = |shape: &[usize], of: &Stored| match of.number.kind.is_letter() {
            true => shape[..shape.len().saturating_sub(1)].to_vec(),
            false => shape.to_vec(),
        };
        if of_sample(&shape, &piece) != of_sample(&self.shape, first) {
            let shapes = format!("rows of shape {shape:?}, those in {} have {:?}", first.origin, self.shape);
            return Err(broken(&piece.origin, shapes));
        }
        // Bytes may be pixels, whole numbers classes, and numbers with a fraction values.
        let means = |piece: &Stored| {
            let kind = piece.number.kind;
            (kind == Kind::U8, kind.is_letter(), piece.number.is_float())
        };
        if means(&piece) != means(first) {
            let (here, there) = (piece.number.kind.dtype(), first.number.kind.dtype());
            let problem = format!(
                "its numbers are {here}, and those in {} are {there}, which does not mean the same; save all with one dtype, \
                 as in array.astype(\"{there}\")",
                first.origin
            );
            return Err(broken(&piece.origin, problem));
        }
        self.others.push(piece);
        Ok(())
    }

    /// Adds another array behind it.
    ///
    /// # Errors
    /// As [`Array::with`].
    fn append(&mut self, other: Array) -> Result<(), Error> {
        let Array { first, others, shape } = other;
        std::iter::once(first).chain(others).try_for_each(|piece| self.add((piece, shape.clone())))
    }

    fn pieces(&self) -> impl Iterator<Item = &Stored> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// What messages call its pieces that have no rows.
    pub(super) fn empty(&self) -> Vec<&str> {
        self.pieces().filter(|piece| piece.count == 0).map(|piece| &piece.origin[..]).collect()
    }

    fn count(&self) -> usize {
        self.pieces().map(|piece| piece.count).sum()
    }

    /// What messages call it and how many rows it has.
    fn counted(&self) -> (String, usize) {
        let origin = match self.others.len() {
            0 => self.first.origin.clone(),
            more => format!("{} and {more} more", self.first.origin),
        };
        (origin, self.count())
    }

    fn rows(self) -> Arc<dyn Rows> {
        match self.others.is_empty() {
            true => Arc::new(self.first),
            false => {
                let others = self.others.into_iter().map(|piece| -> Arc<dyn Rows> { Arc::new(piece) });
                Arc::new(Joined::of(Arc::new(self.first), others))
            }
        }
    }
}

/// Samples with what they should give.
pub(super) type Pair = (Array, Array);

/// The parts of a set; those that are not there are cut off those to train on.
pub(super) struct Parts {
    pub train: Pair,
    pub validation: Option<Pair>,
    pub test: Option<Pair>,
}

/// The samples of a part of a set that is not trained on, and their targets, as a preset names them; `None` where it names neither.
/// `part` is what its options begin with.
///
/// # Errors
/// When one is named without the other.
pub(super) fn both<T>(
    origin: &str,
    part: &str,
    inputs: Option<T>,
    targets: Option<T>,
) -> Result<Option<(T, T)>, Error> {
    match (inputs, targets) {
        (Some(inputs), Some(targets)) => Ok(Some((inputs, targets))),
        (None, None) => Ok(None),
        (inputs, _) => {
            let (there, missing) =
                if inputs.is_some() { ("inputs", "targets") } else { ("targets", "inputs") };
            Err(broken(origin, format!("{part}_{there} needs {part}_{missing} beside it")))
        }
    }
}

/// Checks that there are samples, and as many targets.
fn check_pair((rows, targets): &Pair) -> Result<(), Error> {
    // Files that are as many belong together one by one: what is missing in one must not shift the answers of the next.
    if rows.others.len() == targets.others.len() && !rows.others.is_empty() {
        let mut pairs = rows.pieces().zip(targets.pieces());
        pairs.try_for_each(|(rows, targets)| {
            check_counts((&rows.origin, rows.count), (&targets.origin, targets.count))
        })?;
    }
    let ((samples, count), (answers, answered)) = (rows.counted(), targets.counted());
    check_counts((&samples, count), (&answers, answered))
}

/// The parts one behind the other, and the first sample of the validation set and of the test set where they are there.
fn joined(parts: Parts) -> Result<(Pair, Option<usize>, Option<usize>), Error> {
    let Parts { train, validation, test } = parts;
    let mut all = train;
    let mut behind = |part: Option<Pair>| -> Result<Option<usize>, Error> {
        let Some(part) = part else { return Ok(None) };
        let first = all.0.count();
        all.0.append(part.0)?;
        all.1.append(part.1)?;
        Ok(Some(first))
    };
    let (first_validation, first_test) = (behind(validation)?, behind(test)?);
    Ok((all, first_validation, first_test))
}

/// Samples and their targets. Whole numbers from 0 on suggest classes, and so do a few below 0, such as -1 and 1; other numbers values; a training may read them the
/// other way.
pub(super) fn arrays(
    parts: Parts,
    form: ArrayForm,
    limits: &Limits,
    notices: &mut Vec<String>,
) -> Result<Opened, Error> {
    for pair @ (rows, targets) in std::iter::once(&parts.train).chain(&parts.validation).chain(&parts.test) {
        if rows.first.number.kind.is_letter() {
            let problem = "its elements are texts, which may be targets and no inputs; a table (.csv) with such a column is learned with \
                           init or csv(…), and one of texts with file_table(…, holds: texts)";
            return Err(broken(&rows.first.origin, problem.into()));
        }
        for piece in rows.pieces() {
            finite(piece, OF_INPUTS, !form.missing.is_refused())?;
            notices.extend(missing(piece, form.missing)?);
        }
        targets.pieces().try_for_each(|piece| finite(piece, OF_TARGETS, false))?;
        check_pair(pair)?;
    }
    let ((rows, targets), first_validation, first_test) = joined(parts)?;
    let answers = match targets.first.number.kind.is_letter() {
        true => words(&targets)?,
        false => numbers(&targets, &targets.counted().0, limits, notices)?,
    };
    notices.extend(long_inputs(&rows)?);
    let set = images(rows, answers, form, notices)?;
    Ok(Opened::Rows(Imported { first_validation, first_test, ..set }))
}

/// What is done with numbers that are none, in NumPy.
const OF_INPUTS: &str = "x[numpy.isfinite(x).reshape(len(x), -1).all(axis=1)] keeps the other samples (with their targets); \
                         missing: median in the preset's npz(…) or npy(…) puts the median of the training samples in the place of NaN";
const OF_TARGETS: &str = "keep = numpy.isfinite(y).reshape(len(y), -1).all(axis=1), then x[keep] and y[keep] leave such samples out";

/// Checks that there is no infinity, nor NaN unless that may be; `help` is what to do with them.
fn finite(piece: &Stored, help: &str, may_be_missing: bool) -> Result<(), Error> {
    let is_allowed = |x: f64| x.is_finite() || may_be_missing && x.is_nan();
    let Err(Error::Broken { origin, problem }) = piece.check(&is_allowed) else { return Ok(()) };
    let (count, rows) = counts(piece, &|x| !x.is_finite())?;
    let all = match count {
        1 => String::new(),
        _ => format!("; {count} numbers are NaN or infinite, in {rows} of {}", counted(piece.count, "row")),
    };
    Err(broken(&origin, format!("{problem}{all}. In NumPy, {help}")))
}

/// How many numbers are such, and how many rows have one.
fn counts(piece: &Stored, is_such: &dyn Fn(f64) -> bool) -> Result<(u64, u64), Error> {
    let (mut count, mut rows, mut before) = (0_u64, 0_u64, None);
    piece.in_order(&mut |first, cells| {
        for (place, _) in (first..).zip(cells).filter(|(_, x)| is_such(**x)) {
            count += 1;
            rows += u64::from(before != Some(place / piece.width));
            before = Some(place / piece.width);
        }
        Ok(())
    })?;
    Ok((count, rows))
}

/// What is said of NaN in a piece; `None` where there is none.
fn missing(piece: &Stored, missing: Missing) -> Result<Option<String>, Error> {
    if missing.is_refused() || !piece.number.is_float() {
        return Ok(None);
    }
    let (count, rows) = counts(piece, &f64::is_nan)?;
    let of = |sentence: String| format!("{}: {sentence}", piece.origin);
    Ok((count > 0).then(|| of(missing_in_words(count, rows, piece.count as u64, missing))))
}

/// The class of each row, of an array of texts that name classes, and the classes in order.
///
/// # Errors
/// When a text is missing, or there are too few or too many classes.
pub fn class_words(rows: &Stored) -> Result<(Vec<u32>, Vec<String>), Error> {
    let (mut classes, mut of) = (Classes::default(), Vec::with_capacity(rows.count));
    add_words(rows, &mut classes, &mut of)?;
    in_classes(classes, of, &rows.origin)
}

fn in_classes(classes: Classes, mut of: Vec<u32>, origin: &str) -> Result<(Vec<u32>, Vec<String>), Error> {
    let (names, places) = classes.sorted().map_err(|problem| broken(origin, problem))?;
    of.iter_mut().for_each(|class| *class = places[*class as usize]);
    Ok((of, names))
}

/// Adds the class of each row of texts.
fn add_words(piece: &Stored, classes: &mut Classes, of: &mut Vec<u32>) -> Result<(), Error> {
    let broken = |problem: String| broken(&piece.origin, problem);
    let mut letters = vec![0.0; piece.width];
    for row in 0..piece.count {
        piece.read(row, &mut letters)?;
        let word: String = letters.iter().map_while(|&letter| char::from_u32(letter as u32)).collect();
        let word = word.trim_end_matches('\0').trim();
        if word.is_empty() {
            return Err(broken(format!("label {} is empty", row + 1)));
        }
        of.push(classes.number(word).ok_or_else(|| broken(too_many_classes()))?);
    }
    Ok(())
}

/// Texts as names of classes.
fn words(targets: &Array) -> Result<Answers, Error> {
    let samples = &targets.shape[..targets.shape.len().saturating_sub(1)];
    if samples.iter().any(|length| *length != 1) {
        let problem = format!("labels of the shape {samples:?}: each sample has one text for its class");
        return Err(broken(&targets.first.origin, problem));
    }
    let (mut classes, mut of) = (Classes::default(), Vec::with_capacity(targets.count()));
    targets.pieces().try_for_each(|piece| add_words(piece, &mut classes, &mut of))?;
    let (of, names) = in_classes(classes, of, &targets.first.origin)?;
    Ok(Answers::Classes { of, names })
}

/// Numbers as classes or values.
fn numbers(
    targets: &Array,
    origin: &str,
    limits: &Limits,
    notices: &mut Vec<String>,
) -> Result<Answers, Error> {
    let (width, answered) = (targets.first.width, targets.count());
    let bytes = (answered as u64).saturating_mul(width as u64).saturating_mul(8);
    limits.check(bytes, "its targets take", origin)?;
    let mut values = vec![0.0; answered * width];
    let mut rest = &mut values[..];
    for piece in targets.pieces() {
        let (here, others) = std::mem::take(&mut rest).split_at_mut(piece.count * width);
        for (row, cells) in here.chunks_exact_mut(width).enumerate() {
            piece.read(row, cells)?;
        }
        rest = others;
    }
    let long = long_numbers(targets, &values, notices)?;
    // As in a table, of numbers that are below 0 or large a few are classes.
    let are_few = values.iter().all(|&value| value >= 0.0 && value < MOST_CLASSES as f64)
        || values.iter().map(|value| value.to_bits()).collect::<HashSet<u64>>().len() <= MOST_LIKELY_CLASSES;
    let answers = Answers::values(width, values);
    let are_classes = width == 1 && are_few && !targets.pieces().any(|piece| piece.number.is_float());
    let wanted = if are_classes { TargetsAs::Classes } else { TargetsAs::Values };
    Ok(long.unwrap_or_else(|| answers.read_as(wanted, Numbering::FromZero)))
}

/// The samples with the shape that a network gets: of images, the channels come last.
fn images(
    rows: Array,
    answers: Answers,
    form: ArrayForm,
    notices: &mut Vec<String>,
) -> Result<Imported, Error> {
    let kind = rows.first.number.kind;
    let shape = match &rows.shape[..] {
        [] => vec![1],
        [height, width] if form.grey_images || matches!(kind, Kind::U8 | Kind::Bool) => {
            vec![*height, *width, 1]
        }
        other if form.grey_images => {
            let problem = format!(
                "grey_images: true is for samples of the shape [height, width], and these have the shape {other:?}"
            );
            return Err(broken(&rows.first.origin, problem));
        }
        other => other.to_vec(),
    };
    let are_pixels = kind == Kind::U8 && shape.len() == 3;
    let origin = rows.first.origin.clone();
    let (shape, rows) = match (form.channels_first, channels::last(&shape)) {
        (true, Some(last)) => {
            let channels = shape[0];
            (last, Arc::new(ChannelsLast { images: rows.rows(), channels }) as Arc<dyn Rows>)
        }
        (true, None) => {
            let problem = format!(
                "channels_first: true is for images of the shape [channels, height, width], and its samples have the shape {shape:?}"
            );
            return Err(broken(&origin, problem));
        }
        (false, _) => {
            if channels::come_first(&shape) && shape[0] > 1 {
                notices.push(format!(
                    "{origin}: samples of the shape {shape:?} look like images whose channels come first; channels_first: true in the \
                     preset puts them last, as a network takes them"
                ));
            }
            (shape, rows.rows())
        }
    };
    Ok(Imported { are_pixels, missing: form.missing, ..Imported::of(rows, shape, answers) })
}

/// What is said of inputs that are whole numbers with more digits than double precision has.
fn long_inputs(rows: &Array) -> Result<Option<String>, Error> {
    let mut beyond = 0_u64;
    for piece in rows.pieces().filter(|piece| piece.may_be_long()) {
        piece.in_order(&mut |_, cells| {
            beyond += cells.iter().filter(|cell| is_beyond(**cell)).count() as u64;
            Ok(())
        })?;
    }
    Ok((beyond > 0).then(|| {
        format!(
            "{}: {} of its inputs {} more digits than double precision has, which tells numbers beyond 9007199254740992 apart only roughly: \
             subtract the least of each column before they are saved",
            rows.first.origin,
            counted(beyond, "number"),
            if beyond == 1 { "has" } else { "have" }
        )
    }))
}

/// Different numbers that are counted.
const COUNTED: usize = 1 << 16;

/// Whole numbers with more digits than double precision has, as classes by all their digits; `None` where there are none, or too many
/// different ones for classes. Where double precision runs some together, that is told.
fn long_numbers(
    targets: &Array,
    values: &[f64],
    notices: &mut Vec<String>,
) -> Result<Option<Answers>, Error> {
    let are_whole = targets.first.width == 1 && targets.pieces().all(Stored::may_be_long);
    if !are_whole || !values.iter().any(|&value| is_beyond(value)) {
        return Ok(None);
    }
    let (mut numbers, mut of) = (HashMap::<i128, u32>::new(), Vec::with_capacity(values.len()));
    for piece in targets.pieces() {
        piece.whole_numbers(&mut |number| {
            let next = numbers.len();
            if next <= COUNTED || numbers.contains_key(&number) {
                of.push(*numbers.entry(number).or_insert(next as u32));
            }
        })?;
    }
    let mut sorted: Vec<(i128, u32)> = numbers.into_iter().collect();
    sorted.sort_unstable();
    let mut seen: Vec<u64> = sorted.iter().map(|(number, _)| (*number as f64).to_bits()).collect();
    seen.dedup();
    let (different, is_more) =
        (sorted.len().min(COUNTED), if sorted.len() > COUNTED { " or more" } else { "" });
    if seen.len() < sorted.len() {
        let origin = &targets.first.origin;
        let classes = if sorted.len() <= MOST_CLASSES { "classes tell all of them apart; " } else { "" };
        notices.push(format!(
            "{origin}: its targets have {different}{is_more} different numbers, and as values a network sees {} of them: the others differ in \
             digits that double precision does not have; {classes}as values, subtract the least from all of them before they are saved",
            seen.len().min(COUNTED)
        ));
    }
    if sorted.len() > MOST_CLASSES {
        return Ok(None);
    }
    let mut places = vec![0; sorted.len()];
    sorted.iter().zip(0..).for_each(|((_, number), place)| places[*number as usize] = place);
    let names = sorted.iter().map(|(number, _)| number.to_string()).collect();
    Ok(Some(Answers::Classes { of: of.into_iter().map(|number| places[number as usize]).collect(), names }))
}
