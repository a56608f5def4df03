//! Strings as a preset writes them.

/// A text in quotes. A longer one goes on in the next line wherever it has a line of its own, indented by `indent` blanks, as
/// the built-in presets write their descriptions.
pub fn quoted(text: &str, indent: usize) -> String {
    let mut written = String::from("\"");
    let lines: Vec<&str> = text.split('\n').collect();
    for (place, line) in lines.iter().enumerate() {
        for letter in line.chars() {
            match letter {
                '"' => written.push_str("\\\""),
                '\\' => written.push_str("\\\\"),
                control if control.is_control() => written.extend(control.escape_default()),
                other => written.push(other),
            }
        }
        let Some(next) = lines.get(place + 1) else { break };
        written.push_str("\\n");
        // Blanks at the beginning of a continued line are left out by RON, so a line that begins with one is not broken off. An
        // empty line stands with the line before it.
        if !next.is_empty() && !next.starts_with(char::is_whitespace) {
            written.push_str("\\\n");
            written.push_str(&" ".repeat(indent));
        }
    }
    written.push('"');
    written
}

/// A value as a person types it in a line: a text without its quotes, with `\n` for the end of a line and `\\` for a backslash.
/// `None` where the value is no text.
pub fn plain(value: &str) -> Option<String> {
    let letter = || ron::from_str::<char>(value).map(String::from);
    let text: String = ron::from_str(value).or_else(|_| letter()).ok()?;
    Some(text.replace('\\', "\\\\").replace('\n', "\\n"))
}

/// The text that a person typed in such a line.
pub fn of_plain(typed: &str) -> String {
    let mut text = String::with_capacity(typed.len());
    let mut letters = typed.chars().peekable();
    while let Some(letter) = letters.next() {
        let escaped = match (letter, letters.peek()) {
            ('\\', Some('n')) => Some('\n'),
            ('\\', Some('\\')) => Some('\\'),
            _ => None,
        };
        if escaped.is_some() {
            letters.next();
        }
        text.push(escaped.unwrap_or(letter));
    }
    text
}
