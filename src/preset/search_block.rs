//! `search: (…)` in the text of a preset: what is to be tried is no part of the experiment itself.

use std::borrow::Cow;

use super::outline::Outline;

/// The name of the block.
pub const NAME: &str = "search";

/// Whether a text has the block.
pub fn is_in(text: &str) -> bool {
    text.contains(NAME)
        && Outline::of(text).root().parts().iter().any(|part| part.name.as_deref() == Some(NAME))
}

/// The text with blanks in place of the block, so that everything else keeps its place.
pub(super) fn blanked(text: &str) -> Cow<'_, str> {
    if !text.contains(NAME) {
        return Cow::Borrowed(text);
    }
    let outline = Outline::of(text);
    let Some(part) = outline.root().parts().iter().find(|part| part.name.as_deref() == Some(NAME)) else {
        return Cow::Borrowed(text);
    };
    let mut end = part.node.span().end;
    let behind = &text[end..];
    if behind.trim_start().starts_with(',') {
        end += behind.len() - behind.trim_start().len() + 1;
    }
    let block = text[part.start..end].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' });
    Cow::Owned(text[..part.start].chars().chain(block).chain(text[end..].chars()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::parse::parse;

    #[test]
    fn a_preset_with_a_search_is_that_preset_and_errors_behind_it_keep_their_place() {
        let xor = include_str!("../../presets/xor.ron");
        let search = "search: (\n  space: {\"layers[0].units\": int(2, 8, step: 2), \"é\": [(a, b)]},\n)";
        let ends = xor.trim_end().trim_end_matches(')').trim_end().trim_end_matches(',');
        for text in [
            format!("{ends},\n{search}\n)"),
            format!("{ends},\n{search} , )"),
            xor.replacen('(', &format!("({search},"), 1),
        ] {
            assert_eq!(parse(&text, "xor.ron").unwrap(), parse(xor, "xor.ron").unwrap(), "{text}");
        }
        let wrong = format!("({search}, name: 7)");
        assert_eq!(parse(&wrong, "x.ron").unwrap_err().place, Some((3, 9)));
        // A word in a text is no block.
        assert_eq!(blanked("(title: \"search: (a)\")"), "(title: \"search: (a)\")");
    }
}
