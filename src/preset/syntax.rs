//! What is wrong with how a preset is written, in plain words: its reader speaks of how Rust writes things.

use ron::Error as Ron;

/// What is said where the parentheses of a group of fields are missing.
pub(super) const NO_PARENTHESES: &str = "no parentheses open here";

/// What is wrong, and what to do; `None` for what is said otherwise, or has no words of its own.
pub(super) fn in_words(error: &Ron) -> Option<(&'static str, &'static str)> {
    Some(match error {
        Ron::ExpectedInteger => ("no whole number stands here", "write one, as in epochs: 20"),
        Ron::ExpectedFloat => ("no number stands here", "write one, as in test: 0.2"),
        Ron::ExpectedBoolean => ("neither true nor false stands here", "write one of them, without quotes"),
        Ron::ExpectedString | Ron::ExpectedStringEnd => {
            ("no text in quotes stands here", "write it in double quotes, as in \"age\"")
        }
        Ron::ExpectedArray => ("no list begins here", "a list stands in brackets: […]"),
        Ron::ExpectedArrayEnd => {
            ("the list does not end here", "a list ends with ], and commas stand between its parts")
        }
        Ron::ExpectedMap => {
            ("no braces open here", "names with what belongs to each stand in braces: {\"age\": number}")
        }
        Ron::ExpectedMapEnd => ("the braces do not close here", "write }, and commas between the parts"),
        Ron::ExpectedMapColon => {
            ("a colon is missing here", "a field is its name, a colon and its value: epochs: 20")
        }
        Ron::ExpectedComma => (
            "something stands here that does not belong to the value before it",
            "is a comma missing, or a quote or bracket open? a whole number has no point",
        ),
        Ron::ExpectedStructLike
        | Ron::ExpectedNamedStructLike(_)
        | Ron::ExpectedDifferentStructName { .. } => {
            (NO_PARENTHESES, "a group of fields stands in parentheses: (epochs: 20, batch_size: 32)")
        }
        Ron::ExpectedStructLikeEnd => {
            ("the parentheses do not close here", "write ), and commas between the fields")
        }
        Ron::ExpectedIdentifier | Ron::SuggestRawIdentifier(_) | Ron::InvalidIdentifier(_) => (
            "no name stands here",
            "write one without quotes: a field with a colon and its value, or a word such as relu",
        ),
        Ron::ExpectedUnit => ("this word takes nothing in parentheses", "leave them out"),
        Ron::InvalidIntegerDigit { .. } => ("this is not a whole number", "write digits alone"),
        Ron::IntegerOutOfBounds => ("this whole number is too large, or below 0", ""),
        Ron::TrailingCharacters => ("something stands behind the end", "is a parenthesis too many above?"),
        Ron::Eof => ("the text ends too early", "is a bracket, a parenthesis or a quote open?"),
        Ron::UnclosedBlockComment => {
            ("a comment that begins with /* is not closed", "close it with */, or begin lines with //")
        }
        Ron::ExpectedDifferentLength { .. } => ("the number of values is not the one that belongs here", ""),
        _ => return None,
    })
}

/// A kind of thing by the name that it has in the program: `ColumnKind` is a kind of column, `Loss` a loss.
pub(super) fn kind(name: &str) -> String {
    if name == "ColumnKind" {
        return "kind of column".into();
    }
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// A group of fields by the name that it has in the program: `TrainConfig` is train; a layer is called as a preset calls it.
pub(super) fn group(name: &str) -> String {
    name.strip_suffix("Config").map_or_else(|| name.into(), kind)
}

/// A value as its reader calls it, in plain words: `the unsigned integer `3`` is the number 3.
pub(super) fn value(found: &str) -> String {
    let kinds = [
        ("the unsigned integer ", "the number "),
        ("the signed integer ", "the number "),
        ("the floating point number ", "the number "),
        ("the boolean ", "the word "),
        ("the string ", "the text "),
        ("the UTF-8 character ", "the sign "),
    ];
    let plain = kinds.iter().find_map(|(kind, plain)| Some(plain.to_string() + found.strip_prefix(kind)?));
    match (plain, found) {
        (Some(plain), _) => plain.replace('`', ""),
        (None, "a unit value" | "a unit variant" | "an enum") => "a word without quotes".into(),
        (None, "a sequence") => "a list".into(),
        (None, "a map") => "a group in braces or parentheses".into(),
        (None, other) => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::parse::parse;

    const CNN: &str = include_str!("../../presets/mnist-cnn.ron");

    #[test]
    fn what_is_wrong_is_said_without_the_words_of_the_reader() {
        let said = |from: &str, to: &str| {
            assert!(CNN.contains(from), "{from}");
            parse(&CNN.replacen(from, to, 1), "x").unwrap_err().to_string()
        };
        for (from, to, wanted) in [
            ("epochs: 5", "epochs: \"five\"", "no whole number stands here"),
            ("epochs: 5", "epochs: 5.5", "a whole number has no point"),
            ("layers: [", "layers: (", "no list begins here"),
            ("train: (", "train: [", "no parentheses open here"),
            ("units: ", "units ", "a colon is missing here"),
            ("loss: cat", "loss: kat", "unknown loss 'kategorical_crossentropy'"),
            ("activation: softmax", "activation: 5", "no name stands here"),
            ("activation: softmax", "activation: sofmax", "unknown activation 'sofmax'"),
        ] {
            let said = said(from, to);
            assert!(said.contains(wanted), "{from} {to}: {said}");
            assert!(
                !["xpected", "identifier", "struct", "integer"].iter().any(|raw| said.contains(raw)),
                "{said}"
            );
        }
    }

    #[test]
    fn values_and_kinds_are_called_as_people_call_them() {
        assert_eq!(value("the unsigned integer `3`"), "the number 3");
        assert_eq!(
            (value("a unit value"), value("the string \"a\"")),
            ("a word without quotes".into(), "the text \"a\"".into())
        );
        assert_eq!((kind("ColumnKind"), kind("Loss")), ("kind of column".into(), "loss".into()));
        assert_eq!(kind("EarlyStopping"), "early stopping");
        assert_eq!((group("TrainConfig"), group("Conv2D")), ("train".into(), "Conv2D".into()));
    }
}
