//! Finding a command by a few letters of its name.

use super::commands::Command;

/// The commands that match what was typed in the palette, best first: a match has every letter in order, and is better
/// the more of them are at the start of words or side by side.
pub fn matching(typed: &str) -> Vec<Command> {
    let palette = Command::all().filter(|command| command.is_in_palette());
    // Behind the names, what says so in words.
    let words = typed.trim().to_lowercase();
    let says = |command: Command| command.doc().to_lowercase().contains(&words).then_some(i32::MIN);
    let score = |command: Command| fuzzy(typed, command.name()).or_else(|| says(command));
    let mut scored: Vec<(i32, Command)> =
        palette.filter_map(|command| Some((score(command)?, command))).collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, command)| command).collect()
}

/// How well a name matches; `None` where a letter is missing.
fn fuzzy(typed: &str, name: &str) -> Option<i32> {
    let mut score = 0;
    let mut previous_matched = false;
    let mut at_word_start = true;
    let mut wanted = typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).peekable();
    for letter in name.chars() {
        if wanted.peek() == Some(&letter) {
            wanted.next();
            score += 1 + if at_word_start { 6 } else { 0 } + if previous_matched { 4 } else { 0 };
            previous_matched = true;
        } else {
            previous_matched = false;
            score -= 1;
        }
        at_word_start = letter == '-';
    }
    wanted.next().is_none().then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzzy_search_prefers_starts_of_words() {
        assert!(fuzzy("ps", "pause").is_some());
        assert!(fuzzy("xyz", "pause").is_none());
        assert!(fuzzy("lr", "learning-rate-up") > fuzzy("lr", "scroll-further"));
        assert_eq!(matching("quit").first().map(|command| command.name()), Some("quit"));
        // What a command does is found as well.
        let found = matching("train the chosen").first().map(|command| command.name());
        assert_eq!(found, Some("start"));
    }

    #[test]
    fn an_empty_line_matches_every_command_of_the_palette() {
        let all = Command::all().filter(|command| command.is_in_palette()).count();
        assert_eq!(matching("").len(), all);
    }
}
