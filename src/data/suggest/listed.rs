//! Presets for tables whose rows name files, or hold texts.

use super::comment::comment;
use super::found::{Found, Target};
use super::network::{End, Network, end_of_answers, split};
use super::{files, folder, text};
use crate::data::import::class_column::Chosen;
use crate::data::import::limits::Limits;
use crate::data::{self, Error, own};
use crate::preset::counted_with;
use crate::preset::{Colour, FileTable, Holds, LabelNames, Offers, TargetKind};

/// The preset for files that a column of a table names. `targets` are the columns of classes or values that a person names.
pub(super) fn of_files(
    file: &str,
    column: &str,
    label: Chosen,
    targets: &[String],
    holds: Holds,
) -> Result<Found, Error> {
    found(file, column, label, targets, holds, String::new())
}

/// The preset for texts in a column of a table. `others` are columns that are not read.
pub(super) fn of_texts(
    file: &str,
    column: &str,
    label: Chosen,
    is_chosen: bool,
    others: &[String],
) -> Result<Found, Error> {
    let targets = if is_chosen { vec![label.name.clone()] } else { Vec::new() };
    let unread = match others {
        [] => String::new(),
        others => comment(&format!(
            "Only the texts are read; {} would be inputs of a table, csv(file: …), which leaves texts out.",
            others.join(", ")
        )),
    };
    found(file, column, label, &targets, Holds::Texts, unread)
}

