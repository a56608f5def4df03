//! A line that a person types.

/// Text with a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineInput {
    text: String,
    /// The cursor's place, in characters.
    cursor: usize,
    /// Whether all of it is selected: what is typed then takes its place.
    is_selected: bool,
}

/// The most characters of a line: as many as a path may have.
const LONGEST: usize = 4096;

impl LineInput {
    /// Starts with `text`, the cursor at its end.
    pub fn new(text: &str) -> Self {
        let mut input = LineInput::default();
        input.insert_text(text);
        input
    }

    /// Starts with `text`, all of it selected: the first letter that is typed takes its place, and a move of the cursor keeps it.
    pub fn selected(text: &str) -> Self {
        let input = LineInput::new(text);
        LineInput { is_selected: !input.text.is_empty(), ..input }
    }

    /// Whether all of it is selected.
    pub fn is_selected(&self) -> bool {
        self.is_selected
    }

    /// Removes the text if it is selected; returns whether it was.
    fn remove_selected(&mut self) -> bool {
        let was_selected = self.is_selected;
        if was_selected {
            self.clear();
        }
        was_selected
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cursor's place, in characters.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    fn byte(&self, position: usize) -> usize {
        self.text.char_indices().nth(position).map_or(self.text.len(), |(byte, _)| byte)
    }

    fn len(&self) -> usize {
        self.text.chars().count()
    }

    /// Types a character; control characters are left out.
    pub fn insert(&mut self, letter: char) {
        if letter.is_control() {
            return;
        }
        self.remove_selected();
        if self.len() < LONGEST {
            self.text.insert(self.byte(self.cursor), letter);
            self.cursor += 1;
        }
    }

    /// Types (or pastes) a text; its control characters are left out.
    pub fn insert_text(&mut self, text: &str) {
        text.chars().for_each(|letter| self.insert(letter));
    }

    /// Removes the character before the cursor.
    pub fn backspace(&mut self) {
        if !self.remove_selected() && self.cursor > 0 {
            self.cursor -= 1;
            self.text.remove(self.byte(self.cursor));
        }
    }

    /// Removes the character under the cursor.
    pub fn delete(&mut self) {
        if !self.remove_selected() && self.cursor < self.len() {
            self.text.remove(self.byte(self.cursor));
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        *self = LineInput::default();
    }

    /// Moves the cursor, stopping at the ends.
    pub fn move_by(&mut self, characters: isize) {
        self.is_selected = false;
        self.cursor = self.cursor.saturating_add_signed(characters).min(self.len());
    }

    /// Moves the cursor to the first character.
    pub fn home(&mut self) {
        self.is_selected = false;
        self.cursor = 0;
    }

    /// Moves the cursor behind the last character.
    pub fn end(&mut self) {
        self.is_selected = false;
        self.cursor = self.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_in_the_middle_of_wide_letters() {
        let mut input = LineInput::new("äöü");
        input.move_by(-1);
        input.backspace();
        input.insert('x');
        assert_eq!((input.text(), input.cursor()), ("äxü", 2));
        input.delete();
        input.delete();
        assert_eq!(input.text(), "äx");
        input.move_by(-100);
        input.backspace();
        assert_eq!((input.text(), input.cursor()), ("äx", 0));
    }

    #[test]
    fn what_is_selected_is_replaced_by_what_is_typed_and_kept_by_a_move() {
        let typed = |before: fn(&mut LineInput)| {
            let mut input = LineInput::selected("moons");
            before(&mut input);
            input.insert_text("xor");
            (input.text().to_owned(), input.cursor())
        };
        assert_eq!(typed(|_| {}), ("xor".into(), 3));
        assert_eq!(typed(|input| input.insert('\n')), ("xor".into(), 3));
        assert_eq!(typed(LineInput::backspace), ("xor".into(), 3));
        assert_eq!(typed(LineInput::delete), ("xor".into(), 3));
        assert_eq!(typed(LineInput::end), ("moonsxor".into(), 8));
        assert_eq!(typed(|input| input.move_by(-1)), ("moonxors".into(), 7));
        assert!(!LineInput::selected("").is_selected());
    }

    #[test]
    fn pasted_control_characters_are_left_out() {
        let mut input = LineInput::default();
        input.insert_text("a\u{1b}[31m\nb");
        assert_eq!(input.text(), "a[31mb");
        input.insert_text(&"x".repeat(2 * LONGEST));
        assert_eq!(input.text().chars().count(), LONGEST);
    }
}
