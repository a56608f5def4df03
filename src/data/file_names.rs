//! Names of files, as cells of a table have them.

/// What the names of images end in, in lower case.
pub const IMAGES: &[&str] =
    &["png", "jpg", "jpeg", "jpe", "jfif", "bmp", "dib", "gif", "webp", "tif", "tiff"];
/// What the names of sounds end in.
pub const SOUNDS: &[&str] = &["wav", "wave", "flac", "mp3", "ogg", "oga"];
/// What the names of texts end in.
pub const TEXTS: &[&str] = &["txt"];

/// Whether the names of images, sounds or texts end so.
pub fn is_ending(ending: &str) -> bool {
    let is_of = |kind: &&[&str]| kind.iter().any(|known| known.eq_ignore_ascii_case(ending));
    [IMAGES, SOUNDS, TEXTS].iter().any(is_of)
}

/// A word without such an ending; `None` where it has none.
pub fn stem(word: &str) -> Option<&str> {
    let (stem, ending) = word.rsplit_once('.')?;
    (is_ending(ending) && !stem.is_empty() && !stem.ends_with(['/', '\\'])).then_some(stem)
}

/// Whether a word is the name of an image, a sound or a text, by what it ends in.
pub fn is_name(word: &str) -> bool {
    stem(word).is_some()
}

/// Whether nearly all of these words are such names.
pub fn are_names<'a>(words: impl Iterator<Item = &'a str>) -> bool {
    let (mut all, mut names) = (0, 0);
    for word in words {
        all += 1;
        names += usize::from(is_name(word));
    }
    all > 0 && names * 10 >= all * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_told_from_other_words() {
        assert_eq!(stem("train/0.JPG"), Some("train/0"));
        assert_eq!(stem("a.b.flac"), Some("a.b"));
        for word in ["0", "5.1", "3.png2", ".jpg", "x/.wav", "jpg", "example.com", "12.txt."] {
            assert_eq!(stem(word), None, "{word}");
        }
        assert!(are_names(["0.jpg"; 9].into_iter().chain(["x"])) && !are_names(["0.jpg", "x"].into_iter()));
        assert!(!are_names(std::iter::empty()));
    }
}