fn found(
    file: &str,
    column: &str,
    label: Chosen,
    targets: &[String],
    holds: Holds,
    unread: String,
) -> Result<Found, Error> {
    let Chosen { name: label, is_by_name, missing, others } = label;
    let is_chosen = !targets.is_empty();
    let labels = match targets {
        [_, _, ..] => targets.to_vec(),
        _ => vec![label.clone()],
    };
    let in_preset = LabelNames::listed(labels.clone()).map(|labels| labels.in_preset()).unwrap_or_default();
    let source = FileTable {
        colour: Colour::Rgb,
        holds,
        label: LabelNames::listed(labels.clone()),
        skip_broken: missing > 0 || holds != Holds::Texts,
        ..FileTable::of(file.to_string(), column.to_string())
    };
    let (folder, of_files) = source.folder_of_files(&Limits::of_machine())?;
    let source = FileTable { folder: folder.clone(), ..source };
    let (size, of_size) = match holds {
        Holds::Images => folder::size_of(&source.clone().into())?,
        Holds::Sounds | Holds::TextFiles | Holds::Texts => (source.size, ""),
    };
    let source = FileTable { size, ..source };
    let (tokens, length) = match holds {
        Holds::Images | Holds::Sounds => (source.tokens, source.length),
        Holds::TextFiles | Holds::Texts => text::how_to_read(&source.clone().into())?,
    };
    let source = FileTable { tokens, length, ..source };
    let Offers { input, tokens: known, target, other_target, values, samples, .. } =
        data::offers(&source.clone().into())?;
    let lacks_some = labels.len() > 1 && {
        let strict = FileTable { skip_broken: false, ..source.clone() };
        data::offers(&strict.into()).is_err()
    };
    let source = source.into();
    let looked = match holds {
        Holds::Images | Holds::Sounds | Holds::TextFiles => {
            Some(files::look(&source, &Limits::of_machine())?)
        }
        Holds::Texts => None,
    };
    let samples = looked.as_ref().map_or(samples, |looked| looked.samples);
    // A few measurements are no classes, however few.
    let is_fraction = |name: &String| name.parse::<f64>().is_ok_and(|number| number.fract() != 0.0);
    let target = match (target, other_target.clone()) {
        (TargetKind::Classes(names), Some(values)) if names.iter().any(is_fraction) => values,
        (target, _) => target,
    };
    let (end, taken_for) = match &target {
        TargetKind::Classes(_) => (End::of(&target), None),
        _ => {
            let (end, what) = end_of_answers((&target, other_target.as_ref(), values), samples);
            (end, Some(what))
        }
    };
    let (reason, options, network, what) = match holds {
        Holds::Images => (
            of_size.to_string(),
            format!("size: ({}, {}), colour: rgb,", size.0, size.1),
            Network::convolutional(input[0], input[1], samples, end),
            "images",
        ),
        Holds::Sounds => (
            "A sound becomes a picture of time and pitch; `seconds` says how much of it is heard.".into(),
            "seconds: 0.9,".into(),
            Network::convolutional(input[0], input[1], samples, end),
            "sounds",
        ),
        Holds::TextFiles | Holds::Texts => {
            let (comment, options) = text::written(tokens, length);
            let network = text::reader(tokens, (known.unwrap_or_default(), samples), end);
            (comment, format!("{options},"), network, "texts")
        }
    };
    let chosen = match (is_chosen, is_by_name) {
        (true, _) => "",
        (false, true) => " Its name says that it is; --target names another.",
        (false, false) => " --target names another.",
    };
    let (inputs, not_read) = match (holds, unread.is_empty()) {
        (Holds::Texts, true) => ("// The column with the texts.".into(), String::new()),
        (Holds::Texts, false) => ("// The column with the texts.".into(), format!("    // {unread}")),
        (Holds::Images | Holds::Sounds | Holds::TextFiles, _) => (
            match &folder {
                Some(_) => {
                    "// The column with the names of the files, and the folder that they are in.".to_string()
                }
                None => "// The column with the paths of the files, as seen from the table's folder.".into(),
            },
            String::new(),
        ),
    };
    let mut data = vec![
        "source: file_table(".into(),
        format!("    table: {file:?},"),
        format!("    {inputs}"),
        not_read,
        format!("    path: {column:?},"),
        folder.map(|folder| format!("    folder: {folder:?},")).unwrap_or_default(),
        match (&taken_for, labels.len()) {
            (None, _) => format!("    // The column with the classes.{chosen}"),
            (Some(what), 1) => format!("    // The column with the values to predict. {what}{chosen}"),
            (Some(what), _) => format!("    // The columns to predict at once. {what}"),
        },
    ];
    if !others.is_empty() {
        data.push(format!("    // {}", comment(&others)));
    }
    data.push(format!("    label: {in_preset},"));
    if missing > 0 {
        data.push(format!("    // {} no class: left out.", counted_with(missing, "row", ("has", "have"))));
    }
    let comments = looked.iter().flat_map(files::Looked::comments);
    data.extend(comments.map(|comment| format!("    {comment}")));
    if missing > 0 || lacks_some || looked.as_ref().is_some_and(files::Looked::skips) {
        data.push("    skip_broken: true,".into());
    }
    data.push(format!("    // {reason}"));
    data.push(format!("    holds: {}, {options}", holds.name()));
    data.push("),".into());
    data.extend(split(samples));
    data.push(network.end.labels.into());
    let why = if is_by_name { "as its name says" } else { "the last column that can be one" };
    let (answers, short) = match &target {
        TargetKind::Classes(names) => (
            format!("of {} classes: {}", names.len(), names.join(", ")),
            format!("{} classes to tell apart", names.len()),
        ),
        _ if labels.len() == 1 => (format!("with a value each: {label}"), "a value to predict".to_string()),
        _ => (format!("with values: {}", labels.join(", ")), "one of the values to predict at once".into()),
    };
    let title: String = comment(&format!("{samples} {what} {answers}")).chars().take(100).collect();
    let reason = format!("the label is '{label}', {why}: {short}; --target names another");
    let target = |name: String| Target { name, what: format!("{short}.") };
    let of_texts = match holds {
        Holds::Images | Holds::Sounds => Vec::new(),
        Holds::TextFiles | Holds::Texts => own::told(&source)?,
    };
    let told = of_files
        .into_iter()
        .chain(of_texts)
        .chain(looked.into_iter().flat_map(|looked| looked.told))
        .collect();
    Ok(Found {
        title,
        data,
        network,
        targets: labels.into_iter().map(target).collect(),
        reason: (!is_chosen).then_some(reason),
        told,
    })
}
