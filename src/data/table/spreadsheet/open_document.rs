//! What an OpenDocument says of its cells beside what its reader gives: which of them are merged.

use calamine::Dimensions;

use crate::data::table::percents::end_of_tag;

/// What says that a cell goes over several rows.
const SPANNED: &str = "table:number-rows-spanned";

/// The cells of the sheet of this name that go over several rows, in the XML of a document's content. Those that are several columns wide
/// as well are titles, and left out.
pub(super) fn merged(content: &str, sheet: &str) -> Vec<Dimensions> {
    if !content.contains(SPANNED) {
        return Vec::new();
    }
    let (mut found, mut rest) = (Vec::new(), content);
    let (mut is_here, mut row, mut column, mut repeated) = (false, 0_u32, 0_u32, 1);
    while let Some(begin) = rest.find("<table:").into_iter().chain(rest.find("</table:")).min() {
        let end = end_of_tag(rest, begin);
        let tag = &rest[begin..end];
        rest = &rest[end.max(begin + 1)..];
        let count = |name: &str| attribute(tag, name).and_then(|text| text.parse::<u32>().ok()).unwrap_or(1);
        let is_closed = tag.ends_with("/>");
        match tag.split([' ', '>', '/', '\n']).find(|part| part.len() > 1).unwrap_or_default() {
            "<table:table" => {
                is_here = attribute(tag, "table:name").is_some_and(|name| unescaped(name) == sheet);
                row = 0;
            }
            "<table:table-row" if is_here => {
                (column, repeated) = (0, count("table:number-rows-repeated"));
                if is_closed {
                    row = row.saturating_add(repeated);
                }
            }
            "<table:table-cell" | "<table:covered-table-cell" if is_here => {
                let (rows, columns) = (count(SPANNED), count("table:number-columns-spanned"));
                if rows > 1 && columns == 1 {
                    let last = row.saturating_add(rows - 1);
                    found.push(Dimensions { start: (row, column), end: (last, column) });
                }
                column = column.saturating_add(count("table:number-columns-repeated"));
            }
            // The end of a row.
            "table:table-row" if is_here => row = row.saturating_add(repeated),
            // The end of the sheet.
            "table:table" if is_here => break,
            _ => {}
        }
    }
    found
}

/// The value of an attribute of a tag, as it stands there.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = tag.split_once(&format!(" {name}=\""))?;
    behind.split_once('"').map(|(value, _)| value)
}

/// A text of XML with its five signs as they are.
fn unescaped(text: &str) -> String {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    signs.iter().fold(text.to_string(), |text, (escaped, sign)| text.replace(escaped, sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_over_several_rows_are_found_in_their_sheet() {
        let content = "<table:table table:name=\"Notes\"><table:table-row><table:table-cell table:number-rows-spanned=\"3\"/></table:table-row>\
                       </table:table><table:table table:name=\"A &amp; B\"><table:table-row table:number-rows-repeated=\"2\"/>\
                       <table:table-row><table:table-cell table:number-columns-repeated=\"2\"/><table:table-cell \
                       table:number-columns-spanned=\"1\" table:number-rows-spanned=\"2\"><text:p>N</text:p></table:table-cell>\
                       <table:table-cell table:number-columns-spanned=\"2\" table:number-rows-spanned=\"2\"/></table:table-row>\
                       <table:table-row><table:covered-table-cell/></table:table-row></table:table>";
        let found = |sheet| {
            merged(content, sheet).iter().map(|region| (region.start, region.end)).collect::<Vec<_>>()
        };
        assert_eq!(found("A & B"), [((2, 2), (3, 2))]);
        assert_eq!(found("Notes"), [((0, 0), (2, 0))]);
        assert!(found("Other").is_empty());
    }

    proptest! {
        #[test]
        fn any_content_is_looked_at_without_a_panic(text in "(<|</|>|/|table:table|-row|-cell| |\"|=|9|é|table:name=\"a\"){0,40}") {
            merged(&format!("{SPANNED}{text}"), "a");
        }
    }
}
