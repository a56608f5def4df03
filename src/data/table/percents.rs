//! Percents of spreadsheets: cells that hold a share and show it times a hundred, as the same column has it in text.

use std::io::{Cursor, Read, Seek, Write};

use calamine::Style;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Whether a style shows numbers as percents: `0.00%`. What stands in quotes or behind a backslash is text.
pub(super) fn is_of_percents(style: &Style) -> bool {
    let Some(format) = &style.number_format else { return false };
    let (mut is_quoted, mut is_escaped) = (false, false);
    let has_sign = format.format_code.chars().any(|letter| {
        let is_text = std::mem::take(&mut is_escaped) || is_quoted && letter != '"';
        is_quoted ^= letter == '"' && !is_text;
        is_escaped = letter == '\\' && !is_text;
        letter == '%' && !is_text
    });
    // Those that every workbook knows.
    has_sign || matches!(format.format_id, Some(9 | 10))
}

/// A share as the percents that a sheet shows, without a digit that it does not have: `0.103` is `10.3%`.
pub(super) fn percent(share: f64) -> String {
    let shifted = format!("{share:e}").split_once('e').and_then(|(digits, exponent)| {
        format!("{digits}e{}", exponent.parse::<i32>().ok()? + 2).parse::<f64>().ok()
    });
    format!("{}%", shifted.unwrap_or(share * 100.0))
}

/// The part of an OpenDocument that has its cells, and what says there that a cell is a percentage.
const CONTENT: &str = "content.xml";
const PERCENTAGE: &str = "office:value-type=\"percentage\"";

/// The part of an OpenDocument that has its cells; nothing where it is no whole archive, which its reader says. The file is at its
/// beginning again.
pub(super) fn content(file: &mut (impl Read + Seek)) -> String {
    let content = content_of(file).unwrap_or_default();
    // Who opens it will say what is wrong with it.
    let _ = file.rewind();
    content
}

fn content_of(file: &mut (impl Read + Seek)) -> Option<String> {
    let mut content = String::new();
    ZipArchive::new(file).ok()?.by_name(CONTENT).ok()?.read_to_string(&mut content).ok()?;
    Some(content)
}

/// An OpenDocument in which percents are texts, `10.3%`, for its reader gives them as plain shares; `None` where its content has none.
/// The file is at its beginning again.
pub(super) fn with_percents(file: &mut (impl Read + Seek), content: &str) -> Option<Cursor<Vec<u8>>> {
    let rewritten = rewritten(file, content);
    file.rewind().ok()?;
    rewritten
}

fn rewritten(file: &mut (impl Read + Seek), content: &str) -> Option<Cursor<Vec<u8>>> {
    if !content.contains(PERCENTAGE) {
        return None;
    }
    let mut archive = ZipArchive::new(file).ok()?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for part in 0..archive.len() {
        let part = archive.by_index_raw(part).ok()?;
        if !part.name().is_ok_and(|name| name == CONTENT) {
            out.raw_copy_file(part).ok()?;
        }
    }
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    out.start_file(CONTENT, options).ok()?;
    out.write_all(in_texts(content).as_bytes()).ok()?;
    let mut rewritten = out.finish().ok()?;
    rewritten.rewind().ok()?;
    Some(rewritten)
}

/// The content with its percents as texts.
fn in_texts(content: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(content.len()), content);
    while let Some(place) = rest.find(PERCENTAGE) {
        let begin = rest[..place].rfind('<').unwrap_or(place);
        let end = end_of_tag(rest, begin);
        let tag = &rest[begin..end];
        out.push_str(&rest[..begin]);
        out.push_str(&text_of_tag(tag).unwrap_or_else(|| tag.to_string()));
        // A tag is at least as long as what was found in it.
        rest = &rest[end.max(place + PERCENTAGE.len())..];
    }
    out + rest
}

/// Where the tag ends that begins here: at a sign that stands in no quotes.
pub(super) fn end_of_tag(text: &str, begin: usize) -> usize {
    let mut quote = None;
    let end = text.bytes().enumerate().skip(begin).find(|&(_, byte)| match (quote, byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (Some(open), byte) if open == byte => {
            quote = None;
            false
        }
        _ => false,
    });
    end.map_or(text.len(), |(place, _)| place + 1)
}

/// The tag of a cell with its share as a text in percents.
fn text_of_tag(tag: &str) -> Option<String> {
    const VALUE: &str = " office:value=\"";
    let (before, rest) = tag.split_once(VALUE)?;
    let (share, behind) = rest.split_once('"')?;
    let text = percent(share.parse::<f64>().ok().filter(|share| share.is_finite())?);
    let tag = format!("{before} office:string-value=\"{text}\"{behind}");
    Some(tag.replacen(PERCENTAGE, "office:value-type=\"string\"", 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_is_its_percents_to_the_last_digit() {
        for (share, text) in [
            (0.103, "10.3%"),
            (0.29, "29%"),
            (1.0, "100%"),
            (0.0, "0%"),
            (-0.005, "-0.5%"),
            (0.07, "7%"),
            (12.345, "1234.5%"),
        ] {
            assert_eq!(percent(share), text);
        }
    }

    #[test]
    fn percents_of_an_open_document_become_texts_and_all_else_stays() {
        let cell = "<a><c office:value-type=\"percentage\" office:value=\"0.103\" f=\"x>1\"><p>10%</p></c><c office:value=\"2\"/></a>";
        let wanted = "<a><c office:value-type=\"string\" office:string-value=\"10.3%\" f=\"x>1\"><p>10%</p></c><c office:value=\"2\"/></a>";
        assert_eq!(in_texts(cell), wanted);
        let lacking = "<c office:value-type=\"percentage\"/>";
        assert_eq!(in_texts(lacking), lacking);
    }

    proptest! {
        #[test]
        fn any_content_is_looked_at_without_a_panic(before in "[<>\"' a=é]{0,8}", behind in "[<>\"' a=é]{0,8}") {
            let content = format!("{before}{PERCENTAGE}{behind}");
            in_texts(&content);
        }
    }
}
