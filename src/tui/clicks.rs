//! Two quick clicks at one place are a double click; terminals report single ones only.

use std::time::{Duration, Instant};

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// The longest time between the two clicks.
const QUICK: Duration = Duration::from_millis(400);

/// Remembers the last click.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    last: Option<(Instant, u16, u16)>,
}

impl Clicks {
    /// Whether this event, which came at `now`, is the second of two quick clicks. A third one begins anew.
    pub(super) fn is_second(&mut self, event: &MouseEvent, now: Instant) -> bool {
        if event.kind != MouseEventKind::Down(MouseButton::Left) {
            return false;
        }
        let (column, row) = (event.column, event.row);
        let is_second = self
            .last
            .is_some_and(|(then, x, y)| (x, y) == (column, row) && now.duration_since(then) <= QUICK);
        self.last = (!is_second).then_some((now, column, row));
        is_second
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn two_quick_clicks_at_one_place_are_a_double_click() {
        let click = |column| MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row: 3,
            modifiers: KeyModifiers::NONE,
        };
        let begin = Instant::now();
        let at = |milliseconds| begin + Duration::from_millis(milliseconds);
        let mut clicks = Clicks::default();
        assert!(!clicks.is_second(&click(5), at(0)));
        assert!(clicks.is_second(&click(5), at(300)));
        assert!(!clicks.is_second(&click(5), at(400)), "a third click begins anew");
        assert!(!clicks.is_second(&click(6), at(500)), "another place");
        assert!(!clicks.is_second(&click(6), at(1500)), "too late");
    }
}
