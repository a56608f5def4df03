//! Where things are on any screen. Drawing and the mouse ask the same functions, so that a click hits what is seen.

use ratatui::layout::{Constraint, Layout, Margin, Position, Rect, Size};

/// Below this the dashboard says so instead.
pub const SMALLEST: Size = Size { width: 60, height: 15 };

/// The whole terminal.
pub fn whole(size: Size) -> Rect {
    Rect::new(0, 0, size.width, size.height)
}

/// Whether there is room for the screens.
pub fn is_large_enough(size: Size) -> bool {
    size.width >= SMALLEST.width && size.height >= SMALLEST.height
}

/// Header, body, footer.
pub fn parts(size: Size) -> [Rect; 3] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(whole(size))
}

/// A list's first row, such that the chosen one is in view, roughly in the middle.
pub fn scroll_to(selected: usize, rows: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// The row of a list that stands at this place, if the list begins with the row `first`.
pub fn row_at(list: Rect, first: usize, at: Position) -> Option<usize> {
    list.contains(at).then(|| first + usize::from(at.y - list.y))
}

/// What lies inside a border.
pub fn inside(area: Rect) -> Rect {
    area.inner(Margin { horizontal: 1, vertical: 1 })
}

/// A popup's place: in the middle, no larger than there is room.
pub fn popup(size: Size, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(size.width), height.min(size.height));
    Rect::new((size.width - width) / 2, (size.height - height) / 2, width, height)
}
