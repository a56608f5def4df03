//! What a file is that should be an image or a sound and does not begin as one.

use std::path::Path;

use super::folders::START;
use super::gzip;

/// What is said of a file that is none of these formats, by its first bytes.
pub fn of(file: &Path, formats: &str) -> String {
    let start = gzip::start(file, START).map(|(start, _)| start).unwrap_or_default();
    said(&start, formats)
}

fn said(start: &[u8], formats: &str) -> String {
    let text = String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let begins = |with: &[&str]| with.iter().any(|with| text.starts_with(with));
    let is_of_media = start.get(4..8) == Some(b"ftyp");
    let brand = start.get(8..12).unwrap_or_default();
    let what = match brand {
        _ if start.is_empty() => return "it is empty".into(),
        _ if start.iter().all(|byte| *byte == 0) => {
            return "it begins with zeros alone, as a copy or download that did not end leaves them".into();
        }
        b"avif" | b"avis" if is_of_media => "it is AVIF",
        b"heic" | b"heix" | b"heim" | b"hevc" | b"mif1" | b"msf1" if is_of_media => {
            "it is HEIC, as phones take photographs"
        }
        b"M4A " if is_of_media => "it is AAC in MP4 (.m4a)",
        _ if is_of_media => "it is MP4 or another film",
        _ if begins(&["version https://git-lfs"]) => {
            return "it is the pointer of a file in Git LFS, which git lfs pull gets".into();
        }
        _ if begins(&["<!doctype html", "<html", "<head", "<body"]) => {
            return "it is a page of the web (HTML), as a download that failed leaves it".into();
        }
        _ if begins(&["<svg", "<?xml", "<!doctype svg"]) => "it is SVG or other XML",
        _ if start.starts_with(b"%PDF") => "it is a PDF",
        _ if start.starts_with(b"8BPS") => "it is an image of Photoshop",
        _ if start.starts_with(b"\0\0\0\x0cjP  ") => "it is JPEG 2000",
        _ if start.starts_with(b"DICM") || start.get(128..132) == Some(b"DICM") => "it is DICOM",
        _ if start.starts_with(b"PK\x03\x04") => "it is a zip archive",
        _ => return format!("by what it begins with it is none of {formats}"),
    };
    format!("{what}; save it as one of {formats}")
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn what_a_file_is_instead_is_said() {
        let starts: [(&[u8], &str); 7] = [
            (b"", "it is empty"),
            (&[0; 100], "zeros alone"),
            (b"<!DOCTYPE html><html>404", "a page of the web (HTML)"),
            (
                b"\0\0\0\x18ftypheic\0\0\0\0mif1",
                "it is HEIC, as phones take photographs; save it as one of PNG",
            ),
            (b"\0\0\0\x1cftypavif", "it is AVIF"),
            (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
            (b"BMI,age", "by what it begins with it is none of PNG"),
        ];
        for (start, wanted) in starts {
            let found = said(start, "PNG");
            assert!(found.contains(wanted), "{wanted}: {found}");
        }
    }
}
