//! Text of data in the comments of a preset.

/// Text of a file as part of a comment: in one line, and without what would end it.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
